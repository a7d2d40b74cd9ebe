"""Tables against their schema: a file's mistakes with their rows, our own as a bug."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from schemas.tables import Register
from statsbidrag.errors import Problem, ProgramError
from statsbidrag.files.checked_tables import checked_input, checked_own, read_csv, whole_numbers

Refused = Callable[[Callable[[], object]], list[Problem]]
PATH = Path("register/recipients.csv")
HEAD = "type,code,name,slug,lan_code\n"
ROWS = "lan,01,Norra län,norra-lan,01\nkommun,0114,Alby,alby,01\n"


def frame(text: str = HEAD + ROWS) -> pd.DataFrame:
    return read_csv(text.encode(), PATH)


def test_every_cell_is_text_as_it_stands() -> None:
    read = frame("a,b\n0114,\nNA,1e3\n")
    assert read.to_dict("list") == {"a": ["0114", "NA"], "b": ["", "1e3"]}


@pytest.mark.parametrize(
    ("content", "place", "found"),
    [
        (b"", "", "No columns to parse from file"),
        (b"a,b\n1,2,3\n", "columns", "more"),
        ("a\nå\n".encode("latin-1"), "", "'utf-8' codec can't decode byte 0xe5"),
        (b"a,b\n1,2\n1,2,3,4\n", "", "Error tokenizing data"),
    ],
)
def test_what_is_no_csv_is_refused(
    refused: Refused, content: bytes, place: str, found: str
) -> None:
    [problem] = refused(lambda: read_csv(content, PATH))
    assert (problem.file, problem.place) == (str(PATH), place)
    assert problem.found.startswith(found)


def test_a_table_as_it_should_be() -> None:
    assert checked_input(Register, frame(), PATH).equals(checked_own(Register, frame()))


def test_a_mistake_in_a_file_is_told_with_its_row(refused: Refused) -> None:
    bad = frame(HEAD + ROWS + "socken,1,Bad,bad,01\n")
    problems = refused(lambda: checked_input(Register, bad, PATH))
    assert {(problem.file, problem.line) for problem in problems} == {(str(PATH), 4)}
    assert "row 4, column type" in {problem.place for problem in problems}
    assert "`socken`" in {problem.found for problem in problems}


def test_a_text_that_no_page_can_show_is_told_with_its_row(refused: Refused) -> None:
    bad = frame((HEAD + ROWS).replace("Alby", "Al\u0007by"))
    [problem] = refused(lambda: checked_input(Register, bad, PATH))
    assert (problem.place, problem.line) == ("row 3, column name", 3)


def test_a_mistake_in_our_own_table_is_a_bug() -> None:
    with pytest.raises(ProgramError, match="a table Register is not as it should be"):
        checked_own(Register, frame().assign(type="socken"))


def test_whole_numbers() -> None:
    read = whole_numbers(pd.Series(["0", "007", "999999999999999"]), PATH)
    assert read.to_list() == [0, 7, 999_999_999_999_999]
    assert read.dtype == "int64"


@pytest.mark.parametrize("text", ["", "..", "1.0", "-1", "+1", "1 000", "1e3", "٣", "9" * 16])
def test_what_is_no_whole_number_is_refused(refused: Refused, text: str) -> None:
    column = pd.Series(["1", text], name="vikt")
    [problem] = refused(lambda: whole_numbers(column, PATH))
    assert (problem.place, problem.line) == ("row 3, column vikt", 3)
    assert problem.found == f"`{text}`"
