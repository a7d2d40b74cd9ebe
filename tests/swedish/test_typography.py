"""The printed form of figures, dates and lists; a plain space never stands inside a figure."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statsbidrag.swedish import typography as t


def plain(text: str) -> str:
    """No-break spaces made visible as `_`, so that an expectation can be read."""
    assert "_" not in text
    return text.replace(t.NBSP, "_")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1_000"),
        (13302905, "13_302_905"),
        (-248046, "−248_046"),
        (1560000000, "1_560_000_000"),
    ],
)
def test_number(value: int, expected: str) -> None:
    assert plain(t.number(value)) == expected
    assert plain(t.kronor(value)) == f"{expected}_kr"


@pytest.mark.parametrize(("value", "expected"), [(1, "+1"), (-1, "−1"), (0, "0"), (1000, "+1_000")])
def test_signed(value: int, expected: str) -> None:
    assert plain(t.signed(value)) == expected
    assert plain(t.signed_kronor(value)) == f"{expected}_kr"


@given(st.integers())
def test_a_number_is_read_back(value: int) -> None:
    text = t.number(value)
    assert " " not in text
    assert int(text.replace(t.NBSP, "").replace(t.MINUS, "-")) == value


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        (Fraction(1, 3), 4, "0,3333"),
        (Fraction(2, 3), 2, "0,67"),
        (Fraction(1, 2), 0, "1"),
        (Fraction(-1, 2), 0, "−1"),
        (Fraction(-1, 1000), 2, "0,00"),
        (Fraction(29742302700, 10000), 2, "2_974_230,27"),
        (5000000, 2, "5_000_000,00"),
    ],
)
def test_decimals(value: Fraction, places: int, expected: str) -> None:
    assert plain(t.decimals(value, places)) == expected


def test_percent() -> None:
    assert plain(t.percent(Fraction(119, 10000), 2)) == "1,19_%"
    assert plain(t.percent(1)) == "100,0_%"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1_560_000_000, "1_560_miljoner_kr"),
        (1_000_000, "1_miljon_kr"),
        (2_480_000, "2,5_miljoner_kr"),
        (-1_800_000, "−1,8_miljoner_kr"),
        (0, "0_miljoner_kr"),
    ],
)
def test_millions(value: int, expected: str) -> None:
    assert plain(t.millions(value)) == expected


def test_dates() -> None:
    assert plain(t.long_date(date(2024, 11, 1))) == "1_november_2024"
    assert t.short_date(date(2024, 11, 1)) == "2024-11-01"


@pytest.mark.parametrize(
    ("words", "expected"),
    [([], ""), (["a"], "a"), (["a", "b"], "a och b"), (["a", "b", "c"], "a, b och c")],
)
def test_listed(words: list[str], expected: str) -> None:
    assert t.listed(words) == expected


def test_words() -> None:
    assert t.counted(1, "en insats", "insatser") == "en insats"
    assert plain(t.counted(4, "ett område", "områden")) == "fyra_områden"
    assert plain(t.counted(14, "en insats", "insatser")) == "14_insatser"
    assert t.sentence("åtta kronor") == "Åtta kronor"
    assert t.short_hash("0123456789abcdef") == "0123456789ab…"
    assert t.short_hash("0123") == "0123"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Barn och unga", "barn och unga"),
        ("Äldre, VIP och stöd", "äldre, VIP och stöd"),
        ("VIP och stöd", "VIP och stöd"),
        ("SKR", "SKR"),
        ("MiniMaria och Bris", "MiniMaria och Bris"),
        ("I lika delar till Region Skåne", "i lika delar till Region Skåne"),
        ("1 000 kr per län", "1 000 kr per län"),
        ("", ""),
    ],
)
def test_inside_a_sentence(text: str, expected: str) -> None:
    assert t.inside(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 000 000 kr per län", "1_000_000_kr per län"),
        ("5 % av 20 kr.", "5_% av 20_kr."),
        ("den 31 mars 2024 och 14 insatser", "den 31 mars 2024 och 14 insatser"),
        ("år 2024 1234", "år 2024 1234"),
        ("2 kronor", "2 kronor"),
    ],
)
def test_unbroken(text: str, expected: str) -> None:
    assert plain(t.unbroken(text)) == expected


def test_stopped() -> None:
    assert [t.stopped(text) for text in ("", "a", "a.", "a?")] == ["", "a.", "a.", "a?"]


def test_signed_millions() -> None:
    assert plain(t.signed_millions(-2_480_000)) == "−2,48"
    assert plain(t.signed_millions(1_800_000)) == "+1,80"
