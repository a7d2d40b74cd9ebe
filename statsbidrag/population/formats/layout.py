"""The parts of a table in rows of cells: title, heading, figures, and what programs add to them.

Belongs here: where each part is, numbers of rows in front, a row of sums at the end. Does not: what
headings and labels say (`headings`, `grid`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from schemas.sidecar import PopulationSidecar
from statsbidrag.errors import input_error
from statsbidrag.files.raw_folder import Sealed
from statsbidrag.population.formats.labels import variable_of
from statsbidrag.population.formats.numbers import looks_like_figure, whole_numbers

_ROW_NUMBERS: Final = frozenset({"", "#", "nr", "index", "rad", "row", "unnamed: 0"})
_SUMS: Final = frozenset({"summa", "sum", "totalt", "total", "totalsumma", "grand total"})


@dataclass(frozen=True)
class Grid:
    """A table's parts, every cell as text: `head` and `columns` are equally wide.

    `numbers` are the lines or rows, from 1, on which the figures stand; `word` is which of the two
    a person counts there, and `column` how she names a column; `ended` whether the last line is
    known to be whole.
    """

    title: tuple[str, ...]
    head: tuple[tuple[str, ...], ...]
    columns: tuple[np.ndarray, ...]
    numbers: np.ndarray
    foot: tuple[str, ...]
    word: str
    column: Callable[[int], str]
    ended: bool = True


@dataclass(frozen=True)
class Parts:
    """Where in rows of cells the heading, the first row of figures, and the title are."""

    title: tuple[int, ...]
    head: tuple[int, ...]
    first: int


def parts_of(rows: Sequence[Sequence[str]]) -> Parts | None:
    """Title, heading and first row of figures among the first rows of a table; None without any.

    A row of figures begins with a label, and ends with a figure, or with what stands where one is
    missing. The heading is the row above, and those above that begin with a blank.
    """
    first = next((number for number, row in enumerate(rows) if _is_figures(row)), None)
    if first is None:
        return None
    above = [number for number in range(first) if any(rows[number])]
    if not above or (sum(map(bool, rows[above[-1]])) < 2 and rows[above[-1]][0]):
        return None
    head = [above[-1]]
    for number in reversed(above[:-1]):
        if rows[number][0] or number != head[0] - 1:
            break
        head.insert(0, number)
    title = tuple(number for number in above if number < head[0])
    return Parts(title, tuple(head), first)


def _is_figures(row: Sequence[str]) -> bool:
    filled = [cell for cell in row if cell]
    if len(filled) < 2 or not row[0] or variable_of(row[0]) is not None:
        return False
    return looks_like_figure(filled[-1]) and not any(variable_of(cell) for cell in row)


def counts_rows(names: list[str], column: np.ndarray) -> bool:
    """Whether a column is the number of each row, as programs add in front of a table."""
    if " ".join(names).casefold() not in _ROW_NUMBERS or not len(column):
        return False
    first = str(column[0])
    return first in ("0", "1") and bool(
        (column == [str(int(first) + row) for row in range(len(column))]).all()
    )


def without_sum_row(
    file: Sealed[PopulationSidecar], grid: Grid, regions: Sequence[int], figures: Sequence[int]
) -> tuple[Grid, list[str]]:
    """The grid without a last row that sums those above it, and that it was so.

    `regions` and `figures` are the columns of either. Raises InputError where the row says another
    sum: then nobody knows what it is.
    """
    last = [str(column[-1]) for column in grid.columns] if len(grid.numbers) > 1 else []
    name = next((last[number] for number in regions if last and last[number]), "")
    if name.casefold() not in _SUMS:
        return grid, []
    place = f"{grid.word} {grid.numbers[-1]}, {name}"
    for number in figures:
        column = grid.columns[number]
        names = [f"{grid.word} {row}, {grid.column(number)}" for row in grid.numbers]
        values, _ = whole_numbers(column, file.path, names.__getitem__)
        if int(values[:-1].sum()) != int(values[-1]):
            raise input_error(
                file.path,
                place,
                expected=f"{int(values[:-1].sum())}, the sum of the rows above it",
                found=last[number],
                action=f"see what is missing; or take the row {name} away: it is no region",
            )
    kept = replace(
        grid,
        columns=tuple(column[:-1] for column in grid.columns),
        numbers=grid.numbers[:-1],
        ended=True,
    )
    return kept, [f"Sista raden, {name}, är summan av raderna ovanför och används inte."]
