"""From a document's page to the body of its Word document: the same words in the same order.

Belongs here: which paragraph, table or field each element of the page becomes. Does not: how they
look (`templates/word/styles.xml`), the other parts of the file
(`statsbidrag.rendering.word.docx_writing`), or any wording (`templates/*.html.jinja`). A drawing is
left out: the table beside it has its figures.

Measures are in twentieths of a point, as the format has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from statsbidrag.errors import ProgramError
from statsbidrag.rendering.word.marked_page import MarkedFigure, Node
from statsbidrag.rendering.word.paragraphs import (
    RULE,
    SMALL,
    TAB,
    Piece,
    Texts,
    paragraph,
    with_property,
)
from statsbidrag.rendering.word.tables import Widths, table_of

_PAGE: Final = (
    '<w:headerReference w:type="default" r:id="rId5"/>'
    '<w:headerReference w:type="first" r:id="rId6"/>'
    '<w:footerReference w:type="default" r:id="rId7"/>'
    '<w:footerReference w:type="first" r:id="rId8"/>'
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1304" w:right="1418" w:bottom="1361"'
    ' w:left="1418" w:header="709" w:footer="709" w:gutter="0"/>'
)
_LEFT_OUT: Final = frozenset({"a", "figure", "link"})
_INSIDE: Final = frozenset({"main", "section", "div"})
_PARAGRAPHS: Final = {
    "blockquote": "Quote",
    "h1": "Heading1",
    "h2": "Heading2",
    "h3": "Heading3",
    "li": "ListBullet",
    "p": "BodyText",
}
_CLOSE: Final = '<w:spacing w:before="60" w:after="60" w:line="216" w:lineRule="exact"/>'
_FLOWING: Final = frozenset({"BodyText", "Notice", "Source", "ListBullet"})
_AFTER_TABLE: Final = 240
_RIGHT_AFTER: Final = 95


@dataclass(frozen=True)
class _Place:
    """What surrounds an element: the style of its texts; whether it is set small, or close."""

    style: str = ""
    small: bool = False
    close: bool = False


class _Body:
    """Collects the body, element by element."""

    def __init__(self, figures: Mapping[Node, MarkedFigure], widths: Widths) -> None:
        self._texts = Texts(figures)
        self._widths = widths
        self._after_table = False
        self._new_page = False
        self.parts: list[str] = []

    def blocks(self, nodes: Iterable[Node], place: _Place) -> None:
        """These elements, one after the other."""
        for node in nodes:
            self._block(node, place)

    def _block(self, node: Node, place: _Place) -> None:
        if node.tag in _LEFT_OUT or "screen-only" in node.classes:
            return
        if node.tag in _INSIDE:
            self._inside(node, place)
        elif node.tag == "header":
            self._letterhead(node, place)
        elif node.tag == "ul":
            self.blocks(node.elements, place)
            self._space_after()
        elif node.tag == "dl":
            self._facts(node, place)
        elif node.tag == "table":
            self._table(node, place)
        elif node.tag in _PARAGRAPHS:
            self._text_block(node, place)
        else:
            raise ProgramError(f"<{node.tag}> in a page: it has no form in a Word document yet.")

    def _inside(self, node: Node, place: _Place) -> None:
        own = node.classes
        self._new_page = self._new_page or "new-page" in own
        if "notice" in own:
            self._notice(node, place)
        elif "decision" in own:
            self._between_rules(node, place)
        else:
            small = place.small or "overview" in own
            close = "derivation" in own or place.close
            inner = replace(place, small=small, close=close)
            self.blocks(node.elements, inner)

    def _notice(self, node: Node, place: _Place) -> None:
        start = len(self.parts)
        self.blocks(node.elements, replace(place, style="Notice"))
        if not place.small:
            self._add(start, "spacing", '<w:spacing w:before="136"/>')

    def _between_rules(self, node: Node, place: _Place) -> None:
        """The proposed decision stands between two lines."""
        start = len(self.parts)
        self.blocks(node.elements, place)
        for index, edge, space in ((start, "top", 9), (len(self.parts) - 1, "bottom", 10)):
            line = f'<w:{edge} {RULE}"0B4A5C" w:space="{space}"/>'
            self._add(index, "pBdr", f"<w:pBdr>{line}</w:pBdr>")

    def end(self) -> str:
        """The whole body, with the properties of its pages."""
        return f"{''.join(self.parts)}<w:sectPr>{_PAGE}<w:titlePg/></w:sectPr>"

    def _letterhead(self, node: Node, place: _Place) -> None:
        """Who and which paper, on lines with two ends; then the heading and the facts."""
        top, *rest = node.elements
        left, right = (side.elements for side in top.elements)
        lines = max(len(left), len(right))
        styles = {"issuer": "Strong", "issuer-role": "Quiet", "kind": "Kind", "draft": "DraftMark"}
        for index in range(lines):
            pieces: list[Piece] = []
            tabs = ""
            for side in (left, right):
                if index < len(side):
                    own = side[index]
                    style = next((styles[name] for name in own.classes if name in styles), "")
                    if "blank-line" in own.classes:
                        pieces.append(TAB)
                        tabs = '<w:tab w:val="left" w:leader="underscore" w:pos="3360"/>'
                    pieces += self._texts.of(own, style)
                pieces += [TAB] if side is left else []
            last = '<w:spacing w:after="462"/>' if index == lines - 1 else ""
            self._paragraph(
                "Letterhead", pieces, tabs=f"<w:tabs>{tabs}</w:tabs>" if tabs else "", spacing=last
            )
        self.blocks(rest, place)

    def _facts(self, node: Node, place: _Place) -> None:
        """A term and its value on a line, or a line to write on."""
        style = "CloseFact" if place.close else "Fact"
        terms = node.elements
        for term, value in zip(terms[::2], terms[1::2], strict=True):
            own = [TAB] if "blank" in value.classes else self._texts.of(value)
            pieces = [*self._texts.of(term, "Quiet"), TAB, *own]
            self._paragraph(style, pieces)
        self._space_after(60 if place.close else 116)

    def _space_after(self, space: int = 116) -> None:
        """A list or the like ends with as much space as a paragraph."""
        if "<w:spacing" not in self.parts[-1]:
            self._add(-1, "spacing", f'<w:spacing w:after="{space}"/>')

    def _add(self, index: int, name: str, xml: str) -> None:
        """One more property to a paragraph that is there already."""
        self.parts[index] = with_property(self.parts[index], name, xml)

    def _text_block(self, node: Node, place: _Place) -> None:
        own = node.classes
        style = _PARAGRAPHS[node.tag]
        if "blank-line" in own:
            return self._paragraph("BlankLine", [TAB])
        if style == "BodyText":
            style = "Source" if "quiet" in own else place.style or style
        small = SMALL if place.small and node.tag == "p" else ""
        quoted = node.tag == "blockquote"
        pieces = self._texts.of(node.elements[0] if quoted else node, lines=quoted)
        properties = {"keepNext": "<w:keepNext/>"} if "lead-in" in own else {}
        if self._new_page and node.tag == "h2":
            self._new_page = False
            properties["pageBreakBefore"] = "<w:pageBreakBefore/>"
            properties["spacing"] = '<w:spacing w:before="0"/>'
        elif self._after_table and style in _FLOWING:
            before = _RIGHT_AFTER if "after-table" in own else _AFTER_TABLE
            properties["spacing"] = f'<w:spacing w:before="{before}"/>'
        if small:
            properties["spacing"] = _CLOSE
            properties["ind"] = '<w:ind w:right="0"/>'
        self._paragraph(style, pieces, small, **properties)
        return None

    def _paragraph(
        self, style: str, pieces: Sequence[Piece], size: str = "", **properties: str
    ) -> None:
        self.parts.append(paragraph(style, pieces, size, **properties))
        self._after_table = False

    # --- Tables ------------------------------------------------------------------------------

    def _table(self, node: Node, place: _Place) -> None:
        self._caption(node.first("caption"), place)
        self.parts.append(table_of(node, self._texts, self._widths, small=place.small))
        self._after_table = True

    def _caption(self, node: Node, place: _Place) -> None:
        """The number is a field: a table that is put in between counts too."""
        found = re.match(r"(Tabell )([0-9]+)", node.text())
        small = SMALL if place.small else ""
        pieces = self._texts.of(node)
        if found:
            text = "".join(piece.text for piece in pieces)
            number = f"<w:r>{small}<w:t>{found[2]}</w:t></w:r>"
            number = f'<w:fldSimple w:instr=" SEQ Tabell \\* ARABIC ">{number}</w:fldSimple>'
            pieces = [Piece(found[1]), Piece(xml=number), Piece(text[found.end() :])]
        spacing = '<w:spacing w:before="100" w:after="50"/>' if small else ""
        self._paragraph("Caption", pieces, small, spacing=spacing)


def body_of(main: Node, figures: Mapping[Node, MarkedFigure], widths: Widths) -> str:
    """The body of the Word document that says what the page's `main` says.

    Every figure stands in a bookmark. Raises ProgramError for an element without a form in Word.
    """
    body = _Body(figures, widths)
    body.blocks(main.elements, _Place())
    return body.end()
