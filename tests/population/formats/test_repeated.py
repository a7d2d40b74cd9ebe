"""Labels of one meaning beside each other: one figure where they are equal, else an error."""

from __future__ import annotations

import json

import pytest

from statsbidrag.errors import InputError
from statsbidrag.population.formats.any_format import read_cells
from statsbidrag.population.formats.cells import Variable
from statsbidrag.population.formats.repeated import each_meaning_once
from tests.cases.small_country import jsonstat
from tests.helpers.small_tables import sealed

DAYS = ["2025-11-01"]
NOTE = "Från och med referensåret 2025 används Cell Key-metoden (CKM)."


def merged(*rows: list[int], note: str = "") -> tuple[list[int], list[str]]:
    """The figures that are left of 0-99, 100+1, 100+5, TOT1 and TotSA, and the doubts."""
    values = dict(zip(("0114", "0115", "0201"), rows, strict=True))
    document = jsonstat(values, ["0-99", "100+1", "100+5", "TOT1", "TotSA"], year="2025")
    document["note"] = [note] if note else []
    file = sealed(json.dumps(document).encode(), reference_date=DAYS[0])
    cells, doubts = each_meaning_once(file, read_cells(file), DAYS)
    assert [cells.place(n) for n in range(3)] == ["value[0]", "value[1]", "value[3]"]
    assert {len(axis.at) for axis in cells.axes.values()} == {len(cells.values)}
    return cells.values.tolist(), doubts


def test_equal_figures_of_one_meaning_are_one() -> None:
    figures, doubts = merged([90, 10, 10, 100, 100], [50, 1, 1, 51, 51], [7, 0, 0, 7, 7])
    assert (figures, doubts) == ([90, 10, 100, 50, 1, 51, 7, 0, 7], [])


def test_figures_that_differ_are_an_error_unless_random_numbers_explain_it() -> None:
    rows = ([90, 10, 10, 100, 107], [50, 1, 1, 51, 51], [7, 0, 0, 7, 7])
    with pytest.raises(InputError) as caught:
        merged(*rows)
    [problem] = caught.value.problems
    assert (problem.place, problem.found) == ("value[4], `TotSA`", "107")
    assert problem.expected == "100, as at value[3], `TOT1`"
    # Two figures may be 5·√2 = 7.1 apart, so 8: the first counts, and it is told.
    figures, [doubt] = merged(*rows, note=NOTE)
    assert figures[2] == 100
    assert doubt.startswith("1 värden står två gånger")
    with pytest.raises(InputError):
        merged([90, 10, 10, 100, 109], *rows[1:], note=NOTE)


def test_a_file_that_ends_in_a_figure_that_is_dropped_ends_whole() -> None:
    rows = [
        f"{code};{age};{n}" for code in ("0114", "0115") for age, n in (("TOT1", 5), ("TOT", 5))
    ]
    file = sealed("\n".join(["Region;Alder;BE0101A9 2024", *rows]).encode())
    cells = read_cells(file)
    assert cells.torn == 3
    kept, _ = each_meaning_once(file, cells, ["2024-11-01"])
    assert (kept.torn, kept.values.tolist()) == (None, [5, 5])
    assert kept.axes[Variable.AGE].at.tolist() == [0, 0]
