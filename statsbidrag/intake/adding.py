"""A population table that somebody has downloaded, taken in as it is with a sidecar of its own.

Belongs here: what is said of such a file, and trying it before it is stored. Does not: reading
formats (`statsbidrag.population.formats.any_format`), or putting files in their places
(`statsbidrag.intake.storing`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError, field_validator

from schemas.common import Level, Maturity, Sha256, Strict, Text
from schemas.keys import AgeInterval
from schemas.sidecar import PopulationSidecar
from statsbidrag.agreement.reading import load_agreement
from statsbidrag.errors import InputError, UsageError, input_error
from statsbidrag.files.raw_folder import LARGEST, Raw, Sealed
from statsbidrag.intake.cell_selection import USUAL_CONTENTS
from statsbidrag.intake.storing import NewExtract, free_stem, store
from statsbidrag.population.demand import reference_dates
from statsbidrag.population.extract import Extract
from statsbidrag.population.formats.detection import Format, format_of
from statsbidrag.population.reading import read_extract, retired_by
from statsbidrag.register import recipients as reg

TABLE: Final = "TAB1267"
"""SCB's table of the population on 1 November."""

_SUFFIX: Final = {
    Format.JSONSTAT: ".json",
    Format.DELIMITED: ".csv",
    Format.SPREADSHEET: ".xlsx",
    Format.PX: ".px",
}


class Facts(Strict):
    """What a person says of a file; the file itself may say more. `level` None: see which fits."""

    days: tuple[date, ...] = Field(min_length=1)
    maturity: Literal[
        Maturity.DEFINITIVE, Maturity.PRELIMINARY, Maturity.RECONSTRUCTED, Maturity.ESTIMATE
    ]
    level: Level | None = None
    ages: AgeInterval | None = None
    table: Text = TABLE
    contents: str = USUAL_CONTENTS
    producer: Text = "SCB"
    licence: str = "CC0, ange Källa: SCB"
    method: str = ""
    replaces: Sha256 | None = None

    @field_validator("days")
    @classmethod
    def _in_order(cls, days: tuple[date, ...]) -> tuple[date, ...]:
        return tuple(sorted(set(days)))


def facts_of(given: Mapping[str, object]) -> Facts:
    """What was typed, as facts. Raises UsageError naming the option that cannot be right."""
    try:
        return Facts.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = "date" if first["loc"][0] == "days" else first["loc"][0]
        said = f"--{option} {first['input']}: {first['msg'].removeprefix('Value error, ')}"
        raise UsageError(said) from None


@dataclass(frozen=True)
class Added:
    """The new file in `raw/population/`, and what it holds, one extract per day."""

    path: Path
    extracts: tuple[Extract, ...]


def add_extract(raw: Raw, source: Path, facts: Facts, today: date) -> Added:
    """The file as an extract of `raw/population/`, byte for byte, with a new sidecar.

    Raises InputError where the file is not what is said of it, or contradicts what is there;
    UsageError where it is there already. Then nothing is stored.
    """
    content = _content(source)
    _refuse_twice(raw, source, content)
    _require_replaced(raw, facts)
    sidecar, extracts = _read(raw, source, content, facts, today)
    retired_by([*raw.population_sidecars(), (source, sidecar)])
    sidecar = sidecar.model_copy(update={"file": _named(raw, source, content, sidecar)})
    [path] = store(raw, _concerned(raw, facts.days), [NewExtract(content, sidecar)])
    return Added(path, extracts)


def _content(source: Path) -> bytes:
    try:
        size = source.stat().st_size
        if size > LARGEST:
            raise input_error(
                source,
                "size",
                expected=f"at most {LARGEST // 2**20} MiB",
                found=f"{size // 2**20} MiB",
                action="download only the regions, ages and years that are needed",
            )
        return source.read_bytes()
    except OSError as error:
        raise input_error(
            source, expected="a file", found=error.strerror or "none", action="name the file"
        ) from None


def _refuse_twice(raw: Raw, source: Path, content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()
    for path, sidecar in raw.population_sidecars():
        if sidecar.sha256 == digest:
            raise UsageError(f"{source} is there already, as {path.with_name(sidecar.file)}")


def _require_replaced(raw: Raw, facts: Facts) -> None:
    known = {sidecar.sha256 for _, sidecar in raw.population_sidecars()}
    if facts.replaces is not None and facts.replaces not in known:
        raise UsageError(f"--replaces {facts.replaces}: no file in {raw.root}/population has it")


def _read(
    raw: Raw, source: Path, content: bytes, facts: Facts, today: date
) -> tuple[PopulationSidecar, tuple[Extract, ...]]:
    """The sidecar of the level that fits, municipalities before counties, and what is read."""
    level = facts.level or Level.KOMMUN
    try:
        return _with_notes(raw, source, content, _sidecar(source, content, facts, level, today))
    except InputError as error:
        # Only a file without any municipality is one of counties: one with 289 is not whole.
        if facts.level is not None or not _of_counties(error):
            raise
    sidecar = _sidecar(source, content, facts, Level.LAN, today)
    return _with_notes(raw, source, content, sidecar)


def _of_counties(error: InputError) -> bool:
    """Whether a file was refused as one of municipalities because every region is a county."""
    codes = [problem.found.split(", ") for problem in error.problems if problem.place == "regions"]
    return bool(codes) and all(len(code) == 2 for found in codes for code in found)


def _with_notes(
    raw: Raw, source: Path, content: bytes, sidecar: PopulationSidecar
) -> tuple[PopulationSidecar, tuple[Extract, ...]]:
    register = reg.read_register(raw)
    file = Sealed(source, source.name, sidecar, content)
    extracts = read_extract(file, register, reg.read_changes(raw))
    said = extracts[0]
    if said.preliminary and sidecar.maturity == Maturity.DEFINITIVE:
        raise input_error(
            source,
            "--maturity",
            expected="preliminary: the file says so itself",
            found=f"{sidecar.maturity}",
            action="add it as preliminary; what SCB has made final is another file",
        )
    notes = tuple(note for note in said.notes if note not in said.mandatory_notes)
    update = {"notes": notes, "mandatory_notes": said.mandatory_notes}
    return sidecar.model_copy(update=update), extracts


def _sidecar(
    source: Path, content: bytes, facts: Facts, level: Level, today: date
) -> PopulationSidecar:
    return PopulationSidecar(
        format=1,
        file=source.name,
        retrieved=today,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        producer=facts.producer,
        table=facts.table,
        contents=facts.contents,
        licence=facts.licence,
        reference_dates=facts.days,
        level=level,
        ages=facts.ages,
        maturity=facts.maturity,
        method=facts.method or f"Inlagd som den laddades ned ({source.name}).",
        replaces=facts.replaces,
    )


def _named(raw: Raw, source: Path, content: bytes, sidecar: PopulationSidecar) -> str:
    """`folkmangd_2024-11-01_kommun_0-18.csv`, or with a number where that name is taken."""
    suffix = _SUFFIX[format_of(content, source)]
    parts = ["folkmangd", *map(str, sidecar.reference_dates), str(sidecar.level)]
    parts += [str(sidecar.ages)] if sidecar.ages else []
    plain = sidecar.model_copy(update={"file": "_".join(parts) + suffix})
    return free_stem(raw, plain) + suffix


def _concerned(raw: Raw, days: tuple[date, ...]) -> list[str]:
    """The agreements that need any of these days; one that cannot be read is its own failure."""
    register = reg.read_register(raw)
    found = []
    for agreement_id in raw.agreement_ids():
        try:
            agreement = load_agreement(raw, agreement_id, register)
        except InputError:
            continue
        if reference_dates(agreement).intersection(days):
            found.append(agreement_id)
    return found
