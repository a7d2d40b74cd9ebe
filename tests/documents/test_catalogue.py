"""Jämtland's decision document: its figures read back from the page, and every way it can vary."""

from __future__ import annotations

import csv
import io
import pickle
import re
import shutil
from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pikepdf
import pytest

from schemas.agreement import Coverage
from schemas.common import Maturity, RecipientType
from schemas.reconciliation import Kind, Result, Severity, Verdict, Withholds
from statsbidrag.allocation.figures import Figure, Figures, maturities_to_explain, summed
from statsbidrag.documents.catalogue import decision_document, views
from statsbidrag.documents.county.decision_view import DecisionView, decision_view
from statsbidrag.documents.county.plan_measures import KnownGap
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.errors import ProgramError
from statsbidrag.files.project import TEMPLATES
from statsbidrag.rendering.document import Document, render
from statsbidrag.rendering.fingerprint import fingerprint
from statsbidrag.rendering.templates import static_files
from statsbidrag.swedish.typography import NBSP, kronor, number
from tests.helpers.dossiers import dossier_of_year
from tests.helpers.pages import page as shown
from tests.helpers.paper import words_as_written, words_of

JAMTLAND = "lan/23-jamtlands-lan/beslutsunderlag"
VG = "lan/14-vastra-gotalands-lan/beslutsunderlag"
POSTS = (2974230, 6819298, 1000000, 2509377)
TOTAL = 13302905
ORGANISATIONS = (7927377, 3073000, 1545000, 757528)


@cache
def jamtland() -> Dossier:
    every = dossier_of_year(2024)
    return replace(every, plans=tuple(plan for plan in every.plans if plan.county == "23"))


def view_of(**changes: Any) -> DecisionView:
    return replace(_view(), **changes)


@cache
def _view() -> DecisionView:
    return decision_view(jamtland(), jamtland().plans[0])


@cache
def document() -> Document:
    return decision_document(jamtland(), jamtland().plans[0])


@cache
def pages() -> tuple[str, ...]:
    """The text of each page."""
    return words_of(document().pdf)


def whole(pdf: bytes | None = None) -> str:
    return " ".join(pages() if pdf is None else words_of(pdf))


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


# --- What the PDF says -----------------------------------------------------------------------


def test_every_measure_with_its_sum_is_read_back() -> None:
    measures = jamtland().plans[0].measures
    assert len(measures) == 14
    for measure in measures:
        start = whole().index(measure.title)
        row = whole()[start : start + 400]
        assert plain(number(measure.amount)) in row, measure.title
        assert measure.responsible in row, measure.title


@pytest.mark.parametrize("sek", [*POSTS, TOTAL, *ORGANISATIONS])
def test_sums_are_read_back(sek: int) -> None:
    assert plain(number(sek)) in whole()


def test_the_total_has_its_unit_on_the_first_page() -> None:
    assert f"Förslaget gäller {plain(kronor(TOTAL))} till Jämtlands län" in pages()[0]


def test_the_decision_comes_before_the_background() -> None:
    first = pages()[0]
    assert first.index("Förslag till beslut") < first.index("Bakgrund")


def test_both_requisition_dates_and_their_sources() -> None:
    assert "Sista dag för rekvisition är 29 november 2024." in whole()
    assert "Överenskommelsen, avsnitt 7 S2023/03357 2024-12-01" in whole()
    assert "Beslutet om utbetalning i april 2024 2024-11-29" in whole()


def test_the_last_day_of_repayment_and_its_source() -> None:
    said = "Medel som inte har använts ska betalas tillbaka senast den 31 mars 2025 (Överens"
    assert said in whole()
    assert "betalas tillbaka" not in whole(render(view_of(repayment=None)).pdf)


def test_what_is_requisitioned_is_the_total_unless_said() -> None:
    assert "summan av områdenas avrundade belopp" not in whole()


def test_blank_fields_are_blank() -> None:
    assert "Datum Diarienummer Gäller Jämtlands län" in pages()[0]
    assert re.search(r"Utdrag till (Beslutsunderlag, )", pages()[-3])


def test_the_last_page_but_one_says_how_each_amount_was_computed() -> None:
    last = pages()[-2]
    assert "Så är beloppen beräknade" in last
    assert "145 000 000 × 132 466 / 10 557 682 = 1 819 298,02" in last
    assert "200 000 000 × 132 466 / 10 557 682 = 2 509 376,58" in last
    assert "Kalibrerad skattning, ingen bekräftelse" in last
    assert "Återräknad folkmängd" in last
    assert "Fast belopp i överenskommelsen, ingen folkmängd" in last
    assert document().fingerprint in last.replace(" ", "")
    assert all(each.source.sha256[:12] in last for each in _view().extracts)


def test_every_page_has_its_number_and_the_fingerprint() -> None:
    for index, text in enumerate(pages(), 1):
        assert f"{document().fingerprint[:8]} Sida {index} av {len(pages())}" in text


def test_published_figures_carry_no_mark() -> None:
    # What rests on recovered population is another year's, in the section on what has changed.
    alone = view_of(changes=None)
    # The last page is the overview, which explains its own marks.
    assert "*" not in " ".join(words_of(render(alone).pdf)[:-1])
    assert alone.explained == ()
    assert _view().explained == (Maturity.RECONSTRUCTED,)


def test_the_csv_holds_the_same_tables() -> None:
    with pikepdf.open(io.BytesIO(document().pdf)) as pdf:
        content = pdf.attachments["fordelning.csv"].get_file().read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    sums: dict[str, int] = {}
    for row in rows:
        if row["område"] != "Summa":
            sums[row["tabell"]] = sums.get(row["tabell"], 0) + int(row["summa, kr"])
    assert set(sums.values()) == {TOTAL}
    assert len(rows) == 4 + 1 + 14 + 4


# --- What the HTML says ----------------------------------------------------------------------


class Page(HTMLParser):
    """The tags of a page, with their attributes."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_html_links_to_static_files_that_exist_and_to_nothing_else() -> None:
    found = Page(document().html).tags
    sheets = [attrs["href"] for tag, attrs in found if tag == "link"]
    names = {f"../../static/{name}" for name in static_files()}
    assert sheets
    assert set(sheets) <= names
    links = [attrs["href"] for tag, attrs in found if tag == "a"]
    assert links == ["#innehall", "beslutsunderlag.pdf", "beslutsunderlag.docx"]


def test_the_html_keeps_a_strict_policy() -> None:
    found = Page(document().html).tags
    assert not any("style" in attrs for _, attrs in found)
    assert not {"script", "style", "base", "iframe"} & {tag for tag, _ in found}
    assert any("default-src 'none'" in (attrs.get("content") or "") for _, attrs in found)


def test_every_table_has_a_caption_and_header_cells() -> None:
    html = document().html.decode()
    tables = re.findall(r"<table.*?</table>", html, re.DOTALL)
    assert len(tables) == 14
    for index, table in enumerate(tables, 1):
        assert f"<caption>Tabell {index}. " in table
        assert all("scope=" in cell for cell in re.findall(r"<th[^e][^>]*>", table))
        assert "<td></th>" not in table


def test_no_figure_in_the_html_can_be_broken() -> None:
    text = re.sub(r"<[^>]+>", " ", document().html.decode())
    assert not re.search(r"\d \d{3}\b", text)
    assert not re.search(r"\d kr\b", text)


# --- The same bytes, and another fingerprint when something changes ---------------------------


def test_the_same_bytes_from_another_folder(tmp_path: Path) -> None:
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    again = render(pickle.loads(pickle.dumps(_view())), tmp_path / "templates")
    assert again == document()


@pytest.mark.parametrize(
    "changes", [{"title": "Annan"}, {"day": date(2024, 2, 1)}, {"draft": True}, {"posts": ()}]
)
def test_another_view_has_another_fingerprint(changes: dict[str, Any]) -> None:
    assert fingerprint(view_of(**changes)) != document().fingerprint


@pytest.mark.parametrize(
    "name",
    ["beslutsunderlag.html.jinja", "dokument.html.jinja", "makron.html.jinja", "css/print.css"],
)
def test_another_template_gives_another_fingerprint(tmp_path: Path, name: str) -> None:
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    with (tmp_path / "templates" / name).open("a") as file:
        file.write("\n")
    assert fingerprint(_view(), tmp_path / "templates") != document().fingerprint


def test_another_documents_template_does_not_matter(tmp_path: Path) -> None:
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    (tmp_path / "templates" / "annan.html.jinja").write_text("x")
    (tmp_path / "templates" / "css" / "annan.css").write_text("p {}")
    assert fingerprint(_view(), tmp_path / "templates") == document().fingerprint


def test_the_date_of_the_file_is_the_papers_or_the_agreements() -> None:
    assert _view().created.isoformat() == "2023-12-21T00:00:00+00:00"
    assert view_of(day=date(2024, 2, 5)).created.date() == date(2024, 2, 5)


# --- Ways it can vary -------------------------------------------------------------------------


def unpublished(view: DecisionView, index: int) -> DecisionView:
    posts = list(view.posts)
    posts[index] = replace(posts[index], amount=replace(posts[index].amount, published=False))
    return replace(view, posts=tuple(posts))


def test_an_estimate_is_marked_explained_and_kept_out_of_the_requisition() -> None:
    view = replace(unpublished(_view(), 0), requisition_sek=None)
    first, *rest = words_of(render(view).pdf)
    assert "Belopp med * är vår beräkning på skattad folkmängd, inte beslutade belopp." in first
    assert "2 974 230 *" in " ".join(rest)
    assert re.search(r"inte är beslutat\. Belopp (Sista dag|Beslutsunderlag,)", " ".join(rest))
    assert "Beloppet är lämnat tomt" in " ".join(rest)


def test_a_reconstructed_figure_is_marked_and_explained() -> None:
    text = whole(render(unpublished(_view(), 1)).pdf)
    assert "Belopp med ** bygger på folkmängd som är återräknad" in text
    assert "6 819 298 **" in text


def test_a_draft_says_so() -> None:
    assert "UTKAST" in words_of(render(view_of(draft=True)).pdf)[0]
    assert "UTKAST" not in whole()


def test_filled_fields_are_shown() -> None:
    view = view_of(
        day=date(2024, 2, 5),
        reference_number="KF 2024/123",
        recipients_of_extract=("Åre kommun",),
        proposal=("Godkänna förslaget.", "Ge ekonomienheten uppdraget."),
        deadlines=_view().deadlines[:1],
        changes=None,
        invoicing=None,
    )
    pdf = render(view).pdf
    text = whole(pdf)
    assert "Datum 5 februari 2024 Diarienummer KF 2024/123" in text
    assert "föreslås fatta dessa beslut: Godkänna förslaget. Ge ekonomienheten" in text
    assert "Sista dag för rekvisition är 1 december 2024 (Överenskommelsen, avsnitt 7)." in text
    # Beside each other in two columns: only the order in which they are written tells.
    assert "Utdrag till Åre kommun" in " ".join(words_as_written(pdf))
    assert "Vad som har ändrats" not in text


def test_a_known_difference_is_shown_with_its_reason() -> None:
    posts = list(_view().posts)
    gap = KnownGap(-248046, "Medlen är inte fördelade.", "Länets underlag")
    amount = replace(posts[0].amount, sek=posts[0].amount.sek + 248046)
    posts[0] = replace(posts[0], amount=amount, gaps=(gap,))
    text = whole(render(view_of(posts=tuple(posts))).pdf)
    assert "Känd skillnad Medlen är inte fördelade. Källa: Länets underlag. +248 046" in text
    assert "Skillnad som inte är förklarad" not in text


def test_a_total_that_is_rounded_for_itself_is_explained() -> None:
    total = replace(_view().total, sek=TOTAL + 1)
    text = whole(render(view_of(total=total)).pdf)
    assert "Områdena ger tillsammans 13 302 905 kr." in text
    assert "skiljer sig därför med +1 kr" in text


def test_names_with_html_in_them_are_only_names() -> None:
    html = shown(view_of(issuer="A <b>& B</b>")).html.decode()
    assert "A &lt;b&gt;&amp; B&lt;/b&gt;" in html


# --- Which documents there are ----------------------------------------------------------------


def withheld(what: Withholds, county: str = "") -> Dossier:
    failed = Result(
        kind=Kind.PLAN_TO_POST,
        what="x",
        expected=1,
        found=2,
        difference=1,
        tolerance=0,
        unit="kr",
        verdict=Verdict.DIFFERENT,
        severity=Severity.ERROR,
        withholds=what,
        county=county,
    )
    reconciliation = jamtland().reconciliation.model_copy(update={"results": (failed,)})
    return replace(jamtland(), reconciliation=reconciliation)


def test_a_plan_gives_a_decision_document() -> None:
    found = {view.path: view for view in views(jamtland(), counties=["23", "14"])}
    planned = {path: view.planned for path, view in found.items()}
    assert planned == {VG: False, JAMTLAND: True}, "a county without a plan has a draft"
    assert {view.path for view in views(jamtland(), counties=["23"])} == {JAMTLAND}


def test_every_recipient_has_its_documents() -> None:
    every = [view.path for view in views(jamtland())]
    assert len(every) == len(set(every))
    kinds = Counter((path.split("/")[0], path.rpartition("/")[2]) for path in every)
    assert kinds == {
        ("nation", "fordelning"): 1,
        ("lan", "beslutsunderlag"): 21,
        ("lan", "rekvisition"): 21,
        ("region", "tilldelning"): 21,
        ("region", "rekvisition"): 21,
        ("kommun", "tilldelning"): 290,
        ("kommun", "rekvisition"): 290,
        ("skr", "tilldelning"): 1,
        ("skr", "rekvisition"): 1,
        # In 2024 the agreement asks nobody else for one.
        ("skr", "ekonomisk-redovisning"): 1,
    }


def test_what_is_withheld_is_not_written() -> None:
    every = {view.path for view in views(jamtland())}
    assert views(withheld(Withholds.DOCUMENTS)) == ()
    for county, own in (("23", JAMTLAND), ("14", VG)):
        assert {v.path for v in views(withheld(Withholds.PLAN, county))} == every - {own}


def test_a_partial_agreement_has_no_documents_to_recipients() -> None:
    agreement = jamtland().agreement.model_copy(update={"coverage": Coverage.PARTIAL})
    shown = views(replace(jamtland(), agreement=agreement))
    assert [view.path for view in shown] == ["nation/fordelning"]


# --- Figures ----------------------------------------------------------------------------------


def test_a_published_figure_is_shown_as_published() -> None:
    shown = jamtland().figures.of("lan/barn-och-unga", RecipientType.LAN, "23")
    assert shown == Figure(2974230, True, Maturity.ESTIMATE)
    assert plain(str(shown)) == "2 974 230"
    assert shown.decided


def test_an_estimate_that_nobody_published_carries_an_asterisk() -> None:
    shown = jamtland().figures.of("lan/barn-och-unga", RecipientType.LAN, "22")
    assert str(shown).endswith(f"{NBSP}*")
    assert shown.kronor.endswith(f"{NBSP}kr{NBSP}*")
    assert not shown.decided


def test_an_unresolved_figure_is_shown_as_published() -> None:
    allocation = jamtland().allocation.copy()
    row = allocation.index[
        (allocation["post"] == "lan/barn-och-unga") & (allocation["recipient_code"] == "23")
    ]
    allocation.loc[row, "amount_sek"] = pd.NA
    allocation.loc[row, "maturity"] = "unresolved"
    assert str(Figures(allocation).of("lan/barn-och-unga", RecipientType.LAN, "23")).startswith("2")
    allocation.loc[row, "published_sek"] = pd.NA
    with pytest.raises(ProgramError, match="neither computed nor published"):
        Figures(allocation).of("lan/barn-och-unga", RecipientType.LAN, "23")
    with pytest.raises(ProgramError, match="0 rows"):
        Figures(allocation).of("lan/saknas", RecipientType.LAN, "23")


def test_a_sum_is_as_weak_as_its_weakest_unpublished_part() -> None:
    published = Figure(1, True, Maturity.ESTIMATE)
    sound = Figure(2, False, Maturity.DEFINITIVE)
    rebuilt = Figure(3, False, Maturity.RECONSTRUCTED)
    assert summed([published, published]) == Figure(2, True, Maturity.ESTIMATE)
    assert summed([published, sound]) == Figure(3, False, Maturity.DEFINITIVE)
    assert summed([published, sound, rebuilt]) == Figure(6, False, Maturity.RECONSTRUCTED)
    assert maturities_to_explain([published, sound, rebuilt]) == (Maturity.RECONSTRUCTED,)
