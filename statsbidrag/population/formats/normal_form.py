"""The cells of a file in normal form: labels understood, sums checked, in order.

Belongs here: what is the same for every format, from labels to `schemas.tables.Population`, and in
which order. Does not: finding figures and labels in a file, the array (`cube`), its sums
(`sums_in_file`), nor which regions and ages there must be (`statsbidrag.population.reading`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from schemas.common import Level
from schemas.register import RegionChange
from schemas.sidecar import PopulationSidecar
from statsbidrag.errors import input_error
from statsbidrag.files.printable_text import seen
from statsbidrag.files.raw_folder import Sealed
from statsbidrag.population.formats.cells import Axis, Cells, Said, Variable
from statsbidrag.population.formats.coverage import require_everyone, require_persons
from statsbidrag.population.formats.cube import Cube, cube_of
from statsbidrag.population.formats.identity import check_identity, days_of
from statsbidrag.population.formats.labels import (
    ALL_AGES,
    BOTH,
    LabelError,
    Regions,
)
from statsbidrag.population.formats.repeated import each_meaning_once
from statsbidrag.population.formats.sums_in_file import (
    Sums,
    check_ages,
    check_sexes,
    level_of,
    of_levels,
    require_proof_of_the_torn,
)
from statsbidrag.population.perturbation import doubts_about, perturbation_of
from statsbidrag.population.preliminary import is_preliminary
from statsbidrag.register.recipients import Register

_SHOWN: Final = 5


@dataclass(frozen=True)
class PopulationTable:
    """One file: its cells, and what it says of itself.

    `frame` is a `schemas.tables.Population` with the rows of the sidecar's level, and of the other
    one where it is there whole; its index
    `position` is each figure's place in the file: in the list of figures of json-stat2 and px from
    0, the line of a csv or the row of a spreadsheet from 1. `labels` are the regions' names where
    the file gives code and name. `mandatory_notes` must be shown wherever the figures are; `notes`
    are the others. `updated` is the table's own stamp, empty where the file has none. `doubts` are
    Swedish sentences on what the file leaves to the sidecar, and what was read into it.
    `preliminary` is whether the file calls its figures so, for any of its days; `compared`, whether
    any whole in it could be compared with its parts.
    """

    frame: pd.DataFrame
    labels: dict[str, str]
    notes: tuple[str, ...]
    mandatory_notes: tuple[str, ...]
    updated: str
    doubts: tuple[str, ...]
    preliminary: bool = False
    compared: bool = False


def normal_form(
    file: Sealed[PopulationSidecar],
    register: Register,
    cells: Cells,
    changes: Sequence[RegionChange] = (),
) -> PopulationTable:
    """The cells as a table, every one once, with the sums that the file has, checked.

    `changes` say why another division's codes are refused. Raises InputError where the file is not
    what its sidecar says, where a label means nothing, a cell stands twice or not at all, or a sum
    contradicts its parts.
    """
    said = cells.said
    doubts = check_identity(file, said)
    require_persons(file, said)
    days, about_days = days_of(file, cells.axes.get(Variable.TIME), said)
    names, labels = _regions(file, register, cells.axes[Variable.REGION])
    cells, about_labels = each_meaning_once(file, cells, days)
    cube = cube_of(file, cells, names, days)
    by_age, by_sex = cube.ages != [ALL_AGES], cube.sexes != [BOTH]
    require_everyone(file, said, by_age=by_age, by_sex=by_sex)
    sums = _sums(file, said, cube)
    check_sexes(cube, sums)
    about_ages = check_ages(cube, sums)
    cube = of_levels(cube, register, sums, changes)
    require_proof_of_the_torn(cube, cells, sums)
    about = (*doubts, *about_days, *about_labels, *about_ages)
    return PopulationTable(
        frame=_frame(cube),
        labels={code: labels[code] for code in cube.regions if code in labels},
        notes=_printable(said.notes),
        mandatory_notes=_printable(said.mandatory_notes),
        updated=said.updated.strip(),
        doubts=(*about, *sums.doubts(), *said.doubts, *doubts_about(file.sidecar)),
        preliminary=_says_preliminary(file, said, cells.axes.get(Variable.TIME)),
        compared=sums.compared,
    )


def _sums(file: Sealed[PopulationSidecar], said: Said, cube: Cube) -> Sums:
    """What is compared, with the random numbers that each day's figures have."""
    notes = (*said.mandatory_notes, *said.notes)
    days = [date.fromisoformat(day) for day in cube.days]
    return Sums([perturbation_of(file.sidecar, notes, day) for day in days])


def _says_preliminary(file: Sealed[PopulationSidecar], said: Said, years: Axis | None) -> bool:
    labels = [str(label) for label in years.labels] if years else []
    texts = (*said.subjects, *said.titles, *said.days, *labels, *said.mandatory_notes, *said.notes)
    days = file.sidecar.reference_dates
    return any(is_preliminary(day.year, texts, said.flags) for day in days)


def _regions(
    file: Sealed[PopulationSidecar], register: Register, axis: Axis
) -> tuple[list[str], dict[str, str]]:
    known = Regions.of(register, file.sidecar.level)
    found, strange = [], []
    for label in axis.labels:
        try:
            found.append(known.read(label))
        except LabelError as error:
            strange.append(str(error))
    if strange:
        noun = "municipalities" if file.sidecar.level == Level.KOMMUN else "counties"
        raise input_error(
            file.path,
            axis.place,
            expected=f"codes of {noun}, as text with their zeros, or names of the register",
            found=", ".join(strange[:_SHOWN]),
            action="fetch the table again with today's division, with codes",
        )
    return [region.code for region in found], {r.code: r.name for r in found if r.name}


def _frame(cube: Cube) -> pd.DataFrame:
    shape = cube.values.shape
    count = cube.values.size
    at = [np.broadcast_to(np.arange(n).reshape([-1 if i == a else 1 for i in range(4)]), shape)
          for a, n in enumerate(shape)]  # fmt: skip
    region, age, sex, day = (each.reshape(-1) for each in at)
    spans = np.array(cube.ages, dtype="int64").reshape(-1, 2)
    sidecar, every = cube.file.sidecar, list(Level)
    levels = np.array([every.index(level_of(code)) for code in cube.regions], dtype="int8")
    return pd.DataFrame(
        {
            "region_code": _categorical(region, cube.regions),
            "level": _categorical(levels[region], [str(level) for level in Level]),
            "age_from": spans[age, 0],
            "age_to": spans[age, 1],
            "sex": _categorical(sex, cube.sexes),
            "reference_date": _categorical(day, cube.days),
            "population": cube.values.reshape(-1),
            "maturity": _constant(str(sidecar.maturity), count),
        },
        index=pd.Index(cube.positions.reshape(-1), name="position"),
    )


def _categorical(positions: np.ndarray, codes: list[str]) -> pd.Categorical:
    return pd.Categorical.from_codes(positions, categories=pd.Index(codes, dtype="str"))


def _constant(value: str, count: int) -> pd.Categorical:
    return _categorical(np.zeros(count, dtype="int8"), [value])


def _printable(notes: Iterable[str]) -> tuple[str, ...]:
    """Each note once, on one line, without characters that no page can show."""
    return tuple(dict.fromkeys(line for note in notes if (line := " ".join(seen(note).split()))))
