"""A folder of plans whose agreement does not exist is an error, not silence."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from statsbidrag.files.project import PROJECT

PROGRAM = Path(sys.executable).with_name("statsbidrag")


def test_plans_of_no_agreement_are_refused(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(PROJECT / "raw", raw)
    (raw / "plans" / "psykisk-halsa-2042").mkdir()
    done = subprocess.run(
        [PROGRAM, "--raw", raw, "check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "raw/plans/psykisk-halsa-2042" in done.stderr
    assert "found:    `psykisk-halsa-2042`" in done.stderr
    assert "do:       rename it, or write" in done.stderr
    assert "0 errors" in done.stdout
