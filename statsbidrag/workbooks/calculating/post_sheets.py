"""The sheet of one post in `allocation.xlsx`: its key step by step, rounded, and what is paid.

Belongs here: what a post's sheet is made of, in which order. Does not: the key's formulas
(`key_formulas`), or sums over posts (`sum_sheets`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from schemas.agreement import Agreement, Post, Rounding
from schemas.common import Maturity
from schemas.tables import BasisTable
from statsbidrag.allocation.amounts import AmountRow, Measured, split_post
from statsbidrag.allocation.figures import MARKS, MATURITIES
from statsbidrag.allocation.keys import met
from statsbidrag.allocation.rounding import round_column, round_sums
from statsbidrag.register.recipients import Register
from statsbidrag.swedish.key_sentences import key_in_words, rounding_in_words
from statsbidrag.swedish.typography import sentence, stopped
from statsbidrag.workbooks.book import Shown
from statsbidrag.workbooks.calculating.amount_columns import Amounts, mark_of, recipient_columns
from statsbidrag.workbooks.calculating.key_formulas import add_key
from statsbidrag.workbooks.calculating.overview_sheets import cited
from statsbidrag.workbooks.calculating.population_sheets import PopulationSheets
from statsbidrag.workbooks.calculating.rounding_formulas import needs_unit, rounding_columns, shown
from statsbidrag.workbooks.calculating.sheet import Column, Content, Fact, Look, Sheet
from statsbidrag.workbooks.calculating.spreadsheet_precision import Parts, plain
from statsbidrag.workbooks.calculating.step_columns import NO, YES, StepColumns
from statsbidrag.workbooks.calculating.sum_formulas import VALUE, PostOnSheet
from statsbidrag.workbooks.calculating.unique_names import UniqueNames


@dataclass(frozen=True)
class PostSheets:
    """The sheets of an agreement's posts, made one after another.

    `posts` is the sheet that lists them, which their sums are fetched from.
    """

    agreement: Agreement
    register: Register
    basis: BasisTable
    amounts: Amounts
    figures: PopulationSheets
    names: UniqueNames
    posts: Sheet

    def unresolved(self, post: Post) -> Sheet:
        """A post whose key nobody knows: what was published, and nothing computed."""
        sheet, own = self._sheet(post), self.amounts.of(post.id, post.recipients)
        said = self.amounts.mark_in_words(Maturity.UNRESOLVED)
        sheet.intro = [*sheet.intro, stopped(post.unresolved), said]
        sheet.columns += recipient_columns(own)
        sheet.facts.append(Fact("post", "Postens belopp", post.amount))
        marks = [MARKS[Maturity.UNRESOLVED]] * len(own)
        published = [row.published_sek for row in own]
        sheet.columns += [
            Column("publicerat", "Publicerat, kr", 18, Look.WHOLE, published, marks, given=True),
            Column("mognad", "Underlaget är", 30, Look.TEXT, [MATURITIES[r.maturity] for r in own]),
        ]
        return sheet

    def calculated(self, post: Post) -> PostOnSheet:
        """A post whose key is known: every amount as a formula, where one can be trusted."""
        sheet, own = self._sheet(post), self.amounts.of(post.id, post.recipients)
        rounding = self.agreement.rounding_of(post)
        marks_in_words = self.amounts.marks_in_words(own)
        sheet.intro = [*sheet.intro, *marks_in_words, rounding_in_words(rounding)]
        sheet.columns += recipient_columns(own)
        on = self._step_columns(sheet, post, own)
        parts, same = add_key(on)
        exact = [on.split.exact(code) for code in on.codes]
        whole = _to_share(on)
        rounded = _add_rounded(sheet, rounding, parts, exact)
        paid = _add_condition(on, own, rounded)
        self.amounts.add(sheet, post.id, own, paid)
        label = "Att fördela på mottagarna"
        self.amounts.add_below(sheet, post.id, own, label, Shown("={summa}", whole.value))
        return PostOnSheet(
            post,
            sheet,
            parts,
            same,
            _paid_shares(on, exact),
            [row.amount_sek or 0 for row in own],
            [mark_of(row) for row in own],
        )

    def _sheet(self, post: Post) -> Sheet:
        recipients = sentence(self.register.words[post.recipients].singular)
        name = self.names.of_sheet(f"{recipients} {post.label}")
        sheet = Sheet(name, f"{recipients}: {post.label}")
        sheet.intro = [
            *([post.title] if post.title != post.label else []),
            stopped(f"Nyckel: {key_in_words(self.agreement, post, self.register.words)}"),
            stopped(f"Var det står: {cited(self.agreement, post)}"),
        ]
        return sheet

    def _step_columns(self, sheet: Sheet, post: Post, own: Sequence[AmountRow]) -> StepColumns:
        codes = [row.recipient_code for row in own]
        return StepColumns(
            sheet=sheet,
            agreement=self.agreement,
            post=post,
            codes=codes,
            split=split_post(self.agreement, post, self.register, self.basis),
            figures=self.figures,
            measured=Measured(self.agreement, post, codes, self.basis),
            types=self.register.words,
            amount=self.posts.cell("belopp", self.agreement.posts.index(post)),
            amount_name=self.names.of_range("Post", post.id),
        )


def _to_share(on: StepColumns) -> Shown:
    """Adds what of the post goes to recipients, as the fact `summa`."""
    formula = "={post}" + "".join(f"-{each}" for each in on.outside)
    whole = Shown(formula, plain([on.post.amount - on.split.outside])[0])
    on.sheet.facts.append(Fact("summa", "Att fördela på mottagarna", whole))
    return whole


def _add_rounded(
    sheet: Sheet, rounding: Rounding, parts: Parts, exact: Sequence[Fraction]
) -> Sequence[Content]:
    """The rounded amounts, with the columns that they need; values where no formula is trusted."""
    amounts = round_column(exact, rounding)
    if not sheet.has("hela"):
        return shown("[exakt]", amounts)
    if needs_unit(rounding):
        sheet.facts.append(Fact("enhet", "Avrundas till, kr", rounding.unit))
    if not parts.agree(lambda shares: round_sums(shares, rounding), amounts):
        sheet.intro = [*sheet.intro, VALUE]
        return amounts
    extra, formulas = rounding_columns(rounding, parts, amounts)
    sheet.columns += extra
    return formulas


def _add_condition(
    on: StepColumns, own: Sequence[AmountRow], rounded: Sequence[Content]
) -> Sequence[Content]:
    """What is paid, where only those are paid who meet something; else the rounded amounts."""
    members = _members(on)
    if members is None:
        return rounded
    said = [YES if code in members else NO for code in on.codes]
    on.sheet.columns += [
        Column("villkor", "Villkoret uppfyllt", 12, Look.TEXT, said, given=True),
        Column("avrundat", "Avrundat, kr", 15, Look.WHOLE, rounded),
    ]
    amounts = [row.amount_sek or 0 for row in own]
    return shown(f'IF([villkor]="{YES}",[avrundat],0)', amounts)


def _paid_shares(on: StepColumns, exact: Sequence[Fraction]) -> Sequence[Fraction]:
    members = _members(on)
    if members is None:
        return exact
    return [e if c in members else e * 0 for c, e in zip(on.codes, exact, strict=True)]


def _members(on: StepColumns) -> set[str] | None:
    """Who meets the post's condition; None where it has none."""
    if on.post.condition is None:
        return None
    return met(on.codes, on.agreement.groups[on.post.condition.met_by])
