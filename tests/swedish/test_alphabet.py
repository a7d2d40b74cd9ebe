"""Swedish names: their order, how they are found, and what they are in an address."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statsbidrag.swedish.alphabet import alphabetical, folded, slug

IN_ORDER = [
    "Ale", "Alingsås", "Boden", "Borgholm", "Borlänge", "Borås", "Zinkgruvan",
    "Åmål", "Åre", "Älmhult", "Ödeshög", "Östersund",
]  # fmt: skip


def test_the_letters_of_swedish_come_last() -> None:
    names = [*IN_ORDER]
    random.Random(7).shuffle(names)
    assert sorted(names, key=alphabetical) == IN_ORDER


def test_accents_and_capitals_are_no_letters_but_part_what_is_else_alike() -> None:
    assert sorted(["linne", "Linné", "Linda"], key=alphabetical) == ["Linda", "Linné", "linne"]
    assert alphabetical("Æ")[0] == alphabetical("ä")[0]


def test_a_letter_in_two_parts_is_the_same_letter() -> None:
    assert alphabetical("A\u030are")[0] == alphabetical("Åre")[0]


@pytest.mark.parametrize(
    ("name", "typed"),
    [("Östersund", "ostersund"), ("Åre", "are"), ("Linné", "linne"), ("Ærø", "aero")],
)
def test_a_name_is_found_by_any_keyboard(name: str, typed: str) -> None:
    assert folded(name) == typed


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Upplands-Bro", "upplands-bro"),
        ("Region Jämtland Härjedalen", "region-jamtland-harjedalen"),
        ("  Malå (AC)  ", "mala-ac"),
    ],
)
def test_a_name_in_an_address(name: str, address: str) -> None:
    assert slug(name) == address


@given(st.text())
def test_an_address_has_small_letters_digits_and_hyphens_only(name: str) -> None:
    made = slug(name)
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not made.startswith("-")
    assert not made.endswith("-")
