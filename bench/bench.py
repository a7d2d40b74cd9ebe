"""Measures what the documentation claims: ratios of whole processes, and seconds per document.

Belongs here: timing. Nothing else in the project times anything.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from schemas.sidecar import PopulationSidecar
    from statsbidrag.raw import Raw, Sealed

PROJECT = Path(__file__).resolve().parents[1]
RUNS = 7
BASE = [sys.executable, "-c", "import pandas, pandera.pandas"]
PROGRAM = Path(sys.executable).with_name("statsbidrag")


def seconds(command: list[str]) -> float:
    """The wall time of one whole process."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=PROJECT)
    return time.perf_counter() - start


def ratio(command: list[str]) -> tuple[float, float]:
    """The median ratio to importing pandas and pandera, pair by pair, and the median seconds."""
    seconds(command)
    pairs = [(seconds(command), seconds(BASE)) for _ in range(RUNS)]
    return statistics.median(a / b for a, b in pairs), statistics.median(a for a, _ in pairs)


def documents() -> None:
    """Seconds to render each document of each agreement, in one process."""
    from statsbidrag.documents import views
    from statsbidrag.raw import Raw
    from statsbidrag.rendering import render
    from statsbidrag.stages import material

    raw = Raw(PROJECT / "raw")
    for agreement_id in raw.agreement_ids():
        for view in views(material(raw, agreement_id)):
            start = time.perf_counter()
            document = render(view)
            took = time.perf_counter() - start
            size = len(document.pdf) // 1024
            print(f"{took:7.2f} s  {size:5d} kB  {agreement_id} {document.path}")


def reading() -> None:
    """What reading and checking csv costs, against reading and validating alone."""
    import io

    import pandas as pd

    from schemas.tables import Population, checked
    from statsbidrag.formats import read_table
    from statsbidrag.raw import Raw
    from statsbidrag.register import read_register

    raw = Raw(PROJECT / "raw")
    register = read_register(raw.register())
    csv = four_years(raw, register)

    def whole() -> pd.DataFrame:
        return checked(Population, read_table(csv, register).frame)

    made = whole()

    def least() -> None:
        pd.read_csv(io.BytesIO(csv.content))
        checked(Population, made)

    pairs = [(_took(whole), _took(least)) for _ in range(RUNS)]
    times = statistics.median(a / b for a, b in pairs)
    took = statistics.median(a for a, _ in pairs)
    print(f"{times:7.2f}    {took:.2f} s  {len(made)} rows of csv, to read_csv and one validation")


def four_years(raw: Raw, register: pd.DataFrame) -> Sealed[PopulationSidecar]:
    """All ages, sexes and municipalities of an extract, four times over, as one csv."""
    import pandas as pd

    from statsbidrag.formats import read_table

    file = raw.population(raw.root / "population" / "skattning_2024-11-01_kommun_alder_kon.yaml")
    frame = read_table(file, register).frame
    days = tuple(date(year, 11, 1) for year in range(2021, 2025))
    columns = {"region": "region_code", "ålder": "age_from", "kön": "sex"}
    table = pd.DataFrame({name: frame[column].astype(str) for name, column in columns.items()})
    table["ålder"] = table["ålder"].replace("100", "100+")
    parts = [table.assign(år=day.year, Folkmängd=frame["population"]) for day in days]
    content = pd.concat(parts).to_csv(index=False).encode()
    sidecar = file.sidecar.model_copy(update={"reference_dates": days})
    return replace(file, sidecar=sidecar, content=content)


def _took(doing: Callable[[], object]) -> float:
    start = time.perf_counter()
    doing()
    return time.perf_counter() - start


def main() -> None:
    """Prints every measurement."""
    print(f"ratio to `import pandas, pandera.pandas`, median of {RUNS} pairs:")
    for words in (
        "allocate psykisk-halsa-2024 --totals --format csv",
        "allocate psykisk-halsa-2025 --totals --format csv",
        "explain psykisk-halsa-2025 lan/suicidprevention 23",
        "compare psykisk-halsa-2024 psykisk-halsa-2025 --recipient lan:23",
    ):
        times, took = ratio([str(PROGRAM), *words.split()])
        print(f"{times:7.2f}    {took:.2f} s  statsbidrag {words}")
    print("reading and checking population:")
    reading()
    print("documents, the first one with the fonts' loading:")
    documents()


if __name__ == "__main__":
    main()
