"""Dagster's daemon for real: replace a file, see the run; touch it, see none."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from assets.raw_files import CONTENT_TAG
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.publication.fingerprint import raw_content
from tests.cases.small_country import SmallCountry
from tests.cases.three_agreements import ALL, EARLIER, OTHER, PROV, ThreeAgreements

pytestmark = pytest.mark.conformance

DAEMON = PROJECT / ".venv" / "bin" / "dagster-daemon"
DEFINITIONS = Path(__file__).with_name("daemon_definitions.py")
CONTENT = "raw_content_sensor"
# A slow machine is no failure; each of these waits ends as soon as there is something to see.
PATIENCE = 300.0
TICKS = 4


@dataclass(frozen=True)
class Watched:
    """A daemon at work on folders of its own, and its memory."""

    raw: ThreeAgreements
    folder: Path
    instance: dg.DagsterInstance
    process: subprocess.Popen[bytes]
    log: Path

    def wait_for(self, what: str, seen: Callable[[], bool], failed: int = 0) -> None:
        """Until it is seen; fails with what the daemon said where it never is.

        `failed` is how many runs may have failed meanwhile.
        """
        ends = time.monotonic() + PATIENCE
        while not seen():
            if self.process.poll() is not None:
                self.fail(f"the daemon ended with {self.process.returncode} before {what}")
            if sum(n for (_, status), n in self.runs().items() if status == "FAILURE") > failed:
                self.fail(f"a run failed before {what}")
            if time.monotonic() > ends:
                self.fail(f"{PATIENCE:.0f} s went by without {what}")
            time.sleep(0.5)

    def fail(self, why: str) -> None:
        said = self.log.read_text("utf-8", errors="replace")[-20_000:]
        notices = self.folder / "home" / "failures.log"
        told = notices.read_text("utf-8") if notices.exists() else "none"
        pytest.fail(f"{why}\nruns: {self.runs()}\nnotices: {told}\n{said}", pytrace=False)

    def runs(self) -> Counter[tuple[str, str]]:
        """How many runs there are of each agreement, by how they went."""
        return Counter(
            (run.tags.get("dagster/partition", ""), run.status.value)
            for run in self.instance.get_runs()
        )

    def succeeded(self, counts: Mapping[str, int]) -> bool:
        """Whether just so many runs of each agreement have been, and all went well."""
        return self.runs() == {(name, "SUCCESS"): count for name, count in counts.items()}

    def ticks(self) -> int:
        """How many times the sensor has looked so far."""
        states = [
            state
            for state in self.instance.all_instigator_state()
            if state.instigator_name == CONTENT
        ]
        return sum(
            len(self.instance.get_ticks(state.instigator_origin_id, state.selector_id))
            for state in states
        )

    def let_it_look(self) -> None:
        """Some ticks that begin after now."""
        before = self.ticks()
        self.wait_for(f"{TICKS} more ticks", lambda: self.ticks() > before + TICKS)

    def content(self, agreement: str) -> str:
        return raw_content(Raw(self.raw.root), agreement)

    def current(self, agreement: str) -> str:
        return os.readlink(self.folder / "output" / agreement / "current")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """The daemon, its code server and its runs: a group of their own."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
            process.wait(20)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    raw = ThreeAgreements(SmallCountry(tmp_path / "raw")).write()
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(PROJECT / ".dagster" / "dagster.yaml", home)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DAGSTER", "STATSBIDRAG"))}
    env = {
        **kept,
        "DAGSTER_HOME": str(home),
        "STATSBIDRAG_TEST_FOLDER": str(tmp_path),
        "PYTHONPATH": str(PROJECT),
    }
    log = tmp_path / "daemon.log"
    # The memory is made before the daemon begins: two that make it at once get in each other's way.
    with dg.DagsterInstance.from_config(str(home)) as instance:
        instance.get_runs()
        instance.all_instigator_state()
        with log.open("wb") as file:
            process = subprocess.Popen(
                [DAEMON, "run", "-f", DEFINITIONS, "-d", PROJECT],
                cwd=PROJECT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield Watched(raw, tmp_path, instance, process, log)
        finally:
            _stop(process)


def test_the_daemon_runs_what_changed_once_and_nothing_else(watched: Watched) -> None:
    once = dict.fromkeys(ALL, 1)
    watched.wait_for("a first run of each", lambda: watched.succeeded(once))
    first = {name: watched.current(name) for name in ALL}
    front = (watched.folder / "output" / "index.html").read_text("utf-8")
    assert all(f'"{name}/current/' in front for name in ALL)

    # Every file written anew with what it held: nothing is run.
    watched.raw.touch()
    watched.let_it_look()
    assert watched.succeeded(once), watched.runs()

    # Another content in an extract: one run of each agreement that reads it.
    watched.raw.move_one_person()
    twice = {**once, PROV: 2, OTHER: 2}
    watched.wait_for("a run of those that use it", lambda: watched.succeeded(twice))
    watched.let_it_look()
    assert watched.succeeded(twice), watched.runs()
    assert watched.current(EARLIER) == first[EARLIER]
    for name in (PROV, OTHER):
        assert watched.current(name) != first[name]
        newest = watched.instance.get_runs(
            dg.RunsFilter(tags={"dagster/partition": name}), limit=1
        )[0]
        assert newest.tags[CONTENT_TAG] == watched.content(name)

    # A mistake in a file: a failed run, told of in one line, and what was published stands.
    path = watched.raw.path(EARLIER)
    path.write_text(path.read_text("utf-8").replace("amount: 1 561", "amount: 1 562"), "utf-8")
    notices = watched.folder / "home" / "failures.log"
    watched.wait_for("a notice of the failed run", notices.exists, failed=1)
    (line,) = [line for line in notices.read_text("utf-8").splitlines() if f"\t{EARLIER}\t" in line]
    assert str(path) in line
    assert "expected: " in line
    assert watched.current(EARLIER) == first[EARLIER]
