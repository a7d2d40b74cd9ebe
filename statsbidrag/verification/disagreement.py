"""One thing of a published revision that is not as it should be.

Belongs here: how that is said, wherever it was found. Does not: finding it
(`statsbidrag.verification.revision`, `statsbidrag.verification.record`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Disagreement:
    """One thing that is not as it should be: where, what is there, what should be."""

    place: str
    stands: str
    should: str
