"""The reconciliation as an asset: what was compared, and what may not be published."""

from typing import Any

import dagster as dg
import pandas as pd

from assets.settings import Folders, agreements
from assets.stage_files import result, stage_metadata
from schemas.agreement import Agreement
from schemas.reconciliation import Reconciliation
from schemas.stages import Plans
from schemas.tables import AllocationTable
from statsbidrag.reconciliation.reconcile import reconcile


@dg.asset(
    group_name="fordelning",
    partitions_def=agreements,
    description="Avstämningen: varje par av tal som ska stämma, jämfört och bedömt.",
    metadata=stage_metadata(Reconciliation),
    kinds={"pydantic"},
)
def reconciliation(
    agreement: Agreement,
    allocation: pd.DataFrame,
    plan: Plans,
    folders: Folders,
) -> dg.MaterializeResult[Any]:
    """Every comparison, with the fingerprint of the inputs that it holds for."""
    amounts = folders.read(agreement.id).amounts
    fingerprint = folders.fingerprint_of(agreement.id)
    report = reconcile(
        agreement,
        amounts.register,
        amounts.population.extracts,
        AllocationTable(allocation),
        plan.plans,
        fingerprint,
    )
    return result(
        report,
        {
            "fingerprint": fingerprint,
            "comparisons": len(report.results),
            "errors": len(report.errors()),
            "withheld": list(report.withheld()),
        },
    )
