"""From a view to its pages, all from one Jinja source: HTML, PDF, and Word where people edit.

Belongs here: rendering one document. Does not: what it says (its view), how its template is read
(`statsbidrag.rendering.templates`), or what WeasyPrint needs (`statsbidrag.rendering.pdf`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from statsbidrag.files.project import TEMPLATES
from statsbidrag.rendering.fingerprint import fingerprint
from statsbidrag.rendering.pdf import render_pdf
from statsbidrag.rendering.templates import STATIC, environment
from statsbidrag.rendering.view import EditableView, View
from statsbidrag.rendering.word.docx_writing import Origin, word_document

_TAG: Final = re.compile("<[^>]*>")
_LONG_WORD: Final = re.compile(r"(?<![^\s-])(?![0-9a-f]{64})[^ \n-]{29}")
"""A fingerprint is broken anyway, and usual words have at most some twenty-five letters."""


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
