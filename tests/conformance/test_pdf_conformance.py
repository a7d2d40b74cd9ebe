"""veraPDF, the judge of the PDF industry: every PDF is PDF/A-3a and PDF/UA-1 at once."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from statsbidrag.documents.catalogue import views
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.files.project import TEMPLATES
from statsbidrag.files.raw_folder import Raw
from statsbidrag.rendering.document import render
from tests.conformance.conftest import sample

ROOT = TEMPLATES.parent
JARS = ROOT / ".cache" / "verapdf" / "lib"
MAIN = "org.verapdf.apps.GreenfieldCliWrapper"

pytestmark = pytest.mark.conformance


@pytest.fixture(scope="module")
def folder(
    output: Path, tmp_path_factory: pytest.TempPathFactory, judged: dict[str, list[str]]
) -> Path:
    """A few PDFs of each kind that were published (with ALL=1 all), and one draft of each kind."""
    if not JARS.is_dir():
        pytest.fail("veraPDF is not here: run bin/setup conformance")
    folder = tmp_path_factory.mktemp("pdf")
    for name in sample(path.relative_to(output).as_posix() for path in output.rglob("*.pdf")):
        (folder / name.replace("/", "__")).symlink_to(output / name)
    raw = Raw(ROOT / "raw")
    every = [view for each in raw.agreement_ids() for view in views(dossier_of(raw, each))]
    for view in {view.template: view for view in every}.values():
        name = f"draft__{view.path.replace('/', '__')}.pdf"
        (folder / name).write_bytes(render(replace(view, draft=True)).pdf)
    judged["veraPDF, PDF/A-3a and PDF/UA-1"] = sorted(each.name for each in folder.iterdir())
    return folder


def broken_rules(folder: Path, profile: str) -> dict[str, list[str]]:
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
    broken = broken_rules(folder, profile)
    assert set(broken) == {path.name for path in folder.glob("*.pdf")}
    assert {name: rules for name, rules in broken.items() if rules} == {}
