"""The form of an agreement, a plan and a sidecar: what one part alone can be refused for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from schemas.agreement import Agreement, Post, StatedTotal
from schemas.common import Amount, Kronor, LanCode, Maturity, PostId, RecipientCode, Slug, weakest
from schemas.keys import AgeInterval, ShareBy
from schemas.plan import Measure, Plan
from schemas.reconciliation import Kind, Reconciliation, Result, Severity, Verdict, Withholds

POST: dict[str, Any] = {
    "id": "lan/prov",
    "area": "prov",
    "recipients": "lan",
    "title": "Prov",
    "amount": 10,
    "key": [{"rest": {"by": "equal"}}],
    "reference": {"source": "prov"},
}


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        (1_560_000_000, 1_560_000_000),
        ("1 560 000 000", 1_560_000_000),
        ("1\u00a0560", 1560),
        ("1\u202f560", 1560),
        ("0", 0),
    ],
)
def test_kronor_as_written(written: object, amount: int) -> None:
    assert TypeAdapter(Amount).validate_python(written) == amount


@pytest.mark.parametrize(
    "written", [1.0, 1e9, True, "1.0", "1,5", "1 560 kr", "", "-", "٣", "1\t000", None, -1, "-1"]
)
def test_what_is_no_amount(written: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Amount).validate_python(written)


def test_no_amount_is_larger_than_a_table_holds() -> None:
    with pytest.raises(ValidationError, match="less than or equal to 1000000000000000"):
        TypeAdapter(Amount).validate_python("9" * 30)


def test_a_change_may_be_negative() -> None:
    assert TypeAdapter(Kronor).validate_python("-2 480 000") == -2_480_000


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (LanCode, ["01", "25"], ["1", "001", "ab", "٠١", 1]),
        (RecipientCode, ["23", "2380", "SKR"], ["238", "skr", "23801", 2380]),
        (Slug, ["psykisk-halsa-2025"], ["Psykisk", "-a", "a--b", "hälsa", "../a", ""]),
        (PostId, ["lan/a", "lan/a/b-c"], ["lan", "stat/a", "lan/", "lan/A", "lan//a", "/lan/a"]),
    ],
)
def test_codes_and_names(kind: Any, good: list[object], bad: list[object]) -> None:
    for value in good:
        assert TypeAdapter(kind).validate_python(value) == value
    for value in bad:
        with pytest.raises(ValidationError):
            TypeAdapter(kind).validate_python(value)


@given(st.integers(0, 150), st.integers(0, 150) | st.none())
def test_an_age_interval_is_read_as_it_is_written(first: int, last: int | None) -> None:
    text = f"{first}+" if last is None else f"{first}-{last}"
    if last is not None and last < first:
        with pytest.raises(ValidationError, match=r"ends .* before it begins"):
            AgeInterval.model_validate(text)
    else:
        interval = AgeInterval.model_validate(text)
        assert (interval.first, interval.last, str(interval)) == (first, last, text)


@pytest.mark.parametrize("text", ["18", "0–18", "-18", "18-", "0-18+", "0 - 18", "151+", ""])
def test_what_is_no_age_interval(text: str) -> None:
    with pytest.raises(ValidationError):
        AgeInterval.model_validate(text)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "kommun/prov"}, "the id begins with the recipient type: lan/…"),
        ({"key": []}, "a post has a `key`, or says why it is `unresolved`"),
        ({"unresolved": "okänd"}, "a post has a `key`, or says why it is `unresolved`"),
        (
            {"key": [{"share": 1}]},
            "begins with one of: set_aside, fixed, price",
        ),
        ({"key": [{"rest": {"by": "equal"}}, {"fixed": 1}]}, "one of them, once, and last"),
        ({"key": [{"rest": {"by": "equal"}}] * 2}, "one of them, once, and last"),
        ({"key": [{"fixed": -1}]}, "greater than or equal to 0"),
        ({"key": [{"fixed": 1, "except": {"a": 0.5}}]}, "kronor are whole numbers"),
        ({"part_of": "lan/annan"}, "a part's id begins with that of its post: lan/annan/…"),
        ({"part_of": "lan/pro"}, "a part's id begins with that of its post: lan/pro/…"),
        ({"amount": 1.5}, "kronor are whole numbers"),
        ({"title": "  "}, "at least 1 character"),
    ],
)
def test_a_post_that_is_none(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Post.model_validate({**POST, **change})


def test_ages_without_population() -> None:
    with pytest.raises(ValidationError, match="`ages` goes with `by: population` only"):
        ShareBy.model_validate({"by": "equal", "ages": "0-18"})


@pytest.mark.parametrize("keys", [{}, {"recipients": "lan", "area": "prov"}])
def test_a_stated_total_is_for_one_thing(keys: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="for either `recipients` or `area`"):
        StatedTotal.model_validate({"amount": 1, "reference": {"source": "x"}, **keys})


@pytest.mark.parametrize("name", ["psykisk-halsa", "2025", "prov-25", "prov-2025-x"])
def test_an_id_ends_with_its_year(name: str) -> None:
    with pytest.raises(ValidationError, match=r"the programme and the year|should match pattern"):
        Agreement.model_validate({"id": name})


def test_what_was_read_is_not_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Post.model_validate(POST).amount = 11  # type: ignore[misc]


# Maturity -------------------------------------------------------------------------------------


def test_a_sum_is_as_weak_as_its_weakest_part() -> None:
    # domain.md: definitive > preliminary > reconstructed > estimate.
    order = ["definitive", "preliminary", "reconstructed", "estimate", "unresolved"]
    assert sorted(Maturity, key=lambda maturity: maturity.rank) == order
    assert weakest([Maturity.ESTIMATE, Maturity.DEFINITIVE]) == Maturity.ESTIMATE
    assert weakest([]) == Maturity.DEFINITIVE


@given(st.lists(st.sampled_from(Maturity), min_size=1))
def test_the_weakest_is_one_of_them_and_none_is_weaker(maturities: list[Maturity]) -> None:
    assert weakest(maturities) in maturities
    assert all(each.rank <= weakest(maturities).rank for each in maturities)


# A plan's parts -------------------------------------------------------------------------------


def measure(**parts: Any) -> dict[str, Any]:
    base = {"post": "lan/a", "title": "T", "responsible": "R", "organisation": "O", "amount": 1}
    return {**base, **parts}


def test_one_organisation_or_several() -> None:
    assert Measure.model_validate(measure()).organisation == ("O",)
    both = Measure.model_validate(measure(organisation=["A", "B"]))
    assert both.organisation == ("A", "B")


@pytest.mark.parametrize(
    "parts", [{"amount": -1}, {"amount": 0.5}, {"organisation": [""]}, {"title": ""}, {"post": "b"}]
)
def test_a_measure_that_is_none(parts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Measure.model_validate(measure(**parts))


def test_blank_stays_blank() -> None:
    # domain.md: Jämtland's document has no date and no reference number: never invented.
    plan = Plan.model_validate(
        {
            "format": 1,
            "agreement": "prov-2025",
            "county": "23",
            "title": "T",
            "issuer": "I",
            "date": "",
            "source": "S",
            "decision": {"by": "D", "proposal": ["P"]},
            "requisition": {"by": "R"},
            "measures": [
                measure(title="1"),
                measure(title="2", organisation="P"),
                measure(title="3"),
            ],
            "payment": {"method": "M", "text": ["T"]},
        }
    )
    assert (plan.date, plan.reference_number, plan.recipients_of_extract) == (None, "", ())
    groups = plan.by_organisation()
    assert {key: [m.title for m in group] for key, group in groups.items()} == {
        ("O",): ["1", "3"],
        ("P",): ["2"],
    }


# A reconciliation -----------------------------------------------------------------------------


def result(severity: Severity, withholds: Withholds, county: str = "") -> Result:
    return Result(
        kind=Kind.PLAN_TO_POST,
        what="Prov",
        expected=1,
        found=2,
        difference=1,
        tolerance=0,
        unit="kr",
        verdict=Verdict.DIFFERENT,
        severity=severity,
        withholds=withholds,
        county=county,
    )


def test_what_is_withheld() -> None:
    report = Reconciliation(
        agreement="prov-2025",
        fingerprint="",
        results=(
            result(Severity.ERROR, Withholds.PLAN, "23"),
            result(Severity.ERROR, Withholds.PLAN, "23"),
            result(Severity.ERROR, Withholds.DOCUMENTS),
            result(Severity.WARNING, Withholds.AGREEMENT),
        ),
    )
    assert report.withheld() == ["documents", "plan:23"]
    assert len(report.errors()) == 3
