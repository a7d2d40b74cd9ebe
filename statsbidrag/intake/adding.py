"""A population table that somebody has downloaded, taken in as it is with a sidecar of its own.

Belongs here: what is said of such a file, and trying it before it is stored. Does not: reading
formats (`statsbidrag.population.formats.any_format`), or putting files in their places
(`statsbidrag.intake.storing`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError, field_validator

from schemas.common import Level, Maturity, Sha256, Strict, Text, TitleOrBlank
from schemas.keys import AgeInterval
from schemas.sidecar import PopulationSidecar
from statsbidrag.agreement.reading import load_agreement
from statsbidrag.errors import InputError, UsageError, input_error
from statsbidrag.files.raw_folder import LARGEST, Raw, Sealed
from statsbidrag.intake.cell_selection import USUAL_CONTENTS
from statsbidrag.intake.file_facts import SCB, ages_of, level_of, perturbation_for
from statsbidrag.intake.storing import NewExtract, free_stem, store
from statsbidrag.population.demand import reference_dates
from statsbidrag.population.extract import Extract
from statsbidrag.population.formats.any_format import read_cells
from statsbidrag.population.formats.detection import Format, format_of
from statsbidrag.population.reading import read_extract, retired_by
from statsbidrag.register import recipients as reg
from statsbidrag.register.recipients import Register

TABLE: Final = "TAB1267"
"""SCB's table of the population on 1 November."""
BY_NAME: Final = "Folkmängd"
"""What is counted, where the file has no code for it and is of a table whose code nobody knows."""

_SUFFIX: Final = {
    Format.JSONSTAT: ".json",
    Format.DELIMITED: ".csv",
    Format.SPREADSHEET: ".xlsx",
    Format.PX: ".px",
}


class Facts(Strict):
    """What a person says of files; a file itself may say more, and what it says counts.

    None, or blank: what the file says, `contents` the one that is a population, `level` the one
    that fits, `perturbation` what its notes say or its year leads to.
    """

    days: tuple[date, ...] = Field(min_length=1)
    maturity: Literal[
        Maturity.DEFINITIVE, Maturity.PRELIMINARY, Maturity.RECONSTRUCTED, Maturity.ESTIMATE
    ]
    level: Level | None = None
    ages: AgeInterval | None = None
    table: Text = TABLE
    succeeds: TitleOrBlank = ""
    contents: TitleOrBlank = ""
    perturbation: Literal["none", "cell_key"] | None = None
    producer: Text = SCB
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
        facts = Facts.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = "date" if first["loc"][0] == "days" else first["loc"][0]
        said = f"--{option} {first['input']}: {first['msg'].removeprefix('Value error, ')}"
        raise UsageError(said) from None
    if facts.succeeds == facts.table:
        raise UsageError(f"--succeeds {facts.succeeds}: that is the table itself (--table)")
    return facts


@dataclass(frozen=True)
class Added:
    """A new file in `raw/population/`, and what it holds, an extract per day and level."""

    path: Path
    extracts: tuple[Extract, ...]


def add_extracts(raw: Raw, sources: Sequence[Path], facts: Facts, today: date) -> tuple[Added, ...]:
    """The files as extracts of `raw/population/`, byte for byte, each with a new sidecar.

    All or none are stored. Raises InputError where a file is not what is said of it, or contradicts
    what is there; UsageError where it is there already.
    """
    _require_replaced(raw, facts, len(sources))
    news: list[NewExtract] = []
    read: list[tuple[Extract, ...]] = []
    for source in sources:
        content = _content(source)
        _refuse_twice(raw, source, content, news)
        sidecar, extracts = _read(raw, source, content, facts, today)
        name = _named(raw, content, sidecar, [each.sidecar.file for each in news])
        news.append(NewExtract(content, sidecar.model_copy(update={"file": name})))
        read.append(extracts)
    retired_by(
        [
            *raw.population_sidecars(),
            *((source, new.sidecar) for source, new in zip(sources, news, strict=True)),
        ]
    )
    paths = store(raw, _concerned(raw, facts.days), news)
    return tuple(Added(path, extracts) for path, extracts in zip(paths, read, strict=True))


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


def _refuse_twice(raw: Raw, source: Path, content: bytes, news: Sequence[NewExtract]) -> None:
    digest = hashlib.sha256(content).hexdigest()
    for path, sidecar in raw.population_sidecars():
        if sidecar.sha256 == digest:
            raise UsageError(f"{source} is there already, as {path.with_name(sidecar.file)}")
    if digest in {new.sidecar.sha256 for new in news}:
        raise UsageError(f"{source} is named twice, or two files are the same: name it once")


def _require_replaced(raw: Raw, facts: Facts, files: int) -> None:
    known = {sidecar.sha256 for _, sidecar in raw.population_sidecars()}
    if facts.replaces is not None and facts.replaces not in known:
        raise UsageError(f"--replaces {facts.replaces}: no file in {raw.root}/population has it")
    if facts.replaces is not None and files > 1:
        raise UsageError("--replaces names what one file corrects: add that file alone")


def _read(
    raw: Raw, source: Path, content: bytes, facts: Facts, today: date
) -> tuple[PopulationSidecar, tuple[Extract, ...]]:
    """The sidecar, by what a person and the file say, and what is read."""
    register = reg.read_register(raw)
    sidecar = _sidecar(source, content, facts, register, today)
    extracts = read_extract(
        Sealed(source, source.name, sidecar, content), register, reg.read_changes(raw)
    )
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
    source: Path, content: bytes, facts: Facts, register: Register, today: date
) -> PopulationSidecar:
    sidecar = PopulationSidecar(
        format=1,
        file=source.name,
        retrieved=today,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        producer=facts.producer,
        table=facts.table,
        succeeds=facts.succeeds,
        contents=facts.contents or USUAL_CONTENTS,
        licence=facts.licence,
        reference_dates=facts.days,
        level=facts.level or Level.KOMMUN,
        maturity=facts.maturity,
        method=facts.method or f"Inlagd som den laddades ned ({source.name}).",
        replaces=facts.replaces,
    )
    # What is blank is what the file says: only a file that is there already must be as it is told.
    blank = sidecar.model_copy(update={"contents": facts.contents})
    cells = read_cells(Sealed(source, source.name, blank, content))
    usual = USUAL_CONTENTS if facts.table == TABLE else BY_NAME
    return sidecar.model_copy(
        update={
            "contents": cells.said.contents or facts.contents or usual,
            "level": facts.level or level_of(cells, register),
            "ages": ages_of(source, cells, facts.ages),
            "perturbation": perturbation_for(source, cells, sidecar, facts.perturbation),
        }
    )


def _named(raw: Raw, content: bytes, sidecar: PopulationSidecar, taken: Sequence[str]) -> str:
    """`folkmangd_2024-11-01_kommun_0-18.csv`, or with a number where that name is taken."""
    suffix = _SUFFIX[format_of(content, Path(sidecar.file))]
    parts = ["folkmangd", *map(str, sidecar.reference_dates), str(sidecar.level)]
    parts += [str(sidecar.ages)] if sidecar.ages else []
    plain = sidecar.model_copy(update={"file": "_".join(parts) + suffix})
    return free_stem(raw, plain, taken) + suffix


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
