"""`audit/revision.json`: counted by hand in a small country, and nothing but its own form read."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from statsbidrag.errors import ProgramError
from statsbidrag.files.raw_folder import Raw
from statsbidrag.publication.record_json import RECORD, read_record, record_bytes
from statsbidrag.publication.recording import step_value
from tests.cases.small_country import AGREEMENT, SmallCountry
from tests.helpers import made
from tests.helpers.published_documents import with_documents
from tests.helpers.revisions import record_of

KEYS = {
    "": "format agreement fingerprint rounding posts amounts totals bases verdicts documents",
    "rounding": "method unit totals",
    "posts": "id part_of area recipients title amount_sek reference",
    "amounts": "post type code amount_sek exact maturity published_sek bases steps",
    "totals": "post type code amount_sek exact maturity published_sek bases steps",
    "steps": "kind exact values",
    "bases": "table kind day level sex ages code value maturity file sha256 cells",
    "verdicts": "kind subject verdict severity expected found withholds",
    "documents": "family type code path",
}
"""The keys of format 1 in their order; others may follow them."""


@pytest.fixture
def folder(country: SmallCountry, tmp_path: Path) -> Path:
    """A published revision of the small country, where somebody published two amounts of one."""
    country.published("lan,01,lan/e,86", "lan,02,lan/e,14")
    return with_documents(country.raw, tmp_path / "output", AGREEMENT)


def loaded(folder: Path) -> Any:
    return json.loads((folder / RECORD).read_bytes())


def of(items: list[dict[str, Any]], **wanted: object) -> dict[str, Any]:
    """The one item with these values, without what is only for readers."""
    [found] = [each for each in items if wanted.items() <= each.items()]
    for each in (found, *found.get("steps", ())):
        each.pop("words", None)
    return found


# --- By hand -----------------------------------------------------------------------------------


def test_amounts_are_those_counted_by_hand(folder: Path) -> None:
    amounts = loaded(folder)["amounts"]
    # 5 to each, and 90 by 900 of 1 000 persons: 81.
    assert of(amounts, post="lan/e", code="01") == {
        "post": "lan/e",
        "type": "lan",
        "code": "01",
        "amount_sek": 86,
        "exact": "86/1",
        "maturity": "definitive",
        "published_sek": 86,
        "bases": [0],
        "steps": [
            {"kind": "fixed", "exact": "5/1", "values": {"amount": "5/1"}, "bases": []},
            {
                "kind": "proportion",
                "exact": "81/1",
                "values": {"amount": "90/1", "weight": 900, "total": 1000},
                "bases": [0],
            },
        ],
    }
    # 205 by 100 of 1 000 persons is 20.5, and half a krona is rounded up.
    half = of(amounts, post="lan/b/y", code="02")
    assert (half["exact"], half["amount_sek"], half["bases"]) == ("41/2", 21, [1])
    # 25 to each of three, and 100 by 150 of 200 persons: 75.
    town = of(amounts, post="kommun/c", code="0114")
    assert (town["exact"], town["amount_sek"], town["maturity"]) == ("100/1", 100, "estimate")
    assert town["steps"][1]["values"] == {"amount": "100/1", "weight": 150, "total": 200}
    assert town["bases"] == [2]
    # All of it, to the only one there is: no population is asked.
    alone = of(amounts, post="skr/d", code="SKR")
    assert alone["steps"] == [
        {
            "kind": "proportion",
            "exact": "50/1",
            "values": {"amount": "50/1", "weight": 1, "total": 1},
            "bases": [],
        }
    ]


def test_sums_are_those_counted_by_hand(folder: Path) -> None:
    totals = loaded(folder)["totals"]
    group = of(totals, post="lan/b", code="02")
    assert (group["exact"], group["amount_sek"], group["steps"]) == ("61/2", 31, [])
    # 10 + 20.5 + 14 = 44.5, rounded once.
    total = of(totals, post="total", type="lan", code="02")
    assert (total["exact"], total["amount_sek"], total["bases"]) == ("89/2", 45, [1])
    column = of(totals, post="kommun/c", code="00")
    assert (column["amount_sek"], column["bases"]) == (175, [2, 3, 4])


def test_population_is_the_cells_that_it_was_taken_from(
    folder: Path, country: SmallCountry
) -> None:
    data = loaded(folder)
    assert [(each["code"], each["value"], each["cells"]) for each in data["bases"]] == [
        # The county is its municipalities' figures, the first two of the file.
        ("01", 900, [[0, 1]]),
        ("02", 100, [[2, 2]]),
        # Each municipality has two figures in the other file, 0-18 and 19+.
        ("0114", 150, [[0, 0]]),
        ("0115", 30, [[2, 2]]),
        ("0201", 20, [[4, 4]]),
    ]
    assert data["bases"][2] == {
        "table": "TAB1267",
        "kind": "population",
        "day": "2024-11-01",
        "level": "kommun",
        "sex": None,
        "ages": "0-18",
        "code": "0114",
        "value": 150,
        "maturity": "estimate",
        "file": "population/aldrar.json",
        "sha256": country.sha256("aldrar"),
        "cells": [[0, 0]],
        "unit": None,
    }


def test_the_rest_is_what_the_revision_is(folder: Path) -> None:
    data = loaded(folder)
    assert (data["format"], data["agreement"]) == (1, AGREEMENT)
    assert data["fingerprint"] == json.loads((folder / "manifest.json").read_bytes())["fingerprint"]
    assert data["rounding"] == {"method": "half_up", "unit": 1, "totals": "from_unrounded"}
    post = of(data["posts"], id="lan/b/x")
    assert (post["part_of"], post["area"], post["amount_sek"]) == ("lan/b", "ett", 30)
    assert post["key"] == [{"fixed": 10, "except": {"stor": 20}}]
    assert of(data["verdicts"], subject="lan/e lan:02") == {
        "kind": "published_amount",
        "subject": "lan/e lan:02",
        "verdict": "equal",
        "severity": "info",
        "expected": 14,
        "found": 14,
        "withholds": None,
    }
    assert of(data["documents"], type="lan", code="01") == {
        "family": "beslutsunderlag",
        "type": "lan",
        "code": "01",
        "path": "lan/01-norra-lan/beslutsunderlag",
    }
    assert of(data["recipients"], code="0201")["name"] == "Ceby"


def test_what_is_withheld_is_in_it_too(country: SmallCountry, tmp_path: Path) -> None:
    country.published("lan,01,lan/e,87")
    folder = with_documents(country.raw, tmp_path, AGREEMENT)
    assert json.loads((folder / "manifest.json").read_bytes())["state"] == "withheld"
    verdict = of(loaded(folder)["verdicts"], kind="published_amount")
    assert (verdict["verdict"], verdict["severity"]) == ("different", "error")
    assert (verdict["expected"], verdict["found"], verdict["withholds"]) == (87, 86, "documents")


def test_weights_say_their_table_and_what_they_count(tmp_path: Path) -> None:
    four = SmallCountry(tmp_path / "raw").write_four()
    by_weights = {"rest": {"by": "weights", "weights": "platser"}}
    four.write_agreement(AGREEMENT, made.agreement(made.post("lan/a", 1500, by_weights)))
    four.weights_as_text("platser", "lan", "recipient_code,weight\n02,0\n01,3\n03,10\n04,2\n")
    record = record_of(four.raw, AGREEMENT)
    assert [(each.code, each.value, each.cells) for each in record.bases] == [
        ("01", 3, ((3, 3),)),
        ("02", 0, ((2, 2),)),
        ("03", 10, ((4, 4),)),
        ("04", 2, ((5, 5),)),
    ]
    one = record.bases[0]
    assert (one.kind, one.table, one.unit, one.ages) == ("weights", "platser", "vikt", None)
    assert [amount.amount_sek for amount in record.amounts] == [300, 0, 1000, 200]


# --- The form ----------------------------------------------------------------------------------


def test_keys_are_in_order(folder: Path) -> None:
    data = loaded(folder)
    data["steps"] = [step for amount in data["amounts"] for step in amount["steps"]]
    for part, keys in KEYS.items():
        wanted = keys.split()
        items = [data] if not part else data[part] if isinstance(data[part], list) else [data[part]]
        assert items
        for item in items:
            assert [*item][: len(wanted)] == wanted, part


def test_an_item_stands_on_a_line_and_the_bytes_are_one(folder: Path) -> None:
    content = (folder / RECORD).read_bytes()
    assert b"\r" not in content
    assert content.endswith(b"\n}\n")
    assert "Överenskommelsen" in content.decode("utf-8")
    lines = content.decode().splitlines()
    assert sum(line.startswith('  {"post": "kommun/c"') for line in lines) == 3 + 1
    assert record_bytes(read_record(folder)) == content


@pytest.mark.parametrize("year", [2023, 2024, 2025])
def test_every_amount_comes_out_of_its_own_numbers(year: int, raw: Raw) -> None:
    record = record_of(raw, f"psykisk-halsa-{year}")
    assert record.amounts
    for amount in record.amounts:
        steps = [Fraction(step.exact) for step in amount.steps]
        assert [step_value(step) for step in amount.steps] == steps
        assert amount.exact is None or Fraction(amount.exact) == sum(steps)
        for step in amount.steps:
            assert (
                step.values.weight is None
                or not step.bases
                or step.values.weight == sum(record.bases[index].value for index in step.bases)
            )


# --- What is refused ---------------------------------------------------------------------------


def rewritten(folder: Path, old: str, new: str) -> None:
    path = folder / RECORD
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize("number", ["86.0", "8.6e1", '"86"', "86.5", "true", "-1"])
def test_a_number_that_is_not_whole_is_refused(folder: Path, number: str) -> None:
    rewritten(folder, '"amount_sek": 86', f'"amount_sek": {number}')
    with pytest.raises(ProgramError, match="amount_sek"):
        read_record(folder)


@pytest.mark.parametrize("exact", ["86.0", "86", "8,6", "86/0", "86/01", "+86/1"])
def test_a_fraction_that_is_none_is_refused(folder: Path, exact: str) -> None:
    rewritten(folder, '"exact": "86/1"', f'"exact": "{exact}"')
    with pytest.raises(ProgramError, match="exact"):
        read_record(folder)


def test_another_format_is_refused_in_one_line(folder: Path) -> None:
    rewritten(folder, '"format": 1', '"format": 2')
    with pytest.raises(ProgramError) as caught:
        read_record(folder)
    assert str(caught.value) == (
        f"{folder / RECORD}: format 2, and this program reads format 1 alone: use the program that "
        "made the revision, or a later one."
    )


@pytest.mark.parametrize("content", [b"", b"[1, 2", b"\x00\xff", b"{}", b"[" * 100_000, b"null"])
def test_what_is_no_record_is_refused_in_one_line(folder: Path, content: bytes) -> None:
    (folder / RECORD).write_bytes(content)
    with pytest.raises(ProgramError) as caught:
        read_record(folder)
    assert "\n" not in str(caught.value)


def test_fields_that_came_later_may_be_missing(folder: Path) -> None:
    data = loaded(folder)
    for part, keys in KEYS.items():
        items = [data] if not part else data.get(part, ())
        for item in items if isinstance(items, list) else ():
            for name in [*item][len(keys.split()) :]:
                del item[name]
    for step in (step for amount in data["amounts"] for step in amount["steps"]):
        del step["bases"], step["words"]
    (folder / RECORD).write_text(json.dumps(data), "utf-8")
    assert len(read_record(folder).amounts) == 2 + 2 * 3 + 3 + 1
