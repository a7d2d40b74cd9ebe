"""An xlsx workbook as Statistikdatabasen exports it: title, headings, merged labels, footnotes.

Belongs here: opening a workbook safely and finding the table on its sheet. Does not: what columns
mean (`statsbidrag.population.formats.grid`).
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

import numpy as np
import openpyxl
from openpyxl.utils import get_column_letter

from schemas.sidecar import PopulationSidecar
from statsbidrag.errors import InputError, input_error
from statsbidrag.files.raw_folder import Sealed
from statsbidrag.files.zip_guard import BombError, DamagedError, Limits, require_small
from statsbidrag.population.formats.cells import Cells
from statsbidrag.population.formats.decoding import refuse_garbled
from statsbidrag.population.formats.detection import not_ours
from statsbidrag.population.formats.grid import cells_of
from statsbidrag.population.formats.layout import Grid, Parts, parts_of

MOST_UNPACKED: Final = 128 * 2**20
"""Bytes that a workbook may unpack to; one of 200 000 figures has some 40 million."""
MOST_TAGS: Final = 6 * 10**6
"""Tags of all its XML: the parser's work. 200 000 figures, each with all its labels beside it, have
some four and a half million."""
_MOST_CELLS: Final = 15 * 10**5
_MOST_MEMBERS: Final = 500
_MOST_ROWS: Final = 1_000_000
_MOST_COLUMNS: Final = 500
_MOST_BLANK: Final = 200
"""Blank rows after which nothing more is looked for: a row can claim any number."""
_SAMPLE: Final = 80


def read_spreadsheet(file: Sealed[PopulationSidecar]) -> Cells:
    """The figures of the one sheet that has any, with their labels; positions are rows from 1.

    Raises InputError where the workbook unpacks to more than `MOST_UNPACKED` or `MOST_TAGS`, is
    damaged, or has no table or several.
    """
    _refuse_bomb(file)
    rows = _one_sheet(file)
    width = max(map(len, rows))
    rows = [[*row, *[""] * (width - len(row))] for row in rows]
    parts = parts_of(rows[:_SAMPLE])
    if parts is None:
        raise not_ours(file.path, "a workbook without a table of figures")
    refuse_garbled("\n".join(" ".join(row) for row in rows[: parts.first + _SAMPLE]), file.path)
    return cells_of(file, _grid(file, rows, parts))


def _grid(file: Sealed[PopulationSidecar], rows: list[list[str]], parts: Parts) -> Grid:
    end = len(rows)
    while end > parts.first and _is_foot(rows[end - 1]):
        end -= 1
    numbers = [number for number in range(parts.first, end) if any(rows[number])]
    if not numbers:
        raise not_ours(file.path, "a workbook without a table of figures")
    columns = np.array([rows[number] for number in numbers], dtype=object).T
    head = [rows[number] for number in parts.head]
    used = [n for n, column in enumerate(columns) if any(row[n] for row in head) or any(column)]
    return Grid(
        title=tuple(" ".join(filter(None, rows[number])) for number in parts.title),
        head=tuple(tuple(row[n] for n in used) for row in head),
        columns=tuple(columns[n] for n in used),
        numbers=np.array(numbers, dtype="int64") + 1,
        foot=tuple(" ".join(filter(None, row)) for row in rows[end:]),
        word="row",
        column=lambda n: f"column {get_column_letter(used[n] + 1)}",
    )


def _is_foot(row: Sequence[str]) -> bool:
    """Whether a row is a footnote: text in its first cell, at most with a value beside it."""
    filled = [number for number, cell in enumerate(row) if cell]
    return len(filled) < 2 or (len(filled) == 2 and len(row) > 2 and filled == [0, 1])


def _one_sheet(file: Sealed[PopulationSidecar]) -> list[list[str]]:
    """The rows of the sheet that has figures, as text."""
    try:
        with warnings.catch_warnings():
            # openpyxl warns of what it leaves out: styles, extensions, links. None is read here.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(
                io.BytesIO(file.content), read_only=True, data_only=True, keep_links=False
            )
            sheets = {name: _table(book[name]) for name in book.sheetnames}
    except InputError:
        raise
    except _TooLargeError as error:
        raise _damaged(file, str(error)) from None
    # Foreign bytes can make a parser of XML, dates and archives fail in any way there is.
    except Exception as error:
        raise _damaged(file, f"{type(error).__name__}: {str(error)[:60]}") from None
    tables = {name: rows for name, rows in sheets.items() if rows}
    if len(tables) > 1:
        raise input_error(
            file.path,
            "sheets",
            expected="one sheet with figures",
            found=", ".join(tables),
            action="keep one table a workbook: fetch it again and store it as it came",
        )
    if not tables:
        raise not_ours(file.path, "a workbook without a table of figures")
    return next(iter(tables.values()))


def _padded(rows: list[list[str]]) -> list[list[str]]:
    width = max(map(len, rows), default=0)
    return [[*row, *[""] * (width - len(row))] for row in rows]


class _TooLargeError(Exception):
    pass


def _table(sheet: Any) -> list[list[str]]:
    """The rows of a sheet; none, and no more is read, where the first hold no table."""
    rows = _rows(sheet)
    first = list(islice(rows, _SAMPLE))
    return [*first, *rows] if parts_of(_padded(first)) else []


def _rows(sheet: Any) -> Iterator[list[str]]:
    if not hasattr(sheet, "reset_dimensions"):
        # A sheet of charts has no rows.
        return
    sheet.reset_dimensions()
    filled = count = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True, max_row=_MOST_ROWS), 1):
        if len(row) > _MOST_COLUMNS:
            raise _TooLargeError(f"{len(row)} columns in row {number}")
        count += len(row)
        if count > _MOST_CELLS:
            raise _TooLargeError(f"more than {_MOST_CELLS} cells on a sheet")
        cells = [_text(cell) for cell in row]
        filled = number if any(cells) else filled
        if number - filled > _MOST_BLANK:
            return
        yield cells


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).strip()


def _refuse_bomb(file: Sealed[PopulationSidecar]) -> None:
    """Raises InputError where unpacking gives more than a workbook of population can have."""
    try:
        require_small(file.content, Limits(MOST_UNPACKED, MOST_TAGS, _MOST_MEMBERS))
    except BombError as error:
        raise _bomb(file, str(error)) from None
    except DamagedError as error:
        raise _damaged(file, str(error)) from None


def _bomb(file: Sealed[PopulationSidecar], found: str) -> InputError:
    return input_error(
        file.path,
        expected="a workbook of a table of population",
        found=found,
        action="do not open it: fetch the table again from SCB",
    )


def _damaged(file: Sealed[PopulationSidecar], found: str) -> InputError:
    return input_error(
        file.path,
        expected="an xlsx workbook, as Statistikdatabasen exports it",
        found=f"one that cannot be read ({found})",
        action="the file may be cut short, or not from SCB: fetch the table again",
    )
