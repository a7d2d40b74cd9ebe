"""No number of any agreement stands in Python or in a template: a new year is a new file.

Collected from `raw/agreements/`: every whole number from 1 000, every share, and every group of
recipients. Not collected are years and powers of ten: they are calendars, units and limits, and no
rule can be recognised by them. Docstrings, comments, descriptions and messages of errors may give
examples; what counts is what can be computed with, including products (`5 * 1_000_000`) and text
with spaces.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from schemas.keys import share
from statsbidrag.files.project import PROJECT
from statsbidrag.files.yaml_reading import read_yaml

FOLDERS = ("statsbidrag", "schemas", "assets", "pipelines")
TEMPLATES = PROJECT / "templates"
YEARS = range(1900, 2101)
FEWEST = 1000

_SPACES = "[ _.\u00a0\u202f]"
_GROUPED = re.compile(
    rf"(?<![\w#&]){_SPACES.join(['[0-9]{1,3}', '[0-9]{3}'])}"
    rf"(?:{_SPACES}[0-9]{{3}})*(?![\w])|(?<![\w#&.])[0-9]{{4,}}(?![\w])"
)
_MILLIONS = re.compile(r"(?<!\w)([0-9]+)[ \u00a0]?(?:Mkr|mkr|milj)")
_CODE = re.compile(r"(?<!\w)(?:[0-9]{4}|[0-9]{2})(?!\w)")


@dataclass(frozen=True)
class Stated:
    """What the agreements state that must not stand in a program."""

    numbers: frozenset[int]
    shares: frozenset[Fraction]
    groups: tuple[frozenset[str], ...]


def stated(*contents: Any) -> Stated:
    """The numbers, shares and groups of agreements, as read from their files."""
    numbers: set[int] = set()
    shares: set[Fraction] = set()
    groups: list[frozenset[str]] = []

    def collect(key: str, value: Any) -> None:
        if isinstance(value, dict):
            for name, each in value.items():
                collect(str(name), each)
        elif isinstance(value, list):
            if key == "members":
                groups.append(frozenset(value))
            for each in value:
                collect(key, each)
        elif key == "share":
            shares.add(share(value))
        elif isinstance(value, int | str) and not isinstance(value, bool):
            digits = re.sub(_SPACES, "", str(value))
            if re.fullmatch(r"[0-9]{4,}", digits) and key not in ("members", "section", "page"):
                numbers.add(int(digits))

    for content in contents:
        collect("", content)
    kept = {n for n in numbers if n >= FEWEST and n not in YEARS and not _power_of_ten(n)}
    return Stated(frozenset(kept), frozenset(shares), tuple(g for g in groups if len(g) > 1))


def _power_of_ten(number: int) -> bool:
    return re.fullmatch("10*", str(number)) is not None


def in_text(text: str, of: Stated) -> Iterator[str]:
    """What stands in a text: numbers with spaces or without, millions in words, groups of codes."""
    for match in _GROUPED.finditer(text):
        if int(re.sub(_SPACES, "", match[0])) in of.numbers:
            yield match[0]
    for match in _MILLIONS.finditer(text):
        if int(match[1]) * 10**6 in of.numbers:
            yield match[0]
    codes = set(_CODE.findall(text))
    for group in of.groups:
        if group <= codes and len(codes) <= len(group) + 1:
            yield f"the group {', '.join(sorted(group))}"


def in_python(source: str, of: Stated) -> Iterator[str]:
    """What stands in a program: literals, products of literals, text, collections of codes."""
    tree = ast.parse(source)
    said = {id(node) for node in _only_said(tree)}
    names = _constants(tree)
    for node in ast.walk(tree):
        if id(node) in said:
            continue
        number = _folded(node, names)
        if number is not None and number in of.numbers:
            yield f"line {getattr(node, 'lineno', 0)}: {number}"
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for found in [*in_text(node.value, of), *_share_in(node.value, of)]:
                yield f"line {node.lineno}: {found}"
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Fraction"):
            parts = [_folded(each, names) for each in node.args]
            if len(parts) == 2 and parts[1] and parts[0] is not None:
                yield from _shares(Fraction(int(parts[0]), int(parts[1])), node, of)
        if isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict):
            parts_of = node.keys if isinstance(node, ast.Dict) else node.elts
            codes = {e.value for e in parts_of if isinstance(e, ast.Constant)}
            for group in of.groups:
                if group <= codes:
                    yield f"line {node.lineno}: the group {', '.join(sorted(group))}"


def _share_in(text: str, of: Stated) -> Iterator[str]:
    try:
        found = share(text)
    except ValueError:
        return
    if found in of.shares and found != 1:
        yield text


def _shares(found: Fraction, node: ast.AST, of: Stated) -> Iterator[str]:
    if found in of.shares and found != 1:
        yield f"line {getattr(node, 'lineno', 0)}: {found}"


def _only_said(tree: ast.AST) -> Iterator[ast.AST]:
    """Docstrings, descriptions, and what an error says: nothing is computed with them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        if isinstance(node, ast.Raise):
            yield from (part for part in ast.walk(node) if _is_text(part))
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "description":
                    yield value


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _constants(tree: ast.AST) -> dict[str, float]:
    """Names that stand for one number throughout the file: MILLION = 1_000_000."""
    found: dict[str, float] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            number = _folded(node.value, found)
            if number is not None:
                found |= {each.id: number for each in targets if isinstance(each, ast.Name)}
    return found


def _folded(node: ast.AST, names: dict[str, float]) -> float | None:
    """The number that an expression of literals is."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value  # type: ignore[return-value]
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.BinOp):
        left, right = _folded(node.left, names), _folded(node.right, names)
        if left is None or right is None:
            return None
        if isinstance(node.op, ast.Mult):
            return left * right
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Pow) and right <= 20:
            return float(left**right)
    return None


AGREEMENTS = sorted((PROJECT / "raw" / "agreements").glob("*.yaml"))
OURS = stated(*(read_yaml(path).data for path in AGREEMENTS))
SOURCES = [path for folder in FOLDERS for path in sorted((PROJECT / folder).rglob("*.py"))]
PAGES = sorted(p for p in TEMPLATES.rglob("*") if p.suffix in (".jinja", ".css", ".js", ".html"))


def test_what_is_looked_for() -> None:
    # Every figure of domain.md's two tables that is no power of ten, and the metropolitan counties.
    for number in (200_000, 5_000_000, 2_000_000, 788_000_000, 1_560_000_000, 45_000_000):
        assert number in OURS.numbers
    assert frozenset(["01", "12", "14"]) in OURS.groups
    assert not {2024, 2025, 1_000_000} & OURS.numbers


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_no_number_of_an_agreement_in_a_program(path: Path) -> None:
    assert list(in_python(path.read_text("utf-8"), OURS)) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_no_number_of_an_agreement_in_a_template(path: Path) -> None:
    assert list(in_text(path.read_text("utf-8"), OURS)) == []


PLANTED = stated(
    {
        "year": 2025,
        "total": {"amount": "5 000 000"},
        "posts": [{"key": [{"fixed": 200_000}, {"part": {"share": "2,5 %"}}]}],
        "groups": {"stora": {"members": ["01", "12", "14"]}},
    }
)


@pytest.mark.parametrize(
    "source",
    [
        "BASE = 200_000",
        "BASE = 200000",
        "BASE = 2e5",
        "base = 200 * 1_000",
        "base = 5 * 10**6",
        "MILLION = 1_000_000\nbase = 5 * MILLION",
        "def f(x):\n    return x - 5_000_000",
        "text = 'bas 200 000 kr'",
        "text = f'bas 5\u00a0000\u00a0000 kr {x}'",
        "text = '200_000'",
        "text = '5 Mkr per län'",
        "text = '5 miljoner'",
        "large = ['01', '12', '14']",
        "large = {'14', '01', '12'}",
        "large = {'01': 1, '12': 2, '14': 2}",
        "large = '01 12 14'.split()",
        "if code in ('14', '12', '01', '13'): pass",
        "part = '2,5 %'",
        "part = '1/40'",
        "part = Fraction(1, 40)",
        "raise ValueError(200_000)",
    ],
)
def test_the_guard_sees(source: str) -> None:
    assert list(in_python(source, PLANTED))


@pytest.mark.parametrize(
    "source",
    [
        '"""A base of 200 000 kr, say."""',
        "# 200 000 kr\nbase = 1",
        "raise ValueError('write 5 000 000, without decimals')",
        "schema = {'type': 'string', 'description': 'Kronor: 5 000 000.'}",
        "MILLION = 1_000_000",
        "YEAR = 2025",
        "limit = 200_001",
        "text = '1 200 000 kr'",
        "text = '200 000 123'",
        "text = 'folkmangd_2024-11-01_lan'",
        "pair = ('01', '12')",
        "months = '01 02 03 04 05 06 07 08 09 10 11 12 13 14'",
        "half = Fraction(1, 2)",
    ],
)
def test_the_guard_lets_be(source: str) -> None:
    assert list(in_python(source, PLANTED)) == []
