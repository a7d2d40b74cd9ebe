"""A recipient by name, type and code, as documents say it.

Belongs here: the words. Does not: who they are (`statsbidrag.register`).
"""

from __future__ import annotations

from schemas.register import RecipientTypeWords
from statsbidrag.swedish.typography import NBSP


def identity_in_words(words: RecipientTypeWords, code: str, name: str) -> str:
    """What needs no genitive: `Östersund (kommun 2380)`, and `… (SKR)`, whose code is its type."""
    kind = "" if words.singular == code else f"{words.singular}{NBSP}"
    return f"{name} ({kind}{code})"
