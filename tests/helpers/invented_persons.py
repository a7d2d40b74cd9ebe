"""How often the program's comparisons find persons that were put into a file by mistake.

Belongs here: the comparisons of `statsbidrag.population.formats.sums_in_file` on arrays of the made
country, for many municipalities at once. Does not: files, or any expectation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from schemas.sidecar import Perturbation
from statsbidrag.population.formats.cube import Cube
from statsbidrag.population.formats.labels import BOTH
from statsbidrag.population.formats.sums_in_file import Compared, Sums, check_ages, check_sexes
from statsbidrag.population.perturbation import ASSUMED_PER_CELL, allowance
from tests.helpers.made_scb_2025 import AGES, FIVE, SINGLE, TEN, TOTAL, MadeCountry
from tests.helpers.small_tables import sealed

RANDOM: Final = Perturbation(method="cell_key", per_cell=ASSUMED_PER_CELL, source="en not")


@dataclass(frozen=True)
class Kind:
    """A kind of file: which cells it has, and among which of them the invented persons are.

    `among` are ages; the persons are spread as evenly as can be over these and over men and women,
    or over both sexes together where the file has no more.
    """

    title: str
    ages: Sequence[str]
    sexes: Sequence[str]
    among: Sequence[str]


_SEXES: Final = ("1", "2", "TotSa")
KINDS: Final = {
    "by sex": Kind(
        "total and single years, men, women and both", (*TOTAL, *SINGLE), _SEXES, SINGLE
    ),
    "men and women": Kind(
        "total and single years, men and women", (*TOTAL, *SINGLE), ("1", "2"), SINGLE
    ),
    "both together": Kind(
        "total and single years, both sexes together", (*TOTAL, *SINGLE), ("TotSa",), SINGLE
    ),
    "classes": Kind(
        "single years beside five-year classes, both sexes together",
        (*FIVE, *SINGLE),
        ("TotSa",),
        ("15", "16", "17", "18", "19"),
    ),
    "classes by sex": Kind(
        "single years beside five-year classes, men, women and both",
        (*FIVE, *SINGLE),
        _SEXES,
        ("15", "16", "17", "18", "19"),
    ),
    "everything": Kind(
        "every division and the total, men, women and both",
        (*TOTAL, *TEN, *FIVE, *SINGLE),
        _SEXES,
        SINGLE,
    ),
    "sexes": Kind("the total alone, men, women and both", TOTAL, _SEXES, TOTAL),
}


class _Counting(Sums):
    """Which regions have a difference beyond the allowance, in place of the first error."""

    def __init__(self, regions: int) -> None:
        super().__init__([RANDOM])
        self.beyond = np.zeros(regions, dtype=bool)

    def _check(self, cube: Cube, compared: Compared) -> None:
        apart = np.abs(compared.whole - compared.parts)
        most = allowance(RANDOM, compared.figures)
        self.beyond |= (apart > most).any(axis=(1, 2, 3))


def found(country: MadeCountry, kind: Kind, invented: int, seed: int) -> np.ndarray:
    """For each municipality by itself: whether so many persons too many in it are found."""
    regions = country.municipalities
    values = country.published(regions, kind.ages, kind.sexes, seed)
    sexes = [number for number, sex in enumerate(kind.sexes) if sex != "TotSa"] or [0]
    cells = [(kind.ages.index(age), sex) for age in kind.among for sex in sexes]
    for number, (age, sex) in enumerate(cells):
        values[:, age, sex] += invented * (number + 1) // len(cells) - invented * number // len(
            cells
        )
    order = sorted({AGES[age] for age in kind.ages})
    at = [[AGES[age] for age in kind.ages].index(span) for span in order]
    cube = Cube(
        sealed(b""),
        list(regions),
        order,
        [BOTH if sex == "TotSa" else sex for sex in kind.sexes],
        ["2025-11-01"],
        values[:, at, :, None],
        np.zeros((len(regions), len(order), len(kind.sexes), 1), dtype="int64"),
    )
    sums = _Counting(len(regions))
    check_sexes(cube, sums)
    check_ages(cube, sums)
    return sums.beyond
