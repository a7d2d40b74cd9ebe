"""A plan by way of a workbook: nothing is lost, every mistake is named at its cell."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.commands.forms import import_plan, write_plan, write_plan_template
from schemas.plan import Measure, Plan
from statsbidrag.dossier.gathering import Computed, compute
from statsbidrag.errors import InputError, UsageError
from statsbidrag.files.printable_text import font_characters, unfit
from statsbidrag.files.project import PROJECT, TEMPLATES
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_reading import read_model
from statsbidrag.files.yaml_writing import yaml_text
from statsbidrag.plans.county_plans import load_plan
from statsbidrag.register.recipients import read_register
from statsbidrag.workbooks.forms.form import joined, parted
from statsbidrag.workbooks.forms.plan_workbook import plan_template, plan_workbook, read_plan
from tests.cases.small_country import AGREEMENT, SmallCountry

REAL = Raw(PROJECT / "raw")
YEAR = "psykisk-halsa-2024"


@pytest.fixture
def book(
    small: SmallCountry, small_computed: Computed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The small country's plan as a workbook; nothing is computed again to read it."""
    monkeypatch.setattr(
        "statsbidrag.workbooks.forms.plan_workbook.compute",
        lambda raw, agreement_id: small_computed,
    )
    plan = load_plan(small.plan, small_computed.agreement, small_computed.register)
    path = tmp_path / "plan.xlsx"
    path.write_bytes(plan_workbook(small_computed, plan))
    return path


def change(path: Path, edit: Callable[[Any], None]) -> None:
    """The workbook as somebody leaves it who has edited it."""
    opened = openpyxl.load_workbook(path)
    edit(opened)
    opened.save(path)


def with_cells(path: Path, cells: dict[str, Any]) -> None:
    def edit(opened: Any) -> None:
        for place, value in cells.items():
            sheet, cell = place.split("!")
            opened[sheet][cell] = value

    change(path, edit)


def refused(raw: Raw, path: Path) -> dict[str, str]:
    """What is wrong, by place; nothing is written."""
    before = {file: file.read_bytes() for file in raw.root.rglob("*") if file.is_file()}
    with pytest.raises(InputError) as caught:
        import_plan(raw, path, replace=True)
    assert {file: file.read_bytes() for file in raw.root.rglob("*") if file.is_file()} == before
    assert all(problem.file == str(path) for problem in caught.value.problems)
    return {
        problem.place: f"{problem.expected} | {problem.found} | {problem.action}"
        for problem in caught.value.problems
    }


# --- Nothing is lost ----------------------------------------------------------------------------


@pytest.mark.parametrize("county", ["14", "23"])
def test_real_plans_come_back_as_they_were(county: str, tmp_path: Path) -> None:
    made = compute(REAL, YEAR)
    plan = load_plan(REAL.plan_path(YEAR, county), made.agreement, made.register)
    content = plan_workbook(made, plan)
    assert content == plan_workbook(made, plan)
    path = tmp_path / "plan.xlsx"
    path.write_bytes(content)
    assert read_plan(REAL, path).model == plan
    file = tmp_path / f"{county}.yaml"
    file.write_text(yaml_text(plan), "utf-8")
    assert read_model(file, Plan)[0] == plan


def test_a_plan_is_imported_from_what_was_exported(tmp_path: Path) -> None:
    country = SmallCountry(tmp_path / "raw").write()
    before = read_model(country.plan, Plan)[0]
    path = write_plan(country.raw, AGREEMENT, "01", tmp_path / "plan.xlsx")
    same = import_plan(country.raw, path, replace=False)
    assert "nothing is written" in same.said
    assert not same.failed
    country.plan.unlink()
    import_plan(country.raw, path, replace=False)
    assert read_model(country.plan, Plan)[0] == before
    with_cells(path, {"Insatser!B5": "Något annat"})
    with pytest.raises(UsageError, match="--replace"):
        import_plan(country.raw, path, replace=False)
    assert read_model(country.plan, Plan)[0] == before
    import_plan(country.raw, path, replace=True)
    assert read_model(country.plan, Plan)[0].measures[0].title == "Något annat"


def test_a_plan_that_does_not_add_up_is_written_and_said(tmp_path: Path) -> None:
    country = SmallCountry(tmp_path / "raw").write()
    path = write_plan(country.raw, AGREEMENT, "01", tmp_path / "plan.xlsx")
    with_cells(path, {"Insatser!G5": 19, "Summor!B5": 119})
    done = import_plan(country.raw, path, replace=True)
    assert done.failed
    assert "lan/b/x lan:01" in done.said
    assert "withheld" in done.said
    assert "to the county's posts: change" in done.said
    assert "(Summor)" not in done.said


def test_what_of_a_plan_does_not_add_up_is_named(tmp_path: Path) -> None:
    country = SmallCountry(tmp_path / "raw").write()
    path = write_plan(country.raw, AGREEMENT, "01", tmp_path / "plan.xlsx")
    with_cells(path, {"Summor!B5": 119})
    summary = import_plan(country.raw, path, replace=True)
    assert summary.failed
    assert "(Summor)" in summary.said
    assert "to the county's posts: change" not in summary.said
    difference = {"A5": "X", "B5": -3, "C5": "en rest", "D5": "beslutet"}
    with_cells(path, {f"Skillnader!{cell}": value for cell, value in difference.items()})
    stale = import_plan(country.raw, path, replace=True)
    assert "The known difference of lan/b/x is no longer there" in stale.said
    with_cells(path, {"Insatser!G5": 19})
    other = import_plan(country.raw, path, replace=True)
    assert "The known difference of lan/b/x is not the one" in other.said


def test_a_workbook_is_never_overwritten(tmp_path: Path, small: SmallCountry) -> None:
    path = write_plan_template(small.raw, AGREEMENT, "02", tmp_path / "mall.xlsx")
    before = path.read_bytes()
    with pytest.raises(UsageError, match="already"):
        write_plan_template(small.raw, AGREEMENT, "02", path)
    assert path.read_bytes() == before
    assert [*tmp_path.iterdir()] == [path]


TEXT = st.text(
    st.sampled_from([chr(code) for code in sorted(font_characters(TEMPLATES))]).filter(
        lambda character: next(unfit(character), None) is None
    ),
    min_size=1,
    max_size=30,
).map(lambda text: unicodedata.normalize("NFC", text.strip().lstrip("=+-@ \u00a0")))
SAID = TEXT.filter(lambda text: bool(text) and "x005F_" not in text and "_x000D_" not in text)
ODD = st.sampled_from(
    ["1+1", "+46", "-", "a@x", "a;b", 'x "y"', '"', "rad\nrad", "yes", "1e5", "0x1", "12:30", "~",
     "2024-01-01", "null", "1 000", "# a", "a: b", "– a", "007", "’", "[x]", "{x}", "%", "1.5"]
)  # fmt: skip
WORDS = SAID | ODD
BLANK = st.just("") | WORDS
SEK = st.integers(0, 10**12)
SOME = st.lists(WORDS, min_size=1, max_size=3).map(tuple)
WAYS = st.one_of(
    st.fixed_dictionaries({"amount": SEK}),
    st.fixed_dictionaries(
        {
            "share": st.builds(
                lambda a, b: Fraction(min(a, b), max(a, b)),
                st.integers(1, 10**6),
                st.integers(1, 10**6),
            )
            | st.integers(1, 10**8).map(lambda n: Fraction(n, 10**8))
        }
    ),
)
POSTS = st.sampled_from(["lan/b/x", "lan/b/y", "lan/e"])
MEASURES = st.builds(
    lambda way, **own: Measure(**own, **way),
    way=WAYS,
    post=POSTS,
    title=WORDS,
    short_title=BLANK,
    level=BLANK,
    responsible=BLANK,
    organisation=st.just(()) | SOME,
    note=BLANK,
)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
PLANS = st.fixed_dictionaries(
    {
        "title": WORDS,
        "issuer": BLANK,
        "issuer_role": BLANK,
        "date": st.none() | DAYS,
        "reference_number": BLANK,
        "source": WORDS,
        "decision": st.fixed_dictionaries(
            {"by": BLANK, "by_long": BLANK, "proposal": st.lists(WORDS, max_size=2)}
        ),
        "requisition": st.fixed_dictionaries({"by": BLANK, "text": BLANK}),
        "changes": st.lists(
            st.fixed_dictionaries(
                {
                    "text": WORDS,
                    "change_sek": st.none() | st.integers(-(10**12), 10**12),
                    "approximate": st.booleans(),
                }
            ),
            max_size=2,
        ),
        "measures": st.lists(MEASURES, min_size=1, max_size=4),
        "stated_sums": st.lists(
            st.fixed_dictionaries({"organisation": SOME, "amount": SEK}), max_size=2
        ),
        "payment": st.fixed_dictionaries(
            {
                "method": BLANK,
                "text": st.lists(WORDS, max_size=2),
                "invoicing": st.none()
                | st.fixed_dictionaries({"to": WORDS, "address": BLANK, "reference": BLANK}),
            }
        ),
        "reporting": st.lists(
            st.fixed_dictionaries(
                {"who": SOME, "what": WORDS, "to": WORDS, "by": st.none() | DAYS}
            ),
            max_size=2,
        ),
        "recipients_of_extract": st.lists(WORDS, max_size=2),
        "known_differences": st.lists(
            st.fixed_dictionaries(
                {
                    "post": POSTS,
                    "amount": st.integers(-(10**12), 10**12),
                    "reason": WORDS,
                    "source": WORDS,
                }
            ),
            max_size=2,
        ),
    }
)


@settings(max_examples=10)
@given(data=PLANS)
def test_made_plans_come_back_as_they_were(
    data: dict[str, Any],
    small: SmallCountry,
    small_computed: Computed,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    plan = Plan.model_validate({"format": 1, "agreement": AGREEMENT, "county": "01", **data})
    path = tmp_path_factory.mktemp("bok") / "01.xlsx"
    path.write_bytes(plan_workbook(small_computed, plan))
    assert read_plan(small.raw, path).model == plan
    file = path.with_suffix(".yaml")
    file.write_text(yaml_text(plan), "utf-8", newline="\n")
    assert read_model(file, Plan)[0] == plan


@given(texts=st.lists(WORDS, max_size=5))
def test_several_texts_in_a_cell_are_parted_again(texts: list[str]) -> None:
    assert parted(joined(texts)) == texts


# --- What a reader sees -------------------------------------------------------------------------


def test_a_template_has_the_sums_and_nothing_else(small_computed: Computed, tmp_path: Path) -> None:
    path = tmp_path / "mall.xlsx"
    path.write_bytes(plan_template(small_computed, "01"))
    shown = openpyxl.load_workbook(path, data_only=True)
    assert [[cell.value for cell in row[:3]] for row in shown["Poster"]["A5:C7"]] == [
        ["X", "lan/b/x", 20],
        ["Y", "lan/b/y", 185],
        ["E", "lan/e", 86],
    ]
    assert [cell.value for [cell] in shown["Poster"]["F5:F7"]] == [20, 185, 86]
    assert [cell.value for [cell] in shown["Poster"]["G5:G7"]] == ["kvar att fördela"] * 3
    assert all(row[0].value is None for row in shown["Insatser"]["A5:C34"])
    sheet = openpyxl.load_workbook(path)["Insatser"]
    assert sheet.freeze_panes == "C5"
    assert sheet.print_title_rows == "$4:$4"
    lists = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    assert lists["A5:A1000"].type == "list"
    assert lists["G5:G1000"].type == "whole"
    names = openpyxl.load_workbook(path).defined_names
    assert {"Rubrik", "Beslutas_av", "Insatser_Belopp_kr", "Poster_Kvar_kr"} <= set(names)


def test_moved_columns_lines_and_rows_are_found(
    small: SmallCountry, small_computed: Computed, book: Path
) -> None:
    plan = load_plan(small.plan, small_computed.agreement, small_computed.register)

    def edit(opened: Any) -> None:
        opened["Insatser"].move_range("L1:L40", cols=3)
        opened["Insatser"].insert_rows(1, 2)
        opened["Insatser"].insert_rows(9)
        opened["Uppgifter"].move_range("A7:C7", rows=30)
        opened.create_sheet("Kladd")["A1"] = "mina egna anteckningar"

    change(book, edit)
    read = read_plan(small.raw, book)
    assert read.model == plan
    assert "Kladd" in read.notes[0]


@pytest.mark.parametrize(
    ("written", "amount"),
    [("20", 20), ("1 500 000", 1500000), ("1\u00a0500\u202f000 kr", 1500000), (20.0, 20), (0, 0)],
)
def test_amounts_as_people_write_them(
    small: SmallCountry, book: Path, written: object, amount: int
) -> None:
    with_cells(book, {"Insatser!G5": written})
    assert read_plan(small.raw, book).model.measures[0].amount == amount


@pytest.mark.parametrize(
    ("written", "share"),
    [
        (0.07, Fraction(7, 100)),
        ("50 %", Fraction(1, 2)),
        ("12,5%", Fraction(1, 8)),
        ("=1/3", Fraction(1, 3)),
    ],
)
def test_shares_are_exact(
    small: SmallCountry, book: Path, written: object, share: Fraction
) -> None:
    with_cells(book, {"Insatser!G5": None, "Insatser!H5": written})
    assert read_plan(small.raw, book).model.measures[0].share == share


# --- Mistakes at their cells --------------------------------------------------------------------


def test_every_mistake_is_told_at_once(small: SmallCountry, book: Path) -> None:
    with_cells(
        book,
        {
            "Uppgifter!B4": "plan 1 prov-2025 lan 01",
            "Uppgifter!B7": None,
            "Uppgifter!B10": "i vår",
            "Insatser!G5": "1,5 milj",
            "Insatser!G6": 12.5,
            "Insatser!G7": -3,
            "Insatser!G8": None,
            "Insatser!A9": "Samsjuklighet",
            "Insatser!B9": '=HYPERLINK("http://example.invalid";"x")',
            "Insatser!H9": 1.5,
            "Insatser!M5": "en egen kolumn",
            "Texter!A5": "Bilaga",
            "Summor!B5": datetime(2024, 1, 2),
            "Redovisning!A5": "Alla",
        },
    )
    found = refused(small.raw, book)
    assert found["Insatser!G5"].startswith('whole kronor | "1,5 milj" | write it in whole kronor')
    assert set(found) == {
        *("Uppgifter!B7", "Uppgifter!B10", "Insatser!G5", "Insatser!G6", "Insatser!G7"),
        *("Insatser!G8", "Insatser!A9", "Insatser!B9", "Insatser!H9", "Insatser!M5"),
        *("Texter!A5", "Summor!B5", "Redovisning!B5", "Redovisning!C5"),
    }
    assert "formula" in found["Insatser!B9"]
    assert found["Insatser!A9"].startswith("one of X, Y, E")
    assert "one of Belopp, Andel" in found["Insatser!G8"]


def _sheet(opened: Any) -> Any:
    return opened["Insatser"]


BROKEN: dict[str, tuple[Callable[[Any], Any], str, str]] = {
    "merged": (lambda b: _sheet(b).merge_cells("B5:B6"), "Insatser!B5:B6", "not merged"),
    "renamed": (lambda b: _set(b, "Insatser!G4", "Summa"), "Insatser!4:4", "the column Belopp, kr"),
    "misspelt": (lambda b: _set(b, "Insatser!G4", "Belop kr"), "Insatser!G4", "Belopp, kr"),
    "twice": (lambda b: _set(b, "Insatser!H4", "Belopp, kr"), "Insatser!H4", "each column once"),
    "deleted": (lambda b: _sheet(b).delete_cols(7), "Insatser!4:4", "the column Belopp, kr"),
    "no headings": (lambda b: _sheet(b).delete_rows(4), "Insatser", "a row of headings"),
    "sheet renamed": (lambda b: _rename(b, "Insats"), "Insatser", "call `Insats` Insatser"),
    "sheet gone": (lambda b: b.remove(b["Texter"]), "Texter", "this sheet"),
    "hidden sheet": (lambda b: _hide(_sheet(b)), "Insatser", "hidden"),
    "foreign hidden": (lambda b: _hide(b.create_sheet("X")), "X", "hidden"),
    "hidden row": (lambda b: _hide_row(_sheet(b)), "Insatser!6:6", "hidden"),
    "hidden column": (lambda b: _hide_column(_sheet(b)), "Insatser!B:B", "hidden"),
    "hidden columns": (lambda b: _hide_columns(_sheet(b)), "Insatser!A:A", "hidden"),
    "far row": (lambda b: _set(b, "Insatser!A1048576", "x"), "Insatser!A1:L1048576", "5000 rows"),
    "county": (lambda b: _set(b, "Uppgifter!B6", "Södra län (02)"), "Uppgifter!B6", "Norra län"),
    "last year's": (
        lambda b: _set(b, "Uppgifter!B4", "plan 1 prov-2024 lan 01"),
        "Uppgifter: Mall",
        "prov-2025",
    ),
    "outcome": (
        lambda b: _set(b, "Uppgifter!B4", "utfall 1 prov-2025 lan 01"),
        "Uppgifter: Mall",
        "outcome-import",
    ),
    "mark gone": (lambda b: _set(b, "Uppgifter!A4", "x"), "Uppgifter!A", "the line Mall"),
    "line gone": (lambda b: _set(b, "Uppgifter!A7", None), "Uppgifter!A", "the line Rubrik"),
    "other posts": (lambda b: _set(b, "Poster!B5", "lan/z"), "Poster!B5", "another one's"),
    "error": (lambda b: _set(b, "Insatser!G5", "#REF!"), "Insatser!G5", "whole kronor"),
    "array": (lambda b: _set(b, "Insatser!G5", "=SUM(G6:G7)"), "Insatser!G5", "formula"),
}  # fmt: skip


def _set(opened: Any, place: str, value: object) -> None:
    sheet, cell = place.split("!")
    opened[sheet][cell] = value


def _rename(opened: Any, name: str) -> None:
    opened["Insatser"].title = name


def _hide(sheet: Any) -> None:
    sheet.sheet_state = "veryHidden"


def _hide_row(sheet: Any) -> None:
    sheet.row_dimensions[6].hidden = True


def _hide_columns(sheet: Any) -> None:
    sheet.column_dimensions.group("A", "B", hidden=True)


def _hide_column(sheet: Any) -> None:
    sheet.column_dimensions["B"].hidden = True


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_workbook_is_refused_by_name(small: SmallCountry, book: Path, name: str) -> None:
    edit, place, word = BROKEN[name]
    change(book, edit)
    found = refused(small.raw, book)
    assert place in found, found
    assert word in found[place]


def repacked(path: Path, members: dict[str, bytes]) -> None:
    """The workbook with other files in it, or more."""
    with zipfile.ZipFile(path) as archive:
        own = {name: archive.read(name) for name in archive.namelist()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**own, **members}.items():
            archive.writestr(name, content)
    path.write_bytes(buffer.getvalue())


VAST = b'<worksheet><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.parametrize(
    ("members", "word"),
    [
        ({"xl/vbaProject.bin": b"x"}, "macro"),
        ({"xl/externalLinks/externalLink1.xml": b"<x/>"}, "another workbook"),
        ({"xl/connections.xml": b"<x/>"}, "database"),
        ({"xl/embeddings/oleObject1.bin": b"x"}, "another file inside"),
        ({"xl/sharedStrings.xml": ENTITY}, "declarations of XML"),
        ({"xl/sharedStrings.xml": ENTITY.decode().encode("utf-16")}, "declarations of XML"),
        ({"xl/sharedStrings.xml": b" " * (2**20 - 4) + ENTITY}, "declarations of XML"),
        ({"xl/worksheets/sheet3.xml": b"<worksheet><sheetData><row"}, "cannot be read"),
        ({"xl/worksheets/sheet3.xml": VAST}, "merged cells"),
        ({"xl/workbook.xml": b"\x00\xff"}, "cannot be read"),
        ({"xl/bomb.xml": bytes(60 * 2**20)}, "once unpacked"),
        ({"xl/rows.xml": b"<c/>" * 900_000}, "tags"),
        ({f"xl/{n}.xml": b"" for n in range(400)}, "files in it"),
    ],
)
def test_a_hostile_workbook_is_refused(
    small: SmallCountry, book: Path, members: dict[str, bytes], word: str
) -> None:
    repacked(book, members)
    [told] = refused(small.raw, book).values()
    assert word in told


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("plan.csv", b"post;belopp\r\n", ".csv file"),
        ("plan.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".xls"),
        ("plan.xlsx", b"", "no workbook"),
        ("plan.xlsx", b"PK\x03\x04", "cannot be read"),
        ("plan.xlsx", b"PK" + bytes(6 * 2**20), "bytes"),
    ],
)
def test_another_kind_of_file_is_refused(
    small: SmallCountry, tmp_path: Path, name: str, content: bytes, word: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    [told] = refused(small.raw, path).values()
    assert word in told


def test_other_archives_are_refused(small: SmallCountry, tmp_path: Path) -> None:
    for name, member, word in (
        ("plan.ods", {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}, ".ods"),
        ("plan.xlsx", {"word/document.xml": b"<x/>"}, "another kind of archive"),
    ):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w") as archive:
            for each, content in member.items():
                archive.writestr(each, content)
        [told] = refused(small.raw, path).values()
        assert word in told


def test_a_figure_in_the_place_of_a_formula_is_noted(small: SmallCountry, book: Path) -> None:
    with_cells(book, {"Insatser!J5": 99, "Poster!E5": 7})
    notes = read_plan(small.raw, book).notes
    assert ["Poster!E5" in notes[0], "Insatser!J5" in notes[1], len(notes)] == [True, True, 2]


def test_what_must_be_filled_in_is_said_at_its_line(
    small_computed: Computed, tmp_path: Path
) -> None:
    path = tmp_path / "mall.xlsx"
    path.write_bytes(plan_template(small_computed, "01"))
    lines = openpyxl.load_workbook(path)["Uppgifter"].iter_rows(min_row=4, values_only=True)
    assert [row[0] for row in lines if "Måste fyllas i" in row[2]] == ["Rubrik", "Källa"]


def test_a_personal_number_is_refused_in_every_text(small: SmallCountry, book: Path) -> None:
    places = ["Uppgifter!B7", "Insatser!F5", "Insatser!L5", "Texter!B5"]
    with_cells(book, dict.fromkeys(places, "Anna 19121212-1212") | {"Texter!A5": "Utdrag till"})
    told = refused(small.raw, book)
    assert sorted(told) == sorted(places)
    assert all("1212" not in each for each in told.values())


def test_sums_that_have_changed_since_are_said(small: SmallCountry, book: Path) -> None:
    with_cells(book, {"Poster!C5": 19})
    [note] = read_plan(small.raw, book).notes
    assert "Poster!C5" in note
    assert "plan-export" in note


def test_texts_that_no_cell_holds_are_refused(
    small_computed: Computed, small: SmallCountry
) -> None:
    plan = load_plan(small.plan, small_computed.agreement, small_computed.register)
    for text in ("ett\x07tecken", "x" * 40_000, "x005F_"):
        with pytest.raises(UsageError):
            plan_workbook(small_computed, plan.model_copy(update={"issuer": text}))


def test_a_workbook_is_written_under_no_other_suffix(small: SmallCountry, tmp_path: Path) -> None:
    for name in ("plan.xls", "plan.csv", "plan"):
        with pytest.raises(UsageError, match=r"--out .* ends in \.xlsx"):
            write_plan_template(small.raw, AGREEMENT, "02", tmp_path / name)
    assert not [*tmp_path.iterdir()]


def test_a_county_that_is_none_or_has_no_plan(small: SmallCountry, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no county has this code"):
        write_plan_template(small.raw, AGREEMENT, "77", tmp_path / "x.xlsx")
    with pytest.raises(UsageError, match="plan-template"):
        write_plan(small.raw, AGREEMENT, "02", tmp_path / "x.xlsx")
    assert not [*tmp_path.glob("*.xlsx")]
    assert re.search("Norra", read_register(small.raw).frame.to_csv())
