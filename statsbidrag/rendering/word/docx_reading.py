"""A Word document that somebody has edited, read back: which document it was, and its figures.

Belongs here: the file as an archive that may be anything, its properties, the events of its parts.
Does not: what stands in its bookmarks (`statsbidrag.rendering.word.bookmarked_text`), or what the
figures should be (`statsbidrag.verification.word_copy`).

Nothing in the file is run, followed or written: of its parts only the text, the properties and the
lists of what is related to what are read.
"""

from __future__ import annotations

import errno
import io
import os
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from statsbidrag.errors import InputError, input_error
from statsbidrag.files.zip_guard import BombError, DamagedError, Limits, require_small
from statsbidrag.rendering.word.bookmarked_text import Bookmark, BookmarkedText, local_name
from statsbidrag.rendering.word.docx_writing import AGREEMENT, DOCUMENT, FINGERPRINT, Origin

_LARGEST: Final = 30 * 2**20
_LIMITS: Final = Limits(unpacked=100 * 2**20, tags=2**23, members=2**11)
_MOST_ELEMENTS: Final = 2**21
_MOST_BOOKMARKS: Final = 2**13

_TYPES: Final = "[Content_Types].xml"
_RELATIONS: Final = "_rels/.rels"
_OFFICE: Final = "/officeDocument"
_CUSTOM: Final = "/custom-properties"
_MAIN: Final = "wordprocessingml.document.main+xml"
_WORD: Final = "save it as a Word document (.docx) in your word processor, and verify that"


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
    reader = BookmarkedText()
    for event, element in _events(path, archive, main):
        reader.take(event, element)
        if len(reader.begun) > _MOST_BOOKMARKS:
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
        if event == "start" and local_name(element.tag) == "Relationship":
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
            if event == "start" and local_name(element.tag) == "property":
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
