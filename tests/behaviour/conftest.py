"""One run of the real data for the whole session, and copies of it that a test may change."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType
from unittest import mock

import alembic.util
import pytest
from filelock import FileLock

from schemas.common import RecipientType
from statsbidrag.documents.catalogue import views
from statsbidrag.documents.national.national_view import NationalView
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.errors import ProgramError
from statsbidrag.rendering.view import View
from statsbidrag.site.recipients_across_years import RecipientHistory, Shown, recipients
from tests.helpers.drawing import drawn_short
from tests.helpers.program import RawCopy, copy_of_raw, in_process

FEW = {
    "nation/fordelning",
    "lan/14-vastra-gotalands-lan/beslutsunderlag",
    "lan/23-jamtlands-lan/beslutsunderlag",
    *(
        f"kommun/2380-ostersund/{n}"
        for n in ("tilldelning", "rekvisition", "ekonomisk-redovisning")
    ),
}
"""One document of each kind, and both planned counties'."""


def few_views(dossier: Dossier, counties: Collection[str] | None = None) -> tuple[View, ...]:
    """Of the real agreements these documents only, the national one short; of invented ones all."""
    found = views(dossier, counties)
    if dossier.agreement.programme != "psykisk-halsa":
        return found
    return tuple(
        short(view) if isinstance(view, NationalView) else view
        for view in found
        if view.path in FEW
    )


def short(view: NationalView) -> NationalView:
    """The national document without its maps, and with one county's municipalities.

    All of it takes a quarter of a minute (`tests/documents/test_national_tables.py`: all).
    """
    sections = tuple(
        replace(each, tables=each.tables[-1:]) if each.recipients == RecipientType.KOMMUN else each
        for each in view.sections
    )
    return replace(view, per_person=None, sections=sections)


def few_recipients(
    shown: Sequence[Shown],
) -> tuple[tuple[RecipientHistory, ...], list[ProgramError]]:
    """Of a whole country's recipients those of one county; of a small country all."""
    everyone, failed = recipients(shown)
    own = [each for each in everyone if each.code[:2] in ("23", "SK")]
    return everyone if len(everyone) < len(FEW) * 10 else tuple(own), failed


@pytest.fixture(scope="session", autouse=True)
def _few_documents() -> Iterator[None]:
    """Runs in this process make few documents: all of them take minutes (`make conformance`).

    And few recipients' own pages, which runs make anew each time (`tests/site/test_site.py`: all).
    """
    with (
        mock.patch("assets.documents.views", few_views),
        mock.patch("statsbidrag.site.update.recipients", few_recipients),
    ):
        yield


@pytest.fixture(scope="session", autouse=True)
def _each_document_once() -> Iterator[None]:
    """A document is drawn once: of the same fingerprint it would have the same bytes."""
    with (
        mock.patch("statsbidrag.rendering.many.render", drawn_short),
        mock.patch("statsbidrag.publication.contents.render", drawn_short),
        mock.patch("statsbidrag.diff.writing.render", drawn_short),
    ):
        yield


@pytest.fixture(scope="session", autouse=True)
def _each_migration_once() -> Iterator[None]:
    """Dagster's storages, of which each test makes new ones, load their hundred migrations once."""
    load = alembic.util.load_python_file
    migration = cache(load)

    def loaded(folder: str | Path, name: str | Path) -> ModuleType:
        # What is run when it is loaded is no migration.
        return (load if Path(name).name == "env.py" else migration)(folder, name)

    with mock.patch.object(alembic.util, "load_python_file", loaded):
        yield


@pytest.fixture(scope="session")
def published(common: Path) -> Path:
    """The output of a run of the real data, with few of its documents. Not to be changed."""
    folder = common / "output"
    with FileLock(common / "output.lock"):
        if not folder.exists():
            in_process("--output", folder, "run", "--jobs", "1").require(0)
    return folder


@pytest.fixture
def output(published: Path, tmp_path: Path) -> Path:
    """A copy of that output, as an earlier run left it."""
    return Path(shutil.copytree(published, tmp_path / "output", symlinks=True))


@pytest.fixture
def raw(tmp_path: Path) -> RawCopy:
    """A copy of the raw files."""
    return copy_of_raw(tmp_path / "raw")
