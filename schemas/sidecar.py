"""The sidecar: the YAML beside a file that came from outside, which says what the file is.

Belongs here: what sidecars of every kind must say. Does not: the content of the file itself.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, field_validator, model_validator

from schemas.common import (
    FormatOne,
    Level,
    Maturity,
    RecipientCode,
    RecipientType,
    Sha256,
    Slug,
    Strict,
    Text,
    Title,
    TitleOrBlank,
    WebAddress,
)
from schemas.keys import AgeInterval


class Sidecar(Strict):
    """What every file from outside is sealed with: its name, size and hash, and when it came."""

    format: FormatOne
    file: Title
    retrieved: date
    sha256: Sha256
    bytes: int = Field(ge=0)


class CalibratedTo(Strict):
    """Published amounts that an estimate was made to meet: that it meets them proves nothing."""

    agreement: Slug
    post: Text
    recipients: tuple[RecipientCode, ...]


class Fetched(Strict):
    """How a file was asked for: the address, what was selected of each variable, SCB's own date.

    `updated` is the table's own stamp, as SCB writes it.
    """

    address: WebAddress
    query: dict[str, tuple[str, ...]]
    updated: str = ""


class Perturbation(Strict):
    """Whether the producer has added small random numbers to each published value, sums too.

    `per_cell` is what one value may be off, in persons; n values that take part in a comparison may
    be off by ⌈per_cell·√n⌉ together. With the method `none` figures are as counted. `source` says
    who says so; where it names a reference year, it holds for that year and later.
    """

    method: Literal["cell_key", "none"]
    per_cell: int = Field(default=0, ge=0, le=100)
    source: Text

    @model_validator(mode="after")
    def _per_cell_of_the_method(self) -> Perturbation:
        if ("per_cell" in self.model_fields_set) != (self.method == "cell_key"):
            raise ValueError("`per_cell` goes with `method: cell_key`, and with it alone")
        return self


class PopulationSidecar(Sidecar):
    """What a population extract is: table, reference date, level, and how far it can be trusted.

    A file may hold several days; `reference_date` is then a list. `level` is the level that the
    figures are for: rows of other levels in the file are sums or parts to be checked against.
    `ages` is what the file covers where that is not every age. `notes` and `mandatory_notes` are
    the producer's own; the latter must be shown wherever the figures are. `control_total` is the
    sum of all figures of that level, by day where there are several. `succeeds` is the table whose
    place `table` has taken: the file serves agreements that name the older one.
    """

    table: Title
    succeeds: TitleOrBlank = ""
    former_name: TitleOrBlank = ""
    contents: Title
    producer: Title
    licence: Title
    reference_dates: tuple[date, ...] = Field(alias="reference_date", min_length=1)
    level: Level
    ages: AgeInterval | None = None
    maturity: Maturity
    method: Text
    control_total: int | dict[date, int] | None = None
    replaces: Sha256 | None = None
    calibrated_to: tuple[CalibratedTo, ...] = ()
    fetched: Fetched | None = None
    notes: tuple[Text, ...] = ()
    mandatory_notes: tuple[Text, ...] = ()
    perturbation: Perturbation | None = None

    @field_validator("reference_dates", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return value if isinstance(value, list | tuple) else (value,)

    @field_validator("reference_dates")
    @classmethod
    def _each_day_once(cls, days: tuple[date, ...]) -> tuple[date, ...]:
        if list(days) != sorted(set(days)):
            raise ValueError("days in order, each once")
        return days

    @model_validator(mode="after")
    def _controls_days(self) -> PopulationSidecar:
        control = self.control_total
        if isinstance(control, dict) and set(control) - set(self.reference_dates):
            raise ValueError("`control_total` names a day that `reference_date` does not")
        if isinstance(control, int) and len(self.reference_dates) > 1:
            raise ValueError("with several days, `control_total` is given by day: 2024-11-01: 10")
        if self.replaces == self.sha256:
            raise ValueError("`replaces` names the file itself: give the sha256 of the older one")
        return self

    @property
    def table_in_words(self) -> str:
        """The table, and the one whose place it has taken: `TAB6999, som efterträder TAB1267`."""
        return f"{self.table}, som efterträder {self.succeeds}" if self.succeeds else self.table

    def serves(self, table: str) -> bool:
        """Whether the file is of this table, or of the one that has taken its place."""
        return table in (self.table, self.succeeds)

    def control_on(self, day: date) -> int | None:
        """The sum that the figures of one day should have, None where nobody says."""
        control = self.control_total
        return control.get(day) if isinstance(control, dict) else control


class WeightsSidecar(Sidecar):
    """What a table of weights, or of units, counts, and for which recipients."""

    title: Title
    source: Title
    recipients: RecipientType
    unit: Title
    reference_date: date
    maturity: Maturity
    rows: int = Field(ge=0)


class PublishedSidecar(Sidecar):
    """Whose publication the figures are taken from."""

    source: Title
    title: TitleOrBlank = ""
    rows: int = Field(ge=0)
    note: str = ""


class RegisterSidecar(Sidecar):
    """From which day the register of codes and names is valid."""

    source: Title
    valid_from: date
    rows: int = Field(ge=0)
