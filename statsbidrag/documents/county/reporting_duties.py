"""Who in a county reports what, to whom, by when: by the agreement, and by the county's own plan.

Belongs here: the rows as plain values. Does not: the forms to report in
(`statsbidrag.documents.recipient.annex_forms`), or layout
(`templates/beslutsunderlag.html.jinja`).

The dataclass holds values only, no properties: a document's fingerprint covers values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from schemas.agreement import Agreement
from schemas.common import RecipientType
from schemas.plan import Plan
from statsbidrag.agreement.citations import Citation, citation


@dataclass(frozen=True)
class ReportingRow:
    """Who reports what, to whom, by when; `source` is None where the county itself says so.

    `contents`, what the report must hold, is told to a county that has no plan yet.
    """

    who: tuple[str, ...]
    what: str
    to: str
    by: date | None
    by_note: str
    source: Citation | None
    contents: tuple[str, ...] = ()


def own_duties(plan: Plan) -> Iterator[ReportingRow]:
    """The duties that the county has given itself."""
    for own in plan.reporting:
        yield ReportingRow(own.who, own.what, own.to, own.by, "", None)


def duties_of_agreement(agreement: Agreement, *, contents: bool) -> Iterator[ReportingRow]:
    """The duties that the agreement puts on a county, with what a report must hold if asked for."""
    for duty in agreement.duties_of(RecipientType.LAN):
        who = tuple(str(each) for each in duty.who)
        source = citation(agreement, duty.reference)
        said = duty.contents if contents else ()
        yield ReportingRow(who, duty.what, duty.to, duty.by, duty.by_note, source, said)
