"""Which notes tell of random numbers in published figures, and of which years."""

from __future__ import annotations

from datetime import date

import pytest

from schemas.sidecar import Perturbation, PopulationSidecar
from statsbidrag.population.perturbation import (
    ASSUMED_PER_CELL,
    allowance,
    assumed,
    doubts_about,
    perturbation_of,
    stated_by_a_person,
)
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


def test_figures_that_say_nothing_are_taken_to_be_of_their_year() -> None:
    taken = assumed([date(2025, 11, 1)], ["Knivsta kommun bildades 2003."])
    assert taken is not None
    assert (taken.method, taken.per_cell) == ("cell_key", 5)
    assert taken.source == "antaget: referensår 2025 eller senare"
    assert assumed([date(2024, 11, 1)], []) is None
    # Whoever speaks of it settles it.
    assert assumed([date(2025, 11, 1)], ["Cell Key-metoden används inte."]) is None
    both = (date(2024, 11, 1), date(2025, 11, 1))
    file = sidecar(reference_date=both, perturbation=taken)
    assert [perturbation_of(file, (), day) for day in both] == [None, taken]
    assert [len(doubts_about(one)) for one in (file, sidecar())] == [1, 0]


def test_a_person_settles_whether_there_are_random_numbers() -> None:
    for method, used in (("none", None), ("cell_key", "cell_key")):
        file = sidecar(perturbation=stated_by_a_person(method))
        kept = perturbation_of(file, (USED,))
        assert (kept.method if kept else None, doubts_about(file)) == (used, [])


@pytest.mark.parametrize(
    "facts", [{"method": "none", "per_cell": 5}, {"method": "cell_key"}, {"method": "noise"}]
)
def test_a_number_of_persons_goes_with_the_method(facts: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="method"):
        Perturbation.model_validate({**facts, "source": "SCB"})
