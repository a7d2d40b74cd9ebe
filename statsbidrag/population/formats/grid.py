"""Rows and columns as PxWeb lays tables out: headings, labels in front, figures behind.

Belongs here: what csv and spreadsheets share: which columns hold labels and which figures, what
headings say (`män 2024`, `Folkmängd 2024`), labels given once and blank below, footnotes. Does not:
finding rows in a file, nor what labels mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from schemas.sidecar import PopulationSidecar
from statsbidrag.errors import input_error
from statsbidrag.files.raw_folder import Sealed
from statsbidrag.population.formats.cells import (
    FETCH,
    Axis,
    Cells,
    Label,
    Said,
    Variable,
    no_variable,
)
from statsbidrag.population.formats.footnotes import Footnotes, footnotes
from statsbidrag.population.formats.identity import CONTENTS_CODE, TABLE_ID, chosen_contents
from statsbidrag.population.formats.labels import LabelError, age_of, sex_of, variable_of, year_of
from statsbidrag.population.formats.numbers import (
    MOST_FIGURES,
    looks_like_figure,
    read_as_zero,
    too_many,
    whole_numbers,
)

_DAY: Final = re.compile(r"\b[0-9]{1,2} [^\W\d_]{3,9}\b(?= (?:19|20)[0-9]{2}\b|$)")
_YEAR: Final = re.compile(
    r"(?<![0-9])(?:19|20)[0-9]{2}(?:-[0-9]{2}-[0-9]{2}|[MKQ][0-9]{1,2})?(?![0-9])"
)
_SEX: Final = re.compile(
    r"\b(?:båda könen|män och kvinnor|kvinnor och män|both sexes|men and women|män|kvinnor|men"
    r"|women|totalt|total)(?!,? (?:ålder|age|all))\b|(?<!\S)1\+2(?!\S)",
    re.IGNORECASE,
)
_AGE: Final = re.compile(
    r"(?:totalt,? ålder|total,? (?:all )?ages?|(?<![0-9])[0-9]{1,3}(?:[-–][0-9]{1,3})?\+? "
    r"(?:år|years?)(?: (?:och|eller|and|or) (?:äldre|older|over))?)",
    re.IGNORECASE,
)


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


def cells_of(file: Sealed[PopulationSidecar], grid: Grid) -> Cells:
    """The figures of the sidecar's contents, with their labels.

    Raises InputError for a variable that nobody asked for, for columns that say the same or
    different kinds of things, and for anything but whole numbers.
    """
    said = footnotes(grid.foot)
    stubs, columns = _columns(file, grid)
    if len(columns) * len(grid.numbers) > MOST_FIGURES:
        raise too_many(file.path, "figures", len(columns) * len(grid.numbers))
    heads = _heads(file, grid, columns, set(stubs))
    if Variable.REGION not in {*stubs, *heads[0]}:
        raise no_variable(file, "heading", ", ".join(filter(None, grid.head[-1])) or "no heading")
    wide = len(columns)
    axes = _axes(stubs, heads, len(grid.numbers))
    figures = grid.columns[columns[0]]
    if wide > 1:
        figures = np.stack([grid.columns[number] for number in columns], axis=1).reshape(-1)
    chosen, contents = _of_contents(file, axes.pop(Variable.CONTENTS, None), len(figures))
    if len(chosen) < len(figures):
        figures = figures[chosen]
        axes = {v: replace(axis, at=axis.at[chosen]) for v, axis in axes.items()}

    def place(number: int) -> str:
        row, column = divmod(int(chosen[number]), wide)
        return f"{grid.word} {grid.numbers[row]}, {grid.column(columns[column])}"

    values, zeros = whole_numbers(figures, file.path, place)
    last = wide * len(grid.numbers) - 1
    return Cells(
        axes=axes,
        values=values,
        positions=grid.numbers[chosen // wide].astype("int64"),
        place=place,
        said=_said(grid, said, contents, zeros),
        torn=len(chosen) - 1 if not grid.ended and chosen[-1:] == [last] else None,
    )


def _axes(
    stubs: dict[Variable, Axis], heads: list[dict[Variable, Label]], tall: int
) -> dict[Variable, Axis]:
    """The labels of every figure, row by row: those in front of it and those above."""
    wide = len(heads)
    axes = {
        variable: axis if wide == 1 else replace(axis, at=np.repeat(axis.at, wide))
        for variable, axis in stubs.items()
    }
    for variable in heads[0]:
        labels = list(dict.fromkeys(head[variable] for head in heads))
        at = np.array([labels.index(head[variable]) for head in heads])
        axes[variable] = Axis(tuple(labels), np.tile(at, tall), "heading")
    return axes


def _columns(file: Sealed[PopulationSidecar], grid: Grid) -> tuple[dict[Variable, Axis], list[int]]:
    """The columns of labels by variable, and the numbers of the columns of figures."""
    stubs: dict[Variable, list[int]] = {}
    figures: list[int] = []
    for number, column in enumerate(grid.columns):
        names = [row[number] for row in grid.head if row[number]]
        variable = variable_of(names[-1]) if names else None
        if variable is None and not names and number < len(grid.columns) - 1 and not figures:
            variable = _by_content(file, column, grid.column(number))
        if variable is not None:
            stubs.setdefault(variable, []).append(number)
        elif len(column) and not looks_like_figure(str(column[0])) and str(column[0]):
            raise no_variable(file, f"heading, {grid.column(number)}", f"`{' '.join(names)}`")
        else:
            figures.append(number)
    if not figures:
        raise no_variable(file, "heading", "no column of figures")
    return {v: _stub(grid, numbers) for v, numbers in stubs.items()}, figures


def _by_content(file: Sealed[PopulationSidecar], column: np.ndarray, place: str) -> Variable:
    """What a column without a heading holds: what most of its labels are."""
    labels = [Label(text) for text in _filled_down(column)[1] if text]
    # Codes of regions are digits too: 01 is no age, 1280 no year.
    coded = any(re.match(r"0[0-9]|[0-9]{4}", label.code) for label in labels)
    years = all(_YEAR.fullmatch(label.code) for label in labels)
    for variable, parse in (
        (Variable.SEX, sex_of),
        (Variable.TIME, year_of),
        (Variable.AGE, age_of),
    ):
        possible = years if variable == Variable.TIME else not coded
        if possible and 2 * sum(_means(parse, label) for label in labels) >= len(labels) > 0:
            return variable
    if any(re.match(r"[^\W\d_]|[0-9]{2}(?:[0-9]{2})?\b", label.code) for label in labels):
        return Variable.REGION
    raise no_variable(file, f"heading, {place}", "a column without a heading")


def _means(parse: Callable[[Label], object], label: Label) -> bool:
    try:
        parse(label)
    except LabelError:
        return False
    return True


def _stub(grid: Grid, numbers: list[int]) -> Axis:
    """The labels of one variable; codes and texts may stand in columns of their own."""
    at = np.zeros(len(grid.numbers), dtype="int64")
    found: list[list[str]] = []
    for number in numbers:
        codes, texts = _filled_down(grid.columns[number])
        found.append(texts)
        at = at * max(len(texts), 1) + codes
    if len(numbers) == 1:
        labels = [Label(text) for text in found[0]]
    else:
        pairs, at = np.unique(at, return_inverse=True)
        sizes = [max(len(each), 1) for each in found]
        places = [np.unravel_index(int(pair), sizes) for pair in pairs]
        texts_of = [
            [each[int(p)] for each, p in zip(found, place, strict=True)] for place in places
        ]
        labels = [_both(texts) for texts in texts_of]
    return Axis(tuple(labels), at, f"heading, {grid.column(numbers[0])}")


def _both(texts: list[str]) -> Label:
    """Code and text, in whichever order they stand."""
    ordered = sorted(texts, key=lambda text: not re.match(r"[0-9]", text))
    return Label(ordered[0], " ".join(ordered[1:]))


def _filled_down(column: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Which label each row has, and the labels: one that is given once holds for blanks below."""
    codes, texts = pd.factorize(column)
    labels = [str(text) for text in texts]
    if "" in labels[1:]:
        blank = labels.index("")
        filled = np.where(codes != blank, np.arange(len(codes)), 0)
        codes = codes[np.maximum.accumulate(filled)]
        codes, labels = codes - (codes > blank), [label for label in labels if label]
    return codes, labels


def _heads(
    file: Sealed[PopulationSidecar], grid: Grid, columns: list[int], stubs: set[Variable]
) -> list[dict[Variable, Label]]:
    """What the heading of each column of figures says, each the same variables."""
    levels = [list(row) for row in grid.head]
    if len(levels) > 1:
        # A heading that spans several columns stands over the first of them.
        for row in levels:
            for before, number in pairwise(columns):
                row[number] = row[number] or row[before]
    heads = [_said_by([row[number] for row in levels], stubs) for number in columns]
    if any(set(head) != set(heads[0]) for head in heads):
        raise input_error(
            file.path,
            "heading",
            expected="the same in each column of figures: years, sexes or contents",
            found=", ".join(f"`{' '.join(row[n] for row in levels)}`" for n in columns[:5]),
            action="a separator within a figure or a label makes two columns of one: " + FETCH,
        )
    return heads


def _said_by(texts: list[str], stubs: set[Variable]) -> dict[Variable, Label]:
    """One column's heading by variable; what is left over is what is counted."""
    found: dict[Variable, Label] = {}
    left: list[str] = []
    for text in texts:
        rest = _DAY.sub(" ", re.sub(r"[\s\u00a0]+", " ", text))
        for variable, pattern in (
            (Variable.TIME, _YEAR),
            (Variable.AGE, _AGE),
            (Variable.SEX, _SEX),
        ):
            match = None if variable in {*stubs, *found} else pattern.search(rest)
            if match:
                found[variable] = Label(match[0])
                rest = f"{rest[: match.start()]} {rest[match.end() :]}"
        left.extend(rest.replace(",", " ").split())
    if Variable.SEX not in {*stubs, *found} and left and left[0] in {"1", "2"}:
        found[Variable.SEX] = Label(left.pop(0))
    code = next((word for word in left if CONTENTS_CODE.fullmatch(word)), "")
    words = " ".join(word for word in left if word != code)
    if Variable.CONTENTS not in stubs:
        found[Variable.CONTENTS] = Label(code or words, words if code else "")
    return found


def _of_contents(
    file: Sealed[PopulationSidecar], axis: Axis | None, count: int
) -> tuple[np.ndarray, Label]:
    """Which figures count the sidecar's contents, and what the file calls it."""
    if axis is None:
        return np.arange(count), Label("")
    if len(axis.labels) == 1:
        return np.arange(count), axis.labels[0]
    labels = chosen_contents(file, axis.labels, axis.place)
    return np.flatnonzero(np.isin(axis.at, labels)), axis.labels[labels[0]]


def _said(grid: Grid, foot: Footnotes, contents: Label, zeros: int) -> Said:
    code = contents.code if CONTENTS_CODE.fullmatch(contents.code) else ""
    name = contents.text if code else str(contents)
    heading = [" ".join(filter(None, row)) for row in grid.head]
    everything = (*grid.title, *heading, *grid.foot)
    units = (*footnotes(grid.title).units, *foot.units)
    own = [each for each in units if each[0].casefold() in ("", name.casefold())]
    return Said(
        subjects=(*grid.title[:1], name),
        titles=grid.title[1:],
        units=tuple(unit for _, unit in own or units),
        days=(*grid.title, *heading, *foot.days),
        tables=tuple(dict.fromkeys(t for text in everything for t in TABLE_ID.findall(text))),
        contents=code,
        notes=foot.notes,
        updated=foot.updated,
        doubts=tuple(read_as_zero(zeros)),
    )
