"""All that an agreement needs of the raw files, read once and handed on.

Belongs here: which files are read for an agreement, and the frozen objects that they become. Does
not: reading any one kind of file (the rooms below), or computing (`statsbidrag.dossier.gathering`).
After this, nothing that computes or shows takes the folder of raw files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from schemas.agreement import Agreement
from schemas.common import Level
from schemas.decisions import Issued
from schemas.outcome import Outcome
from schemas.plan import Plan
from schemas.tables import PublishedTable
from statsbidrag.agreement.published_figures import read_published
from statsbidrag.agreement.reading import load_agreement
from statsbidrag.errors import InputError
from statsbidrag.files.raw_folder import Raw
from statsbidrag.plans.county_plans import load_plan
from statsbidrag.plans.issued import load_decisions
from statsbidrag.plans.outcomes import load_outcome
from statsbidrag.population.basis import PopulationSources
from statsbidrag.population.reading import read_sources
from statsbidrag.register.outlines import Outlines, read_outlines
from statsbidrag.register.recipients import Register, read_register

Filled = TypeVar("Filled")


@dataclass(frozen=True)
class AmountInputs:
    """What an agreement's amounts are computed from and compared with, each file proven.

    `published_source` says whose publication the published figures are taken from.
    """

    agreement: Agreement
    register: Register
    population: PopulationSources
    published: PublishedTable
    published_source: str


@dataclass(frozen=True)
class Unreadable:
    """The errors of what people wrote once the agreement was signed, by what it is."""

    plans: tuple[InputError, ...] = ()
    outcomes: tuple[InputError, ...] = ()
    decisions: tuple[InputError, ...] = ()


@dataclass(frozen=True)
class DossierInputs:
    """Everything that an agreement's documents are made from, as the files were at one time.

    `earlier` are those of the agreement that it compares with, None where there is none or its
    files cannot be used. `unreadable` are the errors of plans, outcomes and decisions that cannot
    be read: these are not among `plans`, `outcomes` and `decisions`, and whatever shows none of
    them goes on.
    """

    amounts: AmountInputs
    earlier: AmountInputs | None
    plans: tuple[Plan, ...]
    outcomes: tuple[Outcome, ...]
    decisions: tuple[Issued, ...]
    outlines: dict[Level, Outlines]
    unreadable: Unreadable


def read_amount_inputs(raw: Raw, agreement_id: str) -> AmountInputs:
    """What the agreement's amounts need. Raises InputError for any file that cannot be used."""
    return _amount_inputs(raw, agreement_id, read_register(raw))


def read_inputs(raw: Raw, agreement_id: str) -> DossierInputs:
    """All that the agreement's documents need. Raises InputError for any file that cannot be used.

    What people wrote once the agreement was signed does not raise: it is held as `unreadable`.
    """
    register = read_register(raw)
    amounts = _amount_inputs(raw, agreement_id, register)
    agreement = amounts.agreement
    plans, bad_plans = _held(
        lambda: raw.plan_paths(agreement_id),
        lambda path: load_plan(path, agreement, register),
    )
    # Whether an outcome is right depends on the plans: of an unreadable one nothing can be said.
    outcomes, bad_outcomes = _held(
        lambda: [] if bad_plans else raw.outcome_paths(agreement_id),
        lambda path: load_outcome(path, agreement, register, plans),
    )
    decisions, bad_decisions = _held(
        lambda: [agreement], lambda of: load_decisions(raw, of, register)
    )
    return DossierInputs(
        amounts=amounts,
        earlier=_earlier(raw, agreement, register),
        plans=plans,
        outcomes=outcomes,
        decisions=tuple(issued for each in decisions for issued in each),
        outlines=read_outlines(raw, register),
        unreadable=Unreadable(bad_plans, bad_outcomes, bad_decisions),
    )


def _amount_inputs(raw: Raw, agreement_id: str, register: Register) -> AmountInputs:
    agreement = load_agreement(raw, agreement_id, register)
    population = read_sources(raw, register, agreement)
    file = raw.published(agreement_id)
    return AmountInputs(
        agreement=agreement,
        register=register,
        population=population,
        published=read_published(file, agreement, register),
        published_source=file.sidecar.source if file else "",
    )


def _earlier(raw: Raw, agreement: Agreement, register: Register) -> AmountInputs | None:
    """That the other agreement's files cannot be read is its own failure; the documents say so."""
    if agreement.compares_with is None:
        return None
    try:
        return _amount_inputs(raw, agreement.compares_with, register)
    except InputError:
        return None


Place = TypeVar("Place")


def _held(
    places: Callable[[], Sequence[Place]], load: Callable[[Place], Filled]
) -> tuple[tuple[Filled, ...], tuple[InputError, ...]]:
    """What can be read of these places, and the errors of the others."""
    read: list[Filled] = []
    errors: list[InputError] = []
    try:
        for place in places():
            try:
                read.append(load(place))
            except InputError as error:
                errors.append(error)
    except InputError as error:
        errors.append(error)
    return tuple(read), tuple(errors)
