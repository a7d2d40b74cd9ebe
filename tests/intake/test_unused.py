"""Files of population that no agreement uses are told, with what would make one use them."""

from __future__ import annotations

from statsbidrag.intake.unused import unused
from tests.cases.small_country import AGREEMENT, ALL_AGES, SmallCountry, jsonstat
from tests.helpers.program import in_process


def test_a_file_of_another_table_or_day_is_told(country: SmallCountry) -> None:
    assert unused(country.raw) == []
    country.extract("ny", jsonstat(ALL_AGES, table="TAB6999"), table="TAB6999")
    country.extract("sedan", jsonstat(ALL_AGES, year="2030"), reference_date="2030-11-01")
    told = {path.name: why for path, why in unused(country.raw)}
    assert told["sedan.yaml"] == "no agreement asks for 2030-11-01"
    assert told["ny.yaml"].startswith(
        "no agreement uses it: it is of TAB6999, and prov-2025 takes TAB1267."
    )
    assert "write `succeeds: TAB1267` there" in told["ny.yaml"]
    # Of one agreement, only what is of its days.
    assert [path.name for path, _ in unused(country.raw, [AGREEMENT])] == ["ny.yaml"]
    assert (
        f"note: {country.root}/population/ny.yaml" in in_process("--raw", country.root, "check").err
    )


def test_a_successor_serves_the_agreement(country: SmallCountry) -> None:
    for name in ("alla", "aldrar"):
        (country.root / "population" / f"{name}.json").unlink()
        (country.root / "population" / f"{name}.yaml").unlink()
    table = jsonstat({"0114": [150, 450], "0115": [30, 270], "0201": [20, 80]}, ["0-18", "19+"])
    table["extension"] = {"px": {"tableid": "TAB6999"}}
    country.extract("ny", table, table="TAB6999", succeeds="TAB1267")
    assert unused(country.raw) == []
    out = in_process("--raw", country.root, "allocate", AGREEMENT, "--format", "csv").out
    assert f"{AGREEMENT},kommun/c,kommun,0114,Alby,100," in out


def test_nothing_is_told_while_an_agreement_cannot_be_read(country: SmallCountry) -> None:
    country.extract("sedan", jsonstat(ALL_AGES, year="2030"), reference_date="2030-11-01")
    country.write_agreement("annan-2030", "format: 1\n")
    assert unused(country.raw) == []
