"""Keys: each kind of step, exactly, and keys that do not fit their post."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.agreement import Group, Post
from schemas.keys import AgeInterval, ShareBy
from statsbidrag.allocation.keys import Measures, UnfitKeyError, fixed, in_proportion, split

F = Fraction
COUNTIES = [f"{number:02}" for number in range(1, 22)]
GROUPS = {"stor": Group.model_validate({"recipients": "lan", "members": ["01", "12", "14"]})}


def population_of(by_ages: Mapping[str, Mapping[str, int]]) -> Measures:
    """Persons per recipient, by age interval as text (`None`: all ages)."""

    def measured(share: ShareBy) -> Mapping[str, int]:
        return by_ages[str(share.ages)]

    return measured


NOBODY = population_of({})


def post(amount: int, *key: dict[str, Any]) -> Post:
    return Post.model_validate(
        {
            "id": "lan/prov",
            "area": "prov",
            "recipients": "lan",
            "title": "Prov",
            "amount": amount,
            "key": key,
            "reference": {"source": "prov"},
        }
    )


def persons(**by_code: int) -> Measures:
    return population_of({"None": {code.removeprefix("c"): n for code, n in by_code.items()}})


def test_a_fixed_sum_with_another_for_a_group() -> None:
    # The docstring's example, and the post lan/brukarmedverkan 2024 (domain.md):
    # 1 million each, 2 to each of three metropolitan counties: 18 + 3 × 2 = 24 million.
    shares = fixed(COUNTIES, 1_000_000, dict.fromkeys(["01", "12", "14"], 2_000_000))
    assert sum(shares.values()) == 24_000_000
    assert shares["12"] == 2_000_000
    assert shares["13"] == 1_000_000


def test_an_amount_by_weights() -> None:
    # The docstring's example.
    assert in_proportion(F(100), {"a": 1, "b": 3}) == {"a": 25, "b": 75}


def test_a_share_is_exact() -> None:
    # A third of one krona is no decimal number.
    assert in_proportion(F(1), {"a": 1, "b": 2}) == {"a": F(1, 3), "b": F(2, 3)}


def test_one_weight_of_zero_gives_nothing() -> None:
    assert in_proportion(F(100), {"a": 0, "b": 3}) == {"a": 0, "b": 100}


def test_no_share_of_nothing() -> None:
    with pytest.raises(UnfitKeyError, match="every recipient's weight is zero"):
        in_proportion(F(100), {"a": 0, "b": 0})


def test_a_base_and_the_rest_by_population() -> None:
    # 100 kr: 5 each to two, the remaining 90 by 3 and 1 persons: 5 + 67.5 and 5 + 22.5.
    found = split(
        post(100, {"fixed": 5}, {"rest": {"by": "population"}}),
        ["01", "02"],
        persons(c01=3, c02=1),
        {},
    )
    assert found.steps == ({"01": F(5), "02": F(5)}, {"01": F(135, 2), "02": F(45, 2)})
    assert (found.exact("01"), found.exact("02")) == (F(145, 2), F(55, 2))


def test_the_rest_in_equal_parts() -> None:
    found = split(post(100, {"rest": {"by": "equal"}}), ["01", "02", "03"], NOBODY, {})
    assert [found.exact(code) for code in ("01", "02", "03")] == [F(100, 3)] * 3


def test_the_rest_by_an_age_interval() -> None:
    ages = AgeInterval.model_validate("0-18")
    population = population_of({str(ages): {"01": 1, "02": 4}, "None": {"01": 1, "02": 1}})
    key = {"rest": {"by": "population", "ages": "0-18"}}
    found = split(post(100, key), ["01", "02"], population, {})
    assert found.exact("02") == 80


def test_only_recipients_share() -> None:
    # The population of a place that does not receive is no part of the whole.
    key = {"rest": {"by": "population"}}
    found = split(post(100, key), ["01", "02"], persons(c01=1, c02=1, c03=98), {})
    assert found.exact("01") == 50


def test_a_key_that_takes_too_much() -> None:
    with pytest.raises(UnfitKeyError, match="the key gives out 3 kr more than the post holds"):
        split(post(39, {"fixed": 2}), COUNTIES, NOBODY, {})


def test_a_key_that_leaves_something() -> None:
    with pytest.raises(UnfitKeyError, match="the key leaves 1 kr of the post to nobody"):
        split(post(43, {"fixed": 2}), COUNTIES, NOBODY, {})


def test_a_group_counts_in_a_split() -> None:
    found = split(post(24, {"fixed": 1, "except": {"stor": 2}}), COUNTIES, NOBODY, GROUPS)
    assert [code for code in COUNTIES if found.exact(code) == 2] == ["01", "12", "14"]


@given(
    st.integers(0, 10**10),
    st.integers(0, 1000),
    st.lists(st.integers(0, 10**7), min_size=1, max_size=40).filter(any),
)
def test_a_key_gives_out_its_whole_post(amount: int, base: int, weights: list[int]) -> None:
    codes = [f"{index:02}" for index in range(len(weights))]
    amount += base * len(codes)
    found = split(
        post(amount, {"fixed": base}, {"rest": {"by": "population"}}),
        codes,
        population_of({"None": dict(zip(codes, weights, strict=True))}),
        {},
    )
    exact = [found.exact(code) for code in codes]
    assert sum(exact) == amount
    assert min(exact) >= base
    by_weight = sorted(zip(weights, exact, strict=True))
    assert [share for _, share in by_weight] == sorted(exact)
