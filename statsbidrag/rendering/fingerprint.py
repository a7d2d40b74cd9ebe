"""A document's fingerprint: one hash over all that its bytes depend on, before it is drawn.

Belongs here: what that is for one document. Does not: a revision's fingerprint
(`statsbidrag.publication.fingerprint`), or which code stands behind a document
(`statsbidrag.rendering.code_behind`).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from statsbidrag.errors import ProgramError
from statsbidrag.files.project import TEMPLATES
from statsbidrag.rendering.code_behind import behind, digest, imported_by
from statsbidrag.rendering.engine_versions import engine_versions
from statsbidrag.rendering.pdf import STYLESHEETS
from statsbidrag.rendering.templates import environment, static_files
from statsbidrag.rendering.view import EditableView, View
from statsbidrag.rendering.word.docx_writing import FOLDER

_RENDERER: Final = "statsbidrag.rendering.document"
_WORD: Final = "statsbidrag.rendering.word"
_AS_THEY_ARE: Final = frozenset({str, int, bool, type(None)})


def fingerprint(view: View, templates: Path = TEMPLATES) -> str:
    """The sha256 of all that a document's bytes depend on: view, files, code, engines.

    The code is that of what renders, and of every class whose values the view holds. Raises
    ProgramError for a value without a canonical form.
    """
    if not dataclasses.is_dataclass(type(view)):
        raise ProgramError(f"{type(view).__name__} is not a dataclass: a view must be one.")
    kinds: set[type] = set()
    editable = isinstance(view, EditableView)
    content = {
        "view": [view.template, view.path, _plain(view, kinds)],
        "files": _hashes(view.template, templates, editable),
        "code": _code(frozenset(kinds), editable),
        "engines": engine_versions(),
    }
    canonical = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


# --- The view --------------------------------------------------------------------------------


def _plain(value: Any, kinds: set[type]) -> object:
    """A value in its canonical form; the classes that it and its parts are of go into `kinds`.

    No two different values have the same form: whatever is no list has its class's name.
    """
    kind: type = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind is tuple or kind is list:
        return [_plain(each, kinds) for each in value]
    return {kind.__qualname__: _parts(value, kinds)}


def _parts(value: Any, kinds: set[type]) -> object:
    """What a value that has a class of its own consists of."""
    kind: type = type(value)
    names = _field_names(kind)
    if names is not None:
        kinds.add(kind)
        return [_plain(getattr(value, name), kinds) for name in names]
    if isinstance(value, Enum):
        kinds.add(kind)
        return value.name
    if isinstance(value, Fraction):
        return [value.numerator, value.denominator]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return [[_plain(each, kinds) for each in item] for item in value.items()]
    raise ProgramError(f"{kind.__name__} in a view: it has no canonical form.")


@lru_cache(maxsize=256)
def _field_names(kind: type) -> tuple[str, ...] | None:
    """What the objects of a class have by name; None where they are no records of such fields."""
    if dataclasses.is_dataclass(kind):
        return tuple(each.name for each in dataclasses.fields(kind))
    if issubclass(kind, BaseModel):
        return tuple(kind.model_fields)
    return getattr(kind, "_fields", None) if issubclass(kind, tuple) else None


# --- Files and code --------------------------------------------------------------------------


@lru_cache(maxsize=32)
def _hashes(template: str, templates: Path, editable: bool) -> tuple[tuple[str, str], ...]:
    """The files that a template's pages depend on, each with its sha256."""
    pages = set(_referenced(template, templates))
    text = "".join((templates / name).read_text("utf-8") for name in pages)
    # A style sheet or script that no page names belongs to some other document.
    static = {n for n in static_files(templates) if n.startswith("fonts/") or n in text}
    word = {f"{FOLDER}/{path.name}" for path in (templates / FOLDER).glob("*.xml") if editable}
    return tuple(
        (name, hashlib.sha256((templates / name).read_bytes()).hexdigest())
        for name in sorted(pages | static | word | set(STYLESHEETS))
    )


def _referenced(template: str, templates: Path) -> Iterator[str]:
    """The template and those that it extends, imports or includes."""
    from jinja2.meta import find_referenced_templates

    yield template
    parsed = environment(templates).parse((templates / template).read_text("utf-8"))
    for name in find_referenced_templates(parsed):
        if name is None:
            raise ProgramError(f"{templates / template}: it includes a template by a variable.")
        yield from _referenced(name, templates)


@lru_cache(maxsize=256)
def _code(kinds: frozenset[type], editable: bool) -> tuple[tuple[str, str], ...]:
    """The modules that turn values of these classes into pages, each with its sha256."""
    renderer = imported_by(_RENDERER, but="" if editable else _WORD)
    return tuple((name, digest(name)) for name in sorted(renderer.union(*map(behind, kinds))))
