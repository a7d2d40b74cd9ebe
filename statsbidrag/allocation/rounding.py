"""From exact shares to whole kronor: the three conventions in real use.

Belongs here: pure functions on fractions. Does not: which convention applies (agreement data).

Worked example, used in the tests: 10 kr to three equal recipients, 10/3 each.
Half up gives 3, 3, 3 (sum 9). Largest remainder gives 4, 3, 3. The residual put on the largest
recipient gives 4, 3, 3 as well (ties go to the first).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import floor

from schemas.agreement import Rounding, RoundingMethod


def half_up(exact: Fraction, unit: int = 1) -> int:
    """The nearest multiple of `unit` kronor; a half goes up."""
    return floor(exact / unit + Fraction(1, 2)) * unit


def largest_remainder(exact: Sequence[Fraction], total: int, unit: int = 1) -> list[int]:
    """Whole units that sum to `total`, each less than one unit from its exact share.

    The units that rounding down leaves over go to the largest fractions, ties to the earlier
    recipient (the lower code). Raises ValueError if `exact` does not sum to `total`, or `total` is
    not a whole number of units.
    """
    _require_sum(exact, total, unit)
    return _largest_remainder(exact, total, unit)


def _largest_remainder(exact: Sequence[Fraction], total: int, unit: int) -> list[int]:
    down = [floor(share / unit) for share in exact]
    left = total // unit - sum(down)
    by_fraction = sorted(range(len(exact)), key=lambda i: (down[i] - exact[i] / unit, i))
    for i in by_fraction[:left]:
        down[i] += 1
    return [units * unit for units in down]


def residual_to_largest(exact: Sequence[Fraction], total: int, unit: int = 1) -> list[int]:
    """Each share half up; the difference to `total` is put on the largest exact share.

    Ties go to the earlier recipient. Raises ValueError as `largest_remainder` does.
    """
    _require_sum(exact, total, unit)
    return _residual_to_largest(exact, total, unit)


def _residual_to_largest(exact: Sequence[Fraction], total: int, unit: int) -> list[int]:
    rounded = [half_up(share, unit) for share in exact]
    if rounded:
        largest = max(range(len(exact)), key=lambda i: (exact[i], -i))
        rounded[largest] += total - sum(rounded)
    return rounded


def round_column(exact: Sequence[Fraction], rounding: Rounding) -> list[int]:
    """A column of exact shares, rounded by an agreement's convention.

    Raises ValueError where the convention promises an exact sum and the shares do not sum to a
    whole number of units.
    """
    if rounding.method == RoundingMethod.HALF_UP:
        return [half_up(share, rounding.unit) for share in exact]
    total = sum(exact, Fraction(0))
    if total.denominator != 1:
        raise ValueError(f"the shares sum to {total}, not to whole kronor")
    _require_sum(exact, int(total), rounding.unit)
    return round_sums(exact, rounding)


def round_sums(exact: Sequence[Fraction], rounding: Rounding) -> list[int]:
    """Recipients' sums over several posts, rounded by an agreement's convention.

    What a rule keeps back (a condition that is not met, a pot) may leave a sum that is not whole.
    Where the convention promises an exact sum, that is then the nearest whole unit.
    Example: 1/2 and 2, where a third one's 1/2 is withheld: largest remainder makes 1 and 2.
    """
    if rounding.method == RoundingMethod.HALF_UP:
        return [half_up(share, rounding.unit) for share in exact]
    total = half_up(sum(exact, Fraction(0)), rounding.unit)
    if rounding.method == RoundingMethod.LARGEST_REMAINDER:
        return _largest_remainder(exact, total, rounding.unit)
    return _residual_to_largest(exact, total, rounding.unit)


def _require_sum(exact: Sequence[Fraction], total: int, unit: int) -> None:
    if sum(exact, Fraction(0)) != total:
        raise ValueError(f"the shares sum to {sum(exact, Fraction(0))}, not to {total}")
    if total % unit:
        raise ValueError(f"{total} kr is not a whole number of {unit} kr")
