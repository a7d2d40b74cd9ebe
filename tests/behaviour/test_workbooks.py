"""Planning and following up by the commands, as a county's coordinator meets them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl

from tests.cases.small_country import AGREEMENT, SmallCountry
from tests.helpers.program import Ended, in_process, tree


def fill(path: Path, cells: dict[str, Any]) -> None:
    book = openpyxl.load_workbook(path)
    for place, value in cells.items():
        sheet, cell = place.split("!")
        book[sheet][cell] = value
    book.save(path)


def test_from_template_to_plan_to_outcome(tmp_path: Path) -> None:
    country = SmallCountry(tmp_path / "raw").write()
    before = tree(country.root)

    def call(*args: str | Path) -> Ended:
        return in_process("--raw", country.root, "--output", tmp_path / "output", *args)

    book = tmp_path / "plan.xlsx"
    call("plan-template", AGREEMENT, "02", "--out", book).require(0)
    again = call("plan-template", AGREEMENT, "02", "--out", book).require(2)
    assert "somebody may have filled it in" in again.err
    cells = {"Insatser!A5": "X", "Insatser!B5": "Ett", "Insatser!G5": "1,5 milj"}
    fill(book, {"Uppgifter!B7": "Plan", **cells})
    refused = call("plan-import", book).require(2)
    assert f"error: {book}: Insatser!G5\n" in refused.err
    assert '  found:    "1,5 milj"\n' in refused.err
    assert tree(country.root) == before
    fill(book, {"Insatser!G5": 10, "Insatser!A6": "Y", "Insatser!B6": "Två", "Insatser!I6": "ja"})
    short = call("plan-import", book).require(1)
    assert "lan/e lan:02" in short.out
    assert "withheld" in short.out
    fill(book, {"Insatser!A7": "E", "Insatser!B7": "Tre", "Insatser!H7": "=1/1"})
    assert "--replace" in call("plan-import", book).require(2).err
    assert "every post adds up" in call("plan-import", book, "--replace").require(0).out

    outcome = tmp_path / "utfall.xlsx"
    call("outcome-template", AGREEMENT, "lan:02", "--out", outcome).require(0)
    fill(outcome, {"Uppgifter!B8": "bokföringen", "Uppgifter!B11": "45 kr"})
    assert call("outcome-import", outcome).require(2).err.count("Utfall!E") == 3
    fill(outcome, {"Utfall!E5": 10, "Utfall!E6": 20, "Utfall!E7": 0})
    done = call("outcome-import", outcome).require(0)
    assert "received 45 kr, used 30 kr, 15 kr to be repaid." in done.out
    copy = tmp_path / "kopia.xlsx"
    call("outcome-export", AGREEMENT, "lan:02", "--out", copy).require(0)
    assert "says the same already" in call("outcome-import", copy).require(0).out
    assert "amount: 10\n" in country.raw.plan_path(AGREEMENT, "02").read_text("utf-8")
    call("check").require(0)


def test_a_folder_of_outcomes_that_no_agreement_has(tmp_path: Path) -> None:
    country = SmallCountry(tmp_path / "raw").write()
    (country.root / "outcomes" / "annat-2025").mkdir(parents=True)
    said = in_process("--raw", country.root, "check").require(2)
    assert "annat-2025" in said.err
