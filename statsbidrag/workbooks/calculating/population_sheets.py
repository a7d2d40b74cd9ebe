"""The figures that keys share by: population and weights, a sheet for each set of recipients.

Belongs here: the sheets, and the formula that fetches a recipient's own figure from them. Does not:
which figures are used (`statsbidrag.population.reading`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from schemas.agreement import Agreement, Post
from schemas.common import Level, Maturity, RecipientType
from schemas.keys import ShareBy, shares_of
from schemas.tables import BasisTable
from statsbidrag.allocation.amounts import Measured
from statsbidrag.allocation.figures import MARKS, MATURITIES
from statsbidrag.errors import ProgramError
from statsbidrag.population.demand import BasisKey, basis_of
from statsbidrag.register.recipients import Register
from statsbidrag.swedish.key_sentences import ages_in_words
from statsbidrag.swedish.typography import long_date, sentence
from statsbidrag.workbooks.book import Shown, named
from statsbidrag.workbooks.calculating.sheet import Below, Column, Look, Sheet

_LEVELS: Final = {Level.LAN: "län", Level.KOMMUN: "kommuner"}


@dataclass(frozen=True)
class Measure:
    """What a step shares by: what it is called, each recipient's figure and its formula."""

    heading: str
    figures: Mapping[str, int]
    formulas: Mapping[str, str]
    mark: str


class PopulationSheets:
    """Every population and table of weights that the agreement's keys use, on sheets."""

    def __init__(self, agreement: Agreement, register: Register, basis: BasisTable) -> None:
        self._agreement = agreement
        self._register = register
        self._basis = basis
        self._places: dict[str, tuple[Sheet, str]] = {}
        self.sheets: list[Sheet] = []
        alike: dict[tuple[bool, str, tuple[str, ...]], list[BasisKey]] = {}
        for key, names in self._used().items():
            codes = tuple(sorted(basis.loc[basis["basis"] == str(key), "region_code"]))
            kind = (key.weights is not None, names, codes)
            alike.setdefault(kind, []).append(key)
        for (_, names, codes), keys in alike.items():
            self._sheet(names, codes, keys)

    def _used(self) -> dict[BasisKey, str]:
        """The bases in the order of the posts, each with the type whose names its regions have."""
        found: dict[BasisKey, str] = {}
        for post in self._agreement.posts:
            for share in (share for step in post.key for share in shares_of(step)):
                key = basis_of(self._agreement, post.recipients, share)
                if key is not None:
                    found.setdefault(
                        key, str(key.level if key.weights is None else post.recipients)
                    )
        return found

    def _sheet(self, names: str, codes: Sequence[str], keys: Sequence[BasisKey]) -> None:
        weights = keys[0].weights is not None
        noun = (
            self._register.words[RecipientType(names)].singular
            if weights
            else _LEVELS[keys[0].level]
        )
        what = "Vikter" if weights else "Folkmängd"
        taken = [sheet.name for sheet in self.sheets]
        name = f"{what} {noun}"
        sheet = Sheet(name if name not in taken else f"{name} {len(taken) + 1}", f"{what}, {noun}")
        sheet.columns += [
            Column("kod", "Kod", 7, Look.TEXT, codes),
            Column("namn", "Namn", 37, Look.TEXT, self._names(names, codes)),
        ]
        if all(len(code) == 4 for code in codes):
            sheet.columns.append(Column("lan", "Län", 7, Look.TEXT, [c[:2] for c in codes]))
        intro = ["Talen här är det som beloppen räknas fram ur. Ändra ett tal, så räknas allt om."]
        sheet.below.append(Below("Riket", {}, {}, {}, {}))
        for number, key in enumerate(keys):
            intro.append(
                self._figures(sheet, f"tal{number}", key, named(what, key.weights or str(key)))
            )
            self._places[str(key)] = (sheet, f"tal{number}")
        sheet.intro = intro
        self.sheets.append(sheet)

    def _names(self, names: str, codes: Sequence[str]) -> list[str]:
        """The regions' names, those of a type or level before others with the same code."""
        by_type = self._register.by_type
        known = {code: name for own in by_type.values() for code, name in own.items()}
        known |= by_type.get(names, {})
        return [known.get(code, "") for code in codes]

    def _figures(self, sheet: Sheet, column: str, key: BasisKey, name: str) -> str:
        """Adds a basis as a column of figures with its sum; from which file it is, in words."""
        own = self._basis[self._basis["basis"] == str(key)].set_index("region_code")
        maturity = Maturity(str(own["maturity"].iloc[0]))
        mark = MARKS.get(maturity, "")
        heading = f"{_heading(key)}, {MATURITIES[maturity]}"
        figures = [int(own["population"][str(code)]) for code in sheet.columns[0].cells]
        marks = [mark] * len(figures)
        sheet.columns.append(
            Column(column, heading, 19, Look.WHOLE, figures, marks, name, given=True)
        )
        sheet.below[0].cells[column] = Shown(f"=SUM([{column}:])", sum(figures))
        sheet.below[0].marks[column] = mark
        return (
            f"{_heading(key)}: {MATURITIES[maturity]}. Fil: {own['extract'].iloc[0]}, "
            f"sha256 {own['sha256'].iloc[0]}."
        )

    def of(self, post: Post, share: ShareBy, codes: Sequence[str], measured: Measured) -> Measure:
        """Each recipient's figure for one share of a post."""
        key = basis_of(self._agreement, post.recipients, share)
        if key is None:
            raise ProgramError(f"{post.id}: equal shares rest on no population.")
        sheet, column = self._places[str(key)]
        places = list(sheet.columns[0].cells)
        width = len(codes[0])
        if len(str(places[0])) == width:
            formulas = {code: sheet.cell(column, places.index(code)) for code in codes}
        else:
            sums = f"SUMPRODUCT(({sheet.range('lan')}=[kod])*{sheet.range(column)})"
            formulas = dict.fromkeys(codes, sums)
        mark = next(c for c in sheet.columns if c.key == column).marks[0]
        return Measure(_heading(key), measured(share), formulas, mark)


def _heading(key: BasisKey) -> str:
    if key.weights is not None:
        return f"Tabellen {key.weights}"
    day: date = key.reference_date
    words = f"folkmängd {long_date(day)}"
    return sentence(words + (f", {ages_in_words(key.ages)}" if key.ages else ", alla åldrar"))
