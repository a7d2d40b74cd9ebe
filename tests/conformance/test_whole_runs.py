"""Whole runs in processes of their own, of a small country: anywhere, and two at once.

The same command in the tests' own process is in `tests/behaviour`.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cases.small_country import AGREEMENT, SmallCountry
from tests.helpers.program import (
    PROGRAM,
    PROJECT,
    Ended,
    current,
    environment,
    manifest,
    revisions,
    sha256,
    tree,
)

pytestmark = pytest.mark.conformance


@dataclass(frozen=True)
class Twice:
    """The same inputs published twice, under circumstances as different as can be."""

    first: Path
    second: Path
    ended: tuple[Ended, Ended]
    home: Path
    temporary: Path


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Twice:
    """Two runs at once: from two folders, into two, the raw files copied, Dagster's home or none.

    Neither is told of the other. The first has one process that renders, the second has two.
    """
    base = tmp_path_factory.mktemp("twice")
    home, temporary, elsewhere, dagster = (
        base / name for name in ("home", "temporary", "elsewhere", "dagster")
    )
    for folder in (home, temporary, elsewhere, dagster):
        folder.mkdir()
    shutil.copy(PROJECT / ".dagster" / "dagster.yaml", dagster)
    SmallCountry(base / "raw").write()
    SmallCountry(elsewhere / "underlag").write()
    plain = environment(HOME=str(home), TMPDIR=str(temporary))
    calls: list[tuple[list[str | Path], Path, dict[str, str]]] = [
        (
            ["--raw", base / "raw", "--output", base / "first", "run", "--jobs", "1"],
            PROJECT,
            plain,
        ),
        (
            ["--raw", "underlag", "--output", "../second/djupare/ned", "run", "--jobs", "2"],
            elsewhere,
            {**plain, "DAGSTER_HOME": str(dagster), "TZ": "Asia/Tokyo", "LC_ALL": "C"},
        ),
    ]
    running = [
        subprocess.Popen(
            [PROGRAM, *args], cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for args, cwd, env in calls
    ]
    ends = []
    for process in running:
        out, err = process.communicate()
        ends.append(Ended(process.returncode, out.decode(), err.decode()))
    second = base / "second" / "djupare" / "ned"
    return Twice(base / "first", second, (ends[0], ends[1]), home, temporary)


def test_a_run_ends_well_and_says_what_it_made(twice: Twice) -> None:
    for shown, output in zip(twice.ended, (twice.first, twice.second), strict=True):
        shown.require(0)
        assert shown.err == ""
        folder = current(output, AGREEMENT)
        count = len(manifest(folder)["documents"])
        assert count == 9
        assert shown.out.splitlines() == [
            f"{AGREEMENT}: new revision {folder.name}, {count} documents",
            (output / "index.html").resolve().as_uri(),
        ]


def test_the_same_inputs_give_the_same_bytes_anywhere(twice: Twice) -> None:
    first, second = tree(twice.first), tree(twice.second)
    assert first.keys() == second.keys()
    assert [path for path in first if first[path] != second[path]] == []
    assert len([path for path in first if path.endswith(".pdf")]) == 10


def test_a_run_leaves_nothing_elsewhere(twice: Twice) -> None:
    twice.ended[0].require(0)
    assert list(twice.home.rglob("*")) == []
    assert list(twice.temporary.rglob("*")) == []


def test_two_runs_at_once_make_one_revision(country: SmallCountry, tmp_path: Path) -> None:
    output = tmp_path / "output"
    places = ["--raw", country.root, "--output", output]
    command: list[str | Path] = [PROGRAM, *places, "run", "--jobs", "1"]
    running = [
        subprocess.Popen(
            command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=PROJECT
        )
        for _ in range(2)
    ]
    for process in running:
        _, err = process.communicate()
        assert (process.returncode, err) == (0, b"")
    new = current(output, AGREEMENT)
    assert revisions(output, AGREEMENT) == {new.name}
    for file in manifest(new)["outputs"]:
        assert sha256((new / file["path"]).read_bytes()) == file["sha256"]
