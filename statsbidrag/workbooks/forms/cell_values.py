"""What a cell of a filled workbook says: its text, its kronor, its day, as its column takes them.

Belongs here: from a cell to a value, and what is wrong with one that gives none. Does not: finding
the cell (`statsbidrag.workbooks.forms.form_reading`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, Final

from schemas.common import LARGEST_SEK, whole_kronor
from schemas.keys import share as share_of
from statsbidrag.files.printable_text import unfit
from statsbidrag.workbooks.forms.form import YES, Column, Kind, parted

_NO: Final = ("nej", "no")
_WRITE_SEK: Final = "write it in whole kronor: 1 500 000"
_EXPECTED: Final = {
    Kind.TEXT: "text",
    Kind.TEXTS: "text",
    Kind.KRONOR: "whole kronor",
    Kind.CHANGE: "whole kronor",
    Kind.DAY: "a day",
    Kind.SHARE: "a share: 50 % or =1/3",
    Kind.YES: f"{YES} or nothing",
    Kind.CHOICE: "one of the list",
}
_BLANKS: Final[dict[Kind, Any]] = {
    Kind.TEXT: "",
    Kind.TEXTS: (),
    Kind.KRONOR: None,
    Kind.CHANGE: None,
    Kind.DAY: None,
    Kind.SHARE: None,
    Kind.YES: False,
    Kind.CHOICE: "",
}


@dataclass(frozen=True)
class Cell:
    """What a cell says, and where it is: `Insatser!E14`. `wrong` if that is told already."""

    value: Any
    place: str
    wrong: bool = False

    @property
    def blank(self) -> bool:
        """Whether nothing is said, and nothing is wrong."""
        return not self.wrong and self.value in ("", None, ())


Row = Mapping[str, Cell]
"""The cells of an item, by the field's key."""


def is_formula(cell: Any) -> bool:
    """Whether a cell holds a formula."""
    return bool(cell.data_type == "f")


def place_of(sheet: Any, cell: Any) -> str:
    """Where a cell is: `Insatser!E14`."""
    return f"{sheet.title}!{cell.coordinate}"


def plain_text(value: object) -> str:
    """A cell's text without blanks around it; whole numbers as their digits."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    # Text copied out of a PDF often has letters in two parts, `a` and its ring.
    text = unicodedata.normalize("NFC", str(value))
    return text.replace("\r\n", "\n").replace("_x000D_", "").strip()


def folded(text: str) -> str:
    """A text as names are compared: blanks and capitals make no difference."""
    return re.sub(r"\s+", " ", text).strip().casefold()


def shortened(text: str) -> str:
    """A text as an error shows it: at most eighty signs."""
    return text if len(text) <= 80 else f"{text[:77]}…"


def as_seen(cell: Any) -> str:
    """What a cell holds, as an error shows it."""
    value = cell.value
    if is_formula(cell):
        return f"the formula `{shortened(str(getattr(value, 'text', value)))}`"
    if isinstance(value, datetime | date):
        return f"the day {value:%Y-%m-%d}"
    return f'"{shortened(value)}"' if isinstance(value, str) else str(value)


def value_of(cell: Any, column: Column, lists: Mapping[str, Mapping[str, str]]) -> Any:
    """The value that a cell gives its column; the column's blank where the cell is empty.

    `lists` are the form's. Raises ValueError (what is expected, what to do, and what there is where
    it is not the cell's own content) for a cell that cannot give any.
    """
    if is_formula(cell):
        if column.kind == Kind.SHARE:
            return _ratio(str(cell.value))
        raise ValueError(_EXPECTED[column.kind], "write the value itself, not a formula")
    if cell.data_type == "e":
        raise ValueError(_EXPECTED[column.kind], "write the value again")
    if cell.value is None or (isinstance(cell.value, str) and not plain_text(cell.value)):
        return _BLANKS[column.kind]
    if column.kind == Kind.CHOICE:
        return _choice(cell.value, lists[column.choices])
    return _READERS[column.kind](cell.value)


def _choice(value: object, choices: Mapping[str, str]) -> str:
    text = plain_text(value)
    by_name = {folded(name): code for name, code in choices.items()}
    if (code := by_name.get(folded(text))) is not None:
        return code
    if text in choices.values():
        return text
    close = get_close_matches(text, [*choices, *choices.values()], n=1)
    action = f"did you mean {close[0]}?" if close else "choose one from the list"
    raise ValueError(f"one of {', '.join(choices)}", action)


def _text(value: object) -> str:
    if isinstance(value, bool | datetime | date) or (
        isinstance(value, float) and not value.is_integer()
    ):
        raise ValueError("text", "format the cell as text, and write it again")
    if not isinstance(value, str | int | float):
        raise ValueError("text", "write text")
    text = plain_text(value)
    for each in unfit(text):
        raise ValueError(each.expected, each.action, each.found)
    return text


def _texts(value: object) -> tuple[str, ...]:
    try:
        return tuple(parted(_text(value)))
    except ValueError as error:
        if len(error.args) > 1:
            raise
        action = "close the quotation marks, or take them away"
        raise ValueError("texts with a semicolon between them", action) from None


def _kronor(value: object) -> int:
    amount = _change(value)
    if not 0 <= amount <= LARGEST_SEK:
        raise ValueError("whole kronor, zero or more", _WRITE_SEK)
    return amount


def _change(value: object) -> int:
    if isinstance(value, bool | datetime | date):
        raise ValueError("whole kronor", _WRITE_SEK)
    if isinstance(value, int | float):
        if value != value // 1 or abs(value) > LARGEST_SEK:
            raise ValueError("whole kronor", "round it: only whole kronor are split")
        return int(value)
    text = re.sub(r"\s+", " ", plain_text(value)).replace("\u2212", "-")
    text = re.sub(r" ?(kr|kronor|:-)\.?$", "", text, flags=re.IGNORECASE)
    try:
        amount: int = whole_kronor(text)
    except ValueError:
        raise ValueError("whole kronor", _WRITE_SEK) from None
    if abs(amount) > LARGEST_SEK:
        raise ValueError("whole kronor", _WRITE_SEK)
    return amount


def _day(value: object) -> date:
    if isinstance(value, datetime):
        if value.time() == datetime.min.time():
            return value.date()
    elif isinstance(value, date):
        return value
    elif isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", plain_text(value)):
        try:
            return date.fromisoformat(plain_text(value))
        except ValueError:
            pass
    raise ValueError("a day", "write it as 2025-03-31")


def _share(value: object) -> Fraction:
    action = "write 50 % or =1/3: more than nothing, at most the whole"
    if isinstance(value, bool | datetime | date):
        raise ValueError("a share", action)
    if isinstance(value, int | float):
        # As the number is written: 0.07 is seven hundredths, whatever its binary digits are.
        exact = Fraction(Decimal(repr(value)))
        if not 0 < exact <= 1:
            raise ValueError("a share", action)
        return exact
    return _ratio(f"={plain_text(value)}")


def _ratio(formula: str) -> Fraction:
    action = "write 50 % or =1/3: more than nothing, at most the whole"
    try:
        found: Fraction = share_of(re.sub(r"\s+", " ", formula[1:]))
    except ValueError:
        raise ValueError("a share", action) from None
    return found


def _yes(value: object) -> bool:
    text = folded(plain_text(value))
    if text in (YES, "x"):
        return True
    if text in _NO:
        return False
    raise ValueError(f"{YES} or nothing", f"write {YES}, or leave it blank")


_READERS: Final[dict[Kind, Callable[[object], Any]]] = {
    Kind.TEXT: _text,
    Kind.TEXTS: _texts,
    Kind.KRONOR: _kronor,
    Kind.CHANGE: _change,
    Kind.DAY: _day,
    Kind.SHARE: _share,
    Kind.YES: _yes,
}
