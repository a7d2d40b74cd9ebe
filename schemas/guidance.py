"""What recipients are told beside their amounts: purposes, conditions, and the annex's forms.

Belongs here: the form of these parts of an agreement's file, and what can be checked within one of
them. Does not: posts, keys, dates and duties (`schemas.agreement`), what must hold between the
parts (`statsbidrag.agreement.checks.guidance`), nor how a document or a form is set (`templates/`).

Sentences are our own plain Swedish; each rests on the reference beside it. Labels and declarations
of a form are the annex's own words, since it is these that somebody fills in and signs.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.common import (
    Name,
    PostId,
    RecipientType,
    Reference,
    Slug,
    Strict,
    Text,
    Title,
    TitleOrBlank,
)

Who = Annotated[tuple[RecipientType, ...], Field(min_length=1)]
"""The recipient types that something is said to."""


class Purpose(Strict):
    """What the money of an area, or of one post, is for, and what its recipients are to do with it.

    `must` is what the agreement says with *ska*; `should` is what it calls important, suggests or
    gives as examples. Each entry is one or a few sentences in the infinitive, and all of them rest
    on `reference`.
    """

    area: Slug | None = None
    post: PostId | None = None
    who: Who
    text: Text
    must: Annotated[tuple[Text, ...], Field(min_length=1)]
    should: tuple[Text, ...] = ()
    reference: Reference

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.area is None) == (self.post is None):
            raise ValueError("a purpose is of either an `area` or a `post`")
        if self.post is not None and self.who != (self.post.split("/")[0],):
            raise ValueError("a post's purpose is for the recipient type that its id begins with")
        return self


class About(StrEnum):
    """What a condition is about, in the order in which a recipient meets it."""

    REQUIREMENT = "requirement"
    USE = "use"
    PAYMENT = "payment"
    REPAYMENT = "repayment"
    FOLLOW_UP = "follow_up"
    RECORDS = "records"


class Terms(Strict):
    """One condition for having and using the money; `by` names the day in `dates` that it sets.

    The day itself is not in the text: a later document may change it, and `dates` holds both.
    """

    about: About
    who: Who
    text: Text
    by: Name | None = None
    reference: Reference


class FormKind(StrEnum):
    """The two forms of an agreement's annex."""

    REQUISITION = "requisition"
    FINANCIAL_REPORT = "financial_report"


class FieldKind(StrEnum):
    """What a field of a form takes: one line, several, a list of amounts, something to sign.

    `heading` and `fixed` take nothing: a line above other fields, and a text that is signed.
    """

    TEXT = "text"
    LINES = "lines"
    AMOUNT = "amount"
    AMOUNTS = "amounts"
    DATE = "date"
    PERIOD = "period"
    ORGANISATION_NUMBER = "organisation_number"
    ACCOUNT = "account"
    SIGNATURE = "signature"
    CHOICE = "choice"
    FIXED = "fixed"
    HEADING = "heading"


class Fills(StrEnum):
    """What this program writes in a field; a field without it is the recipient's own to fill in.

    `received` and `costs` are known where the recipient has said what was used (`schemas.outcome`).
    """

    AGREEMENT = "agreement"
    REFERENCE_NUMBER = "reference_number"
    RECIPIENT = "recipient"
    AMOUNT = "amount"
    PERIOD = "period"
    RECEIVED = "received"
    COSTS = "costs"


_TAKES = {
    Fills.AGREEMENT: FieldKind.TEXT,
    Fills.REFERENCE_NUMBER: FieldKind.TEXT,
    Fills.RECIPIENT: FieldKind.TEXT,
    Fills.AMOUNT: FieldKind.AMOUNT,
    Fills.PERIOD: FieldKind.PERIOD,
    Fills.RECEIVED: FieldKind.AMOUNT,
    Fills.COSTS: FieldKind.AMOUNT,
}
"""The kind of field that each filling fits in."""


class Difference(Strict):
    """One amount of the same form minus another: the only sum that the annex makes."""

    from_: Name = Field(alias="from")
    minus: Name

    @model_validator(mode="after")
    def _of_two(self) -> Self:
        if self.from_ == self.minus:
            raise ValueError("`from` and `minus` are two different fields")
        return self


class FormField(Strict):
    """One field: what the annex calls it, what it takes, and what of it is known already.

    `source` says whose reference number fills it (blank where that is not known). `personal` marks
    details of a person: never filled in by this program, never published.
    """

    id: Name
    label: Text
    kind: FieldKind
    fills: Fills | None = None
    source: Name | None = None
    personal: bool = False
    computed: Difference | None = None
    text: Text | None = None
    options: Annotated[tuple[Title, ...], Field(min_length=2)] | None = None

    @model_validator(mode="after")
    def _parts_fit_the_kind(self) -> Self:
        if (self.kind == FieldKind.FIXED) != (self.text is not None):
            raise ValueError("`text` stands at a field of kind `fixed`, and at no other")
        if (self.kind == FieldKind.CHOICE) != (self.options is not None):
            raise ValueError("`options` stand at a field of kind `choice`, and at no other")
        if self.computed is not None and self.kind != FieldKind.AMOUNT:
            raise ValueError("only a field of kind `amount` is `computed`")
        if self.personal and self.kind in (FieldKind.FIXED, FieldKind.HEADING):
            raise ValueError(
                f"a field of kind `{self.kind}` takes nothing, hence nothing `personal`"
            )
        return self

    @model_validator(mode="after")
    def _filled_by_one(self) -> Self:
        if self.fills is not None and _TAKES[self.fills] != self.kind:
            raise ValueError(f"`fills: {self.fills}` needs `kind: {_TAKES[self.fills]}`")
        if (self.fills == Fills.REFERENCE_NUMBER) != (self.source is not None):
            raise ValueError("`source` stands with `fills: reference_number`, and nowhere else")
        if (self.fills is not None) + (self.computed is not None) + self.personal > 1:
            raise ValueError("a field is filled in, computed, or personal: one of them at most")
        return self


class FormSection(Strict):
    """A numbered part of a form: its place in the list is its number in the annex."""

    title: Title
    fields: Annotated[tuple[FormField, ...], Field(min_length=1)]


class Period(Strict):
    """The days that a form is about, first and last; `note` says what of it is our reading."""

    first: dt.date
    last: dt.date
    note: str = ""
    reference: Reference

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError("a period ends on its first day or later")
        return self


class Form(Strict):
    """A form of the annex: its fields in order, who sends it where, and by which day of `dates`.

    `address` is blank where the agreement names none.
    """

    title: Title
    who: Who
    sent_to: Title
    address: TitleOrBlank = ""
    by: Name | None = None
    period: Period | None = None
    sections: Annotated[tuple[FormSection, ...], Field(min_length=1)]
    reference: Reference

    @property
    def fields(self) -> list[FormField]:
        """Every field, in the annex's order."""
        return [field for section in self.sections for field in section.fields]
