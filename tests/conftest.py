"""What many tests share: the project's own raw data, read once, and a small country to break."""

from __future__ import annotations

import gc
import os
import socket
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, settings

from schemas.reconciliation import Reconciliation
from statsbidrag.dossier.gathering import Computed, compute
from statsbidrag.errors import InputError, Problem
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.plans.county_plans import load_plans
from statsbidrag.reconciliation.reconcile import reconcile
from statsbidrag.register.recipients import Register, read_register
from tests.cases.small_country import SmallCountry
from tests.helpers.drawing import DRAWN
from tests.helpers.sharing import computed_anew, computed_once

# A slow machine is no failure, and the same examples are tried everywhere.
settings.register_profile(
    "project",
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("project")


def pytest_collection_finish() -> None:
    """What is imported stays: to look through it again for what is no longer used takes long.

    What tests make is mostly gone without looking: so it is looked for seldom.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


@pytest.fixture(scope="session", autouse=True)
def _this_machine_only() -> Iterator[None]:
    """No test may reach anything but this machine: whatever tries to fails, there and then."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def require_own(host: object) -> None:
        own = host in (None, "", "localhost", "::1") or str(host).startswith("127.")
        assert own, f"a test tried to reach {host}"

    def connect_here(own: socket.socket, address: Any) -> None:
        if isinstance(address, tuple):
            require_own(address[0])
        connect(own, address)

    def look_up_here(host: Any, *args: Any, **options: Any) -> Any:
        require_own(host.decode() if isinstance(host, bytes) else host)
        return look_up(host, *args, **options)

    with (
        mock.patch.object(socket.socket, "connect", connect_here),
        mock.patch.object(socket, "getaddrinfo", look_up_here),
    ):
        yield


@pytest.fixture(scope="session")
def common(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes of this test session share."""
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "common"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session", autouse=True)
def _drawn(common: Path) -> Iterator[None]:
    """Where documents are kept that tests have drawn."""
    with mock.patch.dict(os.environ, {DRAWN: str(common)}):
        yield


@pytest.fixture(scope="session", autouse=True)
def _computed_once() -> Iterator[None]:
    """The program computes the same of the same once: most tests are of other things."""
    with computed_once():
        yield


@pytest.fixture
def nothing_shared() -> Iterator[None]:
    """Whatever this test computes is computed for it."""
    with computed_anew():
        yield


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's folder."""
    return PROJECT


@pytest.fixture(scope="session")
def raw() -> Raw:
    """The project's own raw data. Read only."""
    return Raw(PROJECT / "raw")


@pytest.fixture(scope="session")
def register(raw: Raw) -> Register:
    """The register of recipients."""
    return read_register(raw)


@pytest.fixture(scope="session")
def computed(raw: Raw) -> Callable[[int], Computed]:
    """The agreement of a year, allocated; each year once."""
    return cache(lambda year: compute(raw, f"psykisk-halsa-{year}"))


@pytest.fixture(scope="session")
def reconciled(raw: Raw, computed: Callable[[int], Computed]) -> Callable[[int], Reconciliation]:
    """The agreement of a year, reconciled; each year once."""

    @cache
    def of(year: int) -> Reconciliation:
        made = computed(year)
        plans = load_plans(raw, made.agreement, made.register)
        return reconcile(made.agreement, made.register, made.extracts, made.allocation, plans)

    return of


@pytest.fixture
def country(tmp_path: Path) -> SmallCountry:
    """A whole folder `raw/` that can be counted by hand, to change at will."""
    return SmallCountry(tmp_path / "raw").write()


@pytest.fixture
def refused() -> Callable[[Callable[[], object]], list[Problem]]:
    """Calls what must be refused, and returns what was said about it."""

    def call(doing: Callable[[], object]) -> list[Problem]:
        with pytest.raises(InputError) as caught:
            doing()
        assert caught.value.exit_code == 2
        for problem in caught.value.problems:
            assert problem.file
            assert problem.expected
            assert problem.found
            assert str(problem) in str(caught.value)
        return caught.value.problems

    return call
