"""What a revision changed: counted by hand in a small country, and proven for the real one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.common import RecipientType
from schemas.revision import InputKind, Reason
from statsbidrag.allocation.derivation import derive, derive_all
from statsbidrag.diff.changes import Changes, Decided
from statsbidrag.diff.comparing import compare_revisions, consequences, summary_of
from statsbidrag.diff.sentences import (
    enough_places,
    everyone_in_words,
    explanation,
    half,
    post_in_words,
    reasons_in_words,
)
from statsbidrag.dossier.gathering import Computed
from statsbidrag.publication.reading_back import read_revision
from statsbidrag.publication.record_json import RECORD
from statsbidrag.publication.revision import PublishedRevision
from statsbidrag.swedish import key_sentences
from statsbidrag.swedish.typography import decimals
from tests.cases.small_country import (
    AGES,
    AGREEMENT,
    ALL_AGES,
    BY_AGE,
    DAY,
    IN_FOUR_COUNTIES,
    SmallCountry,
    jsonstat,
)
from tests.helpers.made import agreement, post
from tests.helpers.revisions import both, compared, line, published, without

LAN, KOMMUN, REGION = RecipientType.LAN, RecipientType.KOMMUN, RecipientType.REGION


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output"


@pytest.fixture
def revised(country: SmallCountry, output: Path) -> Callable[[Callable[[], object]], Changes]:
    """What a change of the raw files changes in the revision."""

    def revise(change: Callable[[], object]) -> Changes:
        before = published(country.raw, output, AGREEMENT)
        change()
        return compared(output, AGREEMENT, before, published(country.raw, output, AGREEMENT))

    return revise


def one_more(country: SmallCountry) -> None:
    """One person more in Alby, so 1 001 in the country."""
    country.extract("alla", jsonstat({**ALL_AGES, "0114": 601}))


def sides(changes: Changes) -> tuple[PublishedRevision, PublishedRevision]:
    return changes.before, changes.after


Revised = Callable[[Callable[[], object]], Changes]


# --- What a revision carries -----------------------------------------------------------------


@pytest.mark.parametrize("year", [2023, 2024, 2025])
def test_every_derivation_at_once_is_each_by_itself(
    year: int, computed: Callable[[int], Computed]
) -> None:
    made = computed(year)
    every = derive_all(made.agreement, made.basis, made.allocation, made.register)
    assert len(every) == (made.allocation["kind"] == "post").sum()
    for found in every[::29]:
        who = (found.post, found.recipient)
        assert found == derive(made.agreement, made.basis, made.allocation, made.register, *who)


# --- One person more -------------------------------------------------------------------------


def test_one_person_more_changes_what_the_rules_say_and_nothing_else(
    country: SmallCountry, revised: Revised
) -> None:
    changes = revised(lambda: one_more(country))
    moved = {(each.post, each.code): each.difference for each in changes.lines if each.moved}
    # region/a: 1 001 by 901 and 100 of 1 001 is 901 and 100, from 900.9 and 100.1: the same.
    # lan/b/y: 205 * 901 / 1 001 = 184.5205 as before, 205 * 100 / 1 001 = 20.4795: one less.
    # lan/e: 90 * 901 / 1 001 = 81.009, as before.
    assert moved == {("lan/b/y", "02"): -1}
    changed = {(each.post, each.code) for each in changes.lines if each.own_changed}
    assert changed == {("region/a", "01"), ("lan/b/y", "01"), ("lan/e", "01")}
    assert not any(each.changed for each in changes.of(KOMMUN))


def test_a_krona_is_explained_where_the_own_population_is_the_same(
    country: SmallCountry, revised: Revised
) -> None:
    changes = revised(lambda: one_more(country))
    found = line(changes, "lan/b/y", "02")
    assert found.reasons == (Reason.OTHERS_POPULATION,)
    assert reasons_in_words(found) == "andras folkmängd"
    post = changes.post("lan/b/y")
    assert plain(explanation(found, post, post)) == (
        "Egen folkmängd är oförändrad, 100. Andelen var 100 av 1 000 och är 100 av 1 001. "
        "Det exakta beloppet var 20,5000 kr, precis på halva kronan, och avrundas uppåt till "
        "21 kr. Det exakta beloppet är 20,4795 kr, under halva kronan, och avrundas nedåt till "
        "20 kr."
    )


def test_an_amount_may_rise_while_its_own_population_falls(
    country: SmallCountry, revised: Revised
) -> None:
    changes = revised(
        lambda: country.extract("alla", jsonstat({"0114": 540, "0115": 260, "0201": 98}))
    )
    found = line(changes, "region/a", "02")
    before, after = both(found)
    # 1 001 by 100 of 1 000 persons, then by 98 of 898.
    assert (before.own, after.own, before.sek, after.sek) == (100, 98, 100, 109)
    assert found.reasons == (Reason.OWN_POPULATION, Reason.OTHERS_POPULATION)
    assert found.against
    assert reasons_in_words(found) == "egen och andras folkmängd"
    assert not line(changes, "region/a", "01").against
    words = everyone_in_words(changes.of(REGION), changes.labels)
    assert plain(words) == "Allas folkmängd tillsammans var 1 000 och är 898."
    assert everyone_in_words(changes.of(KOMMUN), changes.labels) == ""


def test_the_own_change_alone_is_no_change_of_others(
    country: SmallCountry, revised: Revised
) -> None:
    changes = revised(lambda: one_more(country))
    assert line(changes, "lan/b/y", "01").reasons == (Reason.OWN_POPULATION,)


def test_the_inputs_that_changed_are_named_with_both_hashes(
    country: SmallCountry, revised: Revised
) -> None:
    before = country.sha256("alla")
    changes = revised(lambda: one_more(country))
    data, sidecar = changes.inputs
    assert (data.kind, data.path) == (InputKind.POPULATION, "raw/population/alla.json")
    assert (data.before, data.after) == (before, country.sha256("alla"))
    assert sidecar.path == "raw/population/alla.yaml"
    assert [b.regions_changed for b in changes.bases if b.before != b.after]
    assert changes.versions == ()


def test_sorted_by_the_size_of_the_difference_then_by_code(
    country: SmallCountry, revised: Revised
) -> None:
    changes = revised(
        lambda: country.extract("alla", jsonstat({"0114": 500, "0115": 300, "0201": 200}))
    )
    for recipients in changes.types:
        sizes = [(-abs(each.difference or 0), each.code) for each in changes.of(recipients)]
        assert sizes == sorted(sizes)
    summary = summary_of(changes, LAN)
    # lan/b/y: 164 and 41 from 185 and 21; lan/e: 77 and 23 from 86 and 14.
    assert (summary.increases_sek, summary.decreases_sek, summary.net_sek) == (29, -30, -1)
    assert (summary.lines, summary.lines_moved, summary.recipients_moved) == (6, 4, 2)
    assert summary.largest is not None
    assert (summary.largest.code, summary.largest.difference) == ("01", -21)


# --- Other reasons ---------------------------------------------------------------------------


def test_an_estimate_that_a_table_replaces(country: SmallCountry, revised: Revised) -> None:
    changes = revised(lambda: country.extract("aldrar", jsonstat(BY_AGE, AGES)))
    assert not any(each.moved for each in changes.lines)
    assert changes.anything
    assert summary_of(changes, KOMMUN).only_matured == 3
    assert line(changes, "kommun/c", "0114").reasons == (Reason.MATURITY,)
    assert not any(each.only_matured for each in changes.lines if each.recipients != KOMMUN)
    # Nothing could have been decided on an estimate.
    assert [each.difference_sek for each in consequences(changes, KOMMUN)] == [None] * 3


def test_a_posts_money_and_its_rule(country: SmallCountry, revised: Revised) -> None:
    def change() -> None:
        country.change(country.agreement, "amount: 1 001\n", "amount: 2 002\n")
        country.change(country.agreement, "{amount: 1 561,", "{amount: 2 562,")
        country.change(
            country.agreement, "{area: ett, amount: 1 031,", "{area: ett, amount: 2 032,"
        )
        country.change(country.agreement, "- fixed: 5\n", "- fixed: 10\n")

    changes = revised(change)
    found = line(changes, "region/a", "01")
    assert found.reasons == (Reason.POST_AMOUNT,)
    # 1 001 by 900 of 1 000 persons, then 2 002.
    assert plain(explanation(found, *(side.posts["region/a"] for side in sides(changes)))) == (
        "Postens belopp var 1 001 kr och är 2 002 kr. "
        "Det exakta beloppet var 900,9000 kr, över halva kronan, och avrundas uppåt till 901 kr. "
        "Det exakta beloppet är 1 801,8000 kr, över halva kronan, och avrundas uppåt till "
        "1 802 kr."
    )
    assert line(changes, "lan/e", "01").reasons == (Reason.RULE,)
    assert line(changes, "kommun/c", "0114").reasons == ()
    assert {c.after.id for c in changes.posts if c.after} == {"region/a", "lan/e"}
    assert {each.kind for each in changes.inputs} == {InputKind.AGREEMENT}


def test_a_published_figure_that_comes(country: SmallCountry, revised: Revised) -> None:
    changes = revised(lambda: country.published("kommun,0114,kommun/c,100"))
    found = line(changes, "kommun/c", "0114")
    assert found.reasons == (Reason.PUBLISHED,)
    assert found.difference == 0
    before, after = both(found)
    assert before.figure is not None
    assert after.figure is not None
    assert (before.figure.decided, after.figure.decided) == (False, True)


def test_a_recipient_and_a_post_that_come_and_go(country: SmallCountry, output: Path) -> None:
    one = published(country.raw, output, AGREEMENT)
    text = country.agreement.read_text("utf-8").replace("skr/d", "skr/e")
    country.agreement.write_text(text, "utf-8")
    other = published(country.raw, output, AGREEMENT)
    changes = compared(output, AGREEMENT, one, other)
    assert line(changes, "skr/d", "SKR").reasons == (Reason.REMOVED_POST,)
    assert line(changes, "skr/e", "SKR").reasons == (Reason.ADDED_POST,)
    assert line(changes, "skr/d", "SKR").difference == -50
    assert line(changes, "skr/e", "SKR").difference == 50


def test_weights_and_a_cap(tmp_path: Path) -> None:
    country = SmallCountry(tmp_path / "raw").write_four()
    country.weights("vikter", "lan", {"01": 3, "02": 0, "03": 5, "04": 1})
    country.write_agreement(
        AGREEMENT,
        agreement(
            post("lan/vikt", 1000, {"rest": {"by": "weights", "weights": "vikter"}}),
            post("lan/tak", 1000, {"rest": {"by": "population", "cap": 500}}),
        ),
    )
    output = tmp_path / "output"
    one = published(country.raw, output, AGREEMENT)
    country.weights("vikter", "lan", {"01": 3, "02": 1, "03": 5, "04": 1})
    country.population(DAY, "lan", {**IN_FOUR_COUNTIES, "01": 691, "04": 19})
    changes = compared(output, AGREEMENT, one, published(country.raw, output, AGREEMENT))
    assert reasons_in_words(line(changes, "lan/vikt", "02")) == "egen vikt"
    assert reasons_in_words(line(changes, "lan/vikt", "03")) == "andras vikt"
    # 01 is at the cap; 500 are left for 200, 90 and 20 persons, then for 200, 90 and 19.
    found = line(changes, "lan/tak", "02")
    assert found.reasons == (Reason.OTHERS_POPULATION,)
    assert [side.exact for side in both(found)] == [Fraction(10000, 31), Fraction(100000, 309)]
    words = explanation(found, *(side.posts["lan/tak"] for side in sides(changes)))
    assert words.startswith("Andelen är oförändrad, men andras är det inte")
    country.population(DAY, "lan", {**IN_FOUR_COUNTIES, "01": 700})
    changes = compared(output, AGREEMENT, one, published(country.raw, output, AGREEMENT))
    labels = {"lan/vikt": "Vikt", "lan/tak": "Tak"}
    assert plain(everyone_in_words(changes.of(LAN), labels)) == (
        "Allas folkmängd tillsammans var 1 000 och är 1 010 för tak; "
        "allas vikt tillsammans var 9 och är 10 för vikt."
    )


def test_the_same_there_and_back(country: SmallCountry, revised: Revised) -> None:
    changes = revised(lambda: one_more(country))
    back = compare_revisions(changes.after, changes.before)
    there = {(each.post, each.code): each.difference for each in changes.lines}
    assert {(each.post, each.code): each.difference for each in back.lines} == {
        key: -(difference or 0) for key, difference in there.items()
    }
    nothing = compare_revisions(changes.before, changes.before)
    assert not nothing.anything
    assert (nothing.inputs, nothing.posts, nothing.versions) == ((), (), ())


# --- If a decision was taken -----------------------------------------------------------------


def test_what_follows_is_the_total_by_the_agreements_own_convention(
    country: SmallCountry, revised: Revised
) -> None:
    changes = revised(lambda: one_more(country))
    found = {each.total.code: each.difference_sek for each in consequences(changes, LAN)}
    before, after = both(changes.totals[[t.code for t in changes.totals].index("02")])
    # Totals are rounded from unrounded sums: 10 + 20.5 + 14 = 44.5 and 10 + 20.48 + 13.99 = 44.47.
    assert found == {"01": 0, "02": -1}
    assert before.published_sek is after.published_sek is None


def test_decisions_are_those_on_the_earlier_revision(country: SmallCountry, output: Path) -> None:
    one = published(country.raw, output, AGREEMENT)
    issued = country.root / "decisions" / f"{AGREEMENT}.yaml"
    issued.parent.mkdir()
    issued.write_text(
        f"format: 1\nagreement: {AGREEMENT}\nissued:\n"
        f'  - {{document: nation/fordelning, revision: "{one}", fingerprint: "00000000", '
        "issued: 2025-02-01, by: Nämnden, reference_number: D 1, replaces: null}\n",
        "utf-8",
    )
    one_more(country)
    other = published(country.raw, output, AGREEMENT)
    changes = compared(output, AGREEMENT, one, other)
    assert changes.decided == (Decided("nation/fordelning", date(2025, 2, 1), "Nämnden", "D 1"),)
    assert compared(output, AGREEMENT, other, one).decided == ()


@pytest.mark.parametrize(
    ("document", "whose"),
    [
        ("nation/fordelning", {"region:01", "lan:01", "lan:02", "kommun:0114", "skr:SKR"}),
        ("lan/01-norra-lan/beslutsunderlag", {"lan:01"}),
        ("region/01-region-norra/rekvisition", {"region:01"}),
        ("kommun/0114-alby/tilldelning", {"kommun:0114"}),
        ("skr/tilldelning", {"skr:SKR"}),
        ("lan/0-annat/beslutsunderlag", set()),
    ],
)
def test_a_decision_is_on_what_its_document_shows(document: str, whose: set[str]) -> None:
    decided = Decided(document, None, "", "")
    everyone = ("region:01", "lan:01", "lan:02", "kommun:0114", "skr:SKR")
    pairs = [each.split(":") for each in everyone]
    assert {f"{k}:{code}" for k, code in pairs if decided.of(RecipientType(k), code)} == whose


# --- Revisions from before, and rules in other words -----------------------------------------


def test_a_revision_from_before_they_said_it_to_machines_is_compared(
    country: SmallCountry, output: Path
) -> None:
    name = published(country.raw, output, AGREEMENT)
    now = read_revision(output, AGREEMENT, name)
    then = read_revision(output, AGREEMENT, without(output / AGREEMENT / name, RECORD).name)
    assert (then.amounts, then.totals, then.bases) == (now.amounts, now.totals, now.bases)
    assert then.verdicts == now.verdicts
    assert not compare_revisions(then, now).anything
    one_more(country)
    changes = compared(output, AGREEMENT, name, published(country.raw, output, AGREEMENT))
    assert [(each.post, each.code) for each in changes.lines if each.moved] == [("lan/b/y", "02")]
    assert changes.posts == ()


def test_another_key_in_the_same_words_is_another_rule(
    country: SmallCountry, revised: Revised
) -> None:
    old = "title: Y\n    amount: 205\n    key: [{rest: {by: population}}]"
    new = old.replace("by: population", "by: population, level: kommun")
    changes = revised(lambda: country.change(country.agreement, old, new))
    reasons = line(changes, "lan/b/y", "01").reasons
    assert Reason.RULE in reasons
    [post_change] = changes.posts
    assert post_in_words(post_change) == "Y (lan/b/y): Regeln är en annan."


@pytest.mark.usefixtures("nothing_shared")
def test_a_better_word_for_a_rule_is_no_other_rule(
    country: SmallCountry, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = published(country.raw, output, AGREEMENT)
    country.change(country.plan, "title: Ett,", "title: Annat,")
    monkeypatch.setattr(key_sentences, "measure_in_words", lambda share: "i proportion till folk")
    after = published(country.raw, output, AGREEMENT)
    changes = compared(output, AGREEMENT, before, after)
    assert changes.before.posts["region/a"].rule != changes.after.posts["region/a"].rule
    assert changes.posts == ()
    assert not any(each.reasons for each in changes.lines)


# --- Decimals and halves ---------------------------------------------------------------------


def test_so_many_decimals_that_the_side_of_the_half_is_seen() -> None:
    below = Fraction(5, 10) - Fraction(1, 10**7)
    assert half(below) == -1
    assert half(Fraction(1, 2)) == 0
    places = enough_places(below, Fraction(1, 2))
    assert decimals(below, places) == "0,4999999"
    assert enough_places(Fraction(41, 2), None) == 4


EXACT = st.fractions(min_value=0, max_value=10**9, max_denominator=10**5)


@given(EXACT, EXACT)
def test_amounts_that_differ_differ_in_print_and_none_crosses_the_half(
    one: Fraction, other: Fraction
) -> None:
    places = enough_places(one, other)
    shown = [decimals(value, places) for value in (one, other)]
    assert (shown[0] == shown[1]) == (one == other)
    for value, text in zip((one, other), shown, strict=True):
        read = Fraction(plain(text).replace(" ", "").replace(",", "."))
        assert half(read) == half(value)
