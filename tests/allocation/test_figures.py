"""A sum as a reader meets it: which of two figures is shown, and which mark it carries."""

from __future__ import annotations

import pytest

from schemas.common import Maturity, RecipientType
from statsbidrag.allocation.amounts import rows
from statsbidrag.allocation.figures import (
    MARKS,
    MATURITIES,
    Figure,
    Figures,
    figures_of,
    maturities_to_explain,
    shown,
    summed,
)
from statsbidrag.dossier.gathering import compute
from statsbidrag.errors import ProgramError
from tests.cases.small_country import AGREEMENT, SmallCountry

LAN, KOMMUN = RecipientType.LAN, RecipientType.KOMMUN


@pytest.mark.parametrize(
    ("published", "maturity", "mark", "word", "decided"),
    [
        (False, Maturity.DEFINITIVE, "", "slutlig", True),
        (False, Maturity.PRELIMINARY, "***", "preliminär", True),
        (False, Maturity.RECONSTRUCTED, "**", "återräknad", True),
        (False, Maturity.ESTIMATE, "*", "skattad", False),
        (True, Maturity.DEFINITIVE, "", "publicerad", True),
        (True, Maturity.ESTIMATE, "", "publicerad", True),
        (True, Maturity.UNRESOLVED, "#", "publicerad, inte omräknad", True),
    ],
)
def test_what_is_published_needs_no_mark_but_where_nobody_can_say_why(
    published: bool, maturity: Maturity, mark: str, word: str, decided: bool
) -> None:
    figure = Figure(2_974_230, published, maturity)
    assert (figure.mark, figure.word, figure.decided) == (mark, word, decided)
    tail = f"\u00a0{mark}" if mark else ""
    assert str(figure) == f"2\u00a0974\u00a0230{tail}"
    assert figure.kronor == f"2\u00a0974\u00a0230\u00a0kr{tail}"


def test_every_maturity_has_a_word_and_all_but_the_best_a_mark() -> None:
    assert set(MATURITIES) == set(Maturity)
    assert set(MARKS) == set(Maturity) - {Maturity.DEFINITIVE}
    assert len(set(MARKS.values())) == len(MARKS)


def test_the_size_of_a_difference_is_as_mature_as_it() -> None:
    assert abs(Figure(-5, False, Maturity.ESTIMATE)) == Figure(5, False, Maturity.ESTIMATE)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([(1, True, "definitive"), (2, True, "definitive")], (3, True, "definitive")),
        ([(1, True, "definitive"), (2, False, "definitive")], (3, False, "definitive")),
        ([(1, False, "preliminary"), (2, False, "estimate")], (3, False, "estimate")),
        # One that stands as printed does not weaken what is computed beside it.
        ([(1, True, "estimate"), (2, False, "preliminary")], (3, False, "preliminary")),
        ([(1, True, "estimate"), (2, True, "definitive")], (3, True, "estimate")),
        ([(1, True, "unresolved"), (2, False, "definitive")], (3, False, "unresolved")),
        ([], (0, True, "definitive")),
    ],
)
def test_a_sum_is_as_good_as_its_parts(
    parts: list[tuple[int, bool, str]], expected: tuple[int, bool, str]
) -> None:
    def figure(sek: int, published: bool, maturity: str) -> Figure:
        return Figure(sek, published, Maturity(maturity))

    assert summed(figure(*part) for part in parts) == figure(*expected)


def test_a_page_explains_the_marks_that_it_shows_the_weakest_first() -> None:
    figures = [
        Figure(1, False, Maturity.PRELIMINARY),
        Figure(1, False, Maturity.ESTIMATE),
        Figure(1, True, Maturity.RECONSTRUCTED),
        Figure(1, False, Maturity.DEFINITIVE),
    ]
    assert maturities_to_explain(figures) == (Maturity.ESTIMATE, Maturity.PRELIMINARY)


def test_an_amount_is_shown_as_it_was_printed_and_looked_up_by_post_and_recipient(
    country: SmallCountry,
) -> None:
    country.published("lan,01,lan/e,87")
    allocation = compute(country.raw, AGREEMENT).allocation
    figures = Figures(allocation)
    assert figures.of("lan/e", LAN, "01") == Figure(87, True, Maturity.DEFINITIVE)
    assert figures.of("lan/e", LAN, "02") == Figure(14, False, Maturity.DEFINITIVE)
    assert figures.known("lan/f", LAN, "01") is None
    with pytest.raises(ProgramError, match="lan/e kommun:0114: 0 rows"):
        figures.of("lan/e", KOMMUN, "0114")
    twice = allocation.iloc[[*range(len(allocation)), 0]]
    with pytest.raises(ProgramError, match="two rows"):
        Figures(twice)


def test_what_is_neither_computed_nor_published_is_not_shown(country: SmallCountry) -> None:
    old = "    key:\n      - fixed: 5\n      - rest: {by: population}\n    reference"
    country.change(country.agreement, old, "    unresolved: Okänd nyckel.\n    reference")
    allocation = compute(country.raw, AGREEMENT).allocation
    total = next(r for r in rows(allocation) if (r.cell, r.kind) == ("total lan:01", "total"))
    assert shown(total) is None
    figures = Figures(allocation)
    assert figures.known("total", LAN, "01") is None
    with pytest.raises(ProgramError, match="neither computed nor published"):
        figures.of("total", LAN, "01")


def test_sums_of_columns_and_lone_totals_are_no_figures_of_a_recipient(
    country: SmallCountry,
) -> None:
    computed = compute(country.raw, AGREEMENT)
    found = figures_of(computed.allocation)
    # 2 regions; 2 counties with 3 posts, one group and the total each; 3 municipalities; SKR.
    assert len(found) == 2 + 2 * 5 + 3 + 1
    assert sum(figure.sek for figure in found if figure.maturity == Maturity.ESTIMATE) == 175
