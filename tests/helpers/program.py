"""Running the program as a user does, and what such tests need around it.

Belongs here: plain helpers. Does not: fixtures (`conftest.py`), or any expectation.
"""

from __future__ import annotations

import contextlib
import csv
import gc
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import typer
from typer.main import get_command

from statsbidrag.files.project import PROJECT

PROGRAM = PROJECT / ".venv" / "bin" / "statsbidrag"
RAW = PROJECT / "raw"
A23, A24, A25 = "psykisk-halsa-2023", "psykisk-halsa-2024", "psykisk-halsa-2025"

Row = dict[str, str]


@dataclass(frozen=True)
class Ended:
    """How a call ended: what a user sees."""

    code: int
    out: str
    err: str

    def require(self, code: int) -> Ended:
        """The call itself, if it ended with this code and without a traceback."""
        assert self.code == code, f"exit {self.code}, not {code}\n{self.out}\n{self.err}"
        assert "Traceback" not in self.out + self.err
        return self

    def rows(self) -> list[Row]:
        """What was printed as CSV."""
        return list(csv.DictReader(io.StringIO(self.out)))

    def amounts(self, post: str) -> dict[str, int]:
        """The amounts of one post, by recipient code, from what was printed as CSV."""
        own = (row for row in self.rows() if row["post"] == post)
        return {row["recipient_code"]: int(row["amount_sek"]) for row in own}


def environment(**changes: str | None) -> dict[str, str]:
    """This process' environment, without what would change the program's ways."""
    found = {k: v for k, v in os.environ.items() if not k.startswith(("DAGSTER", "PANDERA"))}
    for name, value in changes.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = value
    return found


def program(
    *args: str | Path, cwd: Path = PROJECT, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """The console script itself, in a process of its own."""
    return subprocess.run(
        [PROGRAM, *args],
        cwd=cwd,
        env=environment() if env is None else env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )


def ended(process: subprocess.CompletedProcess[bytes]) -> Ended:
    return Ended(process.returncode, process.stdout.decode(), process.stderr.decode())


class _Left(BaseException):
    """Stands for the end of the process."""


@cache
def _command(app: typer.Typer) -> Any:
    """The command line, put together once for all calls of this process."""
    return get_command(app)


def in_process(*args: str | Path) -> Ended:
    """The same `main()` as the console script's, without the time that a process takes to start."""
    from pipelines import cli

    def leave(code: int) -> None:
        raise _Left(code)

    out, err = io.StringIO(), io.StringIO()
    hypothesis = sys.modules.get("hypothesis")
    try:
        with (
            mock.patch.object(sys, "argv", ["statsbidrag", *map(str, args)]),
            mock.patch.object(cli, "_leave", leave),
            mock.patch.object(cli, "get_command", _command),
            mock.patch.dict(os.environ, environment(), clear=True),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            cli.main()
    except _Left as left:
        return Ended(left.args[0], out.getvalue(), err.getvalue())
    finally:
        gc.enable()
        if hypothesis is None and sys.modules.get("hypothesis", 0) is None:
            del sys.modules["hypothesis"]
    raise AssertionError("the program did not end")


@dataclass(frozen=True)
class RawCopy:
    """A copy of the raw files that a test may change."""

    root: Path

    def path(self, name: str) -> Path:
        return self.root / name

    def replace(self, name: str, old: str, new: str) -> None:
        """One text in one file, which must stand there exactly once."""
        content = self.path(name).read_bytes()
        count = content.count(old.encode())
        assert count == 1, f"{old!r} stands {count} times in {name}"
        self.path(name).write_bytes(content.replace(old.encode(), new.encode()))

    def write(self, name: str, content: bytes) -> None:
        """Another content, which its sidecar then says too."""
        self.path(name).write_bytes(content)
        self.seal(name)

    def seal(self, name: str) -> None:
        """The sidecar's size and hash, as the file now is."""
        content = self.path(name).read_bytes()
        sidecar = self.path(name).with_suffix(".yaml")
        text = sidecar.read_text("utf-8")
        digest = hashlib.sha256(content).hexdigest()
        text = re.sub(r"(?m)^sha256: .*$", f"sha256: {digest}", text)
        text = re.sub(r"(?m)^bytes: .*$", f"bytes: {len(content)}", text)
        sidecar.write_text(text, "utf-8")

    def change_json(self, name: str, change: Callable[[Any], None]) -> None:
        """An extract changed as data, sealed anew."""
        data = json.loads(self.path(name).read_bytes())
        change(data)
        self.write(name, json.dumps(data, ensure_ascii=False).encode())

    def change_text(self, name: str, old: str, new: str) -> None:
        """A file from outside with one text changed, sealed anew."""
        self.replace(name, old, new)
        self.seal(name)


def copy_of_raw(folder: Path) -> RawCopy:
    shutil.copytree(RAW, folder)
    return RawCopy(folder)


def tree(folder: Path) -> dict[str, bytes | str]:
    """Everything below a folder: the bytes of files, the targets of links, `/` for folders."""
    found: dict[str, bytes | str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = f"-> {os.readlink(path)}"
        else:
            found[name] = "/" if path.is_dir() else path.read_bytes()
    return found


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Which file stands at each path, and when it was written; the lock is opened every time."""
    return {
        path.relative_to(folder).as_posix(): (path.lstat().st_ino, path.lstat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.name != ".lock" and (path.is_symlink() or not path.is_dir())
    }


def manifest(folder: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((folder / "manifest.json").read_bytes())
    return data


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def current(output: Path, agreement: str) -> Path:
    """The folder that `current` leads to."""
    link = output / agreement / "current"
    assert link.is_symlink()
    name = link.readlink()
    assert not name.is_absolute()
    assert len(name.parts) == 1
    return link.resolve(strict=True)


def revisions(output: Path, agreement: str) -> set[str]:
    """Every revision's folder; only `current` and the differences may stand beside them."""
    names = {path.name for path in (output / agreement).iterdir()} - {"current", "diff"}
    assert all(re.fullmatch(r"[0-9a-f]{12}", name) for name in names), names
    return names
