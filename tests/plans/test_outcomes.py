"""After the decision: what was used, what is left and to be repaid, and the report that says so."""

from __future__ import annotations

import csv
import io
import json
import pickle
import shutil
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.commands.forms import (
    import_outcome,
    write_outcome,
    write_outcome_template,
)
from schemas.common import RecipientType
from schemas.outcome import Outcome, Used
from statsbidrag.documents.catalogue import views
from statsbidrag.documents.recipient.annex_forms import FormView, form_views
from statsbidrag.documents.recipient.follow_up import OutcomeView, outcome_views
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.errors import InputError, UsageError
from statsbidrag.files.printable_text import names_a_person
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_reading import read_model
from statsbidrag.files.yaml_writing import yaml_text
from statsbidrag.plans.outcomes import load_outcome, outcome_problems
from statsbidrag.publication.fingerprint import raw_files
from statsbidrag.rendering.document import render
from statsbidrag.workbooks.forms.outcome_form import outcome_case
from statsbidrag.workbooks.forms.outcome_workbook import outcome_workbook, read_outcome
from tests.cases.small_country import AGREEMENT, SmallCountry
from tests.helpers.pages import page, text_of

EXAMPLE = PROJECT / "tests" / "cases" / "outcomes" / "lan-23.yaml"
YEAR = "psykisk-halsa-2024"
SMALL: dict[str, Any] = {
    "format": 1,
    "agreement": AGREEMENT,
    "recipient_type": "lan",
    "recipient_code": "01",
    "source": "bokföringen",
    "received": 291,
    "used": [
        {"post": "lan/b/x", "measure": "Ett", "used": 20},
        {"post": "lan/b/y", "measure": "Två", "used": 90},
        {"post": "lan/b/y", "measure": "Tre", "used": 85},
        {"post": "lan/e", "measure": "Fyra", "used": 86},
    ],
}


@cache
def jamtland() -> Dossier:
    """The real agreement of 2024 with the invented outcome."""
    made = dossier_of(Raw(PROJECT / "raw"), YEAR)
    return replace(
        made, outcomes=(load_outcome(EXAMPLE, made.agreement, made.register, made.plans),)
    )


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallCountry:
    return SmallCountry(tmp_path_factory.mktemp("land")).write()


@pytest.fixture(scope="module")
def made(small: SmallCountry) -> Dossier:
    return dossier_of(small.raw, AGREEMENT)


def outcome(**changes: Any) -> Outcome:
    return Outcome.model_validate({**SMALL, **changes})


def of_kommun(code: str = "0201", **changes: Any) -> Outcome:
    own = {"recipient_type": "kommun", "recipient_code": code, "received": 35}
    return outcome(**{**own, "used": [{"post": "kommun/c", "used": 30}], **changes})


def shown(made: Dossier, *outcomes: Outcome) -> OutcomeView:
    [view] = outcome_views(replace(made, outcomes=outcomes))
    return view


# --- The report ---------------------------------------------------------------------------------


def test_the_example_gives_the_repayment_to_the_krona() -> None:
    [view] = outcome_views(jamtland())
    assert view.path == "lan/23-jamtlands-lan/uppfoljning"
    assert (view.received_sek, view.used_sek, view.repay_sek) == (13302905, 13177877, 125028)
    assert view.repayment_day == date(2025, 3, 31)
    assert view.received_difference == 0
    assert [each.title for _, each in view.outside_plan] == ["Utvärdering av Barnsäkert"]
    assert [post.label for post in view.overspent] == ["Suicidprevention"]
    assert view.unspent_by_post == 157528
    document = render(view)
    assert document == render(pickle.loads(pickle.dumps(view)))
    reader = pypdf.PdfReader(io.BytesIO(document.pdf))
    paper = " ".join(" ".join(each.extract_text().split()) for each in reader.pages)
    html = text_of(document.html.decode())
    for text in (paper.replace("\u00a0", " "), html):
        assert (
            "125 028 kr har inte använts och ska betalas tillbaka senast den 31 mars 2025" in text
        )
        assert "Exempel, påhittade uppgifter" in text
        assert "Finns inte i planen" in text
        assert "kostnaderna är 32 500 kr större än postens belopp" in text
    assert set(reader.attachments) == {"uppfoljning.csv", "uppfoljning.json"}
    assert "EXEMPEL, PÅHITTADE UPPGIFTER" in reader.pages[1].extract_text().replace("\u00a0", " ")


def test_what_is_attached_says_the_same() -> None:
    [view] = outcome_views(jamtland())
    table, facts = (each.content for each in view.attachments())
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig")), delimiter=";"))
    assert {row["exempel"] for row in rows} == {"påhittade uppgifter"}
    [repay] = [row for row in rows if row["post"] == "Att betala tillbaka"]
    assert repay["kvar, kr"] == "125028"
    of_posts = [row for row in rows if row["belopp, kr"] and row["post"] != "Mottaget"]
    assert sum(int(row["använt, kr"]) for row in of_posts) == 13177877
    data = json.loads(facts)
    assert (data["repay_sek"], data["repay_by"], data["example"]) == (125028, "2025-03-31", True)


def test_without_an_outcome_there_is_no_follow_up() -> None:
    assert outcome_views(replace(jamtland(), outcomes=())) == ()


def test_the_documents_of_a_run_have_it(tmp_path: Path) -> None:
    country = SmallCountry(tmp_path / "raw").write()
    before = set(raw_files(country.raw, AGREEMENT))
    path = country.raw.outcome_path(AGREEMENT, "lan", "01")
    path.parent.mkdir(parents=True)
    path.write_text(yaml_text(outcome()), "utf-8")
    assert set(raw_files(country.raw, AGREEMENT)) - before == {path}
    paths = [view.path for view in views(dossier_of(country.raw, AGREEMENT))]
    assert "lan/01-norra-lan/uppfoljning" in paths
    path.with_name("lan-01.xlsx").write_bytes(b"")
    with pytest.raises(InputError, match=r"lan-01\.xlsx"):
        dossier_of(country.raw, AGREEMENT)


def test_what_was_used_beyond_the_grant_is_not_repaid(made: Dossier) -> None:
    view = shown(made, outcome(received=270))
    assert (view.repay_sek, view.overspent_sek) == (0, 11)
    text = text_of(page(view).html.decode())
    assert "Kostnaderna är 11 kr större än bidraget. Inget ska betalas tillbaka." in text
    assert "skiljer sig från det som skulle rekvireras med −21 kr" in text
    assert "Exempel" not in text


def test_all_used_is_said(made: Dossier) -> None:
    text = text_of(page(shown(made, outcome(received=281))).html.decode())
    assert "Allt är använt. Inget ska betalas tillbaka." in text


def test_a_municipality_is_followed_up_by_post(made: Dossier) -> None:
    view = shown(made, of_kommun())
    assert not view.has_plan
    assert view.requisition_sek is None
    [post] = view.posts
    assert (post.measures, post.used_sek, view.repay_sek) == ((), 30, 5)
    text = text_of(page(view).html.decode())
    assert "vilar på en skattning och är inte beslutat" in text
    assert "Belopp med * är vår beräkning" in text
    assert "Planerat" not in text


def test_an_outcome_may_speak_of_whole_posts_though_there_is_a_plan(made: Dossier) -> None:
    whole = [{"post": post, "used": 10} for post in ("lan/b/x", "lan/b/y", "lan/e")]
    view = shown(made, outcome(used=whole))
    assert [post.measures for post in view.posts] == [(), (), ()]
    assert view.repay_sek == 261


NUMBERS = st.lists(st.integers(0, 10**6), min_size=4, max_size=4)


@settings(max_examples=25)
@given(numbers=NUMBERS, received=st.integers(0, 4 * 10**6))
def test_every_krona_is_used_repaid_or_overspent(
    numbers: list[int], received: int, made: Dossier
) -> None:
    used = [{**each, "used": sek} for each, sek in zip(SMALL["used"], numbers, strict=True)]
    view = shown(made, outcome(received=received, used=used))
    assert view.used_sek - view.overspent_sek + view.repay_sek == received
    assert 0 in (view.repay_sek, view.overspent_sek)
    assert sum(post.used_sek for post in view.posts) == view.used_sek == sum(numbers)
    for post in view.posts:
        assert sum(each.used_sek for each in post.measures) == post.used_sek
        assert post.left is not None
        assert post.amount is not None
        assert post.left.sek + post.used_sek == post.amount.sek


# --- The annex's form ---------------------------------------------------------------------------


def form(made: Dossier, *outcomes: Outcome) -> FormView:
    [view] = [
        view
        for view in form_views(replace(made, outcomes=outcomes))
        if view.path == "kommun/2380-ostersund/ekonomisk-redovisning"
    ]
    return view


def test_the_financial_report_is_filled_and_nothing_personal_is() -> None:
    made = dossier_of(Raw(PROJECT / "raw"), "psykisk-halsa-2025")
    blank = form(made)
    own = {"agreement": made.agreement.id, "recipient_type": "kommun", "recipient_code": "2380"}
    used = [{"post": "kommun/barn-och-unga", "used": 900_000}]
    said = outcome(**own, received=1_000_000, used=used, example=True)
    view = form(made, said)
    values = {f.id: f.value for section in view.sections for f in section.fields}
    before = {f.id: f.value for section in blank.sections for f in section.fields}
    assert {name: value for name, value in values.items() if value != before[name]} == {
        "grant_received": "1\u00a0000\u00a0000\u00a0kr",
        "costs_total": "900\u00a0000\u00a0kr",
        "unused": "100\u00a0000\u00a0kr",
    }
    # The amount by the agreement rests on an estimate: it stays blank, whatever was received.
    assert values["grant"] == ""
    text = text_of(page(view).html.decode())
    assert "Exempel, påhittade uppgifter" in text
    assert "Exempel, påhittade uppgifter" not in text_of(page(blank).html.decode())
    more = form(made, said.model_copy(update={"received": 800_000, "example": False}))
    assert {f.id: f.value for s in more.sections for f in s.fields}["unused"].startswith("−100")
    personal = {f.id for each in made.agreement.forms.values() for f in each.fields if f.personal}
    assert personal
    assert not any(values.get(name) for name in personal)


def test_the_schema_has_no_field_for_a_person() -> None:
    names = {*Outcome.model_fields, *Used.model_fields}
    assert names == {
        *("format", "agreement", "recipient_type", "recipient_code", "example", "source"),
        *("through", "reference_number", "received", "used", "comment"),
        *("post", "measure", "level", "note"),
    }


# --- What does not fit --------------------------------------------------------------------------


class Somewhere:
    """A file that was never written."""

    path = Path("lan-01.yaml")

    def problem(self, at: Any, *, expected: str, found: str, action: str = "") -> Any:
        return (at, expected, found, action)


def problems(made: Dossier, **changes: Any) -> list[Any]:
    said = outcome(**changes)
    return list(
        outcome_problems(said, Somewhere(), made.agreement, made.register, made.plans)  # type: ignore[arg-type]
    )


def test_a_gap_is_no_zero(made: Dossier) -> None:
    [(at, expected, _, action)] = problems(made, used=SMALL["used"][:3])
    assert at == ("used",)
    assert "`Fyra`, lan/e" in expected
    assert "write 0" in action


def test_a_misspelt_measure_is_named(made: Dossier) -> None:
    used = [*SMALL["used"][:3], {"post": "lan/e", "measure": "Fyran", "used": 1}]
    [(_, expected, found, action)] = problems(made, used=used)
    assert "`Fyra`" in expected
    assert "`Fyran`" in found
    assert "as in the plan" in action


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"agreement": "annat-2025"}, "its folder"),
        ({"recipient_code": "77"}, "the register"),
        ({"recipient_code": "02"}, "the file's name"),
        ({"used": [*SMALL["used"], {"post": "lan/z", "used": 1}]}, "lan/b/x"),
    ],
)
def test_what_does_not_exist_is_named(made: Dossier, changes: Any, word: str) -> None:
    assert any(word in expected for _, expected, _, _ in problems(made, **changes))


def test_measures_need_a_plan(made: Dossier) -> None:
    said = outcome(recipient_code="02")
    told = outcome_problems(said, Somewhere(), made.agreement, made.register, ())  # type: ignore[arg-type]
    assert "the file's name" in str(told)
    Somewhere.path = Path("lan-02.yaml")
    told = outcome_problems(said, Somewhere(), made.agreement, made.register, ())  # type: ignore[arg-type]
    Somewhere.path = Path("lan-01.yaml")
    assert [each[0] for each in told] == [("used", n, "measure") for n in range(4)]  # type: ignore[index]


@pytest.mark.parametrize(
    "used",
    [
        [],
        [{"post": "lan/e", "used": -1}],
        [{"post": "lan/e", "used": 1.5}],
        [{"post": "lan/e", "used": 1}, {"post": "lan/e", "used": 1}],
        [{"post": "lan/e", "used": 1}, {"post": "lan/e", "measure": "Fyra", "used": 1}],
        [{"post": "lan/e", "used": 1, "contact_person": "x"}],
    ],
)
def test_the_schema_refuses(used: Any) -> None:
    with pytest.raises(ValueError, match="validation error"):
        outcome(used=used)


# --- By way of a workbook -----------------------------------------------------------------------


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
    "text",
    [
        "212000-1363",
        "19121212-1213",
        "19121312-1212",
        "19121232-1212",
        "1 212 121 212 kr",
        "119121212-12120",
        "a1212121212",
    ],
)
def test_other_numbers_are_no_persons(text: str) -> None:
    assert not names_a_person(text)


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


def test_the_example_is_marked_and_is_nowhere_in_the_raw_files() -> None:
    assert yaml.safe_load(EXAMPLE.read_text("utf-8"))["example"] is True
    assert not (PROJECT / "raw" / "outcomes").exists()
