"""Publication: whole or not at all, and `current` only to what is complete."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.manifest import About, HashedFile, PublishedDocument
from statsbidrag.errors import ProgramError
from statsbidrag.publication.fingerprint import Inputs
from statsbidrag.publication.folder import (
    Revision,
    current_manifests,
    current_revision,
    find_revision,
    keep,
    manifest_bytes,
    publish,
    read_manifest,
    write_files,
)

ID = "prov-2025"
FILES = {"allocation.csv": b"a;b\n", "lan/01/underlag.pdf": b"%PDF", "lan/01/underlag.html": b"<p>"}
ABOUT = About.model_validate(
    {
        "title": "Prov",
        "year": 2025,
        "status": "signed",
        "coverage": "complete",
        "total_sek": 1561,
        "maturities": ["estimate"],
        "counties": {"01": "Norra län"},
    }
)


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def inputs(name: str) -> Inputs:
    """The inputs of a revision that differs from others by one file's content."""
    content = name.encode()
    return Inputs(
        (HashedFile(path="raw/a.yaml", sha256=sha(content), bytes=len(content)),), {"python": "3"}
    )


def published(
    output: Path, name: str = "A", files: dict[str, bytes] = FILES, withheld: tuple[str, ...] = ()
) -> Revision:
    document = PublishedDocument(path="lan/01/underlag", title="U", fingerprint=sha(b"u"))
    return publish(output, ID, inputs(name), files, [document], withheld, ABOUT)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, links not followed."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(parent.is_symlink() for parent in (path, *path.parents))
    }


def current(output: Path) -> str:
    return os.readlink(output / ID / "current")


def test_a_revision_is_what_was_given_and_its_manifest(tmp_path: Path) -> None:
    made = published(tmp_path)
    fingerprint = inputs("A").fingerprint
    assert made.new
    assert made.folder == tmp_path / ID / fingerprint[:12]
    assert tree(made.folder) == {**FILES, "manifest.json": manifest_bytes(made.manifest)}
    assert current(tmp_path) == made.folder.name
    manifest = json.loads((made.folder / "manifest.json").read_bytes())
    assert (manifest["format"], manifest["agreement"]) == (1, ID)
    assert (manifest["state"], manifest["withheld"]) == ("complete", [])
    assert manifest["fingerprint"] == fingerprint
    assert manifest["outputs"] == [
        {"path": name, "sha256": sha(content), "bytes": len(content)}
        for name, content in sorted(FILES.items())
    ]
    assert manifest["inputs"] == [{"path": "raw/a.yaml", "sha256": sha(b"A"), "bytes": 1}]
    assert read_manifest(made.folder) == made.manifest


def test_the_same_inputs_make_no_second_revision(tmp_path: Path) -> None:
    first = published(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in first.folder.rglob("*")}
    second = published(tmp_path, files={**FILES, "allocation.csv": b"never written"})
    assert not second.new
    assert (second.folder, second.manifest) == (first.folder, first.manifest)
    assert {path: path.stat().st_mtime_ns for path in first.folder.rglob("*")} == before
    assert find_revision(tmp_path, ID, inputs("A").fingerprint) == second


def test_the_order_of_files_is_irrelevant(tmp_path: Path) -> None:
    one = published(tmp_path / "1")
    other = published(tmp_path / "2", files=dict(reversed(FILES.items())))
    assert tree(one.folder) == tree(other.folder)


def test_nothing_depends_on_what_lies_there(tmp_path: Path) -> None:
    published(tmp_path / "1", "B")
    assert tree(published(tmp_path / "1").folder) == tree(published(tmp_path / "2").folder)


def test_back_to_an_earlier_revision(tmp_path: Path) -> None:
    a, b = published(tmp_path, "A"), published(tmp_path, "B")
    assert current(tmp_path) == b.folder.name
    again = published(tmp_path, "A")
    assert not again.new
    assert current(tmp_path) == a.folder.name
    keep(tmp_path, b)
    assert current(tmp_path) == b.folder.name
    assert sorted(path.name for path in (tmp_path / ID).iterdir()) == sorted(
        [a.folder.name, b.folder.name, "current"]
    )


def test_what_is_withheld_is_never_current(tmp_path: Path) -> None:
    first = published(tmp_path, "W", withheld=("documents",))
    assert (first.manifest.state, first.manifest.withheld) == ("withheld", ("documents",))
    assert not (tmp_path / ID / "current").exists()
    complete = published(tmp_path, "A")
    published(tmp_path, "W", withheld=("documents",))
    keep(tmp_path, first)
    assert current(tmp_path) == complete.folder.name


@pytest.mark.parametrize("name", [*FILES, "manifest.json"])
@pytest.mark.parametrize("how", ["altered", "removed"])
def test_an_altered_revision_is_not_taken_for_whole(tmp_path: Path, name: str, how: str) -> None:
    path = published(tmp_path).folder / name
    if how == "altered":
        path.write_bytes(path.read_bytes()[:-3] + b"xyz")
    else:
        path.unlink()
    with pytest.raises(ProgramError) as caught:
        published(tmp_path)
    assert str(caught.value).startswith(str(path))
    assert f"Remove the folder {path.parents[name.count('/')]} and run again." in str(caught.value)
    assert caught.value.exit_code == 3


def test_a_manifest_with_an_altered_hash(tmp_path: Path) -> None:
    folder = published(tmp_path).folder
    text = (folder / "manifest.json").read_text("utf-8")
    (folder / "manifest.json").write_text(text.replace(sha(b"%PDF"), sha(b"%pdf")), "utf-8")
    with pytest.raises(ProgramError, match="is not what the manifest says"):
        find_revision(tmp_path, ID, inputs("A").fingerprint)


def test_another_revision_of_the_same_name(tmp_path: Path) -> None:
    # Twelve digits are not the whole fingerprint.
    published(tmp_path)
    fingerprint = inputs("A").fingerprint[:12] + "0" * 52
    with pytest.raises(ProgramError, match="another revision has the same name; move it away"):
        find_revision(tmp_path, ID, fingerprint)


def test_no_revision(tmp_path: Path) -> None:
    assert find_revision(tmp_path, ID, "0" * 64) is None
    assert current_revision(tmp_path, ID) == (tmp_path / ID / "current", None)
    assert current_manifests(tmp_path) == ({}, [])


def test_what_is_current(tmp_path: Path) -> None:
    made = published(tmp_path)
    assert current_revision(tmp_path, ID)[1] == made.manifest
    assert current_manifests(tmp_path) == ({ID: made.manifest}, [])


# When writing fails ---------------------------------------------------------------------------

Fail = Callable[[Path], bool]


def failing(monkeypatch: pytest.MonkeyPatch, code: int, method: str, when: Fail) -> None:
    """Makes a method of Path fail where `when` says so, as the machine would."""
    real = getattr(Path, method)

    def fake(self: Path, *args: object, **named: object) -> object:
        if when(self):
            if method == "write_bytes":
                real(self, b"half")
            raise OSError(code, os.strerror(code), str(self))
        return real(self, *args, **named)

    monkeypatch.setattr(Path, method, fake)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EACCES, "no permission to write"),
        (errno.EROFS, "the disk is read-only"),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
@pytest.mark.parametrize("name", [*FILES, "manifest.json"])
def test_nothing_is_left_of_a_failed_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, reason: str, name: str
) -> None:
    before = published(tmp_path, "A")
    there = tree(tmp_path)
    failing(monkeypatch, code, "write_bytes", lambda path: path.as_posix().endswith(f"/{name}"))
    with pytest.raises(ProgramError) as caught:
        published(tmp_path, "B")
    assert f"{name}: {reason}. Nothing new was published" in str(caught.value)
    assert "the previous revision stands" in str(caught.value)
    assert caught.value.exit_code == 3
    assert tree(tmp_path) == there
    assert [path.name for path in (tmp_path / ID).glob(".*")] == []
    assert current(tmp_path) == before.folder.name
    monkeypatch.undo()
    assert published(tmp_path, "B").new


@pytest.mark.parametrize("method", ["rename", "mkdir"])
def test_nothing_is_left_when_the_folder_cannot_be_put_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    published(tmp_path, "A")
    there = tree(tmp_path)
    failing(monkeypatch, errno.ENOSPC, method, lambda path: ".unfinished-" in path.as_posix())
    with pytest.raises(ProgramError, match="the disk is full"):
        published(tmp_path, "B")
    assert tree(tmp_path) == there
    assert [path.name for path in (tmp_path / ID).glob(".*")] == []


def test_an_interrupted_writing_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.write_bytes

    def interrupted(self: Path, content: bytes) -> int:
        if self.name == "manifest.json":
            raise KeyboardInterrupt
        return real(self, content)

    monkeypatch.setattr(Path, "write_bytes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        published(tmp_path)
    assert list((tmp_path / ID).iterdir()) == []


def test_a_failed_switch_leaves_the_previous(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = published(tmp_path, "A")
    failing(monkeypatch, errno.ENOSPC, "symlink_to", lambda path: True)
    with pytest.raises(ProgramError, match="the disk is full"):
        published(tmp_path, "B")
    assert current(tmp_path) == a.folder.name
    monkeypatch.undo()
    # The revision is whole and there already; the next run only switches.
    b = published(tmp_path, "B")
    assert not b.new
    assert current(tmp_path) == b.folder.name


def test_what_a_killed_writer_left_is_cleaned(tmp_path: Path) -> None:
    published(tmp_path, "A")
    left = tmp_path / ID / ".unfinished-abc123"
    (left / "lan").mkdir(parents=True)
    (left / "lan" / "halv.pdf").write_bytes(b"%P")
    (tmp_path / ID / ".unfinished-current").symlink_to("ingenstans")
    made = published(tmp_path, "B")
    assert not left.exists()
    assert [path.name for path in (tmp_path / ID).glob(".*")] == []
    assert current(tmp_path) == made.folder.name


def test_a_file_where_the_output_should_be(tmp_path: Path) -> None:
    (tmp_path / "ut").write_text("x")
    with pytest.raises(ProgramError, match="there is a file where a folder should be"):
        published(tmp_path / "ut")


def test_a_folder_where_current_should_be(tmp_path: Path) -> None:
    (tmp_path / ID / "current" / "x").mkdir(parents=True)
    with pytest.raises(ProgramError, match="Nothing new was published"):
        published(tmp_path)


def test_others_may_read_a_revision(tmp_path: Path) -> None:
    # mkdtemp makes folders for the owner alone.
    assert published(tmp_path).folder.stat().st_mode & 0o777 == 0o755


# Files at the top -----------------------------------------------------------------------------


def test_files_at_the_top_are_replaced_only_where_they_differ(tmp_path: Path) -> None:
    write_files(tmp_path, {"index.html": b"1", "a/b.html": b"2"})
    before = (tmp_path / "index.html").stat()
    write_files(tmp_path, {"index.html": b"1", "a/b.html": b"3"})
    assert (tmp_path / "index.html").stat().st_ino == before.st_ino
    assert (tmp_path / "index.html").stat().st_mtime_ns == before.st_mtime_ns
    assert (tmp_path / "a" / "b.html").read_bytes() == b"3"


def test_a_file_at_the_top_is_never_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, {"index.html": b"gammal"})
    there = tree(tmp_path)
    failing(monkeypatch, errno.ENOSPC, "write_bytes", lambda path: True)
    with pytest.raises(ProgramError, match="the disk is full"):
        write_files(tmp_path, {"index.html": b"ny"})
    assert tree(tmp_path) == there
