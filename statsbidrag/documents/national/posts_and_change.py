"""What the national tables draw: the posts, the year before, and kronor per inhabitant on maps.

Belongs here: which figures a chart or a map shows, and the table beside it, as plain values. Does
not: the amounts of the recipients (`statsbidrag.documents.national.tables`), drawing
(`statsbidrag.rendering.svg.maps`, `statsbidrag.rendering.svg.charts`), or layout
(`templates/fordelning.html.jinja`).

The dataclasses hold values only, no properties: a document's fingerprint covers values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from markupsafe import Markup

from schemas.agreement import Agreement, Coverage
from schemas.common import NATION, Level, Maturity, RecipientType, weakest
from statsbidrag.allocation.amounts import NATION_NAME
from statsbidrag.allocation.figures import MARKS, MATURITIES, Figure, summed
from statsbidrag.comparison.agreements import (
    AreaLine,
    Comparison,
    Line,
    Money,
    Side,
    State,
    compare,
)
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.population.basis import Everyone
from statsbidrag.register import recipients as reg
from statsbidrag.rendering.svg.charts import Bar, Pair, bars, paired_bars
from statsbidrag.rendering.svg.maps import choropleth
from statsbidrag.swedish.recipient_types import ALL_OF
from statsbidrag.swedish.typography import NBSP, decimals, listed, long_date, millions

_UNIT: Final = f"kr per{NBSP}invånare"
_MOST_PLACES: Final = 2

_RESTS_ON: Final = {
    Maturity.UNRESOLVED: "En del belopp är publicerade men inte omräknade.",
    Maturity.ESTIMATE: "Talen bygger på skattade uppgifter och är inte beslutade.",
    Maturity.RECONSTRUCTED: "Talen bygger på uppgifter som är återräknade ur tabeller.",
    Maturity.PRELIMINARY: "Talen bygger på preliminära uppgifter och kan ändras.",
}
"""What a caption says of figures that carry a mark in the table: a map and a chart have none."""

_WHOSE_MONEY: Final = {
    RecipientType.REGION: "regionens pengar",
    RecipientType.LAN: "de länsgemensamma pengarna",
}


@dataclass(frozen=True)
class Diagram:
    """A numbered drawing: its caption, its markup, and what stands below it (empty: nothing)."""

    number: int
    caption: str
    svg: Markup
    source: str


# --- How the posts divide --------------------------------------------------------------------


@dataclass(frozen=True)
class PostRow:
    """One post: whose it is, its money, and its share of all that the agreement holds."""

    label: str
    recipients: RecipientType
    amount_sek: int
    share: Fraction


@dataclass(frozen=True)
class Posts:
    """The posts as a table (`number`) and a chart. `known_share` is that of the known posts."""

    number: int
    rows: tuple[PostRow, ...]
    known_sek: int
    known_share: Fraction
    chart: Diagram


def posts(agreement: Agreement, number: int, figure: int) -> Posts:
    """How the agreement's money divides, the posts in the agreement's order."""
    whole = agreement.total.amount
    rows = tuple(
        PostRow(post.label, post.recipients, post.amount, Fraction(post.amount, whole or 1))
        for post in agreement.posts
    )
    subject = "de kända posterna" if agreement.coverage == Coverage.PARTIAL else "posterna"
    drawn = bars(
        [Bar(f"{row.label} till {ALL_OF[row.recipients]}", row.amount_sek) for row in rows],
        title=f"Diagram: så delas {millions(whole, 3)} på {subject} {agreement.year}",
        prefix="poster",
        whole_sek=whole,
        shown=_millions,
    )
    caption = f"Så delas pengarna på {subject} {agreement.year}"
    source = f"Andelarna är av överenskommelsens {millions(whole, 3)}."
    known = sum(row.amount_sek for row in rows)
    share = Fraction(known, whole or 1)
    return Posts(number, rows, known, share, Diagram(figure, caption, drawn, source))


def _millions(sek: int) -> str:
    return millions(sek, 3)


# --- The year before -------------------------------------------------------------------------


@dataclass(frozen=True)
class AreaRow:
    """An area before and after, in millions as printed, or words; `difference` may be empty.

    `earlier_label` is what it was called before, where that was something else.
    """

    label: str
    earlier_label: str
    before: str
    after: str
    difference: str


@dataclass(frozen=True)
class NationalChange:
    """The section on the year before. `unreadable` names an agreement whose file cannot be used.

    `only` are the recipient types that are compared where not all are known; no `rows` where
    nothing is. `years` head the columns, the earlier first.
    """

    compared_title: str
    compared_number: str
    years: tuple[str, str]
    partial: bool
    only: tuple[RecipientType, ...]
    number: int
    rows: tuple[AreaRow, ...]
    total: AreaRow | None
    chart: Diagram | None
    unreadable: str


def national_change(dossier: Dossier, number: int, figure: int) -> NationalChange | None:
    """The agreement beside the one that it compares with; None where it names none."""
    agreement, side = dossier.agreement, dossier.compared
    if side is None:
        name = agreement.compares_with
        nothing = NationalChange("", "", ("", ""), False, (), 0, (), None, None, name or "")
        return nothing if name else None
    comparison = compare(side, Side(agreement, dossier.allocation))
    only, lines = _known_lines(comparison)
    years = _years(comparison)
    source = comparison.before.sources.get("agreement")
    places = _decimals_for([*(line for _, line in lines), comparison.total])
    return NationalChange(
        compared_title=comparison.before.title,
        compared_number=source.reference_number if source else "",
        years=years,
        partial=comparison.before.coverage == Coverage.PARTIAL,
        only=only,
        number=number,
        rows=tuple(_area_row(*each, places) for each in lines),
        total=_area_row(("Hela överenskommelsen", ""), comparison.total, places),
        chart=_change_chart(lines, years, figure),
        unreadable="",
    )


_Labelled = tuple[tuple[str, str], Line]


def _known_lines(
    comparison: Comparison,
) -> tuple[tuple[RecipientType, ...], list[_Labelled]]:
    """The areas with all that they hold; where no earlier sum is known, those of single types.

    A partial agreement may give all the money of one type and nothing of the others.
    """
    if _any_known(comparison.areas):
        return (), [(_labels(each), each.line) for each in comparison.areas]
    known = [each for each in comparison.types if _any_known(each.areas)]
    lines = []
    for of_type in known:
        for each in of_type.areas:
            label, earlier = _labels(each)
            lines.append(((f"{label} till {ALL_OF[of_type.recipients]}", earlier), each.line))
    return tuple(each.recipients for each in known), lines


def _any_known(areas: Iterable[AreaLine]) -> bool:
    return any(each.line.before.state == State.KNOWN for each in areas)


def _labels(area: AreaLine) -> tuple[str, str]:
    """What the area is called now, and before where that was something else."""
    label = area.label_after or area.label_before
    return label, area.label_before if area.label_before != label else ""


def _years(comparison: Comparison) -> tuple[str, str]:
    before, after = comparison.before.year, comparison.after.year
    return (str(before), str(after)) if before != after else ("Tidigare", "Nu")


def _change_chart(
    lines: Sequence[_Labelled], years: tuple[str, str], figure: int
) -> Diagram | None:
    if not lines:
        return None
    pairs = [Pair(label, _bar(line.after), _bar(line.before)) for (label, _), line in lines]
    drawn = paired_bars(
        pairs,
        years=(years[1], years[0]),
        title=f"Diagram: områdenas pengar {inside_years(years)}",
        prefix="fore",
        shown=_millions,
    )
    return Diagram(figure, f"Områdenas pengar {inside_years(years)}", drawn, "")


def inside_years(years: tuple[str, str]) -> str:
    """Two headings in a sentence: `2024 och 2025`, `tidigare och nu`."""
    return listed(each.lower() for each in years)


def _bar(money: Money) -> int | str:
    return money.sek if money.state == State.KNOWN and money.sek is not None else _words(money)


def _words(money: Money) -> str:
    return "ingen post" if money.state == State.NOTHING else "inte känt"


def _area_row(labels: tuple[str, str], line: Line, places: int) -> AreaRow:
    difference = line.difference
    text = "" if difference is None else _in_millions(difference, places)
    return AreaRow(
        *labels,
        _cell(line.before, places),
        _cell(line.after, places),
        f"+{text}" if difference is not None and difference > 0 else text,
    )


def _cell(money: Money, places: int) -> str:
    shown = _bar(money)
    return shown if isinstance(shown, str) else _in_millions(shown, places)


def _in_millions(sek: int, places: int) -> str:
    return decimals(Fraction(sek, 1_000_000), places)


def _decimals_for(lines: Iterable[Line]) -> int:
    amounts = [money.sek or 0 for line in lines for money in (line.before, line.after)]
    return next(n for n in range(4) if n == 3 or all(a % 10 ** (6 - n) == 0 for a in amounts))


# --- Kronor per inhabitant -------------------------------------------------------------------


@dataclass(frozen=True)
class Rate:
    """Kronor per inhabitant, exact and as printed.

    `mark` is that of the money: what was published stays so. `maturity` is that of the weaker of
    money and population; the population's own is said in words where the rates are shown.
    """

    value: Fraction
    text: str
    mark: str
    maturity: Maturity


@dataclass(frozen=True)
class RateRow:
    """A recipient's money per column and together, its population and kronor per inhabitant.

    None where an amount is not known.
    """

    code: str
    name: str
    amounts: tuple[Figure | None, ...]
    together: Figure | None
    persons: int
    rate: Rate | None


@dataclass(frozen=True)
class Rates:
    """Kronor per inhabitant for every region of one level, and for the nation.

    `columns` are the recipient types whose money is counted; `population` says which one in words.
    """

    level: Level
    columns: tuple[RecipientType, ...]
    rows: tuple[RateRow, ...]
    nation: RateRow
    population: str
    explained: tuple[Maturity, ...]
    equal: bool


_Totals = Mapping[RecipientType, Mapping[str, Figure | None]]


def rates(dossier: Dossier, level: Level, totals: _Totals) -> Rates | None:
    """Kronor per inhabitant of one level; None where there is no population, or no money at all.

    `totals` are each recipient's own totals by code, for the types whose codes are of the level.
    """
    everyone = dossier.everyone.get(level)
    if everyone is None or not totals:
        return None
    names = reg.names(dossier.register, level)
    whole = [
        _rate_row(code, names[code], [own[code] for own in totals.values()], everyone.persons[code])
        for code in sorted(names)
    ]
    if all(row.together is None for row in whole):
        return None
    columns = zip(*(row.amounts for row in whole), strict=True)
    nation = _rate_row(
        NATION, NATION_NAME, [_sum(each) for each in columns], sum(everyone.persons.values())
    )
    places = _places([*whole, nation])
    found = tuple(_rated(row, everyone, places) for row in whole)
    given = [row.rate for row in found if row.rate is not None]
    return Rates(
        level=level,
        columns=tuple(totals),
        rows=found,
        nation=_rated(nation, everyone, places),
        population=_population_in_words(everyone),
        explained=tuple(m for m, mark in MARKS.items() if mark in {rate.mark for rate in given}),
        equal=len({rate.text for rate in given}) == 1,
    )


def _rate_row(code: str, name: str, amounts: Sequence[Figure | None], persons: int) -> RateRow:
    return RateRow(code, name, tuple(amounts), _sum(amounts), persons, None)


def _sum(figures: Sequence[Figure | None]) -> Figure | None:
    known = [each for each in figures if each is not None]
    return summed(known) if known and len(known) == len(figures) else None


def _exact(row: RateRow) -> Fraction | None:
    if row.together is None or not row.persons:
        return None
    return Fraction(row.together.sek, row.persons)


def _places(rows: Iterable[RateRow]) -> int:
    """As many decimals as tell figures apart: three digits, at most two of them after the comma."""
    known = [value for row in rows if (value := _exact(row))]
    whole = len(str(int(min(known, default=Fraction(100)))))
    return max(0, min(_MOST_PLACES, 3 - whole))


def _rated(row: RateRow, everyone: Everyone, places: int) -> RateRow:
    value = _exact(row)
    if value is None or row.together is None:
        return row
    own = [row.together.maturity] if row.together.mark else []
    maturity = weakest([*own, everyone.sidecar.maturity])
    rate = Rate(value, decimals(value, places), row.together.mark, maturity)
    return RateRow(row.code, row.name, row.amounts, row.together, row.persons, rate)


def _population_in_words(everyone: Everyone) -> str:
    """The population that is divided by: its day, its maturity, its source and file."""
    sidecar = everyone.sidecar
    return (
        f"Folkmängd: alla åldrar den {long_date(everyone.reference_date)}, "
        f"{MATURITIES[sidecar.maturity]}. Källa: {sidecar.producer} ({sidecar.file})."
    )


def rate_map(dossier: Dossier, of: Rates, figure: int, table: str) -> Diagram | None:
    """The rates on a map; None where nobody has put outlines of the level there.

    `table` says where the figures stand, as a sentence.
    """
    outlines = dossier.outlines.get(of.level)
    if outlines is None:
        return None
    counties = dossier.outlines.get(Level.LAN) if of.level == Level.KOMMUN else None
    values = {row.code: row.rate.value if row.rate else None for row in of.rows}
    drawn = choropleth(
        outlines.geography,
        values,
        unit=_UNIT,
        title=_title(dossier.agreement.year, of),
        prefix=f"karta-{of.level}",
        names={row.code: row.name for row in of.rows},
        places=_shown_places(of),
        labels=of.level == Level.LAN,
        over=counties.geography if counties else None,
    )
    return Diagram(
        figure,
        _caption(dossier.agreement.year, of),
        drawn,
        f"{table} {of.population} Gränser: {outlines.producer}.",
    )


def _shown_places(of: Rates) -> int:
    text = of.nation.rate.text if of.nation.rate else next(r.rate.text for r in of.rows if r.rate)
    return len(text.partition(",")[2])


def _what(of: Rates) -> str:
    """Whose money is counted: `regionens pengar och de länsgemensamma pengarna`."""
    if of.level == Level.KOMMUN:
        return "kommunens pengar"
    return listed(_WHOSE_MONEY[each] for each in of.columns)


def _title(year: int, of: Rates) -> str:
    """The map in a sentence, its ends among it: what stands for it where it is not seen."""
    known = sorted((row.rate.value, row.name, row.rate.text) for row in of.rows if row.rate)
    place = "kommun" if of.level == Level.KOMMUN else "län"
    said = f"Karta: kronor per invånare i varje {place} {year}, {_what(of)}"
    if of.equal:
        return f"{said}. Alla har {known[0][2]} kr."
    (_, low, least), (_, high, most) = known[0], known[-1]
    return f"{said}. Lägst {least} kr ({low}), högst {most} kr ({high})."


def _caption(year: int, of: Rates) -> str:
    place = "kommun" if of.level == Level.KOMMUN else "län"
    said = [f"Kronor per invånare i varje {place} {year}: {_what(of)}."]
    said += [_RESTS_ON[each] for each in of.explained[:1]]
    return " ".join(said)
