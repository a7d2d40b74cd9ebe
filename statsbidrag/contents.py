"""What a revision holds besides its documents: tables, the audit page, style sheets and fonts.

Belongs here: the list of files. Does not: how they are written (`statsbidrag.publication`).
"""

from __future__ import annotations

import pandas as pd

from schemas.agreement import Agreement
from schemas.common import Maturity, RecipientType
from schemas.manifest import About
from schemas.reconciliation import Reconciliation
from statsbidrag.audit import allocation_csv, audit_page, reconciliation_csv, totals_csv
from statsbidrag.register import names
from statsbidrag.rendering import STATIC, static_files


def about(agreement: Agreement, basis: pd.DataFrame, register: pd.DataFrame) -> About:
    """What the front page says of the agreement, kept with the revision that it was true of."""
    return About(
        title=agreement.title,
        year=agreement.year,
        status=agreement.status,
        coverage=agreement.coverage,
        total_sek=agreement.total.amount,
        maturities=tuple(sorted({Maturity(m) for m in basis["maturity"]}, key=lambda m: m.rank)),
        counties=names(register, RecipientType.LAN),
    )


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
