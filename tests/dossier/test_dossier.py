"""What an agreement needs, read once, and the one object that its documents are made of."""

from __future__ import annotations

import dataclasses

import pytest

from schemas.common import Level, RecipientType
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.dossier.gathering import compute, dossier_from, dossier_of
from statsbidrag.dossier.reading import read_amount_inputs, read_inputs
from statsbidrag.errors import InputError
from tests.cases.small_country import AGREEMENT, SmallCountry


def test_what_is_read_is_what_the_files_say(country: SmallCountry) -> None:
    inputs = read_inputs(country.raw, AGREEMENT)
    assert inputs.amounts.agreement.id == AGREEMENT
    assert [plan.county for plan in inputs.plans] == ["01"]
    assert {each.name for each in inputs.amounts.population.extracts} == {
        "population/alla.json",
        "population/aldrar.json",
    }
    assert inputs.earlier is None
    assert (inputs.outcomes, inputs.decisions) == ((), ())


def test_a_plan_that_cannot_be_read_is_held_as_its_problem(country: SmallCountry) -> None:
    country.change(country.plan, 'county: "01"', 'county: "99"')
    inputs = read_inputs(country.raw, AGREEMENT)
    assert inputs.plans == ()
    [error] = inputs.unreadable.plans
    assert error.problems[0].file == str(country.plan)
    # The amounts need no plan.
    assert (
        compute(country.raw, AGREEMENT).agreement
        == read_amount_inputs(country.raw, AGREEMENT).agreement
    )
    with pytest.raises(InputError):
        dossier_of(country.raw, AGREEMENT)


def test_no_dossier_is_half_filled(country: SmallCountry) -> None:
    fields = dataclasses.fields(Dossier)
    nothing = dataclasses.MISSING
    assert all(each.default is nothing and each.default_factory is nothing for each in fields)
    inputs = read_inputs(country.raw, AGREEMENT)
    made = dossier_of(country.raw, AGREEMENT)
    assert dossier_from.__annotations__["return"] == "Dossier"
    assert made.plans == inputs.plans
    assert made.everyone[Level.KOMMUN].persons == {"0114": 600, "0115": 300, "0201": 100}


def test_the_folders_of_recipients(country: SmallCountry) -> None:
    made = dossier_of(country.raw, AGREEMENT)
    assert made.folder(RecipientType.KOMMUN, "0114") == "kommun/0114-alby"
    assert made.folder(RecipientType.SKR, "SKR") == "skr"
