"""The annex's forms: every field in its order, what is known filled in, and nothing that is not."""

from __future__ import annotations

import io
import json
import pickle
import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.agreement import Agreement, Coverage, Requisition, Status
from schemas.common import TOTAL, Maturity, RecipientType
from schemas.guidance import Fills, FormKind
from schemas.plan import Plan, RequisitionPlan
from schemas.reconciliation import Kind, Result, Severity, Verdict, Withholds
from statsbidrag.allocation.figures import Figure
from statsbidrag.documents.parts.requisition_sum import requisition_sek
from statsbidrag.documents.recipient.annex_forms import Blank, FormView, form_views
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.errors import InputError
from statsbidrag.files.project import TEMPLATES
from statsbidrag.rendering.document import Document, render
from statsbidrag.rendering.fingerprint import fingerprint
from statsbidrag.swedish.typography import kronor
from tests.helpers.dossiers import dossier_of_year
from tests.helpers.drawing import drawn
from tests.helpers.pages import page, text_of
from tests.helpers.paper import words_of

OSTERSUND = "kommun/2380-ostersund"
JAMTLAND = "lan/23-jamtlands-lan"
REGION = "region/23-region-jamtland-harjedalen"


def by_path(made: Dossier) -> dict[str, FormView]:
    return {view.path: view for view in form_views(made)}


@cache
def views_of(year: int) -> dict[str, FormView]:
    return by_path(dossier_of_year(year))


@cache
def document(year: int, path: str) -> Document:
    return drawn(views_of(year)[path])


def text(pdf: bytes) -> str:
    return " ".join(words_of(pdf))


def with_agreement(made: Dossier, **changes: object) -> Dossier:
    return replace(made, agreement=made.agreement.model_copy(update=changes))


class Controls(HTMLParser):
    """What a page lets somebody write in, and what it says of each."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.labelled: list[str] = []
        self.controls: list[dict[str, str | None]] = []
        self.scripts: list[str | None] = []
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        self.tags.append(tag)
        self.attributes |= own.keys()
        if "id" in own:
            self.ids.append(own["id"] or "")
        if tag == "label":
            self.labelled.append(own["for"] or "")
        if tag in ("input", "textarea", "output"):
            self.controls.append(own)
        if tag == "script":
            self.scripts.append(own.get("src"))


# --- Who gets which form ---------------------------------------------------------------------


def test_each_recipient_requisitions_and_only_those_obliged_report() -> None:
    for year, obliged in ((2024, ["skr"]), (2025, ["region", "kommun", "lan", "skr"])):
        register = dossier_of_year(year).register
        shown = {
            kind: {(v.recipients, v.code) for v in views_of(year).values() if v.kind == kind}
            for kind in FormKind
        }
        recipients = {(row.type, row.code) for row in register.frame.itertuples(index=False)}
        assert shown[FormKind.REQUISITION] == recipients
        assert shown[FormKind.FINANCIAL_REPORT] == {
            each for each in recipients if each[0] in obliged
        }


def test_where_the_forms_lie() -> None:
    assert {
        f"{REGION}/rekvisition",
        f"{REGION}/ekonomisk-redovisning",
        f"{OSTERSUND}/rekvisition",
        f"{JAMTLAND}/rekvisition",
        "skr/rekvisition",
        "skr/ekonomisk-redovisning",
    } <= views_of(2025).keys()
    titles = [view.title for view in views_of(2025).values()]
    assert len(set(titles)) == len(titles)


def test_none_of_what_is_partly_known_or_withheld() -> None:
    made = dossier_of_year(2025)
    assert form_views(dossier_of_year(2023)) == ()
    assert form_views(with_agreement(made, coverage=Coverage.PARTIAL)) == ()
    failed = Result(
        kind=Kind.PLAN_TO_POST,
        what="prov",
        expected=1,
        found=2,
        difference=1,
        tolerance=0,
        unit="kr",
        verdict=Verdict.DIFFERENT,
        severity=Severity.ERROR,
        withholds=Withholds.DOCUMENTS,
    )
    report = made.reconciliation.model_copy(update={"results": (failed,)})
    assert form_views(replace(made, reconciliation=report)) == ()


def test_no_form_where_the_agreement_has_none() -> None:
    assert form_views(with_agreement(dossier_of_year(2025), forms={})) == ()


# --- The amount ------------------------------------------------------------------------------


@pytest.mark.parametrize("year", [2024, 2025])
def test_no_form_carries_an_estimated_amount(year: int) -> None:
    made = dossier_of_year(year)
    blank = 0
    for view in views_of(year).values():
        posts = [
            made.figures.of(post.id, view.recipients, view.code)
            for post in made.agreement.posts_of(view.recipients)
        ]
        filled = [
            field.value
            for section in view.sections
            for field in section.fields
            if field.fills == Fills.AMOUNT
        ]
        if all(post.published or post.maturity != Maturity.ESTIMATE for post in posts):
            assert filled == [kronor(sum(post.sek for post in posts))]
        else:
            blank += 1
            assert filled == [""]
            assert view.amount_blank == Blank.ESTIMATE
            assert json.loads(view.attachments()[0].content)["amount_sek"] is None
    assert blank


def test_a_blank_amount_says_why_on_page_and_paper() -> None:
    shown = document(2025, f"{OSTERSUND}/rekvisition")
    words = "Lämnat tomt: vår beräkning vilar på skattade uppgifter och är inget beslutat belopp."
    assert words in text_of(shown.html.decode())
    assert words in text(shown.pdf)
    (amount,) = (c for c in Controls(shown.html.decode()).controls if c.get("id") == "amount")
    assert amount["aria-describedby"] == "amount-not"


def test_once_the_population_is_definitive_every_form_carries_its_amount() -> None:
    made = dossier_of_year(2025)
    later = replace(made, allocation=made.allocation.assign(maturity="definitive"))
    assert all(view.amount_sek is not None for view in form_views(later))


@pytest.mark.parametrize("status", [Status.DRAFT, Status.RECONSTRUCTED])
def test_what_is_not_signed_asks_for_no_sum(status: Status) -> None:
    found = by_path(with_agreement(dossier_of_year(2025), status=status))
    assert {view.amount_sek for view in found.values()} == {None}
    shown = page(found[f"{REGION}/rekvisition"]).html.decode()
    assert "Lämnat tomt: överenskommelsen är" in shown
    assert ("UTKAST" in text_of(shown)) == (status == Status.DRAFT)


def test_the_printed_total_stands_where_the_agreement_says_so() -> None:
    made = dossier_of_year(2024)
    rounded = with_agreement(made, requisition=Requisition(total="rounded_total"))
    differing = 0
    for path, view in by_path(rounded).items():
        total = made.figures.of(TOTAL, view.recipients, view.code)
        assert view.amount_sek in (None, total.sek)
        differing += view.amount_sek not in (None, views_of(2024)[path].amount_sek)
    assert differing


FIGURES = st.builds(
    Figure,
    st.integers(0, 10**9),
    st.booleans(),
    st.sampled_from([m for m in Maturity if m != Maturity.UNRESOLVED]),
)


@settings(max_examples=60)
@given(st.lists(FIGURES, min_size=1), FIGURES, st.booleans())
def test_a_sum_is_asked_for_only_where_all_behind_it_is_decided(
    posts: list[Figure], total: Figure, rounded: bool
) -> None:
    way = Requisition(total="rounded_total" if rounded else "sum_of_posts")
    agreement: Agreement = dossier_of_year(2025).agreement.model_copy(update={"requisition": way})
    asked = requisition_sek(agreement, posts, total)
    behind = [*posts, total] if rounded else posts
    if any(not each.decided for each in behind):
        assert asked is None
    else:
        assert asked == (total.sek if rounded else sum(post.sek for post in posts))


# --- The fields ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "path"),
    [(2024, "skr/ekonomisk-redovisning"), (2025, f"{REGION}/rekvisition")],
)
def test_every_field_of_the_annex_in_its_order(year: int, path: str) -> None:
    view, shown = views_of(year)[path], document(year, path)
    form = dossier_of_year(year).agreement.forms[view.kind]
    assert [f.id for s in view.sections for f in s.fields] == [field.id for field in form.fields]
    for words in (text_of(shown.html.decode()), text(shown.pdf).replace("- ", "")):
        squeezed, at = re.sub(r"[ -]", "", words), 0
        for number, section in enumerate(form.sections, start=1):
            labels = [f"{number}. {section.title}", *(field.label for field in section.fields)]
            for label in labels:
                at = squeezed.index(re.sub(r"[ -]", "", label), at)


def test_what_is_known_is_filled_in_and_nothing_else() -> None:
    for view in views_of(2024).values():
        for section in view.sections:
            for field in section.fields:
                assert not field.value or field.fills is not None, field.id
    fields = {f.id: f for s in views_of(2024)["skr/rekvisition"].sections for f in s.fields}
    assert fields["agreement_number"].value == "S2023/03357"
    # The payment decision's number is not known, and not invented.
    assert fields["decision_number"].value == ""
    assert fields["recipient"].value == "Sveriges Kommuner och Regioner (SKR)"
    assert fields["amount"].value == "33\u00a0000\u00a0000\u00a0kr"


def test_both_days_stand_where_a_later_document_moved_one() -> None:
    words = text_of(document(2024, "skr/ekonomisk-redovisning").html.decode())
    assert "senast den 31 mars 2025 (avsnitt 7)." in words
    words = text_of(page(views_of(2024)["skr/rekvisition"]).html.decode())
    assert "senast den 29 november 2024 (beslutet om utbetalning i april 2024)." in words
    assert "Tidigare angiven dag: den 1 december 2024 (avsnitt 7)." in words


def test_a_county_names_the_actor_of_its_plan_or_nobody() -> None:
    named = page(views_of(2024)[f"{JAMTLAND}/rekvisition"]).html.decode()
    assert "Region Jämtland Härjedalens ekonomienhet" in text_of(named)
    for path in ("lan/14-vastra-gotalands-lan", "lan/01-stockholms-lan"):
        view = views_of(2024)[f"{path}/rekvisition"]
        assert view.payee == ""
        assert "vem som rekvirerar för länet är inte känt" in page(view).html.decode()


# --- The page and the paper ------------------------------------------------------------------


@pytest.mark.parametrize("path", [f"{REGION}/ekonomisk-redovisning", f"{JAMTLAND}/rekvisition"])
def test_the_page_sends_nothing_and_says_what_each_field_is(path: str) -> None:
    html = page(views_of(2025)[path]).html.decode()
    read = Controls(html)
    assert len(read.ids) == len(set(read.ids))
    for control in read.controls:
        assert control["id"] in read.labelled or control.get("aria-label"), control
        assert "value" not in control
        assert control.get("name") is None or control["type"] == "radio"
    assert not {"form", "button", "style", "iframe", "object"} & {*read.tags}
    assert not {"action", "formaction", "style", "onclick", "oninput"} & read.attributes
    assert read.scripts == ["../../static/js/blankett.js"]
    assert read.tags.count("fieldset") == read.tags.count("legend")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    rules = policy[1].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "form-action 'none'"} <= {*rules}
    assert "unsafe" not in policy[1]


def test_other_documents_still_run_no_script() -> None:
    assert "script-src" not in (TEMPLATES / "dokument.html.jinja").read_text("utf-8")


def test_the_script_asks_nobody_and_keeps_nothing() -> None:
    script = (TEMPLATES / "js/blankett.js").read_text("utf-8")
    sends = "fetch|XMLHttp|WebSocket|sendBeacon|import|https?:"
    keeps = "[sS]torage|cookie|indexedDB"
    assert re.findall(f"{sends}|{keeps}|eval|innerHTML", script) == []


@pytest.mark.parametrize(
    ("year", "path", "pages"),
    [
        (2025, f"{OSTERSUND}/rekvisition", 1),
        (2025, f"{REGION}/rekvisition", 1),
        (2024, "skr/ekonomisk-redovisning", 2),
    ],
)
def test_the_paper_has_lines_and_no_form_fields(year: int, path: str, pages: int) -> None:
    shown = document(year, path)
    with pikepdf.open(io.BytesIO(shown.pdf)) as pdf:
        assert "/AcroForm" not in pdf.Root
        assert len(pdf.pages) == pages
        stated = json.loads(pdf.attachments["uppgifter.json"].get_file().read_bytes())
    view = views_of(year)[path]
    assert stated["amount_sek"] == view.amount_sek
    assert stated["recipient_code"] == view.code
    # Whoever cannot see the lines is told of them.
    assert "Organisationsnummer Kontaktperson Fylls i Fylls i" in text(shown.pdf) or (
        "Organisationsnummer Fylls i" in text(shown.pdf)
    )


def test_what_a_plan_says_is_text_and_never_markup() -> None:
    made = dossier_of_year(2024)
    # As long as a name and a word of it may be.
    wrong = '<script>alert(1)</script> {{ 7 * 7 }} "><img src=x> ' + "Ä" * 100
    plans = tuple(
        _requisitioned_by(plan, wrong) if plan.county == "23" else plan for plan in made.plans
    )
    view = by_path(replace(made, plans=plans))[f"{JAMTLAND}/rekvisition"]
    shown = render(view)
    assert "<script>alert" not in shown.html.decode()
    assert "{{ 7 * 7 }}" in text_of(shown.html.decode())
    assert "{{ 7 * 7 }}" in text(shown.pdf)


def test_a_character_that_the_fonts_lack_is_refused_by_name() -> None:
    made = dossier_of_year(2024)
    plans = tuple(_requisitioned_by(plan, "Region \u4e2d") for plan in made.plans)
    view = by_path(replace(made, plans=plans))[f"{JAMTLAND}/rekvisition"]
    with pytest.raises(InputError, match="U\\+4E2D"):
        render(view)


def _requisitioned_by(plan: Plan, name: str) -> Plan:
    return plan.model_copy(update={"requisition": RequisitionPlan(by=name)})


def test_a_form_depends_on_its_own_recipient_only() -> None:
    made = dossier_of_year(2025)
    own = (made.allocation["recipient_type"] == "region") & (
        made.allocation["recipient_code"] == "23"
    )
    kept = made.allocation["published_sek"].where(~own, made.allocation["published_sek"] + 1)
    later = by_path(replace(made, allocation=made.allocation.assign(published_sek=kept)))
    changed = {
        path
        for path, view in views_of(2025).items()
        if fingerprint(view) != fingerprint(later[path])
    }
    assert changed == {f"{REGION}/rekvisition", f"{REGION}/ekonomisk-redovisning"}


def test_a_view_travels_to_another_process() -> None:
    view = views_of(2025)["skr/rekvisition"]
    assert pickle.loads(pickle.dumps(view)) == view
    assert view.recipients == RecipientType.SKR
