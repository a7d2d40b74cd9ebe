"""Corrections of population figures: the files in which somebody says that a figure is wrong.

Belongs here: where, what, why, and who reported it. Does not: applying them
(`statsbidrag.population.corrections`), or the extract itself, which is never changed.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from schemas.common import FormatOne, Strict, Text, Title, TitleOrBlank
from schemas.keys import AgeInterval
from schemas.register import RegionCode


class Cell(Strict):
    """One figure of an extract; what the extract does not part its figures by is left out."""

    region: RegionCode
    ages: AgeInterval | None = None
    sex: Literal["total", "1", "2"] = "total"
    reference_date: date | None = None

    def __str__(self) -> str:
        """The figure as an error names it: `2380, ages 0-18, sex 1, 2024-11-01`."""
        words = [f"region {self.region}"]
        words += [f"ages {self.ages}"] if self.ages else []
        words += [f"sex {self.sex}"] if self.sex != "total" else []
        words += [str(self.reference_date)] if self.reference_date else []
        return ", ".join(words)


class Correction(Strict):
    """A figure that is known to be wrong: what stands there, and what is right.

    `expect` is the figure that the file has: once it has another, the source has changed and the
    correction must be looked at again.
    """

    file: Title
    where: Cell
    expect: int = Field(ge=0)
    value: int = Field(ge=0)
    why: Text
    reported_by: Title
    reported: date
    reference: TitleOrBlank = ""

    @model_validator(mode="after")
    def _changes_something(self) -> Correction:
        if self.expect == self.value:
            raise ValueError("`value` is the same as `expect`: nothing is corrected")
        return self


class Corrections(Strict):
    """A file of corrections."""

    format: FormatOne
    corrections: tuple[Correction, ...] = Field(min_length=1)
