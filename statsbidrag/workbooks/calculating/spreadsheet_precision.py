"""Exact shares as a spreadsheet can hold them: whole kronor, and what is over in a denominator.

Belongs here: the shares of a column, and when they are exact in a spreadsheet's numbers. Does not:
any formula.

A spreadsheet counts in doubles: whole numbers are exact up to 2^53, fractions never quite. A share
of 47 1/3 kr is therefore held as 47 whole kronor and 1 of the denominator 3, both whole numbers.
Where numbers would grow too large, or a share has no single denominator, it is held as whole kronor
and millionths; every formula is then tried here against the exact amounts, and one that could come
out otherwise is not written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Final

LARGEST: Final = 2**53
"""Whole numbers up to this are exact in a spreadsheet."""

COMPARED: Final = 10**15
"""Spreadsheets compare fifteen digits."""

MILLIONTHS: Final = 10**6
_SLACK: Final = Fraction(2, 10 * MILLIONTHS)
"""More than a double is off by, of what a post can hold."""


@dataclass(frozen=True)
class Parts:
    """A column of shares as the workbook holds it.

    `whole` and `over` are what its two columns show, in the order of the rows, and `denominator`
    the number that `over` is counted in. `variants` are the shares as a spreadsheet may have them:
    the exact ones alone where nothing is lost.
    """

    whole: tuple[int, ...]
    over: tuple[int, ...]
    denominator: int
    variants: tuple[tuple[Fraction, ...], ...]

    def agree(self, rounded: Callable[[Sequence[Fraction]], list[int]], wanted: list[int]) -> bool:
        """Whether every way in which a spreadsheet may have the shares is rounded as it should."""
        return all(rounded(list(shares)) == wanted for shares in self.variants)


def whole_parts(exact: Sequence[Fraction], denominator: int) -> Parts:
    """Shares whose denominators all divide one number: exact."""
    whole = tuple(floor(share) for share in exact)
    over = tuple(
        int((share - kronor) * denominator) for share, kronor in zip(exact, whole, strict=True)
    )
    return Parts(whole, over, denominator, (tuple(exact),))


def decimal_parts(exact: Sequence[Fraction]) -> Parts:
    """Shares to six decimals, as a spreadsheet rounds them, give or take what a double loses."""
    variants = tuple(
        tuple(in_millionths(share + off) for share in exact)
        for off in (Fraction(0), -_SLACK, _SLACK)
    )
    plain = whole_parts(variants[0], MILLIONTHS)
    return Parts(plain.whole, plain.over, MILLIONTHS, variants)


def in_millionths(share: Fraction) -> Fraction:
    """The share rounded to six decimals, a half upwards."""
    return Fraction(floor(share * MILLIONTHS + Fraction(1, 2)), MILLIONTHS)


def plain(values: Sequence[Fraction]) -> list[int | float]:
    """Values as a cell holds them: whole numbers as such, others as the nearest double."""
    return [int(value) if value.denominator == 1 else float(value) for value in values]
