"""The workbook that calculates, calculated by LibreOffice from wrong values: right again."""

from __future__ import annotations

from math import floor
from pathlib import Path

import pytest

from statsbidrag.dossier.gathering import Computed, compute
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from tests.allocation.test_agreements_from_scratch import four_agreements
from tests.conformance.libreoffice import saved, values
from tests.helpers.workbooks import amounts, expected, made, opened, spoiled

pytestmark = pytest.mark.conformance

REAL = Raw(PROJECT / "raw")
OWN = ("prov-ett-2025", "prov-tva-2025", "prov-tre-2025", "prov-fyra-2025-tillagg")


def recalculated(content: bytes, folder: Path) -> Path:
    path = folder / "allocation.xlsx"
    path.write_bytes(content)
    return saved(path, folder)


def wrong_cells(computed: Computed, path: Path) -> list[str]:
    """The amounts that the workbook has otherwise than the allocation."""
    wanted = expected(computed)
    shown = amounts(opened(path), wanted)
    return [row.cell for key, row in wanted.items() if shown[key] != row.amount_sek]


def require_the_same(content: bytes, after: Path, folder: Path) -> None:
    """Every formula, not only the amounts, comes to the value that was written."""
    before = folder / "before.xlsx"
    before.write_bytes(content)
    said, found = values(before), values(after)
    assert said.keys() == found.keys()
    for place, value in said.items():
        # Decimals are shown, and decide nothing: doubles add up in different orders.
        same = found[place] == (
            pytest.approx(value, abs=5e-6) if isinstance(value, float) else value
        )
        assert same, f"{place}: {found[place]} instead of {value}"


@pytest.mark.parametrize("year", ["2023", "2024", "2025"])
def test_the_real_agreements(year: str, tmp_path: Path) -> None:
    computed = compute(REAL, f"psykisk-halsa-{year}")
    content = made(computed)
    wrong = tmp_path / "wrong.xlsx"
    wrong.write_bytes(spoiled(content))
    assert len(wrong_cells(computed, wrong)) > 60
    after = recalculated(wrong.read_bytes(), tmp_path)
    assert wrong_cells(computed, after) == []
    require_the_same(content, after, tmp_path)


@pytest.mark.parametrize("agreement_id", OWN)
def test_every_kind_of_key_and_rounding(agreement_id: str, tmp_path: Path) -> None:
    computed = compute(four_agreements(tmp_path / "raw").raw, agreement_id)
    content = made(computed)
    after = recalculated(spoiled(content), tmp_path)
    assert wrong_cells(computed, after) == []
    require_the_same(content, after, tmp_path)


def test_a_formula_that_is_broken_is_found(tmp_path: Path) -> None:
    # Nobody is rounded up any more: whoever was has a krona too little, and nobody else.
    computed = compute(REAL, "psykisk-halsa-2025")
    broken = spoiled(made(computed), b",1,0)</f>", b",0,0)</f>")
    found = wrong_cells(computed, recalculated(broken, tmp_path))
    raised = [
        row.cell
        for row in expected(computed).values()
        if row.exact is not None and row.amount_sek != floor(row.exact)
    ]
    assert [cell for cell in found if not cell.endswith(":00")] == [
        cell for cell in raised if not cell.endswith(":00")
    ]
    assert len(raised) > 100


def test_what_is_changed_is_calculated(tmp_path: Path) -> None:
    # Another 100 000 kr to share: not the agreement's any more, and so every share is another.
    computed = compute(REAL, "psykisk-halsa-2025")
    changed = spoiled(made(computed), b"<v>288000000</v>", b"<v>288100000</v>")
    found = wrong_cells(computed, recalculated(changed, tmp_path))
    assert {cell.split()[0] for cell in found} == {"region/suicidprevention", "total"}
    assert len(found) > 40
