"""A Word document as somebody edits it: its parts changed as text, and packed again.

Belongs here: changing. Does not: any expectation.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

MAIN = "word/document.xml"


def parts_of(content: bytes) -> dict[str, bytes]:
    """The parts of a Word document, by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Mapping[str, bytes]) -> bytes:
    """These parts as a file."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def changed(path: Path, change: Callable[[str], str], part: str = MAIN) -> None:
    """One part of the file, changed in place as text."""
    parts = parts_of(path.read_bytes())
    parts[part] = change(parts[part].decode()).encode()
    path.write_bytes(packed(parts))


def span(text: str, bookmark: str) -> tuple[int, int, str]:
    """Where a bookmark begins and ends with its marks, and what is between them."""
    found = re.search(
        rf'<w:bookmarkStart w:id="([0-9]+)" w:name="{bookmark}"/>(.*?)<w:bookmarkEnd w:id="\1"/>',
        text,
        re.DOTALL,
    )
    assert found, f"no bookmark {bookmark}"
    return found.start(), found.end(), found[2]


def rewritten(bookmark: str, runs: str) -> Callable[[str], str]:
    """Changes what stands in a bookmark, which stays."""

    def change(text: str) -> str:
        start, end, inside = span(text, bookmark)
        whole = text[start:end]
        return text[:start] + whole.replace(inside, runs) + text[end:]

    return change


def beside(bookmark: str, before: str = "", after: str = "") -> Callable[[str], str]:
    """Adds runs directly outside a bookmark, in its paragraph."""

    def change(text: str) -> str:
        start, end, _ = span(text, bookmark)
        return text[:start] + before + text[start:end] + after + text[end:]

    return change


def run(text: str, tag: str = "t", properties: str = "") -> str:
    """A piece of text as a word processor writes it."""
    looks = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{looks}<w:{tag} xml:space="preserve">{text}</w:{tag}></w:r>'
