"""Which revision is meant by a name, the beginning of one, or `current`."""

from __future__ import annotations

from pathlib import Path

import pytest

from statsbidrag.errors import UsageError
from statsbidrag.publication.revision_names import current_name, named_revision, revision_names
from tests.cases.small_country import AGREEMENT, ALL_AGES, SmallCountry, jsonstat
from tests.helpers.revisions import published


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output"


def test_a_revision_by_its_name_its_beginning_or_current(
    country: SmallCountry, output: Path
) -> None:
    one = published(country.raw, output, AGREEMENT)
    country.extract("alla", jsonstat({**ALL_AGES, "0114": 601}))
    other = published(country.raw, output, AGREEMENT)
    assert revision_names(output, AGREEMENT) == sorted([one, other])
    assert named_revision(output, AGREEMENT, one) == one
    assert named_revision(output, AGREEMENT, one[:6]) == one
    assert named_revision(output, AGREEMENT, "current") == other == current_name(output, AGREEMENT)
    for wrong in ("", "g", "f" * 13, "../" + one, "diff"):
        with pytest.raises(UsageError, match=f"{other} \\(current\\)"):
            named_revision(output, AGREEMENT, wrong)
    for nobody in ("", ".", "..", f"../{output.name}/{AGREEMENT}", "annan-2025"):
        with pytest.raises(UsageError, match=f"Published: {AGREEMENT}"):
            named_revision(output, nobody, "current")


def test_a_beginning_that_several_share(tmp_path: Path) -> None:
    for name in ("0123456789ab", "0123456789ff"):
        (tmp_path / AGREEMENT / name).mkdir(parents=True)
    with pytest.raises(UsageError, match="beginning of 2 revisions"):
        named_revision(tmp_path, AGREEMENT, "0123")
    with pytest.raises(UsageError, match="no revision is current"):
        named_revision(tmp_path, AGREEMENT, "current")
