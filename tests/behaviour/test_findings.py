"""What a reader with fresh eyes found: each mended, each held."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from schemas.agreement import Total
from statsbidrag.errors import InputError
from statsbidrag.files.yaml_reading import read_model
from tests.helpers.program import A24, A25, copy_of_raw, in_process


@pytest.mark.parametrize("other", [A25, "psykisk-halsa-2031"])
def test_an_agreement_compares_with_an_earlier_year(tmp_path: Path, other: str) -> None:
    raw = copy_of_raw(tmp_path / "raw")
    raw.replace(f"agreements/{A25}.yaml", f"compares_with: {A24}", f"compares_with: {other}")
    shown = in_process("--raw", raw.root, "check", A25).require(2)
    assert "expected: an agreement of a year before 2025" in shown.err


def test_digits_stand_in_threes(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("amount: 50 0000 000\nreference: {source: a}\n", "utf-8")
    with pytest.raises(InputError, match="digits stand in groups of three"):
        read_model(path, Total)


def test_a_misspelt_source_of_a_known_difference(tmp_path: Path) -> None:
    raw = copy_of_raw(tmp_path / "raw")
    path = raw.path(f"plans/{A24}/14.yaml")
    path.write_text(path.read_text("utf-8").replace("source: vgr\n", "source: vgrr\n"), "utf-8")
    shown = in_process("--raw", raw.root, "check", A24).require(2)
    assert "did you mean `vgr`?" in shown.err


def test_a_file_that_all_need_is_said_once(tmp_path: Path) -> None:
    raw = copy_of_raw(tmp_path / "raw")
    shutil.rmtree(raw.root / "register")
    shown = in_process("--raw", raw.root, "check").require(2)
    assert shown.err.count("error: ") == 1
