"""The steps from a file's bytes to its table, one by one.

What a whole file is refused for is in `test_bad_input.py`, that formats agree in `test_same.py`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from schemas.common import Level
from schemas.sidecar import PopulationSidecar
from schemas.tables import OPEN_AGE
from statsbidrag.errors import InputError
from statsbidrag.files.raw_folder import Sealed
from statsbidrag.population.formats.cells import Axis, Cells, Label, Said, Variable, no_variable
from statsbidrag.population.formats.coverage import require_everyone, require_persons
from statsbidrag.population.formats.cube import Cube, cube_of, named_age
from statsbidrag.population.formats.decoding import decoded
from statsbidrag.population.formats.delimited import read_delimited
from statsbidrag.population.formats.detection import Format, format_of
from statsbidrag.population.formats.footnotes import footnotes
from statsbidrag.population.formats.identity import check_identity, chosen_contents, days_of
from statsbidrag.population.formats.jsonstat import read_jsonstat
from statsbidrag.population.formats.labels import (
    ALL_AGES,
    BOTH,
    LabelError,
    Region,
    Regions,
    age_of,
    sex_of,
    variable_of,
    year_of,
)
from statsbidrag.population.formats.layout import Parts, parts_of
from statsbidrag.population.formats.normal_form import normal_form
from statsbidrag.population.formats.numbers import whole_numbers
from statsbidrag.population.formats.px import read_px
from statsbidrag.population.formats.regions import require_regions
from statsbidrag.population.formats.spreadsheet import read_spreadsheet
from statsbidrag.population.formats.sums_in_file import (
    Sums,
    check_ages,
    check_sexes,
    of_levels,
)
from statsbidrag.register.recipients import Register
from tests.helpers.dialects import Csv, JsonStat, Px, Xlsx
from tests.helpers.small_tables import EVERYTHING, PATH, REGIONS, sealed, table

DAY = "2024-11-01"
Read = Callable[[Sealed[PopulationSidecar]], Cells]
READERS: dict[str, tuple[bytes, Format, Read]] = {
    "json-stat2": (JsonStat().write(EVERYTHING), Format.JSONSTAT, read_jsonstat),
    "csv": (Csv("long", ";").write(EVERYTHING), Format.DELIMITED, read_delimited),
    "xlsx": (Xlsx().write(EVERYTHING), Format.SPREADSHEET, read_spreadsheet),
    "px": (Px().write(EVERYTHING), Format.PX, read_px),
}


# --- Bytes, text, numbers -----------------------------------------------------------------------


def test_text_is_read_in_the_encoding_that_fits() -> None:
    for encoding in ("utf-8", "utf-8-sig", "cp1252"):
        assert decoded("0–18 år\r\nmän".encode(encoding), PATH) == "0–18 år\nmän"
    with pytest.raises(InputError, match="`kÃ¶n`"):
        decoded("kön\nmän".encode().decode("cp1252").encode(), PATH)


@pytest.mark.parametrize("name", READERS)
def test_each_reader_finds_the_same_figures(name: str, land: Register) -> None:
    content, form, read = READERS[name]
    assert format_of(content, PATH) == form
    cells = read(sealed(content))
    assert sorted(cells.values) == sorted(int(str(value)) for value in EVERYTHING.values)
    assert {Variable.REGION, Variable.AGE, Variable.SEX} <= {*cells.axes}
    known = Regions.of(land, Level.KOMMUN)
    found = {known.read(label).code for label in cells.axes[Variable.REGION].labels}
    assert found == {"00", "01", "02", *REGIONS}


def test_what_is_often_sent_instead_is_named() -> None:
    with pytest.raises(InputError, match="PDF"):
        format_of(b"%PDF-1.7", PATH)


def test_figures_are_whole_numbers_of_persons() -> None:
    texts = np.array(["12", "–", "0"], dtype=object)
    values, nothing = whole_numbers(texts, PATH, str)
    assert (list(values), nothing) == ([12, 0, 0], 1)
    with pytest.raises(InputError, match="with decimals") as caught:
        whole_numbers(np.array(["12", "1,5"], dtype=object), PATH, "figure {}".format)
    assert [problem.place for problem in caught.value.problems] == ["figure 1"]


def test_notes_are_told_from_what_has_a_heading() -> None:
    found = footnotes(["En not.", "Senaste uppdatering:", "20250221 08:00", "Måttenhet: antal"])
    assert (found.notes, found.updated) == (("En not.",), "20250221 08:00")
    assert found.units == (("", "antal"),)


def test_a_tables_parts_are_found_by_its_figures() -> None:
    rows = [["Folkmängd"], [], ["region", "ålder", "2024"], ["0114 Alby", "0 år", "12"]]
    assert parts_of(rows) == Parts(title=(0,), head=(2,), first=3)
    assert parts_of(rows[:3]) is None


# --- Labels -------------------------------------------------------------------------------------


def test_what_labels_mean(land: Register) -> None:
    assert [variable_of(name) for name in ("Ålder", "kön", "år", "väder")] == [
        Variable.AGE,
        Variable.SEX,
        Variable.TIME,
        None,
    ]
    assert age_of(Label("0-18", "0–18 år")) == (0, 18)
    assert age_of(Label("100+")) == (100, OPEN_AGE)
    assert age_of(Label("totalt ålder")) == ALL_AGES
    assert (sex_of(Label("1", "män")), sex_of(Label("1+2"))) == ("1", BOTH)
    assert year_of(Label("2024")) == "2024"
    regions = Regions.of(land, Level.KOMMUN)
    assert regions.read(Label("0114 Alby")) == Region("0114", "Alby")
    assert regions.read(Label("Riket")) == Region("00")
    for label in (Label("1", "kvinnor"), Label("3")):
        with pytest.raises(LabelError):
            sex_of(label)


def test_regions_are_all_there_and_no_others(land: Register) -> None:
    names = {"0114": "Alby", "0115": "Berga"}
    require_regions(sealed(b""), Level.KOMMUN, names, ["0115", "0114"])
    with pytest.raises(InputError) as caught:
        require_regions(sealed(b""), Level.KOMMUN, names, ["0114", "0116"])
    assert [problem.place for problem in caught.value.problems] == [
        "1 of 2 municipalities",
        "regions",
    ]


# --- What the file says of itself ---------------------------------------------------------------


def test_the_table_is_the_one_that_its_sidecar_names() -> None:
    said = Said(subjects=("Folkmängd",), tables=("TAB1267",), contents="BE0101A9")
    assert check_identity(sealed(b""), said) == []
    assert len(check_identity(sealed(b""), Said())) == 2
    with pytest.raises(InputError, match="another subject"):
        check_identity(sealed(b""), dataclasses.replace(said, subjects=("Medelinkomst",)))
    labels = [Label("BE0101A9", "Folkmängd"), Label("BE0101B1", "Folkökning")]
    assert chosen_contents(sealed(b""), labels, "contents") == [0]
    years = Axis((Label("2024"),), np.zeros(1, dtype="int64"), "year")
    days, doubts = days_of(sealed(b""), years, Said(days=("1 november respektive år",)))
    assert (days, doubts) == ([DAY], [])


def test_figures_are_persons_and_of_everyone() -> None:
    require_persons(sealed(b""), Said(units=("antal",)))
    with pytest.raises(InputError):
        require_persons(sealed(b""), Said(units=("procent",)))
    title = Said(titles=("Folkmängd, kvinnor",))
    require_everyone(sealed(b""), title, by_age=True, by_sex=True)
    with pytest.raises(InputError):
        require_everyone(sealed(b""), title, by_age=True, by_sex=False)
    assert no_variable(sealed(b""), "VALUES", "none").problems[0].place == "VALUES"


# --- The array, its sums, the table -------------------------------------------------------------


def a_cube(**facts: str) -> Cube:
    """Everything of the small country, with every sum that a file may have."""
    file = sealed(READERS["json-stat2"][0], **facts)
    cells = read_jsonstat(file)
    codes = [label.code for label in cells.axes[Variable.REGION].labels]
    return cube_of(file, cells, codes, [DAY])


def test_every_figure_is_once_in_the_array() -> None:
    cube = a_cube()
    assert cube.values.shape == (6, 4, 3, 1)
    # In order: all ages stand between age 0 and those that follow.
    assert cube.ages == [(0, 0), (0, OPEN_AGE), (1, 64), (65, OPEN_AGE)]
    assert cube.values[cube.regions.index("0114"), 0, 0, 0] == 1111
    assert cube.cell((5, 1, 2, 0)) == "region 0201, all ages, sex total, 2024-11-01"
    assert [named_age(span) for span in cube.ages[2:]] == ["age 1-64", "age 65+"]
    file = sealed(b"")
    one = Axis((Label("0114"),), np.zeros(2, dtype="int64"), "regions")
    twice = Cells({Variable.REGION: one}, np.ones(2, "int64"), np.arange(2), str, Said())
    with pytest.raises(InputError, match="each cell once"):
        cube_of(file, twice, ["0114"], [DAY])


def test_wholes_are_compared_with_their_parts(land: Register) -> None:
    sums, cube = Sums([None]), a_cube()
    check_sexes(cube, sums)
    assert check_ages(cube, sums) == []
    assert (sums.compared, sums.differing, sums.doubts()) == (True, 0, [])
    assert set(of_levels(cube, land, sums, ()).regions) == {"01", "02", *REGIONS}
    wrong = a_cube()
    wrong.values[0, 0, 2, 0] += 1
    with pytest.raises(InputError, match="contradicts itself"):
        check_sexes(wrong, sums)


def test_the_table_has_the_figures_of_its_level_and_their_places(land: Register) -> None:
    made = table()
    file = sealed(JsonStat().write(made))
    found = normal_form(file, land, read_jsonstat(file))
    frame = found.frame
    assert list(frame["population"]) == [int(str(value)) for value in made.values]
    assert list(frame.index) == list(range(len(made.values)))
    assert set(frame["level"]) == {"kommun"}
    assert (found.notes, found.mandatory_notes) == (("Frivillig.",), ("Obligatorisk.",))
