"""The words and codes that SCB uses for regions, ages, sexes and years, and what they mean.

Belongs here: reading one label of one variable, in Swedish or English, as code, text or both. Does
not: which labels there must be, nor what is summed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from schemas.common import NATION, Level, RecipientType
from schemas.tables import OPEN_AGE
from statsbidrag.population.formats.cells import Label, Variable
from statsbidrag.register import recipients as reg
from statsbidrag.register.recipients import Register

ALL_AGES: Final = (0, OPEN_AGE)
MEN: Final = "1"
WOMEN: Final = "2"
BOTH: Final = "total"
_OLDEST: Final = 150

_VARIABLES: Final = (
    (Variable.REGION, r"(region|kommun|län|county|municipality|område)?(s?kod|namn|code|name)"),
    (Variable.REGION, r"region|kommun|län|county|municipality|område"),
    (Variable.AGE, r"(ålder|alder|age)(sklass|sgrupp| group|grupp)?"),
    (Variable.SEX, r"(kön|kon|sex|gender)"),
    (Variable.TIME, r"(år|ar|tid|year|time|period)"),
    (Variable.CONTENTS, r"(tabellinnehåll|tabellinnehall|innehåll|contents ?code|contents)"),
)
_NATIONS: Final = {
    *("riket", "hela riket", "sverige", "sweden", "whole country", "the whole country"),
}
_SEXES: Final = {
    **dict.fromkeys((MEN, "män", "man", "men", "males", "male", "m"), MEN),
    **dict.fromkeys((WOMEN, "kvinnor", "kvinna", "women", "females", "female", "k"), WOMEN),
    **dict.fromkeys(("1+2", "tot", "totsa", "totalt", "total", "båda", "båda könen"), BOTH),
    **dict.fromkeys(("both sexes", "män och kvinnor", "men and women", "samtliga"), BOTH),
    **dict.fromkeys(("kvinnor och män", "women and men", "totalt kön", "båda kön"), BOTH),
    **dict.fromkeys(("totalt, samtliga män och kvinnor", "total, men and women"), BOTH),
}
_ALL_AGES: Final = {
    # One total for each division of ages that stands in the same list, and one for all of them.
    *("tot", "totsa", "tot1", "tot5", "tot10"),
    *("totalt", "total", "totalt ålder", "samtliga", "samtliga åldrar", "alla"),
    *("alla åldrar", "all ages", "total, all ages", "total all ages", "total age", "total ages"),
    *("totalt, samtliga åldrar", "totalt samtliga åldrar", "total, samtliga åldrar"),
}
_AGE: Final = re.compile(
    # `-4` is 0-4. Where a list holds several divisions, `100+5` is 100+ in that of five years.
    r"(?P<first>[0-9]{1,3}|(?=-))(?:-(?P<last>[0-9]{1,3}))?(?P<open>\+(?:10|5|1)?)?"
    r"(?: ?(?:år|years?|yrs))?(?P<older> (?:och|eller|and|or) (?:äldre|däröver|older|over))?"
)
_TOTAL_CODES: Final = frozenset({"sc", "tot", "totsa", "total", "totalt"})
_TOTAL_WORDS: Final = frozenset({"total", "totalt", "samtliga", "alla", "all"})
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR: Final = re.compile(r"[0-9]{4}")
_CODED: Final = re.compile(r"([0-9]{4}|[0-9]{2})[ \u00a0]+(?:- )?(\S.*)")
_DASH: Final = " - "
"""What stands between code and text where both are written in one: `0114 - Upplands Väsby`."""
_T = TypeVar("_T")


class LabelError(Exception):
    """A label that means nothing here; the text says what was found."""


@dataclass(frozen=True)
class Region:
    """A region's code, and its name where the file gives both."""

    code: str
    name: str = ""


def variable_of(name: str) -> Variable | None:
    """The variable that a heading or an identity names, None where it is no such name."""
    parts = _plain(name).split(_DASH)
    known = {_variable(part) for part in parts} - {None}
    return known.pop() if len(known) == 1 else None


def _variable(plain: str) -> Variable | None:
    return next((v for v, words in _VARIABLES if re.fullmatch(words, plain)), None)


def is_total(label: Label, *names: str) -> bool:
    """Whether a category of a variable is everyone: `SC totalt, samtliga civilstånd`.

    `names` are those of the variable. Everyone of some kind (`totalt utrikes födda`) is not.
    """
    code, _, rest = label.code.partition(_DASH)
    words = re.findall(r"[^\W_]+", _plain(label.text or rest))
    left = _ascii(" ".join(word for word in words if word not in _TOTAL_WORDS))
    parts = (_ascii(part) for name in names for part in _plain(name).split(_DASH))
    if left and not any(part and part in left for part in parts):
        return False
    return _plain(code) in _TOTAL_CODES or _plain(code).split(",")[0] in _TOTAL_WORDS


def age_of(label: Label) -> tuple[int, int]:
    """The first and the last whole year of age, OPEN_AGE where there is no last."""
    return _agreeing(label, _age)


def sex_of(label: Label) -> str:
    """`1` men, `2` women, or `total`."""
    return _agreeing(label, lambda text: _SEXES.get(_plain(text)))


def year_of(label: Label) -> str:
    """A year, `2024`, or a day, `2024-11-01`."""
    return _agreeing(label, _year)


@dataclass(frozen=True)
class Regions:
    """The names of the register, for files that give no codes."""

    by_name: dict[str, str]
    by_code: dict[str, str]

    @classmethod
    def of(cls, register: Register, level: Level) -> Regions:
        """Every name; one that two levels share stands for the level that is asked for."""
        by_name: dict[str, str] = {}
        by_code: dict[str, str] = {}
        for kind in (RecipientType.REGION, Level.LAN, Level.KOMMUN, level):
            names = reg.names(register, kind)
            by_code |= names
            by_name |= {_plain(name): code for code, name in names.items()}
        counties = reg.names(register, Level.LAN)
        by_name |= {_plain(english(name)): code for code, name in counties.items()}
        return cls(by_name, by_code)

    def read(self, label: Label) -> Region:
        """The region that a label names: `0114`, `0114 Upplands Väsby`, `Riket`, a name alone."""
        code, text = label.code.strip(), label.text.strip()
        if match := _CODED.fullmatch(code):
            return Region(match[1], match[2])
        if re.fullmatch(r"[0-9]{2}|[0-9]{4}", code):
            return Region(code, text.removeprefix(code).strip())
        found = NATION if _plain(code) in _NATIONS else self.by_name.get(_plain(code))
        if found is None:
            raise LabelError(f"`{label.code}`{self._hint(code)}")
        return Region(found)

    def _hint(self, code: str) -> str:
        longer = f"0{code}"
        known = self.by_code.get(longer)
        return "" if known is None else f": was it {longer} {known}?"


def english(county: str) -> str:
    """A county as SCB's English tables call it: `Stockholm county` for Stockholms län."""
    return re.sub(r"s? län$", " county", county)


def _agreeing(label: Label, parse: Callable[[str], _T | None]) -> _T:
    """What code and text mean, if that is one thing."""
    code, text = parse(label.code), parse(label.text)
    if code is None and text is None and not label.text:
        # One cell may hold both: `100+ 100+ år`, `1 män`, `-4 - 0-4 år`.
        first, _, rest = label.code.strip().partition(" ")
        code, text = parse(first), parse(rest.removeprefix(_DASH.lstrip()))
        if code is None or text is None:
            raise LabelError(f"`{label}`")
    if code is not None and text is not None and code != text:
        raise LabelError(f"`{label}`, where code and text say different things")
    found = text if code is None else code
    if found is None:
        raise LabelError(f"`{label}`")
    return found


def _ascii(text: str) -> str:
    """Codes of variables have the letters of the name without their marks: `Civilstand`."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def _plain(text: str) -> str:
    """A text without what typography adds."""
    spaced = re.sub(r"[\s\u00a0]+", " ", text).strip()
    return re.sub(r"[–—−]", "-", spaced).casefold()


def _age(text: str) -> tuple[int, int] | None:
    plain = _plain(text)
    if plain in _ALL_AGES:
        return ALL_AGES
    match = _AGE.fullmatch(plain)
    if match is None or (match["open"] and match["older"]):
        return None
    if not match["first"] and (match["open"] or match["older"]):
        return None
    first = int(match["first"] or 0)
    last = int(match["last"] or first)
    if not 0 <= first <= last <= _OLDEST:
        return None
    return first, OPEN_AGE if match["open"] or match["older"] else last


def _year(text: str) -> str | None:
    plain = _plain(text)
    return plain if _YEAR.fullmatch(plain) or _DAY.fullmatch(plain) else None
