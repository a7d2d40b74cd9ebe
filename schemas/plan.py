"""A county's plan: how it splits its posts into measures, and who does what with the money.

Belongs here: the form of `raw/plans/<agreement>/<county>.yaml`. Does not: whether the plan adds up
(`statsbidrag.reconciliation`), nor any wording of the document that shows it (`templates/`).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from schemas.common import Amount, FormatOne, Kronor, LanCode, PostId, Slug, Strict, Text


def _one_or_several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _blank_is_none(value: Any) -> Any:
    return None if value == "" else value


Organisations = Annotated[
    tuple[Text, ...], BeforeValidator(_one_or_several), Field(min_length=1, max_length=9)
]
"""One organisation, or several that share a measure."""

DateOrBlank = Annotated[date | None, BeforeValidator(_blank_is_none)]


class Measure(Strict):
    """What a part of a post is spent on, who carries it out, and which organisation answers."""

    post: PostId
    title: Text
    short_title: str = ""
    responsible: Text
    organisation: Organisations
    amount: Amount
    note: str = ""

    @property
    def label(self) -> str:
        """What the measure is called in the summary."""
        return self.short_title or self.title


class StatedSum(Strict):
    """The sum that the county's own document prints for one organisation."""

    organisation: Organisations
    amount: Amount


class KnownDifference(Strict):
    """A difference between plan and post that is known, explained and left as it is."""

    post: PostId
    amount: Kronor
    reason: Text
    source: Text


class Change(Strict):
    """What differs from the year before, where that year is not computed here."""

    text: Text
    change_sek: Kronor | None = None
    approximate: bool = True


class Decision(Strict):
    """Who decides, and on what."""

    by: Text
    by_long: str = ""
    proposal: tuple[Text, ...] = Field(min_length=1)


class RequisitionPlan(Strict):
    """Who requisitions the county's money."""

    by: Text
    text: str = ""


class Invoicing(Strict):
    """Where invoices go, and with which reference."""

    to: Text
    address: str = ""
    reference: str = ""


class Payment(Strict):
    """How the money reaches those who carry the measures out."""

    method: Text
    text: tuple[Text, ...] = Field(min_length=1)
    invoicing: Invoicing | None = None


class ReportingDuty(Strict):
    """Who reports what to whom, and by when."""

    who: tuple[Text, ...] = Field(min_length=1)
    what: Text
    to: Text
    by: date | None = None


class Plan(Strict):
    """One county's split of its posts in one agreement, and its own way of deciding and paying.

    Empty fields are empty in the county's own paper; they are shown blank, never filled in.
    """

    format: FormatOne
    agreement: Slug
    county: LanCode
    title: Text
    issuer: Text
    issuer_role: str = ""
    date: DateOrBlank = None
    reference_number: str = ""
    source: Text
    decision: Decision
    requisition: RequisitionPlan
    changes: tuple[Change, ...] = ()
    measures: tuple[Measure, ...] = Field(min_length=1)
    stated_sums: tuple[StatedSum, ...] = ()
    payment: Payment
    reporting: tuple[ReportingDuty, ...] = ()
    recipients_of_extract: tuple[Text, ...] = ()
    known_differences: tuple[KnownDifference, ...] = ()

    def of_post(self, post_id: str) -> list[Measure]:
        """The measures of one post, in the plan's order."""
        return [measure for measure in self.measures if measure.post == post_id]

    def by_organisation(self) -> dict[tuple[str, ...], list[Measure]]:
        """The measures per organisation (or organisations that share one), in the plan's order."""
        groups: dict[tuple[str, ...], list[Measure]] = {}
        for measure in self.measures:
            groups.setdefault(measure.organisation, []).append(measure)
        return groups
