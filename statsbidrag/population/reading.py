"""Population files of an agreement's days, each proven whole before anything is taken from it.

Belongs here: completeness against the register, ages without gaps, which files others replace.
Does not: file formats (`statsbidrag.population.formats`), or which of several extracts a key uses
(`statsbidrag.population.basis`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from schemas import tables
from schemas.agreement import Agreement
from schemas.common import Level
from schemas.register import RegionChange
from schemas.sidecar import PopulationSidecar
from schemas.tables import PopulationFrame
from statsbidrag.errors import InputError, input_error
from statsbidrag.files.checked_tables import checked_input
from statsbidrag.files.raw_folder import Raw, Sealed
from statsbidrag.population.basis import PopulationSources
from statsbidrag.population.corrections import Placed, corrected, read_corrections
from statsbidrag.population.demand import reference_dates, weights_asked_for
from statsbidrag.population.extract import Extract, bounds, cells_of_spans, spans_of
from statsbidrag.population.formats.any_format import read_table
from statsbidrag.population.formats.normal_form import PopulationTable
from statsbidrag.population.formats.regions import require_regions
from statsbidrag.population.tiling import fewest
from statsbidrag.population.weights import read_weights
from statsbidrag.register import recipients as reg
from statsbidrag.register.recipients import Register


def read_extracts(raw: Raw, register: Register, agreement: Agreement) -> tuple[Extract, ...]:
    """Every extract of the agreement's days that counts, best maturity first.

    One that another replaces does not, unless the agreement pins it. Raises InputError where a file
    replaces what it cannot, or a pin or a correction names a file that does not count.
    """
    days, pins = reference_dates(agreement), set(agreement.population.pins)
    sidecars = [
        (path, sidecar)
        for path, sidecar in raw.population_sidecars()
        if days.intersection(sidecar.reference_dates)
    ]
    _refuse_unknown_pins(raw, agreement, sidecars)
    retired = retired_by(sidecars) - pins
    corrections = read_corrections(raw)
    _refuse_retired(corrections, sidecars, retired)
    changes = reg.read_changes(raw)
    extracts = [
        extract
        for path, sidecar in sidecars
        if sidecar.sha256 not in retired
        for extract in read_extract(raw.population(path), register, changes, corrections)
        if extract.reference_date in days
    ]
    return tuple(
        sorted(extracts, key=lambda extract: (extract.sidecar.maturity.rank, extract.name))
    )


def read_sources(raw: Raw, register: Register, agreement: Agreement) -> PopulationSources:
    """All that the agreement's keys may share by. Raises InputError for what cannot be used."""
    return PopulationSources(
        folder=raw.root / "population",
        extracts=read_extracts(raw, register, agreement),
        weights=tuple(
            read_weights(raw, table, recipients, register, agreement.id)
            for table, recipients in weights_asked_for(agreement)
        ),
    )


def _refuse_unknown_pins(
    raw: Raw, agreement: Agreement, sidecars: Sequence[tuple[Path, PopulationSidecar]]
) -> None:
    known = {sidecar.sha256 for _, sidecar in sidecars}
    for pin in agreement.population.pins:
        if pin not in known:
            raise input_error(
                raw.agreement_path(agreement.id),
                "population.pins",
                expected="the sha256 of a file in raw/population/ for a day of the agreement",
                found=pin,
                action="take the pin away, or put the file back",
            )


def retired_by(sidecars: Sequence[tuple[Path, PopulationSidecar]]) -> set[str]:
    """The files that others replace. Raises InputError for one that cannot be replaced so.

    A file replaces an older one of the same table, level, days and ages that is no better. One that
    is no longer there is replaced in any case.
    """
    known = {sidecar.sha256: sidecar for _, sidecar in sidecars}
    for path, sidecar in sidecars:
        seen, at = {sidecar.sha256}, sidecar
        while at.replaces is not None:
            if at.replaces in seen:
                raise _not_replaced(path, "files that replace each other in a ring")
            seen.add(at.replaces)
            if at.replaces not in known:
                break
            at = known[at.replaces]
        older = known.get(sidecar.replaces or "")
        if older is not None and (other := _otherwise(sidecar, older)):
            raise _not_replaced(path, f"{older.file}, {other}")
    return {sidecar.replaces for _, sidecar in sidecars if sidecar.replaces is not None}


def _otherwise(new: PopulationSidecar, old: PopulationSidecar) -> str:
    """Why one file cannot take another's place; empty where it can."""
    if (new.table, new.level) != (old.table, old.level):
        return f"of table {old.table}, level {old.level}"
    if not set(old.reference_dates) <= set(new.reference_dates):
        return f"of {', '.join(map(str, old.reference_dates))}"
    if new.ages not in (None, old.ages):
        return f"of ages {old.ages or 'all'}"
    if new.maturity.rank > old.maturity.rank:
        return f"which is {old.maturity} and so better"
    return ""


def _not_replaced(path: Path, found: str) -> InputError:
    return input_error(
        path,
        "replaces",
        expected="an older file of the same table, level, days and ages, and no better",
        found=found,
        action="name the file that this one corrects; take a better one that is wrong away",
    )


def _refuse_retired(
    corrections: Sequence[Placed],
    sidecars: Sequence[tuple[Path, PopulationSidecar]],
    retired: set[str],
) -> None:
    gone = {sidecar.file for _, sidecar in sidecars if sidecar.sha256 in retired}
    for placed in corrections:
        if placed.correction.file in gone:
            raise input_error(
                placed.path,
                f"{placed.place}.file",
                expected="a file that counts",
                found=f"`{placed.correction.file}`, which another file replaces",
                action="see whether the new file is right: take the correction away, or renew it",
            )


def read_extract(
    file: Sealed[PopulationSidecar],
    register: Register,
    changes: Sequence[RegionChange] = (),
    corrections: Sequence[Placed] = (),
) -> tuple[Extract, ...]:
    """One file, whole, as an extract per day and level, its sidecar's level first.

    `changes` say why another division's codes are refused; of `corrections` those of this file are
    applied. Raises InputError for anything that is missing, doubled or foreign.
    """
    table = read_table(file, register, changes)
    _check_regions(file, table.frame, register, changes)
    frame = PopulationFrame(checked_input(tables.Population, table.frame, file.path))
    _check_names(file.path, table.labels, reg.names(register, file.sidecar.level))
    _check_ages(file, frame)
    if file.sidecar.ages is None:
        _check_people(file, frame)
    own = [placed for placed in corrections if placed.correction.file == file.path.name]
    mended = corrected(frame, file.path, own)
    levels = [level for level in Level if (frame["level"] == str(level)).any()]
    return tuple(
        _on_day(file, table, frame, mended, (day, level), own)
        for day in file.sidecar.reference_dates
        for level in sorted(levels, key=lambda level: level != file.sidecar.level)
    )


def _on_day(
    file: Sealed[PopulationSidecar],
    table: PopulationTable,
    frame: PopulationFrame,
    mended: PopulationFrame,
    of: tuple[date, Level],
    corrections: Sequence[Placed],
) -> Extract:
    day, level = of
    inside = ((frame["reference_date"] == str(day)) & (frame["level"] == str(level))).to_numpy()
    delivered = _everybody(frame[inside])
    if level == file.sidecar.level:
        _check_control_total(file, day, delivered)
    return Extract(
        path=file.path,
        name=file.name,
        sidecar=file.sidecar,
        reference_date=day,
        level=level,
        frame=mended[inside],
        delivered=delivered,
        notes=tuple(dict.fromkeys((*file.sidecar.notes, *table.notes))),
        mandatory_notes=tuple(
            dict.fromkeys((*file.sidecar.mandatory_notes, *table.mandatory_notes))
        ),
        doubts=table.doubts,
        preliminary=table.preliminary,
        compared=table.compared,
        corrections=tuple(
            placed.correction
            for placed in corrections
            if placed.correction.where.reference_date in (None, day)
        ),
    )


def _check_control_total(file: Sealed[PopulationSidecar], day: date, delivered: int) -> None:
    control = file.sidecar.control_on(day)
    if control is not None and delivered != control:
        raise input_error(
            file.path,
            "the sum of all figures",
            expected=f"{control}, the sidecar's control_total",
            found=f"{delivered}",
            action="fetch the table again, or correct the control total",
        )


def _everybody(frame: PopulationFrame) -> int:
    """All persons of the widest interval of ages, by the fewest published figures."""
    spans = spans_of(frame)
    widest = fewest(spans, spans[0][0], max(last for _, last in spans)) or spans
    return int(cells_of_spans(frame, widest)["population"].sum())


def _check_regions(
    file: Sealed[PopulationSidecar],
    frame: pd.DataFrame,
    register: Register,
    changes: Sequence[RegionChange],
) -> None:
    level, day = file.sidecar.level, file.sidecar.reference_dates[0]
    own = frame[(frame["level"] == str(level)).to_numpy()]
    found = {str(code) for code in own["region_code"].unique()}
    moved = reg.other_counties(changes, day) if level == Level.LAN else []
    require_regions(file, level, reg.names(register, level), found, changes, moved)


def _check_names(path: Path, labels: dict[str, str], wanted: dict[str, str]) -> None:
    for code, label in labels.items():
        name = label.removeprefix(f"{code} ")
        if code in wanted and name not in (wanted[code], *_in_english(wanted[code])):
            raise input_error(
                path,
                f"region {code}",
                expected=f"{wanted[code]}, as in the register",
                found=label,
                action="codes and names must belong together: fetch the table again",
            )


def _in_english(name: str) -> tuple[str, ...]:
    """A county as SCB's English tables call it: `Stockholm county` for Stockholms län."""
    stem = name.removesuffix(" län")
    return () if stem == name else (f"{stem} county", f"{stem.removesuffix('s')} county")


def _check_people(file: Sealed[PopulationSidecar], frame: PopulationFrame) -> None:
    """No region is empty: figures of something else, or in thousands, have zeros."""
    by_region = frame.groupby(["region_code", "reference_date"], observed=True)
    persons = by_region["population"].sum()
    for region, day in persons.index[persons == 0]:
        raise input_error(
            file.path,
            f"region {region}, {day}",
            expected="at least one person",
            found="0 in all",
            action="fetch the table again: persons, not thousands",
        )


def _check_ages(file: Sealed[PopulationSidecar], frame: PopulationFrame) -> None:
    ages = file.sidecar.ages
    first, last = bounds(ages)
    spans = spans_of(frame)
    if fewest(spans, first, last) is not None:
        return
    raise input_error(
        file.path,
        "ages",
        expected="every age once, from 0 to an open last one (100+)"
        if ages is None
        else f"every age of {ages} once and no other, as the sidecar says",
        found=f"{len(spans)} ages, {spans[0][0]} to {spans[-1][1]}",
        action="fetch the table again, with every age; or say in the sidecar which `ages` it has",
    )
