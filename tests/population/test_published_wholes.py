"""The published figure of exactly the cell counts, before any sum of its parts.

`tests/cases/population` holds files in the form of SCB's tables since 2025; their figures are our
own (no figure of SCB's for 2025 is in them).
"""

from __future__ import annotations

from functools import cache

import pytest

from schemas.common import Level
from schemas.keys import AgeInterval
from statsbidrag.errors import InputError
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.population.extract import Extract, counted
from statsbidrag.population.reading import read_extract
from statsbidrag.register.recipients import Register, read_register
from tests.cases.small_country import SmallCountry, jsonstat
from tests.helpers.small_tables import sealed

CASES = PROJECT / "tests" / "cases" / "population"
RANDOM = {"method": "cell_key", "per_cell": 5, "source": "en not"}


@cache
def sweden() -> Register:
    return read_register(Raw(PROJECT / "raw"))


def case(name: str, **facts: str) -> tuple[Extract, ...]:
    content = (CASES / f"{name}.json").read_bytes()
    return read_extract(sealed(content, reference_date="2025-11-01", **facts), sweden())


def persons(extract: Extract, code: str, ages: AgeInterval | None = None) -> tuple[int, int]:
    """The persons of a region, and how many figures they are."""
    found = counted(extract, ages)
    assert found is not None
    return int(found.persons[code]), int(found.cells[code])


def test_a_published_total_is_not_put_together_from_men_and_women() -> None:
    # Överkalix: 3 208 published, 3 201 men and women added.
    [extract] = case("F65_published_total_dropped")
    assert persons(extract, "2513") == (3208, 1)


def test_counties_beside_municipalities_have_their_own_published_figures() -> None:
    municipalities, counties = case("F65b_counties_dropped")
    assert (municipalities.level, counties.level) == (Level.KOMMUN, Level.LAN)
    assert persons(counties, "25") == (248592, 1)
    assert persons(municipalities, "2513") == (3201, 1)


def test_the_fewest_figures_make_an_interval(country: SmallCountry) -> None:
    ages = ["0-4", *map(str, range(5)), "5-9", *map(str, range(5, 10)), "10+"]
    values = {
        code: [5 * n, *[n] * 5, 5 * n, *[n] * 5, 100 * n]
        for n, code in enumerate(("0114", "0115", "0201"), start=1)
    }
    path = country.extract("aldrar", jsonstat(values, ages), perturbation=RANDOM)
    file = country.raw.population(path.with_suffix(".yaml"))
    [extract] = read_extract(file, read_register(country.raw))
    assert persons(extract, "0201", AgeInterval(first=0, last=9)) == (30, 2)
    assert persons(extract, "0201", AgeInterval(first=0, last=6)) == (21, 3)
    assert persons(extract, "0201") == (330, 3)


@pytest.mark.parametrize(
    ("off", "right"), [(9, True), (-9, True), (10, False), (-10, False), (500, False)]
)
def test_a_whole_may_differ_from_its_parts_within_the_allowance(
    country: SmallCountry, off: int, right: bool
) -> None:
    """Three figures, 5 persons each: ⌈5·√3⌉ = 9."""
    ages = ["0-18", "19+", "0-100+"]
    values = {"0114": [150, 450, 600 + off], "0115": [30, 270, 300], "0201": [20, 80, 100]}
    path = country.extract("aldrar", jsonstat(values, ages), perturbation=RANDOM)
    file = country.raw.population(path.with_suffix(".yaml"))
    if right:
        [extract] = read_extract(file, read_register(country.raw))
        assert persons(extract, "0114") == (600 + off, 1)
        return
    with pytest.raises(InputError) as caught:
        read_extract(file, read_register(country.raw))
    [problem] = caught.value.problems
    assert problem.place == "region 0114, all ages, sex total, 2024-11-01"
    assert (problem.expected[:3], problem.found) == ("600", str(600 + off))


def test_without_random_numbers_a_whole_is_exactly_its_parts(country: SmallCountry) -> None:
    values = {"0114": [150, 450, 601], "0115": [30, 270, 300], "0201": [20, 80, 100]}
    path = country.extract("aldrar", jsonstat(values, ["0-18", "19+", "0-100+"]))
    file = country.raw.population(path.with_suffix(".yaml"))
    with pytest.raises(InputError, match="contradicts itself"):
        read_extract(file, read_register(country.raw))


def test_the_nation_is_compared_with_either_level(country: SmallCountry) -> None:
    """Nation 1 000, counties 900 and 100, municipalities 1 015 in all: ⌈5·√4⌉ = 10 persons."""
    whole = {"00": 1000, "01": 900, "02": 100}
    parts = {"0114": 604, "0115": 304, "0201": 107}
    content = jsonstat({**whole, **parts})
    for level in ("lan", "kommun"):
        path = country.extract("alla", content, level=level, perturbation=RANDOM)
        file = country.raw.population(path.with_suffix(".yaml"))
        with pytest.raises(InputError) as caught:
            read_extract(file, read_register(country.raw))
        assert caught.value.problems[0].place.startswith("region 00")
    counties = jsonstat({**whole, "00": 1003})
    path = country.extract("alla", counties, level="lan", perturbation=RANDOM)
    file = country.raw.population(path.with_suffix(".yaml"))
    [extract] = read_extract(file, read_register(country.raw))
    assert any(doubt.startswith("En summa i filen") for doubt in extract.doubts)


def test_a_file_with_random_numbers_and_nothing_to_compare_says_so(country: SmallCountry) -> None:
    totals = {"0114": 600, "0115": 300, "0201": 100}
    path = country.extract("alla", jsonstat(totals), perturbation=RANDOM)
    file = country.raw.population(path.with_suffix(".yaml"))
    [extract] = read_extract(file, read_register(country.raw))
    assert not extract.compared
    assert len(extract.doubts) == 1
    path = country.extract("alla", jsonstat(totals))
    [plain] = read_extract(
        country.raw.population(path.with_suffix(".yaml")), read_register(country.raw)
    )
    assert plain.doubts == ()
