"""json-stat2 in normal form, and everything else refused.

What all formats share is in `test_bad_input.py`.
"""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import tables
from schemas.sidecar import PopulationSidecar
from statsbidrag.errors import InputError, Problem
from statsbidrag.files.raw_folder import Sealed
from statsbidrag.population.formats.any_format import PopulationTable, read_table
from statsbidrag.population.reading import read_extract
from statsbidrag.register.recipients import Register, usual_words
from tests.cases.small_country import AGES, ALL_AGES, BY_AGE, NAMES, REGISTER, jsonstat
from tests.helpers.small_tables import PATH, sealed

Refused = Callable[[Callable[[], object]], list[Problem]]
FETCH = "fetch the table again, with these cells and no others"


LAND = Register(pd.read_csv(io.StringIO(REGISTER), dtype=str, keep_default_na=False), usual_words())


def file_of(content: object) -> Sealed[PopulationSidecar]:
    """A document, or bytes as they are, under the small country's sidecar."""
    return sealed(content if isinstance(content, bytes) else json.dumps(content).encode())


def read(content: object) -> PopulationTable:
    return read_table(file_of(content), LAND)


@pytest.fixture
def problem(refused: Refused) -> Callable[[object], Problem]:
    """The one problem of a document."""

    def of(content: object) -> Problem:
        [found] = refused(lambda: read(content))
        assert found.file == str(PATH)
        return found

    return of


def cells(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    columns = ["region_code", "age_from", "age_to", "sex", "population"]
    return sorted(frame[columns].itertuples(index=False, name=None))


def test_one_figure_per_region() -> None:
    table = read(jsonstat(ALL_AGES))
    assert cells(table.frame) == [
        ("0114", 0, 999, "total", 600),
        ("0115", 0, 999, "total", 300),
        ("0201", 0, 999, "total", 100),
    ]
    assert table.labels == {code: NAMES[code] for code in ALL_AGES}


def with_sex() -> dict[str, Any]:
    """Ages and sexes, two by two by three: the figure's digits are region, age, sex."""
    document = jsonstat(BY_AGE, AGES)
    document["dimension"]["Kon"] = {"category": {"index": ["1", "2"]}}
    document["id"].insert(2, "Kon")
    document["size"].insert(2, 2)
    document["value"] = [r * 100 + a * 10 + s for r in (1, 2, 3) for a in (1, 2) for s in (1, 2)]
    return document


EXPECTED_WITH_SEX = sorted(
    (code, first, last, str(s), r * 100 + a * 10 + s)
    for r, code in enumerate(BY_AGE, 1)
    for a, (first, last) in enumerate([(0, 18), (19, 999)], 1)
    for s in (1, 2)
)


def test_ages_and_sexes() -> None:
    assert cells(read(with_sex()).frame) == EXPECTED_WITH_SEX


def test_the_order_of_dimensions_does_not_matter() -> None:
    # json-stat.org: values stand in row-major order of `id`. Here ages come first, regions last.
    document = with_sex()
    document["id"] = ["Alder", "Tid", "Kon", "ContentsCode", "Region"]
    document["size"] = [2, 1, 2, 1, 3]
    document["value"] = [r * 100 + a * 10 + s for a in (1, 2) for s in (1, 2) for r in (1, 2, 3)]
    assert cells(read(document).frame) == EXPECTED_WITH_SEX


def test_the_positions_of_codes_count_not_their_order_in_the_file() -> None:
    document = jsonstat(ALL_AGES)
    document["dimension"]["Region"]["category"]["index"] = {"0201": 2, "0114": 0, "0115": 1}
    assert cells(read(document).frame)[0] == ("0114", 0, 999, "total", 600)


Break = Callable[[dict[str, Any]], object]


def put(*path: Any) -> Break:
    """Puts the last of the arguments where the others lead to."""

    def change(document: dict[str, Any]) -> None:
        place: Any = document
        for part in path[:-2]:
            place = place[part]
        place[path[-2]] = path[-1]

    return change


REGION = ("dimension", "Region", "category")
BROKEN: list[tuple[Break, str, str, str]] = [
    (put("value", 0, ".."), "value.0", "a whole number of persons", "`..`"),
    (put("value", 0, None), "value.0", "a whole number of persons", "`None`"),
    (put("value", 1, 300.5), "value.1", "a whole number of persons", "`300.5`"),
    (put("value", 1, "300"), "value.1", "a whole number of persons", "`300`"),
    (put("value", 1, True), "value.1", "a whole number of persons", "`True`"),
    (put("value", 2, -1), "value[2]", "a number of persons, 0 to 1000000000", "-1"),
    (put("value", 2, 2**63), "value[2]", "a number of persons, 0 to 1000000000", str(2**63)),
    (lambda d: d["value"].pop(), "value", "3 figures, the product of `size`", "2"),
    (lambda d: d["value"].append(0), "value", "3 figures, the product of `size`", "4"),
    (put("size", [4, 1, 1]), "dimension.Region", "4 different codes, as `size` says", "3"),
    (put("size", [3, 1]), "value", "3 figures, the product of `size`", "3"),
    (put(*REGION, "index", {"0114": 0, "0115": 1, "0201": 3}), "dimension.Region",
     "positions 0, 1, 2 …", "gaps"),
    (put(*REGION, "index", ["0114", "0115", "0115"]), "dimension.Region",
     "3 different codes, as `size` says", "2"),
    (put("version", "3.0"), "class, version", "dataset 2.0", "dataset 3.0"),
    (put("class", "cube"), "class, version", "dataset 2.0", "cube 2.0"),
    (put("extension", "px", "tableid", "TAB638"), "table",
     "TAB1267, as the sidecar says", "TAB638"),
    (put("id", 0, "Civilstand"), "id", "Region, ContentsCode, Tid, and at most Alder and Kon",
     "Civilstand, ContentsCode, Tid"),
    (lambda d: (d["id"].pop(0), d["size"].pop(0)), "id",
     "Region, ContentsCode, Tid, and at most Alder and Kon", "ContentsCode, Tid"),
    (lambda d: d["dimension"].pop("Tid"), "dimension.Tid", "a dimension", "none"),
    (put("dimension", "ContentsCode", "category", "index", {"BE0101N1": 0}),
     "dimension.ContentsCode", "BE0101A9, as the sidecar says, or one column of folkmängd",
     "BE0101N1"),
    (put("dimension", "ContentsCode", "extension", "refperiod", "BE0101A9",
         "31 december respektive år"), "reference date", "2024-11-01, as the sidecar says",
     "31 december; the file says `31 december respektive år`"),
    (put("dimension", "Tid", "category", "index", ["2023"]), "dimension.Tid",
     "2024-11-01, as the sidecar says", "2023; the file says `1 november respektive år`"),
    (put("dimension", "Tid", "category", "index", ["2024M11"]), "dimension.Tid",
     "years, as 2024", "`2024M11`"),
    (put("value", {"0": 600, "2": 100}), "value.1", "a whole number of persons", "nothing"),
    (put("value", {"0": 6, "1": 1, "3": 1}), "value", "positions 0 to 2, as `size` says", "`3`"),
    (put("value", {"00": 600}), "value", "positions 0 to 2, as `size` says", "`00`"),
    (put("value", 7), "value", "a list of figures, or an object of them by position", "`7`"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "place", "expected", "found"), BROKEN)
def test_what_is_refused(
    problem: Callable[[object], Problem], change: Break, place: str, expected: str, found: str
) -> None:
    document = jsonstat(ALL_AGES)
    change(document)
    said = problem(document)
    assert (said.place, said.expected, said.found) == (place, expected, found)


def test_a_day_that_the_file_does_not_name_is_doubted() -> None:
    document = jsonstat(ALL_AGES)
    document["dimension"]["ContentsCode"]["extension"] = {}
    [doubt] = read(document).doubts
    assert doubt.startswith("Filen säger inte vilken dag på året")


def test_figures_by_position() -> None:
    document = jsonstat(ALL_AGES)
    document["value"] = {"2": 100, "0": 600, "1": 300}
    pd.testing.assert_frame_equal(read(document).frame, read(jsonstat(ALL_AGES)).frame)


def test_many_figures_that_are_not_there(problem: Callable[[object], Problem]) -> None:
    # A small file may claim any number of figures: nothing is made of that size.
    document = jsonstat(ALL_AGES)
    for name, count in (("Region", 1000), ("Alder", 1000), ("Kon", 1000)):
        document["dimension"][name] = {"category": {"index": [str(n) for n in range(count)]}}
    document |= {"id": ["Region", "Alder", "Kon", "ContentsCode", "Tid"], "status": "-"}
    document |= {"size": [1000, 1000, 1000, 1, 1], "value": {}}
    assert problem(document).expected == "at most 4000000 figures"


def test_several_contents() -> None:
    document = jsonstat(ALL_AGES)
    contents = document["dimension"]["ContentsCode"]["category"]
    contents["index"] = ["BE0101N2", "BE0101A9"]
    document["size"] = [3, 2, 1]
    document["value"] = [-7, 600, None, 300, 0.5, 100]
    assert cells(read(document).frame) == cells(read(jsonstat(ALL_AGES)).frame)


def test_a_dimension_of_one_category_needs_no_index() -> None:
    document = jsonstat(ALL_AGES)
    document["dimension"]["Tid"]["category"] = {"label": {"2024": "2024"}}
    assert len(read(document).frame) == 3


def test_notes_of_table_variables_and_values() -> None:
    document = jsonstat(ALL_AGES) | {"note": ["Ett."], "updated": "2025-02-21T07:00:00Z"}
    region = document["dimension"]["Region"]
    region |= {"note": ["Två.", "Tre."]}
    region["category"]["note"] = {"0114": ["Fyra."], "0115": ["Fem.", "Ett."]}
    region["extension"] = {
        "noteMandatory": {"1": True},
        "categoryNoteMandatory": {"0115": {"0": True}},
    }
    found = read(document)
    assert found.notes == ("Ett.", "Två.", "Fyra.")
    assert found.mandatory_notes == ("Tre.", "Fem.")
    assert found.updated == "2025-02-21T07:00:00Z"


def test_a_label_that_contradicts_its_code(problem: Callable[[object], Problem]) -> None:
    document = with_sex()
    document["dimension"]["Kon"]["category"]["label"] = {"1": "kvinnor", "2": "män"}
    said = problem(document)
    assert said.found == "`1 kvinnor`, where code and text say different things"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({"dataset": jsonstat(BY_AGE, AGES)}, "JSON-stat version 1"),
        ({**jsonstat(BY_AGE, AGES), "version": "1.3"}, "JSON-stat version 1"),
        ({"class": "collection", "link": {"item": []}}, "a JSON-stat collection"),
        ({"columns": [], "comments": [], "data": []}, "PxWeb's older API"),
        ({"title": "Folkmängd", "variables": []}, "a description of a table"),
        ({"query": [], "response": {"format": "json-stat2"}}, "a description of a table"),
        ({"type": "about:blank", "title": "Too many cells", "status": 403}, "Too many cells"),
        ([{"region": "0114", "value": 1}], "a list, not a table"),
    ],
)
def test_other_json_is_named_with_what_to_choose(
    problem: Callable[[object], Problem], content: object, named: str
) -> None:
    said = problem(content)
    assert named in said.found
    assert said.action.startswith("download the table again and choose json-stat2")


def test_a_dimension_of_which_there_is_the_total_alone(
    problem: Callable[[object], Problem],
) -> None:
    document = with_sex()
    document["dimension"]["Civilstand"] = {
        "label": "civilstånd",
        "category": {"index": {"SC": 0}, "label": {"SC": "totalt, samtliga civilstånd"}},
        "note": ["Om civilstånd."],
    }
    document["id"].insert(1, "Civilstand")
    document["size"].insert(1, 1)
    found = read(document)
    assert cells(found.frame) == EXPECTED_WITH_SEX
    assert found.notes == ("Om civilstånd.",)
    document["dimension"]["Civilstand"]["category"] = {"index": {"G": 0}, "label": {"G": "gifta"}}
    said = problem(document)
    assert said.place == "id"
    assert said.action.startswith("choose only the total of Civilstand")


@pytest.mark.parametrize("age", ["100 +", "--1", "18-0", "0.5", "151", "alla barn", "٣"])
def test_an_age_that_is_none(problem: Callable[[object], Problem], age: str) -> None:
    said = problem(jsonstat(BY_AGE, ["0-18", age]))
    assert (said.place, said.expected) == ("dimension.Alder", "ages such as 17, 0-18 or 100+")
    assert said.found == f"`{age}`"


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(jsonstat(ALL_AGES)).encode()[:-20],
        json.dumps(jsonstat(ALL_AGES), ensure_ascii=False).encode("latin-1"),
        b"[" * 100_000,
        b'{"value": ' + b"9" * 5000 + b"}",
        json.dumps(jsonstat({**ALL_AGES, "\ud800": 1})).encode(),
    ],
    ids=["cut short", "latin-1", "deep", "endless number", "half character"],
)
def test_what_is_not_json(problem: Callable[[object], Problem], content: bytes) -> None:
    said = problem(content)
    assert said.expected == "json-stat2 in UTF-8"
    assert said.found.startswith("something else (")
    assert said.action == "fetch the table again; the file may be cut short or an error page"


def test_a_code_that_stands_twice(problem: Callable[[object], Problem]) -> None:
    # json.loads keeps the last of two equal keys without a word.
    text = json.dumps(jsonstat(ALL_AGES)).replace('"0115": 1,', '"0115": 1, "0115": 1,')
    said = problem(text.encode())
    assert (said.expected, said.found) == ("each code once", "`0115` twice")
    assert said.action == FETCH


def taken(content: object) -> None:
    """Reads it as a whole extract: a table as it should be, or InputError, and nothing else."""
    try:
        [extract] = read_extract(file_of(content), LAND)
    except InputError:
        return
    tables.checked(tables.Population, extract.frame)
    assert set(extract.frame["region_code"]) == set(ALL_AGES)
    assert extract.delivered == sum(extract.frame["population"])


WHOLE = with_sex()
TEXT = json.dumps(WHOLE, ensure_ascii=False).encode()


@settings(max_examples=150)
@given(st.data())
def test_mutated_bytes(data: st.DataObject) -> None:
    content = bytearray(TEXT)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 12))
        new = data.draw(
            st.binary(max_size=6) | st.sampled_from([b"0", b"-", b'"', b"1e9", b"null"])
        )
        content[start : start + length] = new
    taken(bytes(content))


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=5)
    | st.sampled_from(["..", "0114", "Region", "Alder", "2024", "0-18", "100+", 2**63, -1, 0]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    if isinstance(value, dict):
        return [at, *(p for key, item in value.items() for p in places(item, (*at, key)))]
    if isinstance(value, list):
        return [at, *(p for key, item in enumerate(value) for p in places(item, (*at, key)))]
    return [at]


PLACES = places(WHOLE)[1:]


@settings(max_examples=250)
@given(st.lists(st.tuples(st.sampled_from(PLACES), anything), min_size=1, max_size=2))
def test_mutated_documents(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    document = copy.deepcopy(WHOLE)
    for at, value in changes:
        try:
            put(*at, value)(document)
        except (KeyError, IndexError, TypeError):
            continue
    taken(document)
