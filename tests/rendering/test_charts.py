"""Charts: lengths that are the sums, figures beside every bar, texts that fit."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from fractions import Fraction
from io import BytesIO
from itertools import pairwise
from xml.etree import ElementTree

import pypdf
import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from statsbidrag.errors import ProgramError
from statsbidrag.files.project import TEMPLATES
from statsbidrag.rendering.pdf import render_pdf
from statsbidrag.rendering.svg.charts import Bar, Pair, bars, paired_bars
from statsbidrag.rendering.svg.frame import WIDTH, measure, width_of, wrapped
from statsbidrag.swedish.typography import NBSP, kronor, millions

SVG = "{http://www.w3.org/2000/svg}"
POSTS = (Bar("Suicidprevention", 300), Bar("Barn och unga", 150), Bar("Samverkan", 0))
AREAS = (
    Pair("Barn och unga", 250, 800),
    Pair("Komplexa behov", 700, "området fanns inte"),
    Pair("Samsjuklighet", "området finns inte längre", 0),
)
YEARS = ("2025", "2024")


def read(drawn: object) -> ElementTree.Element:
    return ElementTree.fromstring(str(drawn))


def posts(rows: tuple[Bar, ...] = POSTS, **changes: object) -> ElementTree.Element:
    return read(bars(rows, **({"title": "Posterna", "prefix": "poster"} | changes)))  # type: ignore[arg-type]


def areas(rows: tuple[Pair, ...] = AREAS, **changes: object) -> ElementTree.Element:
    settings = {"years": YEARS, "title": "Områdena", "prefix": "ar"} | changes
    return read(paired_bars(rows, **settings))  # type: ignore[arg-type]


def lengths(image: ElementTree.Element, kind: str = "now") -> list[Fraction]:
    return [
        Fraction(each.get("width", ""))
        for each in image.iter(f"{SVG}rect")
        if each.get("class") == f"bar-{kind}"
    ]


def texts(image: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in image.iter(f"{SVG}text")]


def description(image: ElementTree.Element) -> str:
    return image.findtext(f"{SVG}desc") or ""


# --- One year --------------------------------------------------------------------------------


def test_the_longest_bar_takes_the_width_and_the_others_their_part() -> None:
    assert lengths(posts()) == [WIDTH, Fraction(WIDTH, 2), 0]


def test_every_bar_has_its_sum_and_its_share() -> None:
    assert texts(posts()) == [
        "Suicidprevention", f"300{NBSP}kr", f"66,7{NBSP}%",
        "Barn och unga", f"150{NBSP}kr", f"33,3{NBSP}%",
        "Samverkan", f"0{NBSP}kr", f"0,0{NBSP}%",
    ]  # fmt: skip


def test_parts_of_a_larger_whole() -> None:
    image = posts(whole_sek=600)
    assert f"50,0{NBSP}%" in texts(image)
    assert lengths(image)[0] == WIDTH


def test_the_chart_in_words() -> None:
    assert description(posts(description="Tre poster.")) == (
        f"Tre poster. Suicidprevention: 300{NBSP}kr, 66,7{NBSP}%; "
        f"Barn och unga: 150{NBSP}kr, 33,3{NBSP}%; Samverkan: 0{NBSP}kr, 0,0{NBSP}%."
    )


def test_only_zeros() -> None:
    image = posts((Bar("Inget", 0),))
    assert lengths(image) == [0]
    assert f"0,0{NBSP}%" in texts(image)


# --- Two years -------------------------------------------------------------------------------


def test_two_years_have_one_scale() -> None:
    image = areas()
    now, before = lengths(image), lengths(image, "before")
    assert len(now) == 2
    assert before[0] == max([*now, *before])
    # Written to a tenth of a unit.
    assert abs(now[0] / before[0] - Fraction(250, 800)) < Fraction(1, 1000)
    assert abs(now[1] / before[0] - Fraction(700, 800)) < Fraction(1, 1000)


def test_a_year_without_a_sum_is_said_and_has_no_bar() -> None:
    image = areas()
    assert texts(image).count("området fanns inte") == 1
    # A sum of 0 kr is a sum: it has a bar, of no length, and its figure.
    assert lengths(image, "before")[1] == 0
    assert f"0{NBSP}kr" in texts(image)
    assert "Komplexa behov: 2025 700\u00a0kr, 2024 området fanns inte;" in description(image)


def test_years_stand_at_their_bars() -> None:
    said = texts(areas())
    assert [text for text in said if text in YEARS] == [*YEARS] * len(AREAS)


def test_two_years_of_nothing_but_words() -> None:
    image = areas((Pair("Område", "okänt", "okänt"),))
    assert not list(image.iter(f"{SVG}rect"))


def test_sums_as_the_caller_writes_them() -> None:
    image = areas((Pair("Område", 2_500_000, 1_000_000),), shown=millions)
    assert f"2,5{NBSP}miljoner{NBSP}kr" in texts(image)


# --- Any chart -------------------------------------------------------------------------------

LABELS = st.text(
    st.characters(categories=("L", "N", "P", "S", "Zs"), exclude_characters="\u2028\u2029"),
    max_size=120,
)
SUMS = st.integers(0, 10**12)


def inside(image: ElementTree.Element) -> None:
    """Every bar and every text stands within the drawing, and no two texts of a line meet."""
    _, _, width, height = (Fraction(each) for each in image.get("viewBox", "").split())
    spans: dict[Fraction, list[tuple[Fraction, Fraction]]] = {}
    for text in image.iter(f"{SVG}text"):
        x, y = Fraction(text.get("x", "")), Fraction(text.get("y", ""))
        wide = width_of(text.text or "", Fraction(text.get("font-size", "")))
        left = x - wide if text.get("text-anchor") == "end" else x
        assert left >= 0
        assert left + wide <= width
        assert 0 < y < height
        spans.setdefault(y, []).append((left, left + wide))
    for line in spans.values():
        ordered = sorted(line)
        assert all(a[1] <= b[0] for a, b in pairwise(ordered))
    for rect in image.iter(f"{SVG}rect"):
        assert Fraction(rect.get("x", "")) + Fraction(rect.get("width", "")) <= width
        assert Fraction(rect.get("y", "")) + Fraction(rect.get("height", "")) <= height


@given(st.lists(st.builds(Bar, LABELS, SUMS), min_size=1, max_size=12))
def test_any_posts_fit(rows: list[Bar]) -> None:
    inside(posts(tuple(rows)))


@given(
    st.lists(st.builds(Pair, LABELS, SUMS | LABELS, SUMS | LABELS), min_size=1, max_size=8),
    st.sampled_from([kronor, millions]),
)
def test_any_areas_fit(rows: list[Pair], shown: object) -> None:
    inside(areas(tuple(rows), shown=shown))


@pytest.mark.parametrize(
    "label",
    [
        "<script>alert(1)</script>",
        '"/><a href="javascript:x">',
        "{{ 7 * 7 }}",
        "R&D",
        "x" * 10_000,
        "ord " * 2_500,
        "",
    ],
)
def test_labels_are_texts(label: str) -> None:
    for image in (posts((Bar(label, 1),)), areas((Pair(label, 1, label),))):
        inside(image)
        assert {each.tag.removeprefix(SVG) for each in image.iter()} == {
            "svg", "title", "desc", "rect", "text",
        }  # fmt: skip
        assert label in description(image)
        assert not [each for each in image.iter() if {"style", "href"} & set(each.keys())]


@pytest.mark.parametrize(
    ("rows", "changes", "said"),
    [
        ((), {}, "a chart of no rows"),
        ((Bar("a", -1),), {}, "-1 kr has no bar"),
        ((Bar("a", 2),), {"whole_sek": 1}, "a part of 2 kr in a whole of 1 kr"),
        (POSTS, {"prefix": "Två"}, "begins no id"),
        (POSTS, {"title": ""}, "without a title"),
    ],
)
def test_a_wrong_call_is_a_bug(
    rows: tuple[Bar, ...], changes: dict[str, object], said: str
) -> None:
    with pytest.raises(ProgramError, match=said):
        posts(rows, **changes)


def test_two_years_of_no_rows_or_below_zero_are_bugs() -> None:
    with pytest.raises(ProgramError, match="a chart of no rows"):
        areas(())
    with pytest.raises(ProgramError, match="-5 kr has no bar"):
        areas((Pair("a", 1, -5),))


# --- Lines of text ---------------------------------------------------------------------------


def test_widths_are_never_less_than_the_fonts() -> None:
    letters = "".join(map(chr, range(0x20, 0x7F))) + "åäöÅÄÖéÉüÜšžŧŋđáčÁČŠŽ·–−…’”\u00a0"
    for path in sorted((TEMPLATES / "fonts").glob("*.woff2")):
        font = TTFont(path)
        advances, glyphs = font["hmtx"], font.getBestCmap()
        for letter in letters:
            known = Fraction(advances[glyphs[ord(letter)]][0], font["head"].unitsPerEm)
            assert known <= width_of(letter, 1), letter


@given(LABELS, st.integers(40, 400), st.integers(1, 5))
def test_lines_fit(text: str, width: int, most: int) -> None:
    lines = wrapped(text, width, 13, most)
    assert 1 <= len(lines) <= most
    assert all(width_of(line, 13) <= width for line in lines)


@given(LABELS, st.integers(40, 400))
def test_no_letter_is_lost_where_there_is_room(text: str, width: int) -> None:
    def letters(of: str) -> str:
        return re.sub(r"[\s-]", "", of)

    assert letters("".join(wrapped(text, width, 13, most=1000))) == letters(text)


def test_lines_break_at_spaces() -> None:
    assert wrapped("Vård- och insatsprogram för alla", 95, 13) == [
        "Vård- och",
        "insatsprogram",
        "för alla",
    ]
    assert wrapped("Genomförandeorganisation", 95, 13) == ["Genomförande-", "organisation"]
    assert wrapped("ett två tre fyra", 60, 13, most=1)[0].endswith("…")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Fraction(1, 3), "0.3"),
        (Fraction(-1, 3), "-0.3"),
        (12, "12"),
        (0, "0"),
        (Fraction(-1, 100), "0"),
        (Fraction(199, 100), "2"),
    ],
)
def test_measures(value: Fraction | int, written: str) -> None:
    assert measure(value) == written


# --- On paper --------------------------------------------------------------------------------


def test_the_charts_on_paper() -> None:
    from jinja2 import Environment, FileSystemLoader

    page = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True).from_string(
        '{% import "diagram.html.jinja" as d %}<html lang="sv"><title>Prov</title>'
        '<link rel="stylesheet" href="css/diagram.css">'
        '{{ d.diagram(svg, 1, "Posterna <2025>", "Källa: överenskommelsen.") }}'
    )

    def made() -> bytes:
        return render_pdf(
            page.render(svg=bars(POSTS, title="Så delas medlen", prefix="poster")),
            base=TEMPLATES,
            title="Prov",
            created=datetime(2025, 1, 30, tzinfo=UTC),
        )

    first = made()
    assert first == made()
    text = pypdf.PdfReader(BytesIO(first)).pages[0].extract_text()
    said = re.sub(r"\s", "", text)
    for each in ("Figur1.Posterna<2025>", "300kr", "66,7%", "Källa:överenskommelsen."):
        assert each in said
