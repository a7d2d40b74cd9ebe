"""A json-stat2 document from SCB as cells.

Belongs here: the form of the format, dense and sparse, and refusing what is not of it. Does not:
what labels mean, nor which there must be.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr, ValidationError

from schemas.sidecar import PopulationSidecar
from statsbidrag.errors import InputError, input_error
from statsbidrag.files.raw_folder import Sealed
from statsbidrag.population.formats.cells import (
    FETCH,
    Axis,
    Cells,
    Label,
    Said,
    Variable,
    everyone,
    without,
)
from statsbidrag.population.formats.detection import another_form
from statsbidrag.population.formats.identity import chosen_contents
from statsbidrag.population.formats.labels import is_total, variable_of
from statsbidrag.population.formats.numbers import (
    MOST_FIGURES,
    MOST_PERSONS,
    NOTHING,
    read_as_zero,
    too_many,
    whole_in_json,
)

_NEEDED: Final = {Variable.REGION, Variable.CONTENTS, Variable.TIME}
_NEEDED_NAMES: Final = "Region, ContentsCode, Tid, and at most Alder and Kon"
_MISSING_MARKS: Final = frozenset({".", "..", "...", "....", "m", "M", ":"})


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Unit(_Part):
    base: str | None = None


class _Category(_Part):
    index: dict[str, StrictInt] | list[StrictStr] | None = None
    label: dict[str, str] = {}
    unit: dict[str, _Unit | None] = {}
    note: dict[str, list[str]] = {}

    def codes(self) -> list[str]:
        if self.index is None:
            # json-stat2 lets a dimension of one category do without.
            return list(self.label) if len(self.label) == 1 else []
        if isinstance(self.index, list):
            return self.index
        return sorted(self.index, key=self.index.__getitem__)


class _Extension(_Part):
    refperiod: dict[str, str] = {}
    mandatory: dict[str, bool] = Field(default={}, alias="noteMandatory")
    by_code: dict[str, dict[str, bool]] = Field(default={}, alias="categoryNoteMandatory")


class _Dimension(_Part):
    label: str = ""
    category: _Category
    note: list[str] = []
    extension: _Extension = _Extension()


class _Px(_Part):
    tableid: str = ""
    matrix: str = ""


class _DatasetExtension(_Part):
    px: _Px = _Px()
    mandatory: dict[str, bool] = Field(default={}, alias="noteMandatory")


class _Dataset(_Part):
    version: str
    class_: str = Field(alias="class")
    label: str = ""
    updated: str = ""
    note: list[str] = []
    id: list[str]
    size: list[StrictInt]
    dimension: dict[str, _Dimension]
    value: Any
    status: str | list[str | None] | dict[str, str | None] = {}
    extension: _DatasetExtension = _DatasetExtension()


def read_jsonstat(file: Sealed[PopulationSidecar]) -> Cells:
    """The figures of the sidecar's contents, with their labels.

    Raises InputError where the file is not json-stat2, lacks cells, or holds anything but whole
    non-negative numbers.
    """
    dataset = _parsed(file)
    whole, dataset = dataset, _without_totals_alone(dataset)
    variables = _variables(file, dataset)
    _check_shape(file, dataset)
    at = {variable: number for number, variable in enumerate(variables)}
    labels = [_labels(dataset.dimension[name]) for name in dataset.id]
    contents = at[Variable.CONTENTS]
    place = f"dimension.{dataset.id[contents]}"
    chosen = chosen_contents(file, labels[contents], place)[0]
    grid = np.arange(math.prod(dataset.size)).reshape(dataset.size)
    positions = grid.take(chosen, contents).reshape(-1)
    sizes = [size for number, size in enumerate(dataset.size) if number != contents]
    spread = iter(np.indices(sizes).reshape(len(sizes), -1))
    axes: dict[Variable, Axis] = {
        variable: Axis(tuple(labels[number]), next(spread), f"dimension.{dataset.id[number]}")
        for number, variable in enumerate(variables)
        if variable != Variable.CONTENTS
    }
    axes.setdefault(Variable.AGE, everyone(len(positions), "id"))
    values, doubts = _values(file, dataset, positions)
    said = replace(
        _said(whole, dataset.dimension[dataset.id[contents]], labels[contents][chosen]),
        flags=_flags(dataset, positions),
        doubts=tuple(doubts),
    )
    return Cells(axes, values, positions, lambda n: f"value[{positions[n]}]", said)


def _parsed(file: Sealed[PopulationSidecar]) -> _Dataset:
    try:
        text = file.content.decode("utf-8-sig")
        data = json.loads(text, object_pairs_hook=_no_key_twice, parse_float=whole_in_json)
        if "\\ud" in text.lower():
            # Half a character is valid JSON, but no text: encoding it is a ValueError.
            json.dumps(data, ensure_ascii=False).encode("utf-8")
    except _KeyTwiceError as error:
        raise input_error(
            file.path, expected="each code once", found=f"`{error}` twice", action=FETCH
        ) from None
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise input_error(
            file.path,
            expected="json-stat2 in UTF-8",
            found=f"something else ({str(error)[:80]})",
            action="fetch the table again; the file may be cut short or an error page",
        ) from None
    if other := _another_json(data):
        raise another_form(file.path, other)
    try:
        return _Dataset.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise input_error(
            file.path,
            ".".join(str(part) for part in first["loc"]),
            expected=f"json-stat2: {first['msg']}" if first["loc"] else "a json-stat2 dataset",
            found=f"`{str(first['input'])[:60]}`",
            action=FETCH,
        ) from None


def _another_json(data: object) -> str:
    """What JSON that is often sent instead is; empty where it may be json-stat2."""
    if not isinstance(data, dict):
        return "a list, not a table" if isinstance(data, list) else ""
    if data.get("class") in ("collection", "dimension"):
        return f"a JSON-stat {data['class']}, which names tables and has no figures"
    if "dataset" in data or str(data.get("version", "")).startswith("1."):
        return "JSON-stat version 1"
    if {"columns", "data"} <= set(data):
        return "the answer of PxWeb's older API (`columns`, `data`)"
    if "variables" in data or ("query" in data and "response" in data):
        return "a description of a table, or a question, without figures"
    if "class" not in data and {"title", "status"} <= set(data):
        return f"an error message: {str(data['title'])[:60]}"
    return ""


class _KeyTwiceError(Exception):
    pass


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _KeyTwiceError(key)
            seen.add(key)
    return found


def _variables(file: Sealed[PopulationSidecar], dataset: _Dataset) -> list[Variable]:
    kind = f"{dataset.class_} {dataset.version}"
    if kind != "dataset 2.0":
        raise input_error(
            file.path, "class, version", expected="dataset 2.0", found=kind, action=FETCH
        )
    found = [variable_of(name) for name in dataset.id]
    known = [variable for variable in found if variable is not None]
    if len(set(known)) != len(found) or not set(known) >= _NEEDED:
        strange = (name for name, each in zip(dataset.id, found, strict=True) if each is None)
        raise input_error(
            file.path,
            "id",
            expected=_NEEDED_NAMES,
            found=", ".join(dataset.id),
            action=without(next(strange, "")),
        )
    return known


def _without_totals_alone(dataset: _Dataset) -> _Dataset:
    """The dataset without dimensions of which it has nothing but the total: they change nothing."""
    kept = [
        number
        for number, (name, size) in enumerate(zip(dataset.id, dataset.size, strict=False))
        if not (size == 1 and variable_of(name) is None and _is_total_alone(dataset, name))
    ]
    if len(dataset.size) != len(dataset.id) or len(kept) == len(dataset.id):
        return dataset
    update = {"id": [dataset.id[n] for n in kept], "size": [dataset.size[n] for n in kept]}
    return dataset.model_copy(update=update)


def _is_total_alone(dataset: _Dataset, name: str) -> bool:
    dimension = dataset.dimension.get(name)
    if dimension is None:
        return False
    labels = _labels(dimension)
    return len(labels) == 1 and is_total(labels[0], name, dimension.label)


def _check_shape(file: Sealed[PopulationSidecar], dataset: _Dataset) -> None:
    path = file.path
    if ids := [name for name in dataset.id if name not in dataset.dimension]:
        raise input_error(path, f"dimension.{ids[0]}", expected="a dimension", found="none")
    for name, stated in zip(dataset.id, dataset.size, strict=False):
        category = dataset.dimension[name].category
        codes = category.codes()
        if len(set(codes)) != len(codes) or len(codes) != stated:
            raise input_error(
                path,
                f"dimension.{name}",
                expected=f"{stated} different codes, as `size` says",
                found=f"{len(set(codes))}",
                action=FETCH,
            )
        index = category.index
        if isinstance(index, dict) and sorted(index.values()) != list(range(stated)):
            raise input_error(
                path,
                f"dimension.{name}",
                expected="positions 0, 1, 2 …",
                found="gaps",
                action=FETCH,
            )
    _check_count(file, dataset)


def _check_count(file: Sealed[PopulationSidecar], dataset: _Dataset) -> None:
    value, wanted = dataset.value, math.prod(dataset.size)
    if wanted > MOST_FIGURES:
        raise too_many(file.path, "size", wanted)
    if isinstance(value, dict):
        if foreign := next((k for k in value if not _is_position(k, wanted)), None):
            raise input_error(
                file.path,
                "value",
                expected=f"positions 0 to {wanted - 1}, as `size` says",
                found=f"`{foreign[:60]}`",
                action=FETCH,
            )
    elif not isinstance(value, list):
        raise input_error(
            file.path,
            "value",
            expected="a list of figures, or an object of them by position",
            found=f"`{str(value)[:60]}`",
            action=FETCH,
        )
    if len(dataset.size) != len(dataset.id) or (isinstance(value, list) and len(value) != wanted):
        raise input_error(
            file.path,
            "value",
            expected=f"{wanted} figures, the product of `size`",
            found=f"{len(value)}",
            action="the file is cut short: fetch it again",
        )
    if len(value) < wanted:
        missing = next(number for number in range(wanted) if str(number) not in value)
        if _status(dataset, missing) not in NOTHING:
            raise _missing(file, missing, "nothing")


def _is_position(key: str, below: int) -> bool:
    return key.isascii() and key.isdecimal() and str(int(key[:18])) == key and int(key) < below


def _labels(dimension: _Dimension) -> list[Label]:
    known = dimension.category.label
    return [
        Label(code, text if (text := known.get(code, "")) != code else "")
        for code in dimension.category.codes()
    ]


def _values(
    file: Sealed[PopulationSidecar], dataset: _Dataset, positions: np.ndarray
) -> tuple[np.ndarray, list[str]]:
    """The figures at these positions, and what their status makes doubtful."""
    value = dataset.value
    if isinstance(value, dict):
        found: list[Any] = [value.get(str(each)) for each in positions.tolist()]
    elif len(value) == len(positions):
        found = list(value)
    else:
        found = [value[each] for each in positions.tolist()]
    zeros = _nothing_to_report(file, dataset, found, positions)
    if set(map(type, found)) - {int}:
        bad = next(number for number, each in enumerate(found) if type(each) is not int)
        raise _missing(file, int(positions[bad]), f"`{str(found[bad])[:60]}`")
    for extreme in (min(found, default=0), max(found, default=0)):
        if not 0 <= extreme <= MOST_PERSONS:
            raise input_error(
                file.path,
                f"value[{positions[found.index(extreme)]}]",
                expected=f"a number of persons, 0 to {MOST_PERSONS}",
                found=f"{str(extreme)[:60]}",
                action=FETCH,
            )
    return np.array(found, dtype="int64"), [*_flagged(file, dataset, positions), *zeros]


def _missing(file: Sealed[PopulationSidecar], position: int, found: str) -> InputError:
    return input_error(
        file.path,
        f"value.{position}",
        expected="a whole number of persons",
        found=found,
        action="a missing figure, or one with decimals, cannot be counted: "
        "fetch the table again from SCB",
    )


def _nothing_to_report(
    file: Sealed[PopulationSidecar], dataset: _Dataset, found: list[Any], positions: np.ndarray
) -> list[str]:
    """Empty figures that their status calls nothing to report become 0."""
    if not dataset.status:
        return []
    filled = 0
    for number, each in enumerate(found):
        if each is None and _status(dataset, int(positions[number])) in NOTHING:
            found[number] = 0
            filled += 1
    return read_as_zero(filled)


def _flagged(
    file: Sealed[PopulationSidecar], dataset: _Dataset, positions: np.ndarray
) -> list[str]:
    """The doubt about figures with a status. Raises InputError where one is marked as missing."""
    if not dataset.status:
        return []
    at = [(int(p), mark) for p in positions if (mark := _status(dataset, int(p)))]
    for position, mark in at:
        if mark in _MISSING_MARKS:
            raise _missing(file, position, f"a figure that its status, `{mark}`, calls missing")
    marks = sorted({mark for _, mark in at if mark not in NOTHING})
    count = sum(mark not in NOTHING for _, mark in at)
    return (
        [f"{count} värden har en statusflagga i filen: {', '.join(marks)[:80]}."] if marks else []
    )


def _flags(dataset: _Dataset, positions: np.ndarray) -> tuple[str, ...]:
    marks = (_status(dataset, int(p)) for p in positions) if dataset.status else ()
    return tuple(sorted(set(filter(None, marks))))


def _status(dataset: _Dataset, position: int) -> str:
    status: str | Sequence[str | None] | Mapping[str, str | None] = dataset.status
    if isinstance(status, str):
        return status
    if isinstance(status, Mapping):
        return status.get(str(position)) or ""
    return (status[position] or "") if position < len(status) else ""


def _said(dataset: _Dataset, contents: _Dimension, chosen: Label) -> Said:
    notes: list[str] = []
    mandatory: list[str] = []
    parts = [(dataset.note, dataset.extension.mandatory)]
    for each in (dataset.dimension[name] for name in dataset.id):
        flags_of = each.extension.by_code
        parts.append((each.note, each.extension.mandatory))
        parts += [(found, flags_of.get(code, {})) for code, found in each.category.note.items()]
    for found, flags in parts:
        for number, note in enumerate(found):
            (mandatory if flags.get(str(number)) else notes).append(note)
    unit = contents.category.unit.get(chosen.code)
    refperiod = contents.extension.refperiod.get(chosen.code, "")
    px = dataset.extension.px
    return Said(
        subjects=(dataset.label, chosen.text),
        days=(refperiod, dataset.label, chosen.text),
        tables=tuple(each for each in (px.tableid, px.matrix) if each),
        contents=chosen.code,
        units=(unit.base,) if unit and unit.base else (),
        notes=tuple(notes),
        mandatory_notes=tuple(mandatory),
        updated=dataset.updated,
    )
