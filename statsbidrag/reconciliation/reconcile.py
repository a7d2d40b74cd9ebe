"""Avstämning: every pair of figures of one agreement that should agree, compared and judged.

Belongs here: which comparisons are made, and in which order. Does not: any one of them (the modules
beside this one), or what follows of it (`statsbidrag.publication`, `assets`).
"""

from __future__ import annotations

from collections.abc import Sequence

from schemas.agreement import Agreement
from schemas.plan import Plan
from schemas.reconciliation import Reconciliation
from schemas.tables import AllocationTable
from statsbidrag.population.extract import Extract, same_figures
from statsbidrag.reconciliation.amounts import allocated_amounts, published_amounts, stated_totals
from statsbidrag.reconciliation.plans import plan_results
from statsbidrag.reconciliation.populations import (
    control_totals,
    corrections,
    doubts,
    levels,
    pairs_of_extracts,
)
from statsbidrag.register.recipients import Register


def reconcile(
    agreement: Agreement,
    register: Register,
    extracts: Sequence[Extract],
    allocation: AllocationTable,
    plans: Sequence[Plan],
    fingerprint: str = "",
) -> Reconciliation:
    """Every comparison of one agreement, in the order of the stages.

    Where the agreement pins an extract, others with the same figures do not count and are not
    compared.
    """
    pins = agreement.population.pins
    pinned = [e for e in extracts if e.sidecar.sha256 in pins]
    extracts = [
        extract
        for extract in extracts
        if extract.sidecar.sha256 in pins or not any(same_figures(extract, pin) for pin in pinned)
    ]
    results = [
        *stated_totals(agreement, register.words),
        *control_totals(extracts),
        *levels(extracts, register),
        *pairs_of_extracts(extracts),
        *corrections(extracts),
        *doubts(extracts),
        *allocated_amounts(agreement, allocation, register.words),
        *published_amounts(agreement, allocation, extracts, register.words),
    ]
    for plan in plans:
        results.extend(plan_results(agreement, plan, allocation))
    return Reconciliation(agreement=agreement.id, fingerprint=fingerprint, results=tuple(results))
