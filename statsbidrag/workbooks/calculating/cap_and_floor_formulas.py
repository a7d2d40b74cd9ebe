"""Shares within a cap and a floor as formulas: who is at either, and by which rate others share.

Belongs here: the columns of a share with bounds, and their values. Does not: the arithmetic that
they agree with (`statsbidrag.allocation.keys`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from schemas.keys import ShareBy
from statsbidrag.workbooks.book import Shown
from statsbidrag.workbooks.calculating.rounding_formulas import shown
from statsbidrag.workbooks.calculating.sheet import Look
from statsbidrag.workbooks.calculating.step_columns import NO, YES, StepColumns

_CAPPED: Final = "tak"
_FLOORED: Final = "golv"
_SHARING: Final = "andel"
_OUTSIDE: Final = "utanför"


@dataclass(frozen=True)
class Bounded:
    """A share with bounds: `amount` kronor in proportion to `weights`, of those `taking` part.

    The keys are those of the fact that holds the amount and of the column of the weights, which
    are in the order of the rows, as are the exact `values` that the step gives.
    """

    number: int
    how: ShareBy
    amount_key: str
    amount: Fraction
    weight_key: str
    weights: Sequence[int]
    taking: Sequence[bool]
    values: Sequence[Fraction]

    @property
    def head(self) -> str:
        """What the step is called."""
        return f"Steg {self.number}"

    @property
    def cap(self) -> str:
        """The fact of the cap, as a formula has it; of use only where there is one."""
        return f"{{tak{self.number}}}"

    @property
    def floor(self) -> str:
        """The fact of the floor, as a formula has it; 0 where there is none."""
        return f"{{golv{self.number}}}"

    @property
    def state(self) -> str:
        """The key of the column that says who is at a bound."""
        return f"lage{self.number}"


def add_bounded(on: StepColumns, share: Bounded) -> None:
    """Adds who is at the cap or the floor, the rate that the others share by, and the sums."""
    state, cap, floor = share.state, share.cap, share.floor
    if share.how.cap is not None:
        on.fact(f"tak{share.number}", f"{share.head}: tak", share.how.cap)
    on.fact(f"golv{share.number}", f"{share.head}: golv", share.how.floor or 0)
    states = _states(share)
    on.column(state, f"{share.head}: läge", 9, Look.TEXT, shown(_state_formula(share), states))
    on.fact(
        f"kurs{share.number}",
        f"{share.head}: kronor per enhet för övriga",
        Shown(_rate_formula(share), float(_rate(share, states))),
        "Det som är kvar när tak och golv är räknade, delat på de övrigas tal.",
        Look.EXACT,
    )
    formula = f'IF([{state}]="{_SHARING}",{{kurs{share.number}}}*[{share.weight_key}],0)'
    formula = f'IF([{state}]="{_FLOORED}",{floor},{formula})'
    if share.how.cap is not None:
        formula = f'IF([{state}]="{_CAPPED}",{cap},{formula})'
    on.sums(f"{share.head}: inom tak och golv, kr", share.number, formula, share.values)
    on.other.append(f"[steg{share.number}]")


def _state_formula(share: Bounded) -> str:
    """Whether a recipient is at the cap, at the floor, or shares by the rate.

    Somebody is at the cap if everybody's sums, at the rate that leads just there, come to no
    more than there is; and at the floor the other way about.
    """
    weight, cap, floor, number = share.weight_key, share.cap, share.floor, share.number
    amount = f"{{{share.amount_key}}}"
    everyone = f'([med{number}:]="{YES}")*' if share.how.exclude else ""

    def held(bound: str) -> str:
        rate = f"{bound}/[{weight}]*[{weight}:]"
        middle = f"({rate}>={floor})*{rate}+({rate}<{floor})*{floor}"
        if share.how.cap is not None:
            middle = f"({rate}>{cap})*{cap}+({rate}<={cap})*({middle})"
        return f"SUMPRODUCT({everyone}({middle}))"

    formula = f'IF({held(floor)}>={amount},"{_FLOORED}","{_SHARING}")'
    if share.how.cap is not None:
        formula = f'IF({held(cap)}<={amount},"{_CAPPED}",{formula})'
    formula = f'IF([{weight}]=0,IF({floor}>0,"{_FLOORED}","{_SHARING}"),{formula})'
    if share.how.exclude:
        formula = f'IF([med{number}]="{NO}","{_OUTSIDE}",{formula})'
    return formula


def _states(share: Bounded) -> list[str]:
    """What the formula of states comes to."""
    floor = Fraction(share.how.floor or 0)
    cap = None if share.how.cap is None else Fraction(share.how.cap)
    parted = list(zip(share.weights, share.taking, strict=True))

    def held(rate: Fraction) -> Fraction:
        sums = (max(rate * weight, floor) for weight, part in parted if part)
        return sum((each if cap is None else min(each, cap) for each in sums), Fraction(0))

    def state(weight: int, part: bool) -> str:
        if not part:
            return _OUTSIDE
        if weight == 0:
            return _FLOORED if floor else _SHARING
        if cap is not None and held(cap / weight) <= share.amount:
            return _CAPPED
        return _FLOORED if held(floor / weight) >= share.amount else _SHARING

    return [state(weight, part) for weight, part in parted]


def _rate_formula(share: Bounded) -> str:
    """Kronor per unit for those who are neither at the cap nor at the floor; 0 if nobody is."""
    state = share.state
    at_cap = f'COUNTIF([{state}:],"{_CAPPED}")*{share.cap}' if share.how.cap is not None else "0"
    at_floor = f'COUNTIF([{state}:],"{_FLOORED}")*{share.floor}'
    free = f'SUMIF([{state}:],"{_SHARING}",[{share.weight_key}:])'
    return f"=IF({free}=0,0,({{{share.amount_key}}}-{at_cap}-{at_floor})/{free})"


def _rate(share: Bounded, states: Sequence[str]) -> Fraction:
    """What the formula of the rate comes to."""
    free = [row for row, state in enumerate(states) if state == _SHARING and share.weights[row]]
    return share.values[free[0]] / share.weights[free[0]] if free else Fraction(0)
