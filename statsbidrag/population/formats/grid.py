"""Rows and columns as PxWeb lays tables out: headings, labels in front, figures behind.

Belongs here: what csv and spreadsheets share: which columns hold labels and which figures, labels
given once and blank below, footnotes. Does not: finding rows in a file (`layout`), what headings
say (`headings`), nor what labels mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from schemas.sidecar import PopulationSidecar
from statsbidrag.errors import input_error
from statsbidrag.files.raw_folder import Sealed
from statsbidrag.population.formats.cells import (
    Axis,
    Cells,
    Label,
    Said,
    Variable,
    no_variable,
)
from statsbidrag.population.formats.coverage import ages_in
from statsbidrag.population.formats.footnotes import Footnotes, footnotes
from statsbidrag.population.formats.headings import YEAR, heads_of
from statsbidrag.population.formats.identity import CONTENTS_CODE, TABLE_ID, chosen_contents
from statsbidrag.population.formats.labels import (
    LabelError,
    age_of,
    is_total,
    sex_of,
    variable_of,
    year_of,
)
from statsbidrag.population.formats.layout import Grid, counts_rows, without_sum_row
from statsbidrag.population.formats.numbers import (
    MOST_FIGURES,
    looks_like_figure,
    read_as_zero,
    too_many,
    whole_numbers,
)

_MARITAL_STATUS: Final = ("civilstånd", "marital status")
"""What SCB's tables since 2025 are broken down by in any case."""


def cells_of(file: Sealed[PopulationSidecar], grid: Grid) -> Cells:
    """The figures of the sidecar's contents, with their labels.

    Raises InputError for a variable that nobody asked for, for columns that say the same or
    different kinds of things, and for anything but whole numbers.
    """
    said = footnotes(grid.foot)
    numbers, columns = _columns(file, grid)
    grid, about_sums = without_sum_row(file, grid, numbers.get(Variable.REGION, []), columns)
    stubs = {variable: _stub(grid, those) for variable, those in numbers.items()}
    wide = len(columns)
    if wide * len(grid.numbers) > MOST_FIGURES:
        raise too_many(file.path, "figures", wide * len(grid.numbers))
    heads = heads_of(file, grid.head, columns, set(stubs))
    if Variable.REGION not in {*stubs, *heads[0]}:
        raise no_variable(file, "heading", ", ".join(filter(None, grid.head[-1])) or "no heading")
    axes = _axes(stubs, heads, len(grid.numbers))
    figures = _row_by_row(grid, columns)
    chosen, contents = _of_contents(file, axes.pop(Variable.CONTENTS, None), len(figures))
    if len(chosen) < len(figures):
        figures = figures[chosen]
        axes = {v: replace(axis, at=axis.at[chosen]) for v, axis in axes.items()}

    def place(number: int) -> str:
        row, column = divmod(int(chosen[number]), wide)
        return f"{grid.word} {grid.numbers[row]}, {grid.column(columns[column])}"

    values, zeros = whole_numbers(figures, file.path, place)
    about_ages = _ages_of_the_sidecar(file, grid, axes, len(values))
    doubts = (*read_as_zero(zeros), *about_sums, *about_ages)
    last = wide * len(grid.numbers) - 1
    return Cells(
        axes=axes,
        values=values,
        positions=grid.numbers[chosen // wide].astype("int64"),
        place=place,
        said=replace(_said(grid, said, contents), doubts=doubts),
        torn=len(chosen) - 1 if not grid.ended and chosen[-1:] == [last] else None,
    )


def _row_by_row(grid: Grid, columns: list[int]) -> np.ndarray:
    """The cells of these columns as one array, those of one row after each other."""
    if len(columns) == 1:
        return grid.columns[columns[0]]
    return np.stack([grid.columns[number] for number in columns], axis=1).reshape(-1)


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


def _columns(
    file: Sealed[PopulationSidecar], grid: Grid
) -> tuple[dict[Variable, list[int]], list[int]]:
    """The numbers of the columns of labels by variable, and those of the columns of figures."""
    stubs: dict[Variable, list[int]] = {}
    figures: list[int] = []
    for number, column in enumerate(grid.columns):
        names = [row[number] for row in grid.head if row[number]]
        if (number == 0 and counts_rows(names, column)) or _is_total_alone(names, column):
            continue
        variable = variable_of(names[-1]) if names else None
        if variable is None and not names and number < len(grid.columns) - 1 and not figures:
            variable = _by_content(file, column, grid.column(number))
        if variable is not None:
            stubs.setdefault(variable, []).append(number)
        elif len(column) and not looks_like_figure(str(column[0])) and str(column[0]):
            name = " ".join(names)
            raise no_variable(file, f"heading, {grid.column(number)}", f"`{name}`", name)
        else:
            figures.append(number)
    if not figures:
        raise no_variable(file, "heading", "no column of figures")
    return stubs, figures


def _is_total_alone(names: list[str], column: np.ndarray) -> bool:
    """Whether a column is a variable that nobody asked for, of which there is the total alone."""
    if names and variable_of(names[-1]) is not None:
        return False
    texts = [text for text in pd.unique(column) if text]
    # A workbook of SCB's has no headings above labels.
    called = (names[-1],) if names else _MARITAL_STATUS
    return len(texts) == 1 and is_total(Label(str(texts[0])), *called)


def _ages_of_the_sidecar(
    file: Sealed[PopulationSidecar], grid: Grid, axes: dict[Variable, Axis], count: int
) -> list[str]:
    """The ages of a table that says none, as the sidecar has them, and that they are from there.

    Raises InputError where a title names other ages.
    """
    ages = file.sidecar.ages
    if ages is None or Variable.AGE in axes:
        return []
    label = Label(str(ages))
    above = (*grid.title, *(text for row in grid.head for text in row))
    # What is no interval, as `barn`, names no other one.
    named = [each for text in above for each in ages_in(text) if _means(age_of, Label(each))]
    for each in named:
        if age_of(Label(each)) != age_of(label):
            raise input_error(
                file.path,
                "ages",
                expected=f"{ages}, as the sidecar says",
                found=f"`{each}`",
                action="correct the ages (`--ages`, in the sidecar `ages`)",
            )
    axes[Variable.AGE] = Axis((label,), np.zeros(count, dtype="int64"), "ages")
    if named:
        return []
    return [
        f"Filen säger inte vilka åldrar siffrorna gäller. Att det är {ages} år vet vi bara av "
        "uppgifterna som ligger bredvid filen."
    ]


def _by_content(file: Sealed[PopulationSidecar], column: np.ndarray, place: str) -> Variable:
    """What a column without a heading holds: what most of its labels are."""
    labels = [Label(text) for text in map(str, pd.unique(column)) if text]
    # Codes of regions are digits too: 01 is no age, 1280 no year.
    coded = any(re.match(r"0[0-9]|[0-9]{4}", label.code) for label in labels)
    years = all(YEAR.fullmatch(label.code) for label in labels)
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
    # Code and text of a row go together: a text without a code is another one than that above.
    blank = np.logical_and.reduce([grid.columns[number] == "" for number in numbers])
    for number in numbers:
        codes, texts = _filled_down(grid.columns[number], blank)
        found.append(texts)
        at = at * max(len(texts), 1) + codes
    if len(numbers) == 1:
        labels = [_label(text) for text in found[0]]
    else:
        pairs, at = np.unique(at, return_inverse=True)
        sizes = [max(len(each), 1) for each in found]
        places = [np.unravel_index(int(pair), sizes) for pair in pairs]
        texts_of = [
            [each[int(p)] for each, p in zip(found, place, strict=True)] for place in places
        ]
        labels = [_both(texts) for texts in texts_of]
    return Axis(tuple(labels), at, f"heading, {grid.column(numbers[0])}")


def _label(text: str) -> Label:
    """A label in one cell; a code of contents is told from its name, other labels read both."""
    code, _, name = text.partition(" - ")
    return Label(code, name) if CONTENTS_CODE.fullmatch(code) else Label(text)


def _both(texts: list[str]) -> Label:
    """Code and text, in whichever order they stand."""
    ordered = sorted(texts, key=lambda text: not re.match(r"[0-9]", text))
    return Label(ordered[0], " ".join(ordered[1:]))


def _filled_down(column: np.ndarray, blank: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Which label each row has, and the labels: one that is given once holds for blanks below."""
    codes, texts = pd.factorize(column)
    labels = [str(text) for text in texts]
    if blank[1:].any():
        filled = np.where(blank, 0, np.arange(len(codes)))
        codes = codes[np.maximum.accumulate(filled)]
        used, codes = np.unique(codes, return_inverse=True)
        labels = [labels[number] for number in used]
    return codes, labels


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


def _said(grid: Grid, foot: Footnotes, contents: Label) -> Said:
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
    )
