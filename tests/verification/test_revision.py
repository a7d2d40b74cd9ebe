"""A published revision put to the test: files against the manifest, amounts computed anew."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from statsbidrag.errors import InputError
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.publication.record_json import RECORD
from statsbidrag.verification.revision import VerifiedRevision, verify_revision
from tests.cases.small_country import AGREEMENT, ALL_AGES, SmallCountry, jsonstat
from tests.helpers.program import in_process, tree
from tests.helpers.published_documents import with_documents
from tests.helpers.revisions import published, without

ALLOCATION = "allocation.csv"


@dataclass(frozen=True)
class Made:
    """A revision in its output, or a copy of it."""

    country: SmallCountry
    folder: Path

    def verified(self) -> VerifiedRevision:
        return verify_revision(self.folder, self.country.raw, PROJECT)

    def rewrite(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        text = path.read_bytes().decode()
        assert old in text
        path.write_bytes(text.replace(old, new, 1).encode())

    def reseal(self, *names: str) -> None:
        """The manifest says of these files what they now are: a forger's work."""

        def change(data: Any) -> None:
            for file in data["outputs"]:
                if file["path"] in names:
                    content = (self.folder / file["path"]).read_bytes()
                    file |= {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}

        self.manifest(change)

    def manifest(self, change: Callable[[Any], None]) -> None:
        path = self.folder / "manifest.json"
        data = json.loads(path.read_bytes())
        change(data)
        path.write_text(json.dumps(data), "utf-8")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Made:
    base = tmp_path_factory.mktemp("revision")
    country = SmallCountry(base / "raw").write()
    return Made(country, with_documents(country.raw, base / "output", AGREEMENT))


@pytest.fixture
def made(original: Made, tmp_path: Path) -> Made:
    """A copy of the revision somewhere else, under another name, and of the raw files."""
    folder = shutil.copytree(original.folder, tmp_path / "från diariet")
    root = shutil.copytree(original.country.root, tmp_path / "raw")
    return Made(SmallCountry(Path(root)), Path(folder))


def places(found: VerifiedRevision) -> list[str]:
    return [each.place for each in found.files]


# --- What agrees -----------------------------------------------------------------------------


def test_a_copy_anywhere_agrees(made: Made) -> None:
    before = tree(made.folder)
    found = made.verified()
    assert found.agrees
    assert (found.from_raw, found.changed, found.program_changed) == (True, (), False)
    assert found.amounts > 20
    assert tree(made.folder) == before


def test_every_agreement_of_the_projects_own_comes_out_again(tmp_path: Path) -> None:
    raw = Raw(PROJECT / "raw")
    for agreement_id in raw.agreement_ids():
        name = published(raw, tmp_path, agreement_id)
        found = verify_revision(tmp_path / agreement_id / name, raw, PROJECT)
        assert found.agrees, agreement_id
        # The same from nothing but the revision itself.
        empty = verify_revision(tmp_path / agreement_id / name, Raw(tmp_path / "none"), PROJECT)
        assert (empty.from_raw, empty.wrong, empty.why_not) == (False, (), "")
        assert empty.amounts > 0


# --- What does not ---------------------------------------------------------------------------


def test_a_file_that_was_altered_is_named(made: Made) -> None:
    name = "lan/01-norra-lan/beslutsunderlag.html"
    made.rewrite(name, "Norra", "Södra")
    found = made.verified()
    assert places(found) == [name]
    assert not found.agrees
    assert found.wrong == ()


def test_files_that_are_gone_or_came_are_named(made: Made) -> None:
    (made.folder / "reconciliation.csv").unlink()
    (made.folder / "lan" / "eget.txt").write_text("tillagt")
    (made.folder / "audit" / "länk").symlink_to("/etc/hostname")
    found = made.verified()
    assert {(each.place, each.stands) for each in found.files} == {
        ("reconciliation.csv", "no file"),
        ("lan/eget.txt", "a file that the manifest does not list"),
        ("audit/länk", "a file that the manifest does not list"),
    }


def test_a_link_is_not_the_file_that_it_leads_to(made: Made) -> None:
    path = made.folder / "totals.csv"
    path.rename(made.folder.parent / "totals.csv")
    path.symlink_to(made.folder.parent / "totals.csv")
    assert places(made.verified()) == ["totals.csv"]


def test_an_amount_that_was_altered_is_named_even_where_the_hash_was_too(made: Made) -> None:
    made.rewrite(ALLOCATION, ";86;", ";87;")
    made.reseal(ALLOCATION)
    found = made.verified()
    assert found.files == ()
    [wrong] = found.wrong
    assert wrong.place == "allocation.csv lan/e län 01 belopp, kr"
    assert (wrong.stands, wrong.should) == ("87", "86")


def test_a_total_that_was_altered_is_named(made: Made) -> None:
    made.rewrite("totals.csv", ";291;", ";292;")
    made.reseal("totals.csv")
    [wrong] = made.verified().wrong
    assert (wrong.stands, wrong.should) == ("292", "291")
    assert wrong.place.startswith("totals.csv")


def test_a_row_too_many_is_named(made: Made) -> None:
    path = made.folder / ALLOCATION
    path.write_bytes(path.read_bytes() + "prov-2025;lan/e;län;99;Eget;5;slutlig;\r\n".encode())
    made.reseal(ALLOCATION)
    assert [(e.stands, e.should) for e in made.verified().wrong if e.stands] == [("5", "none")]


def test_inputs_that_were_exchanged_in_the_manifest_do_not_give_its_fingerprint(made: Made) -> None:
    made.manifest(lambda data: data["inputs"][0].update(sha256="0" * 64))
    found = made.verified()
    assert "manifest.json, fingerprint" in places(found)


# --- Raw files that have changed since -------------------------------------------------------


def test_raw_files_that_changed_are_said_and_the_recorded_shares_used(made: Made) -> None:
    made.country.extract("alla", jsonstat({**ALL_AGES, "0201": 101}))
    found = made.verified()
    assert not found.from_raw
    assert {each.place for each in found.changed} == {
        "raw/population/alla.json",
        "raw/population/alla.yaml",
    }
    assert found.agrees
    assert found.amounts > 10


def test_an_altered_amount_is_found_by_the_recorded_shares_too(made: Made) -> None:
    made.country.plan.unlink()
    made.rewrite(ALLOCATION, ";86;", ";87;")
    made.reseal(ALLOCATION)
    found = made.verified()
    assert [(each.stands, each.should) for each in found.wrong] == [("87", "86")]


def test_raw_files_that_are_gone_are_no_obstacle(made: Made) -> None:
    shutil.rmtree(made.country.root)
    found = made.verified()
    assert (found.from_raw, found.agrees) == (False, True)
    assert found.changed


def test_a_table_that_cannot_be_read_is_told(made: Made) -> None:
    without(made.folder, RECORD)
    made.country.plan.unlink()
    made.rewrite("audit/harledning.csv", "exakt, kr", "exakt")
    found = made.verified()
    assert "audit/harledning.csv" in places(found)
    assert found.why_not
    assert not found.agrees


# --- What it says of itself to machines ------------------------------------------------------

FORGED = [
    ('"exact": "86/1"', '"exact": "87/1"', "amounts lan/e lan:01 exact"),
    ('"amount_sek": 86', '"amount_sek": 87', "amounts lan/e lan:01 amount_sek"),
    ('"amount": "90/1", "weight": 900', '"amount": "90/1", "weight": 901', ""),
    ('"kind": "fixed", "exact": "5/1"', '"kind": "fixed", "exact": "6/1"', ""),
    ('"family": "beslutsunderlag"', '"family": "tilldelning"', "beslutsunderlag family"),
]


@pytest.mark.parametrize(("old", "new", "place"), FORGED)
def test_a_record_that_was_forged_is_named(made: Made, old: str, new: str, place: str) -> None:
    made.rewrite(RECORD, old, new)
    made.reseal(RECORD)
    found = made.verified()
    assert found.files == ()
    assert not found.agrees
    assert all(each.place.startswith(f"{RECORD} ") for each in found.wrong)
    assert any(each.place.endswith(place) for each in found.wrong)


@pytest.mark.parametrize(("old", "new", "place"), FORGED[:-1])
def test_a_forged_record_is_named_without_the_raw_files_too(
    made: Made, old: str, new: str, place: str
) -> None:
    shutil.rmtree(made.country.root)
    made.rewrite(RECORD, old, new)
    made.reseal(RECORD)
    found = made.verified()
    assert not found.from_raw
    assert any(each.place.startswith(f"{RECORD} amounts") for each in found.wrong)


def test_what_a_record_has_too_much_or_too_little_is_named(made: Made) -> None:
    path = made.folder / RECORD
    data = json.loads(path.read_bytes())
    gone = data["verdicts"].pop()
    data["amounts"].append({**data["amounts"][-1], "code": "99"})
    data["bases"][0]["value"] = 901
    path.write_text(json.dumps(data), "utf-8")
    made.reseal(RECORD)
    wrong = {each.place.removeprefix(f"{RECORD} "): each for each in made.verified().wrong}
    assert {(place, each.stands, each.should) for place, each in wrong.items()} == {
        ("amounts skr/d skr:99", "50", "none"),
        ("bases TAB1267 2024-11-01 lan all 01 value", "901", "900"),
        (f"verdicts {gone['kind']} {gone['subject']} 3", "none", "an entry"),
    }


def test_a_record_of_another_revision_is_none_of_this_one(made: Made) -> None:
    fingerprint = json.loads((made.folder / RECORD).read_bytes())["fingerprint"]
    made.rewrite(RECORD, fingerprint, "0" * 64)
    made.reseal(RECORD)
    [wrong] = made.verified().wrong
    assert (wrong.place, wrong.stands) == (f"{RECORD} fingerprint", "0" * 64)
    shutil.rmtree(made.country.root)
    assert "is of prov-2025 0000" in made.verified().why_not


@pytest.mark.parametrize("content", ["", "{}", '{"format": 2}'])
def test_a_record_that_cannot_be_read_is_told(made: Made, content: str) -> None:
    (made.folder / RECORD).write_text(content, "utf-8")
    found = made.verified()
    assert RECORD in places(found)
    assert RECORD in found.why_not
    assert not found.agrees


def test_an_older_record_is_not_blamed_for_what_came_later(made: Made) -> None:
    path = made.folder / RECORD
    data = json.loads(path.read_bytes())
    del data["recipients"]
    for post in data["posts"]:
        del post["key"], post["words"]
    path.write_text(json.dumps(data), "utf-8")
    made.reseal(RECORD)
    assert made.verified().agrees


def test_a_revision_from_before_it_said_anything_to_machines_is_verified(made: Made) -> None:
    without(made.folder, RECORD)
    found = made.verified()
    assert (found.agrees, found.from_raw) == (True, True)
    made.country.plan.unlink()
    found = made.verified()
    assert (found.agrees, found.from_raw, found.amounts) == (True, False, 12)
    made.rewrite(ALLOCATION, ";86;", ";87;")
    made.reseal(ALLOCATION)
    assert [(each.stands, each.should) for each in made.verified().wrong] == [("87", "86")]


# --- Bad input -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file"),
        (b"", "JSON"),
        (b"[1, 2", "JSON"),
        (b"\x00\xff", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"{}", "Field required"),
    ],
)
def test_a_folder_without_a_manifest_of_ours_is_refused(
    made: Made, content: bytes | None, said: str
) -> None:
    path = made.folder / "manifest.json"
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(InputError, match=said) as caught:
        made.verified()
    assert caught.value.problems[0].file == str(path)


@pytest.mark.parametrize("name", ["/etc/passwd", "../raw/x", "lan/../../x"])
def test_a_manifest_that_leads_out_of_its_folder_is_refused(made: Made, name: str) -> None:
    made.manifest(lambda data: data["outputs"][0].update(path=name))
    with pytest.raises(InputError, match="outside the folder"):
        made.verified()


def test_a_manifest_of_no_agreement_here_is_verified_by_itself(made: Made) -> None:
    made.manifest(lambda data: data.update(agreement="annat-2025"))
    found = made.verified()
    assert not found.from_raw
    assert found.wrong == ()


# --- The command -----------------------------------------------------------------------------


def test_the_command_says_what_it_did(made: Made) -> None:
    call = ["--raw", made.country.root, "verify", made.folder]
    told = in_process(*call).require(0).out
    assert "are what the manifest says" in told
    assert "come out again from the raw files" in told
    made.rewrite(ALLOCATION, ";86;", ";87;")
    told = in_process(*call).require(1).out
    assert "allocation.csv lan/e län 01 belopp, kr\n      stands as 87, should be 86" in told
    rows = [*csv.DictReader(io.StringIO(in_process(*call, "--format", "csv").require(1).out))]
    assert {row["about"] for row in rows} == {"file", "amount"}
    data = json.loads(in_process(*call, "--format", "json").require(1).out)
    assert (data["agrees"], data["recomputed_from"]) == (False, "raw")
    (made.folder / "manifest.json").unlink()
    assert "manifest of a published revision" in in_process(*call).require(2).err
