"""The JSON Schemas: up to date, described, and the real files fit them."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from schemas.export import FOLDER, SCHEMAS, as_text, export, schema_of
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_reading import read_yaml
from statsbidrag.publication.record_json import record_bytes
from tests.helpers.revisions import record_of

RAW = PROJECT / "raw"
AGREEMENTS = sorted((RAW / "agreements").glob("*.yaml"))
PLANS = sorted((RAW / "plans").glob("*/*.yaml"))
_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "null": type(None),
    "boolean": bool,
}


def mistakes(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "") -> list[str]:
    """What does not fit, for the part of JSON Schema that the models use."""
    if "$ref" in schema:
        target = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
        return mistakes(value, target, root, at)
    found: list[str] = []
    for word, wanted in (("anyOf", 1), ("oneOf", 1)):
        if word in schema:
            ways = [mistakes(value, each, root, at) for each in schema[word]]
            fitting = sum(not way for way in ways)
            if fitting < wanted or (word == "oneOf" and fitting > 1):
                found.append(f"{at}: {word}: {fitting} fit {value!r}")
    kind = schema.get("type")
    if kind and (not isinstance(value, _TYPES[kind]) or (kind == "integer") != _is_int(value)):
        return [*found, f"{at}: {value!r} is no {kind}"]
    if "const" in schema and value != schema["const"]:
        found.append(f"{at}: {value!r} is not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: {value!r} is none of {schema['enum']}")
    if isinstance(value, str):
        short = len(value) < schema.get("minLength", 0)
        if short or not re.search(schema.get("pattern", ""), value):
            found.append(f"{at}: {value!r} does not look like {schema.get('pattern')}")
    if _is_int(value) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        found.append(f"{at}: {value} is out of bounds")
    return found + _inside(value, schema, root, at)


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _inside(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str) -> list[str]:
    found: list[str] = []
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            found.append(f"{at}: too few")
        for index, item in enumerate(value):
            found += mistakes(item, schema.get("items", {}), root, f"{at}[{index}]")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        found += [
            f"{at}: {name} is missing" for name in schema.get("required", ()) if name not in value
        ]
        for name, own in value.items():
            rest = schema.get("additionalProperties", True)
            here = known.get(name, rest)
            if here is False:
                found.append(f"{at}: {name} is not known")
            elif isinstance(here, dict):
                found += mistakes(own, here, root, f"{at}.{name}")
            if "propertyNames" in schema and name not in known:
                found += mistakes(name, schema["propertyNames"], root, f"{at}.{name}")
    return found


def of(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / name).read_text("utf-8"))
    return loaded


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_files_are_up_to_date(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == as_text(SCHEMAS[name]), "run: make schemas"


def test_export_writes_what_is_there(tmp_path: Path) -> None:
    assert [path.name for path in export(tmp_path)] == list(SCHEMAS)
    for name in SCHEMAS:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_part_is_described(name: str) -> None:
    schema = schema_of(SCHEMAS[name])
    assert schema["description"]
    for part, own in schema["$defs"].items():
        assert own.get("description"), part
        assert own["title"], part


@pytest.mark.parametrize("path", AGREEMENTS, ids=lambda path: path.stem)
def test_the_agreements_fit(path: Path) -> None:
    schema = of("agreement.schema.json")
    assert mistakes(read_yaml(path).data, schema, schema) == []


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_the_plans_fit(path: Path) -> None:
    schema = of("plan.schema.json")
    assert mistakes(read_yaml(path).data, schema, schema) == []


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("posts", 0, "amount"), "5,5"),
        (("posts", 0, "amount"), -1),
        (("posts", 0, "amount"), "-1 000"),
        (("posts", 0, "amount"), 10**15 + 1),
        (("posts", 0, "amount"), True),
        (("posts", 0, "key"), [{"restt": {"by": "population"}}]),
        (("posts", 0, "key"), [{"rest": {"by": "population", "ages": "0 till 25"}}]),
        (("posts", 0, "key"), [{"rest": {"by": "folkmängd"}}]),
        (("posts", 0, "reference"), ""),
        (("posts", 0, "recipients"), "län"),
        (("population", "levels"), {"län": "lan"}),
        (("status",), "klar"),
        (("total", "amount"), ""),
        (("okänt",), 1),
        (("format",), 2),
    ],
)
def test_what_is_wrong_does_not_fit(where: tuple[int | str, ...], value: Any) -> None:
    schema = of("agreement.schema.json")
    data = copy.deepcopy(read_yaml(RAW / "agreements" / "psykisk-halsa-2025.yaml").data)
    parent = data
    for part in where[:-1]:
        parent = parent[part]
    parent[where[-1]] = value
    assert mistakes(data, schema, schema)


@pytest.mark.parametrize(
    "key",
    [
        [{"set_aside": {"share": "2,5 %", "title": "pott"}}, {"rest": {"by": "equal"}}],
        [{"part": {"share": "1/3", "by": "population", "ages": "65+"}}],
        [{"fixed": "2 000 000", "except": {"storstadslan": 3_000_000}}],
        [
            {
                "ladder": {
                    "by": "population",
                    "rungs": [{"up_to": 5, "amount": "1 000"}, {"amount": 2}],
                }
            }
        ],
        [{"price": {"per_unit": 12, "weights": "besok"}}, {"undistributed": "blir kvar"}],
    ],
)
def test_every_way_to_write_a_key_fits(key: list[Any]) -> None:
    schema = of("agreement.schema.json")
    data = copy.deepcopy(read_yaml(RAW / "agreements" / "psykisk-halsa-2025.yaml").data)
    data["posts"][0]["key"] = key
    assert mistakes(data, schema, schema) == []


def test_what_a_revision_says_of_itself_fits(raw: Raw) -> None:
    schema = of("revision.schema.json")
    for agreement_id in raw.agreement_ids():
        data = json.loads(record_bytes(record_of(raw, agreement_id)))
        assert mistakes(data, schema, schema) == []
        data["amounts"][0]["amount_sek"] = 1.5
        assert mistakes(data, schema, schema)


def test_an_agreements_editor_line_leads_to_the_schema() -> None:
    for path in AGREEMENTS:
        found = re.search(
            r"^# yaml-language-server: \$schema=(\S+)$", path.read_text("utf-8"), re.M
        )
        assert found, path
        assert (path.parent / found[1]).resolve() == FOLDER / "agreement.schema.json"
