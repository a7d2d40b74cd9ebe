"""The figures of a decision document and its overview as CSV files, attached to the document.

Belongs here: columns and rows. Does not: which figures there are
(`statsbidrag.documents.county.plan_measures`, `statsbidrag.documents.county.overview`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from statsbidrag.allocation.figures import Figure
from statsbidrag.documents.county.overview import CountyOverview
from statsbidrag.documents.county.plan_measures import OrganisationPart, PostPart, levels_of
from statsbidrag.files.csv_files import csv_bytes
from statsbidrag.swedish.typography import listed

_CSV_HEAD: Final = [
    *("tabell", "område", "insats", "nivå", "ansvarig verksamhet", "organisation"),
    *("summa, kr", "mognad"),
]


def decision_csv(
    posts: Sequence[PostPart], total: Figure, organisations: Sequence[OrganisationPart]
) -> bytes:
    """The document's tables, one row per figure.

    Of a sum that the county's own plan gives, no maturity is said. `organisations` are empty where
    the plan names none.
    """
    return csv_bytes(_CSV_HEAD, _rows(posts, total, organisations))


def overview_csv(overview: CountyOverview) -> bytes:
    """Every figure of the overview, a row each."""
    return csv_bytes(_OVERVIEW_HEAD, _overview_rows(overview))


def _rows(
    posts: Sequence[PostPart], total: Figure, organisations: Sequence[OrganisationPart]
) -> Iterator[list[str | int]]:
    for post in posts:
        yield ["Medel per område", post.label, *[""] * 4, post.amount.sek, post.amount.word]
    yield ["Medel per område", "Summa", *[""] * 4, total.sek, total.word]
    for post in posts:
        for row in post.measures:
            who = listed(row.organisations)
            cells = [post.label, row.title, row.level, row.responsible, who]
            yield ["Fördelning på insatser", *cells, *_placed(row.amount)]
        for gap in post.gaps:
            cells = [post.label, gap.reason, "", "", ""]
            yield ["Kända skillnader mot områdets medel", *cells, -gap.amount_sek, ""]
    levels = levels_of(posts)
    for level in levels.rows if levels else ():
        yield ["Summa per nivå", "", "", level.level, "", "", *_placed(level.total)]
    for part in organisations:
        who = listed(part.organisations)
        yield ["Summa per organisation", "", "", "", "", who, *_placed(part.amount)]


def _placed(amount: Figure) -> list[str | int]:
    return [amount.sek, amount.word if amount.mark else ""]


_OVERVIEW_HEAD: Final = [
    *("mottagartyp", "kod", "mottagare", "post"),
    *("summa, kr", "märke", "mognad"),
]


def _overview_rows(overview: CountyOverview) -> Iterator[list[str | int]]:
    for part in overview.parts:
        kind = str(part.recipients)
        for row in part.rows:
            yield [kind, "", part.name, row.label, *_known(row.amount)]
        yield [kind, "", part.name, "Summa", *_known(part.total)]
    for each in (row for group in overview.groups for row in group):
        for label, amount in zip(overview.columns, each.amounts, strict=True):
            yield ["kommun", each.code, each.name, label, *_known(amount)]
    yield ["", "", overview.county_name, "Summa", *_known(overview.total)]


def _known(amount: Figure | None) -> list[str | int]:
    return ["", "", ""] if amount is None else [amount.sek, amount.mark, amount.word]
