"""Tables of weights and units: what is refused, what the basis says, and files that are missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.common import RecipientType
from statsbidrag.population.weights import read_weights, weights_basis
from statsbidrag.register.recipients import read_register
from tests.cases.small_country import DAY, IN_FIVE_KOMMUNER, THREE_AGES, SmallCountry
from tests.helpers import made
from tests.helpers.program import in_process

ID = "prov-2025"
WEIGHTS = {"01": 3, "02": 0, "03": 10, "04": 2}
BY_WEIGHTS = {"rest": {"by": "weights", "weights": "platser"}}
HEAD = "recipient_code,weight\n"


@pytest.fixture
def country(tmp_path: Path) -> SmallCountry:
    return SmallCountry(tmp_path / "raw").write_four()


def written(country: SmallCountry, *posts: dict[str, Any], **changes: Any) -> None:
    country.write_agreement(ID, made.agreement(*posts, **changes))


def refused(country: SmallCountry, *said: str) -> str:
    ended = in_process("--raw", country.root, "allocate", ID)
    assert (ended.code, ended.out) == (2, "")
    for text in said:
        assert text in ended.err
    return ended.err


def test_an_amount_by_a_table_of_weights(country: SmallCountry) -> None:
    # 1 500 by 3, 0, 10, 2 of 15.
    written(country, made.post("lan/a", 1500, BY_WEIGHTS))
    country.weights("platser", "lan", WEIGHTS)
    ended = in_process("--raw", country.root, "allocate", ID, "--format", "csv")
    assert ended.amounts("lan/a") == {"01": 300, "02": 0, "03": 1000, "04": 200}


def test_a_table_is_whole_and_becomes_a_basis(country: SmallCountry) -> None:
    country.weights_as_text("platser", "lan", HEAD + "02,0\n01,3\n03,10\n04,2\n")
    register = read_register(country.raw)
    table = read_weights(country.raw, "platser", RecipientType.LAN, register, ID)
    assert (table.weights, table.lines) == (WEIGHTS, (3, 2, 4, 5))
    basis = weights_basis(table, "weights/platser")
    assert list(basis["region_code"]) == [*WEIGHTS]
    assert list(basis["population"]) == [*WEIGHTS.values()]
    assert list(basis["positions"]) == ["3", "2", "4", "5"]
    assert set(basis["basis"]) == {"weights/platser"}


def test_where_a_weight_stands(country: SmallCountry) -> None:
    # The rows stand in another order than the codes: 03 is on the fourth line.
    written(country, made.post("lan/a", 1500, BY_WEIGHTS))
    country.weights_as_text("platser", "lan", HEAD + "02,0\n01,3\n03,10\n04,2\n")
    ended = in_process("--raw", country.root, "explain", ID, "lan/a", "03", "--format", "json")
    [part] = json.loads(ended.out)["parts"]
    [step] = part["steps"]
    assert step["population"]["file"] == "weights/platser.csv"
    assert (step["population"]["positions"], step["population"]["recipient"]) == ("4", 10)
    assert step["population"]["nation"] == 15


def test_to_skr_by_units(country: SmallCountry) -> None:
    # 7 units at 100 kr.
    price = {"price": {"per_unit": 100, "weights": "uppdrag"}}
    written(country, made.post("skr/a", 700, price))
    country.weights("uppdrag", "skr", {"SKR": 7})
    ended = in_process("--raw", country.root, "allocate", ID, "--format", "csv")
    assert ended.amounts("skr/a") == {"SKR": 700}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            HEAD + "01,3\n02,0\n04,2\n",
            [
                "3 of 4 recipients",
                "03 Gamma län missing",
                "a recipient without weight is written wi",
            ],
        ),
        (HEAD + "01,3\n02,0\n03,10\n04,2\n05,1\n", ["recipient_code", "`05`"]),
        (HEAD + "1,3\n02,0\n03,10\n04,2\n", ["`1`: was it 01 Alfa län?"]),
        (HEAD + "01,3\n01,4\n02,0\n03,10\n04,2\n", ["row 3", "`01`"]),
        (HEAD + "01,3\n02,\n03,10\n04,2\n", ["row 3, column weight", "``"]),
        (HEAD + "01,3\n02,1.5\n03,10\n04,2\n", ["row 3, column weight", "`1.5`"]),
        (HEAD + "01,3\n02,-1\n03,10\n04,2\n", ["row 3, column weight", "`-1`"]),
        (HEAD + "01,3\n02,..\n03,10\n04,2\n", ["row 3, column weight", "`..`"]),
        (HEAD + "01,3,x\n02,0,x\n03,10,x\n04,2,x\n", ["platser.csv"]),
        ("recipient_code;weight\n01;3\n", ["platser.csv", "02 Beta län"]),
        ("kod,vikt\n01,3\n", ["platser.csv", "recipient_code, weight", "kod, vikt"]),
        (HEAD + "01,3,x\n", ["line 2", "2 cells, as in the heading"]),
        ("", ["platser.csv", "a CSV file in UTF-8"]),
        (HEAD, ["0 of 4 recipients"]),
        (
            HEAD + "01,0\n02,0\n03,0\n04,0\n",
            ["post lan/a, key", "every recipient's weight is zero"],
        ),
    ],
)
def test_a_table_that_cannot_be_used(country: SmallCountry, content: str, said: list[str]) -> None:
    written(country, made.post("lan/a", 1500, BY_WEIGHTS))
    country.weights_as_text("platser", "lan", content)
    refused(country, *said)


def test_a_table_changed_since_it_was_sealed(country: SmallCountry) -> None:
    written(country, made.post("lan/a", 1500, BY_WEIGHTS))
    country.weights("platser", "lan", WEIGHTS)
    (country.root / "weights" / "platser.csv").write_text(HEAD + "01,4\n02,0\n03,10\n04,2\n")
    refused(country, "weights/platser.csv: sha256")


@pytest.mark.parametrize("first", ["lan", "kommun"])
def test_a_table_for_another_type(country: SmallCountry, first: str) -> None:
    # One table cannot be right for both, whichever post is first.
    posts = [made.post("lan/a", 1500, BY_WEIGHTS), made.post("kommun/a", 1500, BY_WEIGHTS)]
    written(country, *(posts if first == "lan" else posts[::-1]))
    country.weights("platser", "lan", WEIGHTS)
    refused(country, "weights/platser.csv: recipients", "expected: kommun", "found:    lan")


# Files that are missing: the file to write, and the command to run --------------------------------


def test_no_table_of_weights(country: SmallCountry) -> None:
    written(country, made.post("lan/a", 1500, BY_WEIGHTS))
    said = refused(
        country,
        f"{country.root}/weights/platser.csv\n",
        f"a table of weights, which {ID} names",
        "with the columns recipient_code,weight, and its sidecar platser.yaml",
        f"then: statsbidrag check {ID}",
    )
    assert "did you mean" not in said
    country.weights("plaster", "lan", WEIGHTS)
    refused(country, "did you mean `plaster`?")


@pytest.mark.parametrize(
    ("key", "file"),
    [
        ({"reference_date": "2021-11-01"}, "folkmangd_2021-11-01_lan.json"),
        ({"reference_date": "2023-11-01", "level": "kommun"}, "folkmangd_2023-11-01_kommun.json"),
        ({"ages": "0-17"}, "folkmangd_2024-11-01_lan_0-17.json"),
    ],
)
def test_no_population(country: SmallCountry, key: dict[str, str], file: str) -> None:
    written(country, made.post("lan/a", 1500, {"rest": {"by": "population", **key}}))
    refused(
        country,
        f"{country.root}/population/{file}\n",
        f"({ID} needs it)",
        "statsbidrag fetch",
    )


def test_no_such_year(country: SmallCountry) -> None:
    written(country, made.post("lan/a", 1500, {"rest": {"by": "equal"}}))
    ended = in_process("--raw", country.root, "allocate", "prov-2026")
    assert (ended.code, ended.out) == (2, "")
    assert f"{country.root}/agreements/prov-2026.yaml: there is no such agreement" in ended.err
    assert f"There are: {ID}" in ended.err
    assert "Nothing is carried over from another year: write the file" in ended.err


def test_an_extract_with_a_gap_between_its_ages(country: SmallCountry) -> None:
    ages = ["0-18", "20-64", "65+"]
    country.population(DAY, "kommun", IN_FIVE_KOMMUNER, ages, maturity="preliminary")
    written(country, made.post("kommun/a", 1500, {"rest": {"by": "population", "ages": "0-18"}}))
    refused(country, "folkmangd_2024-11-01_kommun.json: ages", "every age once")


def test_an_extract_with_ages_that_overlap(country: SmallCountry) -> None:
    ages = ["0-18", "18-64", "65+"]
    country.population(DAY, "kommun", IN_FIVE_KOMMUNER, ages, maturity="preliminary")
    written(country, made.post("kommun/a", 1500, {"rest": {"by": "population", "ages": "0-18"}}))
    refused(country, "folkmangd_2024-11-01_kommun.json: ages", "every age once")


def test_nobody_of_an_age(country: SmallCountry) -> None:
    # Nobody anywhere is 0–18: no share can be computed, and it is said of which post.
    nobody = {code: [0, persons[1], persons[2]] for code, persons in IN_FIVE_KOMMUNER.items()}
    country.population(DAY, "kommun", nobody, THREE_AGES, maturity="preliminary")
    written(country, made.post("kommun/a", 1500, {"rest": {"by": "population", "ages": "0-18"}}))
    refused(country, "post kommun/a, key", "every recipient's weight is zero")
