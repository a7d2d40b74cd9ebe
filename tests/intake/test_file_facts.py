"""What a downloaded file says of itself, and what a person may say of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from schemas.common import Level
from schemas.keys import AgeInterval
from statsbidrag.errors import InputError
from statsbidrag.intake.file_facts import ages_of, level_of, perturbation_for
from statsbidrag.population.formats.any_format import read_cells
from statsbidrag.population.formats.cells import Cells
from statsbidrag.register.recipients import read_register
from tests.cases.small_country import ALL_AGES, SmallCountry, jsonstat
from tests.helpers.small_tables import sealed

SOURCE = Path("hamtat.json")
NOTE = "Från och med referensåret 2025 används Cell Key-metoden (CKM)."
CSV = b"region;Folkm\xc3\xa4ngd 2024\n0114 Alby;600\n0115 Berga;300\n"


def cells(values: Mapping[str, int | Sequence[int]], ages: Sequence[str] = ()) -> Cells:
    return read_cells(sealed(json.dumps(jsonstat(values, ages)).encode()))


def by_age(*ages: str) -> Cells:
    return cells(dict.fromkeys(ALL_AGES, [1] * len(ages)), ages)


def test_counties_alone_are_counties(country: SmallCountry) -> None:
    register = read_register(country.raw)
    assert level_of(cells({"00": 3, "01": 1, "02": 2}), register) == Level.LAN
    assert level_of(cells({"01": 1, "0114": 1}), register) == Level.KOMMUN
    assert level_of(cells({"01": 1, "Mars": 2}), register) == Level.KOMMUN


@pytest.mark.parametrize(
    ("ages", "covers"),
    [
        (("0", "1", "2-18"), "0-18"),
        (("65+",), "65+"),
        (("0-18", "19+"), None),
        (("TOT",), None),
        # The published total is of everyone, whatever parts stand beside it.
        (("0-18", "TOT1"), None),
    ],
)
def test_the_ages_that_a_file_covers(ages: tuple[str, ...], covers: str | None) -> None:
    wanted = AgeInterval.model_validate(covers) if covers else None
    assert ages_of(SOURCE, by_age(*ages), None) == wanted
    # Who says the same says nothing new; who says other ages is wrong.
    assert ages_of(SOURCE, by_age(*ages), wanted) == wanted
    with pytest.raises(InputError) as caught:
        ages_of(SOURCE, by_age(*ages), AgeInterval(first=0, last=17))
    [problem] = caught.value.problems
    assert (problem.place, problem.found) == ("--ages", "0-17")
    assert (covers or "every age") in problem.expected


def test_a_person_says_the_ages_of_a_file_that_does_not() -> None:
    young = AgeInterval(first=0, last=18)
    assert ages_of(SOURCE, read_cells(sealed(CSV)), young) == young
    # A table of SCB's without ages is of all of them.
    with pytest.raises(InputError, match="every age"):
        ages_of(SOURCE, cells(ALL_AGES), young)


def test_what_is_said_of_random_numbers() -> None:
    quiet = sealed(CSV, reference_date="2025-11-01", producer="SCB")
    found = read_cells(sealed(CSV))
    assumed = perturbation_for(SOURCE, found, quiet.sidecar, None)
    assert assumed is not None
    assert assumed.source.startswith("antaget")
    stated = perturbation_for(SOURCE, found, quiet.sidecar, "none")
    assert stated is not None
    assert stated.method == "none"
    # Another's figures, an estimate, and those of earlier years are as they were counted.
    for facts in ({"producer": "Alby"}, {"maturity": "estimate"}, {"reference_date": "2024-11-01"}):
        own = sealed(CSV, **{"reference_date": "2025-11-01", "producer": "SCB", **facts}).sidecar
        assert perturbation_for(SOURCE, found, own, None) is None


def test_the_notes_of_the_file_come_first() -> None:
    document = jsonstat(ALL_AGES, year="2025")
    document["note"] = [NOTE]
    content = json.dumps(document).encode()
    file = sealed(content, reference_date="2025-11-01", producer="SCB")
    assert perturbation_for(SOURCE, read_cells(file), file.sidecar, "cell_key") is None
    with pytest.raises(InputError, match="the file says so itself"):
        perturbation_for(SOURCE, read_cells(file), file.sidecar, "none")
