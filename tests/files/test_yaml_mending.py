"""A file with several mistakes: all are told, and what is left is read with its own places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from schemas.common import Amount, Strict
from statsbidrag.files.yaml_mending import GONE, Lenient, lenient_model_of
from statsbidrag.files.yaml_reading import read_yaml

STAND_INS: dict[tuple[str, ...], Any] = {
    ("title",): "?",
    ("note",): GONE,
    ("items", "*", "amount"): 0,
    ("few", "*"): GONE,
    ("few",): [1],
}


class Item(Strict):
    name: str
    amount: Amount = 0


class Form(Strict):
    title: str
    note: str = ""
    items: tuple[Item, ...] = ()
    few: tuple[int, ...] = ()
    source: Item | None = None


def read(folder: Path, content: str) -> Lenient[Form]:
    path = folder / "prov.yaml"
    path.write_text(content, "utf-8")
    return lenient_model_of(read_yaml(path), Form, STAND_INS)


def test_without_mistakes_it_is_the_file(tmp_path: Path) -> None:
    read_form = read(tmp_path, "title: A\nitems: [{name: B, amount: 7}]")
    assert read_form.model == Form(title="A", items=(Item(name="B", amount=7),))
    assert (read_form.problems, read_form.touched) == ([], frozenset())


@pytest.mark.parametrize(
    ("content", "left", "places", "touched"),
    [
        ("title: 7\nnote: B", {"title": "?", "note": "B"}, {"title"}, {("title",)}),
        ("title: A\nnote: 7", {"title": "A"}, {"note"}, {("note",)}),
        ("title: A\nnota: B", {"title": "A"}, {"nota"}, set()),
        (
            "title: A\nitems:\n- {name: B, amount: x}\n- {name: C}",
            {"title": "A", "items": [{"name": "B"}, {"name": "C"}]},
            {"items[0].amount"},
            set(),
        ),
        (
            "title: A\nitems:\n- {amount: 7}\n- {name: C}",
            {"title": "A", "items": [{"name": "C"}]},
            {"items[0].name"},
            {("items", 0)},
        ),
        ("title: A\nfew: [1, x, 3]", {"title": "A", "few": [1, 3]}, {"few[1]"}, {("few", 1)}),
        ("title: A\nfew: [x]", {"title": "A", "few": [1]}, {"few[0]"}, {("few",)}),
        ("title: 7\nnote: 8", {"title": "?"}, {"title", "note"}, {("title",), ("note",)}),
    ],
)
def test_what_is_left_and_what_is_told(
    tmp_path: Path,
    content: str,
    left: dict[str, Any],
    places: set[str],
    touched: set[tuple[int | str, ...]],
) -> None:
    read_form = read(tmp_path, content)
    assert read_form.model == Form.model_validate(left)
    assert {problem.place for problem in read_form.problems} == places
    assert read_form.touched == touched


def test_a_mistake_that_nothing_stands_for(tmp_path: Path) -> None:
    read_form = read(tmp_path, "title: A\nsource: {amount: 7}")
    assert read_form.model is None
    assert [problem.place for problem in read_form.problems] == ["source.name"]


def test_what_comes_after_a_part_that_went_keeps_its_place_in_the_file(tmp_path: Path) -> None:
    read_form = read(tmp_path, "title: A\nitems:\n- {amount: 7}\n- {name: C, amount: 9}")
    assert [(problem.place, problem.line) for problem in read_form.problems] == [
        ("items[0].name", 3)
    ]
    after = read_form.file.problem(("items", 0, "amount"), expected="x", found="y")
    assert (after.place, after.line) == ("items[1].amount", 4)
    assert read_form.file.written(("items", 0, "amount")) == "9"


def test_texts_that_no_page_can_show_are_told_besides(tmp_path: Path) -> None:
    read_form = read(tmp_path, 'title: "A\\u0007"\nnote: 7')
    assert read_form.model is not None
    assert [problem.place for problem in read_form.problems] == ["title", "note"]


def test_a_form_that_nobody_has_filled_in_is_not_mended(tmp_path: Path) -> None:
    items = "\n".join("- {name: }" for _ in range(60))
    assert read(tmp_path, f"title: A\nitems:\n{items}").model is None
