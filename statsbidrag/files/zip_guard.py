"""Looking into a zip archive from outside before anything reads it.

Belongs here: what an archive unpacks to, and refusing one that no honest program makes. Does not:
what its files mean, or how a refusal is worded for a kind of file.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_CHUNK: Final = 2**20
_OVERLAP: Final = 200
"""Bytes of a piece that are shown again with the next, so that no word falls between two."""


@dataclass(frozen=True)
class Limits:
    """How much an archive may unpack to: bytes, tags of XML (the parser's work), and files."""

    unpacked: int
    tags: int
    members: int


class BombError(Exception):
    """The archive unpacks to more than it may."""


class DamagedError(Exception):
    """The archive cannot be unpacked."""


def require_small(
    content: bytes, limits: Limits, look: Callable[[str, bytes], None] | None = None
) -> list[str]:
    """The names of an archive's files. Raises BombError or DamagedError.

    What members claim of their size is not believed: they are unpacked, a piece at a time, and
    bytes and tags counted. Nothing is kept; `look` is shown each piece with the name of its file.
    """
    unpacked = tags = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > limits.members:
                raise BombError(f"{len(members)} files in it")
            for member in members:
                end = b""
                with archive.open(member) as stream:
                    while piece := stream.read(_CHUNK):
                        if look is not None:
                            look(member.filename, end + piece)
                        end = piece[-_OVERLAP:]
                        unpacked += len(piece)
                        if unpacked > limits.unpacked:
                            raise BombError(f"more than {limits.unpacked} bytes once unpacked")
                        tags += piece.count(b"<")
                        if tags > limits.tags:
                            raise BombError(f"more than {limits.tags} tags once unpacked")
            return [member.filename for member in members]
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        raise DamagedError(str(error)[:80]) from None
