"""A workbook as a file: opened for writing, with its title, its language and a day of its own.

Belongs here: what all our workbooks have in common, as files and in what they call things. Does
not: any sheet. The same content gives the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final

from schemas.agreement import Agreement

INK: Final = "#1F3A5F"
LINE: Final = "#B8C0CC"
GREY: Final = "#F1F3F6"
QUIET: Final = "#555F6B"

GUIDE: Final = "Läs mig"
"""The sheet that explains the others; nothing is read from it."""

POSTS: Final = "Poster"
"""The sheet of posts, and in a form the list of their names."""

LANGUAGE: Final = "sv-SE"
"""What a workbook says that its texts are written in."""

_PROPERTIES: Final = "docProps/core.xml"
_END: Final = b"</cp:coreProperties>"
_OPTIONS: Final = {
    "in_memory": True,
    # What somebody wrote is text, whatever it begins with: never a formula, a number or a link.
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


@dataclass(frozen=True)
class Shown:
    """The formula of a cell, and the value that it has until somebody changes something."""

    formula: str
    value: str | int | float


def named(*parts: str) -> str:
    """The name of a cell or of several: `Insatser_Belopp_kr`."""
    return re.sub(r"\W+", "_", "_".join(parts)).strip("_")


def created(agreement: Agreement) -> datetime:
    """The day that a workbook carries: the signature's, or its year's first. Never the clock's."""
    if agreement.signed is None:
        return datetime(agreement.year, 1, 1)
    return datetime.combine(agreement.signed.state, time())


@dataclass
class Written:
    """The bytes of a workbook, once it is closed."""

    content: bytes = b""


@contextmanager
def open_book(title: str, created: datetime) -> Iterator[tuple[Any, Written]]:
    """A workbook to write, and where its bytes are afterwards.

    `created` is the day that it carries, and not the clock's: the same content, the same bytes.
    """
    # Loaded here alone: most commands write no workbook.
    import xlsxwriter  # type: ignore[import-untyped]

    written, buffer = Written(), io.BytesIO()
    with xlsxwriter.Workbook(buffer, _OPTIONS) as book:
        book.set_properties({"title": title, "created": created.replace(tzinfo=None)})
        yield book, written
    written.content = _with_language(buffer.getvalue())


def _with_language(content: bytes) -> bytes:
    """The workbook with its language among its properties, where xlsxwriter has none."""
    buffer = io.BytesIO()
    said = f"<dc:language>{LANGUAGE}</dc:language>".encode()
    with zipfile.ZipFile(io.BytesIO(content)) as plain, zipfile.ZipFile(buffer, "w") as whole:
        for part in plain.infolist():
            data = plain.read(part)
            if part.filename == _PROPERTIES:
                data = data.replace(_END, said + _END)
            whole.writestr(part, data)
    return buffer.getvalue()


class Styled:
    """Whoever writes a workbook's cells: how they look, each format made once per workbook."""

    def __init__(self, book: Any) -> None:
        self.book = book

    def style(self, **properties: object) -> Any:
        """A format; the same one is written once."""
        # Kept by the workbook itself: its sheets may have a writer each.
        known = self.book.__dict__.setdefault("styles_of_statsbidrag", {})
        key = tuple(sorted(properties.items()))
        if key not in known:
            known[key] = self.book.add_format({"valign": "top", **properties})
        return known[key]

    def head(self, *, right: bool = False, indent: int = 0) -> Any:
        """How the heading of a column looks."""
        return self.style(
            bold=True,
            text_wrap=True,
            valign="bottom",
            bottom=2,
            bottom_color=INK,
            font_color=INK,
            align="right" if right else "left",
            indent=indent,
        )


def print_on_a4(sheet: Any, *, landscape: bool) -> None:
    """As wide as an A4 page, and as many pages long as it takes."""
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
