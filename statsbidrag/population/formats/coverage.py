"""Whether figures are of everyone, counted one by one: not of some people, nor in thousands.

Belongs here: what titles, names and units say of whom is counted, and in what. Does not: which
table it is and of which day (`identity`), nor which regions and ages there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from schemas.sidecar import PopulationSidecar
from statsbidrag.errors import InputError, input_error
from statsbidrag.files.raw_folder import Sealed
from statsbidrag.population.formats.cells import FETCH, Said

_SOME: Final = re.compile(
    r"tätort|småort|landsbygd|utrikes|inrikes|utländsk|svensk bakgrund|medborgar|sysselsatt"
    r"|arbetslös|förvärvsarbet|arbetskraft|utbildning|studerande|pensionär|ogift|\bgifta|\bskilda"
    r"|ensamstående|hushåll|asylsök|flykting|urban|rural|localit|foreign|\bborn\b|citizen"
    r"|\b(?:un)?employed|labou?r force|education|student|\bmarried|household|refugee",
    re.IGNORECASE,
)
_YOUNG_OR_OLD: Final = re.compile(
    r"\bbarn\b|\bunga\b|ungdom|\bvuxna\b|\bchildren\b|\badults?\b|\belderly\b", re.IGNORECASE
)
_AGED: Final = re.compile(
    r"(?<![0-9/.,+])(?P<first>[0-9]{1,3})(?: ?(?:-|till|to) ?[0-9]{1,3})?(?![0-9])"
    r"(?P<open> ?\+(?! ?[0-9]))?"
    r"(?P<years> ?-?(?:års?|åring\w*|years?|yrs)\b(?P<older> (?:och|eller|and|or) \w+)?)?",
    re.IGNORECASE,
)
_OF_AGE: Final = re.compile(r"(?:åldern|åldrarna|aged|ages?) [0-9]{1,3}(?![0-9])", re.IGNORECASE)
_MEN: Final = re.compile(r"\b(?:män|men|males?|pojkar|boys)\b", re.IGNORECASE)
_WOMEN: Final = re.compile(r"\b(?:kvinnor|women|females?|flickor|girls)\b", re.IGNORECASE)
_SCALED: Final = re.compile(
    r"tusental|\btusen\b|1 ?0{3}[- ]?tal|(?<![0-9])1 ?0{3}s\b|[x×*] ?1 ?0{3}\b|thousand|miljon"
    r"|million|procent|per ?cent|promille|%",
    re.IGNORECASE,
)
_PERSONS: Final = frozenset(
    {
        *("", "antal", "antal personer", "personer", "person", "antal individer", "individer"),
        *("antal invånare", "invånare", "st", "styck", "number", "numbers", "number of persons"),
        *("persons", "number of people", "people", "number of inhabitants", "inhabitants"),
        *("number of individuals", "individuals", "count"),
    }
)


def require_persons(file: Sealed[PopulationSidecar], said: Said) -> None:
    """Raises InputError where figures are in another unit than persons, or of some people only."""
    for unit in said.units:
        if unit.strip(" .").casefold() not in _PERSONS:
            raise _another_unit(file, unit)
    for text in _above(said):
        if _SCALED.search(text):
            raise _another_unit(file, text)
        if some := _SOME.search(text):
            raise _some(file, some[0], text)


def require_everyone(
    file: Sealed[PopulationSidecar], said: Said, *, by_age: bool, by_sex: bool
) -> None:
    """Raises InputError where a title names an age or a sex that no variable of the file has."""
    for text in _above(said):
        named = None if by_age else next(ages_in(text), None)
        if not by_sex and bool(_MEN.search(text)) != bool(_WOMEN.search(text)):
            named = next(match[0] for one in (_MEN, _WOMEN) if (match := one.search(text)))
        if named:
            raise _some(file, named, text)


def ages_in(text: str) -> Iterator[str]:
    """The ages that a text names, those of everyone apart."""
    text = _plain(text)
    for match in _AGED.finditer(text):
        everyone = int(match["first"]) == 0 and (match["open"] or match["older"])
        if (match["open"] or match["years"]) and not everyone:
            yield match[0].strip()
    for pattern in (_OF_AGE, _YOUNG_OR_OLD):
        if found := pattern.search(text):
            yield found[0]


def _above(said: Said) -> Iterator[str]:
    for text in (*said.subjects, *said.titles):
        yield _plain(text)


def _plain(text: str) -> str:
    return re.sub(r"[–—−]", "-", re.sub(r"[\s\u00a0]+", " ", text))


def _another_unit(file: Sealed[PopulationSidecar], found: str) -> InputError:
    return input_error(
        file.path,
        "unit",
        expected="persons, one by one (antal)",
        found=f"`{found[:100]}`",
        action="figures in thousands or shares are no basis: " + FETCH,
    )


def _some(file: Sealed[PopulationSidecar], named: str, text: str) -> InputError:
    return input_error(
        file.path,
        "subject",
        expected="a table of the population (folkmängd), everyone in it",
        found=f"`{named}` in `{text[:100]}`",
        action="figures of some people are not of everyone: " + FETCH,
    )
