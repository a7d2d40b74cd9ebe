"""Next year's agreement in whole: every document, from a made successor of SCB's table.

Few of them, and what they say, are in `tests/behaviour/test_rehearsal.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.conftest import run
from tests.helpers import made_scb_2025 as made
from tests.helpers.program import RAW, copy_of_raw, current, ended, manifest, program, revisions
from tests.helpers.rehearsal import A26, downloaded, write_agreement

pytestmark = pytest.mark.conformance

COUNTRY = made.made_country(RAW)
BY_HAND = ("--date", "2025-11-01", "--table", made.TABLE, "--succeeds", "TAB1267")


def test_every_document_of_next_years_agreement(tmp_path: Path) -> None:
    raw, output = copy_of_raw(tmp_path / "raw"), tmp_path / "output"
    write_agreement(raw)
    for maturity, form, country in (
        ("preliminary", "xlsx", made.as_first_counted(COUNTRY)),
        ("definitive", "px", COUNTRY),
    ):
        files = downloaded(country, tmp_path / maturity, form)
        added = program("--raw", raw.root, "add", *files, *BY_HAND, "--maturity", maturity)
        ended(added).require(0)
        run(output, A26, raw=raw.root)
    assert len(revisions(output, A26)) == 2
    folder = current(output, A26)
    said = manifest(folder)
    assert (said["state"], said["withheld"]) == ("complete", [])
    for kind, count in (("region", 21), ("lan", 21), ("kommun", 290)):
        own = [path for path in (folder / kind).iterdir() if path.is_dir()]
        assert len(own) == count
        assert all(list(path.glob("*.pdf")) for path in own)
    [between] = (output / A26 / "diff").iterdir()
    assert (between / "revidering.pdf").exists()
    verified = program("--raw", raw.root, "--output", output, "verify", folder)
    assert "Traceback" not in ended(verified).require(0).err
