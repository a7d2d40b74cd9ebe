"""The raw files as Dagster sees them: a source that others change, known by its content.

Belongs here: observing the content, and the tag that says which content a run was asked to use.
Does not: which files an agreement depends on (`statsbidrag.publication.fingerprint`), or when to
run (`pipelines.automation`).
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import dagster as dg

from assets.settings import Folders, agreements
from statsbidrag.errors import StatsbidragError, input_error
from statsbidrag.files.raw_folder import Raw
from statsbidrag.publication.fingerprint import raw_content

CONTENT_TAG: Final = "statsbidrag/content"
"""On a run: the hash of the raw files that it is to use."""


def _observed(context: dg.OpExecutionContext, folders: Folders) -> dg.DataVersionsByPartition:
    """The content of one agreement's raw files, or of every registered one's.

    An agreement whose files cannot be read is said in the log and keeps its earlier version.
    """
    wanted = (
        [context.partition_key]
        if context.has_partition_key
        else sorted(context.instance.get_dynamic_partitions(str(agreements.name)))
    )
    found: dict[str, str] = {}
    for agreement_id in wanted:
        try:
            found[agreement_id] = content_now(folders.raw_files(), agreement_id)
        except StatsbidragError as error:
            context.log.warning(str(error))
    with _new_in_dagster():
        return dg.DataVersionsByPartition(found)


@contextmanager
def _new_in_dagster() -> Iterator[None]:
    """Without Dagster's warning that observing a source may yet change: its version is pinned."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        yield


with _new_in_dagster():
    raw_files = dg.observable_source_asset(
        name="raw_files",
        group_name="indata",
        partitions_def=agreements,
        description="Filerna i raw/ som en överenskommelse bygger på; versionen är deras innehåll.",
    )(_observed)


def content_now(raw: Raw, agreement_id: str) -> str:
    """The hash of an agreement's raw files as they are. Raises InputError where one is missing."""
    try:
        return raw_content(raw, agreement_id)
    except OSError as error:
        # Someone is at work in the folder: a file went, or was locked, while it was being read.
        raise input_error(
            error.filename or raw.root,
            expected="a file that stays where it is while it is read",
            found=error.strerror or type(error).__name__,
            action="nothing, if someone is just writing it; it is read again soon",
        ) from None


def observation(agreement_id: str, content: str) -> dg.AssetObservation:
    """That this content was seen: what Dagster then compares the stages' inputs with."""
    return dg.AssetObservation(
        asset_key=raw_files.key, partition=agreement_id, tags={"dagster/data_version": content}
    )
