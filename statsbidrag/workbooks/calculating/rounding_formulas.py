"""From exact share to whole kronor as formulas: the three conventions, to any unit.

Belongs here: the columns that round, and their values. Does not: which convention applies, nor the
computation that they agree with (`statsbidrag.allocation.rounding`).

Every formula counts in whole numbers: twice what is over is at least the denominator, so the krona
is rounded up. It needs the columns `hela` and `over` and the facts `namnare`, `enhet` and `summa`.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from schemas.agreement import Rounding, RoundingMethod
from statsbidrag.allocation.rounding import half_up
from statsbidrag.workbooks.book import Shown
from statsbidrag.workbooks.calculating.sheet import Column, Look
from statsbidrag.workbooks.calculating.spreadsheet_precision import Parts

_LARGEST: Final = (
    'COUNTIF([hela:],">"&[hela])+COUNTIFS([hela:],[hela],[over:],">"&[over])'
    "+COUNTIFS([hela^],[hela],[over^],[over])"
)
"""The place of a row by its exact share, the largest first, ties to the earlier row."""


def shown(formula: str, values: Sequence[str | int | float]) -> list[Shown]:
    """A column of the same formula, each row with its value."""
    return [Shown(f"={formula}", value) for value in values]


def needs_unit(rounding: Rounding) -> bool:
    """Whether the formulas ask for the fact `enhet`: to whole kronor they need none."""
    return rounding.unit != 1 or rounding.method == RoundingMethod.LARGEST_REMAINDER


def rounding_columns(
    rounding: Rounding, parts: Parts, amounts: Sequence[int]
) -> tuple[list[Column], list[Shown]]:
    """The columns that a convention needs besides, and the amounts as formulas."""
    if rounding.method == RoundingMethod.LARGEST_REMAINDER:
        return _largest_remainder(rounding.unit, parts, amounts)
    nearest = _nearest(rounding.unit)
    if rounding.method == RoundingMethod.HALF_UP:
        return [], shown(nearest, amounts)
    return _residual_to_largest(rounding.unit, parts, amounts, nearest)


def _nearest(unit: int) -> str:
    """Half up: to whole kronor, or to whole units."""
    if unit == 1:
        return "[hela]+IF(2*[over]>={namnare},1,0)"
    less = "MOD([hela],{enhet})"
    return f"[hela]-{less}+IF(2*({less}*{{namnare}}+[over])>={{enhet}}*{{namnare}},{{enhet}},0)"


def _largest_remainder(
    unit: int, parts: Parts, amounts: Sequence[int]
) -> tuple[list[Column], list[Shown]]:
    down = [whole - whole % unit for whole in parts.whole]
    over = [
        whole % unit * parts.denominator + own
        for whole, own in zip(parts.whole, parts.over, strict=True)
    ]
    order = sorted(range(len(over)), key=lambda row: (-over[row], row))
    place = {row: number for number, row in enumerate(order, start=1)}
    ranks = [place[row] for row in range(len(over))]
    columns = [
        Column("nedat", "Nedåt, kr", 14, Look.WHOLE, shown("[hela]-MOD([hela],{enhet})", down)),
        Column(
            "blirover",
            "Blir över, i nämnaren",
            16,
            Look.WHOLE,
            shown("MOD([hela],{enhet})*{namnare}+[over]", over),
        ),
        Column(
            "rang",
            "Rang efter det som blir över",
            12,
            Look.WHOLE,
            shown("RANK([blirover],[blirover:],0)+COUNTIF([blirover^],[blirover])-1", ranks),
        ),
    ]
    formula = "[nedat]+IF([rang]<=({summa}-SUM([nedat:]))/{enhet},{enhet},0)"
    return columns, shown(formula, amounts)


def _residual_to_largest(
    unit: int, parts: Parts, amounts: Sequence[int], nearest: str
) -> tuple[list[Column], list[Shown]]:
    held = [
        Fraction(whole) + Fraction(over, parts.denominator)
        for whole, over in zip(parts.whole, parts.over, strict=True)
    ]
    order = sorted(range(len(held)), key=lambda row: (-held[row], row))
    place = {row: number for number, row in enumerate(order, start=1)}
    columns = [
        Column(
            "narmast",
            "Till närmaste, kr",
            14,
            Look.WHOLE,
            shown(nearest, [half_up(share, unit) for share in held]),
        ),
        Column(
            "rang",
            "Rang efter exakt belopp",
            12,
            Look.WHOLE,
            shown(_LARGEST, [place[row] for row in range(len(held))]),
        ),
    ]
    return columns, shown("[narmast]+IF([rang]=1,{summa}-SUM([narmast:]),0)", amounts)
