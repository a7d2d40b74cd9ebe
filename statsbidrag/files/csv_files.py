"""CSV as Swedish spreadsheets open and save it: the one writer, and the reader of what it wrote.

Belongs here: semicolons, byte order mark, line ends, and whether a table is whole. Does not: what
its columns mean, CSV that people lay in `raw/` (`statsbidrag.files.checked_tables`), or SCB's
(`statsbidrag.population.formats.delimited`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence


def csv_bytes(head: Sequence[str], body: Iterable[Sequence[object]]) -> bytes:
    """Semicolons, a byte order mark and CRLF: what a Swedish spreadsheet opens without asking.

    CRLF is what RFC 4180 names and what Excel itself writes. None becomes an empty field.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(body)
    return text.getvalue().encode("utf-8-sig")


def csv_rows(content: bytes, columns: Iterable[str] = ()) -> list[dict[str, str]]:
    """The rows below the head, every cell as text by its column: what `csv_bytes` wrote.

    Columns that nobody asked for are kept. Raises ValueError, which says what is wrong and on which
    line, for what is not UTF-8, has no head, lacks one of these columns, names a column twice, or
    has a row of another width.
    """
    reader = csv.reader(
        io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";", strict=True
    )
    try:
        head = next(reader, [])
        _require_columns(head, columns)
        rows = []
        for row in reader:
            if len(row) != len(head):
                raise ValueError(
                    f"line {reader.line_num} has {len(row)} cells, the head has {len(head)}"
                )
            rows.append(dict(zip(head, row, strict=True)))
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: {error}") from None
    return rows


def _require_columns(head: Sequence[str], columns: Iterable[str]) -> None:
    if not head:
        raise ValueError("there is no head that names the columns")
    twice = [name for name in dict.fromkeys(head) if head.count(name) > 1]
    if twice:
        raise ValueError(f"several columns are called `{'`, `'.join(twice)}`")
    missing = [name for name in columns if name not in head]
    if missing:
        raise ValueError(f"there is no column `{'`, `'.join(missing)}`")
