"""Publication: a revision is written whole beside the others and renamed into place, or not at all.

Belongs here: folders, hashes, the manifest, switching `current`. Does not: what the files say.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from filelock import FileLock
from pydantic import ValidationError

from schemas.manifest import About, HashedFile, Manifest, PublishedDocument
from statsbidrag.errors import ProgramError
from statsbidrag.publication.fingerprint import Inputs

MANIFEST: Final = "manifest.json"
CURRENT: Final = "current"
NAME_LENGTH: Final = 12
_UNFINISHED: Final = ".unfinished-"


@dataclass(frozen=True)
class Revision:
    """A published revision, and whether it is new."""

    folder: Path
    manifest: Manifest
    new: bool


def find_revision(output: Path, agreement_id: str, fingerprint: str) -> Revision | None:
    """The revision of these inputs if it is there, whole. Raises ProgramError if it was altered."""
    folder = output / agreement_id / fingerprint[:NAME_LENGTH]
    if not folder.is_dir():
        return None
    manifest = read_manifest(folder)
    if manifest.fingerprint != fingerprint:
        raise ProgramError(f"{folder}: another revision has the same name; move it away.")
    for file in manifest.outputs:
        path = folder / file.path
        if not path.is_file() or _hashed(file.path, path.read_bytes()) != file:
            raise ProgramError(
                f"{path} is not what the manifest says: somebody has changed the published "
                f"revision. Remove the folder {folder} and run again."
            )
    return Revision(folder, manifest, new=False)


def publish(
    output: Path,
    agreement_id: str,
    inputs: Inputs,
    files: Mapping[str, bytes],
    documents: Sequence[PublishedDocument],
    withheld: Sequence[str],
    about: About,
) -> Revision:
    """A revision with these files; `current` is switched to it only if nothing is withheld.

    The same inputs make no second revision: the one that is there is returned. Raises ProgramError
    where the disk is full or may not be written; then nothing new is left behind.
    """
    with _writing(output):
        home = output / agreement_id
        found = find_revision(output, agreement_id, inputs.fingerprint)
        if found is None:
            manifest = _manifest(agreement_id, inputs, files, documents, withheld, about)
            folder = home / inputs.fingerprint[:NAME_LENGTH]
            _write_whole(folder, files, manifest)
            found = Revision(folder, manifest, new=True)
        if found.manifest.state == "complete":
            _switch(home, found.folder.name)
        return found


def keep(output: Path, revision: Revision) -> Revision:
    """A revision that is there already, made current again where it is complete."""
    with _writing(output):
        if revision.manifest.state == "complete":
            _switch(revision.folder.parent, revision.folder.name)
    return revision


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Files at the top of the output, each replaced atomically."""
    with _writing(folder):
        for name, content in files.items():
            path = folder / name
            if path.is_file() and path.read_bytes() == content:
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f"{_UNFINISHED}{path.name}")
            try:
                beside.write_bytes(content)
                beside.replace(path)
            except BaseException:
                beside.unlink(missing_ok=True)
                raise


def remove_others(output: Path, folder: str, keep: Collection[str]) -> None:
    """Takes away what a folder at the top of the output holds besides these files."""
    with _writing(output):
        for path in sorted((output / folder).rglob("*"), reverse=True):
            if path.is_dir() and not path.is_symlink():
                with contextlib.suppress(OSError):
                    path.rmdir()
            elif path.relative_to(output).as_posix() not in keep:
                path.unlink()


class UnreadableManifestError(ProgramError):
    """A manifest that is missing, or not ours: `path` is where it should lie, `reason` why."""

    def __init__(self, path: Path, error: Exception, reason: str) -> None:
        """`error` is what reading it gave, `reason` the same in words."""
        self.path = path
        self.reason = reason
        self.found = f"{path} cannot be read ({type(error).__name__})"
        super().__init__(f"{self.found}. Remove the folder {path.parent} and run again.")


def read_manifest(folder: Path) -> Manifest:
    """A revision's manifest, wherever the folder lies: nothing else reads one.

    Raises UnreadableManifestError where it is missing, is not ours, or lists a file outside.
    """
    path = folder / MANIFEST
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
        for file in manifest.outputs:
            parts = PurePosixPath(file.path)
            if parts.is_absolute() or ".." in parts.parts:
                raise ValueError(f"a file outside the folder: {file.path}")
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise UnreadableManifestError(path, error, reason) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        reason = f"{where}: {first['msg']}" if where else first["msg"]
        raise UnreadableManifestError(path, error, reason) from None
    except ValueError as error:
        raise UnreadableManifestError(path, error, str(error)) from None
    return manifest


def current_revision(output: Path, agreement_id: str) -> tuple[Path, Manifest | None]:
    """The folder and manifest of an agreement's current revision; no manifest where none is."""
    folder = output / agreement_id / CURRENT
    return folder, read_manifest(folder) if folder.is_dir() else None


def current_manifests(output: Path) -> tuple[dict[str, Manifest], list[ProgramError]]:
    """The manifest of each agreement's current revision, and the errors of those without one."""
    found: dict[str, Manifest] = {}
    failed: list[ProgramError] = []
    for link in sorted(output.glob(f"*/{CURRENT}")):
        if link.is_dir():
            try:
                found[link.parent.name] = read_manifest(link)
            except ProgramError as error:
                failed.append(error)
    return found, failed


def manifest_bytes(manifest: Manifest) -> bytes:
    """The manifest as it is written: readable, keys in order, one form only."""
    data = manifest.model_dump(mode="json")
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def _manifest(
    agreement_id: str,
    inputs: Inputs,
    files: Mapping[str, bytes],
    documents: Sequence[PublishedDocument],
    withheld: Sequence[str],
    about: About,
) -> Manifest:
    return Manifest(
        format=1,
        agreement=agreement_id,
        fingerprint=inputs.fingerprint,
        about=about,
        state="withheld" if withheld else "complete",
        withheld=tuple(withheld),
        inputs=inputs.files,
        outputs=tuple(_hashed(name, files[name]) for name in sorted(files)),
        documents=tuple(documents),
        versions=inputs.versions,
    )


def _hashed(name: str, content: bytes) -> HashedFile:
    return HashedFile(path=name, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))


def _write_whole(folder: Path, files: Mapping[str, bytes], manifest: Manifest) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left in folder.parent.glob(f"{_UNFINISHED}*"):
        # We hold the lock, so whoever began this folder is gone.
        shutil.rmtree(left, ignore_errors=True)
    beside = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=folder.parent))
    try:
        for name, content in {**files, MANIFEST: manifest_bytes(manifest)}.items():
            path = beside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        beside.chmod(0o755)
        beside.rename(folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def _switch(home: Path, name: str) -> None:
    link = home / CURRENT
    if link.is_symlink() and os.readlink(link) == name:
        return
    beside = home / f"{_UNFINISHED}{CURRENT}"
    beside.unlink(missing_ok=True)
    beside.symlink_to(name)
    beside.replace(link)


@contextlib.contextmanager
def _writing(output: Path) -> Iterator[None]:
    """One writer at a time; what the machine refuses becomes our own error."""
    try:
        output.mkdir(parents=True, exist_ok=True)
        with FileLock(output / ".lock"):
            yield
    except OSError as error:
        reason = {
            errno.ENOSPC: "the disk is full",
            errno.EACCES: "no permission to write",
            errno.EROFS: "the disk is read-only",
            errno.ENOTDIR: "there is a file where a folder should be",
            errno.EEXIST: "there is a file where a folder should be",
        }.get(error.errno or 0, error.strerror or "writing failed")
        where = error.filename or output
        raise ProgramError(
            f"{where}: {reason}. Nothing new was published; the previous revision stands."
        ) from None
