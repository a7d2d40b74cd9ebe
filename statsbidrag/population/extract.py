"""One proven population file on one of its days, counted for an interval of ages.

Belongs here: the extract itself, what it adds up to, and whether two of them say the same. Does
not: reading the file (`statsbidrag.population.reading`), or which extract counts
(`statsbidrag.population.basis`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from schemas.common import Level
from schemas.corrections import Correction
from schemas.keys import AgeInterval
from schemas.sidecar import Perturbation, PopulationSidecar
from schemas.tables import OPEN_AGE, PopulationFrame
from statsbidrag.population.perturbation import allowance, perturbation_of
from statsbidrag.population.tiling import Span, fewest

BOTH: Final = "total"
"""The sex of a figure of men and women together."""

_WIDE: Final = 1000
"""More than any age: two ages make one number."""


@dataclass(frozen=True, eq=False)
class Extract:
    """One verified population file on one of its days: its cells, and what is said of it.

    `frame` holds the cells of that day and level, wholes beside their parts, corrections applied;
    `delivered` is everybody of all its regions before any. `doubts` are Swedish sentences on what
    the file leaves open; `preliminary`: the file calls itself so; `compared`: some whole in the
    file was compared with its parts.
    """

    path: Path
    name: str
    sidecar: PopulationSidecar
    reference_date: date
    level: Level
    frame: PopulationFrame
    delivered: int
    notes: tuple[str, ...] = ()
    mandatory_notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    preliminary: bool = False
    corrections: tuple[Correction, ...] = ()
    compared: bool = False

    @property
    def control_total(self) -> int | None:
        """What everybody should come to by the sidecar, of its own level; None elsewhere."""
        own = self.level == self.sidecar.level
        return self.sidecar.control_on(self.reference_date) if own else None

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """The ages that it has figures of, each from and to, in order."""
        return spans_of(self.frame)

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


_COUNTED: Final[WeakKeyDictionary[Extract, dict[AgeInterval | None, Counted | None]]] = (
    WeakKeyDictionary()
)
"""What extracts that somebody still holds have been counted for."""


def counted(extract: Extract, ages: AgeInterval | None) -> Counted | None:
    """Persons per region of the extract's own level; None where its ages do not make the interval.

    `ages` None means all ages.
    """
    # Every key, comparison and document asks for the same few intervals.
    known = _COUNTED.setdefault(extract, {})
    if ages not in known:
        known[ages] = _counted(cells_of(extract, ages))
    return known[ages]


def _counted(frame: PopulationFrame | None) -> Counted | None:
    if frame is None:
        return None
    grouped = frame["population"].groupby(frame["region_code"].array, observed=True)
    persons, cells = grouped.sum().sort_index(), grouped.size().sort_index()
    persons.index, cells.index = persons.index.astype("str"), cells.index.astype("str")
    return Counted(persons, cells)


def cells_of(extract: Extract, ages: AgeInterval | None) -> PopulationFrame | None:
    """The fewest published rows that make the interval exactly; None where there are none.

    A whole before its parts: the interval itself before what it consists of, both sexes together
    before men and women.
    """
    chosen = fewest(extract.spans, *bounds(ages))
    return None if chosen is None else cells_of_spans(extract.frame, chosen)


def cells_of_spans(frame: PopulationFrame, spans: Sequence[Span]) -> PopulationFrame:
    """The rows of these ages, of both sexes together where that is published of them."""
    from_, to = (np.array(each) for each in zip(*spans, strict=True))
    own, other = frame["age_from"].to_numpy(), frame["age_to"].to_numpy()
    inside = np.isin(own * _WIDE + other, from_ * _WIDE + to)
    sex = frame["sex"]
    if BOTH in sex.cat.categories and len(sex.cat.categories) > 1:
        inside = inside & (sex == BOTH).to_numpy()
    return frame[inside]


def bounds(ages: AgeInterval | None) -> Span:
    """The first and last age of an interval; None are all ages."""
    if ages is None:
        return 0, OPEN_AGE
    return ages.first, OPEN_AGE if ages.last is None else ages.last


def spans_of(frame: PopulationFrame) -> list[tuple[int, int]]:
    """The ages that there are figures of, each from and to, in order."""
    distinct = frame[["age_from", "age_to"]].drop_duplicates()
    return sorted((int(a), int(b)) for a, b in distinct.itertuples(index=False))


def differing(one: Counted, other: Counted, random: Perturbation | None) -> list[str]:
    """The regions whose persons differ by more than the random numbers of their figures allow."""
    apart = (one.persons - other.persons.reindex(one.persons.index)).abs()
    cells = one.cells + other.cells.reindex(one.cells.index)
    beyond = apart > cells.map(lambda number: allowance(random, int(number)))
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
