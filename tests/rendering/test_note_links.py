"""A producer's notes hold links: on a screen they lead there, on paper the address stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from statsbidrag.documents.catalogue import views
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.rendering.document import page_for_paper
from statsbidrag.rendering.note_links import addressed, linked
from tests.cases.small_country import AGREEMENT, ALL_AGES, SmallCountry, jsonstat
from tests.helpers.pages import page

NOTE = "Metoden beskrivs i [Röjandekontroll](https://www.scb.se/ckm?a=1&b=2). Läs den."


def test_a_link_leads_where_it_says() -> None:
    assert linked(NOTE) == (
        'Metoden beskrivs i <a href="https://www.scb.se/ckm?a=1&amp;b=2">Röjandekontroll</a>. '
        "Läs den."
    )
    assert addressed(NOTE) == (
        "Metoden beskrivs i Röjandekontroll (https://www.scb.se/ckm?a=1&b=2). Läs den."
    )


@pytest.mark.parametrize(
    "note",
    [
        "[fil](file:///etc/passwd)",
        "[skript](javascript:void)",
        "[relativ](sida.html)",
        "[tom](https://)",
        "[blank](https://a b)",
        "<b>fet</b> & [ej länk]",
    ],
)
def test_whatever_else_is_text(note: str) -> None:
    assert linked(note) == escape(note)
    assert addressed(note) == note


@given(st.text(alphabet="[]()<>&\"'https:/.ab ", max_size=60))
def test_nothing_but_links_becomes_markup(note: str) -> None:
    shown = linked(note)
    for piece in shown.split("<a href=")[1:]:
        assert piece.startswith(('"http://', '"https://'))
    rest = shown.replace("<a href=", "").replace("</a>", "")
    assert "<" not in rest


def test_documents_show_it_so_on_screen_and_on_paper(country: SmallCountry) -> None:
    facts = {"mandatory_notes": [NOTE], "table": "TAB6999", "succeeds": "TAB1267"}
    country.extract("alla", jsonstat(ALL_AGES, table="TAB6999"), **facts)
    every = {view.path: view for view in views(dossier_of(country.raw, AGREEMENT))}
    national = every["nation/fordelning"]
    screen = page(national).html.decode()
    assert '<a href="https://www.scb.se/ckm?a=1&amp;b=2">Röjandekontroll</a>' in screen
    assert "(TAB6999, som efterträder TAB1267)" in screen
    paper = page_for_paper(national)
    assert "Röjandekontroll (https://www.scb.se/ckm?a=1&amp;b=2)" in paper
    decision = page_for_paper(every["lan/01-norra-lan/beslutsunderlag"])
    assert "[Röjandekontroll]" not in decision
