"""Which population counts, and what a whole extract is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from schemas import tables
from schemas.common import Level, Maturity
from statsbidrag.agreement.reading import load_agreement
from statsbidrag.dossier.gathering import Computed
from statsbidrag.errors import Problem
from statsbidrag.files.raw_folder import Raw
from statsbidrag.population.basis import basis_frame
from statsbidrag.population.corrections import lost_corrections, read_corrections
from statsbidrag.population.demand import bases_of
from statsbidrag.population.extract import Extract
from statsbidrag.population.reading import read_extract, read_extracts, read_sources
from statsbidrag.register import recipients as reg
from statsbidrag.register.recipients import Register, read_changes, read_register
from tests.cases.small_country import (
    AGES,
    AGREEMENT,
    ALL_AGES,
    BY_AGE,
    NAMES,
    SmallCountry,
    jsonstat,
)
from tests.helpers.program import in_process

Refused = Callable[[Callable[[], object]], list[Problem]]
COUNTIES = {"01": 900, "02": 100}
ALL = "2024-11-01/lan/alla"
YOUNG = "2024-11-01/kommun/0-18"


def basis(country: SmallCountry) -> pd.DataFrame:
    register = read_register(country.raw)
    agreement = load_agreement(country.raw, AGREEMENT, register)
    sources = read_sources(country.raw, register, agreement)
    return tables.checked(tables.Basis, basis_frame(agreement, sources))


def used(country: SmallCountry, name: str = ALL) -> tuple[str, str, dict[str, int]]:
    """The extract that a basis takes, its maturity, and the population per region."""
    frame = basis(country)
    own = frame[frame["basis"] == name]
    [extract], [maturity] = set(own["extract"]), set(own["maturity"])
    return extract, maturity, dict(zip(own["region_code"], own["population"], strict=True))


def extracts_of(country: SmallCountry, name: str = "alla") -> tuple[Extract, ...]:
    return read_extract(
        country.raw.population(country.root / "population" / f"{name}.yaml"),
        read_register(country.raw),
        read_changes(country.raw),
        read_corrections(country.raw),
    )


def whole(country: SmallCountry, name: str = "alla") -> Extract:
    [extract] = extracts_of(country, name)
    return extract


# Sweden ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "name", "maturity", "nation", "regions"),
    [
        # The sidecars' control totals: 10 587 140 persons 2024, 10 557 682 persons 2023.
        (2025, "2024-11-01/lan/alla", "definitive", 10_587_140, 21),
        (2024, "2023-11-01/lan/alla", "reconstructed", 10_557_682, 21),
        (2024, "2023-11-01/kommun/alla", "estimate", 10_557_682, 290),
    ],
)
def test_the_population_of_sweden(
    computed: Callable[[int], Computed],
    year: int,
    name: str,
    maturity: str,
    nation: int,
    regions: int,
) -> None:
    frame = computed(year).basis
    own = frame[frame["basis"] == name]
    assert (len(own), int(own["population"].sum())) == (regions, nation)
    assert set(own["maturity"]) == {maturity}


def test_stockholm_county_is_the_sum_of_its_municipalities(
    computed: Callable[[int], Computed],
) -> None:
    [own] = computed(2025).basis.query("basis == @ALL and region_code == '01'").itertuples()
    assert own.positions == "0-25"  # the first 26 figures: Stockholm county's municipalities
    assert own.extract == "population/folkmangd_2024-11-01_kommun.json"


def test_each_basis_once(computed: Callable[[int], Computed]) -> None:
    assert [str(key) for key in bases_of(computed(2025).agreement)] == [
        "2024-11-01/lan/alla",
        "2024-11-01/kommun/0-18",
    ]


def test_the_estimate_of_2023_agrees_with_what_it_was_made_for(
    computed: Callable[[int], Computed],
) -> None:
    # domain.md: 2 974 230 kr is 1.19 per cent of the post, the share of the nation's 0-25.
    frame = computed(2024).basis
    own = frame[frame["basis"] == "2023-11-01/lan/0-25"].set_index("region_code")["population"]
    assert round(100 * own["23"] / own.sum(), 2) == 1.19


# Which extract counts -------------------------------------------------------------------------


def test_the_best_maturity_wins(country: SmallCountry) -> None:
    # `aldrar` (estimate) holds the same persons by age: only it knows the young.
    assert used(country) == ("population/alla.json", "definitive", COUNTIES)
    young = {"0114": 150, "0115": 30, "0201": 20}
    assert used(country, YOUNG) == ("population/aldrar.json", "estimate", young)


@pytest.mark.parametrize(
    ("better", "weaker"),
    [
        ("definitive", "preliminary"),
        ("preliminary", "reconstructed"),
        ("reconstructed", "estimate"),
    ],
)
def test_the_order_of_maturity(country: SmallCountry, better: str, weaker: str) -> None:
    # The names sort the other way round, so it is not they that decide.
    country.extract("alla", jsonstat({**ALL_AGES, "0114": 601}), maturity=weaker)
    country.extract("bra", jsonstat(ALL_AGES), maturity=better)
    assert used(country) == ("population/bra.json", better, COUNTIES)


def test_the_level_itself_before_the_sum_of_a_lower_one(country: SmallCountry) -> None:
    # Both definitive and equal: the county's own figure is one cell, not a sum of two.
    country.extract("lan", jsonstat(COUNTIES), level="lan")
    assert used(country) == ("population/lan.json", "definitive", COUNTIES)
    assert list(basis(country).query("basis == @ALL")["positions"]) == ["0", "1"]


def test_a_better_sum_before_a_weaker_figure(country: SmallCountry) -> None:
    country.extract("lan", jsonstat({**COUNTIES, "01": 901}), level="lan", maturity="estimate")
    assert used(country) == ("population/alla.json", "definitive", COUNTIES)


def test_a_county_says_nothing_of_its_municipalities(
    country: SmallCountry, refused: Refused
) -> None:
    for name in ("alla", "aldrar"):
        for suffix in ("json", "yaml"):
            (country.root / "population" / f"{name}.{suffix}").unlink()
    country.extract("lan", jsonstat({"01": [180, 720], "02": [20, 80]}, AGES), level="lan")
    [problem] = refused(lambda: basis(country))
    wanted = country.root / "population" / "folkmangd_2024-11-01_kommun_0-18.json"
    assert problem.file == str(wanted)
    assert problem.expected == (
        "an extract of TAB1267 for 2024-11-01, level kommun, ages 0-18 (prov-2025 needs it)"
    )
    assert problem.found == "none"
    assert problem.action == (
        "statsbidrag fetch prov-2025; or take in a table that you have downloaded: "
        "statsbidrag add FILE --date 2024-11-01 --maturity definitive (docs/handbok/folkmangd.md)"
    )


def test_two_of_the_same_maturity_that_contradict(country: SmallCountry, refused: Refused) -> None:
    country.extract("andra", jsonstat({**ALL_AGES, "0114": 601}))
    [problem] = refused(lambda: basis(country))
    population = country.root / "population"
    assert problem.file == str(population / "alla.json")
    assert problem.place == f"region 01, {ALL}"
    assert problem.expected == f"901, as in {population / 'andra.json'}"
    assert problem.found == "900 (1 regions differ)"
    assert "`replaces` the other's sha256, or pin one" in problem.action


def test_two_that_agree_are_fine(country: SmallCountry) -> None:
    country.extract("andra", jsonstat(dict(reversed(ALL_AGES.items()))))
    assert used(country) == ("population/alla.json", "definitive", COUNTIES)


def test_levels_must_agree_exactly_before_2025(country: SmallCountry, refused: Refused) -> None:
    # domain.md: before reference year 2025 levels must agree exactly.
    country.extract("lan", jsonstat({**COUNTIES, "02": 101}), level="lan")
    [problem] = refused(lambda: basis(country))
    assert problem.place == f"region 02, {ALL}"


def test_with_random_numbers_levels_need_not_agree(country: SmallCountry) -> None:
    # domain.md: SCB perturbs published values; a county's own figure is another than the sum.
    country.change(country.agreement, "reference_date: 2024-11-01", "reference_date: 2025-11-01")
    random = {"method": "cell_key", "per_cell": 2, "source": "fotnoten"}
    at: dict[str, Any] = {"reference_date": "2025-11-01", "perturbation": random}
    country.extract("alla", jsonstat(ALL_AGES, year="2025"), **at)
    country.extract("aldrar", jsonstat(BY_AGE, AGES, year="2025"), maturity="estimate", **at)
    country.extract("lan", jsonstat({**COUNTIES, "02": 101}, year="2025"), level="lan", **at)
    name = "2025-11-01/lan/alla"
    assert used(country, name) == ("population/lan.json", "definitive", {"01": 900, "02": 101})


def test_a_replaced_extract_is_retired(country: SmallCountry) -> None:
    country.extract("ny", jsonstat({**ALL_AGES, "0114": 601}), replaces=country.sha256("alla"))
    assert used(country) == ("population/ny.json", "definitive", {"01": 901, "02": 100})


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({"maturity": "preliminary"}, "alla.json, which is definitive and so better"),
        ({"table": "TAB638"}, "alla.json, of table TAB1267, level kommun"),
        ({"ages": "0-18"}, "alla.json, of ages all"),
    ],
)
def test_what_a_file_cannot_replace(
    country: SmallCountry, refused: Refused, facts: dict[str, Any], found: str
) -> None:
    # A replacement is a correction of the same table; the best maturity wins.
    path = country.extract("ny", b"{}", replaces=country.sha256("alla"), **facts)
    [problem] = refused(lambda: basis(country))
    assert (problem.file, problem.place) == (str(path.with_suffix(".yaml")), "replaces")
    assert problem.found == found


def test_a_file_of_another_day_replaces_nothing_of_this_one(country: SmallCountry) -> None:
    facts = {"reference_date": "2023-11-01", "replaces": country.sha256("alla")}
    country.extract("gammal", jsonstat(ALL_AGES, year="2023"), **facts)
    assert used(country) == ("population/alla.json", "definitive", COUNTIES)


def test_a_pin_chooses(country: SmallCountry) -> None:
    country.extract("andra", jsonstat({**ALL_AGES, "0114": 601}))
    pins = f"pins: [{country.sha256('andra')}, {country.sha256('aldrar')}]"
    country.change(country.agreement, "  table: TAB1267", f"  table: TAB1267\n  {pins}")
    assert used(country) == ("population/andra.json", "definitive", {"01": 901, "02": 100})


def test_a_pin_decides_only_where_it_can_serve(country: SmallCountry) -> None:
    country.extract("andra", jsonstat({**ALL_AGES, "0114": 601}))
    pins = f"pins: [{country.sha256('alla')}]"
    country.change(country.agreement, "  table: TAB1267", f"  table: TAB1267\n  {pins}")
    assert used(country) == ("population/alla.json", "definitive", COUNTIES)
    # It says nothing of ages, so there the rule is the usual one.
    assert used(country, YOUNG)[0] == "population/aldrar.json"


def test_a_pin_of_nothing(country: SmallCountry, refused: Refused) -> None:
    country.change(country.agreement, "  table: TAB1267", f"  table: TAB1267\n  pins: [{'0' * 64}]")
    [problem] = refused(lambda: basis(country))
    assert (problem.file, problem.place) == (str(country.agreement), "population.pins")
    assert problem.action == "take the pin away, or put the file back"


def test_another_table_never_counts(country: SmallCountry, refused: Refused) -> None:
    # The same day and level, whole and sealed, but of another table than the agreement names.
    for name, content in (("alla", jsonstat(ALL_AGES, table="TAB638")),):
        country.extract(name, content, table="TAB638")
    country.extract("aldrar", jsonstat(BY_AGE, AGES, table="TAB638"), table="TAB638")
    young, everyone = refused(lambda: basis(country))
    assert everyone.expected.startswith("an extract of TAB1267 for 2024-11-01, level lan, all ages")
    assert young.expected.startswith(
        "an extract of TAB1267 for 2024-11-01, level kommun, ages 0-18"
    )


def test_another_day_never_counts(country: SmallCountry, refused: Refused) -> None:
    # No carry-forward: last year's figures do not serve this year.
    country.change(country.agreement, "reference_date: 2024-11-01", "reference_date: 2025-11-01")
    problems = refused(lambda: basis(country))
    # Everything that is missing, not the first of it alone.
    assert [Path(problem.file).name for problem in problems] == [
        "folkmangd_2025-11-01_kommun_0-18.json",
        "folkmangd_2025-11-01_lan.json",
    ]
    assert all("add FILE --date 2025-11-01" in problem.action for problem in problems)


def test_ages_that_straddle_the_interval_do_not_serve(
    country: SmallCountry, refused: Refused
) -> None:
    country.extract("aldrar", jsonstat(BY_AGE, ["0-19", "20+"]))
    [problem] = refused(lambda: basis(country))
    assert "ages 0-18" in problem.expected


def test_an_open_interval(country: SmallCountry) -> None:
    country.change(country.agreement, "ages: 0-18", "ages: 19+")
    old = {"0114": 450, "0115": 270, "0201": 80}
    assert used(country, "2024-11-01/kommun/19+")[2] == old


def test_an_interval_is_summed_over_years_and_sexes(country: SmallCountry) -> None:
    document = jsonstat({code: [1, 2, 4, 8, 16, 32] for code in ALL_AGES}, ["0-9", "10-18", "19+"])
    document["dimension"]["Kon"] = {"category": {"index": ["1", "2"]}}
    document["id"].insert(2, "Kon")
    document["size"] = [3, 3, 2, 1, 1]
    country.extract("aldrar", document, maturity="estimate")
    frame = basis(country).query("basis == @YOUNG")
    # 0-9 and 10-18, men and women: 1 + 2 + 4 + 8, the first four of each municipality's six.
    assert list(frame["population"]) == [15, 15, 15]
    assert list(frame["positions"]) == ["0-3", "6-9", "12-15"]


def test_a_pin_brings_a_replaced_extract_back(country: SmallCountry) -> None:
    # An earlier revision can be made again although SCB has corrected the table since.
    country.extract("ny", jsonstat({**ALL_AGES, "0114": 601}), replaces=country.sha256("alla"))
    pins = f"pins: [{country.sha256('alla')}, {country.sha256('aldrar')}]"
    country.change(country.agreement, "  table: TAB1267", f"  table: TAB1267\n  {pins}")
    assert used(country) == ("population/alla.json", "definitive", COUNTIES)


def test_extracts_that_replace_each_other(country: SmallCountry, refused: Refused) -> None:
    # The hashes are those of the contents, so a ring can be written down.
    country.extract("ny", jsonstat({**ALL_AGES, "0114": 601}), replaces=country.sha256("alla"))
    country.extract("alla", jsonstat(ALL_AGES), replaces=country.sha256("ny"))
    [problem] = refused(lambda: basis(country))
    assert (problem.place, problem.found) == (
        "replaces",
        "files that replace each other in a ring",
    )


def test_an_extract_that_replaces_itself(country: SmallCountry, refused: Refused) -> None:
    country.extract("alla", jsonstat(ALL_AGES), replaces=country.sha256("alla"))
    [problem] = refused(lambda: basis(country))
    assert "names the file itself" in problem.expected + problem.found


def test_a_published_sum_before_one_that_we_add(country: SmallCountry) -> None:
    # Each figure may have a random number of its own: the fewer are added, the better.
    country.extract("aaa", jsonstat(BY_AGE, AGES))
    assert used(country) == ("population/alla.json", "definitive", COUNTIES)


# Some ages only -------------------------------------------------------------------------------


def test_an_extract_of_the_ages_that_a_key_asks_for(country: SmallCountry) -> None:
    young = {code: [ages[0]] for code, ages in BY_AGE.items()}
    country.extract("unga", jsonstat(young, ["0-18"]), ages="0-18")
    found = {"0114": 150, "0115": 30, "0201": 20}
    assert used(country, YOUNG) == ("population/unga.json", "definitive", found)
    # It says nothing of all ages.
    assert used(country) == ("population/alla.json", "definitive", COUNTIES)


@pytest.mark.parametrize("ages", ["0-17", "0-19", "1-18", "0+"])
def test_an_extract_has_the_ages_that_its_sidecar_says(
    country: SmallCountry, refused: Refused, ages: str
) -> None:
    young = {code: [both[0]] for code, both in BY_AGE.items()}
    country.extract("unga", jsonstat(young, ["0-18"]), ages=ages)
    [problem] = refused(lambda: whole(country, "unga"))
    assert problem.expected == f"every age of {ages} once and no other, as the sidecar says"


# Several days in one file ---------------------------------------------------------------------


def two_years(country: SmallCountry, **facts: Any) -> None:
    """The three municipalities on 1 November 2023 (100 each) and 2024 (as always)."""
    document = jsonstat({code: [100, persons] for code, persons in ALL_AGES.items()}, ["x", "y"])
    document["id"], document["size"] = ["Region", "Tid", "ContentsCode"], [3, 2, 1]
    del document["dimension"]["Alder"]
    document["dimension"]["Tid"] = {"category": {"index": ["2023", "2024"]}}
    days = ["2023-11-01", "2024-11-01"]
    country.extract("alla", document, **{"reference_date": days, **facts})


def test_a_file_of_two_days_is_an_extract_of_each(country: SmallCountry) -> None:
    two_years(country, control_total={"2023-11-01": 300, "2024-11-01": 1000})
    register = read_register(country.raw)
    file = country.raw.population(country.root / "population" / "alla.yaml")
    earlier, later = read_extract(file, register)
    assert (str(earlier.reference_date), earlier.delivered) == ("2023-11-01", 300)
    assert (str(later.reference_date), later.delivered) == ("2024-11-01", 1000)
    # The agreement needs one of them; each figure is found again in the file.
    assert used(country) == ("population/alla.json", "definitive", COUNTIES)
    frame = basis(country).query("basis == @ALL")
    assert list(frame["positions"]) == ["1,3", "5"]


def test_the_control_total_of_one_day(country: SmallCountry, refused: Refused) -> None:
    two_years(country, control_total={"2023-11-01": 301})
    [problem] = refused(lambda: basis(country))
    assert problem.expected == "301, the sidecar's control_total"


@pytest.mark.parametrize(
    "facts",
    [
        {"control_total": 1300},
        {"control_total": {"2022-11-01": 1}},
        {"reference_date": ["2024-11-01", "2023-11-01"]},
        {"reference_date": ["2024-11-01", "2024-11-01"]},
        {"reference_date": []},
        {"reference_date": ["2023-11-01"]},
        {"reference_date": ["2022-11-01", "2023-11-01", "2024-11-01"]},
    ],
)
def test_days_that_do_not_fit(
    country: SmallCountry, refused: Refused, facts: dict[str, Any]
) -> None:
    two_years(country, **facts)
    file = country.root / "population" / "alla.yaml"
    assert refused(lambda: read_extract(country.raw.population(file), read_register(country.raw)))


# Corrections ----------------------------------------------------------------------------------


def test_a_correction_is_what_counts(country: SmallCountry) -> None:
    country.correction("alla.json", "0114", expect=600, value=599)
    assert used(country)[2] == {"01": 899, "02": 100}
    assert whole(country).delivered == 1000


def test_a_correction_of_one_age_on_one_day(country: SmallCountry) -> None:
    country.correction(
        "aldrar.json", "0114", expect=150, value=151, ages="0-18", reference_date="2024-11-01"
    )
    assert used(country, YOUNG)[2] == {"0114": 151, "0115": 30, "0201": 20}


def test_a_correction_stops_when_the_source_has_changed(
    country: SmallCountry, refused: Refused
) -> None:
    path = country.correction("alla.json", "0114", expect=601, value=599)
    [problem] = refused(lambda: basis(country))
    assert (problem.file, problem.place) == (str(path), "corrections[0].expect")
    assert problem.expected.startswith("601 in ")
    assert problem.found == "600: the source has changed"
    assert "take the correction away" in problem.action


def test_a_correction_of_a_replaced_extract(country: SmallCountry, refused: Refused) -> None:
    country.correction("alla.json", "0114", expect=600, value=599)
    country.extract("ny", jsonstat({**ALL_AGES, "0114": 599}), replaces=country.sha256("alla"))
    [problem] = refused(lambda: basis(country))
    assert problem.found == "`alla.json`, which another file replaces"


@pytest.mark.parametrize(
    ("file", "where", "place"),
    [
        ("alla.json", {"region": "9999"}, "corrections[0].where"),
        ("alla.json", {"ages": "0-18"}, "corrections[0].where"),
        ("alla.json", {"sex": "1"}, "corrections[0].where"),
        ("alla.json", {"reference_date": "2023-11-01"}, "corrections[0].where"),
    ],
)
def test_a_correction_of_nothing(
    country: SmallCountry, refused: Refused, file: str, where: dict[str, Any], place: str
) -> None:
    country.correction("alla.json", "0114", expect=600, value=599)
    path = country.root / "corrections" / "alla.json.yaml"
    data = yaml.safe_load(path.read_text("utf-8"))
    data["corrections"][0]["file"] = file
    data["corrections"][0]["where"] |= where
    path.write_text(yaml.safe_dump(data), "utf-8")
    [problem] = refused(lambda: basis(country))
    assert (problem.file, problem.place) == (str(path), place)


@pytest.mark.parametrize("file", ["borta.json", "../population/alla.json"])
def test_a_correction_of_a_file_that_is_not_there_stops_nobody_and_is_told(
    country: SmallCountry, file: str
) -> None:
    country.correction("alla.json", "0114", expect=600, value=599)
    path = country.root / "corrections" / "alla.json.yaml"
    data = yaml.safe_load(path.read_text("utf-8"))
    data["corrections"][0]["file"] = file
    path.write_text(yaml.safe_dump(data), "utf-8")
    assert used(country)[2] == COUNTIES
    [error] = lost_corrections(country.raw)
    assert error.problems[0].found == f"`{file}`"
    checked = in_process("--raw", country.root, "check")
    assert (checked.code, "corrections[0].file" in checked.err) == (2, True)
    assert in_process("--raw", country.root, "check", AGREEMENT).code == 0


def test_the_guard_looks_at_the_file_and_not_at_another_correction(
    country: SmallCountry, refused: Refused
) -> None:
    country.correction("alla.json", "0114", expect=600, value=599)
    first = country.root / "corrections" / "alla.json.yaml"
    first.rename(first.with_name("a.yaml"))
    country.correction("alla.json", "0114", expect=599, value=598, reference_date="2024-11-01")
    [problem] = refused(lambda: basis(country))
    assert problem.found == "600: the source has changed"
    country.correction("alla.json", "0114", expect=600, value=598, reference_date="2024-11-01")
    [problem] = refused(lambda: basis(country))
    assert problem.expected == "each figure corrected once"


def test_two_corrections_of_one_figure(country: SmallCountry, refused: Refused) -> None:
    path = country.correction("alla.json", "0114", expect=600, value=599)
    (path.parent / "b.yaml").write_bytes(path.read_bytes())
    [problem] = refused(lambda: basis(country))
    assert problem.expected == "each figure corrected once"


# Other divisions ------------------------------------------------------------------------------

CHANGES = """\
format: 1
source: påhittad
changes:
  - {date: 2007-01-01, from: {"0301": Alby}, to: {"0114": Alby}, what: Alby bytte län}
  - {date: 2025-01-01, from: {"0201": Ceby}, to: {"0201": Ceby, "0115": Berga}, what: Berga ny}
"""


def test_a_code_that_is_no_more_is_refused_with_the_reason(
    country: SmallCountry, refused: Refused
) -> None:
    country.changes(CHANGES)
    names = {**NAMES, "0301": "Alby"}
    country.extract("alla", jsonstat({"0301": 600, "0115": 300, "0201": 100}, names=names))
    *_, why = refused(lambda: whole(country))
    assert why.found == "another one: since 2007-01-01 `0301` is `0114` (Alby bytte län)"


def test_a_code_that_was_not_yet_is_told_apart_from_a_hole(
    country: SmallCountry, refused: Refused
) -> None:
    country.changes(CHANGES)
    country.extract("alla", jsonstat({"0114": 600, "0201": 400}))
    _, why = refused(lambda: whole(country))
    assert "since 2025-01-01 `0201` is `0201`, `0115` (Berga ny)" in why.found


def test_heby_before_2007(raw: Raw, country: SmallCountry, refused: Refused) -> None:
    # Heby moved from Västmanland to Uppsala on 1 January 2007 and got the code 0331.
    register = read_register(raw)
    names = reg.names(register, Level.KOMMUN)
    old = {**names, "1917": "Heby"}
    del old["0331"]
    table = jsonstat(dict.fromkeys(sorted(old), 1), year="2006", names=old)
    path = country.extract("heby", table, reference_date="2006-11-01")
    sealed = country.raw.population(path.with_suffix(".yaml"))
    *_, why = refused(lambda: read_extract(sealed, register, read_changes(raw)))
    assert why.place == "division"
    assert "since 2007-01-01 `1917` is `0331`" in why.found


def test_knivsta_before_2003(raw: Raw, country: SmallCountry, refused: Refused) -> None:
    # Knivsta was part of Uppsala until 1 January 2003.
    register = read_register(raw)
    names = reg.names(register, Level.KOMMUN)
    old = {code: 1 for code in sorted(names) if code != "0330"}
    path = country.extract(
        "k", jsonstat(old, year="2002", names=names), reference_date="2002-11-01"
    )
    sealed = country.raw.population(path.with_suffix(".yaml"))
    *_, why = refused(lambda: read_extract(sealed, register, read_changes(raw)))
    assert "since 2003-01-01 `0380` is `0330`, `0380`" in why.found


def test_counties_before_heby_moved(raw: Raw, country: SmallCountry, refused: Refused) -> None:
    # Until 2007 Heby was in Västmanland: 03 and 19 are other counties than today's.
    register = read_register(raw)
    names = reg.names(register, Level.LAN)
    table = jsonstat(dict.fromkeys(names, 1), year="2006", names=names)
    path = country.extract("gamla", table, reference_date="2006-11-01", level="lan")
    sealed = country.raw.population(path.with_suffix(".yaml"))
    [why] = refused(lambda: read_extract(sealed, register, read_changes(raw)))
    assert "since 2007-01-01 `1917` is `0331`" in why.found


def test_a_municipality_of_nobody(country: SmallCountry, refused: Refused) -> None:
    [problem] = broken(country, refused, values={**ALL_AGES, "0201": 0})
    assert (problem.place, problem.found) == ("region 0201, 2024-11-01", "0 in all")


@pytest.mark.parametrize("name", ["01 Norra county", "Norra county", "01 Norra län"])
def test_counties_in_english(country: SmallCountry, name: str) -> None:
    names = {"01": name, "02": "02 Södra county"}
    country.extract("lan", jsonstat({"01": 900, "02": 100}, names=names), level="lan")
    assert whole(country, "lan").delivered == 1000


def test_gotland_is_a_county_a_region_and_a_municipality(
    raw: Raw, computed: Callable[[int], Computed]
) -> None:
    # domain.md: county 09, municipality 0980 and a region at once; one population.
    register = read_register(raw)
    own = register.frame[register.frame["name"].str.contains("Gotland")]
    assert set(zip(own["type"], own["code"], strict=True)) == {
        ("lan", "09"),
        ("region", "09"),
        ("kommun", "0980"),
    }
    frame = computed(2025).allocation
    paid = frame[(frame["kind"] == "total") & frame["recipient_code"].isin(["09", "0980"])]
    assert set(paid["recipient_type"]) == {"lan", "region", "kommun"}


# Completeness ---------------------------------------------------------------------------------


def broken(country: SmallCountry, refused: Refused, **parts: Any) -> list[Problem]:
    values = parts.pop("values", ALL_AGES)
    path = country.extract("alla", jsonstat(values, **parts))
    problems = refused(lambda: whole(country))
    assert {problem.file for problem in problems} == {str(path)}
    return problems


def test_289_of_290(raw: Raw, country: SmallCountry, register: Register, refused: Refused) -> None:
    # architecture.md's example: 2326 Berg is missing.
    codes = sorted(register.frame.loc[register.frame["type"] == "kommun", "code"])
    rest = {code: 1 for code in codes if code != "2326"}
    path = country.extract("alla", jsonstat(rest))
    sealed = country.raw.population(path.with_suffix(".yaml"))
    [problem] = refused(lambda: read_extract(sealed, register))
    assert (problem.file, problem.place) == (str(path), "289 of 290 municipalities")
    assert problem.expected == "all 290 of the register"
    assert problem.found == "2326 Berg missing"
    assert problem.action == "fetch the table again, with every region"


def test_many_missing_are_counted(
    country: SmallCountry, register: Register, refused: Refused
) -> None:
    path = country.extract("alla", jsonstat({"0114": 1}))
    sealed = country.raw.population(path.with_suffix(".yaml"))
    [problem] = refused(lambda: read_extract(sealed, register))
    assert problem.place == "1 of 290 municipalities"
    assert problem.found.endswith("and 284 more missing")


def test_a_county_missing(country: SmallCountry, refused: Refused) -> None:
    path = country.extract("lan", jsonstat({"01": 900}), level="lan")
    [problem] = refused(lambda: whole(country, "lan"))
    assert (problem.file, problem.place) == (str(path), "1 of 2 counties")
    assert problem.found == "02 Södra län missing"


def test_a_code_that_lost_its_zero(country: SmallCountry, refused: Refused) -> None:
    values = {"114": 600, "0115": 300, "0201": 100}
    [problem] = broken(country, refused, values=values)
    assert problem.expected.startswith("codes of municipalities, as text with their zeros")
    assert problem.found == "`114`: was it 0114 Alby?"


def test_a_foreign_code(country: SmallCountry, refused: Refused) -> None:
    [problem] = broken(country, refused, values={**ALL_AGES, "9999": 1})
    assert (problem.place, problem.found) == ("regions", "`9999`")
    assert problem.action == "fetch the table with today's division"


@pytest.mark.parametrize("code", ["01", "00", "Riket", "", "0114 "])
def test_a_row_that_is_no_municipality(country: SmallCountry, refused: Refused, code: str) -> None:
    # A county or the nation with one inhabitant, a region without a name, one twice.
    assert broken(country, refused, values={**ALL_AGES, code: 1})


def test_sums_among_the_rows_are_checked_and_not_added(country: SmallCountry) -> None:
    sums = {"00": 1000, "01": 900, "02": 100}
    country.extract("alla", jsonstat({**sums, **ALL_AGES}))
    of_kommuner, of_counties = extracts_of(country)
    assert (of_kommuner.delivered, of_counties.delivered) == (1000, 1000)
    assert used(country) == ("population/alla.json", "definitive", COUNTIES)


def test_a_wrong_name(country: SmallCountry, refused: Refused) -> None:
    [problem] = broken(country, refused, names={**NAMES, "0114": "Berga"})
    assert (problem.place, problem.expected) == ("region 0114", "Alby, as in the register")
    assert problem.found == "Berga"


def test_a_name_may_begin_with_the_code(country: SmallCountry) -> None:
    # SCB's labels are `0114 Upplands Väsby` in some tables.
    country.extract("alla", jsonstat(ALL_AGES, names={**NAMES, "0114": "0114 Alby"}))
    assert whole(country).delivered == 1000


@pytest.mark.parametrize(
    ("ages", "found"),
    [
        (["0-18", "19-99"], "2 ages, 0 to 99"),
        (["0-17", "19+"], "2 ages, 0 to 999"),
        (["1-18", "19+"], "2 ages, 1 to 999"),
    ],
)
def test_ages_with_gaps(
    country: SmallCountry, refused: Refused, ages: list[str], found: str
) -> None:
    path = country.extract("aldrar", jsonstat(BY_AGE, ages))
    [problem] = refused(lambda: whole(country, "aldrar"))
    assert (problem.file, problem.place) == (str(path), "ages")
    assert problem.expected == "every age once, from 0 to an open last one (100+)"
    assert problem.found == found


def test_ages_that_overlap(country: SmallCountry, refused: Refused) -> None:
    country.extract("aldrar", jsonstat(BY_AGE, ["0-19", "19+"]))
    [problem] = refused(lambda: whole(country, "aldrar"))
    assert problem.expected == "every age once, from 0 to an open last one (100+)"


def test_the_same_age_in_two_words(country: SmallCountry, refused: Refused) -> None:
    country.extract("aldrar", jsonstat({c: [1, 2, 1] for c in ALL_AGES}, ["0", "0-0", "1+"]))
    assert refused(lambda: whole(country, "aldrar"))


def test_the_control_total(country: SmallCountry, refused: Refused) -> None:
    path = country.extract("alla", jsonstat(ALL_AGES), control_total=1001)
    [problem] = refused(lambda: whole(country))
    assert (problem.file, problem.place) == (str(path), "the sum of all figures")
    assert problem.expected == "1001, the sidecar's control_total"
    assert problem.found == "1000"
    country.extract("alla", jsonstat(ALL_AGES), control_total=1000)
    assert whole(country).delivered == 1000


def test_only_the_days_asked_for_are_read(country: SmallCountry) -> None:
    # A broken file of another day stops no agreement that does not need it.
    country.extract("gammal", b"avbruten", reference_date="2023-11-01")
    register = read_register(country.raw)
    agreement = load_agreement(country.raw, AGREEMENT, register)
    found = read_extracts(country.raw, register, agreement)
    assert [extract.name for extract in found] == [
        "population/alla.json",
        "population/aldrar.json",
    ]
    assert [extract.sidecar.maturity for extract in found] == [
        Maturity.DEFINITIVE,
        Maturity.ESTIMATE,
    ]
