"""The stages of one agreement in their order: the natural way from what was read to the dossier.

Belongs here: which stage takes what from which. Does not: reading (`statsbidrag.dossier.reading`),
or any stage's own work. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.agreement import Agreement
from schemas.common import Level
from schemas.corrections import Correction
from schemas.decisions import Issued
from schemas.plan import Plan
from schemas.reconciliation import Reconciliation, Withholds
from schemas.tables import AllocationTable, BasisTable, PublishedTable
from statsbidrag.allocation.amounts import allocate
from statsbidrag.comparison.areas import require_known_areas
from statsbidrag.comparison.sides import Side
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.dossier.reading import (
    AmountInputs,
    DossierInputs,
    read_amount_inputs,
    read_inputs,
)
from statsbidrag.errors import InputError, Problem
from statsbidrag.files.raw_folder import Raw
from statsbidrag.population.basis import basis_frame, everyone
from statsbidrag.population.extract import Extract
from statsbidrag.reconciliation.reconcile import reconcile
from statsbidrag.register.recipients import Register


@dataclass(frozen=True)
class Computed:
    """An agreement read and allocated, before anything is compared."""

    agreement: Agreement
    register: Register
    extracts: tuple[Extract, ...]
    basis: BasisTable
    published: PublishedTable
    published_source: str
    allocation: AllocationTable


@dataclass(frozen=True)
class Stages:
    """What the stages made of an agreement's inputs, wherever each of them ran."""

    basis: BasisTable
    published: PublishedTable
    allocation: AllocationTable
    plans: tuple[Plan, ...]
    decisions: tuple[Issued, ...]
    reconciliation: Reconciliation


def compute(raw: Raw, agreement_id: str) -> Computed:
    """The agreement's amounts, from its files. Raises InputError for any that cannot be used."""
    return computed(read_amount_inputs(raw, agreement_id))


def computed(inputs: AmountInputs) -> Computed:
    """The agreement's amounts. Raises InputError where no population can serve."""
    basis = basis_frame(inputs.agreement, inputs.population)
    return Computed(
        agreement=inputs.agreement,
        register=inputs.register,
        extracts=inputs.population.extracts,
        basis=basis,
        published=inputs.published,
        published_source=inputs.published_source,
        allocation=allocate(inputs.agreement, inputs.register, basis, inputs.published),
    )


def dossier_of(raw: Raw, agreement_id: str, fingerprint: str = "") -> Dossier:
    """The agreement read, computed with its plans, and reconciled.

    Raises InputError for any file that cannot be used, and for files that contradict each other.
    """
    inputs = read_inputs(raw, agreement_id)
    made = computed(inputs.amounts)
    bad = inputs.unreadable
    refuse_unreadable([*bad.plans, *bad.outcomes, *bad.decisions])
    report = reconcile(
        made.agreement,
        made.register,
        made.extracts,
        made.allocation,
        inputs.plans,
        fingerprint,
    )
    refuse_contradictions(report)
    stages = Stages(
        made.basis, made.published, made.allocation, inputs.plans, inputs.decisions, report
    )
    return dossier_from(inputs, stages)


def dossier_from(inputs: DossierInputs, stages: Stages) -> Dossier:
    """What documents are made of: the one way that a dossier comes about.

    Raises InputError where `succeeds` names an area that the compared agreement does not have.
    """
    amounts = inputs.amounts
    used = set(stages.basis["sha256"])
    behind = [each for each in amounts.population.extracts if each.sidecar.sha256 in used]
    return Dossier(
        agreement=amounts.agreement,
        register=amounts.register,
        basis=stages.basis,
        allocation=stages.allocation,
        published=stages.published,
        reconciliation=stages.reconciliation,
        plans=stages.plans,
        extracts={each.sidecar.sha256: each.sidecar for each in behind},
        levels=_levels(behind),
        published_source=amounts.published_source,
        compared=_compared(amounts.agreement, inputs.earlier),
        decisions=stages.decisions,
        outcomes=inputs.outcomes,
        weights={each.sidecar.sha256: each.sidecar for each in amounts.population.weights},
        corrections=_corrections(behind),
        everyone=everyone(amounts.agreement, amounts.population.extracts),
        outlines=inputs.outlines,
    )


def _compared(agreement: Agreement, earlier: AmountInputs | None) -> Side | None:
    """The agreement that this one compares with, computed; None if there is none to be used."""
    if earlier is None:
        return None
    try:
        made = computed(earlier)
    except InputError:
        return None
    require_known_areas(made.agreement, agreement)
    return Side(made.agreement, made.allocation, made.published)


def _levels(extracts: list[Extract]) -> dict[str, tuple[Level, ...]]:
    """The levels that each file has figures of, by sha256, the sidecar's first."""
    found: dict[str, dict[Level, None]] = {}
    for extract in extracts:
        found.setdefault(extract.sidecar.sha256, {})[extract.level] = None
    return {sha256: tuple(levels) for sha256, levels in found.items()}


def _corrections(extracts: list[Extract]) -> dict[str, tuple[Correction, ...]]:
    """The corrections of these files, by sha256; a file without any is left out."""
    found: dict[str, dict[Correction, None]] = {}
    for extract in extracts:
        for correction in extract.corrections:
            found.setdefault(extract.sidecar.sha256, {})[correction] = None
    return {sha256: tuple(corrections) for sha256, corrections in found.items()}


def refuse_unreadable(errors: Iterable[InputError]) -> None:
    """Raises one InputError with everything that these say; none where there are none."""
    problems = [problem for error in errors for problem in error.problems]
    if problems:
        raise InputError(problems)


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
