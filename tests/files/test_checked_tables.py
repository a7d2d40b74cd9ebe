"""Tables against their schema: a file's mistakes with their rows, our own as a bug."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from schemas.tables import Register
from statsbidrag.errors import Problem, ProgramError
from statsbidrag.files.checked_tables import checked_input, checked_own, whole_numbers
from statsbidrag.files.csv_tables import read_csv

Refused = Callable[[Callable[[], object]], list[Problem]]
PATH = Path("register/recipients.csv")
HEAD = "type,code,name,slug,lan_code\n"
ROWS = "lan,01,Norra län,norra-lan,01\nkommun,0114,Alby,alby,01\n"


def frame(text: str = HEAD + ROWS) -> pd.DataFrame:
    return read_csv(text.encode(), PATH)


def test_columns_may_stand_in_any_order(refused: Refused) -> None:
    turned = frame()[["slug", "type", "lan_code", "name", "code"]]
    assert checked_input(Register, turned, PATH).equals(frame())
    [problem] = refused(lambda: checked_input(Register, turned.drop(columns="slug"), PATH))
    assert (problem.place, problem.expected) == ("columns", "type, code, name, slug, lan_code")
    assert problem.found == "type, lan_code, name, code"


def test_a_table_as_it_should_be() -> None:
    assert checked_input(Register, frame(), PATH).equals(checked_own(Register, frame()))


def test_a_mistake_in_a_file_is_told_with_its_row(refused: Refused) -> None:
    bad = frame(HEAD + ROWS + "socken,1,Bad,bad,01\n")
    problems = refused(lambda: checked_input(Register, bad, PATH))
    assert {(problem.file, problem.line) for problem in problems} == {(str(PATH), 4)}
    assert "row 4, column type" in {problem.place for problem in problems}
    assert "`socken`" in {problem.found for problem in problems}
    # In our words, not in those of the library that checks.
    assert {problem.expected for problem in problems} == {
        "one of kommun, lan, region, skr",
        "a code as text with its zeros: 01, 0114 or SKR",
    }


def test_a_text_that_no_page_can_show_is_told_with_its_row(refused: Refused) -> None:
    bad = frame((HEAD + ROWS).replace("Alby", "Al\u0007by"))
    [problem] = refused(lambda: checked_input(Register, bad, PATH))
    assert (problem.place, problem.line) == ("row 3, column name", 3)


def test_a_mistake_in_our_own_table_is_a_bug() -> None:
    with pytest.raises(ProgramError, match="a table Register is not as it should be"):
        checked_own(Register, frame().assign(type="socken"))


def test_whole_numbers() -> None:
    read = whole_numbers(pd.Series(["0", "007", "999999999999999", "12.0"]), PATH)
    assert read.to_list() == [0, 7, 999_999_999_999_999, 12]
    assert read.dtype == "int64"


@pytest.mark.parametrize(
    "text", ["", "..", "1.5", "1.000", "-1", "+1", "1 000", "1e3", "٣", "9" * 16]
)
def test_what_is_no_whole_number_is_refused(refused: Refused, text: str) -> None:
    column = pd.Series(["1", text], name="vikt")
    [problem] = refused(lambda: whole_numbers(column, PATH))
    assert (problem.place, problem.line) == ("row 3, column vikt", 3)
    assert problem.found == f"`{text}`"
