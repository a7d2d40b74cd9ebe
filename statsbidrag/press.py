"""Many documents at once: rendered in parallel, or taken from an earlier revision unchanged.

Belongs here: the process pool, the reuse of documents whose fingerprint is the same, and their
files on the way to publication. Does not: how one document is rendered (`statsbidrag.rendering`).
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from schemas.manifest import HashedFile, Manifest, PublishedDocument
from schemas.stages import RenderedDocuments
from statsbidrag.errors import ProgramError
from statsbidrag.rendering import Document, View, fingerprint, render

Progress = Callable[[str], None]


def print_all(
    views: Sequence[View],
    earlier: Mapping[tuple[str, str], Document],
    jobs: int = 1,
    progress: Progress = lambda title: None,
) -> list[Document]:
    """The documents that show these views, in their order.

    `earlier` holds published documents by path and fingerprint: one whose content did not change
    keeps its bytes. `progress` is told each document's title when it is done.
    """
    done = {
        index: earlier[key]
        for index, view in enumerate(views)
        if (key := (view.path, fingerprint(view))) in earlier
    }
    todo = [index for index in range(len(views)) if index not in done]
    for index in done:
        progress(views[index].title)
    if jobs > 1 and len(todo) > 1:
        # WeasyPrint keeps memory that it has used, so workers are renewed now and then.
        pool = ProcessPoolExecutor(
            min(jobs, len(todo)), get_context("spawn"), max_tasks_per_child=50
        )
        with pool:
            for index, document in zip(
                todo, pool.map(render, [views[i] for i in todo]), strict=True
            ):
                done[index] = document
                progress(document.title)
    else:
        for index in todo:
            done[index] = render(views[index])
            progress(done[index].title)
    return [done[index] for index in range(len(views))]


def earlier_documents(folder: Path, manifest: Manifest | None) -> dict[tuple[str, str], Document]:
    """The documents of a published revision whose files are still what its manifest says."""
    if manifest is None:
        return {}
    hashes = {file.path: file.sha256 for file in manifest.outputs}
    found = {}
    for entry in manifest.documents:
        html, pdf = (folder / f"{entry.path}.{suffix}" for suffix in ("html", "pdf"))
        contents = [path.read_bytes() if path.is_file() else b"" for path in (html, pdf)]
        names = (f"{entry.path}.html", f"{entry.path}.pdf")
        if all(_sha(c) == hashes.get(n) for c, n in zip(contents, names, strict=True)):
            found[entry.path, entry.fingerprint] = Document(
                entry.path, entry.title, entry.fingerprint, *contents
            )
    return found


def store(
    documents: Sequence[Document], folder: Path, inputs_fingerprint: str
) -> RenderedDocuments:
    """The documents as files below `folder`, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    files = []
    for document in documents:
        for suffix, content in (("html", document.html), ("pdf", document.pdf)):
            path = folder / f"{document.path}.{suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            name = f"{document.path}.{suffix}"
            files.append(HashedFile(path=name, sha256=_sha(content), bytes=len(content)))
    return RenderedDocuments(
        fingerprint=inputs_fingerprint,
        documents=tuple(
            PublishedDocument(path=d.path, title=d.title, fingerprint=d.fingerprint)
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
