"""What the agreement says alike to every recipient of one type, as its letters show it.

Belongs here: purposes, conditions, duties, days, the form to use. Does not: anybody's own figures
(`statsbidrag.documents.recipient.letter_view`).

The dataclasses hold values only, no properties: a document's fingerprint covers values.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from schemas.agreement import Agreement, Duty
from schemas.common import RecipientType
from schemas.guidance import FormKind
from statsbidrag.agreement.citations import Citation, DatedSource, citation, dated
from statsbidrag.documents.parts.purposes_and_conditions import (
    ConditionRow,
    Task,
    conditions_of,
    tasks_of,
)


@dataclass(frozen=True)
class DutyRow:
    """What is to be reported, to whom, by when, and what the report must hold."""

    what: str
    to: str
    by: date | None
    by_note: str
    contents: tuple[str, ...]
    source: Citation


@dataclass(frozen=True)
class SaidToType:
    """What the money is for, on which terms, and how it is asked for. `requisition_form`: a title.

    `requisition` and `repayment` are the days that each document has set, the oldest first.
    `rounding_assumed`: that the rounding convention applies to this type is our reading.
    """

    tasks: tuple[Task, ...]
    conditions: tuple[ConditionRow, ...]
    duties: tuple[DutyRow, ...]
    requisition: tuple[DatedSource, ...]
    repayment: tuple[DatedSource, ...]
    requisition_form: str
    rounding_assumed: bool


def said_to_type(agreement: Agreement, recipients: RecipientType) -> SaidToType:
    """What one type is told, in the agreement's order."""
    form = agreement.form_for(FormKind.REQUISITION, recipients)
    return SaidToType(
        tasks=tasks_of(agreement, recipients),
        conditions=conditions_of(agreement, recipients),
        duties=tuple(_duty(agreement, duty) for duty in agreement.duties_of(recipients)),
        requisition=tuple(dated(agreement, "requisition")),
        repayment=tuple(dated(agreement, "repayment")),
        requisition_form=form.title if form else "",
        rounding_assumed=recipients in agreement.rounding.assumed_for,
    )


def _duty(agreement: Agreement, duty: Duty) -> DutyRow:
    return DutyRow(
        duty.what,
        duty.to,
        duty.by,
        duty.by_note,
        duty.contents,
        citation(agreement, duty.reference),
    )
