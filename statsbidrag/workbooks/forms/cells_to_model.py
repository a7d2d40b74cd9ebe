"""From cells to a model and back: what was filled in, validated, every mistake at its cell.

Belongs here: which cell each part of a model was read from. Does not: a cell's own value
(`statsbidrag.workbooks.forms.cell_values`), or which fields a plan or an outcome has.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from statsbidrag.errors import Problem
from statsbidrag.files.yaml_reading import Location
from statsbidrag.workbooks.forms.cell_values import Cell, shortened
from statsbidrag.workbooks.forms.form import Facts
from statsbidrag.workbooks.forms.form_reading import Filled

Model = TypeVar("Model", bound=BaseModel)

Places = Mapping[Location, Cell]
"""The cell that each part of a model was read from."""


@dataclass(frozen=True)
class CellPlaces:
    """Where the parts of a model stand in a workbook, for checks that name a place.

    `path` is the file that is to be written.
    """

    filled: Filled
    places: Places
    path: Path

    def problem(
        self, at: Location, *, expected: str, found: str, action: str = "correct the cell"
    ) -> Problem:
        """A problem at a part's cell, or at the nearest that it is a part of."""
        cell = _cell_of(self.places, at)
        return Problem(str(self.filled.path), cell.place if cell else "", expected, found, action)


def model_of(
    filled: Filled, model: type[Model], data: Mapping[str, Any], places: Places
) -> Model | None:
    """What was filled in as a model; None, and told in `filled.problems`, where it is none.

    What is wrong because a cell was wrong already is not told again.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for item in error.errors(include_url=False):
            at = tuple(item["loc"])
            told = [cell.wrong for where, cell in places.items() if where[: len(at)] == at]
            cell = _cell_of(places, at)
            if any(told) or (cell is not None and cell.wrong):
                continue
            filled.problems.append(
                Problem(
                    str(filled.path),
                    cell.place if cell else "",
                    item["msg"].removeprefix("Value error, "),
                    f'"{shortened(str(item["input"]))}"' if at and cell else "what is filled in",
                    "correct the cell",
                )
            )
        return None


def _cell_of(places: Places, at: Location) -> Cell | None:
    for depth in range(len(at), 0, -1):
        if at[:depth] in places:
            return places[at[:depth]]
        inside = [cell for where, cell in places.items() if where[:depth] == at[:depth]]
        if inside:
            return inside[0]
    return None


def put(data: Any, places: dict[Location, Cell], at: Location, cell: Cell) -> None:
    """Puts a cell's value where it belongs in a model's data, and remembers the cell."""
    places[at] = cell
    for part in at[:-1]:
        data = data.setdefault(part, {}) if isinstance(data, dict) else data[int(part)]
    data[at[-1]] = cell.value


def fact_values(facts: Facts, model: object, skipped: Collection[str]) -> dict[str, Any]:
    """The values of a model's fields by their keys, `decision.by` and alike."""
    values: dict[str, Any] = {}
    for column in facts.columns:
        if column.key in skipped or column.kind.ours:
            continue
        part: Any = model
        for name in column.key.split("."):
            part = getattr(part, name, None)
        values[column.key] = part
    return values
