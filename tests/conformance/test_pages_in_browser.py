"""Every page of the site as its readers meet it: Debian's Chromium on `file://`, with axe."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from tests.conformance.conftest import Source, walk

pytestmark = pytest.mark.conformance

Scheme = Literal["light", "dark"]
Judge = Callable[[str, Page], list[str]]
EveryPage = Callable[[Page, Judge], None]

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
# Loading style sheets anew, as axe would for one rule, is what the pages' own policy forbids.
OPTIONS = {
    "preload": False,
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
WIDE, NARROW = 1280, 360
KINDS = {
    "index.html",
    "tillganglighet.html",
    "kallor.html",
    "mottagare/index.html",
    "mottagare/lan/23-jamtlands-lan.html",
    "mottagare/region/23-region-jamtland-harjedalen.html",
    "mottagare/kommun/2380-ostersund.html",
    "mottagare/skr.html",
    "nation/fordelning.html",
    "lan/23-jamtlands-lan/beslutsunderlag.html",
    "region/23-region-jamtland-harjedalen/tilldelning.html",
    "region/23-region-jamtland-harjedalen/rekvisition.html",
    "kommun/2380-ostersund/tilldelning.html",
    "kommun/2380-ostersund/ekonomisk-redovisning.html",
    "skr/tilldelning.html",
    "audit/avstamning.html",
    "revidering.html",
}
FORMS = ("rekvisition.html", "ekonomisk-redovisning.html")
WIDER_THAN_THE_WINDOW = """() => {
    const scrolls = (e) => e && (/auto|scroll/.test(getComputedStyle(e).overflowX)
        || scrolls(e.parentElement));
    const edge = document.documentElement.clientWidth;
    const root = document.scrollingElement;
    const beyond = [...document.body.querySelectorAll("*")]
        .filter((e) => e.getBoundingClientRect().right > edge + 0.5 && !scrolls(e.parentElement))
        .map((e) => e.outerHTML.slice(0, 120));
    return root.scrollWidth > root.clientWidth ? [`${root.scrollWidth} px`, ...beyond] : beyond;
}"""
SHEET = 605
"""What A4 has between its margins, in the browser's pixels; the revision document lies down."""
CUT_OFF = """() => {
    const lies = document.querySelector("table.revision") !== null;
    const edge = lies ? 970 : document.documentElement.clientWidth;
    const hangs = (e) => e.matches(".mark");
    return [...document.body.querySelectorAll("*")]
        .filter((e) => e.getBoundingClientRect().right > edge + 1 && !hangs(e))
        .map((e) => `cut off: ${e.outerHTML.slice(0, 120)}`);
}"""
INK_AND_PAPER = """() => {
    const root = getComputedStyle(document.documentElement);
    return [root.color, root.backgroundColor];
}"""
BLACK_ON_WHITE = {("rgb(0, 0, 0)", paper) for paper in ("rgba(0, 0, 0, 0)", "rgb(255, 255, 255)")}
STOPS = ":is(a[href], summary, [tabindex='0'], input, select, textarea, button)"
FOCUSED = """() => {
    const e = document.activeElement, box = e.getBoundingClientRect();
    const style = getComputedStyle(e);
    return {
        what: e.outerHTML.slice(0, 120),
        seen: box.width > 0 && box.height > 0 && box.left >= 0 && box.right <= innerWidth
            && box.bottom > 0 && box.top < innerHeight,
        outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0,
        skip: e.matches("a.skip"),
        main: e.matches("main"),
        in_main: e.closest("main") !== null,
        body: e === document.body,
    };
}"""


@contextmanager
def page_of(
    browser: Browser,
    *,
    width: int = WIDE,
    scheme: Scheme = "light",
    scripts: bool = True,
) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        java_script_enabled=scripts,
        locale="sv-SE",
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def on_every_page(sources: dict[str, Source]) -> EveryPage:
    """Opens each page for a judge, and fails with all that is wrong on any."""

    def opened(page: Page, judge: Judge) -> None:
        wrong: list[str] = []
        for name, source in sources.items():
            page.goto(source.path.as_uri())
            wrong.extend(f"{name}: {each}" for each in judge(name, page))
        if wrong:
            pytest.fail("\n".join(wrong), pytrace=False)

    return opened


def unfolded(page: Page) -> None:
    """Opens what is folded, so that it is judged too."""
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")


def axe(page: Page) -> dict[str, Any]:
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate("(options) => axe.run(document, options)", OPTIONS)
    return found


def violations(page: Page) -> list[str]:
    """What axe says, one line per element."""
    found = axe(page)
    assert {"color-contrast", "html-has-lang"} <= {rule["id"] for rule in found["passes"]}
    return [
        f"{rule['id']}: {rule['help']}: {', '.join(map(str, node['target']))}: {node['html'][:120]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def test_every_page_is_reached_from_the_front_page(
    output: Path, every: dict[str, Source], sources: dict[str, Source]
) -> None:
    reached = {source.path.resolve() for source in walk(output / "index.html")}
    assert (
        {source.path.resolve() for source in every.values()}
        <= reached
        <= {path.resolve() for path in output.rglob("*.html")}
    )
    shown = {re.sub("^[^/]+/(current|diff/[^/]+)/", "", name) for name in sources}
    assert shown >= KINDS


def test_every_link_leads_to_a_file_that_exists(output: Path, every: dict[str, Source]) -> None:
    wrong = []
    pages = {source.path: source for source in every.values()}
    for name, source in every.items():
        for address in source.links + source.resources:
            path, _, anchor = address.partition("#")
            target = source.target(address)
            if re.match("[a-z][a-z0-9+.-]*:|/", address, re.IGNORECASE):
                wrong.append(f"{name}: {address}: off the site")
            elif not target.is_file() or not target.is_relative_to(output):
                wrong.append(f"{name}: {address}: no such file")
            elif anchor and path.endswith((".html", "")) and anchor not in pages[target].ids:
                wrong.append(f"{name}: {address}: no such place on the page")
    assert wrong == []


def test_style_sheets_lead_nowhere_else(output: Path) -> None:
    sheets = list(output.rglob("*.css"))
    assert sheets
    for sheet in sheets:
        text = sheet.read_text("utf-8")
        assert "@import" not in text
        for address in re.findall(r"""url\(\s*["']?([^"')]*)""", text):
            assert (sheet.parent / address).is_file(), f"{sheet.relative_to(output)}: {address}"


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    browser: Browser,
    on_every_page: EveryPage,
    scheme: Scheme,
    width: int,
) -> None:
    """WCAG 2.2 at level AA, and axe's best practice."""

    def judge(_name: str, page: Page) -> list[str]:
        unfolded(page)
        return violations(page)

    with page_of(browser, width=width, scheme=scheme) as page:
        on_every_page(page, judge)


def test_dark_and_light_are_two(browser: Browser, sources: dict[str, Source]) -> None:
    """Otherwise one of them was judged twice."""
    schemes: tuple[Scheme, Scheme] = ("light", "dark")
    for name, source in sources.items():
        papers = set()
        for scheme in schemes:
            with page_of(browser, scheme=scheme) as page:
                page.goto(source.path.as_uri())
                papers.add(
                    page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
                )
        assert len(papers) == 2, name


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_console_is_silent(
    browser: Browser,
    output: Path,
    on_every_page: EveryPage,
    width: int,
) -> None:
    """Nothing is refused by the pages' own policy, missing, or asked of another machine."""
    said: list[str] = []

    def message(each: ConsoleMessage) -> None:
        if each.type in ("error", "warning"):
            said.append(f"{each.type}: {each.text}")

    def request(each: Request) -> None:
        if not each.url.startswith(output.as_uri()):
            said.append(f"asked for {each.url}")

    def judge(_name: str, page: Page) -> list[str]:
        page.evaluate("document.fonts.ready")
        fonts = page.evaluate("[...document.fonts].map((each) => each.status)")
        found = [*said, *(["no font was loaded"] if "loaded" not in fonts else [])]
        said.clear()
        return found

    with page_of(browser, width=width) as page:
        page.on("console", message)
        page.on("request", request)
        page.on("requestfailed", lambda each: said.append(f"failed: {each.url} {each.failure}"))
        page.on("pageerror", lambda each: said.append(f"script: {each}"))
        on_every_page(page, judge)


def test_nothing_is_wider_than_a_phone(browser: Browser, on_every_page: EveryPage) -> None:
    """Only a table may be, within a scroller of its own."""

    def judge(_name: str, page: Page) -> list[str]:
        unfolded(page)
        found: list[str] = page.evaluate(WIDER_THAN_THE_WINDOW)
        scrollers = page.evaluate(
            """[...document.querySelectorAll("*")]
                .filter((e) => e.scrollWidth > e.clientWidth + 1)
                .filter((e) => /auto|scroll/.test(getComputedStyle(e).overflowX))
                .filter((e) => !e.querySelector(":scope > table"))
                .map((e) => `not a table: ${e.outerHTML.slice(0, 120)}`)"""
        )
        return found + scrollers

    with page_of(browser, width=NARROW) as page:
        on_every_page(page, judge)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_printed_by_its_reader_is_black_on_white_and_whole(
    browser: Browser, on_every_page: EveryPage, scheme: Scheme
) -> None:
    def judge(_name: str, page: Page) -> list[str]:
        page.emulate_media(media="print", color_scheme=scheme)
        ink, paper = page.evaluate(INK_AND_PAPER)
        cut: list[str] = page.evaluate(CUT_OFF)
        return [*cut, *([] if (ink, paper) in BLACK_ON_WHITE else [f"{ink} on {paper}"])]

    with page_of(browser, width=SHEET, scheme=scheme) as page:
        on_every_page(page, judge)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_first_tab_leads_past_what_every_page_has(
    browser: Browser, on_every_page: EveryPage, width: int
) -> None:
    def judge(_name: str, page: Page) -> list[str]:
        page.keyboard.press("Tab")
        first = page.evaluate(FOCUSED)
        if not (first["skip"] and first["seen"] and first["outlined"]):
            return [f"the first stop: {first}"]
        page.keyboard.press("Enter")
        main = page.evaluate(FOCUSED)
        page.keyboard.press("Tab")
        after = page.evaluate(FOCUSED)
        # A page may have nothing more in it to stop at.
        stops = page.locator("main :is(a[href], summary, [tabindex='0'])").count()
        return [
            *([] if main["main"] and main["seen"] else [f"led to: {main}"]),
            *([] if after["in_main"] or not stops else [f"then: {after}"]),
        ]

    with page_of(browser, width=width) as page:
        on_every_page(page, judge)


def test_every_stop_of_the_keyboard_can_be_seen(browser: Browser, on_every_page: EveryPage) -> None:
    def judge(_name: str, page: Page) -> list[str]:
        unfolded(page)
        # The choices of one question are one stop.
        radios = page.locator("input[type=radio]")
        choices = radios.evaluate_all("(all) => new Set(all.map((e) => e.name)).size")
        stops = page.locator(STOPS).count() - radios.count() + choices
        found = []
        for _ in range(stops):
            page.keyboard.press("Tab")
            stop = page.evaluate(FOCUSED)
            if not (stop["seen"] and stop["outlined"]):
                found.append(str(stop))
        page.keyboard.press("Tab")
        further = page.evaluate(FOCUSED)
        # Round again, by way of the browser's own stops or not.
        if not (further["body"] or further["skip"]):
            found.append(f"a stop after the last: {further}")
        return found

    with page_of(browser) as page:
        on_every_page(page, judge)


def test_a_fold_opens_by_keyboard(browser: Browser, sources: dict[str, Source]) -> None:
    folded = 0
    with page_of(browser, scripts=False) as page:
        for name, source in sources.items():
            page.goto(source.path.as_uri())
            for fold in page.locator("details").all():
                folded += 1
                fold.locator("summary").press("Enter")
                assert fold.locator("table, dl, ul").first.is_visible(), name
    assert folded


def test_a_page_says_its_language_and_its_subject_once(
    browser: Browser, on_every_page: EveryPage
) -> None:
    titles: list[str] = []

    def judge(_name: str, page: Page) -> list[str]:
        titles.append(page.title())
        language = page.evaluate("document.documentElement.lang")
        headings = page.locator("h1").all_inner_texts()
        return [
            *([] if language == "sv" else [f"lang={language}"]),
            *([] if len(headings) == 1 and headings[0].strip() else [f"h1: {headings}"]),
            *([] if page.title().strip() else ["no title"]),
        ]

    with page_of(browser) as page:
        on_every_page(page, judge)
    assert len(set(titles)) == len(titles), titles


def test_everything_reads_without_scripts(browser: Browser, on_every_page: EveryPage) -> None:
    """The same words are seen, and nothing is there that only a script would bring to life."""
    read: dict[str, str] = {}

    def remember(name: str, page: Page) -> list[str]:
        # The finder is the script's own; without it there is the list of everybody.
        page.evaluate("document.querySelectorAll('.finder').forEach((each) => each.remove())")
        read[name] = page.locator("body").inner_text()
        return []

    def judge(name: str, page: Page) -> list[str]:
        seen = page.locator("body").inner_text()
        # A form is filled in and printed without any script.
        controls = "button" if name.endswith(FORMS) else "button, input, select, textarea"
        dead = page.locator(controls).count()
        return [
            *([] if seen.strip() and seen == read[name] else ["other words than with scripts"]),
            *([f"{dead} controls without a script"] if dead else []),
        ]

    with page_of(browser) as page:
        on_every_page(page, remember)
    with page_of(browser, scripts=False) as page:
        on_every_page(page, judge)
