"""When the division into counties and municipalities changed: the file that says so.

Belongs here: what is written by hand about codes that came and went. Does not: the register of
today's recipients (`schemas.tables.Register`).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from schemas.common import FormatOne, Strict, Text, Title

RegionCode = Annotated[str, StringConstraints(strict=True, pattern=r"^([0-9]{2}|[0-9]{4})$")]


class RegionChange(Strict):
    """On this day these codes (with their names) became those; `what` says why, in Swedish."""

    day: date = Field(alias="date")
    before: dict[RegionCode, Title] = Field(alias="from", min_length=1)
    after: dict[RegionCode, Title] = Field(alias="to", min_length=1)
    what: Text

    @property
    def ended(self) -> dict[str, str]:
        """The codes that are no longer, by name."""
        return {code: name for code, name in self.before.items() if code not in self.after}

    @property
    def begun(self) -> dict[str, str]:
        """The codes that were not before, by name."""
        return {code: name for code, name in self.after.items() if code not in self.before}


class RegionChanges(Strict):
    """Every change of the division that a population table may meet, the oldest first."""

    format: FormatOne
    source: Title
    changes: tuple[RegionChange, ...]
