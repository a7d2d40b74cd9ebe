"""How Swedish figures, dates and lists are written: the filters that every template uses.

Belongs here: pure functions from a value to its printed form. Does not: which figure is shown, or
any sentence. U+00A0 stands between thousands and before a unit, so that no figure is broken at the
end of a line, and a figure copied out of a document is the same figure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

NBSP: Final = "\u00a0"
MINUS: Final = "\u2212"

_INSIDE_A_SUM: Final = re.compile(r"(?<=[0-9]) (?=[0-9]{3}(?![0-9])|(?:kr|%)(?!\w))")

_MONTHS: Final = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)

_SMALL: Final = (
    "inga",
    "en",
    "två",
    "tre",
    "fyra",
    "fem",
    "sex",
    "sju",
    "åtta",
    "nio",
    "tio",
    "elva",
    "tolv",
)


def number(value: int) -> str:
    """A whole number with its thousands apart: `13 302 905`, `−248 046`."""
    digits = f"{abs(value):,}".replace(",", NBSP)
    return f"{MINUS}{digits}" if value < 0 else digits


def kronor(value: int) -> str:
    """A sum with its unit: `13 302 905 kr`."""
    return f"{number(value)}{NBSP}kr"


def signed(value: int) -> str:
    """A difference with its sign: `+1`, `−1`, `0`."""
    return f"+{number(value)}" if value > 0 else number(value)


def signed_kronor(value: int) -> str:
    """A difference in kronor with its sign: `+1 kr`."""
    return f"{signed(value)}{NBSP}kr"


def decimals(value: Fraction | int, places: int) -> str:
    """A number rounded half away from zero to that many decimals: `2 974 230,27`."""
    exact = Fraction(value)
    scaled = abs(exact) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    integer, rest = divmod(whole, 10**places)
    text = number(integer) if places == 0 else f"{number(integer)},{rest:0{places}d}"
    return f"{MINUS}{text}" if exact < 0 and whole else text


def percent(share: Fraction | int, places: int = 1) -> str:
    """A share of one as per cent: `1,19 %`."""
    return f"{decimals(Fraction(share) * 100, places)}{NBSP}%"


def millions(value: int, places: int = 1) -> str:
    """Kronor as millions, no decimals that say nothing: `1 560 miljoner kr`, `2,5 miljoner kr`.

    `places` is the most decimals that are shown.
    """
    shortened = Decimal(value) / Decimal(1_000_000)
    rounded = shortened.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    plain = f"{abs(rounded):f}"
    whole, _, rest = plain.partition(".")
    rest = rest.rstrip("0")
    text = number(int(whole)) + (f",{rest}" if rest else "")
    sign = MINUS if rounded < 0 else ""
    word = "miljon" if text == "1" else "miljoner"
    return f"{sign}{text}{NBSP}{word}{NBSP}kr"


def places_of_millions(values: Iterable[int]) -> int:
    """The decimals that these sums need as millions so that none is rounded, at most three."""
    whole = list(values)
    return next(n for n in range(4) if n == 3 or all(v % 10 ** (6 - n) == 0 for v in whole))


def signed_millions(value: int) -> str:
    """A difference in millions with its sign and two decimals, the unit in the heading: `−2,48`."""
    text = decimals(Fraction(value, 1_000_000), 2)
    return f"+{text}" if value > 0 else text


def long_date(day: date) -> str:
    """A day as it is written in text: `1 november 2024`."""
    return f"{day.day}{NBSP}{_MONTHS[day.month - 1]}{NBSP}{day.year}"


def short_date(day: date) -> str:
    """A day as it is written in a table: `2024-11-01`."""
    return day.isoformat()


def listed(words: Iterable[str], last: str = "och") -> str:
    """A list in running text: `a, b och c`."""
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def counted(count: int, one: str, many: str) -> str:
    """A number with its noun, small numbers as words: `en insats`, `fyra områden`, `14 insatser`.

    `one` carries its article (`en insats`), `many` does not (`insatser`).
    """
    if count == 1:
        return one
    spelled = _SMALL[count] if 0 <= count < len(_SMALL) else number(count)
    return f"{spelled}{NBSP}{many}"


def sentence(text: str) -> str:
    """The text with a capital first letter, the rest untouched."""
    return text[:1].upper() + text[1:]


def inside(text: str) -> str:
    """The text as it stands inside a sentence, its first letter small: `barn och unga`.

    A first word with a capital further in is an abbreviation or a name, and untouched: `VIP`.
    """
    first = text.split(maxsplit=1)[:1]
    if any(letter.isupper() for word in first for letter in word[1:]):
        return text
    return text[:1].lower() + text[1:]


def unbroken(text: str) -> str:
    """The text with no-break spaces inside its sums: `1 000 kr` as people write it."""
    return _INSIDE_A_SUM.sub(NBSP, text)


def stopped(text: str) -> str:
    """The text with a full stop at its end, unless a sentence already ends there."""
    return text if not text or text[-1] in ".!?:" else f"{text}."


def short_hash(digest: str, length: int = 12) -> str:
    """The beginning of a fingerprint, enough to tell two files apart: `2f6c1e08a4b7…`."""
    return digest if len(digest) <= length else f"{digest[:length]}…"


FILTERS: Final[dict[str, Callable[..., str]]] = {
    "counted": counted,
    "decimals": decimals,
    "inside": inside,
    "kronor": kronor,
    "listed": listed,
    "long_date": long_date,
    "millions": millions,
    "number": number,
    "percent": percent,
    "sentence": sentence,
    "short_date": short_date,
    "short_hash": short_hash,
    "signed": signed,
    "signed_kronor": signed_kronor,
    "signed_millions": signed_millions,
    "stopped": stopped,
}
"""What templates call: `{{ post.amount | kronor }}`."""
