"""A paragraph of a Word document: its text in pieces, spaced as a browser does, and its properties.

Belongs here: what an element's text becomes, figures in their bookmarks. Does not: which elements
are paragraphs (`statsbidrag.rendering.word.body`) or rows (`statsbidrag.rendering.word.tables`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from xml.sax.saxutils import escape

from statsbidrag.errors import ProgramError
from statsbidrag.rendering.word.marked_page import MarkedFigure, Node

SMALL: Final = '<w:rPr><w:sz w:val="18"/><w:szCs w:val="18"/></w:rPr>'
"""The size of small text: 9 points."""

RULE: Final = 'w:val="single" w:sz="6" w:color='
"""A line above or below, but for its colour."""

_ORDER: Final = ("keepNext", "pageBreakBefore", "pBdr", "tabs", "spacing", "ind")


@dataclass(frozen=True)
class Piece:
    """A piece of a paragraph: text in a character style; or, without text, what `xml` says."""

    text: str = ""
    style: str = ""
    xml: str = ""


TAB: Final = Piece(xml="<w:r><w:tab/></w:r>")
BREAK: Final = Piece(xml="<w:r><w:br/></w:r>")


class Texts:
    """The texts of a page's elements, figures in bookmarks that are numbered as they come."""

    def __init__(self, figures: Mapping[Node, MarkedFigure]) -> None:
        self.figures = figures
        self._marks = 0

    def of(self, node: Node, style: str = "", lines: bool = False) -> list[Piece]:
        """What an element says, in pieces, spaces taken together as a browser does.

        `lines`: the text's own lines are kept.
        """
        return _spaced([*self._pieces(node, style, lines)])

    def _pieces(self, node: Node, style: str, lines: bool = False) -> Iterator[Piece]:
        figure = self.figures.get(node)
        if figure is not None:
            self._marks += 1
            mark = self._marks
            yield Piece(xml=f'<w:bookmarkStart w:id="{mark}" w:name="{figure.bookmark}"/>')
        for child in node.children:
            if isinstance(child, Node):
                yield from self._child(child, style)
            elif lines:
                for index, line in enumerate(child.split("\n")):
                    yield from [BREAK] if index else []
                    yield Piece(line, style)
            else:
                yield Piece(child, style)
        if figure is not None:
            yield Piece(xml=f'<w:bookmarkEnd w:id="{mark}"/>')

    def _child(self, node: Node, style: str) -> Iterator[Piece]:
        if node.tag == "br":
            yield BREAK
        elif node.tag == "q":
            yield Piece("”", style)
            yield from self._pieces(node, style)
            yield Piece("”", style)
        elif node.tag in ("strong", "span", "a"):
            own = "Quiet" if "quiet" in node.classes else style
            yield from self._pieces(node, "Strong" if node.tag == "strong" else own)
        else:
            raise ProgramError(
                f"<{node.tag}> in a sentence: it has no form in a Word document yet."
            )


def paragraph(style: str, pieces: Sequence[Piece], size: str = "", **properties: str) -> str:
    """A paragraph of these pieces in a style; `properties` are what it has besides, by name."""
    own = "".join(properties.get(name, "") for name in _ORDER)
    runs = "".join(piece.xml or _run(piece, size) for piece in pieces)
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{own}</w:pPr>{runs}</w:p>'


def _run(piece: Piece, size: str) -> str:
    style = f'<w:rStyle w:val="{piece.style}"/>' if piece.style else ""
    properties = f"<w:rPr>{style}</w:rPr>" if style else ""
    if size:
        properties = size.replace("<w:rPr>", f"<w:rPr>{style}")
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(piece.text)}</w:t></w:r>'


def with_property(paragraph: str, name: str, xml: str) -> str:
    """The paragraph with one more property, in the order that the format demands."""
    later = _ORDER[_ORDER.index(name) :]
    places = [p for each in later if (p := paragraph.find(f"<w:{each}")) >= 0]
    place = min([*places, paragraph.index("</w:pPr>")])
    return paragraph[:place] + xml + paragraph[place:]


def _spaced(pieces: Sequence[Piece]) -> list[Piece]:
    """Spaces and line ends as one space, none at either end, nor around a line break."""
    found: list[Piece] = []
    space = True
    for piece in pieces:
        if piece.xml:
            found.append(piece)
            space = space or piece is BREAK
            continue
        text = re.sub(r"[ \t\r\n]+", " ", piece.text)
        text = text[1:] if space and text.startswith(" ") else text
        if text:
            found.append(replace(piece, text=text))
            space = text.endswith(" ")
    return _trimmed(found)


def _trimmed(pieces: Sequence[Piece]) -> list[Piece]:
    """Without the space at the end, and before a line break."""
    found: list[Piece] = []
    end = True
    for piece in reversed(pieces):
        if piece.xml:
            end = end or piece is BREAK
        else:
            piece = replace(piece, text=piece.text.rstrip(" ")) if end else piece
            end = end and not piece.text
        if piece.xml or piece.text:
            found.append(piece)
    return found[::-1]
