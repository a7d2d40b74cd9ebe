"""Names in a workbook that are given once: of sheets, and of ranges of cells.

Belongs here: what a name may be, and that no other is the same. Does not: what is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from statsbidrag.workbooks.book import named

_LONGEST_NAME: Final = 31
"""Signs in the name of a sheet: a spreadsheet takes no more."""


class UniqueNames:
    """The names of one workbook; `sheets` are those that it has already."""

    def __init__(self, sheets: Iterable[str]) -> None:
        self._sheets = {name.casefold() for name in sheets}
        self._ranges: set[str] = set()

    def of_sheet(self, wanted: str) -> str:
        """A name that a sheet may have and no other sheet has."""
        name = re.sub(r"[\[\]{}'!:*?/\\\s]+", " ", wanted).strip()[:_LONGEST_NAME].strip()
        unique, number = name, 1
        while unique.casefold() in self._sheets:
            number += 1
            unique = f"{name[: _LONGEST_NAME - len(str(number)) - 1]} {number}"
        self._sheets.add(unique.casefold())
        return unique

    def of_range(self, *parts: str) -> str:
        """A name that no other range has."""
        name = named(*parts)
        unique, number = name, 1
        while unique.casefold() in self._ranges:
            number += 1
            unique = f"{name}_{number}"
        self._ranges.add(unique.casefold())
        return unique
