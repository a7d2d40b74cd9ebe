"""What is written by hand about recipients: codes that came and went, and the types in words.

Belongs here: the files beside the register. Does not: the register of today's recipients itself
(`schemas.tables.Register`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, field_validator

from schemas.common import FormatOne, Level, RecipientType, Strict, Text, Title

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


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error:
        raise ValueError("a pattern of codes: `[0-9]{4}`") from None
    return text


class RecipientTypeWords(Strict):
    """One type of recipients: its Swedish words, and the codes that the register has of it.

    `singular`, `plural` and `definite` are `kommun`, `kommuner`, `kommunerna`; `the` is one that is
    known (`kommunen`), `each` stands after `per` and above a column of names, `heading` above what
    all get, and `receivers` are those whom the money goes to. `level` is the population's, None
    where there is none; `count` is how many the register has.
    """

    id: RecipientType
    singular: Title
    plural: Title
    definite: Title
    the: Title
    each: Title
    heading: Title
    receivers: Title
    code: Annotated[Title, AfterValidator(_pattern)]
    level: Level | None = None
    count: int = Field(ge=0)


@dataclass(frozen=True)
class TypesInWords(Mapping[RecipientType, RecipientTypeWords]):
    """Each type's words by type, in the order in which documents show the types."""

    types: tuple[RecipientTypeWords, ...]

    def __getitem__(self, recipients: RecipientType) -> RecipientTypeWords:
        """The words of one type."""
        for words in self.types:
            if words.id == recipients:
                return words
        raise KeyError(recipients)

    def __iter__(self) -> Iterator[RecipientType]:
        """The types, in order."""
        return (words.id for words in self.types)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.types)


class RecipientTypes(Strict):
    """Every type of recipients, in the order in which documents show them."""

    format: FormatOne
    types: tuple[RecipientTypeWords, ...]

    @field_validator("types")
    @classmethod
    def _each_once(cls, types: tuple[RecipientTypeWords, ...]) -> tuple[RecipientTypeWords, ...]:
        listed = [each.id for each in types]
        if sorted(listed) != sorted(RecipientType):
            raise ValueError(f"each type once: {', '.join(RecipientType)}")
        return types
