"""What was issued of an agreement's documents: read, checked, and what a new rendering replaces.

Belongs here: whether the entries speak of documents that an agreement has, and follow upon each
other. Does not: making documents (`statsbidrag.documents.catalogue`), or how they say it
(`templates/`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from schemas.agreement import Agreement
from schemas.decisions import Decisions, Issued
from schemas.documents import FAMILIES
from statsbidrag.errors import InputError, Problem
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_reading import YamlFile, model_of
from statsbidrag.register import recipients as reg
from statsbidrag.register.recipients import Register

AUDIT: Final = "audit/beslut.json"
"""Where a revision keeps the decisions that were registered when it was made."""


@dataclass(frozen=True)
class Replaced:
    """The issued document that another rendering of it takes the place of."""

    by: str
    issued: date
    revision: str
    reference_number: str


def load_decisions(raw: Raw, agreement: Agreement, register: Register) -> tuple[Issued, ...]:
    """What was issued of the agreement's documents, as its file says; nothing where it has none.

    Raises InputError with everything that is wrong, line by line.
    """
    path = raw.decisions_path(agreement.id)
    if not path.exists():
        return ()
    file = raw.yaml(path)
    decisions = model_of(file, Decisions)
    problems = [
        *_identity(decisions, file, agreement),
        *_documents(decisions, file, register),
        *_order(decisions, file),
    ]
    if problems:
        raise InputError(problems)
    return decisions.issued


def _identity(decisions: Decisions, file: YamlFile, agreement: Agreement) -> Iterator[Problem]:
    if decisions.agreement != agreement.id:
        yield file.problem(
            ("agreement",),
            expected=f"`{agreement.id}`, the file's name",
            found=f"`{decisions.agreement}`",
        )


def _documents(decisions: Decisions, file: YamlFile, register: Register) -> Iterator[Problem]:
    known = document_paths(register)
    for index, entry in enumerate(decisions.issued):
        if entry.document not in known:
            yield file.problem(
                ("issued", index, "document"),
                expected="the path of a document inside its revision, without suffix: "
                f"{', '.join(_examples(register))}",
                found=f"`{entry.document}`",
                action="copy the path from the revision's folder",
            )


def document_paths(register: Register) -> frozenset[str]:
    """Where documents may lie inside a revision, without suffix, whether they are made or not."""
    return frozenset(_paths(register))


def _paths(register: Register) -> Iterator[str]:
    """The same by family, and by type of recipient in the order of the family."""
    folders = reg.folders(register)
    for family in (each for each in FAMILIES if each.issued):
        if not family.recipients:
            yield family.path()
        for kind in family.recipients:
            yield from (family.path(folders[each]) for each in folders if each.type == kind)


def _examples(register: Register) -> list[str]:
    """One document of each kind of recipient."""
    first: dict[str, str] = {}
    for path in _paths(register):
        first.setdefault(path.partition("/")[0], path)
    return [*first.values()]


def _order(decisions: Decisions, file: YamlFile) -> Iterator[Problem]:
    """Each entry of a document follows upon, and replaces, the one before it."""
    earlier: dict[str, list[Issued]] = {}
    for index, entry in enumerate(decisions.issued):
        own = earlier.setdefault(entry.document, [])
        if any(_same(other, entry) for other in own):
            yield file.problem(
                ("issued", index),
                expected=f"a rendering of {entry.document} that was not issued before",
                found=f"revision {entry.revision}, fingerprint {entry.fingerprint}, once more",
                action="remove the entry, or correct its revision and fingerprint",
            )
        else:
            yield from _follows(file, index, entry, own[-1] if own else None)
        own.append(entry)


def _follows(file: YamlFile, index: int, entry: Issued, before: Issued | None) -> Iterator[Problem]:
    """What is wrong with an entry that comes after another of its document, or is the first."""
    wanted = before.revision if before else None
    if entry.replaces != wanted:
        yield file.problem(
            ("issued", index, "replaces"),
            expected=f"`{wanted}`, the revision of the entry before of {entry.document}"
            if wanted
            else f"null: no entry of {entry.document} stands before this one",
            found=f"`{entry.replaces}`" if entry.replaces else "null",
            action="correct it, or the order of the entries: the oldest first",
        )
    if before and entry.issued < before.issued:
        yield file.problem(
            ("issued", index, "issued"),
            expected=f"{before.issued} or later: the day of the entry that it replaces",
            found=f"{entry.issued}",
            action="correct the day, or the order of the entries: the oldest first",
        )


def _same(one: Issued, other: Issued) -> bool:
    """Whether two entries speak of one rendering, however much of its fingerprint they give."""
    length = min(len(one.fingerprint), len(other.fingerprint))
    alike = one.fingerprint[:length] == other.fingerprint[:length]
    return alike or one.revision == other.revision


def last_two(decisions: Sequence[Issued], path: str) -> tuple[Issued | None, Issued | None]:
    """The document's last issued rendering and the one that it replaced; None where none is."""
    own = [entry for entry in decisions if entry.document == path]
    return own[-1] if own else None, own[-2] if len(own) > 1 else None


def replaced(entry: Issued | None) -> Replaced | None:
    """What a document says of an issued one whose place it takes."""
    if entry is None:
        return None
    return Replaced(entry.by, entry.issued, entry.revision, entry.reference_number)


def decision_files(decisions: Sequence[Issued]) -> dict[str, bytes]:
    """`audit/beslut.json`, by path inside the revision; nothing where nothing was issued."""
    if not decisions:
        return {}
    entries = [entry.model_dump(mode="json") for entry in decisions]
    return {AUDIT: (json.dumps(entries, ensure_ascii=False, indent=1) + "\n").encode()}
