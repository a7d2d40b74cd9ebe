"""Fetching: exactly the cells that keys need, judged before anything is stored, stored whole."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from schemas.common import Maturity
from schemas.sidecar import PopulationSidecar
from statsbidrag.agreement.reading import load_agreement
from statsbidrag.dossier.gathering import Computed, compute
from statsbidrag.errors import InputError, Problem, ProgramError
from statsbidrag.files.yaml_reading import read_model
from statsbidrag.intake.fetching import Choice, Fetched, fetch_population
from statsbidrag.intake.pxweb import PxWeb
from statsbidrag.intake.successors import require_years
from statsbidrag.population.demand import bases_of
from statsbidrag.register.recipients import read_register
from tests.cases.small_country import AGREEMENT, AGREEMENT_TEXT, SmallCountry, jsonstat
from tests.helpers.scb import Scb, changed, cut, serving, small_country, successor

Refused = Callable[[Callable[[], object]], list[Problem]]
TODAY = date(2026, 11, 23)
COUNTIES = "folkmangd_2024-11-01_lan.json"
YOUNG = "folkmangd_2024-11-01_kommun_0-18.json"
RANDOM = (
    "Från och med referensåret 2025 är en liten kontrollerad slumpmässig osäkerhet införd. "
    "Metoden heter Cell Key Method."
)


@pytest.fixture
def scb() -> Iterator[Scb]:
    with serving(small_country()) as server:
        yield server


@pytest.fixture
def fetch(scb: Scb, country: SmallCountry) -> Callable[[], Fetched]:
    """Fetches once more; nobody waits."""

    def once() -> Fetched:
        with PxWeb(scb.address, sleep=lambda seconds: None) as client:
            return fetch_population(country.raw, AGREEMENT, client, TODAY)

    return once


def names(paths: tuple[Path, ...]) -> list[str]:
    return [path.name for path in paths]


def sidecar(path: Path) -> PopulationSidecar:
    return read_model(path.with_suffix(".yaml"), PopulationSidecar)[0]


def files(country: SmallCountry) -> dict[str, bytes]:
    """Everything in the folder `raw/`, whatever its name."""
    return {
        path.relative_to(country.root).as_posix(): path.read_bytes()
        for path in sorted(country.root.rglob("*"))
        if path.is_file()
    }


def computed(country: SmallCountry) -> Computed:
    return compute(country.raw, AGREEMENT)


def amounts(country: SmallCountry, post: str) -> dict[str, tuple[int, str]]:
    frame = computed(country).allocation
    own = frame[frame["post"] == post]
    return {
        str(code): (int(amount), str(maturity))
        for code, amount, maturity in zip(
            own["recipient_code"], own["amount_sek"], own["maturity"], strict=True
        )
        if code != "00"
    }


# What is asked ---------------------------------------------------------------------------------


def test_exactly_the_cells_that_the_keys_need(scb: Scb, fetch: Callable[[], Fetched]) -> None:
    fetch()
    same = {"ContentsCode": ["BE0101A9"], "Tid": ["2024"]}
    assert scb.questions() == [
        {"Region": ["01", "02"], "Alder": ["tot"], **same},
        {"Region": ["0114", "0115", "0201"], "Alder": [str(age) for age in range(19)], **same},
    ]


@pytest.mark.parametrize(
    ("changes", "ages", "sexes"),
    [
        ({"age_total": "TotSA"}, ["TotSA"], None),
        ({"age_total": None}, None, None),
        ({"age_total": None, "may_be_left_out": frozenset({"Kon"})}, "every", None),
        ({"may_be_left_out": frozenset()}, ["tot"], ["1", "2"]),
        ({"may_be_left_out": frozenset(), "sex_total": "1+2"}, ["tot"], ["1+2"]),
        ({"sex_total": "TotSa"}, ["tot"], ["TotSa"]),
    ],
)
def test_a_published_sum_is_asked_for_rather_than_its_parts(
    scb: Scb,
    country: SmallCountry,
    fetch: Callable[[], Fetched],
    changes: dict[str, Any],
    ages: Any,
    sexes: list[str] | None,
) -> None:
    for name, value in changes.items():
        setattr(scb.population, name, value)
    fetch()
    asked = scb.questions()[0]
    assert asked.get("Alder") == (list(scb.population.ages) if ages == "every" else ages)
    assert asked.get("Kon") == sexes
    # 900 and 100 of 1 001 kr; the third post by the young (152, 38, 19 of 209).
    assert amounts(country, "region/a") == {"01": (901, "definitive"), "02": (100, "definitive")}
    assert amounts(country, "kommun/c")["0114"] == (98, "definitive")


def test_an_interval_that_holds_another_is_asked_for_once(
    scb: Scb, country: SmallCountry, fetch: Callable[[], Fetched]
) -> None:
    text = AGREEMENT_TEXT.replace(
        "      - rest: {by: population, ages: 0-18}",
        "      - part: {share: 1/3, by: population, ages: 3-9}\n"
        "      - rest: {by: population, ages: 0-18}",
    )
    text = text.replace("    amount: 175\n", "    amount: 175\n    ages_note: på prov\n")
    country.agreement.write_text(text, "utf-8")
    assert names(fetch().stored) == [COUNTIES, YOUNG]
    assert len(scb.questions()) == 2


def test_an_agreement_without_population_asks_nothing(
    scb: Scb, country: SmallCountry, fetch: Callable[[], Fetched]
) -> None:
    text = AGREEMENT_TEXT.replace("by: population, ages: 0-18", "by: equal")
    country.agreement.write_text(text.replace("by: population", "by: equal"), "utf-8")
    assert fetch() == Fetched((), ())
    assert scb.asked == []


# What is stored --------------------------------------------------------------------------------


def test_each_answer_is_a_file_with_its_sidecar(
    scb: Scb, country: SmallCountry, fetch: Callable[[], Fetched]
) -> None:
    before = files(country)
    scb.population.notes, scb.population.mandatory = ("En not.", "En viktig."), (1,)
    fetched = fetch()
    assert names(fetched.stored) == [COUNTIES, YOUNG]
    assert fetched.unchanged == ()
    new = set(files(country)) - set(before)
    assert new == {
        f"population/{Path(name).with_suffix(end)}"
        for name in (COUNTIES, YOUNG)
        for end in (".json", ".yaml")
    }
    data = json.loads(fetched.stored[1].read_bytes())
    assert (data["size"], sum(data["value"])) == ([3, 19, 1, 1], 209)
    said = sidecar(fetched.stored[1])
    assert said.fetched is not None
    assert said.fetched.address == (
        f"{scb.address}/tables/TAB1267/data?lang=sv&outputFormat=json-stat2"
    )
    assert said.fetched.query["Region"] == ("0114", "0115", "0201")
    assert said.fetched.updated == "2025-02-21T07:00:00Z"
    assert (said.retrieved, said.producer, said.table) == (TODAY, "SCB", "TAB1267")
    assert (said.level, str(said.ages), said.maturity) == ("kommun", "0-18", "definitive")
    assert (said.notes, said.mandatory_notes) == (("En not.",), ("En viktig.",))
    assert said.method == (
        "Hämtad ur tabell TAB1267 i SCB:s Statistikdatabas med en fråga: "
        "tre kommuner, 0–18 år i ettårsklasser och båda könen tillsammans."
    )
    assert said.replaces is said.control_total is said.perturbation is None


def test_a_sidecar_can_be_read_by_a_person(fetch: Callable[[], Fetched]) -> None:
    text = fetch().stored[0].with_suffix(".yaml").read_text("utf-8")
    assert text.startswith(f"format: 1\nfile: {COUNTIES}\nretrieved: 2026-11-23\n")
    assert "licence: 'CC0, ange Källa: SCB'\nreference_date: 2024-11-01\nlevel: lan\n" in text
    assert "    Region: ['01', '02']\n    Alder: [tot]\n" in text
    assert not {"&id", "*id", "null", "!!"} & set(text.split())


def test_several_queries_are_one_file(
    scb: Scb, country: SmallCountry, fetch: Callable[[], Fetched]
) -> None:
    scb.config["maxDataCells"] = 8
    fetched = fetch()
    assert len(scb.questions()) == 1 + 3 * 3
    said = sidecar(fetched.stored[1])
    assert "med nio frågor: tre kommuner" in said.method
    assert said.fetched is not None
    assert len(said.fetched.query["Alder"]) == 19
    assert amounts(country, "kommun/c")["0114"] == (98, "definitive")


def test_only_what_rests_on_ages_changes(
    country: SmallCountry, fetch: Callable[[], Fetched]
) -> None:
    counties = [amounts(country, post) for post in ("region/a", "lan/b/y", "lan/e")]
    estimated = {"0114": 100, "0115": 40, "0201": 35}
    assert amounts(country, "kommun/c") == {c: (kr, "estimate") for c, kr in estimated.items()}
    fetch()
    assert [amounts(country, post) for post in ("region/a", "lan/b/y", "lan/e")] == counties
    # 25 kr each, and 100 kr by 152, 38 and 19 of 209.
    fetched = {"0114": 98, "0115": 43, "0201": 34}
    assert amounts(country, "kommun/c") == {c: (kr, "definitive") for c, kr in fetched.items()}


def test_an_unchanged_table_makes_no_new_extract(
    scb: Scb, country: SmallCountry, fetch: Callable[[], Fetched]
) -> None:
    stored = fetch().stored
    before = files(country)
    # Put otherwise, and in parts: still the same figures.
    scb.sparse, scb.config["maxDataCells"] = True, 10
    scb.population.updated = "2025-06-01T07:00:00Z"
    fetched = fetch()
    assert (fetched.stored, fetched.unchanged) == ((), stored)
    assert files(country) == before


def test_a_changed_table_replaces_what_was_fetched(
    scb: Scb, country: SmallCountry, fetch: Callable[[], Fetched]
) -> None:
    first = fetch().stored
    content = first[1].read_bytes()
    scb.population.figures["2024"][0, 0, 0] += 1
    scb.population.figures["2024"][0, 19, 0] -= 1
    second = fetch()
    assert second.unchanged == (first[0],)
    assert names(second.stored) == ["folkmangd_2024-11-01_kommun_0-18_2025-02-21.json"]
    assert sidecar(second.stored[0]).replaces == sidecar(first[1]).sha256
    assert first[1].read_bytes() == content
    used = set(computed(country).basis.query("level == 'kommun'")["extract"])
    assert used == {f"population/{second.stored[0].name}"}
    scb.population.figures["2024"][0, 1, 0] += 1
    scb.population.figures["2024"][0, 19, 0] -= 1
    third = fetch()
    assert names(third.stored) == ["folkmangd_2024-11-01_kommun_0-18_2025-02-21-2.json"]
    assert sidecar(third.stored[0]).replaces == sidecar(second.stored[0]).sha256


def test_preliminary_figures_give_way_and_do_not_come_back(
    scb: Scb, country: SmallCountry, fetch: Callable[[], Fetched]
) -> None:
    scb.population.notes = ("Uppgifterna är preliminära.",)
    first = fetch().stored
    assert [sidecar(path).maturity for path in first] == [Maturity.PRELIMINARY] * 2
    scb.population.notes = ()
    second = fetch().stored
    assert [sidecar(path).replaces for path in second] == [sidecar(path).sha256 for path in first]
    scb.population.notes = ("Uppgifterna är preliminära.",)
    third = fetch()
    assert [sidecar(path).replaces for path in third.stored] == [None, None]
    assert amounts(country, "kommun/c")["0114"] == (98, "definitive")
    scb.population.notes = ("Rättad.",)
    fourth = fetch().stored
    assert [sidecar(path).replaces for path in fourth] == [sidecar(path).sha256 for path in second]


@pytest.mark.parametrize(
    ("note", "maturity"),
    [
        ("Uppgifterna är preliminära.", "preliminary"),
        ("Preliminary figures.", "preliminary"),
        ("Uppgifterna för 2024 är preliminära.", "preliminary"),
        ("Preliminära uppgifter från och med 2023.", "preliminary"),
        ("För åren 2020-2025 är uppgifterna preliminära.", "preliminary"),
        ("Uppgifterna för 2021 är preliminära. De för 2024 är slutliga.", "definitive"),
        ("Uppgifterna är slutliga.", "definitive"),
        ("Prel. uppgifter för 2024.", "preliminary"),
        ("Uppgifterna är inte längre preliminära.", "definitive"),
    ],
)
def test_maturity_is_what_the_notes_say_of_the_year(
    scb: Scb, fetch: Callable[[], Fetched], note: str, maturity: str
) -> None:
    scb.population.notes = (note,)
    assert sidecar(fetch().stored[0]).maturity == maturity


def test_a_preliminary_year_may_say_so_in_its_label(scb: Scb, fetch: Callable[[], Fetched]) -> None:
    def labelled(data: Any) -> None:
        data["dimension"]["Tid"]["category"]["label"]["2024"] = "2024 preliminär"

    scb.early.extend([None, changed(labelled)])
    assert sidecar(fetch().stored[0]).maturity == "preliminary"


@pytest.mark.parametrize(
    "label",
    [
        *("Folkmängd 1 november, preliminära uppgifter", "Prel. folkmängd 1 november"),
        *("Folkmängd 1 november (p)", "Population 1 November, preliminary"),
    ],
)
@pytest.mark.parametrize("of", ["table", "contents"])
def test_a_preliminary_table_may_say_so_in_its_names(
    scb: Scb, fetch: Callable[[], Fetched], of: str, label: str
) -> None:
    if of == "table":
        scb.population.label = label
    else:
        scb.population.contents = dict.fromkeys(scb.population.contents, label)
    assert sidecar(fetch().stored[0]).maturity == "preliminary"


@pytest.mark.parametrize(
    ("status", "maturity"),
    [
        ("p", "preliminary"),
        ({"1": "p"}, "preliminary"),
        ({"1": "r"}, "definitive"),
        (["p"], "preliminary"),
        ({}, "definitive"),
    ],
)
def test_preliminary_figures_may_be_flagged(
    scb: Scb, fetch: Callable[[], Fetched], status: object, maturity: str
) -> None:
    scb.faults.append(changed(lambda data: data.update(status=status)))
    found = fetch().stored
    assert [sidecar(path).maturity for path in found] == [maturity, "definitive"]


def test_an_answer_alone_may_say_that_it_is_preliminary(
    scb: Scb, fetch: Callable[[], Fetched]
) -> None:
    def labelled(data: Any) -> None:
        data["dimension"]["Tid"]["category"]["label"]["2024"] = "2024p"

    scb.faults.append(changed(labelled))
    assert sidecar(fetch().stored[0]).maturity == "preliminary"


@pytest.mark.parametrize("unit", ["tusental", "procent"])
def test_figures_in_another_unit_are_refused(
    scb: Scb, country: SmallCountry, fetch: Callable[[], Fetched], refused: Refused, unit: str
) -> None:
    def in_unit(data: Any) -> None:
        units = data["dimension"]["ContentsCode"]["category"]["unit"]
        units.update({code: {"base": unit} for code in units})

    before = files(country)
    scb.faults.append(changed(in_unit))
    [problem] = refused(fetch)
    assert (problem.place, problem.found) == ("unit", f"`{unit}`")
    assert files(country) == before


def test_a_new_note_is_news(scb: Scb, fetch: Callable[[], Fetched]) -> None:
    first = fetch().stored
    scb.population.notes, scb.population.mandatory = ("Ny.",), (0,)
    second = fetch().stored
    assert [sidecar(path).mandatory_notes for path in second] == [("Ny.",)] * 2
    assert [sidecar(path).replaces for path in second] == [sidecar(path).sha256 for path in first]


def test_a_note_is_kept_as_it_is(scb: Scb, fetch: Callable[[], Fetched]) -> None:
    note = "Rad ett: 'så' & *så*\n\n# rad två {x} <b>fet</b>"
    scb.population.notes = (note, "  ", " " + note + "\n", "null", "2025", "- x")
    first = fetch().stored
    assert sidecar(first[0]).notes == (note, "null", "2025", "- x")
    assert fetch().unchanged == first


@pytest.mark.parametrize(
    ("year", "alone", "per_cell"), [("2024", True, None), ("2025", True, 8), ("2025", False, 5)]
)
def test_random_numbers_count_from_the_year_that_the_note_names(
    scb: Scb,
    country: SmallCountry,
    fetch: Callable[[], Fetched],
    year: str,
    alone: bool,
    per_cell: int | None,
) -> None:
    # A table without a total of the sexes adds two figures up, each with a number of its own:
    # ⌈5·√2⌉ = 8.
    scb.population.sex_total = None if alone else "TotSa"
    scb.population.notes = (RANDOM,)
    scb.population.figures["2025"] = scb.population.figures["2024"]
    country.agreement.write_text(AGREEMENT_TEXT.replace("2024-11-01", f"{year}-11-01"), "utf-8")
    said = sidecar(fetch().stored[0]).perturbation
    assert (said and said.per_cell) == per_cell
    assert said is None or said.source == RANDOM


# What is refused, and leaves nothing behind ----------------------------------------------------


def variable(name: str, codes: list[str], *, left_out: bool = False) -> Callable[[Any], None]:
    """The table's metadata with one variable more, or another."""

    def change(data: Any) -> None:
        if name not in data["id"]:
            data["id"].append(name)
            data["size"].append(0)
        data["size"][data["id"].index(name)] = len(codes)
        category = {"index": codes, "label": {code: code for code in codes}}
        extension = {"elimination": left_out, "refperiod": {"BE0101A9": "1 november"}}
        data["dimension"][name] = {"category": category, "extension": extension}

    return change


def without(name: str) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        at = data["id"].index(name)
        del data["id"][at], data["size"][at], data["dimension"][name]

    return change


def of_contents(**contents: str) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        variable("ContentsCode", list(contents))(data)
        data["dimension"]["ContentsCode"]["category"]["label"] = contents
        data["label"] = "Befolkningens rörelser 1 november"

    return change


def on(refperiod: str) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        data["dimension"]["ContentsCode"]["extension"]["refperiod"] = {"BE0101A9": refperiod}
        data["label"] = "Folkmängd"

    return change


UNFIT: dict[str, tuple[Callable[[Any], None], str, str, str]] = {
    "no such year": (variable("Tid", ["2002", "2023"]), "Tid", "the year 2024", "2002 to 2023"),
    "December": (on("31 december respektive år"), "refperiod", "1 november", "31 december"),
    "no day": (on(""), "refperiod", "1 november", "Folkmängd"),
    "deaths": (of_contents(BE0101A9="Antal döda"), "ContentsCode", "folkmängd", "Antal döda"),
    "two populations": (
        of_contents(A="Folkmängd, män", B="Folkmängd, kvinnor"),
        "ContentsCode",
        "one contents that is a population",
        "A (Folkmängd, män), B (Folkmängd, kvinnor)",
    ),
    "a municipality less": (
        variable("Region", ["01", "02", "0114", "0115"]),
        "Region",
        "all 3 regions",
        "2; 0201 Ceby missing",
    ),
    "no counties": (variable("Region", ["0114", "0115", "0201"]), "Region", "all 2", "0; 01 Norra"),
    "ages in fives": (variable("Alder", ["0-4", "5-9", "tot"]), "Alder", "make 0-18", "0-4, 5-9"),
    "no ages": (without("Alder"), "id", "Alder", "Region, Kon, ContentsCode, Tid"),
    "no regions": (without("Region"), "id", "Region", "Alder, Kon, ContentsCode, Tid"),
    "by marital status": (
        variable("Civil", ["OG", "G"]),
        "Civil",
        "what has a total",
        "which has none",
    ),
}


@pytest.mark.parametrize("name", UNFIT)
def test_a_table_that_cannot_answer_is_refused_before_it_is_asked(
    scb: Scb, country: SmallCountry, fetch: Callable[[], Fetched], refused: Refused, name: str
) -> None:
    change, place, expected, found = UNFIT[name]
    before = files(country)
    scb.early.extend([None, changed(change)])
    [problem] = refused(fetch)
    assert problem.file == f"{scb.address}/tables/TAB1267/metadata"
    assert problem.place == place
    assert expected in problem.expected
    assert found in problem.found
    assert problem.action
    assert scb.questions() == []
    assert files(country) == before


def test_another_code_for_the_population_is_found_by_its_name(
    scb: Scb, fetch: Callable[[], Fetched]
) -> None:
    scb.population.contents = {"000007SF": "Folkmängd"}
    assert sidecar(fetch().stored[0]).contents == "000007SF"


def test_what_can_be_left_out_is_left_out(scb: Scb, fetch: Callable[[], Fetched]) -> None:
    scb.early.extend([None, changed(variable("Civil", ["OG", "G"], left_out=True))])
    fetch()
    assert [list(asked) for asked in scb.questions()] == [
        ["Region", "Alder", "ContentsCode", "Tid"]
    ] * 2


def negative(data: Any) -> None:
    data["value"][0] = -1


def missing(data: Any) -> None:
    data["value"][0], data["status"] = None, {"0": ".."}


def renamed(data: Any) -> None:
    data["dimension"]["Region"]["category"]["label"]["0114"] = "Berga"


def december(data: Any) -> None:
    refperiod = {"BE0101A9": "31 december respektive år"}
    data["dimension"]["ContentsCode"]["extension"]["refperiod"] = refperiod


@pytest.mark.parametrize("change", [negative, missing, renamed, december])
def test_figures_that_no_reader_takes_are_refused(
    scb: Scb,
    country: SmallCountry,
    fetch: Callable[[], Fetched],
    refused: Refused,
    change: Callable[[Any], None],
) -> None:
    before = files(country)
    scb.faults.extend([None, changed(change)])
    problems = refused(fetch)
    assert problems[0].file == f"{scb.address}/tables/TAB1267/data?lang=sv&outputFormat=json-stat2"
    assert problems[0].action.startswith("nothing is stored: ")
    assert files(country) == before


def test_a_partial_answer_is_never_stored(
    scb: Scb, country: SmallCountry, fetch: Callable[[], Fetched]
) -> None:
    before = files(country)
    scb.config["maxDataCells"] = 8
    scb.faults.extend([None, None, None, *[cut] * 4])
    with pytest.raises(ProgramError, match="attempt 4 of 4"):
        fetch()
    assert len(scb.questions()) == 3 + 4
    assert files(country) == before


def test_all_files_are_of_the_same_table_as_it_was(
    scb: Scb, country: SmallCountry, fetch: Callable[[], Fetched], refused: Refused
) -> None:
    before = files(country)
    scb.faults.extend([None, changed(lambda data: data.update(updated="2025-03-01"))])
    [problem] = refused(fetch)
    assert problem.found == "2025-03-01"
    assert files(country) == before


def test_a_contradiction_is_told_before_anything_is_stored(
    scb: Scb, country: SmallCountry, fetch: Callable[[], Fetched], refused: Refused
) -> None:
    scb.population.changed = {("01", "2024"): 5}
    before = files(country)
    problems = refused(fetch)
    said = "\n".join(map(str, problems))
    assert "905" in said
    assert "900" in said
    assert f"population/{COUNTIES}" in said
    assert "population/alla.json" in said
    assert "nothing is stored" in said
    assert ".unfinished" not in said
    assert files(country) == before


def test_what_a_person_has_put_there_is_not_replaced(
    country: SmallCountry, fetch: Callable[[], Fetched], refused: Refused
) -> None:
    persons = {"01": 901, "02": 99}
    country.extract("alla", jsonstat(persons), level="lan", producer="SCB")
    before = files(country)
    said = "\n".join(map(str, refused(fetch)))
    assert "`replaces`" in said
    assert "nothing is stored" in said
    assert files(country) == before


def test_the_same_put_there_by_a_person_is_unchanged(
    country: SmallCountry, fetch: Callable[[], Fetched]
) -> None:
    persons = {"01": 900, "02": 100}
    path = country.extract("lan", jsonstat(persons), level="lan", producer="SCB")
    fetched = fetch()
    assert fetched.unchanged == (path,)
    assert names(fetched.stored) == [YOUNG]


def test_a_correction_of_the_older_file_must_be_seen_to_first(
    scb: Scb, country: SmallCountry, fetch: Callable[[], Fetched], refused: Refused
) -> None:
    older = fetch().stored[1]
    correction = country.correction(older.name, "0114", expect=8, value=9, ages="0-0")
    # The table has not changed, though what is counted from it has.
    assert older in fetch().unchanged
    scb.population.notes = ("Ny.",)
    before = files(country)
    [problem] = refused(fetch)
    assert problem.file == str(correction)
    assert problem.action.startswith("nothing is stored: ")
    assert files(country) == before


def test_trouble_elsewhere_does_not_keep_figures_out(
    country: SmallCountry, fetch: Callable[[], Fetched]
) -> None:
    country.plan.write_text("format: 2\n", "utf-8")
    assert len(fetch().stored) == 2


def test_a_broken_file_there_is_told_before_anything_is_asked(
    scb: Scb, country: SmallCountry, fetch: Callable[[], Fetched], refused: Refused
) -> None:
    (country.root / "population" / "lös.json").write_text("{}")
    refused(fetch)
    assert scb.asked == []


@pytest.mark.parametrize("at", range(4))
def test_a_full_disk_leaves_nothing(
    country: SmallCountry,
    fetch: Callable[[], Fetched],
    monkeypatch: pytest.MonkeyPatch,
    at: int,
) -> None:
    before = files(country)
    real, calls = os.link, iter(range(9))

    def link(source: Path, target: Path) -> None:
        if next(calls) == at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
        real(source, target)

    monkeypatch.setattr(os, "link", link)
    with pytest.raises(ProgramError, match="No space left on device\\. Nothing"):
        fetch()
    assert files(country) == before


def test_no_file_is_ever_written_over(
    country: SmallCountry, fetch: Callable[[], Fetched], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.link
    theirs = country.root / "population" / YOUNG

    def link(source: Path, target: Path) -> None:
        theirs.write_bytes(b"theirs")
        real(source, target)

    monkeypatch.setattr(os, "link", link)
    with pytest.raises(ProgramError, match="somebody else is fetching too"):
        fetch()
    assert theirs.read_bytes() == b"theirs"
    assert not (country.root / "population" / COUNTIES).exists()


def test_an_agreement_that_cannot_be_read_asks_nothing(
    scb: Scb, country: SmallCountry, fetch: Callable[[], Fetched]
) -> None:
    country.agreement.write_text("format: 1\n", "utf-8")
    with pytest.raises(InputError):
        fetch()
    assert scb.asked == []


# The table that goes on ---------------------------------------------------------------------------


@pytest.fixture
def next_year(scb: Scb, country: SmallCountry) -> SmallCountry:
    """An agreement of 1 November 2025, whose table ends the year before; another one has it."""
    country.change(country.agreement, "reference_date: 2024-11-01", "reference_date: 2025-11-01")
    scb.others.append(successor(scb.population))
    return country


def taken(scb: Scb, country: SmallCountry, choice: Choice) -> Fetched:
    with PxWeb(scb.address, sleep=lambda seconds: None) as client:
        return fetch_population(country.raw, AGREEMENT, client, TODAY, choice)


def test_where_the_table_has_the_year_nothing_is_searched_for(
    scb: Scb, country: SmallCountry
) -> None:
    register = read_register(country.raw)
    agreement = load_agreement(country.raw, AGREEMENT, register)
    with PxWeb(scb.address, sleep=lambda seconds: None) as client:
        table = client.table("TAB1267")
        require_years(bases_of(agreement), table, register, client, AGREEMENT)
    assert not [path for _, path, _ in scb.asked if "query=" in path]


def test_where_a_table_ends_the_one_that_goes_on_is_named_and_not_taken(
    scb: Scb, next_year: SmallCountry, refused: Refused
) -> None:
    before = files(next_year)
    [problem] = refused(lambda: taken(scb, next_year, Choice()))
    assert (problem.place, problem.expected) == ("Tid", "the year 2025")
    assert problem.found == "2023 to 2024"
    assert f"statsbidrag fetch {AGREEMENT} --table TAB6999" in problem.action
    assert "År 2025" in problem.action
    assert files(next_year) == before


@pytest.mark.parametrize(
    "unfit",
    [
        {"refperiod": "31 december", "label": "Folkmängden 31 december efter region. År 2025"},
        {"contents": {"000008NA": "Antal döda"}},
        {"names": {"00": "Riket", "01": "Norra län"}},
    ],
)
def test_a_table_that_does_not_have_what_is_wanted_is_not_named(
    scb: Scb, next_year: SmallCountry, refused: Refused, unfit: dict[str, Any]
) -> None:
    names_of = unfit.pop("names", None)
    scb.others[:] = [successor(scb.population, **unfit)]
    if names_of:
        scb.others[0].names = names_of
    [problem] = refused(lambda: taken(scb, next_year, Choice()))
    assert "TAB6999" not in problem.action
    assert "fetch again later" in problem.action


def test_the_table_that_is_chosen_is_taken_and_serves_the_agreement(
    scb: Scb, next_year: SmallCountry
) -> None:
    fetched = taken(scb, next_year, Choice(table="TAB6999"))
    assert names(fetched.stored) == [
        "folkmangd_2025-11-01_lan.json",
        "folkmangd_2025-11-01_kommun_0-18.json",
    ]
    for path in fetched.stored:
        said = sidecar(path)
        assert (said.table, said.succeeds, said.contents) == ("TAB6999", "TAB1267", "000008NA")
    everyone, young = scb.questions()
    assert (everyone["Alder"], everyone["Kon"]) == (["TOT1"], ["TotSa"])
    # 0–18 by the fewest that are published: seven, not nineteen.
    assert young["Alder"] == ["-4", "5-9", "10-14", "15", "16", "17", "18"]
    assert set(computed(next_year).basis["extract"]) == {
        f"population/{path.name}" for path in fetched.stored
    }
    # The small country's 152 persons of 0–18 in Alby.
    own = computed(next_year).basis.query("level == 'kommun' and region_code == '0114'")
    assert list(own["population"]) == [152]


def test_contents_are_chosen_where_there_are_several(
    scb: Scb, next_year: SmallCountry, refused: Refused
) -> None:
    scb.others[0].contents = {"A": "Folkmängd, register", "B": "Folkmängd, justerad"}
    [problem] = refused(lambda: taken(scb, next_year, Choice(table="TAB6999")))
    assert problem.found == "A (Folkmängd, register), B (Folkmängd, justerad)"
    assert "--contents" in problem.action
    fetched = taken(scb, next_year, Choice(table="TAB6999", contents="A"))
    assert {sidecar(path).contents for path in fetched.stored} == {"A"}
