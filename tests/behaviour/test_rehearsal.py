"""Next year's agreement rehearsed: tables as they are since 2025, from SCB's interface and by hand.

The country is made (`tests/helpers/made_scb_2025.py`), and so is the number of the table that has
taken the place of TAB1267.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from fractions import Fraction
from pathlib import Path
from unittest import mock

import pytest
import yaml

from statsbidrag.documents.national.national_view import NationalView
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.publication.record_json import RECORD
from statsbidrag.rendering.view import View
from tests.behaviour.conftest import few_views
from tests.helpers import made_scb_2025 as made
from tests.helpers.program import RAW, Ended, RawCopy, Row, copy_of_raw, current, in_process
from tests.helpers.rehearsal import A26, FORMATS, downloaded, write_agreement
from tests.helpers.scb import Scb, serving, sweden

COUNTRY = made.made_country(RAW)
BY_HAND = ("--date", "2025-11-01", "--table", made.TABLE, "--succeeds", "TAB1267")


@pytest.fixture
def raw(tmp_path: Path) -> RawCopy:
    """The raw files with next year's agreement, which nobody has any population for."""
    raw = copy_of_raw(tmp_path / "raw")
    write_agreement(raw)
    return raw


@pytest.fixture
def scb() -> Iterator[Scb]:
    """SCB with the table that the agreement names, which ends in 2024, and its successor."""
    with serving(sweden(RAW)) as server:
        server.others.append(made.published(COUNTRY))
        yield server


ASSUMED = "antaget: referensår 2025 eller senare"


def fetch(scb: Scb, raw: RawCopy, *args: str) -> Ended:
    return in_process("--raw", raw.root, "fetch", A26, "--from", scb.address, *args)


def amounts(raw: RawCopy) -> list[Row]:
    rows = in_process("--raw", raw.root, "allocate", A26, "--format", "csv").require(0).rows()
    return [{name: row[name] for name in ("post", "recipient_code", "amount_sek")} for row in rows]


def test_fetch_names_the_table_that_goes_on_and_takes_it_only_when_told_to(
    scb: Scb, raw: RawCopy
) -> None:
    shown = fetch(scb, raw).require(2)
    assert f"statsbidrag fetch {A26} --table {made.TABLE}" in shown.err
    assert scb.questions() == []
    fetch(scb, raw, "--table", made.TABLE).require(0)
    # 0-18 is asked for by the fewest published ages, and everybody by the published total.
    asked = {len(one["Region"]): one["Alder"] for one in scb.questions()}
    assert sorted(asked) == [21, 290]
    assert asked[290] == [*made.YOUNG]
    assert len(made.YOUNG) <= 7
    assert [made.AGES[code] for code in asked[21]] == [(0, made.OPEN)]
    in_process("--raw", raw.root, "check", A26).require(0)


def test_every_way_in_gives_the_same_amounts(scb: Scb, raw: RawCopy, tmp_path: Path) -> None:
    fetch(scb, raw, "--table", made.TABLE).require(0)
    fetched = amounts(raw)
    assert len(fetched) == 438
    for form in FORMATS:
        other = copy_of_raw(tmp_path / form)
        write_agreement(other)
        files = downloaded(COUNTRY, tmp_path / "downloaded", form)
        in_process(
            "--raw", other.root, "add", *files, *BY_HAND, "--maturity", "definitive"
        ).require(0)
        assert amounts(other) == fetched, form
        for path in other.path("population").glob("folkmangd_2025*.yaml"):
            sidecar = yaml.safe_load(path.read_text("utf-8"))
            assert (sidecar["table"], sidecar["succeeds"]) == (made.TABLE, "TAB1267")
            # Only csv is without notes: then that there is a number in each figure is assumed.
            notes = [*sidecar.get("mandatory_notes", ()), *sidecar.get("notes", ())]
            noted = any("Cell Key" in note for note in notes)
            assert noted == (not form.endswith("csv"))
            assert noted != (sidecar.get("perturbation", {}).get("source") == ASSUMED)


def test_a_file_with_everything_gives_them_too(scb: Scb, raw: RawCopy, tmp_path: Path) -> None:
    """Every level, division of ages, total and sex in one list, as it is published."""
    fetch(scb, raw, "--table", made.TABLE).require(0)
    other = copy_of_raw(tmp_path / "other")
    write_agreement(other)
    every = scb.others[0].variables()
    file = tmp_path / "allt.json"
    file.write_text(json.dumps(scb.others[0].data(every, sparse=False)))
    taken = in_process("--raw", other.root, "add", file, *BY_HAND, "--maturity", "definitive")
    taken.require(0)
    assert amounts(other) == amounts(raw)
    # Counties do not sum here: it is told, once for each, as what random numbers explain.
    checked = in_process("--raw", other.root, "check", A26).require(0).out
    assert "municipalities to county: 01: differs within the producer's random numbers" in checked
    assert "personer  [population/folkmangd_2025-11-01_kommun.json]\n" in checked


def test_amounts_rest_on_the_published_figures(scb: Scb, raw: RawCopy) -> None:
    """Worked out here from the published cells: a county's share, and a municipality's."""
    fetch(scb, raw, "--table", made.TABLE).require(0)
    rows = {(row["post"], row["recipient_code"]): int(row["amount_sek"]) for row in amounts(raw)}
    counties, municipalities = COUNTRY.of_level(2), COUNTRY.of_level(4)
    total = COUNTRY.published(counties, made.TOTAL).reshape(-1).tolist()
    young = COUNTRY.published(municipalities, made.YOUNG).sum((1, 2)).tolist()
    for code, persons in zip(counties, total, strict=True):
        share = Fraction(288_000_000 * persons, sum(total))
        assert rows["region/suicidprevention", code] == int(share + Fraction(1, 2))
    for code, persons in zip(municipalities, young, strict=True):
        share = 200_000 + Fraction((250_000_000 - 290 * 200_000) * persons, sum(young))
        assert rows["kommun/barn-och-unga", code] == int(share + Fraction(1, 2))


@pytest.fixture
def _nation_on_screen() -> Iterator[None]:
    """Of the documents only the one about the nation, short; papers take their time."""

    def nation(dossier: Dossier, counties: Collection[str] | None = None) -> tuple[View, ...]:
        return tuple(v for v in few_views(dossier, counties) if isinstance(v, NationalView))

    with (
        mock.patch("assets.documents.views", nation),
        mock.patch("statsbidrag.rendering.document.render_pdf", return_value=b""),
    ):
        yield


def words(page: Path) -> str:
    """What a page says, without its marks."""
    text = re.sub(r"<(style|head).*?</\1>|<[^>]*>", " ", page.read_text("utf-8"), flags=re.DOTALL)
    return " ".join(text.replace("\u00ad", "").split())


def run(raw: RawCopy, output: Path) -> Path:
    in_process("--raw", raw.root, "--output", output, "run", "--jobs", "1", A26).require(0)
    return current(output, A26)


@pytest.mark.usefixtures("_nation_on_screen")
def test_first_preliminary_then_definitive_with_the_revision_between(
    scb: Scb, raw: RawCopy, tmp_path: Path
) -> None:
    label = f"{made.TITLE}. År 2025, preliminära uppgifter"
    scb.others[:] = [made.published(made.as_first_counted(COUNTRY), label=label)]
    fetch(scb, raw, "--table", made.TABLE).require(0)
    output = tmp_path / "output"
    first = run(raw, output)
    assert "preliminär" in words(first / "nation" / "fordelning.html").lower()

    scb.others[:] = [made.published(COUNTRY)]
    fetch(scb, raw, "--table", made.TABLE).require(0)
    second = run(raw, output)
    nation = words(second / "nation" / "fordelning.html")
    assert first != second
    # What the figures are, and of which table, stands beside them.
    assert "Cell Key Method" in nation
    assert made.TABLE in nation
    assert "TAB1267" in nation
    assert "preliminär folkmängd" not in nation
    rests_on = json.loads((second / RECORD).read_bytes())["bases"]
    assert {basis["table"] for basis in rests_on} == {made.TABLE}
    [between] = (output / A26 / "diff").iterdir()
    assert between.name == f"{first.name}..{second.name}"
    revision = words(between / "revidering.html")
    assert "Mognaden går från preliminär till slutlig för 374 belopp." in revision
