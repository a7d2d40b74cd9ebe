"""An edited copy of a document against what was published: which figures no longer agree.

Belongs here: which revisions a copy is compared with, and the comparison, figure by figure. Does
not: reading the copy (`statsbidrag.rendering.word.docx_reading`), or printing what was found
(`pipelines.commands.verify`).

What the figures should be is read from the document's page in the revision, where each is marked:
the page that the Word document was made from, whose hash the manifest has.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from schemas.manifest import Manifest
from statsbidrag.errors import ProgramError, UsageError
from statsbidrag.publication.folder import CURRENT, read_manifest
from statsbidrag.publication.revision_names import current_name, revision_names
from statsbidrag.rendering.word.bookmarked_text import Bookmark
from statsbidrag.rendering.word.docx_reading import EditedCopy, read_copy
from statsbidrag.rendering.word.marked_page import MarkedFigure, amount_of, marked_figures, parse


class Fault(StrEnum):
    """How a figure of a copy fails to agree."""

    DIFFERENT = "different"
    MISSING = "missing"
    UNENDED = "unended"
    HIDDEN = "hidden"
    STRUCK = "struck"
    EXTRA = "extra"


@dataclass(frozen=True)
class Difference:
    """A figure that does not agree: which, by key and name, as it stands and as it should be.

    `stands` is None where the copy has no bookmark for it, `should` where the revision has no such
    figure.
    """

    key: str
    name: str
    fault: Fault
    stands: str | None
    should: str | None


@dataclass(frozen=True)
class Compared:
    """A copy beside the document in one revision. `own`: it is the very document of the copy."""

    revision: str
    own: bool
    current: bool
    figures: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class VerifiedCopy:
    """A copy compared with the revision that it was made from, and with the current one.

    `copied` are the figures that stand in it more than once. None of `compared` is its own where
    that revision is not there any more.
    """

    copy: EditedCopy
    compared: tuple[Compared, ...]
    copied: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether every figure agrees with every revision that it was compared with."""
        return not any(each.differences for each in self.compared)


def verify_copy(path: Path, output: Path) -> VerifiedCopy:
    """The copy beside what is published in `output`; nothing is written.

    Raises InputError for what is no copy of ours, UsageError where nothing of it is published
    there, ProgramError where a published page has been altered.
    """
    copy = read_copy(path)
    compared = []
    known: list[MarkedFigure] = []
    for revision in _revisions(copy, output):
        figures = _published(output / copy.origin.agreement / revision.name, copy.origin.document)
        known += figures
        compared.append(
            Compared(
                revision.name,
                revision.own,
                revision.current,
                len(figures),
                _differences(copy.bookmarks, figures),
            )
        )
    names = {figure.bookmark: figure.name for figure in known}
    times = Counter(_known_name(bookmark.name, known) for bookmark in copy.bookmarks)
    copied = tuple(names[name] for name, count in times.items() if count > 1 and name in names)
    return VerifiedCopy(copy, tuple(compared), copied)


# --- What it is compared with ----------------------------------------------------------------


@dataclass(frozen=True)
class _Revision:
    name: str
    own: bool
    current: bool


def _revisions(copy: EditedCopy, output: Path) -> Sequence[_Revision]:
    """The revision that has the very document, current or not, and the current one."""
    origin = copy.origin
    names = revision_names(output, origin.agreement)
    current = current_name(output, origin.agreement) if names else None
    home = output / origin.agreement
    manifests = {name: read_manifest(home / name) for name in names}
    having = {name: mark for name in names if (mark := _mark(manifests[name], origin.document))}
    own = [name for name, mark in having.items() if mark == origin.fingerprint]
    chosen = current if current in own else next(iter(own), None)
    found = [_Revision(chosen, True, chosen == current)] if chosen else []
    if current in having and current not in own:
        found.append(_Revision(current, False, True))
    if not found:
        there = f"published of {origin.agreement}: {', '.join(names) or 'nothing'}"
        raise UsageError(
            f"{output}: no revision there has the document that this is a copy of, "
            f"{origin.agreement} {origin.document} ({origin.fingerprint[:8]}), "
            f"and no {CURRENT} one has a later form of it; {there}.\n"
            "  Name the folder that has it: statsbidrag --output DIR verify FILE.docx"
        )
    return found


def _mark(manifest: Manifest, document: str) -> str:
    """The fingerprint of a document in a revision, empty where it has none of that path."""
    marks = (each.fingerprint for each in manifest.documents if each.path == document)
    return next(marks, "")


def _published(folder: Path, document: str) -> tuple[MarkedFigure, ...]:
    """The figures of a published document, from its page as the manifest knows it."""
    name = f"{document}.html"
    hashes = {file.path: file.sha256 for file in read_manifest(folder).outputs}
    path = folder / name
    content = path.read_bytes() if name in hashes and path.is_file() else b""
    if hashlib.sha256(content).hexdigest() != hashes.get(name):
        raise ProgramError(
            f"{path} is not what the manifest says: somebody has changed the published revision.\n"
            f"  See what else has changed: statsbidrag verify {folder}"
        )
    found = tuple(marked_figures(parse(content.decode())).values())
    if not found:
        raise UsageError(
            f"{path}: its figures are not marked: the revision was made before documents could be "
            "verified.\n  Make a new revision, and start from its .docx"
        )
    return found


# --- The comparison --------------------------------------------------------------------------


def _differences(
    bookmarks: Sequence[Bookmark], figures: Sequence[MarkedFigure]
) -> tuple[Difference, ...]:
    """What does not agree, in the order of the published document; then what it does not have."""
    there: dict[str, list[Bookmark]] = {}
    for bookmark in bookmarks:
        there.setdefault(_known_name(bookmark.name, figures), []).append(bookmark)
    found = [
        difference
        for figure in figures
        for difference in _of_figure(figure, there.get(figure.bookmark, []))
    ]
    known = {figure.bookmark for figure in figures}
    found += [
        Difference(bookmark.name, "", Fault.EXTRA, bookmark.text, None)
        for name, extra in there.items()
        if name not in known
        for bookmark in extra
    ]
    return tuple(found)


def _known_name(name: str, figures: Sequence[MarkedFigure]) -> str:
    """A word processor adds to the name of a bookmark that is copied; a name has its own length."""
    begins = (figure.bookmark for figure in figures if name.startswith(figure.bookmark))
    return next(begins, name)


def _of_figure(figure: MarkedFigure, bookmarks: Sequence[Bookmark]) -> list[Difference]:
    def said(fault: Fault, stands: str | None) -> Difference:
        return Difference(figure.key, figure.name, fault, stands, figure.text)

    if not bookmarks:
        return [said(Fault.MISSING, None)]
    found = []
    for bookmark in bookmarks:
        if bookmark.text is None:
            found.append(said(Fault.UNENDED, None))
        elif bookmark.hidden:
            found.append(said(Fault.HIDDEN, bookmark.text))
        elif bookmark.struck:
            found.append(said(Fault.STRUCK, bookmark.text))
        elif not _same(bookmark.text, figure.text):
            found.append(said(Fault.DIFFERENT, bookmark.text))
    return found


def _same(one: str, other: str) -> bool:
    """Whether two texts say the same figure, however their spaces and signs are written."""
    amounts = amount_of(one), amount_of(other)
    if None not in amounts:
        return amounts[0] == amounts[1]
    return _plainly(one) == _plainly(other)


def _plainly(text: str) -> str:
    return text.replace("\u2212", "-").replace("\u2013", "-").replace("”", '"')
