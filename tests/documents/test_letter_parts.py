"""The parts of a letter, each by itself: what all of a type are told, and the year before."""

from __future__ import annotations

from dataclasses import replace

from schemas.common import Recipient, RecipientType
from statsbidrag.documents.recipient.said_to_type import said_to_type
from statsbidrag.documents.recipient.year_before import recipient_changes
from tests.helpers.dossiers import dossier_of_year as of

OSTERSUND = Recipient(RecipientType.KOMMUN, "2380")
REGION = Recipient(RecipientType.REGION, "23")


def test_all_of_a_type_are_told_the_same() -> None:
    agreement = of(2025).agreement
    said = said_to_type(agreement, RecipientType.KOMMUN)
    assert [day.day.isoformat() for day in said.requisition if day.in_force] == ["2025-12-01"]
    assert [day.day.isoformat() for day in said.repayment if day.in_force] == ["2026-03-31"]
    assert [row.what for row in said.duties] == [
        duty.what for duty in agreement.duties_of(RecipientType.KOMMUN)
    ]
    assert said.requisition_form
    # Nothing was ever published for municipalities: how their amounts are rounded is our reading.
    assert said.rounding_assumed
    assert not said_to_type(agreement, RecipientType.REGION).rounding_assumed


def test_the_year_before_is_that_of_the_agreement_it_compares_with() -> None:
    changes = recipient_changes(of(2025), [OSTERSUND, REGION])
    assert set(changes) == {OSTERSUND, REGION}
    assert {each.compared for each in changes.values()} == {"psykisk-halsa-2024"}
    assert changes[REGION].rows
    assert changes[REGION].total is not None


def test_without_an_agreement_to_compare_with_each_is_told_so() -> None:
    own = replace(of(2025), compared=None)
    changes = recipient_changes(own, [OSTERSUND])
    assert changes[OSTERSUND].unreadable == "psykisk-halsa-2024"
    assert changes[OSTERSUND].rows == ()
    alone = own.agreement.model_copy(update={"compares_with": None})
    assert recipient_changes(replace(own, agreement=alone), [OSTERSUND]) == {}
