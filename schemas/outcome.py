"""An outcome: what a recipient received and what it used, after the decision.

Belongs here: the form of `raw/outcomes/<agreement>/<type>-<code>.yaml`. Does not: whether it fits
plan and posts (`statsbidrag.plans.outcomes`), nor what follows of it
(`statsbidrag.documents.recipient.follow_up`).

There is no field for a person, and none may be added: who reports is between the recipient and the
authority.
"""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from schemas.common import (
    Amount,
    CellOrBlank,
    FormatOne,
    PostId,
    Recipient,
    RecipientCode,
    RecipientType,
    Slug,
    Strict,
    Title,
    TitleOrBlank,
)
from schemas.plan import DateOrBlank


class Used(Strict):
    """What was used of a post, or of one measure of the county's plan.

    `measure` and `level` are the plan's own words; both blank for the whole post. Costs that belong
    to no measure of the plan are written under a name of their own.
    """

    post: PostId
    measure: TitleOrBlank = ""
    level: TitleOrBlank = ""
    used: Amount
    note: CellOrBlank = ""


class Outcome(Strict):
    """What one recipient received of an agreement's money, and what it used of each post.

    `example` marks invented figures, and everything that is made of them. `through` is the last day
    whose costs are counted; `source` says where the figures are from, such as the ledger.
    """

    format: FormatOne
    agreement: Slug
    recipient_type: RecipientType
    recipient_code: RecipientCode
    example: bool = False
    source: Title
    through: DateOrBlank = None
    reference_number: TitleOrBlank = ""
    received: Amount
    used: tuple[Used, ...] = Field(min_length=1)
    comment: str = ""

    @model_validator(mode="after")
    def _a_post_is_whole_or_parted(self) -> Self:
        whole = [each.post for each in self.used if not each.measure]
        if twice := sorted({post for post in whole if whole.count(post) > 1}):
            raise ValueError(f"each whole post once: {', '.join(twice)} is there again")
        parted = {each.post for each in self.used if each.measure}
        if both := sorted(parted.intersection(whole)):
            raise ValueError(
                f"a post is either whole or in measures, and {', '.join(both)} is both"
            )
        return self

    @property
    def recipient(self) -> Recipient:
        """Who received and used the money."""
        return Recipient(self.recipient_type, self.recipient_code)

    @property
    def used_sek(self) -> int:
        """All that was used."""
        return sum(each.used for each in self.used)

    @property
    def unused_sek(self) -> int:
        """What was received and not used; negative where more was used than received."""
        return self.received - self.used_sek
