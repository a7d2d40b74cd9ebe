"""Which cells of SCB's table an agreement needs: regions, ages, day, and nothing else.

Belongs here: choosing codes from what a table has, and refusing a table that is about something
else. Does not: asking (`statsbidrag.intake.pxweb`), or what becomes of the answer
(`statsbidrag.intake.fetching`).

Where a sum can be had as a published figure it is asked for as such: small random numbers in
published figures add up in our own sums.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from schemas.common import Level
from schemas.keys import AgeInterval
from statsbidrag.errors import InputError, input_error
from statsbidrag.intake.pxweb_answers import Selection, Table, Variable
from statsbidrag.population.demand import BasisKey
from statsbidrag.register import recipients as reg
from statsbidrag.register.recipients import Register
from statsbidrag.swedish.key_sentences import ages_in_words
from statsbidrag.swedish.typography import counted, listed, long_date

REGION: Final = "Region"
AGE: Final = "Alder"
SEX: Final = "Kon"
CONTENTS: Final = "ContentsCode"
TIME: Final = "Tid"

USUAL_CONTENTS: Final = "BE0101A9"
"""The persons of TAB1267. Another code is taken only if it alone is called population."""

_SUBJECT: Final = re.compile(r"folkmängd|population", re.IGNORECASE)
_TOTAL: Final = re.compile(
    r"(samtliga|total|båda könen|män och kvinnor|alla åldrar)", re.IGNORECASE
)
_TOTAL_CODES: Final = ("tot", "totsa", "total", "1+2")
_DAY: Final = re.compile(r"\b([0-9]{1,2}) ([a-zåäö]{3,})")
_SHOWN: Final = 5


@dataclass(frozen=True)
class Wanted:
    """One question: for which basis, what is selected, in Swedish, and what it rests on.

    `summed` is how many published figures the server adds up for each cell that it gives.
    """

    basis: BasisKey
    contents: str
    selection: Selection
    words: str
    summed: int


def wanted_of(bases: Sequence[BasisKey], table: Table, register: Register) -> list[Wanted]:
    """A question for each basis that no other one of the same day and level answers as well.

    Raises InputError where the table is about something else, or lacks a year, region or age.
    """
    contents = _contents(table)
    found = [_wanted(basis, contents, table, register) for basis in bases]
    return [
        own
        for at, own in enumerate(found)
        if not any(
            _covers(other, own) and (not _covers(own, other) or before < at)
            for before, other in enumerate(found)
            if before != at
        )
    ]


def _covers(one: Wanted, other: Wanted) -> bool:
    """Whether one question's cells hold the other's: all of them, and in the same single years."""
    same = (one.basis.reference_date, one.basis.level) == (
        other.basis.reference_date,
        other.basis.level,
    )
    ages, others = one.selection.get(AGE), other.selection.get(AGE)
    if ages is None or others is None:
        return same and ages == others
    return same and set(others) <= set(ages)


def _wanted(basis: BasisKey, contents: str, table: Table, register: Register) -> Wanted:
    _require_day(basis.reference_date, contents, table)
    ages, age_words = _ages(basis.ages, table)
    sexes, sex_words = _sexes(table)
    _require_known(table)
    regions = _regions(basis.level, table, register)
    selection: Selection = {REGION: regions}
    selection |= {AGE: ages} if ages else {}
    selection |= {SEX: sexes} if sexes else {}
    selection |= {CONTENTS: (contents,), TIME: (_year(basis.reference_date, table),)}
    noun = ("en kommun", "kommuner") if basis.level == Level.KOMMUN else ("ett län", "län")
    words = [counted(len(regions), *noun), age_words, sex_words]
    summed = 1
    for name, variable in table.variables.items():
        if name not in selection and _total(variable) is None:
            summed *= len(variable.codes)
    return Wanted(basis, contents, selection, listed(words), summed)


def _contents(table: Table) -> str:
    """The code of the persons. Raises InputError where the table counts something else."""
    variable = _variable(table, CONTENTS)
    named = [code for code in variable.codes if _SUBJECT.search(variable.labels.get(code, ""))]
    if USUAL_CONTENTS in named:
        return USUAL_CONTENTS
    if len(named) == 1:
        return named[0]
    if USUAL_CONTENTS in variable.codes and _SUBJECT.search(table.label):
        return USUAL_CONTENTS
    labels = [variable.labels.get(code, code) for code in variable.codes[:_SHOWN]]
    raise _refused(
        table,
        CONTENTS,
        expected=f"folkmängd (population), {USUAL_CONTENTS}",
        found=f"{', '.join(labels)} ({table.label})",
        action="this table is about something else: correct the agreement's `population: table`",
    )


def _require_day(day: date, contents: str, table: Table) -> None:
    """Raises InputError unless the table says that it counts on that day of the year."""
    said = _variable(table, CONTENTS).days.get(contents, "") or table.label
    days = [f"{int(match[1])} {match[2]}" for match in _DAY.finditer(said.lower())]
    wanted = " ".join(long_date(day).split()[:2])
    if wanted not in days:
        raise _refused(
            table,
            "refperiod",
            expected=f"{wanted}, as the agreement says",
            found=f"`{said}`",
            action="name the table of that day in the agreement's `population: table`",
        )


def _year(day: date, table: Table) -> str:
    years = _variable(table, TIME).codes
    if str(day.year) in years:
        return str(day.year)
    raise _refused(
        table,
        TIME,
        expected=f"the year {day.year}",
        found=f"{min(years)} to {max(years)}" if years else "no year",
        action="SCB has not published it, or has closed this table: fetch again later, or name "
        "the table that has it in the agreement's `population: table`",
    )


def _regions(level: Level, table: Table, register: Register) -> tuple[str, ...]:
    """Every region of the register at that level, in the table's order."""
    names = reg.names(register, level)
    found = tuple(code for code in _variable(table, REGION).codes if code in names)
    if missing := sorted(set(names) - set(found)):
        named = ", ".join(f"{code} {names[code]}" for code in missing[:_SHOWN])
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        raise _refused(
            table,
            REGION,
            expected=f"all {len(names)} regions of the register at the level {level}",
            found=f"{len(found)}; {named}{more} missing",
            action="see whether the table has another division than the register",
        )
    return found


def _ages(ages: AgeInterval | None, table: Table) -> tuple[tuple[str, ...], str]:
    """The codes of an interval (none: the variable is left out), and what they are in Swedish."""
    variable = table.variables.get(AGE)
    together = "alla åldrar tillsammans"
    if ages is None and variable is None:
        return (), together
    variable = _variable(table, AGE)
    if ages is None:
        if total := _total(variable):
            return (total,), together
        if variable.may_be_left_out:
            return (), together
    wanted = ages or AgeInterval(first=0)
    codes = _single_years(variable, wanted)
    if codes:
        which = ages_in_words(ages) if ages else "alla åldrar"
        return codes, f"{which} i ettårsklasser"
    raise _refused(
        table,
        AGE,
        expected=f"every year of age in {wanted}, each once",
        found=", ".join(variable.codes[:_SHOWN]) + " …",
        action="this table does not have these ages: correct the agreement's `population: table`",
    )


def _single_years(variable: Variable, ages: AgeInterval) -> tuple[str, ...]:
    """Single years, and the open last one, that make the interval; none where they do not."""
    closed = {int(code): code for code in variable.codes if re.fullmatch(r"[0-9]{1,3}", code)}
    opened = {
        int(code[:-1]): code for code in variable.codes if re.fullmatch(r"[0-9]{1,3}\+", code)
    }
    if ages.last is not None:
        years = range(ages.first, ages.last + 1)
        return tuple(closed[y] for y in years) if all(y in closed for y in years) else ()
    for last in sorted(opened):
        years = range(ages.first, last)
        if ages.first <= last and all(y in closed for y in years):
            return (*(closed[y] for y in years), opened[last])
    return ()


def _sexes(table: Table) -> tuple[tuple[str, ...], str]:
    together = "båda könen tillsammans"
    variable = table.variables.get(SEX)
    if variable is None or variable.may_be_left_out:
        return (), together
    if total := _total(variable):
        return (total,), together
    return variable.codes, "könen för sig"


def _total(variable: Variable) -> str | None:
    """The code of the sum of all the others, where the table has one."""

    def is_total(code: str) -> bool:
        return code.lower() in _TOTAL_CODES or bool(_TOTAL.match(variable.labels.get(code, "")))

    return next((code for code in variable.codes if is_total(code)), None)


def _require_known(table: Table) -> None:
    """Raises InputError where the table divides persons by something that cannot be left out."""
    for name, variable in table.variables.items():
        if name not in (REGION, AGE, SEX, CONTENTS, TIME) and not variable.may_be_left_out:
            raise _refused(
                table,
                name,
                expected=f"{REGION}, {AGE}, {SEX}, {CONTENTS}, {TIME}, or what may be left out",
                found=f"{name}, which may not",
                action="this is another table: correct the agreement's `population: table`",
            )


def _variable(table: Table, name: str) -> Variable:
    found = table.variables.get(name)
    if found is None:
        raise _refused(
            table,
            "id",
            expected=name,
            found=", ".join(table.variables),
            action="this is another table: correct the agreement's `population: table`",
        )
    return found


def _refused(table: Table, place: str, *, expected: str, found: str, action: str) -> InputError:
    return input_error(
        f"{table.address}/metadata", place, expected=expected, found=found, action=action
    )
