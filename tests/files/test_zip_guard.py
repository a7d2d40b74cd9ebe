"""An archive from outside: how much it unpacks to is counted, whatever it claims."""

from __future__ import annotations

import io
import zipfile

import pytest

from statsbidrag.files.zip_guard import BombError, DamagedError, Limits, require_small

LIMITS = Limits(unpacked=1000, tags=10, members=3)


def archive(**files: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in files.items():
            made.writestr(name, text)
    return content.getvalue()


def test_what_is_small_enough_is_named() -> None:
    assert require_small(archive(a="x" * 1000, b="<" * 10), Limits(1010, 10, 2)) == ["a", "b"]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a": "x" * 1001}, "more than 1000 bytes"),
        ({"a": "x" * 600, "b": "x" * 600}, "more than 1000 bytes"),
        ({"a": "<" * 6, "b": "<" * 6}, "more than 10 tags"),
        ({"a": "", "b": "", "c": "", "d": ""}, "4 files in it"),
    ],
)
def test_what_unpacks_to_more_is_refused(files: dict[str, str], said: str) -> None:
    with pytest.raises(BombError, match=said):
        require_small(archive(**files), LIMITS)


def test_what_it_claims_of_its_size_is_not_believed() -> None:
    content = bytearray(archive(a="x" * 5000))
    directory = content.index(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = (5).to_bytes(4, "little")
    with pytest.raises((BombError, DamagedError)):
        require_small(bytes(content), LIMITS)


@pytest.mark.parametrize("cut", [0, 10, 60])
def test_what_cannot_be_unpacked_is_damaged(cut: int) -> None:
    with pytest.raises(DamagedError):
        require_small(archive(a="x" * 900)[:cut], LIMITS)


def test_an_altered_file_is_damaged() -> None:
    content = archive(a="".join(map(str, range(300))))
    with pytest.raises(DamagedError):
        require_small(content[:60] + b"!!" + content[62:], LIMITS)


def test_whoever_looks_sees_every_word_whole() -> None:
    seen: dict[str, bytes] = {}

    def look(name: str, piece: bytes) -> None:
        seen[name] = seen.get(name, b"") + piece

    text = "x" * (2**20 - 3) + "<!DOCTYPE y>"
    require_small(archive(a=text, b="z"), Limits(2**21, 10, 3), look)
    assert b"<!DOCTYPE y>" in seen["a"]
    assert seen["b"] == b"z"
