"""Avstämning, one kind of pair at a time: a pair judged, amounts, plans, population."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.plan import Plan
from schemas.reconciliation import Kind, Result, Severity, Verdict, Withholds
from statsbidrag.dossier.gathering import Computed, compute
from statsbidrag.reconciliation.amounts import allocated_amounts, published_amounts, stated_totals
from statsbidrag.reconciliation.pairs import Pair
from statsbidrag.reconciliation.plans import plan_results
from statsbidrag.reconciliation.populations import (
    control_totals,
    corrections,
    doubts,
    levels,
    pairs_of_extracts,
)
from statsbidrag.register.recipients import usual_words
from tests.cases.small_country import AGREEMENT, ALL_AGES, SmallCountry, jsonstat
from tests.helpers import made

BY_POPULATION = {"rest": {"by": "population"}}


def outcome(result: Result) -> tuple[Verdict, Severity, Withholds]:
    return result.verdict, result.severity, result.withholds


def figures(result: Result) -> tuple[int | None, int | None, int | None]:
    return result.expected, result.found, result.difference


# --- A pair -----------------------------------------------------------------------------------


def pair(expected: int | None, found: int | None) -> Pair:
    return Pair(Kind.LEVELS, "Prov", expected, found, unit="personer", rows=("01",), where="fil")


def test_figures_that_are_equal_withhold_nothing_whatever_a_difference_would() -> None:
    result = pair(7, 7).judged(severity=Severity.ERROR, withholds=Withholds.AGREEMENT, note="Jo.")
    assert outcome(result) == (Verdict.EQUAL, Severity.INFO, Withholds.NOTHING)
    assert (result.what, result.unit, result.rows, result.where, result.note) == (
        "Prov",
        "personer",
        ("01",),
        "fil",
        "Jo.",
    )


def test_figures_that_differ_are_an_error_that_withholds_what_it_says() -> None:
    result = pair(7, 5).judged(withholds=Withholds.DOCUMENTS)
    assert outcome(result) == (Verdict.DIFFERENT, Severity.ERROR, Withholds.DOCUMENTS)
    assert figures(result) == (7, 5, -2)


@pytest.mark.parametrize("severity", [Severity.INFO, Severity.WARNING])
def test_what_is_no_error_withholds_nothing(severity: Severity) -> None:
    result = pair(7, 5).judged(
        verdict=Verdict.ROUNDING, severity=severity, withholds=Withholds.DOCUMENTS
    )
    assert outcome(result) == (Verdict.ROUNDING, severity, Withholds.NOTHING)


def test_a_verdict_that_is_given_stands_though_the_figures_are_equal() -> None:
    result = pair(7, 7).judged(verdict=Verdict.CALIBRATED, severity=Severity.WARNING)
    assert outcome(result) == (Verdict.CALIBRATED, Severity.WARNING, Withholds.NOTHING)


@pytest.mark.parametrize(("expected", "found"), [(None, 5), (7, None), (None, None)])
def test_of_a_figure_that_is_not_known_no_difference_is_told(
    expected: int | None, found: int | None
) -> None:
    assert figures(pair(expected, found).judged(verdict=Verdict.UNTESTABLE)) == (
        expected,
        found,
        None,
    )


# --- Amounts ----------------------------------------------------------------------------------


def three_counties() -> Computed:
    """205 kr by 500, 300 and 200 persons (102.5, 61.5, 41); of 100 kr 10 are kept for all."""
    kept = {"set_aside": {"amount": 10, "title": "Gemensamt"}}
    posts = [
        made.post("lan/delad", 205, BY_POPULATION),
        made.post("lan/pott", 100, kept, BY_POPULATION),
        made.post("lan/okand", 50, unresolved="Nyckeln är inte känd."),
    ]
    stated = [{"recipients": "lan", "amount": 360, "reference": {"source": "avtal"}}]
    data = made.agreement(*posts, stated_totals=stated)
    return made.computed(data, {"01": 500, "02": 300, "03": 200})


def test_posts_against_what_the_agreement_states() -> None:
    total, counties = stated_totals(three_counties().agreement, usual_words())
    assert outcome(total) == (Verdict.EQUAL, Severity.INFO, Withholds.NOTHING)
    assert figures(counties) == (360, 355, -5)
    assert outcome(counties) == (Verdict.DIFFERENT, Severity.ERROR, Withholds.AGREEMENT)
    assert counties.what == "Posterna till länen mot överenskommelsens summa"
    assert counties.rows == ("lan/delad", "lan/pott", "lan/okand")
    assert counties.where == "agreements/prov-2025.yaml: stated_totals[0]"


def test_what_is_allocated_against_the_post() -> None:
    computed = three_counties()
    of = {
        (result.kind, result.rows[0] if result.rows else ""): result
        for result in allocated_amounts(computed.agreement, computed.allocation, usual_words())
    }
    # 103 + 62 + 41: half up, each by itself.
    rounded = of[Kind.ALLOCATED_TO_POST, "lan/delad lan:00"]
    assert (*figures(rounded), rounded.tolerance) == (205, 206, 1, 1)
    assert rounded.verdict == Verdict.ROUNDING
    kept = of[Kind.UNDISTRIBUTED, "lan/pott lan:00"]
    assert (*figures(kept), kept.note) == (100, 90, -10, "Gemensamt")
    assert outcome(kept) == (Verdict.KNOWN_DIFFERENCE, Severity.INFO, Withholds.NOTHING)
    assert figures(of[Kind.ALLOCATED_TO_POST, "lan/pott lan:00"]) == (90, 90, 0)
    unknown = of[Kind.PUBLISHED_UNRESOLVED, ""]
    assert (*figures(unknown), unknown.note) == (50, None, None, "Nyckeln är inte känd.")
    assert unknown.verdict == Verdict.UNTESTABLE
    assert len(of) == 4


def test_what_was_printed_against_what_is_computed(country: SmallCountry) -> None:
    country.published("lan,01,lan/e,86", "lan,02,lan/e,15", "lan,00,lan/e,100")
    computed = compute(country.raw, AGREEMENT)
    found = {
        result.rows[0]: (result.kind, result.verdict, result.difference)
        for result in published_amounts(
            computed.agreement, computed.allocation, computed.extracts, usual_words()
        )
    }
    assert found == {
        "lan/e lan:01": (Kind.PUBLISHED_AMOUNT, Verdict.EQUAL, 0),
        "lan/e lan:02": (Kind.PUBLISHED_AMOUNT, Verdict.DIFFERENT, -1),
        "lan/e lan:00": (Kind.PUBLISHED_NATION, Verdict.EQUAL, 0),
    }


# --- A county's plan --------------------------------------------------------------------------


def plan(*measures: dict[str, Any], **more: Any) -> Plan:
    return Plan.model_validate(
        {
            "format": 1,
            "agreement": "prov-2025",
            "county": "01",
            "title": "Plan",
            "issuer": "",
            "source": "påhittad",
            "decision": {"by": "", "proposal": []},
            "requisition": {"by": ""},
            "payment": {"method": "", "text": []},
            "measures": [{"title": "Insats", **each} for each in measures],
            **more,
        }
    )


def of_plan(of: Plan) -> dict[tuple[Kind, str], list[Result]]:
    """The results of a plan for 103 kr of `lan/delad` and 45 kr of `lan/pott`."""
    data = three_counties().agreement.model_dump(by_alias=True, mode="json")
    posts = [each for each in data["posts"] if each["id"] != "lan/okand"]
    computed = made.computed(
        {**data, "posts": posts, "stated_totals": []}, {"01": 500, "02": 300, "03": 200}
    )
    results = list(plan_results(computed.agreement, of, computed.allocation))
    assert {result.county for result in results} == {"01"}
    assert {result.where for result in results} == {"plans/prov-2025/01.yaml"}
    found: dict[tuple[Kind, str], list[Result]] = {}
    for result in results:
        found.setdefault((result.kind, result.rows[0] if result.rows else ""), []).append(result)
    return found


def test_a_plan_against_the_countys_amounts() -> None:
    found = of_plan(plan({"post": "lan/delad", "amount": 100}, {"post": "lan/pott", "amount": 45}))
    [short] = found[Kind.PLAN_TO_POST, "lan/delad lan:01"]
    assert figures(short) == (103, 100, -3)
    assert outcome(short) == (Verdict.DIFFERENT, Severity.ERROR, Withholds.PLAN)
    [whole] = found[Kind.PLAN_TO_POST, "lan/pott lan:01"]
    assert figures(whole) == (45, 45, 0)
    [total] = found[Kind.PLAN_TO_TOTAL, "total lan:01"]
    assert figures(total) == (148, 145, -3)
    assert len(found) == 3


def test_what_a_county_says_itself_of_a_difference_and_of_its_sums() -> None:
    known = {"post": "lan/delad", "amount": -3, "reason": "Kvar.", "source": "Brev"}
    sums = [{"organisation": "Alby", "amount": 99}, {"organisation": "Berga", "amount": 45}]
    found = of_plan(
        plan(
            {"post": "lan/delad", "amount": 100, "organisation": "Alby"},
            {"post": "lan/pott", "amount": 45, "organisation": "Berga"},
            known_differences=[known],
            stated_sums=sums,
        )
    )
    [post] = found[Kind.PLAN_TO_POST, "lan/delad lan:01"]
    assert (*outcome(post), post.note) == (
        Verdict.KNOWN_DIFFERENCE,
        Severity.WARNING,
        Withholds.NOTHING,
        "Kvar.",
    )
    [total] = found[Kind.PLAN_TO_TOTAL, "total lan:01"]
    assert total.verdict == Verdict.KNOWN_DIFFERENCE
    of_sums = found[Kind.PLAN_TO_STATED_SUM, ""]
    assert [figures(result) for result in of_sums] == [(99, 100, 1), (45, 45, 0)]


def test_a_share_that_is_no_whole_kronor_is_nobodys_to_round() -> None:
    half = {"post": "lan/delad", "share": "50 %"}
    found = of_plan(
        plan(half, {**half, "title": "Resten"}, {"post": "lan/pott", "remainder": True})
    )
    *uneven, post = found[Kind.PLAN_TO_POST, "lan/delad lan:01"]
    what = "Andelen 50\u00a0% av länets belopp för lan/delad"
    assert [result.what for result in uneven] == [f"{what}: Insats", f"{what}: Resten"]
    assert {(*figures(result), result.severity, result.withholds) for result in uneven} == {
        (None, 51, None, Severity.ERROR, Withholds.PLAN)
    }
    assert (*figures(post), post.verdict) == (103, None, None, Verdict.UNTESTABLE)
    [rest] = found[Kind.PLAN_TO_POST, "lan/pott lan:01"]
    assert rest.verdict == Verdict.EQUAL


# --- Population -------------------------------------------------------------------------------


def test_files_of_population_against_themselves_and_each_other(country: SmallCountry) -> None:
    country.extract("alla", jsonstat(ALL_AGES), control_total=1000)
    counties = jsonstat({"01": 901, "02": 100})
    country.extract("lan", counties, level="lan", maturity="reconstructed")
    country.correction("alla.json", "0114", expect=600, value=599)
    computed = compute(country.raw, AGREEMENT)
    extracts = computed.extracts

    [control] = control_totals(extracts)
    # What the file delivers, before any correction.
    assert (control.where, *figures(control)) == ("population/alla.json", 1000, 1000, 0)
    assert outcome(control) == (Verdict.EQUAL, Severity.INFO, Withholds.NOTHING)

    of_levels = {(r.where.split(" ")[-1], *r.rows): r for r in levels(extracts, computed.register)}
    assert {key: r.difference for key, r in of_levels.items()} == {
        ("population/alla.json", "01"): 899 - 901,
        ("population/alla.json", "02"): 0,
        ("population/aldrar.json", "01"): 900 - 901,
        ("population/aldrar.json", "02"): 0,
    }
    severities = {of_levels[name, "01"].severity for name, _ in of_levels}
    assert severities == {Severity.WARNING, Severity.INFO}

    [two] = pairs_of_extracts(extracts)
    assert (two.unit, two.found, two.rows) == ("kommuner", 1, ("0114",))
    [corrected] = corrections(extracts)
    assert figures(corrected) == (600, 599, -1)
    assert list(doubts(extracts)) == []
