"""Many documents: in their order, in parallel, and not again where nothing changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest

from schemas.manifest import About, HashedFile, Manifest, PublishedDocument
from statsbidrag import press
from statsbidrag.errors import ProgramError
from statsbidrag.pdf import Attachment
from statsbidrag.press import earlier_documents, print_all, store, stored_files
from statsbidrag.rendering import Document


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


def draw(view: Note) -> Document:
    """Stands in for the renderer, here and in a worker process."""
    content = f"{view.path}: {view.text}".encode()
    return Document(view.path, view.title, mark(view), b"<p>" + content, b"%PDF" + content)


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
    told: list[str] = []
    found = print_all(NOTES, {}, progress=told.append)
    assert found == [draw(view) for view in NOTES]
    assert drawn == [view.path for view in NOTES]
    assert told == [view.title for view in NOTES]


def test_what_did_not_change_is_not_drawn_again(drawn: list[str]) -> None:
    old = draw(NOTES[1])
    told: list[str] = []
    found = print_all(NOTES, {(old.path, old.fingerprint): old}, progress=told.append)
    assert found[1] is old
    assert drawn == ["nation/b", "lan/02/c"]
    assert sorted(told) == sorted(view.title for view in NOTES)


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
        f"{d.path}.{suffix}": content
        for d in documents
        for suffix, content in (("html", d.html), ("pdf", d.pdf))
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
