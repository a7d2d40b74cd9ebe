"""Which modules stand behind a document: of a small made project, by what imports what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from statsbidrag.errors import ProgramError
from statsbidrag.rendering import code_behind
from statsbidrag.rendering.code_behind import behind, imported_by

SOURCES = {
    "base": "class Base:\n    def name(self): return plain()\n\ndef plain(): return 1\n",
    "words": """
        from statsbidrag.deep import TABLE
        WORDS = {"a": TABLE}
        def said(): return WORDS
        def unsaid():
            from statsbidrag.unused import nothing
            return nothing
    """,
    "deep": "TABLE = 1\n",
    "unused": "def nothing(): pass\n",
    "only_typed": "class Typed: pass\n",
    "by_alias": "def called(): return 1\n",
    "package.inner": "from statsbidrag.deep import TABLE as T\ndef f(): return T\n",
    "shadowed": "def rows(): return 1\n",
    "view": """
        from statsbidrag.base import Base
        from statsbidrag.by_alias import called as other
        from statsbidrag.only_typed import Typed
        from statsbidrag.package import inner
        from statsbidrag.shadowed import rows
        from statsbidrag.words import said, unsaid

        class Plain:
            field: Typed
            def shown(self, typed: Typed) -> Typed:
                rows = 1
                return rows

        class Heir(Base):
            pass

        class Talks:
            @property
            def text(self): return _helped()

        class Whole:
            def text(self): return inner.f()

        def _helped(): return said() + other()
        def never(): return unsaid() + rows()
    """,
}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name, text in SOURCES.items():
        path = tmp_path.joinpath("statsbidrag", *name.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = text.splitlines()
        path.write_text("\n".join(line.removeprefix(" " * 8) for line in lines))
    monkeypatch.setattr(code_behind, "PROJECT", tmp_path)
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    for each in (code_behind.behind, code_behind.digest, code_behind._source):
        each.cache_clear()


def kind(name: str, *inherited: type) -> type:
    return type(name, inherited, {"__module__": "statsbidrag.view"})


def names(modules: frozenset[str]) -> set[str]:
    return {module.removeprefix("statsbidrag.") for module in modules}


def test_what_a_module_imports_and_they_import() -> None:
    assert names(imported_by("statsbidrag.view")) == {*SOURCES}
    assert names(imported_by("statsbidrag.words")) == {"words", "deep", "unused"}


def test_a_package_can_be_left_out() -> None:
    left = names(imported_by("statsbidrag.view", but="statsbidrag.package"))
    assert left == {*SOURCES} - {"package.inner"}


def test_a_class_has_its_module_behind_it_and_no_other() -> None:
    assert names(behind(kind("Plain"))) == {"view"}


def test_what_a_class_inherits_is_behind_it() -> None:
    base = type("Base", (), {"__module__": "statsbidrag.base"})
    assert names(behind(kind("Heir", base))) == {"view", "base"}


def test_what_its_methods_reach_is_behind_it_through_helpers_and_tables() -> None:
    assert names(behind(kind("Talks"))) == {"view", "words", "deep", "by_alias"}


def test_a_module_that_is_imported_as_one_is_behind_it_whole() -> None:
    assert names(behind(kind("Whole"))) == {"view", "package.inner", "deep"}


def test_a_class_of_somebody_else_has_nothing_of_ours_behind_it() -> None:
    assert behind(Path) == frozenset()


def test_an_import_that_names_nothing_is_refused(project: Path) -> None:
    (project / "statsbidrag" / "deep.py").write_text("import statsbidrag.unused\n")
    with pytest.raises(ProgramError, match=r"statsbidrag\.deep, line 1: write `from"):
        imported_by("statsbidrag.words")
