"""Keys: every example of `docs/nycklar.md`, and of each primitive, worked by hand."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import TypeAdapter, ValidationError

from schemas.agreement import Agreement, Group, Post
from schemas.keys import STEPS, AgeInterval, Rung, ShareBy, Step, share
from statsbidrag.allocation.keys import (
    Split,
    UnfitKeyError,
    fixed,
    in_proportion,
    ladder,
    price,
    split,
    within,
)
from statsbidrag.files.project import PROJECT
from statsbidrag.register.recipients import usual_words
from statsbidrag.swedish.key_sentences import key_in_words
from tests.cases.small_country import EARLIER, SmallCountry
from tests.helpers import made
from tests.helpers.program import in_process

F = Fraction
COUNTIES = [f"{number:02}" for number in range(1, 22)]
LARGE = ["01", "12", "14"]
MILLION = 10**6


def group(*members: str) -> Group:
    return Group.model_validate({"recipients": "lan", "members": members})


def of(
    amount: int,
    key: list[dict[str, Any]],
    figures: Mapping[str, int],
    groups: Mapping[str, Group] | None = None,
) -> Split:
    """A post to counties, split; `figures` are what every share is in proportion to."""
    model = Post.model_validate(made.post("lan/prov", amount, *key))
    return split(model, list(figures), lambda _: figures, groups or {})


def exact(found: Split) -> list[Fraction]:
    return [found.exact(code) for code in found.steps[0]]


# The examples of docs/nycklar.md, "Räkneexempel", which are those of the functions' docstrings ----


def test_fixed() -> None:
    # 18 counties × 1 million + 3 × 2 million = 24 million.
    shares = fixed(COUNTIES, MILLION, dict.fromkeys(LARGE, 2 * MILLION))
    assert sum(shares.values()) == 24 * MILLION
    assert (shares["12"], shares["13"]) == (2 * MILLION, MILLION)
    key = [{"fixed": "1 000 000", "except": {"storstadslan": "2 000 000"}}]
    found = of(24 * MILLION, key, dict.fromkeys(COUNTIES, 1), {"storstadslan": group(*LARGE)})
    assert found.steps == (shares,)


def test_in_proportion() -> None:
    # 100 × 1/4 and 100 × 3/4.
    assert in_proportion(F(100), {"a": 1, "b": 3}) == {"a": 25, "b": 75}


def test_cap() -> None:
    # Without it 10, 10, 80. 80 is 20 over 60; the two others have equal weight: 10 more each.
    weights = {"01": 1, "02": 1, "03": 8}
    assert within(F(100), weights, 0, 60) == {"01": 20, "02": 20, "03": 60}
    capped = [{"rest": {"by": "population", "cap": 60}}]
    assert exact(of(100, capped, weights)) == [20, 20, 60]
    assert exact(of(100, [{"rest": {"by": "population"}}], weights)) == [10, 10, 80]


def test_floor() -> None:
    # 10 and 10 are raised to 15; the 10 kronor are taken from the third: 70.
    weights = {"01": 1, "02": 1, "03": 8}
    assert within(F(100), weights, 15, None) == {"01": 15, "02": 15, "03": 70}
    key = [{"rest": {"by": "population", "floor": 15}}]
    assert exact(of(100, key, weights)) == [15, 15, 70]


def test_price() -> None:
    # 1 200 × 3 and 1 200 × 0.
    units = {"01": 3, "02": 0}
    assert price(["01", "02"], 1200, units) == {"01": 3600, "02": 0}
    key = [{"price": {"per_unit": "1 200", "weights": "vardplatser"}}]
    assert exact(of(3600, key, units)) == [3600, 0]


LADDER = """
key:
  - ladder:
      by: population
      rungs:
        - {up_to: 20 000, amount: 1 000 000}
        - {amount: 2 000 000}
  - undistributed: det som blir över stannar hos staten
"""


def test_ladder() -> None:
    # 20 000 persons are on the first rung, 20 001 on the second; 5 - 1 - 2 = 2 million are left.
    rungs = [Rung(up_to=20_000, amount=MILLION), Rung(amount=2 * MILLION)]
    figures = {"01": 20_000, "02": 20_001}
    assert ladder(["01", "02"], rungs, figures) == {"01": MILLION, "02": 2 * MILLION}
    assert LADDER.strip() in Path(PROJECT / "docs" / "nycklar.md").read_text("utf-8")
    found = of(5 * MILLION, yaml.safe_load(LADDER)["key"], figures)
    assert exact(found) == [MILLION, 2 * MILLION]
    assert found.outside == 2 * MILLION
    assert found.left == (5 * MILLION, 2 * MILLION)


def test_set_aside() -> None:
    # 5 % of 100 is 5; 95 / 2 = 47,50 each.
    key = [
        {"set_aside": {"share": "5 %", "title": "en gemensam pott"}},
        {"rest": {"by": "equal"}},
    ]
    found = of(100, key, {"01": 1, "02": 9})
    assert exact(found) == [F(95, 2), F(95, 2)]
    assert found.outside == 5


def test_part() -> None:
    # A third in equal parts: 50/3 each. The other 200/3 by 1 and 3: 50/3 and 50.
    key = [{"part": {"share": "1/3", "by": "equal"}}, {"rest": {"by": "population"}}]
    found = of(100, key, {"01": 1, "03": 3})
    assert found.steps == ({"01": F(50, 3), "03": F(50, 3)}, {"01": F(50, 3), "03": F(50)})
    assert exact(found) == [F(100, 3), F(200, 3)]


def test_the_first_example() -> None:
    # 5 000 000 to each of two; the rest of 20 million is 10 million, by 1 and 3.
    key = yaml.safe_load("key:\n  - fixed: 5 000 000\n  - rest: {by: population}\n")["key"]
    assert exact(of(20 * MILLION, key, {"01": 1, "02": 3})) == [F(7_500_000), F(12_500_000)]


# The words of docs/nycklar.md --------------------------------------------------------------------


def test_the_handbook_names_every_step_and_word() -> None:
    text = (PROJECT / "docs" / "nycklar.md").read_text("utf-8")
    for name in STEPS:
        assert f"| `{name}` |" in text
    for name in ShareBy.model_fields:
        assert f"`{name}: " in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        # Each cell of the tables, as it stands there, and what the documents say of it.
        ("set_aside: {share: 5 %, title: en gemensam pott}", "5 % av posten avsätts först till en"),
        ("price: {per_unit: 1 200, weights: vardplatser}", "1 200 kr per enhet enligt tabellen va"),
        ("part: {share: 50 %, by: population}", "50 % av posten efter folkmängd"),
        ("rest: {by: population, ages: 0-18}", "Efter folkmängd 0–18 år"),
        ("rest: {by: population, ages: 65+}", "Efter folkmängd 65 år och äldre"),
        ("undistributed: medlen räcker till fler", "Resten fördelas inte: medlen räcker till fler"),
        ("rest: {by: population, reference_date: 2023-11-01}", "Efter folkmängd den 2023-11-01"),
        ("rest: {by: population, level: kommun}", "Efter folkmängd"),
        ("rest: {by: weights, weights: vantetider}", "Efter tabellen vantetider"),
        ("rest: {by: equal}", "I lika delar"),
        ("rest: {by: population, exclude: [storstadslan]}", "Efter folkmängd, utom storstadslän"),
        ("rest: {by: population, cap: 20 000 000}", "Efter folkmängd, högst 20 000 000 kr"),
        ("rest: {by: population, floor: 1 000 000}", "Efter folkmängd, minst 1 000 000 kr"),
        ("fixed: 1 000 000\nexcept: {storstadslan: 2 000 000}", "1 000 000 kr per län, men 2 000"),
    ],
)
def test_each_word_is_read_and_said(words: str, said: str) -> None:
    step = yaml.load(words, Loader=yaml.BaseLoader)
    large = {"recipients": "lan", "title": "storstadslänen", "members": LARGE}
    data = made.agreement(made.post("lan/prov", 10**9, step), groups={"storstadslan": large})
    agreement = Agreement.model_validate(data)
    assert (
        key_in_words(agreement, agreement.posts[0], usual_words())
        .replace("\u00a0", " ")
        .startswith(said)
    )


# What the primitives do at their edges ------------------------------------------------------------


def test_one_weight_of_zero_gives_nothing() -> None:
    assert in_proportion(F(100), {"a": 0, "b": 3}) == {"a": 0, "b": 100}


@pytest.mark.parametrize("bounds", [{}, {"cap": 60}, {"floor": 10}, {"floor": 10, "cap": 90}])
def test_no_share_of_nothing(bounds: dict[str, int]) -> None:
    key = [{"rest": {"by": "population", **bounds}}]
    with pytest.raises(UnfitKeyError, match="every recipient's weight is zero"):
        of(100, key, {"01": 0, "02": 0})


def test_a_cap_above_all_and_a_floor_below_all_change_nothing() -> None:
    plain = in_proportion(F(100), {"a": 1, "b": 3})
    assert within(F(100), {"a": 1, "b": 3}, 25, 75) == plain


def test_cap_and_floor_together() -> None:
    # 1 000 by 690, 200, 90, 20, at least 100, at most 500: the first is at its cap, the last at its
    # floor, and the other two share 400 by 200 and 90.
    weights = {"01": 690, "02": 200, "03": 90, "04": 20}
    shares = within(F(1000), weights, 100, 500)
    assert list(shares.values()) == [500, F(400 * 200, 290), F(400 * 90, 290), 100]


def test_a_weight_of_zero_gets_the_floor() -> None:
    assert within(F(100), {"a": 0, "b": 5}, 10, None) == {"a": 10, "b": 90}


@pytest.mark.parametrize(
    ("key", "figures", "said"),
    [
        # 3 × 30 is less than 100; 3 × 40 is more; those without weight cannot take any.
        ([{"rest": {"by": "population", "cap": 30}}], [1, 1, 1], "the cap 30 kr leaves part of"),
        ([{"rest": {"by": "population", "floor": 40}}], [1, 1, 1], "the floor 40 kr for 3 recip"),
        ([{"rest": {"by": "population", "cap": 60}}], [1, 0, 0], "the cap 60 kr leaves part of"),
        ([{"price": {"per_unit": 30, "weights": "x"}}], [1, 1, 2], "gives out 20 kr more than"),
        ([{"price": {"per_unit": 30, "weights": "x"}}], [1, 1, 1], "leaves 10 kr of the post"),
    ],
)
def test_a_key_that_does_not_fit(key: list[dict[str, Any]], figures: list[int], said: str) -> None:
    with pytest.raises(UnfitKeyError, match=said):
        of(100, key, dict(zip(["01", "02", "03"], figures, strict=True)))


def test_those_excluded_get_nothing_and_the_others_all() -> None:
    groups = {"stora": group("01")}
    for by in ("population", "equal"):
        found = of(100, [{"rest": {"by": by, "exclude": ["stora"]}}], {"01": 9, "02": 1}, groups)
        assert exact(found) == [0, 100]
    found = of(50, [{"fixed": 50, "exclude": ["stora"]}], {"01": 9, "02": 1}, groups)
    assert exact(found) == [0, 50]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("5 %", F(1, 20)),
        ("2,5 %", F(1, 40)),
        ("2,5\u00a0%", F(1, 40)),
        ("100%", F(1)),
        ("1/3", F(1, 3)),
        ("1 / 3", F(1, 3)),
        ("1", F(1)),
    ],
)
def test_a_share_as_written(written: str, value: Fraction) -> None:
    assert share(written) == value


@pytest.mark.parametrize(
    "written", ["0 %", "100,1 %", "4/3", "1/0", "-5 %", "2.5 %", "hälften", "", 0.05, 5, True, None]
)
def test_what_is_no_share(written: object) -> None:
    with pytest.raises(ValueError, match="share"):
        share(written)


@pytest.mark.parametrize(
    ("written", "first", "last"), [("0-18", 0, 18), ("65+", 65, None), ("7-7", 7, 7)]
)
def test_an_age_interval(written: str, first: int, last: int | None) -> None:
    found = AgeInterval.model_validate(written)
    assert (found.first, found.last, str(found)) == (first, last, written)


@pytest.mark.parametrize("written", ["18-0", "0–18", "18", "-18", "0-200", "65 +", 18, ""])
def test_no_age_interval(written: object) -> None:
    with pytest.raises(ValidationError):
        AgeInterval.model_validate(written)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"rest": {"by": "equal", "ages": "0-18"}}, "`ages` goes with `by: population` only"),
        ({"rest": {"by": "weights"}}, "`by: weights` and `weights: <table>` go together"),
        ({"rest": {"by": "population", "weights": "x"}}, "go together"),
        ({"rest": {"by": "equal", "cap": 5, "floor": 6}}, "the cap .5. is below the floor .6."),
        ({"part": {"by": "equal"}}, "give either `amount` or `share`"),
        ({"part": {"by": "equal", "amount": 5, "share": "5 %"}}, "give either"),
        ({"set_aside": {"amount": 5}}, "Field required"),
        ({"ladder": {"by": "population", "rungs": []}}, "at least 1 item"),
        ({"ladder": {"by": "population", "rungs": [{"up_to": 5, "amount": 1}]}}, "the last has no"),
        (
            {
                "ladder": {
                    "by": "population",
                    "rungs": [
                        {"up_to": 5, "amount": 1},
                        {"up_to": 5, "amount": 2},
                        {"amount": 3},
                    ],
                }
            },
            "the rungs rise",
        ),
        ({"resten": {"by": "equal"}}, "a step of a key begins with one of: set_aside, fixed"),
        ({"fixed": -1}, "greater than or equal to 0"),
        ({"fixed": 1.5}, "kronor are whole numbers"),
    ],
)
def test_a_step_that_is_none(step: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        TypeAdapter[Any](Step).validate_python(step)


def test_a_key_ends_with_what_takes_the_rest() -> None:
    rest, kept = {"rest": {"by": "equal"}}, {"undistributed": "för få"}
    for key in ([rest, kept], [rest, rest], [rest, {"fixed": 5}], [kept, kept]):
        with pytest.raises(ValidationError, match="one of them, once, and last"):
            Post.model_validate(made.post("lan/prov", 10, *key))


# The same day, level and ages, from files ---------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "amounts"),
    [
        # tests/helpers/made.py: the tables in the heading of that file; 1 000 kr.
        ({}, [690, 200, 90, 20]),
        ({"level": "kommun"}, [700, 200, 80, 20]),
        ({"reference_date": EARLIER}, [600, 200, 100, 100]),
        ({"ages": "0-18"}, [750, 100, 150, 0]),
        # 65+: 150, 30, 10, 10 of 200. 19+: 550, 180, 50, 20 of 800: 687.5, 225, 62.5, 25.
        ({"ages": "65+"}, [750, 150, 50, 50]),
        ({"ages": "19+"}, [688, 225, 63, 25]),
    ],
)
def test_which_population(tmp_path: Path, words: dict[str, str], amounts: list[int]) -> None:
    country = SmallCountry(tmp_path).write_four()
    key = {"rest": {"by": "population", **words}}
    country.write_agreement("prov-2025", made.agreement(made.post("lan/a", 1000, key)))
    ended = in_process("--raw", tmp_path, "allocate", "prov-2025", "--format", "csv")
    assert ended.err == ""
    assert list(ended.amounts("lan/a").values()) == amounts
