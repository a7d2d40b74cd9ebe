"""The real product, made once as its users make it, and a browser to meet it with."""

from __future__ import annotations

import math
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, sync_playwright

from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from tests.helpers.program import A25, copy_of_raw
from tests.helpers.revisions import published

PROGRAM = PROJECT / ".venv" / "bin" / "statsbidrag"
CHROMIUM = Path("/usr/bin/chromium")
# The network is not asked for anything, so that whatever is asked for is the pages' doing.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ESTIMATE = "population/skattning_2024-11-01_kommun_alder_kon.json"
JUDGED = pytest.StashKey[dict[str, list[str]]]()


def run(output: Path, *arguments: str, raw: Path = PROJECT / "raw") -> None:
    """The console script, on the project's own raw data unless other are named."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DAGSTER", "PANDERA"))}
    done = subprocess.run(
        [PROGRAM, "--raw", raw, "--output", output, "run", *arguments],
        cwd=PROJECT,
        env=kept,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"statsbidrag run: exit {done.returncode}\n{done.stdout}\n{done.stderr}")


@pytest.fixture(scope="session")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `statsbidrag run` publishes, a revision document with it. Not to be changed.

    Made once for all judges. OUTPUT=FOLDER shows them what was made before, for whoever is at work
    on a judge: whether it is what the sources make now, nobody checks.
    """
    if made := os.environ.get("OUTPUT"):
        return Path(made).resolve(strict=True)
    base = tmp_path_factory.mktemp("published")
    folder = base / "output"
    earlier = copy_of_raw(base / "raw")
    earlier.change_json(ESTIMATE, one_child_less_everywhere)
    before = folder / A25 / published(Raw(earlier.root), folder, A25)
    run(folder, "--jobs", "2")
    # No page leads to a revision that is not current any more.
    shutil.rmtree(before)
    return folder


def one_child_less_everywhere(extract: Any) -> None:
    """In every municipality one of 18 years becomes one of 19: its population stays the same."""
    ages = list(extract["dimension"]["Alder"]["category"]["index"])
    sizes = dict(zip(extract["id"], extract["size"], strict=True))
    step = math.prod(sizes[name] for name in extract["id"][extract["id"].index("Alder") + 1 :])
    values = extract["value"]
    for start in range(0, len(values), step * sizes["Alder"]):
        from_, to = (start + ages.index(age) * step for age in ("18", "19"))
        values[from_], values[to] = values[from_] - 1, values[to] + 1


@pytest.fixture(scope="session")
def judged(request: pytest.FixtureRequest) -> dict[str, list[str]]:
    """What each judge was shown, for the summary at the end."""
    return request.config.stash.setdefault(JUDGED, {})


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for judge, names in config.stash.get(JUDGED, {}).items():
        terminalreporter.write_sep("-", f"{judge}: {len(names)}")
        for name in names:
            terminalreporter.write_line(name)


@dataclass
class Source(HTMLParser):
    """A page as it was written: where it leads, what it loads, and what can be led to in it."""

    path: Path
    links: list[str] = field(default_factory=list)
    resources: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.add(value or "")
            elif name in ("href", "xlink:href"):
                (self.links if tag in ("a", "area") else self.resources).append(value or "")
            elif name in ("src", "srcset", "action", "data", "poster", "formaction"):
                self.resources.append(value or "")

    def target(self, address: str) -> Path:
        """The file that a relative address names, by the reader's own path to this page."""
        path = unquote(urlsplit(address).path)
        return Path(os.path.normpath(self.path.parent / path)) if path else self.path


def walk(start: Path) -> Iterator[Source]:
    """A page and every page that can be reached from it by links."""
    waiting, seen = [start], {start}
    while waiting:
        source = Source(waiting.pop(0))
        yield source
        for address in source.links:
            target = source.target(address)
            if target.suffix == ".html" and target.is_file() and target not in seen:
                seen.add(target)
                waiting.append(target)


@pytest.fixture(scope="session")
def every(output: Path) -> dict[str, Source]:
    """Every page that was published, by the path that readers take to it."""
    inside = list(output.glob("*/current/**/*.html"))
    beside = [path for path in output.rglob("*.html") if not _in_a_revision(path, output)]
    paths = {path.relative_to(output).as_posix(): path for path in [*beside, *inside]}
    return {name: Source(path) for name, path in sorted(paths.items())}


def _in_a_revision(path: Path, output: Path) -> bool:
    return any((each / "manifest.json").is_file() for each in path.parents if each != output)


SHOWN = {"09", "14", "23", "0980", "2380"}
"""Judged besides the first of each kind: Gotland, the planned counties, Östersund."""


def kind_of(name: str) -> str:
    """Pages of one kind come from one template, in one agreement, to one recipient type."""
    return re.sub("/[0-9]{2,4}-[^/]+", "/*", name)


def sample(names: Iterable[str]) -> list[str]:
    """A few of each kind, or with ALL=1 all."""
    if os.environ.get("ALL"):
        return sorted(names)
    chosen: dict[str, str] = {}
    shown = []
    for name in sorted(names):
        code = re.search("/([0-9]{2,4})-", name)
        if chosen.setdefault(kind_of(name), name) == name or (code and code[1] in SHOWN):
            shown.append(name)
    return shown


@pytest.fixture(scope="session")
def sources(every: dict[str, Source], judged: dict[str, list[str]]) -> dict[str, Source]:
    """The pages that are judged one by one."""
    found = {name: every[name] for name in sample(every)}
    judged["Chromium with axe, pages"] = sorted(found)
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail("Chromium is not here: run bin/setup conformance")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()
