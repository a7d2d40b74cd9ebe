"""What the national tables say of the year before: the areas' money, then and now.

Belongs here: the table and the chart, as plain values. Does not: which areas correspond
(`statsbidrag.comparison.agreements`), drawing (`statsbidrag.rendering.svg.charts`), or layout
(`templates/fordelning.html.jinja`).

The dataclasses hold values only, no properties: a document's fingerprint covers values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from schemas.agreement import Coverage
from schemas.common import RecipientType
from statsbidrag.comparison.agreements import AreaLine, Comparison, compare
from statsbidrag.comparison.money import Line, Money, State
from statsbidrag.comparison.sides import Side
from statsbidrag.documents.parts.diagram import Diagram
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.rendering.svg.charts import Pair, paired_bars
from statsbidrag.swedish.typography import decimals, listed, millions, places_of_millions


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
    comparison = compare(side, Side(agreement, dossier.allocation), dossier.register.words)
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
            lines.append(
                (
                    (f"{label} till {comparison.words[of_type.recipients].definite}", earlier),
                    each.line,
                )
            )
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
        title=f"Diagram: områdenas pengar {_inside_years(years)}",
        prefix="fore",
        shown=lambda sek: millions(sek, 3),
    )
    return Diagram(figure, f"Områdenas pengar {_inside_years(years)}", drawn, "")


def _inside_years(years: tuple[str, str]) -> str:
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
    return places_of_millions(
        money.sek or 0 for line in lines for money in (line.before, line.after)
    )
