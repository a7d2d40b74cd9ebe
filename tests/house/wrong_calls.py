"""Calls with one table in the place of another. Never run: the checker of types reads them.

Each line that ends in `# wrong` must be an error, and no other (`tests/house/test_types.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from schemas.agreement import Agreement, Post
from schemas.common import Recipient
from schemas.plan import Plan
from schemas.reconciliation import Reconciliation
from schemas.tables import AllocationTable, BasisTable, PublishedTable
from statsbidrag.allocation.amounts import allocate, rows, split_post
from statsbidrag.allocation.derivation import derive
from statsbidrag.allocation.figures import Figures
from statsbidrag.comparison.sides import Side
from statsbidrag.dossier.gathering import Stages
from statsbidrag.population.basis import maturity_of
from statsbidrag.population.extract import Extract, spans_of
from statsbidrag.publication.contents import revision_files
from statsbidrag.reconciliation.amounts import allocated_amounts
from statsbidrag.reconciliation.reconcile import reconcile
from statsbidrag.register.recipients import Register, codes


def allocating(
    agreement: Agreement, register: Register, basis: BasisTable, published: PublishedTable
) -> None:
    """From register, basis and published figures to the allocation."""
    right: AllocationTable = allocate(agreement, register, basis, published)
    allocate(agreement, basis, register, published)  # wrong
    allocate(agreement, register, published, basis)  # wrong
    allocate(agreement, register.frame, basis, published)  # wrong
    allocate(agreement, register, basis, right)  # wrong
    allocate(agreement, register, pd.DataFrame(), published)  # wrong
    back: BasisTable = allocate(agreement, register, basis, published)  # wrong
    rows(right)
    rows(published)  # wrong
    Figures(back)  # wrong


def counting(extract: Extract, basis: BasisTable) -> None:
    """From a file of population to what it holds."""
    spans_of(extract.frame)
    spans_of(basis)  # wrong


def explaining(
    agreement: Agreement,
    post: Post,
    register: Register,
    basis: BasisTable,
    allocation: AllocationTable,
    recipient: Recipient,
) -> None:
    """From basis and allocation to how an amount came about."""
    split_post(agreement, post, register, basis)
    split_post(agreement, post, register, allocation)  # wrong
    derive(agreement, basis, allocation, register, post.id, recipient)
    derive(agreement, allocation, basis, register, post.id, recipient)  # wrong
    maturity_of(basis, "2024-11-01/lan/alla")
    maturity_of(allocation, "2024-11-01/lan/alla")  # wrong
    codes(register, recipient.type)
    codes(basis, recipient.type)  # wrong


def reconciling(
    agreement: Agreement,
    register: Register,
    extracts: Sequence[Extract],
    allocation: AllocationTable,
    published: PublishedTable,
    plans: Sequence[Plan],
) -> None:
    """From the allocation to what it is compared with."""
    reconcile(agreement, register, extracts, allocation, plans)
    reconcile(agreement, allocation, extracts, register, plans)  # wrong
    reconcile(agreement, register, extracts, published, plans)  # wrong
    allocated_amounts(agreement, allocation, register.words)
    allocated_amounts(agreement, published, register.words)  # wrong
    Side(agreement, allocation, published)
    Side(agreement, published, allocation)  # wrong


def publishing(
    agreement: Agreement,
    register: Register,
    stages: Stages,
    report: Reconciliation,
) -> None:
    """From what the stages made to a revision's files."""
    basis, allocation, published = stages.basis, stages.allocation, stages.published
    revision_files(agreement, register, basis, allocation, report, ())
    revision_files(agreement, register, allocation, basis, report, ())  # wrong
    Stages(basis, published, allocation, (), (), report)
    Stages(published, basis, allocation, (), (), report)  # wrong
