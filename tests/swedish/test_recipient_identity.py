"""A recipient by name, type and code."""

from __future__ import annotations

from schemas.common import RecipientType
from statsbidrag.register.recipients import usual_words
from statsbidrag.swedish.recipient_identity import identity_in_words


def test_a_recipient_with_type_and_code() -> None:
    words = usual_words()
    kommun, lan, skr = (
        words[each] for each in (RecipientType.KOMMUN, RecipientType.LAN, RecipientType.SKR)
    )
    assert identity_in_words(kommun, "2380", "Östersund") == "Östersund (kommun\u00a02380)"
    assert identity_in_words(lan, "23", "Jämtlands län") == "Jämtlands län (län\u00a023)"
    assert identity_in_words(skr, "SKR", "Sveriges Kommuner och Regioner") == (
        "Sveriges Kommuner och Regioner (SKR)"
    )
