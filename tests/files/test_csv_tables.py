"""A csv as people and programs write it: the same cells, or what is wrong, by its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from statsbidrag.errors import Problem
from statsbidrag.files.csv_tables import read_csv

Refused = Callable[[Callable[[], object]], list[Problem]]
PATH = Path("weights/platser.csv")
PLAIN = "kod,vikt\n0114,1\n0115,2\n"


def test_every_cell_is_text_as_it_stands() -> None:
    read = read_csv(b"a,b\n0114,\nNA,1e3\n", PATH)
    assert read.to_dict("list") == {"a": ["0114", "NA"], "b": ["", "1e3"]}


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.replace(",", ";").replace("\n", "\r\n").encode(),
        PLAIN.replace(",", "\t").encode(),
        b"sep=;\n" + PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", " , ").encode(),
        PLAIN.replace("\n", ",\n").encode(),
        b"\n" + PLAIN.encode() + b",\n\n",
    ],
    ids=[
        "plain", "mark", "UTF-16", "semicolon", "tab", "first line names the separator", "spaces",
        "an empty column", "empty lines",
    ],
)  # fmt: skip
def test_the_same_table_in_forms_that_people_hold(content: bytes) -> None:
    read = read_csv(content, PATH)
    assert read.to_dict("list") == {"kod": ["0114", "0115"], "vikt": ["1", "2"]}


def test_rows_say_their_lines() -> None:
    read = read_csv(b'kod;not\n01;"en\nrad"\n\n02;x\n', PATH)
    assert [int(index) + 2 for index in read.index] == [2, 5]


@pytest.mark.parametrize(
    ("content", "place", "found"),
    [
        (b"", "", "nothing in it"),
        (b"a,b\n1,2\n1,2,3\n", "line 3", "3"),
        (b"a,b\n1\n", "line 2", "1"),
        ("a\nå\n".encode("latin-1"), "", "letters in another encoding in line 2"),
        (b'a,b\n1,2\n"3,4\n', "", "a quotation mark that does not end, or text after one"),
        (b"a,a\n1,2\n", "columns", "`a` 2 times"),
        (b"PK\x03\x04", "", "an Excel workbook or a zip archive"),
    ],
)
def test_what_is_no_table_is_told_in_our_words(
    refused: Refused, content: bytes, place: str, found: str
) -> None:
    [problem] = refused(lambda: read_csv(content, PATH))
    assert (problem.file, problem.place) == (str(PATH), place)
    assert problem.found.startswith(found)
