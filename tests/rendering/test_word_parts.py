"""The parts of a Word document: paragraphs and tables as written, bookmarks as read back."""

from __future__ import annotations

import io
import re
from xml.etree.ElementTree import iterparse

import pytest

from statsbidrag.errors import ProgramError
from statsbidrag.rendering.word.bookmarked_text import Bookmark, BookmarkedText
from statsbidrag.rendering.word.marked_page import marked_figures, parse
from statsbidrag.rendering.word.paragraphs import BREAK, SMALL, Texts, paragraph, with_property
from statsbidrag.rendering.word.tables import column_widths, table_of

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

# --- Paragraphs ------------------------------------------------------------------------------


def pieces_of(html: str, lines: bool = False) -> list[tuple[str, str]]:
    """Text and style of each piece, `|` for a line break."""
    node = parse(f"<p>{html}</p>").first("p")
    pieces = Texts({}).of(node, lines=lines)
    return [("|", "") if each is BREAK else (each.text, each.style) for each in pieces]


@pytest.mark.parametrize(
    ("html", "pieces"),
    [
        ("  a \n b  ", [("a b", "")]),
        ("a <strong> b </strong> c", [("a ", ""), ("b ", "Strong"), ("c", "")]),
        ("a <br> b", [("a", ""), ("|", ""), ("b", "")]),
        ("<span class='quiet'>a</span> <a href='x'>b</a>", [("a", "Quiet"), (" ", ""), ("b", "")]),
        ("a <q>b</q>", [("a ", ""), ("”", ""), ("b", ""), ("”", "")]),
        (" <span> </span> ", []),
        ("1\u00a0000", [("1\u00a0000", "")]),
    ],
)
def test_spaces_are_taken_together_as_a_browser_does(
    html: str, pieces: list[tuple[str, str]]
) -> None:
    assert pieces_of(html) == pieces


def test_a_texts_own_lines_are_kept_where_asked() -> None:
    assert pieces_of("a\nb", lines=True) == [("a", ""), ("|", ""), ("b", "")]


def test_figures_stand_in_bookmarks_that_are_numbered_as_they_come() -> None:
    page = parse("<main><p>a <span data-figure='x'>1</span> <span data-figure='y'>2</span></p>")
    figures = marked_figures(page)
    xml = paragraph("BodyText", Texts(figures).of(page.first("p")))
    names = [each.bookmark for each in figures.values()]
    assert re.findall(r'bookmarkStart w:id="([0-9]+)" w:name="(\w+)"', xml) == [
        ("1", names[0]),
        ("2", names[1]),
    ]
    assert re.findall(r'bookmarkEnd w:id="([0-9]+)"', xml) == ["1", "2"]
    assert [*re.findall(r"<w:t [^>]*>([^<]*)<", xml)] == ["a ", "1", " ", "2"]


def test_what_has_no_form_in_a_sentence_is_an_error() -> None:
    with pytest.raises(ProgramError, match="<em> in a sentence"):
        pieces_of("<em>a</em>")


def test_properties_stand_in_the_order_of_the_format() -> None:
    spacing, indent = '<w:spacing w:before="1"/>', '<w:ind w:left="1"/>'
    made = paragraph("Fact", [], ind=indent, keepNext="<w:keepNext/>")
    assert made == (f'<w:p><w:pPr><w:pStyle w:val="Fact"/><w:keepNext/>{indent}</w:pPr></w:p>')
    assert f"<w:keepNext/>{spacing}{indent}</w:pPr>" in with_property(made, "spacing", spacing)


def test_small_text_keeps_its_style() -> None:
    node = parse("<p><strong>a &lt; b</strong></p>").first("p")
    made = paragraph("BodyText", Texts({}).of(node), SMALL)
    assert '<w:rPr><w:rStyle w:val="Strong"/><w:sz w:val="18"/>' in made
    assert "a &lt; b</w:t>" in made


# --- Tables ----------------------------------------------------------------------------------

CSS = """
.col-sum {
  width: 10em;
}

.levels .col-sum {
  width: 20%;
}

.col-sum th {
  width: 1em;
}
"""


def table(classes: str, rows: str, columns: str = "<col><col class='col-sum'><col>") -> str:
    html = f"<table class='{classes}'><caption>Tabell 1. A</caption>{columns}{rows}</table>"
    node = parse(f"<div>{html}</div>").first("table")
    return table_of(node, Texts({}), column_widths(CSS), small=False)


HEAD = "<tr><th>a</th><th class='number'>b</th><th>c</th></tr>"
ROW = "<tr><th>d</th><td class='number'>1</td><td>e<span class='note'>f</span></td></tr>"


def test_widths_come_from_the_style_sheet() -> None:
    assert column_widths(CSS) == {("", "col-sum"): "10em", ("levels", "col-sum"): "20%"}


@pytest.mark.parametrize(
    ("classes", "widths"), [("", [3485, 2100, 3485]), ("levels", [3628, 1814, 3628])]
)
def test_columns_without_a_width_share_what_is_left(classes: str, widths: list[int]) -> None:
    made = table(classes, HEAD + ROW)
    assert [int(each) for each in re.findall(r'<w:gridCol w:w="([0-9]+)"', made)] == widths
    assert made.count("<w:tblHeader/>") == 1
    assert 'w:tblDescription w:val="Tabell med 1 rader. Kolumner: a; b; c."' in made


def test_a_note_is_a_paragraph_of_its_own() -> None:
    made = table("", HEAD + ROW)
    styles = re.findall(r'<w:pStyle w:val="(\w+)"', made)
    assert styles[:3] == ["TableHead", "TableNumberHead", "TableHead"]
    assert styles[3:] == ["TableText", "TableNumber", "TableText", "TableNote"]


def test_rows_of_a_long_table_part_but_for_its_head_and_its_total() -> None:
    total = ROW.replace("<tr>", "<tr class='total'>")
    rows = table("long", HEAD + ROW + ROW + total).split("</w:tr>")[:-1]
    assert ["<w:keepNext/>" in row for row in rows] == [True, False, True, False]
    rows = table("", HEAD + ROW + ROW + total).split("</w:tr>")[:-1]
    assert ["<w:keepNext/>" in row for row in rows] == [True, True, True, False]


# --- Bookmarks -------------------------------------------------------------------------------


def read(inside: str) -> BookmarkedText:
    xml = f"<w:p xmlns:w='{NAMESPACE}'>{inside}</w:p>"
    text = BookmarkedText()
    for event, element in iterparse(io.BytesIO(xml.encode()), events=("start", "end")):
        text.take(event, element)
    return text


def run(text: str, properties: str = "") -> str:
    return f"<w:r>{properties}<w:t>{text}</w:t></w:r>"


START, END = "<w:bookmarkStart w:id='1' w:name='kr_a'/>", "<w:bookmarkEnd w:id='1'/>"


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        (f"{run('a ')}{START}{run('1 000')}{END}{run(' kr')}", "1 000"),
        (f"{START}{run('1 0')}<w:del>{run('99')}</w:del><w:ins>{run('00')}</w:ins>{END}", "1 000"),
        (f"{START}{run('1 000')}{END}{run('5')}", "1 0005"),
        (f"{run('−')}{START}{run('1 000')}{END}", "−1 000"),
        (f"{run('år 2024 ')}{START}{run('1 000')}{END}", "1 000"),
        (f"{START}{run('1 000')}", None),
    ],
)
def test_what_stands_in_a_bookmark(inside: str, text: str | None) -> None:
    assert read(inside).bookmarks() == (Bookmark("kr_a", text),)


def test_what_is_not_shown_or_struck_through_is_said() -> None:
    hidden = read(START + run("1", "<w:rPr><w:vanish/></w:rPr>") + END)
    assert hidden.bookmarks() == (Bookmark("kr_a", "1", hidden=True),)
    struck = read(START + run("1", "<w:rPr><w:strike/></w:rPr>") + END)
    assert struck.bookmarks() == (Bookmark("kr_a", "1", struck=True),)


def test_tracked_changes_are_counted_and_foreign_bookmarks_are_not_ours() -> None:
    text = read(
        f"<w:ins>{run('a')}</w:ins><w:del>{run('b')}</w:del><w:del>{run('c')}</w:del>"
        "<w:bookmarkStart w:id='2' w:name='_Toc1'/>"
    )
    assert (text.inserted, text.deleted, text.bookmarks()) == (1, 2, ())
