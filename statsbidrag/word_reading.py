"""A Word document that somebody has edited, read back: which document it was, and its figures.

Belongs here: the file as an archive that may be anything, the text of its bookmarks as if every
tracked change were accepted, its properties. Does not: what the figures should be
(`statsbidrag.word_verification`).

Nothing in the file is run, followed or written: of its parts only the text, the properties and the
lists of what is related to what are read.
"""

from __future__ import annotations

import errno
import io
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from statsbidrag.errors import InputError, input_error
from statsbidrag.marked_figures import BOOKMARK, plain
from statsbidrag.word_document import AGREEMENT, DOCUMENT, FINGERPRINT, Origin

_LARGEST: Final = 30 * 2**20
_MOST_UNPACKED: Final = 100 * 2**20
_MOST_MEMBERS: Final = 2**11
_MOST_ELEMENTS: Final = 2**21
_MOST_BOOKMARKS: Final = 2**13
_LONGEST_FIGURE: Final = 2**10
_CHUNK: Final = 2**16

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


@dataclass(frozen=True)
class Bookmark:
    """A bookmark of the copy: its name, and the text in it; None where it has no end."""

    name: str
    text: str | None


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
    found: dict[str, bytes] = {}
    unpacked = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > _MOST_MEMBERS:
                raise _bomb(path, f"{len(members)} files in it")
            for member in members:
                with archive.open(member) as stream:
                    pieces = []
                    while piece := stream.read(_CHUNK):
                        unpacked += len(piece)
                        if unpacked > _MOST_UNPACKED:
                            raise _bomb(path, f"more than {_MOST_UNPACKED} bytes once unpacked")
                        if member.filename.endswith((".xml", ".rels")):
                            pieces.append(piece)
                if member.filename in found:
                    raise _damaged(path, f"{member.filename} stands twice in it")
                found[member.filename] = b"".join(pieces)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        raise _damaged(path, str(error)[:80]) from None
    return found


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
class _Text:
    """Follows the text, element by element, and keeps what stands in our bookmarks."""

    inserted: int = 0
    deleted: int = 0
    found: list[tuple[str, str | None]] = field(default_factory=list)
    _open: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    _hidden: int = 0

    def take(self, event: str, element: Element) -> None:
        """The next element's start or end."""
        name = _local(element.tag)
        if event == "start":
            self._started(element, name)
            return
        if self._hides(element, name):
            self._hidden -= 1
        elif name == "t" and _ours(element) and not self._hidden:
            self._say(element.text or "")
        elif name in _APART and _ours(element):
            self._say(" ")
        elif name == "noBreakHyphen":
            self._say("-")

    def bookmarks(self) -> tuple[Bookmark, ...]:
        """The bookmarks of figures, in the order in which they begin."""
        return tuple(Bookmark(name, text) for name, text in self.found)

    def _started(self, element: Element, name: str) -> None:
        if self._hides(element, name):
            self._hidden += 1
        if not _ours(element):
            return
        self.inserted += name in _NEW
        self.deleted += name in _GONE
        number = _attribute(element, "id")
        if name == "bookmarkStart" and not self._hidden:
            mark = _attribute(element, "name")
            if mark.startswith(BOOKMARK):
                self._open[number] = (len(self.found), [])
                self.found.append((mark, None))
        elif name == "bookmarkEnd" and number in self._open:
            index, pieces = self._open.pop(number)
            self.found[index] = (self.found[index][0], plain("".join(pieces)))

    @staticmethod
    def _hides(element: Element, name: str) -> bool:
        """Whether what is inside is not read: deleted, or said once more for old programs."""
        old = name == "Fallback" and element.tag.startswith(_COMPATIBILITY)
        return old or (name in _GONE and _ours(element))

    def _say(self, text: str) -> None:
        for _, pieces in self._open.values():
            if len(pieces) < _LONGEST_FIGURE:
                pieces.append(text)


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
