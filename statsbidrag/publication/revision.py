"""A published revision as typed objects: its amounts, posts and population.

Belongs here: what is known of a revision once it is read back, whatever form it lies in. Does not:
reading it (`statsbidrag.publication.reading_back`), or what differs between two of them
(`statsbidrag.diff.comparing`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from schemas.agreement import RoundingMethod
from schemas.common import Maturity, RecipientType
from schemas.decisions import Issued
from schemas.keys import Step as KeyStep
from schemas.manifest import Manifest
from schemas.reconciliation import Verdict
from schemas.register import TypesInWords
from schemas.revision_record import RecordedDocument
from statsbidrag.allocation.figures import Figure

Key = tuple[str, RecipientType, str]
"""Post (or `total`), recipient type and code: what an amount is found by."""

WEIGHTS: Final = "weights"
"""What the name of a table of weights begins with among populations: `weights/vantetider`."""

ALL_AGES: Final = "alla"
"""How the name of a population says all ages."""


def basis_name(day: str, level: str, ages: str | None, weights: str = "") -> str:
    """The name of a population, `2024-11-01/kommun/0-18`, or of a table, `weights/vantetider`."""
    return f"{WEIGHTS}/{weights}" if weights else f"{day}/{level}/{ages or ALL_AGES}"


@dataclass(frozen=True)
class Step:
    """One step of a key for one recipient: its exact value, and the population that it used.

    `own` is the recipient's and `everyone` that of all who share; both None where none is used.
    `basis` is the population's name, see `basis_name`. `words` and `formula` are as the revision
    says them (Swedish): to be shown, never compared.
    """

    value: Fraction
    own: int | None
    everyone: int | None
    basis: str
    words: str = ""
    formula: str = ""

    @property
    def others(self) -> int | None:
        """The population of all who share but the recipient; None where none is used."""
        if self.own is None or self.everyone is None:
            return None
        return self.everyone - self.own


@dataclass(frozen=True)
class Amount:
    """One amount as a revision published it; a recipient's total has no steps of its own."""

    name: str
    computed_sek: int | None
    published_sek: int | None
    maturity: Maturity
    steps: tuple[Step, ...]

    @property
    def figure(self) -> Figure | None:
        """The figure that the revision's documents show; None where nothing is known."""
        sek = self.computed_sek if self.published_sek is None else self.published_sek
        return None if sek is None else Figure(sek, self.published_sek is not None, self.maturity)

    @property
    def sek(self) -> int | None:
        """That figure in whole kronor."""
        return None if self.figure is None else self.figure.sek

    @property
    def exact(self) -> Fraction | None:
        """The unrounded amount; None for a total, and where nothing was computed."""
        return sum((step.value for step in self.steps), Fraction(0)) if self.steps else None

    @property
    def shares(self) -> tuple[Step, ...]:
        """The steps that use a population."""
        return tuple(step for step in self.steps if step.own is not None)

    @property
    def own(self) -> int | None:
        """The recipient's population, of the first step that uses one."""
        return self.shares[0].own if self.shares else None


@dataclass(frozen=True)
class PublishedPost:
    """A post as a revision had it: its money, its rule, and how it rounds.

    `label` is what it is called, `rule` its key in words, `clause` says where that stands, and
    `part_of` what the post is a part of. `key` is the rule itself and `met_by` the group of those
    who meet its condition; `key` is None in a revision that has it in words alone.
    """

    id: str
    recipients: RecipientType
    label: str
    amount_sek: int
    rule: str
    method: RoundingMethod
    unit: int
    clause: str = ""
    part_of: str = ""
    key: tuple[KeyStep, ...] | None = None
    met_by: str | None = None


@dataclass(frozen=True)
class PublishedBasis:
    """A population (or table of weights) that a revision's keys used, by region code.

    `ages` is `ALL_AGES`, an interval (`0-18`), or what weights count.
    """

    name: str
    extract: str
    sha256: str
    maturity: Maturity
    persons: Mapping[str, int]
    reference_date: str
    ages: str


@dataclass(frozen=True)
class PublishedRevision:
    """A revision with all that a comparison and the site need.

    `verdicts` are those of the comparisons of amounts with published ones, `documents` what it
    holds for recipients (or everybody), and `issued` is what was issued of the agreement's
    documents before the revision was made.
    """

    name: str
    manifest: Manifest
    posts: Mapping[str, PublishedPost]
    amounts: Mapping[Key, Amount]
    totals: Mapping[Key, Amount]
    bases: Mapping[str, PublishedBasis]
    verdicts: Mapping[Key, Verdict]
    documents: tuple[RecordedDocument, ...]
    issued: tuple[Issued, ...]
    words: TypesInWords
