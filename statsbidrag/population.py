"""Population: extracts that are whole, and which of them a key uses.

Belongs here: completeness against the register, the rule for which extract counts, and the
population per basis. Does not: file formats (`statsbidrag.jsonstat`), or what is done with the
figures (`statsbidrag.allocation`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from schemas import tables
from schemas.agreement import Agreement
from schemas.common import Level, Maturity, RecipientType
from schemas.keys import AgeInterval, ShareBy, shares_of
from schemas.sidecar import PopulationSidecar
from schemas.tables import OPEN_AGE
from statsbidrag import register as reg
from statsbidrag.errors import InputError, Problem, input_error
from statsbidrag.frames import checked_input
from statsbidrag.jsonstat import read_jsonstat
from statsbidrag.raw import Raw, Sealed
from statsbidrag.weights import weights_basis

ALL_AGES: Final = "alla"
_SHOWN: Final = 5

PERTURBED_FROM: Final = 2025
"""From this reference year SCB perturbs published population values, so levels need not agree."""


@dataclass(frozen=True)
class Extract:
    """One verified population file: its cells, and what its sidecar says of it."""

    path: Path
    name: str
    sidecar: PopulationSidecar
    frame: pd.DataFrame

    @property
    def total(self) -> int:
        """Everyone in the extract."""
        return int(self.frame["population"].sum())


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


def read_extracts(
    raw: Raw, register: pd.DataFrame, reference_dates: Iterable[date]
) -> list[Extract]:
    """Every extract of these days that is not replaced by another, best maturity first."""
    days = set(reference_dates)
    sidecars = raw.population_sidecars()
    retired = {sidecar.replaces for _, sidecar in sidecars if sidecar.replaces}
    chosen = [
        (path, sidecar)
        for path, sidecar in sidecars
        if sidecar.reference_date in days and sidecar.sha256 not in retired
    ]
    extracts = [read_extract(raw.population(path), register) for path, _ in chosen]
    return sorted(extracts, key=lambda extract: (extract.sidecar.maturity.rank, extract.name))


def read_extract(file: Sealed[PopulationSidecar], register: pd.DataFrame) -> Extract:
    """One file, whole: every region of its level once, all ages, both sexes, its control total."""
    table = read_jsonstat(file)
    _check_regions(file, table.frame, register)
    frame = checked_input(tables.Population, table.frame, file.path)
    _check_names(file.path, table.labels, reg.names(register, file.sidecar.level))
    _check_ages(file.path, frame)
    extract = Extract(file.path, file.name, file.sidecar, frame)
    control = file.sidecar.control_total
    if control is not None and extract.total != control:
        raise input_error(
            file.path,
            "the sum of all figures",
            expected=f"{control}, the sidecar's control_total",
            found=f"{extract.total}",
            action="fetch the table again, or correct the control total",
        )
    return extract


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
    by_region: pd.Series
    frame: pd.DataFrame
    direct: bool


def _basis(
    key: BasisKey, extracts: Sequence[Extract], agreement: Agreement, raw: Raw
) -> pd.DataFrame:
    pins, table = set(agreement.population.pins), agreement.population.table
    allowed = [
        extract
        for extract in extracts
        if extract.sidecar.table == table and (not pins or extract.sidecar.sha256 in pins)
    ]
    found = [candidate for e in allowed if (candidate := _candidate(key, e)) is not None]
    if not found:
        raise _no_population(key, agreement, raw)
    best = min(found, key=lambda c: (c.extract.sidecar.maturity.rank, not c.direct, c.extract.name))
    for other in found:
        if other.extract.sidecar.maturity == best.extract.sidecar.maturity:
            _refuse_contradiction(key, best, other)
    sidecar = best.extract.sidecar
    codes = list(best.by_region.index)
    return pd.DataFrame(
        {
            "basis": str(key),
            "reference_date": str(key.reference_date),
            "level": str(key.level),
            "ages": str(key.ages or ALL_AGES),
            "region_code": pd.Series(codes, dtype="str"),
            "population": best.by_region.to_numpy(dtype="int64"),
            "maturity": str(sidecar.maturity),
            "extract": best.extract.name,
            "sha256": sidecar.sha256,
            "positions": pd.Series(_positions(best, codes), dtype="str"),
        }
    )


def _candidate(key: BasisKey, extract: Extract) -> _Candidate | None:
    if extract.sidecar.reference_date != key.reference_date:
        return None
    direct = extract.sidecar.level == key.level
    if not direct and (extract.sidecar.level, key.level) != (Level.KOMMUN, Level.LAN):
        return None
    frame = extract.frame
    if key.ages is not None:
        last = OPEN_AGE if key.ages.last is None else key.ages.last
        inside = frame[(frame["age_from"] >= key.ages.first) & (frame["age_to"] <= last)]
        if not _tiled(inside, key.ages.first, last):
            return None
        frame = inside
    persons = frame["population"].groupby(frame["region_code"].array, observed=True)
    by_region = persons.sum()
    by_region.index = by_region.index.astype("str")
    if not direct:
        by_region = by_region.groupby(by_region.index.str[:2]).sum()
    return _Candidate(extract, by_region.sort_index(), frame, direct)


def _positions(candidate: _Candidate, codes: Sequence[str]) -> list[str]:
    """For each region, where its parts stand in the file, as ranges: `0-37,202-239`."""
    frame = candidate.frame
    width = len(codes[0])
    places: dict[str, list[np.ndarray]] = {code: [] for code in codes}
    for region, rows in frame.groupby(frame["region_code"].array, observed=True).indices.items():
        places[str(region)[:width]].append(frame.index.to_numpy()[rows])
    return [_ranges(np.sort(np.concatenate(places[code]))) for code in codes]


def _ranges(positions: np.ndarray) -> str:
    breaks = np.flatnonzero(np.diff(positions) != 1) + 1
    runs = np.split(positions, breaks)
    return ",".join(f"{r[0]}" if len(r) == 1 else f"{r[0]}-{r[-1]}" for r in runs)


def _tiled(frame: pd.DataFrame, first: int, last: int) -> bool:
    spans = _spans(frame)
    if not spans or spans[0][0] != first or spans[-1][1] != last:
        return False
    return all(b[0] == a[1] + 1 for a, b in pairwise(spans))


def _spans(frame: pd.DataFrame) -> list[tuple[int, int]]:
    distinct = frame[["age_from", "age_to"]].drop_duplicates()
    return sorted((int(a), int(b)) for a, b in distinct.itertuples(index=False))


def _refuse_contradiction(key: BasisKey, one: _Candidate, other: _Candidate) -> None:
    if key.reference_date.year >= PERTURBED_FROM and one.direct != other.direct:
        return
    differing = one.by_region[one.by_region != other.by_region.reindex(one.by_region.index)]
    if len(differing):
        code = str(differing.index[0])
        raise input_error(
            one.extract.path,
            f"region {code}, {key}",
            expected=f"{int(other.by_region[code])}, as in {other.extract.path}",
            found=f"{int(one.by_region[code])} ({len(differing)} regions differ)",
            action="say in one sidecar that it `replaces` the other's sha256, or pin one",
        )


def _no_population(key: BasisKey, agreement: Agreement, raw: Raw) -> InputError:
    ages = "all ages" if key.ages is None else f"ages {key.ages}"
    name = f"folkmangd_{key.reference_date}_{key.level}" + ("" if key.ages is None else "_alder")
    return input_error(
        raw.root / "population" / f"{name}.json",
        expected=f"an extract of {agreement.population.table} for {key.reference_date}, "
        f"level {key.level}, {ages} ({agreement.id} needs it)",
        found="none",
        action=f"fetch {agreement.population.table} from SCB's Statistikdatabasen as json-stat2 "
        "and put it there with a sidecar (docs/handbok.md)",
    )


def _check_regions(
    file: Sealed[PopulationSidecar], frame: pd.DataFrame, register: pd.DataFrame
) -> None:
    level = file.sidecar.level
    wanted = reg.names(register, level)
    found = {str(code) for code in frame["region_code"].unique()}
    noun = "municipalities" if level == Level.KOMMUN else "counties"
    problems = []
    if missing := sorted(set(wanted) - found):
        named = ", ".join(f"{code} {wanted[code]}" for code in missing[:_SHOWN])
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        problems.append(
            Problem(
                str(file.path),
                f"{len(wanted) - len(missing)} of {len(wanted)} {noun}",
                f"all {len(wanted)} of the register",
                f"{named}{more} missing",
                "fetch the table again, with every region",
            )
        )
    if foreign := sorted(found - set(wanted)):
        hint = next((f": was it 0{code}?" for code in foreign if f"0{code}" in wanted), "")
        problems.append(
            Problem(
                str(file.path),
                "dimension.Region",
                f"codes of {noun} in the register, as text with their zeros",
                f"`{'`, `'.join(foreign[:_SHOWN])}`{hint}",
                "fetch the table with today's division",
            )
        )
    if problems:
        raise InputError(problems)


def _check_names(path: Path, labels: dict[str, str], wanted: dict[str, str]) -> None:
    for code, label in labels.items():
        if code in wanted and label.removeprefix(f"{code} ") != wanted[code]:
            raise input_error(
                path,
                f"region {code}",
                expected=f"{wanted[code]}, as in the register",
                found=label,
                action="codes and names must belong together: fetch the table again",
            )


def _check_ages(path: Path, frame: pd.DataFrame) -> None:
    if not _tiled(frame, 0, OPEN_AGE):
        spans = _spans(frame)
        raise input_error(
            path,
            "dimension.Alder",
            expected="every age once, from 0 to an open last one (100+)",
            found=f"{len(spans)} ages, {spans[0][0]} to {spans[-1][1]}",
            action="fetch the table again, with every age",
        )


def by_region(extract: Extract) -> pd.Series:
    """Everyone in each region of an extract, by code."""
    persons = extract.frame["population"].groupby(extract.frame["region_code"].array, observed=True)
    summed = persons.sum()
    summed.index = summed.index.astype("str")
    return summed


def maturity_of(basis: pd.DataFrame, name: str) -> Maturity:
    """The maturity of one basis."""
    return Maturity(str(basis.loc[basis["basis"] == name, "maturity"].iloc[0]))
