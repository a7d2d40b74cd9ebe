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
from schemas.tables import OPEN_AGE
from statsbidrag.errors import InputError, input_error
from statsbidrag.intake.pxweb_answers import Selection, Table, Variable
from statsbidrag.population.demand import BasisKey
from statsbidrag.population.extract import bounds
from statsbidrag.population.formats.cells import Label
from statsbidrag.population.formats.labels import LabelError, age_of
from statsbidrag.population.tiling import Span, fewest
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
_TOTAL_CODES: Final = ("tot", "totsa", "total", "1+2", "sc", "tot1")
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


def wanted_of(
    bases: Sequence[BasisKey], table: Table, register: Register, contents: str = ""
) -> list[Wanted]:
    """A question for each basis that no other one of the same day and level answers as well.

    `contents` is the code of the persons where the table counts several things. Raises InputError
    where the table is about something else, or lacks a year, region or age.
    """
    chosen = contents_of(table, contents)
    found = [_wanted(basis, chosen, table, register) for basis in bases]
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
    others = _others(table)
    regions = _regions(basis.level, table, register)
    selection: Selection = {REGION: regions}
    selection |= {AGE: ages} if ages else {}
    selection |= {SEX: sexes} if sexes else {}
    selection |= others
    selection |= {CONTENTS: (contents,), TIME: (_year(basis.reference_date, table),)}
    noun = ("en kommun", "kommuner") if basis.level == Level.KOMMUN else ("ett län", "län")
    words = [counted(len(regions), *noun), age_words, sex_words]
    summed = 1
    for name, variable in table.variables.items():
        if name not in selection and _total(variable) is None:
            summed *= len(variable.codes)
    return Wanted(basis, contents, selection, listed(words), summed)


def contents_of(table: Table, chosen: str = "") -> str:
    """The code of the persons: the chosen one, the usual one, or the only one called population.

    Raises InputError where the table counts something else, or several things that may be meant.
    """
    variable = _variable(table, CONTENTS)
    if chosen:
        if chosen in variable.codes:
            return chosen
        raise _refused(
            table,
            CONTENTS,
            expected=f"{chosen}, as --contents says",
            found=_named(variable, variable.codes),
            action="name one of these with --contents",
        )
    named = [code for code in variable.codes if _SUBJECT.search(variable.labels.get(code, ""))]
    if USUAL_CONTENTS in named:
        return USUAL_CONTENTS
    if len(named) == 1:
        return named[0]
    if named:
        raise _refused(
            table,
            CONTENTS,
            expected="one contents that is a population",
            found=_named(variable, named),
            action="name the one that is meant with --contents",
        )
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


def _named(variable: Variable, codes: Sequence[str]) -> str:
    """Codes with what they are called."""
    return ", ".join(f"{code} ({variable.labels.get(code, code)})" for code in codes[:_SHOWN])


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
    spans = _spans(_variable(table, AGE))
    if ages is None and (0, OPEN_AGE) not in spans and _variable(table, AGE).may_be_left_out:
        return (), together
    chosen = fewest(spans, *bounds(ages))
    if chosen:
        which = ages_in_words(ages) if ages else "alla åldrar"
        return tuple(spans[span] for span in chosen), _in_words(which, together, chosen)
    raise _refused(
        table,
        AGE,
        expected=f"ages that make {ages or 'all ages'}, each once",
        found=", ".join(_variable(table, AGE).codes[:_SHOWN]) + " …",
        action="this table does not have these ages: correct the agreement's `population: table`",
    )


def _in_words(which: str, together: str, chosen: Sequence[Span]) -> str:
    if list(chosen) == [(0, OPEN_AGE)]:
        return together
    if all(first == last or last == OPEN_AGE for first, last in chosen):
        return f"{which} i ettårsklasser"
    return f"{which} som {counted(len(chosen), 'ett tal', 'tal')}, de färsta som är publicerade"


def _spans(variable: Variable) -> dict[Span, str]:
    """The code of each interval of ages that the table has; of two codes for one, the first."""
    found: dict[Span, str] = {}
    for code in variable.codes:
        try:
            span = age_of(Label(code, variable.labels.get(code, "")))
        except LabelError:
            continue
        found.setdefault(span, code)
    return found


def _sexes(table: Table) -> tuple[tuple[str, ...], str]:
    together = "båda könen tillsammans"
    variable = table.variables.get(SEX)
    if variable is None:
        return (), together
    if total := _total(variable):
        return (total,), together
    if variable.may_be_left_out:
        return (), together
    return variable.codes, "könen för sig"


def _total(variable: Variable) -> str | None:
    """The code of the sum of all the others, where the table has one."""

    def is_total(code: str) -> bool:
        return code.lower() in _TOTAL_CODES or bool(_TOTAL.match(variable.labels.get(code, "")))

    return next((code for code in variable.codes if is_total(code)), None)


def _others(table: Table) -> Selection:
    """What divides persons further, asked for by its total.

    Raises InputError for a variable that has none and cannot be left out.
    """
    found: Selection = {}
    for name, variable in table.variables.items():
        if name in (REGION, AGE, SEX, CONTENTS, TIME):
            continue
        if total := _total(variable):
            found[name] = (total,)
        elif not variable.may_be_left_out:
            raise _refused(
                table,
                name,
                expected=f"{REGION}, {AGE}, {SEX}, {CONTENTS}, {TIME}, or what has a total",
                found=f"{name}, which has none and may not be left out",
                action="this is another table: correct the agreement's `population: table`",
            )
    return found


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
