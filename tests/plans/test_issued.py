"""What was issued: the file of decisions, and the documents that say what they replace."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.decisions import Decisions, Issued
from schemas.export import FOLDER
from schemas.manifest import PublishedDocument
from statsbidrag.documents.catalogue import as_issued, views
from statsbidrag.documents.county.decision_view import DecisionView, decision_view
from statsbidrag.dossier.gathering import compute, dossier_of
from statsbidrag.errors import InputError, Problem
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_reading import read_model
from statsbidrag.plans.issued import (
    Replaced,
    decision_files,
    document_paths,
    load_decisions,
)
from statsbidrag.publication.contents import about
from statsbidrag.publication.fingerprint import Inputs, raw_files
from statsbidrag.publication.folder import publish
from statsbidrag.register.recipients import read_register
from statsbidrag.rendering.document import Document
from statsbidrag.rendering.fingerprint import fingerprint
from statsbidrag.rendering.view import View
from statsbidrag.verification.issued import compare_issued
from tests.cases.small_country import AGREEMENT, ALL_AGES, SmallCountry, jsonstat
from tests.helpers.pages import page, text_of
from tests.helpers.program import in_process, manifest, sha256, tree

Refused = Callable[[Callable[[], object]], list[Problem]]

COUNTY = "lan/01-norra-lan/beslutsunderlag"
NATION = "nation/fordelning"
FIRST, SECOND = "2f6c1e08a4b7", "9b01c2d35e6f"


def entry(document: str = COUNTY, **changes: Any) -> dict[str, Any]:
    return {
        "document": document,
        "revision": FIRST,
        "fingerprint": "9b01c2d3",
        "issued": "2025-05-02",
        "by": "Nämnden",
        "reference_number": "",
        "replaces": None,
        **changes,
    }


def later(**changes: Any) -> dict[str, Any]:
    return entry(
        **{
            "revision": SECOND,
            "fingerprint": "5a5a5a5a",
            "issued": "2025-09-10",
            "replaces": FIRST,
            **changes,
        }
    )


def register_decisions(country: SmallCountry, *entries: dict[str, Any], **changes: Any) -> Path:
    """The file as a person writes it, one key a line, values in quotes."""
    path = country.raw.decisions_path(AGREEMENT)
    path.parent.mkdir(exist_ok=True)
    head = {"format": 1, "agreement": AGREEMENT, **changes}
    lines = [f"{name}: {json.dumps(value)}" for name, value in head.items()]
    lines.append("issued:" if entries else "issued: []")
    for each in entries:
        text = [f"{name}: {json.dumps(value)}" for name, value in each.items()]
        lines += [f"  - {text[0]}", *(f"    {line}" for line in text[1:])]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def loaded(country: SmallCountry) -> tuple[Issued, ...]:
    computed = compute(country.raw, AGREEMENT)
    return load_decisions(country.raw, computed.agreement, computed.register)


def shown(country: SmallCountry, path: str) -> View:
    return next(view for view in views(dossier_of(country.raw, AGREEMENT)) if view.path == path)


def said(document: Document) -> str:
    return text_of(document.html.decode())


# --- The file --------------------------------------------------------------------------------


def test_where_nothing_is_registered_nothing_was_issued(country: SmallCountry) -> None:
    assert loaded(country) == ()
    assert decision_files(()) == {}
    register_decisions(country)
    assert loaded(country) == ()


def test_what_is_registered_is_read(country: SmallCountry) -> None:
    register_decisions(country, entry(), entry(NATION, by="SKR"), later())
    first, nation, second = loaded(country)
    assert (first.document, first.revision, first.by) == (COUNTY, FIRST, "Nämnden")
    assert (str(first.issued), first.reference_number, first.replaces) == ("2025-05-02", "", None)
    assert (nation.document, nation.by) == (NATION, "SKR")
    assert second.replaces == FIRST


@pytest.mark.parametrize(
    ("entries", "place", "expected", "found"),
    [
        ([entry("lan/23/beslutsunderlag")], "issued[0].document", COUNTY, "`lan/23/besl"),
        ([entry(f"{COUNTY}.pdf")], "issued[0].document", "without suffix", "beslutsunderlag.pdf`"),
        ([entry("lan/03-ingen/beslutsunderlag")], "issued[0].document", NATION, "`lan/03-ingen"),
        ([entry("kommun/0114-alby/beslutsunderlag")], "issued[0].document", "tilldelning", "0114"),
        ([entry(replaces=SECOND)], "issued[0].replaces", "null", f"`{SECOND}`"),
        ([entry(), later(replaces=None)], "issued[1].replaces", f"`{FIRST}`", "null"),
        ([entry(), later(replaces="0" * 12)], "issued[1].replaces", f"`{FIRST}`", "`000000000000`"),
        ([entry(), later(issued="2025-05-01")], "issued[1].issued", "2025-05-02", "2025-05-01"),
        ([entry(), entry()], "issued[1]", "not issued before", "once more"),
        ([entry(), later(revision=FIRST)], "issued[1]", "not issued before", FIRST),
        ([entry(), later(fingerprint="9b01c2d3ff")], "issued[1]", "not issued before", "once more"),
        ([entry(), later(), entry(issued="2025-12-01")], "issued[2]", "not issued", "once more"),
        ([entry(revision="2f6c1e08")], "issued[0].revision", "pattern", "`2f6c1e08`"),
        ([entry(fingerprint="9b01c2d")], "issued[0].fingerprint", "pattern", "`9b01c2d`"),
        ([entry(fingerprint="9B01C2D3")], "issued[0].fingerprint", "pattern", "`9B01C2D3`"),
        ([entry(issued="i maj")], "issued[0].issued", "date", "`i maj`"),
        ([entry(issued=None)], "issued[0].issued", "date", "None"),
        ([entry(by="")], "issued[0].by", "at least 1 character", "``"),
        ([entry(bye="Nämnden")], "issued[0].bye", "key that the form has", "`bye`"),
    ],
)
def test_what_is_wrong_is_said_at_its_line(
    country: SmallCountry,
    refused: Refused,
    entries: list[dict[str, Any]],
    place: str,
    expected: str,
    found: str,
) -> None:
    path = register_decisions(country, *entries)
    [problem] = refused(lambda: dossier_of(country.raw, AGREEMENT))
    assert (problem.file, problem.place) == (str(path), place)
    assert expected in problem.expected
    assert found in problem.found
    assert problem.action
    index, key = int(re.findall(r"[0-9]+", place)[0]), place.partition(".")[2]
    lines = path.read_text("utf-8").splitlines()
    starts = [number for number, line in enumerate(lines, 1) if line.startswith("  - ")]
    own = range(starts[index], (*starts, len(lines) + 1)[index + 1])
    assert problem.line in own
    assert key in lines[problem.line - 1]


def test_all_mistakes_are_told_at_once(country: SmallCountry, refused: Refused) -> None:
    path = register_decisions(
        country, entry("x"), entry(), later(replaces=None, issued="2024-01-01"), agreement="annan"
    )
    problems = refused(lambda: dossier_of(country.raw, AGREEMENT))
    assert [problem.place for problem in problems] == [
        "agreement",
        "issued[0].document",
        "issued[2].issued",
        "issued[2].replaces",
    ]
    assert {problem.file for problem in problems} == {str(path)}


def test_keys_that_are_left_out_are_missed(country: SmallCountry, refused: Refused) -> None:
    """`replaces` too: null is an answer, and nothing is not."""
    given_ = entry()
    del given_["replaces"], given_["by"]
    register_decisions(country, given_)
    found = {problem.place for problem in refused(lambda: loaded(country))}
    assert found == {"issued[0].replaces", "issued[0].by"}


@given(
    revision=st.text("0123456789abcdef", min_size=12, max_size=12),
    mark=st.text("0123456789e", min_size=8, max_size=64),
)
def test_hexadecimal_digits_are_read_as_written_or_refused(
    tmp_path_factory: pytest.TempPathFactory, revision: str, mark: str
) -> None:
    """Without quotes 12e45678 is a number to YAML, and so is 90210000."""
    path = tmp_path_factory.getbasetemp() / "prov.yaml"
    path.write_text(
        f"format: 1\nagreement: prov\nissued:\n  - document: x\n    revision: {revision}\n"
        f"    fingerprint: {mark}\n    issued: 2025-05-02\n    by: N\n    replaces: null\n",
        "utf-8",
    )
    read: list[tuple[str, str]] = []
    with contextlib.suppress(InputError):
        read = [(each.revision, each.fingerprint) for each in read_model(path, Decisions)[0].issued]
    number = re.compile("[0-9]+e[0-9]+|0|[1-9][0-9]{0,17}")
    taken_for_numbers = [text for text in (revision, mark) if number.fullmatch(text)]
    assert read == ([] if taken_for_numbers else [(revision, mark)])


@pytest.mark.parametrize("number", ["12e45678", "90210000", "+12345678", "12345678.0"])
def test_what_yaml_takes_for_a_number_is_to_be_quoted(
    country: SmallCountry, refused: Refused, number: str
) -> None:
    path = register_decisions(country, entry())
    country.change(path, '"9b01c2d3"', number)
    [problem] = refused(lambda: loaded(country))
    assert problem.place == "issued[0].fingerprint"
    assert problem.found == number
    assert problem.action == f'write it in quotes, with its zeros: "{number}"'


@pytest.mark.parametrize("content", [b"", b"- x", b"\xff\xfe", b"format: 1", b"issued: &a [*a]"])
def test_what_is_no_such_file_is_refused(
    country: SmallCountry, refused: Refused, content: bytes
) -> None:
    path = register_decisions(country)
    path.write_bytes(content)
    assert {problem.file for problem in refused(lambda: loaded(country))} == {str(path)}


def test_a_folder_in_its_place_is_refused(country: SmallCountry, refused: Refused) -> None:
    country.raw.decisions_path(AGREEMENT).mkdir(parents=True)
    [problem] = refused(lambda: loaded(country))
    assert problem.expected == "a readable file"


def test_every_document_that_is_made_can_be_issued(raw: Raw) -> None:
    known = document_paths(read_register(raw))
    for agreement_id in ("psykisk-halsa-2023", "psykisk-halsa-2024"):
        assert {view.path for view in views(dossier_of(raw, agreement_id))} <= known
    assert {"skr/tilldelning", "region/23-region-jamtland-harjedalen/rekvisition"} <= known
    # Four kinds to each of 21 + 21 + 290 + 1 recipients, and the national tables.
    assert len(known) == 4 * 333 + 1


def test_the_schema_for_editors_knows_the_form() -> None:
    schema = json.loads((FOLDER / "decisions.schema.json").read_text("utf-8"))
    assert schema["required"] == ["format", "agreement", "issued"]
    assert set(schema["$defs"]["Issued"]["required"]) == {
        *("document", "revision", "fingerprint", "issued", "by", "replaces"),
    }


def test_the_example_in_the_handbook_is_right(
    country: SmallCountry, project: Path, raw: Raw
) -> None:
    handbook = (project / "docs" / "handbok" / "revideringar.md").read_text("utf-8")
    [example] = re.findall(r"```yaml\n(# raw/decisions/.*?)```", handbook, re.DOTALL)
    path = country.root / "decisions" / "psykisk-halsa-2024.yaml"
    path.parent.mkdir()
    path.write_text(example, "utf-8")
    agreement = compute(raw, "psykisk-halsa-2024").agreement
    read = load_decisions(Raw(country.root), agreement, read_register(raw))
    assert [each.document for each in read] == ["lan/23-jamtlands-lan/beslutsunderlag"] * 2


# --- The documents ---------------------------------------------------------------------------


def test_that_it_was_issued_changes_nothing_in_a_document(country: SmallCountry) -> None:
    before = page(shown(country, COUNTY))
    register_decisions(country, entry(fingerprint=before.fingerprint[:8]))
    assert page(shown(country, COUNTY)) == before
    assert "Ersätter" not in said(before)


def test_a_document_says_what_it_replaces_as_soon_as_it_is_another(country: SmallCountry) -> None:
    """Issued, changed, issued again, changed again: each says what was issued before it."""
    first = shown(country, COUNTY)
    one = entry(fingerprint=fingerprint(first)[:8])
    register_decisions(country, one)

    changed = {**ALL_AGES, "0114": 601}
    country.extract("alla", jsonstat(changed))
    second = page(shown(country, COUNTY))
    assert second.fingerprint != fingerprint(first)
    words = f"Ersätter beslutsunderlaget som Nämnden utfärdade den 2 maj 2025 (revision {FIRST} )."
    assert words in said(second)

    two = later(fingerprint=second.fingerprint[:8], reference_number="N 2025/17")
    register_decisions(country, one, two)
    assert page(shown(country, COUNTY)) == second

    country.extract("alla", jsonstat({**changed, "0115": 299}))
    third = shown(country, COUNTY)
    assert isinstance(third, DecisionView)
    assert third.replaces is not None
    assert third.replaces.revision == SECOND
    words = said(page(third))
    assert re.search(rf"den 10 september 2025 \(revision {SECOND} ?, diarienummer N 2025/17", words)
    assert FIRST not in words


def test_going_back_to_what_was_issued_first_replaces_what_was_issued_last(
    country: SmallCountry,
) -> None:
    one = entry(fingerprint=fingerprint(shown(country, COUNTY))[:8])
    register_decisions(country, one, later())
    view = shown(country, COUNTY)
    assert isinstance(view, DecisionView)
    assert view.replaces is not None
    assert view.replaces.revision == SECOND


def test_the_national_tables_say_it_too(country: SmallCountry) -> None:
    register_decisions(country, entry(NATION, by="SKR"))
    words = said(page(shown(country, NATION)))
    assert f"Ersätter tabellerna som SKR utfärdade den 2 maj 2025 (revision {FIRST}" in words


def test_a_decision_concerns_its_own_document_only(country: SmallCountry) -> None:
    before = fingerprint(shown(country, NATION))
    register_decisions(country, entry())
    assert fingerprint(shown(country, NATION)) == before


def test_the_beginning_of_the_fingerprint_is_enough_and_all_of_it_is_fine(
    country: SmallCountry,
) -> None:
    made = dossier_of(country.raw, AGREEMENT)
    view = decision_view(made, made.plans[0])
    mark = fingerprint(view)
    for length in (8, 12, 64):
        issued = Issued.model_validate(entry(fingerprint=mark[:length]))
        assert as_issued(view, [issued]) == view
    wrong = Issued.model_validate(
        entry(fingerprint=f"{mark[:63]}{'0' if mark[63] != '0' else '1'}")
    )
    other = as_issued(view, [wrong])
    assert other.replaces == Replaced("Nämnden", wrong.issued, FIRST, "")


# --- Beside what was published -------------------------------------------------------------------


@dataclass
class Published:
    """A folder of output with revisions of the documents' fingerprints alone."""

    country: SmallCountry
    output: Path
    made: list[str] = field(default_factory=list)

    def revision(self, documents: dict[str, str]) -> str:
        digest = sha256(f"{len(self.made)}".encode())
        files = Inputs((), {"prov": digest})
        computed = compute(self.country.raw, AGREEMENT)
        revision = publish(
            self.output,
            AGREEMENT,
            files,
            {},
            [
                PublishedDocument(path=path, title=path, fingerprint=mark)
                for path, mark in documents.items()
            ],
            [],
            about(computed.agreement, computed.basis, computed.register, computed.allocation),
        )
        self.made.append(revision.folder.name)
        return revision.folder.name

    def compared(self, today: str = "2025-12-31") -> list[str]:
        return compare_issued(self.country.raw, self.output, AGREEMENT, date.fromisoformat(today))


MARK, OTHER_MARK = "9b01c2d3" + "0" * 56, "5a5a5a5a" + "1" * 56


@pytest.fixture
def shelf(country: SmallCountry, tmp_path: Path) -> Published:
    return Published(country, tmp_path / "output")


def test_an_entry_of_what_was_published_is_fine(shelf: Published) -> None:
    name = shelf.revision({COUNTY: MARK, NATION: OTHER_MARK})
    for mark in (MARK[:8], MARK[:20], MARK):
        register_decisions(shelf.country, entry(revision=name, fingerprint=mark))
        assert shelf.compared() == []


def test_no_file_of_decisions_is_fine(shelf: Published) -> None:
    assert shelf.compared() == []


@pytest.mark.parametrize(
    ("changes", "place", "expected", "found"),
    [
        ({"fingerprint": "9b01c2d4"}, "fingerprint", "`9b01c2d3`", "`9b01c2d4`"),
        ({"fingerprint": f"{MARK[:63]}1"}, "fingerprint", f"`{MARK}`", f"`{MARK[:63]}1`"),
        ({"fingerprint": OTHER_MARK[:8]}, "fingerprint", "`9b01c2d3`", "`5a5a5a5a`"),
        ({"document": "lan/01-norra-lan/rekvisition"}, "document", f"`{COUNTY}`", "rekvisition`"),
    ],
)
def test_an_entry_that_its_revision_speaks_against_is_refused(
    shelf: Published,
    refused: Refused,
    changes: dict[str, str],
    place: str,
    expected: str,
    found: str,
) -> None:
    """Else the document would say that it replaces what it is itself."""
    name = shelf.revision({COUNTY: MARK, NATION: OTHER_MARK})
    good = entry(NATION, revision=name, fingerprint=OTHER_MARK[:8])
    wrong = {**entry(revision=name, fingerprint=MARK[:8]), **changes}
    path = register_decisions(shelf.country, good, wrong)
    [problem] = refused(shelf.compared)
    assert (problem.file, problem.place) == (str(path), f"issued[1].{place}")
    assert path.read_text("utf-8").splitlines()[problem.line - 1].strip(" -").startswith(place)
    assert expected in problem.expected
    assert found in problem.found


def test_a_revision_that_is_not_there_is_a_line(shelf: Published) -> None:
    """However many entries name it: output/ can be made anew, and old revisions are not kept."""
    path = register_decisions(shelf.country, entry(), entry(NATION), later())
    one, two = shelf.compared()
    assert one.startswith(f"{path}:5:5: issued[0].revision and 1 more entries: ")
    assert f"{shelf.output / AGREEMENT / FIRST} is not there to compare with" in one
    assert f"{SECOND} is not there to compare with" in two


def test_a_revision_that_cannot_be_read_is_a_line(shelf: Published) -> None:
    name = shelf.revision({COUNTY: MARK})
    manifest_path = shelf.output / AGREEMENT / name / "manifest.json"
    good = manifest_path.read_text("utf-8")
    register_decisions(shelf.country, entry(revision=name))
    for broken in ("{", good.replace(f'"{AGREEMENT}"', '"annat-2025"', 1)):
        manifest_path.write_text(broken, "utf-8")
        [line] = shelf.compared()
        assert f"{name} cannot be read to compare with" in line


def test_a_document_that_no_revision_has_made_is_a_line(shelf: Published) -> None:
    shelf.revision({COUNTY: MARK})
    path = register_decisions(shelf.country, entry(NATION))
    absent, never = shelf.compared()
    assert f"{FIRST} is not there" in absent
    assert never == (
        f"{path}:4:5: issued[0].document: no revision in {shelf.output / AGREEMENT} has made "
        f"{NATION}"
    )


def test_a_day_that_has_not_come_is_a_line(shelf: Published) -> None:
    name = shelf.revision({COUNTY: MARK})
    path = register_decisions(shelf.country, entry(revision=name, issued="2025-05-02"))
    assert shelf.compared("2025-05-02") == []
    assert shelf.compared("2025-05-01") == [
        f"{path}:7:5: issued[0].issued: 2025-05-02 is later than today, 2025-05-01"
    ]


def test_the_commands_compare_before_anything_is_made(shelf: Published) -> None:
    name = shelf.revision({COUNTY: MARK})
    path = register_decisions(shelf.country, entry(revision=name, fingerprint="9b01c2d4"))
    for args in (["check"], ["run", "--jobs", "1"], ["run", "--county", "01"]):
        before = tree(shelf.output)
        place = ("--raw", shelf.country.root, "--output", shelf.output)
        ended = in_process(*place, *args).require(2)
        assert f"error: {path}:6:5: issued[0].fingerprint" in ended.err
        assert tree(shelf.output) == before


def test_a_check_warns_and_goes_on(shelf: Published) -> None:
    register_decisions(shelf.country, entry(issued="2999-01-01"))
    ended = in_process("--raw", shelf.country.root, "--output", shelf.output, "check").require(0)
    assert f"{FIRST} is not there to compare with" in ended.err
    assert "warning: " in ended.err
    assert "2999-01-01 is later than today" in ended.err
    assert "0 errors" in ended.out


def test_what_lies_in_output_is_in_no_document(shelf: Published) -> None:
    register_decisions(shelf.country, entry(), later())
    before = page(shown(shelf.country, COUNTY))
    shelf.revision({COUNTY: before.fingerprint})
    assert page(shown(shelf.country, COUNTY)) == before


# --- The revision ----------------------------------------------------------------------------


def test_the_file_is_an_input_of_its_own_agreement(country: SmallCountry) -> None:
    path = register_decisions(country, entry())
    assert path in raw_files(country.raw, AGREEMENT)
    path.unlink()
    assert path not in raw_files(country.raw, AGREEMENT)


def test_a_file_of_no_agreement_is_refused(country: SmallCountry) -> None:
    path = register_decisions(country)
    for name in ("prov-2042.yaml", "prov-2025.yml"):
        path.rename(path.with_name(name))
        ended = in_process("--raw", country.root, "check").require(2)
        assert f"decisions/{name}" in ended.err
        assert f"expected: a file called by an agreement: {AGREEMENT}.yaml" in ended.err
        path.with_name(name).rename(path)


def test_an_unusable_file_stops_its_agreement(country: SmallCountry, tmp_path: Path) -> None:
    path = register_decisions(country, entry("x"))
    for args in (["check", AGREEMENT], ["run", AGREEMENT, "--jobs", "1"]):
        output = tmp_path / "output"
        ended = in_process("--raw", country.root, "--output", output, *args).require(2)
        assert f"{path.name}:4:" in ended.err
        assert "expected: the path of a document inside its revision" in ended.err
        assert not (output / AGREEMENT).exists()


def test_a_run_keeps_what_was_issued_and_its_bytes(country: SmallCountry, tmp_path: Path) -> None:
    """Published, issued, run again: another revision, with the same document in it."""
    output = tmp_path / "output"
    run = ("--raw", country.root, "--output", output, "run", "--jobs", "1")
    in_process(*run).require(0)
    first = (output / AGREEMENT / "current").resolve()
    assert not (first / "audit" / "beslut.json").exists()
    documents = {each["path"]: each["fingerprint"] for each in manifest(first)["documents"]}

    register_decisions(
        country, entry(revision=first.name, fingerprint=documents[COUNTY][:8], by="Nämnden")
    )
    in_process(*run).require(0)
    second = (output / AGREEMENT / "current").resolve()
    assert second != first
    for suffix in ("html", "pdf"):
        name = f"{COUNTY}.{suffix}"
        assert sha256((second / name).read_bytes()) == sha256((first / name).read_bytes())
    [kept] = json.loads((second / "audit" / "beslut.json").read_bytes())
    assert kept == entry(revision=first.name, fingerprint=documents[COUNTY][:8])
    assert f"raw/decisions/{AGREEMENT}.yaml" in {f["path"] for f in manifest(second)["inputs"]}
