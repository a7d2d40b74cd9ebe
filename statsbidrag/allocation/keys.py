"""Keys: how one post is split on its recipients, step by step, exactly.

Belongs here: each kind of step as a small pure function from what is left to each recipient's
share. Does not: the form of a key (`schemas.keys`), rounding (`statsbidrag.allocation.rounding`),
and no number of any agreement.

Every function's example is worked by hand; `docs/nycklar.md` and the tests use the same ones.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from schemas.agreement import Group, Post
from schemas.keys import (
    FixedStep,
    LadderStep,
    PartStep,
    PriceStep,
    Rung,
    SetAsideStep,
    ShareBy,
    Step,
    UndistributedStep,
)

Shares = dict[str, Fraction]
"""Kronor per recipient code, unrounded."""


class UnfitKeyError(ValueError):
    """A key that cannot split its post: it takes more than there is, or leaves something."""


class Measures(Protocol):
    """What keys see of the population and of weight tables: a whole number per recipient."""

    def __call__(self, share: ShareBy) -> Mapping[str, int]:
        """The figure of each recipient that a share is in proportion to."""


@dataclass(frozen=True)
class Split:
    """One post, split: what each step gives each recipient, in the key's order.

    `outside` is what goes to no recipient: set aside for a common pot, or undistributed. `left` is
    what there was to share out before each step.
    """

    steps: tuple[Shares, ...]
    left: tuple[Fraction, ...]
    outside: Fraction

    def exact(self, code: str) -> Fraction:
        """A recipient's unrounded share: the sum of its steps."""
        return sum((step[code] for step in self.steps), Fraction(0))


def split(
    post: Post, codes: Sequence[str], measures: Measures, groups: Mapping[str, Group]
) -> Split:
    """A post's exact shares, step by step.

    Raises UnfitKeyError where the steps do not give out exactly the post's amount.
    """
    left = Fraction(post.amount)
    outside = Fraction(0)
    steps: list[Shares] = []
    before: list[Fraction] = []
    for step in post.key:
        shares, taken = _step(step, post, codes, left, measures, groups)
        before.append(left)
        left -= sum(shares.values(), taken)
        outside += taken
        if left < 0:
            raise UnfitKeyError(f"the key gives out {-left} kr more than the post holds")
        steps.append(shares)
    if left:
        raise UnfitKeyError(f"the key leaves {left} kr of the post to nobody")
    return Split(tuple(steps), tuple(before), outside)


def _step(
    step: Step,
    post: Post,
    codes: Sequence[str],
    left: Fraction,
    measures: Measures,
    groups: Mapping[str, Group],
) -> tuple[Shares, Fraction]:
    """What one step gives to recipients, and what it puts aside."""
    nothing = dict.fromkeys(codes, Fraction(0))
    if isinstance(step, SetAsideStep):
        return nothing, step.set_aside.of(post.amount)
    if isinstance(step, UndistributedStep):
        return nothing, left
    if isinstance(step, FixedStep):
        taking = _not_in(codes, step.exclude, groups)
        return nothing | fixed(taking, step.fixed, _exceptions(step, groups)), Fraction(0)
    if isinstance(step, PriceStep):
        units = measures(ShareBy(by="weights", weights=step.price.weights))
        return nothing | price(codes, step.price.per_unit, units), Fraction(0)
    if isinstance(step, LadderStep):
        figures = measures(step.ladder.as_share())
        return nothing | ladder(codes, step.ladder.rungs, figures), Fraction(0)
    how = step.part if isinstance(step, PartStep) else step.rest
    amount = step.part.of(post.amount) if isinstance(step, PartStep) else left
    taking = _not_in(codes, how.exclude, groups)
    return nothing | proportional(taking, amount, how, measures), Fraction(0)


def fixed(codes: Sequence[str], amount: int, exceptions: Mapping[str, int]) -> Shares:
    """The same sum to each recipient, but another to those named in `exceptions`.

    Example: 1 000 000 each, 2 000 000 to 01, 12 and 14 of 21 counties makes 24 000 000.
    """
    return {code: Fraction(exceptions.get(code, amount)) for code in codes}


def price(codes: Sequence[str], per_unit: int, units: Mapping[str, int]) -> Shares:
    """A price for each unit. Example: 1 200 kr for 3 and for 0 units makes 3 600 and 0."""
    return {code: Fraction(per_unit * units[code]) for code in codes}


def ladder(codes: Sequence[str], rungs: Sequence[Rung], figures: Mapping[str, int]) -> Shares:
    """The sum of the first rung whose upper end a recipient's figure does not pass.

    Example: up to 20 000 persons 1 Mkr, else 2 Mkr: 20 000 makes 1 Mkr, 20 001 makes 2 Mkr.
    """
    return {
        code: Fraction(next(r.amount for r in rungs if r.up_to is None or figures[code] <= r.up_to))
        for code in codes
    }


def proportional(
    codes: Sequence[str], amount: Fraction, how: ShareBy, measures: Measures
) -> Shares:
    """An amount in proportion to what the share names, within its cap and floor."""
    if not codes:
        raise UnfitKeyError("every recipient is excluded, so nobody is left to share")
    if how.by == "equal":
        weights: Mapping[str, int] = dict.fromkeys(codes, 1)
    else:
        figures = measures(how)
        weights = {code: figures[code] for code in codes}
    if how.cap is None and how.floor is None:
        return in_proportion(amount, weights)
    return within(amount, weights, how.floor or 0, how.cap)


def in_proportion(amount: Fraction, weights: Mapping[str, int]) -> Shares:
    """An amount split by weights. Example: 100 by 1 and 3 makes 25 and 75.

    Raises UnfitKeyError where all weights are zero: there is no share of nothing.
    """
    total = sum(weights.values())
    if total == 0:
        raise UnfitKeyError("every recipient's weight is zero, so no share can be computed")
    return {code: amount * weight / total for code, weight in weights.items()}


def within(amount: Fraction, weights: Mapping[str, int], floor: int, cap: int | None) -> Shares:
    """An amount split by weights, nobody below `floor` or above `cap`.

    What is over the cap goes to the others in proportion, what the floor needs is taken from them:
    each gets its weight times one and the same rate, but at least the floor and at most the cap.
    Example: 100 by 1, 1 and 8 with cap 60 makes 20, 20 and 60; with floor 15 it makes 15, 15, 70.

    Raises UnfitKeyError where floors alone exceed the amount, or caps cannot hold it.
    """
    count = len(weights)
    if not any(weights.values()) and floor * count != amount:
        raise UnfitKeyError("every recipient's weight is zero, so no share can be computed")
    if floor * count > amount:
        raise UnfitKeyError(f"the floor {floor} kr for {count} recipients exceeds {amount} kr")
    # Without a cap there is still a rate at which everybody would hold the whole amount.
    highest = Fraction(amount) if cap is None else Fraction(cap)
    rates = sorted(
        {Fraction(0)} | {b / w for w in weights.values() if w for b in (Fraction(floor), highest)}
    )

    def held(rate: Fraction) -> Shares:
        return {c: min(max(rate * w, Fraction(floor)), highest) for c, w in weights.items()}

    low = Fraction(0)
    for high in rates:
        if sum(held(high).values()) >= amount:
            break
        low = high
    else:
        raise UnfitKeyError(f"the cap {cap} kr leaves part of {amount} kr to nobody")
    at_low, at_high = sum(held(low).values(), Fraction(0)), sum(held(high).values(), Fraction(0))
    # Between two neighbouring rates the sum is a straight line, so the rate is exact.
    if at_high == at_low:
        return held(high)
    return held(low + (high - low) * (amount - at_low) / (at_high - at_low))


def met(codes: Collection[str], group: Group) -> set[str]:
    """Those who meet a condition. Others' shares are computed as well, but not paid."""
    return set(codes) & set(group.members)


def _not_in(codes: Sequence[str], names: Sequence[str], groups: Mapping[str, Group]) -> list[str]:
    excluded = {code for name in names for code in groups[name].members}
    return [code for code in codes if code not in excluded]


def _exceptions(step: FixedStep, groups: Mapping[str, Group]) -> dict[str, int]:
    return {code: amount for name, amount in step.except_.items() for code in groups[name].members}
