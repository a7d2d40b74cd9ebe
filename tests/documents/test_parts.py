"""What several families show alike: files behind amounts, papers, computations, changes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from schemas.common import TOTAL, Maturity, Recipient, RecipientType
from statsbidrag.allocation.derivation import derive_all
from statsbidrag.allocation.figures import Figure
from statsbidrag.comparison.money import NOTHING, UNKNOWN, Line, Money, State
from statsbidrag.documents.national.areas_and_posts import posts
from statsbidrag.documents.parts.change_rows import UNKNOWN_WORDS, ChangeCell, change_row
from statsbidrag.documents.parts.computations import (
    Computation,
    cells_of,
    computation,
    exact_sum,
)
from statsbidrag.documents.parts.diagram import Diagram
from statsbidrag.documents.parts.populations import (
    calibrated_to,
    maturities_to_tell,
    population_file,
    sidecars_of,
)
from statsbidrag.documents.parts.printed_in import papers_of, printed_in
from statsbidrag.documents.parts.purposes_and_conditions import conditions_of, tasks_of
from statsbidrag.errors import ProgramError
from statsbidrag.register.recipients import usual_words
from tests.helpers.dossiers import dossier_of_year as of

JAMTLAND = Recipient(RecipientType.LAN, "23")
UPPSALA = Recipient(RecipientType.LAN, "03")
YOUTH = "lan/barn-och-unga"


def computations(recipient: Recipient) -> dict[str, Computation]:
    """How each of a recipient's amounts of 2024 came about, by post."""
    own = of(2024)
    allocation = own.allocation
    mine = allocation[
        (allocation["recipient_type"] == str(recipient.type))
        & (allocation["recipient_code"] == recipient.code)
    ]
    printed = printed_in(own.agreement, own.published)
    posts_ = {post.id: post for post in own.agreement.posts}
    return {
        each.post: computation(own, printed, posts_[each.post], each)
        for each in derive_all(own.agreement, own.basis, mine, own.register)
    }


def test_a_file_is_named_as_its_sidecar_describes_it() -> None:
    own = of(2024)
    files = [population_file(own, sha256) for sha256 in own.extracts]
    assert [each.file for each in files] == [each.file for each in own.extracts.values()]
    assert {each.table for each in files} == {""}
    assert list(sidecars_of(own, files * 2)) == list(own.extracts.values())
    with pytest.raises(ProgramError, match="not in the dossier: none"):
        population_file(own, "none")


def test_whose_amounts_an_estimate_was_made_to_meet() -> None:
    own = of(2024)
    fitted = {code for sha256 in own.extracts for code in calibrated_to(own, sha256, YOUTH)}
    assert fitted == {"14", "23"}
    assert not list(calibrated_to(own, "none", YOUTH))


def test_maturities_are_told_the_best_first_unless_all_are_scbs_own() -> None:
    told = maturities_to_tell([Maturity.ESTIMATE, Maturity.DEFINITIVE, Maturity.ESTIMATE])
    assert told == (Maturity.DEFINITIVE, Maturity.ESTIMATE)
    assert maturities_to_tell([Maturity.DEFINITIVE] * 2) == ()
    assert maturities_to_tell([]) == ()


def test_which_papers_printed_a_recipients_figures() -> None:
    own = of(2024)
    printed = printed_in(own.agreement, own.published)
    assert len(printed) == len(own.published)
    papers = papers_of(printed)
    assert papers[JAMTLAND] == tuple(
        dict.fromkeys(title for (_, who), title in printed.items() if who == JAMTLAND)
    )
    assert printed[YOUTH, JAMTLAND] in papers[JAMTLAND]
    assert UPPSALA not in papers


def test_a_computation_says_who_printed_it_and_whether_that_is_proof() -> None:
    jamtland, uppsala = computations(JAMTLAND), computations(UPPSALA)
    assert jamtland[YOUTH].calibrated
    assert jamtland[YOUTH].derivation.published_source
    assert not uppsala[YOUTH].calibrated
    assert uppsala[YOUTH].derivation.published_source == ""
    assert jamtland[YOUTH].uses_population
    assert not jamtland[YOUTH].weighted
    fixed = jamtland["lan/brukarmedverkan"]
    assert not fixed.uses_population
    assert list(cells_of([fixed])) == []
    assert exact_sum([fixed]) == Fraction(1_000_000)
    nothing = replace(fixed, derivation=replace(fixed.derivation, exact=None))
    assert exact_sum([nothing, fixed]) == Fraction(1_000_000)


def test_a_change_is_that_of_the_figures_as_shown() -> None:
    before = Money(State.KNOWN, 100, published_sek=101)
    after = Money(State.KNOWN, 150, maturity=Maturity.ESTIMATE)
    row = change_row("Barn och unga", "Ungdomar", Line(before, after))
    assert row.earlier_label == "Ungdomar"
    assert row.before == ChangeCell(Figure(101, True, Maturity.DEFINITIVE), "")
    assert row.after == ChangeCell(Figure(150, False, Maturity.ESTIMATE), "")
    assert row.difference is not None
    assert (row.difference.sek, row.difference.maturity) == (49, Maturity.ESTIMATE)


def test_what_is_not_known_is_words_and_what_was_not_there_is_nothing() -> None:
    row = change_row("Summa", "Summa", Line(UNKNOWN, NOTHING))
    assert row.earlier_label == ""
    assert (row.before, row.after) == (ChangeCell(None, UNKNOWN_WORDS), ChangeCell(None, ""))
    assert row.difference is None


def test_what_the_money_is_for_and_on_which_conditions() -> None:
    agreement = of(2025).agreement
    tasks = tasks_of(agreement, RecipientType.KOMMUN)
    assert [task.label for task in tasks] == [
        post.label for post in agreement.posts_of(RecipientType.KOMMUN)
    ]
    conditions = conditions_of(agreement, RecipientType.KOMMUN)
    assert len(conditions) == len(agreement.conditions_for(RecipientType.KOMMUN))
    days = [day for row in conditions if row.about == "repayment" for day in row.days]
    assert [day.day.isoformat() for day in days if day.in_force] == ["2026-03-31"]


def test_a_drawing_is_numbered_by_whoever_shows_it() -> None:
    shown = posts(of(2025).agreement, usual_words(), number=2, figure=7)
    assert isinstance(shown.chart, Diagram)
    assert (shown.number, shown.chart.number) == (2, 7)
    assert shown.known_share == 1


def test_totals_are_printed_too() -> None:
    own = of(2024)
    assert (TOTAL, JAMTLAND) in printed_in(own.agreement, own.published)
