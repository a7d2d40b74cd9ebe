"""Frames checked against their schema, with the project's own errors.

Belongs here: the bridge from pandera's failures to ours. Does not: any table's rules
(`schemas.tables`).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pandas as pd
from pandera.errors import SchemaErrors

from schemas.tables import Table, checked
from statsbidrag.errors import InputError, Problem, ProgramError, input_error
from statsbidrag.files.printable_text import unfit

_SHOWN: Final = 5


def checked_input(table: type[Table], frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """The frame, if it is such a table. Raises InputError naming rows of the file it came from."""
    try:
        good = checked(table, frame)
    except SchemaErrors as error:
        raise InputError(_problems(table, error, path)) from None
    if problems := list(_unfit_texts(good, path)):
        raise InputError(problems)
    return good


def checked_own(table: type[Table], frame: pd.DataFrame) -> pd.DataFrame:
    """A frame that we made, if it is such a table. Raises ProgramError: otherwise it is a bug."""
    try:
        return checked(table, frame)
    except SchemaErrors as error:
        first = error.failure_cases.head(_SHOWN).to_dict("records")
        raise ProgramError(f"a table {table.__name__} is not as it should be: {first}") from error


def read_csv(content: bytes, path: Path) -> pd.DataFrame:
    """A CSV file as text, cell by cell. Raises InputError where it is none."""
    try:
        frame = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    except ValueError as error:
        found = str(error).strip().splitlines()[0][:80]
        raise input_error(
            path, expected="a CSV file in UTF-8", found=found, action="write it anew"
        ) from None
    if not isinstance(frame.index, pd.RangeIndex):
        raise input_error(
            path,
            "columns",
            expected=f"{len(frame.columns)} cells a row, as in the heading",
            found="more",
            action="write it anew",
        )
    return frame


def _unfit_texts(frame: pd.DataFrame, path: Path) -> Iterator[Problem]:
    """The cells whose text no page can show, the first few of each column."""
    for name in frame.columns:
        column = frame[name]
        if not pd.api.types.is_string_dtype(column.dtype):
            continue
        wrong = {text: found for text in column.unique() if (found := list(unfit(str(text))))}
        cells = column[column.isin(list(wrong))].head(_SHOWN)
        for line, text in zip(_lines(cells), cells, strict=True):
            for each in wrong[text]:
                place = f"row {line}, column {name}"
                yield Problem(str(path), place, each.expected, each.found, each.action, line)


def whole_numbers(column: pd.Series, path: Path) -> pd.Series:
    """A column of digits as int64. Raises InputError for `..`, decimals, signs, separators."""
    bad = column[~column.map(lambda text: bool(re.fullmatch(r"[0-9]{1,15}", str(text))))]
    if len(bad):
        raise InputError(
            Problem(
                str(path),
                f"row {row}, column {column.name}",
                "a whole number, not negative, at most 15 digits and nothing else",
                f"`{value}`",
                "correct it against the source",
                row,
            )
            for row, value in zip(_lines(bad), bad.head(_SHOWN), strict=False)
        )
    return column.astype("int64")


def _lines(column: pd.Series) -> list[int]:
    """The lines of a file on which rows stand: the first row is the second line."""
    return [int(str(index)) + 2 for index in column.index]


def _problems(table: type[Table], error: SchemaErrors, path: Path) -> list[Problem]:
    problems = []
    for case in error.failure_cases.head(_SHOWN).to_dict("records"):
        index = case["index"]
        # The first row of data is the file's second line.
        line = int(index) + 2 if isinstance(index, int | float) and index == index else 0
        place = f"row {line}, column {case['column']}" if line else f"columns of {table.__name__}"
        problems.append(
            Problem(
                str(path),
                place,
                f"{case['check']}",
                f"`{case['failure_case']}`",
                "correct it against the source",
                line,
            )
        )
    return problems
