"""Rules as sentences; those of whole keys are tried with the key language (`tests/allocation`)."""

from __future__ import annotations

from fractions import Fraction

import pytest

from schemas.agreement import Agreement, Rounding
from schemas.keys import AgeInterval
from statsbidrag.register.recipients import usual_words
from statsbidrag.swedish.key_sentences import (
    ages_in_words,
    exact_number,
    key_in_words,
    rounding_in_words,
    share_in_words,
    source_title,
)
from tests.helpers import made

NB = "\u00a0"


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (Fraction(1, 8), f"12,5{NB}%"),
        (Fraction(1, 2), f"50{NB}%"),
        (Fraction(1, 3), "1/3"),
        (Fraction(1, 10**6), f"0,0001{NB}%"),
        (Fraction(1, 10**9), "1/1000000000"),
    ],
)
def test_a_share_is_per_cent_where_that_is_exact(share: Fraction, words: str) -> None:
    assert share_in_words(share) == words


def test_an_exact_number() -> None:
    assert exact_number(Fraction(12_500)) == f"12{NB}500"
    assert exact_number(Fraction(12_500, 7)) == f"12{NB}500/7"


def test_ages() -> None:
    assert ages_in_words(AgeInterval(first=0, last=18)) == "0–18 år"
    assert ages_in_words(AgeInterval(first=65, last=None)) == "65 år och äldre"


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("half_up", "Varje belopp avrundas för sig till närmaste 100 kr"),
        ("largest_remainder", "Beloppen avrundas nedåt till 100 kr"),
        ("residual_to_largest", "Varje belopp avrundas till närmaste 100 kr; skillnaden"),
    ],
)
def test_a_rounding(method: str, words: str) -> None:
    rounding = Rounding.model_validate({"method": method, "unit": 100, "totals": "from_unrounded"})
    assert rounding_in_words(rounding).startswith(words)
    whole = rounding.model_copy(update={"unit": 1})
    assert "hela krona" in rounding_in_words(whole)


def agreement(*key: dict[str, object]) -> Agreement:
    return Agreement.model_validate(made.agreement(made.post("lan/prov", 1000, *key)))


def test_steps_follow_each_other_in_a_sentence() -> None:
    found = agreement({"fixed": 10}, {"rest": {"by": "population"}})
    words = key_in_words(found, found.posts[0], usual_words())
    assert words == "10 kr per län, resten efter folkmängd"


def test_a_key_that_nobody_knows() -> None:
    found = agreement({"rest": {"by": "equal"}})
    post = found.posts[0].model_copy(update={"unresolved": True})
    assert key_in_words(found, post, usual_words()) == "Nyckeln är inte känd"


def test_a_source_by_its_key_or_else_its_name() -> None:
    found = agreement({"rest": {"by": "equal"}})
    [(key, source)] = found.sources.items()
    assert source_title(found, key) == source.title
    assert source_title(found, "annan") == "annan"
