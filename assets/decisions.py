"""What was issued of the agreement's documents, as an asset."""

from typing import Any

import dagster as dg

from assets.fetched import fetched_population
from assets.raw_files import raw_files
from assets.settings import Folders, agreements
from assets.stage_files import result, stage_metadata
from schemas.agreement import Agreement
from schemas.decisions import Decisions
from statsbidrag.plans.issued import load_decisions
from statsbidrag.register.recipients import read_register


@dg.asset(
    group_name="indata",
    partitions_def=agreements,
    deps=[raw_files, fetched_population],
    description="Utfärdade dokument: vilken revision, när och av vem.",
    metadata=stage_metadata(Decisions),
    kinds={"yaml", "pydantic"},
)
def decisions(agreement: Agreement, folders: Folders) -> dg.MaterializeResult[Any]:
    """Every registered decision on this agreement's documents, checked against the register."""
    raw = folders.raw_files()
    issued = load_decisions(raw, agreement, read_register(raw.register()))
    read = Decisions(format=1, agreement=agreement.id, issued=issued)
    return result(read, {"issued": len(issued)})
