"""How the agreement's money divides: by area and recipient type, and by post.

Belongs here: the two tables and the chart of the posts, as plain values. Does not: what each
recipient gets (`statsbidrag.documents.national.recipient_tables`), drawing
(`statsbidrag.rendering.svg.charts`), or layout (`templates/fordelning.html.jinja`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from schemas.agreement import Agreement, Coverage
from schemas.common import RecipientType
from schemas.register import TypesInWords
from statsbidrag.documents.parts.diagram import Diagram
from statsbidrag.rendering.svg.charts import Bar, bars
from statsbidrag.swedish.typography import decimals, millions, places_of_millions


@dataclass(frozen=True)
class FrameRow:
    """One area of the agreement: its money per recipient type, None where it has no post."""

    title: str
    amounts_sek: tuple[int | None, ...]

    @property
    def total_sek(self) -> int:
        """The area's money."""
        return sum(amount or 0 for amount in self.amounts_sek)


@dataclass(frozen=True)
class Frame:
    """The agreement's money by area and recipient type."""

    number: int
    types: tuple[RecipientType, ...]
    rows: tuple[FrameRow, ...]
    stated_sek: int

    @property
    def totals_sek(self) -> tuple[int, ...]:
        """The posts' sum per recipient type, in the order of `types`."""
        columns = zip(*(row.amounts_sek for row in self.rows), strict=True)
        return tuple(sum(amount or 0 for amount in column) for column in columns)

    @property
    def known_sek(self) -> int:
        """The sum of all posts: less than `stated_sek` where some are not known."""
        return sum(self.totals_sek)

    @property
    def places(self) -> int:
        """The decimals that millions need so that no amount is rounded (at most three)."""
        return places_of_millions(sek or 0 for row in self.rows for sek in row.amounts_sek)

    def shown(self, sek: int | None) -> str:
        """An amount in millions, with as many decimals as every other; a dash for no post."""
        return "–" if sek is None else decimals(Fraction(sek, 1_000_000), self.places)


def frame(agreement: Agreement, types: Sequence[RecipientType], number: int) -> Frame:
    """The areas in the agreement's order, a column per recipient type in that of `types`."""
    rows = []
    for area in agreement.areas:
        own = [post for post in agreement.posts if post.area == area.id]
        amounts = tuple(
            sum(post.amount for post in own if post.recipients == recipients)
            if any(post.recipients == recipients for post in own)
            else None
            for recipients in types
        )
        rows.append(FrameRow(area.title, amounts))
    return Frame(number, tuple(types), tuple(rows), agreement.total.amount)


@dataclass(frozen=True)
class PostRow:
    """One post: whose it is, its money, and its share of all that the agreement holds."""

    label: str
    recipients: RecipientType
    amount_sek: int
    share: Fraction


@dataclass(frozen=True)
class Posts:
    """The posts as a table (`number`) and a chart. `known_share` is that of the known posts."""

    number: int
    rows: tuple[PostRow, ...]
    known_sek: int
    known_share: Fraction
    chart: Diagram


def posts(agreement: Agreement, types: TypesInWords, number: int, figure: int) -> Posts:
    """How the agreement's money divides, the posts in the agreement's order."""
    whole = agreement.total.amount
    rows = tuple(
        PostRow(post.label, post.recipients, post.amount, Fraction(post.amount, whole or 1))
        for post in agreement.posts
    )
    subject = "de kända posterna" if agreement.coverage == Coverage.PARTIAL else "posterna"
    drawn = bars(
        [Bar(f"{row.label} till {types[row.recipients].definite}", row.amount_sek) for row in rows],
        title=f"Diagram: så delas {millions(whole, 3)} på {subject} {agreement.year}",
        prefix="poster",
        whole_sek=whole,
        shown=lambda sek: millions(sek, 3),
    )
    caption = f"Så delas pengarna på {subject} {agreement.year}"
    source = f"Andelarna är av överenskommelsens {millions(whole, 3)}."
    known = sum(row.amount_sek for row in rows)
    share = Fraction(known, whole or 1)
    return Posts(number, rows, known, share, Diagram(figure, caption, drawn, source))
