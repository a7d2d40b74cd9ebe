"""A published PDF read back: every word with its place, and every table cell by its tags.

Belongs here: reading. Does not: any expectation of what is read.

Poppler says where each word stands. What a word belongs to (a heading, a cell) is in the tags, and
poppler takes seconds to read those of one letter: here they are read with pikepdf instead.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from math import inf
from pathlib import Path
from typing import Any

import pikepdf

NO_GLYPH = "\N{REPLACEMENT CHARACTER}"
"""What stands for a glyph that a font lacks, or that has no character."""

Place = tuple[int, int]
"""A page, counted from 0, and the number of a marked piece of its content: at most a line."""

_BOX = re.compile(r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)</word>')
_SIZE = re.compile(r'<page width="(.+?)" height="(.+?)">')
_BLOCKS = ("P", "H1", "H2", "H3", "LBody", "Caption", "TH", "TD")


@dataclass(frozen=True)
class Word:
    """A word and its box, in points from the upper left corner of the page."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Sheet:
    """One page: its words, and the tags around its lowest line, from the root."""

    width: float
    height: float
    words: tuple[Word, ...]
    ends_in: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """What is read as one, a paragraph, heading, item or cell, in the lines that it is set in."""

    tag: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines after each other; a word that was divided is whole."""
        text = " ".join(" ".join(self.lines).split())
        return re.sub("(?<=[a-zåäöé])- (?!och |eller )(?=[a-zåäöé])", "", text)


@dataclass(frozen=True)
class Cell(Block):
    """A cell, and how many columns it takes."""

    columns: int


@dataclass(frozen=True)
class Table:
    """A table's caption and its rows, those of the head first."""

    caption: str
    rows: tuple[tuple[Cell, ...], ...]

    def value(self, row: str, column: str) -> str:
        """What stands in the row that begins with these words, below that heading."""
        at = [cell.text for cell in self.rows[0]].index(column) - len(self.rows[0])
        [found] = [cells for cells in self.rows if cells[0].text == row]
        return found[at].text


@dataclass(frozen=True)
class Paper:
    """A whole PDF."""

    sheets: tuple[Sheet, ...]
    blocks: tuple[Block, ...]
    tables: tuple[Table, ...]


def read(pdf: Path) -> Paper:
    """Everything that there is to read in a PDF."""
    with pikepdf.open(pdf) as opened:
        pages = {page.obj.objgen: number for number, page in enumerate(opened.pages)}
        drawn = [
            ((number, piece.mark), piece)
            for number, page in enumerate(opened.pages)
            for piece in sorted(_marked(page), key=lambda each: -each.height)
        ]
        root = _Tag("", tuple(_kids(opened.Root.StructTreeRoot, pages, 0)))
    around = dict(root.places(()))
    # What is around nothing is the foot of the page.
    ends = {place[0]: around[place] for place, _ in drawn if place in around}
    pieces = {place: piece.text for place, piece in drawn}
    return Paper(
        tuple(_sheets(pdf, ends)),
        tuple(Block(tag.name, tag.lines(pieces)) for tag in root.each(*_BLOCKS)),
        tuple(_table(tag, pieces) for tag in root.each("Table")),
    )


def plain_text(pdf: Path) -> str:
    """The words alone, as poppler lays them out."""
    return _poppler("pdftotext", "-layout", pdf, "-")


def amount(text: str) -> int:
    """An amount as it is printed, without its mark."""
    return int(re.sub(r"[\s*#]", "", text).replace("\N{MINUS SIGN}", "-"))


# --- Where words stand -----------------------------------------------------------------------


def _poppler(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _sheets(pdf: Path, ends: Mapping[int, tuple[str, ...]]) -> Iterator[Sheet]:
    said = _poppler("pdftotext", "-bbox", pdf, "-")
    sizes = [(float(width), float(height)) for width, height in _SIZE.findall(said)]
    for number, (size, page) in enumerate(zip(sizes, _SIZE.split(said)[3::3], strict=True)):
        words = (Word(unescape(text), *map(float, box)) for *box, text in _BOX.findall(page))
        yield Sheet(*size, tuple(words), ends.get(number, ()))


# --- What words belong to --------------------------------------------------------------------


@dataclass(frozen=True)
class _Tag:
    """An element of the tree of tags."""

    name: str
    kids: tuple[_Tag | Place, ...]
    columns: int = 1

    def each(self, *names: str) -> Iterator[_Tag]:
        """The elements of these names inside this one, in order."""
        for kid in self.kids:
            if isinstance(kid, _Tag):
                if kid.name in names:
                    yield kid
                yield from kid.each(*names)

    def lines(self, pieces: Mapping[Place, str]) -> tuple[str, ...]:
        """What is set inside it."""
        found: list[str] = []
        for kid in self.kids:
            found += kid.lines(pieces) if isinstance(kid, _Tag) else [pieces.get(kid, "")]
        return tuple(line for line in found if line.strip())

    def places(self, above: tuple[str, ...]) -> Iterator[tuple[Place, tuple[str, ...]]]:
        """Each piece of content inside it, with the tags around that."""
        tags = (*above, self.name)
        for kid in self.kids:
            if isinstance(kid, _Tag):
                yield from kid.places(tags)
            else:
                yield kid, tags


def _kids(element: Any, pages: Mapping[tuple[int, int], int], page: int) -> Iterator[_Tag | Place]:
    page = pages[element.Pg.objgen] if "/Pg" in element else page
    kids = element.get("/K", ())
    for kid in kids if isinstance(kids, pikepdf.Array) else (kids,):
        if not isinstance(kid, pikepdf.Object):
            yield page, int(kid)
        elif "/S" in kid:
            yield _Tag(str(kid.S)[1:], tuple(_kids(kid, pages, page)), _columns(kid))
        elif "/MCID" in kid:
            yield pages[kid.Pg.objgen] if "/Pg" in kid else page, int(kid.MCID)


def _columns(element: Any) -> int:
    own = element.get("/A", ())
    for each in own if isinstance(own, pikepdf.Array) else (own,):
        if "/ColSpan" in each:
            return int(each.ColSpan)
    return 1


def _table(tag: _Tag, pieces: Mapping[Place, str]) -> Table:
    captions = [Block(each.name, each.lines(pieces)).text for each in tag.each("Caption")]
    rows = (
        tuple(Cell(c.name, c.lines(pieces), c.columns) for c in row.each("TH", "TD"))
        for row in tag.each("TR")
    )
    return Table(" ".join(captions), tuple(rows))


@dataclass
class _Piece:
    """A marked piece of a page: its text, and how high up its last line stands."""

    mark: int
    text: str = ""
    height: float = inf


def _marked(page: pikepdf.Page) -> list[_Piece]:
    fonts = {str(name): _characters(font) for name, font in page.resources.get("/Font", {}).items()}
    found: list[_Piece] = []
    inside: list[_Piece | None] = []
    known: Mapping[int, str] = {}
    here, line, outer = pikepdf.Matrix(), pikepdf.Matrix(), []
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "BDC" if "/MCID" in operands[1]:
                found.append(_Piece(int(operands[1].MCID)))
                inside.append(found[-1])
            case "BDC" | "BMC":
                inside.append(None)
            case "EMC":
                inside.pop()
            case "Tf":
                known = fonts[str(operands[0])]
            case "q":
                outer.append(here)
            case "Q":
                here = outer.pop()
            case "cm":
                here = pikepdf.Matrix(*map(float, operands)) @ here
            case "Tm":
                line = pikepdf.Matrix(*map(float, operands)) @ here
            case "Tj" | "TJ" if inside and (piece := inside[-1]):
                shown = operands[0] if str(operator) == "TJ" else operands
                texts = (_decoded(s, known) for s in shown if isinstance(s, pikepdf.String))
                piece.text += "".join(texts)
                piece.height = line.f
    return found


def _decoded(shown: pikepdf.String, known: Mapping[int, str]) -> str:
    codes = bytes(shown)
    glyphs = (int.from_bytes(codes[at : at + 2], "big") for at in range(0, len(codes), 2))
    # Glyph 0 is the box that a font draws for whatever it lacks.
    return "".join(known.get(glyph, NO_GLYPH) if glyph else NO_GLYPH for glyph in glyphs)


def _characters(font: Any) -> dict[int, str]:
    """Which characters each glyph of a font stands for."""
    found: dict[int, str] = {}
    pairs: Sequence[tuple[str, str]] = re.findall(
        r"<([0-9a-f]{4})> <((?:[0-9a-f]{4})+)>", font.ToUnicode.read_bytes().decode("ascii")
    )
    for glyph, characters in pairs:
        found[int(glyph, 16)] = bytes.fromhex(characters).decode("utf-16-be")
    return found
