"""Every county's decision document, with its plan or as a draft without one; and the overview."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from functools import cache

import pytest

from schemas.agreement import Coverage, Status
from schemas.common import Maturity, RecipientType
from schemas.corrections import Correction
from statsbidrag.documents.county.decision_view import DecisionView, decision_view, decision_views
from statsbidrag.documents.county.overview import CountyOverview, county_overviews
from statsbidrag.documents.parts.population_notes import correction_notes
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.rendering.fingerprint import fingerprint
from tests.cases.small_country import AGREEMENT, PLAN_TEXT, SmallCountry
from tests.helpers.dossiers import dossier_of_year as of
from tests.helpers.drawing import drawn
from tests.helpers.pages import page, text_of
from tests.helpers.paper import words_of


@cache
def every(year: int) -> dict[str, DecisionView]:
    """The views of a year, by county code."""
    return {view.path[4:6]: view for view in decision_views(of(year))}


@cache
def html_of(year: int, code: str) -> str:
    return text_of(page(every(year)[code]).html.decode())


def pdf_pages(view: DecisionView) -> list[str]:
    return list(words_of(drawn(view).pdf))


def small(country: SmallCountry) -> dict[str, DecisionView]:
    return {view.path[4:6]: view for view in decision_views(dossier_of(country.raw, AGREEMENT))}


def words(view: DecisionView) -> str:
    return text_of(page(view).html.decode())


# --- Which documents there are ---------------------------------------------------------------


@pytest.mark.parametrize(("year", "planned"), [(2024, {"14", "23"}), (2025, set())])
def test_all_counties_have_one_in_code_order(year: int, planned: set[str]) -> None:
    codes = list(every(year))
    assert codes == sorted(codes)
    assert len(codes) == 21
    assert {code for code, view in every(year).items() if view.planned} == planned
    assert {code for code, view in every(year).items() if not view.draft} == planned
    assert len({view.title for view in every(year).values()}) == 21


def test_only_the_counties_that_are_asked_for() -> None:
    chosen = decision_views(of(2025), ["09", "77"])
    assert [view.path for view in chosen] == ["lan/09-gotlands-lan/beslutsunderlag"]
    assert chosen[0] == every(2025)["09"]


def test_a_county_with_a_plan_has_the_same_document_alone_or_among_all() -> None:
    for plan in of(2024).plans:
        assert decision_view(of(2024), plan) == every(2024)[plan.county]


def test_none_of_an_agreement_that_is_partly_known() -> None:
    assert decision_views(of(2023)) == ()
    partial = of(2025).agreement.model_copy(update={"coverage": Coverage.PARTIAL})
    assert decision_views(replace(of(2025), agreement=partial)) == ()


def test_none_without_posts_to_counties(country: SmallCountry) -> None:
    made = dossier_of(country.raw, AGREEMENT)
    posts = tuple(p for p in made.agreement.posts if p.recipients != RecipientType.LAN)
    without = made.agreement.model_copy(update={"posts": posts})
    assert decision_views(replace(made, agreement=without)) == ()


def test_a_plan_that_does_not_add_up_does_not_become_a_draft(country: SmallCountry) -> None:
    country.change(
        country.plan,
        "responsible: Båda, organisation: [Alby, Berga], amount: 86",
        "responsible: Båda, organisation: [Alby, Berga], amount: 85",
    )
    assert list(small(country)) == ["02"]


def test_documents_that_are_withheld_are_not_there_as_drafts(country: SmallCountry) -> None:
    country.published("lan,01,lan/e,87")
    assert decision_views(dossier_of(country.raw, AGREEMENT)) == ()


# --- A draft ---------------------------------------------------------------------------------


def test_a_draft_says_what_it_is_and_leaves_open_what_the_county_decides() -> None:
    text = html_of(2025, "23")
    assert (
        every(2025)["23"].title
        == "Statsbidrag till Jämtlands län 2025: utkast utan fördelningsplan"
    )
    assert "UTKAST" in text
    assert "Ingen fördelningsplan för länet är inlagd" in text
    assert "Datum Diarienummer Gäller Jämtlands län Beslutas av Rekvireras av" in text
    for question in ("Vem fattar beslutet", "Vilken aktör tar emot", "Hur betalas medlen ut"):
        assert question in text
    assert "rekvirerar dem, senast den 1 december 2025 ?" in text
    assert "Vem som rekvirerar är inte bestämt." in text
    assert "raw/plans/psykisk-halsa-2025/23.yaml" in text
    assert "Förslag till beslut" not in text
    assert "Länets underlag säger" not in text


def test_a_draft_has_lines_to_write_on_for_every_post() -> None:
    html = page(every(2025)["23"]).html.decode()
    tables = re.findall(r'<table class="to-fill">.*?</table>', html, re.S)
    posts = every(2025)["23"].posts
    assert len(tables) == len(posts) == 5
    for table, post in zip(tables, posts, strict=True):
        assert table.count("<td></td><td></td><td></td>") == 3
        assert f"{post.amount.sek:,}".replace(",", "\u00a0") in table
        head = "Att fördela Ansvarig Belopp"
        assert head in text_of(table)
    assert "Genomförande (del av nationella strategin): att fördela 2025" in text_of(tables[1])


@pytest.mark.parametrize("year", [2024, 2025])
def test_a_draft_carries_purposes_conditions_and_duties_of_the_agreement(year: int) -> None:
    agreement, text = of(year).agreement, html_of(year, "09")
    lan = RecipientType.LAN
    said = [item for purpose in agreement.purposes_for(lan) for item in purpose.must]
    said += [item for purpose in agreement.purposes_for(lan) for item in purpose.should]
    said += [condition.text for condition in agreement.conditions_for(lan)]
    said += [item for duty in agreement.duties_of(lan) for item in duty.contents]
    assert len(said) > 20
    for each in said:
        assert each.replace("\u00a0", " ") in text, each


def test_a_plan_needs_none_of_what_a_draft_is_told() -> None:
    view = every(2024)["23"]
    assert (view.tasks, view.conditions, view.plan_file) == ((), (), "")
    text = html_of(2024, "23")
    for said in ("Att fördela", "utkast", "UTKAST", "Villkor", "fördelningsplan"):
        assert said not in text, said


def test_a_draft_of_an_unsigned_agreement_says_both(country: SmallCountry) -> None:
    country.plan.unlink()
    made = dossier_of(country.raw, AGREEMENT)
    unsigned = made.agreement.model_copy(update={"status": Status.DRAFT})
    text = words(decision_views(replace(made, agreement=unsigned))[0])
    assert "Också överenskommelsen är ett utkast." in text
    assert "Också överenskommelsen" not in words(small(country)["01"])


def test_an_estimate_is_not_put_into_a_drafts_requisition() -> None:
    text = html_of(2024, "22")
    assert every(2024)["22"].requisition_sek is None
    assert "Enligt vår beräkning avsätter staten" in text
    assert "Beloppet är lämnat tomt" in text
    assert "Belopp med * är vår beräkning" in text[: text.index("Det här ska länet bestämma")]


def test_texts_of_the_agreement_are_text(country: SmallCountry) -> None:
    country.plan.unlink()
    country.change(
        country.agreement, "title: E\n", "title: '<script>alert(1)</script> {{ 7*7 }}'\n"
    )
    html = page(small(country)["01"]).html.decode()
    assert "<script" not in html
    assert "{{ 7*7 }}" in html


# --- The overview ----------------------------------------------------------------------------


def overview(year: int, code: str) -> CountyOverview:
    return every(year)[code].overview


def test_the_small_country_counted_by_hand(country: SmallCountry) -> None:
    found = small(country)["01"].overview
    sums = {part.recipients: part.total for part in found.parts}
    # Region 900.9; the county 20 + 184.5 + 86 = 290.5, printed half up; 100 + 40 to municipalities.
    assert {str(kind): total.sek for kind, total in sums.items() if total} == {
        "region": 901,
        "lan": 291,
        "kommun": 140,
    }
    assert [(r.code, r.name, r.amounts[0] and r.amounts[0].sek) for r in found.groups[0]] == [
        ("0114", "Alby", 100),
        ("0115", "Berga", 40),
    ]
    assert found.total is not None
    assert found.total.sek == 901 + 291 + 140
    assert found.in_all_roles == ""
    joint = next(part for part in found.parts if part.recipients == RecipientType.LAN)
    assert next((row.label, row.part_of) for row in joint.rows) == ("X", "Delad post")


@pytest.mark.parametrize("year", [2024, 2025])
def test_all_overviews_together_are_all_municipalities_and_the_whole_columns(year: int) -> None:
    rows = [row for code in every(year) for group in overview(year, code).groups for row in group]
    assert len({row.code for row in rows}) == len(rows) == 290
    printed = sum(row.amounts[0].sek for row in rows if row.amounts[0])
    allocation = of(year).allocation
    column = allocation[
        (allocation["recipient_type"] == "kommun") & (allocation["kind"] == "post")
    ]["amount_sek"].sum()
    assert printed == column


def test_every_sum_is_that_of_its_parts() -> None:
    for view in (*every(2024).values(), *every(2025).values()):
        found = view.overview
        totals = [part.total for part in found.parts]
        assert found.total is not None
        assert found.total.sek == sum(total.sek for total in totals if total)
        for part in found.parts:
            assert part.total is not None
            parts = sum(row.amount.sek for row in part.rows if row.amount)
            assert abs(parts - part.total.sek) <= len(part.rows)
            assert part.uneven == (parts != part.total.sek)
        joint = next(part for part in found.parts if part.recipients == RecipientType.LAN)
        assert joint.total == view.total


def test_gotland_receives_in_three_roles() -> None:
    text = html_of(2025, "09")
    assert "Gotland är län, region och kommun på en gång och får medel i alla tre rollerna." in text
    assert [part.count for part in overview(2025, "09").parts] == [1, 1, 1]
    assert "Kommunen Gotland" in text
    assert not [code for code in every(2025) if code != "09" and overview(2025, code).in_all_roles]


def test_many_municipalities_stand_in_two_groups() -> None:
    assert [len(group) for group in overview(2025, "14").groups] == [25, 24]
    assert [len(group) for group in overview(2025, "23").groups] == [8]


@pytest.mark.parametrize(("year", "code"), [(2024, "14"), (2025, "14")])
def test_the_widest_overview_is_the_last_page_and_one_page(year: int, code: str) -> None:
    *before, last = pdf_pages(every(year)[code])
    assert last.startswith("Översikt: hela länet") or "UTKAST Översikt: hela länet" in last
    assert not [text for text in before if "Översikt: hela länet" in text]
    rows = [row for group in overview(year, code).groups for row in group]
    for row in rows:
        assert f"{row.code} {row.name}" in last
    assert "rekvireras av en enda aktör" in last


def test_the_overview_explains_its_own_marks_and_only_those() -> None:
    view = every(2024)["23"]
    assert view.explained == (Maturity.RECONSTRUCTED,)
    assert view.overview.explained == (Maturity.ESTIMATE, Maturity.RECONSTRUCTED)
    text = html_of(2024, "23")
    own = text[text.index("Översikt: hela länet") :]
    assert "Belopp med * är vår beräkning" in own
    assert "Belopp med * är vår beräkning" not in text[: text.index("Översikt: hela länet")]


def test_an_amount_that_nobody_knows_leaves_the_sums_unknown() -> None:
    made = of(2025)
    allocation = made.allocation.copy()
    hit = (allocation["recipient_code"] == "0980") & (allocation["recipient_type"] == "kommun")
    allocation.loc[hit, "amount_sek"] = None
    found = county_overviews(replace(made, allocation=allocation), ["09"])["09"]
    assert found.total is None
    assert found.sums == (None,)
    assert not found.marked_alike
    text = words(replace(every(2025)["09"], overview=found))
    assert "Hela länet inte känt" in text


def test_the_attached_overview_holds_every_figure() -> None:
    attached = {each.name: each.content for each in every(2025)["14"].attachments()}
    assert list(attached) == ["fordelning.csv", "lansoversikt.csv"]
    content = attached["lansoversikt.csv"].decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content), delimiter=";"))
    assert len(rows) == 2 + 1 + 5 + 1 + 1 + 1 + 49 + 1
    own = [row for row in rows if row["mottagartyp"] == "kommun" and row["kod"]]
    total = overview(2025, "14").sums[0]
    assert total is not None
    assert sum(int(row["summa, kr"]) for row in own) == total.sek
    assert {row["mognad"] for row in own} == {"skattad"}


# --- Whose fingerprint changes ---------------------------------------------------------------


def test_another_countys_plan_does_not_touch_a_document(country: SmallCountry) -> None:
    before = {code: fingerprint(view) for code, view in small(country).items()}
    country.change(country.plan, "title: Ett,", "title: Annat,")
    after = {code: fingerprint(view) for code, view in small(country).items()}
    assert after["02"] == before["02"]
    assert after["01"] != before["01"]


def test_a_plan_makes_the_draft_a_document(country: SmallCountry) -> None:
    country.plan.unlink()
    assert small(country)["01"].draft
    country.plan.write_text(PLAN_TEXT, "utf-8")
    view = small(country)["01"]
    assert (view.planned, view.draft, view.heading) == (True, False, "Plan på prov")


# --- Corrections -----------------------------------------------------------------------------


def test_a_correction_is_told_with_its_source(country: SmallCountry) -> None:
    country.correction("alla.json", "0114", expect=600, value=610)
    for view in small(country).values():
        text = words(view)
        assert "Rättade folkmängder" in text
        assert "Alby (0114), den 1 november 2024: vi räknar med 610, inte 600 som i filen." in text
        assert "Anmält av" in text


def test_no_correction_nothing_is_told(country: SmallCountry) -> None:
    assert "Rättade folkmängder" not in words(small(country)["01"])


def correction(**changes: object) -> Correction:
    return Correction.model_validate(
        {
            "file": "x.json",
            "where": {"region": "2380", **changes},
            "expect": 1,
            "value": 2,
            "why": "Fel",
            "reported_by": "SCB",
            "reported": "2025-01-01",
        }
    )


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ({}, True),
        ({"ages": "17-17"}, True),
        ({"ages": "18-18", "sex": "1"}, True),
        ({"ages": "19-19"}, False),
        ({"ages": "65+"}, False),
        ({"reference_date": "2024-11-01"}, True),
        ({"reference_date": "2023-11-01"}, False),
    ],
)
def test_only_a_correction_that_touches_a_used_figure_is_told(
    where: dict[str, str], told: bool
) -> None:
    basis = of(2025).basis
    own = basis[basis["ages"] == "0-18"]
    sha256 = str(own["sha256"].iloc[0])
    notes = correction_notes({sha256: [correction(**where)]}, own, of(2025).register)
    assert [note.place for note in notes] == (["Östersund"] if told else [])
    assert correction_notes({"0" * 64: [correction()]}, own, of(2025).register) == ()
