"""A sheet that calculates: facts by name, a table whose columns are formulas, and sums below it.

Belongs here: the sheet as data, and formulas that name columns and facts instead of places. Does
not: what is calculated (the modules beside it), nor writing it (`sheet_writing`).

A formula is written with names: `[vikt]` is the cell of that column in the same row (of the table
or below it), `[vikt:]` the whole column, `[vikt^]` the column from its first row to this one, and
`{namnare}` a fact of the sheet.

Every formula carries the value that it has, so that a program which does not calculate shows it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from statsbidrag.workbooks.book import Shown


@dataclass(frozen=True)
class Link:
    """The way to another sheet, by its name."""

    sheet: str


Content = str | int | float | Shown | Link | None
"""What a cell holds. A `Shown` is a formula with its value; a text is never one."""

_NAME: Final = re.compile(r"\[(\w+)([:^]?)\]|\{(\w+)\}")


class Look(StrEnum):
    """How a cell's content is shown."""

    TEXT = "text"
    WHOLE = "whole"
    EXACT = "exact"
    SHARE = "share"
    SIGNED = "signed"


@dataclass(frozen=True)
class Fact:
    """A line above the table: what it says, its value, and what else is to be known of it."""

    key: str
    label: str
    value: Content
    look: Look = Look.WHOLE
    note: str = ""
    name: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Column:
    """A column of the table. `marks` follow its figures, row by row; `name` is that of its range.

    `given` says that it holds figures which nothing in the workbook computes.
    """

    key: str
    heading: str
    width: int
    look: Look
    cells: Sequence[Content]
    marks: Sequence[str] = ()
    name: str = ""
    given: bool = False


@dataclass(frozen=True)
class Below:
    """A line below the table: its label, and what stands in some of the columns."""

    label: str
    cells: dict[str, Content]
    looks: dict[str, Look] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


@dataclass
class Sheet:
    """One sheet: built first, so that every cell has its place, and written then."""

    name: str
    title: str
    intro: Sequence[str] = ()
    facts: list[Fact] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    below: list[Below] = field(default_factory=list)
    frozen: int = 2

    @property
    def height(self) -> int:
        """The rows of the table."""
        return max((len(column.cells) for column in self.columns), default=0)

    @property
    def first(self) -> int:
        """The number of the table's first row, from 1."""
        # Title, introduction, a blank line, the facts and another blank line, the headings.
        return 1 + len(self.intro) + 1 + len(self.facts) + bool(self.facts) + 2

    def letter(self, key: str) -> str:
        """The letter of a column."""
        index = next(i for i, column in enumerate(self.columns) if column.key == key)
        return _letter(index)

    def cell(self, key: str, row: int) -> str:
        """A cell as another sheet's formula has it; `row` counts the table's rows from 0."""
        return f"{quoted(self.name)}!${self.letter(key)}${self.first + row}"

    def range(self, key: str) -> str:
        """A column as another sheet's formula has it."""
        letter = self.letter(key)
        last = self.first + self.height - 1
        return f"{quoted(self.name)}!${letter}${self.first}:${letter}${last}"

    def fact(self, key: str) -> str:
        """A fact's cell as another sheet's formula has it."""
        return f"{quoted(self.name)}!{self._fact(key)}"

    def beneath(self, line: int, key: str) -> str:
        """A cell below the table as another sheet's formula has it."""
        return f"{quoted(self.name)}!${self.letter(key)}${self.first + self.height + line}"

    def has(self, key: str) -> bool:
        """Whether the table has that column."""
        return any(column.key == key for column in self.columns)

    def _fact(self, key: str) -> str:
        index = next(i for i, fact in enumerate(self.facts) if fact.key == key)
        return f"$C${1 + len(self.intro) + 1 + index + 1}"

    def formula(self, template: str, row: int = 0) -> str:
        """A formula with its names put to places; `row` counts the table's rows from 0."""
        first, last = self.first, self.first + self.height - 1

        def place(found: re.Match[str]) -> str:
            key, extent, fact = found.groups()
            if fact:
                return self._fact(fact)
            letter = self.letter(key)
            if extent == ":":
                return f"${letter}${first}:${letter}${last}"
            if extent == "^":
                return f"${letter}${first}:${letter}{first + row}"
            return f"${letter}{first + row}"

        return _NAME.sub(place, template)


def quoted(name: str) -> str:
    """A sheet's name as a formula has it."""
    return "'" + name.replace("'", "''") + "'"


def text_of(words: str) -> str:
    """A text as a formula has it; no sign in it is taken for a name of the sheet's."""
    plain = words.replace('"', '""')
    return '"' + plain.replace("[", '"&CHAR(91)&"').replace("{", '"&CHAR(123)&"') + '"'


def _letter(index: int) -> str:
    head, tail = divmod(index, 26)
    return (_letter(head - 1) if head else "") + chr(ord("A") + tail)
