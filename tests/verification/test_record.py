"""A record beside another, and beside its own numbers, without any folder."""

from __future__ import annotations

import pytest

from schemas.manifest import Manifest, PublishedDocument
from schemas.revision_record import RevisionRecord
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.publication.contents import about
from statsbidrag.publication.record_json import RECORD
from statsbidrag.verification.disagreement import Disagreement
from statsbidrag.verification.record import against_anew, against_itself
from tests.cases.small_country import AGREEMENT, SmallCountry
from tests.helpers.revisions import record_of


@pytest.fixture
def record(country: SmallCountry) -> RevisionRecord:
    return record_of(country.raw, AGREEMENT)


def changed(record: RevisionRecord, part: str, index: int, **fields: object) -> RevisionRecord:
    """The record with other fields in one of its parts."""
    parts = [*getattr(record, part)]
    parts[index] = parts[index].model_copy(update=fields)
    return record.model_copy(update={part: tuple(parts)})


def test_the_same_agrees(record: RevisionRecord) -> None:
    assert [*against_anew(record, record)] == []


def test_words_are_not_compared(record: RevisionRecord) -> None:
    words = record.posts[0].words.model_copy(update={"rule": "På ett annat sätt sagt"})
    assert [*against_anew(changed(record, "posts", 0, words=words), record)] == []


def test_each_field_is_named_by_its_part(record: RevisionRecord) -> None:
    other = changed(record, "amounts", 0, amount_sek=None, maturity=record.bases[-1].maturity)
    other = changed(other, "bases", 0, cells=((0, 2),))
    assert [*against_anew(other, record)] == [
        Disagreement(f"{RECORD} amounts region/a region:01 amount_sek", "", "901"),
        Disagreement(f"{RECORD} amounts region/a region:01 maturity", "estimate", "definitive"),
        Disagreement(f"{RECORD} bases TAB1267 2024-11-01 lan all 01 cells", "[[0, 2]]", "[[0, 1]]"),
    ]


def test_a_step_that_its_own_numbers_do_not_give(
    country: SmallCountry, record: RevisionRecord
) -> None:
    made = dossier_of(country.raw, AGREEMENT)
    manifest = Manifest(
        format=1,
        agreement=AGREEMENT,
        fingerprint="0" * 64,
        about=about(made.agreement, made.basis, made.register, made.allocation),
        state="complete",
        withheld=(),
        inputs=(),
        outputs=(),
        documents=(PublishedDocument(path="skr/tilldelning", title="Brev", fingerprint="1" * 64),),
        versions={},
    )
    own = record.model_copy(update={"fingerprint": "0" * 64})
    missing = Disagreement(f"{RECORD} documents skr/tilldelning", "none", "skr/tilldelning")
    assert [*against_itself(own, manifest)] == [missing]
    [step] = own.amounts[0].steps
    other = step.model_copy(update={"exact": "902/1"})
    place = f"{RECORD} amounts region/a region:01"
    # 1 001 by 900 of 1 000 persons.
    assert [*against_itself(changed(own, "amounts", 0, steps=(other,)), manifest)] == [
        missing,
        Disagreement(f"{place} steps 1 exact", "902/1", "9009/10"),
        Disagreement(f"{place} exact", "9009/10", "902/1"),
    ]
