"""Amounts on a sheet that calculates: a row for each recipient, their marks, and the sums below.

Belongs here: what sheets of posts and of sums have in common. Does not: how an amount is computed
(`post_sheets`, `sum_sheets`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import fsum
from typing import Final

from schemas.agreement import Agreement
from schemas.common import NATION, TOTAL, Maturity, RecipientType
from schemas.keys import shares_of
from schemas.register import TypesInWords
from schemas.tables import AllocationTable
from statsbidrag.allocation.amounts import AmountRow, rows
from statsbidrag.allocation.figures import MARKS, MATURITIES
from statsbidrag.rendering.templates import in_words
from statsbidrag.workbooks.book import Shown
from statsbidrag.workbooks.calculating.sheet import Below, Column, Content, Look, Sheet
from statsbidrag.workbooks.calculating.unique_names import UniqueNames

_ADDED: Final = ("antal", "vikt", "steg", "exakt", "post", "belopp")
"""What the columns begin with whose sum says something."""


class Amounts:
    """An agreement's amounts, as sheets show them."""

    def __init__(
        self,
        agreement: Agreement,
        allocation: AllocationTable,
        names: UniqueNames,
        types: TypesInWords,
    ) -> None:
        self.types = types
        self._names = names
        self._rows = {
            (row.post, row.recipient_type, row.recipient_code): row for row in rows(allocation)
        }
        self._weighted = any(
            share.by == "weights"
            for post in agreement.posts
            for step in post.key
            for share in shares_of(step)
        )

    def of(self, post: str, recipients: RecipientType) -> list[AmountRow]:
        """The rows of one post or sum by recipient's code, without that of the nation."""
        own = [
            row
            for (name, kind, code), row in self._rows.items()
            if (name, kind) == (post, recipients) and code != NATION
        ]
        return sorted(own, key=lambda row: row.recipient_code)

    def nation(self, post: str, recipients: RecipientType) -> AmountRow:
        """The nation's row of one post or sum."""
        return self._rows[post, recipients, NATION]

    def mark_in_words(self, maturity: Maturity) -> str:
        """What a mark says of the figures that carry it."""
        return in_words("maturity_mark", str(maturity), self._weighted)

    def marks_in_words(self, shown: Iterable[AmountRow] | None = None) -> list[str]:
        """What the marks of some amounts say, each once; without any, of all the agreement's."""
        every = self._rows.values() if shown is None else shown
        found = {row.maturity for row in every if mark_of(row)}
        return [self.mark_in_words(maturity) for maturity in MARKS if maturity in found]

    def add(
        self, sheet: Sheet, post: str, own: Sequence[AmountRow], amounts: Sequence[Content]
    ) -> None:
        """Adds the amounts, and beside them what was published and what they rest on."""
        name = self._names.of_range("Belopp" if post != TOTAL else "Totalt", _key(post, own))
        marks = [mark_of(row) for row in own]
        sheet.columns.append(Column("belopp", "Belopp, kr", 18, Look.WHOLE, amounts, marks, name))
        published = [row.published_sek for row in own]
        if any(sek is not None for sek in published):
            differences = [
                None
                if row.published_sek is None or row.amount_sek is None
                else Shown("=[belopp]-[publicerat]", row.amount_sek - row.published_sek)
                for row in own
            ]
            sheet.columns += [
                Column("publicerat", "Publicerat, kr", 15, Look.WHOLE, published, given=True),
                Column("avvikelse", "Skillnad mot publicerat", 12, Look.SIGNED, differences),
            ]
        words = [MATURITIES[row.maturity] for row in own]
        sheet.columns.append(Column("mognad", "Underlaget är", 16, Look.TEXT, words))

    def add_below(
        self, sheet: Sheet, post: str, own: Sequence[AmountRow], label: str, whole: Shown
    ) -> None:
        """Adds the sums of the columns, and how the amounts differ from what they are shares of.

        `label` is what that whole is called.
        """
        nation = self.nation(post, own[0].recipient_type)
        sums: dict[str, Content] = {
            column.key: Shown(f"=SUM([{column.key}:])", _summed(column.cells))
            for column in sheet.columns
            if column.key.startswith(_ADDED) and column.look != Look.TEXT
        }
        names = {"belopp": self._names.of_range("Summa", _key(post, own))}
        marks = {c.key: c.marks[0] for c in sheet.columns if c.key.startswith("antal")}
        marks["belopp"] = mark_of(nation)
        if nation.published_sek is not None and sheet.has("publicerat"):
            deviation = (nation.amount_sek or 0) - nation.published_sek
            sums["publicerat"] = nation.published_sek
            sums["avvikelse"] = Shown("=[belopp]-[publicerat]", deviation)
        sheet.below.append(Below("Riket", sums, {}, marks, names))
        sheet.below.append(Below(label, {"belopp": whole}))
        value = whole.value
        assert not isinstance(value, str)
        letter, row = sheet.letter("belopp"), sheet.first + sheet.height
        difference = Shown(f"={letter}{row}-{letter}{row + 1}", (nation.amount_sek or 0) - value)
        looks = {"belopp": Look.SIGNED if isinstance(value, int) else Look.EXACT}
        sheet.below.append(Below("Skillnad", {"belopp": difference}, looks))


def recipient_columns(own: Sequence[AmountRow]) -> list[Column]:
    """Who each row is of: code and name."""
    return [
        Column("kod", "Kod", 7, Look.TEXT, [row.recipient_code for row in own]),
        Column("namn", "Mottagare", 37, Look.TEXT, [row.recipient_name for row in own]),
    ]


def mark_of(row: AmountRow) -> str:
    """The mark of a computed amount: none where the same was published."""
    same = row.amount_sek is not None and row.published_sek == row.amount_sek
    return "" if same else MARKS.get(row.maturity, "")


def _key(post: str, own: Sequence[AmountRow]) -> str:
    """What a sum or a post is called in a name: a total by its recipients."""
    return str(own[0].recipient_type) if post == TOTAL else post


def _summed(cells: Sequence[Content]) -> int | float:
    values = [cell.value if isinstance(cell, Shown) else cell for cell in cells]
    numbers = [value for value in values if isinstance(value, int | float)]
    whole = all(isinstance(value, int) for value in numbers)
    return sum(numbers) if whole else fsum(numbers)
