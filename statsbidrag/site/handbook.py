"""The handbook as pages of the site: the Markdown of `docs/` in the site's own layout.

Belongs here: which pages there are, and from Markdown to HTML. Does not: what they say (`docs/`),
or how they look (`templates/site/handbok.html.jinja`). No revision depends on what they say.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup

from statsbidrag.errors import ProgramError
from statsbidrag.rendering.templates import html_page

FIRST: Final = "docs/handbok.md"
"""The page that every other one is reached from."""
FOLDER: Final = "handbok"
"""Where the pages lie below `output/`, all beside each other."""

_LEFT_OUT: Final = "docs/decisions/"
"""Why the program is built as it is, in English: not for those who use it."""
_OUTSIDE: Final = re.compile(r"[a-z][a-z0-9+.-]*:|/", re.IGNORECASE)
_LONG: Final = 4
"""A page with this many sections says first which they are."""
_SHORT: Final = 24
"""A name of at most this many characters fits on the line of a phone, and stays on one line."""


@dataclass(frozen=True)
class Section:
    """A heading of the second level, and its place on the page."""

    id: str
    title: str


@dataclass(frozen=True)
class Page:
    """One page: the file that it is made of, its address below `FOLDER`, and what it says.

    `leads_to` are the other pages' files that it links to, `ids` the places that can be led to.
    """

    source: str
    name: str
    title: str
    sections: tuple[Section, ...]
    ids: frozenset[str]
    leads_to: tuple[str, ...]
    tokens: Sequence[Token] = field(repr=False)

    @property
    def contents(self) -> tuple[Section, ...]:
        """The sections to list first; none on a short page."""
        return self.sections if len(self.sections) >= _LONG else ()


def handbook_files(project: Path) -> dict[str, bytes]:
    """Every page by its path below `output/`, in the order in which links lead to them.

    Raises ProgramError for a file that cannot be read, a link to a place
    that is not there, and a page without exactly one main heading.
    """
    pages = handbook_pages(project)
    files = {}
    for page in pages.values():
        lead, body = _html(page, pages)
        files[f"{FOLDER}/{page.name}"] = html_page(
            "site/handbok.html.jinja",
            root="../",
            page=page,
            pages=tuple(pages.values()),
            lead=lead,
            body=body,
        )
    return files


def handbook_pages(project: Path) -> dict[str, Page]:
    """The pages by source: the first one, and all that can be reached from it by links."""
    waiting, found = [FIRST], dict[str, Page]()
    while waiting:
        source = waiting.pop(0)
        if source not in found:
            found[source] = _page(project, source)
            waiting.extend(found[source].leads_to)
    names = sorted(page.name for page in found.values())
    for one, other in pairwise(names):
        if one == other:
            raise ProgramError(f"{FIRST}: two pages that it leads to would both be {one}")
    return found


def _page(project: Path, source: str) -> Page:
    try:
        text = (project / source).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ProgramError(
            f"{project / source}: the handbook leads to this page, and it cannot be read "
            f"({type(error).__name__}). Put it back, or take the link away."
        ) from error
    tokens = _markdown().parse(text)
    headings = list(_identified(tokens))
    titles = [title for tag, _, title in headings if tag == "h1"]
    if len(titles) != 1:
        raise ProgramError(
            f"{project / source}: a page of the handbook has one main heading (#), "
            f"this one has {len(titles)}."
        )
    return Page(
        source=source,
        name="index.html" if source == FIRST else f"{Path(source).stem}.html",
        title=titles[0],
        sections=tuple(Section(place, title) for tag, place, title in headings if tag == "h2"),
        ids=frozenset(place for _, place, _ in headings),
        leads_to=tuple(dict.fromkeys(_led_to(source, tokens))),
        tokens=tokens,
    )


def _identified(tokens: Sequence[Token]) -> Iterator[tuple[str, str, str]]:
    """Gives each heading the place that GitHub gives it; its tag, place and text."""
    seen: dict[str, int] = {}
    for opened, inline in pairwise(tokens):
        if opened.type != "heading_open":
            continue
        title = _text(inline)
        place = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        seen[place] = again = seen.get(place, -1) + 1
        place = f"{place}-{again}" if again else place
        opened.attrSet("id", place)
        yield opened.tag, place, title


def _text(inline: Token) -> str:
    return "".join(each.content for each in inline.children or ())


def _led_to(source: str, tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        for each in token.children or ():
            path, _ = _target(source, each)
            if path.startswith("docs/") and path.endswith(".md") and _LEFT_OUT not in path:
                yield path


def _target(source: str, link: Token) -> tuple[str, str]:
    """The file in the project that a link leads to, and the place in it; empty for all else."""
    address = str(link.attrGet("href") or "")
    if link.type != "link_open" or _OUTSIDE.match(address):
        return "", ""
    path, _, place = unquote(address).partition("#")
    return posixpath.normpath(posixpath.join(posixpath.dirname(source), path or "/")), place


def _html(page: Page, pages: Mapping[str, Page]) -> tuple[Markup, Markup]:
    """What stands before the first section, and the sections."""
    first = next((n for n, each in enumerate(page.tokens) if each.tag == "h2"), len(page.tokens))
    markdown, about = _markdown(), {"page": page, "pages": pages}
    lead, body = (
        # Its texts are escaped: nothing in a page reaches the reader as HTML of its own.
        Markup(markdown.renderer.render(part, markdown.options, about))
        for part in (page.tokens[:first], page.tokens[first:])
    )
    return lead, body


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    # No picture is there to be shown.
    markdown = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer)
    return markdown.enable("table").disable("image")


class _Renderer(RendererHTML):
    """What the site has in other ways than the library. Its names are those of the tokens.

    `env` holds the page and all pages, and what was said so far.
    """

    def heading_open(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        env["heading"] = _text(tokens[at + 1])
        return self.renderToken(tokens, at, options, env)

    def table_open(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        # It may be wider than a phone: it scrolls by itself, also by keyboard, and has a name.
        env["tables"] = number = env.get("tables", 0) + 1
        name = escapeHtml(f"Tabell {number}: {env['heading']}")
        region = f'<div class="scroll" role="region" tabindex="0" aria-label="{name}">\n'
        return region + self.renderToken(tokens, at, options, env)

    def table_close(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        return self.renderToken(tokens, at, options, env) + "</div>\n"

    def th_open(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        return '<th scope="col">'

    def td_open(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        return '<th scope="row">' if tokens[at - 1].type == "tr_open" else "<td>"

    def td_close(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        return "</th>\n" if tokens[at - 3].type == "tr_open" else "</td>\n"

    def code_inline(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        name = tokens[at].content
        kind = ' class="nowrap"' if len(name) <= _SHORT else ""
        return f"<code{kind}>{escapeHtml(name)}</code>"

    def link_open(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        """Leads to another page. What is not on the site is named, and not led to."""
        page: Page = env["page"]
        path, place = _target(page.source, tokens[at])
        to: Page | None = page if path == "/" else env["pages"].get(path)
        env["linked"] = to is not None
        if to is None:
            return ""
        if place and place not in to.ids:
            raise ProgramError(f"{page.source}: {to.source} has no heading {place}: mend the link")
        address = ("" if to is page else to.name) + (f"#{place}" if place else "")
        return f'<a href="{escapeHtml(address)}">'

    def link_close(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        return "</a>" if env["linked"] else ""
