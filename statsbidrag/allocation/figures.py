"""A sum as a reader meets it: published, or computed and marked with what it rests on.

Belongs here: which of the two figures is shown, and which mark it carries. Does not: how a figure
is written (`statsbidrag.swedish.typography`), or the sentence that explains a mark (`templates/`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from schemas.common import Maturity, RecipientType, weakest
from schemas.tables import AllocationTable
from statsbidrag.allocation.amounts import AmountRow, rows
from statsbidrag.errors import ProgramError
from statsbidrag.swedish.typography import NBSP, kronor, number

MARKS: Final = {
    Maturity.UNRESOLVED: "#",
    Maturity.ESTIMATE: "*",
    Maturity.RECONSTRUCTED: "**",
    Maturity.PRELIMINARY: "***",
}
"""The mark of a figure that was never published, by the maturity of its population.

That of an unresolved one is the only mark of a published figure, and no asterisk: it says nothing
of any population.
"""

MATURITIES: Final = {
    Maturity.DEFINITIVE: "slutlig",
    Maturity.PRELIMINARY: "preliminär",
    Maturity.RECONSTRUCTED: "återräknad",
    Maturity.ESTIMATE: "skattad",
    Maturity.UNRESOLVED: "publicerad, inte omräknad",
}
"""The maturity of a figure in a word, as the files say it."""


@dataclass(frozen=True)
class Figure:
    """A sum in whole kronor. `maturity` is that of the computation, published or not."""

    sek: int
    published: bool
    maturity: Maturity

    @property
    def mark(self) -> str:
        """Empty for a figure that is published and reproduced, or that nothing need be said of."""
        if self.published and self.maturity != Maturity.UNRESOLVED:
            return ""
        return MARKS.get(self.maturity, "")

    @property
    def word(self) -> str:
        """What a file says instead of a mark: `publicerad`, or the maturity."""
        stands = self.published and self.maturity != Maturity.UNRESOLVED
        return "publicerad" if stands else MATURITIES[self.maturity]

    @property
    def decided(self) -> bool:
        """Whether the figure may stand in a requisition or a financial report."""
        return self.published or self.maturity != Maturity.ESTIMATE

    def __abs__(self) -> Figure:
        """The size of a difference, as mature as it is."""
        return replace(self, sek=abs(self.sek))

    def __str__(self) -> str:
        """The figure and its mark: `2 974 230 *`."""
        return self._marked(number(self.sek))

    @property
    def kronor(self) -> str:
        """The figure, its unit and its mark: `2 974 230 kr *`."""
        return self._marked(kronor(self.sek))

    def _marked(self, text: str) -> str:
        return f"{text}{NBSP}{self.mark}" if self.mark else text


class Figures:
    """An allocation's amounts as documents show them, looked up by post and recipient.

    A post may be a group of parts, or `total`. A published figure is shown as published; whether it
    is also reproduced is for the reconciliation to say, which withholds documents otherwise.
    Raises ProgramError if two rows tell of one amount.
    """

    def __init__(self, allocation: AllocationTable) -> None:
        self._shown: dict[tuple[str, RecipientType, str], Figure | None] = {}
        for row in rows(allocation):
            key = row.post, row.recipient_type, row.recipient_code
            if key in self._shown:
                raise ProgramError(f"{row.cell}: two rows in the allocation.")
            self._shown[key] = shown(row)

    def known(self, post: str, recipients: RecipientType, code: str) -> Figure | None:
        """What is known of what may rest on an unresolved post: None where nothing is."""
        return self._shown.get((post, recipients, code))

    def of(self, post: str, recipients: RecipientType, code: str) -> Figure:
        """The amount. Raises ProgramError if there is none, or it is not known."""
        if (post, recipients, code) not in self._shown:
            raise ProgramError(f"{post} {recipients}:{code}: 0 rows in the allocation.")
        found = self.known(post, recipients, code)
        if found is None:
            raise ProgramError(f"{post} {recipients}:{code}: neither computed nor published.")
        return found


def shown(row: AmountRow) -> Figure | None:
    """One row of the allocation as documents show it; None where nothing is known of it."""
    sek = row.amount_sek if row.published_sek is None else row.published_sek
    return None if sek is None else Figure(sek, row.published_sek is not None, row.maturity)


def figures_of(allocation: AllocationTable) -> list[Figure]:
    """Every recipient's figures as documents show them: no sums of columns.

    Nor a total where there is one post only, which no document shows beside the post.
    """
    posts = allocation[allocation["kind"] == "post"]
    count = allocation["recipient_type"].map(posts.groupby("recipient_type")["post"].nunique())
    hidden = (allocation["kind"] == "nation") | ((allocation["kind"] == "total") & (count < 2))
    own = allocation[~hidden]
    return [figure for row in rows(own) if (figure := shown(row)) is not None]


def summed(figures: Iterable[Figure]) -> Figure:
    """The sum of printed figures: published only if every part is, and as mature as its weakest.

    The maturity of a part that is published as it stands does not weaken the sum, unless nobody can
    say how it came about.
    """
    parts = list(figures)
    weakening = [
        part.maturity
        for part in parts
        if not part.published or part.maturity == Maturity.UNRESOLVED
    ]
    return Figure(
        sum(part.sek for part in parts),
        all(part.published for part in parts),
        weakest(weakening or [part.maturity for part in parts]),
    )


def maturities_to_explain(figures: Iterable[Figure]) -> tuple[Maturity, ...]:
    """The maturities whose mark some figure carries, the weakest first, as a page explains them."""
    found = {each.maturity for each in figures if each.mark}
    return tuple(maturity for maturity in MARKS if maturity in found)
