"""YAML as people write it: read back it is the same, whatever the texts look like."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.common import Amount, Strict
from schemas.keys import Share
from statsbidrag.errors import ProgramError
from statsbidrag.files.yaml_reading import read_model
from statsbidrag.files.yaml_writing import put, yaml_text


class Item(Strict):
    title: str
    amount: Amount = 0
    share: Share | None = None
    organisation: tuple[str, ...] = ()


class Form(Strict):
    format: int
    name: str = ""
    day: date | None = None
    done: bool = False
    items: tuple[Item, ...] = ()


def test_fields_in_their_order_and_amounts_in_threes() -> None:
    items = (
        Item(title="Ett", amount=1_560_000, organisation=("Alby",)),
        Item(title="Två", share=Fraction(1, 8), organisation=("Alby", "Berga")),
    )
    form = Form(items=items, day=date(2025, 1, 30), name="Plan", format=1000)
    assert yaml_text(form) == (
        "format: 1000\n"
        "name: Plan\n"
        "day: 2025-01-30\n"
        "\n"
        "items:\n"
        "  - title: Ett\n"
        "    amount: 1 560 000\n"
        "    organisation: Alby\n"
        "  - title: Två\n"
        "    share: 1/8\n"
        "    organisation:\n"
        "      - Alby\n"
        "      - Berga\n"
    )


def test_a_blank_is_written_although_nothing_is_known_of_it() -> None:
    assert yaml_text(Form(format=1), {"name": ""}) == 'format: 1\nname: ""\n'
    assert yaml_text(Form(format=1, name="A"), {"name": ""}) == "format: 1\nname: A\n"


@pytest.mark.parametrize(
    "text", ["yes", "null", "~", "0114", "12", "1 000", "2025-01-30", "a: b", "#", "- a", "'", ""]
)
def test_a_text_stays_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "form.yaml"
    form = Form(format=1, items=(Item(title=text),))
    put(path, yaml_text(form))
    assert read_model(path, Form)[0] == form


@given(st.text(st.characters(codec="latin-1", exclude_categories=["C", "Z"]), max_size=30))
def test_any_text_is_read_back(tmp_path: Path, text: str) -> None:
    path = tmp_path / "form.yaml"
    form = Form(format=1, name=text, items=(Item(title=text),))
    put(path, yaml_text(form))
    assert read_model(path, Form)[0] == form


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ProgramError, match="cannot be written"):
        put(tmp_path / "file" / "form.yaml", "y")
    put(tmp_path / "form.yaml", "a")
    put(tmp_path / "form.yaml", "b")
    assert {path.name for path in tmp_path.iterdir()} == {"file", "form.yaml"}
    assert (tmp_path / "form.yaml").read_text() == "b"
