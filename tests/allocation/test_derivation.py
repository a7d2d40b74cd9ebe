"""How one amount came about: every number can be recomputed by hand from the derivation itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

import pytest

from schemas.common import Maturity, Recipient, RecipientType
from statsbidrag.allocation.derivation import (
    Derivation,
    derive,
    key_in_words,
    number,
    rounding_in_words,
)
from statsbidrag.allocation.rounding import half_up
from statsbidrag.dossier.gathering import Computed, compute
from statsbidrag.errors import UsageError
from statsbidrag.register.recipients import usual_words
from tests.cases.small_country import AGREEMENT, SmallCountry

Years = Callable[[int], Computed]


def of(made: Computed, post: str, recipients: RecipientType, code: str) -> Derivation:
    return derive(
        made.agreement,
        made.basis,
        made.allocation,
        made.register,
        post,
        Recipient(recipients, code),
        made.published_source,
    )


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_jamtlands_samsjuklighet_2024(computed: Years) -> None:
    # 250 million, 5 to each of 21 counties; the remaining 145 by Jämtland's 132 466 persons of
    # 10 557 682 (raw/population/folkmangd_2023-11-01_lan.json): 1 819 297.7... + 5 million.
    found = of(computed(2024), "lan/samsjuklighet", RecipientType.LAN, "23")
    fixed, rest = found.steps
    assert (fixed.words, plain(fixed.formula)) == ("5\u00a0000\u00a0000 kr per län", "5 000 000")
    assert rest.words == "Resten efter folkmängd"
    assert plain(rest.formula) == "145 000 000 × 132 466 / 10 557 682"
    assert rest.value == Fraction(145_000_000 * 132_466, 10_557_682)
    assert found.exact == 5_000_000 + rest.value
    assert (found.amount_sek, found.published_sek) == (6_819_298, 6_819_298)
    assert plain(found.key_in_words) == "5 000 000 kr per län, resten efter folkmängd"
    assert found.published_source.startswith("Jämtlands beslutsunderlag 2024")
    assert rest.population is not None
    assert rest.population.extract == "population/folkmangd_2023-11-01_lan.json"
    assert (rest.population.maturity, found.maturity) == (Maturity.RECONSTRUCTED,) * 2
    assert found.reference.section == "5.1"


def test_a_share_of_the_young_is_of_the_nations_young(computed: Years) -> None:
    # domain.md: 1.19 per cent of the post, the recipient's share of the nation's 0-25-year-olds.
    found = of(computed(2024), "lan/barn-och-unga", RecipientType.LAN, "23")
    [step] = found.steps
    assert step.population is not None
    assert step.population.ages == "0-25"
    share = Fraction(step.population.recipient, step.population.nation)
    assert found.exact == 250_000_000 * share
    assert round(float(share) * 100, 2) == 1.19
    assert step.words == "Efter folkmängd 0\u201325 år"


@pytest.mark.parametrize("year", [2024, 2025])
def test_every_derivation_leads_to_its_amount(computed: Years, year: int) -> None:
    # Each formula, read as arithmetic, is its step's value; the steps sum to the exact share.
    made = computed(year)
    for row in made.allocation.query("kind == 'post'").groupby("post").first().itertuples():
        recipients = RecipientType(str(row.recipient_type))
        found = of(made, str(row.Index), recipients, str(row.recipient_code))
        for step in found.steps:
            numbers = [
                int(part) for part in re.findall(r"[0-9]+", step.formula.replace("\u00a0", ""))
            ]
            value = Fraction(numbers[0])
            if "×" in step.formula:
                value = Fraction(numbers[0] * numbers[1], numbers[2])
            assert value == step.value
        assert sum(step.value for step in found.steps) == found.exact == Fraction(str(row.exact))
        assert half_up(found.exact) == found.amount_sek == row.amount_sek


def test_the_small_country(country: SmallCountry) -> None:
    made = compute(country.raw, AGREEMENT)
    found = of(made, "kommun/c", RecipientType.KOMMUN, "0115")
    assert [step.formula for step in found.steps] == ["25", "100 × 30 / 200"]
    assert found.exact == found.amount_sek == 40
    assert found.published_sek is None
    assert (found.published_source, found.maturity) == ("", Maturity.ESTIMATE)
    assert (found.recipient_name, found.post_amount_sek) == ("Berga", 175)


def test_another_sum_for_a_group(country: SmallCountry) -> None:
    made = compute(country.raw, AGREEMENT)
    assert [s.formula for s in of(made, "lan/b/x", RecipientType.LAN, "01").steps] == ["20"]
    assert [s.formula for s in of(made, "lan/b/x", RecipientType.LAN, "02").steps] == ["10"]
    assert plain(of(made, "lan/b/x", RecipientType.LAN, "02").key_in_words) == (
        "10 kr per län, men 20 kr till stor"
    )


def test_keys_in_words(computed: Years, country: SmallCountry) -> None:
    made = computed(2025).agreement
    words = {post.id: plain(key_in_words(made, post, usual_words())) for post in made.posts}
    assert words["region/komplexa-behov"] == "Efter folkmängd"
    assert words["kommun/barn-och-unga"] == (
        "200 000 kr per kommun, resten efter folkmängd 0\u201318 år"
    )
    assert words["lan/nationell-strategi/genomforande"] == (
        "2 000 000 kr per län, men 3 000 000 kr till storstadslänen"
    )
    assert words["skr/samverkan"] == "Hela beloppet till SKR"


def test_equal_parts(country: SmallCountry) -> None:
    country.change(country.agreement, "- rest: {by: population}\n    reference: {source: agreement}"
                   "\n  - id: kommun/c", "- rest: {by: equal}\n    reference: {source: agreement}"
                   "\n  - id: kommun/c")  # fmt: skip
    found = of(compute(country.raw, AGREEMENT), "lan/e", RecipientType.LAN, "02")
    assert [step.formula for step in found.steps] == ["5", "90 / 2"]
    assert found.key_in_words.endswith("resten i lika delar")
    assert found.exact == 50


def test_all_to_skr(country: SmallCountry) -> None:
    found = of(compute(country.raw, AGREEMENT), "skr/d", RecipientType.SKR, "SKR")
    assert [(step.words, step.formula) for step in found.steps] == [
        ("Hela beloppet till SKR", "50")
    ]


@pytest.mark.parametrize(
    ("method", "unit", "words"),
    [
        ("half_up", 1, "Varje belopp avrundas för sig till närmaste hela krona; en halv uppåt."),
        ("largest_remainder", 5, "Beloppen avrundas nedåt till 5 kr; det som blir över går till "
         "de största resterna, så att summan blir exakt postens."),
        ("residual_to_largest", 1, "Varje belopp avrundas till närmaste hela krona; skillnaden mot "
         "posten läggs på den största mottagaren."),
    ],
)  # fmt: skip
def test_rounding_in_words(computed: Years, method: str, unit: int, words: str) -> None:
    rounding = computed(2025).agreement.rounding.model_copy(update={"method": method, "unit": unit})
    assert plain(rounding_in_words(rounding)) == words


def test_figures_have_no_plain_space() -> None:
    assert number(-248_046) == "\u2212248\u00a0046"


@pytest.mark.parametrize(
    ("post", "recipients", "code"),
    [
        ("lan/f", RecipientType.LAN, "01"),
        ("lan/e", RecipientType.LAN, "03"),
        ("lan/e", RecipientType.REGION, "01"),
        ("lan/b", RecipientType.LAN, "01"),
        ("total", RecipientType.LAN, "01"),
        ("lan/e", RecipientType.LAN, "00"),
    ],
)
def test_what_is_not_there(
    country: SmallCountry, post: str, recipients: RecipientType, code: str
) -> None:
    with pytest.raises(
        UsageError, match=f"prov-2025: there is no amount for `{post}` and {recipients}:{code}"
    ):
        of(compute(country.raw, AGREEMENT), post, recipients, code)
