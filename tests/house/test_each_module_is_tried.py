"""Each module of the core is tried by a test of its own room, or names the test that tries it."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from statsbidrag.files.project import PROJECT

CORE = PROJECT / "statsbidrag"
TESTS = PROJECT / "tests"
NAMED = re.compile(r"tests/[a-z_/]+\.py")


@cache
def imported(path: Path) -> frozenset[str]:
    """Every module that a file imports, by its full name; of what it may be, all."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{each.name}" for each in node.names)
    return frozenset(found)


def tried_in(room: Path) -> set[str]:
    """What the tests of a room import, themselves or by the helpers that they import."""
    left, found, seen = sorted(room.rglob("*.py")), set[str](), set[Path]()
    while left:
        path = left.pop()
        if path in seen:
            continue
        seen.add(path)
        found |= imported(path)
        for name in imported(path):
            helper = PROJECT / f"{name.replace('.', '/')}.py"
            if name.startswith(("tests.helpers.", "tests.cases.")) and helper.is_file():
                left.append(helper)
    return found


def named_tests(module: Path) -> list[Path]:
    """The tests that a module's docstring names."""
    said = ast.get_docstring(ast.parse(module.read_text("utf-8"))) or ""
    return [PROJECT / name for name in NAMED.findall(said)]


def test_each_module_is_tried_in_its_own_room() -> None:
    untried = []
    for module in sorted(CORE.rglob("*.py")):
        inside = module.relative_to(CORE)
        if module.name == "__init__.py" or len(inside.parts) == 1:
            continue
        name = ".".join(["statsbidrag", *inside.with_suffix("").parts])
        tests = named_tests(module)
        assert all(path.is_file() for path in tests), f"{inside} names a test that is not there"
        if name not in tried_in(TESTS / inside.parts[0]) and not tests:
            untried.append(str(inside))
    assert untried == []


def test_the_rooms_of_tests_are_those_of_the_core() -> None:
    rooms = {path.name for path in CORE.iterdir() if (path / "__init__.py").is_file()}
    tested = {path.name for path in TESTS.iterdir() if path.is_dir()}
    assert rooms - tested <= {"dossier"}
