"""What the one writer writes, its reader reads; what is damaged is said with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statsbidrag.files.csv_files import csv_bytes, csv_rows

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


def test_a_swedish_spreadsheet_opens_it() -> None:
    content = csv_bytes(["namn", "kr"], [["Åre; Härjedalen", 1], ["", None]])
    assert content == '\ufeffnamn;kr\r\n"Åre; Härjedalen";1\r\n;\r\n'.encode()


@given(st.lists(st.tuples(CELLS, CELLS)))
def test_what_was_written_is_read(body: list[tuple[str, str]]) -> None:
    rows = csv_rows(csv_bytes(["a", "b"], body), ["a"])
    assert [(row["a"], row["b"]) for row in rows] == body


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "no head"),
        (b"a;b\r\n1\r\n", "line 2 has 1 cells, the head has 2"),
        (b"a;b\r\n1;2\r\n1;2;3\r\n", "line 3 has 3 cells, the head has 2"),
        (b"a;a\r\n", "several columns are called `a`"),
        (b"a;c\r\n1;2\r\n", "no column `b`"),
        (b'a;b\r\n1;"2', "line 2"),
        (b"a;b\r\n\xff;2\r\n", "utf-8"),
    ],
)
def test_what_is_damaged_is_said(content: bytes, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        csv_rows(content, ["a", "b"])
