"""Which texts can be shown on every page, on paper and on the screen: one rule for all files.

Belongs here: characters, the length of texts and of words. Does not: what a text says, or where
one may stand (`schemas/`). HTML, Jinja and addresses are text like any other: pages show them as
they are written, and nothing follows them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Final

from statsbidrag.errors import ProgramError
from statsbidrag.files.project import TEMPLATES

LONGEST_TEXT: Final = 10_000
LONGEST_WORD: Final = 100
LONGEST_STRETCH: Final = 300
"""Characters without a space. Setting a line that nothing divides takes the square of its length,
and more: a word of a thousand letters takes as long as a whole document."""

_ORDINARY: Final = " -~\u00a0-\u00ac\u00ae-\u00ff–—‘’‚“”„•…€−"
"""Nearly every text holds these and no other; all of them are in the fonts."""

# No line is broken at these; a no-break space holds words together, however many.
_UNBROKEN: Final = r"[\S\u00a0\u2007\u202f]"
_SUSPECT: Final = re.compile(rf"[^{_ORDINARY}\n]|(?<!{_UNBROKEN}){_UNBROKEN}{{{LONGEST_WORD + 1}}}")
_STRETCHES: Final = re.compile(rf"{_UNBROKEN}{{{LONGEST_WORD + 1},}}")
_INSIDE_AN_ADDRESS: Final = re.compile(r"[-./?&=#]")
_KINDS: Final = {
    "Cc": "a control character",
    "Cf": "an invisible character",
    "Co": "a character of private use",
    "Cs": "half a character",
    "Cn": "a character that does not exist",
    "Mc": "a mark of its own",
    "Me": "a mark of its own",
    "Mn": "a mark of its own",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
}
_INSTEAD: Final = {kind: "" if kind[0] == "M" or kind == "Cf" else " " for kind in _KINDS}
_BEFORE: Final = 30
_PERSON: Final = re.compile(
    r"(?<!\w)(?<!\d[-+])(?:18|19|20)?([0-9]{2})([0-9]{2})([0-9]{2})[-+\u2010\u2011\u2212–]?([0-9]{4})"
    r"(?!\w)"
)
_COORDINATION: Final = 60
"""What a coordination number has added to its day."""
_MOST_TOLD: Final = 5


@dataclass(frozen=True)
class Unfit:
    """What is wrong with a text: what was expected, what was found, what to do."""

    expected: str
    found: str
    action: str


def unfit(text: str) -> Iterator[Unfit]:
    """What keeps a text from being shown: the first strange characters, each word too long."""
    if len(text) > LONGEST_TEXT:
        yield Unfit(
            f"a text of at most {LONGEST_TEXT} characters",
            f"{len(text)} characters: “{_shown(text[:_BEFORE])}…”",
            "shorten it, or part it",
        )
        return
    if not _SUSPECT.search(text):
        return
    strange = (character for character in dict.fromkeys(text) if not _fits(character))
    for character in islice(strange, _MOST_TOLD):
        yield _unfit_character(text, character)
    for stretch in _STRETCHES.findall(text):
        word = max(_INSIDE_AN_ADDRESS.split(stretch), key=len)
        if len(stretch) > LONGEST_STRETCH or len(word) > LONGEST_WORD:
            yield Unfit(
                f"words of at most {LONGEST_WORD} characters, and at most {LONGEST_STRETCH} "
                "without a space (an address)",
                f"{len(stretch)}: “{_shown(stretch[:_BEFORE])}…”",
                "divide it with spaces, or shorten it",
            )


def names_a_person(text: str) -> bool:
    """Whether a personal identity number or a coordination number stands in a text.

    It has a day and the right check digit. An organisation's number never is one: its third digit
    is two or more, which no month has.
    """
    return any(
        _is_day(*map(int, found.groups()[:3])) and _checks("".join(found.groups()))
        for found in _PERSON.finditer(text)
    )


def _is_day(year: int, month: int, day: int) -> bool:
    """Whether two digits each may be somebody's day of birth, in whatever century."""
    own = day - _COORDINATION if day > _COORDINATION else day
    for century in (1900, 2000):
        try:
            date(century + year, month, own)
        except ValueError:
            continue
        return True
    return False


def _checks(digits: str) -> bool:
    """Whether the last of ten digits is the others' check digit (Luhn)."""
    doubled = (int(digit) * (2 - index % 2) for index, digit in enumerate(digits))
    return sum(each // 10 + each % 10 for each in doubled) % 10 == 0


def seen(text: str) -> str:
    """Somebody else's text without what nobody sees in it, for nobody here can correct it there."""
    whole = unicodedata.normalize("NFC", text)
    return "".join(c if c == "\n" else _INSTEAD.get(unicodedata.category(c), c) for c in whole)


def _fits(character: str) -> bool:
    known = unicodedata.category(character) not in _KINDS
    return character == "\n" or (known and ord(character) in font_characters(TEMPLATES))


def _unfit_character(text: str, character: str) -> Unfit:
    kind = _KINDS.get(unicodedata.category(character))
    place = text.index(character)
    before = _shown(text[max(0, place - _BEFORE) : place].rpartition("\n")[2])
    name = unicodedata.name(character, "")
    found = f"U+{ord(character):04X}{f' {name}' if name else ''}"
    found = f"{found}, {kind}," if kind else f"“{character}” {found}"
    action = "take it away"
    if kind is None:
        action = "write it otherwise: the documents' fonts lack it"
    elif kind == _KINDS["Mn"]:
        action = "write the letter and its mark as one character, or without the mark"
    elif character in "\t\u2028\u2029":
        action = "write a space, or a new line"
    return Unfit(
        "characters that every page can show",
        f"{found} {f'after “{before}”' if before else 'at the beginning of a line'}",
        action,
    )


def _shown(text: str) -> str:
    """A piece of a text that a terminal can print as it is."""
    return "".join(" " if c.isspace() else c if c.isprintable() else "\ufffd" for c in text)


@lru_cache(maxsize=4)
def font_characters(base: Path) -> frozenset[int]:
    """The code points that every font vendored below `base` has a glyph for."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    files = sorted((base / "fonts").glob("*.woff2"))
    if not files:
        raise ProgramError(f"{base / 'fonts'}: no fonts (*.woff2). Restore them from the sources.")
    return frozenset.intersection(*(frozenset(TTFont(file).getBestCmap()) for file in files))
