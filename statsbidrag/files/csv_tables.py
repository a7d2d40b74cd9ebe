"""A csv that people keep by hand or in a spreadsheet program, as text, cell by cell.

Belongs here: separator, byte order mark, blank lines, and what is wrong with one in words of our
own. Does not: which columns a table must have (`checked_tables`), nor csv that we write ourselves
(`csv_files`).
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pandas as pd

from statsbidrag.errors import InputError, input_error

_SEPARATORS: Final = (",", ";", "\t")
_STATED: Final = re.compile(r'"?sep=(?P<separator>[,;\t])"?[,;\t]*', re.IGNORECASE)
_FIRST_ROW: Final = 2
"""The line of a file that the first row stands on: the index of a row says its line from there."""


def read_csv(content: bytes, path: Path) -> pd.DataFrame:
    """The cells as text; the index of a row is its line in the file, less two.

    Comma, semicolon or tab, as the heading has it. Raises InputError for anything but a heading and
    rows that are as wide.
    """
    lines = _lines(_text(content, path), path)
    _, head = next(lines, (1, []))
    if not head:
        raise _no_table(path, "nothing in it")
    width = len(head)
    rows = dict(lines)
    if ragged := next((line for line, row in rows.items() if len(row) != width), None):
        raise input_error(
            path,
            f"line {ragged}",
            expected=f"{width} cells, as in the heading",
            found=f"{len(rows[ragged])}",
            action="put a text that has the separator in it in quotation marks, and write the rest "
            "of the line as the others are",
        )
    if width > 1 and not head[-1] and not any(row[-1] for row in rows.values()):
        # A spreadsheet program that once had something there goes on writing the column.
        head, rows = head[:-1], {line: row[:-1] for line, row in rows.items()}
    if twice := next((name for name in head if head.count(name) > 1), None):
        raise input_error(
            path,
            "columns",
            expected="each column once",
            found=f"`{twice}` {head.count(twice)} times",
            action="name each column by what it holds",
        )
    index = pd.Index([line - _FIRST_ROW for line in rows], dtype="int64")
    return pd.DataFrame(list(rows.values()), columns=head, index=index, dtype="str")


def _text(content: bytes, path: Path) -> str:
    if content.startswith(b"PK"):
        raise _no_table(path, "an Excel workbook or a zip archive")
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _no_table(path, f"letters in another encoding in line {line}") from None


def _lines(text: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """The heading and then each row that has anything in it, with the number of its line."""
    first, _, rest = text.partition("\n")
    stated = _STATED.fullmatch(first.strip())
    separator = stated["separator"] if stated else max(_SEPARATORS, key=first.count)
    reader = csv.reader(
        io.StringIO(f"\n{rest}" if stated else text, newline=""), delimiter=separator, strict=True
    )
    begun = 1
    try:
        for row in reader:
            cells = [cell.strip(" \u00a0") for cell in row]
            if any(cells):
                yield begun, cells
            begun = reader.line_num + 1
    except csv.Error:
        raise _no_table(
            path, f"a quotation mark that does not end, or text after one, in line {begun}"
        ) from None


def _no_table(path: Path, found: str) -> InputError:
    return input_error(
        path,
        expected="a CSV file in UTF-8",
        found=found,
        action="write it anew: save the sheet as CSV UTF-8",
    )
