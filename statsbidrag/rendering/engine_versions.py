"""The versions of everything that decides how a page is set, asked for without starting any of it.

Belongs here: which libraries those are, and asking them. Does not: setting pages
(`statsbidrag.rendering.pdf`), or the versions that figures depend on
(`statsbidrag.publication.fingerprint`).
"""

from __future__ import annotations

import ctypes
from ctypes.util import find_library
from functools import lru_cache
from importlib.metadata import version
from typing import Final

from statsbidrag.errors import ProgramError

_PACKAGES: Final = ("weasyprint", "pydyf", "fonttools", "jinja2")

# WeasyPrint opens the same two files: by their names on Linux, macOS and Windows.
_PANGO: Final = ("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0.dll")
_HARFBUZZ: Final = ("libharfbuzz.so.0", "libharfbuzz.0.dylib", "libharfbuzz-0.dll")


@lru_cache(maxsize=1)
def engine_versions() -> dict[str, str]:
    """The versions by name, for fingerprints and manifests.

    Raises ProgramError where a library is not there.
    """
    return {
        **{name: version(name) for name in _PACKAGES},
        "pango": _asked("pango-1.0", _PANGO, "pango_version_string"),
        "harfbuzz": _asked("harfbuzz", _HARFBUZZ, "hb_version_string"),
    }


def _asked(name: str, files: tuple[str, ...], function: str) -> str:
    """What a library's own function says of its version."""
    ask = getattr(_opened(name, files), function)
    ask.argtypes = []
    ask.restype = ctypes.c_char_p
    answer: bytes = ask()
    return answer.decode()


def _opened(name: str, files: tuple[str, ...]) -> ctypes.CDLL:
    for file in files:
        try:
            return ctypes.CDLL(file)
        except OSError:
            continue
    # Slow, it may start a compiler: only where a library has a place of its own.
    found = find_library(name)
    if found is None:
        raise ProgramError(f"the library {name} is not installed: no document can be set.")
    return ctypes.CDLL(found)
