"""The decision document as a Word document: what the page says, for people to edit."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm

from statsbidrag.documents.county.decision_view import DecisionView, decision_views
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.errors import ProgramError
from statsbidrag.files.project import TEMPLATES
from statsbidrag.files.raw_folder import Raw
from statsbidrag.rendering.document import Document
from statsbidrag.rendering.fingerprint import fingerprint
from statsbidrag.rendering.word.body import body_of
from statsbidrag.rendering.word.docx_reading import read_copy
from statsbidrag.rendering.word.docx_writing import AGREEMENT, DOCUMENT, FINGERPRINT
from statsbidrag.rendering.word.marked_page import amount_of, bookmark_of, marked_figures, parse
from tests.cases.small_country import AGREEMENT as SMALL
from tests.cases.small_country import SmallCountry
from tests.helpers.pages import page
from tests.helpers.word_copies import MAIN, parts_of

RAW = Raw(TEMPLATES.parent / "raw")
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"

PLANNED, LEVELS, DRAFT = (2024, "23"), (2024, "14"), (2025, "01")
KINDS = pytest.mark.parametrize("which", [PLANNED, LEVELS, DRAFT], ids=["plan", "levels", "draft"])


@cache
def view_of(which: tuple[int, str]) -> DecisionView:
    year, county = which
    [view] = decision_views(dossier_of(RAW, f"psykisk-halsa-{year}"), {county})
    return view


@cache
def made(which: tuple[int, str]) -> Document:
    return page(view_of(which))


@cache
def opened(which: tuple[int, str]) -> Any:
    return docx.Document(io.BytesIO(made(which).files["docx"]))


def letters(text: str) -> str:
    """What a text says, whatever its spaces, and without the quotation marks that CSS adds."""
    return re.sub(r"[\s”]+", "", text)


def said_by_page(which: tuple[int, str]) -> str:
    main = parse(made(which).html.decode()).first("main")
    texts: list[str] = []
    waiting = [main]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            texts.append(node)
        elif "screen-only" not in node.classes and node.tag != "link":
            waiting.extend(reversed(node.children))
    return letters("".join(texts))


def said_by_word(which: tuple[int, str]) -> str:
    body = opened(which).element.body
    return letters("".join(node.text or "" for node in body.iter(qn("w:t"))))


# --- The same words --------------------------------------------------------------------------


@KINDS
def test_the_same_words_in_the_same_order(which: tuple[int, str]) -> None:
    heading = letters(view_of(which).heading)
    # The letterhead's two sides stand on the same lines in Word.
    on_page, in_word = said_by_page(which), said_by_word(which)
    assert in_word[in_word.index(heading) :] == on_page[on_page.index(heading) :]
    assert sorted(in_word[: in_word.index(heading)]) == sorted(on_page[: on_page.index(heading)])


@KINDS
def test_the_same_headings_and_captions(which: tuple[int, str]) -> None:
    nodes = [*parse(made(which).html.decode()).every()]
    for tag, style in (("h1", "Heading 1"), ("h2", "Heading 2"), ("h3", "Heading 3")):
        own = [p.text for p in opened(which).paragraphs if p.style.name == style]
        assert own == [node.text() for node in nodes if node.tag == tag]
    captions = [
        "".join(each.text or "" for each in p._p.iter(qn("w:t")))
        for p in opened(which).paragraphs
        if p.style.name == "Caption"
    ]
    assert [letters(each) for each in captions] == [
        letters(node.text()) for node in nodes if node.tag == "caption"
    ]
    assert len(opened(which).tables) == len(captions)


def test_what_must_be_known_of_the_figures_stands_before_them() -> None:
    texts = [p.text for p in opened(PLANNED).paragraphs]
    notice = next(i for i, text in enumerate(texts) if text.startswith("Belopp med **"))
    assert notice < texts.index("Förslag till beslut")
    marked = [cell.text for table in opened(PLANNED).tables for cell in table._cells]
    assert "6\u00a0196\u00a0987\u00a0**" in marked


def test_a_draft_says_so_on_every_page() -> None:
    section = opened(DRAFT).sections[0]
    assert section.different_first_page_header_footer
    assert section.header.paragraphs[0].text == "UTKAST"
    assert section.first_page_header.paragraphs[0].text == ""
    assert "UTKAST" in opened(DRAFT).paragraphs[1].text
    assert opened(PLANNED).sections[0].header.paragraphs[0].text == ""


# --- How it is set ---------------------------------------------------------------------------


def test_paper_and_language() -> None:
    section = opened(PLANNED).sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    for margin in (section.left_margin, section.right_margin):
        assert abs(margin - Mm(25)) < Mm(0.1)
    for margin in (section.top_margin, section.bottom_margin):
        assert Mm(22) < margin < Mm(26)
    defaults = opened(PLANNED).styles.element.find(qn("w:docDefaults"))
    assert defaults.find(f".//{qn('w:lang')}").get(qn("w:val")) == "sv-SE"
    assert defaults.find(f".//{qn('w:rFonts')}").get(qn("w:ascii")) == "Source Sans 3"
    assert opened(PLANNED).core_properties.language == "sv-SE"
    assert opened(PLANNED).core_properties.title == view_of(PLANNED).title


def test_the_foot_has_title_fingerprint_and_page() -> None:
    section = opened(PLANNED).sections[0]
    for footer in (section.footer, section.first_page_footer):
        text = footer.paragraphs[0].text
        assert text.startswith("Beslutsunderlag, Jämtlands län, 2024\t")
        assert fingerprint(view_of(PLANNED))[:8] in text
        fields = [f.get(qn("w:instr")).strip() for f in footer._element.iter(qn("w:fldSimple"))]
        assert fields == ["PAGE", "NUMPAGES"]


@KINDS
def test_tables_are_told_to_who_cannot_see_them(which: tuple[int, str]) -> None:
    for table in opened(which).tables:
        properties = table._tbl.tblPr
        assert properties.find(qn("w:tblCaption")).get(qn("w:val")).startswith("Tabell ")
        assert "Kolumner: " in properties.find(qn("w:tblDescription")).get(qn("w:val"))
        look = properties.find(qn("w:tblLook"))
        assert (look.get(qn("w:firstRow")), look.get(qn("w:firstColumn"))) == ("1", "1")
        heads = [row._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") for row in table.rows]
        assert heads[0] is not None
        assert not any(head is not None for head in heads[1:])


@KINDS
def test_tables_fill_the_page_and_no_more(which: tuple[int, str]) -> None:
    section = opened(which).sections[0]
    width = section.page_width - section.left_margin - section.right_margin
    for table in opened(which).tables:
        widths = [column.width for column in table.columns]
        assert min(widths) > Mm(8)
        assert width - Mm(1) < sum(widths) <= width


def test_amounts_are_never_broken_and_stand_to_the_right() -> None:
    table = opened(PLANNED).tables[0]
    cell = table.cell(1, 1)
    assert cell.text == "703\u00a0000\u00a0000"
    style = cell.paragraphs[0].style
    assert style.paragraph_format.alignment == docx.enum.text.WD_ALIGN_PARAGRAPH.RIGHT
    assert style.element.find(f".//{W14}numSpacing").get(f"{W14}val") == "tabular"


# --- Figures ---------------------------------------------------------------------------------


@KINDS
def test_every_figure_of_the_page_is_in_a_bookmark(which: tuple[int, str], tmp_path: Path) -> None:
    path = tmp_path / "kopia.docx"
    path.write_bytes(made(which).files["docx"])
    copy = read_copy(path)
    figures = [*marked_figures(parse(made(which).html.decode())).values()]
    assert [(b.name, b.text) for b in copy.bookmarks] == [(f.bookmark, f.text) for f in figures]
    assert (copy.inserted, copy.deleted, copy.external) == (0, 0, 0)


@KINDS
def test_no_amount_of_the_page_is_without_a_mark(which: tuple[int, str]) -> None:
    """Sums in whole kronor of a size that only amounts have."""
    main = parse(made(which).html.decode()).first("main")
    figures = marked_figures(main)
    unmarked = []
    waiting = [main]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            unmarked += re.findall(r"[0-9]{1,3}(?:\u00a0[0-9]{3}){2,}", node)
        elif node not in figures and node.tag != "title":
            waiting.extend(reversed(node.children))
    # What the agreement or the plan says in words is theirs.
    told = " ".join(
        node.text()
        for node in main.every()
        if node.tag in ("li", "dd", "p") or "note" in node.classes
    )
    assert all(amount.replace("\u00a0", " ") in told for amount in unmarked)
    cells = [node for node in main.every() if node.tag == "td" and "number" in node.classes]
    assert all(cell in figures for cell in cells if cell.text())


def test_names_of_bookmarks_are_such_that_word_keeps_them() -> None:
    for which in (PLANNED, LEVELS, DRAFT):
        figures = [*marked_figures(parse(made(which).html.decode())).values()]
        names = [figure.bookmark for figure in figures]
        assert len({*names}) == len(names)
        assert all(re.fullmatch(r"kr_[a-z0-9_]{1,37}", name) for name in names)


def test_a_bookmark_says_what_it_is_in_no_revisions_terms() -> None:
    assert bookmark_of("medel/lan/suicidprevention").startswith("kr_medel_lan_suicidprevention_")
    assert bookmark_of("medel/summa") != bookmark_of("medel/Summa")


def test_figures_have_names_that_a_person_knows_them_by() -> None:
    figures = marked_figures(parse(made(PLANNED).html.decode()))
    names = {figure.key: figure.name for figure in figures.values()}
    assert names["medel/lan/suicidprevention"] == (
        "Medel till Jämtlands län 2024 per område, kronor: Suicidprevention, Summa"
    )
    assert names["beslut/summa"] == "Förslag till beslut: ”Förslaget gäller …”"
    assert names["berakning/lan/samsjuklighet/avrundat"] == "Samsjuklighet, Avrundat"
    assert names["oversikt/kommun/2380/Kunskapsbaserad vård"].endswith(
        "2380 Östersund, Kunskapsbaserad vård"
    )


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("13\u00a0302\u00a0905\u00a0kr", (13_302_905, "")),
        ("13 302 905", (13_302_905, "")),
        ("13302905 kr", (13_302_905, "")),
        ("\u2212248\u00a0046", (-248_046, "")),
        ("-248 046", (-248_046, "")),
        ("2\u202f974\u202f230\u00a0*", (2_974_230, "*")),
        ("+1\u00a0kr", (1, "")),
        ("0", (0, "")),
        ("133 02 905", None),
        ("13 302 905,50", None),
        ("13 miljoner", None),
        ("inte känt", None),
        ("", None),
    ],
)
def test_amounts_are_read_however_they_are_written(
    text: str, amount: tuple[int, str] | None
) -> None:
    assert amount_of(text) == amount


# --- The file --------------------------------------------------------------------------------


def test_the_same_view_gives_the_same_bytes() -> None:
    assert page(view_of(PLANNED)).files["docx"] == made(PLANNED).files["docx"]
    with zipfile.ZipFile(io.BytesIO(made(PLANNED).files["docx"])) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = opened(PLANNED).core_properties
    assert properties.created == properties.modified
    assert properties.created.date() == view_of(PLANNED).created.date()


@KINDS
def test_every_part_is_well_formed_and_leads_nowhere_else(which: tuple[int, str]) -> None:
    parts = parts_of(made(which).files["docx"])
    for name, content in parts.items():
        ElementTree.fromstring(content)
        assert b'TargetMode="External"' not in content, name
    types = ElementTree.fromstring(parts["[Content_Types].xml"])
    assert {each.get("PartName", "").lstrip("/") for each in types} - {""} <= {*parts}


def test_it_carries_what_it_is_a_copy_of() -> None:
    parts = parts_of(made(PLANNED).files["docx"])
    custom = ElementTree.fromstring(parts["docProps/custom.xml"])
    assert {each.get("name"): each[0].text for each in custom} == {
        AGREEMENT: "psykisk-halsa-2024",
        DOCUMENT: "lan/23-jamtlands-lan/beslutsunderlag",
        FINGERPRINT: fingerprint(view_of(PLANNED)),
    }


def test_its_styles_are_part_of_its_fingerprint(tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(TEMPLATES, templates)
    before = fingerprint(view_of(PLANNED), templates)
    styles = templates / "word" / "styles.xml"
    styles.write_text(styles.read_text("utf-8").replace("0B4A5C", "0B4A5D"), "utf-8")
    other = shutil.copytree(templates, tmp_path / "others")
    assert fingerprint(view_of(PLANNED), other) != before == fingerprint(view_of(PLANNED))


def test_what_people_write_stays_text(country: SmallCountry) -> None:
    title = "Två <w:br/> & {{ 1 }} “så” ]]> \u00e5"
    country.change(country.plan, "title: Två", f"title: '{title}'")
    [view] = decision_views(dossier_of(country.raw, SMALL), {"01"})
    opened = docx.Document(io.BytesIO(page(view).files["docx"]))
    assert title in {cell.text for table in opened.tables for cell in table._cells}


def test_two_measures_of_one_title_are_two_figures(country: SmallCountry) -> None:
    country.change(country.plan, "title: Tre, responsible: Berga", "title: Två, responsible: Berga")
    [view] = decision_views(dossier_of(country.raw, SMALL), {"01"})
    figures = [*marked_figures(parse(page(view).html.decode())).values()]
    own = [f for f in figures if f.key.startswith("fordelning/lan/b/y/Två")]
    assert [(f.text, f.name.rpartition(": ")[2]) for f in own] == [
        ("100", "Två, Alby, Summa"),
        ("85", "Två, Berga, Summa"),
    ]
    assert len({f.bookmark for f in own}) == 2


def test_an_element_that_word_has_no_form_for_is_an_error() -> None:
    for html, tag in (
        ("<main><video></video></main>", "video"),
        ("<main><p><b>x</b></p></main>", "b"),
    ):
        with pytest.raises(ProgramError, match=f"<{tag}>"):
            body_of(parse(html).first("main"), {}, {})


def test_a_draft_of_a_planned_document_is_marked_in_both() -> None:
    drafted = page(replace(view_of(PLANNED), draft=True))
    assert b"UTKAST" in parts_of(drafted.files["docx"])["word/header.xml"]
    assert b"UTKAST" in parts_of(drafted.files["docx"])[MAIN]
