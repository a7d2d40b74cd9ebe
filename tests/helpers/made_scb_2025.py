"""A made country in the form of SCB's tables since reference year 2025, with random numbers.

Belongs here: persons of the register's municipalities, invented from a fixed seed (no figure of
SCB's for 2025 is here), the cells that would be published of them, and the table as SCB's interface
serves it. Does not: formats (`tests.helpers.dialects`), or any expectation.

The numbers stand in for SCB's cell key method: independent, with standard deviation 0.75 and at
most 3 persons, none in a cell that is zero, and always the same one in the same cell. What the cell
is decides, not what it is called: `TOT1` and `TotSA` are one cell.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from tests.helpers.dialects import Csv, Px, Table, Xlsx
from tests.helpers.scb import Population

TABLE: Final = "TAB6999"
"""A number of our own for the successor of TAB1267: SCB's is not known here."""

CONTENTS: Final = "000007XX"
YEAR: Final = "2025"
TITLE: Final = "Folkmängden den 1 november efter region, ålder, kön och år"
REFPERIOD: Final = "1 november respektive år"
NOTES: Final = (
    "Från och med referensår 2025 har varje värde i tabellen ett litet slumpmässigt tal i sig, som"
    " skyddar enskilda personer.\r\n \r\nMetoden kallas Cell Key Method (CKM), se"
    " [påhittad sida](https://example.org/skydd/).",
    "Indelningen i kommuner är den som gäller den 1 januari året efter.\r\n",
)

OPEN: Final = 999
SEXES: Final = {"1": "män", "2": "kvinnor", "TotSa": "totalt, samtliga män och kvinnor"}
_TOTAL: Final = "totalt, samtliga åldrar"
_CHANCES: Final = (0.18, 0.02, 0.0425 / 18)
"""Of one person more, two, three; as many less: the variance is 0.75² = 0.5625."""


def _divisions() -> dict[str, tuple[int, int]]:
    single = {str(age): (age, age) for age in range(100)}
    five = {f"{age}-{age + 4}" if age else "-4": (age, age + 4) for age in range(0, 100, 5)}
    ten = {f"{age}-{age + 9}" if age else "-9": (age, age + 9) for age in range(0, 100, 10)}
    oldest = {f"100+{width}": (100, OPEN) for width in (1, 5, 10)}
    totals = dict.fromkeys(("TOT1", "TOT5", "TOT10", "TotSA"), (0, OPEN))
    return {
        **{**single, "100+1": oldest["100+1"]},
        **{**five, "100+5": oldest["100+5"]},
        **{**ten, "100+10": oldest["100+10"]},
        **totals,
    }


AGES: Final = _divisions()
"""Every code of the list of ages, with its first and last whole year."""

SINGLE: Final = (*(code for code, (a, b) in AGES.items() if b == a), "100+1")
FIVE: Final = (*(code for code, (a, b) in AGES.items() if b - a == 4), "100+5")
TEN: Final = (*(code for code, (a, b) in AGES.items() if b - a == 9), "100+10")
TOTAL: Final = ("TotSA",)
YOUNG: Final = ("-9", "10-14", "15", "16", "17", "18")
"""The fewest published ages that make 0-18."""


def age_text(code: str) -> str:
    """What an age is called in the list."""
    first, last = AGES[code]
    if (first, last) == (0, OPEN):
        return _TOTAL
    if last == OPEN:
        return "100+ år"
    return f"{first} år" if first == last else f"{first}-{last} år"


@dataclass(frozen=True)
class MadeCountry:
    """The persons of each municipality, age and sex, and what is published of them.

    `names` are those of every region, the nation first, then counties, then municipalities.
    `persons` is an array by municipality, single year (the last one is open) and sex.
    """

    names: Mapping[str, str]
    municipalities: tuple[str, ...]
    persons: np.ndarray

    @cached_property
    def _sums(self) -> np.ndarray:
        """By region, age below which, and sex, both together last: what lies between is a sum."""
        inside = np.array(
            [
                [region == "00" or code.startswith(region) for code in self.municipalities]
                for region in self.names
            ]
        )
        counted = np.einsum("rm,mas->ras", inside.astype("int64"), self.persons)
        counted = np.concatenate([counted, counted.sum(2, keepdims=True)], axis=2)
        start = np.zeros((len(self.names), 1, 3), dtype="int64")
        return np.concatenate([start, counted.cumsum(1)], axis=1)

    def true(self, regions: Sequence[str], ages: Sequence[str], sexes: Sequence[str]) -> np.ndarray:
        """The persons as they are, by region, age and sex."""
        places = list(self.names)
        rows = [places.index(region) for region in regions]
        spans = np.array([AGES[age] for age in ages])
        columns = [list(SEXES).index(sex) for sex in sexes]
        own = self._sums[np.ix_(rows, range(self._sums.shape[1]), columns)]
        below: np.ndarray = np.minimum(spans[:, 1] + 1, self.persons.shape[1])
        return np.asarray(own[:, below] - own[:, spans[:, 0]])

    def published(
        self,
        regions: Sequence[str],
        ages: Sequence[str],
        sexes: Sequence[str] = ("TotSa",),
        seed: int = 0,
    ) -> np.ndarray:
        """The same with the random numbers of this seed."""
        true = self.true(regions, ages, sexes)
        spans = np.array([AGES[age] for age in ages], dtype="uint64")
        keys = _mixed(np.full(1, seed, dtype="uint64"))
        keys = _mixed(keys + np.array([int(code) for code in regions], dtype="uint64"))
        # A county's code and a municipality's are told apart by their lengths.
        keys = _mixed(keys + np.array([len(code) for code in regions], dtype="uint64"))[:, None]
        keys = _mixed(keys + (spans[:, 0] * np.uint64(1000) + spans[:, 1]))[:, :, None]
        numbers = np.array([list(SEXES).index(sex) for sex in sexes], dtype="uint64")
        noise = _noise(_mixed(keys + numbers))
        return np.where(true == 0, 0, np.maximum(true + noise, 0))

    def table(
        self,
        regions: Sequence[str],
        ages: Sequence[str],
        sexes: Sequence[str] = ("TotSa",),
        seed: int = 0,
    ) -> Table:
        """The published cells with their codes and texts, to be written in any format."""
        variables = {
            "Region": {code: self.names[code] for code in regions},
            "Alder": {code: age_text(code) for code in ages},
            "Kon": {code: SEXES[code] for code in sexes},
            "Tid": {YEAR: YEAR},
        }
        return Table(variables, self.published(regions, ages, sexes, seed).reshape(-1).tolist())

    def of_level(self, digits: int) -> tuple[str, ...]:
        """The counties (2) or municipalities (4), in order."""
        return tuple(code for code in self.names if len(code) == digits and code != "00")


def _mixed(keys: np.ndarray) -> np.ndarray:
    """Numbers of 64 bits, well mixed, one for each number (the finaliser of SplitMix64)."""
    with np.errstate(over="ignore"):
        mixed = keys + np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(mixed ^ (mixed >> np.uint64(31)))


def _noise(keys: np.ndarray) -> np.ndarray:
    """-3 to 3, by where in the whole range a cell's number lies."""
    chances = [*reversed(_CHANCES), 1 - 2 * sum(_CHANCES), *_CHANCES]
    limits = np.cumsum(chances)[:-1]
    return np.asarray(np.searchsorted(limits, keys / np.float64(2**64), side="right") - 3)


@cache
def made_country(raw: Path, seed: int = 2025) -> MadeCountry:
    """Every municipality of the register, with as many people as chance gives them.

    Sizes lie from two thousand to a million, half of them below sixteen thousand; few are very old.
    """
    with (raw / "register" / "recipients.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["type"] in ("lan", "kommun")]
    codes = sorted((row["code"] for row in rows), key=lambda code: (len(code), code))
    named = {row["code"]: row["name"] for row in rows}
    municipalities = tuple(code for code in codes if len(code) == 4)
    chance = np.random.default_rng(seed)
    sizes = np.clip(np.exp(chance.normal(np.log(16_000), 1.0, len(municipalities))), 2_400, 10**6)
    ages = np.arange(101)
    alive = np.where(ages < 60, 1.0, np.exp(-(((ages - 60) / 24.0) ** 2)))
    shares = np.stack([alive * 1.02, alive], axis=1) / (alive.sum() * 2.02)
    persons = chance.poisson(sizes[:, None, None] * shares).astype("int64")
    return MadeCountry({"00": "Riket", **{c: named[c] for c in codes}}, municipalities, persons)


def as_first_counted(country: MadeCountry, seed: int = 2026) -> MadeCountry:
    """The country as a preliminary table has it: here and there a person more or fewer."""
    chance = np.random.default_rng(seed)
    late = chance.integers(-1, 2, country.persons.shape) * (country.persons > 1)
    return replace(country, persons=country.persons + late)


# As SCB's interface serves it -------------------------------------------------------------------


@dataclass
class Published(Population):
    """The made country as a table of SCB's on the stand-in for its interface.

    Nothing may be left out of a question, and what is given is the published cell itself.
    """

    country: MadeCountry = field(kw_only=True)
    seed: int = 0
    may_be_left_out: frozenset[str] = frozenset()

    def variables(self) -> dict[str, dict[str, str]]:
        """Each variable's codes in order, and what they are called."""
        return {
            "Region": dict(self.country.names),
            "Alder": {code: age_text(code) for code in AGES},
            "Kon": dict(SEXES),
            "ContentsCode": self.contents,
            "Tid": {YEAR: YEAR},
        }

    def data(self, selection: Mapping[str, Sequence[str]], *, sparse: bool) -> dict[str, Any]:
        """The selected cells."""
        known = self.variables()
        chosen = {n: {code: known[n][code] for code in selection[n]} for n in known}
        made = self._dataset(chosen)
        cells = self.country.published(
            *(list(chosen[n]) for n in ("Region", "Alder", "Kon")), seed=self.seed
        )
        values = cells.reshape(-1).tolist()
        made["value"] = {str(at): v for at, v in enumerate(values)} if sparse else values
        return made


def published(country: MadeCountry, **changes: Any) -> Published:
    """The country's table, the successor of TAB1267."""
    given: dict[str, Any] = {
        "id": TABLE,
        "label": f"{TITLE}. År 2025 - 2025",
        "updated": "2026-02-20T07:00:00Z",
        "contents": {CONTENTS: "Folkmängd"},
        "refperiod": REFPERIOD,
        "notes": NOTES,
        "mandatory": (0, 1),
        **changes,
    }
    return Published(
        country.names, country.municipalities, {YEAR: country.persons}, country=country, **given
    )


# As people download it --------------------------------------------------------------------------

FOOT: Final = (
    *(line for note in NOTES for line in note.split("\r\n") if line.strip()),
    "Senaste uppdatering:",
    "Folkmängd:",
    "20260220 08:00",
    "Källa:",
    "SCB",
    "Måttenhet:",
    "antal",
    "Referenstid:",
    REFPERIOD,
    "Databas:",
    "Statistikdatabasen",
    f"Tabell: {TABLE}",
)
API_CSV: Final = Csv("csv of the interface", style="code", pivoted=("Tid",), contents=CONTENTS)
WEB_CSV: Final = Csv(
    "csv of the web pages",
    ";",
    "utf-8-sig",
    "text",
    ("Tid",),
    (TITLE, ""),
    quoting=csv.QUOTE_NONNUMERIC,
)
XLSX: Final = Xlsx(title=TITLE, foot=FOOT)
PX: Final = Px(
    title=TITLE,
    tableid=TABLE,
    refperiod=REFPERIOD,
    # In px a line ends with this mark.
    notex="#".join(NOTES).replace("\r\n", "#"),
)
