"""What a recipient is told of the year before: its money by area, before and after.

Belongs here: the section of an allocation letter as plain values, from the comparison. Does not:
which areas correspond (`statsbidrag.comparison.agreements`), a county's own section, which its plan
adds to (`statsbidrag.documents.county.year_before`), or sentences
(`templates/tilldelning.html.jinja`).

The dataclasses hold values only, no properties: a document's fingerprint covers values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from schemas.agreement import Coverage
from schemas.common import Recipient, RecipientType
from statsbidrag.comparison.agreements import Comparison, OfRecipient, compare
from statsbidrag.comparison.money import Line, State
from statsbidrag.comparison.sides import Side
from statsbidrag.documents.parts.change_rows import ChangeRow, change_row
from statsbidrag.documents.parts.printed_in import papers_of, printed_in
from statsbidrag.dossier.dossier import Dossier


@dataclass(frozen=True)
class AreaChange:
    """An area, or all of them: before, after, and the difference as a share of what it was.

    `share` is None where there was nothing, or where either sum is not known.
    """

    row: ChangeRow
    share: Fraction | None


@dataclass(frozen=True)
class RecipientChange:
    """The section. `unreadable` names an agreement whose file cannot be used: all else is empty.

    `rows` is empty where nothing is known of what the recipient had; `unresolved` are the earlier
    posts that cannot be computed, with their amounts; `partial`: some sum is not known, because the
    earlier agreement is only partly so. `published_in` are the papers that the earlier figures are
    printed in.
    """

    compared: str
    compared_title: str
    compared_number: str
    year_before: int
    rows: tuple[AreaChange, ...]
    total: AreaChange | None
    partial: bool
    unresolved: tuple[tuple[str, int], ...]
    published_in: tuple[str, ...]
    unreadable: str


def recipient_changes(
    dossier: Dossier, recipients: Sequence[Recipient]
) -> dict[Recipient, RecipientChange]:
    """The section of each of these recipients; none where there is no agreement to compare with."""
    name = dossier.agreement.compares_with
    if dossier.compared is None:
        gone = RecipientChange(
            compared="",
            compared_title="",
            compared_number="",
            year_before=dossier.agreement.year - 1,
            rows=(),
            total=None,
            partial=False,
            unresolved=(),
            published_in=(),
            unreadable=name or "",
        )
        return dict.fromkeys(recipients, gone) if name else {}
    comparison = compare(
        dossier.compared,
        Side(dossier.agreement, dossier.allocation),
        dossier.register.words,
        recipients,
    )
    published = dossier.compared.published
    printed = {} if published is None else papers_of(printed_in(comparison.before, published))
    of_type = {kind: _of_type(comparison, kind) for kind in dict(recipients)}
    return {
        each.recipient: _filled(of_type[each.recipients], each, printed.get(each.recipient, ()))
        for each in comparison.recipients
    }


def _of_type(comparison: Comparison, recipients: RecipientType) -> RecipientChange:
    """What the section says to every recipient of a type."""
    before = comparison.before
    source = before.sources.get("agreement")
    return RecipientChange(
        compared=before.id,
        compared_title=before.title,
        compared_number=source.reference_number if source else "",
        year_before=before.year,
        rows=(),
        total=None,
        partial=before.coverage == Coverage.PARTIAL,
        unresolved=tuple(
            (post.label, post.amount) for post in before.posts_of(recipients) if post.unresolved
        ),
        published_in=(),
        unreadable="",
    )


def _filled(
    section: RecipientChange, own: OfRecipient, published_in: tuple[str, ...]
) -> RecipientChange:
    if all(each.line.before.state == State.UNKNOWN for each in own.areas):
        # A column of nothing known says no more than one sentence.
        return section
    rows = tuple(
        _area(each.label_after or each.label_before, each.label_before, each.line)
        for each in own.areas
    )
    total = _area("Summa", "", own.total) if len(rows) > 1 else None
    lines = [each.line for each in own.areas] + ([own.total] if total else [])
    unknown = any(line.before.state == State.UNKNOWN for line in lines)
    return replace(
        section,
        rows=rows,
        total=total,
        partial=section.partial and unknown,
        published_in=published_in,
    )


def _area(label: str, before: str, line: Line) -> AreaChange:
    row = change_row(label, before, line)
    old, difference = row.before.figure, row.difference
    if difference is None or old is None or not old.sek:
        return AreaChange(row, None)
    return AreaChange(row, Fraction(difference.sek, old.sek))
