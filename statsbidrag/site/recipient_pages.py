"""The recipients' own pages: one each across years, the list of all of them, and a file of figures.

Belongs here: what these pages show and link to. Does not: what a recipient gets and why
(`statsbidrag.site.recipients_across_years`), or the site's other pages (`statsbidrag.site.update`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from markupsafe import Markup

from schemas.common import Level, RecipientType
from schemas.reconciliation import Verdict
from schemas.register import RecipientTypeWords
from statsbidrag.allocation.figures import Figure, maturities_to_explain
from statsbidrag.files.csv_files import csv_bytes
from statsbidrag.register.outlines import Outlines
from statsbidrag.rendering.svg.charts import Dated, yearly_bars
from statsbidrag.rendering.svg.locator import locator
from statsbidrag.rendering.templates import html_page, page_template
from statsbidrag.site.front_page import AgreementEntry
from statsbidrag.site.recipients_across_years import (
    FOLDER,
    OfAgreement,
    RecipientHistory,
)
from statsbidrag.swedish.key_sentences import exact_number
from statsbidrag.swedish.typography import sentence

ALL: Final = f"{FOLDER}/index.html"
"""The page that lists every recipient."""

_NOT_KNOWN: Final = "inte känt"
_CSV_HEAD: Final = [
    "överenskommelse",
    "år",
    "mottagartyp",
    "kod",
    "mottagare",
    "post",
    "rubrik",
    "belopp, kr",
    "mognad",
    "publicerat, kr",
    "exakt, kr",
]


@dataclass(frozen=True)
class Year:
    """One agreement on a recipient's page."""

    entry: AgreementEntry
    own: OfAgreement
    label: str


@dataclass(frozen=True)
class Kin:
    """A recipient that belongs to the same county."""

    href: str
    name: str


def recipient_files(
    everyone: Sequence[RecipientHistory],
    entries: Sequence[AgreementEntry],
    outlines: Mapping[Level, Outlines],
) -> dict[str, bytes]:
    """Each recipient's page and figures, and the list of all, by path in the output.

    A page shows where its recipient lies, if there are `outlines` to draw it from.
    """
    if not everyone:
        return {}
    by_id = {entry.id: entry for entry in entries}
    families = _families(everyone)
    geographies = {level: each.geography for level, each in outlines.items()}
    producers = sorted({each.producer for each in outlines.values()})
    page = page_template("site/mottagare.html.jinja")
    files = {ALL: _list_page(everyone, entries)}
    for each in everyone:
        files[f"{each.path}.html"] = page(
            root="../" * each.path.count("/"),
            map=locator(geographies, each.type, each.code, each.name),
            producer=producers[0] if producers else "",
            **_values(each, by_id, families),
        )
        files[f"{each.path}.csv"] = recipient_csv(each, by_id)
    return files


def _values(
    each: RecipientHistory,
    entries: Mapping[str, AgreementEntry],
    families: Mapping[str, list[RecipientHistory]],
) -> dict[str, object]:
    years = tuple(_years(each, entries))
    return {
        "who": each,
        "kind": kind_of(each),
        "years": years,
        "newest": years[0],
        "chart": _chart(each, years),
        "kin": tuple(_kin(each, families)),
        "verdicts": Verdict,
        "exact_number": exact_number,
    }


def kind_of(recipient: RecipientHistory) -> str:
    """What a recipient is, with its code: `Kommun 2380`; nothing for SKR, whose code is no code."""
    if recipient.type == RecipientType.SKR:
        return ""
    return f"{sentence(recipient.words.singular)} {recipient.code}"


def _years(each: RecipientHistory, entries: Mapping[str, AgreementEntry]) -> Iterator[Year]:
    found = [entries[own.agreement] for own in each.agreements]
    for entry, own in zip(found, each.agreements, strict=True):
        alone = sum(other.year == entry.year for other in found) == 1
        yield Year(entry, own, str(entry.year) if alone else f"{entry.year} ({entry.title})")


def _chart(each: RecipientHistory, years: Sequence[Year]) -> Markup | None:
    """The totals as bars, where there are several to compare."""
    known = [year for year in years if year.own.total is not None]
    if len(known) < 2 or len({year.entry.year for year in years}) < len(years):
        return None
    rows = [
        Dated(
            year.label,
            year.own.total.sek if year.own.total else None,
            year.own.total.kronor if year.own.total else _NOT_KNOWN,
        )
        for year in years
    ]
    return yearly_bars(rows, title=f"Statsbidrag till {each.name} per år", prefix="ar")


def _families(everyone: Sequence[RecipientHistory]) -> dict[str, list[RecipientHistory]]:
    """The recipients of each county, which their codes begin with."""
    found: dict[str, list[RecipientHistory]] = {}
    for each in everyone:
        if each.type != RecipientType.SKR:
            found.setdefault(each.code[:2], []).append(each)
    return found


def _kin(each: RecipientHistory, families: Mapping[str, list[RecipientHistory]]) -> Iterator[Kin]:
    """For a county its region and municipalities; for others the county, and its region."""
    order = [RecipientType.LAN, RecipientType.REGION, RecipientType.KOMMUN]
    own = families.get(each.code[:2], []) if each.type != RecipientType.SKR else []
    same = _one_and_the_same(own)
    for other in sorted(own, key=lambda one: order.index(one.type)):
        types = (each.type, other.type)
        near = same or RecipientType.KOMMUN not in types or RecipientType.LAN in types
        if other is not each and near:
            yield Kin(f"{other.path}.html", other.name)


def _one_and_the_same(family: Sequence[RecipientHistory]) -> bool:
    """Whether a county has one municipality, which is its region too, as Gotland's is."""
    return sum(one.type == RecipientType.KOMMUN for one in family) == 1


# --- All of them -----------------------------------------------------------------------------


@dataclass(frozen=True)
class ListRow:
    """A recipient in the list, with its total of each agreement."""

    href: str
    name: str
    code: str
    county: str
    totals: tuple[Figure | None, ...]


@dataclass(frozen=True)
class ListTable:
    """The recipients of one type, and the agreements that give them anything."""

    words: RecipientTypeWords
    headings: tuple[str, ...]
    rows: tuple[ListRow, ...]

    @property
    def unknown(self) -> bool:
        """Whether some total is not known."""
        return any(total is None for row in self.rows for total in row.totals)


def _list_page(everyone: Sequence[RecipientHistory], entries: Sequence[AgreementEntry]) -> bytes:
    counties = {each.code: each.name for each in everyone if each.type == RecipientType.LAN}
    tables = [
        _table(list(own), entries, counties)
        for _, own in groupby(everyone, key=lambda each: each.type)
    ]
    shown = [total for table in tables for row in table.rows for total in row.totals if total]
    return html_page(
        "site/alla.html.jinja",
        root="../",
        tables=tables,
        explained=maturities_to_explain(shown),
        weighted=any(each.weighted for each in everyone),
    )


def _table(
    own: Sequence[RecipientHistory],
    entries: Sequence[AgreementEntry],
    counties: Mapping[str, str],
) -> ListTable:
    words = own[0].words
    giving = [entry for entry in entries if any(each.of(entry.id) for each in own)]
    years = [entry.year for entry in giving]
    return ListTable(
        words,
        tuple(
            str(entry.year) if years.count(entry.year) == 1 else f"{entry.title}"
            for entry in giving
        ),
        tuple(
            ListRow(
                f"{each.path.removeprefix(f'{FOLDER}/')}.html",
                each.name,
                each.code,
                counties.get(each.code[:2], "") if words.id == RecipientType.KOMMUN else "",
                tuple(
                    got.total if (got := each.of(entry.id)) is not None else None
                    for entry in giving
                ),
            )
            for each in own
        ),
    )


# --- The file --------------------------------------------------------------------------------


def recipient_csv(each: RecipientHistory, entries: Mapping[str, AgreementEntry]) -> bytes:
    """A recipient's amounts of every agreement, for a spreadsheet."""
    return csv_bytes(
        _CSV_HEAD,
        (
            [
                own.agreement,
                entries[own.agreement].year,
                each.words.singular,
                each.code,
                each.name,
                post.post.id,
                post.post.label,
                post.computed_sek,
                post.figure.word if post.figure else _NOT_KNOWN,
                post.published_sek,
                "" if post.exact is None else f"{post.exact.numerator}/{post.exact.denominator}",
            ]
            for own in each.agreements
            for post in own.posts
        ),
    )
