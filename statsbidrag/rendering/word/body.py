"""From a document's page to the body of its Word document: the same words in the same order.

Belongs here: which paragraph, table or field each element of the page becomes. Does not: how they
look (`templates/word/styles.xml`), the other parts of the file
(`statsbidrag.rendering.word.docx_writing`), or any wording (`templates/*.html.jinja`). A drawing is
left out: the table beside it has its figures.

Measures are in twentieths of a point, as the format has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from statsbidrag.errors import ProgramError
from statsbidrag.rendering.word.marked_page import MarkedFigure, Node
from statsbidrag.swedish.typography import NBSP

Widths = Mapping[tuple[str, str], str]
"""The widths of columns as style sheets have them, by class of the table (or none) and column."""

_EM: Final = 210
_ADVANCES: Final = {NBSP: 200, "*": 418, "#": 497}
"""What a mark is made of, in thousandths of the size: only digits are to stand under each other."""
_WIDE: Final = 9070
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
_ORDER: Final = ("keepNext", "pageBreakBefore", "pBdr", "tabs", "spacing", "ind")
_RULE: Final = 'w:val="single" w:sz="6" w:color='
_STRONG: Final = f'{_RULE}"000000"'
_NONE: Final = 'w:val="nil"'
_PARAGRAPHS: Final = {
    "blockquote": "Quote",
    "h1": "Heading1",
    "h2": "Heading2",
    "h3": "Heading3",
    "li": "ListBullet",
    "p": "BodyText",
}
_SMALL: Final = '<w:rPr><w:sz w:val="18"/><w:szCs w:val="18"/></w:rPr>'
_NEARLY: Final = '<w:rPr><w:sz w:val="19"/><w:szCs w:val="19"/></w:rPr>'
_CLOSE: Final = '<w:spacing w:before="60" w:after="60" w:line="216" w:lineRule="exact"/>'
_FLOWING: Final = frozenset({"BodyText", "Notice", "Source", "ListBullet"})
_AFTER_TABLE: Final = 240
_RIGHT_AFTER: Final = 95


@dataclass(frozen=True)
class _Text:
    """A piece of a paragraph: text in a character style; or, without text, what `xml` says."""

    text: str = ""
    style: str = ""
    xml: str = ""


_TAB: Final = _Text(xml="<w:r><w:tab/></w:r>")
_BREAK: Final = _Text(xml="<w:r><w:br/></w:r>")


@dataclass(frozen=True)
class _Place:
    """What surrounds an element: the style of its texts; whether it is set small, or close."""

    style: str = ""
    small: bool = False
    close: bool = False


@dataclass(frozen=True)
class _Look:
    """How a table is set: its columns, the widest mark in each, its size, and how close it is."""

    grid: Sequence[int]
    marks: Sequence[int]
    em: int
    to_fill: bool
    tight: bool
    small: bool

    def size(self, head: bool) -> str:
        """The size of the text, where it is not the ordinary one."""
        if self.small or (self.tight and head):
            return _SMALL
        return _NEARLY if self.tight else ""


class _Body:
    """Collects the body, element by element."""

    def __init__(self, figures: Mapping[Node, MarkedFigure], widths: Widths) -> None:
        self._figures = figures
        self._widths = widths
        self._marks = 0
        self._after_table = False
        self._new_page = False
        self.parts: list[str] = []

    # --- Blocks ------------------------------------------------------------------------------

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
            self.parts[start] = _with(self.parts[start], "spacing", '<w:spacing w:before="136"/>')

    def _between_rules(self, node: Node, place: _Place) -> None:
        """The proposed decision stands between two lines."""
        start = len(self.parts)
        self.blocks(node.elements, place)
        for index, edge, space in ((start, "top", 9), (len(self.parts) - 1, "bottom", 10)):
            line = f'<w:{edge} {_RULE}"0B4A5C" w:space="{space}"/>'
            self.parts[index] = _with(self.parts[index], "pBdr", f"<w:pBdr>{line}</w:pBdr>")

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
            pieces: list[_Text] = []
            tabs = ""
            for side in (left, right):
                if index < len(side):
                    own = side[index]
                    style = next((styles[name] for name in own.classes if name in styles), "")
                    if "blank-line" in own.classes:
                        pieces.append(_TAB)
                        tabs = '<w:tab w:val="left" w:leader="underscore" w:pos="3360"/>'
                    pieces += self._inline(own, style)
                pieces += [_TAB] if side is left else []
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
            own = [_TAB] if "blank" in value.classes else self._inline(value)
            pieces = [*self._inline(term, "Quiet"), _TAB, *own]
            self._paragraph(style, pieces)
        self._space_after(60 if place.close else 116)

    def _space_after(self, space: int = 116) -> None:
        """A list or the like ends with as much space as a paragraph."""
        if "<w:spacing" not in self.parts[-1]:
            self.parts[-1] = _with(self.parts[-1], "spacing", f'<w:spacing w:after="{space}"/>')

    def _text_block(self, node: Node, place: _Place) -> None:
        own = node.classes
        style = _PARAGRAPHS[node.tag]
        if "blank-line" in own:
            return self._paragraph("BlankLine", [_TAB])
        if style == "BodyText":
            style = "Source" if "quiet" in own else place.style or style
        small = _SMALL if place.small and node.tag == "p" else ""
        quoted = node.tag == "blockquote"
        pieces = self._inline(node.elements[0] if quoted else node, lines=quoted)
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
        self, style: str, pieces: Sequence[_Text], size: str = "", **properties: str
    ) -> None:
        self.parts.append(_paragraph(style, pieces, size, **properties))
        self._after_table = False

    # --- Text --------------------------------------------------------------------------------

    def _inline(self, node: Node, style: str = "", lines: bool = False) -> list[_Text]:
        """What an element says, in pieces, spaces taken together as a browser does.

        `lines`: the text's own lines are kept.
        """
        return _spaced([*self._pieces(node, style, lines)])

    def _pieces(self, node: Node, style: str, lines: bool = False) -> Iterator[_Text]:
        figure = self._figures.get(node)
        if figure is not None:
            self._marks += 1
            mark = self._marks
            yield _Text(xml=f'<w:bookmarkStart w:id="{mark}" w:name="{figure.bookmark}"/>')
        for child in node.children:
            if isinstance(child, Node):
                yield from self._child(child, style)
            elif lines:
                for index, line in enumerate(child.split("\n")):
                    yield from [_BREAK] if index else []
                    yield _Text(line, style)
            else:
                yield _Text(child, style)
        if figure is not None:
            yield _Text(xml=f'<w:bookmarkEnd w:id="{mark}"/>')

    def _child(self, node: Node, style: str) -> Iterator[_Text]:
        if node.tag == "br":
            yield _BREAK
        elif node.tag == "q":
            yield _Text("”", style)
            yield from self._pieces(node, style)
            yield _Text("”", style)
        elif node.tag in ("strong", "span", "a"):
            own = "Quiet" if "quiet" in node.classes else style
            yield from self._pieces(node, "Strong" if node.tag == "strong" else own)
        else:
            raise ProgramError(
                f"<{node.tag}> in a sentence: it has no form in a Word document yet."
            )

    # --- Tables ------------------------------------------------------------------------------

    def _table(self, node: Node, place: _Place) -> None:
        caption = node.first("caption")
        self._caption(caption, place)
        grid = self._grid(node)
        rows = [each for each in node.every() if each.tag == "tr"]
        tight = place.small or "levels" in node.classes
        em = _EM * (18 if place.small else 19 if tight else 21) // 21
        marks = _mark_widths(rows, len(grid), em)
        look = _Look(grid, marks, em, "to-fill" in node.classes, tight, place.small)
        body = [
            self._row(row, rows[index - 1] if index else None, look, _kept(node, rows, index))
            for index, row in enumerate(rows)
        ]
        columns = "; ".join(cell.text() for cell in rows[0].elements)
        widths = "".join(f'<w:gridCol w:w="{wide}"/>' for wide in grid)
        described = f"Tabell med {len(rows) - 1} rader. Kolumner: {columns}."
        self.parts.append(
            '<w:tbl><w:tblPr><w:tblStyle w:val="Figures"/>'
            f'<w:tblW w:w="{sum(grid)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
            '<w:tblLook w:val="06A0" w:firstRow="1" w:lastRow="0" w:firstColumn="1" '
            'w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
            f"<w:tblCaption w:val={quoteattr(caption.text())}/>"
            f"<w:tblDescription w:val={quoteattr(described)}/></w:tblPr>"
            f"<w:tblGrid>{widths}</w:tblGrid>{''.join(body)}</w:tbl>"
        )
        self._after_table = True

    def _caption(self, node: Node, place: _Place) -> None:
        """The number is a field: a table that is put in between counts too."""
        found = re.match(r"(Tabell )([0-9]+)", node.text())
        small = _SMALL if place.small else ""
        pieces = self._inline(node)
        if found:
            text = "".join(piece.text for piece in pieces)
            number = f"<w:r>{small}<w:t>{found[2]}</w:t></w:r>"
            number = f'<w:fldSimple w:instr=" SEQ Tabell \\* ARABIC ">{number}</w:fldSimple>'
            pieces = [_Text(found[1]), _Text(xml=number), _Text(text[found.end() :])]
        spacing = '<w:spacing w:before="100" w:after="50"/>' if small else ""
        self._paragraph("Caption", pieces, small, spacing=spacing)

    def _grid(self, table: Node) -> list[int]:
        """The widths of the columns; those that no style sheet gives share what is left."""
        columns = [node for node in table.every() if node.tag == "col"]
        found = [self._width(next(iter(col.classes), ""), table) for col in columns]
        free = found.count(0)
        rest = max(_WIDE - sum(found), free * _EM)
        grid = [wide or rest // free for wide in found]
        return grid if sum(grid) <= _WIDE else [wide * _WIDE // sum(grid) for wide in grid]

    def _width(self, column: str, table: Node) -> int:
        own = (self._widths.get((name, column)) for name in table.classes)
        stated = next((each for each in own if each), self._widths.get(("", column), ""))
        if stated.endswith("%"):
            return round(_WIDE * float(stated[:-1]) / 100)
        return round(_EM * float(stated.removesuffix("em"))) if stated else 0

    def _row(self, row: Node, above: Node | None, look: _Look, kept: bool) -> str:
        properties = "<w:cantSplit/>"
        if look.to_fill and above is not None and "total" not in row.classes:
            properties += '<w:trHeight w:val="454" w:hRule="atLeast"/>'
        if above is None:
            properties += "<w:tblHeader/>"
        cells, column = [], 0
        for cell in row.elements:
            span = int(cell.attributes.get("colspan", 1))
            cells.append(self._cell(cell, (row, above), look, (column, span), kept))
            column += span
        return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"

    def _cell(
        self,
        cell: Node,
        rows: tuple[Node, Node | None],
        look: _Look,
        columns: tuple[int, int],
        kept: bool,
    ) -> str:
        row, above = rows
        start, span = columns
        wide = sum(look.grid[start : start + span])
        head = above is None
        style = "TableHead" if head else "TableText"
        if "number" in cell.classes:
            style = "TableNumberHead" if head else "TableNumber"
        strong = {"total", "group"} & row.classes
        indent = _indent(cell, row, look, start + span - 1)
        spacing = _spacing(row, look)
        paragraphs = [
            _paragraph(
                "TableNote" if note else style,
                pieces,
                look.size(head),
                ind=indent,
                spacing="" if note else spacing,
                keepNext="<w:keepNext/>" if kept else "",
            )
            for note, pieces in self._lines(cell, "Strong" if strong else "")
        ]
        edges = "" if head else _edges(row, above)
        properties = f'<w:tcW w:w="{wide}" w:type="dxa"/>'
        properties += f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
        properties += f"<w:tcBorders>{edges}</w:tcBorders>" if edges else ""
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{''.join(paragraphs)}</w:tc>"

    def _lines(self, cell: Node, style: str) -> Iterator[tuple[bool, list[_Text]]]:
        """The paragraphs of a cell, and whether each is a note to what stands above it."""
        blocks = [c for c in cell.elements if {"note", "item"} & c.classes]
        rest = Node(cell.tag, cell.attributes, [c for c in cell.children if c not in blocks])
        if cell in self._figures:
            rest = cell
        own = self._inline(rest, style)
        if own or not blocks:
            yield False, own
        for block in blocks:
            yield "note" in block.classes, self._inline(block)


def body_of(main: Node, figures: Mapping[Node, MarkedFigure], widths: Widths) -> str:
    """The body of the Word document that says what the page's `main` says.

    Every figure stands in a bookmark. Raises ProgramError for an element without a form in Word.
    """
    body = _Body(figures, widths)
    body.blocks(main.elements, _Place())
    return body.end()


def column_widths(css: str) -> dict[tuple[str, str], str]:
    """The widths of columns in a style sheet, by class of the table (or none) and of the column."""
    rule = r"(?m)^(?:\.([a-z-]+) )?\.(col-[a-z]+) \{\s*width: ([0-9.]+(?:em|%));"
    return {(table, column): width for table, column, width in re.findall(rule, css)}


def _paragraph(style: str, pieces: Sequence[_Text], size: str = "", **properties: str) -> str:
    own = "".join(properties.get(name, "") for name in _ORDER)
    runs = "".join(piece.xml or _run(piece, size) for piece in pieces)
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{own}</w:pPr>{runs}</w:p>'


def _run(piece: _Text, size: str) -> str:
    style = f'<w:rStyle w:val="{piece.style}"/>' if piece.style else ""
    properties = f"<w:rPr>{style}</w:rPr>" if style else ""
    if size:
        properties = size.replace("<w:rPr>", f"<w:rPr>{style}")
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(piece.text)}</w:t></w:r>'


def _with(paragraph: str, name: str, xml: str) -> str:
    """The paragraph with one more property, in the order that the format demands."""
    later = _ORDER[_ORDER.index(name) :]
    places = [p for each in later if (p := paragraph.find(f"<w:{each}")) >= 0]
    place = min([*places, paragraph.index("</w:pPr>")])
    return paragraph[:place] + xml + paragraph[place:]


def _spaced(pieces: Sequence[_Text]) -> list[_Text]:
    """Spaces and line ends as one space, none at either end, nor around a line break."""
    found: list[_Text] = []
    space = True
    for piece in pieces:
        if piece.xml:
            found.append(piece)
            space = space or piece is _BREAK
            continue
        text = re.sub(r"[ \t\r\n]+", " ", piece.text)
        text = text[1:] if space and text.startswith(" ") else text
        if text:
            found.append(replace(piece, text=text))
            space = text.endswith(" ")
    return _trimmed(found)


def _trimmed(pieces: Sequence[_Text]) -> list[_Text]:
    """Without the space at the end, and before a line break."""
    found: list[_Text] = []
    end = True
    for piece in reversed(pieces):
        if piece.xml:
            end = end or piece is _BREAK
        else:
            piece = replace(piece, text=piece.text.rstrip(" ")) if end else piece
            end = end and not piece.text
        if piece.xml or piece.text:
            found.append(piece)
    return found[::-1]


def _mark_widths(rows: Sequence[Node], columns: int, em: int) -> list[int]:
    """How much room the widest mark of each column takes."""
    widest = [0] * columns
    for row in rows:
        place = 0
        for cell in row.elements:
            span = int(cell.attributes.get("colspan", 1))
            place += span
            widest[place - 1] = max(widest[place - 1], _mark_width(cell, em))
    return widest


def _mark_width(cell: Node, em: int) -> int:
    marks = ("".join(map(str, node.children)) for node in cell.every() if "mark" in node.classes)
    widths = (sum(_ADVANCES.get(letter, 0) for letter in mark) for mark in marks)
    return max(widths, default=0) * em // 1000


def _indent(cell: Node, row: Node, look: _Look, last: int) -> str:
    """Room to the next column; and digits under each other, whether a mark follows them or not."""
    right = 0 if last == len(look.grid) - 1 else 60 if look.tight else _EM
    if "number" in cell.classes:
        right = max(right, look.marks[last]) - _mark_width(cell, look.em)
    left = round(1.1 * _EM) if "part" in row.classes and cell.tag == "th" else 0
    return f'<w:ind w:left="{left}" w:right="{right}"/>' if left or right else ""


def _spacing(row: Node, look: _Look) -> str:
    if not look.small:
        return '<w:spacing w:before="137"/>' if "group" in row.classes else ""
    before = 54 if "group" in row.classes else 14
    return f'<w:spacing w:before="{before}" w:after="18" w:line="216" w:lineRule="exact"/>'


def _edges(row: Node, above: Node | None) -> str:
    if "total" in row.classes:
        return f"<w:top {_STRONG}/><w:bottom {_NONE}/>"
    top = f"<w:top {_NONE}/>" if above is not None and "group" in above.classes else ""
    return f"{top}<w:bottom {_NONE}/>" if "group" in row.classes else top


def _kept(table: Node, rows: Sequence[Node], index: int) -> bool:
    """Whether a row is kept on the page of the next one: a short table is not parted at all."""
    if index == len(rows) - 1:
        return False
    alone = {"long", "municipalities"} & table.classes
    return (
        not alone
        or index == 0
        or "group" in rows[index].classes
        or "total" in rows[index + 1].classes
    )
