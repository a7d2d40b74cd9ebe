"""A document as its reader meets it on the screen, without the PDF, which takes its time.

Belongs here: making the page and reading it back as text. Does not: any expectation.
"""

from __future__ import annotations

import re
from unittest import mock

from statsbidrag.rendering.document import Document, render
from statsbidrag.rendering.view import View


def page(view: View) -> Document:
    """The document; its PDF is empty."""
    with mock.patch("statsbidrag.rendering.document.render_pdf", return_value=b""):
        return render(view)


def text_of(html: str) -> str:
    """What a page says, with ordinary spaces; entities stay as they are written."""
    plain = re.sub(r"<[^>]+>", " ", re.sub(r"<(head|style)\b.*?</\1>", " ", html, flags=re.S))
    return re.sub(r"\s+", " ", plain.replace("&nbsp;", " ").replace("\u00a0", " "))
