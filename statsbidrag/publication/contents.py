"""What a revision holds besides its documents: tables, the reconciliation report, style sheets.

Belongs here: the list of files. Does not: how they are written (`statsbidrag.publication.folder`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from schemas.agreement import Agreement
from schemas.common import Maturity, RecipientType
from schemas.manifest import About, PublishedDocument
from schemas.reconciliation import Reconciliation
from schemas.tables import AllocationTable, BasisTable
from statsbidrag.allocation.derivation import derive_all
from statsbidrag.allocation.figures import figures_of, maturities_to_explain
from statsbidrag.documents.audit import audit_view, reconciliation_csv
from statsbidrag.publication.amounts_csv import (
    allocation_csv,
    derivation_csv,
    population_csv,
    posts_csv,
    totals_csv,
)
from statsbidrag.publication.folder import NAME_LENGTH
from statsbidrag.publication.record_json import RECORD, record_bytes
from statsbidrag.publication.recording import revision_record
from statsbidrag.register.recipients import Register, names
from statsbidrag.rendering.document import render
from statsbidrag.rendering.templates import STATIC, static_files
from statsbidrag.workbooks.calculating.allocation_workbook import allocation_workbook

ALLOCATION: Final = "allocation.csv"
TOTALS: Final = "totals.csv"
WORKBOOK: Final = "allocation.xlsx"
POPULATION: Final = "audit/folkmangd.csv"
POSTS: Final = "audit/poster.csv"
DERIVATIONS: Final = "audit/harledning.csv"


def about(
    agreement: Agreement, basis: BasisTable, register: Register, allocation: AllocationTable
) -> About:
    """What the front page says of the agreement, kept with the revision that it was true of."""
    return About(
        title=agreement.title,
        year=agreement.year,
        status=agreement.status,
        coverage=agreement.coverage,
        total_sek=agreement.total.amount,
        maturities=tuple(sorted({Maturity(m) for m in basis["maturity"]}, key=lambda m: m.rank)),
        marked=maturities_to_explain(figures_of(allocation)),
        counties=names(register, RecipientType.LAN),
    )


def revision_files(
    agreement: Agreement,
    register: Register,
    basis: BasisTable,
    allocation: AllocationTable,
    reconciliation: Reconciliation,
    documents: Sequence[PublishedDocument] = (),
) -> dict[str, bytes]:
    """What a revision holds besides its documents: tables, audit files, style sheets, fonts.

    `audit/revision.json` carries all that a later comparison needs, so that no revision depends on
    raw files that may be gone; it names the `documents` too.
    """
    derivations = derive_all(agreement, basis, allocation, register)
    counties = names(register, RecipientType.LAN)
    words = register.words
    record = revision_record(
        agreement, basis, allocation, reconciliation, derivations, documents, words
    )
    # Not among the documents, which may be withheld: this one then says why.
    report = render(audit_view(agreement, reconciliation, allocation, counties))
    return {
        ALLOCATION: allocation_csv(allocation, words),
        TOTALS: totals_csv(allocation, words),
        WORKBOOK: allocation_workbook(
            agreement,
            register,
            basis,
            allocation,
            reconciliation.fingerprint[:NAME_LENGTH],
        ),
        "reconciliation.csv": reconciliation_csv(reconciliation),
        f"{report.path}.html": report.html,
        f"{report.path}.pdf": report.pdf,
        POPULATION: population_csv(basis),
        POSTS: posts_csv(agreement, words),
        DERIVATIONS: derivation_csv(derivations, words),
        RECORD: record_bytes(record),
        **{f"{STATIC}/{name}": content for name, content in static_files().items()},
    }
