"""How many of 100 files with invented persons are refused, by kind of file: a table for 0012.

Belongs here: the table. The comparisons are the program's (`tests.helpers.invented_persons`), the
country is made (`tests.helpers.made_scb_2025`). Run it as `.venv/bin/python -m bench.allowance`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from tests.helpers.invented_persons import KINDS, found
from tests.helpers.made_scb_2025 import made_country

SEEDS: Final = 100
INVENTED: Final = (0, 20, 40, 60, 80, 100, 120, 150)


def main() -> None:
    """Prints, for each kind and number of persons, the municipality in which fewest are found."""
    country = made_country(Path(__file__).resolve().parents[1] / "raw")
    print("| the file has |", " | ".join(map(str, INVENTED)), "|")
    print("|---|" + "--:|" * len(INVENTED))
    for kind in KINDS.values():
        counted = [
            np.sum([found(country, kind, invented, seed) for seed in range(SEEDS)], axis=0)
            for invented in INVENTED
        ]
        # Honest files: the municipality that is refused most often.
        honest, *others = counted
        worst = [int(honest.max()), *(int(of.min()) for of in others)]
        print(f"| {kind.title} |", " | ".join(map(str, worst)), "|", flush=True)


if __name__ == "__main__":
    main()
