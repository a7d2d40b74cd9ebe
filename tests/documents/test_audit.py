"""The page of comparisons and the files for people: complete, in Swedish, the same bytes."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from functools import cache

import pytest
from pypdf import PdfReader

from schemas.common import TOTAL, Maturity, RecipientType
from schemas.reconciliation import (
    Kind,
    Reconciliation,
    Result,
    Severity,
    Verdict,
    Withholds,
)
from statsbidrag.allocation.figures import MATURITIES
from statsbidrag.documents.audit import AuditView, audit_view, reconciliation_csv
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.publication.amounts_csv import allocation_csv, totals_csv
from statsbidrag.register.recipients import usual_words
from statsbidrag.rendering.document import Document
from statsbidrag.rendering.fingerprint import fingerprint
from statsbidrag.swedish.verdicts import KINDS, VERDICTS, withheld_in_words
from tests.helpers.drawing import drawn
from tests.helpers.pages import page as shown
from tests.helpers.pages import text_of
from tests.helpers.paper import pages_of

RAW = PROJECT / "raw"
IDS = ("psykisk-halsa-2024", "psykisk-halsa-2025")


@cache
def of(agreement: str) -> Dossier:
    return dossier_of(Raw(RAW), agreement, "ab" * 32)


@pytest.fixture(scope="module", params=IDS)
def each(request: pytest.FixtureRequest) -> Dossier:
    return of(request.param)


def view_of(own: Dossier) -> AuditView:
    return audit_view(own.agreement, own.reconciliation, own.allocation)


def page(own: Dossier) -> str:
    return shown(view_of(own)).html.decode()


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


# --- The page --------------------------------------------------------------------------------


def test_every_comparison_stands_on_the_page_once(each: Dossier) -> None:
    view = view_of(each)
    every = [result for group in view.groups for result in group.results]
    assert len(every) == view.total == len(each.reconciliation.results)
    bodies = re.findall(r'<table class="comparisons">.*?</table>', page(each), re.DOTALL)
    rows = sum(body.count('<tr><th scope="row">') for body in bodies)
    assert rows == len(each.reconciliation.results)


def test_the_summary_counts_every_verdict() -> None:
    own = of("psykisk-halsa-2025")
    view = view_of(own)
    assert view.verdicts == (Verdict.EQUAL, Verdict.ROUNDING)
    assert (view.count(Verdict.EQUAL), view.count(Verdict.ROUNDING)) == (170, 6)
    text = page(of("psykisk-halsa-2025"))
    assert "176 jämförelser är gjorda. 170 stämmer, 6 har utslaget ”avrundning”." in text
    assert "Inget hålls inne." in text


def test_published_amounts_that_agree_are_folded() -> None:
    text = page(of("psykisk-halsa-2025"))
    assert text.count("<details ") == 2
    assert "<summary>Visa 147 jämförelser som stämmer</summary>" in text
    assert "<script" not in text
    assert 'href="../static/css/base.css"' in text


def test_a_calibrated_match_is_called_that() -> None:
    text = page(of("psykisk-halsa-2024"))
    assert text.count("<strong>Kalibrerad, ingen bekräftelse</strong>") == 4


def test_what_differs_comes_first(each: Dossier) -> None:
    order = list(VERDICTS)
    for group in view_of(each).groups:
        ranks = [order.index(result.verdict) for result in group.results]
        assert ranks == sorted(ranks)


def test_a_failure_says_what_is_withheld() -> None:
    own = of("psykisk-halsa-2024")
    failed = Result(
        kind=Kind.PLAN_TO_POST,
        what="Planens insatser mot länets belopp för Samsjuklighet",
        expected=29_276_915,
        found=29_028_869,
        difference=-248_046,
        tolerance=0,
        unit="kr",
        verdict=Verdict.DIFFERENT,
        severity=Severity.ERROR,
        withholds=Withholds.PLAN,
        county="14",
        where="plans/psykisk-halsa-2024/14.yaml",
    )
    report = Reconciliation(agreement=own.agreement.id, fingerprint="", results=(failed,))
    text = page(replace(own, reconciliation=report))
    assert "beslutsunderlaget för län 14" in text
    assert "<strong>Stämmer inte</strong>" in text
    assert "−248\u00a0046" in text
    assert "plans/psykisk-halsa-2024/14.yaml" in text


def test_a_comparison_without_figures_leaves_them_out() -> None:
    own = of("psykisk-halsa-2024")
    untested = Result(
        kind=Kind.PUBLISHED_UNRESOLVED,
        what="Ungdomsmottagningar",
        expected=25_064_083,
        found=None,
        difference=None,
        tolerance=0,
        unit="kr",
        verdict=Verdict.UNTESTABLE,
        severity=Severity.WARNING,
    )
    report = Reconciliation(agreement=own.agreement.id, fingerprint="", results=(untested,))
    assert "None" not in page(replace(own, reconciliation=report))
    assert read(reconciliation_csv(report))[0]["funnet"] == ""


def test_everything_has_a_swedish_name() -> None:
    assert set(KINDS) == set(Kind)
    assert set(VERDICTS) == set(Verdict)
    assert set(MATURITIES) == set(Maturity)
    assert set(usual_words()) == set(RecipientType)
    assert withheld_in_words("documents") == "dokumenten till mottagarna"
    assert withheld_in_words("plan:23", {"23": "Jämtlands län"}).endswith("för Jämtlands län")


# --- The document ----------------------------------------------------------------------------


@cache
def document(agreement: str) -> Document:
    return drawn(view_of(of(agreement)))


def read_back(agreement: str) -> str:
    text = " ".join(pages_of(document(agreement).pdf))
    return " ".join(text.replace("\u00a0", " ").split())


def test_on_paper_those_that_agree_are_counted_and_attached() -> None:
    text = read_back("psykisk-halsa-2025")
    assert "147 jämförelser av det här slaget stämmer." in text
    assert "176 jämförelser är gjorda. 170 stämmer, 6 har utslaget ”avrundning”." in text
    # All that is not simply equal stands there in full.
    assert text.count("Avrundning: varje belopp") == 6
    attached = PdfReader(io.BytesIO(document("psykisk-halsa-2025").pdf)).attachments
    own = of("psykisk-halsa-2025")
    assert attached["avstamning.csv"] == [reconciliation_csv(own.reconciliation)]


def test_on_paper_marks_are_explained_as_on_the_screen() -> None:
    text = read_back("psykisk-halsa-2024")
    assert "Belopp med * är vår beräkning på skattad folkmängd" in text
    assert re.search(r"553 000 000 553 000 00[0-9] \*", text)
    assert "29 028 869" in text


def test_the_same_comparisons_are_the_same_document_in_any_revision() -> None:
    own = of("psykisk-halsa-2025")
    other = own.reconciliation.model_copy(update={"fingerprint": "cd" * 32})
    again = view_of(replace(own, reconciliation=other))
    assert fingerprint(again) == fingerprint(view_of(own))


def test_what_is_withheld_is_named_by_county() -> None:
    own = of("psykisk-halsa-2024")
    failed = next(
        result for result in own.reconciliation.results if result.kind == Kind.PLAN_TO_POST
    ).model_copy(
        update={
            "verdict": Verdict.DIFFERENT,
            "severity": Severity.ERROR,
            "withholds": Withholds.PLAN,
            "county": "23",
        }
    )
    report = own.reconciliation.model_copy(update={"results": (failed,)})
    view = audit_view(own.agreement, report, own.allocation, {"23": "Jämtlands län"})
    assert view.withheld == ("beslutsunderlaget för Jämtlands län",)
    assert "Hålls inne: beslutsunderlaget för Jämtlands län" in text_of(shown(view).html.decode())


# --- Files for people ------------------------------------------------------------------------


def test_files_open_in_a_swedish_spreadsheet(each: Dossier) -> None:
    for content in (
        allocation_csv(each.allocation, usual_words()),
        totals_csv(each.allocation, usual_words()),
        reconciliation_csv(each.reconciliation),
    ):
        assert content.startswith(b"\xef\xbb\xbf")
        assert content.count(b"\r\n") == content.count(b"\n") > 1
        assert b";" in content.splitlines()[0]


def test_the_allocation_is_read_back_whole(each: Dossier) -> None:
    rows = read(allocation_csv(each.allocation, usual_words()))
    posts = each.allocation[each.allocation["kind"] == "post"]
    assert len(rows) == len(posts)
    for row, (post, code, amount, published) in zip(
        rows,
        posts[["post", "recipient_code", "amount_sek", "published_sek"]].itertuples(index=False),
        strict=True,
    ):
        assert (row["post"], row["kod"], int(row["belopp, kr"])) == (post, code, amount)
        assert row["publicerat, kr"] in ("", str(published))
    assert {row["mognad"] for row in rows} <= set(MATURITIES.values())


def test_totals_hold_the_other_kinds() -> None:
    own = of("psykisk-halsa-2025")
    rows = read(totals_csv(own.allocation, usual_words()))
    assert len(rows) == (own.allocation["kind"] != "post").sum()
    assert {row["slag"] for row in rows} == {"summa av en posts delar", "riket", "totalbelopp"}
    totals = {(row["slag"], row["post"], row["mottagartyp"], row["kod"]): row for row in rows}
    assert totals["riket", TOTAL, "län", "00"]["belopp, kr"] == "493000001"
    assert totals["riket", TOTAL, "län", "00"]["publicerat, kr"] == "493000000"
    assert totals["riket", TOTAL, "kommun", "00"]["mognad"] == "skattad"


def test_the_reconciliation_is_read_back_whole(each: Dossier) -> None:
    rows = read(reconciliation_csv(each.reconciliation))
    assert len(rows) == len(each.reconciliation.results)
    for row, result in zip(rows, each.reconciliation.results, strict=True):
        assert row["vad"] == result.what
        assert row["utslag"] == VERDICTS[result.verdict]
        assert int(row["skillnad"]) == result.difference


def test_the_same_figures_give_the_same_bytes(each: Dossier) -> None:
    again = dossier_of(Raw(RAW), each.agreement.id, "ab" * 32)
    assert allocation_csv(again.allocation, usual_words()) == allocation_csv(
        each.allocation, usual_words()
    )
    assert totals_csv(again.allocation, usual_words()) == totals_csv(each.allocation, usual_words())
    assert reconciliation_csv(again.reconciliation) == reconciliation_csv(each.reconciliation)
    assert page(again) == page(each)
