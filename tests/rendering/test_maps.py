"""Maps: limits that are round, a drawing that says what it shows."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from fractions import Fraction
from io import BytesIO
from itertools import pairwise
from xml.etree import ElementTree

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.common import Level
from schemas.geography import Geography
from statsbidrag.errors import ProgramError
from statsbidrag.files.project import TEMPLATES
from statsbidrag.rendering.pdf import render_pdf
from statsbidrag.rendering.svg.frame import width_of
from statsbidrag.rendering.svg.maps import (
    SHADES,
    MapFigures,
    choropleth,
    class_names,
    round_limits,
)
from tests.helpers.outlines import outlines, rings

SVG = "{http://www.w3.org/2000/svg}"


# --- Limits ----------------------------------------------------------------------------------

EXACT = st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**6)
SOME = st.lists(EXACT, max_size=60)
CLASSES = st.integers(min_value=1, max_value=7)


@given(SOME, CLASSES)
def test_no_class_is_empty(values: list[Fraction], classes: int) -> None:
    limits = round_limits(values, classes)
    assert len(limits) == max(min(classes, len(set(values))) - 1, 0)
    assert list(limits) == sorted(set(limits))
    for low, high in pairwise([None, *limits, None]):
        assert any((low is None or v >= low) and (high is None or v < high) for v in values) or (
            not values
        )


@given(SOME, CLASSES)
def test_limits_have_finite_decimals(values: list[Fraction], classes: int) -> None:
    for limit in round_limits(values, classes):
        denominator = limit.denominator
        while denominator % 10 == 0:
            denominator //= 10
        for prime in (2, 5):
            while denominator % prime == 0:
                denominator //= prime
        assert denominator == 1


@given(st.lists(EXACT, min_size=10, max_size=60, unique=True), st.integers(2, 5))
def test_classes_are_almost_even(values: list[Fraction], classes: int) -> None:
    bounds = [None, *round_limits(values, classes), None]
    even = Fraction(len(values), classes)
    for low, high in pairwise(bounds):
        inside_it = [v for v in values if (low is None or v >= low) and (high is None or v < high)]
        assert even / 5 - 1 <= len(inside_it) <= 2 * even


@given(SOME, CLASSES, st.randoms(use_true_random=False), st.integers(-4, 4))
def test_neither_order_nor_unit_matters(
    values: list[Fraction], classes: int, random: object, power: int
) -> None:
    limits = round_limits(values, classes)
    shuffled = list(values)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert round_limits(shuffled, classes) == limits
    scale = Fraction(10) ** power
    assert round_limits([v * scale for v in values], classes) == tuple(n * scale for n in limits)


@pytest.mark.parametrize(
    ("values", "classes", "limits"),
    [
        ([], 5, []),
        ([7], 5, []),
        ([7, 7, 7], 5, []),
        ([1, 2], 5, [2]),
        (range(100), 4, [20, 50, 80]),
        (range(1000, 1100), 2, [1050]),
        ([2] * 18 + [3] * 3, 5, [3]),
        ([-5, 5], 2, [0]),
        ([Fraction(1, 3), Fraction(2, 5)], 2, [Fraction(4, 10)]),
    ],
)
def test_limits_by_hand(values: list[int], classes: int, limits: list[int]) -> None:
    assert list(round_limits(values, classes)) == limits


def test_no_classes_at_all_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one class"):
        round_limits([1], 0)


def test_classes_are_called_by_their_limits() -> None:
    nb = "\u00a0"
    with pytest.raises(ValueError, match="no limit"):
        class_names([])
    assert class_names([Fraction(150)]) == ("under 150", "150 eller mer")
    assert class_names([Fraction(1, 2), Fraction(3)]) == (
        "under 0,5",
        "0,5 till under 3,0",
        "3,0 eller mer",
    )
    assert class_names([Fraction(12_500), Fraction(20_000)]) == (
        f"under 12{nb}500",
        f"från 12{nb}500",
        f"20{nb}000 eller mer",
    )


# --- The drawing -----------------------------------------------------------------------------


def square(place: int) -> str:
    return f"M{place * 10} 100l10 0 0 10-10 0z"


FEW = Geography.model_validate(
    {
        "format": 1,
        "level": "lan",
        "viewBox": [0, 0, 400, 400],
        "paths": {f"0{n}": square(n) for n in range(1, 8)},
        "places": {f"0{n}": [n * 10 + 5, 105, 10] for n in range(1, 8)},
    }
)
NAMES = {f"0{n}": f"Län {n}" for n in range(1, 8)}
AROUND = {"prefix", "title", "description", "over"}
"""What is said of the drawing, and not of the figures in it."""


def drawn(values: dict[str, Fraction | int | None], **changes: object) -> ElementTree.Element:
    settings: dict[str, object] = {
        "unit": "kr per invånare",
        "title": "Kronor per invånare i varje län",
        "prefix": "karta",
        **changes,
    }
    around = {name: settings.pop(name) for name in AROUND & settings.keys()}
    figures = MapFigures(values, **settings)  # type: ignore[arg-type]
    return ElementTree.fromstring(str(choropleth(figures, FEW, **around)))  # type: ignore[arg-type]


def shades(image: ElementTree.Element) -> dict[str, str]:
    return {
        path.get("data-code", ""): group.get("class", "")
        for group in image.iter(f"{SVG}g")
        for path in group.findall(f"{SVG}path")
    }


def texts(image: ElementTree.Element) -> list[str]:
    return ["".join(each.itertext()) for each in image.iter(f"{SVG}text")]


ALL: dict[str, Fraction | int | None] = {f"0{n}": 10 * n for n in range(1, 8)}


def test_a_higher_figure_is_darker() -> None:
    found = shades(drawn(ALL))
    assert [found[code] for code in sorted(ALL)] == sorted(found.values())
    assert set(found.values()) == {f"shade-{n}" for n in range(1, 6)}


def test_the_legend_has_unit_and_round_limits() -> None:
    said = texts(drawn(ALL, classes=3))
    assert said[0] == "kr per invånare"
    assert said[1].endswith("eller mer")
    assert said[-1].startswith("under ")


def test_what_is_missing_is_hatched_and_said() -> None:
    image = drawn({"01": 5, "02": 6, "03": None}, names=NAMES, missing="inget belopp")
    found = shades(image)
    assert {code for code, kind in found.items() if kind == "missing"} == {
        "03", "04", "05", "06", "07",
    }  # fmt: skip
    [pattern] = image.iter(f"{SVG}pattern")
    assert pattern.get("id") == "karta-missing"
    assert "inget belopp" in texts(image)
    assert "inget belopp: Län 3, Län 4, Län 5, Län 6 och Län 7" in (
        image.findtext(f"{SVG}desc") or ""
    )


def test_no_figure_at_all_is_a_map_of_nothing() -> None:
    image = drawn({})
    assert set(shades(image).values()) == {"missing"}
    assert texts(image) == ["kr per invånare", "uppgift saknas"]


def test_no_hatching_where_nothing_is_missing() -> None:
    assert not list(drawn(ALL).iter(f"{SVG}pattern"))


def test_a_figure_is_in_the_class_that_its_print_says() -> None:
    # 2.96 is printed as 3, and 3 is not below 3.
    values: dict[str, Fraction | int | None] = {
        "01": Fraction(1), "02": Fraction(296, 100), "03": Fraction(302, 100), "04": Fraction(5),
        "05": 1, "06": 1, "07": 1,
    }  # fmt: skip
    image = drawn(values, labels=True, classes=2, places=0)
    found = shades(image)
    assert found["02"] == found["03"]
    assert texts(image).count("3") == 2


def test_labels_are_the_figures() -> None:
    said = texts(drawn(ALL | {"07": None}, labels=True, places=1))
    assert [text for text in said if re.fullmatch("[0-9]+,0", text)] == [
        f"{10 * n},0" for n in range(1, 7)
    ]


def test_names_are_said_where_a_reader_points() -> None:
    image = drawn(ALL, names=NAMES)
    tips = [path.findtext(f"{SVG}title") for path in image.iter(f"{SVG}path")]
    assert sorted(filter(None, tips)) == [f"Län {n}: {10 * n}" for n in range(1, 8)]


def test_a_map_has_a_name() -> None:
    image = drawn(ALL, description="Så fördelas pengarna.")
    assert image.get("role") == "img"
    [title] = image.findall(f"{SVG}title")
    [desc] = image.findall(f"{SVG}desc")
    assert (image.get("aria-labelledby"), title.text) == (
        title.get("id"), "Kronor per invånare i varje län"
    )  # fmt: skip
    assert image.get("aria-describedby") == desc.get("id")
    assert (desc.text or "").startswith("Så fördelas pengarna. kr per invånare, under ")


def test_two_maps_share_no_id() -> None:
    ids = [
        {each.get("id") for each in drawn({"01": 1}, prefix=prefix).iter() if each.get("id")}
        for prefix in ("karta", "karta-2")
    ]
    assert all(ids)
    assert not ids[0] & ids[1]


HOSTILE = ["<script>x</script>", '"><a href="javascript:x">', "]]>", "{{ 7 * 7 }}", "&amp;", "'"]


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_are_texts(text: str) -> None:
    image = drawn(
        {"01": 1}, unit=text, title=text, description=text, missing=text, names={"01": text}
    )
    assert {each.tag.removeprefix(SVG) for each in image.iter()} <= {
        "svg", "title", "desc", "pattern", "rect", "path", "g", "text",
    }  # fmt: skip
    assert image.findtext(f"{SVG}title") == text


@given(
    st.dictionaries(st.sampled_from(sorted(FEW.paths)), st.none() | EXACT),
    st.integers(1, 5),
    st.integers(0, 3),
    st.booleans(),
)
def test_any_figures_give_a_drawing(
    values: dict[str, Fraction | int | None], classes: int, places: int, labels: bool
) -> None:
    image = drawn(values, classes=classes, places=places, labels=labels, names=NAMES)
    assert len(shades(image)) == len(FEW.paths)
    for element in image.iter():
        assert not {"style", "href", "onload"} & set(element.keys())
        assert element.tag not in (f"{SVG}style", f"{SVG}script", f"{SVG}image", f"{SVG}use")


@pytest.mark.parametrize(
    ("values", "changes", "said"),
    [
        ({"99": 1}, {}, "no outline of `99`"),
        ({"01": 1}, {"prefix": "1 x"}, "begins no id"),
        ({"01": 1}, {"prefix": 'a"b'}, "begins no id"),
        ({"01": 1}, {"title": " "}, "without a title"),
        ({"01": 1}, {"classes": 6}, "1 to 5 classes"),
        ({"01": 1}, {"classes": 0}, "1 to 5 classes"),
        ({"01": 1}, {"over": outlines(Level.LAN)}, "another scale"),
    ],
)
def test_a_wrong_call_is_a_bug(
    values: dict[str, Fraction | int | None], changes: dict[str, object], said: str
) -> None:
    with pytest.raises(ProgramError, match=said):
        drawn(values, **changes)


@pytest.mark.parametrize("level", Level)
def test_the_legend_stands_clear_of_the_country(level: Level) -> None:
    # The widest legend there is: long figures, and something missing.
    geography = outlines(level)
    codes = sorted(geography.paths)
    values = {code: 1000 + 250 * place for place, code in enumerate(codes[1:])}
    figures = MapFigures(values, "kronor per invånare")
    image = ElementTree.fromstring(str(choropleth(figures, geography, title="x", prefix="x")))
    points = [p for path in geography.paths.values() for ring in rings(path) for p in ring]
    size = Fraction(15 * geography.view_box[2], 400)
    for text in image.iter(f"{SVG}text"):
        x, y = Fraction(text.get("x", "")), Fraction(text.get("y", ""))
        right = x + width_of(text.text or "", size)
        assert not [p for p in points if p[0] < right and p[1] < y], text.text


# --- Colours ---------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def dark_theme() -> dict[str, str]:
    """The fill of each class where the reader has chosen dark."""
    text = (TEMPLATES / "css" / "diagram.css").read_text("utf-8")
    dark = text[text.index("prefers-color-scheme: dark") :]
    return dict(re.findall(r"\.drawing \.([a-z0-9-]+) \{\s*fill: (#[0-9a-f]{6})", dark))


def test_shades_are_told_apart_in_greyscale() -> None:
    dark = dark_theme()
    for ramp in (SHADES, [dark[f"shade-{n}"] for n in range(1, 6)]):
        for one, other in pairwise(ramp):
            assert contrast(one, other) >= 1.3


@pytest.mark.parametrize(
    ("shade", "kind"), [(n, "light" if n < 4 else "dark") for n in range(1, 6)]
)
def test_labels_are_legible_on_their_shade(shade: int, kind: str) -> None:
    ink = {"light": "#000000", "dark": "#ffffff"}[kind]
    assert contrast(SHADES[shade - 1], ink) >= 4.5
    dark = dark_theme()
    assert (
        contrast(dark[f"shade-{shade}"], {"light": "#ecebe7", "dark": dark["on-dark"]}[kind]) >= 4.5
    )


# --- On paper --------------------------------------------------------------------------------


def test_the_maps_on_paper() -> None:
    from jinja2 import Environment, FileSystemLoader

    page = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True).from_string(
        '{% import "diagram.html.jinja" as d %}<html lang="sv"><title>Prov</title>'
        '<link rel="stylesheet" href="css/diagram.css">'
        "{% call d.beside() %}{% for map in maps %}"
        '{{ d.diagram(map, loop.index, "Belopp", d.boundaries("SCB")) }}'
        "{% endfor %}{% endcall %}"
    )
    counties, kommuner = outlines(Level.LAN), outlines(Level.KOMMUN)
    three = MapFigures({"01": 5, "14": 7, "09": Fraction(35, 2)}, "kronor", labels=True, places=1)
    every = MapFigures({code: int(code) for code in kommuner.paths}, "kronor")
    levels = {
        "lan": choropleth(three, counties, title="Länen", prefix="lan"),
        "kommun": choropleth(every, kommuner, title="Kommunerna", prefix="kommun", over=counties),
    }

    def made() -> bytes:
        return render_pdf(
            page.render(maps=levels.values()),
            base=TEMPLATES,
            title="Prov",
            created=datetime(2025, 1, 30, tzinfo=UTC),
        )

    first = made()
    assert first == made()
    with pikepdf.open(BytesIO(first)) as pdf:
        assert len(pdf.pages) == 1
        found = [
            str(element.Alt)
            for element in pdf.objects
            if isinstance(element, pikepdf.Dictionary) and element.get("/S") == "/Figure"
            and "/Alt" in element
        ]  # fmt: skip
    assert found == ["Länen", "Kommunerna"]
