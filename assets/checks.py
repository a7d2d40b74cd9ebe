"""Asset checks: the shape of every table, and what the reconciliation found.

Belongs here: the bridge from pandera and from the reconciliation to Dagster's checks. Does not: any
rule (`schemas/`, `statsbidrag.reconciliation`).

Which check blocks follows the failure policy: a table of the wrong shape, or population that
contradicts itself, stops everything after it. A published figure that is not reproduced, or a plan
that does not add up, is an error that does not block here: the tables and the reconciliation are
still published, and the documents asset withholds by the reconciliation that it takes as input.
"""

import warnings
from collections.abc import Sequence

import dagster as dg
import pandas as pd
from pandera.errors import SchemaErrors

from assets.settings import agreements
from schemas import tables
from schemas.reconciliation import Kind, Reconciliation, Result, Severity
from schemas.tables import Table, checked

_SHOWN = 20

_TABLES: dict[str, type[Table]] = {
    "population": tables.Basis,
    "published": tables.Published,
    "allocation": tables.Allocation,
}

_KINDS: dict[str, tuple[bool, tuple[Kind, ...]]] = {
    "poster_mot_angivna_summor": (True, (Kind.POSTS_TO_STATED_TOTAL,)),
    "folkmangd": (True, (Kind.LEVELS, Kind.CONTROL_TOTAL, Kind.EXTRACTS)),
    "uttagens_egna_uppgifter": (False, (Kind.CORRECTION, Kind.DOUBT)),
    "fordelat_mot_post": (False, (Kind.ALLOCATED_TO_POST, Kind.UNDISTRIBUTED)),
    "publicerade_belopp": (
        False,
        (Kind.PUBLISHED_AMOUNT, Kind.PUBLISHED_NATION, Kind.PUBLISHED_UNRESOLVED),
    ),
    "lanens_planer": (False, (Kind.PLAN_TO_POST, Kind.PLAN_TO_TOTAL, Kind.PLAN_TO_STATED_SUM)),
}


def asset_checks() -> list[dg.AssetChecksDefinition]:
    """Every check of every asset."""
    with warnings.catch_warnings():
        # Checks of one partition only are new in Dagster; without them a check would load every
        # agreement's tables at once.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return [
            *(_shape_check(name, table) for name, table in _TABLES.items()),
            *(_reconciliation_check(name, *rule) for name, rule in _KINDS.items()),
        ]


def _shape_check(name: str, table: type[Table]) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=name,
        name="form",
        blocking=True,
        partitions_def=agreements,
        description=f"Tabellen följer schemat {table.__name__}.",
    )
    def check(frame: pd.DataFrame) -> dg.AssetCheckResult:
        try:
            checked(table, frame)
        except SchemaErrors as error:
            cases = error.failure_cases.head(_SHOWN).astype(str).to_dict("records")
            return dg.AssetCheckResult(
                passed=False, metadata={"failure_cases": dg.MetadataValue.json(cases)}
            )
        return dg.AssetCheckResult(passed=True, metadata={"dagster/row_count": len(frame)})

    return check


def _reconciliation_check(
    name: str, blocking: bool, kinds: Sequence[Kind]
) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset="reconciliation",
        name=name,
        blocking=blocking,
        partitions_def=agreements,
        description="Avstämning: " + ", ".join(kinds),
    )
    def check(reconciliation: Reconciliation) -> dg.AssetCheckResult:
        results = [result for result in reconciliation.results if result.kind in kinds]
        failed = [result for result in results if result.severity == Severity.ERROR]
        warned = [result for result in results if result.severity == Severity.WARNING]
        return dg.AssetCheckResult(
            passed=not failed and not warned,
            severity=dg.AssetCheckSeverity.ERROR if failed else dg.AssetCheckSeverity.WARN,
            metadata={
                "comparisons": len(results),
                "not_equal": dg.MetadataValue.json(
                    [_shown(r) for r in [*failed, *warned]][:_SHOWN]
                ),
            },
        )

    return check


def _shown(result: Result) -> dict[str, str | int | None]:
    return {
        "what": result.what,
        "expected": result.expected,
        "found": result.found,
        "difference": result.difference,
        "verdict": str(result.verdict),
        "note": result.note,
    }
