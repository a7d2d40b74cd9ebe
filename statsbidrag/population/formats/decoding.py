"""Bytes as text, by the encodings that Swedish statistics come in.

Belongs here: choosing the encoding, and seeing that it was the wrong one. Does not: what the text
means.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from statsbidrag.errors import InputError, input_error

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GARBLED: Final = ("Ã", "Â", "\ufffd", "\x00")
"""What å, ä, ö become in the wrong encoding. None stands in a Swedish text."""


def decoded(content: bytes, path: Path, encodings: Sequence[str] = ("utf-8", "cp1252")) -> str:
    """The text, its lines ended by LF.

    By its byte order mark, else by the first of the encodings that fits; the Windows form of
    ISO-8859-1 stands for both (the dash of `0–18 år` is in the one and not in the other). Raises
    InputError where letters come out as they do in text that is read in the wrong encoding.
    """
    text = next((_as(content, name) for mark, name in _MARKS if content.startswith(mark)), None)
    for name in encodings:
        if text is None:
            text = _as(content, name)
    if text is None:
        raise _wrong_encoding(path, "", "bytes that stand for no letter")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    refuse_garbled(text, path)
    return text


def refuse_garbled(text: str, path: Path) -> None:
    """Raises InputError where letters stand that Swedish text has only by mistake."""
    at = min((text.index(mark) for mark in _GARBLED if mark in text), default=-1)
    if at < 0:
        return
    start = max(text.rfind("\n", 0, at) + 1, at - 20)
    shown = text[start : at + 20].split("\n")[0]
    readable = "".join(each if each.isprintable() else "\ufffd" for each in shown)
    raise _wrong_encoding(path, f"line {text.count(chr(10), 0, at) + 1}", f"`{readable}`")


def _as(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeError:
        return None


def _wrong_encoding(path: Path, place: str, found: str) -> InputError:
    return input_error(
        path,
        place,
        expected="text in UTF-8 or ISO-8859-1",
        found=f"{found}, as letters look that were saved in one encoding and read in another",
        action="fetch the file again and store it as it came, or save it as CSV UTF-8",
    )
