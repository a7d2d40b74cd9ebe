"""From a document's page to a Word document that people edit: the same bytes every time.

Belongs here: the parts of the file, its properties, and packing them. Does not: the text
(`statsbidrag.rendering.word.body`), the styles (`templates/word/`), or checking an edited copy
(`statsbidrag.verification.word_copy`).

The page is the one that the PDF is set from: HTML, PDF and Word document have one source.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from statsbidrag.rendering.word.body import body_of
from statsbidrag.rendering.word.marked_page import Node, marked_figures, parse
from statsbidrag.rendering.word.tables import column_widths

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER: Final = "word"
"""The folder of the parts among the templates."""

AGREEMENT: Final = "statsbidrag-agreement"
DOCUMENT: Final = "statsbidrag-document"
FINGERPRINT: Final = "statsbidrag-fingerprint"

_PARTS: Final = {
    "[Content_Types].xml": "content-types.xml",
    "_rels/.rels": "package-rels.xml",
    "word/document.xml": "document.xml",
    "word/_rels/document.xml.rels": "document-rels.xml",
    "word/styles.xml": "styles.xml",
    "word/numbering.xml": "numbering.xml",
    "word/settings.xml": "settings.xml",
    "word/fontTable.xml": "fontTable.xml",
    "word/header.xml": "header.xml",
    "word/header-first.xml": "header-first.xml",
    "word/footer.xml": "footer.xml",
    "word/footer-first.xml": "footer.xml",
    "docProps/core.xml": "core.xml",
    "docProps/app.xml": "app.xml",
    "docProps/custom.xml": "custom.xml",
}
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_READABLE: Final = 0o644 << 16


@dataclass(frozen=True)
class Origin:
    """Which document a copy was made from: its agreement, its path there, its fingerprint."""

    agreement: str
    document: str
    fingerprint: str


def word_document(html: str, *, base: Path, title: str, created: datetime, origin: Origin) -> bytes:
    """The page as a Word document, every figure in a bookmark; equal input gives equal bytes.

    `base` is the templates' folder. `created` is written as the day of the document. Raises
    ProgramError for an element that has no form in Word.
    """
    page = parse(html)
    body = page.first("body")
    main = page.first("main")
    content = body_of(main, marked_figures(main), _widths(base, tuple(_style_sheets(page))))
    properties = (AGREEMENT, DOCUMENT, FINGERPRINT)
    values = {
        "body": Markup(content),
        "title": title,
        "created": created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "draft": body.attributes.get("data-draft", ""),
        "short_title": body.attributes.get("data-short-title", ""),
        "fingerprint": body.attributes.get("data-fingerprint", ""),
        "properties": dict(zip(properties, asdict(origin).values(), strict=True)),
    }
    environment = _environment(base)
    return _packed(
        {name: environment.get_template(part).render(values) for name, part in _PARTS.items()}
    )


def _packed(parts: Mapping[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _READABLE
            entry.create_system = 3
            archive.writestr(entry, text.encode())
    return content.getvalue()


def _style_sheets(page: Node) -> Iterator[str]:
    yield "css/base.css"
    for node in page.every():
        if node.tag == "link":
            yield node.attributes["href"]


@lru_cache(maxsize=8)
def _widths(base: Path, sheets: tuple[str, ...]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for sheet in sheets:
        found |= column_widths((base / sheet).read_text("utf-8"))
    return found


@lru_cache(maxsize=4)
def _environment(base: Path) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(base / FOLDER), autoescape=True, undefined=StrictUndefined
    )
