"""What is said to have been issued, beside what was published."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from statsbidrag.verification.issued import compare_issued
from tests.cases.small_country import AGREEMENT, SmallCountry

TODAY = date(2025, 6, 1)


def test_where_nothing_was_issued_nothing_is_said(country: SmallCountry, tmp_path: Path) -> None:
    assert compare_issued(country.raw, tmp_path, AGREEMENT, TODAY) == []


def test_a_revision_that_is_not_there_is_told(country: SmallCountry, tmp_path: Path) -> None:
    entry = {
        "document": "lan/01-norra-lan/beslutsunderlag",
        "revision": "0123456789ab",
        "fingerprint": "89abcdef",
        "issued": "2025-03-01",
        "by": "Nämnden",
        "replaces": None,
    }
    path = country.raw.decisions_path(AGREEMENT)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"format": 1, "agreement": AGREEMENT, "issued": [entry]}), "utf-8")
    said = compare_issued(country.raw, tmp_path, AGREEMENT, TODAY)
    assert any("0123456789ab" in line for line in said)
