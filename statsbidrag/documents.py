"""Which documents an agreement has, and for whom.

Belongs here: the list. Does not: what one document shows (`statsbidrag.decision_document`,
`statsbidrag.national_tables`), or how it becomes pages (`statsbidrag.rendering`).
"""

from __future__ import annotations

from collections.abc import Collection

from schemas.agreement import Coverage
from schemas.plan import Plan
from statsbidrag.decision_document import decision_view
from statsbidrag.material import Material
from statsbidrag.national_tables import national_tables
from statsbidrag.rendering import Document, View, render, static_files

__all__ = ["Document", "View", "decision_document", "render", "static_files", "views"]


def views(material: Material, counties: Collection[str] | None = None) -> tuple[View, ...]:
    """What the agreement's documents show, ready to be rendered in any process.

    The national tables, and one decision document per plan that adds up; `counties` leaves only the
    latter, of those codes. A partial agreement has no documents to recipients, and a failed
    reconciliation withholds its own.
    """
    withheld = material.reconciliation.withheld()
    if {"agreement", "documents"} & {*withheld}:
        return ()
    nation: tuple[View, ...] = (national_tables(material),) if counties is None else ()
    if material.agreement.coverage == Coverage.PARTIAL:
        return nation
    return nation + tuple(
        decision_view(material, plan)
        for plan in material.plans
        if f"plan:{plan.county}" not in withheld and (counties is None or plan.county in counties)
    )


def decision_document(material: Material, plan: Plan) -> Document:
    """One county's decision document, rendered here and now."""
    return render(decision_view(material, plan))
