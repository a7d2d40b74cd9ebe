"""What the documents of one agreement are made of, in one frozen object.

Belongs here: the object itself. Does not: reading files (`statsbidrag.files.raw_folder`), computing
(`statsbidrag.allocation.amounts`), or wording (`templates/`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from schemas.agreement import Agreement
from schemas.common import Level, Recipient, RecipientType
from schemas.corrections import Correction
from schemas.decisions import Issued
from schemas.outcome import Outcome
from schemas.plan import Plan
from schemas.reconciliation import Reconciliation
from schemas.sidecar import PopulationSidecar, WeightsSidecar
from schemas.tables import AllocationTable, BasisTable, PublishedTable
from statsbidrag.allocation.figures import Figures
from statsbidrag.comparison.sides import Side
from statsbidrag.population.basis import Everyone
from statsbidrag.register import recipients as reg
from statsbidrag.register.outlines import Outlines
from statsbidrag.register.recipients import Register


@dataclass(frozen=True)
class Dossier:
    """One agreement, computed and reconciled, ready to be shown.

    `register`, `basis` and `allocation` are frames of `schemas.tables`; `allocation` holds every
    kind of row. `extracts` are the sidecars of the population files behind `basis`, by sha256, and
    `weights` those of its tables of weights; `levels` are those that each population file has
    figures of, by sha256 too.
    `published_source` says whose publication the published figures are taken from (sources by the
    name in the `source` column). `compared` is the agreement that this one `compares_with`, None
    where there is none, or where its file cannot be used. `decisions` is what was issued of the
    agreement's documents before, `outcomes` what recipients have said that they used.
    `corrections` are those of the files in `extracts`, by sha256.
    `everyone` is the population of all ages by level, and `outlines` what maps are drawn from, of
    each level that there is one of.
    """

    agreement: Agreement
    register: Register
    basis: BasisTable
    allocation: AllocationTable
    published: PublishedTable
    reconciliation: Reconciliation
    plans: tuple[Plan, ...]
    extracts: dict[str, PopulationSidecar]
    levels: dict[str, tuple[Level, ...]]
    published_source: str
    compared: Side | None
    decisions: tuple[Issued, ...]
    outcomes: tuple[Outcome, ...]
    weights: dict[str, WeightsSidecar]
    corrections: dict[str, tuple[Correction, ...]]
    everyone: dict[Level, Everyone]
    outlines: dict[Level, Outlines]

    @cached_property
    def figures(self) -> Figures:
        """The allocation's amounts as documents show them."""
        return Figures(self.allocation)

    def folder(self, recipients: RecipientType, code: str) -> str:
        """Where a recipient's documents lie in a revision: `kommun/2380-ostersund`, or `skr`."""
        return self._folders[Recipient(recipients, code)]

    @cached_property
    def _folders(self) -> dict[Recipient, str]:
        return reg.folders(self.register)
