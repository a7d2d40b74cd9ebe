"""What the steps of a key have in common on a post's sheet: facts, columns, and what is taken.

Belongs here: the sheet being built, and the small words that every kind of step adds to it. Does
not: what a kind of step adds (`key_formulas`, `cap_and_floor_formulas`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from schemas.agreement import Agreement, Post
from schemas.keys import ShareBy
from schemas.register import TypesInWords
from statsbidrag.allocation.amounts import Measured
from statsbidrag.allocation.keys import Split
from statsbidrag.swedish.key_sentences import group_in_words
from statsbidrag.workbooks.book import Shown
from statsbidrag.workbooks.calculating.population_sheets import Measure, PopulationSheets
from statsbidrag.workbooks.calculating.rounding_formulas import shown
from statsbidrag.workbooks.calculating.sheet import Column, Content, Fact, Look, Sheet
from statsbidrag.workbooks.calculating.spreadsheet_precision import plain

YES: Final = "ja"
NO: Final = "nej"
_LONGEST_TEXT: Final = 200


@dataclass(frozen=True)
class Proportion:
    """A step that splits whole kronor by whole figures: `amount` times `weight` over `total`."""

    amount_key: str
    amount: int
    weight_key: str
    weights: Sequence[int]
    total_key: str
    total: int
    same: str
    """Of which shares the total is the same number: of what, and for whom."""


def look_of(kronor: Sequence[Fraction]) -> Look:
    """How kronor are shown: as whole ones if all of them are, else to the decimal."""
    return Look.WHOLE if all(value.denominator == 1 for value in kronor) else Look.EXACT


@dataclass
class StepColumns:
    """A post's sheet being built, step by step.

    `codes` are the recipients in the order of the rows, `split` the exact shares of the key.
    """

    sheet: Sheet
    agreement: Agreement
    post: Post
    codes: Sequence[str]
    split: Split
    figures: PopulationSheets
    measured: Measured
    types: TypesInWords
    amount: str
    """The cell that holds the post's sum, as a formula has it."""
    amount_name: str
    """The name of the sum on this sheet."""

    whole: list[str] = field(default_factory=list)
    """The columns of steps that give whole kronor."""
    proportions: list[Proportion] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    """The columns of steps that give neither whole kronor nor one exact division."""
    taken: list[str] = field(default_factory=list)
    """What the steps so far have taken of the post's sum."""
    outside: list[str] = field(default_factory=list)
    """What goes to no recipient."""

    def fact(
        self, key: str, label: str, value: Content, note: str = "", look: Look = Look.WHOLE
    ) -> None:
        """Adds a line above the table."""
        self.sheet.facts.append(Fact(key, label, value, look, note))

    def column(
        self, key: str, heading: str, width: int, look: Look, cells: Sequence[Content]
    ) -> None:
        """Adds a column, without marks."""
        self.sheet.columns.append(Column(key, heading, width, look, cells))

    def sums(self, heading: str, number: int, formula: str, values: Sequence[Fraction]) -> None:
        """A column of the kronor that a step gives, `steg3`: whole ones, or to the decimal."""
        key, look = f"steg{number}", look_of(values)
        width = 16 if look == Look.WHOLE else 20
        self.column(key, heading, width, look, shown(formula, plain(values)))
        self.taken.append(f"SUM([{key}:])")

    def whole_sums(
        self, heading: str, number: int, formula: str, values: Sequence[Fraction]
    ) -> None:
        """The same for a step that gives whole kronor, whatever the figures are."""
        self.sums(heading, number, formula, values)
        self.whole.append(f"[steg{number}]")

    def leave_outside(self, fact: str) -> None:
        """Takes a fact's kronor from the post, and gives them to no recipient."""
        self.taken.append(fact)
        self.outside.append(fact)

    def left_before(self, number: int) -> tuple[str, Fraction]:
        """A fact for what the steps before left, and how much it is."""
        left, key = self.split.left[number - 1], f"kvar{number}"
        formula = "={post}" + "".join(f"-{taken}" for taken in self.taken)
        label = f"Steg {number}: kvar att fördela" if self.taken else f"Steg {number}: att fördela"
        self.fact(key, label, Shown(formula, plain([left])[0]), look=look_of([left]))
        return key, left

    def in_groups(self, number: int, names: Sequence[str], heading: str) -> str:
        """A column that says which of some groups a recipient is in, the last one named."""
        said = {
            code: self.group(name) for name in names for code in self.agreement.groups[name].members
        }
        key = f"grupp{number}"
        cells = [said.get(code, "") for code in self.codes]
        self.sheet.columns.append(Column(key, heading, 17, Look.TEXT, cells, given=True))
        return key

    def group(self, name: str) -> str:
        """What a group is called; a formula takes no longer texts."""
        return group_in_words(self.agreement, name)[:_LONGEST_TEXT]

    def takes_part(self, number: int, names: Sequence[str]) -> dict[str, bool]:
        """Who shares in a step; a column for it, where some do not."""
        outside = {code for name in names for code in self.agreement.groups[name].members}
        taking = {code: code not in outside for code in self.codes}
        if names:
            cells = [YES if taking[code] else NO for code in self.codes]
            column = Column(f"med{number}", f"Steg {number}: deltar", 9, Look.TEXT, cells)
            self.sheet.columns.append(column)
        return taking

    def measure(self, share: ShareBy) -> Measure:
        """What a step shares by."""
        return self.figures.of(self.post, share, self.codes, self.measured)

    def figures_column(self, number: int, measure: Measure) -> str:
        """A column of the recipients' figures, fetched from their sheet."""
        key = f"antal{number}"
        cells = [Shown(f"={measure.formulas[c]}", measure.figures[c]) for c in self.codes]
        marks = [measure.mark] * len(self.codes)
        heading = f"Steg {number}: {measure.heading[0].lower()}{measure.heading[1:]}"
        self.sheet.columns.append(Column(key, heading, 17, Look.WHOLE, cells, marks))
        return key

    def weights(
        self, number: int, how: ShareBy, taking: Mapping[str, bool]
    ) -> tuple[str, list[int]]:
        """The column that shares are in proportion to, 0 for those who do not take part."""
        key = f"vikt{number}"
        if how.by == "equal":
            weights = [int(taking[code]) for code in self.codes]
            cells: Sequence[Content] = weights
            if how.exclude:
                cells = shown(f'IF([med{number}]="{YES}",1,0)', weights)
            self.column(key, f"Steg {number}: delar", 9, Look.WHOLE, cells)
            return key, weights
        measure = self.measure(how)
        figures = self.figures_column(number, measure)
        weights = [measure.figures[code] if taking[code] else 0 for code in self.codes]
        if not how.exclude:
            return figures, weights
        formula = f'IF([med{number}]="{YES}",[{figures}],0)'
        self.column(key, f"Steg {number}: räknas", 15, Look.WHOLE, shown(formula, weights))
        return key, weights
