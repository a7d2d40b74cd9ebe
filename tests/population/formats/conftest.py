"""What tests of formats share: the small country's register, read once."""

from __future__ import annotations

import pytest

from statsbidrag.register.recipients import Register, read_register
from tests.cases.small_country import SmallCountry


@pytest.fixture(scope="session")
def land(tmp_path_factory: pytest.TempPathFactory) -> Register:
    """The register of the small country."""
    country = SmallCountry(tmp_path_factory.mktemp("land") / "raw").write()
    return read_register(country.raw)
