"""What a revision holds besides its documents: tables, the audit page, style sheets and fonts.

Belongs here: the list of files. Does not: how they are written (`statsbidrag.publication`).
"""

from __future__ import annotations

import pandas as pd

from schemas.agreement import Agreement
from schemas.reconciliation import Reconciliation
from statsbidrag.audit import allocation_csv, audit_page, reconciliation_csv, totals_csv
from statsbidrag.rendering import STATIC, static_files


def revision_files(
    agreement: Agreement, allocation: pd.DataFrame, reconciliation: Reconciliation
) -> dict[str, bytes]:
    """What a revision holds besides its documents: tables, the audit page, style sheets, fonts."""
    return {
        "allocation.csv": allocation_csv(allocation),
        "totals.csv": totals_csv(allocation),
        "reconciliation.csv": reconciliation_csv(reconciliation),
        "audit/avstamning.html": audit_page(agreement, reconciliation),
        **{f"{STATIC}/{name}": content for name, content in static_files().items()},
    }
