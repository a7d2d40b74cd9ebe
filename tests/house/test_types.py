"""The checker of types can tell one table from another: it refuses each wrong call, and no other.

With the cache of `make check` it takes a second, without any ten.
"""

from __future__ import annotations

import re
import subprocess
import sys

from statsbidrag.files.project import PROJECT

CALLS = "tests/house/wrong_calls.py"
MARK = "  # wrong"


def test_a_table_in_the_place_of_another_is_refused() -> None:
    lines = (PROJECT / CALLS).read_text("utf-8").splitlines()
    wrong = [number for number, line in enumerate(lines, 1) if line.endswith(MARK)]
    settings = ["--config-file", "pyproject.toml", "--cache-dir", ".mypy_cache", "--no-pretty"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *settings, CALLS],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    errors = re.findall(r"(?m)^(\S+?):(\d+): error: .* \[([a-z-]+)\]$", done.stdout)
    assert {path for path, *_ in errors} == {CALLS}, done.stdout
    assert {code for *_, code in errors} == {"arg-type", "assignment"}, done.stdout
    assert sorted({int(line) for _, line, _ in errors}) == wrong, done.stdout
    assert len(wrong) == 19
