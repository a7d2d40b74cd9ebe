"""The language of keys: what an agreement can say about how a post is split.

Belongs here: the form of each step, as data. Does not: what a step computes
(`statsbidrag.allocation.keys`), and no number of any agreement. Each step is explained with an
example in `docs/nycklar.md`.

A key is a list of steps. Each takes something of the post and gives it to recipients, in order:

| step | gives |
|---|---|
| `set_aside` | a sum or share to a common pot, before anything else |
| `fixed` | a fixed sum to each recipient, another to those of a named group |
| `price` | a price for each unit that a table states |
| `ladder` | a sum by the rung that a recipient's population reaches |
| `part` | a sum or share of the post, in proportion to something |
| `rest` | all that is left, in proportion to something |
| `undistributed` | nothing: says why the rest stays with the state |
"""

from __future__ import annotations

import datetime as dt
import re
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_serializer, model_validator

from schemas.common import Amount, Level, Name, Slug, Strict, Title


class AgeInterval(Strict):
    """Whole years of age, both ends included; `last` is None where the interval is open (65+)."""

    first: int = Field(ge=0, le=150)
    last: int | None = Field(default=None, ge=0, le=150)

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            match = re.fullmatch(r"([0-9]{1,3})(?:-([0-9]{1,3})|(\+))", value.strip())
            if not match:
                raise ValueError("an age interval is written 0-18 or 65+")
            return {"first": int(match[1]), "last": int(match[2]) if match[2] else None}
        return value

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last is not None and self.last < self.first:
            raise ValueError(f"the interval ends ({self.last}) before it begins ({self.first})")
        return self

    @model_serializer
    def _as_text(self) -> str:
        return str(self)

    def __str__(self) -> str:
        """As it is written in a file: `0-18`, `65+`."""
        return f"{self.first}+" if self.last is None else f"{self.first}-{self.last}"


def share(value: Any) -> Any:
    """A share as written, `2,5 %` or `1/3`, as an exact fraction between 0 and 1.

    A float is refused: what YAML read as 0.1 is already another number.
    """
    if isinstance(value, Fraction):
        return value
    text = value.replace("\u00a0", " ").strip() if isinstance(value, str) else ""
    if match := re.fullmatch(r"([0-9]{1,3})(?:,([0-9]{1,6}))? ?%", text):
        whole, decimals = match[1], match[2] or ""
        found = Fraction(int(whole + decimals), 100 * 10 ** len(decimals))
    elif match := re.fullmatch(r"([0-9]{1,9})(?: ?/ ?([0-9]{1,9}))?", text):
        if int(match[2] or 1) == 0:
            raise ValueError("a share cannot be divided by zero")
        found = Fraction(int(match[1]), int(match[2] or 1))
    else:
        raise ValueError("a share is written as text: 2,5 % or 1/3")
    if not 0 < found <= 1:
        raise ValueError("a share is more than nothing and at most the whole (100 %)")
    return found


class ShareBy(Strict):
    """What shares are in proportion to, and for whom.

    `population` (all ages or an interval; on the agreement's day and published level, or its own),
    a table of `weights`, or nothing (`equal`). `exclude` names groups that get nothing, the others
    share all. `cap` and `floor` bound what a recipient gets by this step; what is over the cap goes
    to the others in proportion, and what the floor needs is taken from them.
    """

    by: Literal["population", "weights", "equal"]
    ages: AgeInterval | None = None
    reference_date: dt.date | None = None
    level: Level | None = None
    weights: Slug | None = None
    exclude: tuple[Name, ...] = ()
    cap: Amount | None = None
    floor: Amount | None = None

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        of_population = {
            "ages": self.ages,
            "reference_date": self.reference_date,
            "level": self.level,
        }
        for name, value in of_population.items():
            if value is not None and self.by != "population":
                raise ValueError(f"`{name}` goes with `by: population` only")
        if (self.weights is not None) != (self.by == "weights"):
            raise ValueError("`by: weights` and `weights: <table>` go together")
        if self.cap is not None and self.floor is not None and self.cap < self.floor:
            raise ValueError(f"the cap ({self.cap}) is below the floor ({self.floor})")
        return self


Share = Annotated[Fraction, BeforeValidator(share)]


class _SumOrShare(Strict):
    amount: Amount | None = None
    share: Share | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.amount is None) == (self.share is None):
            raise ValueError("give either `amount` or `share`")
        return self

    def of(self, post_amount: int) -> Fraction:
        """The sum itself: shares are of the post's whole amount."""
        if self.share is not None:
            return self.share * post_amount
        return Fraction(self.amount or 0)


class SetAside(_SumOrShare):
    """A common pot that is taken first; `title` says what it is for."""

    title: Title


class Part(_SumOrShare, ShareBy):
    """A sum or share of the post, split in proportion to something."""


class Price(Strict):
    """A price per unit, and the table that says how many units each recipient has."""

    per_unit: Amount
    weights: Slug


class Rung(Strict):
    """A sum for those whose figure is at most `up_to`; the last rung has no upper end."""

    up_to: Amount | None = None
    amount: Amount


class Ladder(Strict):
    """A sum by the rung that a recipient's population, or weight, reaches."""

    by: Literal["population", "weights"]
    ages: AgeInterval | None = None
    reference_date: dt.date | None = None
    level: Level | None = None
    weights: Slug | None = None
    rungs: tuple[Rung, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _rungs_rise(self) -> Self:
        ends = [rung.up_to for rung in self.rungs]
        if ends[-1] is not None or any(end is None for end in ends[:-1]):
            raise ValueError("every rung but the last has `up_to`, and the last has none")
        closed = [end for end in ends[:-1] if end is not None]
        if any(b <= a for a, b in pairwise(closed)):
            raise ValueError("the rungs rise: each `up_to` is higher than the one before")
        self.as_share()
        return self

    def as_share(self) -> ShareBy:
        """What the ladder measures, in the form that shares use."""
        return ShareBy(
            by=self.by,
            ages=self.ages,
            reference_date=self.reference_date,
            level=self.level,
            weights=self.weights,
        )


class SetAsideStep(Strict):
    """A share for a common pot, before anything else."""

    set_aside: SetAside


class FixedStep(Strict):
    """A fixed sum to each recipient; `except` gives another sum to the members of a group."""

    fixed: Amount
    except_: dict[Name, Amount] = Field(default_factory=dict, alias="except")
    exclude: tuple[Name, ...] = ()


class PriceStep(Strict):
    """A price for each unit."""

    price: Price


class LadderStep(Strict):
    """A sum by rung."""

    ladder: Ladder


class PartStep(Strict):
    """A part of the post, split in proportion to something."""

    part: Part


class RestStep(Strict):
    """All that the steps before left, split by what `rest` names."""

    rest: ShareBy


class UndistributedStep(Strict):
    """What the steps before left stays with the state, and why."""

    undistributed: Title


STEPS: dict[str, type[Strict]] = {
    "set_aside": SetAsideStep,
    "fixed": FixedStep,
    "price": PriceStep,
    "ladder": LadderStep,
    "part": PartStep,
    "rest": RestStep,
    "undistributed": UndistributedStep,
}


def _which_step(value: Any) -> str | None:
    if isinstance(value, dict):
        return next((name for name in STEPS if name in value), None)
    return next((name for name, kind in STEPS.items() if isinstance(value, kind)), None)


Step = Annotated[
    Annotated[SetAsideStep, Tag("set_aside")]
    | Annotated[FixedStep, Tag("fixed")]
    | Annotated[PriceStep, Tag("price")]
    | Annotated[LadderStep, Tag("ladder")]
    | Annotated[PartStep, Tag("part")]
    | Annotated[RestStep, Tag("rest")]
    | Annotated[UndistributedStep, Tag("undistributed")],
    Discriminator(
        _which_step,
        custom_error_type="unknown_step",
        custom_error_message=f"a step of a key begins with one of: {', '.join(STEPS)}",
    ),
]


def shares_of(step: Step) -> list[ShareBy]:
    """What a step asks of population or weights: nothing, or one thing."""
    if isinstance(step, RestStep):
        return [step.rest]
    if isinstance(step, PartStep):
        return [step.part]
    if isinstance(step, LadderStep):
        return [step.ladder.as_share()]
    if isinstance(step, PriceStep):
        return [ShareBy(by="weights", weights=step.price.weights)]
    return []
