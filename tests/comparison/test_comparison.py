"""Two agreements side by side: figures worked by hand, what is not known, and what is said."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from pipelines.commands import compare as comparing
from schemas.agreement import Agreement, Area, Coverage
from schemas.common import Maturity, RecipientType
from statsbidrag.comparison.agreements import Comparison, OfRecipient, compare, found_recipients
from statsbidrag.comparison.areas import Areas, corresponding
from statsbidrag.comparison.money import Line, State
from statsbidrag.comparison.sentences import changes_in_words, posts_in_words
from statsbidrag.comparison.sides import Side
from statsbidrag.documents.county.decision_view import decision_view
from statsbidrag.documents.county.year_before import ChangeSection, change_sections
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.dossier.gathering import compute, dossier_of
from statsbidrag.errors import InputError, UsageError
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.register.recipients import usual_words
from tests.cases.small_country import SmallCountry
from tests.helpers import made
from tests.helpers.pages import page as shown

RAW = PROJECT / "raw"
BASE, ADDED, MORE = "prov-2025", "prov-2025-tillagg", "prov-2025-tillagg-2"
LAN, KOMMUN, REGION = RecipientType.LAN, RecipientType.KOMMUN, RecipientType.REGION


@cache
def side(year: int) -> Side:
    computed = compute(Raw(RAW), f"psykisk-halsa-{year}")
    return Side(computed.agreement, computed.allocation, computed.published)


@cache
def compared(first: int, second: int, code: str = "23") -> Comparison:
    return compare(side(first), side(second), usual_words(), [(LAN, code)])


def county(first: int, second: int, code: str = "23") -> OfRecipient:
    return compared(first, second, code).recipients[0]


def amounts(lines: dict[str, Line]) -> dict[str, tuple[int | None, int | None, int | None]]:
    return {k: (v.before.sek, v.after.sek, v.difference) for k, v in lines.items()}


def by_area(own: OfRecipient) -> dict[str, Line]:
    return {" ".join((*each.areas.before, ">", *each.areas.after)): each.line for each in own.areas}


def changed(of: Side, **update: object) -> Side:
    return replace(of, agreement=of.agreement.model_copy(update=update))


def with_areas(agreement: Agreement, **succeeds: list[str]) -> Agreement:
    """The agreement with these areas in the place of its own."""
    areas = tuple(
        Area(id=name, title=name, succeeds=tuple(names)) for name, names in succeeds.items()
    )
    return agreement.model_copy(update={"areas": areas})


def said(comparison: Comparison, recipients: RecipientType) -> str:
    of = next(each for each in comparison.types if each.recipients == recipients)
    return "\n".join(changes_in_words(comparison, of)).replace("\u00a0", " ")


# --- Figures ----------------------------------------------------------------------------------


def test_jamtlands_county_money_by_area() -> None:
    assert amounts(by_area(county(2024, 2025))) == {
        "medverkan > nationell-strategi": (1_000_000, 4_000_000, 3_000_000),
        "barn-och-unga > barn-och-unga": (2_974_230, 0, -2_974_230),
        "samsjuklighet > komplexa-behov": (6_819_298, 2_506_966, -4_312_332),
        "suicidprevention > suicidprevention": (2_509_377, 6_190_809, 3_681_432),
    }
    total = county(2024, 2025).total
    assert (total.before.sek, total.after.sek, total.difference) == (13302905, 12697775, -605130)


def test_a_sum_of_printed_amounts_and_a_printed_total_are_shown_as_they_are() -> None:
    own = county(2024, 2025, "14")
    assert (own.sum.before.sek, own.total.before.sek) == (106_679_944, 106_679_943)
    assert own.sum.before.sek == sum(each.line.before.sek or 0 for each in own.areas)


def test_posts_of_a_type_by_area() -> None:
    of = next(each for each in compared(2024, 2025).types if each.recipients == LAN)
    found = {each.areas.after or each.areas.before: each.line.difference for each in of.areas}
    assert found == {
        ("nationell-strategi",): 69_000_000,
        ("barn-och-unga",): -250_000_000,
        ("komplexa-behov",): -50_000_000,
        ("suicidprevention",): 0,
    }
    assert of.total.difference == -231_000_000


def test_areas_over_all_types_sum_to_the_frame() -> None:
    areas = compared(2024, 2025).areas
    assert sum(each.line.before.sek or 0 for each in areas) == 1_560_000_000
    assert sum(each.line.after.sek or 0 for each in areas) == 1_560_000_000
    ended = [each.areas.before for each in areas if not each.areas.after]
    assert ended == [("kunskapsbaserad-vard",), ("traumavard",)]


def test_what_is_not_known_of_2023_stays_unknown() -> None:
    lines = by_area(county(2023, 2024))
    assert amounts(lines) == {
        "> barn-och-unga": (None, 2_974_230, None),
        "samsjuklighet > samsjuklighet": (6_196_987, 6_819_298, 622_311),
        "medverkan > medverkan": (1_000_000, 1_000_000, 0),
        "suicidprevention > suicidprevention": (2_519_972, 2_509_377, -10_595),
        "ungdomsmottagningar >": (None, 0, None),
    }
    assert lines["> barn-och-unga"].before.state == State.UNKNOWN
    assert lines["ungdomsmottagningar >"].before.state == State.UNRESOLVED
    assert lines["ungdomsmottagningar >"].before.published_sek is None
    own = county(2023, 2024)
    for line in (own.sum, own.total):
        assert line.before.sek is None
        assert line.difference is None
        assert line.before.state == State.UNRESOLVED


def test_a_published_amount_of_an_unresolved_post_is_not_computed_with() -> None:
    own = county(2023, 2024, "14")
    line = by_area(own)["ungdomsmottagningar >"]
    assert (line.before.sek, line.before.published_sek, line.difference) == (None, 25064083, None)
    assert (own.total.before.sek, own.total.before.published_sek) == (None, 81364628)


def test_of_a_partial_agreement_no_total_is_known_even_if_every_post_is() -> None:
    partial = changed(side(2024), coverage=Coverage.PARTIAL, stated_totals=())
    comparison = compare(partial, side(2025), usual_words(), [(LAN, "23"), (REGION, "23")])
    own = comparison.recipients[0]
    assert own.sum.before.state == own.total.before.state == State.UNKNOWN
    assert own.total.before.published_sek == 13_302_905
    assert by_area(own)["samsjuklighet > komplexa-behov"].before.sek == 6_819_298
    of = next(each for each in comparison.types if each.recipients == LAN)
    assert of.total.before.sek is None
    stated = changed(side(2024), coverage=Coverage.PARTIAL)
    again = compare(stated, side(2025), usual_words())
    assert next(e for e in again.types if e.recipients == LAN).total.before.sek == 724_000_000


# --- Which areas correspond -------------------------------------------------------------------


def test_merged_and_split_areas_stand_together_so_that_nothing_counts_twice() -> None:
    before = with_areas(side(2024).agreement, a=[], b=[], c=[], d=[])
    prefix = before.id
    after = with_areas(
        side(2025).agreement,
        x=[f"{prefix}/a"],
        y=[f"{prefix}/a", f"{prefix}/b"],
        z=[],
        w=[f"{prefix}/c", "annan-2024/d"],
    )
    assert corresponding(before, after) == (
        Areas(("a", "b"), ("x", "y")),
        Areas((), ("z",)),
        Areas(("c",), ("w",)),
        Areas(("d",), ()),
    )


def test_an_area_that_ties_two_others_together() -> None:
    before = with_areas(side(2024).agreement, a=[], b=[], c=[])
    one, two, three = (f"{before.id}/{name}" for name in "abc")
    after = with_areas(side(2025).agreement, x=[one], y=[two, three], z=[one, two])
    assert corresponding(before, after) == (Areas(("a", "b", "c"), ("x", "y", "z")),)


def test_areas_follow_on_through_the_years_between() -> None:
    chained = compare(side(2023), side(2025), usual_words(), [(LAN, "14")], [side(2024).agreement])
    lines = amounts(by_area(chained.recipients[0]))
    assert lines["samsjuklighet > komplexa-behov"] == (20_876_447, 33_493_748, 12_617_301)
    shown = comparing.compared(
        Raw(RAW), "psykisk-halsa-2023", "psykisk-halsa-2025", kind=None, recipient="lan:14"
    )
    assert shown.recipients == chained.recipients
    assert Areas(("samsjuklighet",), ()) in corresponding(
        side(2023).agreement, side(2025).agreement
    )


def test_a_supplements_areas_are_those_of_its_base() -> None:
    base = side(2025)
    supplement = changed(base, id="psykisk-halsa-2025-tillagg", supplements=base.agreement.id)
    comparison = compare(base, supplement, usual_words())
    assert {(each.areas.before, each.line.difference) for each in comparison.areas} == {
        ((area.id,), 0) for area in base.agreement.areas
    }
    assert all(posts_in_words(comparison, each.recipients) == () for each in comparison.types)


@pytest.fixture
def supplements(tmp_path: Path) -> Raw:
    """A base, its supplement and that one's: an amount raised, a post added, one moved."""
    here = SmallCountry(tmp_path / "raw").write_four()
    key = {"rest": {"by": "population"}}
    first, other = made.post("lan/en", 1000, key), made.post("lan/kvar", 500, key)
    moved = made.post("lan/en", 3000, key, replaces="lan/en", area="annat")
    own = {"post_groups": [], "areas": [{"id": "annat", "title": "Annat"}]}
    here.write_agreement(BASE, made.agreement(first, other))
    for posts, new_id, old_id, amount in (
        ([made.post("lan/ny", 200, key, area="annat")], ADDED, BASE, 1700),
        ([moved], MORE, ADDED, 3700),
    ):
        total = {"amount": amount, "reference": {"source": "avtal"}}
        about = {"id": new_id, "supplements": old_id, "total": total, **own}
        here.write_agreement(new_id, made.agreement(*posts, **about))
    return here.raw


@pytest.mark.parametrize(
    ("first", "second", "pairs"),
    [
        (BASE, ADDED, "en:1000>1000 kvar:500>500 ny:->200"),
        (ADDED, MORE, "en:1000>3000 kvar:500>500 ny:200>200"),
        (BASE, MORE, "en:1000>3000 kvar:500>500 ny:->200"),
    ],
)
def test_a_supplement_of_a_supplement_keeps_areas_and_posts(
    supplements: Raw, first: str, second: str, pairs: str
) -> None:
    comparison = comparing.compared(supplements, first, second, kind=None, recipient=None)
    found = [
        f"{(pair.after or pair.before).id[4:]}:"  # type: ignore[union-attr]
        f"{pair.before.amount if pair.before else '-'}>{pair.after.amount if pair.after else '-'}"
        for pair in comparison.posts
    ]
    assert " ".join(sorted(found)) == pairs
    assert ("prov",) in [each.areas.before for each in comparison.areas if each.areas.after]
    assert all(each.areas.after for each in comparison.areas)
    table = comparing.as_table(comparison)
    assert f"{first}, kr" in table
    assert f"{second}, kr" in table
    assert "finns inte längre" not in table
    with pytest.raises(UsageError, match="not earlier"):
        comparing.compared(supplements, second, first, kind=None, recipient=None)


def test_succeeds_must_name_an_area_that_is_there() -> None:
    wrong = replace(
        side(2025), agreement=with_areas(side(2025).agreement, x=["psykisk-halsa-2024/trauma"])
    )
    with pytest.raises(InputError, match=r"areas, x, succeeds[^$]*traumavard[^$]*/trauma`"):
        compare(side(2024), wrong, usual_words())


@pytest.mark.parametrize(("first", "second"), [(2025, 2024), (2025, 2025)])
def test_the_earlier_one_comes_first(first: int, second: int) -> None:
    with pytest.raises(UsageError, match="not earlier"):
        compare(side(first), side(second), usual_words())


def test_recipients_are_found_by_code_and_type() -> None:
    both = (side(2024), side(2025))
    assert found_recipients(*both, "23", None) == [(REGION, "23"), (LAN, "23")]
    assert found_recipients(*both, "23", "lan") == [(LAN, "23")]
    assert found_recipients(*both, "kommun:2380", None) == [(KOMMUN, "2380")]
    for wrong in ("lan:99", "00", "län:23", ""):
        with pytest.raises(UsageError, match="has a recipient"):
            found_recipients(*both, wrong, None)


# --- In words ---------------------------------------------------------------------------------


def test_what_became_of_the_posts_is_said() -> None:
    counties = said(compared(2024, 2025), LAN)
    assert "Länen: 724 000 000 kr blir 493 000 000 kr (−231 000 000 kr)." in counties
    assert "Ingen post till länen fördelas längre efter folkmängd 0–25 år." in counties
    assert "Barn och unga (länen): posten på 250 000 000 kr finns inte längre." in counties
    assert (
        "Suicidprevention (länen): nyckeln ändras från ”efter folkmängd” till "
        "”5 000 000 kr per län, resten efter folkmängd”." in counties
    )
    assert "Komplexa behov (länen), tidigare Samsjuklighet: beloppet ändras från" in counties
    assert "Brukarmedverkan" not in counties, "neither its sum nor its key has changed"
    assert "Genomförande (länen): ny post på 45 000 000 kr." in counties
    municipalities = said(compared(2024, 2025), KOMMUN)
    assert (
        "100 000 000 kr blir 250 000 000 kr (+150 000 000 kr). Nyckeln ändras från "
        "”efter folkmängd” till ”200 000 kr per kommun, resten efter folkmängd 0–18 år”."
        in municipalities
    )


def test_of_a_partial_agreement_no_post_is_called_new() -> None:
    words = said(compared(2023, 2024), LAN)
    assert "Länen: 2023 är summan inte känd, 2024 724 000 000 kr." in words
    assert "Om posten fanns 2023 är inte känt." in words
    assert "ny post" not in words
    assert "Ungdomsmottagningar (länen): posten på 150 000 000 kr finns inte längre. " in words
    assert "Nyckeln var inte känd." in words


def test_sentences_follow_the_data() -> None:
    posts = tuple(
        post.model_copy(update={"amount": 210_000_000})
        if post.id == "lan/suicidprevention"
        else post
        for post in side(2025).agreement.posts
    )
    assert "beloppet ändras från 200 000 000 kr till 210 000 000 kr (+10 000 000 kr)" in said(
        compare(side(2024), changed(side(2025), posts=posts), usual_words()), LAN
    )


def test_a_group_with_other_members_is_a_changed_key() -> None:
    group = side(2025).agreement.groups["storstadslan"]
    fewer = group.model_copy(update={"members": ("01", "12")})
    words = said(
        compare(side(2024), changed(side(2025), groups={"storstadslan": fewer}), usual_words()), LAN
    )
    assert "Brukarmedverkan (länen): gruppen storstadslänen har andra medlemmar." in words


# --- The command ------------------------------------------------------------------------------


def asked(**options: str | None) -> Comparison:
    chosen = {"kind": None, "recipient": None, **options}
    return comparing.compared(Raw(RAW), "psykisk-halsa-2024", "psykisk-halsa-2025", **chosen)


def test_the_table() -> None:
    lines = comparing.as_table(asked(recipient="lan:23")).splitlines()
    assert lines[0] == "lan:23 Jämtlands län"
    total = next(line for line in lines if line.startswith("Total"))
    assert re.split(r"\s{2,}", total)[1:4] == ["13 302 905", "12 697 775", "-605 130"]
    assert sum(re.search(r"  [+-][0-9 ]+", line) is not None for line in lines) == 6


def test_the_csv() -> None:
    rows = list(csv.DictReader(io.StringIO(comparing.as_csv(asked(recipient="lan:23")))))
    assert [row["row"] for row in rows] == ["area"] * 4 + ["sum", "total"]
    assert sum(int(row["after_sek"]) for row in rows[:4]) == int(rows[5]["after_sek"]) == 12697775
    assert rows[0]["areas_before"] == "psykisk-halsa-2024/medverkan"
    every = list(csv.DictReader(io.StringIO(comparing.as_csv(asked()))))
    assert {row["recipient_type"] for row in every} == {"region", "kommun", "lan", "skr"}
    assert {row["recipient_code"] for row in every} == {""}


def test_an_unknown_sum_is_empty_in_the_csv_and_null_in_the_json() -> None:
    comparison = comparing.compared(
        Raw(RAW), "psykisk-halsa-2023", "psykisk-halsa-2024", kind=None, recipient="lan:23"
    )
    rows = list(csv.DictReader(io.StringIO(comparing.as_csv(comparison))))
    assert (rows[-1]["before_sek"], rows[-1]["difference_sek"]) == ("", "")
    shown = json.loads(comparing.as_json(comparison))
    assert shown["rows"][-1]["before_sek"] is None
    assert shown["rows"][-1]["before_state"] == "unresolved"
    assert any("Ungdomsmottagningar" in words for words in shown["changes"]["lan"])
    assert "unresolved" in comparing.as_table(comparison)


def test_a_type_can_be_chosen_and_must_exist() -> None:
    assert [each.recipients for each in asked(kind="kommun").types] == [KOMMUN]
    with pytest.raises(UsageError, match="no recipient type `kommuner`"):
        asked(kind="kommuner")


def test_the_command_prints_without_dagster() -> None:
    code = (
        "import sys; from typer.main import get_command; from pipelines.cli import app\n"
        f"get_command(app).main(['--raw', {str(RAW)!r}, 'compare', 'psykisk-halsa-2024',"
        "'psykisk-halsa-2025', '--recipient', 'lan:23'], standalone_mode=False)\n"
        "print('dagster' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, encoding="utf-8", check=True
    )
    assert "13 302 905  12 697 775" in done.stdout
    assert done.stdout.splitlines()[-1] == "False"


# --- In the decision document -----------------------------------------------------------------


@cache
def of_2024() -> Dossier:
    return dossier_of(Raw(RAW), "psykisk-halsa-2024")


def section(of: Dossier, code: str = "23") -> ChangeSection:
    plan = next(plan for plan in of.plans if plan.county == code)
    found = change_sections(of, {code: plan})[code]
    assert found is not None
    return found


def page(of: Dossier, code: str = "23") -> str:
    plan = next(plan for plan in of.plans if plan.county == code)
    text = re.sub(r"<[^>]+>", " ", shown(decision_view(of, plan)).html.decode())
    return " ".join(text.replace("\u00a0", " ").split())


def test_the_document_shows_what_is_known_of_2023_and_says_what_is_not() -> None:
    found = section(of_2024())
    cells = {row.label: (row.before.figure, row.before.words) for row in found.rows}
    assert cells["Ungdomsmottagningar"] == (None, "inte känt")
    assert cells["Barn och unga"] == (None, "inte känt")
    before = cells["Samsjuklighet"][0]
    assert before is not None
    assert (before.sek, before.published, before.maturity) == (
        6196987,
        False,
        Maturity.RECONSTRUCTED,
    )
    assert found.total is not None
    assert found.total.difference is None
    text = page(of_2024())
    assert "Samsjuklighet 6 196 987 ** 6 819 298 +622 311 **" in text
    assert "Summa inte känt 13 302 905 inte känt" in text
    assert "Posten Ungdomsmottagningar på 150 000 000 kr till länen 2023 kan inte räknas" in text
    assert "Länets summa för 2023 är inte beräknad" in text
    assert "Belopp med ** bygger på folkmängd som är återräknad" in text
    assert "cirka −2,48" in text
    assert "De uppgifterna är länets egna och ungefärliga." in text


def test_a_difference_is_that_of_the_figures_beside_it() -> None:
    for row in section(of_2024()).rows:
        if row.difference is not None:
            old = row.before.figure.sek if row.before.figure else 0
            new = row.after.figure.sek if row.after.figure else 0
            assert row.difference.sek == new - old


def test_without_another_agreement_only_the_plan_speaks() -> None:
    agreement = of_2024().agreement.model_copy(update={"compares_with": None})
    alone = replace(of_2024(), agreement=agreement, compared=None)
    found = section(alone)
    assert (found.rows, found.total, len(found.own)) == ((), None, 5)
    text = page(alone)
    assert "Uppgifterna om ändringar är länets egna" in text
    assert "Tabellen ställer länets belopp" not in text
    silent = next(plan for plan in alone.plans if plan.county == "23")
    quiet = silent.model_copy(update={"changes": ()})
    assert change_sections(alone, {quiet.county: quiet}) == {quiet.county: None}


def test_another_agreement_that_cannot_be_read_is_said_and_stops_nothing(tmp_path: Path) -> None:
    shutil.copytree(RAW, tmp_path / "raw")
    broken = tmp_path / "raw" / "agreements" / "psykisk-halsa-2023.yaml"
    broken.write_text(broken.read_text("utf-8").replace("24 000 000", "24 000,5"), "utf-8")
    of = dossier_of(Raw(tmp_path / "raw"), "psykisk-halsa-2024")
    assert of.compared is None
    assert "inte kunnat jämföras med den tidigare överenskommelsen (psykisk-halsa-2023)" in page(of)


def test_a_dead_succession_stops_the_agreement(tmp_path: Path) -> None:
    shutil.copytree(RAW, tmp_path / "raw")
    path = tmp_path / "raw" / "agreements" / "psykisk-halsa-2024.yaml"
    path.write_text(path.read_text("utf-8").replace("2023/medverkan", "2023/medverkn"), "utf-8")
    with pytest.raises(InputError, match="medverkn"):
        dossier_of(Raw(tmp_path / "raw"), "psykisk-halsa-2024")
