"""The table of the families of documents, and whose folder a file lies in."""

from __future__ import annotations

import pytest

from schemas.common import Recipient, RecipientType
from schemas.documents import AUDIT, FAMILIES, LETTER, NATIONAL, family_of, folder_of, recipient_of

OSTERSUND = Recipient(RecipientType.KOMMUN, "2380")
SKR = Recipient(RecipientType.SKR, "SKR")


def test_no_two_families_share_a_name() -> None:
    assert len({family.stem for family in FAMILIES}) == len(FAMILIES)
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)


def test_a_document_lies_with_its_recipient_or_in_its_familys_folder() -> None:
    assert all(bool(family.folder) != bool(family.recipients) for family in FAMILIES)
    assert (NATIONAL.path(), AUDIT.path()) == ("nation/fordelning", "audit/avstamning")
    assert LETTER.path("kommun/2380-ostersund") == "kommun/2380-ostersund/tilldelning"


@pytest.mark.parametrize(
    ("recipient", "slug", "folder"),
    [(OSTERSUND, "ostersund", "kommun/2380-ostersund"), (SKR, "skr", "skr")],
)
def test_a_folder_says_whose_it_is(recipient: Recipient, slug: str, folder: str) -> None:
    assert folder_of(recipient, slug) == folder
    path = LETTER.path(folder)
    assert family_of(path) == LETTER
    assert recipient_of(path) == recipient_of(f"{path}.html") == recipient


@pytest.mark.parametrize("path", ["nation/fordelning", "allocation.csv", "static/css/x.css"])
def test_what_is_nobodys_alone_has_no_recipient(path: str) -> None:
    assert recipient_of(path) is None


def test_a_file_of_no_family_has_none() -> None:
    assert family_of("audit/revision") is None
