"""veraPDF, the judge of the PDF industry: every PDF is PDF/A-3a and PDF/UA-1 at once."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from statsbidrag.documents import views
from statsbidrag.raw import Raw
from statsbidrag.rendering import TEMPLATES, View, render
from statsbidrag.stages import material

ROOT = TEMPLATES.parent
JARS = ROOT / ".cache" / "verapdf" / "lib"
MAIN = "org.verapdf.apps.GreenfieldCliWrapper"
AGREEMENTS = ("psykisk-halsa-2024", "psykisk-halsa-2025")

pytestmark = pytest.mark.conformance


def all_views() -> list[View]:
    found: list[View] = []
    for agreement in AGREEMENTS:
        found.extend(views(material(Raw(ROOT / "raw"), agreement)))
    return found


def variants(view: View) -> list[View]:
    """The view as it is, and as a draft where it can be one."""
    return [view, replace(view, draft=True)] if hasattr(view, "draft") else [view]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every PDF of the agreements in `raw/`."""
    if not JARS.is_dir():
        pytest.fail("veraPDF is not here: run bin/setup conformance")
    folder = tmp_path_factory.mktemp("pdf")
    every = [variant for view in all_views() for variant in variants(view)]
    for index, view in enumerate(every):
        (folder / f"{index:03d}.pdf").write_bytes(render(view).pdf)
    return folder


def judged(folder: Path, profile: str) -> dict[str, list[str]]:
    """The rules that each file breaks, by its name. One run of the Java machine for all files."""
    command = ["java", "-cp", f"{JARS}/*", MAIN, "-f", profile, "--format", "xml", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    broken: dict[str, list[str]] = {}
    for job in ElementTree.fromstring(done.stdout).iter("job"):
        name = Path(job.findtext("item/name") or "?").name
        report = job.find("validationReport")
        if report is None:
            broken[name] = ["veraPDF could not read the file"]
            continue
        failed = [rule for rule in report.iter("rule") if rule.get("status") == "failed"]
        broken[name] = [
            f"{rule.get('clause')}-{rule.get('testNumber')}: {rule.findtext('description')}"
            for rule in failed
        ]
        if report.get("isCompliant") != "true" and not failed:
            broken[name].append("not compliant, without a rule")
    return broken


@pytest.mark.parametrize("profile", ["3a", "ua1"])
def test_every_pdf_passes(folder: Path, profile: str) -> None:
    broken = judged(folder, profile)
    assert set(broken) == {path.name for path in folder.glob("*.pdf")}
    assert {name: rules for name, rules in broken.items() if rules} == {}
