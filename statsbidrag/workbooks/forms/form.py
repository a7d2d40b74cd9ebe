"""The form of a workbook that somebody fills in: its sheets, their columns, what a cell takes.

Belongs here: the form as data, one object for writing it and for reading it. Does not: any field of
a plan or an outcome, nor bytes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

LISTS: Final = "Listor"
"""The sheet that drop-downs take their choices from; nothing is read from it."""

YES: Final = "ja"


class Kind(StrEnum):
    """What a cell takes. `shown` (a figure) and `said` (words) are ours: computed, never read."""

    TEXT = "text"
    TEXTS = "texts"
    KRONOR = "kronor"
    CHANGE = "change"
    DAY = "day"
    SHARE = "share"
    YES = "yes"
    CHOICE = "choice"
    SHOWN = "shown"
    SAID = "said"

    @property
    def ours(self) -> bool:
        """Whether the workbook computes it, and nobody fills it in."""
        return self in (Kind.SHOWN, Kind.SAID)


@dataclass(frozen=True)
class Column:
    """A column of a table, or a row of a sheet of facts: what it is called and what it takes.

    `key` is the field's name in the model; `help` what a reader is told of it. `choices` names the
    list of `Form.lists` that its drop-down shows, which only a `choice` is bound to. `formula` is
    that of a row which nobody has filled in yet, by its number. `given` says that the workbook
    comes with the value, and that nobody changes it.
    """

    key: str
    heading: str
    kind: Kind
    help: str = ""
    width: int = 20
    required: bool = False
    choices: str = ""
    formula: Callable[[int], str] | None = None
    given: bool = False

    @property
    def told(self) -> str:
        """What a reader is told of it, first of all whether it must be filled in."""
        must = self.required and not self.given
        return f"Måste fyllas i. {self.help}".rstrip() if must else self.help


@dataclass(frozen=True)
class Facts:
    """A sheet with one value a line: label, value, help. `name` is the sheet's."""

    name: str
    title: str
    intro: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Table:
    """A sheet with a row for each of something; `key` is the list's name, `blank` its spare rows.

    `fixed` says that the rows are ours: nobody adds any.
    """

    key: str
    name: str
    title: str
    intro: str
    columns: tuple[Column, ...]
    blank: int = 10
    fixed: bool = False


@dataclass(frozen=True)
class Form:
    """A workbook's form. `mark` says for what it was made, and is read back to the letter.

    `lists` are the choices of drop-downs by name: what is shown, and what the file says instead.
    `suggestions` are lists that a reader may leave, and add to.
    """

    mark: str
    title: str
    guide: tuple[str, ...]
    facts: Facts
    tables: tuple[Table, ...]
    lists: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    suggestions: Mapping[str, Sequence[str]] = field(default_factory=dict)


MARK: Final = Column(
    "mark",
    "Mall",
    Kind.TEXT,
    "Säger vad arbetsboken är gjord för. Ändra inte.",
    required=True,
    given=True,
)
"""The line of every form by which it is known again."""

FIRST_ROW: Final = 5
"""The row, from 1, of a table's first item; its headings are in the row above."""

LAST_ROW: Final = 1000
"""The last row of a table that cells say what they take in, and that formulas count."""

FIRST_FACT: Final = 4
"""The row, from 1, of the first fact."""


def joined(texts: Sequence[str]) -> str:
    """Several texts in one cell, a semicolon between them; in quotes where one could be misread."""
    return "; ".join(text if _stands_alone(text) else _quoted(text) for text in texts)


def _stands_alone(text: str) -> bool:
    try:
        return parted(text) == [text]
    except ValueError:
        return False


def parted(cell: str) -> list[str]:
    """The texts of a cell, which semicolons or new lines part; blanks around them are none of it.

    Raises ValueError for quotes that do not end.
    """
    try:
        rows = csv.reader(
            io.StringIO(cell, newline=""), delimiter=";", skipinitialspace=True, strict=True
        )
        found = [text.strip() for row in rows for text in row]
    except csv.Error as error:
        raise ValueError(str(error)) from None
    return [text for text in found if text]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
