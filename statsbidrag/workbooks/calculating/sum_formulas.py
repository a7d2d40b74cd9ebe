"""Sums over several posts as formulas: a recipient's total, and what a post's parts come to.

Belongs here: the sheet of one sum. Does not: which posts are summed, nor the posts' own sheets
(`key_formulas`).

A sum is rounded from the unrounded shares: whole kronor are added, and what is over in each post is
brought to one denominator, so that the sum is as exact as its parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Final

from schemas.agreement import Post, Rounding, RoundingMethod, TotalsFrom
from statsbidrag.allocation.rounding import half_up, round_sums
from statsbidrag.workbooks.book import Shown
from statsbidrag.workbooks.calculating.rounding_formulas import needs_unit, rounding_columns, shown
from statsbidrag.workbooks.calculating.sheet import Column, Fact, Look, Sheet
from statsbidrag.workbooks.calculating.spreadsheet_precision import COMPARED, Parts, whole_parts

VALUE: Final = (
    "Beloppen står som värden: ett kalkylblad kan inte säkert avrunda dem, eftersom "
    "bråken är för stora för det. De är räknade exakt."
)
"""What is said of amounts that no formula is trusted with."""


@dataclass(frozen=True)
class PostOnSheet:
    """A post that is on its sheet: its exact shares and amounts by row, as paid."""

    post: Post
    sheet: Sheet
    parts: Parts
    same: str
    exact: Sequence[Fraction]
    amounts: Sequence[int]
    marks: Sequence[str]

    @property
    def whole(self) -> bool:
        """Whether the shares are whole kronor that needed no rounding."""
        return not self.sheet.has("hela")

    def held(self, variant: int) -> Sequence[Fraction]:
        """The shares that are paid, as a spreadsheet may have them."""
        shares = self.parts.variants[min(variant, len(self.parts.variants) - 1)]
        return [
            share if paid else Fraction(0) for share, paid in zip(shares, self.exact, strict=True)
        ]

    def term(self, key: str, row: int) -> str:
        """The cell of a column as the sum has it: nothing where nothing is paid."""
        own = self.sheet.cell(key, row)
        if not self.sheet.has("villkor") or key == "belopp":
            return own
        return f'IF({self.sheet.cell("villkor", row)}="ja",{own},0)'


def add_sum(
    sheet: Sheet, posts: Sequence[PostOnSheet], rounding: Rounding, amounts: Sequence[int]
) -> list[Shown] | None:
    """Adds what a sum needs to its sheet; the sums as formulas, None where none is trusted."""
    if rounding.totals == TotalsFrom.PRINTED:
        return shown("+".join(f"[post{n}]" for n in range(len(posts))), amounts)
    parted = [each for each in posts if not each.whole]
    if not parted and rounding.unit == 1:
        return shown("+".join(f"[post{n}]" for n in range(len(posts))), amounts)
    parts = _held(posts, parted)
    if parts is None or not parts.agree(lambda s: round_sums(s, rounding), list(amounts)):
        return None
    _facts(sheet, parted, parts, rounding)
    _columns(sheet, posts, parted, parts)
    extra, formulas = rounding_columns(rounding, parts, amounts)
    sheet.columns += extra
    return formulas


def _held(posts: Sequence[PostOnSheet], parted: Sequence[PostOnSheet]) -> Parts | None:
    """The exact sums in one denominator; None where a spreadsheet cannot compare such numbers."""
    denominators = {each.same: each.parts.denominator for each in parted}
    common = prod(denominators.values())
    if 4 * common * max(len(parted), 1) >= COMPARED:
        return None
    variants = tuple(
        tuple(sum(own, Fraction(0)) for own in zip(*(p.held(v) for p in posts), strict=True))
        for v in range(max((len(each.parts.variants) for each in parted), default=1))
    )
    plain = whole_parts(variants[0], common)
    return Parts(plain.whole, plain.over, common, variants)


def _facts(sheet: Sheet, parted: Sequence[PostOnSheet], parts: Parts, rounding: Rounding) -> None:
    alike = _alike(parted)
    for number, posts in enumerate(alike, start=1):
        own = Shown(f"={posts[0].sheet.fact('namnare')}", posts[0].parts.denominator)
        names = ", ".join(each.post.label for each in posts)
        sheet.facts.append(Fact(f"namnare{number}", f"Nämnare {number}", own, note=names))
    product = "*".join(f"{{namnare{n}}}" for n in range(1, len(alike) + 1)) or "1"
    common = Shown(f"={product}", parts.denominator)
    sheet.facts.append(Fact("namnare", "Gemensam nämnare", common))
    if needs_unit(rounding):
        sheet.facts.append(Fact("enhet", "Avrundas till, kr", rounding.unit))
    if rounding.method != RoundingMethod.HALF_UP:
        whole = "SUM([hela:])+SUM([over:])/{namnare}"
        formula = f"=ROUND(({whole})/{{enhet}},0)*{{enhet}}"
        if not needs_unit(rounding):
            formula = f"=ROUND({whole},0)"
        total = half_up(sum(parts.variants[0], Fraction(0)), rounding.unit)
        label = "Att fördela på mottagarna, kr"
        sheet.facts.append(Fact("summa", label, Shown(formula, total)))


def _columns(
    sheet: Sheet, posts: Sequence[PostOnSheet], parted: Sequence[PostOnSheet], parts: Parts
) -> None:
    rows = range(len(parts.whole))
    over = _over(parted, parts.denominator, rows)
    whole = [
        Shown(
            "=" + "+".join(p.term("belopp" if p.whole else "hela", row) for p in posts),
            sum(_whole(p, row) for p in posts),
        )
        for row in rows
    ]
    if len(parted) <= 1:
        sheet.columns += [
            _column("hela", "Hela kronor", whole),
            _column("over", "Blir över, i nämnaren", over, 20),
        ]
        return
    carry = "+".join(f"([rester]>={n}*{{namnare}})" for n in range(1, len(parted)))
    carried = [int(rest.value) // parts.denominator for rest in over]
    sheet.columns += [
        _column("helasom", "Hela kronor i posterna", whole),
        _column("rester", "Det som blir över i posterna", over, 20),
        _column("fors", "Blir hela kronor", shown(carry, carried), 10),
        _column("hela", "Hela kronor", shown("[helasom]+[fors]", parts.whole)),
        _column(
            "over", "Blir över, i nämnaren", shown("[rester]-[fors]*{namnare}", parts.over), 20
        ),
    ]


def _over(parted: Sequence[PostOnSheet], denominator: int, rows: Iterable[int]) -> list[Shown]:
    """What is over in the posts, brought to the common denominator."""
    alike = _alike(parted)

    def formula(row: int) -> str:
        terms = []
        for number, posts in enumerate(alike, start=1):
            own = "+".join(p.term("over", row) for p in posts)
            terms.append(f"({own})*({{namnare}}/{{namnare{number}}})")
        return "+".join(terms) or "0"

    def value(row: int) -> int:
        return sum(
            p.parts.over[row] * (denominator // p.parts.denominator) * _paid(p, row) for p in parted
        )

    return [Shown(f"={formula(row)}", value(row)) for row in rows]


def _alike(parted: Sequence[PostOnSheet]) -> list[list[PostOnSheet]]:
    """The posts by their denominator, in the order in which each is met first."""
    found: dict[str, list[PostOnSheet]] = {}
    for each in parted:
        found.setdefault(each.same, []).append(each)
    return [*found.values()]


def _column(key: str, heading: str, cells: Sequence[Shown], width: int = 15) -> Column:
    return Column(key, heading, width, Look.WHOLE, cells)


def _paid(post: PostOnSheet, row: int) -> int:
    return int(bool(post.exact[row]))


def _whole(post: PostOnSheet, row: int) -> int:
    return (post.amounts if post.whole else post.parts.whole)[row] * _paid(post, row)
