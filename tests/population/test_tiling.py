"""Which intervals of ages make another one: the fewest, without gap or overlap."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from schemas.tables import OPEN_AGE
from statsbidrag.population.tiling import Span, fewest

SINGLE = [(age, age) for age in range(100)]
FIVES = [(age, age + 4) for age in range(0, 100, 5)]
TENS = [(age, age + 9) for age in range(0, 100, 10)]
OLDEST = (100, OPEN_AGE)
EVERYONE = (0, OPEN_AGE)


def test_0_to_18_of_single_years_and_five_year_classes_are_seven_figures() -> None:
    """0–4, 5–9, 10–14, and 15, 16, 17, 18 one by one."""
    found = fewest([*SINGLE, *FIVES, OLDEST, EVERYONE], 0, 18)
    assert found == [(0, 4), (5, 9), (10, 14), (15, 15), (16, 16), (17, 17), (18, 18)]


def test_with_ten_year_classes_they_are_six() -> None:
    found = fewest([*SINGLE, *FIVES, *TENS, OLDEST], 0, 18)
    assert found == [(0, 9), (10, 14), (15, 15), (16, 16), (17, 17), (18, 18)]


def test_the_published_total_is_one() -> None:
    assert fewest([*SINGLE, OLDEST, EVERYONE], 0) == [EVERYONE]
    assert fewest([*SINGLE, OLDEST], 0) == [*SINGLE, OLDEST]
    assert fewest([*FIVES, OLDEST], 65) == [*FIVES[13:], OLDEST]


def test_no_way_where_an_age_is_missing_or_cannot_be_cut() -> None:
    assert fewest(FIVES, 0, 18) is None
    assert fewest([span for span in SINGLE if span != (7, 7)], 0, 18) is None
    assert fewest(SINGLE, 0) is None
    assert fewest([], 0, 18) is None


spans = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 3)).map(lambda t: (t[0], t[0] + t[1])), max_size=9
)


@given(spans)
def test_none_of_all_choices_is_shorter(spans: list[Span]) -> None:
    ways = [
        list(choice)
        for size in range(1, len(set(spans)) + 1)
        for choice in combinations(sorted(set(spans)), size)
        if (choice[0][0], choice[-1][1]) == (0, 7)
        and all(b[0] == a[1] + 1 for a, b in pairwise(choice))
    ]
    shortest = [way for way in ways if len(way) == min(map(len, ways))]
    longest_first = sorted(shortest, key=lambda way: [-last for _, last in way])
    assert fewest(spans, 0, 7) == (longest_first[0] if ways else None)
