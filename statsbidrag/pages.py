"""Pages that are only for the screen: the audit page and the site's own.

Belongs here: from a template and its values to bytes. Does not: documents, which are also PDFs
(`statsbidrag.rendering`), or what a page says.
"""

from __future__ import annotations

from html import unescape
from pathlib import Path
from typing import Final

from statsbidrag.rendering import TEMPLATES, _environment

_WORDS: Final = "makron.html.jinja"


def html_page(
    template: str, *, static: str, templates: Path = TEMPLATES, **values: object
) -> bytes:
    """The page as bytes; `static` is the way from it to the folder of style sheets and fonts."""
    return _environment(templates).get_template(template).render(static=static, **values).encode()


def in_words(macro: str, *values: object, templates: Path = TEMPLATES) -> str:
    """A wording that documents share (`templates/makron.html.jinja`), as plain text."""
    words = getattr(_environment(templates).get_template(_WORDS).module, macro)
    return unescape(str(words(*values))).strip()
