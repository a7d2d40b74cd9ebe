"""What an agreement's keys ask of the population: which day, level and ages, or which weights.

Belongs here: the demand, from the agreement alone. Does not: whether any file can meet it
(`statsbidrag.population.basis`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from schemas.agreement import Agreement
from schemas.common import Level, RecipientType
from schemas.keys import AgeInterval, ShareBy, shares_of

ALL_AGES: Final = "alla"


@dataclass(frozen=True)
class BasisKey:
    """What a key asks for: day, published level, ages (None: all ages); or a table of weights."""

    reference_date: date
    level: Level
    ages: AgeInterval | None
    weights: str | None = None

    def __str__(self) -> str:
        """The name of the basis: `2024-11-01/kommun/0-18`, `weights/vantetider`."""
        if self.weights is not None:
            return f"weights/{self.weights}"
        return f"{self.reference_date}/{self.level}/{self.ages or ALL_AGES}"


def basis_of(agreement: Agreement, recipients: RecipientType, share: ShareBy) -> BasisKey | None:
    """The basis that a share of posts to this type rests on; None where it asks for none."""
    use = agreement.population
    if share.by == "equal":
        return None
    level = share.level or use.levels.get(recipients) or Level.LAN
    return BasisKey(share.reference_date or use.reference_date, level, share.ages, share.weights)


def bases_of(agreement: Agreement) -> list[BasisKey]:
    """What the agreement's keys ask of the population, each once, in the order of its posts."""
    found = {
        str(key): key
        for post in agreement.posts
        for step in post.key
        for share in shares_of(step)
        if (key := basis_of(agreement, post.recipients, share)) is not None
    }
    return [key for key in found.values() if key.weights is None]


def reference_dates(agreement: Agreement) -> set[date]:
    """The days whose population the agreement needs: its own, and those that keys name."""
    return {agreement.population.reference_date} | {
        key.reference_date for key in bases_of(agreement)
    }


def weight_tables(agreement: Agreement) -> set[str]:
    """The tables of weights that the agreement's keys use."""
    return {table for table, _ in weights_asked_for(agreement)}


def weights_asked_for(agreement: Agreement) -> list[tuple[str, RecipientType]]:
    """Each table with each recipient type that uses it; it can be right for one of them only."""
    found = [
        (share.weights, post.recipients)
        for post in agreement.posts
        for step in post.key
        for share in shares_of(step)
        if share.weights is not None
    ]
    return list(dict.fromkeys(found))
