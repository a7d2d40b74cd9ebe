"""A table per recipient type: every recipient's amounts, and the columns' sums beside the frame.

Belongs here: which columns and rows there are, what is summed, and what a sum is compared with.
Does not: which of two figures is shown (`statsbidrag.allocation.figures`), or layout
(`templates/fordelning.html.jinja`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from schemas.agreement import Agreement, Coverage, Post
from schemas.common import NATION, TOTAL, RecipientType
from schemas.reconciliation import Kind
from statsbidrag.allocation.amounts import NATION_NAME
from statsbidrag.allocation.figures import Figure, summed
from statsbidrag.documents.national.per_person import Rate
from statsbidrag.documents.national.rules_and_sources import PublishedBy, published_by
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.register import recipients as reg

TOTAL_LABEL: Final = "Totalt"

PARTIAL_LABEL: Final = "Totalt av kända poster"


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
class _Column:
    """A column of one recipient type's table: the id in the allocation, its posts, its heading."""

    post: str
    label: str
    posts: tuple[Post, ...]

    @property
    def unresolved(self) -> bool:
        """Whether any figure of the column may be unknown."""
        return any(post.unresolved for post in self.posts)


def section_of(
    dossier: Dossier, recipients: RecipientType, rows: tuple[Row, ...], numbers: Iterator[int]
) -> Section:
    """The tables of one type, whose `rows_of` these are; each takes a number."""
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
        published=published_by(dossier, recipients, None),
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


def rows_of(dossier: Dossier, recipients: RecipientType) -> tuple[Row, ...]:
    """Every recipient of a type by code; the last cell is its total, or its only post."""
    return _rows_of_columns(dossier, recipients, _columns(dossier.agreement, recipients))


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


def _rows_of_columns(
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
        rows = _rows_of_columns(dossier, recipients, own)
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


Cell = tuple[Section, Row, str, Figure | None]
"""A figure with the section, the row and the heading that it stands under; None if not known."""


def cells_of(sections: Iterable[Section]) -> Iterator[Cell]:
    """Every figure of every table, with the section, row and heading that it stands under."""
    for section in sections:
        for table in section.tables:
            yield from _table_cells(section, table)
        if section.summary:
            yield from _table_cells(section, section.summary)


def _table_cells(section: Section, table: Table) -> Iterator[Cell]:
    part = f"{table.subject}: " if section.recipients == RecipientType.LAN and table.subject else ""
    rows = list(table.rows)
    if table.foot:
        rows.append(Row(NATION, f"{NATION_NAME} (kolumnens summa)", table.foot.sums))
    for row in rows:
        for label, cell in zip(table.columns, row.cells, strict=True):
            yield section, row, f"{part}{label}", cell
