"""A county's plan: how it splits its posts into measures, and who does what with the money.

Belongs here: the form of `raw/plans/<agreement>/<county>.yaml`. Does not: whether the plan adds up
(`statsbidrag.reconciliation`), nor any wording of the document that shows it
(`templates/`).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from schemas.common import (
    Amount,
    Cell,
    FormatOne,
    Kronor,
    LanCode,
    PostId,
    Slug,
    Strict,
    Text,
    Title,
    TitleOrBlank,
)
from schemas.keys import Share


def _one_or_several(value: Any) -> Any:
    if value == "":
        return ()
    return (value,) if isinstance(value, str) else value


def _blank_is_none(value: Any) -> Any:
    return None if value == "" else value


Organisations = Annotated[
    tuple[Title, ...], BeforeValidator(_one_or_several), Field(min_length=1, max_length=9)
]
"""One organisation, or several that share a measure."""

OrganisationsOrBlank = Annotated[
    tuple[Title, ...], BeforeValidator(_one_or_several), Field(max_length=9)
]
"""As `Organisations`, or none where the county's paper names none."""

DateOrBlank = Annotated[date | None, BeforeValidator(_blank_is_none)]


class Measure(Strict):
    """What a part of a post is spent on, who carries it out, and which organisation answers.

    How much is said in one of three ways: `amount: 1 800 000`; `share: 50 %` of the county's post;
    `remainder: true`, what the post's other measures leave, to be decided on later. `level` is the
    county's own word for where the money is used.
    """

    post: PostId
    title: Title
    short_title: TitleOrBlank = ""
    level: TitleOrBlank = ""
    responsible: TitleOrBlank = ""
    organisation: OrganisationsOrBlank = ()
    amount: Amount | None = None
    share: Share | None = None
    remainder: bool = False
    note: str = ""

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if (self.amount is not None) + (self.share is not None) + self.remainder != 1:
            raise ValueError("a measure has one of `amount`, `share` and `remainder: true`")
        return self

    @property
    def label(self) -> str:
        """What the measure is called in the summary."""
        return self.short_title or self.title


class StatedSum(Strict):
    """The sum that the county's own document prints for one organisation."""

    organisation: Organisations
    amount: Amount


class KnownDifference(Strict):
    """A difference between plan and post that is known, explained and left as it is.

    `amount` is the plan minus the post: negative where the plan places less than the county has.
    """

    post: PostId
    amount: Kronor
    reason: Cell
    source: Title


class Change(Strict):
    """What differs from the year before, where that year is not computed here."""

    text: Text
    change_sek: Kronor | None = None
    approximate: bool = True


class Decision(Strict):
    """Who decides, and on what."""

    by: TitleOrBlank
    by_long: TitleOrBlank = ""
    proposal: tuple[Text, ...]


class RequisitionPlan(Strict):
    """Who requisitions the county's money."""

    by: TitleOrBlank
    text: str = ""


class Invoicing(Strict):
    """Where invoices go, and with which reference."""

    to: Title
    address: TitleOrBlank = ""
    reference: TitleOrBlank = ""


class Payment(Strict):
    """How the money reaches those who carry the measures out."""

    method: TitleOrBlank
    text: tuple[Text, ...]
    invoicing: Invoicing | None = None


class ReportingDuty(Strict):
    """Who reports what to whom, and by when."""

    who: tuple[Title, ...] = Field(min_length=1)
    what: Text
    to: Title
    by: date | None = None


class Plan(Strict):
    """One county's split of its posts in one agreement, and its own way of deciding and paying.

    Empty fields are empty in the county's own paper; they are shown blank, never filled in. Fields
    without a default must be written even so: blank is then an answer, and not something forgotten.
    """

    format: FormatOne
    agreement: Slug
    county: LanCode
    title: Title
    issuer: TitleOrBlank
    issuer_role: TitleOrBlank = ""
    date: DateOrBlank = None
    reference_number: TitleOrBlank = ""
    source: Title
    decision: Decision
    requisition: RequisitionPlan
    changes: tuple[Change, ...] = ()
    measures: tuple[Measure, ...] = Field(min_length=1)
    stated_sums: tuple[StatedSum, ...] = ()
    payment: Payment
    reporting: tuple[ReportingDuty, ...] = ()
    recipients_of_extract: tuple[Title, ...] = ()
    known_differences: tuple[KnownDifference, ...] = ()

    @model_validator(mode="after")
    def _one_remainder_per_post(self) -> Self:
        posts = [measure.post for measure in self.measures if measure.remainder]
        twice = sorted({post for post in posts if posts.count(post) > 1})
        if twice:
            raise ValueError(
                f"at most one measure per post has `remainder: true`: {', '.join(twice)} has more"
            )
        return self

    def of_post(self, post_id: str) -> list[Measure]:
        """The measures of one post, in the plan's order."""
        return [measure for measure in self.measures if measure.post == post_id]

    def by_organisation(self) -> dict[tuple[str, ...], list[Measure]]:
        """The measures per organisation (or organisations that share one), in the plan's order."""
        groups: dict[tuple[str, ...], list[Measure]] = {}
        for measure in self.measures:
            groups.setdefault(measure.organisation, []).append(measure)
        return groups
