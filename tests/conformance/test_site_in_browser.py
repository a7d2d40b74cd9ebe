"""The site as its readers use it: finding somebody, unfolding an amount, sorting, a phone, paper.

The pages are those of the real agreements; their documents are few and have no PDFs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from statsbidrag.files.raw_folder import Raw
from statsbidrag.site.update import write_site
from tests.conformance.test_pages_in_browser import (
    FOCUSED,
    NARROW,
    WIDER_THAN_THE_WINDOW,
    page_of,
    unfolded,
    violations,
)
from tests.helpers.published_documents import with_documents

pytestmark = pytest.mark.conformance

PAGES = (
    "index.html",
    "kallor.html",
    "tillganglighet.html",
    "mottagare/index.html",
    "mottagare/lan/14-vastra-gotalands-lan.html",
    "mottagare/region/23-region-jamtland-harjedalen.html",
    "mottagare/kommun/2380-ostersund.html",
    "mottagare/skr.html",
)
SMALLEST = 320


@pytest.fixture(scope="module")
def site(raw: Raw, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "output"
    for year in (2023, 2024, 2025):
        with_documents(raw, folder, f"psykisk-halsa-{year}", {"23"})
    assert write_site(raw, folder, project) == []
    return folder


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with page_of(browser) as opened:
        yield opened


def opened(page: Page, site: Path, name: str) -> None:
    page.goto((site / name).as_uri())


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.outerHTML"))


def press_to(page: Page, wanted: str, key: str = "Tab") -> int:
    """Presses a key until the stop that is wanted; how often that was."""
    for count in range(1, 20):
        page.keyboard.press(key)
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", wanted):
            return count
    raise AssertionError(f"{wanted} is not reached: {focused(page)[:100]}")


def test_an_amount_and_its_derivation_are_found_by_keyboard_alone(page: Page, site: Path) -> None:
    opened(page, site, "index.html")
    assert press_to(page, "#sok") <= 3
    page.keyboard.type("ostersund")
    presses = 1
    page.keyboard.press("Enter")
    page.wait_for_url("**/mottagare/kommun/2380-ostersund.html")
    assert "för 2025" in page.locator(".lead").inner_text()
    presses += press_to(page, "#psykisk-halsa-2025 ~ .amounts summary") + 1
    page.keyboard.press("Enter")
    derivation = page.locator("#psykisk-halsa-2025 ~ .amounts dl").first
    expect(derivation).to_be_visible()
    for words in ("Bestämmelse", "Överenskommelsen, avsnitt", "Exakt belopp", "Skattad"):
        assert words in derivation.inner_text()
    assert presses < 10


@pytest.mark.parametrize(
    ("letters", "first"),
    [
        ("ostersund", "Östersund"),
        ("OSTERG", "Östergötlands län"),
        ("region ostergötl", "Region Östergötland"),
        ("malm", "Malmö"),
        ("upplands vas", "Upplands Väsby"),
        ("upplands-v", "Upplands Väsby"),
        ("jämtlands", "Jämtlands län"),
        ("2380", "Östersund"),
        ("09", "Region Gotland"),
        ("sveriges", "Sveriges Kommuner och Regioner"),
    ],
)
def test_a_few_letters_find_a_recipient(page: Page, site: Path, letters: str, first: str) -> None:
    opened(page, site, "index.html")
    page.locator("#sok").fill(letters)
    hits = page.locator(".finder li a")
    assert hits.first.inner_text().startswith(first)
    assert 1 <= hits.count() <= 12
    assert "träff" in page.get_by_role("status").inner_text()


def test_the_finder_goes_by_arrows_and_says_when_nothing_is_found(page: Page, site: Path) -> None:
    opened(page, site, "mottagare/index.html")
    field = page.locator("#sok")
    field.fill("skane")
    page.keyboard.press("ArrowDown")
    assert "Skåne län" in focused(page)
    page.keyboard.press("ArrowDown")
    assert "Region Skåne" in focused(page)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.id") == "sok"
    field.fill("qqq")
    assert page.get_by_role("status").inner_text() == "Ingen träff"
    page.keyboard.press("Enter")
    assert page.url.endswith("mottagare/index.html")
    field.fill("skr")
    page.locator(".finder li a").first.click()
    page.wait_for_url("**/mottagare/skr.html")


def test_a_table_sorts_by_name_and_by_figure(page: Page, site: Path) -> None:
    opened(page, site, "mottagare/index.html")
    table = page.locator("section[aria-labelledby=kommun] table[data-sortable]")

    def column(number: int) -> list[str]:
        return table.locator(f"tbody tr > :nth-child({number})").all_inner_texts()

    start = column(1)
    assert (start[0], start[-1]) == ("Ale", "Övertorneå")
    head = table.locator("thead th").nth(2)
    head.locator("button").press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    sums = ["".join(filter(str.isdigit, each)) for each in column(3)]
    assert [int(each) for each in sums] == sorted(map(int, sums), reverse=True)
    assert column(1)[0] == "Stockholm"
    head.locator("button").press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert column(1)[-1] == "Stockholm"
    by_name = table.locator("thead button").first
    by_name.press("Enter")
    assert column(1) == start
    assert table.locator("[aria-sort]").count() == 1


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [NARROW, SMALLEST])
def test_nothing_is_wider_than_a_phone(browser: Browser, site: Path, name: str, width: int) -> None:
    with page_of(browser, width=width) as page:
        opened(page, site, name)
        unfolded(page)
        assert page.evaluate(WIDER_THAN_THE_WINDOW) == []


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(browser: Browser, site: Path, name: str) -> None:
    for width, scheme in ((1280, "light"), (NARROW, "dark")):
        with page_of(browser, width=width, scheme=scheme) as page:  # type: ignore[arg-type]
            opened(page, site, name)
            unfolded(page)
            if page.locator("#sok").count():
                page.locator("#sok").fill("a")
            assert violations(page) == []


def test_every_stop_on_the_way_is_seen(page: Page, site: Path) -> None:
    opened(page, site, "index.html")
    page.locator("#sok").fill("ostersund")
    for _ in range(3):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        assert stop["seen"]
        assert stop["outlined"]


def test_without_scripts_everybody_is_found_and_unfolded(browser: Browser, site: Path) -> None:
    with page_of(browser, scripts=False) as page:
        opened(page, site, "index.html")
        page.get_by_role("link", name="Alla regioner, län och kommuner").click()
        page.get_by_role("link", name="Östersund", exact=True).click()
        fold = page.locator("details").first
        fold.locator("summary").press("Enter")
        assert fold.locator("dl").is_visible()


def test_paper_has_the_amounts_and_what_was_unfolded(page: Page, site: Path) -> None:
    opened(page, site, "mottagare/kommun/2380-ostersund.html")
    page.locator("summary").first.press("Enter")
    page.emulate_media(media="print")
    assert page.locator(".amounts .sum").first.is_visible()
    assert page.locator(".amounts dl").first.is_visible()
    assert not page.locator(".skip").is_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") in (
        "rgba(0, 0, 0, 0)",
        "rgb(255, 255, 255)",
    )
    opened(page, site, "index.html")
    assert not page.locator(".finder").is_visible()
