"""Where something stands in an agreement's sources, as documents cite it.

Belongs here: from a reference to the source and the place in it, and a day with every document that
has set it. Does not: how a page words a citation (`templates/makron.html.jinja`).

The dataclasses hold values only, no properties: a document's fingerprint covers values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from schemas.agreement import Agreement, Post
from schemas.common import Reference
from statsbidrag.swedish.typography import NBSP

_AGREEMENT: Final = "agreement"
"""The name of the agreement itself among its sources."""


@dataclass(frozen=True)
class Citation:
    """Where something stands: the source's title and number (blank if unknown), and the place.

    `agreement` says that the source is the agreement itself, which a reader knows by that word.
    """

    agreement: bool
    title: str
    reference_number: str
    place: str


@dataclass(frozen=True)
class DatedSource:
    """A day, and the document that sets it; `in_force` if no later document changed it."""

    day: date
    source: Citation
    in_force: bool


def citation(agreement: Agreement, reference: Reference) -> Citation:
    """The source that a reference names, and the place in it: `avsnitt 4.2`."""
    places = (
        ("avsnitt", reference.section),
        ("tabell", reference.table),
        ("sidan", reference.page),
    )
    place = ", ".join(f"{word}{NBSP}{name}" for word, name in places if name)
    source = agreement.sources.get(reference.source)
    if source is None:
        return Citation(False, reference.source, "", place)
    return Citation(reference.source == _AGREEMENT, source.title, source.reference_number, place)


def clause(agreement: Agreement, post: Post) -> str:
    """Where a post's key stands, in words: `Överenskommelsen, avsnitt 4.2`."""
    found = citation(agreement, post.key_reference or post.reference)
    words = ("Överenskommelsen" if found.agreement else found.title, found.place)
    return ", ".join(word for word in words if word)


def dated(agreement: Agreement, name: str) -> Iterator[DatedSource]:
    """One of the agreement's days, and what later documents made of it, the oldest first."""
    deadline = agreement.dates.get(name)
    if deadline is None:
        return
    found = [(deadline.date, deadline.reference)]
    found += [(change.date, change.reference) for change in deadline.changed]
    for index, (day, reference) in enumerate(found, start=1):
        yield DatedSource(day, citation(agreement, reference), index == len(found))
