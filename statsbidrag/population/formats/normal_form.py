"""The cells of a file in normal form: labels understood, sums checked and dropped, in order.

Belongs here: what is the same for every format, from labels to `schemas.tables.Population`. Does
not: finding figures and labels in a file, nor which regions and ages there must be
(`statsbidrag.population.reading`).

The figures become an array with an axis for regions, ages, sexes and days; a sum is then one slice
that must equal the sum of others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any, Final, TypeVar

import numpy as np
import pandas as pd

from schemas.common import NATION, Level
from schemas.register import RegionChange
from schemas.sidecar import Perturbation, PopulationSidecar
from schemas.tables import OPEN_AGE
from statsbidrag.errors import InputError, input_error
from statsbidrag.files.printable_text import seen
from statsbidrag.files.raw_folder import Sealed
from statsbidrag.population.formats.cells import FETCH, Axis, Cells, Said, Variable
from statsbidrag.population.formats.coverage import require_everyone, require_persons
from statsbidrag.population.formats.identity import check_identity, days_of
from statsbidrag.population.formats.labels import (
    ALL_AGES,
    BOTH,
    MEN,
    WOMEN,
    LabelError,
    Regions,
    age_of,
    sex_of,
)
from statsbidrag.population.formats.regions import require_regions
from statsbidrag.population.perturbation import perturbation_of, tolerance
from statsbidrag.population.preliminary import is_preliminary
from statsbidrag.register import recipients as reg

_Key = TypeVar("_Key", str, tuple[int, int])
_SHOWN: Final = 5
_DIGITS: Final = {Level.LAN: 2, Level.KOMMUN: 4}


@dataclass(frozen=True)
class PopulationTable:
    """One file: its cells, and what it says of itself.

    `frame` is a `schemas.tables.Population` with the rows of the sidecar's level; its index
    `position` is each figure's place in the file: in the list of figures of json-stat2 and px from
    0, the line of a csv or the row of a spreadsheet from 1. `labels` are the regions' names where
    the file gives code and name. `mandatory_notes` must be shown wherever the figures are; `notes`
    are the others. `updated` is the table's own stamp, empty where the file has none. `doubts` are
    Swedish sentences on what the file leaves to the sidecar, and what was read into it.
    `preliminary` is whether the file calls its figures so, for any of its days.
    """

    frame: pd.DataFrame
    labels: dict[str, str]
    notes: tuple[str, ...]
    mandatory_notes: tuple[str, ...]
    updated: str
    doubts: tuple[str, ...]
    preliminary: bool = False


@dataclass(frozen=True)
class _Cube:
    """Every figure once, by region, age, sex and day, each in order; positions likewise.

    `torn` are the keys of the figure in the middle of which the file ends.
    """

    file: Sealed[PopulationSidecar]
    regions: list[str]
    ages: list[tuple[int, int]]
    sexes: list[str]
    days: list[str]
    values: np.ndarray
    positions: np.ndarray
    torn: tuple[Any, ...] = ()

    def cell(self, at: Sequence[int]) -> str:
        """One cell's name for an error text."""
        region, age, sex, day = at
        return (
            f"region {self.regions[region]}, {_age(self.ages[age])}, sex {self.sexes[sex]}, "
            f"{self.days[day]}"
        )

    def only(self, axis: int, kept: list[int]) -> _Cube:
        """The cube with some of the keys of one axis."""
        keys: list[list[Any]] = [self.regions, self.ages, self.sexes, self.days]
        keys[axis] = [keys[axis][i] for i in kept]
        return replace(
            self,
            regions=keys[0],
            ages=keys[1],
            sexes=keys[2],
            values=self.values.take(kept, axis),
            positions=self.positions.take(kept, axis),
        )

    def torn_at(self) -> tuple[int, ...] | None:
        """Where the torn figure is; None where there is none, or where it is of no use."""
        keys: list[list[Any]] = [self.regions, self.ages, self.sexes, self.days]
        if not all(key in own for key, own in zip(self.torn, keys, strict=False)) or not self.torn:
            return None
        return tuple(own.index(key) for key, own in zip(self.torn, keys, strict=True))


class _Sums:
    """What is compared on the way: sums among the figures with the sums of their parts.

    Where the producer adds random numbers to each figure of a day a small difference is a doubt,
    counted here; any other is an error. `proven` is whether a sum, exactly right, has the torn
    figure in it.
    """

    def __init__(self, perturbations: Sequence[Perturbation | None]) -> None:
        """`perturbations` are those of each day, in order."""
        self.perturbations = perturbations
        self.differing = 0
        self.largest = 0
        self.proven = False

    def check(self, cube: _Cube, axis: int, total: int, parts: list[int]) -> None:
        """One key of an axis against others of it. Raises InputError naming the worst cell."""
        stated = cube.values.take(total, axis)
        apart = np.abs(stated - cube.values.take(parts, axis).sum(axis))
        # Days are the last axis.
        beyond = apart - np.array([tolerance(each, len(parts) + 1) for each in self.perturbations])
        worst = np.unravel_index(int(beyond.argmax()), beyond.shape)
        if beyond[worst] > 0:
            at = [int(each) for each in worst]
            at.insert(axis, total)
            raise input_error(
                cube.file.path,
                cube.cell(at),
                expected=f"{int(cube.values.take(parts, axis).sum(axis)[worst])}, "
                f"the sum of its {len(parts)} parts",
                found=f"{int(stated[worst])}",
                action="the file contradicts itself: " + FETCH,
            )
        self.differing += int((apart > 0).sum())
        self.largest = max(self.largest, int(apart.max()))
        torn = cube.torn_at()
        if torn is not None and torn[axis] in (total, *parts):
            self.proven |= not apart[torn[:axis] + torn[axis + 1 :]]

    def doubts(self) -> list[str]:
        """What was let pass."""
        if not self.differing:
            return []
        return [
            f"{self.differing} summor i filen skiljer sig från summan av sina delar, som mest med "
            f"{self.largest}. Tabellen har små slumpmässiga tal i varje värde, så att de inte "
            "stämmer exakt är väntat."
        ]


def normal_form(
    file: Sealed[PopulationSidecar],
    register: pd.DataFrame,
    cells: Cells,
    changes: Sequence[RegionChange] = (),
) -> PopulationTable:
    """The cells as a table, every one once and every sum in the file checked.

    `changes` say why another division's codes are refused. Raises InputError where the file is not
    what its sidecar says, where a label means nothing, a cell stands twice or not at all, or a sum
    contradicts its parts.
    """
    said = cells.said
    doubts = check_identity(file, said)
    require_persons(file, said)
    days, about_days = days_of(file, cells.axes.get(Variable.TIME), said)
    names, labels = _regions(file, register, cells.axes[Variable.REGION])
    cube = _cube(file, cells, names, days)
    by_age, by_sex = cube.ages != [ALL_AGES], cube.sexes != [BOTH]
    require_everyone(file, said, by_age=by_age, by_sex=by_sex)
    notes = (*said.mandatory_notes, *said.notes)
    sums = _Sums([perturbation_of(file.sidecar, notes, _date(day)) for day in cube.days])
    cube, about_ages = _without_age_total(_without_sex_total(cube, sums), sums)
    cube = _of_level(cube, register, sums, changes)
    _require_proof_of_the_torn(cube, cells, sums)
    return PopulationTable(
        frame=_frame(cube),
        labels={code: labels[code] for code in cube.regions if code in labels},
        notes=_printable(said.notes),
        mandatory_notes=_printable(said.mandatory_notes),
        updated=said.updated.strip(),
        doubts=(*doubts, *about_days, *about_ages, *sums.doubts(), *said.doubts),
        preliminary=_says_preliminary(file, said, cells.axes.get(Variable.TIME)),
    )


def _date(day: str) -> date:
    return date.fromisoformat(day)


def _says_preliminary(file: Sealed[PopulationSidecar], said: Said, years: Axis | None) -> bool:
    labels = [str(label) for label in years.labels] if years else []
    texts = (*said.subjects, *said.titles, *said.days, *labels, *said.mandatory_notes, *said.notes)
    days = file.sidecar.reference_dates
    return any(is_preliminary(day.year, texts, said.flags) for day in days)


def _require_proof_of_the_torn(cube: _Cube, cells: Cells, sums: _Sums) -> None:
    """A figure in the middle of which the file ends stands where a sum shows it to be whole.

    The sum is one in the file, or the sidecar's control total.
    """
    at = cube.torn_at()
    if at is None or sums.proven:
        return
    control = cube.file.sidecar.control_on(_date(cube.days[at[3]]))
    if control == int(cube.values[..., at[3]].sum()):
        return
    raise input_error(
        cube.file.path,
        cells.place(cells.torn or 0),
        expected="a line end after the last figure, or a sum that the figure is part of",
        found=f"{int(cube.values[at])}, and then the end of the file",
        action="the file may be cut short, and the figure have lost its last digits: fetch it "
        "again; or give the sidecar a `control_total` from another source",
    )


def _regions(
    file: Sealed[PopulationSidecar], register: pd.DataFrame, axis: Axis
) -> tuple[list[str], dict[str, str]]:
    known = Regions.of(register, file.sidecar.level)
    found, strange = [], []
    for label in axis.labels:
        try:
            found.append(known.read(label))
        except LabelError as error:
            strange.append(str(error))
    if strange:
        noun = "municipalities" if file.sidecar.level == Level.KOMMUN else "counties"
        raise input_error(
            file.path,
            axis.place,
            expected=f"codes of {noun}, as text with their zeros, or names of the register",
            found=", ".join(strange[:_SHOWN]),
            action="fetch the table again with today's division, with codes",
        )
    return [region.code for region in found], {r.code: r.name for r in found if r.name}


def _cube(
    file: Sealed[PopulationSidecar], cells: Cells, regions: list[str], days: list[str]
) -> _Cube:
    count = len(cells.values)
    axes = cells.axes
    ages = _understood(file, axes.get(Variable.AGE), age_of, "ages such as 17, 0-18 or 100+")
    sexes = _understood(file, axes.get(Variable.SEX), sex_of, "1 and 2 (men and women)")
    flat = np.zeros(count, dtype="int64")
    keys: list[list[Any]] = []
    every: dict[Variable, list[Any]] = {
        Variable.REGION: regions,
        Variable.AGE: ages or [ALL_AGES],
        Variable.SEX: sexes or [BOTH],
        Variable.TIME: days,
    }
    for variable, meant in every.items():
        ordered: list[Any] = sorted(set(meant))
        place = {key: number for number, key in enumerate(ordered)}
        keys.append(ordered)
        flat *= len(ordered)
        if variable in axes:
            flat += np.array([place[key] for key in meant], dtype="int64")[axes[variable].at]
    shape = [len(each) for each in keys]
    _every_cell_once(file, cells, flat, keys, shape)
    values, positions = np.empty(count, dtype="int64"), np.empty(count, dtype="int64")
    values[flat], positions[flat] = cells.values, cells.positions
    cube = _Cube(
        file, keys[0], keys[1], keys[2], keys[3], values.reshape(shape), positions.reshape(shape)
    )
    if cells.torn is None:
        return cube
    at = _unraveled(int(flat[cells.torn]), shape)
    return replace(cube, torn=tuple(own[place] for own, place in zip(keys, at, strict=True)))


def _understood(
    file: Sealed[PopulationSidecar],
    axis: Axis | None,
    parse: Callable[[Any], _Key],
    expected: str,
) -> list[_Key]:
    try:
        return [] if axis is None else [parse(label) for label in axis.labels]
    except LabelError as error:
        raise input_error(
            file.path,
            axis.place if axis else "",
            expected=expected,
            found=str(error),
            action=FETCH,
        ) from None


def _every_cell_once(
    file: Sealed[PopulationSidecar],
    cells: Cells,
    flat: np.ndarray,
    keys: list[list[Any]],
    shape: list[int],
) -> None:
    """Raises InputError naming the first cell that stands twice, or that is missing."""
    whole = int(np.prod(shape, dtype="object"))
    if whole == len(flat) and whole and np.bincount(flat, minlength=whole).max() == 1:
        return
    empty = np.zeros(0)
    named = _Cube(file, keys[0], keys[1], keys[2], keys[3], empty, empty)
    once, counts = np.unique(flat, return_counts=True)
    if len(counts) and counts.max() > 1:
        key = once[counts > 1][0]
        one, other = np.flatnonzero(flat == key)[:2]
        raise input_error(
            file.path,
            f"{named.cell(_unraveled(int(key), shape))} ({cells.place(int(other))})",
            expected="each cell once",
            found=f"it stands at {cells.place(int(one))} already",
            action=FETCH,
        )
    gaps = np.flatnonzero(once != np.arange(len(once)))
    missing = int(gaps[0]) if len(gaps) else len(once)
    raise input_error(
        file.path,
        named.cell(_unraveled(missing, shape)) if whole else "figures",
        expected=f"a figure for each region, age, sex and day: {whole or 1}",
        found=f"none here, {len(flat)} in all",
        action="the file is cut short, or has more cells for some regions than for others: "
        "fetch it again",
    )


def _unraveled(flat: int, shape: list[int]) -> list[int]:
    found = []
    for size in reversed(shape):
        flat, place = divmod(flat, size)
        found.append(place)
    return found[::-1]


def _without_sex_total(cube: _Cube, sums: _Sums) -> _Cube:
    if cube.sexes == [BOTH]:
        return cube
    parts = [number for number, sex in enumerate(cube.sexes) if sex != BOTH]
    if [cube.sexes[number] for number in parts] != [MEN, WOMEN]:
        raise input_error(
            cube.file.path,
            "sexes",
            expected="1 and 2 (men and women), or both together",
            found=f"only {' and '.join(cube.sexes)}",
            action="one sex is not everyone: fetch the table again, with both",
        )
    if BOTH in cube.sexes:
        sums.check(cube, 2, cube.sexes.index(BOTH), parts)
    return cube.only(2, parts)


def _without_age_total(cube: _Cube, sums: _Sums) -> tuple[_Cube, list[str]]:
    if cube.ages == [ALL_AGES]:
        return cube, []
    parts = [number for number, age in enumerate(cube.ages) if age != ALL_AGES]
    ages = [cube.ages[number] for number in parts]
    for one, other in pairwise(ages):
        if other[0] <= one[1]:
            raise input_error(
                cube.file.path,
                "ages",
                expected="ages that do not overlap",
                found=f"{_age(one)} beside {_age(other)}",
                action="a person would be counted twice: " + FETCH,
            )
    whole = all(b[0] == a[1] + 1 for a, b in pairwise(ages))
    whole = whole and ages[0][0] == 0 and ages[-1][1] == OPEN_AGE
    doubts = []
    if ALL_AGES in cube.ages:
        if whole:
            sums.check(cube, 1, cube.ages.index(ALL_AGES), parts)
        else:
            doubts.append(
                "Filen har en summa för alla åldrar men inte alla åldrar, så summan går inte att "
                "pröva. Den används inte."
            )
    return cube.only(1, parts), doubts


def _of_level(
    cube: _Cube, register: pd.DataFrame, sums: _Sums, changes: Sequence[RegionChange]
) -> _Cube:
    """The regions of the sidecar's level, once those of other levels are checked with them."""
    level = cube.file.sidecar.level
    at = {code: number for number, code in enumerate(cube.regions)}
    counties = [code for code in cube.regions if len(code) == 2 and code != NATION]
    kept = counties if level == Level.LAN else [c for c in cube.regions if len(c) == 4]
    if not kept:
        raise _no_region(cube, cube.regions)
    _require_parts(cube, register, changes)
    municipalities = set(reg.codes(register, Level.KOMMUN))
    for county in counties:
        inside = {code for code in municipalities if code.startswith(county)}
        if inside and inside == {c for c in at if len(c) == 4 and c.startswith(county)}:
            sums.check(cube, 0, at[county], [at[code] for code in sorted(inside)])
    for every in (set(reg.codes(register, level)), set(reg.codes(register, Level.LAN))):
        if NATION in at and every == {c for c in at if _is_like(c, every)}:
            sums.check(cube, 0, at[NATION], [at[code] for code in sorted(every)])
    return cube.only(0, [at[code] for code in kept])


def _require_parts(cube: _Cube, register: pd.DataFrame, changes: Sequence[RegionChange]) -> None:
    """Municipalities beside counties are all there; counties beside them are the register's.

    Otherwise the sum of a county could not be compared with its parts, and would count untested.
    """
    other = Level.KOMMUN if cube.file.sidecar.level == Level.LAN else Level.LAN
    digits = _DIGITS[other]
    found = [code for code in cube.regions if len(code) == digits and code != NATION]
    if found:
        names = reg.names(register, other)
        wanted = names if other == Level.KOMMUN else {c: n for c, n in names.items() if c in found}
        require_regions(cube.file, other, wanted, found, changes)


def _is_like(code: str, others: Iterable[str]) -> bool:
    """Whether a region is of the same level as others."""
    return code != NATION and any(len(code) == len(other) for other in others)


def _no_region(cube: _Cube, found: list[str]) -> InputError:
    level = cube.file.sidecar.level
    return input_error(
        cube.file.path,
        "regions",
        expected=f"codes of {_DIGITS[level]} digits, as the sidecar's level {level} has",
        found=", ".join(found[:_SHOWN]),
        action="fetch the regions of that level, or correct the sidecar's level",
    )


def _frame(cube: _Cube) -> pd.DataFrame:
    shape = cube.values.shape
    count = cube.values.size
    at = [np.broadcast_to(np.arange(n).reshape([-1 if i == a else 1 for i in range(4)]), shape)
          for a, n in enumerate(shape)]  # fmt: skip
    region, age, sex, day = (each.reshape(-1) for each in at)
    spans = np.array(cube.ages, dtype="int64").reshape(-1, 2)
    sidecar = cube.file.sidecar
    return pd.DataFrame(
        {
            "region_code": _categorical(region, cube.regions),
            "level": _constant(str(sidecar.level), count),
            "age_from": spans[age, 0],
            "age_to": spans[age, 1],
            "sex": _categorical(sex, cube.sexes),
            "reference_date": _categorical(day, cube.days),
            "population": cube.values.reshape(-1),
            "maturity": _constant(str(sidecar.maturity), count),
        },
        index=pd.Index(cube.positions.reshape(-1), name="position"),
    )


def _categorical(positions: np.ndarray, codes: list[str]) -> pd.Categorical:
    return pd.Categorical.from_codes(positions, categories=pd.Index(codes, dtype="str"))


def _constant(value: str, count: int) -> pd.Categorical:
    return _categorical(np.zeros(count, dtype="int8"), [value])


def _printable(notes: Iterable[str]) -> tuple[str, ...]:
    """Each note once, on one line, without characters that no page can show."""
    return tuple(dict.fromkeys(line for note in notes if (line := " ".join(seen(note).split()))))


def _age(span: tuple[int, int]) -> str:
    if span == ALL_AGES:
        return "all ages"
    first, last = span
    if last == OPEN_AGE:
        return f"age {first}+"
    return f"age {first}" if first == last else f"age {first}-{last}"


def no_variable(file: Sealed[PopulationSidecar], place: str, found: str) -> InputError:
    """A file that lacks the regions, or has a variable that nobody asked for."""
    return input_error(
        file.path,
        place,
        expected="region, and at most age, sex, year and contents",
        found=found,
        action="this is another table, or a default selection: " + FETCH,
    )
