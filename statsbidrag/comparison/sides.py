"""One of two agreements that are compared: the agreement with its allocation.

Belongs here: what a side has, and in which relation two of them stand. Does not: which of their
areas or posts correspond (`statsbidrag.comparison.areas`, `statsbidrag.comparison.post_pairs`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from schemas.agreement import Agreement, Coverage, Post
from schemas.common import Recipient, RecipientType
from schemas.tables import AllocationTable, PublishedTable
from statsbidrag.allocation.amounts import AmountRow, rows


@dataclass(frozen=True)
class Side:
    """One of the two: an agreement and its allocation (`schemas.tables.Allocation`).

    `published` (`schemas.tables.Published`) says who printed what, for whoever cites it.
    """

    agreement: Agreement
    allocation: AllocationTable
    published: PublishedTable | None = None

    @property
    def partial(self) -> bool:
        """Whether posts may be missing."""
        return self.agreement.coverage == Coverage.PARTIAL

    def posts(self, recipients: RecipientType | None, areas: Iterable[str] | None) -> list[Post]:
        """The posts of a recipient type (None: of all) in some areas (None: in all)."""
        wanted = None if areas is None else set(areas)
        return [
            post
            for post in self.agreement.posts
            if recipients in (None, post.recipients) and (wanted is None or post.area in wanted)
        ]

    @cached_property
    def amounts(self) -> dict[Recipient, dict[str, AmountRow]]:
        """Each recipient's rows by post; `total` among them. Sums of groups are left out."""
        found: dict[Recipient, dict[str, AmountRow]] = {}
        for row in rows(self.allocation[self.allocation["kind"].isin(["post", "total"])]):
            found.setdefault(row.recipient, {})[row.post] = row
        return found


def is_earlier(before: Agreement, after: Agreement) -> bool:
    """Whether `before` comes first: of one year, only what the other supplements does."""
    if before.year != after.year:
        return before.year < after.year
    if after.supplements is None:
        return False
    return before.supplements is None or after.supplements == before.id


def supplemented(before: Agreement, after: Agreement) -> bool:
    """Whether `after` supplements `before`, or what supplements it: of one programme and year."""
    alike = (before.programme, before.year) == (after.programme, after.year)
    return alike and is_earlier(before, after)


def types_of(before: Side, after: Side) -> list[RecipientType]:
    """The recipient types of either side, the later one's first."""
    return list(dict.fromkeys([*after.agreement.types(), *before.agreement.types()]))
