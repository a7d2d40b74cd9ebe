"""Population tables as SCB serves them, in one normal form whatever the format.

Belongs here: the way from a file's bytes to `schemas.tables.Population`. Does not: whether the
table is whole, nor which of several counts (`statsbidrag.population`).

| module | does |
|---|---|
| `detection` | which format a file has, by its content |
| `jsonstat`, `delimited`, `spreadsheet`, `px` | figures and labels of one format |
| `grid` | what csv and spreadsheets share: headings, merged labels, years as columns |
| `labels`, `figures` | what labels mean, what a number is |
| `identity`, `coverage`, `regions` | whether it is the table, of everyone, everywhere |
| `normal_form` | every cell once, sums checked and dropped |
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from schemas.register import RegionChange
from schemas.sidecar import PopulationSidecar
from statsbidrag.formats.cells import Cells
from statsbidrag.formats.detection import Format, format_of
from statsbidrag.formats.normal_form import PopulationTable, normal_form
from statsbidrag.raw import Sealed

__all__ = ["PopulationTable", "read_table"]


def read_table(
    file: Sealed[PopulationSidecar],
    register: pd.DataFrame,
    changes: Sequence[RegionChange] = (),
) -> PopulationTable:
    """One file's population, its format seen by its content.

    `changes` say why another division's codes are refused. Raises InputError where the file is in
    none of the formats, is not what its sidecar says, contradicts itself, or holds anything but
    whole numbers of persons.
    """
    return normal_form(file, register, _cells(file, format_of(file.content, file.path)), changes)


def _cells(file: Sealed[PopulationSidecar], form: Format) -> Cells:
    # A reader is loaded when a file needs it: openpyxl alone costs a tenth of a second.
    if form is Format.JSONSTAT:
        from statsbidrag.formats.jsonstat import read_jsonstat

        return read_jsonstat(file)
    if form is Format.SPREADSHEET:
        from statsbidrag.formats.spreadsheet import read_spreadsheet

        return read_spreadsheet(file)
    if form is Format.PX:
        from statsbidrag.formats.px import read_px

        return read_px(file)
    from statsbidrag.formats.delimited import read_delimited

    return read_delimited(file)
