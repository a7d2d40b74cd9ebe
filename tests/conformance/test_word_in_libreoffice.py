"""LibreOffice as the word processor that people edit with: what it saves is still verified."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import docx
import pypdf
import pytest

from schemas.manifest import Manifest
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.rendering.word.marked_page import MarkedFigure, marked_figures, parse
from statsbidrag.verification.word_copy import verify_copy
from tests.helpers.program import A24, A25
from tests.helpers.published_documents import with_documents

pytestmark = pytest.mark.conformance

RAW = Raw(PROJECT / "raw")
JAMTLAND, VG = "lan/23-jamtlands-lan/beslutsunderlag", "lan/14-vastra-gotalands-lan/beslutsunderlag"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Planned documents and drafts, without their PDFs."""
    output = tmp_path_factory.mktemp("published")
    for agreement in (A24, A25):
        with_documents(RAW, output, agreement, {"23", "14"})
    return output


@pytest.fixture(scope="module")
def saved(
    published: Path, tmp_path_factory: pytest.TempPathFactory, judged: dict[str, list[str]]
) -> Path:
    """Each document opened by LibreOffice and saved again, as docx and as PDF."""
    if shutil.which("soffice") is None:
        pytest.fail("LibreOffice is not here: run bin/setup conformance")
    base = tmp_path_factory.mktemp("libreoffice")
    copies = []
    for path in sorted(published.rglob("current/lan/*/*.docx")):
        name = path.relative_to(published).as_posix().replace("/", "__")
        copies.append(Path(shutil.copy(path, base / name)))
    for form in ("docx", "pdf"):
        subprocess.run(
            [
                "soffice",
                f"-env:UserInstallation={(base / 'profile').as_uri()}",
                "--headless",
                "--convert-to",
                form,
                "--outdir",
                base / form,
                *copies,
            ],
            check=True,
            capture_output=True,
            timeout=300,
        )
    judged["LibreOffice, Word documents saved"] = sorted(each.name for each in copies)
    return base


def named(saved: Path, agreement: str, document: str, form: str = "docx") -> Path:
    return saved / form / f"{agreement}__current__{document.replace('/', '__')}.{form}"


def figures(published: Path, agreement: str, document: str) -> dict[str, MarkedFigure]:
    html = (published / agreement / "current" / f"{document}.html").read_text("utf-8")
    return {figure.key: figure for figure in marked_figures(parse(html)).values()}


def test_what_is_saved_without_a_change_agrees(published: Path, saved: Path) -> None:
    copies = sorted((saved / "docx").iterdir())
    assert len(copies) == 4
    for path in copies:
        assert verify_copy(path, published).agrees, path.name


def test_exactly_the_three_figures_that_were_changed(
    published: Path, saved: Path, tmp_path: Path
) -> None:
    """Changed in the file that LibreOffice has saved, in the runs that it has made."""
    path = Path(shutil.copy(named(saved, A24, JAMTLAND), tmp_path / "redigerad.docx"))
    document = docx.Document(str(path))
    news = {
        "medel/lan/suicidprevention": "2\u00a0509\u00a0378",
        "rekvisition/belopp": "13\u00a0302\u00a0906 kr",
        "oversikt/kommun/2380/Kunskapsbaserad vård": "614 047 *",
    }
    known = figures(published, A24, JAMTLAND)
    for key, text in news.items():
        write(document, known[key].bookmark, text)
    document.save(str(path))
    [compared] = verify_copy(path, published).compared
    assert {each.key for each in compared.differences} == {*news}
    for each in compared.differences:
        assert (each.stands or "").replace("\u00a0", " ") == news[each.key].replace("\u00a0", " ")
        assert each.should == known[each.key].text


def write(document: object, bookmark: str, text: str) -> None:
    """Another text between the ends of a bookmark, in the first run there; the others empty."""
    body = document.element.body  # type: ignore[attr-defined]
    w = docx.oxml.ns.qn
    [start] = [b for b in body.iter(w("w:bookmarkStart")) if b.get(w("w:name")) == bookmark]
    inside, pieces = False, []
    for node in body.iter():
        if node is start:
            inside = True
        elif node.tag == w("w:bookmarkEnd") and node.get(w("w:id")) == start.get(w("w:id")):
            break
        elif inside and node.tag == w("w:t"):
            pieces.append(node)
    assert pieces, bookmark
    for index, piece in enumerate(pieces):
        piece.text = "" if index else text


def test_what_it_prints_says_the_same(published: Path, saved: Path) -> None:
    for agreement, document in ((A24, JAMTLAND), (A24, VG), (A25, JAMTLAND)):
        pages = pypdf.PdfReader(named(saved, agreement, document, "pdf")).pages
        text = "".join("".join(page.extract_text().split()) for page in pages)
        for figure in figures(published, agreement, document).values():
            assert "".join(figure.text.split()) in text, figure.name
        manifest = Manifest.model_validate_json(
            (published / agreement / "current" / "manifest.json").read_bytes()
        )
        [mark] = [each.fingerprint for each in manifest.documents if each.path == document]
        feet = [page.extract_text() for page in pages]
        assert all(mark[:8] in foot for foot in feet)
        drafts = sum("UTKAST" in foot for foot in feet)
        assert drafts == (len(pages) if agreement == A25 else 0)
