"""An agreement that holds together, and every way in which one may not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from schemas.agreement import Agreement
from schemas.common import RecipientType
from statsbidrag.agreement.reading import load_agreement
from statsbidrag.errors import Problem
from statsbidrag.files.raw_folder import Raw
from statsbidrag.register.recipients import Register, read_register
from tests.cases.small_country import AGREEMENT, SmallCountry

Refused = Callable[[Callable[[], object]], list[Problem]]
MEND = "correct it against the agreement"


def load(country: SmallCountry) -> Agreement:
    return load_agreement(country.raw, AGREEMENT, read_register(country.raw))


MILLION = 1_000_000
POSTS = {
    # domain.md, "The agreements".
    2025: {
        "region/komplexa-behov": 500,
        "region/suicidprevention": 288,
        "kommun/barn-och-unga": 250,
        "lan/komplexa-behov": 200,
        "lan/nationell-strategi/genomforande": 45,
        "lan/nationell-strategi/brukarmedverkan": 24,
        "lan/nationell-strategi/vard-och-insatsprogram": 24,
        "lan/suicidprevention": 200,
        "skr/samverkan": 29,
    },
    2024: {
        "region/barn-och-unga": 553,
        "region/kunskapsbaserad-vard": 100,
        "region/traumavard": 50,
        "kommun/kunskapsbaserad-vard": 100,
        "lan/barn-och-unga": 250,
        "lan/samsjuklighet": 250,
        "lan/brukarmedverkan": 24,
        "lan/suicidprevention": 200,
        "skr/utveckling-och-samordning": 33,
    },
}


@pytest.mark.parametrize("year", POSTS)
def test_the_posts_of_a_year(raw: Raw, register: Register, year: int) -> None:
    agreement = load_agreement(raw, f"psykisk-halsa-{year}", register)
    expected = {name: amount * MILLION for name, amount in POSTS[year].items()}
    assert {post.id: post.amount for post in agreement.posts} == expected
    assert agreement.total.amount == sum(expected.values()) == 1560 * MILLION


@pytest.mark.parametrize(
    ("year", "types", "areas"),
    [
        (2025, [788, 250, 493, 29], [93, 250, 700, 488, 29]),
        (2024, [703, 100, 724, 33], [803, 250, 200, 24, 200, 50, 33]),
    ],
)
def test_the_totals_that_it_states(
    raw: Raw, register: Register, year: int, types: list[int], areas: list[int]
) -> None:
    stated = load_agreement(raw, f"psykisk-halsa-{year}", register).stated_totals
    assert [s.amount // MILLION for s in stated if s.recipients] == types
    assert [s.amount // MILLION for s in stated if s.area] == areas


def test_the_deadlines(raw: Raw, register: Register) -> None:
    # domain.md: a later decision moved 2024's requisition; both dates stay.
    dates = load_agreement(raw, "psykisk-halsa-2024", register).dates
    assert dates["requisition"].date == date(2024, 12, 1)
    assert dates["requisition"].in_force == date(2024, 11, 29)
    assert dates["requisition"].changed[0].reference.source == "payment_decision"
    assert dates["repayment"].in_force == date(2025, 3, 31)
    dates = load_agreement(raw, "psykisk-halsa-2025", register).dates
    assert dates["requisition"].in_force == date(2025, 12, 1)
    assert dates["repayment"].in_force == dates["financial_report"].in_force == date(2026, 3, 31)


def test_who_owes_a_financial_report(raw: Raw, register: Register) -> None:
    # domain.md: every recipient in 2025, SKR alone in 2024.
    def who(year: int) -> set[RecipientType]:
        duties = load_agreement(raw, f"psykisk-halsa-{year}", register).reporting
        return {each for duty in duties if duty.to == "Kammarkollegiet" for each in duty.who}

    assert who(2025) == set(RecipientType)
    assert who(2024) == {RecipientType.SKR}


CROSS_CHECKS = {
    "another id than the file's": (
        "id: prov-2025", "id: prov-2024", "id", "`prov-2025`, the file's name", "`prov-2024`"),
    "another year than the id's": (
        "year: 2025", "year: 2024", "id", "`prov-2024`, programme and year", "`prov-2025`"),
    "another programme than the id's": (
        "programme: prov", "programme: annat", "id", "`annat-2025`, programme and year",
        "`prov-2025`"),
    "an area twice": (
        "{id: tva, title", "{id: ett, title", "areas[1].id", "each id once", "`ett` again"),
    "a post group twice": (
        "title: Delad post}", "title: Delad post}\n  - {id: lan/b, title: Igen}",
        "post_groups[1].id", "each id once", "`lan/b` again"),
    "an unknown area": (
        "id: skr/d\n    area: tva", "id: skr/d\n    area: tre", "posts[5].area",
        "one of: ett, tva", "`tre`"),
    "a total of an unknown area": (
        "{area: ett,", "{area: tre,", "stated_totals[1].area", "one of: ett, tva", "`tre`"),
    "an unknown source": (
        "amount: 335, reference: {source: agreement}", "amount: 335, reference: {source: bilaga}",
        "stated_totals[0].reference.source", "one of: agreement", "`bilaga`"),
    "a group's member that is not there": (
        'members: ["01"]', 'members: ["01", "12"]', "groups.stor.members[1]",
        "the code of a recipient of type lan", "`12`"),
    "a group's member twice": (
        'members: ["01"]', 'members: ["01", "01"]', "groups.stor.members[1]",
        "each member once", "`01` again"),
    "an unknown group": (
        "except: {stor: 20}", "except: {storst: 20}", "posts[1].key[0].except.storst",
        "one of: stor", "`storst`"),
    "a group of another type": (
        "stor: {recipients: lan", "stor: {recipients: region", "posts[1].key[0].except.stor",
        "a group of recipients of type lan", "`stor`, a group of type region"),
    "a level that is not given": (
        "levels: {region: lan, lan", "levels: {lan", "population.levels",
        "the published level for region (region/a needs it)", "none"),
    "municipalities by the counties' figures": (
        "kommun: kommun}", "kommun: lan}", "population.levels.kommun", "kommun",
        "lan: no municipality's figure follows from its county's"),
    "a part of no group": (
        "- {id: lan/b, title: Delad post}", "- {id: lan/x, title: Delad post}",
        "posts[1].part_of", "one of: lan/x", "`lan/b`"),
    "a post with a group's id": (
        "- {id: lan/b, title: Delad post}",
        "- {id: lan/b, title: Delad post}\n  - {id: lan/e, title: E}", "posts[3].id",
        "an id of its own", "that of a post group"),
    "a group without parts": (
        "- {id: lan/b, title: Delad post}",
        "- {id: lan/b, title: Delad post}\n  - {id: lan/y, title: Y}", "post_groups[1]",
        "a post with this `part_of`", "none"),
    "signed by nobody": (
        "signed: {state: 2025-01-30, skr: 2025-01-24}\n", "", "status",
        "`signed:` with both dates", "none"),
    "a deadline before the signing": (
        "date: 2025-12-01", "date: 2025-01-29", "dates.requisition.date",
        "a day after the agreement was signed", "2025-01-29"),
    "repayment before requisition": (
        "date: 2026-03-31", "date: 2025-11-30", "dates.repayment.date",
        "a day after the last day of requisition", "2025-11-30"),
    "a total that the posts do not make": (
        "total: {amount: 1 561,", "total: {amount: 1 560,", "total.amount",
        "1 561 kr, the sum of the posts", "1 560 kr"),
    "a type's total that the posts do not make": (
        "amount: 335,", "amount: 336,", "stated_totals[0].amount",
        "335 kr, the sum of lan/b/x, lan/b/y, lan/e", "336 kr"),
    "an area's total that the posts do not make": (
        "amount: 1 031,", "amount: 1 030,", "stated_totals[1].amount",
        "1 031 kr, the sum of region/a, lan/b/x", "1 030 kr"),
    "a key that takes too much": (
        "fixed: 25", "fixed: 59", "posts[4].key",
        "175 kr, the post's whole amount, neither more nor less",
        "177 kr given out, before the rest"),
    "a key that leaves something": (
        "except: {stor: 20}", "except: {stor: 19}", "posts[1].key",
        "30 kr, the post's whole amount, neither more nor less", "29 kr given out"),
    "a key without population for SKR": (
        "[{rest: {by: equal}}]", "[{rest: {by: population}}]", "posts[5].key",
        "a key without population: SKR has none", "by: population"),
    "an amount that is no whole unit": (
        "method: half_up, unit: 1,", "method: largest_remainder, unit: 5,", "posts[0].amount",
        "a multiple of 5 kr, the unit that region/a is rounded to", "1 001 kr"),
}  # fmt: skip


@pytest.mark.parametrize("case", CROSS_CHECKS)
def test_what_does_not_hold_together(country: SmallCountry, refused: Refused, case: str) -> None:
    old, new, place, expected, found = CROSS_CHECKS[case]
    country.change(country.agreement, old, new)
    problems = refused(lambda: load(country))
    assert {problem.file for problem in problems} == {str(country.agreement)}
    said = [(problem.place, problem.expected, problem.found) for problem in problems]
    assert (place, expected, found) in said
    assert all(problem.line > 0 for problem in problems)


def test_nothing_else_is_said_of_one_mistake(country: SmallCountry, refused: Refused) -> None:
    line = country.change(country.agreement, "id: skr/d\n    area: tva", "id: skr/d\n    area: tre")
    [problem] = refused(lambda: load(country))
    assert problem.line == line + 1
    assert problem.action == MEND


def test_the_same_post_twice(country: SmallCountry, refused: Refused) -> None:
    text = country.agreement.read_text("utf-8")
    post = text[text.index("  - id: skr/d") : text.index("stated_totals:")]
    country.agreement.write_text(text.replace(post, post + post), "utf-8")
    [problem] = [p for p in refused(lambda: load(country)) if p.place == "posts[6].id"]
    assert problem.expected == "each id once"
    assert problem.found == "`skr/d` again"


def test_a_member_of_two_exceptions(country: SmallCountry, refused: Refused) -> None:
    country.change(
        country.agreement,
        'members: ["01"]}',
        'members: ["01"]}\n  alla: {recipients: lan, members: ["02", "01"]}',
    )
    country.change(country.agreement, "{stor: 20}", "{stor: 20, alla: 10}")
    [problem] = refused(lambda: load(country))
    assert problem.place == "posts[1].key[0].except.alla"
    assert problem.expected == "each recipient in at most one exception"
    assert problem.found == "01 in two"


def test_a_post_between_the_parts_of_another(country: SmallCountry, refused: Refused) -> None:
    text = country.agreement.read_text("utf-8")
    part = text[text.index("  - id: lan/b/y") : text.index("  - id: lan/e")]
    moved = text.replace(part, "").replace("  - id: kommun/c", part + "  - id: kommun/c")
    country.agreement.write_text(moved, "utf-8")
    [problem] = refused(lambda: load(country))
    assert problem.place == "posts[3]"
    assert problem.expected == "the parts of lan/b one after the other"
    assert problem.found == "another post between them"


def test_several_mistakes_are_reported_together(country: SmallCountry, refused: Refused) -> None:
    lines = {
        "dates.requisition.date": country.change(
            country.agreement, "date: 2025-12-01", "date: 2025-01-01"
        ),
        "groups.stor.members[0]": country.change(country.agreement, '["01"]', '["03"]'),
        "stated_totals[1].area": country.change(country.agreement, "{area: ett,", "{area: ex,"),
        "id": country.change(country.agreement, "year: 2025", "year: 2026") - 2,
    }
    problems = refused(lambda: load(country))
    assert {problem.place: problem.line for problem in problems} == lines
    assert [problem.line for problem in problems] == sorted(lines.values())


def test_sums_that_fail_together(country: SmallCountry, refused: Refused) -> None:
    # One wrong post breaks every total that holds it: 100 kr becomes 110.
    line = country.change(country.agreement, "amount: 100\n", "amount: 110\n")
    problems = refused(lambda: load(country))
    assert [(problem.place, problem.found) for problem in problems] == [
        ("total.amount", "1 561 kr"),
        ("stated_totals[0].amount", "335 kr"),
    ]
    assert all(problem.line != line for problem in problems)


@pytest.mark.parametrize("total", ["total: {amount: 9 999,", "total: {amount: 1 561,"])
def test_a_partial_agreement_need_not_sum(country: SmallCountry, total: str) -> None:
    # domain.md: the totals of a partial agreement cannot be tested.
    country.change(country.agreement, "coverage: complete", "coverage: partial")
    country.change(country.agreement, "total: {amount: 1 561,", total)
    assert load(country).total.amount in (9_999, 1_561)


def test_a_draft_needs_no_signatures(country: SmallCountry) -> None:
    country.change(country.agreement, "status: signed", "status: draft")
    country.change(country.agreement, "signed: {state: 2025-01-30, skr: 2025-01-24}\n", "")
    assert load(country).signed is None


def test_a_year_that_is_missing(country: SmallCountry, refused: Refused) -> None:
    # No carry-forward: the error names the file to write.
    register = read_register(country.raw)
    [problem] = refused(lambda: load_agreement(country.raw, "prov-2026", register))
    assert problem.file == str(country.root / "agreements" / "prov-2026.yaml")
    assert (problem.expected, problem.found) == ("a file", "none")
    assert problem.action == "write it, or correct the name"


def test_units_are_of_the_post_where_it_has_its_own(country: SmallCountry) -> None:
    # 100 kr in whole tens by a convention of its own; the agreement rounds each cell.
    country.change(
        country.agreement,
        "amount: 100\n",
        "amount: 100\n    rounding: {method: largest_remainder, unit: 10, totals: from_printed}\n",
    )
    agreement = load(country)
    assert agreement.rounding_of(agreement.post("lan/e")).unit == 10
    assert agreement.rounding_of(agreement.post("lan/b/y")).unit == 1


def test_a_sum_of_parts_that_is_no_whole_unit(country: SmallCountry, refused: Refused) -> None:
    # Every post has a unit of its own that fits; the totals have the agreement's, which does not.
    country.change(
        country.agreement, "method: half_up, unit: 1,", "method: largest_remainder, unit: 1000,"
    )
    text = country.agreement.read_text("utf-8")
    own = "    rounding: {method: half_up, unit: 1, totals: from_printed}\n    reference:"
    country.agreement.write_text(text.replace("    reference:", own), "utf-8")
    problems = refused(lambda: load(country))
    assert {problem.place for problem in problems} == {"rounding.unit"}
    assert "a multiple of 1 000 kr, the unit that all of lan is rounded to" in {
        problem.expected for problem in problems
    }
