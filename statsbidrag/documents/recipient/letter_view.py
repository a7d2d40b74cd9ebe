"""What the allocation letter to a region, a municipality or SKR shows.

Belongs here: choosing and ordering one recipient's figures, as one frozen view, and its files. Does
not: what all of its type are told (`statsbidrag.documents.recipient.said_to_type`), sentences and
layout (`templates/tilldelning.html.jinja`), or the county's paper
(`statsbidrag.documents.county.decision_view`).

A view holds what its own recipient is told and nothing of the agreement as a whole that its pages
do not show: what changes for somebody else leaves its fingerprint, and its bytes, as they were.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import ClassVar, Final

from schemas.agreement import Coverage, Status, TotalsFrom
from schemas.common import TOTAL, Maturity, Recipient, RecipientType
from schemas.documents import LETTER
from schemas.register import RecipientTypeWords
from statsbidrag.allocation.derivation import Derivation, derive_all
from statsbidrag.allocation.figures import MATURITIES, Figure, maturities_to_explain, summed
from statsbidrag.documents.parts.computations import Computation, cells_of, computation, exact_sum
from statsbidrag.documents.parts.population_notes import PopulationNote, population_notes
from statsbidrag.documents.parts.populations import (
    PopulationFile,
    maturities_to_tell,
    population_file,
    sidecars_of,
)
from statsbidrag.documents.parts.printed_in import Printed, printed_in
from statsbidrag.documents.parts.requisition_sum import requisition_sek
from statsbidrag.documents.recipient.said_to_type import SaidToType, said_to_type
from statsbidrag.documents.recipient.year_before import (
    AreaChange,
    RecipientChange,
    recipient_changes,
)
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.errors import ProgramError
from statsbidrag.files.csv_files import csv_bytes
from statsbidrag.plans.issued import Replaced
from statsbidrag.register import recipients as reg
from statsbidrag.rendering.pdf import Attachment
from statsbidrag.swedish.recipient_identity import identity_in_words


@dataclass(frozen=True)
class PostAmount:
    """One post: what it is called, the post of parts that it belongs to (if any), and its sum."""

    label: str
    title: str
    part_of: str
    amount: Figure


@dataclass(frozen=True)
class OwnPopulation:
    """The recipient's population (or weight) that some amount rests on, and the file it is from.

    `together` is that of all who share; `ages` says the unit of a table of weights (`weights`).
    """

    ages: str
    reference_date: date
    own: int
    together: int
    source: PopulationFile

    @property
    def weights(self) -> bool:
        """Whether these are weights, and no population."""
        return bool(self.source.table)

    @property
    def share(self) -> Fraction:
        """The recipient's part of the whole."""
        return Fraction(self.own, self.together) if self.together else Fraction(0)


@dataclass(frozen=True)
class LetterView:
    """Everything that an allocation letter shows; its text is the template's."""

    template: ClassVar[str] = "tilldelning.html.jinja"

    path: str
    recipients: RecipientType
    words: RecipientTypeWords
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
    said: SaidToType
    requisition_sek: int | None
    computations: tuple[Computation, ...]
    population: tuple[OwnPopulation, ...]
    notes: tuple[PopulationNote, ...]
    replaces: Replaced | None = None

    @property
    def identity(self) -> str:
        """The name with type and code, which never needs a genitive: `Östersund (kommun 2380)`."""
        return identity_in_words(self.words, self.code, self.name)

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
        return exact_sum(self.computations)

    @property
    def rounding(self) -> str:
        """The rounding convention in words where all posts share it, else empty."""
        words = {each.derivation.rounding_in_words for each in self.computations}
        return words.pop() if len(words) == 1 else ""

    @property
    def maturities(self) -> tuple[Maturity, ...]:
        """What must be said of the populations, the best first: nothing where all are SCB's own."""
        return maturities_to_tell(each.source.maturity for each in self.population)

    @property
    def requisition_day(self) -> date | None:
        """The last day of requisition that counts."""
        return next((each.day for each in self.said.requisition if each.in_force), None)

    @property
    def days_changed(self) -> bool:
        """Whether a later document has moved any of the days."""
        return len(self.said.requisition) > 1 or len(self.said.repayment) > 1

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


def letter_views(dossier: Dossier) -> tuple[LetterView, ...]:
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
        for kind in LETTER.recipients
        if (own := agreement.posts_of(kind)) and not any(post.unresolved for post in own)
        for code in reg.codes(dossier.register, kind)
    ]
    gathered = _gathered(dossier, recipients)
    return tuple(_view(dossier, gathered, each) for each in recipients)


@dataclass(frozen=True)
class _Gathered:
    """What the views of all recipients are made of: each table is read once."""

    said: dict[RecipientType, SaidToType]
    names: dict[RecipientType, dict[str, str]]
    derivations: dict[Recipient, tuple[Derivation, ...]]
    printed: Printed
    changes: dict[Recipient, RecipientChange]


def _gathered(dossier: Dossier, recipients: Sequence[Recipient]) -> _Gathered:
    derivations: dict[Recipient, list[Derivation]] = {}
    for each in derive_all(dossier.agreement, dossier.basis, dossier.allocation, dossier.register):
        derivations.setdefault(each.recipient, []).append(each)
    kinds = dict.fromkeys(each.type for each in recipients)
    return _Gathered(
        said={kind: said_to_type(dossier.agreement, kind) for kind in kinds},
        names={kind: reg.names(dossier.register, kind) for kind in kinds},
        derivations={recipient: tuple(own) for recipient, own in derivations.items()},
        printed=printed_in(dossier.agreement, dossier.published),
        changes=recipient_changes(dossier, recipients),
    )


def _view(dossier: Dossier, gathered: _Gathered, recipient: Recipient) -> LetterView:
    agreement = dossier.agreement
    recipients, code = recipient
    own = agreement.posts_of(recipients)
    posts = _posts(dossier, recipient)
    # Of a single post the post itself is what was printed, if anything was.
    total = posts[0].amount if len(posts) == 1 else dossier.figures.of(TOTAL, *recipient)
    computations = tuple(
        computation(dossier, gathered.printed, post, derivation)
        for post, derivation in zip(own, gathered.derivations[recipient], strict=True)
    )
    population = tuple(_population(dossier, computations))
    names = (*(post.id for post in own), TOTAL)
    printed = [gathered.printed.get((name, recipient), "") for name in names]
    main = agreement.sources.get("agreement", next(iter(agreement.sources.values())))
    return LetterView(
        path=LETTER.path(dossier.folder(*recipient)),
        recipients=recipients,
        words=dossier.register.words[recipients],
        code=code,
        name=gathered.names[recipients][code],
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
        said=gathered.said[recipients],
        requisition_sek=requisition_sek(agreement, (post.amount for post in posts), total),
        computations=computations,
        population=population,
        notes=population_notes(sidecars_of(dossier, (each.source for each in population))),
    )


def _population(dossier: Dossier, computations: Sequence[Computation]) -> Iterator[OwnPopulation]:
    """Each population that some amount rests on, once, in the order of their use."""
    for cell in dict.fromkeys(cells_of(computations)):
        yield OwnPopulation(
            ages=cell.ages,
            reference_date=date.fromisoformat(cell.reference_date),
            own=cell.recipient,
            together=cell.nation,
            source=population_file(dossier, cell.sha256),
        )


def _posts(dossier: Dossier, recipient: Recipient) -> tuple[PostAmount, ...]:
    groups = {group.id: group.label for group in dossier.agreement.post_groups}
    return tuple(
        PostAmount(
            post.label,
            post.title,
            groups.get(post.part_of or "", ""),
            dossier.figures.of(post.id, *recipient),
        )
        for post in dossier.agreement.posts_of(recipient.type)
    )


# --- The same figures, for a spreadsheet and for a program -----------------------------------


def _changes(changes: RecipientChange | None) -> tuple[AreaChange, ...]:
    if changes is None:
        return ()
    return changes.rows if changes.total is None else (*changes.rows, changes.total)


_CSV_HEAD: Final = [
    *("mottagartyp", "kod", "mottagare", "tabell", "rad", "när"),
    *("tal", "enhet", "märke", "mognad"),
]


def _csv(view: LetterView) -> bytes:
    """The tables, one row per figure of the document."""
    who = [str(view.recipients), view.code, view.name]
    return csv_bytes(_CSV_HEAD, ([*who, *row] for row in _csv_rows(view)))


def _csv_rows(view: LetterView) -> Iterator[list[str | int]]:
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
        day, word = each.reference_date.isoformat(), MATURITIES[each.source.maturity]
        unit = each.ages if each.weights else "personer"
        what = each.ages if each.weights else f"Folkmängd, ålder {each.ages}"
        # What a population is worth is said in words; marks stand at sums of money only.
        yield ["Underlag", what, day, each.own, unit, "", word]
        yield ["Underlag", f"{what}, alla", day, each.together, unit, "", word]


def _csv_figure(figure: Figure) -> list[str | int]:
    return [figure.sek, "kr", figure.mark, figure.word]


def _json(view: LetterView) -> bytes:
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
