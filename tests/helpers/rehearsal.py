"""An agreement of 2026 shaped as that of 2025, and the made country's tables as people have them.

Belongs here: making the files. Does not: any expectation, or the country (`made_scb_2025`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.helpers.made_scb_2025 import (
    API_CSV,
    CONTENTS,
    PX,
    TOTAL,
    WEB_CSV,
    XLSX,
    YEAR,
    YOUNG,
    MadeCountry,
    published,
)
from tests.helpers.program import A25, RawCopy

A26: Final = "psykisk-halsa-2026"


def write_agreement(raw: RawCopy) -> None:
    """The agreement of 2025 a year later: its days and years moved, its text and sums the same."""
    text = raw.path(f"agreements/{A25}.yaml").read_text("utf-8")
    # What it takes up from the year before, and whose figures it is compared with, is not moved.
    text = re.sub(r"(?m)^ *(succeeds|compares_with): .*\n", "", text)
    text = re.sub(r"\b20[0-9]{2}\b", lambda year: str(int(year[0]) + 1), text)
    raw.path(f"agreements/{A26}.yaml").write_text(text, "utf-8")


def _json(country: MadeCountry, regions: Sequence[str], ages: Sequence[str], seed: int) -> bytes:
    selection = {"Region": regions, "Alder": ages, "Kon": ("TotSa",)}
    every = selection | {"ContentsCode": (CONTENTS,), "Tid": (YEAR,)}
    return json.dumps(published(country, seed=seed).data(every, sparse=False)).encode()


Writer = Callable[[MadeCountry, Sequence[str], Sequence[str], int], bytes]

FORMATS: Final[Mapping[str, Writer]] = {
    "json": _json,
    "csv": lambda c, regions, ages, seed: API_CSV.write(c.table(regions, ages, seed=seed)),
    "web.csv": lambda c, regions, ages, seed: WEB_CSV.write(c.table(regions, ages, seed=seed)),
    "xlsx": lambda c, regions, ages, seed: XLSX.write(c.table(regions, ages, seed=seed)),
    "px": lambda c, regions, ages, seed: PX.write(c.table(regions, ages, seed=seed)),
}
"""How one and the same cells come, by the end of the file's name."""


def downloaded(country: MadeCountry, folder: Path, form: str, seed: int = 0) -> list[Path]:
    """The two files that the agreement needs: municipalities' young by age, counties' total."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {"kommuner": (country.of_level(4), YOUNG), "lan": (country.of_level(2), TOTAL)}
    paths = []
    for name, (regions, ages) in wanted.items():
        paths.append(folder / f"{name}.{form}")
        paths[-1].write_bytes(FORMATS[form](country, regions, ages, seed))
    return paths
