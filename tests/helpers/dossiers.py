"""Dossiers of amounts that a test has computed or made up, without any raw files.

Belongs here: what stands for the files. Does not: any expectation.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from schemas.plan import Plan
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.dossier.gathering import Computed, Stages, dossier_from
from statsbidrag.dossier.reading import AmountInputs, DossierInputs, Unreadable
from statsbidrag.population.basis import PopulationSources
from statsbidrag.reconciliation.reconcile import reconcile


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
