"""The agreement as a file: posts, amounts, keys, dates, totals, and where each figure stands.

Belongs here: the form of `raw/agreements/*.yaml` and what can be checked within one file. Does not:
how a key computes (`statsbidrag.allocation.keys`), nor checks that need the register of recipients.
"""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from schemas.common import (
    Amount,
    FormatOne,
    Level,
    Name,
    PostId,
    RecipientCode,
    RecipientType,
    Reference,
    Sha256,
    Slug,
    Strict,
    Text,
    Title,
    TitleOrBlank,
)
from schemas.guidance import Form, FormKind, Purpose, Terms
from schemas.keys import RestStep, Step, UndistributedStep


class Status(StrEnum):
    """What the file is: not yet decided, signed by both parties, or recovered from other papers."""

    DRAFT = "draft"
    SIGNED = "signed"
    RECONSTRUCTED = "reconstructed"


class Coverage(StrEnum):
    """Whether every post of the agreement is in the file."""

    COMPLETE = "complete"
    PARTIAL = "partial"


class RoundingMethod(StrEnum):
    """The three conventions in real use, see `docs/avrundning.md`."""

    HALF_UP = "half_up"
    LARGEST_REMAINDER = "largest_remainder"
    RESIDUAL_TO_LARGEST = "residual_to_largest"


class TotalsFrom(StrEnum):
    """What a recipient's total is rounded from: its unrounded shares, or its printed amounts."""

    UNROUNDED = "from_unrounded"
    PRINTED = "from_printed"


class Rounding(Strict):
    """From exact share to whole kronor. `assumed_for` names types where this is our reading."""

    method: RoundingMethod
    unit: Amount = Field(ge=1)
    totals: TotalsFrom
    assumed_for: tuple[RecipientType, ...] = ()


class Condition(Strict):
    """Only those who meet something are paid; what the others would have had is `withheld`."""

    text: Text
    met_by: Name
    reference: Reference


class Post(Strict):
    """One sum to one recipient type by one key.

    `unresolved` says why no key is known: then nothing is computed. `replaces` is for supplements.
    `ages_note` says why the age intervals of a key overlap or leave ages between them out.
    """

    id: PostId
    area: Slug
    recipients: RecipientType
    title: Title
    short_title: TitleOrBlank = ""
    amount: Amount
    key: tuple[Step, ...] = ()
    unresolved: str = ""
    ages_note: str = ""
    condition: Condition | None = None
    replaces: PostId | None = None
    reference: Reference
    key_reference: Reference | None = None
    part_of: PostId | None = None
    rounding: Rounding | None = None

    @model_validator(mode="after")
    def _key_is_in_order(self) -> Self:
        if self.id.split("/")[0] != self.recipients:
            raise ValueError(f"the id begins with the recipient type: {self.recipients}/…")
        if bool(self.key) == bool(self.unresolved):
            raise ValueError("a post has a `key`, or says why it is `unresolved`")
        ends = [
            index
            for index, step in enumerate(self.key)
            if isinstance(step, RestStep | UndistributedStep)
        ]
        if ends and ends != [len(self.key) - 1]:
            raise ValueError(
                "`rest` and `undistributed` take all that is left: one of them, once, and last"
            )
        if self.part_of is not None and not self.id.startswith(f"{self.part_of}/"):
            raise ValueError(f"a part's id begins with that of its post: {self.part_of}/…")
        return self

    @property
    def label(self) -> str:
        """What the post is called in a table's heading."""
        return self.short_title or self.title


class PostGroup(Strict):
    """A post that the agreement splits into parts with keys of their own."""

    id: PostId
    title: Title
    short_title: TitleOrBlank = ""

    @property
    def label(self) -> str:
        """What the group is called in a table's heading."""
        return self.short_title or self.title


class Area(Strict):
    """What several posts are for. `succeeds` names areas of earlier agreements."""

    id: Slug
    title: Title
    succeeds: tuple[str, ...] = ()


class Group(Strict):
    """Named recipients of one type, such as the metropolitan counties."""

    recipients: RecipientType
    title: TitleOrBlank = ""
    members: tuple[RecipientCode, ...] = Field(min_length=1)


class Source(Strict):
    """A document that figures are taken from. What is not known about it stays blank."""

    title: Title
    reference_number: TitleOrBlank = ""
    file: str = ""
    date: dt.date | None = None


class StatedTotal(Strict):
    """A total that the agreement itself prints, per recipient type or per area."""

    recipients: RecipientType | None = None
    area: Slug | None = None
    amount: Amount
    reference: Reference

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.recipients is None) == (self.area is None):
            raise ValueError("a stated total is for either `recipients` or `area`")
        return self


class Total(Strict):
    """The whole frame of the agreement."""

    amount: Amount
    reference: Reference


class Changed(Strict):
    """A later document's other date."""

    date: dt.date
    reference: Reference


class Deadline(Strict):
    """A date of the agreement; `changed` holds what later documents made of it, oldest first."""

    date: dt.date
    reference: Reference
    changed: tuple[Changed, ...] = ()

    @property
    def in_force(self) -> dt.date:
        """The date that counts: the latest document's."""
        return self.changed[-1].date if self.changed else self.date


class Duty(Strict):
    """Who reports what, to whom, by when (`by` is None where the agreement names no day).

    `contents` is what the report must hold, item by item, where the agreement says that.
    """

    who: tuple[RecipientType, ...] = Field(min_length=1)
    what: Text
    to: Title
    by: dt.date | None = None
    by_note: str = ""
    contents: tuple[Text, ...] = ()
    reference: Reference


class PopulationUse(Strict):
    """Which population the keys use: table, reference date, published level per recipient type."""

    table: Title
    reference_date: dt.date
    levels: dict[RecipientType, Level]
    reference: Reference | None = None
    note: str = ""
    pins: tuple[Sha256, ...] = ()


class Requisition(Strict):
    """Which sum a recipient requisitions: the sum of its amounts, or its printed total."""

    total: Literal["sum_of_posts", "rounded_total"]


class Reviewed(Strict):
    """Who proofread the file against the source, and when; blank until somebody has."""

    by: TitleOrBlank = ""
    on: TitleOrBlank = ""


class Signed(Strict):
    """When each party signed."""

    state: dt.date
    skr: dt.date


class Agreement(Strict):
    """One year's agreement of one programme: everything that its amounts and documents rest on."""

    format: FormatOne
    id: Slug
    programme: Slug
    year: int = Field(ge=2000, le=2100)
    title: Title
    status: Status
    coverage: Coverage
    compares_with: Slug | None = None
    supplements: Slug | None = None
    reviewed: Reviewed = Reviewed()
    signed: Signed | None = None
    sources: dict[Name, Source] = Field(min_length=1)
    total: Total
    population: PopulationUse
    rounding: Rounding
    requisition: Requisition
    groups: dict[Name, Group] = Field(default_factory=dict)
    areas: tuple[Area, ...] = Field(min_length=1)
    post_groups: tuple[PostGroup, ...] = ()
    posts: tuple[Post, ...] = Field(min_length=1)
    stated_totals: tuple[StatedTotal, ...] = ()
    dates: dict[Name, Deadline] = Field(default_factory=dict)
    reporting: tuple[Duty, ...] = ()
    purposes: tuple[Purpose, ...] = ()
    conditions: tuple[Terms, ...] = ()
    forms: dict[FormKind, Form] = Field(default_factory=dict)
    background: tuple[Text, ...] = ()

    @field_validator("id")
    @classmethod
    def _id_ends_with_a_year(cls, value: str) -> str:
        if not re.search(r"-[0-9]{4}(-tillagg(-[0-9]+)?)?$", value):
            raise ValueError(
                "the id is the programme and the year, and for a supplement -tillagg: "
                "psykisk-halsa-2025, psykisk-halsa-2025-tillagg"
            )
        return value

    def types(self) -> list[RecipientType]:
        """The recipient types in the order in which the posts first name them."""
        return list(dict.fromkeys(post.recipients for post in self.posts))

    def posts_of(self, recipients: RecipientType) -> list[Post]:
        """The posts of one recipient type, in the agreement's order."""
        return [post for post in self.posts if post.recipients == recipients]

    def post(self, post_id: str) -> Post:
        """The post with that id. Raises KeyError."""
        for post in self.posts:
            if post.id == post_id:
                return post
        raise KeyError(post_id)

    def area(self, area_id: str) -> Area:
        """The area with that id. Raises KeyError."""
        for area in self.areas:
            if area.id == area_id:
                return area
        raise KeyError(area_id)

    def purpose_of(self, post: Post) -> Purpose | None:
        """What a post's money is for: its own purpose, else that of its area for its recipients."""
        own = [purpose for purpose in self.purposes if post.recipients in purpose.who]
        of_post = [purpose for purpose in own if purpose.post == post.id]
        of_area = [purpose for purpose in own if purpose.area == post.area]
        return next(iter([*of_post, *of_area]), None)

    def purposes_for(self, recipients: RecipientType) -> list[Purpose]:
        """What one type's money is for, each purpose once, in the order of the type's posts."""
        found = [self.purpose_of(post) for post in self.posts_of(recipients)]
        return [p for i, p in enumerate(found) if p is not None and p not in found[:i]]

    def conditions_for(self, recipients: RecipientType) -> list[Terms]:
        """The conditions that one type has to know, in the agreement's order."""
        return [condition for condition in self.conditions if recipients in condition.who]

    def duties_of(self, recipients: RecipientType) -> list[Duty]:
        """What one type reports, in the agreement's order."""
        return [duty for duty in self.reporting if recipients in duty.who]

    def form_for(self, kind: FormKind, recipients: RecipientType) -> Form | None:
        """The annex's form, if one type is to send it in."""
        form = self.forms.get(kind)
        return form if form is not None and recipients in form.who else None

    def rounding_of(self, post: Post) -> Rounding:
        """The convention that applies to a post: its own, else the agreement's."""
        return post.rounding or self.rounding
