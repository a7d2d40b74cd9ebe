"""What every reader finds in a file, whatever its format: figures, their labels, and what is said.

Belongs here: the form in which readers hand over. Does not: what labels mean
(`statsbidrag.population.formats.labels`), nor the checks (`identity`, `cube`, `sums_in_file`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from schemas.sidecar import PopulationSidecar
from statsbidrag.errors import InputError, input_error
from statsbidrag.files.raw_folder import Sealed

FETCH: Final = "fetch the table again, with these cells and no others"


class Variable(StrEnum):
    """What a figure can be broken down by."""

    REGION = "region"
    AGE = "age"
    SEX = "sex"
    TIME = "year"
    CONTENTS = "contents"


@dataclass(frozen=True)
class Label:
    """One category as the file has it; `text` is empty where the file has one string only."""

    code: str
    text: str = ""

    def __str__(self) -> str:
        """As it is quoted to a reader."""
        return f"{self.code} {self.text}".strip()


@dataclass(frozen=True)
class Axis:
    """The categories of one variable: each label once, and which of them each figure has.

    `place` says where in the file the labels stand.
    """

    labels: tuple[Label, ...]
    at: np.ndarray
    place: str


@dataclass(frozen=True)
class Said:
    """What a file says of itself, in its own words.

    `subjects` are titles and names of what is counted, `titles` what else stands above, `days`
    texts that may name the day, `tables` identities of the table, `contents` the code of what is
    counted, `units` what it is counted in, `flags` the statuses of figures.
    """

    subjects: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    contents: str = ""
    units: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    mandatory_notes: tuple[str, ...] = ()
    updated: str = ""
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cells:
    """The figures of one file, each with its labels, its position, and a name for error texts.

    `values` and `positions` are int64 and as long as each axis' `at`; `place` names the n-th
    figure as a person finds it in the file. `torn` is the figure in the middle of which the file
    ends, None where it ends otherwise.
    """

    axes: Mapping[Variable, Axis]
    values: np.ndarray
    positions: np.ndarray
    place: Callable[[int], str]
    said: Said
    torn: int | None = None


def everyone(count: int, place: str) -> Axis:
    """The axis of ages of a table that has left ages out: then every figure is of all of them."""
    return Axis((Label("TOT"),), np.zeros(count, dtype="int64"), place)


def no_variable(
    file: Sealed[PopulationSidecar], place: str, found: str, strange: str = ""
) -> InputError:
    """A file that lacks the regions, or has a variable that nobody asked for: `strange`."""
    return input_error(
        file.path,
        place,
        expected="region, and at most age, sex, year and contents",
        found=found,
        action=without(strange),
    )


def without(strange: str) -> str:
    """What to do about a table that is broken down by something strange, or lacks something."""
    if strange:
        return f"choose only the total of {strange}, or leave it out: {FETCH}"
    return f"this is another table, or a default selection: {FETCH}"
