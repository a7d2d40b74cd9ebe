"""Whether a table of population calls itself preliminary: words, marks and status flags.

Belongs here: what SCB writes beside figures that may still change, and for which years it holds.
Does not: what follows from it (`statsbidrag.intake.fetching`, `statsbidrag.population.reading`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_WORD: Final = re.compile(
    r"preliminär|preliminary|\bprel\b|\(p\)|(?<![0-9])(?:19|20)[0-9]{2} ?p\b", re.IGNORECASE
)
_DENIED: Final = re.compile(
    r"\b(?:inte|ej|icke|inga|not?)(?: längre| longer)? (?:preliminär|preliminary|prel\b)",
    re.IGNORECASE,
)
_ONWARDS: Final = re.compile(r"från|fr\.? ?o\.? ?m|framåt|senare|from|since|onward", re.IGNORECASE)
_YEAR: Final = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[A-ZÅÄÖ])")
_FLAGS: Final = frozenset({"p", "(p)", "p)", "prel", "preliminary"})


def is_preliminary(year: int, texts: Iterable[str], flags: Iterable[str] = ()) -> bool:
    """Whether a table calls the figures of a year preliminary, or its figures whatever the year.

    `texts` are its title, labels and notes; `flags` the statuses of its figures.
    """
    if any(flag.strip().casefold().rstrip(".") in _FLAGS for flag in flags):
        return True
    return any(_says_so(sentence, year) for text in texts for sentence in _SENTENCE.split(text))


def _says_so(sentence: str, year: int) -> bool:
    if not _WORD.search(_DENIED.sub(" ", sentence)):
        return False
    years = [int(found) for found in _YEAR.findall(sentence)]
    if not years or min(years) <= year <= max(years):
        return True
    return min(years) < year and bool(_ONWARDS.search(sentence))
