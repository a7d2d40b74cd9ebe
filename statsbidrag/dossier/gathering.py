"""The stages of one agreement in their order: the natural way from `raw/` to what is shown.

Belongs here: which stage takes what from which. Does not: any stage's own work, and nothing is
written here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from schemas.agreement import Agreement
from schemas.corrections import Correction
from schemas.decisions import Issued
from schemas.plan import Plan
from schemas.reconciliation import Reconciliation, Withholds
from schemas.sidecar import PopulationSidecar, WeightsSidecar
from statsbidrag.agreement.published_figures import read_published
from statsbidrag.agreement.reading import load_agreement
from statsbidrag.allocation.amounts import allocate
from statsbidrag.comparison.agreements import Side, require_known_areas
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.errors import InputError, Problem
from statsbidrag.files.raw_folder import Raw
from statsbidrag.plans.county_plans import load_plans
from statsbidrag.plans.issued import load_decisions
from statsbidrag.plans.outcomes import load_outcomes
from statsbidrag.population.basis import basis_frame, everyone
from statsbidrag.population.corrections import read_corrections
from statsbidrag.population.demand import weight_tables
from statsbidrag.population.extract import Extract
from statsbidrag.population.reading import read_extracts
from statsbidrag.reconciliation.amounts import reconcile
from statsbidrag.register.outlines import read_outlines
from statsbidrag.register.recipients import read_register


@dataclass(frozen=True)
class Computed:
    """An agreement read and allocated, before anything is compared."""

    agreement: Agreement
    register: pd.DataFrame
    extracts: tuple[Extract, ...]
    basis: pd.DataFrame
    published: pd.DataFrame
    published_source: str
    allocation: pd.DataFrame


def compute(raw: Raw, agreement_id: str) -> Computed:
    """The agreement's amounts. Raises InputError for any file that cannot be used."""
    register = read_register(raw.register())
    agreement = load_agreement(raw, agreement_id, register)
    extracts = read_extracts(raw, register, agreement)
    basis = basis_frame(agreement, extracts, raw, register)
    file = raw.published(agreement_id)
    published = read_published(file, agreement, register)
    return Computed(
        agreement=agreement,
        register=register,
        extracts=tuple(extracts),
        basis=basis,
        published=published,
        published_source=file.sidecar.source if file else "",
        allocation=allocate(agreement, register, basis, published),
    )


def compared_with(raw: Raw, agreement: Agreement) -> Side | None:
    """The agreement that this one compares with, computed; None if there is none to be used.

    That its files cannot be read is its own failure and does not stop this agreement; the document
    says so. Raises InputError where `succeeds` names an area that it does not have.
    """
    if agreement.compares_with is None:
        return None
    try:
        computed = compute(raw, agreement.compares_with)
    except InputError:
        return None
    require_known_areas(computed.agreement, agreement)
    return Side(computed.agreement, computed.allocation, computed.published)


def gathered(
    raw: Raw,
    agreement: Agreement,
    basis: pd.DataFrame,
    published: pd.DataFrame,
    allocation: pd.DataFrame,
    plans: tuple[Plan, ...],
    reconciliation: Reconciliation,
    decisions: tuple[Issued, ...],
) -> Dossier:
    """What the documents are made of, from stages that ran apart."""
    used = set(basis["sha256"])
    extracts = {s.sha256: s for _, s in raw.population_sidecars() if s.sha256 in used}
    file = raw.published(agreement.id)
    register = read_register(raw.register())
    return Dossier(
        agreement=agreement,
        register=register,
        basis=basis,
        allocation=allocation,
        published=published,
        reconciliation=reconciliation,
        plans=plans,
        extracts=extracts,
        published_source=file.sidecar.source if file else "",
        compared=compared_with(raw, agreement),
        decisions=decisions,
        outcomes=load_outcomes(raw, agreement, register, plans),
        weights=_weights(raw, agreement),
        corrections=_corrections(raw, extracts),
        everyone=everyone(agreement, read_extracts(raw, register, agreement)),
        outlines=read_outlines(raw, register),
    )


def _weights(raw: Raw, agreement: Agreement) -> dict[str, WeightsSidecar]:
    """The sidecars of the tables of weights that the agreement's keys use, by sha256."""
    sidecars = [raw.weights(table).sidecar for table in sorted(weight_tables(agreement))]
    return {sidecar.sha256: sidecar for sidecar in sidecars}


def _corrections(
    raw: Raw, extracts: Mapping[str, PopulationSidecar]
) -> dict[str, tuple[Correction, ...]]:
    """The corrections of these files, by sha256; a file without any is left out."""
    every = [placed.correction for placed in read_corrections(raw)]
    own = {sha: tuple(c for c in every if c.file == s.file) for sha, s in extracts.items()}
    return {sha256: found for sha256, found in own.items() if found}


def dossier_of(raw: Raw, agreement_id: str, fingerprint: str = "") -> Dossier:
    """The agreement computed, with its plans, and reconciled.

    Raises InputError for any file that cannot be used, and for files that contradict each other.
    """
    computed = compute(raw, agreement_id)
    plans = load_plans(raw, computed.agreement, computed.register)
    decisions = load_decisions(raw, computed.agreement, computed.register)
    compared = compared_with(raw, computed.agreement)
    made = dossier_from(computed, plans, fingerprint, compared, decisions)
    refuse_contradictions(made.reconciliation)
    return replace(
        made,
        outcomes=load_outcomes(raw, computed.agreement, computed.register, plans),
        weights=_weights(raw, computed.agreement),
        corrections=_corrections(raw, made.extracts),
        everyone=everyone(computed.agreement, computed.extracts),
        outlines=read_outlines(raw, computed.register),
    )


def refuse_contradictions(report: Reconciliation) -> None:
    """Raises InputError where the comparisons say that nothing may be made of the agreement."""
    problems = [
        Problem(
            f"{report.agreement}: {result.where}",
            ", ".join(result.rows) or result.what,
            f"{result.expected} {result.unit}",
            f"{result.found} {result.unit}",
            "mend the wrong file; where two extracts contradict each other, let one sidecar say "
            "that it `replaces` the other's sha256, or pin one in the agreement",
        )
        for result in report.errors()
        if result.withholds == Withholds.AGREEMENT
    ]
    if problems:
        raise InputError(problems)


def dossier_from(
    computed: Computed,
    plans: tuple[Plan, ...],
    fingerprint: str = "",
    compared: Side | None = None,
    decisions: tuple[Issued, ...] = (),
) -> Dossier:
    """What the documents are made of."""
    report = reconcile(
        computed.agreement,
        computed.register,
        computed.extracts,
        computed.allocation,
        plans,
        fingerprint,
    )
    used = set(computed.basis["sha256"])
    return Dossier(
        agreement=computed.agreement,
        register=computed.register,
        basis=computed.basis,
        allocation=computed.allocation,
        published=computed.published,
        reconciliation=report,
        plans=plans,
        extracts={
            e.sidecar.sha256: e.sidecar for e in computed.extracts if e.sidecar.sha256 in used
        },
        published_source=computed.published_source,
        compared=compared,
        decisions=decisions,
    )
