"""The folder of raw files: nothing is read that its sidecar does not describe."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from statsbidrag.errors import Problem
from statsbidrag.files.raw_folder import Raw
from tests.cases.small_country import AGREEMENT, SmallCountry

Refused = Callable[[Callable[[], object]], list[Problem]]
SEALED = "fetch the file again; if the change is meant, seal the sidecar anew"


def alla(country: SmallCountry) -> tuple[Path, Path]:
    path = country.root / "population" / "alla.json"
    return path, path.with_suffix(".yaml")


def test_a_sealed_file_is_read_whole(country: SmallCountry) -> None:
    path, sidecar = alla(country)
    sealed = country.raw.population(sidecar)
    assert sealed.content == path.read_bytes()
    assert sealed.name == "population/alla.json"
    assert sealed.sidecar.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_another_size(country: SmallCountry, refused: Refused) -> None:
    path, sidecar = alla(country)
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() + b"\n")
    [problem] = refused(lambda: country.raw.population(sidecar))
    assert (problem.file, problem.place) == (str(path), "size")
    assert (problem.expected, problem.found) == (f"{size} bytes", str(size + 1))
    assert problem.action == SEALED


def test_another_content_of_the_same_size(country: SmallCountry, refused: Refused) -> None:
    path, sidecar = alla(country)
    before = country.sha256("alla")
    country.change(path, "600", "601")
    [problem] = refused(lambda: country.raw.population(sidecar))
    assert (problem.file, problem.place) == (str(path), "sha256")
    assert (problem.expected, problem.found) == (before, country.sha256("alla"))
    assert problem.action == SEALED


def test_a_file_without_sidecar(country: SmallCountry, refused: Refused) -> None:
    path, sidecar = alla(country)
    sidecar.unlink()
    [problem] = refused(country.raw.population_sidecars)
    assert problem.file == str(path)
    assert (problem.expected, problem.found) == ("a sidecar alla.yaml beside it", "none")


def test_published_figures_without_sidecar(country: SmallCountry, refused: Refused) -> None:
    sidecar = country.published("lan,01,lan/e,86").with_suffix(".yaml")
    sidecar.unlink()
    [problem] = refused(lambda: country.raw.published(AGREEMENT))
    assert (problem.file, problem.expected, problem.found) == (str(sidecar), "a file", "none")


def test_a_sidecar_without_file(country: SmallCountry, refused: Refused) -> None:
    path, sidecar = alla(country)
    path.unlink()
    [problem] = refused(lambda: country.raw.population(sidecar))
    assert problem.file == str(path)
    assert problem.expected == "the file that alla.yaml describes"
    assert problem.found == "No such file or directory"


@pytest.mark.parametrize(
    "name",
    ["aldrar.json", "../alla.json", "../../etc/passwd", "/etc/alla.json", "..", ".", "x/alla.json"],
)
def test_a_sidecar_of_another_file(country: SmallCountry, refused: Refused, name: str) -> None:
    _, sidecar = alla(country)
    country.change(sidecar, "file: alla.json", f'file: "{name}"')
    [problem] = refused(lambda: country.raw.population(sidecar))
    assert (problem.file, problem.place) == (str(sidecar), "file")
    assert problem.expected == "the name of the file beside it, alla.…"
    assert problem.found == f"`{name}`"
    assert problem.action == "a sidecar has the same name as its file"


def test_a_sidecar_of_a_file_whose_name_nobody_can_write(
    country: SmallCountry, refused: Refused
) -> None:
    _, sidecar = alla(country)
    country.change(sidecar, "file: alla.json", 'file: "alla.js\\0on"')
    [problem] = refused(lambda: country.raw.population(sidecar))
    assert (problem.file, problem.place) == (str(sidecar), "file")
    assert "U+0000" in problem.found


def test_a_sidecar_with_a_key_too_many(country: SmallCountry, refused: Refused) -> None:
    _, sidecar = alla(country)
    line = country.change(sidecar, "maturity:", "maturty:")
    problems = refused(lambda: country.raw.population(sidecar))
    [unknown] = [problem for problem in problems if problem.place == "maturty"]
    assert (unknown.line, unknown.action) == (line, "did you mean `maturity`?")


def test_nothing_published(country: SmallCountry) -> None:
    assert country.raw.published(AGREEMENT) is None


def test_what_lies_there(country: SmallCountry, raw: Raw) -> None:
    assert country.raw.agreement_ids() == [AGREEMENT]
    assert [path.stem for path in country.raw.plan_paths(AGREEMENT)] == ["01"]
    assert country.raw.plan_paths("annat-2025") == []
    assert {"psykisk-halsa-2024", "psykisk-halsa-2025"} <= {*raw.agreement_ids()}


@pytest.mark.parametrize("name", ["agreements", "population"])
def test_another_folder(tmp_path: Path, refused: Refused, name: str) -> None:
    nowhere = Raw(tmp_path)
    call = nowhere.agreement_ids if name == "agreements" else nowhere.population_sidecars
    [problem] = refused(call)
    assert (problem.file, problem.expected) == (str(tmp_path / name), "a folder")
    assert problem.action.startswith("--raw names the folder that holds agreements/")
