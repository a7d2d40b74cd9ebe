"""The versions that documents depend on: all of them, and asked for cheaply."""

from __future__ import annotations

import subprocess
import sys

import pytest

from statsbidrag.errors import ProgramError
from statsbidrag.rendering import engine_versions as module
from statsbidrag.rendering.engine_versions import engine_versions


def test_versions_name_every_engine() -> None:
    names = {"weasyprint", "pydyf", "fonttools", "jinja2", "pango", "harfbuzz"}
    versions = engine_versions()
    assert set(versions) == names
    assert all(text[0].isdigit() for text in versions.values())


def test_they_are_those_of_the_libraries_that_weasyprint_uses() -> None:
    from weasyprint.text.ffi import ffi, harfbuzz, pango

    ffi.cdef("const char *pango_version_string(void); const char *hb_version_string(void);")
    versions = engine_versions()
    assert versions["pango"] == ffi.string(pango.pango_version_string()).decode()
    assert versions["harfbuzz"] == ffi.string(harfbuzz.hb_version_string()).decode()


def test_asking_for_versions_does_not_import_weasyprint() -> None:
    program = (
        "import sys\n"
        "from statsbidrag.publication.fingerprint import versions\n"
        "assert versions()['weasyprint']\n"
        "sys.exit('weasyprint' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_library_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PANGO", ("libpango-that-is-not-there.so",))
    monkeypatch.setattr(module, "find_library", lambda name: None)
    engine_versions.cache_clear()
    with pytest.raises(ProgramError, match=r"pango-1\.0 is not installed"):
        engine_versions()
