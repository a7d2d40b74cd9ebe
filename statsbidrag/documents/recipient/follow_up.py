"""What the follow-up of one recipient shows: plan against outcome, what is left, what to repay.

Belongs here: choosing, ordering and comparing the figures of a recipient that has an outcome, as
one frozen view. Does not: sentences and layout (`templates/uppfoljning.html.jinja`), whether the
outcome's file is in order (`statsbidrag.plans.outcomes`), or the annex's form
(`statsbidrag.documents.recipient.annex_forms`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import ClassVar, Final

from schemas.agreement import Agreement, Coverage, Post, Status
from schemas.common import TOTAL, Maturity, Recipient, RecipientType
from schemas.documents import FOLLOW_UP
from schemas.guidance import About, FormKind
from schemas.outcome import Outcome
from schemas.register import RecipientTypeWords
from statsbidrag.agreement.citations import Citation, DatedSource, citation, dated
from statsbidrag.allocation.figures import Figure, maturities_to_explain
from statsbidrag.documents.parts.requisition_sum import requisitions
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.files.csv_files import csv_bytes
from statsbidrag.plans.county_plans import Placed, county_amounts, placed
from statsbidrag.plans.issued import Replaced
from statsbidrag.plans.outcomes import paired, plan_of
from statsbidrag.register import recipients as reg
from statsbidrag.rendering.pdf import Attachment
from statsbidrag.swedish.recipient_identity import identity_in_words


@dataclass(frozen=True)
class MeasureOutcome:
    """One measure: what the plan gives it and what was used.

    `planned_sek` is None where the plan does not have the measure (`in_plan`), or where its kronor
    are not known.
    """

    title: str
    level: str
    in_plan: bool
    planned_sek: int | None
    used_sek: int
    note: str

    @property
    def left_sek(self) -> int | None:
        """What is left of the measure's money; negative where more was used."""
        return None if self.planned_sek is None else self.planned_sek - self.used_sek


@dataclass(frozen=True)
class PostOutcome:
    """One post: its amount, and what was used of it, measure by measure where there is a plan.

    `planned_sek` is the sum of the plan's measures; None where there is no plan.
    """

    label: str
    title: str
    amount: Figure | None
    planned_sek: int | None
    used_sek: int
    note: str
    measures: tuple[MeasureOutcome, ...]

    @property
    def left(self) -> Figure | None:
        """What is left of the post, as mature as its amount; negative where more was used."""
        if self.amount is None:
            return None
        return replace(self.amount, sek=self.amount.sek - self.used_sek)


@dataclass(frozen=True)
class OutcomeView:
    """Everything that a follow-up shows; its text is the template's.

    `requisition_sek` is None where no sum may be requisitioned by our figures, and nothing can be
    said of the sum that was received.
    """

    template: ClassVar[str] = "uppfoljning.html.jinja"

    path: str
    recipients: RecipientType
    words: RecipientTypeWords
    code: str
    name: str
    example: bool
    draft: bool
    year: int
    agreement_title: str
    agreement_number: str
    signed_by_state: date | None
    reference_number: str
    source: str
    through: date | None
    comment: str
    has_plan: bool
    posts: tuple[PostOutcome, ...]
    total: Figure | None
    requisition_sek: int | None
    received_sek: int
    used_sek: int
    repayment: tuple[DatedSource, ...]
    repayment_text: str
    repayment_source: Citation | None
    report_title: str
    report_days: tuple[DatedSource, ...]
    replaces: Replaced | None = None

    @property
    def identity(self) -> str:
        """The name with type and code, as the recipient's other documents have it."""
        return identity_in_words(self.words, self.code, self.name)

    @property
    def title(self) -> str:
        """The document's title: no other document of the agreement has it."""
        return f"Uppföljning av statsbidrag {self.year}, {self.identity}"

    @property
    def created(self) -> datetime:
        """The last day that is counted, else that of the signature. Never the clock's."""
        day = self.through or self.signed_by_state or date(self.year, 1, 1)
        return datetime.combine(day, time(), UTC)

    @property
    def repay_sek(self) -> int:
        """What was received and not used; nothing where more was used than received."""
        return max(self.received_sek - self.used_sek, 0)

    @property
    def overspent_sek(self) -> int:
        """What was used beyond what was received."""
        return max(self.used_sek - self.received_sek, 0)

    @property
    def left(self) -> Figure | None:
        """What is left of all the posts by the printed total, as mature as that."""
        if self.total is None:
            return None
        return replace(self.total, sek=self.total.sek - self.used_sek)

    @property
    def planned_sek(self) -> int | None:
        """What the plan places in all; None where a part of it is not known."""
        known = [post.planned_sek for post in self.posts if post.planned_sek is not None]
        return sum(known) if len(known) == len(self.posts) else None

    @property
    def repayment_day(self) -> date | None:
        """The last day of repayment that counts."""
        return next((each.day for each in self.repayment if each.in_force), None)

    @property
    def received_difference(self) -> int | None:
        """What was received beyond the sum to requisition; None where that is not known."""
        if self.requisition_sek is None:
            return None
        return self.received_sek - self.requisition_sek

    @property
    def outside_plan(self) -> tuple[tuple[str, MeasureOutcome], ...]:
        """The measures that the plan does not have, each with its post."""
        return tuple(
            (post.label, each) for post in self.posts for each in post.measures if not each.in_plan
        )

    @property
    def overspent(self) -> tuple[PostOutcome, ...]:
        """The posts of which more was used than they have."""
        return tuple(p for p in self.posts if p.left is not None and p.left.sek < 0)

    @property
    def unspent_by_post(self) -> int | None:
        """What is left if no post covers another; None where a post's amount is not known."""
        left = [post.left for post in self.posts]
        known = [each.sek for each in left if each is not None]
        return sum(max(sek, 0) for sek in known) if len(known) == len(left) else None

    @property
    def explained(self) -> tuple[Maturity, ...]:
        """The maturities that the top of the page must say something about."""
        shown = [post.amount for post in self.posts if post.amount is not None]
        return maturities_to_explain([*shown, *([self.total] if self.total else [])])

    def attachments(self) -> tuple[Attachment, ...]:
        """The figures for a spreadsheet, and for a program."""
        return (
            Attachment(
                f"{FOLLOW_UP.stem}.csv", _csv(self), "text/csv", f"Talen i {self.title}", "Data"
            ),
            Attachment(
                f"{FOLLOW_UP.stem}.json",
                _json(self),
                "application/json",
                f"Uträkningen i {self.title}",
                "Supplement",
            ),
        )


def outcome_views(dossier: Dossier) -> tuple[OutcomeView, ...]:
    """The follow-up of every recipient that has an outcome, in the order of their files.

    None for an agreement that is only partly known or whose documents are withheld.
    """
    stopped = {"agreement", "documents"} & {*dossier.reconciliation.withheld()}
    if stopped or dossier.agreement.coverage == Coverage.PARTIAL or not dossier.outcomes:
        return ()
    asked = requisitions(dossier.agreement, dossier.allocation)
    return tuple(_view(dossier, outcome, asked) for outcome in dossier.outcomes)


def _view(dossier: Dossier, outcome: Outcome, asked: Mapping[Recipient, int | None]) -> OutcomeView:
    agreement = dossier.agreement
    recipients, code = outcome.recipient_type, outcome.recipient_code
    terms = next(
        (t for t in agreement.conditions_for(recipients) if t.about == About.REPAYMENT), None
    )
    form = agreement.form_for(FormKind.FINANCIAL_REPORT, recipients)
    main = agreement.sources.get("agreement", next(iter(agreement.sources.values())))
    return OutcomeView(
        path=FOLLOW_UP.path(dossier.folder(recipients, code)),
        recipients=recipients,
        words=dossier.register.words[recipients],
        code=code,
        name=reg.names(dossier.register, recipients)[code],
        example=outcome.example,
        draft=agreement.status == Status.DRAFT,
        year=agreement.year,
        agreement_title=agreement.title,
        agreement_number=main.reference_number,
        signed_by_state=agreement.signed.state if agreement.signed else None,
        reference_number=outcome.reference_number,
        source=outcome.source,
        through=outcome.through,
        comment=outcome.comment,
        has_plan=plan_of(outcome, dossier.plans) is not None,
        posts=tuple(_posts(dossier, outcome)),
        total=dossier.figures.known(TOTAL, recipients, code),
        requisition_sek=asked.get(outcome.recipient),
        received_sek=outcome.received,
        used_sek=outcome.used_sek,
        repayment=tuple(dated(agreement, "repayment")),
        repayment_text=terms.text if terms else "",
        repayment_source=citation(agreement, terms.reference) if terms else None,
        report_title=form.title if form else "",
        report_days=tuple(dated(agreement, form.by)) if form and form.by else (),
    )


def _posts(dossier: Dossier, outcome: Outcome) -> Iterator[PostOutcome]:
    agreement: Agreement = dossier.agreement
    recipients, code = outcome.recipient_type, outcome.recipient_code
    plan = plan_of(outcome, dossier.plans)
    own = placed(plan, county_amounts(dossier.allocation, code)) if plan else ()
    for post in agreement.posts_of(recipients):
        yield _post(
            post,
            dossier.figures.known(post.id, recipients, code),
            [each for each in own if each.measure.post == post.id],
            outcome,
            planned=plan is not None,
        )


def _post(
    post: Post, amount: Figure | None, own: Sequence[Placed], outcome: Outcome, *, planned: bool
) -> PostOutcome:
    used = [each for each in outcome.used if each.post == post.id]
    parted = [each for each in used if each.measure]
    sums = [each.amount_sek for each in own]
    known = [sek for sek in sums if sek is not None]
    amounts = {id(each.measure): each.amount_sek for each in own}
    pairs = paired([each.measure for each in own], parted) if parted else []
    return PostOutcome(
        label=post.label,
        title=post.title,
        amount=amount,
        planned_sek=sum(known) if planned and len(known) == len(sums) else None,
        used_sek=sum(each.used for each in used),
        note="" if parted else " ".join(each.note for each in used if each.note),
        measures=tuple(
            MeasureOutcome(
                title=pair.measure.title if pair.measure else pair.used.measure,
                level=pair.measure.level if pair.measure else pair.used.level,
                in_plan=pair.measure is not None,
                planned_sek=amounts[id(pair.measure)] if pair.measure else None,
                used_sek=pair.used.used,
                note=pair.used.note,
            )
            for pair in pairs
            if pair.used is not None
        ),
    )


# --- Attachments --------------------------------------------------------------------------------

_HEAD: Final = [
    *("mottagartyp", "kod", "mottagare", "post", "insats", "nivå"),
    *("belopp, kr", "märke", "planerat, kr", "använt, kr", "kvar, kr", "anmärkning", "exempel"),
]


def _csv(view: OutcomeView) -> bytes:
    """The tables, a row per post and per measure."""
    who = [str(view.recipients), view.code, view.name]
    example = "påhittade uppgifter" if view.example else ""
    return csv_bytes(_HEAD, ([*who, *row, example] for row in _csv_rows(view)))


def _csv_rows(view: OutcomeView) -> Iterator[list[str | int | None]]:
    for post in view.posts:
        amount, left = post.amount, post.left
        yield [
            *(post.label, "", ""),
            *((amount.sek, amount.mark) if amount else (None, "")),
            *(post.planned_sek, post.used_sek, left.sek if left else None, post.note),
        ]
        for each in post.measures:
            note = each.note if each.in_plan else f"Inte i planen. {each.note}".strip()
            yield [
                *(post.label, each.title, each.level, None, ""),
                *(each.planned_sek, each.used_sek, each.left_sek, note),
            ]
    received, used = view.received_sek, view.used_sek
    yield ["Mottaget", "", "", received, "", None, used, received - used, ""]
    yield ["Att betala tillbaka", "", "", None, "", None, None, view.repay_sek, ""]


def _json(view: OutcomeView) -> bytes:
    """What the follow-up states, under the names of the file that it was made from."""
    data = {
        "agreement_title": view.agreement_title,
        "recipient_type": view.recipients,
        "recipient_code": view.code,
        "recipient_name": view.name,
        "example": view.example,
        "through": view.through.isoformat() if view.through else None,
        "requisition_sek": view.requisition_sek,
        "received_sek": view.received_sek,
        "used_sek": view.used_sek,
        "repay_sek": view.repay_sek,
        "overspent_sek": view.overspent_sek,
        "repay_by": view.repayment_day.isoformat() if view.repayment_day else None,
        "posts": [
            {
                "post": post.label,
                "amount_sek": post.amount.sek if post.amount else None,
                "maturity": post.amount.maturity if post.amount else None,
                "planned_sek": post.planned_sek,
                "used_sek": post.used_sek,
                "measures": [
                    {
                        "measure": each.title,
                        "level": each.level,
                        "in_plan": each.in_plan,
                        "planned_sek": each.planned_sek,
                        "used_sek": each.used_sek,
                    }
                    for each in post.measures
                ],
            }
            for post in view.posts
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=1).encode() + b"\n"
