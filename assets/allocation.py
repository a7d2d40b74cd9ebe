"""The allocation as an asset: every amount of the agreement."""

from typing import Any

import dagster as dg
import pandas as pd

from assets.settings import Folders, agreements
from assets.stage_files import result, stage_metadata
from schemas import tables
from schemas.agreement import Agreement
from schemas.tables import BasisTable, PublishedTable
from statsbidrag.allocation.amounts import allocate

_CELL = dg.TableColumnDep


@dg.asset(
    group_name="fordelning",
    partitions_def=agreements,
    description="Varje mottagares belopp per post, exakt och avrundat, med summor.",
    metadata={
        **stage_metadata(tables.Allocation),
        "dagster/column_lineage": dg.TableColumnLineage(
            {
                "exact": [_CELL("population", "population")],
                "amount_sek": [_CELL("population", "population")],
                "maturity": [_CELL("population", "maturity")],
                "published_sek": [_CELL("published", "amount_sek")],
            }
        ),
    },
    kinds={"pandas", "csv"},
)
def allocation(
    agreement: Agreement, population: pd.DataFrame, published: pd.DataFrame, folders: Folders
) -> dg.MaterializeResult[Any]:
    """Amounts of every post, group, nation and total."""
    register = folders.read(agreement.id).amounts.register
    frame = allocate(agreement, register, BasisTable(population), PublishedTable(published))
    return result(frame, {"amounts": int((frame["kind"] == "post").sum())})
