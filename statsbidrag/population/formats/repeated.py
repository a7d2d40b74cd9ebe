"""Labels of one meaning that stand beside each other: their figures are one, where they are equal.

Belongs here: `100+1` beside `100+5`, a total for each division of ages, both also where texts alone
stand, which are the same. Does not: what a label means (`labels`), nor any other cell that stands
twice (`cube`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

import numpy as np

from schemas.sidecar import PopulationSidecar
from schemas.tables import OPEN_AGE
from statsbidrag.errors import InputError, input_error
from statsbidrag.files.raw_folder import Sealed
from statsbidrag.population.formats.cells import FETCH, Axis, Cells, Label, Variable
from statsbidrag.population.formats.labels import LabelError, age_of, sex_of
from statsbidrag.population.perturbation import allowance, perturbation_of

_MEANINGS: Final[Mapping[Variable, Callable[[Label], Any]]] = {
    Variable.AGE: age_of,
    Variable.SEX: sex_of,
}
_TWO: Final = 2


def each_meaning_once(
    file: Sealed[PopulationSidecar], cells: Cells, days: Sequence[str]
) -> tuple[Cells, list[str]]:
    """The cells with one label for each meaning, and the doubts about figures that differ.

    `days` are what the labels of time mean. Of two labels the first stays. Raises InputError naming
    the figures that differ by more than the random numbers of two allow.
    """
    doubts: list[str] = []
    for variable, meaning in _MEANINGS.items():
        axis = cells.axes.get(variable)
        meant = _meant(axis, meaning) if axis is not None else []
        shared = [isinstance(each, tuple) and each[1] == OPEN_AGE for each in meant]
        if any(shared) or len(set(meant)) < len(meant):
            cells, differing = _merged(file, cells, variable, (meant, shared), days)
            if differing:
                doubts.append(
                    f"{differing} värden står två gånger under olika beteckningar med samma "
                    "innebörd och skiljer sig så lite som små slumptal kan ge. Det första används."
                )
    return cells, doubts


def _meant(axis: Axis, meaning: Callable[[Label], Any]) -> list[Any]:
    """What each label means; nothing where one of them means nothing."""
    try:
        return [meaning(label) for label in axis.labels]
    except LabelError:
        return []


def _merged(
    file: Sealed[PopulationSidecar],
    cells: Cells,
    variable: Variable,
    meanings: tuple[list[Any], list[bool]],
    days: Sequence[str],
) -> tuple[Cells, int]:
    """The cells without those that repeat another one, and how many of these differ from it.

    `meanings` are what each label means, and whether each division of ages ends in it: it may stand
    several times under one text.
    """
    axis, (meant, shared) = cells.axes[variable], meanings
    at = np.array([meant.index(each) for each in meant])[axis.at]
    axes = {**cells.axes, variable: replace(axis, at=at)}
    places = tuple(each.at for each in axes.values())
    flat = np.ravel_multi_index(places, [len(each.labels) for each in axes.values()])
    _, original, back = np.unique(flat, return_index=True, return_inverse=True)
    before = original[back]
    repeats = (axis.at != axis.at[before]) | np.array(shared)[axis.at]
    repeats &= before != np.arange(len(flat))
    apart = np.abs(cells.values - cells.values[before])
    years = axes.get(Variable.TIME)
    allowed = np.array([_allowed(file, cells, day) for day in days])
    beyond = repeats & (apart > (allowed[years.at] if years is not None else allowed[0]))
    if beyond.any():
        raise _contradiction(file, cells, axis, before, int(np.argmax(beyond)))
    kept = np.flatnonzero(~repeats)
    torn = [] if cells.torn is None else np.flatnonzero(kept == cells.torn).tolist()
    return (
        replace(
            cells,
            axes={each: replace(one, at=one.at[kept]) for each, one in axes.items()},
            values=cells.values[kept],
            positions=cells.positions[kept],
            place=lambda number: cells.place(int(kept[number])),
            torn=torn[0] if torn else None,
        ),
        int((apart[repeats] > 0).sum()),
    )


def _allowed(file: Sealed[PopulationSidecar], cells: Cells, day: str) -> int:
    notes = (*cells.said.mandatory_notes, *cells.said.notes)
    return allowance(perturbation_of(file.sidecar, notes, date.fromisoformat(day)), _TWO)


def _contradiction(
    file: Sealed[PopulationSidecar], cells: Cells, axis: Axis, before: np.ndarray, number: int
) -> InputError:
    first = int(before[number])
    one, other = axis.labels[axis.at[first]], axis.labels[axis.at[number]]
    return input_error(
        file.path,
        f"{cells.place(number)}, `{other}`",
        expected=f"{int(cells.values[first])}, as at {cells.place(first)}, `{one}`",
        found=f"{int(cells.values[number])}",
        action="the two mean the same, and the file contradicts itself: " + FETCH,
    )
