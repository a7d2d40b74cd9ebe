"""JSON Schemas for editors and programs, made from the models: `python -m schemas.export`.

Belongs here: how the models read what people write (`1 560 000 000`, `0-18`, `1/3`), as JSON
Schema. Does not: the models themselves, or what must hold between parts of a file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from schemas.agreement import Agreement
from schemas.common import Strict
from schemas.decisions import Decisions
from schemas.outcome import Outcome
from schemas.plan import Plan
from schemas.revision_record import RevisionRecord

FOLDER: Final = Path(__file__).resolve().parent

SCHEMAS: Final[dict[str, type[Strict]]] = {
    "agreement.schema.json": Agreement,
    "decisions.schema.json": Decisions,
    "outcome.schema.json": Outcome,
    "plan.schema.json": Plan,
    "revision.schema.json": RevisionRecord,
}
"""The files and the models that they describe: what people write, and what machines read back."""

_SPACE: Final = "[ \u00a0\u202f]"
_AGES: Final = {
    "type": "string",
    "pattern": r"^[0-9]{1,3}(-[0-9]{1,3}|\+)$",
    "description": "Whole years of age, both ends included: 0-18, or 65+.",
}
_KRONOR: Final = {
    "type": "string",
    "pattern": rf"^-?[0-9]([0-9]|{_SPACE})*$",
    "description": "Whole kronor, with spaces between thousands or without: 1 560 000 000.",
}
_SHARE: Final = {
    "type": "string",
    "pattern": rf"^([0-9]{{1,3}}(,[0-9]{{1,6}})?{_SPACE}?%|[0-9]{{1,9}}( ?/ ?[0-9]{{1,9}})?)$",
    "description": "A share, written 2,5 % or 1/3.",
}


class AsWritten(GenerateJsonSchema):
    """JSON Schema of what may stand in a file, before the models have turned it into numbers."""

    def function_before_schema(
        self, schema: core_schema.BeforeValidatorFunctionSchema
    ) -> JsonSchemaValue:
        """A value that a function reads: as that function takes it, not as what it makes of it."""
        inner = super().function_before_schema(schema)
        name = getattr(schema["function"]["function"], "__name__", "")
        if name == "whole_kronor":
            return {"anyOf": [inner, _KRONOR]}
        if name == "share":
            return dict(_SHARE)
        if name == "_from_text":
            return dict(_AGES)
        if name == "_one_or_several":
            one = {"type": "string", "minLength": 1}
            return {"anyOf": [one, inner]}
        if name == "_blank_is_none":
            return {"anyOf": [{"const": ""}, inner]}
        return inner

    def is_instance_schema(self, schema: core_schema.IsInstanceSchema) -> JsonSchemaValue:
        """An exact fraction: what a file holds of it is a text."""
        return dict(_SHARE)


def schema_of(model: type[Strict]) -> dict[str, Any]:
    """A model's JSON Schema, described by its docstrings."""
    made = model.model_json_schema(schema_generator=AsWritten, mode="validation")
    return {"$schema": AsWritten.schema_dialect, **_bounded(made)}


def _bounded(part: Any) -> Any:
    """The schema with the bounds of kronor where they count: at the number, not beside the choice.

    The library leaves them beside it, under names that JSON Schema does not have.
    """
    if isinstance(part, list):
        return [_bounded(item) for item in part]
    if not isinstance(part, dict):
        return part
    made = {name: _bounded(value) for name, value in part.items()}
    if "anyOf" not in made or not {"ge", "le"} & set(made):
        return made
    bounds = {"minimum": made.pop("ge", None), "maximum": made.pop("le", None)}
    known = {name: value for name, value in bounds.items() if value is not None}
    unsigned = {"pattern": _KRONOR["pattern"].replace("-?", "", 1)} if "minimum" in known else {}
    made["anyOf"] = [
        {**way, **known} if way.get("type") == "integer" else {**way, **unsigned}
        for way in made["anyOf"]
    ]
    return made


def as_text(model: type[Strict]) -> str:
    """The schema as its file holds it."""
    return json.dumps(schema_of(model), ensure_ascii=False, indent=2) + "\n"


def export(folder: Path = FOLDER) -> list[Path]:
    """Writes every schema, and says where."""
    written = []
    for name, model in SCHEMAS.items():
        path = folder / name
        path.write_text(as_text(model), encoding="utf-8", newline="\n")
        written.append(path)
    return written


if __name__ == "__main__":
    for path in export():
        print(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
