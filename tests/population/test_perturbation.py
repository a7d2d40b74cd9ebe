"""Which notes tell of random numbers in published figures, and of which years."""

from __future__ import annotations

from datetime import date

import pytest

from schemas.sidecar import Perturbation, PopulationSidecar
from statsbidrag.population.perturbation import ASSUMED_PER_CELL, allowance, perturbation_of
from tests.helpers.small_tables import sealed

USED = "Tabellen är skyddad med Cell Key-metoden (CKM), så att summor inte alltid stämmer."


def sidecar(**facts: object) -> PopulationSidecar:
    return sealed(b"", **facts).sidecar


@pytest.mark.parametrize(
    "notes",
    [
        (USED,),
        ("Varje värde har en liten slumpmässig osäkerhet.",),
        ("Summor stämmer inte på grund av slumpmässig osäkerhet.",),
        ("Random uncertainty has been added; sums are not exact.",),
        ("Från och med referensår 2025 används CKM.",),
        ("Från och med 2025 publiceras tabellen med Cell Key-metoden (CKM).",),
        ("Fr.o.m. 2025 tillämpas Cell Key Method.",),
        ("Cell key is used from reference year 2025.",),
        ("From 2025 onwards the cell key method is applied.",),
        ("CKM, 2025 och framåt.",),
        ("Från och med 2025 skyddas värdena. Metoden heter Cell Key Method.",),
        ("Till och med 2024 används CKM inte. Från och med 2025 används CKM.",),
        ("Från 2003 finns Knivsta.", "Från och med referensår 2025 används CKM."),
    ],
)
def test_the_method_is_used(notes: tuple[str, ...]) -> None:
    found = perturbation_of(sidecar(), notes, date(2025, 11, 1))
    assert found is not None
    assert (found.method, found.per_cell) == ("cell_key", ASSUMED_PER_CELL)
    assert found.source in notes
    # The year that a note names is the first with random numbers; without one all have them.
    named = any("2025" in note for note in notes)
    assert (perturbation_of(sidecar(), notes, date(2024, 11, 1)) is None) == named


@pytest.mark.parametrize(
    "note",
    [
        "Cell Key-metoden används inte i denna tabell.",
        "Cell key-metoden (CKM) tillämpas ej.",
        "Tabellen är inte skyddad med CKM.",
        "Värdena är utan slumpmässig osäkerhet.",
        "The cell key method is not used here.",
        "Published without cell key perturbation.",
        "Knivsta kommun bildades 2003.",
    ],
)
def test_the_method_is_not_used(note: str) -> None:
    for year in (2024, 2025, 2030):
        assert perturbation_of(sidecar(), (note,), date(year, 11, 1)) is None
        assert perturbation_of(sidecar(notes=[note]), (), date(year, 11, 1)) is None


def test_a_year_of_something_else_does_not_count() -> None:
    notes = ("Från och med 2030 gäller en ny indelning.", USED)
    assert perturbation_of(sidecar(), notes, date(2024, 11, 1)) is not None


def test_the_day_is_the_last_of_the_file_unless_it_is_named() -> None:
    note = "Från och med referensår 2025 används CKM."
    two = sidecar(reference_date=["2024-11-01", "2025-11-01"])
    assert perturbation_of(two, (note,)) is not None
    assert perturbation_of(two, (note,), date(2024, 11, 1)) is None


def test_what_the_sidecar_says_comes_first() -> None:
    own = {"method": "cell_key", "per_cell": 2, "source": "en not"}
    found = perturbation_of(sidecar(perturbation=own), (USED,), date(2020, 11, 1))
    assert found is not None
    assert found.per_cell == 2


@pytest.mark.parametrize(
    ("cells", "persons"), [(1, 5), (2, 8), (3, 9), (4, 10), (15, 20), (100, 50), (203, 72)]
)
def test_the_allowance_grows_as_the_square_root(cells: int, persons: int) -> None:
    """⌈5·√n⌉, worked by hand: 5·√3 = 8.66, 5·√15 = 19.36, 5·√203 = 71.24."""
    random = Perturbation(method="cell_key", per_cell=5, source="en not")
    assert allowance(random, cells) == persons
    assert allowance(None, cells) == 0
