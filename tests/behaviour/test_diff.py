"""The command `diff`, and the revision document that a run writes by itself, from outside."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from statsbidrag.publication.record_json import RECORD
from tests.cases.small_country import AGREEMENT, ALL_AGES, SmallCountry, jsonstat
from tests.helpers.program import Ended, in_process, stamps, tree
from tests.helpers.revisions import without


@dataclass(frozen=True)
class TwoRuns:
    """A small country published, one person more, published again."""

    raw: Path
    output: Path
    ends: tuple[Ended, Ended]
    before: str
    after: str

    @property
    def document(self) -> Path:
        return self.output / AGREEMENT / "diff" / f"{self.before}..{self.after}"

    def diff(self, *args: str) -> Ended:
        return in_process("--raw", self.raw, "--output", self.output, "diff", *args)


def run(raw: Path, output: Path) -> Ended:
    return in_process("--raw", raw, "--output", output, "run", "--jobs", "1").require(0)


def current(output: Path) -> str:
    return (output / AGREEMENT / "current").readlink().name


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> TwoRuns:
    """Not to be changed."""
    base = tmp_path_factory.mktemp("diff")
    country, output = SmallCountry(base / "raw").write(), base / "output"
    first = run(country.root, output)
    before = current(output)
    country.extract("alla", jsonstat({**ALL_AGES, "0114": 601}))
    second = run(country.root, output)
    return TwoRuns(country.root, output, (first, second), before, current(output))


@pytest.fixture
def copy(twice: TwoRuns, tmp_path: Path) -> TwoRuns:
    """The same output, to be changed; the raw files, which the site's own pages name, stay."""
    output = Path(shutil.copytree(twice.output, tmp_path / "output", symlinks=True))
    return TwoRuns(twice.raw, output, twice.ends, twice.before, twice.after)


# --- What a run does by itself ---------------------------------------------------------------


def test_a_run_writes_what_changed_and_says_so(twice: TwoRuns) -> None:
    assert twice.before != twice.after
    page = twice.document / "revidering.html"
    said = f"{AGREEMENT}: 1 amount changed, revision document: {page.resolve().as_uri()}"
    assert said in twice.ends[1].out.splitlines()
    assert "revision document" not in twice.ends[0].out
    assert page.is_file()


def test_the_front_page_leads_to_it(twice: TwoRuns) -> None:
    html = (twice.output / "index.html").read_text("utf-8")
    assert ">Revideringar<" in html
    assert f'href="{AGREEMENT}/diff/{twice.before}..{twice.after}/revidering.html"' in html


def test_what_a_run_says_to_machines_comes_out_again(twice: TwoRuns) -> None:
    for name in (twice.before, twice.after):
        folder = twice.output / AGREEMENT / name
        in_process("--raw", twice.raw, "verify", folder).require(0)
        record = json.loads((folder / RECORD).read_bytes())
        manifest = json.loads((folder / "manifest.json").read_bytes())
        assert record["fingerprint"] == manifest["fingerprint"]
        paths = [each["path"] for each in record["documents"]]
        assert paths == [each["path"] for each in manifest["documents"]]
        assert "lan/01-norra-lan/beslutsunderlag" in paths


def test_a_revision_that_cannot_be_read_is_no_failure(twice: TwoRuns, tmp_path: Path) -> None:
    output = Path(shutil.copytree(twice.output, tmp_path / "output", symlinks=True))
    raw = SmallCountry(Path(shutil.copytree(twice.raw, tmp_path / "raw")))
    (output / AGREEMENT / twice.after / "audit/folkmangd.csv").unlink()
    raw.extract("alla", jsonstat({**ALL_AGES, "0114": 602}))
    ended = run(raw.root, output)
    [line] = [each for each in ended.out.splitlines() if "no revision document" in each]
    assert "folkmangd.csv is not what the manifest says" in line
    assert current(output) not in (twice.before, twice.after)


# --- The command -----------------------------------------------------------------------------


def test_the_table_names_inputs_amounts_and_the_document(copy: TwoRuns) -> None:
    ended = copy.diff(AGREEMENT, copy.before, "current").require(0)
    lines = [" ".join(line.split()) for line in ended.out.splitlines()]
    assert lines[0] == (copy.document / "revidering.html").resolve().as_uri()
    assert any(line.startswith("population raw/population/alla.json ") for line in lines)
    assert ("lan: 1 of 6 amounts changed, for 1 of 2 recipients: 0 and -1 kr, net -1 kr") in lines
    assert "lan:02 Södra län lan/b/y 100 100 21 20 -1 -4.76 others' population" in lines
    assert "kommun: 0 of 3 amounts changed" in lines


def test_csv_and_json_hold_every_amount(copy: TwoRuns) -> None:
    ended = copy.diff(AGREEMENT, copy.before[:8], copy.after[:8], "--format", "csv").require(0)
    rows = list(csv.DictReader(io.StringIO(ended.out)))
    assert len(rows) == 2 + 6 + 3 + 1
    [row] = [r for r in rows if (r["post"], r["recipient_code"]) == ("lan/b/y", "02")]
    assert (row["before_exact"], row["after_exact"]) == ("41/2", "20500/1001")
    assert (row["before_everyone"], row["after_everyone"]) == ("1000", "1001")
    assert (row["difference_sek"], row["reasons"]) == ("-1", "others' population")
    data = json.loads(copy.diff(AGREEMENT, copy.before, copy.after, "--format", "json").out)
    assert len(data["rows"]) == len(rows)
    assert (data["before"][:12], data["after"][:12]) == (copy.before, copy.after)
    assert {each["kind"] for each in data["inputs"]} == {"population"}


def test_again_it_writes_nothing_new_and_leaves_the_revisions_alone(copy: TwoRuns) -> None:
    before, bytes_before = stamps(copy.output), tree(copy.output)
    copy.diff(AGREEMENT, copy.before, copy.after).require(0)
    assert stamps(copy.output) == before
    shutil.rmtree(copy.document)
    copy.diff(AGREEMENT, copy.before, copy.after).require(0)
    assert tree(copy.output) == bytes_before


def test_back_is_another_document_and_no_revision_of_the_front_page(copy: TwoRuns) -> None:
    front = (copy.output / "index.html").read_text("utf-8")
    copy.diff(AGREEMENT, "current", copy.before).require(0)
    assert (copy.output / "index.html").read_text("utf-8") == front
    assert f"{copy.before}..{copy.after}" in front
    there = copy.output / AGREEMENT / "diff"
    assert {path.name for path in there.iterdir()} == {
        f"{copy.before}..{copy.after}",
        f"{copy.after}..{copy.before}",
    }


def test_the_front_page_gets_the_link_of_a_new_document(copy: TwoRuns) -> None:
    link = f'href="{AGREEMENT}/diff/{copy.before}..{copy.after}/revidering.html"'
    index = copy.output / "index.html"
    shutil.rmtree(copy.document)
    index.write_text(index.read_text("utf-8").replace(link, ""), "utf-8")
    copy.diff(AGREEMENT, copy.before, "current").require(0)
    assert link in index.read_text("utf-8")


def test_a_front_page_that_cannot_follow_is_said(copy: TwoRuns, tmp_path: Path) -> None:
    # No raw files: nobody can tell what is withheld.
    ended = in_process(
        "--raw",
        tmp_path / "none",
        "--output",
        copy.output,
        "diff",
        AGREEMENT,
        copy.before,
        "current",
    ).require(0)
    assert "warning: the front page is not up to date" in ended.err
    assert ended.out.startswith((copy.document / "revidering.html").resolve().as_uri())


def test_the_same_revision_twice(copy: TwoRuns) -> None:
    before = tree(copy.output)
    ended = copy.diff(AGREEMENT, "current", copy.after).require(0)
    assert f"are the same revision, {copy.after}" in ended.err
    assert tree(copy.output) == before


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((AGREEMENT, "zz", "current"), "there is no revision `zz`"),
        ((AGREEMENT, "", "current"), "there is no revision ``"),
        ((AGREEMENT, "current", "diff"), "there is no revision `diff`"),
        (("annan-2025", "a", "b"), "no revision of `annan-2025` is published there"),
        ((f"../output/{AGREEMENT}", "current", "current"), "is published there"),
    ],
)
def test_what_is_not_there(args: tuple[str, ...], said: str, copy: TwoRuns) -> None:
    before = tree(copy.output)
    ended = copy.diff(*args).require(2)
    assert said in ended.err
    assert ended.out == ""
    assert tree(copy.output) == before
    if args[0] == AGREEMENT:
        assert f"{copy.after} (current)" in ended.err


def test_an_altered_revision_is_named(copy: TwoRuns) -> None:
    path = copy.output / AGREEMENT / copy.before / "allocation.csv"
    path.write_bytes(path.read_bytes() + b" ")
    ended = copy.diff(AGREEMENT, copy.before, "current").require(3)
    assert f"{copy.before}/allocation.csv is not what the manifest says" in ended.err


def test_a_revision_without_audit_files_says_how_to_make_it_anew(copy: TwoRuns) -> None:
    folder = copy.output / AGREEMENT / copy.before
    without(folder, RECORD, "audit/harledning.csv")
    ended = copy.diff(AGREEMENT, copy.before, "current").require(2)
    assert "audit/harledning.csv" in ended.err
    assert f"run {AGREEMENT}" in ended.err
    assert ended.err.count("\n") == 1


def test_an_output_that_is_not_there(tmp_path: Path) -> None:
    ended = in_process("--output", tmp_path / "ingen", "diff", AGREEMENT, "a", "b").require(2)
    assert "Published: nothing" in ended.err
    assert not (tmp_path / "ingen").exists()
