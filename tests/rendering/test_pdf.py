"""PDFs that archives and screen readers accept, the same bytes anywhere, and nothing let by."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pypdf
import pytest

from statsbidrag.errors import InputError, ProgramError
from statsbidrag.files.printable_text import font_characters
from statsbidrag.files.project import TEMPLATES
from statsbidrag.rendering import pdf as module
from statsbidrag.rendering.pdf import Attachment, render_pdf

CREATED = datetime(2023, 12, 21, tzinfo=UTC)
CSV = Attachment("data.csv", b"a;b\r\n1;2\r\n", "text/csv", "Tabellen")
TABLE = """\
<h1>Belopp</h1>
<table><caption>Tabell 1. Summor, kronor</caption>
<thead><tr><th scope="col">Område</th><th scope="col">Summa</th></tr></thead>
<tbody><tr><th scope="row">Samsjuklighet</th><td>6\u00a0819\u00a0298</td></tr></tbody></table>
"""


def page(body: str, head: str = "") -> str:
    title = "<meta charset='utf-8'><title>Prov</title>"
    return f"<!DOCTYPE html><html lang='sv'><head>{title}{head}</head><body>{body}</body></html>"


def draw(body: str, head: str = "", base: Path = TEMPLATES) -> bytes:
    html = page(body, head)
    return render_pdf(html, base=base, title="Prov", created=CREATED, attachments=[CSV])


@pytest.fixture(scope="module")
def opened() -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(draw(TABLE))) as pdf:
        yield pdf


def elements(pdf: pikepdf.Pdf, kind: str) -> list[pikepdf.Object]:
    return [
        each
        for each in pdf.objects
        if isinstance(each, pikepdf.Dictionary) and each.get("/S") == pikepdf.Name(kind)
    ]


def test_the_pdf_says_that_it_is_pdfa_3a_and_pdfua_1(opened: pikepdf.Pdf) -> None:
    metadata = opened.open_metadata()
    assert metadata["pdfaid:part"] == "3"
    assert metadata["pdfaid:conformance"] == "A"
    assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
    assert b"pdfaExtension:schemas" in opened.Root.Metadata.read_bytes()


def test_language_title_and_tags(opened: pikepdf.Pdf) -> None:
    assert str(opened.Root.Lang) == "sv"
    assert bool(opened.Root.MarkInfo.Marked)
    assert bool(opened.Root.ViewerPreferences.DisplayDocTitle)
    assert str(opened.docinfo["/Title"]) == "Prov"
    assert elements(opened, "/H1")
    assert elements(opened, "/Table")
    assert elements(opened, "/Caption")


def test_header_cells_say_what_they_head(opened: pikepdf.Pdf) -> None:
    scopes = [str(cell.A.Scope) for cell in elements(opened, "/TH")]
    assert sorted(scopes) == ["/Column", "/Column", "/Row"]


def test_the_attachment_is_named_once_and_dated(opened: pikepdf.Pdf) -> None:
    assert len(opened.Root.AF) == 1
    assert str(opened.Root.AF[0].AFRelationship) == "/Data"
    file = opened.attachments["data.csv"].get_file()
    assert file.read_bytes() == CSV.content
    assert file.mime_type == "text/csv"
    assert file.creation_date == CREATED
    assert str(opened.docinfo["/CreationDate"]) == "D:20231221000000Z"


@pytest.mark.parametrize("text", ["a\u00a0b c 1-2", "a b\u00a0c 1\u20102", "a b c 1-2\u00ad"])
def test_copied_text_holds_ordinary_spaces_and_hyphens(text: str) -> None:
    read = pypdf.PdfReader(io.BytesIO(draw(f"<p>{text}</p>"))).pages[0].extract_text()
    assert read.splitlines()[0].startswith("a b c 1-2")


def test_only_vendored_fonts(opened: pikepdf.Pdf) -> None:
    names = {str(o.FontName) for o in opened.objects if _is(o, "/FontDescriptor")}
    assert len(names) == 2
    assert all("Source-Sans-3" in name for name in names)


def _is(candidate: pikepdf.Object, kind: str) -> bool:
    return isinstance(candidate, pikepdf.Dictionary) and candidate.get("/Type") == kind


def test_the_same_bytes_in_another_folder_and_process(tmp_path: Path) -> None:
    elsewhere = tmp_path / "annan mapp å" / "templates"
    shutil.copytree(TEMPLATES, elsewhere)
    program = (
        "import sys; from pathlib import Path; from tests.rendering.test_pdf import TABLE, draw;"
        "sys.stdout.buffer.write(draw(TABLE, base=Path(sys.argv[1])))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(elsewhere)],
        capture_output=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(TEMPLATES.parent), "TZ": "Asia/Tokyo"},
    )
    assert done.stdout == draw(TABLE)
    assert done.stderr == b""


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/a.svg",
        "https://example.org/a.svg",
        "file:///etc/passwd",
        "../pyproject.toml",
        "css/../../pyproject.toml",
        "css/saknas.svg",
        "ftp://example.org/a.svg",
        "file://example.org/a.svg",
        "//example.org/a.svg",
        "css/%2e%2e/%2e%2e/pyproject.toml",
        "data:image/svg+xml,<svg xmlns=%22http://www.w3.org/2000/svg%22/>",
        "javascript:alert(1)",
    ],
)
def test_an_address_outside_the_templates_is_refused(address: str) -> None:
    with pytest.raises(ProgramError, match="a document asks for"):
        draw(f"<p>x</p><img alt='x' src='{address}'>")


def test_a_foreign_style_sheet_is_refused() -> None:
    with pytest.raises(ProgramError, match="a document asks for"):
        draw("<p>x</p>", "<link rel='stylesheet' href='https://example.org/a.css'>")


def test_a_link_in_the_text_is_only_a_link() -> None:
    assert draw("<p><a href='https://example.org/'>Länk</a></p>").startswith(b"%PDF-1.7")


@pytest.mark.parametrize("character", ["漢", "😀", "ↂ"])
def test_a_character_without_a_glyph_is_refused(character: str) -> None:
    with pytest.raises(InputError, match=rf"U\+{ord(character):04X}") as refused:
        draw(f"<p>Detta står före {character} efter</p>")
    assert f"före {character} efter" in str(refused.value)


def test_characters_that_documents_need_are_there() -> None:
    needed = "ÅÄÖåäöÉéÜüÏïÁČĐŊŠŦŽáčđŋšŧž−–·§“”’…×*½\u00a0\u00ad\u2010"
    known = font_characters(TEMPLATES)
    assert [each for each in needed if ord(each) not in known] == []
    assert draw(f"<p>{needed}</p>")


@pytest.mark.parametrize(
    ("body", "head", "said"),
    [
        ("<p>x</p>", "<style>p { colour: red }</style>", "colour"),
        ("<p><img src='css/base.css' alt='x'></p>", "", "image"),
        ("<p><a href='#saknas'>x</a></p>", "", "saknas"),
    ],
)
def test_what_weasyprint_warns_of_is_an_error(body: str, head: str, said: str) -> None:
    with pytest.raises(ProgramError, match=said):
        draw(body, head)


def test_a_style_sheet_with_a_mistake_is_told_of_for_every_document(tmp_path: Path) -> None:
    base = tmp_path / "templates"
    shutil.copytree(TEMPLATES, base)
    (base / "css" / "lan.css").write_text("p { colour: red }")
    link = "<link rel='stylesheet' href='css/lan.css'>"
    for _ in range(2):
        with pytest.raises(ProgramError, match="colour"):
            draw("<p>x</p>", link, base)


def test_style_sheets_are_parsed_once_per_process(monkeypatch: pytest.MonkeyPatch) -> None:
    from weasyprint import CSS

    parsed: list[str] = []
    start = CSS.__init__

    def counting(self: CSS, *args: object, **options: Any) -> None:
        parsed.append(options["url"].rpartition("/")[2])
        start(self, *args, **options)

    monkeypatch.setattr(CSS, "__init__", counting)
    module._engine.cache_clear()
    link = "<link rel='stylesheet' href='css/tilldelning.css'>"
    assert draw("<p>x</p>", link) == draw("<p>x</p>", link) != draw("<p>x</p>")
    assert parsed == ["base.css", "print.css", "tilldelning.css"]


def test_a_date_without_time_zone_is_refused() -> None:
    with pytest.raises(ProgramError, match="time zone"):
        render_pdf(
            page("<p>x</p>"), base=TEMPLATES, title="Prov", created=CREATED.replace(tzinfo=None)
        )


def test_the_environment_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FONTCONFIG_FILE", "/annan/fonts.conf")
    draw("<p>x</p>")
    assert os.environ["FONTCONFIG_FILE"] == "/annan/fonts.conf"


@pytest.mark.parametrize("workers", [0, 2])
def test_nothing_is_left_behind(tmp_path: Path, workers: int) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "from concurrent.futures import ProcessPoolExecutor\n"
        "from multiprocessing import get_context\n"
        "from tests.rendering.test_pdf import draw\n"
        "if __name__ == '__main__':\n"
        f"    workers = {workers}\n"
        "    if workers:\n"
        "        with ProcessPoolExecutor(workers, get_context('spawn')) as pool:\n"
        "            list(pool.map(draw, ['<p>a</p>', '<p>b</p>']))\n"
        "    else:\n"
        "        draw('<p>a</p>')\n"
    )
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    done = subprocess.run(
        [sys.executable, str(program)],
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TEMPLATES.parent), "TMPDIR": str(temporary)},
    )
    assert (done.stdout, done.stderr) == ("", "")
    assert [each.name for each in temporary.iterdir()] == []


def test_importing_the_module_does_not_import_weasyprint() -> None:
    program = "import sys, statsbidrag.documents.catalogue; sys.exit('weasyprint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
