"""The rules of an agreement one by one: what each refuses, and what it leaves to others.

Whole files, as `check` reads them, are tried in `tests/agreement/test_checks.py` and
`test_many_mistakes.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from schemas.agreement import Agreement
from schemas.common import Reference
from statsbidrag.agreement.checks.guidance import guidance_problems
from statsbidrag.agreement.checks.keys import (
    age_problems,
    level_problems,
    step_problems,
    sum_problems,
    unit_problems,
)
from statsbidrag.agreement.checks.scope import Scope, kr, unknown
from statsbidrag.agreement.checks.structure import problems_of
from statsbidrag.agreement.citations import citation, clause, dated
from statsbidrag.errors import Problem
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_reading import Location, read_yaml
from statsbidrag.register.recipients import Register
from tests.cases.small_country import as_yaml
from tests.helpers import made

BY_POPULATION = {"rest": {"by": "population"}}
COUNTIES = [f"{n:02}" for n in range(1, 26) if n not in (2, 11, 15, 16)]
"""All 21: four of the numbers belong to counties that are no more."""


@pytest.fixture
def scope(tmp_path: Path, register: Register) -> Callable[..., Scope]:
    """What a check of these posts is given, against the project's own register."""

    def of(
        *posts: Mapping[str, Any],
        base: Agreement | None = None,
        touched: frozenset[Location] = frozenset(),
        **changes: Any,
    ) -> Scope:
        path = tmp_path / "agreements" / "prov-2025.yaml"
        path.parent.mkdir(exist_ok=True)
        data = made.agreement(*posts, **changes)
        path.write_text(as_yaml(data), "utf-8")
        model = Agreement.model_validate(data)
        return Scope(model, base, read_yaml(path), register, Raw(tmp_path), touched)

    return of


def told(problems: Iterator[Problem] | list[Problem]) -> list[tuple[str, str]]:
    """Where something is wrong, and what stands there."""
    return [(problem.place, problem.found) for problem in problems]


def groups(**members: list[str]) -> dict[str, Any]:
    return {"groups": {name: {"recipients": "lan", "members": m} for name, m in members.items()}}


# --- Keys -------------------------------------------------------------------------------------


def test_a_key_names_groups_that_are_there_and_of_its_type(scope: Callable[..., Scope]) -> None:
    of = scope(
        made.post("lan/a", 4200, {"fixed": 200, "except": {"stor": 100, "storr": 1}}),
        made.post("region/b", 100, {"rest": {"by": "equal", "exclude": ["stor"]}}),
        **groups(stor=["01"]),
    )
    assert told(step_problems(of)) == [
        ("posts[0].key[0].except.storr", "`storr`"),
        ("posts[1].key[0].rest.exclude[0]", "`stor`, a group of type lan"),
    ]
    # What could not be read is told where it stands, and not missed here as well.
    read = scope(
        made.post("lan/a", 100, {"rest": {"by": "equal", "exclude": ["borta"]}}),
        touched=frozenset({("groups", "borta")}),
    )
    assert told(step_problems(read)) == []


def test_nobody_is_in_two_exceptions_and_somebody_is_left(scope: Callable[..., Scope]) -> None:
    of = scope(
        made.post("lan/a", 100, {"fixed": 1, "except": {"stor": 2, "syd": 3}}),
        made.post("lan/b", 100, {"rest": {"by": "equal", "exclude": ["alla"]}}),
        **groups(stor=["01", "12"], syd=["12"], alla=COUNTIES),
    )
    assert told(step_problems(of)) == [
        ("posts[0].key[0].except.syd", "12 in two"),
        ("posts[1].key[0].rest.exclude", "every recipient excluded"),
    ]


def parts(*ages: str) -> list[dict[str, Any]]:
    *first, last = ages
    of = [{"part": {"share": "10 %", "by": "population", "ages": each}} for each in first]
    return [*of, {"rest": {"by": "population", "ages": last}}]


@pytest.mark.parametrize(
    ("ages", "wrong"),
    [
        (("0-18", "19-64", "65+"), ""),
        (("0-18", "0-18"), ""),
        (("0-18", "18-64"), "`0-18` and `18-64`, which overlap"),
        (("65+", "70+"), "`65+` and `70+`, which overlap"),
        (("0-18", "20+"), "`0-18` and `20+`, and nobody between them"),
        (("20+", "0-18"), "`0-18` and `20+`, and nobody between them"),
    ],
)
def test_ages_follow_each_other(
    scope: Callable[..., Scope], ages: tuple[str, ...], wrong: str
) -> None:
    post = made.post("lan/a", 100, *parts(*ages))
    assert [found for _, found in told(age_problems(scope(post)))] == ([wrong] if wrong else [])
    assert told(age_problems(scope({**post, "ages_note": "Så står det."}))) == []


def test_population_has_a_level_for_whoever_shares_by_it(scope: Callable[..., Scope]) -> None:
    of = scope(
        made.post("lan/a", 100, BY_POPULATION),
        made.post("skr/b", 100, BY_POPULATION),
        made.post("kommun/c", 100, {"rest": {"by": "population", "level": "lan"}}),
        population={"table": "T", "reference_date": "2024-11-01", "levels": {"kommun": "lan"}},
    )
    too_coarse = "lan: no municipality's figure follows from its county's"
    assert told(level_problems(of)) == [
        ("population.levels", "none"),
        ("population.levels", "none"),
        ("posts[1].key", "by: population"),
        ("posts[2].key", too_coarse),
        ("population.levels.kommun", too_coarse),
    ]


@pytest.mark.parametrize(
    ("method", "amount", "key", "wrong"),
    [
        ("half_up", 1050, [BY_POPULATION], False),
        ("largest_remainder", 1000, [BY_POPULATION], False),
        ("largest_remainder", 1050, [BY_POPULATION], True),
        (
            "largest_remainder",
            1050,
            [{"set_aside": {"amount": 50, "title": "Pott"}}, BY_POPULATION],
            False,
        ),
        ("largest_remainder", 1050, [{"undistributed": "Sparas."}], False),
    ],
)
def test_a_sum_that_comes_out_exactly_is_of_whole_units(
    scope: Callable[..., Scope], method: str, amount: int, key: list[Any], wrong: bool
) -> None:
    rounding = {"method": method, "unit": 100, "totals": "from_printed"}
    of = scope(made.post("lan/a", amount, *key), rounding=rounding)
    assert told(unit_problems(of)) == ([("posts[0].amount", "1 050 kr")] if wrong else [])


@pytest.mark.parametrize(
    ("amount", "key", "found"),
    [
        (2100, [{"fixed": 100}], ""),
        (2200, [{"fixed": 100, "except": {"stor": 200}}], ""),
        (2101, [{"fixed": 100}], "2 100 kr given out"),
        (2099, [{"fixed": 100}], "2 100 kr given out"),
        (2100, [{"fixed": 100}, BY_POPULATION], "2 100 kr given out, before the rest"),
        (2101, [{"fixed": 100}, BY_POPULATION], ""),
        (2100, [{"fixed": 100, "exclude": ["stor"]}], "2 000 kr given out"),
        (100, [{"part": {"share": "1/3", "by": "equal"}}], "33 1/3 kr given out"),
    ],
)
def test_a_key_gives_out_the_whole_post(
    scope: Callable[..., Scope], amount: int, key: list[Any], found: str
) -> None:
    of = scope(made.post("lan/a", amount, *key), **groups(stor=["01"]))
    assert told(sum_problems(of)) == ([("posts[0].key", found)] if found else [])


# --- What a check is given --------------------------------------------------------------------


def test_what_an_agreement_may_speak_of_is_its_own_and_its_bases(
    scope: Callable[..., Scope],
) -> None:
    base = scope(
        made.post("lan/a", 100, BY_POPULATION),
        made.post("lan/b/x", 100, BY_POPULATION, part_of="lan/b"),
        **groups(stor=["01"]),
    ).agreement
    of = scope(
        made.post("lan/a", 200, BY_POPULATION, replaces="lan/a"),
        base=base,
        areas=[{"id": "annat", "title": "Annat"}],
        sources={"avtal": {"title": "Avtalet"}, "brev": {"title": "Brevet"}},
        touched=frozenset({("groups", "syd"), ("dates",)}),
        **groups(norr=["25"]),
    )
    assert [area.id for area in of.areas] == ["prov", "annat"]
    assert list(of.groups) == ["stor", "norr"]
    assert of.sources == ["avtal", "avtal", "brev"]
    assert of.post_groups == ["lan/b"]
    assert [post.id for post in of.kept_posts] == ["lan/b/x"]
    assert (of.whole("posts"), of.whole("posts", "dates")) == (True, False)
    assert of.left_out("groups", "syd")
    assert of.left_out("dates", "requisition")
    assert not of.left_out("groups", "stor")
    assert of.was_read("posts", 0, "amount")
    assert not of.was_read("posts", 1)
    [post] = of.agreement.posts
    assert (of.sound(post, "stor"), of.sound(post, "vast")) == (True, False)


def test_an_unknown_name_is_told_with_the_nearest_that_is_known(
    scope: Callable[..., Scope],
) -> None:
    file = scope(made.post("lan/a", 100, BY_POPULATION)).file
    near = unknown(file, ("posts", 0, "area"), "vrad", ["vard", "stod"])
    assert (near.place, near.expected, near.found) == (
        "posts[0].area",
        "one of: vard, stod",
        "`vrad`",
    )
    assert near.action == "did you mean `vard`?"
    far = unknown(file, ("posts", 0, "area"), "x", [])
    assert (far.expected, far.action) == (
        "one of: none is defined",
        "correct it against the agreement",
    )


def test_kronor_stand_in_threes_with_what_is_not_whole() -> None:
    assert [kr(0), kr(1_234_567)] == ["0 kr", "1 234 567 kr"]


# --- Between the parts ------------------------------------------------------------------------


def test_of_an_agreement_that_holds_together_nothing_is_told(scope: Callable[..., Scope]) -> None:
    of = scope(
        made.post("lan/a", 2200, {"fixed": 100, "except": {"stor": 200}}), **groups(stor=["01"])
    )
    assert problems_of(of, "prov-2025") == []
    assert guidance_problems(of) == []


def test_what_stands_wrong_between_the_parts_is_told_in_the_order_of_the_rules(
    scope: Callable[..., Scope],
) -> None:
    of = scope(
        made.post("lan/a", 100, BY_POPULATION, area="vard", reference={"source": "brev"}),
        made.post("lan/a", 100, BY_POPULATION),
        **groups(stor=["01", "99"]),
    )
    assert [place for place, _ in told(problems_of(of, "prov-2024"))] == [
        "id",
        "posts[1].id",
        "posts[0].area",
        "posts[0].reference.source",
        "groups.stor.members[1]",
    ]


def test_posts_sum_to_what_the_agreement_states(scope: Callable[..., Scope]) -> None:
    reference = {"source": "avtal"}
    posts = made.post("lan/a", 100, BY_POPULATION), made.post("region/b", 100, BY_POPULATION)
    of = scope(
        *posts,
        total={"amount": 201, "reference": reference},
        stated_totals=[
            {"recipients": "lan", "amount": 99, "reference": reference},
            {"area": "prov", "amount": 200, "reference": reference},
        ],
    )
    assert told(problems_of(of, "prov-2025")) == [
        ("total.amount", "201 kr"),
        ("stated_totals[0].amount", "99 kr"),
    ]


def test_a_purpose_is_of_money_that_somebody_gets_and_of_every_post(
    scope: Callable[..., Scope],
) -> None:
    posts = made.post("lan/a", 100, BY_POPULATION), made.post("region/b", 100, BY_POPULATION)
    reference = {"source": "avtal"}

    def purpose(**of: Any) -> dict[str, Any]:
        return {"text": "Till det.", "must": ["göra det"], "reference": reference, **of}

    wrong = scope(
        *posts,
        purposes=[
            purpose(area="vard", who=["lan"]),
            purpose(area="prov", who=["skr", "lan"]),
            purpose(area="prov", who=["lan"]),
            purpose(post="lan/b", who=["lan"]),
        ],
    )
    assert told(guidance_problems(wrong)) == [
        ("purposes[0].area", "`vard`"),
        ("purposes[1].who[0]", "`skr`, which has none"),
        ("purposes[2].who[0]", "another for `lan`"),
        ("purposes[3].post", "`lan/b`"),
    ]
    signed = {"status": "signed", "signed": {"state": "2025-01-30", "skr": "2025-01-24"}}
    missing = scope(*posts, purposes=[purpose(area="prov", who=["lan"])], **signed)
    [problem] = guidance_problems(missing)
    assert problem.expected == "what the money of region/b is for"
    assert problem.action == "add one: area: prov, who: [region]"


# --- Where something stands -------------------------------------------------------------------


def sourced() -> Agreement:
    reference = {"source": "agreement", "section": "4.2"}
    deadline = {
        "date": "2024-12-01",
        "reference": reference,
        "changed": [{"date": "2024-11-29", "reference": {"source": "beslut", "page": "2"}}],
    }
    sources = {
        "agreement": {"title": "En överenskommelse", "reference_number": "S2023/1"},
        "beslut": {"title": "Beslutet"},
        "avtal": {"title": "Avtalet"},
    }
    posts = [
        made.post("lan/a", 100, BY_POPULATION, reference={"source": "avtal", "table": "3"}),
        made.post("lan/b", 100, BY_POPULATION, key_reference=reference),
    ]
    data = made.agreement(*posts, sources=sources, dates={"requisition": deadline})
    return Agreement.model_validate(data)


def test_a_citation_is_the_source_and_the_place_in_it() -> None:
    agreement = sourced()
    found = citation(agreement, Reference(source="agreement", section="4.2", page="7"))
    assert (found.agreement, found.title, found.reference_number, found.place) == (
        True,
        "En överenskommelse",
        "S2023/1",
        "avsnitt\u00a04.2, sidan\u00a07",
    )
    # One that is not listed is cited by the name that it has.
    other = citation(agreement, Reference(source="Kalmars brev"))
    assert (other.agreement, other.title, other.place) == (False, "Kalmars brev", "")


def test_a_keys_place_is_its_own_or_its_posts() -> None:
    agreement = sourced()
    assert [clause(agreement, post) for post in agreement.posts] == [
        "Avtalet, tabell\u00a03",
        "Överenskommelsen, avsnitt\u00a04.2",
    ]


def test_a_day_stands_with_every_document_that_has_set_it() -> None:
    agreement = sourced()
    days = list(dated(agreement, "requisition"))
    assert [(each.day, each.source.title, each.in_force) for each in days] == [
        (date(2024, 12, 1), "En överenskommelse", False),
        (date(2024, 11, 29), "Beslutet", True),
    ]
    assert list(dated(agreement, "repayment")) == []
