"""What maps and charts share: the frame around an SVG drawing, its colours, its lines of text.

Belongs here: the parts that any drawing is made of. Does not: what a drawing shows
(`statsbidrag.rendering.svg.maps`, `statsbidrag.rendering.svg.charts`), or the figure around it
(`diagram.html.jinja`).

A drawing is one inline `<svg>` without style sheets, `style` attributes, scripts or addresses. On
paper its attributes decide: the PDF's engine reads no style sheet inside a drawing. On the screen
its classes let `templates/css/diagram.css` give it the reader's colours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from markupsafe import Markup

from statsbidrag.errors import ProgramError
from statsbidrag.rendering.pdf import FONT_FAMILY
from statsbidrag.swedish.typography import NBSP

INK: Final = "#000000"
QUIET: Final = "#444444"
PAPER: Final = "#ffffff"
RULE: Final = "#5b757d"
ACCENT: Final = "#0b4a5c"

WIDTH: Final = 400
"""The width of a drawing in its own units: 100 mm or so on paper, a phone's width on the screen."""

_PREFIX: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

_ADVANCES: Final = (
    (282, " \u00a0.,:;·’'|ijlI"),
    (382, "!()[]{}/\\-tfr"),
    (500, 'csvxyz?"”*–'),
    (522, "aåäeégkY_#$+0123456789<=>^~−LJF"),
    (564, "bdhnoöpqu`XVEÉSTZAÅÄ"),
    (675, "PRCKB&DGUNHOQÖ"),
    (875, "wMWm%@"),
)
_WIDEST: Final = 1000
"""Advances of the fonts' heavier weight in thousandths of the size, rounded up; others are wide."""

_ADVANCE: Final = {letter: width for width, letters in _ADVANCES for letter in letters}


def drawing(
    parts: Iterable[Markup],
    *,
    prefix: str,
    kind: str,
    size: tuple[int, int],
    title: str,
    description: str = "",
) -> Markup:
    """The parts as one image with a name: `title` is what stands for it where it is not seen.

    The PDF's alternative text is `title` alone, so it must say what the drawing shows; screen
    readers get `description` too. `size` is in the drawing's own units; every id begins with
    `prefix`. Raises ProgramError for a prefix that begins no id, and for a drawing without a name.
    """
    _require_name(prefix, title)
    wide, high = size
    described, desc = _description(prefix, description) if description else ("", "")
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="drawing {kind}" role="img"'
        ' aria-labelledby="{prefix}-title"{described} viewBox="0 0 {wide} {high}"'
        ' width="{width}" height="{height}" font-family="{font}" fill="{ink}">\n'
        '<title id="{prefix}-title">{title}</title>\n{desc}{parts}</svg>'
    ).format(
        kind=kind,
        prefix=prefix,
        described=described,
        wide=wide,
        high=high,
        width=WIDTH,
        height=round(Fraction(WIDTH * high, wide)),
        font=FONT_FAMILY,
        ink=INK,
        title=title,
        desc=desc,
        parts=Markup("").join(parts),
    )


def _require_name(prefix: str, title: str) -> None:
    if not _PREFIX.fullmatch(prefix):
        raise ProgramError(f"`{prefix}` begins no id: small letters, digits and hyphens.")
    if not title.strip():
        raise ProgramError(
            f"{prefix}: a drawing without a title says nothing to who cannot see it."
        )


def _description(prefix: str, text: str) -> tuple[Markup, Markup]:
    """The attribute that points at a description, and the description."""
    return (
        Markup(' aria-describedby="{}-desc"').format(prefix),
        Markup('<desc id="{}-desc">{}</desc>\n').format(prefix, text),
    )


def line_of_text(
    x: Fraction | int,
    y: Fraction | int,
    text: str,
    *,
    size: Fraction | int,
    kind: str = "ink",
    anchor: str = "start",
    heavy: bool = False,
) -> Markup:
    """One line of text with its baseline at `y`; `anchor` is `start`, `middle` or `end` at `x`."""
    colours = {"ink": INK, "quiet": QUIET, "on-dark": PAPER, "on-light": INK}
    return Markup('<text class="{}" x="{}" y="{}" font-size="{}" fill="{}"{}{}>{}</text>\n').format(
        kind,
        measure(x),
        measure(y),
        measure(size),
        colours[kind],
        Markup(' text-anchor="{}"').format(anchor) if anchor != "start" else "",
        Markup(' font-weight="600"') if heavy else "",
        text,
    )


def measure(value: Fraction | int) -> str:
    """A length or place as SVG writes it, to a tenth: `12`, `3.5`, `-0.4`."""
    tenths = round(Fraction(value) * 10)
    whole, rest = divmod(abs(tenths), 10)
    sign = "-" if tenths < 0 else ""
    return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"


def width_of(text: str, size: Fraction | int) -> Fraction:
    """How wide a text is at most, in the units of `size`: never less than the fonts make it."""
    return Fraction(sum(_ADVANCE.get(letter, _WIDEST) for letter in text), 1000) * size


def wrapped(text: str, width: Fraction | int, size: Fraction | int, most: int = 3) -> list[str]:
    """The text in lines that fit `width`, at most `most`; what does not fit ends with an ellipsis.

    Lines break at spaces, and inside a word only where it alone is wider than a line, with a
    hyphen. A sum stays whole: a no-break space is no place to break.
    """
    lines: list[str] = []
    for word in re.split(r"[ \t\r\n]+", text.strip()):
        joined = f"{lines[-1]} {word}" if lines else word
        if width_of(joined, size) <= width:
            lines[-1:] = [joined]
        else:
            lines.extend(_pieces(word, width, size))
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and width_of(f"{last}…", size) > width:
        last = last[:-1]
    return [*lines[: most - 1], f"{last.rstrip(f' -{NBSP}')}…"]


def _pieces(word: str, width: Fraction | int, size: Fraction | int) -> list[str]:
    """A word, divided with hyphens where it is wider than a line; each piece has a letter."""
    pieces = []
    while len(word) > 1 and width_of(word, size) > width:
        end = 1
        while width_of(f"{word[: end + 1]}-", size) <= width:
            end += 1
        pieces.append(f"{word[:end]}-")
        word = word[end:]
    return [*pieces, word]
