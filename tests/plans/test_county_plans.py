"""A county's plan: whether it speaks of posts and counties that exist."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from schemas.plan import Plan
from statsbidrag.agreement.reading import load_agreement
from statsbidrag.errors import Problem
from statsbidrag.files.raw_folder import Raw
from statsbidrag.plans.county_plans import load_plans
from statsbidrag.register.recipients import Register, read_register
from tests.cases.small_country import AGREEMENT, SmallCountry

Refused = Callable[[Callable[[], object]], list[Problem]]


def load(country: SmallCountry) -> tuple[Plan, ...]:
    register = read_register(country.raw)
    return load_plans(country.raw, load_agreement(country.raw, AGREEMENT, register), register)


def test_jamtland_2024(raw: Raw, register: Register) -> None:
    # 003_5112bbd3ee97e34b.txt: fourteen measures; domain.md, "What does not add up": they do.
    plans = load_plans(raw, load_agreement(raw, "psykisk-halsa-2024", register), register)
    [plan] = [plan for plan in plans if plan.county == "23"]
    assert (plan.county, plan.decision.by, len(plan.measures)) == ("23", "SVOM", 14)
    assert [
        sum(measure.amount for measure in plan.of_post(f"lan/{post}"))
        for post in ("barn-och-unga", "samsjuklighet", "brukarmedverkan", "suicidprevention")
    ] == [2_974_230, 6_819_298, 1_000_000, 2_509_377]
    sums = [sum(m.amount for m in group) for group in plan.by_organisation().values()]
    assert sorted(sums) == [757_528, 1_545_000, 3_073_000, 7_927_377]
    assert (plan.date, plan.reference_number, plan.recipients_of_extract) == (None, "", ())


def test_no_plans(country: SmallCountry) -> None:
    country.plan.unlink()
    assert load(country) == ()


@pytest.mark.parametrize(
    ("old", "new", "place", "expected", "found"),
    [
        ("agreement: prov-2025", "agreement: prov-2024", "agreement", "`prov-2025`, its folder",
         "`prov-2024`"),
        ("{post: lan/e,", "{post: lan/f,", "measures[3].post",
         "a county post of prov-2025: lan/b/x, lan/b/y, lan/e", "`lan/f`"),
        ("{post: lan/e,", "{post: lan/b,", "measures[3].post",
         "a county post of prov-2025: lan/b/x, lan/b/y, lan/e", "`lan/b`"),
        ("{post: lan/e,", "{post: region/a,", "measures[3].post",
         "a county post of prov-2025: lan/b/x, lan/b/y, lan/e", "`region/a`"),
        ("amount: 86}\nstated", "amount: -86}\nstated", "measures[3].amount",
         "Input should be greater than or equal to 0", "-86"),
        ("amount: 86}\nstated", "amount: 86.0}\nstated", "measures[3].amount",
         "kronor are whole numbers: write 1 560 000 000, without decimals", "86.0"),
        ("known_differences: []",
         "known_differences: [{post: lan/f, amount: 1, reason: r, source: s}]",
         "known_differences[0].post", "a county post of prov-2025: lan/b/x, lan/b/y, lan/e",
         "`lan/f`"),
        ("issuer:", "isuer:", "isuer", "a key that the form has", "the unknown key `isuer`"),
    ],
)  # fmt: skip
def test_what_is_refused(
    country: SmallCountry,
    refused: Refused,
    old: str,
    new: str,
    place: str,
    expected: str,
    found: str,
) -> None:
    line = country.change(country.plan, old, new)
    problems = refused(lambda: load(country))
    [problem] = [each for each in problems if each.place == place]
    assert (problem.file, problem.line) == (str(country.plan), line)
    assert (problem.expected, problem.found) == (expected, found)
    assert problem.action


def test_a_county_that_does_not_exist(country: SmallCountry, refused: Refused) -> None:
    country.change(country.plan, 'county: "01"', 'county: "02"')
    [problem] = refused(lambda: load(country))
    assert (problem.expected, problem.found) == ("`01`, the file's name", "`02`")
    country.change(country.plan, 'county: "02"', 'county: "99"')
    path = country.plan.rename(country.plan.with_name("99.yaml"))
    [problem] = refused(lambda: load(country))
    assert (problem.file, problem.place, problem.line) == (str(path), "county", 3)
    assert problem.expected == "the code of a county in the register"
    assert (problem.found, problem.action) == ("`99`", "correct the code")


def test_mistakes_are_reported_together(country: SmallCountry, refused: Refused) -> None:
    lines = [
        country.change(country.plan, "agreement: prov-2025", "agreement: annan-2025"),
        country.change(country.plan, "{post: lan/b/x,", "{post: lan/b/z,"),
        country.change(country.plan, "{post: lan/e,", "{post: lan/f,"),
    ]
    assert [problem.line for problem in refused(lambda: load(country))] == lines
