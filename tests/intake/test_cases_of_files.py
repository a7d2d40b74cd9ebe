"""Files in the forms that people hold: each is taken in with the right figures, or named.

The cases are data, in `tests/cases/population/`.
"""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.helpers.program import RAW, in_process

FOLDER = Path(__file__).parent.parent / "cases" / "population"
CASES: list[dict[str, Any]] = yaml.safe_load((FOLDER / "cases.yaml").read_text("utf-8"))


def _named(case: dict[str, Any]) -> str:
    return " ".join([*(name.partition("_")[0] for name in case["files"]), *case["options"][4:]])


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A folder with the register of today, and neither population nor agreement."""
    for name in ("agreements", "population"):
        (tmp_path / name).mkdir()
    (tmp_path / "register").symlink_to(RAW / "register")
    return tmp_path


@pytest.mark.parametrize("case", CASES, ids=_named)
def test_a_file_as_somebody_holds_it(raw: Path, case: dict[str, Any]) -> None:
    shutil.copy(FOLDER / "agreements" / f"{case['agreement']}.yaml", raw / "agreements")
    files = [str(FOLDER / name) for name in case["files"]]
    ended = in_process("--raw", raw, "add", *files, *case["options"])
    assert ended.code == case["exit"], ended.err
    assert [text for text in case["says"] if text not in ended.out + ended.err] == []
    stored = sorted((raw / "population").glob("*.yaml"))
    assert len(stored) == (len(files) if case["exit"] == 0 else 0)
    if "sidecar" in case:
        sidecar = yaml.safe_load(stored[0].read_text("utf-8"))
        assert {name: sidecar.get(name) for name in case["sidecar"]} == case["sidecar"]
    if "check" in case:
        err = in_process("--raw", raw, "check").err
        assert [text for text in case["check"] if text not in err] == []
    for post, amounts in case.get("used", {}).items():
        out = in_process(
            "--raw", raw, "allocate", case["agreement"], "--post", post, "--format", "csv"
        ).out
        rows = {
            row["recipient_code"]: row["amount_sek"] for row in csv.DictReader(io.StringIO(out))
        }
        assert {code: int(rows[code]) for code in amounts} == amounts


def test_each_file_is_a_case() -> None:
    files = {path.name for path in FOLDER.glob("F*")}
    assert files == {name for case in CASES for name in case["files"]}
