"""Which of SCB's tables has taken another one's place: searched for, and never taken unasked.

Belongs here: what is searched for, and what a table must have to be named. Does not: asking
(`statsbidrag.intake.pxweb`), or which cells are taken (`statsbidrag.intake.cell_selection`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from statsbidrag.errors import InputError, input_error
from statsbidrag.intake.cell_selection import TIME, wanted_of
from statsbidrag.intake.pxweb import PxWeb
from statsbidrag.intake.pxweb_answers import Listed, Table
from statsbidrag.population.demand import BasisKey
from statsbidrag.register.recipients import Register
from statsbidrag.swedish.typography import long_date

_TRIED: Final = 10
"""So many tables are looked into: each is a question."""


def require_years(
    bases: Sequence[BasisKey], table: Table, register: Register, scb: PxWeb, agreement_id: str
) -> None:
    """Raises InputError where the table ends before a wanted year, naming those that have it."""
    years = table.variables[TIME].codes if TIME in table.variables else ()
    missing = [basis for basis in bases if str(basis.reference_date.year) not in years]
    if not missing:
        return
    day = missing[0].reference_date
    # The year is another one in the title of the table that goes on.
    subject = f"folkmängd {' '.join(long_date(day).split()[:2])}"
    later = list(_later(missing, table, register, scb, subject))
    command = f"statsbidrag fetch {agreement_id} --table"
    raise input_error(
        f"{table.address}/metadata",
        TIME,
        expected=f"the year {day.year}",
        found=f"{min(years)} to {max(years)}" if years else "no year",
        action="SCB has not published it, and a search for "
        f"`{subject}` finds no other table that has it: fetch again later"
        if not later
        else "it is in "
        + "; ".join(f"{each.id} ({each.label}): {command} {each.id}" for each in later)
        + f". If it has taken the place of {table.id}, that command takes it",
    )


def _later(
    bases: Sequence[BasisKey], table: Table, register: Register, scb: PxWeb, subject: str
) -> Iterator[Listed]:
    """The tables that a search finds and that have all that is wanted."""
    years = {str(basis.reference_date.year) for basis in bases}
    found = [
        each
        for each in scb.search(subject)
        if each.id != table.id and all(each.first <= year <= each.last for year in years)
    ]
    for each in found[:_TRIED]:
        try:
            wanted_of(bases, scb.table(each.id), register)
        except InputError:
            continue
        yield each
