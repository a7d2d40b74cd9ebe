"""Measures what the documentation claims: ratios of whole processes, and seconds per document.

Belongs here: timing. Nothing else in the project times anything.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from schemas.sidecar import PopulationSidecar
    from statsbidrag.files.raw_folder import Raw, Sealed
    from statsbidrag.rendering.view import View

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
    """Seconds to render the last document of each kind of each agreement, in one process."""
    from statsbidrag.documents.catalogue import views
    from statsbidrag.dossier.gathering import dossier_of
    from statsbidrag.files.raw_folder import Raw
    from statsbidrag.rendering.document import render

    raw = Raw(PROJECT / "raw")
    for agreement_id in raw.agreement_ids():
        kinds = {
            view.path.rpartition("/")[2]: view for view in views(dossier_of(raw, agreement_id))
        }
        for view in kinds.values():
            start = time.perf_counter()
            document = render(view)
            took = time.perf_counter() - start
            size = len(document.pdf) // 1024
            print(f"{took:7.2f} s  {size:5d} kB  {agreement_id} {document.path}")


def every_document() -> None:
    """The set of documents on two processes, against a plain loop over the same pages.

    A tenth of each agreement's documents, or with ALL=1 all of them: the loop takes its time.
    """
    from statsbidrag.documents.catalogue import views
    from statsbidrag.dossier.gathering import dossier_of
    from statsbidrag.files.raw_folder import Raw
    from statsbidrag.rendering.many import print_all

    raw = Raw(PROJECT / "raw")
    step = 1 if os.environ.get("ALL") else 10
    shown = [v for each in raw.agreement_ids() for v in views(dossier_of(raw, each))[::step]]
    ours = _took(lambda: print_all(shown, {}, jobs=2))
    # In a process of its own, as new as those that ours are drawn by.
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        loop = _took(lambda: pool.submit(plain_loop, shown).result())
    what = f"{len(shown)} documents, two processes, to a plain loop of {loop:.0f} s"
    print(f"{ours / loop:7.2f}    {ours:.0f} s  {what}")


def plain_loop(views: list[View]) -> None:
    """One page after the other by WeasyPrint's shortest call, which shares nothing between them."""
    from weasyprint import HTML

    from statsbidrag.rendering.document import TEMPLATES, page_for_paper
    from statsbidrag.rendering.pdf import STYLESHEETS

    sheets = [TEMPLATES / name for name in STYLESHEETS]
    for view in views:
        page = HTML(string=page_for_paper(view), base_url=f"{TEMPLATES.as_uri()}/")
        page.write_pdf(stylesheets=sheets, pdf_variant="pdf/a-3a")


def again() -> None:
    """Which documents of 2024 are drawn again: unchanged, and with one measure changed."""
    from statsbidrag.documents.catalogue import views
    from statsbidrag.dossier.gathering import dossier_of
    from statsbidrag.files.raw_folder import Raw
    from statsbidrag.rendering.fingerprint import fingerprint

    name = "psykisk-halsa-2024"
    before = {v.path: fingerprint(v) for v in views(dossier_of(Raw(PROJECT / "raw"), name))}
    with tempfile.TemporaryDirectory() as folder:
        changed = Path(folder) / "raw"
        shutil.copytree(PROJECT / "raw", changed)
        for what, old, new in (
            ("nothing changed", "", ""),
            ("one measure of Jämtland's plan", "Ungdomsmottagningen", "En ungdomsmottagning"),
        ):
            plan = changed / "plans" / name / "23.yaml"
            plan.write_text(plan.read_text("utf-8").replace(old, new, 1), "utf-8")
            after = {v.path: fingerprint(v) for v in views(dossier_of(Raw(changed), name))}
            drawn = [path for path, mark in after.items() if before.get(path) != mark]
            print(f"{len(drawn):4d} of {len(after)} documents are drawn again: {what}")
            for path in drawn:
                print(f"       {path}")


def reading() -> None:
    """What reading and checking csv costs, against reading and validating alone."""
    import io

    import pandas as pd

    from schemas.tables import Population, checked
    from statsbidrag.files.raw_folder import Raw
    from statsbidrag.population.formats.any_format import read_table
    from statsbidrag.register.recipients import read_register

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

    from statsbidrag.population.formats.any_format import read_table

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
    print("a document of each kind, the first one with the fonts' loading:")
    documents()
    print("the set of documents:")
    every_document()
    again()


if __name__ == "__main__":
    main()
