"""Which words, marks and flags make a table preliminary, and for which years."""

from __future__ import annotations

import pytest

from statsbidrag.population.preliminary import is_preliminary


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Uppgifterna är preliminära.", True),
        ("2024p", True),
        ("Figures for 2024 are preliminary.", True),
        ("Preliminär från 2023 och framåt.", True),
        ("Preliminär för 2023.", False),
        ("Preliminär 2022–2025.", True),
        ("Uppgifterna är inte längre preliminära.", False),
        ("Definitiv statistik.", False),
    ],
)
def test_a_text_says_so_of_a_year(text: str, said: bool) -> None:
    assert is_preliminary(2024, [text]) == said


@pytest.mark.parametrize(("flag", "said"), [("p", True), (" Prel. ", True), ("r", False)])
def test_a_flag_says_so(flag: str, said: bool) -> None:
    assert is_preliminary(2024, [], [flag]) == said
