"""The reconciliation as an asset: what was compared, and what may not be published."""

from typing import Any

import dagster as dg
import pandas as pd

from assets.settings import Folders, agreements
from assets.stage_files import result, stage_metadata
from schemas.agreement import Agreement
from schemas.reconciliation import Reconciliation
from schemas.stages import Plans
from statsbidrag.population.reading import read_extracts
from statsbidrag.reconciliation.amounts import reconcile
from statsbidrag.register.recipients import read_register


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
    raw = folders.raw_files()
    register = read_register(raw.register())
    extracts = read_extracts(raw, register, agreement)
    fingerprint = folders.inputs(agreement.id).fingerprint
    report = reconcile(agreement, register, extracts, allocation, plan.plans, fingerprint)
    return result(
        report,
        {
            "fingerprint": fingerprint,
            "comparisons": len(report.results),
            "errors": len(report.errors()),
            "withheld": list(report.withheld()),
        },
    )
