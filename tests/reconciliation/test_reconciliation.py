"""Avstämning: each comparison, and what each outcome means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from schemas.reconciliation import Kind, Reconciliation, Result, Severity, Verdict, Withholds
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.errors import InputError
from statsbidrag.reconciliation.reconcile import reconcile
from tests.cases.small_country import AGES, AGREEMENT, ALL_AGES, BY_AGE, SmallCountry, jsonstat

Years = Callable[[int], Reconciliation]


def of_kind(report: Reconciliation, kind: Kind) -> list[Result]:
    return [result for result in report.results if result.kind == kind]


def small(country: SmallCountry) -> Reconciliation:
    return dossier_of(country.raw, AGREEMENT, "f" * 64).reconciliation


def one(country: SmallCountry, kind: Kind, cell: str = "") -> Result:
    found = of_kind(small(country), kind)
    [result] = [each for each in found if not cell or cell in each.rows]
    return result


def outcome(result: Result) -> tuple[Verdict, Severity, Withholds]:
    return result.verdict, result.severity, result.withholds


NOTHING_TO_SAY = (Verdict.EQUAL, Severity.INFO, Withholds.NOTHING)


# The agreements -------------------------------------------------------------------------------


@pytest.mark.parametrize("year", [2024, 2025])
def test_nothing_is_withheld(reconciled: Years, year: int) -> None:
    assert reconciled(year).errors() == []
    assert reconciled(year).withheld() == []


@pytest.mark.parametrize("year", [2024, 2025])
def test_every_result_is_found_minus_expected(reconciled: Years, year: int) -> None:
    for result in reconciled(year).results:
        assert result.expected is not None
        assert result.found is not None
        assert result.difference == result.found - result.expected
        assert (result.verdict == Verdict.DIFFERENT) == (result.severity == Severity.ERROR)
        if result.verdict == Verdict.EQUAL:
            assert result.difference == 0
        if result.verdict == Verdict.ROUNDING:
            assert 0 < abs(result.difference) <= result.tolerance


def test_posts_against_stated_totals(reconciled: Years) -> None:
    # domain.md: the total, 4 types and 5 areas 2025; the total, 4 types and 7 areas 2024.
    found = {year: of_kind(reconciled(year), Kind.POSTS_TO_STATED_TOTAL) for year in (2024, 2025)}
    assert [len(found[year]) for year in (2024, 2025)] == [12, 10]
    assert {outcome(result) for year in found for result in found[year]} == {NOTHING_TO_SAY}


def test_rounding_differences_of_2025(reconciled: Years) -> None:
    # domain.md, "Rounding": 199 999 999, 200 000 001 and 250 000 009.
    results = of_kind(reconciled(2025), Kind.ALLOCATED_TO_POST)
    found = {r.rows[0]: r.difference for r in results if r.verdict == Verdict.ROUNDING}
    assert found == {
        "kommun/barn-och-unga kommun:00": 9,
        "lan/komplexa-behov lan:00": -1,
        "lan/suicidprevention lan:00": 1,
    }
    municipal = next(r for r in results if r.rows[0].startswith("kommun"))
    assert municipal.severity == Severity.WARNING
    assert "vår läsning" in municipal.note
    assert municipal.tolerance == 145  # half a krona for each of 290


def test_published_figures_of_2025(reconciled: Years) -> None:
    cells = of_kind(reconciled(2025), Kind.PUBLISHED_AMOUNT)
    assert len(cells) == 147
    assert {outcome(result) for result in cells} == {NOTHING_TO_SAY}
    nation = of_kind(reconciled(2025), Kind.PUBLISHED_NATION)
    assert sorted(result.difference or 0 for result in nation) == [-1, 0, 0, 0, 0, 1, 1]
    differing = [result for result in nation if result.difference]
    expected = (Verdict.ROUNDING, Severity.WARNING, Withholds.NOTHING)
    assert {outcome(result) for result in differing} == {expected}


def test_what_was_calibrated_proves_nothing(reconciled: Years) -> None:
    # domain.md: the estimate 2023 was made so that 0-25 and the printed totals come out.
    results = of_kind(reconciled(2024), Kind.PUBLISHED_AMOUNT)
    calibrated = {r.rows[0]: r for r in results if r.verdict == Verdict.CALIBRATED}
    assert set(calibrated) == {
        "lan/barn-och-unga lan:14",
        "lan/barn-och-unga lan:23",
        "total lan:14",
        "total lan:23",
    }
    for result in calibrated.values():
        assert (result.severity, result.difference) == (Severity.WARNING, 0)
        assert result.note.startswith("Stämmer, men bevisar inget")
    others = [r for r in results if r.rows[0] not in calibrated]
    assert Counter(outcome(r) for r in others) == {NOTHING_TO_SAY: 6}


def test_levels_of_2023(reconciled: Years) -> None:
    # 21 counties: the estimated municipalities were fitted to the reconstructed counties.
    results = of_kind(reconciled(2024), Kind.LEVELS)
    assert len(results) == 21
    assert {(result.unit, *outcome(result)) for result in results} == {
        ("personer", *NOTHING_TO_SAY)
    }


def test_jamtlands_plan(reconciled: Years) -> None:
    # domain.md: Jämtland 2024 adds up everywhere.
    own = tuple(result for result in reconciled(2024).results if result.county == "23")
    report = reconciled(2024).model_copy(update={"results": own})
    posts = of_kind(report, Kind.PLAN_TO_POST)
    assert [result.found for result in posts] == [2_974_230, 6_819_298, 1_000_000, 2_509_377]
    [total] = of_kind(report, Kind.PLAN_TO_TOTAL)
    assert (total.expected, total.found) == (13_302_905, 13_302_905)
    stated = of_kind(report, Kind.PLAN_TO_STATED_SUM)
    assert [result.expected for result in stated] == [7_927_377, 3_073_000, 757_528, 1_545_000]
    assert {outcome(result) for result in (*posts, total, *stated)} == {NOTHING_TO_SAY}
    assert {result.county for result in (*posts, total, *stated)} == {"23"}


# The small country ----------------------------------------------------------------------------


def test_all_comparisons_in_the_order_of_the_stages(country: SmallCountry) -> None:
    country.published("lan,01,lan/e,86", "lan,00,lan/e,100")
    country.extract("lan", jsonstat({"01": 900, "02": 100}), level="lan", control_total=1000)
    report = small(country)
    assert (report.agreement, report.fingerprint) == (AGREEMENT, "f" * 64)
    assert list(dict.fromkeys(result.kind for result in report.results)) == [
        Kind.POSTS_TO_STATED_TOTAL,
        Kind.CONTROL_TOTAL,
        Kind.LEVELS,
        Kind.EXTRACTS,
        Kind.ALLOCATED_TO_POST,
        Kind.PUBLISHED_AMOUNT,
        Kind.PUBLISHED_NATION,
        Kind.PLAN_TO_POST,
        Kind.PLAN_TO_TOTAL,
        Kind.PLAN_TO_STATED_SUM,
    ]
    assert report.errors() == []


def test_a_partial_agreement_cannot_be_tested(country: SmallCountry) -> None:
    # domain.md, "2023": a warning and no error, whether or not it happens to sum.
    country.change(country.agreement, "coverage: complete", "coverage: partial")
    country.change(country.agreement, "total: {amount: 1 561,", "total: {amount: 5 000,")
    results = of_kind(small(country), Kind.POSTS_TO_STATED_TOTAL)
    assert [result.difference for result in results] == [1561 - 5000, 0, 0]
    expected = (Verdict.UNTESTABLE, Severity.WARNING, Withholds.NOTHING)
    assert {outcome(result) for result in results} == {expected}


def test_a_published_amount_that_is_not_reproduced(country: SmallCountry) -> None:
    country.published("lan,01,lan/e,86", "lan,02,lan/e,15")
    report = small(country)
    [result] = report.errors()
    assert result.kind == Kind.PUBLISHED_AMOUNT
    assert (result.expected, result.found, result.difference) == (15, 14, -1)
    assert outcome(result) == (Verdict.DIFFERENT, Severity.ERROR, Withholds.DOCUMENTS)
    assert (result.rows, result.where) == (("lan/e lan:02",), f"published/{AGREEMENT}.csv")
    assert report.withheld() == ["documents"]


def test_a_published_amount_on_an_estimate(country: SmallCountry) -> None:
    country.published("kommun,0114,kommun/c,100")
    result = one(country, Kind.PUBLISHED_AMOUNT)
    assert outcome(result) == (Verdict.EQUAL, Severity.WARNING, Withholds.NOTHING)
    assert result.note == "Stämmer, men beloppet vilar på en skattad folkmängd."
    country.extract(
        "aldrar",
        jsonstat(BY_AGE, AGES),
        maturity="estimate",
        calibrated_to=[{"agreement": AGREEMENT, "post": "kommun/c", "recipients": ["0114"]}],
    )
    result = one(country, Kind.PUBLISHED_AMOUNT)
    assert outcome(result) == (Verdict.CALIBRATED, Severity.WARNING, Withholds.NOTHING)
    assert result.note.startswith("Stämmer, men bevisar inget")


def test_an_estimate_that_misses_is_different(country: SmallCountry) -> None:
    country.published("kommun,0114,kommun/c,101")
    result = one(country, Kind.PUBLISHED_AMOUNT)
    assert outcome(result) == (Verdict.DIFFERENT, Severity.ERROR, Withholds.DOCUMENTS)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        # Two cells, each half up: the column may be off by one krona, and lan/b/y is 206 of 205.
        (206, NOTHING_TO_SAY),
        (205, (Verdict.ROUNDING, Severity.WARNING, Withholds.NOTHING)),
        (207, (Verdict.ROUNDING, Severity.WARNING, Withholds.NOTHING)),
        (204, (Verdict.DIFFERENT, Severity.ERROR, Withholds.DOCUMENTS)),
        (208, (Verdict.DIFFERENT, Severity.ERROR, Withholds.DOCUMENTS)),
    ],
)
def test_the_printed_nation(
    country: SmallCountry, printed: int, expected: tuple[Verdict, Severity, Withholds]
) -> None:
    country.published(f"lan,00,lan/b/y,{printed}")
    result = one(country, Kind.PUBLISHED_NATION)
    assert (result.expected, result.found, result.tolerance) == (printed, 206, 1)
    assert outcome(result) == expected


def test_allocated_to_post(country: SmallCountry) -> None:
    result = one(country, Kind.ALLOCATED_TO_POST, "lan/b/y lan:00")
    assert (result.expected, result.found, result.tolerance) == (205, 206, 1)
    assert outcome(result) == (Verdict.ROUNDING, Severity.WARNING, Withholds.NOTHING)


# Levels and extracts --------------------------------------------------------------------------


def test_levels_that_differ_between_an_estimate_and_a_better_one(country: SmallCountry) -> None:
    # domain.md: information.
    young = {"0114": [150, 451], "0115": [30, 270], "0201": [20, 80]}
    country.extract("aldrar", jsonstat(young, AGES), maturity="estimate")
    result = one(country, Kind.EXTRACTS)
    assert outcome(result) == (Verdict.DIFFERENT, Severity.INFO, Withholds.NOTHING)
    assert (result.expected, result.found, result.unit) == (0, 1, "kommuner")
    assert result.rows == ("0114",)
    assert result.where == "population/alla.json och population/aldrar.json"


def test_levels_that_differ_between_two_better_ones(country: SmallCountry) -> None:
    country.extract("lan", jsonstat({"01": 901, "02": 100}), level="lan", maturity="reconstructed")
    results = [r for r in of_kind(small(country), Kind.LEVELS) if "alla.json" in r.where]
    norra, sodra = results
    assert (norra.expected, norra.found, norra.difference) == (901, 900, -1)
    assert outcome(norra) == (Verdict.DIFFERENT, Severity.WARNING, Withholds.NOTHING)
    assert norra.what == "Kommunerna i Norra län mot länets folkmängd"
    assert outcome(sodra) == NOTHING_TO_SAY


def test_levels_of_one_maturity_that_differ_stop_the_agreement(country: SmallCountry) -> None:
    # Only municipalities by age are used here, so no basis meets the contradiction by itself.
    country.extract("lan", jsonstat({"01": 901, "02": 100}), level="lan", maturity="estimate")
    with pytest.raises(InputError) as caught:
        small(country)
    [problem] = caught.value.problems
    assert (problem.expected, problem.found) == ("901 personer", "900 personer")
    assert problem.place == "01"
    assert "population/lan.json och population/aldrar.json" in problem.file
    assert "`replaces`" in problem.action


def perturbed(country: SmallCountry, norra: int, **facts: Any) -> list[Result]:
    """The levels of 1 November 2025: counties say `norra`, two municipalities 900."""
    country.change(country.agreement, "reference_date: 2024-11-01", "reference_date: 2025-11-01")
    at = {"reference_date": "2025-11-01"}
    facts = {**at, **facts}
    country.extract("alla", jsonstat(ALL_AGES, year="2025"), **facts)
    country.extract("aldrar", jsonstat(BY_AGE, AGES, year="2025"), maturity="estimate", **at)
    counties = jsonstat({"01": norra, "02": 100}, year="2025")
    country.extract("lan", counties, level="lan", **facts)
    return [r for r in of_kind(small(country), Kind.LEVELS) if "alla.json" in r.where]


RANDOM = {"method": "cell_key", "per_cell": 2, "source": "tabellens fotnot"}


def test_levels_agree_exactly_where_nobody_says_otherwise(country: SmallCountry) -> None:
    # domain.md: whether the table of 1 November is perturbed is read from its notes, not the year.
    with pytest.raises(InputError) as caught:
        perturbed(country, 901)
    assert "`perturbation`" in caught.value.problems[0].action


@pytest.mark.parametrize("norra", [896, 899, 901, 904])
def test_random_numbers_excuse_as_much_as_their_figures_can_give(
    country: SmallCountry, norra: int
) -> None:
    # Two municipalities and the county's own figure: three values, 2 persons each: ⌈2·√3⌉ = 4.
    [found, sodra] = perturbed(country, norra, perturbation=RANDOM)
    assert outcome(found) == (Verdict.PERTURBED, Severity.WARNING, Withholds.NOTHING)
    assert (found.tolerance, found.difference) == (4, 900 - norra)
    assert "slumptal" in found.note
    assert outcome(sodra) == NOTHING_TO_SAY


@pytest.mark.parametrize("norra", [895, 905, 900_000])
def test_more_than_random_numbers_can_give_is_a_contradiction(
    country: SmallCountry, norra: int
) -> None:
    with pytest.raises(InputError) as caught:
        perturbed(country, norra, perturbation=RANDOM)
    assert caught.value.problems[0].place == "region 01, 2025-11-01/lan/alla"


def test_the_tables_own_note_says_that_there_are_random_numbers(country: SmallCountry) -> None:
    # Nobody says how large: our assumption is 5 persons per value, three values: ⌈5·√3⌉.
    note = "Metoden som används för röjandekontroll heter Cell Key Method (CKM)."
    [found, _] = perturbed(country, 909, mandatory_notes=[note])
    assert (found.verdict, found.tolerance) == (Verdict.PERTURBED, 9)


def test_a_note_about_a_later_year_says_nothing_of_this_one(country: SmallCountry) -> None:
    # SCB's notes stand on the whole table, also when figures of an earlier year are asked for.
    note = "Från och med referensåret 2026 används Cell Key Method (CKM)."
    with pytest.raises(InputError):
        perturbed(country, 901, mandatory_notes=[note])


def test_another_breakdown_of_the_same_table_differs_by_random_numbers(
    country: SmallCountry,
) -> None:
    # One value against two: three values, 2 persons each: ⌈2·√3⌉ = 4.
    def aldrar(alby: int) -> None:
        values = {**BY_AGE, "0114": [150, alby]}
        country.extract("aldrar", jsonstat(values, AGES), perturbation=RANDOM)

    aldrar(454)
    result = one(country, Kind.EXTRACTS, "0114")
    assert outcome(result) == (Verdict.PERTURBED, Severity.WARNING, Withholds.NOTHING)
    aldrar(455)
    with pytest.raises(InputError):
        small(country)


def test_the_very_same_figures_never_differ_by_random_numbers(country: SmallCountry) -> None:
    # The cell key method gives one figure one random number: a difference is a revision.
    country.extract("andra", jsonstat({**ALL_AGES, "0114": 601}), perturbation=RANDOM)
    with pytest.raises(InputError):
        small(country)


# Corrections and doubts ------------------------------------------------------------------------


def test_a_corrected_figure_is_told(country: SmallCountry) -> None:
    country.correction("alla.json", "0114", expect=600, value=599)
    result = one(country, Kind.CORRECTION)
    assert outcome(result) == (Verdict.KNOWN_DIFFERENCE, Severity.WARNING, Withholds.NOTHING)
    assert (result.expected, result.found, result.difference) == (600, 599, -1)
    assert result.note == "Prövad mot registret. Anmält av Alby kommun den 2025-02-03."


def test_only_pinned_extracts_are_compared(country: SmallCountry) -> None:
    country.extract("andra", jsonstat({**ALL_AGES, "0114": 601}), maturity="preliminary")
    pins = f"pins: [{country.sha256('alla')}, {country.sha256('aldrar')}]"
    country.change(country.agreement, "  table: TAB1267", f"  table: TAB1267\n  {pins}")
    assert "andra" not in one(country, Kind.EXTRACTS).where


def test_the_control_total_is_told(country: SmallCountry) -> None:
    country.extract("alla", jsonstat(ALL_AGES), control_total=1000)
    result = one(country, Kind.CONTROL_TOTAL)
    assert (result.expected, result.found, result.unit) == (1000, 1000, "personer")
    assert outcome(result) == NOTHING_TO_SAY


# Plans ----------------------------------------------------------------------------------------


def test_an_unpublished_plan_is_compared_with_what_is_computed(country: SmallCountry) -> None:
    posts = of_kind(small(country), Kind.PLAN_TO_POST)
    assert [(r.expected, r.found) for r in posts] == [(20, 20), (185, 185), (86, 86)]
    assert one(country, Kind.PLAN_TO_TOTAL).expected == 291


def test_a_published_amount_is_what_the_county_sees(country: SmallCountry) -> None:
    country.published("lan,01,lan/e,87")
    result = one(country, Kind.PLAN_TO_POST, "lan/e lan:01")
    assert (result.expected, result.found) == (87, 86)
    assert outcome(result) == (Verdict.DIFFERENT, Severity.ERROR, Withholds.PLAN)
    assert small(country).withheld() == ["documents", "plan:01"]


def test_a_measure_that_is_wrong(country: SmallCountry) -> None:
    country.change(country.plan, "amount: 86}\nstated", "amount: 85}\nstated")
    report = small(country)
    found = {(r.kind, r.expected, r.found) for r in report.errors()}
    assert found == {
        (Kind.PLAN_TO_POST, 86, 85),
        (Kind.PLAN_TO_TOTAL, 291, 290),
        (Kind.PLAN_TO_STATED_SUM, 86, 85),
    }
    assert report.withheld() == ["plan:01"]
    assert {r.where for r in report.errors()} == {f"plans/{AGREEMENT}/01.yaml"}


def test_two_measures_that_are_wrong_by_the_same_sum(country: SmallCountry) -> None:
    # The total is right; the posts are not.
    country.change(country.plan, "amount: 20}", "amount: 21}")
    country.change(country.plan, "amount: 100}", "amount: 99}")
    kinds = Counter(result.kind for result in small(country).errors())
    assert kinds == {Kind.PLAN_TO_POST: 2}


def test_a_post_without_measures(country: SmallCountry) -> None:
    text = country.plan.read_text("utf-8")
    kept = [line for line in text.splitlines() if "post: lan/e" not in line]
    country.plan.write_text("\n".join(kept), "utf-8")
    result = one(country, Kind.PLAN_TO_POST, "lan/e lan:01")
    assert (result.expected, result.found, result.severity) == (86, 0, Severity.ERROR)


KNOWN = "known_differences: [{{post: lan/e, amount: {amount}, reason: Ej placerat., source: Brev}}]"


def test_a_known_difference(country: SmallCountry) -> None:
    # Like VG 2024's samsjuklighet (domain.md): a part is not placed, and that is known.
    country.change(country.plan, "amount: 86}\nstated", "amount: 80}\nstated")
    country.change(country.plan, "[Alby, Berga], amount: 86}\np", "[Alby, Berga], amount: 80}\np")
    country.change(country.plan, "known_differences: []", KNOWN.format(amount=-6))
    report = small(country)
    post = one(country, Kind.PLAN_TO_POST, "lan/e lan:01")
    total = one(country, Kind.PLAN_TO_TOTAL)
    for result in (post, total):
        expected = (Verdict.KNOWN_DIFFERENCE, Severity.WARNING, Withholds.NOTHING)
        assert outcome(result) == expected
        assert (result.difference, result.note) == (-6, "Ej placerat.")
    assert report.withheld() == []


@pytest.mark.parametrize("amount", [-5, -7, 6])
def test_a_known_difference_that_is_not_exact(country: SmallCountry, amount: int) -> None:
    country.change(country.plan, "amount: 86}\nstated", "amount: 80}\nstated")
    country.change(country.plan, "known_differences: []", KNOWN.format(amount=amount))
    for result in (
        one(country, Kind.PLAN_TO_POST, "lan/e lan:01"),
        one(country, Kind.PLAN_TO_TOTAL),
    ):
        assert outcome(result) == (Verdict.DIFFERENT, Severity.ERROR, Withholds.PLAN)
        assert result.difference == -6
    assert small(country).withheld() == ["plan:01"]


def test_a_known_difference_that_is_no_more(country: SmallCountry) -> None:
    # The plan adds up after all: a difference that is stated must be the one that is found
    # (architecture.md), so the stale one has to be taken away.
    country.change(country.plan, "known_differences: []", KNOWN.format(amount=-6))
    result = one(country, Kind.PLAN_TO_POST, "lan/e lan:01")
    assert (result.verdict, result.severity, result.difference) == ("different", "error", 0)
    assert small(country).withheld() == ["plan:01"]


def test_several_known_differences_of_one_post(country: SmallCountry) -> None:
    country.change(country.plan, "amount: 86}\nstated", "amount: 80}\nstated")
    country.change(
        country.plan,
        "known_differences: []",
        "known_differences:\n"
        "  - {post: lan/e, amount: -4, reason: Ett., source: Brev}\n"
        "  - {post: lan/e, amount: -2, reason: Två., source: Brev}",
    )
    result = one(country, Kind.PLAN_TO_POST, "lan/e lan:01")
    assert (result.verdict, result.note) == (Verdict.KNOWN_DIFFERENCE, "Ett. Två.")


def rounded_total(country: SmallCountry) -> None:
    """Two posts of 205 by population: 184.5 twice. Printed 185 + 185 (+ 20), total 389."""
    country.change(country.agreement, "amount: 100\n    key:\n      - fixed: 5\n      - rest:",
                   "amount: 205\n    key:\n      - rest:")  # fmt: skip
    country.change(country.agreement, "amount: 1 561,", "amount: 1 666,")
    country.change(country.agreement, "amount: 335,", "amount: 440,")
    country.change(country.plan, "amount: 86}\nstated", "amount: 185}\nstated")
    country.change(country.plan, "[Alby, Berga], amount: 86}\np", "[Alby, Berga], amount: 185}\np")


def test_a_plan_that_places_every_krona_of_every_post(country: SmallCountry) -> None:
    # domain.md: VG 2024 in the same way sums to 106 679 944, one more than the printed total.
    rounded_total(country)
    result = one(country, Kind.PLAN_TO_TOTAL)
    assert (result.expected, result.found, result.tolerance) == (389, 390, 1)
    assert outcome(result) == (Verdict.ROUNDING, Severity.WARNING, Withholds.NOTHING)
    assert small(country).withheld() == []


def test_a_krona_too_much_is_not_rounding(country: SmallCountry) -> None:
    rounded_total(country)
    country.change(country.plan, "amount: 185}\nstated", "amount: 184}\nstated")
    # Now the total is the printed one, but a post is not: that is the error.
    assert outcome(one(country, Kind.PLAN_TO_TOTAL)) == NOTHING_TO_SAY
    post = one(country, Kind.PLAN_TO_POST, "lan/e lan:01")
    assert outcome(post) == (Verdict.DIFFERENT, Severity.ERROR, Withholds.PLAN)


def test_the_plan_of_another_county_is_its_own(country: SmallCountry) -> None:
    made = dossier_of(country.raw, AGREEMENT)
    wrong = made.plans[0].model_copy(update={"county": "02"})
    both = reconcile(made.agreement, made.register, (), made.allocation, [*made.plans, wrong])
    assert made.reconciliation.withheld() == []
    assert both.withheld() == ["plan:02"]


def test_the_summary_by_organisation(country: SmallCountry) -> None:
    country.change(country.plan, "  - {organisation: Berga, amount: 85}\n", "")
    country.change(
        country.plan, "{organisation: Alby, amount: 120}", "{organisation: Alby, amount: 121}"
    )
    results = small(country).errors()
    found = {(r.kind, r.what, r.expected, r.found) for r in results}
    assert found == {
        (Kind.PLAN_TO_STATED_SUM, "Planens insatser för Alby mot länets egen summa", 121, 120),
        (Kind.PLAN_TO_STATED_SUM, "Planens insatser för Berga mot länets egen summa", 0, 85),
    }


def test_a_summary_of_nobody(country: SmallCountry) -> None:
    berga = "  - {organisation: Berga, amount: 85}\n"
    country.change(country.plan, berga, f"{berga}  - {{organisation: Ceby, amount: 1}}\n")
    [result] = small(country).errors()
    assert (result.expected, result.found, result.withholds) == (1, 0, Withholds.PLAN)


def test_a_plan_without_summary_has_none_to_compare(country: SmallCountry) -> None:
    text = country.plan.read_text("utf-8")
    start, end = text.index("stated_sums:"), text.index("payment:")
    country.plan.write_text(text[:start] + text[end:], "utf-8")
    assert of_kind(small(country), Kind.PLAN_TO_STATED_SUM) == []
