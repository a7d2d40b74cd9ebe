"""What must be said with population figures: the producer's own notes, and small random numbers.

Belongs here: which notes stand with an agreement's figures, each once. Does not: recognising the
random numbers (`statsbidrag.perturbation`), or layout (`templates/makron.html.jinja`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from schemas.sidecar import PopulationSidecar
from statsbidrag.perturbation import perturbation_of


@dataclass(frozen=True)
class PopulationNote:
    """What a producer wants read with its figures of these days, in its own words (`texts`).

    `perturbed`: it has added a small random number to each figure.
    """

    producer: str
    table: str
    reference_dates: tuple[date, ...]
    texts: tuple[str, ...]
    perturbed: bool


def population_notes(sidecars: Iterable[PopulationSidecar]) -> tuple[PopulationNote, ...]:
    """The notes of these files, each once though several files have it; none where none is due."""
    days: dict[tuple[str, str, tuple[str, ...], bool], set[date]] = {}
    for sidecar in sidecars:
        texts = tuple(dict.fromkeys(sidecar.mandatory_notes))
        perturbed = perturbation_of(sidecar) is not None
        if texts or perturbed:
            key = (sidecar.producer, sidecar.table, texts, perturbed)
            days.setdefault(key, set()).update(sidecar.reference_dates)
    return tuple(
        PopulationNote(producer, table, tuple(sorted(found)), texts, perturbed)
        for (producer, table, texts, perturbed), found in days.items()
    )
