"""Maps: one figure for each county or municipality as a shade, with limits a reader remembers.

Belongs here: where one shade ends and the next begins, drawing a map. Does not:
which figures a map shows, or reading outlines (`statsbidrag.register.outlines`).
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from markupsafe import Markup

from schemas.common import Level
from schemas.geography import Geography
from statsbidrag.errors import ProgramError
from statsbidrag.rendering.svg.frame import (
    PAPER,
    QUIET,
    RULE,
    WIDTH,
    drawing,
    line_of_text,
    measure,
    width_of,
    wrapped,
)
from statsbidrag.swedish.typography import decimals, listed, number

SHADES: Final = ("#e6f0f2", "#b5d4db", "#78adbb", "#377b8d", "#0b4a5c")
"""One hue from light to dark, in steps that stay apart in greyscale and for the colour-blind."""

_SPREAD: Final = {1: (3,), 2: (2, 4), 3: (1, 3, 5), 4: (1, 2, 4, 5), 5: (1, 2, 3, 4, 5)}
_FIRST_DARK: Final = 4
"""From this shade on, text and lines upon it are light."""

_FEW: Final = 25
"""So many names a listener can follow; of more, a description gives the numbers."""

# Lengths in units of which a map is `WIDTH` wide.
_LEGEND_SIZE: Final = 15
_LABEL_SIZE: Final = 13
_LEGEND_WIDTH: Final = 175
_CLASS_WIDTH: Final = 140
_SWATCH: Final = (20, 13)
_ROW: Final = 22
_LINE: Final = 18


# --- Classes ---------------------------------------------------------------------------------


def round_limits(values: Iterable[Fraction | int], classes: int) -> tuple[Fraction, ...]:
    """Where each class but the first begins: round numbers that part the values almost evenly.

    Rising, and no class is empty: of fewer different values than classes, there are fewer limits.
    Each limit is the roundest number (a multiple of 1, 2 or 5 times the largest power of ten) that
    moves no more than two fifths of a class across it. Raises ValueError for less than one class.
    """
    if classes < 1:
        raise ValueError(f"at least one class, not {classes}")
    counts = Counter(Fraction(value) for value in values)
    known = sorted(counts)
    below = list(itertools.accumulate(counts[value] for value in known))[:-1]
    number_of = min(classes, len(known))
    if number_of < 2:
        return ()
    even = [Fraction(i * counts.total(), number_of) for i in range(1, number_of)]
    slack = Fraction(2 * counts.total(), 5 * number_of)
    cuts = _cuts(below, even)
    limits: list[Fraction] = []
    first = 0
    for cut, target, following in zip(cuts, even, [*cuts[1:], len(below)], strict=True):
        near = [c for c in range(first, following) if abs(below[c] - target) <= slack]
        low, high = min([*near, cut]), max([*near, cut])
        middle = (known[cut] + known[cut + 1]) / 2
        limits.append(_roundest(known[low], known[high + 1], middle))
        first = high + 1
    return tuple(limits)


def _cuts(below: Sequence[int], even: Sequence[Fraction]) -> list[int]:
    """After which of the known values each class ends, each cut as near an even one as it can be.

    `below` counts the values up to each cut; equal values cannot be parted, so cuts may be uneven.
    """
    cuts: list[int] = []
    for place, target in enumerate(even):
        first = cuts[-1] + 1 if cuts else 0
        free = range(first, len(below) - (len(even) - place - 1))
        cuts.append(min(free, key=lambda cut: abs(below[cut] - target)))
    return cuts


def _roundest(above: Fraction, to: Fraction, near: Fraction) -> Fraction:
    """The roundest number in the interval (above, to], of those the nearest."""
    if above < 0 <= to:
        return Fraction(0)
    largest = len(str(int(max(abs(above), abs(to)))))
    for exponent in itertools.count(largest, -1):
        for digit in (5, 2, 1):
            step = digit * Fraction(10) ** exponent
            if step * (to // step) > above:
                below = step * (near // step)
                inside = [n for n in (below, below + step, step * (to // step)) if above < n <= to]
                return min(inside, key=lambda n: (abs(n - near), n))
    raise ProgramError("there is a round number between any two.")


def class_names(limits: Sequence[Fraction]) -> tuple[str, ...]:
    """What each class is called in Swedish: `under 150`, `150 till under 160`, `160 eller mer`.

    Where the figures are so long that a legend has no room for two: `från 12 500`. Raises
    ValueError for no limits.
    """
    places = max((_places(limit) for limit in limits), default=0)
    texts = [decimals(limit, places) for limit in limits]
    if not texts:
        raise ValueError("one class has no limit to be called by")
    between = [f"{low} till under {high}" for low, high in itertools.pairwise(texts)]
    if any(width_of(text, _LEGEND_SIZE) > _CLASS_WIDTH for text in between):
        between = [f"från {low}" for low in texts[:-1]]
    return (f"under {texts[0]}", *between, f"{texts[-1]} eller mer")


def _places(value: Fraction) -> int:
    """How many decimals a round number has."""
    return next(places for places in itertools.count() if (value * 10**places).denominator == 1)


# --- The map ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class MapFigures:
    """What a map shows: exact figures by code, how they are classed and written, what they are of.

    A code without a figure, or with None, is hatched and called `missing`. Figures are classed as
    they are printed, with `places` decimals. `names` are said where a reader points, and in the
    description where they are few. `labels` prints each figure in its outline.
    """

    values: Mapping[str, Fraction | int | None]
    unit: str
    names: Mapping[str, str] = field(default_factory=dict)
    classes: int = 5
    places: int = 0
    labels: bool = False
    missing: str = "uppgift saknas"


@dataclass(frozen=True)
class _Class:
    """Codes that share a shade (1 lightest, 5 darkest; 0 where the figure is missing)."""

    name: str
    shade: int
    codes: tuple[str, ...]


@dataclass(frozen=True)
class _Map:
    """What the parts of one map share; `unit` is how many of its own units one of `WIDTH` is."""

    geography: Geography
    prefix: str
    unit: Fraction

    def fill(self, shade: int) -> str:
        return SHADES[shade - 1] if shade else f"url(#{self.prefix}-missing)"


def choropleth(
    figures: MapFigures,
    geography: Geography,
    *,
    prefix: str,
    title: str,
    description: str = "",
    over: Geography | None = None,
) -> Markup:
    """A map where a darker shade is a higher figure, with a legend of round limits.

    `over` draws coarser borders on top. Raises ProgramError for a code without an outline.
    """
    _require(figures, geography, over, prefix)
    places, unit = figures.places, figures.unit
    shown = {code: _rounded(n, places) for code, n in figures.values.items() if n is not None}
    texts = {code: decimals(value, places) for code, value in shown.items()}
    found = _classes(figures, geography, shown)
    this = _Map(geography, prefix, Fraction(geography.view_box[2], WIDTH))
    said = {c: f"{name}: {texts.get(c, figures.missing)}" for c, name in figures.names.items()}
    return drawing(
        [
            *_hatching(this, found),
            *_outlines(this, found, said),
            *_borders(over),
            *_labels(this, found, texts if figures.labels else {}),
            *_legend(this, found, unit),
        ],
        prefix=prefix,
        kind="map",
        size=geography.view_box[2:],
        title=title,
        description=f"{description} {_described(found, unit, figures.names)}".lstrip(),
    )


def _require(
    figures: MapFigures, geography: Geography, over: Geography | None, prefix: str
) -> None:
    if foreign := sorted(set(figures.values) - set(geography.paths)):
        raise ProgramError(f"{prefix}: no outline of `{foreign[0]}` on a map of {geography.level}.")
    if not 1 <= figures.classes <= len(SHADES):
        raise ProgramError(f"{prefix}: 1 to {len(SHADES)} classes, not {figures.classes}.")
    if over is not None and over.view_box != geography.view_box:
        raise ProgramError(f"{prefix}: the borders on top are drawn to another scale.")


def _rounded(value: Fraction | int, places: int) -> Fraction:
    """Half away from zero, as `typography.decimals` prints it."""
    scaled = abs(Fraction(value)) * 10**places
    whole = (scaled + Fraction(1, 2)).__floor__()
    return Fraction(whole if value >= 0 else -whole, 10**places)


def _classes(
    figures: MapFigures, geography: Geography, shown: Mapping[str, Fraction]
) -> list[_Class]:
    """The classes from the lowest, then what is missing, if anything is.

    `shown` are the figures as printed: none may stand as `150` in the class below 150.
    """
    limits = round_limits(shown.values(), figures.classes)
    called = class_names(limits) if limits else _one_class(shown, figures.places)
    members: list[list[str]] = [[] for _ in range(len(limits) + 1)]
    for code in sorted(shown):
        members[bisect_right(limits, shown[code])].append(code)
    shades = _SPREAD[len(members)]
    found = [
        _Class(name, shade, tuple(codes))
        for name, shade, codes in zip(called, shades, members, strict=True)
        if codes
    ]
    absent = tuple(sorted(set(geography.paths) - set(shown)))
    return [*found, _Class(figures.missing, 0, absent)] if absent else found


def _one_class(shown: Mapping[str, Fraction], places: int) -> tuple[str, ...]:
    """What the only class is called: by the one figure of all, or by the lowest and the highest."""
    ends = sorted({min(shown.values()), max(shown.values())}) if shown else []
    return (" till ".join(decimals(value, places) for value in ends),)


def _hatching(this: _Map, found: Sequence[_Class]) -> Iterator[Markup]:
    """Diagonal lines: what is missing must not look like a low figure."""
    if all(each.shade for each in found):
        return
    side = 6 * this.unit
    # The neighbouring tiles' corners, too: an engine that cuts at the tile would dash the lines.
    ends: Sequence[Sequence[Fraction | int]]
    ends = ((0, side, side, 0), (-side, side, side, -side), (0, 2 * side, 2 * side, 0))
    lines = "".join("M{} {}L{} {}".format(*(measure(n) for n in each)) for each in ends)
    yield Markup(
        '<pattern id="{}-missing" patternUnits="userSpaceOnUse" width="{side}" height="{side}">'
        '<rect class="paper" width="{side}" height="{side}" fill="{}"/>'
        '<path class="hatch" d="{}" stroke="{}" stroke-width="{}"/></pattern>\n'
    ).format(
        this.prefix,
        PAPER,
        lines,
        QUIET,
        measure(this.unit * Fraction(4, 5)),
        side=measure(side),
    )


def _outlines(this: _Map, found: Sequence[_Class], said: Mapping[str, str]) -> Iterator[Markup]:
    """Each outline in the group of its class, with what is said of it where a reader points."""
    thin = this.unit * (Fraction(1, 3) if this.geography.level == Level.KOMMUN else Fraction(2, 3))
    yield Markup(
        '<g class="outlines" fill-rule="evenodd" stroke-width="{}" stroke-linejoin="round">\n'
    ).format(measure(thin))
    for each in found:
        kind = f"shade-{each.shade}" if each.shade else "missing"
        yield Markup('<g class="{}" fill="{}" stroke="{}">\n').format(
            kind, this.fill(each.shade), _line_colour(each.shade)
        )
        for code in each.codes:
            tip = Markup("<title>{}</title>").format(said[code]) if code in said else ""
            yield Markup('<path data-code="{}" d="{}">{}</path>\n').format(
                code, this.geography.paths[code], tip
            )
        yield Markup("</g>\n")
    yield Markup("</g>\n")


def _line_colour(shade: int) -> str:
    """Neighbours of one shade are told apart by the line between them, on dark as on light."""
    return SHADES[0] if shade >= _FIRST_DARK else RULE


def _borders(over: Geography | None) -> Iterator[Markup]:
    """The outlines of a coarser level, if any, as lines only."""
    if over is None:
        return
    thin = Fraction(over.view_box[2] * 3, WIDTH * 5)
    yield Markup(
        '<path class="borders" fill="none" stroke="{}" stroke-width="{}" stroke-linejoin="round"'
        ' d="{}"/>\n'
    ).format(QUIET, measure(thin), "".join(over.paths.values()))


def _labels(this: _Map, found: Sequence[_Class], texts: Mapping[str, str]) -> Iterator[Markup]:
    """Each figure in its outline; one that is wider stands on a patch of its outline's shade."""
    size = _LABEL_SIZE * this.unit
    for each in found:
        for code in each.codes:
            if code not in texts:
                continue
            x, y, room = this.geography.places[code]
            wide = width_of(texts[code], size)
            if wide > room:
                yield Markup(
                    '<rect class="patch shade-{}" x="{}" y="{}" width="{}" height="{}" rx="{}"'
                    ' fill="{}"/>\n'
                ).format(
                    each.shade,
                    measure(x - wide / 2 - this.unit * 2),
                    measure(y - size * Fraction(11, 20)),
                    measure(wide + this.unit * 4),
                    measure(size * Fraction(11, 10)),
                    measure(this.unit * 2),
                    this.fill(each.shade),
                )
            yield line_of_text(
                x,
                y + size * Fraction(7, 20),
                texts[code],
                size=size,
                kind="on-dark" if each.shade >= _FIRST_DARK else "on-light",
                anchor="middle",
            )


def _legend(this: _Map, found: Sequence[_Class], unit: str) -> Iterator[Markup]:
    """Unit and classes, the highest first, in the corner where Sweden has no land."""
    one = this.unit
    size = _LEGEND_SIZE * one
    wide, high = _SWATCH
    y = _ROW
    for text in wrapped(unit, _LEGEND_WIDTH, _LEGEND_SIZE):
        yield line_of_text(one, y * one, text, size=size, heavy=True)
        y += _LINE
    y += _ROW - _LINE
    for each in [*reversed([c for c in found if c.shade]), *(c for c in found if not c.shade)]:
        kind = f"shade-{each.shade}" if each.shade else "missing"
        yield Markup(
            '<rect class="{}" x="{}" y="{}" width="{}" height="{}" fill="{}"'
            ' stroke="{}" stroke-width="{}"/>\n'
        ).format(
            kind,
            measure(one),
            measure((y - high + 2) * one),
            measure(wide * one),
            measure(high * one),
            this.fill(each.shade),
            _line_colour(each.shade),
            measure(one * Fraction(2, 3)),
        )
        for text in wrapped(each.name, _CLASS_WIDTH, _LEGEND_SIZE):
            yield line_of_text((wide + 8) * one, y * one, text, size=size)
            y += _LINE
        y += _ROW - _LINE


def _described(found: Sequence[_Class], unit: str, names: Mapping[str, str]) -> str:
    """The map in words: of few outlines which are in each class, of many how many."""
    few = sum(len(each.codes) for each in found) <= _FEW
    parts = [
        f"{each.name}: "
        + (listed(names.get(code, code) for code in each.codes) if few else number(len(each.codes)))
        for each in found
    ]
    return f"{unit}, {'; '.join(parts)}."
