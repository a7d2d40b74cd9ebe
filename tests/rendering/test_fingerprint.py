"""A document's fingerprint: what changes it, what does not, and that it is the same anywhere."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import Enum, StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

import pytest
from markupsafe import Markup
from pydantic import BaseModel

from schemas.common import Recipient, RecipientType
from statsbidrag.documents.catalogue import views
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.errors import ProgramError
from statsbidrag.files.project import PROJECT
from statsbidrag.rendering import fingerprint as module
from statsbidrag.rendering.fingerprint import fingerprint
from statsbidrag.rendering.many import family
from statsbidrag.rendering.pdf import Attachment
from statsbidrag.rendering.view import View
from tests.cases.small_country import AGREEMENT, SmallCountry


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, View]:
    """A view of each family of documents, by what its files are called."""
    country = SmallCountry(tmp_path_factory.mktemp("raw")).write()
    return {family(view): view for view in views(dossier_of(country.raw, AGREEMENT))}


@pytest.fixture
def change(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Makes a module another one."""
    real = module.digest

    def make(changed: str) -> None:
        monkeypatch.setattr(
            module, "digest", lambda name: "0" * 64 if name == changed else real(name)
        )
        module._code.cache_clear()

    yield make
    module._code.cache_clear()


# --- Code ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("view", "changed"),
    [
        # The view's class, and what stands deep in it.
        ("fordelning", "statsbidrag.allocation.figures"),
        ("fordelning", "schemas.common"),
        ("beslutsunderlag", "statsbidrag.allocation.figures"),
        ("beslutsunderlag", "statsbidrag.allocation.derivation"),
        ("beslutsunderlag", "statsbidrag.documents.county.overview"),
        ("beslutsunderlag", "schemas.agreement"),
        ("tilldelning", "statsbidrag.agreement.citations"),
        # What its methods call.
        ("tilldelning", "statsbidrag.files.csv_files"),
        # What renders.
        ("tilldelning", "statsbidrag.rendering.document"),
        ("tilldelning", "statsbidrag.rendering.pdf"),
        ("tilldelning", "statsbidrag.rendering.templates"),
        ("tilldelning", "statsbidrag.files.printable_text"),
        ("tilldelning", "statsbidrag.swedish.typography"),
        ("beslutsunderlag", "statsbidrag.rendering.word.body"),
        ("beslutsunderlag", "statsbidrag.rendering.word.marked_page"),
    ],
)
def test_what_a_document_is_made_by_changes_it(
    shown: dict[str, View], change: Callable[[str], None], view: str, changed: str
) -> None:
    before = fingerprint(shown[view])
    change(changed)
    assert fingerprint(shown[view]) != before


@pytest.mark.parametrize("view", ["fordelning", "beslutsunderlag", "tilldelning"])
def test_the_module_of_the_view_itself_changes_it(
    shown: dict[str, View], change: Callable[[str], None], view: str
) -> None:
    before = fingerprint(shown[view])
    change(type(shown[view]).__module__)
    assert fingerprint(shown[view]) != before


@pytest.mark.parametrize(
    ("view", "changed"),
    [
        ("tilldelning", "statsbidrag.allocation.keys"),
        ("tilldelning", "statsbidrag.population.perturbation"),
        ("tilldelning", "statsbidrag.documents.catalogue"),
        ("tilldelning", "statsbidrag.rendering.many"),
        ("tilldelning", "statsbidrag.rendering.svg.maps"),
        ("tilldelning", "statsbidrag.rendering.word.body"),
        ("beslutsunderlag", "statsbidrag.rendering.word.docx_reading"),
        ("fordelning", "statsbidrag.allocation.derivation"),
    ],
)
def test_a_module_that_no_value_comes_from_does_not_change_it(
    shown: dict[str, View], change: Callable[[str], None], view: str, changed: str
) -> None:
    assert PROJECT.joinpath(*changed.split(".")).with_suffix(".py").is_file()
    before = fingerprint(shown[view])
    change(changed)
    assert fingerprint(shown[view]) == before


IN_ANOTHER_PROCESS = """
import pickle, sys
from statsbidrag.rendering import code_behind, fingerprint
views = pickle.load(sys.stdin.buffer)
print(*map(fingerprint.fingerprint, views))
with open(sys.argv[1], "a") as file:
    file.write("# Another one.")
code_behind.digest.cache_clear()
fingerprint._code.cache_clear()
print(*map(fingerprint.fingerprint, views))
"""


def test_the_same_in_another_process_and_folder_until_a_class_changes(
    shown: dict[str, View], tmp_path: Path
) -> None:
    for name in ("statsbidrag", "schemas", "templates"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    figures = tmp_path / "statsbidrag" / "allocation" / "figures.py"
    done = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS, figures],
        input=pickle.dumps([*shown.values()]),
        capture_output=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONHASHSEED": "7"},
    )
    before, after = (line.split() for line in done.stdout.decode().splitlines())
    here = {name: fingerprint(view) for name, view in shown.items()}
    assert before == [*here.values()]
    changed = {name for name, mark in zip(here, after, strict=True) if mark != here[name]}
    assert changed == {"fordelning", "beslutsunderlag", "tilldelning"}


# --- Values ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class One:
    value: Any = None


@dataclass(frozen=True)
class Other:
    value: Any = None


@dataclass(frozen=True)
class Nothing:
    pass


class Colour(StrEnum):
    RED = "röd"
    BLUE = "blå"


class Size(Enum):
    RED = 1


class Model(BaseModel):
    value: int


@dataclass(frozen=True)
class Note:
    """A view of one value."""

    template: ClassVar[str] = "dokument.html.jinja"
    path: str = "nation/prov"
    value: Any = None
    title: ClassVar[str] = "Prov"
    created: ClassVar[datetime] = datetime(2025, 1, 30, tzinfo=UTC)

    def attachments(self) -> tuple[Attachment, ...]:
        return ()


DIFFERENT = [
    None,
    True,
    1,
    "1",
    "1/2",
    Fraction(1, 2),
    Fraction(1, 3),
    "2025-01-30",
    date(2025, 1, 30),
    datetime(2025, 1, 30, tzinfo=UTC),
    "röd",
    Colour.RED,
    Colour.BLUE,
    Size.RED,
    Markup("röd"),
    (),
    ("röd",),
    ("röd", ("röd",)),
    One("röd"),
    Other("röd"),
    One(One("röd")),
    Nothing(),
    Model(value=1),
    Recipient(RecipientType.LAN, "01"),
    {"a": 1, "b": 2},
    {"b": 2, "a": 1},
]


def test_different_values_have_different_fingerprints() -> None:
    marks = [fingerprint(Note(value=value)) for value in DIFFERENT]
    assert len(set(marks)) == len(DIFFERENT)
    assert marks == [fingerprint(Note(value=value)) for value in DIFFERENT]
    assert fingerprint(Note(value="1")) != fingerprint(Note("nation/annan", "1"))


@pytest.mark.parametrize("value", [1.5, {"a"}, b"a", object(), One({"a": 1.5})])
def test_a_value_without_a_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(ProgramError, match="in a view: it has no canonical form"):
        fingerprint(Note(value=value))


def test_a_view_must_be_a_dataclass() -> None:
    class Bare:
        pass

    with pytest.raises(ProgramError, match="Bare is not a dataclass: a view must be one"):
        fingerprint(Bare())  # type: ignore[arg-type]


def test_a_figure_deep_in_a_view_changes_it(shown: dict[str, View]) -> None:
    view: Any = shown["beslutsunderlag"]
    other = replace(view, total=replace(view.total, sek=view.total.sek + 1))
    assert fingerprint(other) != fingerprint(view) == fingerprint(replace(view))
