"""From a view to its pages, all from one Jinja source: HTML, PDF, and Word where people edit.

Belongs here: templates, filters, the folder of style sheets and fonts, a document's fingerprint.
Does not: what a document says (its view), or what WeasyPrint needs (`statsbidrag.rendering.pdf`).

A view is a frozen dataclass that can be pickled, so a process pool can render it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import ClassVar, Final, Protocol, runtime_checkable

from pydantic import BaseModel

from statsbidrag.errors import ProgramError
from statsbidrag.files.project import TEMPLATES
from statsbidrag.rendering.engine_versions import engine_versions
from statsbidrag.rendering.pdf import STYLESHEETS, Attachment, render_pdf
from statsbidrag.rendering.templates import STATIC, environment, static_files
from statsbidrag.rendering.word.docx_writing import FOLDER, Origin, word_document

_MODULES: Final = (
    "statsbidrag.allocation.figures",
    "statsbidrag.rendering.document",
    "statsbidrag.rendering.engine_versions",
    "statsbidrag.rendering.pdf",
    "statsbidrag.rendering.templates",
    "statsbidrag.swedish.typography",
)
_WORD_MODULES: Final = (
    "statsbidrag.rendering.word.body",
    "statsbidrag.rendering.word.docx_writing",
    "statsbidrag.rendering.word.marked_page",
)
_TAG: Final = re.compile("<[^>]*>")
_LONG_WORD: Final = re.compile(r"(?<![^\s-])(?![0-9a-f]{64})[^ \n-]{29}")
"""A fingerprint is broken anyway, and usual words have at most some twenty-five letters."""


class View(Protocol):
    """What a document shows: a frozen dataclass of plain values, dates, fractions, dataclasses."""

    template: ClassVar[str]

    @property
    def path(self) -> str:
        """Where the document lies inside its revision, without suffix."""

    @property
    def title(self) -> str:
        """The document's title."""

    @property
    def created(self) -> datetime:
        """The date that the PDF carries: the paper's, or its agreement's. Never the clock's."""

    def attachments(self) -> tuple[Attachment, ...]:
        """The document's own data, to be put into the PDF."""


@runtime_checkable
class EditableView(View, Protocol):
    """A view whose document is also a Word document, for people to edit and to verify."""

    agreement_id: str
    editable: ClassVar[bool]


@dataclass(frozen=True)
class Document:
    """A document as files, by suffix: `path` lies inside the revision and lacks its suffix."""

    path: str
    title: str
    fingerprint: str
    files: Mapping[str, bytes]

    @property
    def html(self) -> bytes:
        """The page for the screen."""
        return self.files["html"]

    @property
    def pdf(self) -> bytes:
        """The paper."""
        return self.files["pdf"]

    def named(self) -> dict[str, bytes]:
        """The files by their paths inside the revision."""
        return {f"{self.path}.{suffix}": content for suffix, content in self.files.items()}


def render(view: View, templates: Path = TEMPLATES) -> Document:
    """The document that shows this view; the same view gives the same bytes anywhere."""
    mark = fingerprint(view, templates)
    static = f"{'../' * view.path.count('/')}{STATIC}/"
    html = _page(view, mark, static, templates)
    paper = page_for_paper(view, mark, templates)
    pdf = render_pdf(
        paper,
        base=templates,
        title=view.title,
        created=view.created,
        attachments=view.attachments(),
    )
    files = {"html": html.encode(), "pdf": pdf}
    if isinstance(view, EditableView):
        files["docx"] = word_document(
            paper,
            base=templates,
            title=view.title,
            created=view.created,
            origin=Origin(view.agreement_id, view.path, mark),
        )
    return Document(view.path, view.title, mark, files)


def fingerprint(view: View, templates: Path = TEMPLATES) -> str:
    """The sha256 of all that a document's bytes depend on: view, files, code, engines."""
    canonical = json.dumps(
        {
            "view": {"template": view.template, "path": view.path, **_fields(view)},
            "files": dict(_hashes(view.template, templates, isinstance(view, EditableView))),
            "code": dict(_code(type(view))),
            "engines": engine_versions(),
        },
        default=_plain,
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=True,
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def page_for_paper(view: View, mark: str = "", templates: Path = TEMPLATES) -> str:
    """The HTML that the PDF is set from: links to nothing, the PDF brings its style sheets."""
    return _page(view, mark, "", templates)


def _page(view: View, mark: str, static: str, templates: Path) -> str:
    """The HTML, which finds style sheets and scripts below `static`."""
    template = environment(templates).get_template(view.template)
    html = template.render(view=view, fingerprint=mark, static=static)
    # Columns that break words anywhere are for these alone: usual words stay whole.
    if _LONG_WORD.search(_TAG.sub(" ", html)):
        html = html.replace("<body ", '<body class="long-words" ', 1)
    return html


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


@lru_cache(maxsize=32)
def _code(view: type[View]) -> tuple[tuple[str, str], ...]:
    """The modules that turn this view into pages, each with its sha256."""
    names = {view.__module__, *_MODULES, *(_WORD_MODULES if hasattr(view, "editable") else ())}
    files = {name: Path(inspect.getfile(import_module(name))) for name in sorted(names)}
    return tuple((n, hashlib.sha256(file.read_bytes()).hexdigest()) for n, file in files.items())


def _referenced(template: str, templates: Path) -> Iterator[str]:
    """The template and those that it extends, imports or includes."""
    from jinja2.meta import find_referenced_templates

    yield template
    parsed = environment(templates).parse((templates / template).read_text("utf-8"))
    for name in find_referenced_templates(parsed):
        if name is None:
            raise ProgramError(f"{templates / template}: it includes a template by a variable.")
        yield from _referenced(name, templates)


def _fields(view: object) -> dict[str, object]:
    if not dataclasses.is_dataclass(view) or isinstance(view, type):
        raise ProgramError(f"{type(view).__name__} is not a dataclass: a view must be one.")
    return dataclasses.asdict(view)


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    raise ProgramError(f"{type(value).__name__} in a view: it has no canonical form.")
