"""A figure is read once: how often one run opens each of the files that it is made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assets import settings
from pipelines.commands import run
from statsbidrag.files import raw_folder, yaml_reading
from statsbidrag.publication.fingerprint import inputs_of
from tests.helpers.program import A24, A25, RawCopy, in_process


@pytest.fixture
def counts(raw: RawCopy, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each file below `raw/` is opened from now on, and `inputs` hashed."""
    seen: Counter[str] = Counter()

    def counting(module: Any, name: str, key: Callable[..., str]) -> None:
        real = getattr(module, name)

        def call(*args: Any) -> Any:
            seen[key(*args)] += 1
            return real(*args)

        monkeypatch.setattr(module, name, call)

    def below(path: Path, *_: object) -> str:
        return path.resolve().relative_to(raw.root.resolve()).as_posix()

    counting(yaml_reading, "_read_text", below)
    counting(raw_folder, "_verified", below)
    for module in (settings, run):
        assert module.inputs_of is inputs_of
        counting(module, "inputs_of", lambda *_: "inputs")
    return seen


@pytest.mark.usefixtures("nothing_shared")
@pytest.mark.parametrize("agreement", [A24, A25])
def test_a_run_reads_each_file_once_for_its_amounts(
    agreement: str, raw: RawCopy, tmp_path: Path, counts: Counter[str]
) -> None:
    """YAML is read once more, to find out which files the fingerprint is of."""
    places: list[str | Path] = ["--raw", raw.root, "--output", tmp_path / "output"]
    in_process(*places, "run", "--jobs", "1", agreement).require(0)
    assert counts["register/recipients.csv"] == 1
    assert counts["inputs"] == 2
    opened = {name: times for name, times in counts.items() if name.endswith(".yaml")}
    assert f"agreements/{agreement}.yaml" in opened
    assert {name: times for name, times in opened.items() if times > 2} == {}
    figures = {name: times for name, times in counts.items() if name.startswith("population/")}
    assert {times for name, times in figures.items() if not name.endswith(".yaml")} == {1}
