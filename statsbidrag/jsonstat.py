"""A json-stat2 document from SCB as a population table in normal form.

Belongs here: reading the format, and refusing what is not a whole population table of one day.
Does not: which regions there must be (`statsbidrag.population`), nor other formats.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError

from schemas.sidecar import PopulationSidecar
from schemas.tables import OPEN_AGE
from statsbidrag.errors import input_error
from statsbidrag.raw import Sealed

REGION: Final = "Region"
AGE: Final = "Alder"
SEX: Final = "Kon"
CONTENTS: Final = "ContentsCode"
TIME: Final = "Tid"
_KNOWN: Final = {REGION, AGE, SEX, CONTENTS, TIME}
_MONTHS: Final = [
    *("januari", "februari", "mars", "april", "maj", "juni"),
    *("juli", "augusti", "september", "oktober", "november", "december"),
]
_MOST_PERSONS: Final = 10**9
_FETCH: Final = "fetch the table again, with these cells and no others"


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Category(_Part):
    index: dict[str, StrictInt] | list[str]
    label: dict[str, str] = {}

    def codes(self) -> list[str]:
        if isinstance(self.index, list):
            return self.index
        return sorted(self.index, key=self.index.__getitem__)


class _Extension(_Part):
    refperiod: dict[str, str] = {}


class _Dimension(_Part):
    category: _Category
    extension: _Extension = _Extension()


class _Px(_Part):
    tableid: str = ""


class _DatasetExtension(_Part):
    px: _Px = _Px()


class _Dataset(_Part):
    version: str
    class_: str = Field(alias="class")
    id: list[str]
    size: list[StrictInt]
    dimension: dict[str, _Dimension]
    value: list[StrictInt]
    extension: _DatasetExtension = _DatasetExtension()


@dataclass(frozen=True)
class PopulationTable:
    """One extract: its cells (`schemas.tables.Population`) and each region's name in the file.

    The frame's index is each cell's position in the file.
    """

    frame: pd.DataFrame
    labels: dict[str, str]


def read_jsonstat(file: Sealed[PopulationSidecar]) -> PopulationTable:
    """The file's cells in normal form.

    Raises InputError where the file is not json-stat2, is another table or another day than its
    sidecar says, lacks cells, or holds anything but whole non-negative numbers.
    """
    dataset = _parsed(file)
    _check_identity(file, dataset)
    _check_shape(file.path, dataset)
    _check_day(file, dataset)
    return PopulationTable(_frame(file, dataset), dataset.dimension[REGION].category.label)


def _parsed(file: Sealed[PopulationSidecar]) -> _Dataset:
    try:
        text = file.content.decode("utf-8")
        data = json.loads(text, object_pairs_hook=_no_key_twice)
        if "\\ud" in text.lower():
            # Half a character is valid JSON, but no text: encoding it is a ValueError.
            json.dumps(data, ensure_ascii=False).encode("utf-8")
    except _KeyTwiceError as error:
        raise input_error(
            file.path, expected="each code once", found=f"`{error}` twice", action=_FETCH
        ) from None
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise input_error(
            file.path,
            expected="json-stat2 in UTF-8",
            found=f"something else ({str(error)[:80]})",
            action="fetch the table again; the file may be cut short or an error page",
        ) from None
    try:
        return _Dataset.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise input_error(
            file.path,
            place,
            expected=_expected(first["type"], first["msg"]),
            found=f"`{str(first['input'])[:60]}`",
            action=_FETCH,
        ) from None


def _expected(kind: str, message: str) -> str:
    return "a whole number of persons" if kind.startswith("int") else message


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


def _check_identity(file: Sealed[PopulationSidecar], dataset: _Dataset) -> None:
    kind = f"{dataset.class_} {dataset.version}"
    if kind != "dataset 2.0":
        raise input_error(
            file.path, "class, version", expected="dataset 2.0", found=kind, action=_FETCH
        )
    table = dataset.extension.px.tableid
    if table and table != file.sidecar.table:
        raise input_error(
            file.path,
            "extension.px.tableid",
            expected=f"{file.sidecar.table}, as the sidecar says",
            found=table,
            action="this is another table: " + _FETCH,
        )
    ids = set(dataset.id)
    missing = {REGION, CONTENTS, TIME} - ids
    if missing or ids - _KNOWN or len(ids) != len(dataset.id):
        raise input_error(
            file.path,
            "id",
            expected=f"{REGION}, {CONTENTS}, {TIME}, and at most {AGE} and {SEX}",
            found=", ".join(dataset.id),
            action="this is another table, or a default selection: " + _FETCH,
        )


def _check_shape(path: Path, dataset: _Dataset) -> None:
    if ids := [name for name in dataset.id if name not in dataset.dimension]:
        raise input_error(path, f"dimension.{ids[0]}", expected="a dimension", found="none")
    sizes = [len(dataset.dimension[name].category.codes()) for name in dataset.id]
    for name, size, stated in zip(dataset.id, sizes, dataset.size, strict=False):
        codes = dataset.dimension[name].category.codes()
        if len(set(codes)) != size or size != stated:
            raise input_error(
                path,
                f"dimension.{name}",
                expected=f"{stated} different codes, as `size` says",
                found=f"{len(set(codes))}",
                action=_FETCH,
            )
        index = dataset.dimension[name].category.index
        if isinstance(index, dict) and sorted(index.values()) != list(range(size)):
            raise input_error(
                path, f"dimension.{name}", expected="positions 0, 1, 2 …", found="gaps"
            )
    if sizes != dataset.size or math.prod(sizes) != len(dataset.value):
        raise input_error(
            path,
            "value",
            expected=f"{math.prod(dataset.size)} figures, the product of `size`",
            found=f"{len(dataset.value)}",
            action="the file is cut short: fetch it again",
        )
    for extreme in (min(dataset.value, default=0), max(dataset.value, default=0)):
        if not 0 <= extreme <= _MOST_PERSONS:
            raise input_error(
                path,
                f"value[{dataset.value.index(extreme)}]",
                expected=f"a number of persons, 0 to {_MOST_PERSONS}",
                found=f"{str(extreme)[:60]}",
                action=_FETCH,
            )


def _check_day(file: Sealed[PopulationSidecar], dataset: _Dataset) -> None:
    contents = dataset.dimension[CONTENTS]
    codes, years = contents.category.codes(), dataset.dimension[TIME].category.codes()
    if codes != [file.sidecar.contents]:
        raise input_error(
            file.path,
            f"dimension.{CONTENTS}",
            expected=f"{file.sidecar.contents}, as the sidecar says",
            found=", ".join(codes),
            action=_FETCH,
        )
    text = contents.extension.refperiod.get(codes[0], "")
    wanted = file.sidecar.reference_date
    day = _day(text, years[0]) if len(years) == 1 else None
    if day != wanted:
        raise input_error(
            file.path,
            f"refperiod and {TIME}",
            expected=f"{wanted}, as the sidecar says",
            found=f"`{text}`, year {', '.join(years)}",
            action="fetch the year that the sidecar names, or correct the sidecar",
        )


def _day(refperiod: str, year: str) -> date | None:
    match = re.match(r"(?:den )?([0-9]{1,2}) ([a-z]+)", refperiod)
    if not match or match[2] not in _MONTHS or not re.fullmatch(r"[0-9]{4}", year):
        return None
    try:
        return date(int(year), _MONTHS.index(match[2]) + 1, int(match[1]))
    except ValueError:
        return None


def _frame(file: Sealed[PopulationSidecar], dataset: _Dataset) -> pd.DataFrame:
    values = np.array(dataset.value, dtype="int64").reshape(dataset.size)
    order = [name for name in (REGION, AGE, SEX) if name in dataset.id]
    rest = [name for name in dataset.id if name not in order]
    axes = [dataset.id.index(name) for name in order + rest]
    positions = np.arange(values.size).reshape(values.shape).transpose(axes).reshape(-1)
    values = values.transpose(axes).reshape(-1)
    codes = [dataset.dimension[name].category.codes() for name in order]
    grid = np.indices([len(part) for part in codes]).reshape(len(codes), -1)
    column = {name: _categorical(grid[i], codes[i]) for i, name in enumerate(order)}
    ages = [_age(file.path, code) for code in codes[order.index(AGE)]] if AGE in order else []
    at = grid[order.index(AGE)] if AGE in order else np.zeros(len(values), dtype=int)
    spans = np.array(ages or [(0, OPEN_AGE)], dtype="int64")
    if SEX in order and sorted(codes[order.index(SEX)]) != ["1", "2"]:
        raise input_error(
            file.path,
            f"dimension.{SEX}",
            expected="1 and 2 (men and women)",
            found=", ".join(codes[order.index(SEX)]),
            action=_FETCH,
        )
    return pd.DataFrame(
        {
            "region_code": column[REGION],
            "level": _constant(str(file.sidecar.level), len(values)),
            "age_from": spans[at, 0],
            "age_to": spans[at, 1],
            "sex": column[SEX] if SEX in column else _constant("total", len(values)),
            "population": values,
        },
        index=pd.Index(positions, name="position"),
    )


def _categorical(positions: np.ndarray, codes: list[str]) -> pd.Categorical:
    return pd.Categorical.from_codes(positions.tolist(), categories=pd.Index(codes, dtype="str"))


def _constant(value: str, count: int) -> pd.Categorical:
    return _categorical(np.zeros(count, dtype="int64"), [value])


def _age(path: Path, code: str) -> tuple[int, int]:
    if match := re.fullmatch(r"([0-9]{1,3})(?:-([0-9]{1,3})|(\+))?", code):
        first = int(match[1])
        return first, OPEN_AGE if match[3] else int(match[2] or first)
    raise input_error(
        path,
        f"dimension.{AGE}",
        expected="ages such as 17, 0-18 or 100+",
        found=f"`{code}`",
        action=_FETCH,
    )
