"""An edited copy of a decision document: which figures no longer agree, with which revision."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import docx
import pytest

from statsbidrag.errors import InputError, ProgramError, UsageError
from statsbidrag.rendering.word.docx_reading import read_copy
from statsbidrag.rendering.word.marked_page import MarkedFigure, marked_figures, parse
from statsbidrag.verification.word_copy import Difference, Fault, VerifiedCopy, verify_copy
from tests.cases.small_country import AGREEMENT, SmallCountry
from tests.helpers.program import in_process, tree
from tests.helpers.published_documents import with_documents
from tests.helpers.word_copies import MAIN, beside, changed, packed, parts_of, rewritten, run, span

DOCUMENT = "lan/01-norra-lan/beslutsunderlag"
NBSP = "\u00a0"


@dataclass(frozen=True)
class Published:
    """A small country's output, and a copy of one of its documents to edit."""

    country: SmallCountry
    output: Path
    folder: Path
    copy: Path

    def verified(self) -> VerifiedCopy:
        return verify_copy(self.copy, self.output)

    def differences(self) -> dict[str, Difference]:
        """What does not agree with the one revision there is, by key."""
        [compared] = self.verified().compared
        return {each.key: each for each in compared.differences}

    def figure(self, key: str) -> MarkedFigure:
        html = (self.folder / f"{DOCUMENT}.html").read_text("utf-8")
        return {f.key: f for f in marked_figures(parse(html)).values()}[key]

    def write(self, key: str, runs: str) -> None:
        """Other runs in a figure's bookmark."""
        changed(self.copy, rewritten(self.figure(key).bookmark, runs))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[SmallCountry, Path, Path]:
    base = tmp_path_factory.mktemp("published")
    country = SmallCountry(base / "raw").write()
    return country, base / "output", with_documents(country.raw, base / "output", AGREEMENT)


@pytest.fixture
def published(made: tuple[SmallCountry, Path, Path], tmp_path: Path) -> Published:
    country, output, folder = made
    copy = shutil.copy(folder / f"{DOCUMENT}.docx", tmp_path / "kopia.docx")
    return Published(country, output, folder, Path(copy))


# --- What is found ---------------------------------------------------------------------------


def test_an_untouched_copy_agrees(published: Published) -> None:
    verified = published.verified()
    assert verified.agrees
    [compared] = verified.compared
    assert (compared.own, compared.current) == (True, True)
    assert compared.revision == published.folder.name
    assert compared.figures > 40
    assert verified.copied == ()


def test_exactly_the_figures_that_were_changed(published: Published) -> None:
    published.write("medel/lan/e", run("87"))
    published.write("fordelning/lan/b/y/Två/", run("101"))
    published.write("beslut/summa", run("292 kr"))
    found = published.differences()
    assert {key: (each.fault, each.stands, each.should) for key, each in found.items()} == {
        "beslut/summa": (Fault.DIFFERENT, "292 kr", "291 kr"),
        "medel/lan/e": (Fault.DIFFERENT, "87", "86"),
        "fordelning/lan/b/y/Två/": (Fault.DIFFERENT, "101", "100"),
    }
    assert found["medel/lan/e"].name == "Medel till Norra län 2025 per område, kronor: E, Summa"


def test_spaces_and_signs_may_be_written_otherwise(published: Published) -> None:
    figure = published.figure("ram/summa")
    assert figure.text == "1 561"
    published.write("ram/summa", run("1561"))
    published.write("bakgrund/summa", run(f"1{NBSP}561") + run(" kr"))
    assert published.verified().agrees


def test_a_figure_split_over_runs_is_read_whole(published: Published) -> None:
    bold = '<w:r><w:rPr><w:b/></w:rPr><w:t>5</w:t></w:r><w:proofErr w:type="spellStart"/>'
    published.write("ram/summa", run("1") + run(NBSP) + bold + run("61"))
    assert published.verified().agrees
    published.write("ram/summa", run("1") + run(NBSP) + bold + run("62"))
    assert published.differences()["ram/summa"].stands == "1 562"


def test_a_figure_edited_in_a_word_processors_own_way(published: Published) -> None:
    document = docx.Document(str(published.copy))
    [row] = [r for r in document.tables[0].rows if r.cells[0].text == "Kommuner"]
    row.cells[1].paragraphs[0].runs[0].text = "176"
    document.save(str(published.copy))
    [found] = published.differences().values()
    assert (found.key, found.stands, found.should) == ("ram/kommun", "176", "175")


def test_a_mark_that_is_taken_away_is_missed(published: Published) -> None:
    key = "oversikt/kommun/0114/C"
    assert published.figure(key).text == "100 *"
    published.write(key, run("100"))
    assert published.differences()[key].stands == "100"


# --- What a reader sees otherwise than the bookmark says -------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "stands"),
    [
        ("", "0", "1 5610"),
        ("", " 000", "1 561 000"),
        ("", f"{NBSP}000 kr", "1 561 000"),
        ("", ",5", "1 561,5"),
        ("", "\u20131 600", "1 561\u20131 600"),
        ("1 ", "", "1 1 561"),
        ("Summa 1", "", "11 561"),
        ("0", "", "01 561"),
        ("\u2212", "", "\u22121 561"),
        ("- ", "", "- 1 561"),
        ("är \u22122 ", "0", "\u22122 1 5610"),
    ],
)
def test_what_touches_a_figure_is_read_with_it(
    published: Published, before: str, after: str, stands: str
) -> None:
    mark = published.figure("ram/summa").bookmark
    changed(published.copy, beside(mark, before and run(before), after and run(after)))
    [found] = published.differences().values()
    assert (found.key, found.fault, found.stands) == ("ram/summa", Fault.DIFFERENT, stands)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Länet får ", " kr för 2024."),
        ("Under 2025 ", " 2025"),
        ("1. ", ", 14 insatser"),
        ("(avsnitt 4) ", ". 3 av dem"),
        ("2025 \u2013 ", " \u2013 5 till"),
        ("E-", "-delen"),
    ],
)
def test_ordinary_text_beside_a_figure_is_not(
    published: Published, before: str, after: str
) -> None:
    mark = published.figure("ram/summa").bookmark
    changed(published.copy, beside(mark, run(before), run(after)))
    assert published.verified().agrees


@pytest.mark.parametrize("apart", ["<w:r><w:tab/></w:r>", "<w:r><w:br/></w:r>", "</w:p><w:p>"])
def test_what_stands_apart_touches_nothing(published: Published, apart: str) -> None:
    mark = published.figure("ram/summa").bookmark
    changed(published.copy, beside(mark, run("1") + apart, apart + run("0")))
    assert published.verified().agrees


def test_a_digit_touches_a_date_and_a_sum_with_its_unit(published: Published) -> None:
    for key in ("beslut/summa", "rekvisition/dag"):
        changed(published.copy, beside(published.figure(key).bookmark, "", run("7")))
    assert {each.stands for each in published.differences().values()} == {
        f"{published.figure(key).text}7" for key in ("beslut/summa", "rekvisition/dag")
    }


def test_a_figures_own_digit_typed_outside_agrees(published: Published) -> None:
    published.write("medel/lan/e", run("8"))
    changed(published.copy, beside(published.figure("medel/lan/e").bookmark, "", run("6")))
    assert published.verified().agrees


@pytest.mark.parametrize(
    ("look", "fault"),
    [
        ("<w:vanish/>", Fault.HIDDEN),
        ('<w:b/><w:strike w:val="true"/>', Fault.STRUCK),
        ("<w:dstrike/>", Fault.STRUCK),
        ('<w:vanish w:val="0"/><w:strike w:val="false"/>', None),
        ('<w:rPrChange w:id="900" w:author="A"><w:rPr><w:strike/></w:rPr></w:rPrChange>', None),
    ],
)
def test_a_figure_that_is_hidden_or_struck_through_is_told(
    published: Published, look: str, fault: Fault | None
) -> None:
    published.write("ram/summa", run("1 5") + run("61", properties=look))
    found = {key: (each.fault, each.stands) for key, each in published.differences().items()}
    assert found == ({"ram/summa": (fault, "1 561")} if fault else {})


# --- Edited with changes tracked, moved, copied, deleted -------------------------------------


def test_tracked_changes_are_read_as_if_accepted(published: Published) -> None:
    tracked = (
        f'<w:del w:id="900" w:author="A">{run("1 561", "delText")}</w:del>'
        f'<w:ins w:id="901" w:author="A">{run("1 600")}</w:ins>'
    )
    published.write("ram/summa", tracked)
    assert published.differences()["ram/summa"].stands == "1 600"
    copy = published.verified().copy
    assert (copy.inserted, copy.deleted) == (1, 1)


def test_a_tracked_change_to_the_same_figure_agrees(published: Published) -> None:
    published.write(
        "ram/summa",
        f'<w:moveFrom w:id="900">{run("9 999")}</w:moveFrom>'
        f'<w:ins w:id="901">{run("1 561")}</w:ins>',
    )
    assert published.verified().agrees


def test_a_figure_deleted_in_a_tracked_change_is_empty(published: Published) -> None:
    published.write("ram/summa", f'<w:del w:id="900">{run("1 561", "delText")}</w:del>')
    assert published.differences()["ram/summa"].stands == ""


def test_a_deleted_bookmark_is_named_as_missing(published: Published) -> None:
    figure = published.figure("medel/lan/e")

    def without(text: str) -> str:
        start, end, inside = span(text, figure.bookmark)
        return text[:start] + inside + text[end:]

    changed(published.copy, without)
    found = published.differences()
    assert [*found] == ["medel/lan/e"]
    each = found["medel/lan/e"]
    assert (each.fault, each.stands, each.should) == (Fault.MISSING, None, "86")


def test_a_bookmark_without_an_end_is_told(published: Published) -> None:
    figure = published.figure("medel/lan/e")

    def endless(text: str) -> str:
        start, end, inside = span(text, figure.bookmark)
        beginning = text[start : text.index("/>", start) + 2]
        return text[:start] + beginning + inside + text[end:]

    changed(published.copy, endless)
    assert published.differences()["medel/lan/e"].fault == Fault.UNENDED


def test_text_that_is_moved_takes_its_figures_with_it(published: Published) -> None:
    def moved(text: str) -> str:
        start, end = text.index("<w:tbl>"), text.index("</w:tbl>") + len("</w:tbl>")
        last = text.rindex("<w:sectPr>")
        return text[:start] + text[end:last] + text[start:end] + "<w:p/>" + text[last:]

    changed(published.copy, moved)
    assert published.verified().agrees


@pytest.mark.parametrize("ending", ["", "_Copy_1", "1"], ids=["same", "LibreOffice", "number"])
def test_a_copied_bookmark_is_compared_at_each_place(published: Published, ending: str) -> None:
    figure = published.figure("medel/lan/e")

    def doubled(text: str) -> str:
        mark = f'<w:bookmarkStart w:id="7000" w:name="{figure.bookmark}{ending}"/>'
        extra = f'<w:p>{mark}{run("99")}<w:bookmarkEnd w:id="7000"/></w:p>'
        last = text.rindex("<w:sectPr>")
        return text[:last] + extra + text[last:]

    changed(published.copy, doubled)
    [compared] = published.verified().compared
    assert [(each.key, each.stands) for each in compared.differences] == [("medel/lan/e", "99")]
    assert published.verified().copied == (figure.name,)


def test_what_old_programs_would_show_instead_is_not_read_too(published: Published) -> None:
    space = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    published.write(
        "ram/summa",
        f'<mc:AlternateContent {space}><mc:Choice Requires="wps">{run("1 561")}</mc:Choice>'
        f"<mc:Fallback>{run('1 561')}</mc:Fallback></mc:AlternateContent>",
    )
    assert published.verified().agrees


def test_other_peoples_bookmarks_do_not_matter(published: Published) -> None:
    changed(
        published.copy,
        lambda text: text.replace(
            "<w:body>", '<w:body><w:bookmarkStart w:id="8000" w:name="_GoBack"/>', 1
        ),
    )
    assert published.verified().agrees


# --- Which revision --------------------------------------------------------------------------


@pytest.fixture
def revised(published: Published, tmp_path: Path) -> Published:
    """A later revision, with another sum and another measure, now current."""
    root = Path(shutil.copytree(published.country.root, tmp_path / "raw"))
    output = Path(shutil.copytree(published.output, tmp_path / "output", symlinks=True))
    country = SmallCountry(root)
    country.change(
        country.plan,
        "responsible: Alby, organisation: Alby, amount: 100}",
        "responsible: Alby, organisation: Alby, amount: 110}",
    )
    country.change(
        country.plan,
        "title: Tre, responsible: Berga, organisation: Berga, amount: 85}",
        "title: Fem, responsible: Berga, organisation: Berga, amount: 75}",
    )
    country.change(
        country.plan, "{organisation: Alby, amount: 120}", "{organisation: Alby, amount: 130}"
    )
    country.change(
        country.plan, "{organisation: Berga, amount: 85}", "{organisation: Berga, amount: 75}"
    )
    folder = with_documents(country.raw, output, AGREEMENT)
    assert folder.name != published.folder.name
    return Published(country, output, folder, published.copy)


def test_a_copy_is_compared_with_its_own_revision_and_with_the_current(revised: Published) -> None:
    own, current = revised.verified().compared
    assert (own.own, own.current, own.differences) == (True, False, ())
    assert (current.own, current.current) == (False, True)
    found = {each.key: (each.fault, each.stands, each.should) for each in current.differences}
    assert found["fordelning/lan/b/y/Två/"] == (Fault.DIFFERENT, "100", "110")
    assert found["fordelning/lan/b/y/Fem/"] == (Fault.MISSING, None, "75")
    extra = [each for each in current.differences if each.fault == Fault.EXTRA]
    assert {each.stands for each in extra} == {"85"}
    assert not revised.verified().agrees


def test_a_revision_that_is_gone_leaves_the_current_one(revised: Published) -> None:
    [own, _] = revised.verified().compared
    shutil.rmtree(revised.output / AGREEMENT / own.revision)
    [compared] = revised.verified().compared
    assert (compared.own, compared.current) == (False, True)


def test_where_nothing_of_it_is_published_it_says_so(published: Published, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no revision there has the document"):
        verify_copy(published.copy, tmp_path / "empty")


def test_an_altered_page_is_no_measure(revised: Published) -> None:
    page = revised.folder / f"{DOCUMENT}.html"
    page.write_bytes(page.read_bytes().replace(b"86", b"87"))
    with pytest.raises(ProgramError, match="not what the manifest says"):
        revised.verified()


def test_a_document_without_marked_figures_cannot_be_compared(
    revised: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statsbidrag.verification.word_copy.marked_figures", lambda root: {})
    with pytest.raises(UsageError, match="not marked"):
        revised.verified()


# --- Bad input -------------------------------------------------------------------------------

Breaking = Callable[[Path], None]


def replaced(content: bytes) -> Breaking:
    return lambda path: path.write_bytes(content) and None


def with_part(name: str, content: bytes) -> Breaking:
    def change(path: Path) -> None:
        path.write_bytes(packed({**parts_of(path.read_bytes()), name: content}))

    return change


def without_part(name: str) -> Breaking:
    def change(path: Path) -> None:
        parts = parts_of(path.read_bytes())
        del parts[name]
        path.write_bytes(packed(parts))

    return change


def in_part(name: str, old: str, new: str) -> Breaking:
    def change(path: Path) -> None:
        changed(path, lambda text: text.replace(old, new), name)

    return change


def bomb(path: Path) -> None:
    content = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/image1.png", b"\0" * (101 * 2**20))
    path.write_bytes(content.getvalue())


def many_files(path: Path) -> None:
    parts = parts_of(path.read_bytes())
    path.write_bytes(packed({**parts, **{f"word/{n}.xml": b"<a/>" for n in range(2_100)}}))


def twice_in_it(path: Path) -> None:
    content = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(content, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(MAIN, b"<a/>")
    path.write_bytes(content.getvalue())


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    b'<w:document xmlns:w="x"><w:body>&b;</w:body></w:document>'
)
FILE = b'<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]><w>&a;</w>'
TYPES = "[Content_Types].xml"

BAD: dict[str, tuple[Breaking, str]] = {
    "empty": (replaced(b""), "an empty file"),
    "pdf": (replaced(b"%PDF-1.7"), "a PDF document"),
    "old": (replaced(b"\xd0\xcf\x11\xe0" + b"\0" * 600), "password-protected"),
    "page": (replaced(b"<html>"), "HTML page"),
    "rtf": (replaced(b"{\\rtf1"), "an RTF document"),
    "text": (replaced(b"13 302 905 kr"), "something else"),
    "zip": (replaced(packed({"a.txt": b"x"})), "a zip archive"),
    "odt": (replaced(packed({"content.xml": b"<a/>", "mimetype": b"x"})), "OpenDocument"),
    "cut": (lambda path: path.write_bytes(path.read_bytes()[:3_000]) and None, "cannot"),
    "bomb": (bomb, "once unpacked"),
    "many files": (many_files, "files in it"),
    "twice": (twice_in_it, "stands twice"),
    "no text": (without_part(MAIN), "without a text"),
    "broken": (in_part(MAIN, "</w:body>", ""), "cannot .*document.xml"),
    "entities": (with_part(MAIN, LAUGHS), "a document type or entities"),
    "a file's entity": (with_part(MAIN, FILE), "a document type or entities"),
    "entities in properties": (with_part("docProps/custom.xml", LAUGHS), "entities"),
    "macros": (with_part("word/vbaProject.bin", b"x"), "one with macros"),
    "docm": (
        in_part(
            TYPES,
            "officedocument.wordprocessingml.document.main",
            "ms-word.document.macroEnabled.main",
        ),
        "one with macros",
    ),
    "spreadsheet": (
        in_part(TYPES, "wordprocessingml.document.main", "spreadsheetml.sheet.main"),
        "of another kind",
    ),
    "no properties": (without_part("docProps/custom.xml"), "what it was made from"),
    "property gone": (
        in_part("docProps/custom.xml", "statsbidrag-fingerprint", "x"),
        "what it was made from",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_by_name(published: Published, name: str) -> None:
    breaking, said = BAD[name]
    breaking(published.copy)
    with pytest.raises(InputError) as caught:
        read_copy(published.copy)
    [problem] = caught.value.problems
    assert problem.file == str(published.copy)
    assert re.search(said, str(problem), re.DOTALL)
    assert problem.action


def test_deep_nesting_is_read_without_falling(published: Published) -> None:
    deep = "<w:sdt>" * 20_000 + "</w:sdt>" * 20_000
    in_part(MAIN, "<w:body>", f"<w:body>{deep}")(published.copy)
    assert published.verified().agrees


def test_links_out_are_followed_by_nobody(published: Published) -> None:
    link = (
        '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/attachedTemplate" Target="http://example.org/x.dotm" TargetMode="External"/>'
    )
    in_part("word/_rels/document.xml.rels", "</Relationships>", f"{link}</Relationships>")(
        published.copy
    )
    verified = published.verified()
    assert verified.agrees
    assert verified.copy.external == 1


@pytest.mark.parametrize("agreement", ["../prov-2025", "/etc", "", "."])
def test_the_properties_lead_to_no_other_folder(published: Published, agreement: str) -> None:
    in_part("docProps/custom.xml", f">{AGREEMENT}<", f">{agreement}<")(published.copy)
    with pytest.raises((UsageError, InputError)):
        published.verified()


# --- The command -----------------------------------------------------------------------------


def test_the_command_says_what_differs_and_writes_nothing(published: Published) -> None:
    before = tree(published.output)
    call = ["--output", published.output, "verify", published.copy]
    assert "figures agree" in in_process(*call).require(0).out
    published.write("medel/lan/e", run("87"))
    told = in_process(*call).require(1).out
    assert re.search(
        r"^ +87 +86  Medel till Norra län 2025 per område, kronor: E, Summa$", told, re.M
    )
    assert f"revision {published.folder.name} that it was made from, which is current" in told
    assert tree(published.output) == before


def test_the_command_says_what_a_reader_does_not_see(published: Published) -> None:
    published.write("medel/lan/e", run("86", properties="<w:vanish/>"))
    told = in_process("--output", published.output, "verify", published.copy).require(1).out
    assert re.search(r"^ *86 \(hidden: a reader does not see it\) +86  Medel till", told, re.M)


def test_the_command_for_programs(published: Published) -> None:
    published.write("medel/lan/e", run("87"))
    call = ["--output", published.output, "verify", published.copy, "--format"]
    [row] = csv.DictReader(io.StringIO(in_process(*call, "csv").require(1).out))
    assert (row["key"], row["stands"], row["should"]) == ("medel/lan/e", "87", "86")
    data = json.loads(in_process(*call, "json").require(1).out)
    assert data["agrees"] is False
    assert data["compared"][0]["differences"][0]["key"] == "medel/lan/e"


def test_the_command_refuses_what_is_no_document(published: Published, tmp_path: Path) -> None:
    published.copy.write_bytes(b"%PDF-1.7")
    told = in_process("--output", published.output, "verify", published.copy).require(2).err
    assert "a PDF document" in told
    missing = in_process("--output", published.output, "verify", tmp_path / "ingen.docx")
    assert "nothing lies there" in missing.require(2).err
