"""What each reader refuses, and what it says; what SCB's signs allow is read rightly.

The country of `tests/cases/small_country.py`, by age and sex, with what is wrong put into the
figures and labels before they are written in each format.
"""

from __future__ import annotations

import dataclasses
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from schemas import tables
from schemas.common import Level
from schemas.keys import AgeInterval
from schemas.register import RegionChange
from statsbidrag.errors import InputError, Problem
from statsbidrag.files.raw_folder import LARGEST
from statsbidrag.population.extract import counted
from statsbidrag.population.formats.any_format import PopulationTable, read_table
from statsbidrag.population.formats.spreadsheet import MOST_TAGS, MOST_UNPACKED
from statsbidrag.population.reading import read_extract
from statsbidrag.register import recipients as reg
from statsbidrag.register.recipients import Register
from tests.cases.small_country import NAMES
from tests.helpers.dialects import Csv, JsonStat, Px, Table, Xlsx
from tests.helpers.small_tables import (
    EVERYTHING,
    PATH,
    REGIONS,
    changed,
    sealed,
    table,
)

LONG = Csv("long", ";", title=("Folkmängd 1 november", ""))
PIVOTED = Csv("pivoted", ",", "iso-8859-1", pivoted=("Kon", "Tid"), foot=("", "Källa: SCB"))

FORMAT_OF: Mapping[str, Csv] = {"csv": LONG, "csv, pivoted": PIVOTED}

Write = Callable[[Table], bytes]
FORMATS: Mapping[str, Write] = {
    "json-stat2": JsonStat().write,
    "csv": LONG.write,
    "csv, pivoted": PIVOTED.write,
    "xlsx": Xlsx().write,
    "px": Px().write,
}
PLACES = {
    "json-stat2": r"value[.\[]\d+\]?",
    "csv": r"line \d+, column `Folkmängd`",
    "csv, pivoted": r"line \d+, column `Folkmängd (män|kvinnor) 2024`",
    "xlsx": r"row \d+, column [A-Z]",
    "px": r"DATA, figure \d+",
}
every_format = pytest.mark.parametrize("form", FORMATS)


def read(content: bytes, land: Register, **facts: Any) -> PopulationTable:
    found = read_table(sealed(content, **facts), land)
    tables.checked(tables.Population, found.frame)
    return found


def refusal(content: bytes, land: Register, **facts: Any) -> Problem:
    """The one problem, which names the file, what was expected and found, and what to do."""
    with pytest.raises(InputError) as caught:
        read_table(sealed(content, **facts), land)
    [problem] = caught.value.problems
    assert problem.file == str(PATH)
    assert problem.expected
    assert problem.found
    assert problem.action
    return problem


def cells(found: PopulationTable) -> list[tuple[Any, ...]]:
    columns = ["region_code", "age_from", "age_to", "sex", "reference_date", "population"]
    return list(found.frame[columns].itertuples(index=False, name=None))


EXPECTED = [
    (code, first, last, str(s), "2024-11-01", 1000 + 100 * r + 10 * a + s)
    for r, code in enumerate(REGIONS, 1)
    for a, (first, last) in enumerate([(0, 0), (1, 64), (65, 999)], 1)
    for s in (1, 2)
]
TOTAL = sum(row[-1] for row in EXPECTED)


def as_published(made: Table) -> list[tuple[Any, ...]]:
    """Every figure of a table as it stands, but for the nation's: by region, age, sex and day."""
    ages = {"tot": (0, 999), "0": (0, 0), "1-64": (1, 64), "65+": (65, 999)}
    return sorted(
        (codes["Region"], *ages[codes["Alder"]], sex, "2024-11-01", value)
        for codes, value in made.rows()
        for sex in [codes["Kon"].replace("1+2", "total")]
        if codes["Region"] != "00"
    )


@every_format
def test_what_is_right(land: Register, form: str) -> None:
    assert cells(read(FORMATS[form](table()), land)) == EXPECTED


# Figures ----------------------------------------------------------------------------------------

# What is written, and words of what is said about it; a cell with a comma needs another csv.
FIGURES = [
    ("..", "a missing value"),
    (".", "a missing value"),
    ("-5", "below zero"),
    ("−5", "below zero"),
    ("1 234", "separators between thousands"),
    ("1\u00a0234", "separators between thousands"),
    ("1.234", "separators between thousands"),
    ("12,5", "decimals"),
    ("12.5", "decimals"),
    ("47820.1", "decimals"),
    ("47820.000", ""),
    ("1e3", ""),
    ("99999999999", ""),
    ("trettio", ""),
    ("47820p", ""),
    ("٣", ""),
    ("#N/A", "a missing value"),
    ("TRUE", ""),
]


@pytest.mark.parametrize(("figure", "said"), FIGURES)
@pytest.mark.parametrize("form", ["csv", "csv, pivoted", "xlsx", "px"])
def test_figures_that_are_none(land: Register, form: str, figure: str, said: str) -> None:
    if "px" in form and " " in figure.replace("\u00a0", " "):
        form = "csv"  # px parts figures by blanks: test_px_with_separated_thousands
    if figure in ("−5", "٣"):
        form = "xlsx"  # no ISO-8859-1
    problem = refusal(FORMATS[form](changed(table(), {7: figure})), land)
    assert re.fullmatch(PLACES[form], problem.place)
    assert (
        problem.expected == "a whole number of persons, 0 to 1000000000, in digits and nothing else"
    )
    assert problem.found.startswith(f"`{figure}`")
    assert said in problem.found
    assert "fetch the table again" in problem.action


def test_px_with_separated_thousands(land: Register) -> None:
    content = Px().write(changed(table(), {7: 99887766})).replace(b"99887766", b"99 887 766")
    problem = refusal(content, land)
    assert (problem.place, problem.found) == ("DATA", "20")
    assert "separators between thousands" in problem.action


@pytest.mark.parametrize("value", [-5, 12.5, "12", None, True, "..", 10**10])
@pytest.mark.parametrize("sparse", [False, True])
def test_json_figures_that_are_none(land: Register, value: object, sparse: bool) -> None:
    problem = refusal(JsonStat(sparse).write(changed(table(), {7: value})), land)
    assert problem.place in ("value[7]", "value.7")
    assert "number of persons" in problem.expected
    assert "fetch the table again" in problem.action


@pytest.mark.parametrize("value", [12.5, True, "", "#DIV/0!"])
def test_cells_of_a_spreadsheet_that_are_no_figure(land: Register, value: object) -> None:
    problem = refusal(Xlsx().write(changed(table(), {7: value})), land)
    assert re.fullmatch(PLACES["xlsx"], problem.place)


def test_a_whole_number_of_a_spreadsheet_may_be_a_float(land: Register) -> None:
    made = table()
    floats = dataclasses.replace(made, values=[float(str(value)) for value in made.values])
    assert cells(read(Xlsx().write(floats), land)) == EXPECTED


@pytest.mark.parametrize("sign", ["-", "–"])
@pytest.mark.parametrize("form", ["csv", "csv, pivoted", "xlsx", "px"])
def test_nothing_to_report_is_none(land: Register, form: str, sign: str) -> None:
    if form != "xlsx" and sign == "–":
        form = "csv"
    found = read(FORMATS[form](changed(table(), {3: sign, 7: sign})), land)
    assert [row[-1] for row in cells(found)].count(0) == 2
    assert any(doubt.startswith("2 värden är strecket –") for doubt in found.doubts)


def test_json_status(land: Register) -> None:
    document = JsonStat().document(changed(table(), {3: None}))
    document["status"] = {"3": "-"}
    found = read(encoded(document), land)
    assert cells(found)[3][-1] == 0
    document = JsonStat().document(table()) | {"status": {"3": "p", "5": "p"}}
    assert "2 värden har en statusflagga i filen: p." in read(encoded(document), land).doubts
    document = JsonStat().document(table()) | {"status": ["", "", "", ".."]}
    assert refusal(encoded(document), land).place == "value.3"


def encoded(document: object) -> bytes:
    import json

    return json.dumps(document).encode()


# Regions, ages, sexes ---------------------------------------------------------------------------


@every_format
def test_one_sex_only(land: Register, form: str) -> None:
    problem = refusal(FORMATS[form](table(sexes=("2",))), land)
    assert (problem.place, problem.found) == ("sexes", "only 2")
    assert "one sex is not everyone" in problem.action


@every_format
def test_one_sex_and_the_total(land: Register, form: str) -> None:
    assert refusal(FORMATS[form](table(sexes=("1", "1+2"))), land).found == "only 1 and total"


@every_format
def test_both_sexes_together(land: Register, form: str) -> None:
    found = read(FORMATS[form](table(sexes=("1+2",))), land)
    assert set(found.frame["sex"]) == {"total"}
    assert found.frame["population"].sum() == TOTAL


@every_format
def test_wholes_are_checked_and_kept_beside_their_parts(land: Register, form: str) -> None:
    found = read(FORMATS[form](EVERYTHING), land)
    assert sorted(cells(found)) == as_published(EVERYTHING)
    assert found.compared
    assert not read(FORMATS[form](table()), land).compared


@every_format
def test_counties_with_their_municipalities(land: Register, form: str) -> None:
    found = read(FORMATS[form](EVERYTHING), land, level="lan")
    assert set(found.frame["region_code"]) == {"01", "02", *REGIONS}
    extracts = read_extract(sealed(FORMATS[form](EVERYTHING), level="lan"), land)
    assert [(each.level, each.delivered) for each in extracts] == [
        ("lan", TOTAL),
        ("kommun", TOTAL),
    ]


CONTRADICTIONS = {
    "sex": ("0201", "0", "1+2", "region 0201, age 0, sex total, 2024-11-01"),
    "age": ("0201", "tot", "1", "region 0201, all ages, sex 1, 2024-11-01"),
    "county": ("01", "65+", "2", "region 01, "),
    "nation": ("00", "1-64", "2", "region 00, "),
}


@pytest.mark.parametrize("what", CONTRADICTIONS)
@every_format
def test_a_sum_that_contradicts_its_parts(land: Register, form: str, what: str) -> None:
    region, age, sex, place = CONTRADICTIONS[what]
    # What is wrong is so in its own sums too, which are looked at before.
    also = {"sex": (), "age": ("1+2",)}.get(what, ("tot", "1+2"))
    wrong = {
        number: int(str(value)) + 1
        for number, (codes, value) in enumerate(EVERYTHING.rows())
        if codes["Region"] == region
        and codes["Alder"] in (age, *also)
        and codes["Kon"] in (sex, *also)
    }
    problem = refusal(FORMATS[form](changed(EVERYTHING, wrong)), land)
    assert problem.place.startswith(place)
    expected, found = int(problem.expected.split(",")[0]), int(problem.found)
    assert found == expected + 1
    assert "contradicts itself" in problem.action


CKM = "Värdena har slumpmässig osäkerhet genom Cell Key Method."


@every_format
def test_random_numbers_of_one_year_excuse_nothing_of_another(land: Register, form: str) -> None:
    made = table(("00", *REGIONS), ("0-100+",), ("1+2",), ("2024", "2025"))
    days = ["2024-11-01", "2025-11-01"]
    note = CKM.replace("Värdena", "Från och med referensår 2025 har värdena").replace(" har ", " ")
    at = {day: number for number, day in enumerate(days)}

    def content(wrong: str) -> bytes:
        off = changed(made, {at[wrong]: int(str(made.values[at[wrong]])) + 3})
        if form == "json-stat2":
            return encoded(JsonStat().document(off) | {"note": [note]})
        if form == "px":
            return Px(extra=f'NOTE="{note}";').write(off)
        if form == "xlsx":
            return Xlsx(foot=(note,)).write(off)
        return dataclasses.replace(FORMAT_OF[form], foot=("", note)).write(off)

    found = read(content("2025-11-01"), land, reference_date=days)
    assert any("skiljer sig från summan" in doubt for doubt in found.doubts)
    problem = refusal(content("2024-11-01"), land, reference_date=days)
    assert problem.place == "region 00, all ages, sex total, 2024-11-01"


def test_random_numbers_excuse_small_differences(land: Register) -> None:
    perturbed = {"method": "cell_key", "per_cell": 2, "source": "en not"}
    wrong = changed(EVERYTHING, {0: int(str(EVERYTHING.values[0])) + 1})
    content = JsonStat().write(wrong)
    assert refusal(content, land).place.startswith("region 00")
    found = read(content, land, perturbation=perturbed)
    assert sorted(cells(found)) == as_published(EVERYTHING)
    assert any("skiljer sig från summan av sina delar" in doubt for doubt in found.doubts)
    document = JsonStat().document(wrong) | {"note": [CKM]}
    assert read(encoded(document), land).notes == (CKM,)
    far = changed(EVERYTHING, {0: int(str(EVERYTHING.values[0])) + 100})
    assert refusal(JsonStat().write(far), land, perturbation=perturbed).found


@every_format
def test_an_interval_beside_others_counts_as_it_is_published(land: Register, form: str) -> None:
    content = FORMATS[form](table(ages=("0-18", "0", "1-64", "65+")))
    [extract] = read_extract(sealed(content), land)
    own = counted(extract, AgeInterval(first=0, last=18))
    assert own is not None
    # Men and women of 0-18 in the first municipality: 1111 and 1112.
    assert (own.persons["0114"], own.cells["0114"]) == (2223, 2)
    # Nobody is counted twice: all ages are the three that follow upon each other.
    everyone = counted(extract, None)
    assert everyone is not None
    assert everyone.cells["0114"] == 6


@every_format
def test_a_total_whose_parts_are_not_all_there(land: Register, form: str) -> None:
    found = read(FORMATS[form](table(ages=("tot", "0-18"))), land, ages="0-18")
    assert set(found.frame["age_to"]) == {18, 999}
    assert any("en summa för alla åldrar men inte alla åldrar" in d for d in found.doubts)


@every_format
def test_an_age_that_is_none(land: Register, form: str) -> None:
    problem = refusal(FORMATS[form](table(ages=("0", "gammal"))), land)
    assert problem.expected == "ages such as 17, 0-18 or 100+"
    assert "gammal" in problem.found


@every_format
def test_ages_without_the_oldest(land: Register, form: str) -> None:
    with pytest.raises(InputError, match="every age once, from 0 to an open last one"):
        read_extract(sealed(FORMATS[form](table(ages=("0", "1-64", "65-99")))), land)


@every_format
def test_a_municipality_too_few(land: Register, form: str) -> None:
    with pytest.raises(InputError, match="0115 Berga missing"):
        read_extract(sealed(FORMATS[form](table(("0114", "0201")))), land)


@every_format
def test_a_municipality_that_is_no_longer(land: Register, form: str) -> None:
    names = {**NAMES, "1917": "Heby"}
    with pytest.raises(InputError, match="`1917`"):
        read_extract(sealed(FORMATS[form](table((*REGIONS, "1917"), names=names))), land)


def test_a_name_that_the_register_lacks(land: Register) -> None:
    content = Csv("texts", ";", style="text").write(
        table((*REGIONS, "1917"), names={**NAMES, "1917": "Heby"})
    )
    problem = refusal(content, land)
    assert problem.found == "`Heby`"
    assert "names of the register" in problem.expected


@every_format
def test_a_code_that_lost_its_zero(land: Register, form: str) -> None:
    problem = refusal(
        FORMATS[form](table(("0114", "115", "0201"), names={**NAMES, "115": "Berga"})), land
    )
    assert "`115" in problem.found
    assert form != "json-stat2" or problem.found == "`115`: was it 0115 Berga?"


@every_format
def test_counties_with_some_of_their_municipalities(land: Register, form: str) -> None:
    content = FORMATS[form](table(("00", "01", "02", "0114", "0201")))
    problem = refusal(content, land, level="lan")
    assert problem.place == "2 of 3 municipalities"
    assert problem.found == "0115 Berga missing"


@every_format
def test_counties_with_a_municipality_that_is_no_longer(land: Register, form: str) -> None:
    made = table(("01", "02", *REGIONS, "1917"), names={**NAMES, "1917": "Heby"})
    problem = refusal(FORMATS[form](made), land, level="lan")
    assert (problem.place, problem.found) == ("regions", "`1917`")


def test_the_reason_why_a_municipality_is_no_longer(land: Register) -> None:
    made = table(("01", "02", "0114", "0201", "1917"), names={**NAMES, "1917": "Heby"})
    change = RegionChange.model_validate(
        {
            "date": "2025-01-01", "from": {"1917": "Heby"}, "to": {"0115": "Berga"},
            "what": "Heby blev Berga",
        }
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        read_table(sealed(LONG.write(made), level="lan"), land, (change,))
    assert [problem.place for problem in caught.value.problems] == [
        *("2 of 3 municipalities", "regions", "division")
    ]
    assert "Heby blev Berga" in caught.value.problems[-1].found


@every_format
def test_municipalities_with_a_county_that_is_no_longer(land: Register, form: str) -> None:
    made = table(("01", "15", *REGIONS), names={**NAMES, "15": "Älvsborgs län"})
    problem = refusal(FORMATS[form](made), land)
    assert (problem.place, problem.found) == ("regions", "`15`")
    assert cells(read(FORMATS[form](table(("01", *REGIONS))), land)) == EXPECTED


@every_format
def test_another_level(land: Register, form: str) -> None:
    problem = refusal(FORMATS[form](table()), land, level="lan")
    assert (problem.place, problem.found) == ("regions", "0114, 0115, 0201")


@every_format
def test_a_region_that_stands_twice(land: Register, form: str) -> None:
    names = {**NAMES, "0201 ": "Ceby"}
    problem = refusal(FORMATS[form](table((*REGIONS, "0201 "), names=names)), land)
    assert "region 0201, age 0, sex 1, 2024-11-01" in problem.place
    assert problem.expected == "each cell once"


@pytest.mark.parametrize("form", ["csv", "csv, pivoted"])
def test_a_line_that_is_missing_or_doubled(land: Register, form: str) -> None:
    lines = FORMATS[form](table()).decode("latin-1").split("\n")
    at = next(number for number, line in enumerate(lines) if "0115" in line)
    gone = "\n".join(lines[:at] + lines[at + 1 :]).encode("latin-1")
    problem = refusal(gone, land)
    assert problem.place.startswith("region 0115, age 0, sex 1")
    assert "cut short" in problem.action
    twice = "\n".join([*lines[: at + 1], *lines[at:]]).encode("latin-1")
    problem = refusal(twice, land)
    assert f"line {at + 2}" in problem.place
    assert f"line {at + 1}" in problem.found


# What the file says of itself -------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        JsonStat(refperiod="31 december respektive år", title="Folkmängd").write,
        JsonStat(refperiod="", title="Folkmängd 31 december efter region").write,
        dataclasses.replace(LONG, title=("Folkmängd 31 december efter region",)).write,
        dataclasses.replace(PIVOTED, contents="Folkmängd 31 december").write,
        dataclasses.replace(LONG, foot=("", "Referenstid: 31 december")).write,
        dataclasses.replace(LONG, title=("Population December 31st by region",)).write,
        dataclasses.replace(LONG, title=("Folkmängd 1 november 2023",)).write,
        dataclasses.replace(LONG, title=("Folkmängd 2024-12-31",)).write,
        Xlsx(title="Folkmängd 31 december").write,
        Xlsx(foot=("Referenstid:", "31 december respektive år")).write,
        Px(refperiod="31 december respektive år").write,
        Px(refperiod="", title="Folkmängd den 31 dec. efter region").write,
        dataclasses.replace(LONG, title=("Folkmängd 31/12 2024",)).write,
        dataclasses.replace(LONG, title=("Folkmängd 31/12 efter region",)).write,
        dataclasses.replace(LONG, title=("Folkmängd 31.12.2024",)).write,
        dataclasses.replace(LONG, title=("Folkmängd vid årets slut",)).write,
        dataclasses.replace(LONG, title=("Folkmängd vid årsskiftet 2024/2025",)).write,
        dataclasses.replace(LONG, title=("Population at the end of the year",)).write,
        dataclasses.replace(PIVOTED, foot=("", "Folkmängd den 31 december.")).write,
        dataclasses.replace(PIVOTED, foot=("", "Den 31 december 2024.")).write,
        dataclasses.replace(PIVOTED, foot=("", "Befolkningen vid årets slut.")).write,
    ],
)
def test_another_day_of_the_year(land: Register, content: Write) -> None:
    problem = refusal(content(table()), land)
    assert problem.expected == "2024-11-01, as the sidecar says"
    assert re.search(r"31 december|1 november 2023", problem.found)
    assert problem.action == "fetch the years that the sidecar names, or correct the sidecar"


@pytest.mark.parametrize(
    "content",
    [
        dataclasses.replace(LONG, foot=("", "Folkmängden avser den 31 december.")).write,
        Xlsx(foot=("Uppgifterna avser förhållandena vid årsskiftet.",)).write,
        Px(refperiod="", extra='NOTE="Folkmängden avser 31/12.";').write,
        JsonStat(
            title="Folkmängd 1 november", notes=("Publiceras i december respektive år.",)
        ).write,
    ],
)
def test_a_note_on_another_day_than_the_tables_own(land: Register, content: Write) -> None:
    doubts = read_table(sealed(content(table())), land).doubts
    [doubt] = [each for each in doubts if "anmärkning" in each]
    assert "december, en annan dag än filens egen" in doubt


@pytest.mark.parametrize(
    "title", ["Folkmängd, december 2024", "Folkmängd i december", "Population, Dec 2024"]
)
def test_another_month(land: Register, title: str) -> None:
    problem = refusal(dataclasses.replace(LONG, title=(title,)).write(table()), land)
    assert problem.found.startswith("december")


@pytest.mark.parametrize("title", ["Folkmängd, november 2024", "Folkmängd i november"])
def test_a_month_alone_leaves_the_day_open(land: Register, title: str) -> None:
    found = read(dataclasses.replace(LONG, title=(title,)).write(table()), land)
    assert any("vilken dag" in doubt for doubt in found.doubts)


@pytest.mark.parametrize(
    "note",
    [
        "Den regionala indelningen gäller den 1 januari 2025.",
        "Knivsta kommun bildades den 1 januari 2003.",
        "1 januari 2003 bildades Knivsta kommun.",
        "I februari 2024 rättades två tal.",
        "Folkmängden den 1 november 2024 enligt indelningen den 1 januari 2025.",
        "Fler tabeller kommer 2024/2025.",
    ],
)
def test_a_day_of_something_else(land: Register, note: str) -> None:
    assert cells(read(Xlsx(foot=(note,)).write(table()), land)) == EXPECTED
    assert cells(read(Px(extra=f'NOTE="{note}";').write(table()), land)) == EXPECTED


@every_format
def test_another_year(land: Register, form: str) -> None:
    problem = refusal(FORMATS[form](table(years=("2023",))), land)
    assert problem.expected == "2024-11-01, as the sidecar says"
    assert problem.found.startswith("2023")


@every_format
def test_a_year_that_the_sidecar_does_not_name(land: Register, form: str) -> None:
    content = FORMATS[form](table(years=("2023", "2024")))
    assert refusal(content, land).found.startswith("2023, 2024")
    days = ["2022-11-01", "2023-11-01", "2024-11-01"]
    assert refusal(content, land, reference_date=days).found.startswith("2023, 2024")
    found = read(content, land, reference_date=days[1:])
    assert list(found.frame["reference_date"].unique()) == days[1:]
    assert found.frame["population"].sum() == 2 * TOTAL


@pytest.mark.parametrize(
    "content",
    [
        JsonStat(title="Antal döda efter region", contents="Antal döda").write,
        JsonStat(contents="Medelålder").write,
        dataclasses.replace(LONG, title=("Antal döda efter region och år",)).write,
        dataclasses.replace(LONG, contents="Döda").write,
        dataclasses.replace(PIVOTED, contents="Befolkningstäthet").write,
        Xlsx(title="Medelålder i befolkningen efter region").write,
        Px(contents="Folkökning", title="Folkökning efter region").write,
    ],
)
def test_another_subject(land: Register, content: Write) -> None:
    problem = refusal(content(table()), land)
    assert problem.expected == "a table of the population (folkmängd)"
    assert "another subject" in problem.action


ALTOGETHER = table(ages=("0-100+",), sexes=("1+2",))


def with_title(form: str, title: str) -> Write:
    """A writer of one format with another title."""
    writers: Mapping[str, Write] = {
        "json-stat2": JsonStat(title=title).write,
        "csv": dataclasses.replace(LONG, title=(title, "")).write,
        "csv, pivoted": dataclasses.replace(PIVOTED, title=(title, "")).write,
        "xlsx": Xlsx(title=title).write,
        "px": Px(title=title).write,
    }
    return writers[form]


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("Befolkning 16-74 år efter region och år", "16-74 år"),
        ("Befolkning 16–74 år efter region", "16-74 år"),
        ("Folkmängd 65+ efter region", "65+"),
        ("Folkmängd 65 år och äldre efter region", "65 år och äldre"),
        ("Folkmängd, 17-åringar, efter region", "17-åringar"),
        ("Befolkning i åldern 20 till 64 efter region", "åldern 20"),
        ("Population aged 16-74 by region", "aged 16"),
        ("Folkmängd, barn och unga, efter region", "barn"),
        ("Folkmängd 1 november, kvinnor, efter region", "kvinnor"),
        ("Folkmängd 1 november, män", "män"),
        ("Population, women, by region", "women"),
    ],
)
@every_format
def test_some_of_the_people(land: Register, form: str, title: str, named: str) -> None:
    if form != "csv" and "–" in title:
        form = "xlsx"  # no ISO-8859-1
    write = with_title(form, title)
    problem = refusal(write(ALTOGETHER), land)
    assert problem.expected == "a table of the population (folkmängd), everyone in it"
    assert problem.found.startswith(f"`{named}` in `")
    # Ages and sexes of its own say whom a file counts.
    assert cells(read(write(table()), land)) == EXPECTED


@pytest.mark.parametrize(
    "title",
    [
        "Folkmängden 1 november efter region, ålder och kön. År 2002 - 2024",
        "Folkmängd 1 november 2024, män och kvinnor",
        "Folkmängd 1 november efter region, ålder (5-årsklasser) och år 2024",
        "Folkmängd 1 november, 0-100+ år",
        "Population 1 November by region, age and sex. Year 2002 - 2024",
    ],
)
@every_format
def test_everyone(land: Register, form: str, title: str) -> None:
    found = read(with_title(form, title)(ALTOGETHER), land)
    assert list(found.frame["population"]) == ALTOGETHER.values


@pytest.mark.parametrize(
    "title",
    [
        "Folkmängd i tätorter efter region och år",
        "Folkmängd, utrikes födda, efter region",
        "Befolkningen efter region och utbildningsnivå",
        "Sysselsatt befolkning efter region",
        "Foreign-born population by region",
    ],
)
@every_format
def test_the_population_of_something_else(land: Register, form: str, title: str) -> None:
    problem = refusal(with_title(form, title)(table()), land)
    assert problem.place == "subject"
    assert "another subject" in problem.action or "not of everyone" in problem.action


def in_unit(form: str, unit: str) -> bytes:
    """The table in one format, which says this unit where it says units."""
    if form == "json-stat2":
        document = JsonStat().document(table())
        units = {"BE0101A9": {"base": unit, "decimals": 0}}
        document["dimension"]["ContentsCode"]["category"]["unit"] = units
        return encoded(document)
    foot = ("", "Måttenhet:", unit, "Källa:", "SCB")
    if form == "px":
        return Px().write(table()).replace(b'UNITS="antal"', f'UNITS="{unit}"'.encode("latin-1"))
    if form == "xlsx":
        return Xlsx(foot=("Enhet:", "Folkmängd:", unit)).write(table())
    return dataclasses.replace(LONG if form == "csv" else PIVOTED, foot=foot).write(table())


@pytest.mark.parametrize("unit", ["tusental", "1000-tal", "procent", "1000-tal personer", "kronor"])
@every_format
def test_another_unit(land: Register, form: str, unit: str) -> None:
    problem = refusal(in_unit(form, unit), land)
    assert (problem.place, problem.found) == ("unit", f"`{unit}`")
    assert problem.expected == "persons, one by one (antal)"


@pytest.mark.parametrize("unit", ["antal", "Antal personer", "personer", "number", "Persons"])
@every_format
def test_units_that_are_persons(land: Register, form: str, unit: str) -> None:
    assert cells(read(in_unit(form, unit), land)) == EXPECTED


@pytest.mark.parametrize(
    "title",
    [
        "Folkmängd 1 november, tusental",
        "Folkmängd, 1000-tal",
        "Folkmängd i 1 000-tal",
        "Population by region, thousands",
    ],
)
@every_format
def test_thousands_in_a_title(land: Register, form: str, title: str) -> None:
    assert refusal(with_title(form, title)(table()), land).place == "unit"


def test_a_unit_above_the_table(land: Register) -> None:
    titled = dataclasses.replace(LONG, title=("Folkmängd 1 november", "Måttenhet: 1000-tal", ""))
    assert refusal(titled.write(table()), land).found == "`1000-tal`"


@pytest.mark.parametrize(
    "content",
    [
        JsonStat(tableid="TAB638").write,
        Px(tableid="TAB638").write,
        Xlsx(foot=("Tabell: TAB638",)).write,
        dataclasses.replace(LONG, foot=("", "TAB638")).write,
    ],
)
def test_another_table(land: Register, content: Write) -> None:
    problem = refusal(content(table()), land)
    assert (problem.expected, problem.found) == ("TAB1267, as the sidecar says", "TAB638")


def test_another_contents_code(land: Register) -> None:
    problem = refusal(JsonStat().write(table()), land, contents="BE0101N1")
    assert problem.found == "BE0101A9 Folkmängd"
    named = dataclasses.replace(LONG, contents="BE0101N1")
    assert refusal(named.write(table()), land).found == "BE0101N1"


@pytest.mark.parametrize(
    "content",
    [
        JsonStat(title="Folkmängd 1 november, preliminära uppgifter").write,
        JsonStat(contents="Folkmängd (p)").write,
        Px(extra='NOTE="Prel. uppgifter för 2024.";').write,
        Px(extra='NOTEX="Figures are preliminary.";').write,
        Xlsx(foot=("Preliminär statistik. Siffrorna kan komma att ändras.",)).write,
        dataclasses.replace(LONG, title=("Folkmängd 1 november (p)", "")).write,
        dataclasses.replace(PIVOTED, foot=("", "Uppgifterna för 2020-2025 är preliminära.")).write,
    ],
)  # fmt: skip
def test_a_file_that_calls_itself_preliminary(land: Register, content: Write) -> None:
    assert read(content(table()), land).preliminary


@every_format
def test_a_file_that_does_not_call_itself_preliminary(land: Register, form: str) -> None:
    assert not read(FORMATS[form](table()), land).preliminary
    note = "Uppgifterna för 2021 är preliminära. De för 2024 är inte längre preliminära."
    for content in (Xlsx(foot=(note,)).write(table()), Px(extra=f'NOTE="{note}";').write(table())):
        assert not read(content, land).preliminary


def test_figures_with_the_flag_of_what_is_preliminary(land: Register) -> None:
    document = JsonStat().document(table())
    for status in ("p", {"3": "p"}, [*[None] * 5, "P"]):
        assert read(encoded(document | {"status": status}), land).preliminary
    assert not read(encoded(document | {"status": {"3": "r"}}), land).preliminary
    document["dimension"]["Tid"]["category"]["label"] = {"2024": "2024p"}
    assert read(encoded(document), land).preliminary


@pytest.mark.parametrize("style", ["both", "text"])
def test_counties_in_english(land: Register, style: str) -> None:
    names = {code: f"{name.removesuffix(' län').removesuffix('s')} county"
             for code, name in reg.names(land, Level.LAN).items()}  # fmt: skip
    made = table(("01", "02"), ("tot",), ("1+2",), names=names)
    written = Csv("english", ",", style=style, title=("Population 1 November by region", ""))
    found = read(written.write(made), land, level="lan")
    assert set(found.frame["region_code"]) == {"01", "02"}
    # As the file has them: what a name may be is for `statsbidrag.population.reading` to say.
    assert found.labels == (names if style == "both" else {})


def test_what_the_file_does_not_say_is_doubted(land: Register) -> None:
    silent = Csv("silent", ";", style="code", contents="värde").write(table())
    doubts = read(silent, land).doubts
    assert len(doubts) == 3
    assert "TAB1267" in doubts[0]
    assert "folkmängd" in doubts[1]
    assert "1 november 2024" in doubts[2]
    assert all(doubt.startswith("Filen säger inte") for doubt in doubts)


def test_a_file_without_a_year(land: Register) -> None:
    content = "region;Folkmängd\n0114;1\n0115;2\n0201;3\n".encode()
    assert any("vilket år" in doubt for doubt in read(content, land).doubts)
    dated = "Folkmängd 1 november 2024\n\n".encode() + content
    assert not any("vilket" in doubt and "år" in doubt for doubt in read(dated, land).doubts[1:])
    assert refusal("Folkmängd år 2023\n\n".encode() + content, land).found.startswith("2023")


def test_what_the_file_says_beside_its_figures(land: Register) -> None:
    found = read(JsonStat().write(table()), land)
    assert (found.notes, found.mandatory_notes) == (("Frivillig.",), ("Obligatorisk.",))
    assert found.updated == "2025-02-21T07:00:00Z"
    found = read(Px().write(table()), land)
    assert found.notes == ("Knivsta 2003.",)
    assert found.mandatory_notes == ("Från 2025 ändras; allt. Se SCB.",)
    assert found.updated == "20250221 08:00"
    found = read(Xlsx().write(table()), land)
    assert found.notes[0].startswith("Uppgifterna avser förhållandena den 1 november")
    assert found.updated == "20250221 08:00"
    assert found.doubts == ()


def test_another_variable(land: Register) -> None:
    made = table()
    more = Table({**made.variables, "Civilstand": {"OG": "ogifta"}}, made.values)
    problem = refusal(JsonStat().write(more), land)
    assert "Civilstand" in problem.found
    lines = [f"ogifta;{line}" for line in Csv("long", ";").write(made).decode().splitlines()]
    lines[0] = lines[0].replace("ogifta", "civilstånd")
    assert "civilstånd" in refusal("\n".join(lines).encode(), land).found


def test_contents_are_chosen(land: Register) -> None:
    lines = ["region;ålder;kön;år;Folkmängd;Folkökning"]
    lines += [
        f"{codes['Region']};{codes['Alder']};{codes['Kon']};2024;{value};-5"
        for codes, value in table().rows()
    ]
    assert cells(read("\n".join([*lines, ""]).encode(), land)) == EXPECTED
    lines[0] = "region;ålder;kön;år;Folkökning;Döda"
    assert refusal("\n".join([*lines, ""]).encode(), land).found == "Folkökning, Döda"


# The file itself --------------------------------------------------------------------------------


def archive(members: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "looks_like"),
    [
        (b"", "an empty file"),
        (b"\xef\xbb\xbf \n", "an empty file"),
        (b"<!DOCTYPE html><html><body>503 Service Unavailable, try; later</body></html>",
         "an HTML page"),
        (b"\n<html><table><tr><td>0114</td><td>1</td></tr></table></html>", "an HTML page"),
        (b'<?xml version="1.0"?><fel kod="429"/>', "an XML document"),
        (b"%PDF-1.7\n1 0 obj", "a PDF document"),
        (b"PAR1\x15\x04", "a Parquet file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an old or encrypted Excel workbook"),
        (archive({"content.xml": b"<x/>", "mimetype": b"application/vnd.oasis"}),
         "an OpenDocument file (.ods)"),
        (archive({"bilder/a.png": b"x"}), "a zip archive with bilder/a.png"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "a gzip archive"),
        ("Tjänsten är inte tillgänglig.\nFörsök igen senare.\n".encode(), "text without a table"),
        (b"0114;600\n0115;300\n0201;100\n", "text without a table"),
    ],
)  # fmt: skip
def test_other_formats_are_named(land: Register, content: bytes, looks_like: str) -> None:
    problem = refusal(content, land)
    assert looks_like in problem.found
    assert "json-stat2, PxWeb csv, xlsx, px" in problem.expected


@pytest.mark.parametrize(
    "content",
    [
        LONG.write(table(names={**NAMES, "0115": "Väsby"})).decode().encode("utf-8").decode(
            "latin-1").encode("utf-8"),
        LONG.write(table(names={**NAMES, "0115": "V\ufffdsby"})),
        Xlsx().write(table(names={**NAMES, "0115": "VÃ¤sby"})),
        b"\0".join(bytes([byte]) for byte in LONG.write(table())),
    ],
    ids=["doubly encoded", "lost letter", "xlsx", "UTF-16 without mark"],
)  # fmt: skip
def test_wrong_encoding(land: Register, content: bytes) -> None:
    problem = refusal(content, land)
    assert problem.expected == "text in UTF-8 or ISO-8859-1"
    assert "saved in one encoding and read in another" in problem.found
    assert "CSV UTF-8" in problem.action


@pytest.mark.parametrize(
    ("encoding", "page", "said"),
    [
        ("utf-8", 'CODEPAGE="iso-8859-1";\n', "bytes that are UTF-8"),
        ("iso-8859-1", 'CODEPAGE="utf-8";\n', "bytes that are not UTF-8"),
    ],
)
def test_px_in_another_character_set_than_it_states(
    land: Register, encoding: str, page: str, said: str
) -> None:
    made = table(names={**NAMES, "0115": "Väsby"})
    problem = refusal(Px(encoding=encoding, page=page).write(made), land)
    assert (problem.place, problem.found) == ("CODEPAGE", said)
    assert "json-stat2" in problem.action


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-1", "cp1252", "utf-16"])
def test_every_encoding_that_says_what_it_is(land: Register, encoding: str) -> None:
    content = dataclasses.replace(LONG, encoding=encoding, end="\r\n").write(table())
    assert cells(read(content, land)) == EXPECTED


def test_a_workbook_that_unpacks_to_far_more(land: Register) -> None:
    bomb = archive({"xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": bytes(MOST_UNPACKED + 1)})
    assert len(bomb) < 3_000_000
    problem = refusal(bomb, land)
    assert problem.found == f"more than {MOST_UNPACKED} bytes once unpacked"
    tags = archive({"xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": b"<c>" * (MOST_TAGS + 1)})
    assert len(tags) < 200_000
    assert refusal(tags, land).found == f"more than {MOST_TAGS} tags once unpacked"
    many = archive({f"xl/{number}.xml": b"" for number in range(501)} | {"xl/workbook.xml": b""})
    assert refusal(many, land).found == "502 files in it"


def workbook(rows: str) -> bytes:
    """A workbook whose sheet holds these rows, as they are written in XML."""
    stream = io.BytesIO(Xlsx().write(table()))
    with zipfile.ZipFile(stream) as made:
        members = {name: made.read(name) for name in made.namelist()}
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'
    return archive({**members, "xl/worksheets/sheet1.xml": sheet.encode()})


def test_a_sheet_without_a_table_is_not_read_to_its_end(land: Register) -> None:
    line = "<row><c><v>1</v></c><c><v>2</v></c></row>"
    # What would be refused for itself stands below, and is never come to.
    content = workbook(line * 100 + '<row><c r="XFD101"><v>1</v></c></row>')
    assert "a workbook without a table" in refusal(content, land).found


def test_few_bytes_that_claim_many_cells(land: Register) -> None:
    def text(word: str) -> str:
        return f'<c t="inlineStr"><is><t>{word}</t></is></c>'

    head = f"<row>{text('region')}{text('2024')}</row>"
    # The last cell of each row stands five hundred columns out.
    rows = [f'<row>{text("0114")}<c r="SF{n}"><v>1</v></c></row>' for n in range(2, 3102)]
    problem = refusal(workbook(head + "".join(rows)), land)
    assert "more than 1500000 cells" in problem.found


def test_entities_that_multiply(land: Register) -> None:
    sheet = (
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'
    )
    stream = io.BytesIO(Xlsx().write(table()))
    with zipfile.ZipFile(stream) as made:
        members = {name: made.read(name) for name in made.namelist()}
    problem = refusal(archive({**members, "xl/worksheets/sheet1.xml": sheet}), land)
    assert "one that cannot be read" in problem.found


def test_a_file_larger_than_any_table(land: Register) -> None:
    problem = refusal(bytes(LARGEST + 1), land)
    assert (problem.place, problem.found) == ("size", f"{LARGEST + 1} bytes")


def test_sheets(land: Register) -> None:
    about = Xlsx(sheets={"Om tabellen": [["Källa", "SCB"]]})
    assert cells(read(about.write(table()), land)) == EXPECTED
    two = Xlsx(sheets={"Kopia": [["region", "2024"], ["0114", 1], ["0115", 2]]})
    assert refusal(two.write(table()), land).found == "Folkmängd, Kopia"


@every_format
def test_a_file_that_was_cut_short(land: Register, form: str) -> None:
    whole = FORMATS[form](table())
    for length in range(0, len(whole) - 2, max(len(whole) // 60, 1)):
        try:
            [found] = read_extract(sealed(whole[:length]), land)
        except InputError:
            continue
        # Nothing but footnotes can be gone unseen.
        assert form == "csv, pivoted"
        assert found.delivered == TOTAL


@pytest.mark.parametrize("gone", [1, 2, 3, 4])
def test_the_last_figure_may_have_lost_digits(land: Register, gone: int) -> None:
    problem = refusal(LONG.write(table())[:-gone], land)
    assert re.fullmatch(PLACES["csv"], problem.place)
    assert problem.expected.startswith("a line end after the last figure")
    assert problem.found == f"{str(EXPECTED[-1][-1])[: 5 - gone]}, and then the end of the file"
    assert "cut short" in problem.action


def test_a_sum_shows_that_the_last_figure_is_whole(land: Register) -> None:
    for made in (EVERYTHING, table(("00", *REGIONS)), table(sexes=("1+2", "1", "2"))):
        content = LONG.write(made)[:-1]
        assert set(EXPECTED) <= set(cells(read(content, land)))
        # A sum that is one digit short contradicts its parts.
        assert "contradicts itself" in refusal(content[:-1], land).action
    content = LONG.write(table())[:-1]
    assert cells(read(content, land, control_total=TOTAL)) == EXPECTED
    assert refusal(content[:-1], land, control_total=TOTAL).found.endswith("the end of the file")


def test_a_sum_that_may_be_off_shows_nothing(land: Register) -> None:
    perturbed = {"method": "cell_key", "per_cell": 100, "source": "en not"}
    made = table(("00", *REGIONS))
    whole, cut = LONG.write(made)[:-1], LONG.write(changed(made, {23: 1335}))[:-1]
    assert cells(read(whole, land, perturbation=perturbed)) == EXPECTED
    assert "cut short" in refusal(cut, land, perturbation=perturbed).action


def test_a_figure_of_other_contents_may_be_cut(land: Register) -> None:
    content = "region;Folkmängd 2024;Folkökning 2024\n0114;10;1\n0115;20;2\n0201;30;3".encode()
    assert [row[-1] for row in cells(read(content, land))] == [10, 20, 30]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        (b"DATA=", b'KEYS("region")=CODES;\r\nDATA=', "line"),
        (b"DATA=", b"DATUM=", "line"),
        (b'STUB="region"', b'STUB="omr"', "STUB, HEADING"),
        (b'CODES("region")="0114",', b'CODES("region")=', 'VALUES("region"), CODES("region")'),
        (b'SOURCE="SCB";', b'SOURCE="SCB;', "line"),
        (b'SOURCE="SCB";', b'SOURCE;', "line"),
        (b'SOURCE="SCB";', b'SOURCE("a"="SCB";', "line"),
    ],
)  # fmt: skip
def test_px_that_breaks_the_format(land: Register, old: bytes, new: bytes, place: str) -> None:
    content = Px().write(table())
    assert old in content
    assert refusal(content.replace(old, new), land).place.startswith(place)


def test_px_with_contents_as_a_variable(land: Register) -> None:
    made = table()
    text = Px(contents="Folkmängd efter innehåll").write(made).decode("latin-1")
    text = text.replace('"år";', '"år",\r\n"tabellinnehåll";', 2).replace(
        'VARIABLECODE("år")="Tid";',
        'VARIABLECODE("år")="Tid";\r\nCONTVARIABLE="tabellinnehåll";\r\n'
        'VALUES("tabellinnehåll")="Folkökning","Folkmängd";\r\n'
        'CODES("tabellinnehåll")="BE0101N2","BE0101A9";',
    )
    head, _, data = text.partition("DATA=")
    doubled = " ".join(f"-7 {figure}" for figure in data.strip().rstrip(";").split())
    assert cells(read(f"{head}DATA={doubled};".encode("latin-1"), land)) == EXPECTED
