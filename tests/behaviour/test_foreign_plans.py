"""A folder of plans whose agreement does not exist is an error, not silence."""

from __future__ import annotations

import shutil
from pathlib import Path

from statsbidrag.files.project import PROJECT
from tests.helpers.program import in_process


def test_plans_of_no_agreement_are_refused(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(PROJECT / "raw", raw)
    (raw / "plans" / "psykisk-halsa-2042").mkdir()
    shown = in_process("--raw", raw, "check").require(2)
    assert "raw/plans/psykisk-halsa-2042" in shown.err
    assert "found:    `psykisk-halsa-2042`" in shown.err
    assert "do:       rename it, or write" in shown.err
    assert "0 errors" in shown.out
