"""The handbook as pages of the site: the Markdown of `docs/` in the site's own layout.

Belongs here: which pages there are, and from Markdown to HTML. Does not: what they say (`docs/`),
or how they look (`templates/handbok.html.jinja`). No revision depends on what they say.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from statsbidrag.errors import ProgramError
from statsbidrag.pages import html_page
from statsbidrag.rendering import STATIC

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

FIRST: Final = "docs/handbok.md"
"""The page that every other one is reached from."""
FOLDER: Final = "handbok"
"""Where the pages lie below `output/`, all beside each other."""
INDEX: Final = f"{FOLDER}/index.html"

_LEFT_OUT: Final = "docs/decisions/"
"""Why the program is built as it is, in English: not for those who use it."""
_OUTSIDE: Final = re.compile(r"[a-z][a-z0-9+.-]*:|/", re.IGNORECASE)
_LONG: Final = 4
"""A page with this many sections says first which they are."""


@dataclass(frozen=True)
class Section:
    """A heading of the second level, and its place on the page."""

    id: str
    title: str


@dataclass(frozen=True)
class Page:
    """One page: the file that it is made of, its address below `FOLDER`, and what it says.

    `leads_to` are the other Markdown files that it links to, `ids` the places that can be led to.
    """

    source: str
    name: str
    title: str
    sections: tuple[Section, ...]
    ids: frozenset[str]
    leads_to: tuple[str, ...]
    tokens: Sequence[Token]

    @property
    def contents(self) -> tuple[Section, ...]:
        """The sections to list first; none on a short page."""
        return self.sections if len(self.sections) >= _LONG else ()


def handbook_files(project: Path, title: str) -> dict[str, bytes]:
    """Every page by its path below `output/`, in the order in which links lead to them.

    `title` is the site's. Raises ProgramError for a file that is not there, a link to a page or a
    place that is not there, and a page without exactly one main heading.
    """
    pages = handbook_pages(project)
    files = {}
    for page in pages.values():
        lead, body = _html(page, pages)
        files[f"{FOLDER}/{page.name}"] = html_page(
            "handbok.html.jinja",
            static=f"../{STATIC}/",
            title=title,
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
    names = [page.name for page in found.values()]
    if len(set(names)) < len(names):
        raise ProgramError(f"{FIRST}: two pages of the handbook have the same name: {names}")
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
            f"this one has {len(titles)}"
        )
    return Page(
        source=source,
        name="index.html" if source == FIRST else f"{Path(source).stem}.html",
        title=titles[0],
        sections=tuple(Section(name, title) for tag, name, title in headings if tag == "h2"),
        ids=frozenset(name for _, name, _ in headings),
        leads_to=tuple(dict.fromkeys(_led_to(source, tokens))),
        tokens=tokens,
    )


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # Nothing in a page reaches the reader as HTML of its own, and no picture is there to be shown.
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def _identified(tokens: Sequence[Token]) -> Iterator[tuple[str, str, str]]:
    """Gives each heading the place that GitHub gives it; its tag, place and text."""
    seen: dict[str, int] = {}
    for opened, inline in pairwise(tokens):
        if opened.type != "heading_open":
            continue
        title = "".join(each.content for each in inline.children or ())
        name = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        again = seen.get(name, 0)
        seen[name] = again + 1
        opened.attrSet("id", f"{name}-{again}" if again else name)
        yield opened.tag, str(opened.attrGet("id")), title


def _links(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from (each for each in token.children or () if each.type == "link_open")


def _led_to(source: str, tokens: Sequence[Token]) -> Iterator[str]:
    for link in _links(tokens):
        path, _ = _target(source, str(link.attrGet("href")))
        if _is_page(path):
            yield path


def _target(source: str, address: str) -> tuple[str, str]:
    """The file in the project that a relative address names, and the place in it."""
    path, _, place = unquote(address).partition("#")
    if _OUTSIDE.match(path):
        return "", ""
    return posixpath.normpath(
        posixpath.join(posixpath.dirname(source), path)
    ) if path else source, place


def _is_page(path: str) -> bool:
    return path.startswith("docs/") and path.endswith(".md") and not path.startswith(_LEFT_OUT)


def _html(page: Page, pages: Mapping[str, Page]) -> tuple[str, str]:
    """What stands before the first section, and the sections.

    Links lead to other pages; what is not on the site is named and not linked.
    """
    for token in page.tokens:
        if token.children:
            token.children = list(_relinked(page, token.children, pages))
    tokens = list(_tabled(page.tokens))
    first = next((n for n, each in enumerate(tokens) if each.tag == "h2"), len(tokens))
    return _rendered(tokens[:first]), _rendered(tokens[first:])


def _rendered(tokens: Sequence[Token]) -> str:
    markdown = _markdown()
    return str(markdown.renderer.render(tokens, markdown.options, {}))


def _relinked(page: Page, tokens: Sequence[Token], pages: Mapping[str, Page]) -> Iterator[Token]:
    linked = True
    for token in tokens:
        if token.type == "link_open":
            path, place = _target(page.source, str(token.attrGet("href")))
            linked = path in pages
            if linked and place and place not in pages[path].ids:
                raise ProgramError(f"{page.source}: {path} has no heading {place}: mend the link")
            if linked:
                name = "" if path == page.source and place else pages[path].name
                token.attrSet("href", name + (f"#{place}" if place else ""))
        if linked or token.type not in ("link_open", "link_close"):
            yield token


def _tabled(tokens: Sequence[Token]) -> Iterator[Token]:
    """Header cells say of what, also the first of each row; columns are set by the style sheet."""
    first = False
    for token in tokens:
        if token.type == "tr_open":
            first = True
        elif token.type in ("th_open", "td_open"):
            token.attrs.pop("style", None)
            if token.type == "th_open":
                token.attrSet("scope", "col")
            elif first:
                token.tag = "th"
                token.attrSet("scope", "row")
        elif token.type == "td_close" and first:
            token.tag = "th"
        if token.type in ("th_close", "td_close"):
            first = False
        yield token
