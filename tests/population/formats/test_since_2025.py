"""A table as SCB's have been since reference year 2025: the same frame in every form.

Ages of two divisions of which the last is the same, a total for each, a total of the sexes, marital
status as its total alone. The figures are the small country's, and sums are exact.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import cache

import pandas as pd
import pytest

from statsbidrag.errors import InputError
from statsbidrag.population.formats.any_format import read_table
from statsbidrag.register.recipients import Register
from tests.cases.small_country import NAMES
from tests.helpers.dialects import WRITERS, Csv, Px, Table, Xlsx
from tests.helpers.small_tables import REGIONS, sealed

AGES = {
    "-4": "0-4 år",
    "5-99": "5-99 år",
    "100+1": "100+ år",
    "100+5": "100+ år",
    "TOT5": "totalt, samtliga åldrar",
    "TotSA": "totalt, samtliga åldrar",
}
SEXES = {"1": "män", "2": "kvinnor", "TotSa": "totalt, samtliga män och kvinnor"}
PARTS = {"-4": 10, "5-99": 20, "100+1": 30, "100+5": 30}


def _figure(region: str, age: str, sex: str) -> int:
    """A figure whose digits are region, age and sex; a total is the sum of its parts."""
    ages = [PARTS[age]] if age in PARTS else [10, 20, 30]
    sexes = [int(sex)] if sex in "12" else [1, 2]
    return sum(100 * (REGIONS.index(region) + 1) + a + s for a in ages for s in sexes)


TABLE = Table(
    {
        "Region": {code: NAMES[code] for code in REGIONS},
        "Civilstand": {"SC": "totalt, samtliga civilstånd"},
        "Alder": AGES,
        "Kon": SEXES,
        "Tid": {"2025": "2025"},
    },
    [_figure(region, age, sex) for region in REGIONS for age in AGES for sex in SEXES],
)


def pivoted(style: str, delimiter: str, *across: str) -> Callable[[Table], bytes]:
    """A csv with so many variables as columns."""
    contents = {"code": "BE0101A9", "dash": "BE0101A9 - Folkmängd", "text": "Folkmängd"}[style]
    quoting = csv.QUOTE_NONNUMERIC
    return Csv(
        style, delimiter, style=style, pivoted=(*across, "Tid"), quoting=quoting, contents=contents
    ).write  # fmt: skip


FORMS = {
    **WRITERS,
    **{
        f"{style}, {across}": pivoted(style, ",", *across)
        for style in ("text", "dash", "code")
        for across in (("Alder",), ("Alder", "Kon"), ("Civilstand", "Alder", "Kon"))
    },
    "codes, space": pivoted("code", " "),
    "xlsx, long": Xlsx(pivoted=()).write,
    "xlsx, everything across": Xlsx(pivoted=("Alder", "Kon", "Tid")).write,
    "xlsx, code and name apart": Xlsx(two_columns=True).write,
    "px without codes": Px(codes=False).write,
}


@cache
def _read(form: str, land: Register) -> pd.DataFrame:
    file = sealed(FORMS[form](TABLE), reference_date="2025-11-01")
    return read_table(file, land).frame.reset_index(drop=True)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_frame(land: Register, form: str) -> None:
    assert _read(form, land).equals(_read("json-stat2", land))


def test_the_frame_has_each_meaning_once(land: Register) -> None:
    frame = _read("json-stat2", land)
    alby = frame[frame["region_code"] == "0114"]
    ages = alby[["age_from", "age_to"]].drop_duplicates()
    assert set(ages.itertuples(index=False, name=None)) == {(0, 4), (0, 999), (5, 99), (100, 999)}
    # 111 + 112, and the same of the two other ages, together the total.
    both = alby[alby["sex"] == "total"]["population"].tolist()
    assert both == [223, 729, 243, 263]


def test_a_total_that_stands_twice_says_one_thing(land: Register) -> None:
    values = list(TABLE.values)
    values[len(SEXES) * 5] = int(str(values[len(SEXES) * 5])) + 1
    for form in ("json-stat2", "text, ('Alder',)"):
        file = sealed(FORMS[form](Table(TABLE.variables, values)), reference_date="2025-11-01")
        with pytest.raises(InputError, match="the two mean the same"):
            read_table(file, land)
