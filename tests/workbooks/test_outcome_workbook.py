"""An outcome by way of a workbook: nothing is lost, every mistake is named at its cell."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.commands.forms import import_outcome, write_outcome, write_outcome_template
from schemas.common import RecipientType
from schemas.outcome import Outcome
from statsbidrag.documents.recipient.follow_up import outcome_views
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.errors import InputError, UsageError
from statsbidrag.files.printable_text import names_a_person
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_reading import read_model
from statsbidrag.files.yaml_writing import yaml_text
from statsbidrag.workbooks.forms.outcome_form import outcome_case
from statsbidrag.workbooks.forms.outcome_workbook import outcome_workbook, read_outcome
from tests.cases.small_country import AGREEMENT, SmallCountry
from tests.helpers.outcomes import EXAMPLE, SMALL, outcome

YEAR = "psykisk-halsa-2024"


def test_the_example_comes_back_as_it_was(tmp_path: Path) -> None:
    root = tmp_path / "raw"
    shutil.copytree(PROJECT / "raw", root)
    raw = Raw(root)
    path = raw.outcome_path(YEAR, "lan", "23")
    path.parent.mkdir(parents=True)
    shutil.copy(EXAMPLE, path)
    before = read_model(path, Outcome)[0]
    book = write_outcome(raw, YEAR, "lan:23", tmp_path / "u.xlsx")
    assert "nothing is written" in import_outcome(raw, book, replace=False).said
    path.unlink()
    said = import_outcome(raw, book, replace=False).said
    assert "125 028 kr to be repaid" in said
    assert "example" in said
    assert read_model(path, Outcome)[0] == before
    shown = openpyxl.load_workbook(book, data_only=True)
    facts = {row[0].value: row[1].value for row in shown["Uppgifter"].iter_rows()}
    assert (facts["Använt, kr"], facts["Att betala tillbaka, kr"]) == (13177877, 125028)


@pytest.mark.parametrize("who", ["lan:01", "lan:02", "region:01", "kommun:0201", "0114", "SKR"])
def test_a_template_is_filled_and_read(who: str, tmp_path: Path) -> None:
    country = SmallCountry(tmp_path / "raw").write()
    book = write_outcome_template(country.raw, AGREEMENT, who, tmp_path / "u.xlsx")
    with pytest.raises(InputError) as caught:
        import_outcome(country.raw, book, replace=False)
    blank = {problem.place for problem in caught.value.problems}
    assert {"Uppgifter!B8", "Uppgifter!B11"} < blank
    opened = openpyxl.load_workbook(book)
    opened["Uppgifter"]["B8"], opened["Uppgifter"]["B11"] = "bokföringen", 100
    for place in blank - {"Uppgifter!B8", "Uppgifter!B11"}:
        sheet, cell = place.split("!")
        opened[sheet][cell] = "1 kr"
    opened.save(book)
    done = import_outcome(country.raw, book, replace=False)
    [path] = country.raw.outcome_paths(AGREEMENT)
    said = read_model(path, Outcome)[0]
    assert done.notes == ()
    assert {each.used for each in said.used} == {1}
    assert bool(said.used[0].measure) == (who == "lan:01")
    assert [view.repay_sek for view in outcome_views(dossier_of(country.raw, AGREEMENT))] == [
        100 - len(said.used)
    ]


WORDS = st.text(st.characters(codec="latin-1", exclude_categories=("Cc", "Cf")), max_size=20).map(
    lambda text: text.strip().lstrip("=+-@ \u00a0")
)


@settings(max_examples=10)
@given(
    data=st.fixed_dictionaries(
        {
            "example": st.booleans(),
            "source": WORDS.filter(bool),
            "through": st.none() | st.dates(date(2000, 1, 1), date(2099, 1, 1)),
            "reference_number": WORDS,
            "received": st.integers(0, 10**12),
            "comment": WORDS,
        }
    ),
    notes=st.lists(WORDS, min_size=4, max_size=4),
    extra=st.lists(
        st.fixed_dictionaries(
            {"measure": WORDS.filter(lambda w: len(w) > 6), "level": WORDS, "note": WORDS}
        ),
        max_size=2,
    ),
)
def test_made_outcomes_come_back_as_they_were(
    data: Any, notes: Any, extra: Any, small: SmallCountry, tmp_path_factory: Any
) -> None:
    used = [{**each, "note": note} for each, note in zip(SMALL["used"], notes, strict=True)]
    used += [{"post": "lan/e", "used": 7, **each} for each in extra]
    said = outcome(**data, used=used)
    case = outcome_case(small.raw, AGREEMENT, (RecipientType.LAN, "01"))
    content = outcome_workbook(case, said)
    assert content == outcome_workbook(case, said)
    path = tmp_path_factory.mktemp("bok") / "lan-01.xlsx"
    path.write_bytes(content)
    assert read_outcome(small.raw, path).model == said
    file = path.with_suffix(".yaml")
    file.write_text(yaml_text(said), "utf-8", newline="\n")
    assert read_model(file, Outcome)[0] == said


def test_a_mistake_is_named_by_its_cell(small: SmallCountry, tmp_path: Path) -> None:
    case = outcome_case(small.raw, AGREEMENT, (RecipientType.LAN, "01"))
    book = tmp_path / "u.xlsx"
    book.write_bytes(outcome_workbook(case, outcome()))
    opened = openpyxl.load_workbook(book)
    sheet = opened["Utfall"]
    sheet["E5"], sheet["A6"], sheet["B8"], sheet["G5"] = "allt", "Z", "Fyran", "=1+1"
    opened["Uppgifter"]["B6"] = "Södra län (lan 02)"
    opened.save(book)
    with pytest.raises(InputError) as caught:
        read_outcome(small.raw, book)
    places = {problem.place for problem in caught.value.problems}
    assert {"Utfall!E5", "Utfall!A6", "Utfall!G5", "Uppgifter!B6"} <= places
    sheet["E5"], sheet["A6"], sheet["G5"] = 20, "Y", None
    opened["Uppgifter"]["B6"] = "Norra län (lan 01)"
    opened.save(book)
    with pytest.raises(InputError, match="`Fyran`") as caught:
        read_outcome(small.raw, book)
    assert [problem.place for problem in caught.value.problems] == ["Utfall!A5"]


@pytest.mark.parametrize("number", ["19121212-1212", "1212121212", "121212+1212", "121272-1219"])
def test_nobodys_personal_number_is_taken_in(
    small: SmallCountry, tmp_path: Path, number: str
) -> None:
    assert names_a_person(f"Utbetalt till {number}.")
    case = outcome_case(small.raw, AGREEMENT, (RecipientType.LAN, "01"))
    book = tmp_path / "u.xlsx"
    said = outcome(comment=f"Se {number}", reference_number="S2024/01234, 212000-1363")
    book.write_bytes(outcome_workbook(case, said))
    opened = openpyxl.load_workbook(book)
    opened["Utfall"]["G5"] = number
    opened.save(book)
    with pytest.raises(InputError, match="personal data") as caught:
        read_outcome(small.raw, book)
    assert [each.place for each in caught.value.problems] == ["Uppgifter!B14", "Utfall!G5"]
    assert number not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ({"through": date(2020, 12, 31)}, "Uppgifter!B9", "2020-12-31, before"),
        ({"received": 276}, "Uppgifter!B11", "5 kr more is used than received"),
        ({"received": 0}, "Uppgifter!B11", "nothing is received, yet 281 kr is used"),
    ],
)
def test_what_is_seldom_meant_is_noted_and_taken(
    small: SmallCountry, tmp_path: Path, changes: Any, place: str, words: str
) -> None:
    case = outcome_case(small.raw, AGREEMENT, (RecipientType.LAN, "01"))
    book = tmp_path / "u.xlsx"
    book.write_bytes(outcome_workbook(case, outcome(**changes)))
    [note] = read_outcome(small.raw, book).notes
    assert f"{place}: " in note
    assert words in note


def test_another_figure_than_the_plans_is_noted(small: SmallCountry, tmp_path: Path) -> None:
    case = outcome_case(small.raw, AGREEMENT, (RecipientType.LAN, "01"))
    book = tmp_path / "u.xlsx"
    book.write_bytes(outcome_workbook(case, outcome()))
    opened = openpyxl.load_workbook(book)
    opened["Utfall"]["D5"] = 99
    opened.save(book)
    [note] = read_outcome(small.raw, book).notes
    assert "Utfall!D5: the workbook has 99 kr, the plan 20 kr" in note


def test_plans_and_outcomes_are_not_confused(small: SmallCountry, tmp_path: Path) -> None:
    book = write_outcome_template(small.raw, AGREEMENT, "lan:01", tmp_path / "u.xlsx")
    opened = openpyxl.load_workbook(book)
    opened["Uppgifter"]["B4"] = "plan 1 prov-2025 lan 01"
    opened.save(book)
    with pytest.raises(InputError, match="plan-import"):
        read_outcome(small.raw, book)
    for who, word in (("23", "lan:23"), ("lan:77", "no such"), ("stat:1", "write")):
        with pytest.raises(UsageError, match=word):
            write_outcome_template(small.raw, AGREEMENT, who, tmp_path / "v.xlsx")
    with pytest.raises(UsageError, match="outcome-template"):
        write_outcome(small.raw, AGREEMENT, "lan:01", tmp_path / "v.xlsx")
