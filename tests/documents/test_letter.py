"""The allocation letter: its figures read back from page and files, and every way it can vary."""

from __future__ import annotations

import csv
import io
import json
import pickle
import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import yaml

from schemas.agreement import Coverage
from schemas.common import NATION, TOTAL, Maturity, RecipientType
from schemas.reconciliation import Kind, Result, Severity, Verdict, Withholds
from statsbidrag.allocation.amounts import rows
from statsbidrag.allocation.figures import Figure
from statsbidrag.allocation.rounding import half_up
from statsbidrag.comparison.sides import Side
from statsbidrag.documents.recipient.letter_view import LetterView, letter_views
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.errors import InputError
from statsbidrag.files.project import TEMPLATES
from statsbidrag.files.raw_folder import Raw
from statsbidrag.plans.issued import Replaced
from statsbidrag.rendering.document import Document, render
from statsbidrag.rendering.fingerprint import fingerprint
from statsbidrag.swedish.typography import NBSP, kronor, number
from tests.cases.small_country import FIVE_KOMMUNER, FOUR_COUNTIES, SmallCountry
from tests.helpers import made
from tests.helpers.dossiers import dossier_of_year
from tests.helpers.drawing import drawn
from tests.helpers.paper import words_of

BASE, ADDED = "prov-2025", "prov-2025-tillagg"
REST = {"rest": {"by": "population"}}
EQUAL = {"rest": {"by": "equal"}}


@cache
def views_of(year: int) -> dict[str, LetterView]:
    """The views of an agreement by type and code: `kommun:2380`."""
    return {f"{v.recipients}:{v.code}": v for v in letter_views(dossier_of_year(year))}


@cache
def document(year: int, recipient: str) -> Document:
    return drawn(views_of(year)[recipient])


def pages(shown: Document) -> list[str]:
    """The text of each page, as a reader copies it."""
    return list(words_of(shown.pdf))


def text(shown: Document) -> str:
    return " ".join(pages(shown))


def plain(words: str) -> str:
    return words.replace(NBSP, " ")


def by_code(raw: Raw, agreement_id: str = BASE) -> dict[str, LetterView]:
    """The letters of an agreement that a test made, by type and code."""
    every = letter_views(dossier_of(raw, agreement_id))
    return {f"{view.recipients}:{view.code}": view for view in every}


@pytest.fixture
def country(tmp_path: Path) -> SmallCountry:
    return SmallCountry(tmp_path / "raw").write_four()


# --- Who gets a letter -----------------------------------------------------------------------


@pytest.mark.parametrize("year", [2024, 2025])
def test_one_to_each_region_municipality_and_skr_in_order(year: int) -> None:
    register = dossier_of_year(year).register
    named = [
        f"{kind}:{code}"
        for kind in ("region", "kommun", "skr")
        for code in sorted(register.frame.loc[register.frame["type"] == kind, "code"])
    ]
    assert list(views_of(year)) == named
    assert len({view.path for view in views_of(year).values()}) == len(named)
    assert len({view.title for view in views_of(year).values()}) == len(named)


def test_where_the_letters_lie() -> None:
    paths = {view.path for view in views_of(2025).values()}
    assert paths >= {
        "region/23-region-jamtland-harjedalen/tilldelning",
        "kommun/2380-ostersund/tilldelning",
        "skr/tilldelning",
    }


def test_gotland_is_a_region_and_a_municipality() -> None:
    found = {view.title for view in views_of(2025).values() if "Gotland" in view.name}
    assert {plain(title) for title in found} == {
        "Statsbidrag 2025 till Region Gotland (region 09)",
        "Statsbidrag 2025 till Gotland (kommun 0980)",
    }


@pytest.fixture
def small(country: SmallCountry) -> Dossier:
    """Two posts to regions and one to municipalities."""
    posts = (
        made.post("region/en", 1000, REST),
        made.post("region/ny", 400, EQUAL),
        made.post("kommun/en", 1000, REST),
    )
    country.write_agreement(BASE, made.agreement(*posts))
    return dossier_of(country.raw, BASE)


def test_none_of_an_agreement_that_is_only_partly_known(small: Dossier) -> None:
    part = small.agreement.model_copy(update={"coverage": Coverage.PARTIAL})
    assert len(letter_views(small)) == len(FOUR_COUNTIES) + len(FIVE_KOMMUNER)
    assert letter_views(replace(small, agreement=part)) == ()


@pytest.mark.parametrize("what", [Withholds.AGREEMENT, Withholds.DOCUMENTS])
def test_none_while_documents_are_withheld(small: Dossier, what: Withholds) -> None:
    assert letter_views(failed(small, what)) == ()


def test_a_county_whose_plan_fails_stops_nobody(small: Dossier) -> None:
    assert letter_views(failed(small, Withholds.PLAN)) == letter_views(small)


def failed(of: Dossier, what: Withholds) -> Dossier:
    result = Result(
        kind=Kind.PLAN_TO_POST,
        what="prov",
        expected=1,
        found=2,
        difference=1,
        tolerance=0,
        unit="kr",
        verdict=Verdict.DIFFERENT,
        severity=Severity.ERROR,
        withholds=what,
    )
    report = of.reconciliation.model_copy(update={"results": (result,)})
    return replace(of, reconciliation=report)


def test_none_to_a_type_with_a_post_that_nobody_can_compute(small: Dossier) -> None:
    posts = tuple(
        post.model_copy(update={"key": (), "unresolved": "Regeln är inte känd."})
        if post.id == "region/ny"
        else post
        for post in small.agreement.posts
    )
    unknown = small.agreement.model_copy(update={"posts": posts})
    kinds = {view.recipients for view in letter_views(replace(small, agreement=unknown))}
    assert kinds == {RecipientType.KOMMUN}


# --- What is shown is what was allocated -----------------------------------------------------


@pytest.mark.parametrize("year", [2024, 2025])
def test_every_figure_is_that_of_the_allocation(year: int) -> None:
    allocated = {
        (row.post, f"{row.recipient_type}:{row.recipient_code}"): row
        for row in rows(dossier_of_year(year).allocation)
    }
    agreement = dossier_of_year(year).agreement
    for recipient, view in views_of(year).items():
        own = agreement.posts_of(view.recipients)
        shown = dict(zip([post.id for post in own], [p.amount for p in view.posts], strict=True))
        for post_id, figure in {**shown, TOTAL: view.total}.items():
            row = allocated[post_id, recipient]
            assert figure.maturity == row.maturity
            assert figure.sek == (row.published_sek or row.amount_sek)


@pytest.mark.parametrize("year", [2024, 2025])
def test_municipalities_letters_sum_to_the_column(year: int) -> None:
    nation = [
        row.amount_sek
        for row in rows(dossier_of_year(year).allocation)
        if (row.post, row.recipient_type, row.recipient_code)
        == (TOTAL, RecipientType.KOMMUN, NATION)
    ]
    letters = [v.total.sek for v in views_of(year).values() if v.recipients == RecipientType.KOMMUN]
    assert [sum(letters)] == nation


@pytest.mark.parametrize("year", [2024, 2025])
def test_no_estimate_is_to_be_requisitioned(year: int) -> None:
    for view in views_of(year).values():
        decided = all(post.amount.decided for post in view.posts)
        assert (view.requisition_sek is not None) == decided
        if decided:
            assert view.requisition_sek == view.parts.sek


@pytest.mark.parametrize("year", [2024, 2025])
def test_the_change_is_the_difference_of_what_stands_beside_it(year: int) -> None:
    for view in views_of(year).values():
        assert view.changes is not None
        totals = () if view.changes.total is None else (view.changes.total,)
        for change in (*view.changes.rows, *totals):
            old, new = change.row.before.figure, change.row.after.figure
            if change.row.difference is None:
                assert "inte känt" in (change.row.before.words, change.row.after.words)
                continue
            before, after = (old.sek if old else 0), (new.sek if new else 0)
            assert change.row.difference.sek == after - before
            share = Fraction(after - before, before) if before else None
            assert change.share == share


# --- Read back from the PDF ------------------------------------------------------------------


@pytest.mark.parametrize(("year", "sek"), [(2025, 1337343), (2024, 614046)])
def test_a_municipality_on_two_pages_with_its_estimate_marked(year: int, sek: int) -> None:
    shown = document(year, "kommun:2380")
    first, *rest = pages(shown)
    assert len(rest) == 1
    assert f"Enligt vår beräkning får Östersund {plain(kronor(sek))} * för {year}." in first
    assert first.index("inte beslutade belopp") < first.index(plain(number(sek)))
    assert "I blanketten är beloppet tomt" in first
    assert "Beloppet att rekvirera" not in text(shown)


def test_how_a_municipality_s_amount_came_about() -> None:
    first = pages(document(2025, "kommun:2380"))[0]
    assert "200 000 kr per kommun, resten efter folkmängd 0–18 år (avsnitt 4.2)" in first
    assert "200 000 + 192 000 000 × 13 436 / 2 268 192 = 1 337 342,87" in first
    assert "13 436 av 2 268 192 i åldern 0–18 år (0,59 %), den 1 november 2024" in first
    assert "är vår läsning av överenskommelsen" in first


def test_the_municipality_with_the_longest_name_on_two_pages() -> None:
    own = [v for v in views_of(2025).values() if v.recipients == RecipientType.KOMMUN]
    longest = max(own, key=lambda view: len(view.name))
    assert len(pages(render(longest))) == 2


def test_a_region_s_published_figures_carry_no_mark() -> None:
    shown = document(2025, "region:01")
    view = views_of(2025)["region:01"]
    assert view.published_in == ("Västra Götalandsregionens presentation 2025",)
    assert "Region Stockholm får 183 973 871 kr för 2025" in text(shown)
    # Each post is rounded for itself, and so is the printed total: here they differ.
    assert "Posterna ger tillsammans 183 973 870 kr." in text(shown)
    assert "skiljer sig därför med +1 kr" in text(shown)
    assert "Beloppet att rekvirera är 183 973 870 kr, summan av posternas" in text(shown)


def test_both_requisition_days_of_2024_with_their_documents() -> None:
    shown = text(document(2024, "kommun:2380"))
    assert "Sista dag för rekvisition är 29 november 2024." in shown
    assert "Rekvisition Överenskommelsen, avsnitt 7 S2023/03357 2024-12-01" in shown
    assert "Rekvisition Beslutet om utbetalning i april 2024 2024-11-29" in shown


def test_skr_has_duties_of_its_own_and_no_population() -> None:
    shown = text(document(2024, "skr:SKR"))
    assert "Sveriges Kommuner och Regioner får 33 000 000 kr för 2024." in shown
    assert "Hela beloppet till SKR" in shown
    assert "ingen folkmängd" in shown
    assert "till Kammarkollegiet, senast den 31 mars 2025" in shown
    assert "+7 500 000" in shown
    assert views_of(2024)["skr:SKR"].population == ()
    assert "Ekonomisk redovisning" not in text(document(2024, "kommun:2380"))


@pytest.mark.parametrize("recipient", ["kommun:2380", "skr:SKR"])
def test_all_that_the_agreement_tells_a_recipient_is_told(recipient: str) -> None:
    view, shown = views_of(2025)[recipient], document(2025, recipient).html.decode()
    agreement = dossier_of_year(2025).agreement
    told = [
        *(p.text for p in agreement.purposes_for(view.recipients)),
        *(m for p in agreement.purposes_for(view.recipients) for m in p.must),
        *(c.text for c in agreement.conditions_for(view.recipients)),
        *(d.to for d in agreement.duties_of(view.recipients)),
        *(c for d in agreement.duties_of(view.recipients) for c in d.contents),
    ]
    assert told
    assert [each for each in told if each not in plain(shown)] == []


def test_nothing_known_of_the_year_before_is_one_sentence() -> None:
    shown = text(document(2024, "kommun:2380"))
    assert "Vad kommunen fick då är inte känt, så inget går att jämföra." in shown
    assert "2023 2024 Ändring" not in shown


def test_the_page_leads_to_its_pdf_and_its_form() -> None:
    page = document(2025, "kommun:2380").html.decode()
    assert re.findall('<a href="([^"#]+)"', page) == ["tilldelning.pdf", "rekvisition.html"]


# --- Files inside ----------------------------------------------------------------------------


def attached(shown: Document) -> dict[str, bytes]:
    with pikepdf.open(io.BytesIO(shown.pdf)) as pdf:
        return {name: each.get_file().read_bytes() for name, each in pdf.attachments.items()}


def test_its_figures_and_their_derivation_are_attached() -> None:
    files = attached(document(2025, "region:01"))
    assert set(files) == {"tilldelning.csv", "berakning.json"}
    table = csv.DictReader(io.StringIO(files["tilldelning.csv"].decode("utf-8-sig")), delimiter=";")
    found = {(row["tabell"], row["rad"], row["när"]): row for row in table}
    assert found["Belopp", "Summa", "2025"]["tal"] == "183973871"
    assert found["Belopp", "Komplexa behov", "2025"]["mognad"] == "publicerad"
    assert found["Jämförelse", "Summa", "nu"]["tal"] == "183973871"
    assert found["Underlag", "Folkmängd, ålder alla", "2024-11-01"]["mognad"] == "slutlig"


@pytest.mark.parametrize("year", [2024, 2025])
def test_every_amount_can_be_computed_again_from_the_attached_numbers(year: int) -> None:
    for view in views_of(year).values():
        explained = json.loads(view.attachments()[1].content)
        total = Fraction(0)
        for part in explained["parts"]:
            exact = sum((value(step["operation"]) for step in part["steps"]), Fraction(0))
            assert exact == Fraction(part["exact"])
            assert half_up(exact, 1) == part["amount_sek"]
            total += exact
        assert total == Fraction(explained["exact"])
        assert half_up(total, 1) == explained["amount_sek"]


def value(operation: dict[str, Any]) -> Fraction:
    amount, weight = Fraction(operation["amount"]), operation["weight"]
    if operation["kind"] == "proportion":
        return amount * weight / operation["total"]
    assert operation["kind"] == "fixed"
    return amount


# --- The same, and only its own --------------------------------------------------------------


def test_the_same_view_gives_the_same_bytes_in_another_process() -> None:
    view = views_of(2025)["kommun:2380"]
    assert render(pickle.loads(pickle.dumps(view))) == document(2025, "kommun:2380")


def test_what_concerns_others_only_leaves_the_letters_as_they_were() -> None:
    every = dossier_of_year(2024)
    sources = {**every.agreement.sources}
    sources["annan"] = next(iter(sources.values()))
    changed = every.agreement.model_copy(
        update={"sources": sources, "background": ("Annat.",), "stated_totals": ()}
    )
    others = letter_views(replace(every, plans=(), agreement=changed))
    assert [*others] == [*views_of(2024).values()]


def test_a_figure_of_its_own_changes_the_fingerprint() -> None:
    view = views_of(2025)["kommun:2380"]
    other = replace(view, total=replace(view.total, sek=view.total.sek + 1))
    assert fingerprint(other) != fingerprint(view)


# --- Other agreements ------------------------------------------------------------------------


def test_one_post_by_a_definitive_population_needs_no_mark(country: SmallCountry) -> None:
    country.write_agreement(BASE, made.agreement(made.post("region/en", 1000, REST)))
    view = by_code(country.raw)["region:01"]
    assert view.explained == ()
    assert view.requisition_sek == 690
    shown = text(render(view))
    assert "Enligt utkastet till överenskommelse får Alfa län 690 kr för 2025." in shown
    assert "UTKAST" in shown
    assert "Vad som har ändrats" not in shown
    assert "Vad pengarna är till för" not in shown


def test_a_preliminary_population_is_said(country: SmallCountry) -> None:
    country.write_agreement(BASE, made.agreement(made.post("kommun/en", 1000, REST)))
    shown = text(render(by_code(country.raw)["kommun:0101"]))
    assert "500 kr ***" in shown
    assert "kan ändras när SCB:s slutliga tal kommer" in shown


def test_weights_are_no_population(country: SmallCountry) -> None:
    key = {"rest": {"by": "weights", "weights": "platser"}}
    country.write_agreement(BASE, made.agreement(made.post("region/en", 1500, key)))
    country.weights("platser", "region", {"01": 3, "02": 0, "03": 10, "04": 2})
    views = by_code(country.raw)
    assert [view.total.sek for view in views.values()] == [300, 0, 1000, 200]
    shown = text(render(views["region:01"]))
    assert "Räkning 1 500 × 3 / 15 = 300,00 Avrundat 300 kr" in shown
    assert "Underlag 3 av 15 vikt (20,00 %)" in shown
    # Whoever gets nothing has nothing to requisition.
    assert "Rekvirera senast" not in text(render(views["region:02"]))


def test_a_bounded_key_is_shown_step_by_step(country: SmallCountry) -> None:
    keys = {"fixed": 10}, {"rest": {"by": "population", "cap": 500}}
    country.write_agreement(BASE, made.agreement(made.post("region/en", 1000, *keys)))
    shown = text(render(by_code(country.raw)["region:01"]))
    assert "10 kr per region: 10 = 10,00 Resten efter folkmängd, högst 500 kr: " in shown
    assert "högst 500 = 500,00 Tillsammans: 510,00 Avrundat 510 kr" in shown


def test_whoever_does_not_meet_a_condition_is_told_why_it_gets_nothing(
    country: SmallCountry,
) -> None:
    condition = {"text": "Ha en plan.", "met_by": "klara", "reference": {"source": "avtal"}}
    groups = {"klara": {"recipients": "region", "members": ["01"]}}
    post = made.post("region/en", 1000, REST, condition=condition)
    country.write_agreement(BASE, made.agreement(post, groups=groups))
    shown = text(render(by_code(country.raw)["region:02"]))
    assert "får Beta län 0 kr" in shown
    assert "Villkoret är inte uppfyllt: Ha en plan." in shown


def test_a_supplement_tells_of_both_documents(country: SmallCountry) -> None:
    country.write_agreement(BASE, made.agreement(made.post("region/en", 1000, REST)))
    data = made.agreement(
        made.post("region/ny", 400, EQUAL, area="annat"),
        id=ADDED,
        supplements=BASE,
        sources={"avtal": {"title": "Tilläggsavtalet", "reference_number": "T/2"}},
    )
    data["total"]["amount"] = 1400
    data["post_groups"], data["areas"] = [], [{"id": "annat", "title": "Annat"}]
    country.write_agreement(ADDED, data)
    view = by_code(country.raw, ADDED)["region:01"]
    assert [post.amount.sek for post in view.posts] == [690, 100]
    assert [each.key.title for each in view.computations] == ["Avtalet", "Tilläggsavtalet"]
    assert "Efter folkmängd (Avtalet)" in text(render(view))
    assert "I lika delar (Tilläggsavtalet)" in text(render(view))


def test_an_earlier_agreement_that_cannot_be_read_is_said() -> None:
    every = dossier_of_year(2025)
    view = letter_views(replace(every, compared=None))[0]
    assert view.changes is not None
    assert "inte kunnat jämföras" in text(render(view))
    alone = every.agreement.model_copy(update={"compares_with": None})
    assert letter_views(replace(every, compared=None, agreement=alone))[0].changes is None


def test_only_partly_known_before_is_said_where_it_matters() -> None:
    every = dossier_of_year(2025)
    assert every.compared is not None
    part = every.compared.agreement.model_copy(update={"coverage": Coverage.PARTIAL})
    side = Side(part, every.compared.allocation, every.compared.published)
    view = letter_views(replace(every, compared=side))[0]
    assert view.changes is not None
    assert view.changes.partial
    assert "går det inte att säga vad regionen fick" in text(render(view))


def test_texts_of_an_agreement_are_text_and_nothing_else(country: SmallCountry) -> None:
    hostile = "<script>alert(1)</script> {{ view.code }} {% raw %} javascript:alert(1) & ” <b>"
    data = made.agreement(
        made.post("region/en", 1000, REST, title=hostile),
        purposes=[
            {
                "area": "prov",
                "who": ["region"],
                "text": hostile,
                "must": [hostile, "Räksmörgås" * 10],
                "should": [hostile],
                "reference": {"source": "avtal", "section": hostile},
            }
        ],
        conditions=[
            {"about": "use", "who": ["region"], "text": hostile, "reference": {"source": "avtal"}}
        ],
        reporting=[
            {
                "who": ["region"],
                "what": hostile,
                "to": hostile,
                "contents": [hostile],
                "reference": {"source": "avtal"},
            }
        ],
    )
    country.write_agreement(BASE, data)
    view = by_code(country.raw)["region:01"]
    shown = render(view)
    assert "<script" not in shown.html.decode()
    assert "<b>" not in shown.html.decode()
    assert text(shown).count("{{ view.code }} {% raw %}") >= 6
    with pytest.raises(InputError, match=re.escape("U+4E2D")):
        render(replace(view, agreement_title="中"))


def test_who_issued_it_before_is_said() -> None:
    before = Replaced("SKR", date(2025, 2, 3), "2f6c1e08a4b7", "")
    shown = text(render(replace(views_of(2025)["skr:SKR"], replaces=before)))
    assert "Ersätter tilldelningen som SKR utfärdade den 3 februari 2025" in shown


def test_a_calibrated_estimate_confirms_nothing() -> None:
    view = views_of(2024)["kommun:2380"]
    computations = tuple(replace(each, calibrated=True) for each in view.computations)
    shown = text(render(replace(view, computations=computations)))
    assert "Kalibrerad skattning, ingen bekräftelse" in shown


def test_a_published_figure_on_a_weaker_population_says_what_it_rests_on() -> None:
    view = views_of(2024)["region:23"]
    published = tuple(
        replace(post, amount=Figure(post.amount.sek, True, post.amount.maturity))
        for post in view.posts
    )
    total = replace(view.total, published=True)
    shown = replace(view, posts=published, total=total, changes=None)
    assert shown.explained == ()
    assert {Maturity.RECONSTRUCTED, Maturity.ESTIMATE} == set(shown.maturities)
    assert "Återräknad folkmängd är löst ur andra publicerade tabeller" in text(render(shown))


def test_the_template_knows_what_every_condition_can_be_about() -> None:
    from schemas.guidance import About

    source = (TEMPLATES / "tilldelning.html.jinja").read_text("utf-8")
    known = yaml.safe_load("[" + ",".join(re.findall(r'"(\w+)": "[A-ZÅÄÖ]', source)) + "]")
    assert {str(about) for about in About} <= set(known)
