"""A Word document that somebody has edited, read back: which document it was, and its figures.

Belongs here: the file as an archive that may be anything, the text of its bookmarks as if every
tracked change were accepted, its properties. Does not: what the figures should be
(`statsbidrag.verification.word_copy`).

Nothing in the file is run, followed or written: of its parts only the text, the properties and the
lists of what is related to what are read.
"""

from __future__ import annotations

import errno
import io
import os
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from statsbidrag.errors import InputError, input_error
from statsbidrag.files.zip_guard import BombError, DamagedError, Limits, require_small
from statsbidrag.rendering.word.docx_writing import AGREEMENT, DOCUMENT, FINGERPRINT, Origin
from statsbidrag.rendering.word.marked_page import BOOKMARK, plain

_LARGEST: Final = 30 * 2**20
_LIMITS: Final = Limits(unpacked=100 * 2**20, tags=2**23, members=2**11)
_MOST_ELEMENTS: Final = 2**21
_MOST_BOOKMARKS: Final = 2**13
_LONGEST_FIGURE: Final = 2**10

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT: Final = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_COMPATIBILITY: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_TYPES: Final = "[Content_Types].xml"
_RELATIONS: Final = "_rels/.rels"
_OFFICE: Final = "/officeDocument"
_CUSTOM: Final = "/custom-properties"
_MAIN: Final = "wordprocessingml.document.main+xml"
_WORD: Final = "save it as a Word document (.docx) in your word processor, and verify that"
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


@dataclass(frozen=True)
class EditedCopy:
    """What a copy is of, its figures' bookmarks in the order of the text, and what was tracked.

    `inserted` and `deleted` count the tracked changes; the text is as if all were accepted.
    `external` counts the addresses that the file names and that nobody followed.
    """

    origin: Origin
    bookmarks: tuple[Bookmark, ...]
    inserted: int
    deleted: int
    external: int


def read_copy(path: Path) -> EditedCopy:
    """The edited copy. Raises InputError for what is no Word document, or none of ours.

    A file with macros, with a document type or entities, or that unpacks to more than a decision
    document can be, is refused.
    """
    archive = _opened(path)
    main, custom = _related(path, archive)
    _refuse_foreign(path, archive, main)
    origin = _origin(path, archive, custom)
    reader = _Text()
    for event, element in _events(path, archive, main):
        reader.take(event, element)
        if len(reader.found) > _MOST_BOOKMARKS:
            raise _bomb(path, f"more than {_MOST_BOOKMARKS} bookmarks of figures")
    return EditedCopy(
        origin, reader.bookmarks(), reader.inserted, reader.deleted, _external(path, archive)
    )


# --- The archive -----------------------------------------------------------------------------


def _opened(path: Path) -> Mapping[str, bytes]:
    """The parts that are read, by name; all are unpacked and counted, so that none is a bomb."""
    content = _content(path)
    if not content.startswith(b"PK"):
        raise _no_document(path, _looks_like(content))
    try:
        names = require_small(content, _LIMITS)
        if twice := [name for name, count in Counter(names).items() if count > 1]:
            raise _damaged(path, f"{twice[0]} stands twice in it")
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            # Of the others only the names are asked for: pictures, fonts, macros.
            return {n: archive.read(n) if n.endswith((".xml", ".rels")) else b"" for n in names}
    except BombError as error:
        raise _bomb(path, str(error)) from None
    except DamagedError as error:
        raise _damaged(path, str(error)) from None


def _content(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        if path.stat().st_size > _LARGEST:
            raise _bomb(path, f"{path.stat().st_size} bytes")
        return path.read_bytes()
    except OSError as error:
        raise input_error(
            path,
            expected="a Word document that can be read",
            found=error.strerror or "none",
            action="name the file by its path",
        ) from None


def _related(path: Path, archive: Mapping[str, bytes]) -> tuple[str, str]:
    """The names of the main part and of the properties that are ours, by what the file says."""
    if _TYPES not in archive or _RELATIONS not in archive:
        what = "an OpenDocument file" if "content.xml" in archive else "a zip archive"
        raise _no_document(path, what)
    main = custom = ""
    for event, element in _events(path, archive, _RELATIONS):
        if event == "start" and _local(element.tag) == "Relationship":
            target = element.get("Target", "").lstrip("/")
            kind = element.get("Type", "")
            main = target if kind.endswith(_OFFICE) else main
            custom = target if kind.endswith(_CUSTOM) else custom
    if main not in archive:
        raise _no_document(path, "an office file without a text")
    return main, custom


def _refuse_foreign(path: Path, archive: Mapping[str, bytes], main: str) -> None:
    kind = ""
    for event, element in _events(path, archive, _TYPES):
        if event == "start" and element.get("PartName", "").lstrip("/") == main:
            kind = element.get("ContentType", "")
    macros = [name for name in archive if PurePosixPath(name).name.lower() == "vbaproject.bin"]
    if macros or "macroEnabled" in kind:
        raise input_error(
            path,
            macros[0] if macros else "",
            expected="a Word document without macros (.docx)",
            found="one with macros",
            action=f"they are not run; {_WORD}",
        )
    if not kind.endswith(_MAIN):
        raise _no_document(path, f"an office file of another kind ({kind[-60:] or 'unknown'})")


def _external(path: Path, archive: Mapping[str, bytes]) -> int:
    """How many addresses outside it the file names."""
    return sum(
        event == "start" and element.get("TargetMode") == "External"
        for name in archive
        if name.endswith(".rels")
        for event, element in _events(path, archive, name)
    )


def _origin(path: Path, archive: Mapping[str, bytes], custom: str) -> Origin:
    """What the copy's properties say that it was made from."""
    found: dict[str, str] = {}
    name = ""
    if custom in archive:
        for event, element in _events(path, archive, custom):
            if event == "start" and _local(element.tag) == "property":
                name = element.get("name", "")
            elif event == "end" and name and element.text and element.text.strip():
                found[name] = element.text.strip()
    missing = [each for each in (AGREEMENT, DOCUMENT, FINGERPRINT) if each not in found]
    if missing:
        raise input_error(
            path,
            f"properties {', '.join(missing)}",
            expected="a copy of a document that statsbidrag made",
            found="a Word document that does not say what it was made from",
            action="start again from the .docx in the revision, and keep the file's properties",
        )
    return Origin(found[AGREEMENT], found[DOCUMENT], found[FINGERPRINT])


def _events(path: Path, archive: Mapping[str, bytes], name: str) -> Iterator[tuple[str, Element]]:
    """The start and end of every element of a part, without its tree."""
    count = 0
    try:
        for event, element in iterparse(
            io.BytesIO(archive[name]), events=("start", "end"), forbid_dtd=True
        ):
            count += event == "start"
            if count > _MOST_ELEMENTS:
                raise _bomb(path, f"more than {_MOST_ELEMENTS} elements in {name}")
            yield event, element
            if event == "end":
                element.clear()
    except ParseError as error:
        raise _damaged(path, f"{name}: {error}") from None
    except DefusedXmlException:
        raise input_error(
            path,
            name,
            expected="a Word document as word processors write it",
            found="a document type or entities",
            action=f"do not open it; {_WORD}",
        ) from None


# --- Its text --------------------------------------------------------------------------------


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
class _Text:
    """Follows the text, element by element, and keeps what stands in our bookmarks."""

    inserted: int = 0
    deleted: int = 0
    found: list[_Found] = field(default_factory=list)
    _open: dict[str, _Found] = field(default_factory=dict)
    _hidden: int = 0
    # A text box is a paragraph, and runs, inside a run.
    _lines: list[_Line] = field(default_factory=lambda: [_Line()])
    _runs: list[set[str]] = field(default_factory=list)
    _elsewhere: int = 0

    def take(self, event: str, element: Element) -> None:
        """The next element's start or end."""
        name = _local(element.tag)
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
        return tuple(found.bookmark() for found in self.found)

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
                self.found.append(self._open[number])
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


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _attribute(element: Element, name: str) -> str:
    return element.get(f"{_W}{name}") or element.get(f"{_STRICT}{name}") or ""


# --- What it is instead ----------------------------------------------------------------------


_BEGINNINGS: Final = (
    (b"\xd0\xcf\x11\xe0", "an old (.doc) or password-protected document"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"<", "an XML document or an HTML page"),
)


def _looks_like(content: bytes) -> str:
    if not content:
        return "an empty file"
    return next((what for mark, what in _BEGINNINGS if content.startswith(mark)), "something else")


def _no_document(path: Path, found: str) -> InputError:
    return input_error(
        path, expected="a Word document (.docx)", found=found, action=f"if it is yours, {_WORD}"
    )


def _bomb(path: Path, found: str) -> InputError:
    return input_error(
        path,
        expected="a Word document of the size of a decision document",
        found=found,
        action="do not open it: start again from the .docx in the revision",
    )


def _damaged(path: Path, found: str) -> InputError:
    return input_error(
        path,
        expected="a Word document that can be read",
        found=f"one that cannot ({found})",
        action="the file may be cut short: save it again, or start from the .docx in the revision",
    )
