"""The text of an edited Word document's bookmarks, as if every tracked change were accepted.

Belongs here: following the text element by element, and what touches a figure from outside its
bookmark. Does not: the file that the elements come from
(`statsbidrag.rendering.word.docx_reading`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element

from statsbidrag.rendering.word.marked_page import BOOKMARK, plain

_LONGEST_FIGURE: Final = 2**10
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT: Final = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_COMPATIBILITY: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_GONE: Final = frozenset({"del", "moveFrom"})
_NEW: Final = frozenset({"ins", "moveTo"})
_APART: Final = frozenset({"p", "br", "cr", "tab", "tc"})
_BREAK: Final = "\n"
_STRUCK: Final = frozenset({"strike", "dstrike"})
_OFF: Final = frozenset({"0", "false", "off"})
_NOT_OF_THE_RUN: Final = frozenset({"rPrChange", "pPr", "sdtPr"})
_UNSEEN: Final = str.maketrans(
    {"\u2011": "-", "\n": " ", **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", "")}
)

# What touches a figure from outside its bookmark: digits, whatever it is; before a digit also a
# sign; after a bare number also decimals; before or after those also digits past a space, but for
# a year, which is ordinary text.
_NEAR: Final = 64
_BEGINS: Final = re.compile(r"[+\u2212\u2013-]? ?[0-9]|$")
_BARE: Final = re.compile(r"[+\u2212\u2013-]?[0-9 ]*(?:,[0-9]+)?")
_YEAR: Final = r"(?:19|20)[0-9]{2}(?![0-9])"
_DIGITS_BEFORE: Final = re.compile(r"[0-9]+$")
_NUMBER_BEFORE: Final = re.compile(
    rf"(?:(?:(?<![^\W_])[+\u2212\u2013-]|\u2212\s*|^\s*[+\u2013-]\s*)?"
    rf"(?<![0-9.,:])(?!{_YEAR}\s)[0-9]+(?:(?:\s+|[.,:\u2212\u2013-])[0-9]+)*(?:[.,:\u2212\u2013-]|\s*)"
    rf"|(?<![^\W_])[+\u2212\u2013-]|\u2212\s*|^\s*[+\u2013-]\s*)$"
)
_DIGITS_AFTER: Final = re.compile(r"[0-9]+")
_NUMBER_AFTER: Final = re.compile(rf"[0-9]*(?:[.,:\u2212\u2013-][0-9]+|\s+(?!{_YEAR})[0-9]+)*")


@dataclass(frozen=True)
class Bookmark:
    """A bookmark of the copy: its name, and the text in it; None where it has no end.

    Digits and signs that touch it from outside are read as part of it, as a reader does: word
    processors leave what is typed at its end outside. `hidden` and `struck` say that some of it is
    not shown, or is struck through.
    """

    name: str
    text: str | None
    hidden: bool = False
    struck: bool = False


@dataclass
class _Found:
    """A bookmark of ours on the way: what stands in it, and beside it in its paragraph."""

    name: str
    before: str
    inside: list[str] = field(default_factory=list)
    after: str = ""
    ended: bool = False
    hidden: bool = False
    struck: bool = False

    def bookmark(self) -> Bookmark:
        """As it is read."""
        if not self.ended:
            return Bookmark(self.name, None)
        inside = "".join(self.inside)
        before = "" if inside.startswith(_BREAK) else _touching_before(self.before, plain(inside))
        after = "" if inside.endswith(_BREAK) else _touching_after(self.after, plain(inside))
        return Bookmark(self.name, plain(before + inside + after), self.hidden, self.struck)


def _touching_before(text: str, figure: str) -> str:
    found = (_NUMBER_BEFORE if _BEGINS.match(figure) else _DIGITS_BEFORE).search(text)
    return found[0] if found else ""


def _touching_after(text: str, figure: str) -> str:
    # Past a unit or a mark a space ends the figure.
    found = (_NUMBER_AFTER if _BARE.fullmatch(figure) else _DIGITS_AFTER).match(text)
    return found[0] if found else ""


@dataclass
class _Line:
    """What stands outside our bookmarks since the last break, and whom it may touch."""

    before: str = ""
    ended: list[_Found] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.before = (self.before + text)[-_NEAR:]
        for found in self.ended:
            found.after += text[: _NEAR - len(found.after)]
        self.ended = [found for found in self.ended if len(found.after) < _NEAR]

    def end(self) -> None:
        self.before = ""
        self.ended = []


@dataclass
class BookmarkedText:
    """Follows the text, element by element, and keeps what stands in our bookmarks."""

    inserted: int = 0
    deleted: int = 0
    begun: list[_Found] = field(default_factory=list)
    _open: dict[str, _Found] = field(default_factory=dict)
    _hidden: int = 0
    # A text box is a paragraph, and runs, inside a run.
    _lines: list[_Line] = field(default_factory=lambda: [_Line()])
    _runs: list[set[str]] = field(default_factory=list)
    _elsewhere: int = 0

    def take(self, event: str, element: Element) -> None:
        """The next element's start or end."""
        name = local_name(element.tag)
        if event == "start":
            self._started(element, name)
            return
        if self._hides(element, name):
            self._hidden -= 1
        if not _ours(element):
            return
        if name in _NOT_OF_THE_RUN:
            self._elsewhere -= 1
        elif name == "r":
            self._runs.pop()
        elif name == "t" and not self._hidden:
            self._say((element.text or "").translate(_UNSEEN))
        elif name == "noBreakHyphen" and not self._hidden:
            self._say("-")
        elif name in _APART and not self._elsewhere:
            self._break()
        if name == "p":
            self._lines.pop()

    def bookmarks(self) -> tuple[Bookmark, ...]:
        """The bookmarks of figures, in the order in which they begin."""
        return tuple(found.bookmark() for found in self.begun)

    def _started(self, element: Element, name: str) -> None:
        if self._hides(element, name):
            self._hidden += 1
        if not _ours(element):
            return
        self.inserted += name in _NEW
        self.deleted += name in _GONE
        number = _attribute(element, "id")
        if name == "p":
            self._lines.append(_Line())
        elif name == "r":
            self._runs.append(set())
        elif name in _NOT_OF_THE_RUN:
            self._elsewhere += 1
        elif name == "vanish" or name in _STRUCK:
            if self._runs and not self._elsewhere and _attribute(element, "val") not in _OFF:
                self._runs[-1].add(name)
        elif name == "bookmarkStart" and not self._hidden:
            mark = _attribute(element, "name")
            if mark.startswith(BOOKMARK):
                self._open[number] = _Found(mark, self._lines[-1].before)
                self.begun.append(self._open[number])
        elif name == "bookmarkEnd" and number in self._open:
            ended = self._open.pop(number)
            ended.ended = True
            self._lines[-1].ended.append(ended)

    @staticmethod
    def _hides(element: Element, name: str) -> bool:
        """Whether what is inside is not read: deleted, or said once more for old programs."""
        old = name == "Fallback" and element.tag.startswith(_COMPATIBILITY)
        return old or (name in _GONE and _ours(element))

    def _say(self, text: str) -> None:
        hidden = any("vanish" in run for run in self._runs)
        struck = any(run & _STRUCK for run in self._runs)
        for found in self._open.values():
            found.hidden |= hidden and bool(text.strip())
            found.struck |= struck and bool(text.strip())
            if len(found.inside) < _LONGEST_FIGURE:
                found.inside.append(text)
        if self._open and text:
            self._lines[-1].end()
        elif not hidden:
            self._lines[-1].say(text)

    def _break(self) -> None:
        for found in self._open.values():
            if len(found.inside) < _LONGEST_FIGURE:
                found.inside.append(_BREAK)
        self._lines[-1].end()


def _ours(element: Element) -> bool:
    return element.tag.startswith((_W, _STRICT))


def local_name(tag: str) -> str:
    """An element's name without its vocabulary."""
    return tag.rpartition("}")[2]


def _attribute(element: Element, name: str) -> str:
    return element.get(f"{_W}{name}") or element.get(f"{_STRICT}{name}") or ""
