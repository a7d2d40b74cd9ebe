"""From a template and its values to HTML, for documents and for the site's own pages alike.

Belongs here: the templates' environment, what the HTML needs beside it, pages that are only for the
screen. Does not: documents, which are also PDFs (`statsbidrag.rendering.document`), or what a page
says.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from statsbidrag.files.project import TEMPLATES
from statsbidrag.rendering.note_links import addressed, linked
from statsbidrag.swedish.typography import FILTERS, unbroken

if TYPE_CHECKING:
    from jinja2 import Environment

STATIC: Final = "static"
"""The folder of a revision that holds style sheets and fonts."""

_STATIC_KINDS: Final = ("css/*.css", "fonts/*", "js/*.js")
_WORDS: Final = "makron.html.jinja"


def static_files(templates: Path = TEMPLATES) -> dict[str, bytes]:
    """What the HTML of a revision needs beside it, by path below `static/`."""
    return {
        path.relative_to(templates).as_posix(): path.read_bytes()
        for kind in _STATIC_KINDS
        for path in sorted(templates.glob(kind))
    }


@lru_cache(maxsize=4)
def environment(templates: Path) -> Environment:
    """The templates of a folder, read once per process, with the filters that all of them use."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalized,
    )
    made.filters.update(FILTERS | {"addressed": addressed, "linked": linked})
    return made


def _finalized(value: object) -> object:
    """Keeps a sum that people wrote with plain spaces on one line, wherever it is printed."""
    # What a macro returns is markup already, and its texts have been through here.
    return unbroken(value) if type(value) is str else value


# --- Pages for the screen --------------------------------------------------------------------


def html_page(
    template: str, *, static: str = "", templates: Path = TEMPLATES, **values: object
) -> bytes:
    """The page as bytes; `static` is the way from it to the folder of style sheets and fonts."""
    return page_template(template, templates)(static=static, **values)


def page_template(template: str, templates: Path = TEMPLATES) -> Callable[..., bytes]:
    """What makes pages of this template, which is read once for all of them."""
    compiled = environment(templates).get_template(template)
    return lambda **values: compiled.render(**values).encode()


def in_words(macro: str, *values: object, templates: Path = TEMPLATES) -> str:
    """A wording that documents share (`templates/makron.html.jinja`), as plain text."""
    words = getattr(environment(templates).get_template(_WORDS).module, macro)
    return unescape(str(words(*values))).strip()
