"""The parts of a form, one by one: written, opened, read, understood, made a model."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel

from schemas.common import Recipient, RecipientType
from statsbidrag.dossier.gathering import Computed
from statsbidrag.errors import InputError, Problem
from statsbidrag.files.raw_folder import Raw
from statsbidrag.plans.county_plans import county_amounts
from statsbidrag.workbooks.forms import plan_formulas
from statsbidrag.workbooks.forms.cell_values import Cell, value_of
from statsbidrag.workbooks.forms.cells_to_model import CellPlaces, fact_values, model_of, put
from statsbidrag.workbooks.forms.filled_workbook import Fields, FormKind, read_filled
from statsbidrag.workbooks.forms.form import (
    FIRST_ROW,
    MARK,
    Column,
    Facts,
    Form,
    Kind,
    Table,
)
from statsbidrag.workbooks.forms.form_reading import Filled, read_form, read_mark
from statsbidrag.workbooks.forms.form_writing import Content, column_range, letter_of, write_form
from statsbidrag.workbooks.forms.mark_and_posts import labels_of
from statsbidrag.workbooks.forms.plan_form import (
    PLAN_FACTS,
    PLAN_MARK,
    SHEET_OF,
    PlanCase,
    plan_case,
    plan_form,
)
from statsbidrag.workbooks.forms.plan_workbook import plan_template
from statsbidrag.workbooks.forms.safe_opening import LARGEST, open_safely
from tests.cases.small_country import AGREEMENT, SmallCountry

FACTS = Facts(
    "Uppgifter",
    "Prov",
    "Fyll i.",
    (
        MARK,
        Column("name", "Namn", Kind.TEXT, required=True),
        Column("place.day", "Dag", Kind.DAY),
        Column("sum", "Summa", Kind.SHOWN),
    ),
)
TABLE = Table(
    "things",
    "Saker",
    "Saker",
    "En rad per sak.",
    (
        Column("what", "Vad", Kind.TEXT, required=True),
        Column("sek", "Belopp", Kind.KRONOR),
        Column("colour", "Färg", Kind.CHOICE, choices="Färger"),
    ),
)
FORM = Form("prov 1", "Prov", ("Fyll i.",), FACTS, (TABLE,), {"Färger": {"Röd": "r", "Blå": "b"}})


class Thing(BaseModel):
    """What a row of the form becomes."""

    what: str
    sek: int


def written(folder: Path, facts: Mapping[str, Any], *rows: Mapping[str, Any]) -> Path:
    path = folder / "prov.xlsx"
    content = Content({"mark": FORM.mark, **facts}, {"things": rows})
    path.write_bytes(write_form(FORM, content, datetime(2025, 1, 30)))
    return path


# --- Written and read ---------------------------------------------------------------------------


def test_what_a_form_is_given_is_read_back(tmp_path: Path) -> None:
    facts = {"name": "=1+1", "place.day": date(2025, 3, 31)}
    path = written(tmp_path, facts, {"what": "Ett", "sek": 1500, "colour": "Blå"}, {"what": "Två"})
    mark, book = read_mark(path, FACTS)
    filled = read_form(path, book, FORM)
    assert (mark, filled.problems, filled.notes) == ("prov 1", [], [])
    assert {key: cell.value for key, cell in filled.facts.items() if key in facts} == facts
    rows = [{key: cell.value for key, cell in row.items()} for row in filled.rows["things"]]
    assert rows == [
        {"what": "Ett", "sek": 1500, "colour": "b"},
        {"what": "Två", "sek": None, "colour": ""},
    ]
    assert filled.rows["things"][1]["sek"].place == f"Saker!B{FIRST_ROW + 1}"


def test_a_missing_value_is_named_by_its_cell(tmp_path: Path) -> None:
    path = written(tmp_path, {}, {"sek": 5})
    filled = read_form(path, read_mark(path, FACTS)[1], FORM)
    assert [problem.place for problem in filled.problems] == ["Uppgifter!B5", "Saker!A5"]
    assert filled.rows["things"][0]["what"].wrong


def test_a_column_has_a_letter_and_a_range() -> None:
    assert letter_of(TABLE, "colour") == "C"
    assert column_range(TABLE, TABLE.columns[1], 3) == "'Saker'!$B$5:$B$7"


def test_only_a_plain_workbook_is_opened(tmp_path: Path) -> None:
    path = written(tmp_path, {"name": "Prov"})
    assert open_safely(path).sheetnames == ["Läs mig", "Uppgifter", "Saker", "Listor"]
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"")
    with pytest.raises(InputError, match="a macro"):
        open_safely(path)
    path.write_bytes(b"PK" + bytes(LARGEST))
    with pytest.raises(InputError, match="bytes"):
        open_safely(path)


# --- Cells --------------------------------------------------------------------------------------


def said_by(kind: Kind, value: object, *, formula: bool = False) -> Any:
    cell = SimpleNamespace(value=value, data_type="f" if formula else "n")
    return value_of(cell, Column("x", "X", kind, choices="Färger"), FORM.lists)


@pytest.mark.parametrize(
    ("kind", "value", "meant"),
    [
        (Kind.TEXT, "  Ett  ", "Ett"),
        (Kind.TEXT, 114.0, "114"),
        (Kind.TEXTS, 'Ett; "Två; tre"', ("Ett", "Två; tre")),
        (Kind.KRONOR, "1 500 000 kr", 1_500_000),
        (Kind.KRONOR, None, None),
        (Kind.CHANGE, "\u22125", -5),
        (Kind.DAY, datetime(2025, 3, 31), date(2025, 3, 31)),
        (Kind.DAY, "2025-03-31", date(2025, 3, 31)),
        (Kind.SHARE, 0.07, Fraction(7, 100)),
        (Kind.SHARE, "50 %", Fraction(1, 2)),
        (Kind.YES, "X", True),
        (Kind.YES, "nej", False),
        (Kind.CHOICE, "röd", "r"),
        (Kind.CHOICE, "b", "b"),
    ],
)
def test_a_cell_says_what_its_column_takes(kind: Kind, value: object, meant: object) -> None:
    assert said_by(kind, value) == meant


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Kind.TEXT, date(2025, 3, 31), "text"),
        (Kind.KRONOR, 0.5, "whole kronor"),
        (Kind.KRONOR, -1, "whole kronor, zero or more"),
        (Kind.DAY, "31 mars", "a day"),
        (Kind.SHARE, 1.5, "a share"),
        (Kind.YES, "kanske", "ja or nothing"),
        (Kind.CHOICE, "Rödd", "one of Röd, Blå"),
    ],
)
def test_another_value_is_refused_with_what_to_do(kind: Kind, value: object, expected: str) -> None:
    with pytest.raises(ValueError, match=expected) as caught:
        said_by(kind, value)
    assert caught.value.args[0] == expected
    assert caught.value.args[1]


def test_only_a_share_may_be_a_formula() -> None:
    assert said_by(Kind.SHARE, "=1/3", formula=True) == Fraction(1, 3)
    with pytest.raises(ValueError, match="not a formula"):
        said_by(Kind.KRONOR, "=1+1", formula=True)


# --- From cells to a model ----------------------------------------------------------------------


def test_a_model_is_made_of_cells_and_its_mistakes_are_theirs() -> None:
    data: dict[str, Any] = {"things": [{}]}
    places: dict[Any, Cell] = {}
    put(data, places, ("things", 0, "what"), Cell("Ett", "Saker!A5"))
    put(data, places, ("place", "day"), Cell(None, "Uppgifter!B6"))
    assert data == {"things": [{"what": "Ett"}], "place": {"day": None}}
    filled = Filled(Path("prov.xlsx"), {}, {})
    cells = {("what",): Cell("Ett", "Saker!A5"), ("sek",): Cell("mycket", "Saker!B5")}
    assert model_of(filled, Thing, {"what": "Ett", "sek": "mycket"}, cells) is None
    assert [(each.file, each.place) for each in filled.problems] == [("prov.xlsx", "Saker!B5")]
    # What is wrong already is not said again.
    told = Filled(Path("prov.xlsx"), {}, {})
    wrong = {**cells, ("sek",): replace(cells["sek",], wrong=True)}
    assert model_of(told, Thing, {"what": "Ett", "sek": "mycket"}, wrong) is None
    assert told.problems == []
    assert model_of(filled, Thing, {"what": "Ett", "sek": 5}, cells) == Thing(what="Ett", sek=5)


def test_a_models_fields_become_facts_by_their_keys() -> None:
    model = SimpleNamespace(name="Prov", place=SimpleNamespace(day=None))
    assert fact_values(FACTS, model, {"mark"}) == {"name": "Prov", "place.day": None}


# --- For whom -----------------------------------------------------------------------------------


def test_a_mark_says_for_whom(small_computed: Computed, tmp_path: Path) -> None:
    case = plan_case(small_computed, "01")
    mark = PLAN_MARK.of(case)
    assert mark == f"plan 1 {AGREEMENT} lan 01"
    made_for = PLAN_MARK.made_for(tmp_path, mark, [AGREEMENT])
    assert made_for == (AGREEMENT, Recipient(RecipientType.LAN, "01"))
    for other, action in (
        (f"plan 0 {AGREEMENT} lan 01", "write a new one with plan-template"),
        (f"plan 1 {AGREEMENT} kommun 0114", "write a new one with plan-template"),
        ("plan 1 annan-2025 lan 01", "write a new one with plan-template"),
        (f"utfall 1 {AGREEMENT} lan 01", "statsbidrag outcome-import"),
    ):
        with pytest.raises(InputError, match=action):
            PLAN_MARK.made_for(tmp_path, other, [AGREEMENT])


def test_a_case_knows_its_posts(small_computed: Computed) -> None:
    case = plan_case(small_computed, "01")
    assert case.given == {"agreement": AGREEMENT, "county": "Norra län (01)"}
    assert case.labels == labels_of(small_computed.agreement, RecipientType.LAN)
    known = county_amounts(small_computed.allocation, "01")
    assert case.amounts == {post: known[post] for post in case.labels}


def test_a_plans_form_has_the_countys_own_words(small_computed: Computed) -> None:
    form = plan_form(plan_case(small_computed, "01"))
    assert [table.name for table in form.tables] == [*SHEET_OF.values()]
    assert [*form.lists["Poster"].values()] == [*plan_case(small_computed, "01").labels]
    assert form.suggestions["Organisationer"] == ["Region Norra", "Alby", "Berga"]


def test_a_plans_formulas_are_of_their_row() -> None:
    assert plan_formulas.left(7) == '=IF(ISNUMBER($C7),$C7-$E7,"")'
    for formula in (plan_formulas.gives, plan_formulas.left_of_post, plan_formulas.state):
        assert formula(8) == formula(7).replace("7", "8")
    # What is placed is what is written in the sheet of measures, whatever row it is in.
    assert "Insatser!$G$5:$G$1000" in plan_formulas.placed(7)


# --- The way in ---------------------------------------------------------------------------------


def kind_of(computed: Computed) -> FormKind[PlanCase, Thing]:
    """A kind of workbook with the form of a plan, that takes its title and never fits."""

    def case_of(raw: Raw, agreement_id: str, recipient: Recipient) -> PlanCase:
        assert agreement_id == AGREEMENT
        return plan_case(computed, recipient.code)

    def fields_of(case: PlanCase, filled: Filled) -> Fields:
        return {"what": case.code, "sek": 5}, {("what",): filled.facts["title"]}

    def problems_of(model: Thing, case: PlanCase, where: CellPlaces) -> list[Problem]:
        assert (model.what, where.path.name) == ("01", "01.yaml")
        return [where.problem(("what",), expected="another title", found=model.what)]

    return FormKind(
        mark=PLAN_MARK,
        facts=PLAN_FACTS,
        model=Thing,
        case_of=case_of,
        form_of=plan_form,
        fields_of=fields_of,
        path_of=lambda raw, case: raw.plan_path(AGREEMENT, case.code),
        problems_of=problems_of,
    )


def test_every_mistake_on_the_way_is_said_at_once(
    small: SmallCountry, small_computed: Computed, tmp_path: Path
) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(plan_template(small_computed, "01"))
    book = open_safely(path)
    book["Uppgifter"]["B6"], book["Poster"]["B5"] = "Södra län (02)", "lan/annan"
    book.save(path)
    with pytest.raises(InputError) as caught:
        read_filled(small.raw, path, kind_of(small_computed))
    assert [problem.place for problem in caught.value.problems] == [
        "Uppgifter!B7",
        "Uppgifter!B6",
        "Poster!B5",
        "Poster",
        "Uppgifter!B7",
    ]
    assert "plan-template ID CODE" in caught.value.problems[1].action
