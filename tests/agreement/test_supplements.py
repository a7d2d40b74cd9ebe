"""Supplements: posts added to an agreement, or put in the place of others; and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cases.small_country import EARLIER, FIVE_KOMMUNER, FOUR_COUNTIES, SmallCountry
from tests.helpers import made
from tests.helpers.program import Ended, in_process

BASE, ADDED, MORE = "prov-2025", "prov-2025-tillagg", "prov-2025-tillagg-2"
REST = {"rest": {"by": "population"}}
EQUAL = {"rest": {"by": "equal"}}
OTHER_SOURCE = {"avtal": {"title": "Tilläggsavtalet", "reference_number": "T/2"}}


def supplement(*posts: dict[str, Any], total: int, **changes: Any) -> dict[str, Any]:
    """A supplement to BASE; `total` is that of both together."""
    data = made.agreement(*posts, id=ADDED, supplements=BASE, sources=OTHER_SOURCE)
    data["total"]["amount"] = total
    return {**data, "post_groups": [], "areas": [{"id": "annat", "title": "Annat"}], **changes}


def allocated(country: SmallCountry, agreement_id: str = ADDED, *more: str) -> Ended:
    ended = in_process("--raw", country.root, "allocate", agreement_id, "--format", "csv", *more)
    assert (ended.code, ended.err) == (0, "")
    return ended


def posts_of(ended: Ended) -> list[str]:
    return list(dict.fromkeys(line.split(",")[1] for line in ended.out.splitlines()[1:]))


def refused(country: SmallCountry, agreement_id: str, *said: str) -> str:
    """What is said of an agreement that cannot be used."""
    ended = in_process("--raw", country.root, "check", agreement_id)
    assert (ended.code, ended.out) == (2, "")
    for text in said:
        assert text in ended.err
    return ended.err


@pytest.fixture
def country(tmp_path: Path) -> SmallCountry:
    """A base with a post in two parts, and a post to each of two types."""
    made_here = SmallCountry(tmp_path / "raw").write_four()
    made_here.write_agreement(
        BASE,
        made.agreement(
            made.post("lan/delad/a", 100, REST, part_of="lan/delad"),
            made.post("lan/delad/b", 200, EQUAL, part_of="lan/delad"),
            made.post("lan/sist", 1000, REST),
            made.post("region/en", 400, {"fixed": 90, "except": {"stora": 130}}),
            groups={"stora": {"recipients": "region", "members": ["01"]}},
        ),
    )
    return made_here


def test_added_posts_stand_with_their_own(country: SmallCountry) -> None:
    # A part after the last part of the same post, another after the last post of its type.
    country.write_agreement(
        ADDED,
        supplement(
            made.post("region/ny", 40, EQUAL),
            made.post("lan/delad/c", 40, EQUAL, part_of="lan/delad"),
            made.post("kommun/ny", 50, EQUAL),
            made.post("lan/ny", 40, EQUAL, area="annat"),
            total=1870,
        ),
    )
    ended = allocated(country, ADDED, "--totals")
    assert [name for name in posts_of(ended) if name != "total"] == [
        *("lan/delad/a", "lan/delad/b", "lan/delad/c", "lan/delad"),
        *("lan/sist", "lan/ny", "region/en", "region/ny", "kommun/ny"),
    ]
    # 100 × 0.69 = 69, 50, 10.
    assert ended.amounts("lan/delad")["01"] == 69 + 50 + 10
    assert ended.amounts("kommun/ny") == dict.fromkeys(FIVE_KOMMUNER, 10) | {"00": 50}
    assert posts_of(allocated(country, BASE)) == [
        *("lan/delad/a", "lan/delad/b", "lan/sist", "region/en"),
    ]


def test_a_replaced_post_keeps_its_place(country: SmallCountry) -> None:
    new = made.post("lan/delad/a", 300, EQUAL, part_of="lan/delad", replaces="lan/delad/a")
    country.write_agreement(ADDED, supplement(new, total=1900))
    ended = allocated(country)
    assert posts_of(ended) == ["lan/delad/a", "lan/delad/b", "lan/sist", "region/en"]
    assert ended.amounts("lan/delad/a") == dict.fromkeys(FOUR_COUNTIES, 75)
    assert ended.amounts("lan/sist") == allocated(country, BASE).amounts("lan/sist")


def test_a_post_of_another_kind_in_the_place_of_a_part(country: SmallCountry) -> None:
    # It is no part, so it stands after the county posts; the remaining part is alone in its group.
    country.write_agreement(
        ADDED, supplement(made.post("lan/hel", 300, EQUAL, replaces="lan/delad/a"), total=1900)
    )
    assert posts_of(allocated(country)) == ["lan/delad/b", "lan/sist", "lan/hel", "region/en"]
    assert allocated(country, ADDED, "--totals").amounts("lan/delad")["02"] == 50


def test_a_group_of_the_base_is_the_supplements_too(country: SmallCountry) -> None:
    # 4 × 10 + 5 more to the first.
    post = made.post("region/ny", 45, {"fixed": 10, "except": {"stora": 15}})
    country.write_agreement(ADDED, supplement(post, total=1745))
    assert allocated(country).amounts("region/ny") == {"01": 15, "02": 10, "03": 10, "04": 10}


def test_each_figure_keeps_its_own_document(country: SmallCountry) -> None:
    # Both files call their document `avtal`.
    country.write_agreement(ADDED, supplement(made.post("lan/ny", 40, EQUAL), total=1740))
    old = in_process("--raw", country.root, "explain", ADDED, "lan/sist", "01")
    new = in_process("--raw", country.root, "explain", ADDED, "lan/ny", "01")
    assert "Källa            Avtalet\n" in old.out
    assert "Källa            Tilläggsavtalet, T/2\n" in new.out


def test_a_supplement_to_a_supplement(country: SmallCountry) -> None:
    country.write_agreement(ADDED, supplement(made.post("lan/ny", 40, EQUAL), total=1740))
    country.write_agreement(
        MORE,
        supplement(
            made.post("lan/nyast", 80, EQUAL, replaces="lan/ny"),
            total=1780,
            id=MORE,
            supplements=ADDED,
        ),
    )
    ended = allocated(country, MORE)
    assert ended.amounts("lan/nyast") == dict.fromkeys(FOUR_COUNTIES, 20)
    assert "lan/ny" not in posts_of(ended)


def test_what_is_only_said_of_the_population_may_differ(country: SmallCountry) -> None:
    data = supplement(made.post("lan/ny", 40, EQUAL), total=1740)
    data["population"] = {**data["population"], "note": "Sägs i tillägget."}
    country.write_agreement(ADDED, data)
    assert "lan/ny" in posts_of(allocated(country))


# What is refused ----------------------------------------------------------------------------------


def test_one_that_supplements_itself(country: SmallCountry) -> None:
    country.write_agreement(
        ADDED, supplement(made.post("lan/ny", 40, EQUAL), total=40, supplements=ADDED)
    )
    refused(country, ADDED, f"{ADDED}.yaml: supplements\n", f"{ADDED} → {ADDED}")


def test_two_that_supplement_each_other(country: SmallCountry) -> None:
    post = made.post("lan/ny", 40, EQUAL)
    country.write_agreement(ADDED, supplement(post, total=40, supplements=MORE))
    country.write_agreement(MORE, supplement(post, total=40, id=MORE, supplements=ADDED))
    for name in (ADDED, MORE):
        other = MORE if name == ADDED else ADDED
        refused(country, name, f"{name} → {other} → {name}")
    # Whoever asks for all of them gets the others.
    ended = in_process("--raw", country.root, "check")
    assert ended.code == 2
    assert f"{BASE}: " in ended.out


def test_a_base_that_is_not_there(country: SmallCountry) -> None:
    country.write_agreement(
        ADDED, supplement(made.post("lan/ny", 40, EQUAL), total=40, supplements="prov-2024")
    )
    refused(country, ADDED, "agreements/prov-2024.yaml\n", "found:    none")


@pytest.mark.parametrize(
    ("posts", "changes", "said"),
    [
        ([("lan/sist", {})], {}, ["posts[0].id", "or `replaces: lan/sist`"]),
        (
            [("lan/ny", {"replaces": "lan/sits"})],
            {},
            ["posts[0].replaces", "`lan/sits`", "did you mean `lan/sist`?"],
        ),
        (
            [("lan/x", {"replaces": "lan/sist"}), ("lan/y", {"replaces": "lan/sist"})],
            {},
            ["posts[1].replaces", "each post of the base replaced once"],
        ),
        ([("lan/ny", {"area": "borta"})], {}, ["posts[0].area", "one of: prov, annat"]),
        (
            [("lan/ny", {})],
            {"groups": {"stora": {"recipients": "region", "members": ["02"]}}},
            ["groups.stora", "give the group another name"],
        ),
        (
            [("lan/ny", {})],
            {"rounding": {"method": "half_up", "unit": 10, "totals": "from_printed"}},
            ["rounding\n", f"the same as in {BASE}"],
        ),
        (
            [("lan/ny", {})],
            {
                "population": {
                    "table": "TAB1267",
                    "reference_date": EARLIER,
                    "levels": {"lan": "lan", "region": "lan", "kommun": "kommun"},
                }
            },
            ["population\n", f"the same as in {BASE}"],
        ),
        ([("lan/ny", {})], {"supplements": None}, ["id\n", "`supplements:` with the agreement"]),
    ],
)
def test_what_does_not_fit_its_base(
    country: SmallCountry,
    posts: list[tuple[str, dict[str, Any]]],
    changes: dict[str, Any],
    said: list[str],
) -> None:
    new = [made.post(name, 40, EQUAL, **more) for name, more in posts]
    data = supplement(*new, total=1700 + 40 * len(new), coverage="partial", **changes)
    country.write_agreement(ADDED, {key: value for key, value in data.items() if value is not None})
    message = refused(country, ADDED, *said)
    if "supplements" not in changes:
        assert message.count("error: ") == 1


def test_the_total_is_that_of_both(country: SmallCountry) -> None:
    country.write_agreement(ADDED, supplement(made.post("lan/ny", 40, EQUAL), total=40))
    refused(country, ADDED, "total.amount", "expected: 1 740 kr, the sum of the posts")


def test_what_is_wrong_in_the_base_is_told_of_the_base(country: SmallCountry) -> None:
    path = country.root / "agreements" / f"{BASE}.yaml"
    path.write_text(path.read_text("utf-8").replace("amount: 1000", "amount: 999"), "utf-8")
    country.write_agreement(ADDED, supplement(made.post("lan/ny", 40, EQUAL), total=1740))
    refused(country, ADDED, f"{BASE}.yaml:", "total.amount")
