"""The follow-up and the report filled from an outcome, before the same judges as all documents.

The project's own raw files hold no outcome, so a run makes neither: the invented example is taken.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from schemas.outcome import Outcome
from statsbidrag.documents.recipient.annex_forms import form_views
from statsbidrag.documents.recipient.follow_up import outcome_views
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.plans.outcomes import load_outcome
from statsbidrag.rendering.document import render
from statsbidrag.rendering.templates import static_files
from statsbidrag.rendering.view import View
from tests.conformance.test_pages_in_browser import violations
from tests.conformance.test_pdf_conformance import JARS, broken_rules
from tests.helpers.outcomes import EXAMPLE

pytestmark = pytest.mark.conformance

RAW = Raw(PROJECT / "raw")


def example_views() -> list[View]:
    before = dossier_of(RAW, "psykisk-halsa-2024")
    example = load_outcome(EXAMPLE, before.agreement, before.register, before.plans)
    now = dossier_of(RAW, "psykisk-halsa-2025")
    said = Outcome(
        format=1,
        agreement=now.agreement.id,
        recipient_type="kommun",
        recipient_code="2380",
        example=True,
        source="påhittad bokföring",
        received=1_000_000,
        used=[{"post": "kommun/barn-och-unga", "used": 900_000}],
    )
    forms = form_views(replace(now, outcomes=(said,)))
    return [
        *outcome_views(replace(before, outcomes=(example,))),
        *outcome_views(replace(now, outcomes=(said,))),
        *(view for view in forms if view.path == "kommun/2380-ostersund/ekonomisk-redovisning"),
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("uppfoljning")
    files = {f"static/{name}": content for name, content in static_files().items()}
    for view in example_views():
        files |= render(view).named()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    assert len([*folder.rglob("*.pdf")]) == 3
    return folder


@pytest.mark.parametrize("profile", ["3a", "ua1"])
def test_the_pdfs_pass(folder: Path, profile: str, tmp_path: Path) -> None:
    if not JARS.is_dir():
        pytest.fail("veraPDF is not here: run bin/setup conformance")
    for path in folder.rglob("*.pdf"):
        (tmp_path / path.relative_to(folder).as_posix().replace("/", "__")).symlink_to(path)
    broken = broken_rules(tmp_path, profile)
    assert len(broken) == 3
    assert {name: rules for name, rules in broken.items() if rules} == {}


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, folder: Path, width: int, scheme: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    try:
        for path in folder.rglob("*.html"):
            page.goto(path.as_uri())
            assert violations(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    finally:
        page.close()
