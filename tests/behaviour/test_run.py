"""The main job: what it publishes, what it withholds, and what it leaves alone."""

from __future__ import annotations

import errno
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from statsbidrag.documents.catalogue import views
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_reading import read_yaml
from tests.behaviour.conftest import FEW
from tests.cases.small_country import SmallCountry
from tests.helpers.paper import pages_of
from tests.helpers.program import (
    A24,
    A25,
    PROJECT,
    RAW,
    Ended,
    RawCopy,
    current,
    in_process,
    manifest,
    revisions,
    sha256,
    stamps,
    tree,
)

PLAN = f"plans/{A24}/23.yaml"
DECISION = "lan/23-jamtlands-lan/beslutsunderlag"
NATION = "nation/fordelning"
OSTERSUND = "kommun/2380-ostersund"
AUDIT = "audit/avstamning"
KOMMUN = "population/folkmangd_2024-11-01_kommun.json"


def run(raw: RawCopy, output: Path, *args: str) -> Ended:
    return in_process("--raw", raw.root, "--output", output, "run", "--jobs", "1", *args)


def new_revision(output: Path, agreement: str, before: set[str]) -> Path:
    (name,) = revisions(output, agreement) - before
    return output / agreement / name


def text_of(pdf: Path) -> str:
    """A PDF's text with one space between words, and no-break spaces as spaces."""
    pages = pages_of(pdf.read_bytes())
    return " ".join("\n".join(pages).replace("\u00a0", " ").split())


def squeezed(text: str) -> str:
    """A text without what a line break in a narrow column may change."""
    return re.sub(r"[\s\u00ad\u2010-]", "", text)


# What is published --------------------------------------------------------------------------------


@pytest.mark.parametrize("agreement", [A24, A25])
def test_current_is_a_complete_revision_named_by_its_fingerprint(
    agreement: str, published: Path
) -> None:
    folder = current(published, agreement)
    said = manifest(folder)
    assert next(iter(said)) == "format"
    assert (said["format"], said["agreement"]) == (1, agreement)
    assert (said["state"], said["withheld"]) == ("complete", [])
    assert folder.name == said["fingerprint"][:12]
    assert revisions(published, agreement) == {folder.name}


@pytest.mark.parametrize("agreement", [A24, A25])
def test_the_manifest_speaks_the_truth_about_every_file(agreement: str, published: Path) -> None:
    folder = current(published, agreement)
    said = manifest(folder)
    files = {name: content for name, content in tree(folder).items() if isinstance(content, bytes)}
    files.pop("manifest.json")
    assert {f["path"]: (f["sha256"], f["bytes"]) for f in said["outputs"]} == {
        name: (sha256(content), len(content)) for name, content in files.items()
    }
    for file in said["inputs"]:
        content = (PROJECT / file["path"]).read_bytes()
        assert (file["sha256"], file["bytes"]) == (sha256(content), len(content)), file["path"]


@pytest.mark.parametrize("agreement", [A24, A25])
def test_the_manifest_names_all_that_the_bytes_depend_on(agreement: str, published: Path) -> None:
    said = manifest(current(published, agreement))
    paths = {file["path"] for file in said["inputs"]}
    year = {A24: "2023-11-01", A25: "2024-11-01"}[agreement]
    wanted = {
        f"raw/agreements/{agreement}.yaml",
        f"raw/published/{agreement}.csv",
        f"raw/published/{agreement}.yaml",
        "raw/register/recipients.csv",
        "raw/register/recipients.yaml",
        "requirements.lock",
        "pyproject.toml",
        *(f"raw/population/{path.name}" for path in (RAW / "population").glob(f"*{year}*")),
        *(f"raw/plans/{agreement}/{p.name}" for p in (RAW / "plans" / agreement).glob("*")),
        *(
            path.relative_to(PROJECT).as_posix()
            for folder in ("statsbidrag", "schemas", "assets", "pipelines", "templates")
            for path in (PROJECT / folder).rglob("*")
            if path.is_file()
            and "__pycache__" not in path.parts
            # What editors read; nothing that is made depends on it.
            and not path.name.endswith(".schema.json")
        ),
    }
    assert wanted <= paths
    assert (f"raw/agreements/{A24}.yaml" in paths) == (agreement in (A24, A25))
    assert {"python", "pandas", "pydantic", "weasyprint"} <= said["versions"].keys()


def test_the_tables_for_people_open_in_a_swedish_spreadsheet(published: Path) -> None:
    for agreement in (A24, A25):
        for name in ("allocation.csv", "totals.csv", "reconciliation.csv"):
            content = (current(published, agreement) / name).read_bytes()
            assert content.startswith(b"\xef\xbb\xbf"), name
            lines = content.decode("utf-8-sig").splitlines()
            assert ";" in lines[0]
            assert len(lines) > 20


def test_the_published_tables_hold_the_allocated_amounts(published: Path) -> None:
    shown = in_process("allocate", A25, "--format", "csv").require(0).rows()
    lines = (current(published, A25) / "allocation.csv").read_text("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(shown)
    for line, row in zip(lines[1:], shown, strict=True):
        cells = line.split(";")
        assert {row["recipient_code"], row["amount_sek"]} <= set(cells), line


def test_every_link_of_the_site_leads_to_a_file(published: Path) -> None:
    pages = [path for path in published.rglob("*.html") if "current" not in path.parts]
    assert published / "index.html" in pages
    followed = 0
    for page in pages:
        for link in re.findall(r'(?:href|src)="([^"#]+)', page.read_text("utf-8")):
            if not re.match(r"[a-z]+:", link):
                assert (page.parent / link).exists(), f"{page}: {link}"
                followed += 1
            else:
                assert link.startswith(("https:", "mailto:")), f"{page}: {link}"
    assert followed > 20


def test_the_front_page_leads_to_both_agreements(published: Path) -> None:
    page = (published / "index.html").read_text("utf-8")
    for path in (
        f"{A24}/current/{DECISION}.html",
        f"{A24}/current/{NATION}.pdf",
        f"{A25}/current/{NATION}.html",
    ):
        assert path in page


def test_jamtlands_decision_document_holds_every_figure(published: Path) -> None:
    plan: Any = read_yaml(RAW / PLAN).data
    text = text_of(current(published, A24) / f"{DECISION}.pdf")
    tight = squeezed(text)
    assert len(plan["measures"]) == 14
    for measure in plan["measures"]:
        assert squeezed(measure["title"]) in tight
        assert squeezed(measure["amount"]) in tight
    for amount in (
        *("2 974 230", "6 819 298", "1 000 000", "2 509 377"),
        *("7 927 377", "3 073 000", "757 528", "1 545 000"),
        "13 302 905 kr",
    ):
        assert amount in text, amount
    (mark,) = [d["fingerprint"] for d in manifest(current(published, A24))["documents"]
               if d["path"] == DECISION]  # fmt: skip
    assert mark[:8] in text


def test_national_tables_show_what_was_printed_beside_what_the_columns_sum_to(
    published: Path,
) -> None:
    text = (current(published, A25) / f"{NATION}.html").read_text("utf-8").replace("\u00a0", " ")
    for amount in ("199 999 999", "200 000 001", "493 000 001", "250 000 009", "493 000 000"):
        assert amount in text, amount


# Running again ------------------------------------------------------------------------------------


def test_running_again_makes_nothing_new_and_says_so(output: Path) -> None:
    before, times = tree(output), stamps(output)
    # Of this process, which makes few pages of its own.
    shown = in_process("--output", output, "run").require(0)
    for agreement in (A24, A25):
        name = current(output, agreement).name
        assert f"{agreement}: unchanged: revision {name} stands" in shown.out
    assert "new" not in shown.out
    assert tree(output) == before
    assert stamps(output) == times


def other_split(raw: RawCopy) -> None:
    """A plan that still adds up, post by post and organisation by organisation."""
    raw.replace(PLAN, "amount: 1 800 000", "amount: 1 700 000")
    raw.replace(PLAN, "amount: 1 073 000", "amount: 1 173 000")


def test_a_changed_plan_makes_a_new_revision_and_the_old_inputs_the_old_one(
    raw: RawCopy, output: Path
) -> None:
    old = current(output, A24)
    first, kept = tree(old), tree(output / A25)
    other_split(raw)
    shown = run(raw, output, A24).require(0)
    new = current(output, A24)
    assert new != old
    assert f"{A24}: new revision {new.name}, {len(FEW) - 1} documents" in shown.out
    assert "1 700 000" in text_of(new / f"{DECISION}.pdf")
    # What the plan does not concern keeps its bytes, and the old revision stands.
    for name in (f"{NATION}.pdf", f"{NATION}.html", "allocation.csv", "totals.csv"):
        assert (new / name).read_bytes() == (old / name).read_bytes()
    assert tree(old) == first
    assert tree(output / A25) == kept

    times = stamps(output / A24)
    shown = in_process("--output", output, "run", A24).require(0)
    assert f"unchanged: revision {old.name} stands" in shown.out
    assert current(output, A24) == old
    assert revisions(output, A24) == {old.name, new.name}
    link = times.pop("current")
    again = stamps(output / A24)
    assert again.pop("current") != link
    assert again == times


def test_a_remark_in_a_file_makes_a_revision_whose_documents_keep_their_bytes(
    raw: RawCopy, output: Path
) -> None:
    old = current(output, A24)
    raw.path(PLAN).write_bytes(raw.path(PLAN).read_bytes() + b"# en anteckning\n")
    run(raw, output, A24).require(0)
    new = current(output, A24)
    assert new != old
    changed = {name for name, content in tree(new).items() if tree(old)[name] != content}
    # They carry the revision's own fingerprint.
    assert changed == {"manifest.json", "allocation.xlsx", "audit/revision.json"}


# What is withheld ---------------------------------------------------------------------------------


def test_a_plan_that_does_not_add_up_withholds_its_own_document_only(
    raw: RawCopy, output: Path
) -> None:
    old, before = current(output, A24), revisions(output, A24)
    front = tree(output / A25)
    raw.replace(PLAN, "amount: 1 800 000", "amount: 1 800 001")
    shown = run(raw, output).require(1)
    for text in (
        "plan to its county's post: lan/barn-och-unga lan:23",
        f"expected: 2 974 230 kr  [{PLAN}]",
        "found:    2 974 231 kr (+1)",
        "plan to its county's total",
        "plan to its own summary",
    ):
        assert text in shown.err, text
    assert f"{A24}: withheld: plan:23; not made current" in shown.out
    new = new_revision(output, A24, before)
    said = manifest(new)
    assert (said["state"], said["withheld"]) == ("withheld", ["plan:23"])
    other = "lan/14-vastra-gotalands-lan"
    paths = {document["path"] for document in said["documents"]}
    assert {NATION, f"{other}/beslutsunderlag", f"{OSTERSUND}/tilldelning"} <= paths
    assert DECISION not in paths
    assert [path.name for path in (new / "lan").iterdir()] == [Path(other).name]
    assert (new / f"{NATION}.pdf").read_bytes() == (old / f"{NATION}.pdf").read_bytes()
    # The reader's way still leads to the revision before, and the other agreement is not concerned.
    assert current(output, A24) == old
    assert tree(output / A25) == front


def test_a_published_figure_not_reproduced_withholds_the_documents(
    raw: RawCopy, output: Path
) -> None:
    old, before = current(output, A24), revisions(output, A24)
    raw.change_text(
        f"published/{A24}.csv", "lan/samsjuklighet,6819298", "lan/samsjuklighet,6819299"
    )
    shown = run(raw, output, A24).require(1)
    for text in (
        "published figure: lan/samsjuklighet lan:23: DIFFERENT",
        f"expected: 6 819 299 kr  [published/{A24}.csv]",
        "found:    6 819 298 kr (-1)",
    ):
        assert text in shown.err, text
    new = new_revision(output, A24, before)
    said = manifest(new)
    assert said["state"] == "withheld"
    assert "documents" in said["withheld"]
    assert said["documents"] == []
    # The reconciliation report is never withheld: it says why the others are.
    assert [path.relative_to(new).as_posix() for path in new.rglob("*.pdf")] == [f"{AUDIT}.pdf"]
    assert "Stämmer inte" in text_of(new / f"{AUDIT}.pdf")
    for name in ("allocation.csv", "totals.csv", "reconciliation.csv", "audit/avstamning.html"):
        assert (new / name).is_file(), name
    assert "6819299" in (new / "reconciliation.csv").read_text("utf-8")
    assert current(output, A24) == old

    # Once more: nothing new, and it still says why.
    times = stamps(output)
    again = run(raw, output, A24).require(1)
    assert again.err == shown.err
    assert f"unchanged: revision {new.name} stands" in again.out
    assert "withheld: documents" in again.out
    assert stamps(output) == times

    # With the right figure again the old revision is current, and all is well.
    in_process("--output", output, "run", A24).require(0)
    assert current(output, A24) == old


def test_a_withheld_first_revision_is_shown_but_not_current(raw: RawCopy, tmp_path: Path) -> None:
    output = tmp_path / "output"
    raw.change_text(f"published/{A25}.csv", ",67239181,", ",67239182,")
    shown = run(raw, output, A25).require(1)
    assert not (output / A25 / "current").exists()
    new = new_revision(output, A25, set())
    assert manifest(new)["state"] == "withheld"
    assert shown.out.splitlines()[-1] == (output / "index.html").as_uri()
    assert (output / "index.html").is_file()


CHANGED: list[tuple[str, Callable[[RawCopy], None], str, int, tuple[str, ...]]] = [
    (
        "the plan",
        lambda raw: raw.replace(PLAN, "amount: 101 230", "amount: 101 229"),
        A24,
        1,
        (PLAN, "expected: 2 974 230 kr", "found:    2 974 229 kr (-1)"),
    ),
    (
        "the plan, its own summary",
        lambda raw: raw.replace(PLAN, "amount: 7 927 377", "amount: 7 927 376"),
        A24,
        1,
        (PLAN, "expected: 7 927 376 kr", "found:    7 927 377 kr (+1)"),
    ),
    (
        "a published cell",
        lambda raw: raw.change_text(f"published/{A25}.csv", ",67239181,", ",67239180,"),
        A25,
        1,
        (f"published/{A25}.csv", "expected: 67 239 180 kr", "found:    67 239 181 kr (+1)"),
    ),
    (
        "a published row total",
        lambda raw: raw.change_text(f"published/{A25}.csv", ",183973871,", ",183973870,"),
        A25,
        1,
        (f"published/{A25}.csv", "total region:01", "found:    183 973 871 kr (+1)"),
    ),
    (
        "a published row Riket",
        lambda raw: raw.change_text(
            f"published/{A25}.csv",
            "lan,00,lan/nationell-strategi,93000000",
            "lan,00,lan/nationell-strategi,94000000",
        ),
        A25,
        1,
        (f"published/{A25}.csv", "expected: 94 000 000 kr", "found:    93 000 000 kr (-1 000 000)"),
    ),
    (
        "the extract, its sum",
        lambda raw: raw.change_json(KOMMUN, lambda d: d["value"].__setitem__(0, 1)),
        A25,
        2,
        (KOMMUN, "expected: 10587140", "control_total"),
    ),
    (
        "the extract, somebody moved to another county",
        lambda raw: raw.change_json(KOMMUN, lambda d: _move(d, 0, -1)),
        A25,
        1,
        (f"published/{A25}.csv", "published figure: lan/komplexa-behov lan:25: DIFFERENT"),
    ),
    (
        "the agreement, an amount",
        lambda raw: raw.replace(
            f"agreements/{A25}.yaml", "amount: 288 000 000\n", "amount: 287 000 000\n"
        ),
        A25,
        2,
        (f"agreements/{A25}.yaml", "787 000 000 kr", "788 000 000 kr"),
    ),
    (
        "the agreement, a stated total",
        lambda raw: raw.replace(
            f"agreements/{A25}.yaml",
            "{recipients: lan, amount: 493",
            "{recipients: lan, amount: 494",
        ),
        A25,
        2,
        (f"agreements/{A25}.yaml", "expected: 493 000 000 kr", "found:    494 000 000 kr"),
    ),
    (
        "the agreement, a key",
        lambda raw: raw.replace(f"agreements/{A25}.yaml", "fixed: 5 000 000", "fixed: 4 000 000"),
        A25,
        1,
        (f"published/{A25}.csv", "published figure: lan/suicidprevention lan:23: DIFFERENT"),
    ),
    (
        "the agreement, its day",
        lambda raw: raw.replace(
            f"agreements/{A25}.yaml", "reference_date: 2024-11-01", "reference_date: 2023-11-01"
        ),
        A25,
        1,
        (f"published/{A25}.csv", "published figure: region/komplexa-behov region:01: DIFFERENT"),
    ),
]


def _move(data: Any, source: int, target: int) -> None:
    data["value"][source] -= 1000
    data["value"][target] += 1000


@pytest.mark.parametrize(
    ("change", "agreement", "code", "said"),
    [case[1:] for case in CHANGED],
    ids=[case[0] for case in CHANGED],
)
def test_one_figure_changed_is_found(
    change: Callable[[RawCopy], None],
    agreement: str,
    code: int,
    said: tuple[str, ...],
    raw: RawCopy,
) -> None:
    change(raw)
    shown = in_process("--raw", raw.root, "check", agreement).require(code)
    for text in said:
        assert text in shown.err, f"{text!r} is not in\n{shown.err}"
    # The agreement that is not concerned is well.
    other = A24 if agreement == A25 else A25
    in_process("--raw", raw.root, "check", other).require(0)


def test_a_known_difference_is_a_warning_that_the_document_shows(
    raw: RawCopy, output: Path
) -> None:
    raw.replace(PLAN, "amount: 101 230", "amount: 101 130")
    raw.replace(PLAN, "amount: 3 073 000", "amount: 3 072 900")
    raw.replace(
        PLAN,
        "known_differences: []",
        "known_differences:\n"
        "  - {post: lan/barn-och-unga, amount: -100, reason: Hundra kronor är kvar., source: SVOM}",
    )
    shown = run(raw, output, A24).require(0)
    assert shown.err == ""
    page = (current(output, A24) / f"{DECISION}.html").read_text("utf-8")
    assert "Hundra kronor är kvar." in page
    checked = in_process("--raw", raw.root, "check", A24).require(0)
    assert "a known difference" in checked.out
    # Any other difference is an error still.
    raw.replace(PLAN, "amount: -100,", "amount: -99,")
    assert "DIFFERENT" in in_process("--raw", raw.root, "check", A24).require(1).err


def test_a_partial_agreement_has_national_tables_and_no_documents_to_recipients(
    raw: RawCopy,
) -> None:
    raw.replace(f"agreements/{A24}.yaml", "coverage: complete", "coverage: partial")
    made = dossier_of(Raw(raw.root), A24)
    assert [view.path for view in views(made)] == [NATION]
    shown = in_process("--raw", raw.root, "check", A24).require(0)
    assert "cannot be tested" in shown.out


# One and the other --------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", ["its form", "its sums"])
def test_one_agreements_failure_does_not_stop_the_other(
    bad: str, raw: RawCopy, output: Path
) -> None:
    name = f"agreements/{A24}.yaml"
    if bad == "its form":
        raw.replace(name, "coverage: complete", "coverage: hel")
    else:
        raw.replace(name, "total: {amount: 1 560 000 000", "total: {amount: 1 560 000 001")
    before, old = tree(output / A24), current(output, A25)
    shown = run(raw, output).require(2)
    assert name in shown.err
    assert tree(output / A24) == before
    # The file of the agreement that it compares with is among the inputs of the other.
    assert current(output, A25) != old
    assert f"{A25}: new revision {current(output, A25).name}, {len(FEW)} documents" in shown.out


def test_the_gravest_exit_code_counts(raw: RawCopy, output: Path) -> None:
    raw.replace(PLAN, "amount: 1 800 000", "amount: 1 800 000.5")
    raw.change_text(f"published/{A25}.csv", ",67239181,", ",67239182,")
    shown = in_process("--raw", raw.root, "check").require(2)
    assert "DIFFERENT" in shown.err
    assert "measures[0].amount" in shown.err


# When the machine does not play along -------------------------------------------------------------


def logged(shown: Ended) -> Path:
    """The log file that an error names."""
    (name,) = re.findall(r"^  log:      (/\S+)$", shown.err, re.MULTILINE)
    log = Path(name)
    text = log.read_text("utf-8")
    log.unlink()
    assert "Traceback" in text
    return log


def test_a_file_where_the_output_should_be(raw: RawCopy, tmp_path: Path) -> None:
    output = tmp_path / "output"
    output.write_bytes(b"mine")
    # Nothing to render: the documents are withheld.
    raw.change_text(f"published/{A24}.csv", ",6819298,", ",6819299,")
    shown = run(raw, output, A24).require(3)
    assert f"error: {output}: there is a file where a folder should be" in shown.err
    assert "the previous revision stands" in shown.err
    logged(shown)
    assert output.read_bytes() == b"mine"


def test_a_file_where_an_agreements_folder_should_be(raw: RawCopy, output: Path) -> None:
    shutil.rmtree(output / A24)
    (output / A24).write_bytes(b"mine")
    raw.change_text(f"published/{A24}.csv", ",6819298,", ",6819299,")
    shown = run(raw, output).require(3)
    assert A24 in shown.err
    logged(shown)
    assert (output / A24).read_bytes() == b"mine"
    # The other agreement goes on; what was published about this one is among its inputs.
    assert f"{A25}: new revision {current(output, A25).name}, {len(FEW)} documents" in shown.out


def refusing(monkeypatch: pytest.MonkeyPatch, method: str, name: str, number: int) -> list[Path]:
    """Makes one method of every path fail where the path has this name; lists where it did."""
    real = getattr(Path, method)
    met: list[Path] = []

    def refuse(self: Path, *args: Any, **kwargs: Any) -> Any:
        concerned = self.name == name or (args and Path(str(args[0])).name == name)
        if concerned and "output" in self.parts:
            met.append(self)
            raise OSError(number, "refused", str(self))
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Path, method, refuse)
    return met


def test_what_a_killed_run_left_is_cleared_away_and_a_changed_document_not_used_again(
    raw: RawCopy, output: Path
) -> None:
    old = current(output, A24)
    left = output / A24 / ".unfinished-abc"
    left.mkdir()
    (left / "totals.csv").write_bytes(b"half")
    honest = (old / f"{DECISION}.html").read_bytes()
    (old / f"{DECISION}.html").write_bytes(honest.replace(b"13", b"31"))
    raw.path(PLAN).write_bytes(raw.path(PLAN).read_bytes() + b"# en anteckning\n")
    run(raw, output, A24).require(0)
    assert not left.exists()
    assert revisions(output, A24) == {old.name, current(output, A24).name}
    assert current(output, A24) != old
    assert (current(output, A24) / f"{DECISION}.html").read_bytes() == honest


def test_a_full_disk_leaves_nothing_half_written(
    raw: RawCopy, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The manifest is written last, when everything else lies there already.
    other_split(raw)
    before, times = tree(output), stamps(output)
    met = refusing(monkeypatch, "write_bytes", "manifest.json", errno.ENOSPC)
    shown = run(raw, output, A24).require(3)
    monkeypatch.undo()
    assert met
    assert "the disk is full" in shown.err
    assert "the previous revision stands" in shown.err
    logged(shown)
    assert tree(output) == before
    assert stamps(output) == times


def test_no_permission_to_put_the_revision_in_its_place(
    raw: RawCopy, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other_split(raw)
    before = tree(output)
    real = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.parent == output / A24:
            raise PermissionError(errno.EACCES, "refused", str(target))
        return real(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    shown = run(raw, output, A24).require(3)
    monkeypatch.undo()
    assert "no permission to write" in shown.err
    logged(shown)
    assert tree(output) == before


def test_a_run_that_stops_before_the_switch_is_finished_by_the_next(
    raw: RawCopy, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, before = current(output, A24), revisions(output, A24)
    other_split(raw)
    met = refusing(monkeypatch, "replace", "current", errno.ENOSPC)
    shown = run(raw, output, A24).require(3)
    monkeypatch.undo()
    assert met
    logged(shown)
    assert current(output, A24) == old
    left = {path.name for path in (output / A24).iterdir()} - before - {"current"}
    new = next(name for name in left if not name.startswith("."))
    shown = run(raw, output, A24).require(0)
    assert f"unchanged: revision {new} stands" in shown.out
    assert current(output, A24).name == new
    assert revisions(output, A24) == {*before, new}


def test_a_revision_that_somebody_changed_is_not_called_published(output: Path) -> None:
    path = current(output, A24) / "totals.csv"
    path.write_bytes(path.read_bytes().replace(b"1", b"2"))
    shown = in_process("--output", output, "run", A24).require(3)
    assert f"{path} is not what the manifest says" in shown.err
    assert "Remove the folder" in shown.err
    logged(shown)


def test_a_revision_without_its_manifest_is_not_taken_for_one(output: Path) -> None:
    folder = current(output, A24)
    (folder / "manifest.json").write_text(json.dumps({"format": 1}), "utf-8")
    shown = in_process("--output", output, "run", A24).require(3)
    assert f"{folder}/manifest.json" in shown.err.replace(f"{A24}/current", f"{A24}/{folder.name}")
    logged(shown)


@pytest.mark.parametrize("way", ["gone", "leading nowhere"])
def test_a_lost_current_is_put_back(way: str, output: Path) -> None:
    old = current(output, A24)
    (output / A24 / "current").unlink()
    if way != "gone":
        (output / A24 / "current").symlink_to("0123456789ab")
    in_process("--output", output, "run", A24).require(0)
    assert current(output, A24) == old


# Drafts -------------------------------------------------------------------------------------------


def test_a_draft_is_a_quick_look_and_never_current(raw: RawCopy, output: Path) -> None:
    other_split(raw)
    before, times = tree(output), stamps(output)
    shown = run(raw, output, "--county", "23", A24).require(0)
    draft = output / A24 / "draft"
    assert shown.out.splitlines() == [(draft / f"{DECISION}.pdf").as_uri()]
    assert "1 700 000" in text_of(draft / f"{DECISION}.pdf")
    assert (draft / f"{DECISION}.html").is_file()
    assert not (draft / "manifest.json").exists()
    shutil.rmtree(draft)
    assert tree(output) == before
    assert stamps(output) == times


def test_a_draft_of_a_county_that_has_no_plan(country: SmallCountry, tmp_path: Path) -> None:
    output = tmp_path / "output"
    shown = in_process("--raw", country.root, "--output", output, "run", "--county", "02")
    [line] = shown.require(0).out.splitlines()
    text = text_of(Path(unquote(urlsplit(line).path)))
    assert "UTKAST" in text
    assert "Södra län" in text


def test_no_draft_of_a_plan_that_does_not_add_up(raw: RawCopy, tmp_path: Path) -> None:
    raw.replace(PLAN, "amount: 1 800 000", "amount: 1 800 001")
    output = tmp_path / "output"
    shown = run(raw, output, "--county", "23", A24).require(1)
    assert "found:    2 974 231 kr (+1)" in shown.err
    assert shown.out == ""
    assert not output.exists()
