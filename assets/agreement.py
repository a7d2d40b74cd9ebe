"""The agreement and what was published about it, as assets."""

from typing import Any

import dagster as dg

from assets.fetched import fetched_population
from assets.raw_files import raw_files
from assets.settings import Folders, agreements
from assets.stage_files import result, stage_metadata
from schemas import tables
from schemas.agreement import Agreement


@dg.asset(
    group_name="indata",
    partitions_def=agreements,
    deps=[raw_files, fetched_population],
    description="Överenskommelsen: poster, nycklar, datum och summor, läst och prövad.",
    metadata=stage_metadata(Agreement),
    kinds={"yaml", "pydantic"},
)
def agreement(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[Any]:
    """The agreement of this partition, whole and consistent."""
    loaded = folders.read(context.partition_key).amounts.agreement
    path = folders.raw_files().agreement_path(loaded.id)
    return result(
        loaded,
        {
            "dagster/uri": path.resolve().as_uri(),
            "total_sek": loaded.total.amount,
            "posts": len(loaded.posts),
        },
    )


@dg.asset(
    group_name="indata",
    partitions_def=agreements,
    deps=[raw_files, fetched_population],
    description="Belopp som andra har publicerat om överenskommelsen.",
    metadata=stage_metadata(tables.Published),
    kinds={"pandas", "csv"},
)
def published(agreement: Agreement, folders: Folders) -> dg.MaterializeResult[Any]:
    """Every printed figure, checked against posts and register."""
    amounts = folders.read(agreement.id).amounts
    return result(amounts.published, {"source": amounts.published_source})
