"""Whether what is said to have been issued was ever made: entries beside the published revisions.

Belongs here: comparing `raw/decisions/` with what lies in `output/`, and with the day. Does not:
whether the entries make sense by themselves (`statsbidrag.plans.issued`). Nothing of this gets into
a document: its bytes do not depend on what lies in `output/`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from schemas.decisions import Decisions, Issued
from schemas.manifest import Manifest
from statsbidrag.errors import InputError, Problem, ProgramError
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_reading import YamlFile, model_of
from statsbidrag.publication.folder import read_manifest
from statsbidrag.publication.revision_names import revision_names


@dataclass(frozen=True)
class _Compared:
    """A file of decisions, and what was published of its agreement, by name of the revision.

    `home` is the folder of the agreement's revisions. One that cannot be read is None.
    """

    issued: tuple[Issued, ...]
    file: YamlFile
    home: Path
    revisions: Mapping[str, Manifest | None]


def compare_issued(raw: Raw, output: Path, agreement_id: str, today: date) -> list[str]:
    """What cannot be told of an agreement's entries, or looks odd, a line each.

    Raises InputError, line by line, where a revision is there and does not hold the document that
    was issued: a document would say that it replaces what never was. A file that cannot be read
    says nothing here; the stages refuse it.
    """
    path = raw.decisions_path(agreement_id)
    if not path.exists():
        return []
    try:
        file = raw.yaml(path)
        decisions = model_of(file, Decisions)
    except InputError:
        return []
    compared = _Compared(
        decisions.issued, file, output / agreement_id, _manifests(output, agreement_id)
    )
    if problems := list(_problems(compared)):
        raise InputError(problems)
    return [*_not_there(compared), *_never_made(compared), *_not_yet(compared, today)]


def _manifests(output: Path, agreement_id: str) -> dict[str, Manifest | None]:
    found: dict[str, Manifest | None] = {}
    for name in revision_names(output, agreement_id):
        try:
            manifest = read_manifest(output / agreement_id / name)
        except ProgramError:
            found[name] = None
        else:
            own = manifest.agreement == agreement_id and manifest.fingerprint.startswith(name)
            found[name] = manifest if own else None
    return found


def _problems(compared: _Compared) -> Iterator[Problem]:
    """Each entry that its revision speaks against."""
    for index, entry in enumerate(compared.issued):
        manifest = compared.revisions.get(entry.revision)
        if manifest is None:
            continue
        marks = {document.path: document.fingerprint for document in manifest.documents}
        own = marks.get(entry.document)
        if own is None:
            close = difflib.get_close_matches(entry.document, marks, n=1)
            yield compared.file.problem(
                ("issued", index, "document"),
                expected=f"a document of revision {entry.revision}"
                + (f", such as `{close[0]}`" if close else ""),
                found=f"`{entry.document}`, which {compared.home / entry.revision} does not hold",
                action="correct the document, or the revision that it was taken from",
            )
        elif not own.startswith(entry.fingerprint):
            yield compared.file.problem(
                ("issued", index, "fingerprint"),
                expected=f"`{own[: max(8, len(entry.fingerprint))]}`, as {entry.document} has in "
                f"revision {entry.revision}",
                found=f"`{entry.fingerprint}`",
                action="correct it by the foot of the paper that was issued, or correct the "
                "revision",
            )


def _not_there(compared: _Compared) -> Iterator[str]:
    """A line for each revision that entries name and that cannot be looked at."""
    places: dict[str, list[int]] = {}
    for index, entry in enumerate(compared.issued):
        if compared.revisions.get(entry.revision) is None:
            places.setdefault(entry.revision, []).append(index)
    for name, indices in places.items():
        more = f" and {len(indices) - 1} more entries" if len(indices) > 1 else ""
        there = "cannot be read" if name in compared.revisions else "is not there"
        yield (
            f"{_spot(compared.file, indices[0], 'revision')}{more}: {compared.home / name} {there} "
            "to compare with"
        )


def _never_made(compared: _Compared) -> Iterator[str]:
    """A line for each document that was issued although no revision holds it."""
    readable = [manifest for manifest in compared.revisions.values() if manifest is not None]
    made = {document.path for manifest in readable for document in manifest.documents}
    first = {entry.document: index for index, entry in reversed([*enumerate(compared.issued)])}
    for document, index in first.items() if readable else ():
        if document not in made:
            yield (
                f"{_spot(compared.file, index, 'document')}: no revision in {compared.home} has "
                f"made {document}"
            )


def _not_yet(compared: _Compared, today: date) -> Iterator[str]:
    """A line for each entry of a day that has not come."""
    for index, entry in enumerate(compared.issued):
        if entry.issued > today:
            yield (
                f"{_spot(compared.file, index, 'issued')}: {entry.issued} is later than today, "
                f"{today}"
            )


def _spot(file: YamlFile, index: int, key: str) -> str:
    """Where an entry's part stands, as errors say it."""
    at = file.problem(("issued", index, key), expected="", found="")
    return f"{at.file}:{at.line}:{at.column}: {at.place}"
