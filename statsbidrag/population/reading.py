"""Population: extracts that are whole, and which of them a key uses.

Belongs here: completeness against the register, the rule for which extract counts, and the
population per basis. Does not: file formats (`statsbidrag.population.formats.any_format`), or what
is done with the figures (`statsbidrag.allocation.amounts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from schemas import tables
from schemas.agreement import Agreement
from schemas.common import Level, Maturity, RecipientType
from schemas.corrections import Correction
from schemas.keys import AgeInterval, ShareBy, shares_of
from schemas.register import RegionChange
from schemas.sidecar import Perturbation, PopulationSidecar
from schemas.tables import OPEN_AGE
from statsbidrag.errors import InputError, input_error
from statsbidrag.files.checked_tables import checked_input
from statsbidrag.files.raw_folder import Raw, Sealed
from statsbidrag.population.corrections import Placed, corrected, read_corrections
from statsbidrag.population.formats.any_format import read_table
from statsbidrag.population.formats.normal_form import PopulationTable
from statsbidrag.population.formats.regions import require_regions
from statsbidrag.population.perturbation import perturbation_of, tolerance
from statsbidrag.population.weights import weights_basis
from statsbidrag.register import recipients as reg

ALL_AGES: Final = "alla"


@dataclass(frozen=True)
class Extract:
    """One verified population file on one of its days: its cells, and what is said of it.

    `frame` is a `schemas.tables.Population` of that day, corrections applied; `delivered` is the
    sum of its figures before any. `doubts` are Swedish sentences on what the file leaves open;
    `preliminary`: the file calls itself so.
    """

    path: Path
    name: str
    sidecar: PopulationSidecar
    reference_date: date
    frame: pd.DataFrame
    delivered: int
    notes: tuple[str, ...] = ()
    mandatory_notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    preliminary: bool = False
    corrections: tuple[Correction, ...] = ()

    @property
    def level(self) -> Level:
        """The level that its figures are published for."""
        return self.sidecar.level

    @property
    def control_total(self) -> int | None:
        """What its figures should come to, as the sidecar says; None where it does not."""
        return self.sidecar.control_on(self.reference_date)

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """The ages that it has figures of, each from and to, in order."""
        return _spans(self.frame)

    @property
    def perturbation(self) -> Perturbation | None:
        """The random numbers in its figures, None where they are as counted."""
        notes = (*self.mandatory_notes, *self.notes)
        return perturbation_of(self.sidecar, notes, self.reference_date)


@dataclass(frozen=True)
class Counted:
    """Persons per region of one age interval, and how many figures were added for each."""

    persons: pd.Series
    cells: pd.Series

    def by_county(self) -> Counted:
        """The municipalities added to counties."""
        county = self.persons.index.str[:2]
        return Counted(self.persons.groupby(county).sum(), self.cells.groupby(county).sum())


@dataclass(frozen=True)
class BasisKey:
    """What a key asks for: day, published level, ages (None: all ages); or a table of weights."""

    reference_date: date
    level: Level
    ages: AgeInterval | None
    weights: str | None = None

    def __str__(self) -> str:
        """The name of the basis: `2024-11-01/kommun/0-18`, `weights/vantetider`."""
        if self.weights is not None:
            return f"weights/{self.weights}"
        return f"{self.reference_date}/{self.level}/{self.ages or ALL_AGES}"


@dataclass(frozen=True)
class Everyone:
    """Persons of all ages by region of one level, and the file that they were taken from."""

    persons: dict[str, int]
    reference_date: date
    sidecar: PopulationSidecar


def read_extracts(raw: Raw, register: pd.DataFrame, agreement: Agreement) -> list[Extract]:
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
    return sorted(extracts, key=lambda extract: (extract.sidecar.maturity.rank, extract.name))


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
    register: pd.DataFrame,
    changes: Sequence[RegionChange] = (),
    corrections: Sequence[Placed] = (),
) -> tuple[Extract, ...]:
    """One file, whole, as an extract per day: every region of its level, its ages, its totals.

    `changes` say why another division's codes are refused; of `corrections` those of this file are
    applied. Raises InputError for anything that is missing, doubled or foreign.
    """
    table = read_table(file, register, changes)
    _check_regions(file, table.frame, register, changes)
    frame = checked_input(tables.Population, table.frame, file.path)
    _check_names(file.path, table.labels, reg.names(register, file.sidecar.level))
    _check_ages(file, frame)
    if file.sidecar.ages is None:
        _check_people(file, frame)
    own = [placed for placed in corrections if placed.correction.file == file.path.name]
    mended = corrected(frame, file.path, own)
    return tuple(
        _on_day(file, table, frame, mended, day, own) for day in file.sidecar.reference_dates
    )


def _on_day(
    file: Sealed[PopulationSidecar],
    table: PopulationTable,
    frame: pd.DataFrame,
    mended: pd.DataFrame,
    day: date,
    corrections: Sequence[Placed],
) -> Extract:
    inside = (frame["reference_date"] == str(day)).to_numpy()
    delivered = int(frame["population"].to_numpy()[inside].sum())
    control = file.sidecar.control_on(day)
    if control is not None and delivered != control:
        raise input_error(
            file.path,
            "the sum of all figures",
            expected=f"{control}, the sidecar's control_total",
            found=f"{delivered}",
            action="fetch the table again, or correct the control total",
        )
    return Extract(
        path=file.path,
        name=file.name,
        sidecar=file.sidecar,
        reference_date=day,
        frame=mended[inside],
        delivered=delivered,
        notes=tuple(dict.fromkeys((*file.sidecar.notes, *table.notes))),
        mandatory_notes=tuple(
            dict.fromkeys((*file.sidecar.mandatory_notes, *table.mandatory_notes))
        ),
        doubts=table.doubts,
        preliminary=table.preliminary,
        corrections=tuple(
            placed.correction
            for placed in corrections
            if placed.correction.where.reference_date in (None, day)
        ),
    )


def basis_of(agreement: Agreement, recipients: RecipientType, share: ShareBy) -> BasisKey | None:
    """The basis that a share of posts to this type rests on; None where it asks for none."""
    use = agreement.population
    if share.by == "equal":
        return None
    level = share.level or use.levels.get(recipients) or Level.LAN
    return BasisKey(share.reference_date or use.reference_date, level, share.ages, share.weights)


def bases_of(agreement: Agreement) -> list[BasisKey]:
    """What the agreement's keys ask of the population, each once, in the order of its posts."""
    found = {
        str(key): key
        for post in agreement.posts
        for step in post.key
        for share in shares_of(step)
        if (key := basis_of(agreement, post.recipients, share)) is not None
    }
    return [key for key in found.values() if key.weights is None]


def reference_dates(agreement: Agreement) -> set[date]:
    """The days whose population the agreement needs: its own, and those that keys name."""
    return {agreement.population.reference_date} | {
        key.reference_date for key in bases_of(agreement)
    }


def basis_frame(
    agreement: Agreement, extracts: Sequence[Extract], raw: Raw, register: pd.DataFrame
) -> pd.DataFrame:
    """The population and weights that the agreement's keys use (`schemas.tables.Basis`).

    Raises InputError where no extract can serve, or where two of equal maturity contradict.
    """
    parts = [_basis(key, extracts, agreement, raw) for key in bases_of(agreement)]
    for table, recipients in _weight_tables(agreement):
        name = str(BasisKey(agreement.population.reference_date, Level.LAN, None, table))
        parts.append(weights_basis(raw, table, name, recipients, register, agreement.id))
    if not parts:
        empty = {name: pd.Series(dtype="str") for name in tables.Basis.columns()}
        return pd.DataFrame(empty).astype({"population": "int64"})
    return pd.concat(parts, ignore_index=True)


def everyone(agreement: Agreement, extracts: Sequence[Extract]) -> dict[Level, Everyone]:
    """All persons of each level on the agreement's own day, used by a key or not.

    No entry for a level that no file has all ages of. Raises InputError for contradictions.
    """
    day = agreement.population.reference_date
    found = {level: _best(BasisKey(day, level, None), extracts, agreement) for level in Level}
    return {
        level: Everyone(
            {str(code): int(persons) for code, persons in best.counted.persons.items()},
            best.extract.reference_date,
            best.extract.sidecar,
        )
        for level, best in found.items()
        if best is not None
    }


def weight_tables(agreement: Agreement) -> set[str]:
    """The tables of weights that the agreement's keys use."""
    return {table for table, _ in _weight_tables(agreement)}


def _weight_tables(agreement: Agreement) -> list[tuple[str, RecipientType]]:
    """Each table with each recipient type that uses it; it can be right for one of them only."""
    found = [
        (share.weights, post.recipients)
        for post in agreement.posts
        for step in post.key
        for share in shares_of(step)
        if share.weights is not None
    ]
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class _Candidate:
    extract: Extract
    counted: Counted
    direct: bool

    @property
    def rank(self) -> tuple[int, bool, int, str]:
        """Best maturity first, then the level itself, then the fewest figures added."""
        added = int(self.counted.cells.sum())
        return self.extract.sidecar.maturity.rank, not self.direct, added, self.extract.name


def _basis(
    key: BasisKey, extracts: Sequence[Extract], agreement: Agreement, raw: Raw
) -> pd.DataFrame:
    best = _best(key, extracts, agreement)
    if best is None:
        raise _no_population(key, agreement, raw)
    sidecar = best.extract.sidecar
    codes = list(best.counted.persons.index)
    return pd.DataFrame(
        {
            "basis": str(key),
            "reference_date": str(key.reference_date),
            "level": str(key.level),
            "ages": str(key.ages or ALL_AGES),
            "region_code": pd.Series(codes, dtype="str"),
            "population": best.counted.persons.to_numpy(dtype="int64"),
            "maturity": str(sidecar.maturity),
            "extract": best.extract.name,
            "sha256": sidecar.sha256,
            "positions": pd.Series(_positions(best.extract, key.ages, codes), dtype="str"),
        }
    )


def _best(key: BasisKey, extracts: Sequence[Extract], agreement: Agreement) -> _Candidate | None:
    """The extract that counts; None where none can serve. Raises InputError for contradictions."""
    pins, table = set(agreement.population.pins), agreement.population.table
    allowed = [extract for extract in extracts if extract.sidecar.table == table]
    found = [candidate for e in allowed if (candidate := _candidate(key, e)) is not None]
    # A pin decides where it can serve; for other ages or levels the rest count as always.
    found = [each for each in found if each.extract.sidecar.sha256 in pins] or found
    if not found:
        return None
    best = min(found, key=lambda candidate: candidate.rank)
    for other in found:
        if other.extract.sidecar.maturity == best.extract.sidecar.maturity:
            _refuse_contradiction(key, best, other)
    return best


def _candidate(key: BasisKey, extract: Extract) -> _Candidate | None:
    if extract.reference_date != key.reference_date:
        return None
    direct = extract.level == key.level
    if not direct and (extract.level, key.level) != (Level.KOMMUN, Level.LAN):
        return None
    found = counted(extract, key.ages)
    if found is None:
        return None
    return _Candidate(extract, found if direct else found.by_county(), direct)


def counted(extract: Extract, ages: AgeInterval | None) -> Counted | None:
    """Persons per region of the extract's own level; None where its ages do not make the interval.

    `ages` None means all ages.
    """
    frame = _inside(extract, ages)
    if frame is None:
        return None
    grouped = frame["population"].groupby(frame["region_code"].array, observed=True)
    persons, cells = grouped.sum().sort_index(), grouped.size().sort_index()
    persons.index, cells.index = persons.index.astype("str"), cells.index.astype("str")
    return Counted(persons, cells)


def _inside(extract: Extract, ages: AgeInterval | None) -> pd.DataFrame | None:
    first = 0 if ages is None else ages.first
    last = OPEN_AGE if ages is None or ages.last is None else ages.last
    if not _tiled(
        [span for span in extract.spans if first <= span[0] <= span[1] <= last], first, last
    ):
        return None
    frame = extract.frame
    return frame[(frame["age_from"] >= first) & (frame["age_to"] <= last)]


def _positions(extract: Extract, ages: AgeInterval | None, codes: Sequence[str]) -> list[str]:
    """For each region, where its parts stand in the file, as ranges: `0-37,202-239`."""
    frame = _inside(extract, ages)
    width = len(codes[0])
    places: dict[str, list[np.ndarray]] = {code: [] for code in codes}
    if frame is not None:
        index = frame.index.to_numpy()
        grouped = frame.groupby(frame["region_code"].array, observed=True)
        for region, rows in grouped.indices.items():
            places[str(region)[:width]].append(index[rows])
    return [_ranges(np.unique(np.concatenate(places[code]))) for code in codes]


def _ranges(positions: np.ndarray) -> str:
    breaks = np.flatnonzero(np.diff(positions) != 1) + 1
    runs = np.split(positions, breaks)
    return ",".join(f"{r[0]}" if len(r) == 1 else f"{r[0]}-{r[-1]}" for r in runs)


def _tiled(spans: Sequence[tuple[int, int]], first: int, last: int) -> bool:
    if not spans or spans[0][0] != first or spans[-1][1] != last:
        return False
    return all(b[0] == a[1] + 1 for a, b in pairwise(spans))


def _spans(frame: pd.DataFrame) -> list[tuple[int, int]]:
    distinct = frame[["age_from", "age_to"]].drop_duplicates()
    return sorted((int(a), int(b)) for a, b in distinct.itertuples(index=False))


def differing(one: Counted, other: Counted, random: Perturbation | None) -> list[str]:
    """The regions whose persons differ by more than the random numbers of their figures allow."""
    apart = (one.persons - other.persons.reindex(one.persons.index)).abs()
    cells = one.cells + other.cells.reindex(one.cells.index)
    beyond = apart > cells.map(lambda number: tolerance(random, int(number)))
    return [str(code) for code in apart.index[beyond]]


def allowed(one: Extract, other: Extract) -> Perturbation | None:
    """The random numbers that may part two extracts: those of the less exact one."""
    found = [each for each in (one.perturbation, other.perturbation) if each is not None]
    return max(found, key=lambda each: each.per_cell, default=None)


def same_figures(one: Extract, other: Extract) -> bool:
    """Whether two extracts hold the very same figures: then random numbers explain nothing.

    The cell key method gives one figure the same random number wherever it is published.
    """
    same = (one.reference_date, one.level) == (other.reference_date, other.level)
    return same and len(one.frame) == len(other.frame)


def _refuse_contradiction(key: BasisKey, one: _Candidate, other: _Candidate) -> None:
    pair = (one.extract, other.extract)
    random = None if same_figures(*pair) else allowed(*pair)
    codes = differing(one.counted, other.counted, random)
    if codes:
        raise input_error(
            one.extract.path,
            f"region {codes[0]}, {key}",
            expected=f"{int(other.counted.persons[codes[0]])}, as in {other.extract.path}",
            found=f"{int(one.counted.persons[codes[0]])} ({len(codes)} regions differ)",
            action="say in one sidecar that it `replaces` the other's sha256, or pin one; where "
            "the table's notes say that values have random numbers in them, say so in the sidecar "
            "(`perturbation`)",
        )


def _no_population(key: BasisKey, agreement: Agreement, raw: Raw) -> InputError:
    ages = "all ages" if key.ages is None else f"ages {key.ages}"
    parts = ["folkmangd", str(key.reference_date), str(key.level), str(key.ages or "")]
    name = "_".join(part for part in parts if part)
    return input_error(
        raw.root / "population" / f"{name}.json",
        expected=f"an extract of {agreement.population.table} for {key.reference_date}, "
        f"level {key.level}, {ages} ({agreement.id} needs it)",
        found="none",
        action=f"statsbidrag fetch {agreement.id}; or take in a table that you have downloaded: "
        f"statsbidrag add FILE --date {key.reference_date} --maturity definitive "
        "(docs/handbok/folkmangd.md)",
    )


def _check_regions(
    file: Sealed[PopulationSidecar],
    frame: pd.DataFrame,
    register: pd.DataFrame,
    changes: Sequence[RegionChange],
) -> None:
    level, day = file.sidecar.level, file.sidecar.reference_dates[0]
    found = {str(code) for code in frame["region_code"].unique()}
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


def _check_people(file: Sealed[PopulationSidecar], frame: pd.DataFrame) -> None:
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


def _check_ages(file: Sealed[PopulationSidecar], frame: pd.DataFrame) -> None:
    ages = file.sidecar.ages
    first = 0 if ages is None else ages.first
    last = OPEN_AGE if ages is None or ages.last is None else ages.last
    spans = _spans(frame)
    if _tiled(spans, first, last):
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


def maturity_of(basis: pd.DataFrame, name: str) -> Maturity:
    """The maturity of one basis."""
    return Maturity(str(basis.loc[basis["basis"] == name, "maturity"].iloc[0]))
