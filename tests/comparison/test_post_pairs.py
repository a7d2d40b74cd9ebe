"""Which posts of two agreements correspond, and what became of each: agreements made for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from statsbidrag.comparison.areas import Areas, corresponding
from statsbidrag.comparison.post_pairs import PostPair, post_pairs
from statsbidrag.comparison.sides import Side
from tests.helpers import made

PERSONS = {"01": 500, "02": 300, "03": 200}
BY_POPULATION = {"rest": {"by": "population"}}
EQUALLY = {"rest": {"by": "equal"}}
CONDITION = {"text": "Plan.", "met_by": "stor", "reference": {"source": "avtal"}}


def side(year: int, *posts: Mapping[str, Any], **changes: Any) -> Side:
    data = made.agreement(*posts, id=f"prov-{year}", year=year, **changes)
    computed = made.computed(data, PERSONS)
    return Side(computed.agreement, computed.allocation)


def pairs(before: Side, after: Side) -> list[PostPair]:
    return post_pairs(before, after, corresponding(before.agreement, after.agreement))


def ids(found: list[PostPair]) -> list[tuple[str | None, str | None]]:
    return [
        (pair.before.id if pair.before else None, pair.after.id if pair.after else None)
        for pair in found
    ]


SUCCEEDS = {"areas": [{"id": "prov", "title": "Prov", "succeeds": ["prov-2024/prov"]}]}


def test_posts_correspond_by_id_then_by_last_word_then_as_the_only_ones_left() -> None:
    before = side(
        2024,
        made.post("lan/ett", 100, BY_POPULATION),
        made.post("lan/del/tva", 100, BY_POPULATION),
        made.post("lan/tre", 100, BY_POPULATION),
    )
    after = side(
        2025,
        made.post("lan/fyra", 100, BY_POPULATION),
        made.post("lan/tva", 100, BY_POPULATION),
        made.post("lan/ett", 100, BY_POPULATION),
        **SUCCEEDS,
    )
    assert ids(pairs(before, after)) == [
        ("lan/tre", "lan/fyra"),
        ("lan/del/tva", "lan/tva"),
        ("lan/ett", "lan/ett"),
    ]


def test_of_several_that_are_left_none_is_guessed() -> None:
    before = side(2024, made.post("lan/ett", 100, EQUALLY), made.post("lan/tva", 100, EQUALLY))
    after = side(2025, made.post("lan/tre", 100, EQUALLY), **SUCCEEDS)
    assert ids(pairs(before, after)) == [
        (None, "lan/tre"),
        ("lan/ett", None),
        ("lan/tva", None),
    ]


def test_posts_of_areas_that_do_not_correspond_are_others() -> None:
    before = side(2024, made.post("lan/ett", 100, EQUALLY))
    after = side(2025, made.post("lan/ett", 100, EQUALLY))
    found = pairs(before, after)
    assert ids(found) == [(None, "lan/ett"), ("lan/ett", None)]
    assert not any(pair.key_changed or pair.amount_changed for pair in found)
    assert post_pairs(before, after, [Areas(("prov",), ("prov",))])[0].before is not None


def test_a_pair_of_no_post_is_none() -> None:
    with pytest.raises(ValueError, match="at least one"):
        _ = PostPair(None, None).recipients


def stor(*members: str) -> dict[str, Any]:
    return {"groups": {"stor": {"recipients": "lan", "title": "De stora", "members": members}}}


@pytest.mark.parametrize(
    ("old", "new", "amount", "key"),
    [
        (
            made.post("lan/ett", 100, BY_POPULATION),
            made.post("lan/ett", 100, BY_POPULATION),
            False,
            False,
        ),
        (made.post("lan/ett", 100, EQUALLY), made.post("lan/ett", 90, EQUALLY), True, False),
        (made.post("lan/ett", 100, EQUALLY), made.post("lan/ett", 100, BY_POPULATION), False, True),
        (
            made.post("lan/ett", 100, unresolved="Okänd."),
            made.post("lan/ett", 100, EQUALLY),
            False,
            True,
        ),
        (
            made.post("lan/ett", 100, EQUALLY),
            made.post("lan/ett", 100, EQUALLY, condition=CONDITION),
            False,
            True,
        ),
    ],
)
def test_what_became_of_a_post(
    old: dict[str, Any], new: dict[str, Any], amount: bool, key: bool
) -> None:
    [pair] = pairs(side(2024, old, **stor("01")), side(2025, new, **SUCCEEDS, **stor("01")))
    assert (pair.amount_changed, pair.key_changed, pair.regrouped) == (amount, key, ())


@pytest.mark.parametrize(
    "key",
    [
        [{"fixed": 10, "except": {"stor": 20}}, EQUALLY],
        [{"rest": {"by": "equal", "exclude": ["stor"]}}],
        [{"part": {"share": "40 %", "by": "equal", "exclude": ["stor"]}}, EQUALLY],
    ],
)
def test_a_group_with_other_members_is_another_key(key: list[dict[str, Any]]) -> None:
    post = made.post("lan/ett", 100, *key)
    before = side(2024, post, **stor("01", "02"))
    [pair] = pairs(before, side(2025, post, **SUCCEEDS, **stor("01")))
    assert pair.regrouped == ("De stora",)
    assert pair.key_changed
    [same] = pairs(before, side(2025, post, **SUCCEEDS, **stor("02", "01")))
    assert not same.key_changed


def test_a_supplement_keeps_its_posts_whatever_area_they_are_in() -> None:
    before = side(2025, made.post("lan/ett", 100, EQUALLY), made.post("lan/tva", 100, EQUALLY))
    areas = [{"id": "prov", "title": "Prov"}, {"id": "annat", "title": "Annat"}]
    computed = made.computed(
        made.agreement(
            made.post("lan/ny", 150, EQUALLY, replaces="lan/ett", area="annat"),
            made.post("lan/tva", 100, EQUALLY, area="annat"),
            id="prov-2025-tillagg",
            supplements="prov-2025",
            areas=areas,
        ),
        PERSONS,
    )
    after = Side(computed.agreement, computed.allocation)
    assert ids(pairs(before, after)) == [("lan/ett", "lan/ny"), ("lan/tva", "lan/tva")]
