"""What tests of workbooks share: a small country that nobody changes, computed once."""

from __future__ import annotations

import pytest

from statsbidrag.dossier.gathering import Computed, compute
from tests.cases.small_country import AGREEMENT, SmallCountry


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallCountry:
    """The small country. Read only."""
    return SmallCountry(tmp_path_factory.mktemp("land")).write()


@pytest.fixture(scope="session")
def small_computed(small: SmallCountry) -> Computed:
    """Its agreement, allocated."""
    return compute(small.raw, AGREEMENT)
