"""The small country's population as a table of SCB's, by age and sex, and as a sealed file.

Belongs here: making them, right or wrong, to be written in any format (`dialects`). Does not: any
expectation.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from schemas.sidecar import PopulationSidecar
from statsbidrag.files.raw_folder import Sealed
from tests.cases.small_country import NAMES
from tests.helpers.dialects import Table

PATH = Path("raw/population/prov.tabell")
REGIONS = ("0114", "0115", "0201")
AGES = ("0", "1-64", "65+")


def sealed(content: bytes, **facts: Any) -> Sealed[PopulationSidecar]:
    """A file under a sidecar that describes the small country; `facts` are its other fields."""
    sidecar = {
        "format": 1,
        "file": PATH.name,
        "retrieved": "2026-11-21",
        "sha256": "0" * 64,
        "bytes": 0,
        "table": "TAB1267",
        "contents": "BE0101A9",
        "producer": "påhittad",
        "licence": "ingen",
        "reference_date": "2024-11-01",
        "level": "kommun",
        "maturity": "definitive",
        "method": "påhittad",
        **facts,
    }
    model = PopulationSidecar.model_validate(sidecar)
    return Sealed(PATH, "population/prov.tabell", model, content)


def table(
    regions: tuple[str, ...] = REGIONS,
    ages: tuple[str, ...] = AGES,
    sexes: tuple[str, ...] = ("1", "2"),
    years: tuple[str, ...] = ("2024",),
    names: Mapping[str, str] = NAMES,
) -> Table:
    """Figures whose digits tell region, age and sex; what a region, age or sex sums is a sum."""
    texts = {"1": "män", "2": "kvinnor", "1+2": "totalt"}
    variables = {
        "Region": {code: names.get(code, "Riket") for code in regions},
        "Alder": {age: "totalt ålder" if age == "tot" else f"{age} år" for age in ages},
        "Kon": {sex: texts[sex] for sex in sexes},
        "Tid": {year: year for year in years},
    }
    made = Table(variables, [0] * (len(regions) * len(ages) * len(sexes) * len(years)))
    values = [_figure(codes, ages) for codes, _ in made.rows()]
    return dataclasses.replace(made, values=values)


def _figure(codes: Mapping[str, str], ages: tuple[str, ...]) -> int:
    region, age, sex = codes["Region"], codes["Alder"], codes["Kon"]
    prefix = "" if region == "00" else region
    return sum(
        1000 + 100 * r + 10 * a + s
        for r, code in enumerate(REGIONS, 1)
        for a, each in enumerate([one for one in ages if one != "tot"], 1)
        for s in (1, 2)
        if code.startswith(prefix) and age in (each, "tot") and sex in (str(s), "1+2")
    )


def changed(made: Table, changes: Mapping[int, object]) -> Table:
    """The table with other values in some of its cells, by their number."""
    values = [changes.get(number, value) for number, value in enumerate(made.values)]
    return dataclasses.replace(made, values=values)


EVERYTHING = table(("00", "01", "02", *REGIONS), ("tot", *AGES), ("1", "2", "1+2"))
"""Every figure, and each sum that a file may have beside them."""
