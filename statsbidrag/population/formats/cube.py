"""Every figure of a file once, in an array: an axis for regions, ages, sexes and days.

Belongs here: the array, and that no cell stands twice or is missing. Does not: what a label means
(`labels`), or what is compared and dropped (`sums_in_file`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from schemas.sidecar import PopulationSidecar
from schemas.tables import OPEN_AGE
from statsbidrag.errors import input_error
from statsbidrag.files.raw_folder import Sealed
from statsbidrag.population.formats.cells import FETCH, Axis, Cells, Variable
from statsbidrag.population.formats.labels import (
    ALL_AGES,
    BOTH,
    LabelError,
    age_of,
    sex_of,
)

_Key = TypeVar("_Key", str, tuple[int, int])


@dataclass(frozen=True)
class Cube:
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

    def cell(self, at: Sequence[int | None]) -> str:
        """One cell's name for an error text; None where it is of all of an axis."""
        region, age, sex, day = at
        names = [
            "all regions" if region is None else f"region {self.regions[region]}",
            "all ages" if age is None else named_age(self.ages[age]),
            "both sexes" if sex is None else f"sex {self.sexes[sex]}",
            *([] if day is None else [self.days[day]]),
        ]
        return ", ".join(names)

    def only(self, axis: int, kept: list[int]) -> Cube:
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


def cube_of(
    file: Sealed[PopulationSidecar], cells: Cells, regions: list[str], days: list[str]
) -> Cube:
    """The figures of a file by their axes; `regions` and `days` are what its labels of them mean.

    Raises InputError for a label of ages or sexes that means nothing, and naming the first cell
    that stands twice, or that is missing.
    """
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
    cube = Cube(
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
    named = Cube(file, keys[0], keys[1], keys[2], keys[3], empty, empty)
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


def named_age(span: tuple[int, int]) -> str:
    """An interval of ages as an error text has it."""
    if span == ALL_AGES:
        return "all ages"
    first, last = span
    if last == OPEN_AGE:
        return f"age {first}+"
    return f"age {first}" if first == last else f"age {first}-{last}"
