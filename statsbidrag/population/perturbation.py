"""Small random numbers in published population: whether a table has them, and what they excuse.

Belongs here: recognising the cell key method, and how far sums may be off because of it. Does not:
comparing anything (`statsbidrag.population.formats.any_format`,
`statsbidrag.reconciliation`).

From reference year 2025 SCB adds a small random number to every published value of the population
statistics that is not zero, totals too (the cell key method, CKM), and the tables say so in their
notes. The numbers are independent, so a sum of n values is off by about √n times what one is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from math import isqrt
from typing import Final

from schemas.sidecar import Perturbation, PopulationSidecar

ASSUMED_PER_CELL: Final = 5
"""Persons that n values together may be off, as many times √n. SCB says `small` and no number: this
is our assumption, from what others have seen (docs/decisions/0012)."""

_FIRST_YEAR: Final = 2025
_ASSUMED_SOURCE: Final = f"antaget: referensår {_FIRST_YEAR} eller senare"

_METHOD: Final = re.compile(
    r"cell[ -]?key|\bCKM\b|slumpmässig osäkerhet|random uncertainty|slumpmässigt tal",
    re.IGNORECASE,
)

_NOT_USED: Final = re.compile(
    r"\b(?:inte|ej|inga|inget|utan|not?|without)\b(?: \w+){0,2} (?:cell|CKM|slump|random)"
    r"|\b(?:används|tillämpas|använts|tillämpats)(?: \w+)? (?:inte|ej)\b"
    r"|\b(?:inte|ej|not) (?:\w+ )?(?:använ\w+|tillämpa\w+|införd?t?s?|used|applied|added)\b",
    re.IGNORECASE,
)
_REFERENCE_YEAR: Final = re.compile(
    r"(?:referensår(?:et)?|reference year) ([0-9]{4})", re.IGNORECASE
)
_SINCE: Final = re.compile(
    r"\b(?:referensår(?:et)?|reference year|från(?: och med)?|fr\. ?o\. ?m\.?|sedan|from|since"
    r"|starting(?: with| in)?|as of) "
    r"(?:(?:år(?:et)?|referensår(?:et)?|the|reference|year|den|[0-9]{1,2} [^\W\d_]+) ){0,3}"
    r"((?:19|20)[0-9]{2})(?![0-9])"
    r"|(?<![0-9])((?:19|20)[0-9]{2}) (?:och (?:framåt|senare)|and (?:onwards?|later)|onwards?)",
    re.IGNORECASE,
)
_SENTENCE: Final = re.compile(r"(?<=[.!?;])\s+(?=[^\W\d_a-zåäö])")


def perturbation_of(
    sidecar: PopulationSidecar, notes: Iterable[str] = (), day: date | None = None
) -> Perturbation | None:
    """What the sidecar says, or else the notes of the table; None where values are as counted.

    `notes` are those of the file; the sidecar's own are always looked at. Either may say from which
    year on values are perturbed, which says nothing of figures of an earlier `day` (by default the
    last of the file). One that the method is not used says so.
    """
    year = (day or max(sidecar.reference_dates)).year
    if (stated := sidecar.perturbation) is not None:
        since = _years(_REFERENCE_YEAR, [stated.source])
        return None if stated.method == "none" or year < min(since, default=0) else stated
    every = (*sidecar.mandatory_notes, *sidecar.notes, *notes)
    telling = {note: own for note in every if (own := _on_the_method(note))}
    if not telling:
        return None
    # The year stands in the sentence itself, elsewhere in the note, or in another note; there only
    # a reference year is taken for it: other notes tell from when a municipality is there.
    years = (
        _years(_SINCE, (sentence for own in telling.values() for sentence in own))
        or _years(_SINCE, telling)
        or _years(_REFERENCE_YEAR, every)
    )
    if year < min(years, default=0):
        return None
    return Perturbation(method="cell_key", per_cell=ASSUMED_PER_CELL, source=next(iter(telling)))


def assumed(days: Iterable[date], notes: Iterable[str]) -> Perturbation | None:
    """What holds for SCB's figures of these days whose notes say nothing of the method.

    None where they do, and for years before the method came.
    """
    if max(days).year < _FIRST_YEAR or any(_METHOD.search(note) for note in notes):
        return None
    return Perturbation(method="cell_key", per_cell=ASSUMED_PER_CELL, source=_ASSUMED_SOURCE)


def stated_by_a_person(method: str) -> Perturbation:
    """What whoever takes a file in says of it."""
    source = "angivet när filen lades in"
    if method == "none":
        return Perturbation(method="none", source=source)
    return Perturbation(method="cell_key", per_cell=ASSUMED_PER_CELL, source=source)


def doubts_about(sidecar: PopulationSidecar) -> list[str]:
    """The doubt about random numbers that were assumed; none where somebody says so."""
    if sidecar.perturbation is None or sidecar.perturbation.source != _ASSUMED_SOURCE:
        return []
    return [
        "Filen säger inte om SCB har lagt små slumptal till värdena. Det antas, eftersom "
        f"referensåret är {_FIRST_YEAR} eller senare."
    ]


def _on_the_method(note: str) -> list[str]:
    """The sentences of a note that say that the method is used."""
    sentences = _SENTENCE.split(" ".join(note.split()))
    return [each for each in sentences if _METHOD.search(each) and not _NOT_USED.search(each)]


def _years(pattern: re.Pattern[str], texts: Iterable[str]) -> list[int]:
    found = (match for text in texts for match in pattern.finditer(text))
    return [int(next(filter(None, match.groups()))) for match in found]


def allowance(perturbation: Perturbation | None, cells: int) -> int:
    """How many persons a comparison in which so many published values take part may be off.

    ⌈c·√n⌉, where c is what one value may be off and n counts every published value, the whole with
    its parts; 0 without random numbers.
    """
    square = 0 if perturbation is None else perturbation.per_cell**2 * cells
    return isqrt(square - 1) + 1 if square else 0
