"""The figures of the national tables as CSV files for a spreadsheet, attached to the document.

Belongs here: columns and rows. Does not: which figures there are
(`statsbidrag.documents.national.recipient_tables`, `statsbidrag.documents.national.per_person`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from schemas.common import RecipientType
from schemas.register import TypesInWords
from statsbidrag.allocation.figures import MATURITIES, Figure
from statsbidrag.documents.national.per_person import PerPerson, RateRow
from statsbidrag.documents.national.recipient_tables import Section, cells_of
from statsbidrag.files.csv_files import csv_bytes
from statsbidrag.swedish.typography import NBSP

_CSV_HEAD: Final = ["mottagartyp", "kod", "mottagare", "post", "belopp, kr", "märke", "mognad"]


def national_csv(sections: Iterable[Section], types: TypesInWords) -> bytes:
    """All figures of the tables, one per row, for people."""
    return csv_bytes(
        _CSV_HEAD,
        (
            [types[section.recipients].singular, row.code, row.name, label, *_shown(cell)]
            for section, row, label, cell in cells_of(sections)
        ),
    )


def _shown(cell: Figure | None) -> list[object]:
    return [None, None, None] if cell is None else [cell.sek, cell.mark, cell.word]


_RATES_HEAD: Final = [
    "nivå",
    "kod",
    "namn",
    "belopp, kr",
    "folkmängd",
    "kr per invånare",
    "märke",
    "mognad",
]


def rates_csv(per_person: PerPerson, types: TypesInWords) -> bytes:
    """Kronor per inhabitant as printed, one row per county and municipality, with its parts."""
    return csv_bytes(
        _RATES_HEAD,
        (
            _rate_cells(types[RecipientType(of.level)].singular, row)
            for of in per_person.both
            for row in (*of.rows, of.nation)
        ),
    )


def _rate_cells(level: str, row: RateRow) -> list[object]:
    sek = row.together.sek if row.together else None
    own: list[object] = [None, None, None]
    if row.rate:
        # U+00A0 between thousands is for readers: a spreadsheet takes it for a text.
        shown = row.rate.text.replace(NBSP, "")
        own = [shown, row.rate.mark, MATURITIES[row.rate.maturity]]
    return [level, row.code, row.name, sek, row.persons, *own]
