"""Outcomes: the invented one of the real agreement, and one of the small country to change.

Belongs here: making them. Does not: any expectation.
"""

from __future__ import annotations

from typing import Any

from schemas.outcome import Outcome
from statsbidrag.files.project import PROJECT
from tests.cases.small_country import AGREEMENT

EXAMPLE = PROJECT / "tests" / "cases" / "outcomes" / "lan-23.yaml"
SMALL: dict[str, Any] = {
    "format": 1,
    "agreement": AGREEMENT,
    "recipient_type": "lan",
    "recipient_code": "01",
    "source": "bokföringen",
    "received": 291,
    "used": [
        {"post": "lan/b/x", "measure": "Ett", "used": 20},
        {"post": "lan/b/y", "measure": "Två", "used": 90},
        {"post": "lan/b/y", "measure": "Tre", "used": 85},
        {"post": "lan/e", "measure": "Fyra", "used": 86},
    ],
}


def outcome(**changes: Any) -> Outcome:
    """The outcome of the small country's first county; `changes` are its other fields."""
    return Outcome.model_validate({**SMALL, **changes})
