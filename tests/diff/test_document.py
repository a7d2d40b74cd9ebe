"""The revision document: what it shows, in which order, in four forms, the same bytes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from html import unescape
from pathlib import Path

import openpyxl
import pypdf
import pytest

from schemas.common import RecipientType
from schemas.manifest import PublishedDocument
from schemas.revision import Reason
from statsbidrag.diff.changes import Changes, Decided
from statsbidrag.diff.document import revision_view
from statsbidrag.diff.document_view import RevisionView, revision_csv
from statsbidrag.diff.writing import (
    PAGE,
    revision_document_of,
    revision_documents,
    revision_workbook,
    write_revision_document,
)
from statsbidrag.publication.folder import write_files
from statsbidrag.rendering.document import render
from statsbidrag.rendering.templates import html_page
from tests.cases.small_country import AGES, AGREEMENT, ALL_AGES, BY_AGE, SmallCountry, jsonstat
from tests.helpers.revisions import compared, published

Revised = Callable[[Callable[[], object]], Changes]


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output"


@pytest.fixture
def revised(country: SmallCountry, output: Path) -> Revised:
    """What a change of the raw files changes in the revision."""

    def revise(change: Callable[[], object]) -> Changes:
        before = published(country.raw, output, AGREEMENT)
        change()
        return compared(output, AGREEMENT, before, published(country.raw, output, AGREEMENT))

    return revise


@pytest.fixture
def one_more(country: SmallCountry, revised: Revised) -> Changes:
    """One person more in Alby."""
    return revised(lambda: country.extract("alla", jsonstat({**ALL_AGES, "0114": 601})))


def shown(view: RevisionView) -> str:
    """The page's text, tags away, one space between words."""
    html = html_page(view.template, static="static/", view=view, fingerprint="0" * 64).decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ").split())


def section(view: RevisionView, recipients: RecipientType) -> list[tuple[str, str]]:
    """The listed rows of one recipient type, over all of its tables."""
    [own] = [each for each in view.sections if each.recipients == recipients]
    return [(row.line.post, row.line.code) for table in own.tables for row in table.rows]


# --- What is shown ---------------------------------------------------------------------------


def test_rows_that_did_not_change_are_counted(one_more: Changes) -> None:
    view = revision_view(one_more)
    assert section(view, RecipientType.LAN) == [
        ("lan/b/y", "02"),
        ("lan/b/y", "01"),
        ("lan/e", "01"),
    ]
    assert section(view, RecipientType.KOMMUN) == []
    text = shown(view)
    assert "Ett belopp ändras." in text
    assert "Tre belopp är oförändrade och står inte här." in text
    assert "Orsaken är andras folkmängd för ett belopp." in text


def test_the_krona_is_explained_on_the_page(one_more: Changes) -> None:
    text = shown(revision_view(one_more))
    assert "Ett exempel är Södra län, y, där skillnaden är −1 kr." in text
    assert "Andelen var 100 av 1 000 och är 100 av 1 001." in text
    assert "20,5000 kr, precis på halva kronan" in text
    assert "20,4795 kr, under halva kronan" in text


def test_both_hashes_of_every_changed_input_stand_on_the_page(one_more: Changes) -> None:
    text = shown(revision_view(one_more))
    for each in one_more.inputs:
        assert f"{each.path} {each.before} {each.after}" in text


def test_amounts_on_estimates_were_never_decided(country: SmallCountry, revised: Revised) -> None:
    changed = {**BY_AGE, "0115": [40, 260]}
    view = revision_view(revised(lambda: country.extract("aldrar", jsonstat(changed, AGES))))
    text = shown(view)
    assert "har aldrig varit beslutade belopp. Andra belopp kan ha beslutats." in text
    assert "Vad som ska betalas tillbaka eller betalas ut mer går därför inte att se här." in text
    assert "inget att betala tillbaka" not in text
    assert "Mognaden går från skattad till slutlig för tre belopp." in text
    # 100 by 150, 30 and 20, then by 150, 40 and 20: 4 less, 4 more, and about half a krona less.
    kommuner = [code for _, code in section(view, RecipientType.KOMMUN)]
    assert kommuner == ["0114", "0115", "0201"]
    assert not [each.tables for each in view.follows if each.tables]


def test_amounts_on_an_estimate_change_no_decision(country: SmallCountry, revised: Revised) -> None:
    country.extract("aldrar", jsonstat(BY_AGE, AGES))
    changed = jsonstat({**BY_AGE, "0115": [40, 260]}, AGES)
    view = revision_view(revised(lambda: country.extract("aldrar", changed, maturity="estimate")))
    assert "Det är inte ett beslutat belopp och ändrar inget beslut." in shown(view)


def test_decisions_are_named_or_said_to_be_none(one_more: Changes) -> None:
    none = shown(revision_view(one_more))
    assert "Inget beslut är registrerat på de tidigare beloppen." in none
    assert "Tillsammans skulle 0 kr mer betalas ut och 1 kr betalas tillbaka." in none
    text = shown(revision_view(replace(one_more, decided=(decision("nation/fordelning"),))))
    assert "Alla mottagare, den 1 februari 2025, av Nämnden, D 1" in text
    assert "nation/" not in text
    assert "Inget beslut är registrerat" not in text
    assert "För mottagare utan registrerat beslut" not in text
    assert "ska tillsammans 0 kr mer betalas ut och 1 kr betalas tillbaka." in text
    assert "skulle" not in text


def decision(document: str) -> Decided:
    return Decided(document, date(2025, 2, 1), "Nämnden", "D 1")


def test_a_decision_is_called_by_its_documents_title_or_its_recipient(one_more: Changes) -> None:
    path = "lan/02-sodra-lan/beslutsunderlag"
    named = replace(one_more, decided=(decision(path),))
    assert "Södra län, den 1 februari 2025" in shown(revision_view(named))
    document = PublishedDocument(path=path, title="Underlag 2025, Södra län", fingerprint="0" * 64)
    manifest = one_more.before.manifest.model_copy(update={"documents": (document,)})
    titled = replace(named, before=replace(one_more.before, manifest=manifest))
    text = shown(revision_view(titled))
    assert "Underlag 2025, Södra län, den 1 februari 2025" in text
    assert path not in text


def test_what_shall_be_paid_stands_apart_from_what_would_be(
    country: SmallCountry, revised: Revised
) -> None:
    values = {"0114": 500, "0115": 300, "0201": 200}
    changes = revised(lambda: country.extract("alla", jsonstat(values)))
    view = revision_view(replace(changes, decided=(decision("lan/02-sodra-lan/rekvisition"),)))
    [own] = [each for each in view.follows if each.recipients == RecipientType.LAN]
    # 02: 10 + 20.5 + 14 = 44.5, then 10 + 41 + 23 = 74; 01: 290.5, then 261. A half goes up.
    assert [(part.decided, part.more_sek, part.repaid_sek) for part in own.parts] == [
        (True, 29, 0),
        (False, 0, 30),
    ]
    assert [[r.total.code for t in part.tables for r in t.rows] for part in own.parts] == [
        ["02"],
        ["01"],
    ]
    text = shown(view)
    assert "Till följd av registrerade beslut ska tillsammans 29 kr mer betalas ut" in text
    assert "länen med registrerat beslut, och vad som ska betalas ut mer" in text
    assert "länen utan registrerat beslut, och vad som skulle betalas ut mer" in text
    assert "regionerna utan registrerat beslut" in text
    book = openpyxl.load_workbook(io.BytesIO(revision_workbook(view)))
    rows = [[cell.value for cell in row] for row in book["Totalt per mottagare"].iter_rows(2)]
    assert [row[1] for row in rows if row[0] == "län" and row[-1] == "ja"] == ["02"]
    assert {row[-1] for row in rows if row[0] != "län"} == {"nej"}


def test_a_decision_whose_amounts_stand_asks_for_nothing(one_more: Changes) -> None:
    text = shown(revision_view(replace(one_more, decided=(decision("skr/tilldelning"),))))
    assert "Totalbeloppen i besluten är oförändrade. Inget ska betalas ut mer" in text
    assert "skulle tillsammans 0 kr mer betalas ut och 1 kr betalas tillbaka." in text


def test_fewer_people_and_more_money(country: SmallCountry, revised: Revised) -> None:
    values = {"0114": 540, "0115": 260, "0201": 98}
    view = revision_view(revised(lambda: country.extract("alla", jsonstat(values))))
    text = shown(view)
    assert "Allas folkmängd tillsammans var 1 000 och är 898." in text
    assert "går därför åt andra hållet än den egna folkmängden." in text
    rows = csv.DictReader(io.StringIO(revision_csv(view).decode("utf-8-sig")), delimiter=";")
    [row] = [each for each in rows if (each["post"], each["kod"]) == ("region/a", "02")]
    assert (row["skillnad, kr"], row["orsak"]) == ("9", "egen och andras folkmängd")
    assert "Egen folkmängd var 100 och är 98." in row["förklaring"].replace("\u00a0", " ")
    assert "Andelen var 100 av 1 000 och är 98 av 898." in row["förklaring"].replace("\u00a0", " ")


def test_a_long_list_is_tables_of_a_page_each(one_more: Changes) -> None:
    line = next(each for each in one_more.lines if each.moved)
    many = tuple(replace(line, code=f"{code:04}") for code in range(45))
    view = revision_view(replace(one_more, lines=many))
    [own] = view.sections
    assert [(t.part, t.parts, len(t.rows)) for t in own.tables] == [
        (1, 2, 24),
        (2, 2, 21),
    ]
    assert len({t.number for t in own.tables}) == 1
    assert f"Tabell {own.tables[0].number} (1 av 2). Folkmängd och belopp" in shown(view)
    # A reason of two lines takes two of the page.
    many = tuple(replace(each, reasons=tuple(Reason)) for each in many)
    [own] = revision_view(replace(one_more, lines=many)).sections
    assert max(len(table.rows) for table in own.tables) < 12


# --- The files -------------------------------------------------------------------------------


def test_the_csv_has_every_amount_and_what_is_said_of_it(one_more: Changes) -> None:
    content = revision_csv(revision_view(one_more))
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == len(one_more.lines)
    [row] = [each for each in rows if (each["post"], each["kod"]) == ("lan/b/y", "02")]
    assert (row["belopp före, kr"], row["belopp efter, kr"], row["skillnad, kr"]) == (
        "21",
        "20",
        "-1",
    )
    assert (row["folkmängd (eller vikt) före"], row["folkmängd (eller vikt) efter"]) == (
        "100",
        "100",
    )
    assert [v for k, v in row.items() if k.startswith("allas")] == ["1000", "1001"]
    assert (row["exakt före, kr"], row["exakt efter, kr"]) == ("20,5000", "20,4795")
    assert row["skillnad, %"] == "-4,7619"
    assert row["orsak"] == "andras folkmängd"


def test_the_workbook_holds_numbers_and_text_that_is_no_formula(one_more: Changes) -> None:
    line = next(each for each in one_more.lines if each.moved)
    assert line.after is not None
    evil = replace(line, after=replace(line.after, name="=1+1"))
    lines = tuple(evil if each == line else each for each in one_more.lines)
    view = revision_view(replace(one_more, lines=lines))
    book = openpyxl.load_workbook(io.BytesIO(revision_workbook(view)))
    sheet = book["Belopp"]
    assert sheet.freeze_panes == "D2"
    assert sheet.print_title_rows == "$1:$1"
    rows = [{h.value: c for h, c in zip(sheet[1], row, strict=True)} for row in sheet.iter_rows(2)]
    assert len(rows) == len(one_more.lines)
    [row] = [each for each in rows if each["Mottagare"].value == "=1+1"]
    assert {cell.data_type for each in rows for cell in each.values()} <= {"s", "n"}
    assert (row["Kod"].value, row["Belopp före, kr"].value) == ("02", 21)
    assert row["Skillnad, kr"].value == -1
    assert row["Exakt före, kr"].value == 20.5
    assert book.properties.created == datetime(2025, 1, 1)
    assert [sheet.title for sheet in book] == ["Belopp", "Totalt per mottagare", "Ändrade indata"]


def test_written_once_the_same_bytes_and_nothing_else(one_more: Changes, output: Path) -> None:
    folder = write_revision_document(output, one_more)
    assert folder == output / AGREEMENT / "diff" / f"{one_more.before.name}..{one_more.after.name}"
    first = {path: (path.read_bytes(), path.stat().st_ino) for path in files(folder)}
    assert {path.name for path in first if path.parent == folder} == {
        "revidering.html",
        "revidering.pdf",
        "revidering.csv",
        "revidering.xlsx",
    }
    write_revision_document(output, one_more)
    assert {path: (path.read_bytes(), path.stat().st_ino) for path in files(folder)} == first
    html = (folder / PAGE).read_text("utf-8")
    for link in re.findall(r'href="([^"#]+)"', html):
        assert (folder / link).is_file(), link


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_pdf_carries_its_data(one_more: Changes) -> None:
    view = revision_view(one_more)
    pdf = pypdf.PdfReader(io.BytesIO(render(view).pdf))
    assert pdf.attachments["revidering.csv"] == [revision_csv(view)]
    first = pdf.pages[0]
    assert first.mediabox.width > first.mediabox.height


# --- When a run makes one --------------------------------------------------------------------


def test_a_run_says_what_changed(one_more: Changes, output: Path) -> None:
    names = (one_more.before.name, one_more.after.name)
    said = revision_document_of(output, AGREEMENT, *names)
    page = output / AGREEMENT / "diff" / "..".join(names) / PAGE
    assert said == f"1 amount changed, revision document: {page.resolve().as_uri()}"
    assert revision_documents(output, AGREEMENT) == ["..".join(names)]


def test_nothing_to_say(one_more: Changes, output: Path) -> None:
    name = one_more.after.name
    assert revision_document_of(output, AGREEMENT, None, name) == ""
    assert revision_document_of(output, AGREEMENT, name, name) == ""
    assert revision_document_of(output, AGREEMENT, name, None) == ""
    assert revision_documents(output, AGREEMENT) == []


def test_other_inputs_and_the_same_figures_make_no_document(
    country: SmallCountry, revised: Revised, output: Path
) -> None:
    changes = revised(lambda: country.change(country.plan, "title: Ett,", "title: Annat,"))
    assert changes.inputs
    names = (changes.before.name, changes.after.name)
    assert revision_document_of(output, AGREEMENT, *names) == ""
    assert not (output / AGREEMENT / "diff").exists()


def test_an_earlier_revision_that_cannot_be_read_stops_nothing(
    one_more: Changes, output: Path
) -> None:
    (output / AGREEMENT / one_more.before.name / "audit/poster.csv").unlink()
    said = revision_document_of(output, AGREEMENT, one_more.before.name, one_more.after.name)
    assert said.startswith("no revision document: ")
    assert "poster.csv" in said
    assert "\n" not in said


def test_the_newest_document_comes_last(tmp_path: Path) -> None:
    for name in ("ccc..aaa", "aaa..bbb", "ddd..ccc"):
        write_files(tmp_path, {f"{AGREEMENT}/diff/{name}/{PAGE}": b""})
    write_files(tmp_path, {f"{AGREEMENT}/diff/bbb..eee/revidering.pdf": b""})
    assert revision_documents(tmp_path, AGREEMENT) == ["ddd..ccc", "ccc..aaa", "aaa..bbb"]
    write_files(tmp_path, {f"{AGREEMENT}/diff/bbb..aaa/{PAGE}": b""})
    # One that looks back is no revision of its own: the first by name stays, or towards `current`.
    forward = ["ddd..ccc", "ccc..aaa", "aaa..bbb"]
    assert revision_documents(tmp_path, AGREEMENT) == forward
    for current, shown_last in (("bbb", "aaa..bbb"), ("aaa", "bbb..aaa")):
        (tmp_path / AGREEMENT / current).mkdir()
        link = tmp_path / AGREEMENT / "current"
        link.unlink(missing_ok=True)
        link.symlink_to(current)
        found = revision_documents(tmp_path, AGREEMENT)
        assert {*found} == {"ddd..ccc", "ccc..aaa", shown_last}
        assert found[0] == "ddd..ccc"


def test_a_circle_hides_nothing_and_ends_where_it_is_current(tmp_path: Path) -> None:
    for name in ("aaa..bbb", "bbb..ccc", "ccc..aaa"):
        write_files(tmp_path, {f"{AGREEMENT}/diff/{name}/{PAGE}": b""})
    assert {*revision_documents(tmp_path, AGREEMENT)} == {"aaa..bbb", "bbb..ccc", "ccc..aaa"}
    (tmp_path / AGREEMENT / "aaa").mkdir()
    (tmp_path / AGREEMENT / "current").symlink_to("aaa")
    assert revision_documents(tmp_path, AGREEMENT) == [
        "aaa..bbb",
        "bbb..ccc",
        "ccc..aaa",
    ]
