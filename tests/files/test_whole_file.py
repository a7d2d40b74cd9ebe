"""A file is put in place whole or not at all, and over another one only where that is meant."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from statsbidrag.files.whole_file import put_whole


@pytest.mark.parametrize("replace", [True, False])
def test_a_new_file_is_there_whole_and_alone(tmp_path: Path, replace: bool) -> None:
    path = tmp_path / "plan.yaml"
    put_whole(path, b"ett", replace=replace)
    assert path.read_bytes() == b"ett"
    assert path.stat().st_mode & 0o777 == 0o644
    assert [*tmp_path.iterdir()] == [path]


def test_another_file_is_replaced_only_where_that_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_bytes(b"ett")
    with pytest.raises(FileExistsError):
        put_whole(path, "två".encode(), replace=False)
    assert path.read_bytes() == b"ett"
    put_whole(path, "två".encode(), replace=True)
    assert path.read_text("utf-8") == "två"
    assert [*tmp_path.iterdir()] == [path]


def test_what_was_there_stands_where_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "plan.yaml"
    path.write_bytes(b"ett")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        put_whole(path, "två".encode(), replace=True)
    assert path.read_bytes() == b"ett"
    assert [*tmp_path.iterdir()] == [path]


def test_no_folder_is_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        put_whole(tmp_path / "ingen" / "plan.yaml", b"ett", replace=True)
