"""The sheet of one sum in `allocation.xlsx`: a recipient's total, or what a post's parts come to.

Belongs here: what a sum's sheet is made of, in which order. Does not: the sum's formulas
(`sum_formulas`), or the sheets of the posts (`post_sheets`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.agreement import Agreement, Post, TotalsFrom
from schemas.common import TOTAL, Maturity
from statsbidrag.allocation.amounts import AmountRow
from statsbidrag.allocation.figures import MARKS
from statsbidrag.swedish.key_sentences import rounding_in_words
from statsbidrag.swedish.typography import sentence, stopped
from statsbidrag.workbooks.book import Shown
from statsbidrag.workbooks.calculating.amount_columns import Amounts, recipient_columns
from statsbidrag.workbooks.calculating.sheet import Column, Look, Sheet
from statsbidrag.workbooks.calculating.sum_formulas import VALUE, PostOnSheet, add_sum
from statsbidrag.workbooks.calculating.unique_names import UniqueNames


@dataclass(frozen=True)
class SumOfPosts:
    """A sum over posts of one type of recipients: its name in the allocation, and its label."""

    key: str
    label: str
    posts: Sequence[Post]
    whose: str
    """What a recipient of the type is called."""

    @property
    def name(self) -> str:
        """What its sheet is to be called."""
        return f"{sentence(self.whose)} {self.label.lower() if self.key == TOTAL else self.label}"

    @property
    def title(self) -> str:
        """What stands at the top of its sheet."""
        return f"{sentence(self.whose)}: {self.label}"


@dataclass(frozen=True)
class SumSheets:
    """The sheets of an agreement's sums, made one after another."""

    agreement: Agreement
    amounts: Amounts
    names: UniqueNames

    def of(self, summed: SumOfPosts, on_sheets: Mapping[str, PostOnSheet]) -> Sheet:
        """A recipient's sum over posts, rounded as the agreement says for sums.

        `on_sheets` are the posts that are calculated, by id; where one of the sum's is not among
        them, the sheet shows what was published.
        """
        posts, recipients = summed.posts, summed.posts[0].recipients
        own = self.amounts.of(summed.key, recipients)
        sheet = Sheet(self.names.of_sheet(summed.name), summed.title)
        every = [*own, *(row for p in posts for row in self.amounts.of(p.id, recipients))]
        names = ", ".join(post.label for post in posts)
        said = self.amounts.marks_in_words(every)
        sheet.intro = [stopped(f"Summan av posterna {names}"), *said]
        sheet.columns += recipient_columns(own)
        known = [on_sheets[post.id] for post in posts if post.id in on_sheets]
        _add_posts(sheet, known)
        if len(known) < len(posts):
            unknown = ", ".join(post.label for post in posts if post.id not in on_sheets)
            _add_published(sheet, own, unknown)
        else:
            self._add_sums(sheet, summed.key, own, known)
        return sheet

    def _add_sums(
        self, sheet: Sheet, key: str, own: Sequence[AmountRow], known: Sequence[PostOnSheet]
    ) -> None:
        rounding = self.agreement.rounding
        if rounding.totals == TotalsFrom.PRINTED:
            said = "Varje summa är summan av de avrundade beloppen."
        else:
            words = rounding_in_words(rounding)
            said = f"Summan avrundas från de exakta andelarna. {words}"
        sheet.intro = [*sheet.intro, said]
        amounts = [row.amount_sek or 0 for row in own]
        formulas = add_sum(sheet, known, rounding, amounts)
        if formulas is None:
            sheet.intro = [*sheet.intro, VALUE]
        self.amounts.add(sheet, key, own, formulas or amounts)
        total = sum(sum(each.amounts) for each in known)
        letters = "+".join(f"SUM([post{number}:])" for number in range(len(known)))
        whole = Shown(f"={letters}", total)
        self.amounts.add_below(sheet, key, own, "Posternas belopp sammanlagt", whole)


def _add_posts(sheet: Sheet, known: Sequence[PostOnSheet]) -> None:
    """Adds a column for each post, fetched from its sheet."""
    for number, each in enumerate(known):
        cells = [
            Shown(f"={each.sheet.cell('belopp', row)}", amount)
            for row, amount in enumerate(each.amounts)
        ]
        sheet.columns.append(
            Column(f"post{number}", each.post.label, 16, Look.WHOLE, cells, each.marks)
        )


def _add_published(sheet: Sheet, own: Sequence[AmountRow], unknown: str) -> None:
    """Adds what was published in the place of a sum that rests on an unknown key."""
    sheet.intro = [
        *sheet.intro,
        f"Summan kan inte räknas fram: nyckeln till {unknown} är inte känd. Det som är "
        "publicerat visas som publicerat.",
    ]
    published = [row.published_sek for row in own]
    marks = [MARKS[Maturity.UNRESOLVED] if sek is not None else "" for sek in published]
    sheet.columns.append(
        Column("publicerat", "Publicerad summa, kr", 18, Look.WHOLE, published, marks, given=True)
    )
