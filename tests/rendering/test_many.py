"""Many documents: in their order, in parallel, and not again where nothing changed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest

from schemas.manifest import About, HashedFile, Manifest, PublishedDocument
from statsbidrag.errors import ProgramError
from statsbidrag.rendering import many as press
from statsbidrag.rendering.document import Document
from statsbidrag.rendering.many import earlier_documents, print_all, store, stored_files
from statsbidrag.rendering.pdf import Attachment


@dataclass(frozen=True)
class Note:
    """The smallest view: a text at a path."""

    template: ClassVar[str] = "dokument.html.jinja"
    path: str
    text: str = "x"

    @property
    def title(self) -> str:
        return f"Om {self.path}"

    @property
    def created(self) -> datetime:
        return datetime(2025, 1, 30, tzinfo=UTC)

    def attachments(self) -> tuple[Attachment, ...]:
        return ()


def mark(view: Note) -> str:
    return press._sha(f"{view.path} {view.text}".encode())


@dataclass
class Told:
    """Remembers what it is told of."""

    expected: dict[str, int] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)

    def expect(self, family: str, count: int) -> None:
        self.expected[family] = count

    def step(self, family: str) -> None:
        self.done.append(family)


def draw(view: Note) -> Document:
    """Stands in for the renderer, here and in a worker process."""
    content = f"{view.path}: {view.text}".encode()
    files = {"html": b"<p>" + content, "pdf": b"%PDF" + content}
    return Document(view.path, view.title, mark(view), files)


def draw_nothing(view: Note) -> Document:
    raise ProgramError(f"{view.path}: no ink")


def die(view: Note) -> Document:
    os._exit(9)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of what is drawn in this process, in that order."""
    paths: list[str] = []

    def counting(view: Note) -> Document:
        paths.append(view.path)
        return draw(view)

    monkeypatch.setattr(press, "render", counting)
    monkeypatch.setattr(press, "fingerprint", mark)
    return paths


NOTES = [Note("nation/b"), Note("lan/01/a"), Note("lan/02/c")]


def test_documents_in_the_order_of_their_views(drawn: list[str]) -> None:
    told = Told()
    found = print_all(NOTES, {}, progress=told)
    assert found == [draw(view) for view in NOTES]
    assert drawn == [view.path for view in NOTES]
    assert (told.expected, told.done) == ({"b": 1, "a": 1, "c": 1}, ["b", "a", "c"])


def test_what_did_not_change_is_not_drawn_again(drawn: list[str]) -> None:
    old = draw(NOTES[1])
    told = Told()
    found = print_all(NOTES, {(old.path, old.fingerprint): old}, progress=told)
    assert found[1] is old
    assert drawn == ["nation/b", "lan/02/c"]
    assert sorted(told.done) == ["a", "b", "c"]


def test_another_content_or_path_is_drawn(drawn: list[str]) -> None:
    old = draw(NOTES[0])
    earlier = {(old.path, old.fingerprint): old}
    print_all([Note("nation/b", "y"), Note("nation/c")], earlier)
    assert drawn == ["nation/b", "nation/c"]


def test_nothing_to_print(drawn: list[str]) -> None:
    assert print_all([], {}, jobs=4) == []
    assert drawn == []


def test_in_parallel_the_order_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    # Functions go to workers by name: `draw` is one of this module, a closure would not go.
    monkeypatch.setattr(press, "render", draw)
    monkeypatch.setattr(press, "fingerprint", mark)
    notes = [Note(f"lan/{number:02}/a") for number in range(9)]
    old = draw(notes[4])
    found = print_all(notes, {(old.path, old.fingerprint): old}, jobs=2)
    assert found == [draw(view) for view in notes]
    assert found[4] is old


def test_many_take_several_pools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "render", draw)
    monkeypatch.setattr(press, "fingerprint", mark)
    monkeypatch.setattr(press, "_LIFETIME", 2)
    notes = [Note(f"lan/{number:02}/a") for number in range(9)]
    assert print_all(notes, {}, jobs=2) == [draw(view) for view in notes]


def test_a_family_is_counted_whole(drawn: list[str]) -> None:
    told = Told()
    notes = [Note("lan/01/brev"), Note("nation/tabell"), Note("lan/02/brev")]
    print_all(notes, {}, progress=told)
    assert told.expected == {"brev": 2, "tabell": 1}
    assert told.done == ["brev", "tabell", "brev"]


def test_what_fails_in_a_process_is_told_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "render", draw_nothing)
    monkeypatch.setattr(press, "fingerprint", mark)
    with pytest.raises(ProgramError, match="no ink"):
        print_all(NOTES, {}, jobs=2)


def test_a_process_that_dies_is_an_error_with_a_way_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "render", die)
    monkeypatch.setattr(press, "fingerprint", mark)
    with pytest.raises(ProgramError, match=r"ended from outside.*--jobs 1"):
        print_all(NOTES, {}, jobs=2)


# On disk --------------------------------------------------------------------------------------


def manifest(documents: Sequence[Document], files: Sequence[HashedFile]) -> Manifest:
    return Manifest(
        format=1,
        agreement="prov-2025",
        fingerprint="0" * 64,
        about=About.model_validate(
            {
                "title": "Prov",
                "year": 2025,
                "status": "signed",
                "coverage": "complete",
                "total_sek": 1,
                "maturities": [],
                "counties": {},
            }
        ),
        state="complete",
        withheld=(),
        inputs=(),
        outputs=tuple(files),
        documents=tuple(
            PublishedDocument(path=d.path, title=d.title, fingerprint=d.fingerprint)
            for d in documents
        ),
        versions={},
    )


def test_stored_documents_come_back(tmp_path: Path) -> None:
    documents = [draw(view) for view in NOTES]
    folder = tmp_path / "tryck"
    (folder / "gammal").mkdir(parents=True)
    stored = store(documents, folder, "f" * 64)
    assert stored.fingerprint == "f" * 64
    assert not (folder / "gammal").exists()
    assert stored_files(stored, folder) == {
        f"{view.path}.{suffix}": getattr(draw(view), suffix)
        for view in NOTES
        for suffix in ("html", "pdf")
    }


@pytest.mark.parametrize("how", ["altered", "removed"])
def test_stored_documents_that_changed(tmp_path: Path, how: str) -> None:
    stored = store([draw(NOTES[0])], tmp_path / "tryck", "f" * 64)
    path = tmp_path / "tryck" / "nation" / "b.pdf"
    path.unlink() if how == "removed" else path.write_bytes(b"%PDF annan")
    with pytest.raises(ProgramError, match=r"b\.pdf has changed since it was rendered: run again"):
        stored_files(stored, tmp_path / "tryck")


def test_earlier_documents_are_those_that_are_still_whole(tmp_path: Path) -> None:
    documents = [draw(view) for view in NOTES]
    stored = store(documents, tmp_path / "rev", "f" * 64)
    published = manifest(documents, stored.files)
    found = earlier_documents(tmp_path / "rev", published)
    assert found == {(d.path, d.fingerprint): d for d in documents}
    (tmp_path / "rev" / "nation" / "b.html").write_bytes(b"<p>annat")
    (tmp_path / "rev" / "lan" / "02" / "c.pdf").unlink()
    found = earlier_documents(tmp_path / "rev", published)
    assert list(found) == [("lan/01/a", documents[1].fingerprint)]


def test_there_is_no_earlier_revision(tmp_path: Path) -> None:
    assert earlier_documents(tmp_path, None) == {}
