"""A workbook from outside opened safely: only a plain .xlsx of a reasonable size.

Belongs here: what is refused before a parser sees it. Does not: what its sheets hold
(`statsbidrag.workbooks.forms.form_reading`).

Nothing in the file is run or followed: formulas are not computed, links not opened.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from statsbidrag.errors import InputError, input_error
from statsbidrag.files.zip_guard import BombError, DamagedError, Limits, require_small

LARGEST: Final = 5 * 2**20
"""Bytes that a filled workbook may have; one with a hundred measures has thirty thousand."""
LIMITS: Final = Limits(unpacked=48 * 2**20, tags=800_000, members=300)
MOST_ROWS: Final = 5000
"""Rows that a sheet may have; as many cells may be merged into one."""

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FORBIDDEN: Final = (
    ("vbaproject", "a macro", "save it as .xlsx, without macros"),
    ("macrosheets/", "a sheet of macros", "save it as .xlsx, without macros"),
    ("externallinks/", "a link to another workbook", "break the links (Data, Redigera länkar)"),
    ("connections.xml", "a connection to a database", "remove the connection"),
    ("embeddings/", "another file inside it", "remove the embedded object"),
    ("activex/", "a control that runs a program", "remove the control"),
)
_DECLARATIONS: Final = tuple(
    word.encode(code)
    for word in ("<!DOCTYPE", "<!ENTITY")
    for code in ("utf-8", "utf-16-le", "utf-16-be")
)


def open_safely(path: Path) -> Any:
    """The workbook, as openpyxl has it. Raises InputError for any but a plain xlsx of sane size."""
    content = _content(path)
    _refuse_other_kinds(path, content)
    declared: list[str] = []

    def look(name: str, piece: bytes) -> None:
        if any(word in piece for word in _DECLARATIONS):
            declared.append(name)
        if name == "[Content_Types].xml" and b"macroEnabled" in piece:
            raise _refused(path, "a workbook with macros", "save it as .xlsx, without macros")

    try:
        names = require_small(content, LIMITS, look)
    except BombError as error:
        raise _refused(path, str(error), "do not open it: ask for another copy") from None
    except DamagedError as error:
        raise _damaged(path, str(error)) from None
    _refuse_parts(path, names, declared)
    _refuse_vast_merges(path, content, names)
    # A reader is loaded when a file needs it: it alone costs a tenth of a second.
    import openpyxl

    try:
        with warnings.catch_warnings():
            # It warns of what it leaves out: styles, extensions, links. None is read here.
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(io.BytesIO(content), keep_links=False)
    # Foreign bytes can make a parser of XML, dates and archives fail in any way there is.
    except Exception as error:
        raise _damaged(path, f"{type(error).__name__}: {str(error)[:60]}") from None


def _content(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise _refused(path, f"{size} bytes", f"a filled one has at most {LARGEST} bytes")
        return path.read_bytes()
    except OSError as error:
        raise input_error(
            path,
            expected="a workbook, .xlsx",
            found=error.strerror or "none",
            action="name the file",
        ) from None


def _refuse_other_kinds(path: Path, content: bytes) -> None:
    found = ""
    if content.startswith(_OLE):
        found = "an older workbook (.xls), or one with a password"
    elif not content.startswith(b"PK"):
        found = f"a {path.suffix or 'nameless'} file that is no workbook"
    elif b"application/vnd.oasis.opendocument" in content[:200]:
        found = "an OpenDocument file (.ods)"
    if found:
        raise _refused(path, found, "save it as Excel-arbetsbok (.xlsx), without password")


def _refuse_parts(path: Path, names: Sequence[str], declared: Sequence[str]) -> None:
    if declared:
        raise _refused(path, f"declarations of XML in {declared[0]}", "do not open it")
    for part, found, action in _FORBIDDEN:
        if any(part in name.lower() for name in names):
            raise _refused(path, found, action)
    if "xl/workbook.xml" not in names:
        raise _refused(path, "another kind of archive", "save it as Excel-arbetsbok (.xlsx)")


def _refuse_vast_merges(path: Path, content: bytes, names: Sequence[str]) -> None:
    """Raises InputError for merged cells without end: the reader would make every one of them.

    Any part can be a sheet, whatever it is called.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in names:
            try:
                largest = _largest_merge(archive.read(name))
            # Foreign bytes can make a parser of XML fail in any way there is.
            except Exception as error:
                if not name.endswith(".xml"):
                    continue
                raise _damaged(path, f"{name}: {type(error).__name__}") from None
            if largest > MOST_ROWS:
                raise _refused(path, f"{largest} merged cells", "part them (Dela upp celler)")


def _largest_merge(part: bytes) -> int:
    """How many cells the largest of a sheet's merged ranges has."""
    from defusedxml.ElementTree import iterparse
    from openpyxl.utils import range_boundaries

    largest = 0
    for _, element in iterparse(io.BytesIO(part)):
        if element.tag.rpartition("}")[2] == "mergeCell":
            first, top, last, bottom = (n or 0 for n in range_boundaries(element.get("ref", "")))
            largest = max(largest, (last - first + 1) * (bottom - top + 1))
        element.clear()
    return largest


def _refused(path: Path, found: str, action: str) -> InputError:
    return input_error(path, expected="a plain workbook, .xlsx", found=found, action=action)


def _damaged(path: Path, found: str) -> InputError:
    return _refused(path, f"one that cannot be read ({found})", "save it again, or ask for it")
