"""Charts: sums as horizontal bars, each with its figure as text, so that no bar need be measured.

Belongs here: bars of one year, bars of two years beside each other, one sum over years. Does not:
which sums they show.

A label stands above its bar and not beside it: official titles are long, and a phone is narrow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from markupsafe import Markup

from statsbidrag.errors import ProgramError
from statsbidrag.rendering.svg.frame import (
    ACCENT,
    RULE,
    WIDTH,
    drawing,
    line_of_text,
    measure,
    width_of,
    wrapped,
)
from statsbidrag.swedish.typography import kronor, percent

_SIZE: Final = 13
_LINE: Final = 17
_BAR: Final = 9
_THIN: Final = 7
_GAP: Final = 14
_SPACE: Final = 12
"""Between a label and its figures, and between a year and its bar."""

BEFORE: Final = "#b5d4db"


@dataclass(frozen=True)
class Bar:
    """One sum in whole kronor, and what it is for."""

    label: str
    amount_sek: int


@dataclass(frozen=True)
class Pair:
    """A sum in whole kronor in two years. Where there is none, the words that say so instead."""

    label: str
    now: int | str
    before: int | str


@dataclass(frozen=True)
class Dated:
    """A year's sum, and how it is written; without a sum there is no bar, and the words say why."""

    year: str
    amount_sek: int | None
    words: str


def bars(
    rows: Sequence[Bar],
    *,
    title: str,
    prefix: str,
    description: str = "",
    whole_sek: int | None = None,
    shown: Callable[[int], str] = kronor,
) -> Markup:
    """How a whole divides: a bar per row, with its sum and its share of the whole in per cent.

    The whole is the sum of the rows, unless `whole_sek` says what they are a part of. `shown`
    writes a sum (`kronor`, `millions`). Raises ProgramError for no rows, a sum below zero, and a
    whole that is less than its largest part.
    """
    amounts = [row.amount_sek for row in rows]
    _require(prefix, amounts)
    whole = sum(amounts) if whole_sek is None else whole_sek
    if whole < max(amounts):
        raise ProgramError(f"{prefix}: a part of {max(amounts)} kr in a whole of {whole} kr.")
    texts = [(shown(each), percent(Fraction(each, whole or 1))) for each in amounts]
    parts, height = _bar_rows(rows, texts, max(amounts))
    told = "; ".join(
        f"{row.label}: {amount}, {share}" for row, (amount, share) in zip(rows, texts, strict=True)
    )
    return drawing(
        parts,
        prefix=prefix,
        kind="bars",
        size=(WIDTH, height),
        title=title,
        description=f"{description} {told}.".lstrip(),
    )


def _bar_rows(
    rows: Sequence[Bar], texts: Sequence[tuple[str, str]], largest: int
) -> tuple[list[Markup], int]:
    """Label, sum and share on a line, the bar below it; and the height of all of them."""
    sum_end = WIDTH - _widest([share for _, share in texts]) - _SPACE
    room = sum_end - _widest([amount for amount, _ in texts]) - _SPACE
    parts: list[Markup] = []
    y = 0
    for row, (amount, share) in zip(rows, texts, strict=True):
        lines = wrapped(row.label, room, _SIZE)
        parts.extend(_label(lines, y))
        y += _LINE * len(lines)
        # The figures stand on the label's last line, next to the bar that they belong to.
        parts.append(line_of_text(sum_end, y - 4, amount, size=_SIZE, anchor="end"))
        parts.append(line_of_text(WIDTH, y - 4, share, size=_SIZE, anchor="end", kind="quiet"))
        parts.append(_bar(0, y, _length(row.amount_sek, largest, WIDTH), _BAR, "now"))
        y += _BAR + _GAP
    return parts, y - _GAP + 2


def paired_bars(
    rows: Sequence[Pair],
    *,
    years: tuple[str, str],
    title: str,
    prefix: str,
    description: str = "",
    shown: Callable[[int], str] = kronor,
) -> Markup:
    """Two years beside each other: two bars per row, this year's first, all to one scale.

    `years` are this year and the one before, as printed. Where a row has no sum in one of them, the
    row's words stand there and no bar: nothing is not the same as 0 kr. Raises ProgramError for no
    rows, and for a sum below zero.
    """
    amounts = _amounts(rows)
    _require(prefix, amounts or [0] * len(rows))
    parts, height = _pair_rows(rows, years, shown)
    return drawing(
        parts,
        prefix=prefix,
        kind="bars",
        size=(WIDTH, height),
        title=title,
        description=f"{description} {_told(rows, years, shown)}".lstrip(),
    )


def _pair_rows(
    rows: Sequence[Pair], years: tuple[str, str], shown: Callable[[int], str]
) -> tuple[list[Markup], int]:
    """A label, and below it a line for each year; and the height of all of them."""
    start = _widest(years) + _SPACE
    amounts = _amounts(rows)
    longest = WIDTH - start - _widest([shown(each) for each in amounts]) - _SPACE
    parts: list[Markup] = []
    y = 0
    for row in rows:
        lines = wrapped(row.label, WIDTH, _SIZE)
        parts.extend(_label(lines, y, heavy=True))
        y += _LINE * len(lines)
        for year, value, kind in zip(years, (row.now, row.before), ("now", "before"), strict=True):
            y += _LINE
            parts.append(line_of_text(0, y - 4, year, size=_SIZE, kind="quiet"))
            if isinstance(value, str):
                [words] = wrapped(value, WIDTH - start, _SIZE, most=1)
                parts.append(line_of_text(start, y - 4, words, size=_SIZE, kind="quiet"))
            else:
                length = _length(value, max(amounts), longest)
                parts.append(_bar(start, y - _THIN - 5, length, _THIN, kind))
                parts.append(line_of_text(WIDTH, y - 4, shown(value), size=_SIZE, anchor="end"))
        y += _GAP - 4
    return parts, y - _GAP + 6


def yearly_bars(rows: Sequence[Dated], *, title: str, prefix: str, description: str = "") -> Markup:
    """One sum over years, a line each: year, bar, and the sum in words with whatever mark it has.

    Raises ProgramError for no rows, and for a sum below zero.
    """
    amounts = [row.amount_sek for row in rows if row.amount_sek is not None]
    _require(prefix, amounts or [0] * len(rows))
    start = _widest([row.year for row in rows]) + _SPACE
    longest = WIDTH - start - _widest([row.words for row in rows]) - _SPACE
    parts: list[Markup] = []
    y = 0
    for row in rows:
        y += _LINE
        parts.append(line_of_text(0, y - 4, row.year, size=_SIZE, kind="quiet"))
        if row.amount_sek is not None:
            length = _length(row.amount_sek, max(amounts), longest)
            parts.append(_bar(start, y - _BAR - 4, length, _BAR, "now"))
        parts.append(line_of_text(WIDTH, y - 4, row.words, size=_SIZE, anchor="end"))
        y += _GAP - 6
    told = "; ".join(f"{row.year}: {row.words}" for row in rows)
    return drawing(
        parts,
        prefix=prefix,
        kind="bars",
        size=(WIDTH, y - _GAP + 8),
        title=title,
        description=f"{description} {told}.".lstrip(),
    )


def _amounts(rows: Sequence[Pair]) -> list[int]:
    """The sums of both years, where there are any."""
    return [each for row in rows for each in (row.now, row.before) if isinstance(each, int)]


def _require(prefix: str, amounts: Sequence[int]) -> None:
    if not amounts:
        raise ProgramError(f"{prefix}: a chart of no rows.")
    if min(amounts) < 0:
        raise ProgramError(f"{prefix}: {min(amounts)} kr has no bar: sums are 0 kr or more.")


def _told(rows: Sequence[Pair], years: tuple[str, str], shown: Callable[[int], str]) -> str:
    """The chart in words."""
    return (
        "; ".join(
            f"{row.label}: "
            + ", ".join(
                f"{year} {value if isinstance(value, str) else shown(value)}"
                for year, value in zip(years, (row.now, row.before), strict=True)
            )
            for row in rows
        )
        + "."
    )


def _label(lines: Sequence[str], y: int, *, heavy: bool = False) -> Iterator[Markup]:
    for place, text in enumerate(lines, 1):
        yield line_of_text(0, y + _LINE * place - 4, text, size=_SIZE, heavy=heavy)


def _length(amount: int, largest: int, room: int) -> Fraction:
    """The length of a bar where the largest takes the whole room."""
    return Fraction(amount * room, largest or 1)


def _bar(x: int, y: int, length: Fraction, height: int, kind: str) -> Markup:
    """A bar with an outline, so that the lighter of two is seen on any paper."""
    return Markup(
        '<rect class="bar-{}" x="{}" y="{}" width="{}" height="{}" fill="{}"{}/>\n'
    ).format(
        kind,
        measure(x),
        measure(y),
        measure(length),
        height,
        ACCENT if kind == "now" else BEFORE,
        Markup(' stroke="{}" stroke-width="0.6"').format(RULE) if kind == "before" else "",
    )


def _widest(texts: Sequence[str]) -> int:
    """How many whole units the widest of some texts takes."""
    return max((width_of(text, _SIZE).__ceil__() for text in texts), default=0)
