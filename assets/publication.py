"""The published revision as an asset."""

from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd

from assets.settings import Folders, agreements, require_same_inputs
from assets.stage_files import result, stage_metadata
from schemas.agreement import Agreement
from schemas.decisions import Decisions
from schemas.manifest import Manifest
from schemas.reconciliation import Reconciliation
from schemas.stages import RenderedDocuments
from schemas.tables import AllocationTable, BasisTable
from statsbidrag.diff.writing import revision_document_of
from statsbidrag.plans.issued import decision_files
from statsbidrag.publication.contents import about, revision_files
from statsbidrag.publication.folder import publish
from statsbidrag.publication.revision_names import current_name
from statsbidrag.rendering.many import stored_files
from statsbidrag.site.update import write_site


@dg.asset(
    group_name="dokument",
    partitions_def=agreements,
    description="Den publicerade revisionen: mapp, manifest och länken current.",
    metadata=stage_metadata(Manifest),
)
def publication(
    context: dg.AssetExecutionContext,
    agreement: Agreement,
    population: pd.DataFrame,
    allocation: pd.DataFrame,
    reconciliation: Reconciliation,
    documents: RenderedDocuments,
    decisions: Decisions,
    folders: Folders,
) -> dg.MaterializeResult[Any]:
    """Everything in one folder, renamed into place; `current` only if nothing is withheld.

    The site's front page follows at once, so that a run that nobody started shows there too.
    """
    inputs = folders.inputs_now(agreement.id)
    fingerprint = inputs.fingerprint
    require_same_inputs(reconciliation.fingerprint, fingerprint, "the reconciliation")
    require_same_inputs(documents.fingerprint, fingerprint, "the set of documents")
    register = folders.read(agreement.id).amounts.register
    basis, amounts = BasisTable(population), AllocationTable(allocation)
    files = {
        **revision_files(agreement, register, basis, amounts, reconciliation, documents.documents),
        **decision_files(decisions.issued),
        **stored_files(documents, folders.rendered(agreement.id)),
    }
    output = Path(folders.output)
    before = current_name(output, agreement.id)
    revision = publish(
        output,
        agreement.id,
        inputs,
        files,
        documents.documents,
        reconciliation.withheld(),
        about(agreement, basis, register, amounts),
    )
    now = current_name(output, agreement.id)
    revised = revision_document_of(output, agreement.id, before, now)
    for error in write_site(folders.raw_files(), output, Path(folders.project)):
        context.log.warning(f"The front page goes without a revision. {error}")
    return result(
        revision.manifest,
        {
            "dagster/uri": revision.folder.resolve().as_uri(),
            "fingerprint": fingerprint,
            "state": revision.manifest.state,
            "new": revision.new,
            "revised": revised,
        },
    )
