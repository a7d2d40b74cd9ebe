"""The population as SCB has it, fetched into the raw files: the one asset that uses the network."""

import dagster as dg

from assets.raw_files import CONTENT_TAG, content_now, observation
from assets.settings import Clock, Folders, Scb, agreements
from statsbidrag.intake.fetching import fetch_population
from statsbidrag.intake.pxweb import PxWeb


@dg.asset(
    group_name="indata",
    partitions_def=agreements,
    description="Folkmängden enligt SCB just nu, hämtad till raw/population/.",
    kinds={"json"},
)
def fetched_population(
    context: dg.AssetExecutionContext, folders: Folders, scb: Scb, clock: Clock
) -> dg.MaterializeResult[None]:
    """What the agreement's keys need, asked for anew; an unchanged table stores nothing.

    The run goes on with the new content, and says so: no sensor then asks for a second one.
    """
    raw, agreement_id = folders.raw_files(), context.partition_key
    with PxWeb(scb.address) as source:
        fetched = fetch_population(raw, agreement_id, source, clock.today())
    folders.look_anew()
    content = content_now(folders.raw_files(), agreement_id)
    context.instance.add_run_tags(context.run.run_id, {CONTENT_TAG: content})
    context.log_event(observation(agreement_id, content))
    return dg.MaterializeResult(
        metadata={
            "stored": [path.name for path in fetched.stored],
            "unchanged": [path.name for path in fetched.unchanged],
        },
        data_version=dg.DataVersion(content),
    )
