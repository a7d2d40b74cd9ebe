"""Pages full of hostile texts before a browser: text to read, on a phone too, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request

from statsbidrag.documents.catalogue import views
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.rendering.templates import static_files
from tests.cases.hostile_texts import SHOWN, full_of
from tests.cases.small_country import AGREEMENT
from tests.conformance.test_pages_in_browser import (
    NARROW,
    WIDER_THAN_THE_WINDOW,
    page_of,
    unfolded,
)
from tests.helpers.pages import page

pytestmark = pytest.mark.conformance

KINDS = {"fordelning", "beslutsunderlag", "tilldelning", "rekvisition", "uppfoljning"}
RAN = "() => [...document.querySelectorAll('script, img, object, iframe')].map((e) => e.outerHTML)"


@pytest.fixture(scope="module", params=SHOWN)
def text(request: pytest.FixtureRequest) -> str:
    return SHOWN[request.param]


@pytest.fixture(scope="module")
def pages(text: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A page of each kind, as files beside their style sheets, scripts and fonts."""
    folder = tmp_path_factory.mktemp("sidor")
    made = dossier_of(full_of(text, folder / "raw").raw, AGREEMENT)
    files = {f"static/{name}": content for name, content in static_files().items()}
    found: dict[str, Path] = {}
    for view in views(made):
        files[f"{view.path}.html"] = page(view).html
        found.setdefault(view.path.rpartition("/")[2], folder / f"{view.path}.html")
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    assert set(found) == KINDS
    return found


def watched(page: Page, folder: Path) -> Callable[[], list[str]]:
    """What the page does that a text never may: it asks, speaks up, or goes somewhere."""
    told: list[str] = []

    def spoke(dialog: Dialog) -> None:
        told.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def asked(request: Request) -> None:
        own = request.url.startswith(f"{folder.as_uri()}/")
        if not own or request.resource_type == "image":
            told.append(f"request: {request.url}")

    page.on("dialog", spoke)
    page.on("request", asked)
    page.on("pageerror", lambda error: told.append(f"error: {error}"))
    page.on("popup", lambda other: told.append(f"window: {other.url}"))
    return lambda: told


def test_texts_are_read_and_do_nothing(browser: Browser, pages: dict[str, Path], text: str) -> None:
    folder = pages["fordelning"].parents[1]
    for kind, path in pages.items():
        with page_of(browser, width=NARROW) as page:
            told = watched(page, folder)
            page.goto(path.as_uri())
            unfolded(page)
            assert page.evaluate(WIDER_THAN_THE_WINDOW) == [], kind
            assert plain(text) in plain(page.locator("body").inner_text()), kind
            # A click and a touch of every word: what waits for the reader's hand gets it.
            for event in ("mouseover", "click", "focus"):
                page.evaluate(
                    "(kind) => document.body.querySelectorAll('main *:not(a, button)')"
                    ".forEach((e) => e.dispatchEvent(new MouseEvent(kind, {bubbles: true})))",
                    event,
                )
            assert all("static/js/" in each for each in page.evaluate(RAN)), kind
            assert told() == [], kind
            assert page.url == path.as_uri()


def plain(text: str) -> str:
    return re.sub(r"\s+", "", text).casefold()
