"""Files for `raw/population/`: a free name, the sidecar as text, all placed or none."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from schemas.common import Level, Maturity
from statsbidrag.errors import InputError, UsageError
from statsbidrag.intake.adding import facts_of
from statsbidrag.intake.cell_selection import wanted_of
from statsbidrag.intake.pxweb_answers import Notes, Table, Variable
from statsbidrag.intake.storing import NewExtract, free_stem, sidecar_bytes, store
from statsbidrag.population.demand import BasisKey
from statsbidrag.register.recipients import read_register
from tests.cases.small_country import AGREEMENT, SmallCountry
from tests.helpers.small_tables import sealed

DAY = date(2024, 11, 1)


def test_a_taken_name_gets_the_tables_date_then_a_number(country: SmallCountry) -> None:
    sidecar = sealed(b"").sidecar
    assert free_stem(country.raw, sidecar.model_copy(update={"file": "ny.json"})) == "ny"
    taken = sidecar.model_copy(update={"file": "alla.json"})
    assert free_stem(country.raw, taken) == "alla-2"


def test_a_sidecar_as_text_is_read_back(country: SmallCountry) -> None:
    sidecar = sealed(b"", notes=["En not."]).sidecar
    again = type(sidecar).model_validate(yaml.safe_load(sidecar_bytes(sidecar)))
    assert again == sidecar


def test_what_contradicts_an_agreement_is_not_stored(country: SmallCountry) -> None:
    content = (country.root / "population" / "alla.json").read_bytes().replace(b"600", b"601")
    path = country.extract("annan", content)
    sidecar = dict(country.raw.population_sidecars())[path.with_suffix(".yaml")]
    for file in (path, path.with_suffix(".yaml")):
        file.unlink()
    before = sorted((country.root / "population").iterdir())
    with pytest.raises(InputError):
        store(country.raw, [AGREEMENT], [NewExtract(content, sidecar)])
    assert sorted((country.root / "population").iterdir()) == before


def test_facts_are_those_that_were_typed() -> None:
    facts = facts_of({"days": [DAY], "maturity": "preliminary", "level": "lan"})
    assert (facts.days, facts.maturity, facts.level) == ((DAY,), Maturity.PRELIMINARY, Level.LAN)
    with pytest.raises(UsageError, match="--maturity unresolved"):
        facts_of({"days": [DAY], "maturity": "unresolved"})


def variable(**labels: str) -> Variable:
    codes = tuple(code.lstrip("_") for code in labels)
    named = dict(zip(codes, labels.values(), strict=True))
    return Variable(codes, named, False, {"BE0101A9": "1 november"})


def test_all_ages_are_asked_for_by_their_own_code(country: SmallCountry) -> None:
    table = Table(
        "TAB1267",
        "https://example.test/tables/TAB1267",
        "Folkmängd 1 november",
        {
            "Region": variable(_0114="Alby", _0115="Berga", _0201="Ceby", _00="Riket"),
            "Alder": variable(_0="0 år", _1="1 år", tot="totalt ålder"),
            "ContentsCode": variable(BE0101A9="Folkmängd"),
            "Tid": variable(_2023="2023", _2024="2024"),
        },
        Notes((), ()),
    )
    register = read_register(country.raw)
    [wanted] = wanted_of([BasisKey(DAY, Level.KOMMUN, None)], table, register)
    assert wanted.selection == {
        "Region": ("0114", "0115", "0201"),
        "Alder": ("tot",),
        "ContentsCode": ("BE0101A9",),
        "Tid": ("2024",),
    }
