"""What tests of formats share: the small country's register, read once."""

from __future__ import annotations

import pandas as pd
import pytest

from statsbidrag.register.recipients import read_register
from tests.cases.small_country import SmallCountry


@pytest.fixture(scope="session")
def land(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The register of the small country."""
    country = SmallCountry(tmp_path_factory.mktemp("land") / "raw").write()
    return read_register(country.raw.register())
