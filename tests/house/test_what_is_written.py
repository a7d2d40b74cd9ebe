"""What the documents about the house say is so: the files they name exist, versions agree."""

from __future__ import annotations

import re
import tomllib

import pytest

from statsbidrag.files.project import PROJECT

WRITTEN = [
    "README.md",
    "docs/utveckling.md",
    "docs/ordlista.md",
    *sorted(path.relative_to(PROJECT).as_posix() for path in PROJECT.glob("docs/decisions/*.md")),
]
FOLDERS = ("statsbidrag", "assets", "pipelines", "schemas", "templates", "tests", "docs", "bin")
NAMED = re.compile(rf"`((?:{'|'.join(FOLDERS)})/[a-z0-9_./-]+)`")
MODULE = re.compile(r"`(statsbidrag(?:\.[a-z_]+)+)`")


@pytest.mark.parametrize("name", WRITTEN)
def test_every_file_that_is_named_is_there(name: str) -> None:
    text = (PROJECT / name).read_text("utf-8")
    # Without suffix or slash it is no file: `statsbidrag/content` is a tag.
    paths = {path for path in NAMED.findall(text) if re.search(r"/$|\.[a-z]+$", path)}
    paths |= {module.replace(".", "/") for module in MODULE.findall(text)}
    lost = [p for p in paths if not (PROJECT / p).exists() and not (PROJECT / f"{p}.py").exists()]
    assert sorted(lost) == []


def test_the_changelog_begins_with_the_version_that_this_is_and_each_entry_has_its_day() -> None:
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    heads = re.findall(r"(?m)^## (.*)$", (PROJECT / "CHANGELOG.md").read_text("utf-8"))
    assert heads[0].startswith(f"{version} (")
    for head in heads:
        assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+ \([0-9]{4}-[0-9]{2}-[0-9]{2}\)", head)


def test_each_decision_has_its_day_and_is_listed() -> None:
    folder = PROJECT / "docs" / "decisions"
    index = (folder / "README.md").read_text("utf-8")
    for path in sorted(folder.glob("[0-9]*.md")):
        assert re.search(r"(?m)^Decided [0-9]{4}-[0-9]{2}-[0-9]{2}\.$", path.read_text("utf-8"))
        assert f"({path.name})" in index
