"""Which format a file has, by its content: names lie.

Belongs here: recognising formats, those that are read and those that are often sent instead. Does
not: reading any of them.
"""

from __future__ import annotations

import io
import re
import zipfile
from enum import StrEnum
from pathlib import Path
from typing import Final

from statsbidrag.errors import InputError, input_error
from statsbidrag.files.raw_folder import LARGEST

_BEGINNINGS: Final = (
    (b"%PDF", "a PDF document"),
    (b"PAR1", "a Parquet file"),
    (b"\xd0\xcf\x11\xe0", "an old or encrypted Excel workbook (.xls)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"{\\rtf", "an RTF document"),
)
_PX: Final = re.compile(rb'[A-Z][A-Z0-9-]*(?:\[\w+\])?(?:\("[^"]*"(?:,"[^"]*")*\))?\s*=\s*\S')
_HTML: Final = re.compile(rb"<(?:!doctype html|html|head|body|table|title|meta|div|p|h1)\b", re.I)


_ZIP: Final = "a zip archive"
_SHOWN: Final = 3


class Format(StrEnum):
    """The formats that are read."""

    JSONSTAT = "json-stat2"
    DELIMITED = "PxWeb csv"
    SPREADSHEET = "xlsx"
    PX = "px"


def format_of(content: bytes, path: Path) -> Format:
    """The format of a file's content. Raises InputError saying what it looks like instead."""
    if len(content) > LARGEST:
        raise input_error(
            path,
            "size",
            expected=f"at most {LARGEST} bytes",
            found=f"{len(content)} bytes",
            action="fetch only the regions, ages and days that the agreement needs",
        )
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:4096]
    if start.startswith(b"PK\x03\x04") and _members(content) >= {"xl/workbook.xml"}:
        return Format.SPREADSHEET
    if foreign := _foreign(content, start):
        raise _zip(path, content) if foreign == _ZIP else not_ours(path, foreign)
    if start[:1] in (b"{", b"["):
        return Format.JSONSTAT
    if _PX.match(start):
        return Format.PX
    return Format.DELIMITED


def not_ours(path: Path, looks_like: str) -> InputError:
    """A file that is in none of the formats."""
    return input_error(
        path,
        expected=f"one of {', '.join(Format)}, as Statistikdatabasen serves them",
        found=f"none of them: it looks like {looks_like}",
        action="fetch the table again as json-stat2 and store it as it came",
    )


def another_form(path: Path, form: str) -> InputError:
    """A file in a form that there is a better one to choose than, where it was downloaded."""
    return input_error(
        path,
        expected=f"one of {', '.join(Format)}, as Statistikdatabasen serves them",
        found=form,
        action="download the table again and choose json-stat2 (JSON-stat 2), csv, xlsx or px",
    )


def _zip(path: Path, content: bytes) -> InputError:
    inside = [name[:60] for name in sorted(_members(content)) if not name.endswith("/")]
    return input_error(
        path,
        expected=f"one of {', '.join(Format)}, as Statistikdatabasen serves them",
        found=f"a zip archive with {', '.join(inside[:_SHOWN])}"
        + (f" and {len(inside) - _SHOWN} more" if len(inside) > _SHOWN else ""),
        action="unpack it, and give the files of tables in it by name",
    )


def _foreign(content: bytes, start: bytes) -> str:
    if not start:
        return "an empty file"
    if start.startswith(b"PK"):
        return _archive(content)
    if start.startswith(b"<"):
        return "an HTML page" if _HTML.search(start) else "an XML document"
    return next((what for mark, what in _BEGINNINGS if start.startswith(mark)), "")


def _archive(content: bytes) -> str:
    members = _members(content)
    if "content.xml" in members:
        return "an OpenDocument file (.ods)"
    if "xl/workbook.bin" in members:
        return "a binary Excel workbook (.xlsb)"
    return _ZIP if members else "a zip archive or an xlsx that is cut short"


def _members(content: bytes) -> set[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeError):
        return set()
