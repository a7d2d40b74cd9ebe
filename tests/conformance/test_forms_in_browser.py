"""The forms as somebody fills them in: Debian's Chromium on `file://`, with axe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from statsbidrag.documents.recipient.annex_forms import FormView, form_views
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.files.project import TEMPLATES
from statsbidrag.files.raw_folder import Raw
from statsbidrag.rendering.templates import static_files
from tests.conformance.test_pages_in_browser import (
    NARROW,
    WIDE,
    WIDER_THAN_THE_WINDOW,
    Scheme,
    page_of,
    violations,
)
from tests.helpers.pages import page as rendered

pytestmark = pytest.mark.conformance

RAW = TEMPLATES.parent / "raw"
REPORT = "region/23-region-jamtland-harjedalen/ekonomisk-redovisning"
KINDS = (
    REPORT,
    "region/23-region-jamtland-harjedalen/rekvisition",
    "kommun/2380-ostersund/rekvisition",
    "lan/23-jamtlands-lan/rekvisition",
    "skr/ekonomisk-redovisning",
)
NBSP, MINUS = "\u00a0", "\u2212"


@pytest.fixture(scope="module")
def views() -> dict[str, FormView]:
    return {view.path: view for view in form_views(dossier_of(Raw(RAW), "psykisk-halsa-2025"))}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, views: dict[str, FormView]) -> Path:
    """A form of every kind, as a revision has them."""
    folder = tmp_path_factory.mktemp("forms")
    files = {f"static/{name}": content for name, content in static_files().items()}
    files |= {f"{path}.html": rendered(views[path]).html for path in KINDS}
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def report(browser: Browser, site: Path) -> Iterator[Page]:
    """A financial report to fill in."""
    with page_of(browser) as page:
        page.goto((site / f"{REPORT}.html").as_uri())
        yield page


def fill(page: Page, field: str, text: str) -> None:
    """What is written, and the field then left."""
    page.fill(f"#{field}", text)
    page.press(f"#{field}", "Tab")


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_an_empty_form_or_a_wrong_one(
    browser: Browser, site: Path, scheme: Scheme, width: int
) -> None:
    wrong: list[str] = []
    with page_of(browser, width=width, scheme=scheme) as page:
        for name in KINDS:
            page.goto((site / f"{name}.html").as_uri())
            wrong += [f"{name}: {each}" for each in violations(page)]
            for field in page.locator("[data-kind]").all():
                field.fill("tio kronor")
                field.press("Tab")
            wrong += [f"{name}, filled in: {each}" for each in violations(page)]
            wrong += [f"{name}: {each}" for each in page.evaluate(WIDER_THAN_THE_WINDOW)]
    assert wrong == []


@pytest.mark.parametrize(
    ("grant", "costs", "unused"),
    [
        ("9877446", "9000000", f"877{NBSP}446"),
        ("9 877 446", f"9{NBSP}877{NBSP}446", "0"),
        ("9\u202f877\u202f446 kr", "0,5", f"9{NBSP}877{NBSP}445,50"),
        ("0,30", "0,10", "0,20"),
        ("100", "250,05", f"{MINUS}150,05"),
        ("9007199254740", "0,01", f"9{NBSP}007{NBSP}199{NBSP}254{NBSP}739,99"),
    ],
)
def test_the_sum_is_grant_less_costs(report: Page, grant: str, costs: str, unused: str) -> None:
    fill(report, "grant_received", grant)
    assert report.text_content("#unused") == ""
    fill(report, "costs_total", costs)
    assert report.text_content("#unused") == unused
    assert report.locator(".mistake:visible").count() == 0
    report.fill("#costs_total", "")
    assert report.text_content("#unused") == ""


@pytest.mark.parametrize(
    "text",
    ["tio", "-5", "1.000", "1,234,567", "12 34", "1e6", "1,005", "0x10", "5 kr per år", "12\u00b2"],
)
def test_what_is_no_amount_is_said_to_be_none(report: Page, text: str) -> None:
    fill(report, "grant_received", "100")
    fill(report, "costs_total", text)
    assert report.text_content("#unused") == ""
    field = report.locator("#costs_total")
    assert field.get_attribute("aria-invalid") == "true"
    assert field.input_value() == text
    told = report.locator(f"#{field.get_attribute('aria-describedby')}")
    assert "inte att läsa som ett belopp" in told.inner_text()
    fill(report, "costs_total", "99")
    assert field.get_attribute("aria-invalid") == "false"
    assert not told.is_visible()
    assert report.text_content("#unused") == "1"


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("232100-0016", True),
        ("2321000016", True),
        ("162321000016", True),
        ("232100-0017", False),
        ("231200-0016", False),
        ("811218-9876", False),
        ("2321-000016", False),
        ("232100", False),
    ],
)
def test_the_last_digit_of_an_organisation_number_is_checked(
    report: Page, number: str, right: bool
) -> None:
    fill(report, "organisation_number", number)
    field = report.locator("#organisation_number")
    assert field.get_attribute("aria-invalid") == ("false" if right else "true")
    assert report.locator("#organisation_number-fel").is_visible() != right
    assert field.input_value() == number


def test_nothing_leaves_the_page(browser: Browser, site: Path) -> None:
    asked: list[str] = []
    with page_of(browser) as page:
        page.goto((site / f"{REPORT}.html").as_uri())
        page.on("request", lambda each: asked.append(each.url))
        page.on("console", lambda each: asked.append(each.text))
        page.on("pageerror", lambda each: asked.append(str(each)))
        address = page.url
        for field in page.locator("input[type=text], textarea").all():
            field.fill("1")
            field.press("Enter")
        page.locator("input[type=radio]").first.check()
        assert page.url == address
        kept = "[localStorage.length, sessionStorage.length, document.cookie, location.hash]"
        assert page.evaluate(kept) == [0, 0, "", ""]
        page.reload()
        assert asked == [url for url in asked if url.startswith(site.as_uri())]


def test_the_keyboard_meets_every_field_in_its_order(browser: Browser, site: Path) -> None:
    with page_of(browser, width=NARROW) as page:
        page.goto((site / f"{REPORT}.html").as_uri())
        expected = page.evaluate(
            """[...document.querySelectorAll("input, textarea")].map((e) => e.id)
                .filter((id) => id !== "review-2")"""
        )
        met = []
        for _ in range(len(expected) + 2):
            page.keyboard.press("Tab")
            met.append(page.evaluate("document.activeElement.id"))
        assert [each for each in met if each] == expected


def test_without_scripts_all_but_the_sum_is_there(browser: Browser, site: Path) -> None:
    words = []
    for scripts in (True, False):
        with page_of(browser, scripts=scripts) as page:
            page.goto((site / f"{REPORT}.html").as_uri())
            words.append(page.locator("body").inner_text())
            page.fill("#grant_received", "5")
            assert page.locator("#unused").inner_text() == ""
            line = page.locator("p.line:has(#unused)").bounding_box()
            assert line
            assert line["width"] > 100
    assert words[0] == words[1]


def test_a_long_answer_is_printed_whole(report: Page) -> None:
    report.fill("#deviations", "\n".join(f"rad {each}" for each in range(30)))
    report.emulate_media(media="print")
    area = report.locator("#deviations")
    assert area.evaluate("(e) => e.scrollHeight <= e.clientHeight + 1")
    assert report.locator(".screen-only:visible").count() == 0
