"""What was issued of the agreement's documents, as an asset."""

from typing import Any

import dagster as dg

from assets.fetched import fetched_population
from assets.raw_files import raw_files
from assets.settings import Folders, agreements
from assets.stage_files import result, stage_metadata
from schemas.agreement import Agreement
from schemas.decisions import Decisions
from statsbidrag.dossier.gathering import refuse_unreadable


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
    inputs = folders.read(agreement.id)
    refuse_unreadable(inputs.unreadable.decisions)
    issued = inputs.decisions
    read = Decisions(format=1, agreement=agreement.id, issued=issued)
    return result(read, {"issued": len(issued)})
