"""What PxWebApi 2 answers: its forms, whether it is what was asked for, several answers as one.

Belongs here: everything about an answer that can be told from its bytes. Does not: getting it
(`statsbidrag.intake.pxweb`), or what the figures are good for (`statsbidrag.intake.fetching`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, ValidationError
from pydantic import model_validator as validated

from statsbidrag.errors import InputError, input_error
from statsbidrag.files.printable_text import seen

FORMAT: Final = "json-stat2"
LATER: Final = "try again later; nothing is stored"

_SHOWN: Final = 5

Selection = dict[str, tuple[str, ...]]
"""The codes asked for, by variable. A variable that is not in it is summed away by the server."""


@dataclass(frozen=True)
class Limits:
    """What a server says it bears: cells in an answer; calls in so many seconds (0: not said)."""

    cells: int
    calls: int
    seconds: float


@dataclass(frozen=True)
class Variable:
    """A variable of a table: its codes in order, what they are called, whether it may be left out.

    `days` is, by code of the contents, which day or period the figures are for, in words.
    """

    codes: tuple[str, ...]
    labels: Mapping[str, str]
    may_be_left_out: bool
    days: Mapping[str, str]


@dataclass(frozen=True)
class Notes:
    """What the producer says of the figures; the mandatory ones are shown wherever they are."""

    all: tuple[str, ...]
    mandatory: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """What a table has: its variables, by name, and what is said of it."""

    id: str
    address: str
    label: str
    variables: Mapping[str, Variable]
    notes: Notes


@dataclass(frozen=True)
class Listed:
    """A table as a search gives it: its first and last period, as SCB writes them."""

    id: str
    label: str
    first: str
    last: str


# The forms of the answers ----------------------------------------------------------------------


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")

    @validated(mode="before")
    @classmethod
    def _null_is_absent(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: own for key, own in value.items() if own is not None}
        return value


class Config(_Part):
    """What a server says of itself: what it bears, and in which forms it answers."""

    max_data_cells: StrictInt = Field(alias="maxDataCells", ge=1)
    max_calls: StrictInt = Field(alias="maxCallsPerTimeWindow", default=0, ge=0)
    time_window: StrictInt = Field(alias="timeWindow", default=0, ge=0)
    data_formats: list[str] = Field(alias="dataFormats", default=[FORMAT])


class _Category(_Part):
    index: dict[str, StrictInt] | list[str]
    label: dict[str, str] = {}
    note: dict[str, list[str]] = {}

    def codes(self) -> list[str]:
        if isinstance(self.index, list):
            return self.index
        return sorted(self.index, key=self.index.__getitem__)

    def size(self) -> int:
        """How many codes there are, each in a place of its own; 0 where they are not."""
        codes = self.codes()
        whole = isinstance(self.index, list) or [self.index[c] for c in codes] == [
            *range(len(codes))
        ]
        return len(set(codes)) if whole else 0


class _OfDimension(_Part):
    elimination: StrictBool = False
    refperiod: dict[str, str | None] = {}
    note_mandatory: dict[str, bool] = Field(alias="noteMandatory", default={})
    of_categories: dict[str, dict[str, bool]] = Field(alias="categoryNoteMandatory", default={})


class _Dimension(_Part):
    category: _Category
    note: list[str] = []
    extension: _OfDimension = _OfDimension()


class _Px(_Part):
    tableid: str = ""


class _OfDataset(_Part):
    px: _Px = _Px()
    note_mandatory: dict[str, bool] = Field(alias="noteMandatory", default={})


class _ListedTable(_Part):
    id: str
    label: str = ""
    first: str = Field(alias="firstPeriod", default="")
    last: str = Field(alias="lastPeriod", default="")


class Listing(_Part):
    """What a search answers with: one page of tables."""

    tables: list[_ListedTable]

    def listed(self) -> list[Listed]:
        """Each table's name and periods."""
        return [Listed(each.id, each.label, each.first, each.last) for each in self.tables]


class Dataset(_Part):
    """A json-stat2 document, its figures apart."""

    label: str = ""
    updated: str = ""
    id: list[str]
    size: list[StrictInt]
    dimension: dict[str, _Dimension]
    note: list[str] = []
    extension: _OfDataset = _OfDataset()


_Form = TypeVar("_Form", bound=_Part)


def parsed(content: bytes, address: str) -> Any:
    """The answer as data. Raises InputError where it is no JSON."""
    try:
        data = json.loads(content.decode("utf-8"))
        if b"\\ud" in content.lower():
            # Half a character is valid JSON, but no text: encoding it is a ValueError.
            json.dumps(data, ensure_ascii=False).encode()
        return data
    except (ValueError, RecursionError) as error:
        raise input_error(
            address,
            expected="JSON in UTF-8",
            found=f"{len(content)} bytes of something else ({str(error)[:80]})",
            action="the answer was cut short, or is another page; " + LATER,
        ) from None


def as_form(form: type[_Form], data: Any, address: str) -> _Form:
    """The answer in its form. Raises InputError where it has another."""
    try:
        return form.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise input_error(
            address,
            ".".join(str(part) for part in first["loc"]),
            expected=f"an answer of PxWebApi 2 ({first['msg'].lower()})",
            found=f"`{str(first['input'])[:60]}`",
            action="this is no such server, or it has changed; " + LATER,
        ) from None


def dataset_of(data: Any, address: str) -> Dataset:
    """The answer as a json-stat2 document. Raises InputError where it contradicts itself."""
    dataset = as_form(Dataset, data, address)
    sizes = [
        dataset.dimension[name].category.size() if name in dataset.dimension else 0
        for name in dataset.id
    ]
    if sizes != dataset.size or set(dataset.id) != set(dataset.dimension):
        raise input_error(
            address,
            "size",
            expected=f"{', '.join(map(str, dataset.size)) or 'numbers'} codes of "
            f"{', '.join(dataset.id)}",
            found=", ".join(map(str, sizes)) or "none",
            action="the answer contradicts itself; " + LATER,
        )
    return dataset


def notes_of(dataset: Dataset) -> Notes:
    """Every note once, in the order of the document: of the table, its variables, their codes."""
    found: dict[str, bool] = {}

    def add(texts: Sequence[str], mandatory: Mapping[str, bool]) -> None:
        for index, text in enumerate(texts):
            if note := seen(text).strip():
                own = mandatory.get(str(index), False)
                found[note] = found.get(note, False) or own

    add(dataset.note, dataset.extension.note_mandatory)
    for dimension in dataset.dimension.values():
        add(dimension.note, dimension.extension.note_mandatory)
        for code, texts in dimension.category.note.items():
            add(texts, dimension.extension.of_categories.get(code, {}))
    return Notes(tuple(found), tuple(text for text, own in found.items() if own))


def flags_of(document: Any) -> frozenset[str]:
    """The statuses that figures of a json-stat2 document have, however it gives them."""
    status = document.get("status") or {}
    if isinstance(status, str):
        return frozenset({status})
    marks = status.values() if isinstance(status, dict) else status
    return frozenset(mark for mark in marks if isinstance(mark, str) and mark)


def labels_of(document: Any, name: str) -> tuple[str, ...]:
    """What a json-stat2 document calls the categories of one of its variables."""
    return tuple(_dimension(document, name).label.values())


def require_asked(asked: Selection, dataset: Dataset, data: Any, address: str) -> None:
    """Raises InputError unless the answer has exactly the variables, codes and cells asked for."""
    if set(dataset.id) != set(asked) or len(dataset.id) != len(asked):
        raise _not_asked(address, "id", ", ".join(asked), ", ".join(dataset.id))
    for name, codes in asked.items():
        found = dataset.dimension[name].category.codes()
        if set(found) != set(codes):
            wrong = sorted(set(found) ^ set(codes))[:_SHOWN]
            raise _not_asked(
                address,
                f"dimension.{name}",
                f"the {len(codes)} codes that were asked for",
                f"{len(found)} codes; too few or too many: {', '.join(wrong)}",
            )
    cells = math.prod(dataset.size)
    for place, own in (("value", data.get("value")), ("status", data.get("status") or {})):
        if not _fits(own, cells, all_alike=place == "status"):
            count = f"{len(own)}" if isinstance(own, list | dict) else "something else"
            raise _not_asked(address, place, f"{cells} figures", count)


def _fits(own: Any, cells: int, *, all_alike: bool) -> bool:
    """Whether it is a list of so many, or an object by position; or, in a status, one for all."""
    if isinstance(own, dict):
        return all(at.isdecimal() and int(at) < cells for at in own)
    if isinstance(own, list):
        return len(own) == cells or (all_alike and len(own) == 1)
    return all_alike and isinstance(own, str)


def _not_asked(address: str, place: str, expected: str, found: str) -> InputError:
    action = "the server answered something else than was asked; " + LATER
    return input_error(address, place, expected=expected, found=found, action=action)


def require_unchanged(stamps: Sequence[str], address: str) -> None:
    """Raises InputError where the table was changed between one answer and another.

    Metadata may write the stamp in a way of its own, so only answers with figures are compared.
    """
    if len(set(stamps)) > 1:
        raise input_error(
            address,
            "updated",
            expected=f"{stamps[0] or 'nothing'}, as in the first answer",
            found=", ".join(stamp or "nothing" for stamp in dict.fromkeys(stamps[1:])),
            action="SCB changed the table meanwhile: fetch again; nothing is stored",
        )


# Several queries as one ------------------------------------------------------------------------


def split(selection: Selection, most: int, address: str = "") -> list[Selection]:
    """Selections of at most `most` cells each, which together are exactly this one.

    The variables are cut in the order of the selection. Raises InputError where no cut helps.
    """
    cells = math.prod(len(codes) for codes in selection.values())
    if cells <= most:
        return [selection]
    name = next((name for name, codes in selection.items() if len(codes) > 1), None)
    if name is None:
        raise input_error(
            address, "maxDataCells", expected="at least 1", found=str(most), action=LATER
        )
    codes = selection[name]
    step = max(1, most // (cells // len(codes)))
    parts = [{**selection, name: codes[at : at + step]} for at in range(0, len(codes), step)]
    return [small for part in parts for small in split(part, most, address)]


def assembled(documents: Sequence[Any], selection: Selection, address: str = "") -> dict[str, Any]:
    """Answers to parts of a selection as one json-stat2 document, every cell in its place.

    Codes are in the order in which they were asked for. What is said of the table is taken from
    the first, notes and names from all.
    """
    names = list(documents[0]["id"])
    places = {name: {code: at for at, code in enumerate(selection[name])} for name in names}
    size = [len(selection[name]) for name in names]
    values = np.full(size, None, dtype=object)
    status = np.full(size, None, dtype=object)
    for document in documents:
        own = list(document["id"])
        codes = {name: _dimension(document, name).codes() for name in own}
        at = np.ix_(*[[places[name][code] for code in codes[name]] for name in names])
        order = [own.index(name) for name in names]
        shape = [len(codes[name]) for name in own]
        values[at] = _dense(document["value"], shape).transpose(order)
        status[at] = _dense(document.get("status") or {}, shape).transpose(order)
    marks = {str(at): mark for at, mark in enumerate(status.reshape(-1)) if mark is not None}
    merged = {key: value for key, value in documents[0].items() if key != "status"}
    return {
        **merged,
        **({"status": marks} if marks else {}),
        **_table_notes(documents),
        "size": size,
        "dimension": {name: _one_dimension(documents, name, places[name]) for name in names},
        "value": values.reshape(-1).tolist(),
    }


def _dimension(document: Any, name: str) -> _Category:
    return _Category.model_validate(document["dimension"][name]["category"])


def _dense(sparse: Any, shape: Sequence[int]) -> np.ndarray:
    """A list of values, an object from position to value, or one value for all, as an array."""
    count = math.prod(shape)
    filled = np.full(count, None, dtype=object)
    if isinstance(sparse, dict):
        for at, value in sparse.items():
            filled[int(at)] = value
    else:
        filled[:] = sparse
    return filled.reshape(shape)


def _one_dimension(documents: Sequence[Any], name: str, places: Mapping[str, int]) -> Any:
    """A variable with all its codes: what is said by code from all parts, the rest from one."""
    parts = [document["dimension"][name] for document in documents]
    category = dict(parts[0]["category"])
    for key in ("label", "note", "unit"):
        if joined := _by_code(part["category"].get(key) for part in parts):
            category[key] = joined
    extension = dict(parts[0].get("extension") or {})
    for key in ("refperiod", "categoryNoteMandatory"):
        if joined := _by_code((part.get("extension") or {}).get(key) for part in parts):
            extension[key] = joined
    category["index"] = dict(places)
    return {**parts[0], "category": category, **({"extension": extension} if extension else {})}


def _by_code(parts: Iterator[Any]) -> dict[str, Any]:
    return {code: own for part in parts if isinstance(part, dict) for code, own in part.items()}


def _table_notes(documents: Sequence[Any]) -> dict[str, Any]:
    """The notes of the table from all parts, each once, and which of them are mandatory."""
    found: dict[str, bool] = {}
    for document in documents:
        mandatory = (document.get("extension") or {}).get("noteMandatory") or {}
        for at, text in enumerate(document.get("note") or []):
            found[text] = found.get(text, False) or bool(mandatory.get(str(at)))
    if not found:
        return {}
    extension = dict(documents[0].get("extension") or {})
    extension["noteMandatory"] = {str(at): True for at, own in enumerate(found.values()) if own}
    return {"note": list(found), "extension": extension}
