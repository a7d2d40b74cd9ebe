"""What the allowance for random numbers finds, and what it lets pass: a made country, many seeds.

The whole table is in docs/decisions/0012; `bench/allowance.py` makes it.
"""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest

from statsbidrag.errors import InputError
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.population.extract import Extract, counted
from statsbidrag.population.reading import read_extract
from statsbidrag.register.recipients import Register, read_register
from tests.helpers.invented_persons import KINDS, found
from tests.helpers.made_scb_2025 import (
    AGES,
    CONTENTS,
    SINGLE,
    TABLE,
    TOTAL,
    MadeCountry,
    made_country,
    published,
)
from tests.helpers.small_tables import sealed

SEEDS = 100
SEXES = ("1", "2", "TotSa")


def country() -> MadeCountry:
    return made_country(PROJECT / "raw")


def times_found(kind: str, invented: int) -> np.ndarray:
    """By municipality, in how many of all seeds."""
    every = [found(country(), KINDS[kind], invented, seed) for seed in range(SEEDS)]
    return np.asarray(np.sum(every, axis=0))


def test_the_made_numbers_are_as_described() -> None:
    regions, ages = list(country().names), list(AGES)
    true = country().true(regions, ages, SEXES)
    off = country().published(regions, ages, SEXES) - true
    assert 0.74 < off.std() < 0.76
    assert (off.min(), off.max()) == (-3, 3)
    assert (true == 0).any()
    assert not off[true == 0].any()
    totals = off[:, [ages.index(code) for code in ("TOT1", "TOT5", "TOT10", "TotSA")]]
    assert (totals == totals[:, :1]).all()


@pytest.mark.parametrize(("kind", "invented"), [("by sex", 120), ("classes", 40)])
def test_invented_persons_are_found_in_any_municipality(kind: str, invented: int) -> None:
    assert times_found(kind, invented).min() >= 99


@pytest.mark.parametrize("kind", ["by sex", "classes"])
def test_honest_figures_pass_in_every_seed(kind: str) -> None:
    assert not times_found(kind, 0).any()


def test_the_division_between_hides_nothing() -> None:
    """Spread over all single years, 150 persons show in no class of five years or ten."""
    assert found(country(), KINDS["everything"], 150, seed=1).all()
    assert not found(country(), KINDS["everything"], 0, seed=1).any()


@cache
def register() -> Register:
    return read_register(Raw(PROJECT / "raw"))


def read(seed: int, changes: dict[tuple[str, str, str], int]) -> Extract:
    """Total and single years by sex of all municipalities, through the reader."""
    table = published(country(), seed=seed)
    regions, ages = country().municipalities, (*TOTAL, *SINGLE)
    selection = {"Region": regions, "Alder": ages, "Kon": SEXES}
    made = table.data(selection | {"ContentsCode": [CONTENTS], "Tid": ["2025"]}, sparse=False)
    for (region, age, sex), more in changes.items():
        at = (regions.index(region) * len(ages) + ages.index(age)) * len(SEXES) + SEXES.index(sex)
        made["value"][at] += more
    facts = {"table": TABLE, "contents": CONTENTS, "reference_date": "2025-11-01"}
    [extract] = read_extract(sealed(json.dumps(made).encode(), **facts), register())
    return extract


def test_an_honest_file_is_read_and_its_published_total_counts() -> None:
    extract = read(3, {})
    persons = counted(extract, None)
    assert persons is not None
    regions = country().municipalities
    total = country().published(regions, TOTAL, seed=3)
    assert persons.persons.to_dict() == dict(zip(regions, total.reshape(-1).tolist(), strict=True))
    assert set(persons.cells) == {1}


def test_a_file_with_invented_persons_is_refused_by_the_name_of_the_place() -> None:
    spread = {("2513", str(age), sex): 1 for age in range(60) for sex in ("1", "2")}
    with pytest.raises(InputError) as caught:
        read(3, spread)
    [problem] = caught.value.problems
    assert "region 2513" in problem.place
    assert "contradicts itself" in problem.action
