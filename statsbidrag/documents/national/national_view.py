"""What the national tables show: the frame, the posts, every recipient's amounts, the rules.

Belongs here: choosing and ordering the sections, as one frozen view. Does not: any section's own
figures (the modules beside this one), or sentences and layout (`templates/fordelning.html.jinja`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from itertools import count
from typing import ClassVar

from schemas.agreement import Coverage, Status
from schemas.common import Maturity
from schemas.documents import NATIONAL
from schemas.register import TypesInWords
from statsbidrag.agreement.citations import Citation
from statsbidrag.allocation.figures import MARKS, maturities_to_explain
from statsbidrag.documents.national.areas_and_posts import Frame, Posts, frame, posts
from statsbidrag.documents.national.national_csv import national_csv, rates_csv
from statsbidrag.documents.national.per_person import PerPerson, per_person
from statsbidrag.documents.national.recipient_tables import (
    Row,
    Section,
    cells_of,
    rows_of,
    section_of,
)
from statsbidrag.documents.national.rules_and_sources import BasisUse, Rule, rule_of
from statsbidrag.documents.national.year_before import NationalChange, national_change
from statsbidrag.documents.parts.population_notes import (
    CorrectionNote,
    PopulationNote,
    correction_notes,
    population_notes,
)
from statsbidrag.documents.parts.populations import maturities_to_tell
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.plans.issued import Replaced
from statsbidrag.rendering.pdf import Attachment


@dataclass(frozen=True)
class NationalView:
    """Everything that the national tables show; their text is the template's."""

    template: ClassVar[str] = "fordelning.html.jinja"

    agreement: str
    agreement_title: str
    year: int
    draft: bool
    reconstructed: bool
    partial: bool
    source: Citation
    signed_by_state: date | None
    signed_by_skr: date | None
    types: TypesInWords
    frame: Frame
    posts: Posts
    change: NationalChange | None
    per_person: PerPerson | None
    sections: tuple[Section, ...]
    rules: tuple[Rule, ...]
    bases: tuple[BasisUse, ...]
    bases_number: int
    notes: tuple[PopulationNote, ...]
    corrections: tuple[CorrectionNote, ...]
    replaces: Replaced | None = None

    @property
    def path(self) -> str:
        """Where the document lies inside its revision, without suffix."""
        return NATIONAL.path()

    @property
    def title(self) -> str:
        """The document's title."""
        return f"Fördelning av statsbidraget: {self.agreement_title}"

    @property
    def heading(self) -> str:
        """What stands at the top of the first page."""
        return f"Så fördelas statsbidraget {self.year}"

    @property
    def created(self) -> datetime:
        """The day on which the agreement was signed, or its year began. Never the clock's."""
        return datetime.combine(self.signed_by_state or date(self.year, 1, 1), time(), UTC)

    @property
    def explained(self) -> tuple[Maturity, ...]:
        """The maturities whose mark some figure carries."""
        rates = self.per_person.explained if self.per_person else ()
        cells = [cell for _, _, _, cell in cells_of(self.sections) if cell is not None]
        found = {*maturities_to_explain(cells), *rates}
        return tuple(maturity for maturity in MARKS if maturity in found)

    @property
    def unresolved(self) -> bool:
        """Whether any post has no known key."""
        return any(rule.unresolved for rule in self.rules)

    @property
    def maturities(self) -> tuple[Maturity, ...]:
        """What must be said of the populations, the best first: nothing where all are SCB's own."""
        return maturities_to_tell(
            basis.source.maturity for basis in self.bases if not basis.source.table
        )

    @property
    def weighted(self) -> bool:
        """Whether any amount rests on a table of weights."""
        return any(basis.source.table for basis in self.bases)

    @property
    def rounding(self) -> str:
        """The rounding convention in words where all posts share it, else empty."""
        words = {rule.rounding for rule in self.rules}
        return words.pop() if len(words) == 1 else ""

    def attachments(self) -> tuple[Attachment, ...]:
        """The tables as CSV files that a Swedish spreadsheet opens."""
        amounts = f"Alla belopp i {self.title}"
        found = [
            Attachment(
                "fordelning.csv", national_csv(self.sections, self.types), "text/csv", amounts
            )
        ]
        if self.per_person:
            rates = f"Kronor per invånare i {self.title}"
            content = rates_csv(self.per_person, self.types)
            found.append(Attachment("per-invanare.csv", content, "text/csv", rates))
        return tuple(found)


def national_tables(dossier: Dossier) -> NationalView:
    """The amounts of every recipient of one agreement, from its reconciled dossier."""
    agreement = dossier.agreement
    types = [recipients for recipients in dossier.register.words if recipients in agreement.types()]
    numbers = count(1)
    drawn = count(1)
    own_frame = frame(agreement, types, next(numbers))
    own_posts = posts(agreement, dossier.register.words, next(numbers), next(drawn))
    change = _change(dossier, numbers, drawn)
    every = {kind: rows_of(dossier, kind) for kind in types}
    totals = {kind: {row.code: row.cells[-1] for row in rows} for kind, rows in every.items()}
    rates = per_person(dossier, totals, numbers, drawn)
    sections = tuple(
        section_of(dossier, kind, _rated(rows, rates), numbers) for kind, rows in every.items()
    )
    rules = tuple(rule_of(dossier, post) for post in agreement.posts)
    main = agreement.sources.get("agreement", next(iter(agreement.sources.values())))
    return NationalView(
        agreement=agreement.id,
        agreement_title=agreement.title,
        year=agreement.year,
        draft=agreement.status == Status.DRAFT,
        reconstructed=agreement.status == Status.RECONSTRUCTED,
        partial=agreement.coverage == Coverage.PARTIAL,
        source=Citation(True, main.title, main.reference_number, ""),
        signed_by_state=agreement.signed.state if agreement.signed else None,
        signed_by_skr=agreement.signed.skr if agreement.signed else None,
        types=dossier.register.words,
        frame=own_frame,
        posts=own_posts,
        change=change,
        per_person=rates,
        sections=sections,
        rules=rules,
        bases=tuple(dict.fromkeys(basis for rule in rules for basis in rule.bases)),
        bases_number=next(numbers),
        notes=population_notes(dossier.extracts.values()),
        corrections=correction_notes(dossier.corrections, dossier.basis, dossier.register),
    )


def _change(
    dossier: Dossier, numbers: Iterator[int], drawn: Iterator[int]
) -> NationalChange | None:
    """The year before; numbers are taken only where a table and a chart are shown."""
    if dossier.compared is None:
        return national_change(dossier, 0, 0)
    return national_change(dossier, next(numbers), next(drawn))


def _rated(rows: Sequence[Row], rates: PerPerson | None) -> tuple[Row, ...]:
    """The rows of municipalities with their rates; counties' stand in a table of their own."""
    own = rates.municipalities if rates else None
    found = {row.code: row.rate for row in own.rows} if own else {}
    return tuple(replace(row, rate=found.get(row.code)) for row in rows)
