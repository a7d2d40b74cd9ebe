"""The text of a PDF's pages, as a reader copies it.

Belongs here: reading back. Does not: what should stand there, or how a PDF is built (pypdf says).
"""

from __future__ import annotations

import io
from functools import lru_cache

import pypdf
import pypdfium2


@lru_cache(maxsize=40)
def pages_of(pdf: bytes) -> tuple[str, ...]:
    """The text of each page, line by line."""
    with pypdfium2.PdfDocument(pdf) as document:
        texts = [page.get_textpage().get_text_bounded() for page in document]
    # A hyphen at the end of a line comes as a control character, and the line break is gone.
    return tuple(text.replace("\x02", "-\n") for text in texts)


def words_of(pdf: bytes) -> tuple[str, ...]:
    """The text of each page on one line, with plain spaces."""
    return tuple(" ".join(page.split()) for page in pages_of(pdf))


def words_as_written(pdf: bytes) -> tuple[str, ...]:
    """The same in the order in which the PDF's texts are written, whatever stands beside them."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return tuple(" ".join(page.extract_text().split()) for page in pages)
