"""The sidecar: the YAML beside a file that came from outside, which says what the file is.

Belongs here: what sidecars of every kind must say. Does not: the content of the file itself.
"""

from __future__ import annotations

from datetime import date

from pydantic import Field

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
)


class Sidecar(Strict):
    """What every file from outside is sealed with: its name, size and hash, and when it came."""

    format: FormatOne
    file: Text
    retrieved: date
    sha256: Sha256
    bytes: int = Field(ge=0)


class CalibratedTo(Strict):
    """Published amounts that an estimate was made to meet: that it meets them proves nothing."""

    agreement: Slug
    post: Text
    recipients: tuple[RecipientCode, ...]


class PopulationSidecar(Sidecar):
    """What a population extract is: table, reference date, level, and how far it can be trusted."""

    table: Text
    former_name: str = ""
    contents: Text
    producer: Text
    licence: Text
    reference_date: date
    level: Level
    maturity: Maturity
    method: Text
    control_total: int | None = Field(default=None, ge=0)
    replaces: Sha256 | None = None
    calibrated_to: tuple[CalibratedTo, ...] = ()


class WeightsSidecar(Sidecar):
    """What a table of weights, or of units, counts, and for which recipients."""

    title: Text
    source: Text
    recipients: RecipientType
    unit: Text
    reference_date: date
    maturity: Maturity
    rows: int = Field(ge=0)


class PublishedSidecar(Sidecar):
    """Whose publication the figures are taken from."""

    source: Text
    title: str = ""
    rows: int = Field(ge=0)
    note: str = ""


class RegisterSidecar(Sidecar):
    """From which day the register of codes and names is valid."""

    source: Text
    valid_from: date
    rows: int = Field(ge=0)
