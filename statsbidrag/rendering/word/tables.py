"""A table of a Word document: widths of columns, marks that hang, rows that are kept together.

Belongs here: what a table's rows and cells become. Does not: its caption
(`statsbidrag.rendering.word.body`), or a cell's text (`statsbidrag.rendering.word.paragraphs`).

Measures are in twentieths of a point, as the format has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import quoteattr

from statsbidrag.rendering.word.marked_page import Node
from statsbidrag.rendering.word.paragraphs import RULE, SMALL, Piece, Texts, paragraph
from statsbidrag.swedish.typography import NBSP

Widths = Mapping[tuple[str, str], str]
"""The widths of columns as style sheets have them, by class of the table (or none) and column."""

_EM: Final = 210
_ADVANCES: Final = {NBSP: 200, "*": 418, "#": 497}
"""What a mark is made of, in thousandths of the size: only digits are to stand under each other."""
_WIDE: Final = 9070
_STRONG: Final = f'{RULE}"000000"'
_NONE: Final = 'w:val="nil"'
_NEARLY: Final = '<w:rPr><w:sz w:val="19"/><w:szCs w:val="19"/></w:rPr>'


@dataclass(frozen=True)
class _Table:
    """How a table is set: its columns, the widest mark in each, its size, and how close it is."""

    texts: Texts
    grid: Sequence[int]
    marks: Sequence[int]
    em: int
    to_fill: bool
    tight: bool
    small: bool

    def row(self, row: Node, above: Node | None, kept: bool) -> str:
        """A row; the one without a row above is the head."""
        properties = "<w:cantSplit/>"
        if self.to_fill and above is not None and "total" not in row.classes:
            properties += '<w:trHeight w:val="454" w:hRule="atLeast"/>'
        if above is None:
            properties += "<w:tblHeader/>"
        cells, column = [], 0
        for cell in row.elements:
            span = int(cell.attributes.get("colspan", 1))
            cells.append(self._cell(cell, (row, above), (column, span), kept))
            column += span
        return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"

    def _cell(
        self, cell: Node, rows: tuple[Node, Node | None], columns: tuple[int, int], kept: bool
    ) -> str:
        row, above = rows
        start, span = columns
        wide = sum(self.grid[start : start + span])
        head = above is None
        style = "TableHead" if head else "TableText"
        if "number" in cell.classes:
            style = "TableNumberHead" if head else "TableNumber"
        strong = {"total", "group"} & row.classes
        indent = self._indent(cell, row, start + span - 1)
        spacing = self._spacing(row)
        paragraphs = [
            paragraph(
                "TableNote" if note else style,
                pieces,
                self._size(head),
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

    def _lines(self, cell: Node, style: str) -> Iterator[tuple[bool, list[Piece]]]:
        """The paragraphs of a cell, and whether each is a note to what stands above it."""
        blocks = [c for c in cell.elements if {"note", "item"} & c.classes]
        rest = Node(cell.tag, cell.attributes, [c for c in cell.children if c not in blocks])
        if cell in self.texts.figures:
            rest = cell
        own = self.texts.of(rest, style)
        if own or not blocks:
            yield False, own
        for block in blocks:
            yield "note" in block.classes, self.texts.of(block)

    def _size(self, head: bool) -> str:
        """The size of the text, where it is not the ordinary one."""
        if self.small or (self.tight and head):
            return SMALL
        return _NEARLY if self.tight else ""

    def _indent(self, cell: Node, row: Node, last: int) -> str:
        """Room to the next column; and digits under each other, whether a mark follows or not."""
        right = 0 if last == len(self.grid) - 1 else 60 if self.tight else _EM
        if "number" in cell.classes:
            right = max(right, self.marks[last]) - _mark_width(cell, self.em)
        left = round(1.1 * _EM) if "part" in row.classes and cell.tag == "th" else 0
        return f'<w:ind w:left="{left}" w:right="{right}"/>' if left or right else ""

    def _spacing(self, row: Node) -> str:
        if not self.small:
            return '<w:spacing w:before="137"/>' if "group" in row.classes else ""
        before = 54 if "group" in row.classes else 14
        return f'<w:spacing w:before="{before}" w:after="18" w:line="216" w:lineRule="exact"/>'


def table_of(node: Node, texts: Texts, widths: Widths, *, small: bool) -> str:
    """The table that an element becomes, without its caption; `small` where all around it is."""
    grid = _grid(node, widths)
    rows = [each for each in node.every() if each.tag == "tr"]
    tight = small or "levels" in node.classes
    em = _EM * (18 if small else 19 if tight else 21) // 21
    marks = _mark_widths(rows, len(grid), em)
    table = _Table(texts, grid, marks, em, "to-fill" in node.classes, tight, small)
    body = [
        table.row(row, rows[index - 1] if index else None, _kept(node, rows, index))
        for index, row in enumerate(rows)
    ]
    caption = node.first("caption").text()
    columns = "; ".join(cell.text() for cell in rows[0].elements)
    widths_of_columns = "".join(f'<w:gridCol w:w="{wide}"/>' for wide in grid)
    described = f"Tabell med {len(rows) - 1} rader. Kolumner: {columns}."
    return (
        '<w:tbl><w:tblPr><w:tblStyle w:val="Figures"/>'
        f'<w:tblW w:w="{sum(grid)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        '<w:tblLook w:val="06A0" w:firstRow="1" w:lastRow="0" w:firstColumn="1" '
        'w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
        f"<w:tblCaption w:val={quoteattr(caption)}/>"
        f"<w:tblDescription w:val={quoteattr(described)}/></w:tblPr>"
        f"<w:tblGrid>{widths_of_columns}</w:tblGrid>{''.join(body)}</w:tbl>"
    )


def column_widths(css: str) -> dict[tuple[str, str], str]:
    """The widths of columns in a style sheet, by class of the table (or none) and of the column."""
    rule = r"(?m)^(?:\.([a-z-]+) )?\.(col-[a-z]+) \{\s*width: ([0-9.]+(?:em|%));"
    return {(table, column): width for table, column, width in re.findall(rule, css)}


def _grid(table: Node, widths: Widths) -> list[int]:
    """The widths of the columns; those that no style sheet gives share what is left."""
    columns = [node for node in table.every() if node.tag == "col"]
    found = [_width(next(iter(col.classes), ""), table, widths) for col in columns]
    free = found.count(0)
    rest = max(_WIDE - sum(found), free * _EM)
    grid = [wide or rest // free for wide in found]
    return grid if sum(grid) <= _WIDE else [wide * _WIDE // sum(grid) for wide in grid]


def _width(column: str, table: Node, widths: Widths) -> int:
    own = (widths.get((name, column)) for name in table.classes)
    stated = next((each for each in own if each), widths.get(("", column), ""))
    if stated.endswith("%"):
        return round(_WIDE * float(stated[:-1]) / 100)
    return round(_EM * float(stated.removesuffix("em"))) if stated else 0


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
