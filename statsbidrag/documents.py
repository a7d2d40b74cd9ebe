"""Which documents an agreement has, and for whom.

Belongs here: the list. Does not: what one document shows (`statsbidrag.decision_document`,
`statsbidrag.national_tables`), or how it becomes pages (`statsbidrag.rendering`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TypeVar

from schemas.decisions import Issued
from schemas.plan import Plan
from statsbidrag.decision_document import DecisionView, decision_view, decision_views
from statsbidrag.decisions import last_two, replaced
from statsbidrag.material import Material
from statsbidrag.national_tables import NationalView, national_tables
from statsbidrag.rendering import Document, View, fingerprint, render, static_files

IssuedView = TypeVar("IssuedView", DecisionView, NationalView)
"""What can be issued, and hence be replaced."""

__all__ = ["Document", "View", "decision_document", "render", "static_files", "views"]


def views(material: Material, counties: Collection[str] | None = None) -> tuple[View, ...]:
    """What the agreement's documents show, ready to be rendered in any process.

    The national tables, and one decision document per plan that adds up; `counties` leaves only the
    latter, of those codes. A partial agreement has no documents to recipients, nor has one with an
    unresolved post to the counties, and a failed reconciliation withholds its own.
    """
    withheld = material.reconciliation.withheld()
    if {"agreement", "documents"} & {*withheld}:
        return ()
    nation: tuple[View, ...] = ()
    if counties is None:
        nation = (as_issued(national_tables(material), material.decisions),)
    planned = {plan.county for plan in material.plans}
    chosen = planned if counties is None else planned & set(counties)
    decisions = decision_views(material, chosen)
    return nation + tuple(as_issued(view, material.decisions) for view in decisions)


def decision_document(material: Material, plan: Plan) -> Document:
    """One county's decision document, rendered here and now."""
    return render(as_issued(decision_view(material, plan), material.decisions))


def as_issued(view: IssuedView, decisions: Sequence[Issued]) -> IssuedView:
    """The view that says which issued document it replaces; the issued one itself as it was issued.

    That a document was issued changes nothing in it: while its content is that of the last issued
    one, by the fingerprint, it keeps what that one said, and with it its bytes.
    """
    last, before = last_two(decisions, view.path)
    if last is None:
        return view
    as_then = replace(view, replaces=replaced(before))
    if fingerprint(as_then).startswith(last.fingerprint):
        return as_then
    return replace(view, replaces=replaced(last))
