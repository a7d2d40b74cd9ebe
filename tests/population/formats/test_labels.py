"""What SCB's labels mean, those of the tables since reference year 2025 too."""

from __future__ import annotations

import pytest

from schemas.tables import OPEN_AGE
from statsbidrag.population.formats.cells import Label, Variable
from statsbidrag.population.formats.labels import (
    ALL_AGES,
    BOTH,
    LabelError,
    age_of,
    is_total,
    sex_of,
    variable_of,
    year_of,
)


@pytest.mark.parametrize(
    ("label", "ages"),
    [
        (Label("-4"), (0, 4)),
        (Label("-9", "0-9 år"), (0, 9)),
        (Label("100+1", "100+ år"), (100, OPEN_AGE)),
        (Label("100+5"), (100, OPEN_AGE)),
        (Label("100+10 - 100+ år"), (100, OPEN_AGE)),
        (Label("-4 - 0-4 år"), (0, 4)),
        *((Label(code, "totalt, samtliga åldrar"), ALL_AGES) for code in ("TOT1", "TOT5", "TOT10")),
        (Label("TotSA - totalt, samtliga åldrar"), ALL_AGES),
    ],
)
def test_ages_of_several_divisions_in_one_list(label: Label, ages: tuple[int, int]) -> None:
    assert age_of(label) == ages


@pytest.mark.parametrize(
    "code", ["", "-", "-4+", "--4", "-4-5", "100+2", "100+5 och äldre", "TOT2"]
)
def test_codes_that_are_no_ages(code: str) -> None:
    with pytest.raises(LabelError):
        age_of(Label(code))


def test_code_and_text_in_one() -> None:
    assert sex_of(Label("TotSa - totalt, samtliga män och kvinnor")) == BOTH
    assert sex_of(Label("1 - män")) == "1"
    assert year_of(Label("2025 - 2025")) == "2025"
    with pytest.raises(LabelError):
        sex_of(Label("1 - kvinnor"))
    names = ("Region - region", "Alder - ålder", "Tid - kön", "Civilstand - civilstånd")
    assert [variable_of(name) for name in names] == [Variable.REGION, Variable.AGE, None, None]


@pytest.mark.parametrize(
    ("label", "variable", "total"),
    [
        (Label("SC", "totalt, samtliga civilstånd"), "Civilstand", True),
        (Label("SC - totalt, samtliga civilstånd"), "Civilstand - civilstånd", True),
        (Label("SC"), "Civilstand", True),
        (Label("totalt"), "civilstånd", True),
        (Label("G", "gifta"), "civilstånd", False),
        # Everyone of some kind is not everyone.
        (Label("TOT", "totalt utrikes födda"), "bakgrund", False),
        (Label("samtliga utrikes födda"), "bakgrund", False),
        (Label(""), "bakgrund", False),
    ],
)
def test_which_category_is_everyone(label: Label, variable: str, total: bool) -> None:
    assert is_total(label, variable) is total
