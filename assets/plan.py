"""The counties' plans as an asset."""

from typing import Any

import dagster as dg

from assets.fetched import fetched_population
from assets.raw_files import raw_files
from assets.settings import Folders, agreements
from assets.stage_files import result, stage_metadata
from schemas.agreement import Agreement
from schemas.stages import Plans
from statsbidrag.plans.county_plans import load_plans
from statsbidrag.register.recipients import read_register


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
    raw = folders.raw_files()
    plans = load_plans(raw, agreement, read_register(raw.register()))
    return result(Plans(plans=plans), {"counties": [each.county for each in plans]})
