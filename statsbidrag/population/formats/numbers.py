"""Figures as they are written in a file, as whole numbers of persons.

Belongs here: which texts are numbers, and what is wrong with the others. Does not: where figures
stand in a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from statsbidrag.errors import InputError, input_error

MOST_PERSONS: Final = 10**9
MOST_FIGURES: Final = 4 * 10**6
"""More than any table of population has: all municipalities, ages and sexes of sixty years."""
NOTHING: Final = frozenset({"-", "–"})
"""SCB's sign for `nothing to report`: none, which is another thing than not known."""

_DIGITS: Final = re.compile(r"([0-9]{1,10})(?:[.,]0{1,2})?")
"""Digits, also as programs write whole numbers that they took for others: `50295.0`. With three
zeros it could be a separator between thousands."""
_SPACED: Final = re.compile(r"[0-9]{1,3}(?:[\s.,'’][0-9]{3})+")
_DECIMAL: Final = re.compile(r"[0-9]+[.,][0-9]+(?:[eE][+-]?[0-9]+)?")
_NEGATIVE: Final = re.compile(r"[-–−] ?[0-9].*")
_MISSING: Final = re.compile(r"\.{1,4}|null|none|nan|n/?a|#.*", re.IGNORECASE)
_FIGURE: Final = re.compile(r"[-–−+]?[0-9][0-9\s.,]*[a-zA-Z*]?|\.{1,3}|[-–]|#[A-Z/0!?]+|True|False")


def looks_like_figure(text: str) -> bool:
    """Whether a cell holds a figure, or what stands where one is missing; it may be a wrong one."""
    return _FIGURE.fullmatch(text) is not None


def whole_numbers(
    figures: np.ndarray, path: Path, place: Callable[[int], str]
) -> tuple[np.ndarray, int]:
    """The texts as int64, and how many of them were the sign for nothing to report, read as 0.

    `place` names the n-th of them. Raises InputError for the first that is anything but a whole
    number of persons, written in digits only.
    """
    codes, texts = pd.factorize(figures)
    numbers = np.array([_number(str(text)) for text in texts], dtype="int64")
    if len(numbers) and numbers.min() < 0:
        first = int(np.argmax((numbers < 0)[codes]))
        raise not_a_number(path, place(first), str(figures[first]))
    values = numbers[codes] if len(codes) else np.zeros(0, dtype="int64")
    nothing = np.array([str(text) in NOTHING for text in texts], dtype=bool)
    return values, int(nothing[codes].sum()) if len(codes) else 0


def whole_in_json(text: str) -> int | str:
    """A number with a point as JSON has it: whole where it is (`50295.0`), else its text."""
    digits, _, decimals = text.partition(".")
    return int(digits) if re.fullmatch("0+", decimals) else text


def not_a_number(path: Path, place: str, text: str) -> InputError:
    """What is wrong with a figure that is no whole number of persons."""
    why, action = _why(text)
    return input_error(
        path,
        place,
        expected=f"a whole number of persons, 0 to {MOST_PERSONS}, in digits and nothing else",
        found=f"`{text[:60]}`{why}",
        action=action,
    )


def _number(text: str) -> int:
    """The number, or -1 where the text is none."""
    if (match := _DIGITS.fullmatch(text)) and (number := int(match[1])) <= MOST_PERSONS:
        return number
    return 0 if text in NOTHING else -1


def _why(text: str) -> tuple[str, str]:
    again = "fetch the table again from SCB"
    if not text:
        return (
            ", an empty cell",
            f"{again}; an empty cell may be a formula whose value was not saved",
        )
    if _MISSING.fullmatch(text):
        return ", a missing value", "a missing figure cannot be counted: " + again
    if _SPACED.fullmatch(text):
        return ", with separators between thousands", f"{again}, without separators"
    if _DECIMAL.fullmatch(text):
        return ", with decimals", f"persons are whole: {again}"
    if _NEGATIVE.fullmatch(text):
        return ", below zero", f"nobody can be fewer than none: {again}"
    return "", again


def read_as_zero(count: int) -> list[str]:
    """The doubt about figures that were SCB's sign for nothing to report; none where none were."""
    if not count:
        return []
    return [
        f"{count} värden är strecket –, SCB:s tecken för ”inget att redovisa”, och lästes som 0."
    ]


def too_many(path: Path, place: str, found: int) -> InputError:
    """A file that claims more figures than are read."""
    return input_error(
        path,
        place,
        expected=f"at most {MOST_FIGURES} figures",
        found=f"{found}",
        action="fetch only the regions, ages and days that the agreement needs",
    )
