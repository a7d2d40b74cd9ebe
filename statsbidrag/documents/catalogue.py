"""Which documents an agreement has, and for whom.

Belongs here: the list. Does not: what one document shows (the views of each family), or how it
becomes pages (`statsbidrag.rendering.document`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TypeVar

from schemas.decisions import Issued
from schemas.plan import Plan
from statsbidrag.documents.county.decision_view import DecisionView, decision_view, decision_views
from statsbidrag.documents.national.national_view import NationalView, national_tables
from statsbidrag.documents.recipient.annex_forms import form_views
from statsbidrag.documents.recipient.follow_up import OutcomeView, outcome_views
from statsbidrag.documents.recipient.letter_view import LetterView, letter_views
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.plans.issued import last_two, replaced
from statsbidrag.rendering.document import Document, render
from statsbidrag.rendering.fingerprint import fingerprint
from statsbidrag.rendering.view import View

IssuedView = TypeVar("IssuedView", DecisionView, NationalView, OutcomeView, LetterView)
"""What can be issued, and hence be replaced."""


def views(dossier: Dossier, counties: Collection[str] | None = None) -> tuple[View, ...]:
    """What the agreement's documents show, ready to be rendered in any process.

    The national tables; a decision document per county, a draft where it has no plan; a letter to
    every other recipient; everybody's forms; and the follow-up of whoever has an outcome.
    `counties` leaves only the decision documents of
    those codes. A partial agreement has no documents to recipients, nor has a recipient type with
    an unresolved post, and a failed reconciliation withholds its own.
    """
    if {"agreement", "documents"} & {*dossier.reconciliation.withheld()}:
        return ()
    issued = dossier.decisions
    decisions = tuple(as_issued(view, issued) for view in decision_views(dossier, counties))
    if counties is not None:
        return decisions
    nation = as_issued(national_tables(dossier), issued)
    letters = tuple(as_issued(view, issued) for view in letter_views(dossier))
    after = tuple(as_issued(view, issued) for view in outcome_views(dossier))
    return (nation, *decisions, *letters, *form_views(dossier), *after)


def decision_document(dossier: Dossier, plan: Plan) -> Document:
    """One county's decision document, rendered here and now."""
    return render(as_issued(decision_view(dossier, plan), dossier.decisions))


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
