"""Dagster's definitions: every asset, check, job and resource, once.

Belongs here: putting the parts together. Does not: any part itself.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import dagster as dg

from assets.agreement import agreement, published
from assets.allocation import allocation
from assets.checks import asset_checks
from assets.decisions import decisions
from assets.documents import documents
from assets.fetched import fetched_population
from assets.plan import plan
from assets.population import population
from assets.publication import publication
from assets.raw_files import raw_files
from assets.reconciliation import reconciliation
from assets.settings import Clock, Folders, Progress, Scb
from assets.stage_files import StageFiles
from pipelines.automation import INTERVAL_SECONDS, sensors, yearly_schedule
from pipelines.notices import NoticeFile
from statsbidrag.files.project import PROJECT
from statsbidrag.intake.pxweb import ADDRESS
from statsbidrag.publication.fingerprint import code_version

ASSETS = (
    agreement,
    published,
    population,
    allocation,
    plan,
    decisions,
    reconciliation,
    documents,
    publication,
)

"""The stages from the raw files to a revision, in the order that data flows."""

publish_job = dg.define_asset_job(
    "publish",
    selection=dg.AssetSelection.assets(*ASSETS),
    description="Fördelning, avstämning, dokument och publicering för en överenskommelse.",
)
fetch_job = dg.define_asset_job(
    "fetch_and_publish",
    selection=dg.AssetSelection.assets(fetched_population, *ASSETS),
    description="Hämtar folkmängden från SCB, sedan allt till och med publiceringen.",
)


def folders_of(
    raw: Path, output: Path, stages: Path, jobs: int = 1, fingerprint: str = ""
) -> dict[str, Any]:
    """The resources for these folders; `fingerprint` is that of a run's inputs, if it is known."""
    return {
        "folders": Folders(
            raw=str(raw),
            output=str(output),
            stages=str(stages),
            project=str(PROJECT),
            jobs=jobs,
            fingerprint=fingerprint,
        ),
        "io_manager": StageFiles(root=str(stages)),
        "progress": Progress(),
    }


def stages_folder() -> Path:
    """Where stages keep their results: in Dagster's home, or the project's own."""
    return _home() / "stages"


def notice_file() -> Path:
    """Where failures are told of: what `STATSBIDRAG_NOTICES` names, or in Dagster's home."""
    return Path(os.environ.get("STATSBIDRAG_NOTICES") or _home() / "failures.log")


def _home() -> Path:
    return Path(os.environ.get("DAGSTER_HOME") or PROJECT / ".dagster")


def build_defs(*, interval_seconds: int = INTERVAL_SECONDS, **overrides: Any) -> dg.Definitions:
    """A fresh set of definitions; `overrides` replace resources by name.

    Every asset's code version is the hash of the project's own sources: what did not change need
    not run again, and what did change always shows. The sensors look every `interval_seconds`.
    """
    version = code_version(PROJECT)
    assets = dg.map_asset_specs(
        lambda spec: spec.replace_attributes(code_version=version), [fetched_population, *ASSETS]
    )
    defaults = {
        **folders_of(PROJECT / "raw", PROJECT / "output", stages_folder()),
        "scb": Scb(address=ADDRESS),
        "clock": Clock(),
        "notices": NoticeFile(path=str(notice_file())),
    }
    return dg.Definitions(
        assets=[raw_files, *assets],
        asset_checks=asset_checks(),
        jobs=[publish_job, fetch_job],
        sensors=sensors(publish_job, interval_seconds),
        schedules=[yearly_schedule(fetch_job)],
        resources={**defaults, **overrides},
        executor=dg.in_process_executor,
    )


defs = build_defs()
