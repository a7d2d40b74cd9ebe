"""The fingerprint: changed by all that bytes depend on, and by nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from statsbidrag.errors import Problem
from statsbidrag.files.raw_folder import Raw
from statsbidrag.publication.fingerprint import Inputs, code_version, inputs_of
from tests.cases.small_country import AGREEMENT, SmallCountry, jsonstat

Refused = Callable[[Callable[[], object]], list[Problem]]

PROJECT_FILES = [
    "pyproject.toml",
    "requirements.lock",
    "pipelines/cli.py",
    "assets/plan.py",
    "statsbidrag/allocation/keys.py",
    "schemas/deep/er.py",
    "templates/site/sida.html.jinja",
    "templates/css/base.css",
    "templates/fonts/a.woff2",
]


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A project of one file of each kind."""
    root = tmp_path / "projekt"
    for name in PROJECT_FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name, "utf-8")
    return root


@pytest.fixture
def full(country: SmallCountry) -> SmallCountry:
    """The small country with published figures, and last year's agreement to compare with."""
    country.published("lan,01,lan/e,86")
    text = country.agreement.read_text("utf-8")
    earlier = text.replace("prov-2025", "prov-2024").replace("year: 2025", "year: 2024")
    earlier = earlier.replace("reference_date: 2024", "reference_date: 2023")
    country.agreement.with_name("prov-2024.yaml").write_text(earlier, "utf-8")
    country.change(country.agreement, "year: 2025", "year: 2025\ncompares_with: prov-2024")
    country.extract("forra", jsonstat({"0114": 1}, year="2023"), reference_date="2023-11-01")
    country.extract("gammal", jsonstat({"0114": 1}, year="2020"), reference_date="2020-11-01")
    return country


def inputs(country: SmallCountry, sources: Path) -> Inputs:
    return inputs_of(country.raw, AGREEMENT, sources)


def test_every_input_is_named_once(full: SmallCountry, sources: Path) -> None:
    names = [file.path for file in inputs(full, sources).files]
    assert sorted(names) == sorted(
        [
            "raw/agreements/prov-2024.yaml",
            "raw/agreements/prov-2025.yaml",
            "raw/plans/prov-2025/01.yaml",
            "raw/population/alla.json",
            "raw/population/alla.yaml",
            "raw/population/aldrar.json",
            "raw/population/aldrar.yaml",
            "raw/population/forra.json",
            "raw/population/forra.yaml",
            "raw/published/prov-2025.csv",
            "raw/published/prov-2025.yaml",
            "raw/register/recipients.csv",
            "raw/register/recipients.yaml",
            *PROJECT_FILES,
        ]
    )


def test_each_input_changes_it(full: SmallCountry, sources: Path) -> None:
    before = inputs(full, sources)
    seen = {before.fingerprint}
    for file in before.files:
        inside = file.path.startswith("raw/")
        path = full.root / file.path[4:] if inside else sources / file.path
        content = path.read_bytes()
        path.write_bytes(content + b"\n")
        seen.add(inputs(full, sources).fingerprint)
        path.write_bytes(content)
    assert len(seen) == len(before.files) + 1
    assert inputs(full, sources) == before


def test_an_input_more_or_less_changes_it(full: SmallCountry, sources: Path) -> None:
    before = inputs(full, sources).fingerprint
    (sources / "statsbidrag" / "ny.py").write_text("")
    more = inputs(full, sources).fingerprint
    full.plan.unlink()
    assert len({before, more, inputs(full, sources).fingerprint}) == 3


def test_outlines_of_maps_are_inputs(full: SmallCountry, sources: Path) -> None:
    before = inputs(full, sources)
    folder = full.root / "geography"
    folder.mkdir()
    for name in ("lan.json", "lan.yaml"):
        (folder / name).write_text("gränser", "utf-8")
    after = inputs(full, sources)
    assert after.fingerprint != before.fingerprint
    assert {file.path for file in after.files} - {file.path for file in before.files} == {
        "raw/geography/lan.json",
        "raw/geography/lan.yaml",
    }


def test_a_moved_file_changes_it(full: SmallCountry, sources: Path) -> None:
    before = inputs(full, sources).fingerprint
    allocation = sources / "statsbidrag" / "allocation"
    (allocation / "keys.py").rename(allocation / "nycklar.py")
    assert inputs(full, sources).fingerprint != before


def test_two_files_that_change_places_change_it(full: SmallCountry, sources: Path) -> None:
    before = inputs(full, sources).fingerprint
    one = sources / "assets" / "plan.py"
    other = sources / "statsbidrag" / "allocation" / "keys.py"
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    assert inputs(full, sources).fingerprint != before


def test_a_version_changes_it(
    full: SmallCountry, sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = inputs(full, sources)
    assert {"python", "pandas", "pydantic", "weasyprint"} <= set(before.versions)
    monkeypatch.setattr("statsbidrag.publication.fingerprint.version", lambda name: "0")
    assert inputs(full, sources).fingerprint != before.fingerprint


def test_times_places_and_what_is_not_an_input_do_not(
    full: SmallCountry, sources: Path, tmp_path: Path
) -> None:
    before = inputs(full, sources)
    for path in (full.agreement, full.plan, sources / "requirements.lock"):
        os.utime(path, (0, 0))
        path.chmod(0o600)
    # Another day's extract, another agreement's plan, notes, compiled code, output.
    full.extract("gammal", jsonstat({"0114": 2}, year="2020"), reference_date="2020-11-01")
    other = full.root / "plans" / "prov-2024" / "01.yaml"
    other.parent.mkdir()
    other.write_text("x")
    for name in ("README.md", "statsbidrag/__pycache__/keys.pyc", "output/a.html", "docs/a.md"):
        (sources / name).parent.mkdir(parents=True, exist_ok=True)
        (sources / name).write_text("x")
    assert inputs(full, sources) == before
    elsewhere = tmp_path / "annan plats"
    (tmp_path / "raw").rename(elsewhere)
    assert inputs_of(Raw(elsewhere), AGREEMENT, sources) == before


def test_a_sidecar_of_another_file_is_refused(
    full: SmallCountry, sources: Path, refused: Refused
) -> None:
    sidecar = full.root / "population" / "alla.yaml"
    full.change(sidecar, "file: alla.json", "file: .")
    [problem] = refused(lambda: inputs(full, sources))
    assert (problem.file, problem.place, problem.found) == (str(sidecar), "file", "`.`")


@pytest.mark.parametrize("content", [None, "inte en överenskommelse"])
def test_a_comparison_that_cannot_be_read_stops_nothing_but_changes_it(
    full: SmallCountry, sources: Path, content: str | None
) -> None:
    before = inputs(full, sources)
    path = full.agreement.with_name("prov-2024.yaml")
    path.unlink()
    if content is not None:
        path.write_text(content, "utf-8")
    after = inputs(full, sources)
    gone = {file.path for file in before.files} - {file.path for file in after.files}
    # Which day's population it used is not known without it.
    lost = {"raw/agreements/prov-2024.yaml"} if content is None else set()
    assert gone == {"raw/population/forra.json", "raw/population/forra.yaml"} | lost
    assert after.fingerprint != before.fingerprint


def test_the_code_alone(sources: Path) -> None:
    before = code_version(sources)
    (sources / "templates" / "css" / "base.css").write_text("p {}")
    assert code_version(sources) != before


def test_the_projects_own(raw: Raw, project: Path) -> None:
    made = inputs_of(raw, "psykisk-halsa-2025", project)
    names = {file.path for file in made.files}
    assert {
        "requirements.lock",
        "statsbidrag/allocation/rounding.py",
        "templates/fonts/fonts.conf",
        "raw/agreements/psykisk-halsa-2024.yaml",
        "raw/population/folkmangd_2023-11-01_lan.json",
    } <= names
    assert "raw/population/folkmangd_2022-11-01_lan.json" not in names
    assert len(made.fingerprint) == 64
