"""Workbooks as LibreOffice leaves them: opened and saved, they say the same, and calculate it."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest

from schemas.common import RecipientType
from schemas.outcome import Outcome
from schemas.plan import Plan
from statsbidrag.dossier.gathering import compute
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_reading import read_model
from statsbidrag.plans.county_plans import load_plan
from statsbidrag.workbooks.forms.outcome_form import outcome_case
from statsbidrag.workbooks.forms.outcome_workbook import outcome_workbook, read_outcome
from statsbidrag.workbooks.forms.plan_workbook import plan_template, plan_workbook, read_plan
from tests.cases.small_country import AGREEMENT, SmallCountry
from tests.conformance.libreoffice import saved, values
from tests.helpers.outcomes import EXAMPLE

pytestmark = pytest.mark.conformance

REAL = Raw(PROJECT / "raw")


@pytest.mark.parametrize("county", ["14", "23"])
def test_a_plan_survives_a_save(county: str, tmp_path: Path) -> None:
    computed = compute(REAL, "psykisk-halsa-2024")
    path = REAL.plan_path("psykisk-halsa-2024", county)
    plan = load_plan(path, computed.agreement, computed.register)
    book = tmp_path / "plan.xlsx"
    book.write_bytes(plan_workbook(computed, plan))
    after = saved(book, tmp_path)
    assert read_plan(REAL, after).model == plan
    assert values(after) == values(book)


def test_an_outcome_survives_a_save(tmp_path: Path) -> None:
    root = tmp_path / "raw"
    shutil.copytree(PROJECT / "raw", root)
    raw = Raw(root)
    case = outcome_case(raw, "psykisk-halsa-2024", (RecipientType.LAN, "23"))
    example = read_model(EXAMPLE, Outcome)[0]
    book, bare = tmp_path / "utfall.xlsx", tmp_path / "bare.xlsx"
    book.write_bytes(outcome_workbook(case, example))
    openpyxl.load_workbook(book).save(bare)
    after = saved(bare, tmp_path)
    assert read_outcome(raw, after).model == example
    assert values(after) == values(book)


def test_it_calculates_what_was_written(tmp_path: Path) -> None:
    country = SmallCountry(tmp_path / "raw").write()
    computed = compute(country.raw, AGREEMENT)
    data = load_plan(country.plan, computed.agreement, computed.register).model_dump()
    measures = [
        {"post": "lan/b/x", "title": "*", "share": "1/3"},
        {"post": "lan/b/x", "title": "?", "remainder": True},
        {"post": "lan/b/y", "title": "– 1", "share": "12,5 %"},
        {"post": "lan/b/y", "title": "Å", "amount": 200},
        {"post": "lan/e", "title": "B", "share": "50 %"},
    ]
    plan = Plan.model_validate({**data, "measures": measures, "stated_sums": []})
    book = tmp_path / "plan.xlsx"
    book.write_bytes(plan_workbook(computed, plan))
    right = values(book)
    wrong = tmp_path / "wrong.xlsx"
    # Saved without its values: whatever is in them afterwards LibreOffice has calculated.
    openpyxl.load_workbook(book).save(wrong)
    assert values(wrong) != right
    after = saved(wrong, tmp_path)
    assert values(after) == right
    assert read_plan(country.raw, after).model == plan


def test_what_stands_below_the_prepared_rows_is_placed(tmp_path: Path) -> None:
    country = SmallCountry(tmp_path / "raw").write()
    book = tmp_path / "plan.xlsx"
    book.write_bytes(plan_template(compute(country.raw, AGREEMENT), "01"))
    opened = openpyxl.load_workbook(book)
    sheet = opened["Insatser"]
    for row, post, letter, written in (
        (5, "X", "G", 4),
        (40, "X", "H", 0.25),
        (1000, "X", "G", 3),
        (900, "Y", "I", "ja"),
        (901, "Y", "G", 85),
    ):
        sheet[f"A{row}"], sheet[f"B{row}"], sheet[f"{letter}{row}"] = post, "Insats", written
    opened.save(book)
    after = values(saved(book, tmp_path))
    assert [after[f"Poster!E{row}"] for row in (5, 6, 7)] == [12, 185, 0]
    assert [after[f"Poster!F{row}"] for row in (5, 6, 7)] == [8, 0, 86]
    assert after["Poster!G6"] == "fördelad"
