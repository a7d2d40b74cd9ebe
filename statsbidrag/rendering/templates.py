"""Pages that are only for the screen: the site's own.

Belongs here: from a template and its values to bytes. Does not: documents, which are also PDFs
(`statsbidrag.rendering.document`), or what a page says.
"""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Final

from statsbidrag.files.project import TEMPLATES
from statsbidrag.rendering.document import _environment

_WORDS: Final = "makron.html.jinja"


def html_page(
    template: str, *, static: str = "", templates: Path = TEMPLATES, **values: object
) -> bytes:
    """The page as bytes; `static` is the way from it to the folder of style sheets and fonts."""
    return page_template(template, templates)(static=static, **values)


def page_template(template: str, templates: Path = TEMPLATES) -> Callable[..., bytes]:
    """What makes pages of this template, which is read once for all of them."""
    compiled = _environment(templates).get_template(template)
    return lambda **values: compiled.render(**values).encode()


def in_words(macro: str, *values: object, templates: Path = TEMPLATES) -> str:
    """A wording that documents share (`templates/makron.html.jinja`), as plain text."""
    words = getattr(_environment(templates).get_template(_WORDS).module, macro)
    return unescape(str(words(*values))).strip()
