"""Age intervals of one key follow each other, unless the post says why not (issue: bad input)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from statsbidrag.agreement.reading import load_agreement
from statsbidrag.errors import InputError
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.register.recipients import read_register

RAW = PROJECT / "raw"
ID = "psykisk-halsa-2025"
KEY = "      - fixed: 200 000\n      - rest: {by: population, ages: 0-18}\n"


def load(folder: Path, first: str, second: str, note: str = "") -> None:
    shutil.copytree(RAW, folder / "raw")
    raw = Raw(folder / "raw")
    path = raw.agreement_path(ID)
    text = path.read_text("utf-8")
    assert KEY in text
    key = (
        f"      - part: {{share: 1/2, by: population, ages: {first}}}\n"
        f"      - rest: {{by: population, ages: {second}}}\n"
    )
    path.write_text(text.replace(KEY, key + (f"    ages_note: {note}\n" if note else "")), "utf-8")
    load_agreement(raw, ID, read_register(raw))


@pytest.mark.parametrize(
    ("first", "second", "wrong"),
    [
        ("0-18", "18-64", "`0-18` and `18-64`, which overlap"),
        ("0-18", "10+", "`0-18` and `10+`, which overlap"),
        ("65+", "70+", "`65+` and `70+`, which overlap"),
        ("0-18", "65+", "`0-18` and `65+`, and nobody between them"),
    ],
)
def test_overlaps_and_gaps_are_refused(tmp_path: Path, first: str, second: str, wrong: str) -> None:
    with pytest.raises(InputError) as refused:
        load(tmp_path, first, second)
    [problem] = refused.value.problems
    assert (problem.place, problem.found) == ("posts[2].key[1]", wrong)
    assert problem.expected == "age intervals that follow each other"
    assert "ages_note" in problem.action
    assert problem.line


def test_intervals_that_follow_each_other_are_fine(tmp_path: Path) -> None:
    load(tmp_path, "0-18", "19-64")


def test_a_gap_that_is_meant_says_why(tmp_path: Path) -> None:
    load(tmp_path, "0-18", "65+", note="barn och äldre, inte de däremellan")
