"""A revision with its documents, published without the PDFs, which take their time.

Belongs here: publishing, for tests of what people do with what was published. Does not: any
expectation.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from unittest import mock

from schemas.manifest import PublishedDocument
from statsbidrag.documents.county.decision_view import decision_views
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.plans.issued import decision_files
from statsbidrag.publication.contents import about, revision_files
from statsbidrag.publication.fingerprint import inputs_of
from statsbidrag.publication.folder import publish
from tests.helpers.pages import page


def with_documents(
    raw: Raw, output: Path, agreement_id: str, counties: Collection[str] | None = None
) -> Path:
    """The folder of the revision of the raw files as they are, with its decision documents."""
    inputs = inputs_of(raw, agreement_id, PROJECT)
    made = dossier_of(raw, agreement_id, inputs.fingerprint)
    documents = [page(view) for view in decision_views(made, counties)]
    named = {name: content for each in documents for name, content in each.named().items()}
    entries = [
        PublishedDocument(
            path=each.path, title=each.title, fingerprint=each.fingerprint, suffixes=(*each.files,)
        )
        for each in documents
    ]
    with mock.patch("statsbidrag.rendering.document.render_pdf", return_value=b""):
        own = revision_files(
            made.agreement, made.register, made.basis, made.allocation, made.reconciliation, entries
        )
    revision = publish(
        output,
        agreement_id,
        inputs,
        {**own, **decision_files(made.decisions), **named},
        entries,
        made.reconciliation.withheld(),
        about(made.agreement, made.basis, made.register, made.allocation),
    )
    return revision.folder
