"""Which extract counts for a key, and the persons of each region that the key shares by.

Belongs here: the choice (best maturity, the level itself, the fewest figures), contradictions, and
the table of what was chosen. Does not: proving files (`statsbidrag.population.reading`), or what is
done with the figures (`statsbidrag.allocation.amounts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from schemas import tables
from schemas.agreement import Agreement
from schemas.common import Level, Maturity
from schemas.keys import AgeInterval
from schemas.sidecar import PopulationSidecar
from schemas.tables import BasisTable
from statsbidrag.errors import InputError, Problem, input_error
from statsbidrag.population.demand import ALL_AGES, BasisKey, bases_of
from statsbidrag.population.extract import (
    Counted,
    Extract,
    allowed,
    cells_of,
    counted,
    differing,
    same_figures,
)
from statsbidrag.population.weights import WeightTable, weights_basis


@dataclass(frozen=True)
class Everyone:
    """Persons of all ages by region of one level, and the file that they were taken from."""

    persons: dict[str, int]
    reference_date: date
    sidecar: PopulationSidecar


@dataclass(frozen=True)
class PopulationSources:
    """What an agreement's keys may share by: extracts, best maturity first, and tables of weights.

    All of them are proven. `folder` is where extracts lie, or should lie.
    """

    folder: Path
    extracts: tuple[Extract, ...]
    weights: tuple[WeightTable, ...]


class MissingPopulationError(InputError):
    """Extracts that keys need and that nobody has taken in yet: one problem for each of them."""


def basis_frame(agreement: Agreement, sources: PopulationSources) -> BasisTable:
    """The population and weights that the agreement's keys use.

    Raises InputError where two of equal maturity contradict; MissingPopulationError, once none
    does, with every key that no extract can serve.
    """
    keys = bases_of(agreement)
    best = {key: _best(key, sources.extracts, agreement) for key in keys}
    if missing := [key for key in keys if best[key] is None]:
        raise MissingPopulationError(
            _no_population(key, agreement, sources.folder) for key in missing
        )
    parts = [_basis(key, chosen) for key, chosen in best.items() if chosen is not None]
    for table in sources.weights:
        day = agreement.population.reference_date
        name = str(BasisKey(day, Level.LAN, None, table.table))
        parts.append(weights_basis(table, name))
    if not parts:
        empty = {name: pd.Series(dtype="str") for name in tables.Basis.columns()}
        return BasisTable(pd.DataFrame(empty).astype({"population": "int64"}))
    return BasisTable(pd.concat(parts, ignore_index=True))


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


def _basis(key: BasisKey, best: _Candidate) -> BasisTable:
    sidecar = best.extract.sidecar
    codes = list(best.counted.persons.index)
    return BasisTable(
        pd.DataFrame(
            {
                "basis": str(key),
                "reference_date": str(key.reference_date),
                "level": str(key.level),
                "ages": str(key.ages or ALL_AGES),
                "region_code": pd.Series(codes, dtype="str"),
                "population": best.counted.persons.to_numpy(dtype="int64"),
                "maturity": str(sidecar.maturity),
                "table": sidecar.table,
                "extract": best.extract.name,
                "sha256": sidecar.sha256,
                "positions": pd.Series(_positions(best.extract, key.ages, codes), dtype="str"),
            }
        )
    )


def _best(key: BasisKey, extracts: Sequence[Extract], agreement: Agreement) -> _Candidate | None:
    """The extract that counts; None where none can serve. Raises InputError for contradictions."""
    pins, table = set(agreement.population.pins), agreement.population.table
    allowed = [extract for extract in extracts if extract.sidecar.serves(table)]
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


def _positions(extract: Extract, ages: AgeInterval | None, codes: Sequence[str]) -> list[str]:
    """For each region, where its parts stand in the file, as ranges: `0-37,202-239`."""
    frame = cells_of(extract, ages)
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


def _no_population(key: BasisKey, agreement: Agreement, folder: Path) -> Problem:
    ages = "all ages" if key.ages is None else f"ages {key.ages}"
    parts = ["folkmangd", str(key.reference_date), str(key.level), str(key.ages or "")]
    name = "_".join(part for part in parts if part)
    return Problem(
        str(folder / f"{name}.json"),
        place="",
        expected=f"an extract of {agreement.population.table} for {key.reference_date}, "
        f"level {key.level}, {ages} ({agreement.id} needs it)",
        found="none",
        action=f"statsbidrag fetch {agreement.id}; or take in a table that you have downloaded: "
        f"statsbidrag add FILE --date {key.reference_date} --maturity definitive "
        "(docs/handbok/folkmangd.md)",
    )


def maturity_of(basis: BasisTable, name: str) -> Maturity:
    """The maturity of one basis."""
    return Maturity(str(basis.loc[basis["basis"] == name, "maturity"].iloc[0]))
