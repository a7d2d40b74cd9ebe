"""The same figures give the same frame, whatever the format and its dialect."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from schemas import tables
from schemas.sidecar import PopulationSidecar
from statsbidrag.files.raw_folder import Raw, Sealed
from statsbidrag.population.formats.any_format import PopulationTable, read_table
from statsbidrag.register.recipients import Register
from tests.helpers.dialects import WRITERS, Px, Table, Xlsx, table_of

EXTRACTS = (
    "folkmangd_2022-11-01_lan",
    "folkmangd_2023-11-01_lan",
    "folkmangd_2024-11-01_kommun",
    "skattning_2023-11-01_kommun_alder_kon",
    "skattning_2024-11-01_kommun_alder_kon",
)

Extract = tuple[Sealed[PopulationSidecar], Table, PopulationTable]


@pytest.fixture(scope="module")
def extract(raw: Raw, register: Register) -> Callable[[str], Extract]:
    """An extract of the project, as a table to write anew, and as it is read."""

    @cache
    def of(name: str) -> Extract:
        file = raw.population(raw.root / "population" / f"{name}.yaml")
        return file, table_of(json.loads(file.content)), read_table(file, register)

    return of


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Equal in every cell, type, category and in their order; only positions may differ."""
    left, right = one.reset_index(drop=True), other.reset_index(drop=True)
    assert list(left.dtypes) == list(right.dtypes)
    assert left.equals(right)
    assert one.index.name == other.index.name == "position"


def test_there_is_no_other_extract(raw: Raw) -> None:
    assert {path.stem for path, _ in raw.population_sidecars()} >= set(EXTRACTS)


@pytest.mark.parametrize("name", EXTRACTS)
@pytest.mark.parametrize("dialect", WRITERS)
def test_each_extract_in_each_dialect(
    extract: Callable[[str], Extract], register: Register, name: str, dialect: str
) -> None:
    file, table, expected = extract(name)
    content = WRITERS[dialect](table)
    found = read_table(Sealed(Path("prov"), "prov", file.sidecar, content), register)
    same(found.frame, expected.frame)
    tables.checked(tables.Population, found.frame)
    assert found.labels in (expected.labels, {})
    assert int(found.frame["population"].sum()) == file.sidecar.control_total


@pytest.mark.parametrize(
    "write",
    [
        Xlsx(merged=False).write,
        Xlsx(two_columns=True).write,
        Xlsx(pivoted=(), title="").write,
        Xlsx(pivoted=("Kon", "Tid"), foot=()).write,
        Px(page="").write,
        Px(encoding="utf-8", page='CODEPAGE="utf-8";').write,
        Px(codes=False).write,
    ],
    ids=[
        *("labels on each row", "code and text apart", "long, no title", "sexes over years"),
        *("px without a page", "px in UTF-8", "px without codes"),
    ],
)
def test_other_forms_of_xlsx_and_px(
    extract: Callable[[str], Extract], register: Register, write: Callable[[Table], bytes]
) -> None:
    file, table, expected = extract(EXTRACTS[2])
    found = read_table(Sealed(Path("prov"), "prov", file.sidecar, write(table)), register)
    same(found.frame, expected.frame)


@pytest.mark.parametrize("dialect", WRITERS)
def test_every_position_leads_back_to_its_figure(
    extract: Callable[[str], Extract], register: Register, dialect: str
) -> None:
    file, table, _ = extract(EXTRACTS[2])
    content = WRITERS[dialect](table)
    frame = read_table(Sealed(Path("prov"), "prov", file.sidecar, content), register).frame
    assert frame.index.is_unique
    if dialect.startswith("json-stat2") or dialect == "px":
        found = [table.values[position] for position in frame.index]
        assert found == list(frame["population"])
    elif dialect != "xlsx":
        encoding = "latin-1" if "latin-1" in dialect else "utf-8-sig"
        lines = content.decode(encoding).splitlines()
        for position, code, persons in zip(
            frame.index, frame["region_code"], frame["population"], strict=True
        ):
            assert lines[position - 1].endswith(str(persons))
            assert "texts alone" in dialect or code in lines[position - 1]
