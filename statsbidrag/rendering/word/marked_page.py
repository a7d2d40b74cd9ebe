"""A document's page read back: its elements as a tree, and the figures that it marks.

Belongs here: parsing our own HTML, and each figure with its key, its text and a name that a person
knows it by. Does not: the Word document made of the tree (`statsbidrag.rendering.word.body`), or
comparing figures (`statsbidrag.verification.word_copy`).

An element whose `data-figure` holds a key is a figure: `medel/lan/suicidprevention`. The key says
what the figure is, in no revision's terms, so that the same figure is found in another revision.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from statsbidrag.errors import ProgramError
from statsbidrag.swedish.typography import NBSP

_VOID: Final = frozenset({"br", "col", "link", "meta"})
_HEADINGS: Final = frozenset({"h1", "h2", "h3"})
_SENTENCES: Final = frozenset({"p", "li", "dd"})
_ASIDE: Final = frozenset({"note", "quiet"})
_WORDS_BEFORE: Final = 6

BOOKMARK: Final = "kr_"
"""What the bookmarks of figures begin with."""
_LONGEST: Final = 40
_DIGEST: Final = 8


@dataclass(eq=False)
class Node:
    """An element: its tag, its attributes, and what it holds, texts and elements in their order."""

    tag: str
    attributes: dict[str, str]
    children: list[Node | str] = field(default_factory=list)

    @property
    def classes(self) -> frozenset[str]:
        """The element's classes."""
        return frozenset(self.attributes.get("class", "").split())

    @property
    def elements(self) -> list[Node]:
        """The elements directly inside."""
        return [child for child in self.children if isinstance(child, Node)]

    def every(self) -> Iterator[Node]:
        """The element and all inside it, in the order of the page."""
        yield self
        for child in self.elements:
            yield from child.every()

    def first(self, tag: str) -> Node:
        """The first element of that tag. Raises ProgramError where there is none."""
        for node in self.every():
            if node.tag == tag:
                return node
        raise ProgramError(f"a page without <{tag}>: it cannot be read back")

    def text(self, without: frozenset[str] = frozenset()) -> str:
        """All text inside on one line, without elements of these classes."""
        return plain("".join(self._texts(without)))

    def _texts(self, without: frozenset[str]) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag == "br":
                yield " "
            elif not child.classes & without:
                yield from child._texts(without)


@dataclass(frozen=True)
class MarkedFigure:
    """A figure of a page: its key, unique there; how it is written; and a name in words."""

    key: str
    text: str
    name: str

    @property
    def bookmark(self) -> str:
        """The name of the figure's bookmark in a Word document, the same in every revision."""
        return bookmark_of(self.key)


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(node)
        if tag not in _VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if self._open[-1].tag != tag:
            raise ProgramError(f"a page closes <{tag}> inside <{self._open[-1].tag}>")
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def parse(html: str) -> Node:
    """The page as a tree. Raises ProgramError for elements that are closed out of their order."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.root


def plain(text: str) -> str:
    """The text on one line, with ordinary spaces and hyphens: what two texts are compared by."""
    return " ".join(text.replace("\u2011", "-").replace("\u00ad", "").split())


def bookmark_of(key: str) -> str:
    """A name that a bookmark may have: what the key begins with, and a hash that tells it apart."""
    words = unicodedata.normalize("NFKD", key).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
    digest = hashlib.sha256(key.encode()).hexdigest()[:_DIGEST]
    room = _LONGEST - len(BOOKMARK) - 1 - _DIGEST
    return f"{BOOKMARK}{slug[:room].rstrip('_')}_{digest}"


def marked_figures(root: Node) -> dict[Node, MarkedFigure]:
    """Every figure of a page by the element that holds it, in the order of the page; none for an
    element that is empty, a day that is not known.
    """
    found: dict[Node, MarkedFigure] = {}
    seen: dict[str, int] = {}
    for node, name in _named(root):
        if not node.text():
            continue
        key = plain(node.attributes["data-figure"])
        seen[key] = seen.get(key, 0) + 1
        # Two measures of one title, say: told apart by their order.
        unique = key if seen[key] == 1 else f"{key}/{seen[key]}"
        found[node] = MarkedFigure(unique, node.text(), name)
    return found


def _named(root: Node) -> Iterator[tuple[Node, str]]:
    """The elements that hold a figure, each with its name."""
    heading = ""
    term = ""
    stack: list[Node] = [root]
    while stack:
        node = stack.pop()
        if node.tag in _HEADINGS:
            heading = node.text()
        if node.tag == "dt":
            term = node.text()
        if node.tag == "table":
            yield from _in_table(node)
            continue
        if node.tag in _SENTENCES:
            yield from _in_sentence(node, f"{heading}, {term}" if node.tag == "dd" else heading)
            continue
        stack.extend(reversed(node.elements))


def _in_sentence(block: Node, place: str) -> Iterator[tuple[Node, str]]:
    """Figures in running text are named by their heading, and by the words before them."""
    if "data-figure" in block.attributes:
        yield block, place
    before = ""
    for child in block.children:
        if isinstance(child, str):
            before += child
            continue
        if "data-figure" in child.attributes:
            words = plain(before).split()[-_WORDS_BEFORE:]
            yield child, f"{place}: ”{' '.join(words)} …”" if words else place
        before += child.text()


def _in_table(table: Node) -> Iterator[tuple[Node, str]]:
    """Figures in a table are named by its caption, their row (in its group) and their column."""
    rows = [node for node in table.every() if node.tag == "tr"]
    caption = re.sub(r"^Tabell [0-9]+\. ", "", table.first("caption").text())
    columns = [cell.text() for cell in rows[0].elements]
    heads = [row.elements[0].text(without=_ASIDE) for row in rows[1:]]
    group = ""
    for row, own in zip(rows[1:], heads, strict=True):
        group = own if "group" in row.classes else group if "part" in row.classes else ""
        alike = heads.count(own) > 1
        words = [group, own, *([_told_apart(row)] if alike else [])]
        place = 0
        for cell in row.elements:
            if "data-figure" in cell.attributes:
                parts = dict.fromkeys(word for word in (*words, columns[place]) if word)
                yield cell, f"{caption}: {', '.join(parts)}"
            place += int(cell.attributes.get("colspan", 1))


def _told_apart(row: Node) -> str:
    """What else a row says, where several begin alike: the level of a measure."""
    cells = row.elements[1:]
    return ", ".join(
        text for cell in cells if "number" not in cell.classes and (text := cell.text())
    )


def amount_of(text: str) -> tuple[int, str] | None:
    """A sum in whole kronor and its mark, however its spaces are written; None if it is none."""
    found = re.fullmatch(
        r"(?P<sign>[+\u2212\u2013-]?) ?(?!0 ?[0-9])(?P<digits>[0-9]{1,3}(?: ?[0-9]{3})*|[0-9]+)"
        r"(?: ?kr)?(?: ?(?P<mark>\*{1,3}|#))?",
        plain(text.replace(NBSP, " ").replace("\u202f", " ")),
    )
    if found is None:
        return None
    value = int(found["digits"].replace(" ", ""))
    return -value if found["sign"] in ("\u2212", "\u2013", "-") else value, found["mark"] or ""
