"""Csv as PxWeb writes it: comma, semicolon or tab, with a title or none, long or pivoted.

Belongs here: finding delimiter, title, heading, rows and footnotes in text. Does not: what columns
mean (`statsbidrag.population.formats.grid`).
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from schemas.sidecar import PopulationSidecar
from statsbidrag.errors import InputError, input_error
from statsbidrag.files.raw_folder import Sealed
from statsbidrag.population.formats.cells import Cells
from statsbidrag.population.formats.decoding import decoded
from statsbidrag.population.formats.detection import not_ours
from statsbidrag.population.formats.grid import cells_of
from statsbidrag.population.formats.layout import Grid, parts_of
from statsbidrag.population.formats.numbers import looks_like_figure

_SAMPLE: Final = 80
"""Lines that are looked at to find title and heading."""
_DELIMITERS: Final = ("\t", ";", ",")
_SPACE: Final = " "
_SPACED: Final = re.compile(r'(?:"[^"]*"|[-0-9.]+)(?: +(?:"[^"]*"|[-0-9.]+))+ *')
_STATED: Final = re.compile(r'"?sep=(?P<delimiter>[\t;, ])"?[\t;, ]*\n', re.IGNORECASE)
"""The first line by which a file tells a spreadsheet program its delimiter."""


def read_delimited(file: Sealed[PopulationSidecar]) -> Cells:
    """The figures of a csv file, with their labels; positions are lines from 1.

    Raises InputError where the text is no table, or a line has more or fewer cells than the
    heading.
    """
    text = decoded(file.content, file.path)
    stated = _STATED.match(text)
    if stated:
        # A blank line in its place, so that lines are counted as in the file.
        text = "\n" + text[stated.end() :]
    sample = text.split("\n", _SAMPLE)[:_SAMPLE]
    delimiter = stated["delimiter"] if stated else _delimiter(sample)
    rows = [_split(line, delimiter) for line in sample]
    parts = parts_of(rows)
    if parts is None or len(rows[parts.head[-1]]) < 2:
        raise not_ours(file.path, f"text without a table (`{_first(sample)}`)")
    head = [rows[number] for number in parts.head]
    width = max(len(row) for row in head)
    for number, row in enumerate(rows[parts.first :], parts.first + 1):
        if len(row) > width:
            raise _ragged(file, number, width, str(len(row)))
    start = sum(len(line) + 1 for line in sample[: parts.first])
    end = _end(text, start, delimiter, width)
    columns, numbers = _body(file, text[start:end], parts.first, delimiter, width)
    names = [" ".join(filter(None, (_cell(row, n) for row in head))) for n in range(width)]
    grid = Grid(
        title=tuple(" ".join(filter(None, rows[number])) for number in parts.title),
        head=tuple(tuple(_cell(row, n) for n in range(width)) for row in head),
        columns=columns,
        numbers=numbers,
        foot=tuple(
            " ".join(filter(None, _split(each, delimiter))) for each in text[end:].split("\n")
        ),
        word="line",
        column=lambda n: f"column `{names[n]}`" if names[n] else f"column {n + 1}",
        # A figure that lost its last digits is a figure still: no check of the format can see it.
        ended=text.endswith("\n") or end < len(text),
    )
    return cells_of(file, grid)


def _delimiter(sample: Sequence[str]) -> str:
    """The one that splits the most lines into equally many cells.

    Between words a space stands anyway: it counts where texts are in quotes.
    """

    def regular(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(_split(line, delimiter)) for line in sample if line.strip())
        return max(((n, w) for w, n in widths.items() if w > 1), default=(0, 0))

    best = max(_DELIMITERS, key=regular)
    spaced = sum(_SPACED.fullmatch(line) is not None for line in sample)
    return _SPACE if spaced > regular(best)[0] else best


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [""])]
    except csv.Error:
        return [line]


def _cell(row: Sequence[str], number: int) -> str:
    return row[number] if number < len(row) else ""


def _first(lines: Sequence[str]) -> str:
    return next((line.strip()[:60] for line in lines if line.strip()), "")


def _end(text: str, start: int, delimiter: str, width: int) -> int:
    """Where the rows end and footnotes begin, seen from the end of the file."""
    end = len(text)
    while end > start:
        begin = max(text.rfind("\n", start, end - 1) + 1, start)
        row = _split(text[begin:end], delimiter)
        # A spreadsheet that was saved as csv fills the lines of footnotes up with empty cells.
        if len(row) == width and any(row[1:]) and (not row[-1] or looks_like_figure(row[-1])):
            break
        end = begin
    return end


def _body(
    file: Sealed[PopulationSidecar], text: str, before: int, delimiter: str, width: int
) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
    """The columns as text, and the line of each row. `before` is how many lines are above."""
    try:
        frame = pd.read_csv(
            io.BytesIO(text.encode()),
            sep=delimiter,
            header=None,
            names=list(range(width)),
            dtype=object,
            na_filter=False,
            skip_blank_lines=False,
            skipinitialspace=True,
            low_memory=False,
        )
    except ValueError as error:
        raise _ragged(file, before + 1, width, str(error).strip()[:80]) from None
    lines = text.count("\n") + (not text.endswith("\n"))
    if not isinstance(frame.index, pd.RangeIndex) or len(frame) != lines:
        raise _ragged(file, before + 1, width, "more, or a label that runs over lines")
    columns = [frame[number].to_numpy(dtype=object) for number in range(width)]
    numbers = np.arange(len(frame)) + before + 1
    filled = columns[0] != ""
    if not filled.all():
        filled = np.logical_or.reduce([column != "" for column in columns])
        columns, numbers = [column[filled] for column in columns], numbers[filled]
    return tuple(columns), numbers


def _ragged(file: Sealed[PopulationSidecar], line: int, width: int, found: str) -> InputError:
    return input_error(
        file.path,
        f"rows from line {line}",
        expected=f"{width} cells a line, as in the heading",
        found=found,
        action="a separator between thousands makes two cells of one: "
        "fetch the table again and store it as it came",
    )
