"""SCB's population as an agreement needs it: asked for, judged, and stored whole or not at all.

Belongs here: what is said of an answer in its sidecar, and whether it is news. Does not: the cells
of a question (`statsbidrag.intake.cell_selection`), the network (`statsbidrag.intake.pxweb`),
putting files in their places (`statsbidrag.intake.storing`), or which extract counts
(`statsbidrag.population.reading`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd

from schemas.common import Maturity
from schemas.sidecar import Fetched as Asked
from schemas.sidecar import Perturbation, PopulationSidecar
from statsbidrag.agreement.reading import load_agreement
from statsbidrag.errors import InputError
from statsbidrag.files.raw_folder import Raw, Sealed
from statsbidrag.intake.cell_selection import CONTENTS, TIME, Wanted, wanted_of
from statsbidrag.intake.pxweb import Answer, PxWeb
from statsbidrag.intake.pxweb_answers import Table, flags_of, labels_of, require_unchanged
from statsbidrag.intake.storing import NewExtract, elsewhere, free_stem, store
from statsbidrag.intake.successors import require_years
from statsbidrag.population.demand import bases_of
from statsbidrag.population.extract import Extract
from statsbidrag.population.perturbation import allowance, perturbation_of
from statsbidrag.population.preliminary import is_preliminary
from statsbidrag.population.reading import read_extract
from statsbidrag.register import recipients as reg
from statsbidrag.register.recipients import Register, read_register
from statsbidrag.swedish.typography import NBSP, counted

PRODUCER: Final = "SCB"
LICENCE: Final = "CC0, ange Källa: SCB"


@dataclass(frozen=True)
class Fetched:
    """What a fetch came to: new data files, and those that already held what SCB has."""

    stored: tuple[Path, ...]
    unchanged: tuple[Path, ...]


@dataclass(frozen=True)
class _Received:
    """An answer that is whole and good: its bytes, what will be said of it, its figures."""

    content: bytes
    sidecar: PopulationSidecar
    figures: pd.DataFrame


@dataclass(frozen=True)
class _Kept:
    """An extract of the same day, level and ages that is there, and that no other replaces."""

    path: Path
    sidecar: PopulationSidecar
    figures: pd.DataFrame


@dataclass(frozen=True)
class Choice:
    """What a person chooses of SCB's tables: another one that has taken the place of the
    agreement's, and which of its contents is the population; blank where the agreement and the
    table say it themselves.
    """

    table: str = ""
    contents: str = ""


AS_THE_AGREEMENT_SAYS: Final = Choice()


def fetch_population(
    raw: Raw,
    agreement_id: str,
    scb: PxWeb,
    today: date,
    choice: Choice = AS_THE_AGREEMENT_SAYS,
) -> Fetched:
    """The population that an agreement's keys need, from SCB, in `raw/population/`.

    One file for each day, level and age interval, each with its sidecar; none for figures that are
    there already. All are fetched, read and compared with what is there before any is stored.
    Raises InputError where an answer cannot be used or contradicts what is there, ProgramError
    where there is no answer or no room; then nothing is stored.
    """
    register = read_register(raw)
    agreement = load_agreement(raw, agreement_id, register)
    # A file there that cannot be read is told before anything is asked.
    raw.population_sidecars()
    bases = bases_of(agreement)
    if not bases:
        return Fetched((), ())
    named = agreement.population.table
    table = scb.table(choice.table or named)
    if not choice.table:
        require_years(bases, table, register, scb, agreement_id)
    wanted = wanted_of(bases, table, register, choice.contents)
    answers = [scb.cells(table, each.selection) for each in wanted]
    require_unchanged([answer.updated for answer in answers], table.address)
    received = [
        _received(raw, _sidecar(each, answer, table, today, named), answer, register)
        for each, answer in zip(wanted, answers, strict=True)
    ]
    news, unchanged = _told_apart(raw, received, register)
    stored = store(raw, [agreement_id], [NewExtract(each.content, each.sidecar) for each in news])
    return Fetched(stored, tuple(unchanged))


def _told_apart(
    raw: Raw, received: Sequence[_Received], register: Register
) -> tuple[list[_Received], list[Path]]:
    """What is news, with its name, and the files that already say the rest."""
    news, unchanged = [], []
    for each in received:
        kept = _kept(raw, each.sidecar, register)
        same = next((own for own in kept if _same(own, each)), None)
        if same is None:
            news.append(_named(raw, each, kept))
        else:
            unchanged.append(same.path)
    return news, unchanged


# What came, and what is said of it -------------------------------------------------------------


def _received(
    raw: Raw, sidecar: PopulationSidecar, answer: Answer, register: Register
) -> _Received:
    """An answer, read as every extract is. Raises InputError naming the address it came from."""
    path = raw.root / "population" / sidecar.file
    file = Sealed(path, f"population/{sidecar.file}", sidecar, answer.content)
    try:
        [extract] = read_extract(file, register, reg.read_changes(raw))
    except InputError as error:
        raise InputError(
            replace(
                elsewhere(problem, str(path), answer.address),
                action=f"nothing is stored: {problem.action or 'fetch again later'}",
            )
            for problem in error.problems
        ) from None
    return _Received(answer.content, sidecar, _figures(extract))


def _sidecar(
    wanted: Wanted, answer: Answer, table: Table, today: date, named: str
) -> PopulationSidecar:
    """What is said of an answer; `named` is the table that the agreement names."""
    basis, day = wanted.basis, wanted.basis.reference_date
    name = "_".join(
        ["folkmangd", str(day), str(basis.level), *([str(basis.ages)] if basis.ages else [])]
    )
    sidecar = PopulationSidecar(
        format=1,
        file=f"{name}.json",
        retrieved=today,
        sha256=hashlib.sha256(answer.content).hexdigest(),
        bytes=len(answer.content),
        producer=PRODUCER,
        table=table.id,
        succeeds=named if named != table.id else "",
        contents=wanted.contents,
        licence=LICENCE,
        reference_dates=(day,),
        level=basis.level,
        ages=basis.ages,
        maturity=_maturity(day, table, answer, wanted.contents),
        method=_method(wanted, answer, table),
        fetched=Asked(address=answer.address, query=wanted.selection, updated=answer.updated),
        notes=tuple(note for note in answer.notes.all if note not in answer.notes.mandatory),
        mandatory_notes=answer.notes.mandatory,
    )
    return sidecar.model_copy(update={"perturbation": _perturbation(sidecar, wanted)})


def _method(wanted: Wanted, answer: Answer, table: Table) -> str:
    queries = counted(answer.queries, "en fråga", "frågor")
    text = f"Hämtad ur tabell {table.id} i SCB:s Statistikdatabas med {queries}: {wanted.words}."
    return text.replace(NBSP, " ")


def _maturity(day: date, table: Table, answer: Answer, contents: str) -> Maturity:
    """Definitive unless the table says preliminary of that year, or of no year in particular."""
    document = json.loads(answer.content)
    labels = [table.variables[CONTENTS].labels.get(contents, "")]
    labels.append(table.variables[TIME].labels.get(str(day.year), ""))
    labels += [own for name in (CONTENTS, TIME) for own in labels_of(document, name)]
    texts = (table.label, str(document.get("label") or ""), *labels)
    notes = (*table.notes.all, *answer.notes.all)
    if is_preliminary(day.year, (*texts, *notes), flags_of(document)):
        return Maturity.PRELIMINARY
    return Maturity.DEFINITIVE


def _perturbation(sidecar: PopulationSidecar, wanted: Wanted) -> Perturbation | None:
    """The random numbers that the notes tell of.

    A cell that the server has added up from several published figures has the numbers of all.
    """
    found = perturbation_of(sidecar)
    if found is None:
        return None
    # Independent numbers: so many figures together are off by the root of that many times as much.
    return found.model_copy(update={"per_cell": min(100, allowance(found, wanted.summed))})


def _figures(extract: Extract) -> pd.DataFrame:
    """The cells alone, comparable with another file's whatever else the two say."""
    keys = ["region_code", "age_from", "age_to", "sex"]
    frame = extract.frame[[*keys, "population"]].astype({"region_code": "str", "sex": "str"})
    return frame.sort_values(keys).reset_index(drop=True)


# What is there already -------------------------------------------------------------------------


def _kept(raw: Raw, own: PopulationSidecar, register: Register) -> list[_Kept]:
    """The extracts of the same table, day, level and ages that no other replaces, as delivered."""
    sidecars = raw.population_sidecars()
    retired = {sidecar.replaces for _, sidecar in sidecars if sidecar.replaces}
    changes = reg.read_changes(raw)
    found = []
    for path, sidecar in sidecars:
        if sidecar.sha256 in retired or _identity(sidecar) != _identity(own):
            continue
        file = raw.population(path)
        [extract] = read_extract(file, register, changes)
        found.append(_Kept(file.path, sidecar, _figures(extract)))
    return found


def _identity(sidecar: PopulationSidecar) -> tuple[object, ...]:
    return (
        *(sidecar.producer, sidecar.table, sidecar.contents),
        *(sidecar.reference_dates, sidecar.level, sidecar.ages),
    )


def _same(kept: _Kept, received: _Received) -> bool:
    """Whether a file that is there says all that the answer says."""
    one, other = kept.sidecar, received.sidecar
    return (
        one.maturity == other.maturity
        and set(one.notes) == set(other.notes)
        and set(one.mandatory_notes) == set(other.mandatory_notes)
        and kept.figures.equals(received.figures)
    )


def _named(raw: Raw, received: _Received, kept: Sequence[_Kept]) -> _Received:
    """With a name that is free, and with the hash of the earlier fetch that it replaces.

    What a person has put there is never replaced without being asked.
    """
    sidecar = received.sidecar
    earlier = [
        own.sidecar
        for own in kept
        if own.sidecar.fetched is not None
        and own.sidecar.sha256 != sidecar.sha256
        and own.sidecar.maturity.rank >= sidecar.maturity.rank
    ]
    # Of the same maturity rather than weaker: the weaker one does not count anyway.
    latest = max(earlier, key=lambda own: (-own.maturity.rank, own.retrieved), default=None)
    update: dict[str, Any] = {"file": f"{free_stem(raw, sidecar)}.json"}
    if latest is not None:
        update["replaces"] = latest.sha256
    return replace(received, sidecar=sidecar.model_copy(update=update))
