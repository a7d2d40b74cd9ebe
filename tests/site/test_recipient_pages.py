"""A recipient's own page and file, the list of all, and what the finder finds: each by itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from schemas.common import RecipientType
from statsbidrag.publication.folder import read_manifest
from statsbidrag.site.recipient_pages import kind_of
from statsbidrag.site.recipients_across_years import RecipientHistory, Shown, recipients
from statsbidrag.site.search_index import search_index
from tests.cases.small_country import AGREEMENT, SmallCountry
from tests.helpers.published_documents import with_documents


@pytest.fixture(scope="module")
def everyone(tmp_path_factory: pytest.TempPathFactory) -> tuple[RecipientHistory, ...]:
    base = tmp_path_factory.mktemp("site")
    country = SmallCountry(base / "raw").write()
    folder: Path = with_documents(country.raw, base / "output", AGREEMENT)
    found, failed = recipients([Shown(read_manifest(folder), folder, "way")])
    assert failed == []
    return found


def test_everyone_in_the_order_of_the_types_and_of_the_alphabet(
    everyone: tuple[RecipientHistory, ...],
) -> None:
    assert [each.path for each in everyone] == [
        "mottagare/region/01-region-norra",
        "mottagare/region/02-region-sodra",
        "mottagare/lan/01-norra-lan",
        "mottagare/lan/02-sodra-lan",
        "mottagare/skr",
        "mottagare/kommun/0114-alby",
        "mottagare/kommun/0115-berga",
        "mottagare/kommun/0201-ceby",
    ]


def test_what_a_recipient_is(everyone: tuple[RecipientHistory, ...]) -> None:
    kinds = {each.type: kind_of(each) for each in everyone}
    assert kinds == {
        RecipientType.REGION: "Region 02",
        RecipientType.LAN: "Län 02",
        RecipientType.SKR: "",
        RecipientType.KOMMUN: "Kommun 0201",
    }


def test_the_finder_knows_name_code_and_place(everyone: tuple[RecipientHistory, ...]) -> None:
    script = search_index(everyone).decode()
    rows = json.loads(script[script.index("[") : script.rindex(";")])
    assert ["Alby", "0114", "kommun i Norra län", "kommun/0114-alby"] in rows
    assert len(rows) == len(everyone)
