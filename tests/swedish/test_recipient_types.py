"""Recipient types in words: every type has its own."""

from __future__ import annotations

from schemas.common import RecipientType
from statsbidrag.swedish.recipient_types import ALL_OF, TYPES


def test_every_type_has_words_of_its_own() -> None:
    for words in (TYPES, ALL_OF):
        assert set(words) == set(RecipientType)
        assert len(set(words.values())) == len(words)
