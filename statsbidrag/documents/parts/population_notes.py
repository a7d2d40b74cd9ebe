"""What must be said with population figures: the producer's own notes, random numbers, corrections.

Belongs here: which notes stand with an agreement's figures, each once. Does not: recognising the
random numbers (`statsbidrag.population.perturbation`), applying corrections
(`statsbidrag.population.corrections`), or layout (`templates/makron.html.jinja`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from schemas.common import Level
from schemas.corrections import Correction
from schemas.keys import AgeInterval
from schemas.sidecar import PopulationSidecar
from schemas.tables import BasisTable
from statsbidrag.population.perturbation import perturbation_of
from statsbidrag.register import recipients as reg
from statsbidrag.register.recipients import Register


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
            key = (sidecar.producer, sidecar.table_in_words, texts, perturbed)
            days.setdefault(key, set()).update(sidecar.reference_dates)
    return tuple(
        PopulationNote(producer, table, tuple(sorted(found)), texts, perturbed)
        for (producer, table, texts, perturbed), found in days.items()
    )


@dataclass(frozen=True)
class CorrectionNote:
    """A figure that is used although its file has another: which one, who reported it, and why.

    `ages` is empty for all ages, `sex` for both.
    """

    place: str
    code: str
    ages: str
    sex: str
    reference_date: date
    in_file: int
    used: int
    why: str
    reported_by: str
    reported: date
    reference: str


def correction_notes(
    corrections: Mapping[str, Sequence[Correction]], basis: BasisTable, register: Register
) -> tuple[CorrectionNote, ...]:
    """The corrections (by their file's sha256) that touch a figure of `basis`, each once.

    A share of a population rests on everybody's figures: a correction anywhere touches it. Leave
    out of `basis` the populations that a document does not use.
    """
    names = {
        **reg.names(register, Level.LAN),
        **reg.names(register, Level.KOMMUN),
    }
    columns = ["sha256", "reference_date", "ages"]
    uses = basis.loc[basis["sha256"].isin(list(corrections)), columns].drop_duplicates()
    found = (
        _correction_note(correction, date.fromisoformat(str(use.reference_date)), names)
        for use in uses.itertuples(index=False)
        for correction in _touching(corrections[str(use.sha256)], use.reference_date, use.ages)
    )
    return tuple(dict.fromkeys(found))


def _touching(corrections: Sequence[Correction], day: object, ages: object) -> Iterator[Correction]:
    for correction in corrections:
        where = correction.where
        if where.reference_date in (None, date.fromisoformat(str(day))) and (
            where.ages is None or _overlap(where.ages, str(ages))
        ):
            yield correction


def _overlap(own: AgeInterval, used: str) -> bool:
    """Whether two intervals have an age in common; `used` is as in the basis, `alla` or `0-18`."""
    if used == "alla":
        return True
    other = AgeInterval.model_validate(used)
    begins_in_time = other.last is None or own.first <= other.last
    return begins_in_time and (own.last is None or other.first <= own.last)


_SEXES = {"total": "", "1": "män", "2": "kvinnor"}


def _correction_note(correction: Correction, day: date, names: Mapping[str, str]) -> CorrectionNote:
    where = correction.where
    return CorrectionNote(
        place=names.get(where.region, ""),
        code=where.region,
        ages=str(where.ages) if where.ages else "",
        sex=_SEXES[where.sex],
        reference_date=day,
        in_file=correction.expect,
        used=correction.value,
        why=correction.why,
        reported_by=correction.reported_by,
        reported=correction.reported,
        reference=correction.reference,
    )
