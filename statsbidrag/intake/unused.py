"""Population files that no agreement uses, and what would make one use them.

Belongs here: the day and the table of a file against those that agreements name. Does not: which of
several files counts for a key (`statsbidrag.population.basis`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from schemas.agreement import Agreement
from schemas.sidecar import PopulationSidecar
from statsbidrag.agreement.reading import load_agreement
from statsbidrag.errors import InputError
from statsbidrag.files.raw_folder import Raw
from statsbidrag.population.demand import reference_dates
from statsbidrag.register.recipients import read_register


def unused(raw: Raw, agreement_ids: Collection[str] | None = None) -> list[tuple[Path, str]]:
    """The sidecars of files that no agreement uses, each with the reason and what would help.

    With `agreement_ids` only files of a day that one of these agreements needs. While an agreement
    cannot be read nobody knows what it uses: none.
    """
    register = read_register(raw)
    try:
        agreements = [load_agreement(raw, each, register) for each in raw.agreement_ids()]
    except InputError:
        return []
    wanted = [each for each in agreements if agreement_ids is None or each.id in agreement_ids]
    found = []
    for path, sidecar in raw.population_sidecars():
        if any(_serves(sidecar, each) for each in agreements):
            continue
        asking = [each for each in wanted if reference_dates(each) & set(sidecar.reference_dates)]
        if asking or agreement_ids is None:
            found.append((path, _why(sidecar, asking)))
    return found


def _serves(sidecar: PopulationSidecar, agreement: Agreement) -> bool:
    table = agreement.population.table
    days = reference_dates(agreement) & set(sidecar.reference_dates)
    return bool(days) and sidecar.serves(table)


def _why(sidecar: PopulationSidecar, asking: Sequence[Agreement]) -> str:
    if not asking:
        return f"no agreement asks for {', '.join(map(str, sidecar.reference_dates))}"
    named = "; ".join(f"{each.id} takes {each.population.table}" for each in asking)
    table = asking[0].population.table
    return (
        f"no agreement uses it: it is of {sidecar.table}, and {named}. If {sidecar.table} has "
        f"taken the place of {table}, write `succeeds: {table}` there (when adding: "
        f"--succeeds {table})"
    )
