"""Comparisons and verdicts in words: every one has some, and what is withheld is called."""

from __future__ import annotations

import pytest

from schemas.reconciliation import Kind, Severity, Verdict, Withholds
from statsbidrag.swedish.verdicts import (
    KINDS,
    SEVERITIES,
    VERDICTS,
    WITHHELD,
    withheld_in_words,
)


def test_everything_has_words_of_its_own() -> None:
    assert set(KINDS) == set(Kind)
    assert set(VERDICTS) == set(Verdict)
    assert set(SEVERITIES) == set(Severity)
    assert set(WITHHELD) == {str(each) for each in Withholds}
    for words in (KINDS, VERDICTS, SEVERITIES):
        assert len(set(words.values())) == len(words)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("agreement", "allt"),
        ("documents", "dokumenten till mottagarna"),
        ("plan:23", "beslutsunderlaget för Jämtlands län"),
        ("plan:24", "beslutsunderlaget för län 24"),
        ("", ""),
    ],
)
def test_what_is_withheld(name: str, words: str) -> None:
    assert withheld_in_words(name, {"23": "Jämtlands län"}) == words
