"""The population that an agreement's keys use, as an asset."""

from typing import Any

import dagster as dg

from assets.fetched import fetched_population
from assets.raw_files import raw_files
from assets.settings import Folders, agreements
from assets.stage_files import result, stage_metadata
from schemas import tables
from schemas.agreement import Agreement
from statsbidrag.population.basis import basis_frame


@dg.asset(
    group_name="indata",
    partitions_def=agreements,
    deps=[raw_files, fetched_population],
    description="Folkmängden som nycklarna använder: dag, nivå, ålder, mognad och källfil.",
    metadata=stage_metadata(tables.Basis),
    kinds={"pandas", "csv"},
)
def population(agreement: Agreement, folders: Folders) -> dg.MaterializeResult[Any]:
    """Persons per basis and region, from the extract that counts."""
    frame = basis_frame(agreement, folders.read(agreement.id).amounts.population)
    sources = sorted({f"{row.extract} {row.maturity}" for row in frame.itertuples()})
    return result(frame, {"extracts": dg.MetadataValue.json(sources)})
