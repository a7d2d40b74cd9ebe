"""Dossiers: those of the project's own years, made once, and those of what a test has made up.

Belongs here: what stands for the files. Does not: any expectation.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from schemas.plan import Plan
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.dossier.gathering import Computed, Stages, dossier_from, dossier_of
from statsbidrag.dossier.reading import AmountInputs, DossierInputs, Unreadable
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.population.basis import PopulationSources
from statsbidrag.reconciliation.reconcile import reconcile


@cache
def dossier_of_year(year: int) -> Dossier:
    """The dossier of an agreement in `raw/`, shared by all tests of a process: change copies."""
    return dossier_of(Raw(PROJECT / "raw"), f"psykisk-halsa-{year}")


def dossier_with(made: Computed, plans: Sequence[Plan] = ()) -> Dossier:
    """The amounts with these plans, reconciled; nothing earlier, no outcomes, no maps."""
    amounts = AmountInputs(
        agreement=made.agreement,
        register=made.register,
        population=PopulationSources(Path("raw/population"), made.extracts, ()),
        published=made.published,
        published_source=made.published_source,
    )
    inputs = DossierInputs(
        amounts=amounts,
        earlier=None,
        plans=tuple(plans),
        outcomes=(),
        decisions=(),
        outlines={},
        unreadable=Unreadable(),
    )
    report = reconcile(
        made.agreement, made.register, made.extracts, made.allocation, tuple(plans), ""
    )
    stages = Stages(made.basis, made.published, made.allocation, tuple(plans), (), report)
    return dossier_from(inputs, stages)
