"""What the allocation letter to a region, a municipality or SKR shows.

Belongs here: choosing and ordering one recipient's figures, and what the agreement says to its
recipient type, as one frozen view. Does not: sentences and layout
(`templates/tilldelning.html.jinja`), or the county's paper
(`statsbidrag.documents.county.decision`).

A view holds what its own recipient is told and nothing of the agreement as a whole that its pages
do not show: what changes for somebody else leaves its fingerprint, and its bytes, as they were.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import ClassVar, Final

from schemas.agreement import Agreement, Coverage, Duty, Post, Status, TotalsFrom
from schemas.common import TOTAL, Maturity, Recipient, RecipientType
from schemas.guidance import FormKind
from schemas.sidecar import PopulationSidecar
from statsbidrag.agreement.citations import Citation, DatedSource, citation, dated
from statsbidrag.allocation.derivation import Derivation, PopulationCell, derive_all
from statsbidrag.allocation.figures import MATURITIES, Figure, maturities_to_explain, summed
from statsbidrag.documents.parts.guidance import ConditionRow, Task, conditions_of, tasks_of
from statsbidrag.documents.parts.population_notes import PopulationNote, population_notes
from statsbidrag.documents.parts.requisition_sum import requisition_sek
from statsbidrag.documents.recipient.change import AreaChange, RecipientChange, recipient_changes
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.errors import ProgramError
from statsbidrag.files.csv_files import csv_bytes
from statsbidrag.plans.issued import Replaced
from statsbidrag.register import recipients as reg
from statsbidrag.rendering.pdf import Attachment
from statsbidrag.swedish.key_sentences import source_title
from statsbidrag.swedish.typography import NBSP

TYPES: Final = (RecipientType.REGION, RecipientType.KOMMUN, RecipientType.SKR)
"""Who gets an allocation letter, in order. A county gets a decision document."""


@dataclass(frozen=True)
class PostAmount:
    """One post: what it is called, the post of parts that it belongs to (if any), and its sum."""

    label: str
    title: str
    part_of: str
    amount: Figure


@dataclass(frozen=True)
class Computation:
    """How one amount came about. `calibrated`: its estimate was made to meet the published one."""

    label: str
    key: Citation
    derivation: Derivation
    calibrated: bool

    @property
    def uses_population(self) -> bool:
        """Whether any step of the key is a share of a population, or of weights."""
        return any(step.population is not None for step in self.derivation.steps)


@dataclass(frozen=True)
class OwnPopulation:
    """The recipient's population (or weight) that some amount rests on, and the file it is from.

    `together` is that of all who share; `ages` says the unit of a table of weights (`weights`).
    """

    ages: str
    weights: bool
    reference_date: date
    own: int
    together: int
    producer: str
    maturity: Maturity
    file: str
    sha256: str

    @property
    def share(self) -> Fraction:
        """The recipient's part of the whole."""
        return Fraction(self.own, self.together) if self.together else Fraction(0)


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
class RecipientView:
    """Everything that an allocation letter shows; its text is the template's."""

    template: ClassVar[str] = "tilldelning.html.jinja"

    path: str
    recipients: RecipientType
    code: str
    name: str
    draft: bool
    reconstructed: bool
    year: int
    agreement_title: str
    reference_number: str
    signed_by_state: date | None
    signed_by_skr: date | None
    posts: tuple[PostAmount, ...]
    total: Figure
    total_from_exact: bool
    published_in: tuple[str, ...]
    changes: RecipientChange | None
    tasks: tuple[Task, ...]
    conditions: tuple[ConditionRow, ...]
    duties: tuple[DutyRow, ...]
    requisition: tuple[DatedSource, ...]
    repayment: tuple[DatedSource, ...]
    requisition_sek: int | None
    requisition_form: str
    rounding_assumed: bool
    computations: tuple[Computation, ...]
    population: tuple[OwnPopulation, ...]
    notes: tuple[PopulationNote, ...]
    replaces: Replaced | None = None

    @property
    def identity(self) -> str:
        """The name with type and code, which never needs a genitive: `Östersund (kommun 2380)`."""
        if self.recipients == RecipientType.SKR:
            return f"{self.name} ({self.code})"
        return f"{self.name} ({self.recipients}{NBSP}{self.code})"

    @property
    def title(self) -> str:
        """The document's title: no other document of the agreement has it."""
        return f"Statsbidrag {self.year} till {self.identity}"

    @property
    def created(self) -> datetime:
        """The day on which the agreement was signed, or its year began. Never the clock's."""
        return datetime.combine(self.signed_by_state or date(self.year, 1, 1), time(), UTC)

    @property
    def explained(self) -> tuple[Maturity, ...]:
        """The maturities that the top of the page must say something about."""
        own = [post.amount for post in self.posts]
        return maturities_to_explain([*own, self.total, *self._compared()])

    @property
    def parts(self) -> Figure:
        """The sum of the printed posts, which may differ from the printed total by rounding."""
        return summed(post.amount for post in self.posts)

    @property
    def exact_total(self) -> Fraction:
        """The sum of the exact shares, which no rounding has touched."""
        exact = (each.derivation.exact or Fraction(0) for each in self.computations)
        return sum(exact, Fraction(0))

    @property
    def rounding(self) -> str:
        """The rounding convention in words where all posts share it, else empty."""
        words = {each.derivation.rounding_in_words for each in self.computations}
        return words.pop() if len(words) == 1 else ""

    @property
    def maturities(self) -> tuple[Maturity, ...]:
        """What must be said of the populations, the best first: nothing where all are SCB's own."""
        found = {each.maturity for each in self.population}
        if found == {Maturity.DEFINITIVE}:
            return ()
        return tuple(sorted(found, key=lambda maturity: maturity.rank))

    @property
    def requisition_day(self) -> date | None:
        """The last day of requisition that counts."""
        return next((each.day for each in self.requisition if each.in_force), None)

    @property
    def days_changed(self) -> bool:
        """Whether a later document has moved any of the days."""
        return len(self.requisition) > 1 or len(self.repayment) > 1

    def attachments(self) -> tuple[Attachment, ...]:
        """The figures for a spreadsheet, and every number that the amounts can be recomputed by."""
        return (
            Attachment("tilldelning.csv", _csv(self), "text/csv", f"Talen i {self.title}", "Data"),
            Attachment(
                "berakning.json",
                _json(self),
                "application/json",
                f"Uträkningen av beloppen i {self.title}",
                "Supplement",
            ),
        )

    def _compared(self) -> Iterator[Figure]:
        for change in _changes(self.changes):
            row = change.row
            for shown in (row.before.figure, row.after.figure, row.difference):
                if shown is not None:
                    yield shown


def recipient_views(dossier: Dossier) -> tuple[RecipientView, ...]:
    """The letters to every region, every municipality and SKR, in that order and by code.

    None for an agreement that is only partly known or whose documents are withheld; none to a
    recipient type without a post, or with one whose key nobody knows.
    """
    agreement = dossier.agreement
    stopped = {"agreement", "documents"} & {*dossier.reconciliation.withheld()}
    if stopped or agreement.coverage == Coverage.PARTIAL:
        return ()
    recipients = [
        Recipient(kind, code)
        for kind in TYPES
        if (own := agreement.posts_of(kind)) and not any(post.unresolved for post in own)
        for code in reg.codes(dossier.register, kind)
    ]
    gathered = _gathered(dossier, recipients)
    told = {kind: _told(dossier, kind) for kind in dict(recipients)}
    return tuple(_view(dossier, gathered, told[each.type], each) for each in recipients)


# --- What is said to all of one type ---------------------------------------------------------


@dataclass(frozen=True)
class _Told:
    """What the agreement says alike to every recipient of one type."""

    tasks: tuple[Task, ...]
    conditions: tuple[ConditionRow, ...]
    duties: tuple[DutyRow, ...]
    requisition: tuple[DatedSource, ...]
    repayment: tuple[DatedSource, ...]
    requisition_form: str
    groups: dict[str, str]
    names: dict[str, str]


def _told(dossier: Dossier, recipients: RecipientType) -> _Told:
    agreement = dossier.agreement
    form = agreement.form_for(FormKind.REQUISITION, recipients)
    return _Told(
        tasks=tasks_of(agreement, recipients),
        conditions=conditions_of(agreement, recipients),
        duties=tuple(_duty(agreement, duty) for duty in agreement.duties_of(recipients)),
        requisition=tuple(dated(agreement, "requisition")),
        repayment=tuple(dated(agreement, "repayment")),
        requisition_form=form.title if form else "",
        groups={group.id: group.label for group in agreement.post_groups},
        names=reg.names(dossier.register, recipients),
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


# --- What is said to one ---------------------------------------------------------------------


@dataclass(frozen=True)
class _Gathered:
    """What the views of all recipients are made of, by recipient: each table is read once."""

    derivations: dict[Recipient, tuple[Derivation, ...]]
    printed: dict[tuple[str, Recipient], str]
    changes: dict[Recipient, RecipientChange]


def _gathered(dossier: Dossier, recipients: Sequence[Recipient]) -> _Gathered:
    derivations: dict[Recipient, list[Derivation]] = {}
    for each in derive_all(dossier.agreement, dossier.basis, dossier.allocation, dossier.register):
        derivations.setdefault(each.recipient, []).append(each)
    return _Gathered(
        derivations={recipient: tuple(own) for recipient, own in derivations.items()},
        printed={
            (
                str(row.post),
                Recipient(RecipientType(str(row.recipient_type)), str(row.recipient_code)),
            ): source_title(dossier.agreement, str(row.source))
            for row in dossier.published.itertuples(index=False)
        },
        changes=recipient_changes(dossier, recipients),
    )


def _view(
    dossier: Dossier, gathered: _Gathered, told: _Told, recipient: Recipient
) -> RecipientView:
    agreement = dossier.agreement
    recipients, code = recipient
    own = agreement.posts_of(recipients)
    posts = tuple(
        PostAmount(
            post.label,
            post.title,
            told.groups.get(post.part_of or "", ""),
            dossier.figures.of(post.id, *recipient),
        )
        for post in own
    )
    # Of a single post the post itself is what was printed, if anything was.
    total = posts[0].amount if len(posts) == 1 else dossier.figures.of(TOTAL, *recipient)
    computations = tuple(
        _computation(dossier, gathered, recipient, post, derivation)
        for post, derivation in zip(own, gathered.derivations[recipient], strict=True)
    )
    population = tuple(_population(dossier, computations))
    printed = [
        gathered.printed.get((name, recipient), "") for name in (*(p.id for p in own), TOTAL)
    ]
    main = agreement.sources.get("agreement", next(iter(agreement.sources.values())))
    return RecipientView(
        path=f"{dossier.folder(*recipient)}/tilldelning",
        recipients=recipients,
        code=code,
        name=told.names[code],
        draft=agreement.status == Status.DRAFT,
        reconstructed=agreement.status == Status.RECONSTRUCTED,
        year=agreement.year,
        agreement_title=agreement.title,
        reference_number=main.reference_number,
        signed_by_state=agreement.signed.state if agreement.signed else None,
        signed_by_skr=agreement.signed.skr if agreement.signed else None,
        posts=posts,
        total=total,
        total_from_exact=agreement.rounding.totals == TotalsFrom.UNROUNDED,
        published_in=tuple(dict.fromkeys(title for title in printed if title)),
        changes=gathered.changes.get(recipient),
        tasks=told.tasks,
        conditions=told.conditions,
        duties=told.duties,
        requisition=told.requisition,
        repayment=told.repayment,
        requisition_sek=requisition_sek(agreement, (post.amount for post in posts), total),
        requisition_form=told.requisition_form,
        rounding_assumed=recipients in agreement.rounding.assumed_for,
        computations=computations,
        population=population,
        notes=population_notes(_sidecars(dossier, population)),
    )


def _computation(
    dossier: Dossier,
    gathered: _Gathered,
    recipient: Recipient,
    post: Post,
    derivation: Derivation,
) -> Computation:
    source = gathered.printed.get((post.id, recipient), "")
    return Computation(
        label=post.label,
        key=citation(dossier.agreement, derivation.reference),
        derivation=replace(derivation, published_source=source),
        calibrated=any(
            _is_calibrated(dossier, step.population.sha256, post, recipient)
            for step in derivation.steps
            if step.population is not None
        ),
    )


def _is_calibrated(dossier: Dossier, sha256: str, post: Post, recipient: Recipient) -> bool:
    sidecar = dossier.extracts.get(sha256)
    return sidecar is not None and any(
        (fit.agreement, fit.post) == (dossier.agreement.id, post.id)
        and recipient[1] in fit.recipients
        for fit in sidecar.calibrated_to
    )


def _population(dossier: Dossier, computations: Sequence[Computation]) -> Iterator[OwnPopulation]:
    """Each population that some amount rests on, once, in the order of their use."""
    cells = [
        step.population
        for computation in computations
        for step in computation.derivation.steps
        if step.population is not None
    ]
    for cell in dict.fromkeys(cells):
        yield _own_population(cell, dossier.extracts.get(cell.sha256))


def _own_population(cell: PopulationCell, sidecar: PopulationSidecar | None) -> OwnPopulation:
    # A table of weights is no extract of a population: it has no producer among the extracts.
    return OwnPopulation(
        ages=cell.ages,
        weights=sidecar is None,
        reference_date=date.fromisoformat(cell.reference_date),
        own=cell.recipient,
        together=cell.nation,
        producer=sidecar.producer if sidecar else "",
        maturity=cell.maturity,
        file=cell.extract,
        sha256=cell.sha256,
    )


def _sidecars(dossier: Dossier, population: Iterable[OwnPopulation]) -> Iterator[PopulationSidecar]:
    for sha256 in dict.fromkeys(each.sha256 for each in population):
        if sha256 in dossier.extracts:
            yield dossier.extracts[sha256]


# --- The same figures, for a spreadsheet and for a program -----------------------------------


def _changes(changes: RecipientChange | None) -> tuple[AreaChange, ...]:
    if changes is None:
        return ()
    return changes.rows if changes.total is None else (*changes.rows, changes.total)


_CSV_HEAD: Final = [
    *("mottagartyp", "kod", "mottagare", "tabell", "rad", "när"),
    *("tal", "enhet", "märke", "mognad"),
]


def _csv(view: RecipientView) -> bytes:
    """The tables, one row per figure of the document."""
    who = [str(view.recipients), view.code, view.name]
    return csv_bytes(_CSV_HEAD, ([*who, *row] for row in _csv_rows(view)))


def _csv_rows(view: RecipientView) -> Iterator[list[str | int]]:
    for post in view.posts:
        yield ["Belopp", post.label, view.year, *_csv_figure(post.amount)]
    if len(view.posts) > 1:
        yield ["Belopp", "Summa", view.year, *_csv_figure(view.total)]
    for change in _changes(view.changes):
        row = change.row
        shown = ("före", row.before.figure), ("nu", row.after.figure), ("ändring", row.difference)
        for when, figure in shown:
            if figure is not None:
                yield ["Jämförelse", row.label, when, *_csv_figure(figure)]
    for each in view.population:
        day, word = each.reference_date.isoformat(), MATURITIES[each.maturity]
        unit = each.ages if each.weights else "personer"
        what = each.ages if each.weights else f"Folkmängd, ålder {each.ages}"
        # What a population is worth is said in words; marks stand at sums of money only.
        yield ["Underlag", what, day, each.own, unit, "", word]
        yield ["Underlag", f"{what}, alla", day, each.together, unit, "", word]


def _csv_figure(figure: Figure) -> list[str | int]:
    return [figure.sek, "kr", figure.mark, figure.word]


def _json(view: RecipientView) -> bytes:
    """Every number that the amounts can be computed again by; fractions as `numerator/denominator`.

    The parts are derivations as `statsbidrag.allocation.derivation` has them, under the same names.
    """
    data = {
        "recipient_type": view.recipients,
        "recipient_code": view.code,
        "recipient_name": view.name,
        "year": view.year,
        "amount_sek": view.total.sek,
        "published": view.total.published,
        "maturity": view.total.maturity,
        "exact": view.exact_total,
        "total_from_exact": view.total_from_exact,
        "parts": [asdict(each.derivation) for each in view.computations],
    }
    text = json.dumps(data, ensure_ascii=False, indent=1, default=_plain)
    return text.encode() + b"\n"


def _plain(value: object) -> object:
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", exclude_none=True)
    raise ProgramError(f"{type(value).__name__} in a derivation: JSON has no form for it.")
