"""Frames checked against their schema, with the project's own errors.

Belongs here: the bridge from pandera's failures to ours. Does not: any table's rules
(`schemas.tables`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pandas as pd
from pandera.errors import SchemaErrors

from schemas.tables import Table, checked, texts_in_words
from statsbidrag.errors import InputError, Problem, ProgramError, input_error
from statsbidrag.files.printable_text import unfit

_SHOWN: Final = 5
_POINT: Final = re.compile(r"(?<=[0-9])[.,]0{1,2}$")


def checked_input(table: type[Table], frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """The frame, if it is such a table. Raises InputError naming rows of the file it came from.

    Columns may stand in any order; the index of a row is its line in the file, less two.
    """
    wanted = table.columns()
    if sorted(frame.columns) != sorted(wanted):
        raise input_error(
            path,
            "columns",
            expected=", ".join(wanted),
            found=", ".join(map(str, frame.columns)),
            action="name the columns so, and take others away",
        )
    try:
        good = checked(table, frame[wanted])
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
    """A column of digits as int64. Raises InputError for `..`, decimals, signs, separators.

    What a program wrote with a point, `12.0`, is whole.
    """
    column = column.str.replace(_POINT, "", regex=True)
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
        # The first row is the file's second line.
        line = int(index) + 2 if isinstance(index, int | float) and index == index else 0
        place = f"row {line}, column {case['column']}" if line else f"columns of {table.__name__}"
        problems.append(
            Problem(
                str(path),
                place,
                _in_words(str(case["check"])),
                f"`{case['failure_case']}`",
                "correct it against the source",
                line,
            )
        )
    return problems


def _in_words(check: str) -> str:
    """What a check of the schema's asks for."""
    name, _, rest = check.partition("(")
    asked = rest.removesuffix(")")
    if name == "str_matches":
        return texts_in_words(asked.strip("'"))
    if name == "isin":
        return "one of " + ", ".join(sorted(re.findall(r"'([^']*)'", asked)))
    return {
        "greater_than_or_equal_to": f"at least {asked}",
        "field_uniqueness": "each once",
        "multiple_fields_uniqueness": "each combination once",
        "not_nullable": "a value",
    }.get(name, "a value of the column's kind")
