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
from assets.documents import documents
from assets.plan import plan
from assets.population import population
from assets.publication import publication
from assets.reconciliation import reconciliation
from assets.settings import Folders, Progress
from assets.stage_files import StageFiles
from statsbidrag.fingerprint import code_version

PROJECT = Path(__file__).resolve().parents[1]
ASSETS = (
    agreement,
    published,
    population,
    allocation,
    plan,
    reconciliation,
    documents,
    publication,
)

publish_job = dg.define_asset_job(
    "publish",
    selection=dg.AssetSelection.all(),
    description="Fördelning, avstämning, dokument och publicering för en överenskommelse.",
)


def folders_of(raw: Path, output: Path, stages: Path, jobs: int = 1) -> dict[str, Any]:
    """The resources for these folders."""
    return {
        "folders": Folders(
            raw=str(raw), output=str(output), stages=str(stages), project=str(PROJECT), jobs=jobs
        ),
        "io_manager": StageFiles(root=str(stages)),
        "progress": Progress(),
    }


def stages_folder() -> Path:
    """Where stages keep their results: in Dagster's home, or the project's own."""
    return Path(os.environ.get("DAGSTER_HOME") or PROJECT / ".dagster") / "stages"


def build_defs(**overrides: Any) -> dg.Definitions:
    """A fresh set of definitions; `overrides` replace resources by name.

    Every asset's code version is the hash of the project's own sources: what did not change need
    not run again, and what did change always shows.
    """
    version = code_version(PROJECT)
    assets = dg.map_asset_specs(
        lambda spec: spec.replace_attributes(code_version=version), list(ASSETS)
    )
    defaults = folders_of(PROJECT / "raw", PROJECT / "output", stages_folder())
    return dg.Definitions(
        assets=assets,
        asset_checks=asset_checks(),
        jobs=[publish_job],
        resources={**defaults, **overrides},
        executor=dg.in_process_executor,
    )


defs = build_defs()
