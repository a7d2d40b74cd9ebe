"""Wholes that a file has beside their parts: each is compared with them, and both are kept.

Belongs here: totals of sexes, ages and regions against what they consist of, and which regions are
of which level. Does not: the figures' places (`cube`), or which regions there must be (`regions`).

A published whole is a figure of its own: where the producer adds random numbers it is no sum, and
what is wanted of it is never put together from its parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from schemas.common import NATION, Level
from schemas.register import RegionChange
from schemas.sidecar import Perturbation
from statsbidrag.errors import InputError, input_error
from statsbidrag.population.formats.cells import FETCH, Cells
from statsbidrag.population.formats.cube import Cube
from statsbidrag.population.formats.labels import BOTH, MEN, WOMEN
from statsbidrag.population.formats.regions import require_regions
from statsbidrag.population.perturbation import allowance
from statsbidrag.population.tiling import fewest
from statsbidrag.register import recipients as reg
from statsbidrag.register.recipients import Register
from statsbidrag.swedish.typography import counted, sentence

_SHOWN: Final = 5
_DIGITS: Final = {Level.LAN: 2, Level.KOMMUN: 4}
_SEXES: Final = 2


@dataclass(frozen=True)
class Compared:
    """Wholes beside the sums of their parts: arrays of one shape, days last.

    `figures` is how many published figures take part in each comparison, the whole included;
    `keys` are the axis (0 regions, 1 ages, 2 sexes) and its key that the wholes are of.
    """

    whole: np.ndarray
    parts: np.ndarray
    figures: int
    keys: tuple[tuple[int, int], ...]
    among: frozenset[tuple[int, int]]
    """The keys of the parts, and of the wholes."""


class Sums:
    """What is compared on the way.

    Where the producer adds random numbers to each figure of a day a small difference is a doubt,
    counted here; any other is an error. `compared`: something was; `proven`: a sum, exactly right,
    has the torn figure in it.
    """

    def __init__(self, perturbations: Sequence[Perturbation | None]) -> None:
        """`perturbations` are those of each day, in order."""
        self.perturbations = perturbations
        self.differing = 0
        self.largest = 0
        self.compared = False
        self.proven = False

    def check(self, cube: Cube, axis: int, total: int, parts: list[int]) -> None:
        """One key of an axis against others of it. Raises InputError naming the worst cell."""
        self._check(
            cube,
            Compared(
                whole=cube.values.take([total], axis),
                parts=cube.values.take(parts, axis).sum(axis, keepdims=True),
                figures=len(parts) + 1,
                keys=((axis, total),),
                among=frozenset((axis, each) for each in (total, *parts)),
            ),
        )

    def check_both_sexes(self, cube: Cube, total: int, parts: list[int]) -> None:
        """One interval of ages of men and women together against all its parts of either sex.

        What is spread thin over many figures shows here first.
        """
        sexes = [cube.sexes.index(sex) for sex in (MEN, WOMEN)]
        every = cube.values.take(parts, 1).take(sexes, 2).sum((1, 2), keepdims=True)
        whole = cube.values.take([total], 1)
        count = _SEXES * len(parts)
        if BOTH in cube.sexes:
            wholes, count = whole.take([cube.sexes.index(BOTH)], 2), count + 1
        else:
            wholes, count = whole.take(sexes, 2).sum(2, keepdims=True), count + _SEXES
        self._check(cube, Compared(wholes, every, count, ((1, total),), frozenset()))

    def _check(self, cube: Cube, compared: Compared) -> None:
        self.compared = True
        apart = np.abs(compared.whole - compared.parts)
        most = [allowance(each, compared.figures) for each in self.perturbations]
        beyond = apart - np.array(most)
        if (beyond > 0).any():
            raise _contradiction(cube, compared, beyond)
        self.differing += int((apart > 0).sum())
        self.largest = max(self.largest, int(apart.max()))
        torn = cube.torn_at()
        if torn is not None and any(torn[axis] == key for axis, key in compared.among):
            at = list(torn)
            for axis, _ in compared.keys:
                at[axis] = 0
            self.proven |= not apart[tuple(at)]

    def doubts(self) -> list[str]:
        """What was let pass, or could not be tried."""
        if not self.compared and any(self.perturbations):
            return [
                "Filen har ingen summa att jämföra med sina delar, så utöver tabellens "
                "slumpmässiga tal går värdenas riktighet inte att pröva i den."
            ]
        if not self.differing:
            return []
        sums = sentence(counted(self.differing, "en summa", "summor"))
        return [
            f"{sums} i filen skiljer sig från summan av sina delar, som mest med {self.largest}. "
            "Tabellen har små slumpmässiga tal i varje värde, så att de inte stämmer exakt är "
            "väntat."
        ]


def _contradiction(cube: Cube, compared: Compared, beyond: np.ndarray) -> InputError:
    worst = np.unravel_index(int(beyond.argmax()), beyond.shape)
    at: list[int | None] = [int(each) for each in worst]
    for axis, key in compared.keys:
        at[axis] = key
    both = compared.whole.shape[2] == 1 and len(cube.sexes) > 1
    if both and not any(axis == 2 for axis, _ in compared.keys):
        at[2] = None
    others = int((beyond > 0).sum()) - 1
    return input_error(
        cube.file.path,
        cube.cell(at),
        expected=f"{int(compared.parts[worst])}, the sum of its {compared.figures - 1} parts",
        found=f"{int(compared.whole[worst])}",
        action=f"the file contradicts itself{f', in {others} other sums too' if others else ''}: "
        + FETCH,
    )


def check_sexes(cube: Cube, sums: Sums) -> None:
    """Men and women against both together, where the file has more than one of these.

    Raises InputError where only one sex is there, or where their sum is not what the file says.
    """
    if cube.sexes == [BOTH]:
        return
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


def check_ages(cube: Cube, sums: Sums) -> list[str]:
    """Each interval of ages against the fewest others that make it, and against the smallest.

    The doubts about a total that no others make. Raises InputError where a sum is not what the file
    says.
    """
    doubts = []
    at = {span: number for number, span in enumerate(cube.ages)}
    ways = {whole: fewest((each for each in cube.ages if each != whole), *whole) for whole in at}
    smallest = [span for span, way in ways.items() if way is None]
    for whole, way in ways.items():
        if way is None:
            continue
        # What is spread thin over many ages shows in no class, only where all of them are added.
        for finer in dict.fromkeys((tuple(way), tuple(fewest(smallest, *whole) or way))):
            parts = [at[span] for span in finer]
            sums.check(cube, 1, at[whole], parts)
            if MEN in cube.sexes:
                sums.check_both_sexes(cube, at[whole], parts)
    widest = (cube.ages[0][0], max(last for _, last in cube.ages))
    alone = widest in at and len(cube.ages) > 1
    if alone and fewest((span for span in cube.ages if span != widest), *widest) is None:
        doubts.append(
            "Filen har en summa för alla åldrar men inte alla åldrar, så summan går inte att pröva."
        )
    return doubts


def of_levels(cube: Cube, register: Register, sums: Sums, changes: Sequence[RegionChange]) -> Cube:
    """The regions of each level that the file has whole, once the levels are compared.

    Raises InputError where none is of the sidecar's level, where regions of another are not all
    there, or where one's sum is not what the file says.
    """
    own = cube.file.sidecar.level
    if not any(_is_of(code, own) for code in cube.regions):
        raise _no_region(cube, cube.regions)
    _require_parts(cube, register, changes)
    _check_levels(cube, register, sums)
    whole = {own} | {
        level
        for level in Level
        if set(reg.codes(register, level)) <= {c for c in cube.regions if _is_of(c, level)}
    }
    kept = [n for n, code in enumerate(cube.regions) if any(_is_of(code, each) for each in whole)]
    return cube.only(0, kept)


def level_of(code: str) -> Level:
    """The level of a region's code."""
    return Level.LAN if len(code) == _DIGITS[Level.LAN] else Level.KOMMUN


def _is_of(code: str, level: Level) -> bool:
    return code != NATION and level_of(code) == level


def _check_levels(cube: Cube, register: Register, sums: Sums) -> None:
    """Counties against their municipalities, and the nation against the regions of either level."""
    at = {code: number for number, code in enumerate(cube.regions)}
    municipalities = set(reg.codes(register, Level.KOMMUN))
    for county in (code for code in cube.regions if _is_of(code, Level.LAN)):
        inside = {code for code in municipalities if code.startswith(county)}
        if inside and inside == {c for c in at if len(c) == 4 and c.startswith(county)}:
            sums.check(cube, 0, at[county], [at[code] for code in sorted(inside)])
    for every in (set(reg.codes(register, each)) for each in (Level.LAN, Level.KOMMUN)):
        if NATION in at and every == {c for c in at if _is_like(c, every)}:
            sums.check(cube, 0, at[NATION], [at[code] for code in sorted(every)])


def _require_parts(cube: Cube, register: Register, changes: Sequence[RegionChange]) -> None:
    """Municipalities beside counties are all there; counties beside them are the register's.

    Otherwise the sum of a county could not be compared with its parts, and would count untested.
    """
    other = Level.KOMMUN if cube.file.sidecar.level == Level.LAN else Level.LAN
    found = [code for code in cube.regions if _is_of(code, other)]
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
    if control is not None and control == _everyone(cube, at[3]):
        return
    raise input_error(
        cube.file.path,
        cells.place(cells.torn or 0),
        expected="a line end after the last figure, or a sum that the figure is part of",
        found=f"{int(cube.values[at])}, and then the end of the file",
        action="the file may be cut short, and the figure have lost its last digits: fetch it "
        "again; or give the sidecar a `control_total` from another source",
    )


def _everyone(cube: Cube, day: int) -> int:
    """All figures of one day where the file has no sums; where it has, they are the proof."""
    return int(cube.values[..., day].sum())
