"""Kronor per inhabitant of counties and municipalities, in tables and on maps.

Belongs here: whose money is divided by which population, how exactly it is printed, and what a map
says in words. Does not: drawing (`statsbidrag.rendering.svg.maps`), or layout
(`templates/fordelning.html.jinja`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from schemas.agreement import Coverage
from schemas.common import NATION, Level, Maturity, RecipientType, weakest
from statsbidrag.allocation.amounts import NATION_NAME
from statsbidrag.allocation.figures import MARKS, MATURITIES, Figure, summed
from statsbidrag.documents.parts.diagram import Diagram
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.population.basis import Everyone
from statsbidrag.register import recipients as reg
from statsbidrag.rendering.svg.maps import MapFigures, choropleth
from statsbidrag.swedish.typography import NBSP, decimals, listed, long_date

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

_OF_LEVEL: Final = {
    Level.LAN: (RecipientType.REGION, RecipientType.LAN),
    Level.KOMMUN: (RecipientType.KOMMUN,),
}
"""Whose money is counted per inhabitant of a county, and of a municipality."""


_Totals = Mapping[RecipientType, Mapping[str, Figure | None]]
"""What each recipient gets in all, by type and code; None where it is not known."""


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


def per_person(
    dossier: Dossier, totals: _Totals, numbers: Iterator[int], drawn: Iterator[int]
) -> PerPerson | None:
    """Kronor per inhabitant; None where the recipients' whole money is not known.

    `totals` are each recipient's own totals by type and code. Numbers of tables and drawings are
    taken only for those that are shown.
    """
    if dossier.agreement.coverage == Coverage.PARTIAL:
        return None
    asked = {
        level: {kind: totals[kind] for kind in kinds if kind in totals}
        for level, kinds in _OF_LEVEL.items()
    }
    counties = _rates(dossier, Level.LAN, asked[Level.LAN])
    municipalities = _rates(dossier, Level.KOMMUN, asked[Level.KOMMUN])
    number = next(numbers) if counties else 0
    tables = (
        (counties, f"Talen står i tabell {number}."),
        (municipalities, "Talen står i kommunernas tabeller."),
    )
    maps = [
        _rate_map(dossier, each, next(drawn), words)
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
        reference_date=dossier.agreement.population.reference_date,
    )


def _rates(dossier: Dossier, level: Level, totals: _Totals) -> Rates | None:
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


def _rate_map(dossier: Dossier, of: Rates, figure: int, table: str) -> Diagram | None:
    """The rates on a map; None where nobody has put outlines of the level there.

    `table` says where the figures stand, as a sentence.
    """
    outlines = dossier.outlines.get(of.level)
    if outlines is None:
        return None
    counties = dossier.outlines.get(Level.LAN) if of.level == Level.KOMMUN else None
    figures = MapFigures(
        {row.code: row.rate.value if row.rate else None for row in of.rows},
        _UNIT,
        names={row.code: row.name for row in of.rows},
        places=_shown_places(of),
        labels=of.level == Level.LAN,
    )
    drawn = choropleth(
        figures,
        outlines.geography,
        prefix=f"karta-{of.level}",
        title=_title(dossier.agreement.year, of),
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
