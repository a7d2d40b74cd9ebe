"""What recipients say that they used: what fits, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.outcome import Outcome, Used
from statsbidrag.documents.recipient.follow_up import OutcomeView, outcome_views
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.plans.outcomes import load_outcome, outcome_problems
from tests.cases.small_country import AGREEMENT, SmallCountry
from tests.helpers.outcomes import EXAMPLE, SMALL, outcome

YEAR = "psykisk-halsa-2024"


@cache
def jamtland() -> Dossier:
    """The real agreement of 2024 with the invented outcome."""
    made = dossier_of(Raw(PROJECT / "raw"), YEAR)
    return replace(
        made, outcomes=(load_outcome(EXAMPLE, made.agreement, made.register, made.plans),)
    )


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallCountry:
    return SmallCountry(tmp_path_factory.mktemp("land")).write()


@pytest.fixture(scope="module")
def made(small: SmallCountry) -> Dossier:
    return dossier_of(small.raw, AGREEMENT)


def of_kommun(code: str = "0201", **changes: Any) -> Outcome:
    own = {"recipient_type": "kommun", "recipient_code": code, "received": 35}
    return outcome(**{**own, "used": [{"post": "kommun/c", "used": 30}], **changes})


def shown(made: Dossier, *outcomes: Outcome) -> OutcomeView:
    [view] = outcome_views(replace(made, outcomes=outcomes))
    return view


def test_the_schema_has_no_field_for_a_person() -> None:
    names = {*Outcome.model_fields, *Used.model_fields}
    assert names == {
        *("format", "agreement", "recipient_type", "recipient_code", "example", "source"),
        *("through", "reference_number", "received", "used", "comment"),
        *("post", "measure", "level", "note"),
    }


# --- What does not fit --------------------------------------------------------------------------


class Somewhere:
    """A file that was never written."""

    path = Path("lan-01.yaml")

    def problem(self, at: Any, *, expected: str, found: str, action: str = "") -> Any:
        return (at, expected, found, action)


def problems(made: Dossier, **changes: Any) -> list[Any]:
    said = outcome(**changes)
    return list(
        outcome_problems(said, Somewhere(), made.agreement, made.register, made.plans)  # type: ignore[arg-type]
    )


def test_a_gap_is_no_zero(made: Dossier) -> None:
    [(at, expected, _, action)] = problems(made, used=SMALL["used"][:3])
    assert at == ("used",)
    assert "`Fyra`, lan/e" in expected
    assert "write 0" in action


def test_a_misspelt_measure_is_named(made: Dossier) -> None:
    used = [*SMALL["used"][:3], {"post": "lan/e", "measure": "Fyran", "used": 1}]
    [(_, expected, found, action)] = problems(made, used=used)
    assert "`Fyra`" in expected
    assert "`Fyran`" in found
    assert "as in the plan" in action


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"agreement": "annat-2025"}, "its folder"),
        ({"recipient_code": "77"}, "the register"),
        ({"recipient_code": "02"}, "the file's name"),
        ({"used": [*SMALL["used"], {"post": "lan/z", "used": 1}]}, "lan/b/x"),
    ],
)
def test_what_does_not_exist_is_named(made: Dossier, changes: Any, word: str) -> None:
    assert any(word in expected for _, expected, _, _ in problems(made, **changes))


def test_measures_need_a_plan(made: Dossier) -> None:
    said = outcome(recipient_code="02")
    told = outcome_problems(said, Somewhere(), made.agreement, made.register, ())  # type: ignore[arg-type]
    assert "the file's name" in str(told)
    Somewhere.path = Path("lan-02.yaml")
    told = outcome_problems(said, Somewhere(), made.agreement, made.register, ())  # type: ignore[arg-type]
    Somewhere.path = Path("lan-01.yaml")
    assert [each[0] for each in told] == [("used", n, "measure") for n in range(4)]  # type: ignore[index]


@pytest.mark.parametrize(
    "used",
    [
        [],
        [{"post": "lan/e", "used": -1}],
        [{"post": "lan/e", "used": 1.5}],
        [{"post": "lan/e", "used": 1}, {"post": "lan/e", "used": 1}],
        [{"post": "lan/e", "used": 1}, {"post": "lan/e", "measure": "Fyra", "used": 1}],
        [{"post": "lan/e", "used": 1, "contact_person": "x"}],
    ],
)
def test_the_schema_refuses(used: Any) -> None:
    with pytest.raises(ValueError, match="validation error"):
        outcome(used=used)


def test_the_example_is_marked_and_is_nowhere_in_the_raw_files() -> None:
    assert yaml.safe_load(EXAMPLE.read_text("utf-8"))["example"] is True
    assert not (PROJECT / "raw" / "outcomes").exists()
