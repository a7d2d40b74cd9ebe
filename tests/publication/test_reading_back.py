"""A published revision read back: what it carries, and that nothing in it was altered."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction
from pathlib import Path

import pytest

from schemas.common import Maturity, RecipientType
from statsbidrag.errors import ProgramError, UsageError
from statsbidrag.publication.reading_back import read_revision
from statsbidrag.publication.record_json import RECORD
from tests.cases.small_country import AGREEMENT, SmallCountry
from tests.helpers.revisions import published, without

LAN = RecipientType.LAN


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output"


def test_the_audit_files_recompute_every_amount(country: SmallCountry, output: Path) -> None:
    name = published(country.raw, output, AGREEMENT)
    read = read_revision(output, AGREEMENT, name)
    assert read.amounts["lan/b/y", LAN, "02"].exact == Fraction(41, 2)
    # 5 to each, and 90 by 900 of 1 000 persons.
    fixed, rest = read.amounts["lan/e", LAN, "01"].steps
    assert (fixed.value, fixed.own, fixed.everyone) == (5, None, None)
    assert (rest.value, rest.own, rest.everyone) == (81, 900, 1000)
    assert rest.basis == "2024-11-01/lan/alla"
    assert read.totals["total", LAN, "02"].sek == 10 + 21 + 14
    assert read.posts["kommun/c"].amount_sek == 175
    assert {b.maturity for b in read.bases.values()} == {Maturity.DEFINITIVE, Maturity.ESTIMATE}


def test_the_audit_files_are_semicolon_csv_with_every_row(
    country: SmallCountry, output: Path
) -> None:
    folder = output / AGREEMENT / published(country.raw, output, AGREEMENT)
    content = (folder / "audit/harledning.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfpost;")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    # Two regions; two counties with 1 + 1 + 2 steps; three municipalities with 2; SKR.
    assert len(rows) == 2 + 2 * 4 + 3 * 2 + 1
    assert all(Fraction(row["exakt, kr"]) >= 0 for row in rows)
    text = (folder / "audit/folkmangd.csv").read_text("utf-8-sig")
    assert f";900;slutlig;population/alla.json;{country.sha256('alla')};" in text


def test_an_altered_revision_is_refused(country: SmallCountry, output: Path) -> None:
    name = published(country.raw, output, AGREEMENT)
    path = output / AGREEMENT / name / "audit/harledning.csv"
    path.write_bytes(path.read_bytes().replace(b"41/2", b"43/2"))
    with pytest.raises(ProgramError, match=r"audit/harledning\.csv is not what") as caught:
        read_revision(output, AGREEMENT, name)
    # A run makes another revision once anything is another: it does not bring this one back.
    assert "back from a copy of it" in str(caught.value)
    assert "only if raw files, program and libraries are still those" in str(caught.value)


def test_a_manifest_that_cannot_be_read(country: SmallCountry, output: Path) -> None:
    name = published(country.raw, output, AGREEMENT)
    (output / AGREEMENT / name / "manifest.json").write_text("{", "utf-8")
    with pytest.raises(ProgramError, match=r"manifest\.json cannot be read") as caught:
        read_revision(output, AGREEMENT, name)
    assert "back from a copy of it" in str(caught.value)


@pytest.mark.parametrize("entry", ["fingerprint", "agreement"])
def test_a_manifest_of_something_else_is_refused(
    entry: str, country: SmallCountry, output: Path
) -> None:
    name = published(country.raw, output, AGREEMENT)
    path = output / AGREEMENT / name / "manifest.json"
    data = json.loads(path.read_bytes())
    data[entry] = "0" * 64 if entry == "fingerprint" else "annan-2025"
    path.write_text(json.dumps(data), "utf-8")
    with pytest.raises(ProgramError, match="its manifest is of"):
        read_revision(output, AGREEMENT, name)


def test_a_revision_from_before_they_carried_their_population(
    country: SmallCountry, output: Path
) -> None:
    name = published(country.raw, output, AGREEMENT)
    without(output / AGREEMENT / name, RECORD, "audit/folkmangd.csv")
    with pytest.raises(UsageError, match="made before revisions carried") as caught:
        read_revision(output, AGREEMENT, name)
    assert f"run {AGREEMENT}" in str(caught.value)
    assert "\n" not in str(caught.value)
