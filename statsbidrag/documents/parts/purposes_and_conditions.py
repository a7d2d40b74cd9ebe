"""What an agreement says to all recipients of one type: what the money is for, on which conditions.

Belongs here: purposes and conditions as plain values, each with its source. Does not: their form in
the agreement's file (`schemas.guidance`), or how they are set on a page (`templates/`).

The dataclasses hold values only, no properties: a document's fingerprint covers values.
"""

from __future__ import annotations

from dataclasses import dataclass

from schemas.agreement import Agreement
from schemas.common import RecipientType
from statsbidrag.agreement.citations import Citation, DatedSource, citation, dated


@dataclass(frozen=True)
class Task:
    """What the money of some posts is for, and what is to be done with it, by which source."""

    label: str
    text: str
    must: tuple[str, ...]
    should: tuple[str, ...]
    source: Citation


@dataclass(frozen=True)
class ConditionRow:
    """A condition: what it is about (`schemas.guidance.About`), and the days that it sets."""

    about: str
    text: str
    days: tuple[DatedSource, ...]
    source: Citation


def tasks_of(agreement: Agreement, recipients: RecipientType) -> tuple[Task, ...]:
    """What one type's money is for, in the order of its posts.

    An area with one post of the type is called as that post: so the tables of amounts call it.
    """
    found = []
    for purpose in agreement.purposes_for(recipients):
        own = agreement.posts_of(recipients)
        posts = [post for post in own if agreement.purpose_of(post) == purpose]
        area = agreement.area(purpose.area).title if purpose.area else ""
        label = posts[0].label if len(posts) == 1 or not area else area
        source = citation(agreement, purpose.reference)
        found.append(Task(label, purpose.text, purpose.must, purpose.should, source))
    return tuple(found)


def conditions_of(agreement: Agreement, recipients: RecipientType) -> tuple[ConditionRow, ...]:
    """The conditions that one type has to know, in the agreement's order."""
    return tuple(
        ConditionRow(
            str(terms.about),
            terms.text,
            tuple(dated(agreement, terms.by)) if terms.by else (),
            citation(agreement, terms.reference),
        )
        for terms in agreement.conditions_for(recipients)
    )
