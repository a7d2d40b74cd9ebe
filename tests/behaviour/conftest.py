"""One run of the real data for the whole session, and copies of it that a test may change."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.behaviour.helpers import (
    A24,
    PROGRAM,
    PROJECT,
    RAW,
    Ended,
    RawCopy,
    copy_of_raw,
    environment,
)


@dataclass(frozen=True)
class Twice:
    """The same inputs published twice, under circumstances as different as can be."""

    first: Path
    second: Path
    ended: tuple[Ended, Ended]
    home: Path
    temporary: Path


@pytest.fixture(scope="session")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Twice:
    """Two runs at once: from two folders, into two, the raw files copied, Dagster's home or none.

    Neither is told of the other. The first has one process that renders, the second has two; the
    second makes one agreement only, with all kinds of documents, because pages take their time.
    """
    base = tmp_path_factory.mktemp("twice")
    home, temporary, elsewhere, dagster = (
        base / name for name in ("home", "temporary", "elsewhere", "dagster")
    )
    for folder in (home, temporary, elsewhere, dagster):
        folder.mkdir()
    shutil.copy(PROJECT / ".dagster" / "dagster.yaml", dagster)
    shutil.copytree(RAW, elsewhere / "underlag")
    plain = environment(HOME=str(home), TMPDIR=str(temporary))
    calls: list[tuple[list[str | Path], Path, dict[str, str]]] = [
        (["--output", base / "first", "run", "--jobs", "1"], PROJECT, plain),
        (
            ["--raw", "underlag", "--output", "../second/djupare/ned", "run", "--jobs", "2", A24],
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


@pytest.fixture(scope="session")
def published(twice: Twice) -> Path:
    """The output of a run of the real data. Not to be changed."""
    twice.ended[0].require(0)
    return twice.first


@pytest.fixture
def output(published: Path, tmp_path: Path) -> Path:
    """A copy of that output, as an earlier run left it."""
    return Path(shutil.copytree(published, tmp_path / "output", symlinks=True))


@pytest.fixture
def raw(tmp_path: Path) -> RawCopy:
    """A copy of the raw files."""
    return copy_of_raw(tmp_path / "raw")
