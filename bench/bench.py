"""Measures what the documentation claims: ratios of whole processes, and seconds per document.

Belongs here: timing. Nothing else in the project times anything.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

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
    print("documents, the first one with the fonts' loading:")
    documents()


if __name__ == "__main__":
    main()
