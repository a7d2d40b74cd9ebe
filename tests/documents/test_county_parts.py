"""The parts of a county's decision document, each by itself."""

from __future__ import annotations

from dataclasses import replace

from schemas.common import Maturity, RecipientType
from statsbidrag.documents.county.decision_csv import decision_csv, overview_csv
from statsbidrag.documents.county.decision_view import DecisionView, decision_views
from statsbidrag.documents.county.extracts import extracts_of
from statsbidrag.documents.county.plan_measures import levels_of
from statsbidrag.documents.county.reporting_duties import duties_of_agreement, own_duties
from statsbidrag.documents.county.year_before import change_sections
from statsbidrag.files.csv_files import csv_rows
from tests.helpers.dossiers import dossier_of_year as of


def jamtland() -> DecisionView:
    [view] = decision_views(of(2024), ["23"])
    return view


def test_the_file_has_every_post_every_measure_and_the_sum() -> None:
    view = jamtland()
    rows = csv_rows(decision_csv(view.posts, view.total, view.organisations))
    of_table = {
        name: [row for row in rows if row["tabell"] == name] for name in {r["tabell"] for r in rows}
    }
    assert len(of_table["Medel per område"]) == len(view.posts) + 1
    assert of_table["Medel per område"][-1]["summa, kr"] == str(view.total.sek)
    measures = of_table["Fördelning på insatser"]
    assert sum(int(row["summa, kr"]) for row in measures) == view.placed.sek
    assert len(of_table["Summa per organisation"]) == len(view.organisations)
    without = csv_rows(decision_csv(view.posts, view.total, ()))
    assert "Summa per organisation" not in {row["tabell"] for row in without}


def test_the_overviews_file_ends_with_the_countys_sum() -> None:
    overview = jamtland().overview
    last = csv_rows(overview_csv(overview))[-1]
    assert overview.total is not None
    assert (last["post"], last["summa, kr"]) == ("Summa", str(overview.total.sek))
    unknown = csv_rows(overview_csv(replace(overview, total=None)))[-1]
    assert (unknown["summa, kr"], unknown["märke"], unknown["mognad"]) == ("", "", "")


def test_a_file_that_two_keys_use_stands_once_with_both_ages() -> None:
    view = jamtland()
    every = extracts_of(of(2024), view.computations)
    assert every == view.extracts
    assert len({(each.source.sha256, each.reference_date) for each in every}) == len(every)
    assert {each.source.maturity for each in every} == {
        Maturity.ESTIMATE,
        Maturity.RECONSTRUCTED,
    }


def test_a_plan_without_levels_has_no_table_of_them() -> None:
    view = jamtland()
    assert levels_of(view.posts) is None
    assert levels_of(()) is None


def test_duties_are_the_agreements_and_the_countys_own() -> None:
    own = of(2024)
    duties = list(duties_of_agreement(own.agreement, contents=True))
    assert [row.what for row in duties] == [
        duty.what for duty in own.agreement.duties_of(RecipientType.LAN)
    ]
    assert all(row.source is not None for row in duties)
    assert all(row.contents == () for row in duties_of_agreement(own.agreement, contents=False))
    plan = next(plan for plan in own.plans if plan.county == "23")
    assert [row.what for row in own_duties(plan)] == [each.what for each in plan.reporting]
    assert all(row.source is None for row in own_duties(plan))


def test_the_year_before_has_the_areas_of_the_agreement_it_compares_with() -> None:
    sections = change_sections(of(2025), {"23": None})
    section = sections["23"]
    assert section is not None
    assert section.year_before == 2024
    assert section.total is not None
    assert section.total.before.figure is not None
    # Jämtlands län 2024 (docs/ordlista.md): what the posts to the county came to.
    assert section.total.before.figure.sek == 13302905
    assert section.own == ()


def test_without_an_agreement_to_compare_with_a_county_is_told_so() -> None:
    section = change_sections(replace(of(2025), compared=None), {"23": None})["23"]
    assert section is not None
    assert (section.unreadable, section.rows) == ("psykisk-halsa-2024", ())
