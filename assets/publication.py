"""The published revision as an asset."""

from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd

from assets.settings import Folders, agreements, require_same_inputs
from assets.stage_files import result, stage_metadata
from schemas.agreement import Agreement
from schemas.manifest import Manifest
from schemas.reconciliation import Reconciliation
from schemas.stages import RenderedDocuments
from statsbidrag.contents import about, revision_files
from statsbidrag.press import stored_files
from statsbidrag.publication import publish
from statsbidrag.register import read_register


@dg.asset(
    group_name="dokument",
    partitions_def=agreements,
    description="Den publicerade revisionen: mapp, manifest och länken current.",
    metadata=stage_metadata(Manifest),
)
def publication(
    agreement: Agreement,
    population: pd.DataFrame,
    allocation: pd.DataFrame,
    reconciliation: Reconciliation,
    documents: RenderedDocuments,
    folders: Folders,
) -> dg.MaterializeResult[Any]:
    """Everything in one folder, renamed into place; `current` only if nothing is withheld."""
    inputs = folders.inputs(agreement.id)
    require_same_inputs(reconciliation.fingerprint, inputs, "the reconciliation")
    require_same_inputs(documents.fingerprint, inputs, "the set of documents")
    register = read_register(folders.raw_files().register())
    files = {
        **revision_files(agreement, allocation, reconciliation),
        **stored_files(documents, folders.rendered(agreement.id)),
    }
    revision = publish(
        Path(folders.output),
        agreement.id,
        inputs,
        files,
        documents.documents,
        reconciliation.withheld(),
        about(agreement, population, register),
    )
    return result(
        revision.manifest,
        {
            "dagster/uri": revision.folder.resolve().as_uri(),
            "fingerprint": inputs.fingerprint,
            "state": revision.manifest.state,
            "new": revision.new,
        },
    )
