"""The sum that a recipient asks for, where it may be asked for at all.

Belongs here: which amounts make up the sum, by the agreement's convention, and when there is none.
Does not: the amounts themselves (`statsbidrag.allocation.amounts`), or the form that asks for them
(`statsbidrag.documents.recipient.annex_forms`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from schemas.agreement import Agreement
from schemas.common import TOTAL, Recipient
from schemas.tables import AllocationTable
from statsbidrag.allocation.amounts import rows
from statsbidrag.allocation.figures import Figure, shown


def requisition_sek(agreement: Agreement, posts: Iterable[Figure], total: Figure) -> int | None:
    """The kronor that may be requisitioned; None while any figure behind them is estimated.

    `posts` are the recipient's amounts, `total` its printed total, which some agreements let stand
    instead of their sum.
    """
    parts = list(posts)
    if not all(part.decided for part in parts):
        return None
    if agreement.requisition.total == "rounded_total":
        # A total can rest on an estimate where every part of it is published and it is not.
        return total.sek if total.decided else None
    return sum(part.sek for part in parts)


def requisitions(
    agreement: Agreement, allocation: AllocationTable
) -> Mapping[Recipient, int | None]:
    """What each recipient with a post may requisition, as `requisition_sek` has it.

    `allocation` is a frame `schemas.tables.Allocation`. None also where nobody knows an amount.
    """
    posts: dict[Recipient, list[Figure | None]] = {}
    totals: dict[Recipient, Figure | None] = {}
    for row in rows(allocation):
        if row.kind == "post":
            posts.setdefault(row.recipient, []).append(shown(row))
        elif row.kind == "total" and row.post == TOTAL:
            totals[row.recipient] = shown(row)
    return {each: _known(agreement, own, totals.get(each)) for each, own in posts.items()}


def _known(agreement: Agreement, posts: list[Figure | None], total: Figure | None) -> int | None:
    known = [post for post in posts if post is not None]
    if total is None or len(known) < len(posts):
        return None
    # Of a single post the post itself is what was printed, if anything was.
    return requisition_sek(agreement, known, total if len(known) > 1 else known[0])
