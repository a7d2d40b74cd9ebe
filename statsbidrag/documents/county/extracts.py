"""The population files that a county's amounts rest on, each once, in the order of their use.

Belongs here: which days and ages of a file are used. Does not: what a file is
(`statsbidrag.documents.parts.populations`), or layout (`templates/beslutsunderlag.html.jinja`).

The dataclass holds values only, no properties: a document's fingerprint covers values.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from statsbidrag.documents.parts.computations import Computation, cells_of
from statsbidrag.documents.parts.populations import PopulationFile, population_file
from statsbidrag.dossier.dossier import Dossier


@dataclass(frozen=True)
class Extract:
    """What some amount rests on of a file. `ages` of a table of weights is what it counts."""

    ages: tuple[str, ...]
    reference_date: date
    source: PopulationFile


def extracts_of(dossier: Dossier, computations: Iterable[Computation]) -> tuple[Extract, ...]:
    """What these amounts rest on, by file and day."""
    ages: dict[tuple[str, str], dict[str, None]] = {}
    for cell in cells_of(computations):
        ages.setdefault((cell.sha256, cell.reference_date), {})[cell.ages] = None
    return tuple(
        Extract(tuple(intervals), date.fromisoformat(day), population_file(dossier, sha256))
        for (sha256, day), intervals in ages.items()
    )
