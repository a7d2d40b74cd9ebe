"""The documents as an asset: rendered once, waiting to be published."""

from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd

from assets.settings import Folders, Progress, agreements, require_same_inputs
from assets.stage_files import result, stage_metadata
from schemas.agreement import Agreement
from schemas.decisions import Decisions
from schemas.reconciliation import Reconciliation
from schemas.stages import Plans, RenderedDocuments
from schemas.tables import AllocationTable, BasisTable, PublishedTable
from statsbidrag.documents.catalogue import views
from statsbidrag.dossier.gathering import Stages, dossier_from, refuse_unreadable
from statsbidrag.publication.folder import current_revision
from statsbidrag.rendering.many import earlier_documents, print_all, store


@dg.asset(
    group_name="dokument",
    partitions_def=agreements,
    description="Dokumenten till varje mottagare och för hela landet, som HTML och PDF.",
    metadata=stage_metadata(RenderedDocuments),
    kinds={"jinja", "html"},
)
def documents(
    agreement: Agreement,
    population: pd.DataFrame,
    published: pd.DataFrame,
    allocation: pd.DataFrame,
    plan: Plans,
    reconciliation: Reconciliation,
    decisions: Decisions,
    folders: Folders,
    progress: dg.ResourceParam[Progress],
) -> dg.MaterializeResult[Any]:
    """What the reconciliation allows; refuses one that was made from other inputs."""
    fingerprint = folders.fingerprint_of(agreement.id)
    require_same_inputs(reconciliation.fingerprint, fingerprint, "the reconciliation")
    stages = Stages(
        BasisTable(population),
        PublishedTable(published),
        AllocationTable(allocation),
        plan.plans,
        decisions.issued,
        reconciliation,
    )
    inputs = folders.read(agreement.id)
    refuse_unreadable(inputs.unreadable.outcomes)
    dossier = dossier_from(inputs, stages)
    earlier = earlier_documents(*current_revision(Path(folders.output), agreement.id))
    shown = views(dossier)
    printed = print_all(shown, earlier, folders.jobs, progress)
    stored = store(printed, folders.rendered(agreement.id), fingerprint)
    return result(stored, {"documents": len(stored.documents)})
