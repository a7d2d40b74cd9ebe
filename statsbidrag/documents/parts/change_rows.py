"""One line of a table of changes: what there was, what there is, and the difference.

Belongs here: a sum before and after as it is shown. Does not: which areas correspond
(`statsbidrag.comparison.agreements`), or whose table it is.

The dataclasses hold values only, no properties: a document's fingerprint covers values.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from statsbidrag.allocation.figures import Figure, summed
from statsbidrag.comparison.money import Line, Money, State

UNKNOWN_WORDS: Final = "inte känt"


@dataclass(frozen=True)
class ChangeCell:
    """A sum before or after: a figure, or words instead of it (empty: there was no post)."""

    figure: Figure | None
    words: str


@dataclass(frozen=True)
class ChangeRow:
    """One area: its name now, its name before where that was another, and its money."""

    label: str
    earlier_label: str
    before: ChangeCell
    after: ChangeCell
    difference: Figure | None


def change_row(label: str, before: str, line: Line) -> ChangeRow:
    """An area by its name now; `before` is its earlier name, kept where that was another."""
    first, second = _cell(line.before), _cell(line.after)
    return ChangeRow(
        label=label,
        earlier_label=before if before != label else "",
        before=first,
        after=second,
        difference=_difference(line, first, second),
    )


def _cell(money: Money) -> ChangeCell:
    """As documents show sums: published where that was printed, else computed and marked."""
    if money.state == State.NOTHING:
        return ChangeCell(None, "")
    if money.sek is None and money.published_sek is None:
        return ChangeCell(None, UNKNOWN_WORDS)
    sek = money.sek if money.published_sek is None else money.published_sek
    shown = Figure(sek or 0, money.published_sek is not None, money.maturity)
    return ChangeCell(shown, "")


def _difference(line: Line, first: ChangeCell, second: ChangeCell) -> Figure | None:
    """The difference of the figures as shown, as mature as the weaker one; None if not known."""
    if line.difference is None:
        return None
    parts = [cell.figure for cell in (first, second) if cell.figure is not None]
    old = first.figure.sek if first.figure else 0
    new = second.figure.sek if second.figure else 0
    return replace(summed(parts), sek=new - old)
