"""2023, of which only some posts are known: what is computed, what is shown, what is not made."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pytest

from schemas.agreement import Agreement, Condition, Post, StatedTotal, Status
from schemas.common import TOTAL, Maturity, RecipientType, Reference
from schemas.keys import SetAside, SetAsideStep
from schemas.manifest import HashedFile, Manifest
from schemas.reconciliation import Kind, Severity, Verdict
from statsbidrag.allocation.amounts import allocate
from statsbidrag.allocation.figures import Figure, maturities_to_explain, summed
from statsbidrag.documents.audit import audit_view
from statsbidrag.documents.catalogue import views
from statsbidrag.documents.national.national_csv import national_csv
from statsbidrag.documents.national.national_view import NationalView, national_tables
from statsbidrag.documents.national.recipient_tables import Section
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.dossier.gathering import Computed, compute, dossier_of
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.publication.contents import about
from statsbidrag.rendering.document import render
from statsbidrag.site.front_page import agreement_entry, index_page
from tests.helpers.dossiers import dossier_with
from tests.helpers.pages import page as shown
from tests.helpers.pages import text_of
from tests.helpers.paper import pages_of
from tests.helpers.program import in_process

ID = "psykisk-halsa-2023"
UM = "lan/ungdomsmottagningar"


@cache
def own() -> Dossier:
    return dossier_of(Raw(PROJECT / "raw"), ID)


@cache
def view() -> NationalView:
    return national_tables(own())


@cache
def pdf(of: NationalView) -> tuple[str, ...]:
    """The text of each page, lines as they stand."""
    return tuple(page.replace("\u00a0", " ") for page in pages_of(render(of).pdf))


def whole_words(text: str) -> str:
    return " ".join(re.sub(r"-\n", "", text).split())


def flowing(of: NationalView) -> str:
    return whole_words(" ".join(pdf(of)))


def counties_only(of: NationalView) -> NationalView:
    """The document without the other recipients' long tables, and without maps."""
    return replace(of, per_person=None, sections=(lan(of),))


def lines(of: NationalView) -> list[str]:
    return [line.strip() for page in pdf(of) for line in page.splitlines()]


def lan(of: NationalView) -> Section:
    return next(each for each in of.sections if each.recipients == RecipientType.LAN)


# --- What is computed ------------------------------------------------------------------------


def test_the_csv_has_vg_from_rules_and_the_unresolved_post_as_published() -> None:
    made = in_process("allocate", ID, "--format", "csv", "--recipient", "lan:14", "--totals")
    made.require(0)
    name = "Västra Götalands län"
    assert made.out.splitlines()[1:] == [
        f"{ID},lan/brukarmedverkan,lan,14,{name},2000000,definitive,2000000",
        f"{ID},lan/suicidprevention,lan,14,{name},33424098,reconstructed,33424098",
        f"{ID},{UM},lan,14,{name},,unresolved,25064083",
        f"{ID},lan/samsjuklighet,lan,14,{name},20876447,reconstructed,20876447",
        f"{ID},total,lan,14,{name},,unresolved,81364628",
    ]


def test_every_total_that_needs_the_unresolved_post_is_unresolved() -> None:
    totals = own().allocation[
        (own().allocation["post"] == TOTAL) & (own().allocation["recipient_type"] == "lan")
    ]
    assert len(totals) == 22
    assert totals["amount_sek"].isna().all()
    assert set(totals["maturity"]) == {"unresolved"}


def test_stated_totals_cannot_be_tested() -> None:
    [result] = [r for r in own().reconciliation.results if r.kind == Kind.POSTS_TO_STATED_TOTAL]
    assert (result.expected, result.found) == (1_640_500_000, 599_500_000)
    assert (result.verdict, result.severity) == (Verdict.UNTESTABLE, Severity.WARNING)
    assert not own().reconciliation.errors()
    assert in_process("check", ID).code == 0


def test_only_the_national_tables_are_made() -> None:
    assert [each.path for each in views(own())] == ["nation/fordelning"]


def test_the_later_agreement_compares_with_it() -> None:
    later = dossier_of(Raw(PROJECT / "raw"), "psykisk-halsa-2024").agreement
    assert later.compares_with == ID
    known = {f"{ID}/{area.id}" for area in own().agreement.areas}
    named = {name for area in later.areas for name in area.succeeds}
    assert named <= known
    # It ended: its money went to a wider area, together with that of another one.
    assert known - named == {f"{ID}/ungdomsmottagningar"}


# --- What the tables show --------------------------------------------------------------------


def test_the_top_says_how_much_is_known() -> None:
    text = whole_words(pdf(view())[0])
    assert (
        "Bara en del av posterna är kända. De ger tillsammans 599 500 000 kr av "
        "överenskommelsens 1 640 500 000 kr." in text
    )
    assert "Överenskommelsen är återskapad ur andra handlingar." in text
    assert "Belopp med # är publicerade men inte omräknade." in text
    assert text.index("Bara en del") < text.index("Ramen")


def test_an_unresolved_cell_is_published_with_a_mark_or_a_dash() -> None:
    assert "14 Västra Götalands län 2 000 000 33 424 098 25 064 083 # 20 876 447 81 364 628 #" in (
        lines(view())
    )
    jamtland = next(line for line in lines(view()) if line.startswith("23 Jämtlands län"))
    assert re.fullmatch(r"23 Jämtlands län 1 000 000 [\d ]+ \*\* – [\d ]+ \*\* –", jamtland)
    cells = {row.code: row.cells for row in lan(view()).tables[0].rows}
    assert sum(row[2] is None for row in cells.values()) == 20
    assert sum(row[4] is None for row in cells.values()) == 20


def test_the_foot_says_which_sums_cannot_be_made() -> None:
    foot = lan(view()).tables[0].foot
    assert foot is not None
    assert [each and each.sek for each in foot.sums] == [
        24_000_000, 200_000_000, None, 200_000_000, None,
    ]  # fmt: skip
    # Of a partial agreement nobody knows what all posts to the counties come to.
    assert foot.nation_sek == (24_000_000, 200_000_000, 150_000_000, 200_000_000, None)
    assert foot.differences == (0, 0, None, 0, None)
    assert "Summa av kolumnen 24 000 000 200 000 000 ** – 200 000 000 ** –" in lines(view())
    text = flowing(view())
    assert "Ungdomsmottagningar: beloppen är publicerade, inte omräknade." in text
    assert (
        "Summan av kolumnen går inte att räkna för ungdomsmottagningar och totalt av kända "
        "poster, eftersom belopp saknas." in text
    )
    assert "None" not in text


def test_a_stated_total_of_a_partial_agreement_is_shown_as_riket() -> None:
    stated = StatedTotal(
        recipients=RecipientType.LAN, amount=700_000_000, reference=Reference(source="vgr")
    )
    agreement = own().agreement.model_copy(update={"stated_totals": (stated,)})
    foot = lan(national_tables(replace(own(), agreement=agreement))).tables[0].foot
    assert foot is not None
    assert foot.nation_sek[-1] == 700_000_000


def test_the_csv_leaves_unknown_cells_empty() -> None:
    text = national_csv(view().sections, view().types).decode("utf-8-sig").splitlines()
    assert (
        "län;14;Västra Götalands län;Ungdomsmottagningar;25064083;#;publicerad, inte omräknad"
        in text
    )
    assert "län;23;Jämtlands län;Ungdomsmottagningar;;;" in text


def test_figures_of_an_unresolved_post() -> None:
    shown = own().figures.known(UM, RecipientType.LAN, "14")
    assert shown == Figure(25_064_083, True, Maturity.UNRESOLVED)
    assert shown.mark == "#"
    assert own().figures.known(UM, RecipientType.LAN, "23") is None
    assert own().figures.known(TOTAL, RecipientType.LAN, "23") is None
    sound = own().figures.of("lan/suicidprevention", RecipientType.LAN, "14")
    assert sound.mark == ""
    assert summed([sound, shown]) == Figure(58_488_181, True, Maturity.UNRESOLVED)
    assert maturities_to_explain([sound, shown]) == (Maturity.UNRESOLVED,)


# --- The audit page and the front page -------------------------------------------------------


def page(of: Dossier) -> str:
    view = audit_view(of.agreement, of.reconciliation, of.allocation)
    return text_of(shown(view).html.decode())


def test_the_audit_page_says_what_cannot_be_tested() -> None:
    text = page(own())
    assert "Bara en del av posterna är kända: 599 500 000 kr av 1 640 500 000 kr." in text
    assert "Posten Ungdomsmottagningar till länen: publicerad, inte beräknad" in text
    assert "Kan inte prövas" in text
    assert "Inget hålls inne." in text
    assert "Bara en del" not in page(dossier_of(Raw(PROJECT / "raw"), "psykisk-halsa-2025"))


def front(of: Dossier) -> str:
    manifest = Manifest(
        format=1,
        agreement=of.agreement.id,
        fingerprint="ab" * 32,
        about=about(of.agreement, of.basis, of.register, of.allocation),
        state="complete",
        withheld=(),
        inputs=(),
        outputs=(HashedFile(path="nation/fordelning.html", sha256="ab" * 32, bytes=1),),
        documents=(),
        versions={},
    )
    html = index_page([agreement_entry(manifest, f"{of.agreement.id}/current")]).decode()
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\u00a0", " ").split())


def test_the_front_page_says_that_it_is_partial() -> None:
    text = front(own())
    assert "Återskapad ur andra handlingar. Alla poster är inte kända" in text
    assert "1 640 500 000 kr, varav bara en del fördelas här" in text
    assert "Det som är känt av fördelningen" in text


# --- Drafts ----------------------------------------------------------------------------------


def draft(of: Dossier) -> Dossier:
    agreement = of.agreement.model_copy(update={"status": Status.DRAFT})
    return replace(of, agreement=agreement)


def test_every_page_of_a_draft_says_so() -> None:
    pages = pdf(national_tables(draft(own())))
    assert [text.count("UTKAST") for text in pages] == [1] * len(pages)
    assert len(pages) > 2
    assert "UTKAST" not in " ".join(pdf(view()))


@pytest.mark.parametrize("shown", [page, front])
def test_screens_of_a_draft_say_so(shown: object) -> None:
    assert callable(shown)
    assert shown(draft(own())).count("UTKAST") == 1
    assert "UTKAST" not in shown(own())


# --- What the rule keeps from the recipients -------------------------------------------------


def changed(post_id: str, **changes: object) -> Dossier:
    """2025 with one county post that is not given out whole."""
    before = computed_2025()
    posts = tuple(
        post.model_copy(update=changes) if post.id == post_id else post
        for post in before.agreement.posts
    )
    agreement: Agreement = before.agreement.model_copy(update={"posts": posts})
    none = before.published.iloc[:0]
    made = allocate(agreement, before.register, before.basis, none)
    return dossier_with(replace(before, agreement=agreement, allocation=made, published=none))


def test_a_common_pot_is_told_in_the_foot() -> None:
    step = SetAsideStep(set_aside=SetAside(amount=10_000_000, title="Gemensam pott"))
    post = own_2025("lan/suicidprevention")
    kept = counties_only(national_tables(changed(post.id, key=(step, *post.key))))
    foot = lan(kept).tables[0].foot
    assert foot is not None
    assert foot.undistributed_sek == (0, 0, 10_000_000, 10_000_000)
    # 190 000 000 are given out, rounded one by one: a krona or so aside, nothing is missing.
    assert all(abs(each or 0) <= 10 for each in foot.differences)
    assert "Fördelas inte 0 0 10 000 000 10 000 000" in lines(kept)
    assert "Av posten suicidprevention fördelas inte 10 000 000 kr: Gemensam pott." in flowing(kept)


def test_a_condition_that_some_do_not_meet_is_told_in_the_foot() -> None:
    condition = Condition(
        text="Handlingsplan finns", met_by="storstadslan", reference=Reference(source="agreement")
    )
    kept = counties_only(
        national_tables(changed("lan/nationell-strategi/brukarmedverkan", condition=condition))
    )
    foot = lan(kept).tables[0].foot
    assert foot is not None
    # 24 Mkr to all, 3 × 2 Mkr to those who meet it.
    assert foot.undistributed_sek == (0, 18_000_000, 0, 18_000_000)
    assert foot.differences[1] == 0
    assert "fördelas inte 18 000 000 kr: Handlingsplan finns." in flowing(kept)


def test_a_post_that_is_given_out_whole_says_nothing_of_it() -> None:
    whole = national_tables(dossier_of(Raw(PROJECT / "raw"), "psykisk-halsa-2025"))
    assert all(not section.undistributed for section in whole.sections)
    assert "Fördelas inte" not in flowing(counties_only(whole))


def own_2025(post_id: str) -> Post:
    return computed_2025().agreement.post(post_id)


@cache
def computed_2025() -> Computed:
    return compute(Raw(PROJECT / "raw"), "psykisk-halsa-2025")
