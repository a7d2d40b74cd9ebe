"""A population table read whatever its format, which is seen by its content.

Belongs here: choosing the reader. Does not: any format's own rules (the modules beside this one).
"""

from __future__ import annotations

from collections.abc import Sequence

from schemas.register import RegionChange
from schemas.sidecar import PopulationSidecar
from statsbidrag.files.raw_folder import Sealed
from statsbidrag.population.formats.cells import Cells
from statsbidrag.population.formats.detection import Format, format_of
from statsbidrag.population.formats.normal_form import PopulationTable, normal_form
from statsbidrag.register.recipients import Register


def read_table(
    file: Sealed[PopulationSidecar],
    register: Register,
    changes: Sequence[RegionChange] = (),
) -> PopulationTable:
    """One file's population, its format seen by its content.

    `changes` say why another division's codes are refused. Raises InputError where the file is in
    none of the formats, is not what its sidecar says, contradicts itself, or holds anything but
    whole numbers of persons.
    """
    return normal_form(file, register, read_cells(file), changes)


def read_cells(file: Sealed[PopulationSidecar]) -> Cells:
    """The figures of one file with their labels, as they stand. Raises InputError as above."""
    form = format_of(file.content, file.path)
    # A reader is loaded when a file needs it: openpyxl alone costs a tenth of a second.
    if form is Format.JSONSTAT:
        from statsbidrag.population.formats.jsonstat import read_jsonstat

        return read_jsonstat(file)
    if form is Format.SPREADSHEET:
        from statsbidrag.population.formats.spreadsheet import read_spreadsheet

        return read_spreadsheet(file)
    if form is Format.PX:
        from statsbidrag.population.formats.px import read_px

        return read_px(file)
    from statsbidrag.population.formats.delimited import read_delimited

    return read_delimited(file)
