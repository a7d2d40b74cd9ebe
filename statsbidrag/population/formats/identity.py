"""Whether a file is the table that its sidecar says: table, subject, contents, days.

Belongs here: comparing what the file says of itself with its sidecar, and the doubts where it says
nothing. Does not: the figures, nor on how few of the people they are (`coverage`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from schemas.sidecar import PopulationSidecar
from statsbidrag.errors import InputError, input_error
from statsbidrag.files.raw_folder import Sealed
from statsbidrag.population.formats.cells import FETCH, Axis, Label, Said
from statsbidrag.population.formats.labels import LabelError, year_of

_MONTHS: Final = (
    *("jan", "feb", "mar", "apr", "ma[ij]", "jun", "jul", "aug", "sep", "o[ck]t", "nov", "dec"),
)
_MONTH: Final = (
    r"(januari|january|februari|february|mars|march|april|maj|may|juni|june|juli|july|augusti"
    r"|august|september|oktober|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|okt"
    r"|oct|nov|dec)\b\.?"
)
_DAY_FIRST: Final = re.compile(rf"\b([0-9]{{1,2}})(?::?e)? {_MONTH}(?:,? ([0-9]{{4}})\b)?")
_MONTH_FIRST: Final = re.compile(
    rf"\b{_MONTH} ([0-9]{{1,2}})(?:st|nd|rd|th)?\b(?:,? ([0-9]{{4}})\b)?"
)
_MONTH_ALONE: Final = re.compile(rf"\b{_MONTH}(?:,? ((?:19|20)[0-9]{{2}})\b)?")
_EITHER_WORD: Final = frozenset({"mars", "march", "maj", "may", "jan", "dec"})
"""Months that are other words too, or names: alone, without a year, they name none."""
_WRITTEN_OUT: Final = re.compile(r"\b([0-9]{4})-([0-9]{2})-([0-9]{2})\b")
_SLASHED: Final = re.compile(
    r"(?<![0-9/.])([0-9]{1,2})(?:/|\.(?=[0-9]{1,2}\.[0-9]{4}))([0-9]{1,2})"
    r"(?:[ ./,-]{1,2}((?:19|20)[0-9]{2}))?(?![0-9/])"
)
_END_OF_YEAR: Final = re.compile(
    r"årsskifte|års? slut\b|årets slut|slutet av (?:året|respektive år|varje år)"
    r"|utgången av (?:året|respektive år|varje år)|årets utgång"
    r"|end of (?:the |each |every )?year|year[ -]end"
)
_DATED: Final = (
    r"(?:[ ,:]|\b(?:förhållandena|den|the|per|vid|on|i|in|at)\b)*"
    r"(?:[0-9]{1,2}(?::?e)? [^\W\d_]+|[0-9]{1,2}[/.][0-9]{1,2}|[0-9]{4}-[0-9]{2}-[0-9]{2}"
    rf"|{_MONTH}|{_END_OF_YEAR.pattern})"
)
_OF_A_DAY: Final = re.compile(
    r"respektive år|each year|respective year"
    r"|\b(?:avser|gäller|per|folkmängd\w*|befolkning\w*|invånare|population|refers? to|as of)"
    rf"{_DATED}|^{_DATED}(?:[ .,/-]*[0-9]{{4}})?\W*$",
    re.IGNORECASE,
)
"""A note that says which day the figures are of; others name days on which something changed."""
_DIVISION: Final = re.compile(r"(?:indelning|division)[^.;]*", re.IGNORECASE)
_YEAR: Final = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")

_ABOUT: Final = re.compile(
    r"folkmängd|befolkning|invånare|folkbokförda|population|inhabitants|residents", re.IGNORECASE
)
_BY_NAME: Final = re.compile(r"\b(folkmängd|population)\b", re.IGNORECASE)
_ANOTHER: Final = re.compile(
    r"medel|tillväxt|ökning|minskning|förändring|täthet|kvadratkilometer|andel|procent|per cent"
    r"|percent|\bmean\b|average|median|density|growth|change|increase|\brate|prognos|framskrivning"
    r"|projection|forecast|döda|födda|deaths|births|flytt|migra|index|kvot|inkomst|income",
    re.IGNORECASE,
)
_EMPTY_WORDS: Final = {
    *("", "värde", "värden", "value", "values", "antal", "number", "personer", "persons"),
    *("antal personer", "number of persons", "observationer", "observations", "data", "summa"),
}
_POPULATION: Final = frozenset({"BE0101A9", "BE0101N1", "000007SF", "000007ME"})
"""Codes of the population, known where a file gives codes alone: TAB1267, TAB638 and what has come
after the monthly table and TAB638."""
CONTENTS_CODE: Final = re.compile(r"[A-Z]{2}[0-9]{4}[A-Z0-9]{2,3}|0{4}[0-9A-Z]{4}")
TABLE_ID: Final = re.compile(r"\bTAB[0-9]{1,6}\b")


def check_identity(file: Sealed[PopulationSidecar], said: Said) -> list[str]:
    """The doubts about which table the file is. Raises InputError where it says another."""
    doubts = [] if _same_table(file, said) else [
        f"Filen säger inte vilken tabell den är. Att det är {file.sidecar.table} vet vi bara av "
        "uppgifterna som ligger bredvid filen."
    ]  # fmt: skip
    if said.contents and said.contents != file.sidecar.contents:
        raise _another(file, "contents", file.sidecar.contents, said.contents)
    about = [text for text in said.subjects if about_population(text)]
    for text in said.subjects:
        # A title may name more than what was chosen of the table: `Folkmängd och folkökning …`.
        mixed = bool(about and _BY_NAME.search(text))
        if not (about_population(text) or says_nothing(text) or mixed):
            raise input_error(
                file.path,
                "subject",
                expected="a table of the population (folkmängd)",
                found=f"`{text[:100]}`",
                action="this is a table of another subject: " + FETCH,
            )
    if not about and not said.contents:
        doubts.append(
            "Filen säger inte vad siffrorna räknar. Att det är folkmängd vet vi bara av uppgifterna"
            " som ligger bredvid filen."
        )
    return doubts


def about_population(text: str) -> bool:
    """Whether a text names the population itself, and not something measured of it."""
    return bool(_ABOUT.search(text)) and not _ANOTHER.search(text)


def says_nothing(text: str) -> bool:
    """Whether a text leaves open what is counted."""
    return text.strip().casefold() in _EMPTY_WORDS


def chosen_contents(
    file: Sealed[PopulationSidecar], labels: Sequence[Label], place: str
) -> list[int]:
    """Which of the file's contents is the sidecar's: by its code, else by its name.

    A file that is only being taken in says itself what it counts: its sidecar is blank there, and
    the one contents that is a population is chosen. Raises InputError where none is, or where names
    alone leave a choice.
    """
    wanted = file.sidecar.contents
    if exact := [i for i, each in enumerate(labels) if wanted and wanted in (each.code, each.text)]:
        return exact
    named = [i for i, each in enumerate(labels) if about_population(str(each))]
    if not wanted:
        named = named or [i for i, each in enumerate(labels) if each.code in _POPULATION]
    open_ = [i for i, each in enumerate(labels) if says_nothing(str(each))]
    found = named or open_ or ([0] if len(labels) == 1 and not wanted else [])
    strangers = [str(each) for each in labels if wanted and CONTENTS_CODE.fullmatch(each.code)]
    if strangers or len({str(labels[i]) for i in found}) != 1:
        raise input_error(
            file.path,
            place,
            expected=f"{wanted}, as the sidecar says, or one column of folkmängd"
            if wanted
            else "one contents that is a population (folkmängd)",
            found=", ".join(str(label) for label in labels[:5]) or "none",
            action=FETCH if wanted else "say which one counts: --contents CODE",
        )
    return found


def days_of(
    file: Sealed[PopulationSidecar], years: Axis | None, said: Said
) -> tuple[list[str], list[str]]:
    """The day of each label of time, and the doubts about it.

    Without such labels the file is of the sidecar's one day. Raises InputError where the file's
    years are not the sidecar's, or where it names another day of the year.
    """
    wanted = file.sidecar.reference_dates
    notes = _notes_on_the_day(said)
    stated, doubts = _stated_day(file, years, said, notes)
    if not stated:
        doubts.append(
            f"Filen säger inte vilken dag på året siffrorna gäller. Att det är den "
            f"{_swedish(wanted)} vet vi bara av uppgifterna som ligger bredvid filen."
        )
    if years is not None:
        return _by_year(file, years, said), doubts
    named = {int(year) for text in (*said.days, *notes.values()) for year in _YEAR.findall(text)}
    if len(wanted) > 1 or (named and wanted[0].year not in named):
        raise _wrong_day(file, ", ".join(str(year) for year in sorted(named)) or "no year", said)
    if named != {wanted[0].year}:
        doubts.append(
            f"Filen säger inte vilket år siffrorna gäller. Att det är {wanted[0].year} vet vi bara "
            "av uppgifterna som ligger bredvid filen."
        )
    return [str(wanted[0])], doubts


def _notes_on_the_day(said: Said) -> dict[str, str]:
    """The notes that say which day figures are of, and what of each says it.

    A note may also say of which day the division is that it uses.
    """
    notes = {note: _DIVISION.sub("", note) for note in (*said.mandatory_notes, *said.notes)}
    return {note: text for note, text in notes.items() if _OF_A_DAY.search(text)}


def _by_year(file: Sealed[PopulationSidecar], years: Axis, said: Said) -> list[str]:
    wanted = {str(day.year): str(day) for day in file.sidecar.reference_dates}
    found = []
    for label in years.labels:
        try:
            found.append(year_of(label))
        except LabelError as error:
            raise input_error(
                file.path, years.place, expected="years, as 2024", found=str(error), action=FETCH
            ) from None
    days = [wanted.get(each, each) for each in found]
    known = {str(day) for day in file.sidecar.reference_dates}
    if set(days) != known or len(wanted) != len(known):
        raise _wrong_day(file, ", ".join(sorted(set(found))), said, years.place)
    return days


def _same_table(file: Sealed[PopulationSidecar], said: Said) -> bool:
    """Whether the file names the table. Raises InputError where it names another."""
    sidecar = file.sidecar
    former = sidecar.former_name.rpartition("/")[2]
    known = {sidecar.table, sidecar.former_name, former} - {""}
    comparable = [t for t in said.tables if TABLE_ID.fullmatch(t) or former]
    named = [each for each in comparable if each in known]
    strangers = [each for each in comparable if each not in known]
    if strangers and (not named or any(TABLE_ID.fullmatch(each) for each in strangers)):
        raise _another(file, "table", sidecar.table, strangers[0], _SUCCESSOR)
    return bool(named)


def _stated_day(
    file: Sealed[PopulationSidecar], years: Axis | None, said: Said, notes: Mapping[str, str]
) -> tuple[bool, list[str]]:
    """Whether the file names the sidecar's day of the year, and the doubts about notes.

    Raises InputError where the file's own period or title names another day, or where nothing but a
    note names any and that is another one.
    """
    stated, doubts = False, list[str]()
    for text in (*said.days, *(str(label) for label in (years.labels if years else ()))):
        named = list(_days_in(text))
        if named and not any(_is_wanted(file, *each) for each in named):
            raise _names_another_day(file, named[0], text, said)
        stated = stated or any(day for _, day, _ in named)
    for note, text in notes.items():
        named = list(_days_in(text))
        # A note on 1 November may name the 1 January whose division it uses.
        if not named or any(_is_wanted(file, *each) for each in named):
            stated = stated or any(day for _, day, _ in named)
        elif stated:
            doubts.append(
                f"En anmärkning i filen nämner {_written(named[0])}, en annan dag än filens egen: "
                f"”{' '.join(note.split())[:120]}”."
            )
        else:
            raise _names_another_day(file, named[0], note, said)
    return stated, doubts


def _written(named: tuple[int, int, int]) -> str:
    month, day, year = named
    return f"{day or ''} {_SWEDISH_MONTHS[month - 1]} {year or ''}".strip()


def _names_another_day(
    file: Sealed[PopulationSidecar], named: tuple[int, int, int], text: str, said: Said
) -> InputError:
    return _wrong_day(file, _written(named), replace(said, days=(text, *said.days)))


def _is_wanted(file: Sealed[PopulationSidecar], month: int, day: int, year: int) -> bool:
    """Whether a day is one of the sidecar's; without a year, the day of the year of each.

    Day 0 is the whole month.
    """
    days = file.sidecar.reference_dates
    fitting = [
        each
        for each in days
        if each.month == month and day in (0, each.day) and year in (0, each.year)
    ]
    return bool(fitting) if year else len(fitting) == len(days)


def _days_in(text: str) -> Iterable[tuple[int, int, int]]:
    """Month, day and year of every day or month that a text names; 0 for what it leaves out."""
    plain = re.sub(r"[\s\u00a0]+", " ", text).casefold()
    for match in _DAY_FIRST.finditer(plain):
        yield _month(match[2]), int(match[1]), int(match[3] or 0)
    for match in _MONTH_FIRST.finditer(plain):
        yield _month(match[1]), int(match[2]), int(match[3] or 0)
    for match in _WRITTEN_OUT.finditer(plain):
        if 1 <= int(match[2]) <= len(_MONTHS):
            yield int(match[2]), int(match[3]), int(match[1])
    for match in _SLASHED.finditer(plain):
        if 1 <= int(match[2]) <= len(_MONTHS) and 1 <= int(match[1]) <= 31:
            yield int(match[2]), int(match[1]), int(match[3] or 0)
    if _END_OF_YEAR.search(plain):
        yield 12, 31, 0
    for match in _MONTH_ALONE.finditer(_MONTH_FIRST.sub(" ", _DAY_FIRST.sub(" ", plain))):
        if match[2] or match[1] not in _EITHER_WORD:
            yield _month(match[1]), 0, int(match[2] or 0)


def _month(word: str) -> int:
    return next(n for n, start in enumerate(_MONTHS, 1) if re.match(start, word))


_SWEDISH_MONTHS: Final = (
    *("januari", "februari", "mars", "april", "maj", "juni"),
    *("juli", "augusti", "september", "oktober", "november", "december"),
)


def _swedish(days: Sequence[date]) -> str:
    return " och ".join(f"{day.day} {_SWEDISH_MONTHS[day.month - 1]} {day.year}" for day in days)


_SUCCESSOR: Final = (
    "this is another table: fetch the right one; or, where it is the one that is meant, say so "
    "(`--table`, in the sidecar `table`), and with `--succeeds` whose place it has taken"
)


def _another(
    file: Sealed[PopulationSidecar],
    place: str,
    wanted: str,
    found: str,
    action: str = "this is another table: " + FETCH,
) -> InputError:
    return input_error(
        file.path,
        place,
        expected=f"{wanted}, as the sidecar says",
        found=found,
        action=action,
    )


def _wrong_day(
    file: Sealed[PopulationSidecar], found: str, said: Said, place: str = "reference date"
) -> InputError:
    texts = ", ".join(f"`{text[:80]}`" for text in [*dict.fromkeys(said.days)][:3] if text)
    return input_error(
        file.path,
        place,
        expected=f"{', '.join(str(day) for day in file.sidecar.reference_dates)}, "
        "as the sidecar says",
        found=f"{found}; the file says {texts}" if texts else found,
        action="fetch the years that the sidecar names, or correct the sidecar",
    )
