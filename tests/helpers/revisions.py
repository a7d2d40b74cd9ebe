"""Revisions of a folder `raw/` as a run publishes them, without the documents that take time.

Belongs here: publishing and comparing, for tests of what a revision changes. Does not: any
expectation.
"""

from __future__ import annotations

import json
from pathlib import Path
from unittest import mock

from schemas.revision_record import RevisionRecord
from statsbidrag.allocation.derivation import derive_all
from statsbidrag.diff.changes import Changes, Line
from statsbidrag.diff.comparing import compare_revisions
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.plans.issued import decision_files
from statsbidrag.publication.contents import about, revision_files
from statsbidrag.publication.fingerprint import inputs_of
from statsbidrag.publication.folder import MANIFEST, publish
from statsbidrag.publication.reading_back import read_revision
from statsbidrag.publication.recording import revision_record
from statsbidrag.publication.revision import Amount
from statsbidrag.register.recipients import usual_words


def published(raw: Raw, output: Path, agreement_id: str) -> str:
    """The name of the revision of the raw files as they are, now published."""
    inputs = inputs_of(raw, agreement_id, PROJECT)
    made = dossier_of(raw, agreement_id, inputs.fingerprint)
    with mock.patch("statsbidrag.rendering.document.render_pdf", return_value=b""):
        own = revision_files(
            made.agreement, made.register, made.basis, made.allocation, made.reconciliation
        )
    files = {**own, **decision_files(made.decisions)}
    revision = publish(
        output,
        agreement_id,
        inputs,
        files,
        [],
        made.reconciliation.withheld(),
        about(made.agreement, made.basis, made.register, made.allocation),
    )
    return revision.folder.name


def without(folder: Path, *names: str) -> Path:
    """The published revision in this folder as if it had been made without these files."""
    path = folder / MANIFEST
    data = json.loads(path.read_bytes())
    data["outputs"] = [each for each in data["outputs"] if each["path"] not in names]
    path.write_text(json.dumps(data), "utf-8")
    for name in names:
        (folder / name).unlink()
    return folder


def record_of(raw: Raw, agreement_id: str) -> RevisionRecord:
    """What a revision of the raw files as they are says of itself, without any documents."""
    made = dossier_of(raw, agreement_id)
    every = derive_all(made.agreement, made.basis, made.allocation, made.register)
    stages = made.agreement, made.basis, made.allocation, made.reconciliation
    return revision_record(*stages, every, (), usual_words())


def compared(output: Path, agreement_id: str, before: str, after: str) -> Changes:
    """Two published revisions compared."""
    return compare_revisions(
        read_revision(output, agreement_id, before), read_revision(output, agreement_id, after)
    )


def line(changes: Changes, post: str, code: str) -> Line:
    """The one line of a post and recipient."""
    [found] = [each for each in changes.lines if (each.post, each.code) == (post, code)]
    return found


def both(of: Line) -> tuple[Amount, Amount]:
    """Both amounts of a line that has both."""
    assert of.before is not None
    assert of.after is not None
    return of.before, of.after
