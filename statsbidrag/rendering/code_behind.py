"""Which of the project's modules stand behind a document, found by what imports what.

Belongs here: reading the sources for it. Does not: what else a document depends on
(`statsbidrag.rendering.fingerprint`).

Only sources are read, nothing is imported: what is found does not depend on what a process has
happened to load. A package's face holds no code and stands behind nothing.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from statsbidrag.errors import ProgramError
from statsbidrag.files.project import PROJECT

_OURS: Final = ("statsbidrag", "schemas")
_WHOLE: Final = ""
"""Instead of a name: everything that a module defines."""

_Name = tuple[str, str]
"""A module, and a name at its top level."""


@dataclass(frozen=True)
class _Source:
    """A module as it is written: where its names come from, and what each definition makes use of.

    `imports` are names of other modules of ours, by the name here; `uses` the names that running a
    definition can touch, by its own name.
    """

    imports: Mapping[str, _Name]
    uses: Mapping[str, frozenset[str]]


def imported_by(module: str, *, but: str = "") -> frozenset[str]:
    """The module and all of ours that it imports, and they import, anywhere in their sources.

    Modules of the package `but` are left out, with what only they import.
    """
    reached = {module}
    waiting = [module]
    while waiting:
        for name, _ in _source(waiting.pop()).imports.values():
            if name not in reached and not (but and name.startswith(f"{but}.")):
                reached.add(name)
                waiting.append(name)
    return frozenset(reached)


@lru_cache(maxsize=256)
def behind(kind: type) -> frozenset[str]:
    """The modules of ours that decide what an object of this class can say.

    Those that define the class and what it inherits from, and whatever its methods reach.
    """
    reached: set[_Name] = set()
    waiting = [
        (each.__module__, each.__qualname__.partition(".")[0].partition("[")[0])
        for each in kind.__mro__
        if _is_ours(each.__module__)
    ]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(_touched_by(*name))
    return frozenset(module for module, _ in reached)


@lru_cache(maxsize=256)
def digest(module: str) -> str:
    """The sha256 of a module's source."""
    return hashlib.sha256(_path(module).read_bytes()).hexdigest()


def _touched_by(module: str, name: str) -> Iterator[_Name]:
    """The names, here or in other modules of ours, that a definition makes use of."""
    source = _source(module)
    if name in source.imports:
        yield source.imports[name]
    names: Iterable[str] = source.uses.get(name, ())
    if name == _WHOLE:
        names = [*source.uses, *source.imports]
    for each in names:
        if each in source.imports:
            yield source.imports[each]
        elif each in source.uses:
            yield module, each


@lru_cache(maxsize=256)
def _source(module: str) -> _Source:
    tree = ast.parse(_path(module).read_bytes())
    imports = {n: origin for node in ast.walk(tree) for n, origin in _imported(node, module)}
    uses: dict[str, frozenset[str]] = {}
    for node in tree.body:
        for name in _defined(node):
            uses[name] = uses.get(name, frozenset()) | _used(node)
    return _Source(imports, uses)


def _imported(node: ast.AST, module: str) -> Iterator[tuple[str, _Name]]:
    """The names that an import brings, if it is one of ours, and where each is defined."""
    if isinstance(node, ast.Import) and any(_is_ours(each.name) for each in node.names):
        raise ProgramError(f"{module}, line {node.lineno}: write `from … import …`.")
    if isinstance(node, ast.ImportFrom) and node.module and _is_ours(node.module):
        for each in node.names:
            inner = f"{node.module}.{each.name}"
            origin = (inner, _WHOLE) if _path(inner).is_file() else (node.module, each.name)
            yield each.asname or each.name, origin


def _defined(node: ast.stmt) -> Iterator[str]:
    """The names that a statement at the top of a module gives something to."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    else:
        yield from (each.id for each in _names(node) if isinstance(each.ctx, ast.Store))


def _used(node: ast.AST) -> frozenset[str]:
    """The names from outside it that running a piece of code can touch; types are only said."""
    if isinstance(node, ast.ClassDef):
        parts = [*node.body, *node.bases, *node.decorator_list]
        return frozenset().union(*(_used(each) for each in parts))
    names = [*_names(node)]
    own = {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}
    if isinstance(node, ast.FunctionDef):
        own |= {each.id for each in names if isinstance(each.ctx, ast.Store)}
    return frozenset(each.id for each in names if isinstance(each.ctx, ast.Load)) - own


def _names(node: ast.AST) -> Iterator[ast.Name]:
    """The names in a piece of code, but those that are only said of types."""
    if isinstance(node, ast.Name):
        yield node
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns"):
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, ast.AST):
                yield from _names(each)


def _path(module: str) -> Path:
    return PROJECT.joinpath(*module.split(".")).with_suffix(".py")


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in _OURS
