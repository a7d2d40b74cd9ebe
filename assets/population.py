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
from statsbidrag.population.reading import read_extracts
from statsbidrag.register.recipients import read_register


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
    raw = folders.raw_files()
    register = read_register(raw.register())
    extracts = read_extracts(raw, register, agreement)
    frame = basis_frame(agreement, extracts, raw, register)
    sources = sorted({f"{row.extract} {row.maturity}" for row in frame.itertuples()})
    return result(frame, {"extracts": dg.MetadataValue.json(sources)})
