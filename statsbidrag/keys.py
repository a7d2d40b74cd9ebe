"""Keys: how one post is split on its recipients, step by step, exactly.

Belongs here: each kind of step as a small pure function from what is left to each recipient's
share. Does not: rounding (`statsbidrag.rounding`), and no number of any agreement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from schemas.agreement import AgeInterval, FixedStep, Group, Post, RestStep, ShareBy

Shares = dict[str, Fraction]
"""Kronor per recipient code, unrounded."""


class UnfitKeyError(ValueError):
    """A key that cannot split its post: it takes more than there is, or leaves something."""


@dataclass(frozen=True)
class Split:
    """One post, split: what each step gives each recipient, in the key's order."""

    steps: tuple[Shares, ...]

    def exact(self, code: str) -> Fraction:
        """A recipient's unrounded share: the sum of its steps."""
        return sum((step[code] for step in self.steps), Fraction(0))


class PopulationOf:
    """Each recipient's population, by age interval; what keys see of the population."""

    def __init__(self, by_ages: Mapping[str, Mapping[str, int]]) -> None:
        """`by_ages` maps an interval as text (`None` for all ages) to persons per recipient."""
        self._by_ages = by_ages

    def __call__(self, ages: AgeInterval | None) -> Mapping[str, int]:
        """Persons per recipient code in that interval."""
        return self._by_ages[str(ages)]


def split(
    post: Post, codes: Sequence[str], population: PopulationOf, groups: Mapping[str, Group]
) -> Split:
    """A post's exact shares, step by step.

    Raises UnfitKeyError where the steps do not give out exactly the post's amount.
    """
    left = Fraction(post.amount)
    steps: list[Shares] = []
    for step in post.key:
        if isinstance(step, FixedStep):
            shares = fixed(codes, step.fixed, _exceptions(step, groups))
        else:
            shares = rest(codes, left, step, population)
        left -= sum(shares.values(), Fraction(0))
        if left < 0:
            raise UnfitKeyError(f"the key gives out {-left} kr more than the post holds")
        steps.append(shares)
    if left:
        raise UnfitKeyError(f"the key leaves {left} kr of the post to nobody")
    return Split(tuple(steps))


def fixed(codes: Sequence[str], amount: int, exceptions: Mapping[str, int]) -> Shares:
    """The same sum to each recipient, but another to those named in `exceptions`.

    Example: 1 000 000 each, 2 000 000 to 01, 12 and 14 of 21 counties makes 24 000 000.
    """
    return {code: Fraction(exceptions.get(code, amount)) for code in codes}


def rest(codes: Sequence[str], left: Fraction, step: RestStep, population: PopulationOf) -> Shares:
    """All that is left, in proportion to what the step names."""
    return in_proportion(left, _weights(codes, step.rest, population))


def in_proportion(amount: Fraction, weights: Mapping[str, int]) -> Shares:
    """An amount split by weights. Example: 100 by 1 and 3 makes 25 and 75.

    Raises UnfitKeyError where all weights are zero: there is no share of nothing.
    """
    total = sum(weights.values())
    if total == 0:
        raise UnfitKeyError("every recipient's weight is zero, so no share can be computed")
    return {code: amount * weight / total for code, weight in weights.items()}


def _weights(codes: Sequence[str], share: ShareBy, population: PopulationOf) -> Mapping[str, int]:
    if share.by == "equal":
        return dict.fromkeys(codes, 1)
    persons = population(share.ages)
    return {code: persons[code] for code in codes}


def _exceptions(step: FixedStep, groups: Mapping[str, Group]) -> dict[str, int]:
    return {code: amount for name, amount in step.except_.items() for code in groups[name].members}
