"""Sums that a file has beside their parts: compared with them, and dropped.

Belongs here: totals of sexes, ages and regions, and which regions are of the sidecar's level. Does
not: the figures' places (`cube`), or which regions there must be (`regions`).

A sum is one slice of the array, and must equal the sum of others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import Final

import numpy as np

from schemas.common import NATION, Level
from schemas.register import RegionChange
from schemas.sidecar import Perturbation
from schemas.tables import OPEN_AGE
from statsbidrag.errors import InputError, input_error
from statsbidrag.population.formats.cells import FETCH, Cells
from statsbidrag.population.formats.cube import Cube, named_age
from statsbidrag.population.formats.labels import (
    ALL_AGES,
    BOTH,
    MEN,
    WOMEN,
)
from statsbidrag.population.formats.regions import require_regions
from statsbidrag.population.perturbation import allowance
from statsbidrag.register import recipients as reg
from statsbidrag.register.recipients import Register

_SHOWN: Final = 5
_DIGITS: Final = {Level.LAN: 2, Level.KOMMUN: 4}


class Sums:
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

    def check(self, cube: Cube, axis: int, total: int, parts: list[int]) -> None:
        """One key of an axis against others of it. Raises InputError naming the worst cell."""
        stated = cube.values.take(total, axis)
        apart = np.abs(stated - cube.values.take(parts, axis).sum(axis))
        # Days are the last axis.
        beyond = apart - np.array([allowance(each, len(parts) + 1) for each in self.perturbations])
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


def without_sex_total(cube: Cube, sums: Sums) -> Cube:
    """Men and women apart, or both together where the file has no more.

    Raises InputError where only one is there, or where their sum is not what the file says.
    """
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


def without_age_total(cube: Cube, sums: Sums) -> tuple[Cube, list[str]]:
    """Ages apart, or all together where the file has no more; and what of them is in doubt.

    Raises InputError for ages that overlap, and where their sum is not what the file says.
    """
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
                found=f"{named_age(one)} beside {named_age(other)}",
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


def of_level(cube: Cube, register: Register, sums: Sums, changes: Sequence[RegionChange]) -> Cube:
    """The regions of the sidecar's level, once those of other levels are checked with them.

    Raises InputError where none is of the level, where regions of another are not all there, or
    where one's sum is not what the file says.
    """
    kept = [
        number
        for number, code in enumerate(cube.regions)
        if len(code) == _DIGITS[cube.file.sidecar.level] and code != NATION
    ]
    if not kept:
        raise _no_region(cube, cube.regions)
    _require_parts(cube, register, changes)
    _check_levels(cube, register, sums)
    return cube.only(0, kept)


def _check_levels(cube: Cube, register: Register, sums: Sums) -> None:
    """Counties against their municipalities, and the nation against the regions of either level."""
    at = {code: number for number, code in enumerate(cube.regions)}
    municipalities = set(reg.codes(register, Level.KOMMUN))
    for county in (code for code in cube.regions if len(code) == 2 and code != NATION):
        inside = {code for code in municipalities if code.startswith(county)}
        if inside and inside == {c for c in at if len(c) == 4 and c.startswith(county)}:
            sums.check(cube, 0, at[county], [at[code] for code in sorted(inside)])
    level = cube.file.sidecar.level
    for every in (set(reg.codes(register, level)), set(reg.codes(register, Level.LAN))):
        if NATION in at and every == {c for c in at if _is_like(c, every)}:
            sums.check(cube, 0, at[NATION], [at[code] for code in sorted(every)])


def _require_parts(cube: Cube, register: Register, changes: Sequence[RegionChange]) -> None:
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


def _no_region(cube: Cube, found: list[str]) -> InputError:
    level = cube.file.sidecar.level
    return input_error(
        cube.file.path,
        "regions",
        expected=f"codes of {_DIGITS[level]} digits, as the sidecar's level {level} has",
        found=", ".join(found[:_SHOWN]),
        action="fetch the regions of that level, or correct the sidecar's level",
    )


def require_proof_of_the_torn(cube: Cube, cells: Cells, sums: Sums) -> None:
    """A figure in the middle of which the file ends stands where a sum shows it to be whole.

    The sum is one in the file, or the sidecar's control total.
    """
    at = cube.torn_at()
    if at is None or sums.proven:
        return
    control = cube.file.sidecar.control_on(date.fromisoformat(cube.days[at[3]]))
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
