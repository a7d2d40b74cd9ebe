"""From exact shares to whole kronor: what each convention promises, and does."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from schemas.agreement import Rounding, RoundingMethod, TotalsFrom
from statsbidrag.allocation.rounding import (
    half_up,
    largest_remainder,
    residual_to_largest,
    round_column,
)

F = Fraction
THIRDS = [F(10, 3)] * 3
"""The worked example of the module's docstring: 10 kr to three equal recipients."""

units = st.sampled_from([1, 10, 100_000])


@st.composite
def shares(draw: st.DrawFn) -> tuple[list[Fraction], int, int]:
    """Exact shares of a whole number of units, by weights: as any key makes them."""
    weights = draw(st.lists(st.integers(0, 1_000_000), min_size=1, max_size=30))
    assume(sum(weights) > 0)
    unit = draw(units)
    total = draw(st.integers(0, 10_000)) * unit
    return [F(total * weight, sum(weights)) for weight in weights], total, unit


@pytest.mark.parametrize(
    ("exact", "expected"),
    [
        (F(0), 0),
        (F(1, 2), 1),
        (F(3, 2), 2),  # banker's rounding would give 2 here,
        (F(5, 2), 3),  # and 2 here
        (F(49999999999, 100000000000), 0),
        (F(-1, 2), 0),  # up is towards plus infinity
        (F(-3, 2), -1),
        (F(2**60) + F(1, 2), 2**60 + 1),  # no float holds this
    ],
)
def test_a_half_goes_up(exact: Fraction, expected: int) -> None:
    assert half_up(exact) == expected


@pytest.mark.parametrize(
    ("exact", "expected"),
    [(F(49_999), 0), (F(50_000), 100_000), (F(149_999), 100_000), (F(150_000), 200_000)],
)
def test_half_up_to_a_hundred_thousand(exact: Fraction, expected: int) -> None:
    assert half_up(exact, 100_000) == expected


@given(st.fractions(min_value=-(10**12), max_value=10**12), units)
def test_half_up_is_the_nearest_unit(exact: Fraction, unit: int) -> None:
    rounded = half_up(exact, unit)
    assert rounded % unit == 0
    assert -F(unit, 2) < rounded - exact <= F(unit, 2)


def test_the_worked_example() -> None:
    assert [half_up(share) for share in THIRDS] == [3, 3, 3]
    assert largest_remainder(THIRDS, 10) == [4, 3, 3]
    assert residual_to_largest(THIRDS, 10) == [4, 3, 3]


def test_largest_remainder_by_hand() -> None:
    # 2.6 + 1.7 + 0.7 + 5.0 = 10: down gives 2, 1, 0, 5, and two kronor are left.
    # The largest fractions are .7 and .7: both go before .6.
    assert largest_remainder([F(26, 10), F(17, 10), F(7, 10), F(5)], 10) == [2, 2, 1, 5]


def test_ties_go_to_the_earlier() -> None:
    assert largest_remainder([F(1, 2), F(1, 2), F(1, 2), F(1, 2)], 2) == [1, 1, 0, 0]
    assert residual_to_largest([F(5, 2), F(5, 2)], 5) == [2, 3]


def test_the_residual_goes_to_the_largest_whichever_way() -> None:
    # 0.5 + 0.5 + 9.0: half up gives 1 + 1 + 9 = 11, one too much, taken from the largest.
    assert residual_to_largest([F(1, 2), F(1, 2), F(9)], 10) == [1, 1, 8]
    # 0.4 + 0.4 + 9.2 is 10, half up 0 + 0 + 9: one too little.
    assert residual_to_largest([F(4, 10), F(4, 10), F(92, 10)], 10) == [0, 0, 10]


def test_units_of_a_hundred_thousand() -> None:
    # One million to three equal recipients in whole 100 000: 3, 3, 3 and one left.
    exact = [F(1_000_000, 3)] * 3
    assert largest_remainder(exact, 1_000_000, 100_000) == [400_000, 300_000, 300_000]
    assert residual_to_largest(exact, 1_000_000, 100_000) == [400_000, 300_000, 300_000]


def test_the_alabama_paradox_is_there() -> None:
    # Weights 6, 6, 2 (Wikipedia, "Apportionment paradox"): with one seat more, the third loses one.
    def seats(total: int) -> list[int]:
        return largest_remainder([F(total * weight, 14) for weight in (6, 6, 2)], total)

    assert seats(10) == [4, 4, 2]
    assert seats(11) == [5, 5, 1]


@given(shares())
@example(([F(0)], 0, 1))
def test_largest_remainder_keeps_sum_and_quota(case: tuple[list[Fraction], int, int]) -> None:
    exact, total, unit = case
    rounded = largest_remainder(exact, total, unit)
    assert sum(rounded) == total
    for share, amount in zip(exact, rounded, strict=True):
        assert amount % unit == 0
        assert abs(amount - share) < unit
        assert amount >= 0


@given(shares(), st.randoms(use_true_random=False))
def test_largest_remainder_does_not_depend_on_order_but_for_ties(
    case: tuple[list[Fraction], int, int], random: object
) -> None:
    exact, total, unit = case
    order = list(range(len(exact)))
    random.shuffle(order)  # type: ignore[attr-defined]
    rounded = largest_remainder(exact, total, unit)
    shuffled = largest_remainder([exact[i] for i in order], total, unit)
    ties = len({share / unit % 1 for share in exact}) < len(exact)
    pairs = [(exact[i], amount) for i, amount in zip(order, shuffled, strict=True)]
    if ties:
        # Equal fractions may change places, but as many of each are rounded up.
        def ups(found: list[tuple[Fraction, int]]) -> list[tuple[Fraction, bool]]:
            return sorted((share / unit % 1, amount > share) for share, amount in found)

        assert ups(pairs) == ups(list(zip(exact, rounded, strict=True)))
    else:
        assert sorted(pairs) == sorted(zip(exact, rounded, strict=True))


@given(shares())
def test_the_residual_keeps_the_sum_and_touches_one(case: tuple[list[Fraction], int, int]) -> None:
    exact, total, unit = case
    rounded = residual_to_largest(exact, total, unit)
    assert sum(rounded) == total
    changed = [index for index, share in enumerate(exact) if rounded[index] != half_up(share, unit)]
    assert changed in ([], [exact.index(max(exact))])


@pytest.mark.parametrize("method", [largest_remainder, residual_to_largest])
def test_shares_that_do_not_sum_are_refused(method: object) -> None:
    call = method
    assert callable(call)
    with pytest.raises(ValueError, match="the shares sum to 10, not to 11"):
        call(THIRDS, 11)
    with pytest.raises(ValueError, match="10 kr is not a whole number of 3 kr"):
        call(THIRDS, 10, 3)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        (RoundingMethod.HALF_UP, [3, 3, 3]),
        (RoundingMethod.LARGEST_REMAINDER, [4, 3, 3]),
        (RoundingMethod.RESIDUAL_TO_LARGEST, [4, 3, 3]),
    ],
)
def test_a_column_by_each_convention(method: RoundingMethod, expected: list[int]) -> None:
    rounding = Rounding(method=method, unit=1, totals=TotalsFrom.UNROUNDED)
    assert round_column(THIRDS, rounding) == expected


def test_a_column_that_is_not_whole_kronor_is_refused() -> None:
    rounding = Rounding(
        method=RoundingMethod.LARGEST_REMAINDER, unit=1, totals=TotalsFrom.UNROUNDED
    )
    with pytest.raises(ValueError, match="the shares sum to 1/2, not to whole kronor"):
        round_column([F(1, 4), F(1, 4)], rounding)
