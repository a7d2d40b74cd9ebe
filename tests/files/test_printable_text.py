"""What people write is text: shown as it stands, or refused with its place; never more."""

from __future__ import annotations

import csv
import gc
import io
import os
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pypdf
import pytest
import weasyprint
from pydantic import TypeAdapter, ValidationError

from schemas.common import Cell, Title, WebAddress
from statsbidrag.documents.catalogue import views
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.errors import InputError, Problem
from statsbidrag.files.printable_text import font_characters, names_a_person, seen, unfit
from statsbidrag.files.project import TEMPLATES
from statsbidrag.files.yaml_reading import read_yaml
from statsbidrag.rendering.document import Document, render
from statsbidrag.rendering.view import View
from statsbidrag.workbooks.forms.plan_workbook import plan_workbook, read_plan
from tests.cases.hostile_texts import REFUSED, SHOWN, full_of
from tests.cases.small_country import AGREEMENT, SmallCountry
from tests.helpers.pages import page
from tests.helpers.paper import pages_of

Refused = Callable[[Callable[[], object]], list[Problem]]

HARMLESS = "Ett namn på något"
BIDI = "\u202e"
KINDS = {
    *("fordelning", "beslutsunderlag", "tilldelning", "rekvisition", "uppfoljning"),
}


class Parsed(HTMLParser):
    """A page as a browser sees it: its elements, its attributes, its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: set[tuple[str, str]] = set()
        self.addresses: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # How many lines a label in a drawing takes is the only thing that texts decide.
        self.tags[tag] += tag != "text"
        # A page with long words says so, for its style sheet.
        self.attributes |= {(tag, name) for name, _ in attrs if (tag, name) != ("body", "class")}
        self.addresses |= {str(v) for name, v in attrs if name in ("href", "src", "action")}

    def handle_data(self, data: str) -> None:
        self.text += data


@cache
def documents_of(text: str, folder: Path) -> dict[str, tuple[View, Document]]:
    """Every document of a country where all texts are this one, by its kind and recipient."""
    country = full_of(text, folder / "raw")
    return {view.path: (view, page(view)) for view in views(dossier_of(country.raw, AGREEMENT))}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("texter")


def plain(text: str) -> str:
    """Without what a sentence changes of a text that it holds: its first letter, its spaces."""
    return re.sub(r"\s+", " ", text).casefold()


# --- Shown ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", SHOWN.values(), ids=SHOWN)
def test_a_text_is_text_on_every_page_and_in_word(text: str, folder: Path) -> None:
    usual = documents_of(HARMLESS, folder / "usual")
    hostile = documents_of(text, folder / str(len(text)))
    assert {path.rpartition("/")[2] for path in hostile} == KINDS
    assert list(hostile) == list(usual)
    for path, (_, document) in hostile.items():
        parsed = Parsed(document.html.decode())
        expected = Parsed(usual[path][1].html.decode())
        assert parsed.tags == expected.tags
        assert parsed.attributes == expected.attributes
        assert parsed.addresses == expected.addresses
        assert plain(text) in plain(parsed.text)
        if "docx" in document.files:
            assert plain(text) in plain(text_of_word(document.files["docx"]))


def text_of_word(content: bytes) -> str:
    """What a Word document says; every part of it is well-formed, and none is from elsewhere."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist()}
        assert not any(b"External" in archive.read(name) for name in parts if "rels" in name)
    return "".join(parts["word/document.xml"].itertext())


@pytest.mark.parametrize("name", ["html", "an attribute", "jinja"])
def test_files_for_spreadsheets_have_it_in_one_cell(name: str, folder: Path) -> None:
    for view, _ in documents_of(SHOWN[name], folder / str(len(SHOWN[name]))).values():
        for each in view.attachments():
            if each.name.endswith(".csv"):
                rows = list(
                    csv.reader(io.StringIO(each.content.decode("utf-8-sig")), delimiter=";")
                )
                assert len({len(row) for row in rows}) == 1
                assert any(SHOWN[name] in cell for row in rows for cell in row)


def test_a_pdf_shows_it_and_neither_file_nor_connection_is_opened(folder: Path) -> None:
    text = f"{SHOWN['html']} {SHOWN['what a renderer fetches']}"
    country = full_of(text, folder / "pdf" / "raw")
    made = dossier_of(country.raw, AGREEMENT)
    every = {view.path: view for view in views(made)}
    view = every["lan/01-norra-lan/beslutsunderlag"]
    # What is loaded once, whatever a document says.
    render(every["lan/02-sodra-lan/rekvisition"])
    # What earlier tests left is put away now, not while it is watched what is opened.
    gc.collect()
    with watched() as events:
        pdf = render(view).pdf
    folders = TEMPLATES, Path(weasyprint.__file__).parents[1], Path(os.__file__).parent
    own = tuple(f"open {each}/" for each in folders)
    assert not [event for event in events if not event.startswith(own)]
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    read = "".join(pages_of(pdf))
    assert "".join(text.split()) in "".join(read.replace("-\n", "").split())
    assert set(reader.attachments) == {each.name for each in view.attachments()}
    assert not [a for each in reader.pages for a in each.get("/Annots", []) if "/A" in a]


_HEARD: list[str] = []
_HEARS: list[bool] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if _HEARS and event == "open" and not isinstance(arguments[0], int):
        _HEARD.append(f"open {arguments[0]}")
    elif _HEARS and event.partition(".")[0] in ("socket", "subprocess", "urllib", "http", "ftplib"):
        _HEARD.append(f"{event} {arguments[1:]}")


@contextmanager
def watched() -> Iterator[list[str]]:
    """The files and connections that Python opens while this lasts, temporary files apart."""
    if not _HEARD:
        sys.addaudithook(_hear)
    _HEARD[:] = ["begun"]
    _HEARS.append(True)
    try:
        events: list[str] = []
        yield events
    finally:
        _HEARS.clear()
        events += _HEARD[1:]


def test_no_template_takes_data_for_markup() -> None:
    for path in TEMPLATES.rglob("*.[jx][im]*"):
        assert not re.search(r"\|\s*safe\b|autoescape|Markup", path.read_text("utf-8")), path


# --- Refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "found"), REFUSED.values(), ids=REFUSED)
def test_a_text_that_cannot_be_shown_is_refused_where_it_stands(
    text: str, found: str, country: SmallCountry, refused: Refused
) -> None:
    escaped = text.encode("ascii", "backslashreplace").decode().replace("\\x", "\\u00")
    escaped = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped)
    line = country.change(country.plan, "by: Nämnden", f'by: "{escaped}"')
    problems = refused(lambda: dossier_of(country.raw, AGREEMENT))
    [problem] = [each for each in problems if found in each.found]
    assert (problem.file, problem.line) == (str(country.plan), line)
    assert problem.place == "decision.by"
    assert all(c.isprintable() or c == "\n" for c in str(problem))


def test_it_is_refused_in_every_file(folder: Path) -> None:
    """Each file of people's, and each that a sidecar seals, with one character too many."""
    country = full_of(HARMLESS, folder / "everywhere" / "raw")
    files = [path for path in country.root.rglob("*.yaml") if HARMLESS in path.read_text("utf-8")]
    folders = {path.relative_to(country.root).parts[0] for path in files}
    assert folders == {
        *("agreements", "corrections", "decisions", "outcomes", "plans", "population", "register"),
    }
    for path in files:
        before = path.read_text("utf-8")
        texts = [*re.finditer(HARMLESS, before)]
        for place in (texts[0], texts[-1]):
            broken = f"{before[: place.start()]}Ett{BIDI} namn{before[place.end() :]}"
            path.write_text(broken, "utf-8")
            problem = told_of(country, path)
            assert "U+202E RIGHT-TO-LEFT OVERRIDE" in problem.found
            assert read_yaml(path).data
        path.write_text(before, "utf-8")


def told_of(country: SmallCountry, path: Path) -> Problem:
    with pytest.raises(InputError) as caught:
        dossier_of(country.raw, AGREEMENT)
    [problem] = caught.value.problems
    assert problem.file == str(path)
    return problem


def test_it_is_refused_in_tables(country: SmallCountry, refused: Refused) -> None:
    text = (country.root / "register" / "recipients.csv").read_text("utf-8")
    country.register(text.replace("Berga", f"Ber{BIDI}ga"))
    [problem] = refused(lambda: dossier_of(country.raw, AGREEMENT))
    assert problem.place == "row 7, column name"
    assert "U+202E" in problem.found
    country.register(text.replace("Berga", "=HYPERLINK(1)"))
    [problem] = refused(lambda: dossier_of(country.raw, AGREEMENT))
    assert problem.place == "row 7, column name"
    country.register(text)
    path = country.published("lan,01,lan/e,86")
    path.write_text(path.read_text("utf-8").replace("påhittad", f"på{BIDI}hittad"), "utf-8")
    country.seal(path, {"source": "påhittad", "rows": 1})
    [problem] = refused(lambda: dossier_of(country.raw, AGREEMENT))
    assert problem.place == "row 2, column source"


def test_it_is_refused_in_a_workbook_at_its_cell(country: SmallCountry, tmp_path: Path) -> None:
    made = dossier_of(country.raw, AGREEMENT)
    path = tmp_path / "plan.xlsx"
    path.write_bytes(plan_workbook(made, made.plans[0]))
    book = openpyxl.load_workbook(path)
    book["Insatser"]["B5"] = f"Ett{BIDI} namn"
    book["Insatser"]["B6"] = "@SUM(1)"
    book["Insatser"]["B7"] = "A\u030ard" + "a" * 300
    book.save(path)
    with pytest.raises(InputError) as caught:
        read_plan(country.raw, path)
    found = {problem.place: problem.found for problem in caught.value.problems}
    wrong = {problem.place: problem.expected for problem in caught.value.problems}
    assert "U+202E" in found["Insatser!B5"]
    assert "begins with none of" in wrong["Insatser!B6"]
    assert "303: “Årda" in found["Insatser!B7"]


def test_what_looks_like_a_formula_is_text_in_a_workbook(
    country: SmallCountry, tmp_path: Path
) -> None:
    country.change(country.plan, "text: [Mot faktura.]", 'text: ["=1+1", "@SUM(1)"]')
    made = dossier_of(country.raw, AGREEMENT)
    path = tmp_path / "plan.xlsx"
    path.write_bytes(plan_workbook(made, made.plans[0]))
    cells = [c for sheet in openpyxl.load_workbook(path) for row in sheet for c in row]
    assert {c.data_type for c in cells if c.value in ("=1+1", "@SUM(1)")} == {"s"}
    assert read_plan(country.raw, path).model == made.plans[0]


# --- The rule itself --------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "@SUM(1)", "-2+3|cmd", " =1", "-Kultur", "+a"])
def test_what_a_spreadsheet_would_compute_is_no_title(text: str) -> None:
    for kind in (Title, Cell):
        with pytest.raises(ValidationError, match="formula"):
            TypeAdapter(kind).validate_python(text)


@pytest.mark.parametrize(
    "text", ["-", "–5", "−5 kr", "-5 %", "+46 63", "a=1", "1+1", "e@post", "*", "5-7"]
)
def test_what_it_would_not_compute_is_one(text: str) -> None:
    assert TypeAdapter(Title).validate_python(text) == text


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "//scb.se", "https://", ""],
)
def test_only_addresses_of_the_web_are_fetched_from(address: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(WebAddress).validate_python(address)
    assert TypeAdapter(WebAddress).validate_python("https://scb.se/a?b=c") == "https://scb.se/a?b=c"


def test_the_fonts_have_what_is_let_by_unseen() -> None:
    known = font_characters(TEMPLATES)
    for code in (*range(0x3000), *range(0xD800, 0xE010), *range(0xFE00, 0x10010)):
        if code not in known and code != ord("\n"):
            assert next(unfit(chr(code)), None) is not None, hex(code)


def test_a_producers_note_loses_what_nobody_sees() -> None:
    note = "Rad\u200b ett:\ta\u030a\u00ad\n\u202e\x85– <b>"
    assert seen(note) == "Rad ett: å\n – <b>"


def test_languages_of_the_country_are_let_by() -> None:
    words = "Sámi Čohkkiras Ŋ Đ Ŧ Tornedalen Œuvre Łódź Ελλάδα Киев ½ × … – − € § “a” ’b’"
    assert list(unfit(words)) == []


def test_an_error_never_steers_the_terminal() -> None:
    said = str(Problem("a\x1b[2J.yaml", "", "x", f"\u0007{BIDI}", "gör\nom"))
    assert said.splitlines()[0] == "a\\u001b[2J.yaml"
    assert "\\u0007\\u202e" in said


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
