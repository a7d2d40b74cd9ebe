"""What a decision document shows under "Vad som har ändrats": the county's money, before and after.

Belongs here: the section as plain values, from the comparison and from the plan. Does not: which
areas correspond (`statsbidrag.comparison.agreements`), or layout
(`templates/beslutsunderlag.html.jinja`).

The dataclasses hold values only, no properties: a document's fingerprint covers values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from schemas.agreement import Agreement
from schemas.common import Recipient, RecipientType
from schemas.plan import Change, Plan
from statsbidrag.allocation.figures import Figure
from statsbidrag.comparison.agreements import Comparison, OfRecipient, compare
from statsbidrag.comparison.money import State
from statsbidrag.comparison.sentences import posts_in_words
from statsbidrag.comparison.sides import Side
from statsbidrag.documents.parts.change_rows import ChangeRow, change_row
from statsbidrag.documents.parts.printed_in import papers_of, printed_in
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.swedish.typography import kronor


@dataclass(frozen=True)
class ChangeSection:
    """The section. `compared_title` is empty where nothing was compared.

    `missing` says what is not known of the earlier agreement; `unreadable` names it if its file
    cannot be used; `published_in` are the papers that its figures are printed in, if any. `own` is
    what the county's own plan says.
    """

    year_before: int
    compared_title: str
    compared_number: str
    rows: tuple[ChangeRow, ...]
    total: ChangeRow | None
    missing: tuple[str, ...]
    published_in: tuple[str, ...]
    posts: tuple[str, ...]
    unreadable: str
    own: tuple[Change, ...]
    own_approximate: bool
    figures: tuple[Figure, ...]


def change_sections(
    dossier: Dossier, plans: Mapping[str, Plan | None]
) -> dict[str, ChangeSection | None]:
    """The section of each county, by code, from what its plan says (if it has one) and the amounts.

    None where there is nothing to compare and nothing to say.
    """
    agreement, side = dossier.agreement, dossier.compared
    own = {county: _own(agreement, plan) for county, plan in plans.items()}
    if side is None:
        unreadable = agreement.compares_with or ""
        return {
            county: replace(section, unreadable=unreadable) if unreadable or section.own else None
            for county, section in own.items()
        }
    comparison = compare(
        side,
        Side(agreement, dossier.allocation),
        dossier.register.words,
        [Recipient(RecipientType.LAN, county) for county in plans],
    )
    posts = posts_in_words(comparison, RecipientType.LAN)
    papers = {} if side.published is None else papers_of(printed_in(side.agreement, side.published))
    return {
        each.code: _compared(
            comparison,
            each,
            replace(own[each.code], posts=posts, published_in=papers.get(each.recipient, ())),
        )
        for each in comparison.recipients
    }


def _own(agreement: Agreement, plan: Plan | None) -> ChangeSection:
    """What the county's own plan says, beside nothing compared."""
    changes = plan.changes if plan else ()
    return ChangeSection(
        year_before=agreement.year - 1,
        compared_title="",
        compared_number="",
        rows=(),
        total=None,
        missing=(),
        published_in=(),
        posts=(),
        unreadable="",
        own=changes,
        own_approximate=any(change.approximate for change in changes),
        figures=(),
    )


def _compared(comparison: Comparison, county: OfRecipient, own: ChangeSection) -> ChangeSection:
    rows = tuple(
        change_row(each.label_after or each.label_before, each.label_before, each.line)
        for each in county.areas
    )
    total = change_row("Summa", "", county.total)
    before = comparison.before
    source = before.sources.get("agreement")
    return replace(
        own,
        year_before=before.year,
        compared_title=before.title,
        compared_number=source.reference_number if source else "",
        rows=rows,
        total=total,
        missing=_missing(comparison, county),
        figures=tuple(figure for row in (*rows, total) for figure in _figures(row)),
    )


def _figures(row: ChangeRow) -> list[Figure]:
    found = (row.before.figure, row.after.figure, row.difference)
    return [figure for figure in found if figure is not None]


def _missing(comparison: Comparison, county: OfRecipient) -> tuple[str, ...]:
    """What is not known of the earlier year, and what therefore cannot be said."""
    year = comparison.before.year
    words = [
        f"Posten {post.label} på {kronor(post.amount)} till länen {year} kan inte räknas om: "
        "fördelningsnyckeln är inte känd."
        for post in comparison.before.posts_of(RecipientType.LAN)
        if post.unresolved
    ]
    if any(each.line.before.state == State.UNKNOWN for each in county.areas):
        words.append(
            f"Överenskommelsen för {year} är bara delvis känd. Därför går det inte att säga om "
            f"länet fick medel {year} till ett område som den inte nämner."
        )
    if county.total.difference is None:
        words.append(
            f"Länets summa för {year} är inte beräknad, och därför inte heller hur den har ändrats."
        )
    return tuple(words)
