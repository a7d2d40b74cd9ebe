"""Many documents at once: rendered in parallel, or taken from an earlier revision unchanged.

Belongs here: the process pool, the reuse of documents whose fingerprint is the same, and their
files on the way to publication. Does not: how one document is rendered
(`statsbidrag.rendering.document`).
"""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Final, Protocol

from schemas.manifest import HashedFile, Manifest, PublishedDocument
from schemas.stages import RenderedDocuments
from statsbidrag.errors import ProgramError
from statsbidrag.rendering.document import Document, render
from statsbidrag.rendering.fingerprint import fingerprint
from statsbidrag.rendering.view import View

_LIFETIME: Final = 300
"""So many documents per process: WeasyPrint keeps memory that it has used."""


class Progress(Protocol):
    """Who is told what is to come and what is done, by family: `tilldelning`, `rekvisition`."""

    def expect(self, family: str, count: int) -> None:
        """So many documents of this family are to come."""

    def step(self, family: str) -> None:
        """One of them is done."""


class _Nobody:
    def expect(self, family: str, count: int) -> None:
        pass

    def step(self, family: str) -> None:
        pass


def family(view: View) -> str:
    """What documents of this kind are called, which is the name of their files."""
    return view.path.rpartition("/")[2]


def print_all(
    views: Sequence[View],
    earlier: Mapping[tuple[str, str], Document],
    jobs: int = 1,
    progress: Progress | None = None,
) -> list[Document]:
    """The documents that show these views, in their order.

    `earlier` holds published documents by path and fingerprint: one whose content did not change
    keeps its bytes, and is not drawn again. `jobs` processes draw the others. Raises what a
    document's rendering raises, without waiting for those that nobody has begun; ProgramError where
    a process died.
    """
    told = progress or _Nobody()
    for name, count in Counter(map(family, views)).items():
        told.expect(name, count)
    done: dict[int, Document] = {}
    for index, view in enumerate(views):
        known = earlier.get((view.path, fingerprint(view)))
        if known is not None:
            done[index] = known
            told.step(family(view))
    todo = [index for index in range(len(views)) if index not in done]
    drawn = _drawn([views[index] for index in todo], jobs)
    for index, document in zip(todo, drawn, strict=True):
        done[index] = document
        told.step(family(views[index]))
    return [done[index] for index in range(len(views))]


def _drawn(views: Sequence[View], jobs: int) -> Iterator[Document]:
    if jobs <= 1 or len(views) <= 1:
        yield from map(render, views)
        return
    # A pool for each batch, rather than workers that are renewed one by one: those of the standard
    # library can wait for each other for ever.
    for start in range(0, len(views), jobs * _LIFETIME):
        yield from _batch(views[start : start + jobs * _LIFETIME], jobs)


def _batch(views: Sequence[View], jobs: int) -> Iterator[Document]:
    pool = ProcessPoolExecutor(min(jobs, len(views)), get_context("spawn"))
    try:
        yield from pool.map(render, views, chunksize=1)
    except BrokenProcessPool:
        raise ProgramError(
            "a process that was drawing documents was ended from outside, perhaps for lack of "
            "memory. Run again with fewer processes: --jobs 1"
        ) from None
    finally:
        # After an error nobody wants what has not been begun.
        pool.shutdown(cancel_futures=True)


def earlier_documents(folder: Path, manifest: Manifest | None) -> dict[tuple[str, str], Document]:
    """The documents of a published revision whose files are still what its manifest says."""
    if manifest is None:
        return {}
    hashes = {file.path: file.sha256 for file in manifest.outputs}
    found = {}
    for entry in manifest.documents:
        files = {}
        for suffix in entry.suffixes:
            path = folder / f"{entry.path}.{suffix}"
            content = path.read_bytes() if path.is_file() else b""
            if _sha(content) == hashes.get(f"{entry.path}.{suffix}"):
                files[suffix] = content
        if len(files) == len(entry.suffixes):
            found[entry.path, entry.fingerprint] = Document(
                entry.path, entry.title, entry.fingerprint, files
            )
    return found


def store(
    documents: Sequence[Document], folder: Path, inputs_fingerprint: str
) -> RenderedDocuments:
    """The documents as files below `folder`, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    files = []
    for document in documents:
        for name, content in document.named().items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            files.append(HashedFile(path=name, sha256=_sha(content), bytes=len(content)))
    return RenderedDocuments(
        fingerprint=inputs_fingerprint,
        documents=tuple(
            PublishedDocument(
                path=d.path, title=d.title, fingerprint=d.fingerprint, suffixes=tuple(d.files)
            )
            for d in documents
        ),
        files=tuple(files),
    )


def stored_files(stored: RenderedDocuments, folder: Path) -> dict[str, bytes]:
    """The stored documents' bytes. Raises ProgramError where they are no longer the same."""
    found = {}
    for file in stored.files:
        path = folder / file.path
        content = path.read_bytes() if path.is_file() else b""
        if _sha(content) != file.sha256:
            raise ProgramError(f"{path} has changed since it was rendered: run again.")
        found[file.path] = content
    return found


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
