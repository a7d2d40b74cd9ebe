"""After the decision: the document on what was used and is to be repaid, and the filled report."""

from __future__ import annotations

import csv
import io
import json
import pickle
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.outcome import Outcome
from statsbidrag.documents.catalogue import views
from statsbidrag.documents.recipient.annex_forms import FormView, form_views
from statsbidrag.documents.recipient.follow_up import OutcomeView, outcome_views
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.errors import InputError
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_writing import yaml_text
from statsbidrag.plans.outcomes import load_outcome
from statsbidrag.publication.fingerprint import raw_files
from statsbidrag.rendering.document import render
from tests.cases.small_country import AGREEMENT, SmallCountry
from tests.helpers.outcomes import EXAMPLE, SMALL, outcome
from tests.helpers.pages import page, text_of
from tests.helpers.paper import words_of

YEAR = "psykisk-halsa-2024"


@cache
def jamtland() -> Dossier:
    """The real agreement of 2024 with the invented outcome."""
    made = dossier_of(Raw(PROJECT / "raw"), YEAR)
    return replace(
        made, outcomes=(load_outcome(EXAMPLE, made.agreement, made.register, made.plans),)
    )


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallCountry:
    return SmallCountry(tmp_path_factory.mktemp("land")).write()


@pytest.fixture(scope="module")
def made(small: SmallCountry) -> Dossier:
    return dossier_of(small.raw, AGREEMENT)


def of_kommun(code: str = "0201", **changes: Any) -> Outcome:
    own = {"recipient_type": "kommun", "recipient_code": code, "received": 35}
    return outcome(**{**own, "used": [{"post": "kommun/c", "used": 30}], **changes})


def shown(made: Dossier, *outcomes: Outcome) -> OutcomeView:
    [view] = outcome_views(replace(made, outcomes=outcomes))
    return view


# --- The report ---------------------------------------------------------------------------------


def test_the_example_gives_the_repayment_to_the_krona() -> None:
    [view] = outcome_views(jamtland())
    assert view.path == "lan/23-jamtlands-lan/uppfoljning"
    assert (view.received_sek, view.used_sek, view.repay_sek) == (13302905, 13177877, 125028)
    assert view.repayment_day == date(2025, 3, 31)
    assert view.received_difference == 0
    assert [each.title for _, each in view.outside_plan] == ["Utvärdering av Barnsäkert"]
    assert [post.label for post in view.overspent] == ["Suicidprevention"]
    assert view.unspent_by_post == 157528
    document = render(view)
    assert document == render(pickle.loads(pickle.dumps(view)))
    paper = " ".join(words_of(document.pdf))
    html = text_of(document.html.decode())
    for text in (paper.replace("\u00a0", " "), html):
        assert (
            "125 028 kr har inte använts och ska betalas tillbaka senast den 31 mars 2025" in text
        )
        assert "Exempel, påhittade uppgifter" in text
        assert "Finns inte i planen" in text
        assert "kostnaderna är 32 500 kr större än postens belopp" in text
    attached = pypdf.PdfReader(io.BytesIO(document.pdf)).attachments
    assert set(attached) == {"uppfoljning.csv", "uppfoljning.json"}
    assert "EXEMPEL, PÅHITTADE UPPGIFTER" in words_of(document.pdf)[1]


def test_what_is_attached_says_the_same() -> None:
    [view] = outcome_views(jamtland())
    table, facts = (each.content for each in view.attachments())
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig")), delimiter=";"))
    assert {row["exempel"] for row in rows} == {"påhittade uppgifter"}
    [repay] = [row for row in rows if row["post"] == "Att betala tillbaka"]
    assert repay["kvar, kr"] == "125028"
    of_posts = [row for row in rows if row["belopp, kr"] and row["post"] != "Mottaget"]
    assert sum(int(row["använt, kr"]) for row in of_posts) == 13177877
    data = json.loads(facts)
    assert (data["repay_sek"], data["repay_by"], data["example"]) == (125028, "2025-03-31", True)


def test_without_an_outcome_there_is_no_follow_up() -> None:
    assert outcome_views(replace(jamtland(), outcomes=())) == ()


def test_the_documents_of_a_run_have_it(tmp_path: Path) -> None:
    country = SmallCountry(tmp_path / "raw").write()
    before = set(raw_files(country.raw, AGREEMENT))
    path = country.raw.outcome_path(AGREEMENT, "lan", "01")
    path.parent.mkdir(parents=True)
    path.write_text(yaml_text(outcome()), "utf-8")
    assert set(raw_files(country.raw, AGREEMENT)) - before == {path}
    paths = [view.path for view in views(dossier_of(country.raw, AGREEMENT))]
    assert "lan/01-norra-lan/uppfoljning" in paths
    path.with_name("lan-01.xlsx").write_bytes(b"")
    with pytest.raises(InputError, match=r"lan-01\.xlsx"):
        dossier_of(country.raw, AGREEMENT)


def test_what_was_used_beyond_the_grant_is_not_repaid(made: Dossier) -> None:
    view = shown(made, outcome(received=270))
    assert (view.repay_sek, view.overspent_sek) == (0, 11)
    text = text_of(page(view).html.decode())
    assert "Kostnaderna är 11 kr större än bidraget. Inget ska betalas tillbaka." in text
    assert "skiljer sig från det som skulle rekvireras med −21 kr" in text
    assert "Exempel" not in text


def test_all_used_is_said(made: Dossier) -> None:
    text = text_of(page(shown(made, outcome(received=281))).html.decode())
    assert "Allt är använt. Inget ska betalas tillbaka." in text


def test_a_municipality_is_followed_up_by_post(made: Dossier) -> None:
    view = shown(made, of_kommun())
    assert not view.has_plan
    assert view.requisition_sek is None
    [post] = view.posts
    assert (post.measures, post.used_sek, view.repay_sek) == ((), 30, 5)
    text = text_of(page(view).html.decode())
    assert "vilar på en skattning och är inte beslutat" in text
    assert "Belopp med * är vår beräkning" in text
    assert "Planerat" not in text


def test_an_outcome_may_speak_of_whole_posts_though_there_is_a_plan(made: Dossier) -> None:
    whole = [{"post": post, "used": 10} for post in ("lan/b/x", "lan/b/y", "lan/e")]
    view = shown(made, outcome(used=whole))
    assert [post.measures for post in view.posts] == [(), (), ()]
    assert view.repay_sek == 261


NUMBERS = st.lists(st.integers(0, 10**6), min_size=4, max_size=4)


@settings(max_examples=25)
@given(numbers=NUMBERS, received=st.integers(0, 4 * 10**6))
def test_every_krona_is_used_repaid_or_overspent(
    numbers: list[int], received: int, made: Dossier
) -> None:
    used = [{**each, "used": sek} for each, sek in zip(SMALL["used"], numbers, strict=True)]
    view = shown(made, outcome(received=received, used=used))
    assert view.used_sek - view.overspent_sek + view.repay_sek == received
    assert 0 in (view.repay_sek, view.overspent_sek)
    assert sum(post.used_sek for post in view.posts) == view.used_sek == sum(numbers)
    for post in view.posts:
        assert sum(each.used_sek for each in post.measures) == post.used_sek
        assert post.left is not None
        assert post.amount is not None
        assert post.left.sek + post.used_sek == post.amount.sek


# --- The annex's form ---------------------------------------------------------------------------


def form(made: Dossier, *outcomes: Outcome) -> FormView:
    [view] = [
        view
        for view in form_views(replace(made, outcomes=outcomes))
        if view.path == "kommun/2380-ostersund/ekonomisk-redovisning"
    ]
    return view


def test_the_financial_report_is_filled_and_nothing_personal_is() -> None:
    made = dossier_of(Raw(PROJECT / "raw"), "psykisk-halsa-2025")
    blank = form(made)
    own = {"agreement": made.agreement.id, "recipient_type": "kommun", "recipient_code": "2380"}
    used = [{"post": "kommun/barn-och-unga", "used": 900_000}]
    said = outcome(**own, received=1_000_000, used=used, example=True)
    view = form(made, said)
    values = {f.id: f.value for section in view.sections for f in section.fields}
    before = {f.id: f.value for section in blank.sections for f in section.fields}
    assert {name: value for name, value in values.items() if value != before[name]} == {
        "grant_received": "1\u00a0000\u00a0000\u00a0kr",
        "costs_total": "900\u00a0000\u00a0kr",
        "unused": "100\u00a0000\u00a0kr",
    }
    # The amount by the agreement rests on an estimate: it stays blank, whatever was received.
    assert values["grant"] == ""
    text = text_of(page(view).html.decode())
    assert "Exempel, påhittade uppgifter" in text
    assert "Exempel, påhittade uppgifter" not in text_of(page(blank).html.decode())
    more = form(made, said.model_copy(update={"received": 800_000, "example": False}))
    assert {f.id: f.value for s in more.sections for f in s.fields}["unused"].startswith("−100")
    personal = {f.id for each in made.agreement.forms.values() for f in each.fields if f.personal}
    assert personal
    assert not any(values.get(name) for name in personal)
