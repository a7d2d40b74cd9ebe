"""The counties' plans as an asset."""

from typing import Any

import dagster as dg

from assets.fetched import fetched_population
from assets.raw_files import raw_files
from assets.settings import Folders, agreements
from assets.stage_files import result, stage_metadata
from schemas.agreement import Agreement
from schemas.stages import Plans
from statsbidrag.dossier.gathering import refuse_unreadable


@dg.asset(
    group_name="indata",
    partitions_def=agreements,
    deps=[raw_files, fetched_population],
    description="Länens egna fördelningsplaner.",
    metadata=stage_metadata(Plans),
    kinds={"yaml", "pydantic"},
)
def plan(agreement: Agreement, folders: Folders) -> dg.MaterializeResult[Any]:
    """Every plan of this agreement, checked against its posts."""
    inputs = folders.read(agreement.id)
    refuse_unreadable(inputs.unreadable.plans)
    plans = inputs.plans
    return result(Plans(plans=plans), {"counties": [each.county for each in plans]})
