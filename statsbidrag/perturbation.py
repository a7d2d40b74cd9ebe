"""Small random numbers in published population: whether a table has them, and what they excuse.

Belongs here: recognising the cell key method, and how far sums may be off because of it. Does not:
comparing anything (`statsbidrag.formats`, `statsbidrag.reconciliation`).

From reference year 2025 SCB adds a small random number to every published value of the population
statistics that is not zero, totals too (the cell key method, CKM), and the tables say so in their
notes. Each value is then off by a little on its own account, so a sum of n values is off by up to n
times as much, and compared with a published total by once more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from schemas.sidecar import Perturbation, PopulationSidecar

ASSUMED_PER_CELL: Final = 5
"""Persons that one value may be off. SCB says `small` and no number: this is our assumption."""

_METHOD: Final = re.compile(
    r"cell[ -]?key|\bCKM\b|slumpmässig osäkerhet|random uncertainty|slumpmässigt tal",
    re.IGNORECASE,
)

_SINCE: Final = re.compile(r"(?:referensår(?:et)?|reference year) ([0-9]{4})", re.IGNORECASE)


def perturbation_of(
    sidecar: PopulationSidecar, notes: Iterable[str] = (), day: date | None = None
) -> Perturbation | None:
    """What the sidecar says, or else the notes of the table; None where values are as counted.

    `notes` are those of the file; the sidecar's own are always looked at. A note that says from
    which reference year values are perturbed says nothing of figures of an earlier `day` (by
    default the last of the file).
    """
    if sidecar.perturbation is not None:
        return sidecar.perturbation
    every = (*sidecar.mandatory_notes, *sidecar.notes, *notes)
    years = [int(year) for note in every for year in _SINCE.findall(note)]
    if years and (day or max(sidecar.reference_dates)).year < min(years):
        return None
    for note in every:
        if _METHOD.search(note):
            return Perturbation(method="cell_key", per_cell=ASSUMED_PER_CELL, source=note)
    return None


def tolerance(perturbation: Perturbation | None, cells: int) -> int:
    """How many persons a comparison in which so many published values take part may be off."""
    return 0 if perturbation is None else perturbation.per_cell * cells
