"""Three agreements of the small country, which share some of their raw files and not others.

| agreement | reads the extracts of | besides |
|---|---|---|
| `prov-2025`  | 1 November 2024 | a plan of county 01 |
| `annat-2025` | 1 November 2024 | compares with `prov-2024`, hence reads what that one reads |
| `prov-2024`  | 1 November 2023 | nothing |
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.cases.small_country import (
    AGES,
    AGREEMENT_TEXT,
    ALL_AGES,
    BY_AGE,
    SmallCountry,
    jsonstat,
)

PROV, OTHER, EARLIER = "prov-2025", "annat-2025", "prov-2024"
ALL = (OTHER, EARLIER, PROV)
EARLIER_DAY = "2023-11-01"


@dataclass(frozen=True)
class ThreeAgreements:
    """The folder `raw/` of all three."""

    country: SmallCountry

    @property
    def root(self) -> Path:
        return self.country.root

    def write(self) -> ThreeAgreements:
        """The whole folder."""
        self.country.write()
        self.agreement(EARLIER, year=2024, day=EARLIER_DAY)
        self.agreement(OTHER, year=2025, compares_with=EARLIER)
        self.country.extract("alla23", jsonstat(ALL_AGES, year="2023"), reference_date=EARLIER_DAY)
        self.country.extract(
            "aldrar23",
            jsonstat(BY_AGE, AGES, year="2023"),
            reference_date=EARLIER_DAY,
            maturity="estimate",
        )
        return self

    def path(self, agreement_id: str) -> Path:
        return self.root / "agreements" / f"{agreement_id}.yaml"

    def agreement(
        self,
        agreement_id: str,
        *,
        year: int,
        day: str = "2024-11-01",
        status: str = "signed",
        compares_with: str = "",
    ) -> None:
        """One more agreement, with the same posts as `prov-2025`."""
        programme = agreement_id.rpartition("-")[0]
        text = AGREEMENT_TEXT
        for old, new in (
            ("id: prov-2025", f"id: {agreement_id}"),
            ("programme: prov", f"programme: {programme}"),
            ("\nyear: 2025", f"\nyear: {year}"),
            ("status: signed", f"status: {status}"),
            ("reference_date: 2024-11-01", f"reference_date: {day}"),
            ("Överenskommelse på prov 2025\nstatus", f"Överenskommelse {agreement_id}\nstatus"),
        ):
            assert old in text, old
            text = text.replace(old, new, 1)
        if compares_with:
            text = text.replace("sources:", f"compares_with: {compares_with}\nsources:", 1)
        self.path(agreement_id).write_text(text, "utf-8")

    def move_one_person(self, name: str = "alla", count: int = 1) -> None:
        """Persons move from Alby to Berga, in the same county: an extract's content is another."""
        day = EARLIER_DAY if name.endswith("23") else "2024-11-01"
        persons = {**ALL_AGES, "0114": 600 - count, "0115": 300 + count}
        self.country.extract(name, jsonstat(persons, year=day[:4]), reference_date=day)

    def touch(self) -> None:
        """Every file written anew with the same content, at another time."""
        for path in sorted(self.root.rglob("*.*")):
            beside = path.with_name(f".{path.name}")
            shutil.copyfile(path, beside)
            beside.replace(path)
