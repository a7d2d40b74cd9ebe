"""What the national tables show: every recipient's amounts, the sums beside the frame, the rules.

Belongs here: choosing and ordering the figures, as one frozen view. Does not: sentences and layout
(`templates/fordelning.html.jinja`), or which of two figures is shown
(`statsbidrag.allocation.figures`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from fractions import Fraction
from itertools import count, groupby
from typing import ClassVar, Final

from schemas.agreement import Agreement, Coverage, Post, Status
from schemas.common import NATION, TOTAL, Level, Maturity, RecipientType, Reference
from schemas.reconciliation import Kind
from statsbidrag.allocation.amounts import NATION_NAME, basis_keys
from statsbidrag.allocation.figures import (
    MARKS,
    MATURITIES,
    Figure,
    maturities_to_explain,
    summed,
)
from statsbidrag.documents.national.posts_and_change import (
    Diagram,
    NationalChange,
    Posts,
    Rate,
    RateRow,
    Rates,
    national_change,
    posts,
    rate_map,
    rates,
)
from statsbidrag.documents.parts.population_notes import (
    CorrectionNote,
    PopulationNote,
    correction_notes,
    population_notes,
)
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.errors import ProgramError
from statsbidrag.files.csv_files import csv_bytes
from statsbidrag.plans.issued import Replaced
from statsbidrag.register import recipients as reg
from statsbidrag.rendering.pdf import Attachment
from statsbidrag.swedish.key_sentences import key_in_words, rounding_in_words, source_title
from statsbidrag.swedish.recipient_types import TYPES
from statsbidrag.swedish.typography import NBSP, decimals

PATH: Final = "nation/fordelning"
"""Where the document lies inside its revision, without suffix."""

TOTAL_LABEL: Final = "Totalt"
PARTIAL_LABEL: Final = "Totalt av kända poster"

_OF_LEVEL: Final = {
    Level.LAN: (RecipientType.REGION, RecipientType.LAN),
    Level.KOMMUN: (RecipientType.KOMMUN,),
}
"""Whose money is counted per inhabitant of a county, and of a municipality."""

_ORDER: Final = (RecipientType.REGION, RecipientType.LAN, RecipientType.SKR, RecipientType.KOMMUN)


@dataclass(frozen=True)
class Source:
    """A document that figures are taken from; what is not known of it is blank."""

    title: str
    reference_number: str
    place: str


@dataclass(frozen=True)
class PublishedBy:
    """How many figures one source printed, and whose (recipients' names, in order)."""

    title: str
    figures: int
    recipients: tuple[str, ...]


@dataclass(frozen=True)
class FrameRow:
    """One area of the agreement: its money per recipient type, None where it has no post."""

    title: str
    amounts_sek: tuple[int | None, ...]

    @property
    def total_sek(self) -> int:
        """The area's money."""
        return sum(amount or 0 for amount in self.amounts_sek)


@dataclass(frozen=True)
class Frame:
    """The agreement's money by area and recipient type."""

    number: int
    types: tuple[RecipientType, ...]
    rows: tuple[FrameRow, ...]
    stated_sek: int

    @property
    def totals_sek(self) -> tuple[int, ...]:
        """The posts' sum per recipient type, in the order of `types`."""
        columns = zip(*(row.amounts_sek for row in self.rows), strict=True)
        return tuple(sum(amount or 0 for amount in column) for column in columns)

    @property
    def known_sek(self) -> int:
        """The sum of all posts: less than `stated_sek` where some are not known."""
        return sum(self.totals_sek)

    @property
    def places(self) -> int:
        """The decimals that millions need so that no amount is rounded (at most three)."""
        amounts = [sek or 0 for row in self.rows for sek in row.amounts_sek]
        return next(n for n in range(4) if n == 3 or all(a % 10 ** (6 - n) == 0 for a in amounts))

    def shown(self, sek: int | None) -> str:
        """An amount in millions, with as many decimals as every other; a dash for no post."""
        return "–" if sek is None else decimals(Fraction(sek, 1_000_000), self.places)


@dataclass(frozen=True)
class Row:
    """One recipient's amounts, a figure per column; None where nothing is known.

    `rate` is its money per inhabitant, where the table shows that.
    """

    code: str
    name: str
    cells: tuple[Figure | None, ...]
    rate: Rate | None = None


@dataclass(frozen=True)
class Foot:
    """The sum of each printed column beside what the agreement, or a printed Riket, says.

    A sum is None where a figure of the column is unresolved or unknown; so is Riket for the total
    of a partial agreement. `undistributed_sek` is what the rule itself keeps from the recipients.
    """

    sums: tuple[Figure | None, ...]
    nation_sek: tuple[int | None, ...]
    as_agreed: bool
    undistributed_sek: tuple[int, ...]

    @property
    def differences(self) -> tuple[int | None, ...]:
        """Printed sum and what is not distributed, minus Riket, per column; None if unknown."""
        columns = zip(self.sums, self.undistributed_sek, self.nation_sek, strict=True)
        return tuple(
            None if printed is None or nation is None else printed.sek + kept - nation
            for printed, kept, nation in columns
        )


@dataclass(frozen=True)
class Table:
    """A numbered table: `subject` is empty, a county's name, or what a post of parts is called."""

    number: int
    subject: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    foot: Foot | None = None

    @property
    def rated(self) -> bool:
        """Whether the table shows kronor per inhabitant."""
        return any(row.rate is not None for row in self.rows)

    @property
    def hung(self) -> bool:
        """Whether marks need a width of their own, for digits to stand under digits.

        Where all figures carry the same mark, or none, they do so anyway.
        """
        cells = [cell for row in self.rows for cell in (*row.cells, row.rate)]
        cells += self.foot.sums if self.foot else ()
        marks = {cell.mark for cell in cells if cell is not None}
        return len(marks) > 1 or (self.foot is not None and marks != {""})

    @property
    def differing(self) -> tuple[tuple[str, int], ...]:
        """The columns whose printed sum is not Riket, each with its difference."""
        differences = self.foot.differences if self.foot else (0,) * len(self.columns)
        return tuple((label, d) for label, d in zip(self.columns, differences, strict=True) if d)

    @property
    def unsummed(self) -> tuple[str, ...]:
        """The columns whose sum cannot be made."""
        sums = self.foot.sums if self.foot else ()
        return tuple(label for label, sum_ in zip(self.columns, sums, strict=False) if sum_ is None)


@dataclass(frozen=True)
class Undistributed:
    """What of a post no recipient gets, and why."""

    label: str
    sek: int
    reason: str


@dataclass(frozen=True)
class Section:
    """All tables of one recipient type.

    `unresolved` is why nothing is computed, by post; `undistributed` what no recipient gets.
    `uneven_rows` is in how many rows the total differs from the sum of the printed parts;
    `assumed`: that the rounding convention applies here is our reading.
    """

    recipients: RecipientType
    tables: tuple[Table, ...]
    summary: Table | None
    recipients_count: int
    uneven_rows: int
    assumed: bool
    published: tuple[PublishedBy, ...]
    figures: int
    unresolved: tuple[tuple[str, str], ...]
    undistributed: tuple[Undistributed, ...]

    @property
    def all_published(self) -> bool:
        """Whether every figure of the recipients is one that was printed."""
        return sum(source.figures for source in self.published) == self.figures


@dataclass(frozen=True)
class BasisUse:
    """A population that a key uses, and the file it is taken from.

    `added_from` is the file's own level where its regions were added to make this one. `table` is
    what a table of weights is called, which is no population: `ages` then says what it counts.
    """

    reference_date: date
    level: Level
    ages: str
    producer: str
    maturity: Maturity
    file: str
    sha256: str
    added_from: Level | None
    table: str = ""


@dataclass(frozen=True)
class Rule:
    """How the amounts of one post come about, and who printed any of them.

    `calibrated` names recipients whose printed amounts the population was estimated to meet,
    `unresolved` why the post has no key.
    """

    title: str
    label: str
    part_of: str
    recipients: RecipientType
    amount_sek: int
    amount_source: Source
    key: str
    key_source: Source
    rounding: str
    bases: tuple[BasisUse, ...]
    published: tuple[PublishedBy, ...]
    recipients_count: int
    calibrated: tuple[str, ...]
    unresolved: str

    @property
    def all_published(self) -> bool:
        """Whether one source printed every recipient's amount."""
        return len(self.published) == 1 and self.published[0].figures == self.recipients_count


@dataclass(frozen=True)
class PerPerson:
    """Kronor per inhabitant: of counties in a table (`number`), of municipalities in theirs.

    `maps` are those that can be drawn; `missing` are the levels without a population.
    """

    number: int
    counties: Rates | None
    municipalities: Rates | None
    maps: tuple[Diagram, ...]
    missing: tuple[Level, ...]
    reference_date: date

    @property
    def both(self) -> tuple[Rates, ...]:
        """The rates of each level that has them."""
        return tuple(each for each in (self.counties, self.municipalities) if each is not None)

    @property
    def explained(self) -> tuple[Maturity, ...]:
        """The maturities whose mark some rate carries, the nation's among them."""
        nation = {each.nation.rate.mark for each in self.both if each.nation.rate is not None}
        found = {m for each in self.both for m in each.explained}
        return tuple(m for m, mark in MARKS.items() if m in found or mark in nation)

    @property
    def marked(self) -> bool:
        """Whether any figure of the counties' table carries a mark, and needs a width for it."""
        rows = (*self.counties.rows, self.counties.nation) if self.counties else ()
        cells = [each for row in rows for each in (*row.amounts, row.together, row.rate)]
        return any(cell.mark for cell in cells if cell is not None)


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
    source: Source
    signed_by_state: date | None
    signed_by_skr: date | None
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
        return PATH

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
        cells = [cell for _, _, _, cell in _cells(self) if cell is not None]
        found = {*maturities_to_explain(cells), *rates}
        return tuple(maturity for maturity in MARKS if maturity in found)

    @property
    def unresolved(self) -> bool:
        """Whether any post has no known key."""
        return any(rule.unresolved for rule in self.rules)

    @property
    def maturities(self) -> tuple[Maturity, ...]:
        """What must be said of the populations, the best first: nothing where all are SCB's own."""
        found = {basis.maturity for basis in self.bases if not basis.table}
        if found == {Maturity.DEFINITIVE}:
            return ()
        return tuple(sorted(found, key=lambda maturity: maturity.rank))

    @property
    def weighted(self) -> bool:
        """Whether any amount rests on a table of weights."""
        return any(basis.table for basis in self.bases)

    @property
    def rounding(self) -> str:
        """The rounding convention in words where all posts share it, else empty."""
        words = {rule.rounding for rule in self.rules}
        return words.pop() if len(words) == 1 else ""

    def attachments(self) -> tuple[Attachment, ...]:
        """The tables as CSV files that a Swedish spreadsheet opens."""
        amounts = f"Alla belopp i {self.title}"
        found = [Attachment("fordelning.csv", national_csv(self), "text/csv", amounts)]
        if self.per_person:
            rates = f"Kronor per invånare i {self.title}"
            content = rates_csv(self.per_person)
            found.append(Attachment("per-invanare.csv", content, "text/csv", rates))
        return tuple(found)


@dataclass(frozen=True)
class _Column:
    """A column of one recipient type's table: the id in the allocation, its posts, its heading."""

    post: str
    label: str
    posts: tuple[Post, ...]

    @property
    def unresolved(self) -> bool:
        """Whether any figure of the column may be unknown."""
        return any(post.unresolved for post in self.posts)


def national_tables(dossier: Dossier) -> NationalView:
    """The amounts of every recipient of one agreement, from its reconciled dossier."""
    agreement = dossier.agreement
    types = [recipients for recipients in _ORDER if recipients in agreement.types()]
    numbers = count(1)
    drawn = count(1)
    frame = _frame(agreement, types, next(numbers))
    own_posts = posts(agreement, next(numbers), next(drawn))
    change = _change(dossier, numbers, drawn)
    every = {kind: _rows(dossier, kind, _columns(agreement, kind)) for kind in types}
    per_person = _per_person(dossier, every, numbers, drawn)
    sections = tuple(
        _section(dossier, kind, _rated(rows, per_person), numbers) for kind, rows in every.items()
    )
    rules = tuple(_rule(dossier, post) for post in agreement.posts)
    main = agreement.sources.get("agreement", next(iter(agreement.sources.values())))
    return NationalView(
        agreement=agreement.id,
        agreement_title=agreement.title,
        year=agreement.year,
        draft=agreement.status == Status.DRAFT,
        reconstructed=agreement.status == Status.RECONSTRUCTED,
        partial=agreement.coverage == Coverage.PARTIAL,
        source=Source(main.title, main.reference_number, ""),
        signed_by_state=agreement.signed.state if agreement.signed else None,
        signed_by_skr=agreement.signed.skr if agreement.signed else None,
        frame=frame,
        posts=own_posts,
        change=change,
        per_person=per_person,
        sections=sections,
        rules=rules,
        bases=tuple(dict.fromkeys(basis for rule in rules for basis in rule.bases)),
        bases_number=next(numbers),
        notes=population_notes(dossier.extracts.values()),
        corrections=correction_notes(dossier.corrections, dossier.basis, dossier.register),
    )


def _frame(agreement: Agreement, types: Sequence[RecipientType], number: int) -> Frame:
    rows = []
    for area in agreement.areas:
        own = [post for post in agreement.posts if post.area == area.id]
        amounts = tuple(
            sum(post.amount for post in own if post.recipients == recipients)
            if any(post.recipients == recipients for post in own)
            else None
            for recipients in types
        )
        rows.append(FrameRow(area.title, amounts))
    return Frame(number, tuple(types), tuple(rows), agreement.total.amount)


def _change(
    dossier: Dossier, numbers: Iterator[int], drawn: Iterator[int]
) -> NationalChange | None:
    """The year before; numbers are taken only where a table and a chart are shown."""
    if dossier.compared is None:
        return national_change(dossier, 0, 0)
    return national_change(dossier, next(numbers), next(drawn))


def _per_person(
    dossier: Dossier,
    every: Mapping[RecipientType, Sequence[Row]],
    numbers: Iterator[int],
    drawn: Iterator[int],
) -> PerPerson | None:
    """Kronor per inhabitant; None where the recipients' whole money is not known."""
    agreement = dossier.agreement
    if agreement.coverage == Coverage.PARTIAL:
        return None
    # The last column is the total, or the only post.
    asked = {
        level: {
            kind: {row.code: row.cells[-1] for row in every[kind]}
            for kind in kinds
            if kind in every
        }
        for level, kinds in _OF_LEVEL.items()
    }
    counties = rates(dossier, Level.LAN, asked[Level.LAN])
    municipalities = rates(dossier, Level.KOMMUN, asked[Level.KOMMUN])
    number = next(numbers) if counties else 0
    tables = (
        (counties, f"Talen står i tabell {number}."),
        (municipalities, "Talen står i kommunernas tabeller."),
    )
    maps = [
        rate_map(dossier, each, next(drawn), words)
        for each, words in tables
        if each is not None and each.level in dossier.outlines
    ]
    return PerPerson(
        number=number,
        counties=counties,
        municipalities=municipalities,
        maps=tuple(each for each in maps if each is not None),
        missing=tuple(
            level for level, own in asked.items() if own and level not in dossier.everyone
        ),
        reference_date=agreement.population.reference_date,
    )


def _rated(rows: Sequence[Row], per_person: PerPerson | None) -> tuple[Row, ...]:
    """The rows of municipalities with their rates; counties' stand in a table of their own."""
    own = per_person.municipalities if per_person else None
    found = {row.code: row.rate for row in own.rows} if own else {}
    return tuple(replace(row, rate=found.get(row.code)) for row in rows)


# --- Tables ----------------------------------------------------------------------------------


def _section(
    dossier: Dossier,
    recipients: RecipientType,
    rows: tuple[Row, ...],
    numbers: Iterator[int],
) -> Section:
    agreement = dossier.agreement
    columns = _columns(agreement, recipients)
    foot = _foot(dossier, recipients, columns, rows)
    labels = tuple(column.label for column in columns)
    summary: Table | None = None
    if recipients == RecipientType.KOMMUN:
        summary = Table(next(numbers), "", labels, (), foot)
        tables = list(_per_county(dossier, labels, rows, numbers))
    else:
        shown = None if recipients == RecipientType.SKR else foot
        tables = [Table(next(numbers), "", labels, rows, shown)]
        tables += _parts(dossier, recipients, columns, numbers)
    return Section(
        recipients=recipients,
        tables=tuple(tables),
        summary=summary,
        recipients_count=len(rows),
        uneven_rows=_uneven(columns, rows),
        assumed=recipients in agreement.rounding.assumed_for,
        published=_published(dossier, recipients, None),
        figures=len(rows) * len(columns),
        unresolved=tuple(
            (post.label, post.unresolved)
            for post in agreement.posts_of(recipients)
            if post.unresolved
        ),
        undistributed=tuple(
            Undistributed(post.label, *kept)
            for post in agreement.posts_of(recipients)
            if (kept := _kept(dossier).get(post.id)) is not None
        ),
    )


def _kept(dossier: Dossier) -> dict[str, tuple[int, str]]:
    """What the rule of each post keeps from its recipients, and why, as the reconciliation says."""
    return {
        result.rows[0].split()[0]: ((result.expected or 0) - (result.found or 0), result.note)
        for result in dossier.reconciliation.results
        if result.kind == Kind.UNDISTRIBUTED
    }


def _columns(agreement: Agreement, recipients: RecipientType) -> tuple[_Column, ...]:
    """A column per post, one for the parts of a post together, and the total if there are more."""
    posts = agreement.posts_of(recipients)
    titles = {group.id: group.label for group in agreement.post_groups}
    columns = []
    for post_id, own in groupby(posts, key=lambda post: post.part_of or post.id):
        parts = tuple(own)
        columns.append(_Column(post_id, titles.get(post_id, parts[0].label), parts))
    if len(columns) > 1:
        partial = agreement.coverage == Coverage.PARTIAL
        label = PARTIAL_LABEL if partial else TOTAL_LABEL
        columns.append(_Column(TOTAL, label, tuple(posts)))
    return tuple(columns)


def _rows(
    dossier: Dossier, recipients: RecipientType, columns: Sequence[_Column]
) -> tuple[Row, ...]:
    names = reg.names(dossier.register, recipients)
    figures = dossier.figures
    # Only what rests on an unresolved post may be missing: anything else would be a bug.
    ways = [(each.post, figures.known if each.unresolved else figures.of) for each in columns]
    return tuple(
        Row(code, names[code], tuple(way(post, recipients, code) for post, way in ways))
        for code in sorted(names)
    )


def _foot(
    dossier: Dossier,
    recipients: RecipientType,
    columns: Sequence[_Column],
    rows: Sequence[Row],
) -> Foot:
    printed = dossier.published
    nation = printed[
        (printed["recipient_type"] == str(recipients)) & (printed["recipient_code"] == NATION)
    ]
    stated = {str(row.post): int(str(row.amount_sek)) for row in nation.itertuples(index=False)}
    agreed = [_agreed(dossier.agreement, recipients, column) for column in columns]
    shown = [stated.get(column.post, sek) for column, sek in zip(columns, agreed, strict=True)]
    kept = _kept(dossier)
    return Foot(
        sums=tuple(
            _column_sum(column, [row.cells[index] for row in rows])
            for index, column in enumerate(columns)
        ),
        nation_sek=tuple(shown),
        as_agreed=shown == agreed,
        undistributed_sek=tuple(
            sum(kept[post.id][0] for post in column.posts if post.id in kept) for column in columns
        ),
    )


def _agreed(agreement: Agreement, recipients: RecipientType, column: _Column) -> int | None:
    """What the agreement gives all recipients; of a partial one, the total only if it is stated."""
    if column.post == TOTAL and agreement.coverage == Coverage.PARTIAL:
        stated = [t.amount for t in agreement.stated_totals if t.recipients == recipients]
        return stated[0] if stated else None
    return sum(post.amount for post in column.posts)


def _column_sum(column: _Column, cells: Sequence[Figure | None]) -> Figure | None:
    """The sum of a printed column; None where it has an unresolved post in it."""
    known = [cell for cell in cells if cell is not None]
    if column.unresolved or len(known) < len(cells):
        return None
    return summed(known)


def _per_county(
    dossier: Dossier, labels: tuple[str, ...], rows: Sequence[Row], numbers: Iterator[int]
) -> Iterator[Table]:
    counties = reg.names(dossier.register, RecipientType.LAN)
    for county, own in groupby(rows, key=lambda row: row.code[:2]):
        yield Table(next(numbers), counties[county], labels, tuple(own))


def _parts(
    dossier: Dossier,
    recipients: RecipientType,
    columns: Sequence[_Column],
    numbers: Iterator[int],
) -> Iterator[Table]:
    """One table per post of parts, its sum last."""
    for column in columns:
        if column.post == TOTAL or column.posts[0].part_of is None:
            continue
        own = [_Column(part.id, part.label, (part,)) for part in column.posts]
        own.append(_Column(column.post, TOTAL_LABEL, column.posts))
        rows = _rows(dossier, recipients, own)
        labels = tuple(each.label for each in own)
        foot = _foot(dossier, recipients, own, rows)
        yield Table(next(numbers), column.label, labels, rows, foot)


def _uneven(columns: Sequence[_Column], rows: Sequence[Row]) -> int:
    if columns[-1].post != TOTAL:
        return 0
    whole = [[cell.sek for cell in row.cells if cell is not None] for row in rows]
    return sum(
        printed[-1] != sum(printed[:-1]) for printed in whole if len(printed) == len(columns)
    )


# --- Where figures come from -----------------------------------------------------------------


def _rule(dossier: Dossier, post: Post) -> Rule:
    agreement = dossier.agreement
    titles = {group.id: group.label for group in agreement.post_groups}
    return Rule(
        title=post.title,
        label=post.label,
        part_of=titles.get(post.part_of or "", ""),
        recipients=post.recipients,
        amount_sek=post.amount,
        amount_source=_cited(agreement, post.reference),
        key=key_in_words(agreement, post),
        key_source=_cited(agreement, post.key_reference or post.reference),
        rounding=rounding_in_words(agreement.rounding_of(post)),
        bases=tuple(_basis_use(dossier, str(key)) for key in basis_keys(agreement, post)),
        published=_published(dossier, post.recipients, post.id),
        recipients_count=len(reg.codes(dossier.register, post.recipients)),
        calibrated=_calibrated(dossier, post),
        unresolved=post.unresolved,
    )


def _basis_use(dossier: Dossier, name: str) -> BasisUse:
    row = dossier.basis[dossier.basis["basis"] == name].iloc[0]
    sha256, level = str(row["sha256"]), Level(str(row["level"]))
    sidecar, weights = dossier.extracts.get(sha256), dossier.weights.get(sha256)
    described = sidecar or weights
    if described is None:
        raise ProgramError(f"{name} rests on an extract that is not in the dossier.")
    return BasisUse(
        reference_date=date.fromisoformat(str(row["reference_date"])),
        level=level,
        ages=str(row["ages"]),
        producer=weights.source if weights else sidecar.producer if sidecar else "",
        maturity=Maturity(str(row["maturity"])),
        file=described.file,
        sha256=sha256,
        added_from=sidecar.level if sidecar and sidecar.level != level else None,
        table=weights.title if weights else "",
    )


def _calibrated(dossier: Dossier, post: Post) -> tuple[str, ...]:
    names = reg.names(dossier.register, post.recipients)
    used = {
        str(sha256)
        for key in basis_keys(dossier.agreement, post)
        for sha256 in dossier.basis.loc[dossier.basis["basis"] == str(key), "sha256"]
    }
    return tuple(
        names[code]
        for sha256, sidecar in dossier.extracts.items()
        for fit in sidecar.calibrated_to
        if sha256 in used and (fit.agreement, fit.post) == (dossier.agreement.id, post.id)
        for code in sorted(fit.recipients)
    )


def _published(
    dossier: Dossier, recipients: RecipientType, post: str | None
) -> tuple[PublishedBy, ...]:
    """Who printed figures of these recipients, of one post or of all."""
    names = reg.names(dossier.register, recipients)
    printed = dossier.published
    own = printed[
        (printed["recipient_type"] == str(recipients)) & (printed["recipient_code"] != NATION)
    ]
    if post is not None:
        own = own[own["post"] == post]
    return tuple(
        PublishedBy(
            source_title(dossier.agreement, str(source)),
            len(rows),
            tuple(names[code] for code in sorted(set(rows["recipient_code"]))),
        )
        for source, rows in own.groupby("source", sort=True)
    )


def _cited(agreement: Agreement, reference: Reference) -> Source:
    words = {"avsnitt": reference.section, "tabell": reference.table, "sidan": reference.page}
    place = ", ".join(f"{word}{NBSP}{name}" for word, name in words.items() if name)
    source = agreement.sources.get(reference.source)
    if source is None:
        return Source(reference.source, "", place)
    return Source(source.title, source.reference_number, place)


# --- The same figures, for a spreadsheet -----------------------------------------------------


_Cell = tuple[Section, Row, str, Figure | None]


def _cells(view: NationalView) -> Iterator[_Cell]:
    """Every figure of every table, with the section, row and heading that it stands under."""
    for section in view.sections:
        for table in section.tables:
            yield from _table_cells(section, table)
        if section.summary:
            yield from _table_cells(section, section.summary)


def _table_cells(section: Section, table: Table) -> Iterator[_Cell]:
    part = f"{table.subject}: " if section.recipients == RecipientType.LAN and table.subject else ""
    rows = list(table.rows)
    if table.foot:
        rows.append(Row(NATION, f"{NATION_NAME} (kolumnens summa)", table.foot.sums))
    for row in rows:
        for label, cell in zip(table.columns, row.cells, strict=True):
            yield section, row, f"{part}{label}", cell


_CSV_HEAD: Final = ["mottagartyp", "kod", "mottagare", "post", "belopp, kr", "märke", "mognad"]


def national_csv(view: NationalView) -> bytes:
    """All figures of the tables, one per row, for people."""
    return csv_bytes(
        _CSV_HEAD,
        (
            [TYPES[section.recipients], row.code, row.name, label, *_shown(cell)]
            for section, row, label, cell in _cells(view)
        ),
    )


def _shown(cell: Figure | None) -> list[object]:
    return [None, None, None] if cell is None else [cell.sek, cell.mark, cell.word]


_RATES_HEAD: Final = [
    "nivå",
    "kod",
    "namn",
    "belopp, kr",
    "folkmängd",
    "kr per invånare",
    "märke",
    "mognad",
]


def rates_csv(per_person: PerPerson) -> bytes:
    """Kronor per inhabitant as printed, one row per county and municipality, with its parts."""
    return csv_bytes(
        _RATES_HEAD,
        (_rate_cells(of.level, row) for of in per_person.both for row in (*of.rows, of.nation)),
    )


def _rate_cells(level: Level, row: RateRow) -> list[object]:
    sek = row.together.sek if row.together else None
    own: list[object] = [None, None, None]
    if row.rate:
        # U+00A0 between thousands is for readers: a spreadsheet takes it for a text.
        shown = row.rate.text.replace(NBSP, "")
        own = [shown, row.rate.mark, MATURITIES[row.rate.maturity]]
    return [TYPES[RecipientType(str(level))], row.code, row.name, sek, row.persons, *own]
