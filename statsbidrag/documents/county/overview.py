"""One county on one page: the region's money, the joint money, and every municipality's.

Belongs here: the overview as plain values, from the allocation. Does not: the county's own split of
its joint money (`statsbidrag.documents.county.plan_measures`), how an amount came about (the
recipients' own letters), or layout (`templates/lansoversikt.html.jinja`).

The dataclasses hold values only, no properties: a document's fingerprint covers values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.agreement import Agreement, Post, TotalsFrom
from schemas.common import TOTAL, Maturity, Recipient, RecipientType
from statsbidrag.allocation.figures import Figure, Figures, maturities_to_explain, summed
from statsbidrag.documents.parts.printed_in import Printed, printed_in
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.register import recipients as reg
from statsbidrag.register.recipients import Register

_ONE_COLUMN: Final = 16
"""As many municipalities stand under each other; more of them stand in two groups side by side."""

_ORDER: Final = (RecipientType.REGION, RecipientType.LAN, RecipientType.KOMMUN)


@dataclass(frozen=True)
class OverviewRow:
    """One post's money to one part of the county; `amount` is None where it is not known."""

    label: str
    part_of: str
    amount: Figure | None


@dataclass(frozen=True)
class OverviewPart:
    """The region, the joint money, or the municipalities together, and what each post gives.

    `total` is the printed one; `uneven`: the printed parts come to another sum, by rounding.
    """

    recipients: RecipientType
    name: str
    count: int
    rows: tuple[OverviewRow, ...]
    total: Figure | None
    uneven: bool


@dataclass(frozen=True)
class MunicipalityRow:
    """One municipality's amounts, one per post, and their total where there are several posts."""

    code: str
    name: str
    amounts: tuple[Figure | None, ...]


@dataclass(frozen=True)
class CountyOverview:
    """The whole county. `groups` are its municipalities by code, in one or two columns.

    `total` is the sum of the printed totals of the parts. `in_all_roles` names the municipality
    that is its whole county, and hence region too, else it is empty. `marked_alike`: every figure
    of the municipalities is known, and all carry the same mark or none. `assumed`: that the
    rounding convention applies to municipalities is our reading.
    """

    county_name: str
    parts: tuple[OverviewPart, ...]
    total: Figure | None
    columns: tuple[str, ...]
    groups: tuple[tuple[MunicipalityRow, ...], ...]
    sums: tuple[Figure | None, ...]
    marked_alike: bool
    in_all_roles: str
    total_from_exact: bool
    assumed: bool
    published_in: tuple[str, ...]
    explained: tuple[Maturity, ...]


def county_overviews(dossier: Dossier, counties: Iterable[str]) -> dict[str, CountyOverview]:
    """The overview of each of these counties, by code; what was printed is read once for all."""
    printed = printed_in(dossier.agreement, dossier.published)
    return {code: _overview(dossier, printed, code) for code in counties}


def _overview(dossier: Dossier, printed: Printed, county: str) -> CountyOverview:
    agreement, register, amounts = dossier.agreement, dossier.register, dossier.figures
    municipalities = _municipalities(agreement, amounts, register, county)
    own = _own(register, county)
    parts = tuple(
        _part(agreement, amounts, register, recipients, own[recipients])
        for recipients in _ORDER
        if agreement.posts_of(recipients) and own[recipients]
    )
    shown = [each for row in municipalities for each in row.amounts]
    shown += [each for part in parts for each in (part.total, *(r.amount for r in part.rows))]
    names = reg.names(register, RecipientType.KOMMUN)
    alone = own[RecipientType.KOMMUN]
    return CountyOverview(
        county_name=reg.names(register, RecipientType.LAN)[county],
        parts=parts,
        total=_sum(part.total for part in parts),
        columns=_columns(agreement),
        groups=_groups(municipalities),
        sums=tuple(
            _sum(column) for column in zip(*(r.amounts for r in municipalities), strict=True)
        ),
        marked_alike=_marked_alike(municipalities),
        in_all_roles=names[alone[0]] if len(alone) == 1 else "",
        total_from_exact=agreement.rounding.totals == TotalsFrom.UNROUNDED,
        assumed=RecipientType.KOMMUN in agreement.rounding.assumed_for,
        published_in=tuple(_published_in(printed, own)),
        explained=maturities_to_explain(each for each in shown if each is not None),
    )


def _own(register: Register, county: str) -> dict[RecipientType, list[str]]:
    """The codes of the county, its region and its municipalities, by type."""
    own = register.by_county[county]
    return {recipients: sorted(own.get(recipients, ())) for recipients in _ORDER}


def _part(
    agreement: Agreement,
    amounts: Figures,
    register: Register,
    recipients: RecipientType,
    codes: Sequence[str],
) -> OverviewPart:
    groups = {group.id: group.label for group in agreement.post_groups}
    posts = agreement.posts_of(recipients)
    found = tuple(
        OverviewRow(
            post.label,
            groups.get(post.part_of or "", ""),
            _sum(amounts.known(post.id, recipients, code) for code in codes),
        )
        for post in posts
    )
    total = _sum(_total(amounts, posts, recipients, code) for code in codes)
    parts = _sum(row.amount for row in found)
    return OverviewPart(
        recipients=recipients,
        name=reg.names(register, recipients)[codes[0]] if len(codes) == 1 else "",
        count=len(codes),
        rows=found,
        total=total,
        uneven=total is not None and parts is not None and total.sek != parts.sek,
    )


def _municipalities(
    agreement: Agreement, amounts: Figures, register: Register, county: str
) -> tuple[MunicipalityRow, ...]:
    kommun = RecipientType.KOMMUN
    posts = agreement.posts_of(kommun)
    if not posts:
        return ()
    names = reg.names(register, kommun)
    found = []
    for code in _own(register, county)[kommun]:
        own = [amounts.known(post.id, kommun, code) for post in posts]
        own += [_total(amounts, posts, kommun, code)] if len(posts) > 1 else []
        found.append(MunicipalityRow(code, names[code], tuple(own)))
    return tuple(found)


def _marked_alike(municipalities: Sequence[MunicipalityRow]) -> bool:
    figures = [each for row in municipalities for each in row.amounts]
    return None not in figures and len({each.mark for each in figures if each}) == 1


def _columns(agreement: Agreement) -> tuple[str, ...]:
    labels = [post.label for post in agreement.posts_of(RecipientType.KOMMUN)]
    return (*labels, "Summa") if len(labels) > 1 else tuple(labels)


def _groups(rows_: Sequence[MunicipalityRow]) -> tuple[tuple[MunicipalityRow, ...], ...]:
    """The rows in one group, or two of which the first has the odd one."""
    if len(rows_) <= _ONE_COLUMN:
        return (tuple(rows_),) if rows_ else ()
    half = (len(rows_) + 1) // 2
    return (tuple(rows_[:half]), tuple(rows_[half:]))


def _total(
    amounts: Figures, posts: Sequence[Post], recipients: RecipientType, code: str
) -> Figure | None:
    """The printed total; of a single post the post itself, which is then what was printed."""
    name = posts[0].id if len(posts) == 1 else TOTAL
    return amounts.known(name, recipients, code)


def _sum(figures: Iterable[Figure | None]) -> Figure | None:
    """The sum of printed figures; None where one of them is not known."""
    parts = list(figures)
    known = [each for each in parts if each is not None]
    return summed(known) if known and len(known) == len(parts) else None


def _published_in(printed: Printed, own: Mapping[RecipientType, Sequence[str]]) -> Iterator[str]:
    """Whose papers the county's printed figures are from, each once."""
    mine = {Recipient(recipients, code) for recipients, codes in own.items() for code in codes}
    yield from dict.fromkeys(title for (_, who), title in printed.items() if who in mine)
