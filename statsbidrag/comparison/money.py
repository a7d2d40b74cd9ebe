"""A sum before and after: what is known of it, and how much it is.

Belongs here: sums as values. Does not: adding them up (`statsbidrag.comparison.agreements`).

A sum that needs an amount that nobody knows is None and its `state` says why; nothing is ever put
in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.common import Maturity


class State(StrEnum):
    """What is known of a sum."""

    KNOWN = "known"
    NOTHING = "nothing"
    """No post: whoever had something elsewhere had 0 kr here."""
    UNRESOLVED = "unresolved"
    """Some post's key is not known, so nothing is computed; it may have been published."""
    UNKNOWN = "unknown"
    """The agreement is only partly known, and what is known does not say."""


@dataclass(frozen=True)
class Money:
    """A sum in kronor: `sek` is None unless it is known; `published_sek` is what was printed.

    `maturity` is that of the weakest part; a post's own amount rests on no population.
    """

    state: State
    sek: int | None
    published_sek: int | None = None
    maturity: Maturity = Maturity.DEFINITIVE


NOTHING = Money(State.NOTHING, 0)

UNKNOWN = Money(State.UNKNOWN, None)


@dataclass(frozen=True)
class Line:
    """A sum before and after."""

    before: Money
    after: Money

    @property
    def difference(self) -> int | None:
        """After minus before; None where either is not known."""
        if self.before.sek is None or self.after.sek is None:
            return None
        return self.after.sek - self.before.sek
