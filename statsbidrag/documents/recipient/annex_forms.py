"""What the annex's two forms show: a recipient's requisition, and its financial report.

Belongs here: which recipients get which form, and what of each field is known. Does not: sentences
and layout (`templates/blankett.html.jinja`), which fields a form has (the agreement's `forms`), or
the sum to requisition (`statsbidrag.documents.parts.requisition_sum`).

Nothing that only the recipient knows is filled in unless its outcome says it (`schemas.outcome`),
and never details of a person. The program
reads no organisation number; the page checks the one that somebody writes in it
(`templates/js/blankett.js`), and whatever reads one here one day takes a library for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import ClassVar, Final

from schemas.agreement import Agreement, Coverage, Status
from schemas.common import Recipient, RecipientType
from schemas.documents import FINANCIAL_REPORT, REQUISITION
from schemas.guidance import FieldKind, Fills, Form, FormField, FormKind
from schemas.outcome import Outcome
from schemas.register import RecipientTypeWords
from statsbidrag.agreement.citations import Citation, DatedSource, citation, dated
from statsbidrag.documents.parts.requisition_sum import requisitions
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.register import recipients as reg
from statsbidrag.rendering.pdf import Attachment
from statsbidrag.swedish.recipient_identity import identity_in_words
from statsbidrag.swedish.typography import NBSP, kronor, long_date

_FAMILY: Final = {
    FormKind.REQUISITION: REQUISITION,
    FormKind.FINANCIAL_REPORT: FINANCIAL_REPORT,
}

_WIDE: Final = (
    FieldKind.LINES,
    FieldKind.AMOUNTS,
    FieldKind.CHOICE,
    FieldKind.FIXED,
    FieldKind.HEADING,
)
"""The kinds of field that need the whole width."""


class Blank(StrEnum):
    """Why an amount that is known is not filled in."""

    DRAFT = "draft"
    RECONSTRUCTED = "reconstructed"
    ESTIMATE = "estimate"


@dataclass(frozen=True)
class FieldView:
    """One field. `value` is what is filled in, empty where there is nothing to fill in with.

    `fills` says what of ours belongs in it, whether it is known or not; `minuend` and `subtrahend`
    are the ids of the fields that a computed one is the difference of.
    """

    id: str
    label: str
    kind: FieldKind
    fills: Fills | None
    value: str
    note: str
    text: str
    options: tuple[str, ...]
    minuend: str
    subtrahend: str

    @property
    def wide(self) -> bool:
        """Whether the field takes a row of its own."""
        return self.kind in _WIDE or self.fills in (Fills.AGREEMENT, Fills.RECIPIENT)


@dataclass(frozen=True)
class SectionView:
    """A numbered part of the form."""

    title: str
    fields: tuple[FieldView, ...]

    @property
    def rows(self) -> tuple[tuple[FieldView, ...], ...]:
        """The fields in order, two short ones beside each other."""
        found: list[list[FieldView]] = []
        for field in self.fields:
            if found and len(found[-1]) == 1 and not (field.wide or found[-1][0].wide):
                found[-1].append(field)
            else:
                found.append([field])
        return tuple(map(tuple, found))


@dataclass(frozen=True)
class FormView:
    """Everything that a form shows; its own text is the template's.

    `payee` is who asks for the money, empty where a county has not said who does; `amount_sek` is
    None where it may not be filled in, and `amount_blank` then says why. `example`: what is filled
    in of an outcome is invented.
    """

    template: ClassVar[str] = "blankett.html.jinja"

    path: str
    kind: FormKind
    recipients: RecipientType
    words: RecipientTypeWords
    code: str
    name: str
    payee: str
    form_title: str
    draft: bool
    year: int
    agreement_id: str
    signed_by_state: date | None
    sent_to: str
    address: str
    deadlines: tuple[DatedSource, ...]
    reference: Citation
    period: tuple[date, date] | None
    amount_sek: int | None
    amount_blank: Blank | None
    sections: tuple[SectionView, ...]
    example: bool = False

    @property
    def identity(self) -> str:
        """The name with type and code, as the recipient's other documents have it."""
        return identity_in_words(self.words, self.code, self.name)

    @property
    def title(self) -> str:
        """The document's title: no other document of the agreement has it."""
        return f"{self.form_title} {self.year}, {self.identity}"

    @property
    def created(self) -> datetime:
        """The day on which the agreement was signed, or its year began. Never the clock's."""
        return datetime.combine(self.signed_by_state or date(self.year, 1, 1), time(), UTC)

    @property
    def file(self) -> str:
        """The name of the form's file, without suffix."""
        return _FAMILY[self.kind].stem

    def attachments(self) -> tuple[Attachment, ...]:
        """What is filled in, for a program; there are no tables of figures to attach."""
        description = f"Det som är ifyllt i {self.title}"
        return (Attachment("uppgifter.json", _json(self), "application/json", description),)


def form_views(dossier: Dossier) -> tuple[FormView, ...]:
    """The forms of every recipient that the agreement asks for one, by type and code.

    None for an agreement that is only partly known or whose documents are withheld; none to a
    recipient type with a post whose key nobody knows.
    """
    agreement = dossier.agreement
    stopped = {"agreement", "documents"} & {*dossier.reconciliation.withheld()}
    if stopped or agreement.coverage == Coverage.PARTIAL:
        return ()
    gathered = _Gathered(
        dossier,
        requisitions(agreement, dossier.allocation),
        {plan.county: plan.requisition.by for plan in dossier.plans},
        {each.recipient: each for each in dossier.outcomes},
    )
    return tuple(
        _view(gathered, kind, form, Recipient(recipients, code), name)
        for recipients in agreement.types()
        if not any(post.unresolved for post in agreement.posts_of(recipients))
        for code, name in sorted(reg.names(dossier.register, recipients).items())
        for kind in FormKind
        if (form := agreement.form_for(kind, recipients)) is not None
    )


@dataclass(frozen=True)
class _Gathered:
    """What all forms are made of: what each may requisition, and whom each county's plan names."""

    dossier: Dossier
    asked: Mapping[Recipient, int | None]
    actors: Mapping[str, str]
    outcomes: Mapping[Recipient, Outcome]


def _view(
    gathered: _Gathered, kind: FormKind, form: Form, recipient: Recipient, name: str
) -> FormView:
    agreement, (recipients, code) = gathered.dossier.agreement, recipient
    asked = gathered.asked[recipient]
    blank = _blank(agreement, asked)
    amount = asked if blank is None else None
    words = gathered.dossier.register.words[recipients]
    payee = _payee(words, code, name, gathered.actors)
    outcome = gathered.outcomes.get(recipient) if kind == FormKind.FINANCIAL_REPORT else None
    return FormView(
        path=_FAMILY[kind].path(gathered.dossier.folder(*recipient)),
        kind=kind,
        recipients=recipients,
        words=words,
        code=code,
        name=name,
        payee=payee,
        form_title=form.title,
        draft=agreement.status == Status.DRAFT,
        year=agreement.year,
        agreement_id=agreement.id,
        signed_by_state=agreement.signed.state if agreement.signed else None,
        sent_to=form.sent_to,
        address=form.address,
        deadlines=tuple(dated(agreement, form.by)) if form.by else (),
        reference=citation(agreement, form.reference),
        period=(form.period.first, form.period.last) if form.period else None,
        amount_sek=amount,
        amount_blank=blank,
        sections=_sections(agreement, form, payee, amount, outcome),
        example=outcome is not None and outcome.example,
    )


def _sections(
    agreement: Agreement, form: Form, payee: str, amount: int | None, outcome: Outcome | None
) -> tuple[SectionView, ...]:
    known = {
        Fills.AGREEMENT: agreement.title,
        Fills.RECIPIENT: payee,
        Fills.AMOUNT: "" if amount is None else kronor(amount),
        Fills.PERIOD: _period(form),
    }
    sums = _sums(form, outcome)
    return tuple(
        SectionView(
            section.title,
            tuple(_field(agreement, form, field, known, sums) for field in section.fields),
        )
        for section in form.sections
    )


def _field(
    agreement: Agreement,
    form: Form,
    field: FormField,
    known: Mapping[Fills, str],
    sums: Mapping[str, int],
) -> FieldView:
    value = known.get(field.fills, "") if field.fills else ""
    if field.id in sums:
        value = kronor(sums[field.id])
    if field.source is not None:
        value = agreement.sources[field.source].reference_number
    note = form.period.note if form.period and field.fills == Fills.PERIOD else ""
    return FieldView(
        id=field.id,
        label=field.label,
        kind=field.kind,
        fills=field.fills,
        value=value,
        note=note,
        text=field.text or "",
        options=field.options or (),
        minuend=field.computed.from_ if field.computed else "",
        subtrahend=field.computed.minus if field.computed else "",
    )


def _sums(form: Form, outcome: Outcome | None) -> dict[str, int]:
    """What an outcome says of the form's sums, by field, and what is computed of these.

    All of it is what the recipient itself has counted: no figure here rests on an estimate.
    """
    if outcome is None:
        return {}
    said = {Fills.RECEIVED: outcome.received, Fills.COSTS: outcome.used_sek}
    sums = {field.id: said[field.fills] for field in form.fields if field.fills in said}
    for field in form.fields:
        parts = field.computed
        if parts is not None and {parts.from_, parts.minus} <= set(sums):
            sums[field.id] = sums[parts.from_] - sums[parts.minus]
    return sums


def _blank(agreement: Agreement, asked_sek: int | None) -> Blank | None:
    """Why the amount is left blank; None where it stands in the form."""
    if agreement.status == Status.DRAFT:
        return Blank.DRAFT
    if agreement.status == Status.RECONSTRUCTED:
        return Blank.RECONSTRUCTED
    return Blank.ESTIMATE if asked_sek is None else None


def _payee(words: RecipientTypeWords, code: str, name: str, actors: Mapping[str, str]) -> str:
    """Who asks for the money: the recipient itself, or whom the county's plan names."""
    if words.id == RecipientType.LAN:
        return actors.get(code, "")
    return identity_in_words(words, code, name)


def _period(form: Form) -> str:
    if form.period is None:
        return ""
    return f"{long_date(form.period.first)}{NBSP}– {long_date(form.period.last)}"


def _json(view: FormView) -> bytes:
    """What the form states: whom it is for, the sum, the days, and what is filled in by field."""
    data = {
        "form": view.kind,
        "agreement": view.agreement_id,
        "recipient_type": view.recipients,
        "recipient_code": view.code,
        "recipient_name": view.name,
        "requisitioned_by": view.payee,
        "amount_sek": view.amount_sek,
        "amount_blank": view.amount_blank,
        "period": [day.isoformat() for day in view.period] if view.period else None,
        "sent_to": view.sent_to,
        "sent_by": next((e.day.isoformat() for e in view.deadlines if e.in_force), None),
        "fields": {
            field.id: {"label": field.label, "value": field.value}
            for section in view.sections
            for field in section.fields
            if field.value
        },
    }
    return json.dumps(data, ensure_ascii=False, indent=1).encode() + b"\n"
