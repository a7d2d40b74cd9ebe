"""The site: links that lead somewhere, states in words, light pages, and everybody's own page."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from unittest import mock

import pytest

from schemas.agreement import Status
from schemas.manifest import HashedFile, Manifest
from statsbidrag.dossier.dossier import Dossier
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.publication.contents import about
from statsbidrag.publication.record_json import RECORD
from statsbidrag.register.recipients import Register
from statsbidrag.site.front_page import AgreementEntry, agreement_entry, index_page
from statsbidrag.site.recipients_across_years import recipients
from statsbidrag.site.update import STATEMENT, statement_page, write_site
from tests.cases.small_country import AGREEMENT, SmallCountry
from tests.helpers.pages import text_of
from tests.helpers.program import stamps
from tests.helpers.published_documents import with_documents
from tests.helpers.revisions import without

RAW = PROJECT / "raw"
FILES = (
    "allocation.csv",
    "totals.csv",
    "reconciliation.csv",
    "audit/avstamning.html",
    "nation/fordelning.html",
    "nation/fordelning.pdf",
)
DECISION = ("lan/23-jamtlands-lan/beslutsunderlag.html", "lan/23-jamtlands-lan/beslutsunderlag.pdf")


def manifest(own: Dossier, *files: str, withheld: tuple[str, ...] = ()) -> Manifest:
    return Manifest(
        format=1,
        agreement=own.agreement.id,
        about=about(own.agreement, own.basis, own.register, own.allocation),
        fingerprint="2f6c1e08a4b7" + "0" * 52,
        state="withheld" if withheld else "complete",
        withheld=withheld,
        inputs=(),
        outputs=tuple(HashedFile(path=path, sha256="0" * 64, bytes=1) for path in files),
        documents=(),
        versions={},
    )


@pytest.fixture(scope="module")
def dossiers() -> dict[int, Dossier]:
    return {year: dossier_of(Raw(RAW), f"psykisk-halsa-{year}") for year in (2024, 2025)}


def entry(own: Dossier, files: tuple[str, ...], withheld: tuple[str, ...] = ()) -> AgreementEntry:
    return agreement_entry(manifest(own, *files, withheld=withheld), f"{own.agreement.id}/current")


@pytest.fixture(scope="module")
def entries(dossiers: dict[int, Dossier]) -> list[AgreementEntry]:
    return [entry(dossiers[2024], FILES + DECISION), entry(dossiers[2025], FILES)]


class _Page(HTMLParser):
    """Tags in order, and each link's address with its text."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.links: dict[str, str] = {}
        self.text = ""
        self._href = ""
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs)))
        if tag == "a":
            self._href = dict(attrs)["href"] or ""
            self.links[self._href] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._href = ""

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._href:
            self.links[self._href] += data


def test_every_file_of_a_revision_is_linked(entries: list[AgreementEntry]) -> None:
    links = _Page(index_page(entries)).links
    for year in (2024, 2025):
        for path in (*FILES, "manifest.json"):
            assert f"psykisk-halsa-{year}/current/{path}" in links
    for path in DECISION:
        assert f"psykisk-halsa-2024/current/{path}" in links
        assert f"psykisk-halsa-2025/current/{path}" not in links


def test_links_are_relative_and_say_where_they_lead(entries: list[AgreementEntry]) -> None:
    links = _Page(index_page(entries)).links
    assert not [href for href in links if href.startswith(("/", "http", "file"))]
    assert len(set(links.values())) == len(links)
    assert links["psykisk-halsa-2024/current/lan/23-jamtlands-lan/beslutsunderlag.html"] == (
        "Jämtlands län, beslutsunderlag 2024"
    )


def test_agreements_stand_newest_first(entries: list[AgreementEntry]) -> None:
    text = _Page(index_page(entries)).text
    assert text.index(entries[1].title) < text.index(entries[0].title)
    assert index_page(entries) == index_page(entries[::-1])


def test_states_in_words(entries: list[AgreementEntry], dossiers: dict[int, Dossier]) -> None:
    text = _Page(index_page(entries)).text
    for words in (
        "Undertecknad",
        "1\u00a0560\u00a0000\u00a0000\u00a0kr",
        "Komplett",
        "SCB:s slutliga tal och vår skattning",
        "Återräknad ur publicerade tabeller och vår skattning",
    ):
        assert words in text
    held = entry(dossiers[2024], FILES, ("documents", "plan:23"))
    text = _Page(index_page([held])).text
    assert "Hålls inne:" in text
    assert "dokumenten till mottagarna och beslutsunderlaget för Jämtlands län" in text
    draft = replace(held, status=Status.DRAFT, partial=True)
    assert "Utkast, inte undertecknad. Alla poster är inte kända" in _Page(index_page([draft])).text


def test_an_empty_site_says_so() -> None:
    assert "Ingen överenskommelse är publicerad ännu." in _Page(index_page([])).text


def test_the_statement_leaves_the_contact_blank() -> None:
    statement = statement_page().decode()
    assert statement.count('<dd class="blank"></dd>') == 2
    assert "WCAG 2.2" in statement


# --- The whole site, of the real agreements ---------------------------------------------------


@pytest.fixture(scope="module", autouse=True)
def _every_recipient() -> Iterator[None]:
    """Runs in the same process as `tests/behaviour` may have been told to show a few."""
    with mock.patch("statsbidrag.site.update.recipients", recipients):
        yield


@pytest.fixture(scope="module")
def output(raw: Raw, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the real agreements, which have one decision document each at most."""
    folder = tmp_path_factory.mktemp("site") / "output"
    for year in (2023, 2024, 2025):
        with_documents(raw, folder, f"psykisk-halsa-{year}", {"23"})
    assert write_site(raw, folder, project) == []
    return folder


@pytest.fixture(scope="module")
def pages(output: Path) -> dict[str, _Page]:
    """The site's own pages, by path."""
    paths = [*output.glob("*.html"), *output.glob("mottagare/**/*.html")]
    return {p.relative_to(output).as_posix(): _Page(p.read_bytes()) for p in sorted(paths)}


def test_everybody_has_a_page(pages: dict[str, _Page], register: Register) -> None:
    assert len(pages) == len(register.frame) + 4 == 333 + 4
    for path in (
        "mottagare/kommun/2380-ostersund.html",
        "mottagare/region/23-region-jamtland-harjedalen.html",
        "mottagare/lan/09-gotlands-lan.html",
        "mottagare/skr.html",
    ):
        assert path in pages
    listed = pages["mottagare/index.html"].links
    for path in pages:
        folder, _, own = path.partition("/")
        if folder == "mottagare" and own != "index.html":
            assert own in listed


def test_every_page_is_light(output: Path, pages: dict[str, _Page]) -> None:
    """The fonts, which all pages share, are not counted."""
    for path in pages:
        assert (output / path).stat().st_size < 300_000, path
    start = pages["index.html"]
    beside = [a["href"] for tag, a in start.attributes if tag == "link"]
    beside += [a["src"] for tag, a in start.attributes if tag == "script"]
    assert "sokregister.js" in beside
    weight = sum((output / str(name)).stat().st_size for name in ["index.html", *beside])
    assert weight < 150_000


def test_pages_load_only_what_is_theirs(output: Path, pages: dict[str, _Page]) -> None:
    for path, page in pages.items():
        [policy] = [a["content"] for t, a in page.attributes if t == "meta" and "http-equiv" in a]
        assert str(policy).startswith("default-src 'none'; ")
        assert "unsafe" not in str(policy)
        scripts = [a for tag, a in page.attributes if tag == "script"]
        assert bool(scripts) == ("script-src 'self'" in str(policy)) == path.endswith("index.html")
        assert all(a.get("src") for a in scripts)
        assert "style" not in page.tags
        for _, attributes in page.attributes:
            assert not [n for n in attributes if n == "style" or n.startswith("on")], path
            for name in ("href", "src"):
                address = attributes.get(name)
                if address is not None and not address.startswith("#"):
                    target = (output / path).parent / address.partition("#")[0]
                    assert target.resolve().is_file(), f"{path}: {address}"


def test_pages_have_landmarks_one_heading_and_a_way_past(pages: dict[str, _Page]) -> None:
    for path, page in pages.items():
        for tag in ("header", "main", "footer", "h1"):
            assert page.tags.count(tag) == 1
        assert ("html", {"lang": "sv"}) in page.attributes
        assert next(iter(page.links)) == "#innehall"
        assert ("main", {"id": "innehall", "tabindex": "-1"}) in page.attributes
        levels = [int(tag[1]) for tag in page.tags if tag in {"h1", "h2", "h3", "h4"}]
        assert all(after - before <= 1 for before, after in pairwise(levels))
        addresses = [address.rsplit("/", 1)[-1] for address in page.links]
        assert STATEMENT in addresses or path == STATEMENT
        assert "kallor.html" in addresses or path == "kallor.html"


def test_a_page_holds_every_amount_and_how_it_came_about(output: Path) -> None:
    text = read(output, "lan/23-jamtlands-lan")
    for words in (
        "Jämtlands län får 12 697 775 kr för 2025, fördelat på",
        "13 302 905 kr",
        "2 974 230 kr",
        "250 000 000 × 37 059 / 3 115 008 = 2 974 229,92 kr",
        "24 126 953 125/8 112 kr ≈ 2 974 229,9217 kr",
        "Avrundat till närmaste krona: 2 974 230 kr",
        "bekräftar därför ingenting",
        "Överenskommelsen, avsnitt 5",
        "0–25 år",
        "Skattad.",
        "Återskapad ur andra handlingar. Alla poster är inte kända.",
        "Summan är inte känd, eftersom en post inte är det.",
    ):
        assert words in text, words
    links = _Page((output / "mottagare/lan/23-jamtlands-lan.html").read_bytes()).links
    home = "../../psykisk-halsa-2024/current/lan/23-jamtlands-lan/beslutsunderlag"
    assert links[f"{home}.html"] == "Beslutsunderlag, 2024"
    assert links[f"{home}.pdf"] == "PDF, beslutsunderlag 2024"
    assert links[f"{home}.docx"] == "Word, beslutsunderlag 2024"


def test_estimates_are_marked_wherever_they_stand(output: Path) -> None:
    text = read(output, "kommun/2380-ostersund")
    assert "Enligt vår beräkning får Östersund" in text
    assert "Belopp med * är vår beräkning på skattad folkmängd, inte beslutade belopp." in text
    amounts = re.findall(r"[0-9][0-9 ]+ kr(?: \*)?", text)
    assert [each for each in amounts if each.endswith("*")]
    files = (output / "mottagare/kommun/2380-ostersund.csv").read_bytes()
    assert files.startswith("\ufeffö".encode())
    assert files.decode("utf-8-sig").count(";skattad;") == 2


def test_what_is_published_and_not_computed_is_shown_as_published(output: Path) -> None:
    text = read(output, "lan/14-vastra-gotalands-lan")
    assert "25 064 083 kr #" in text
    assert "81 364 628 kr #" in text
    assert "Vi känner inte regeln bakom beloppet" in text
    assert "Posterna ger tillsammans 106 679 944 kr." in text


def test_the_list_is_in_swedish_order(pages: dict[str, _Page]) -> None:
    names = [
        text for href, text in pages["mottagare/index.html"].links.items() if "kommun/" in href
    ]
    assert (names[0], names[-1]) == ("Ale", "Övertorneå")
    assert names.index("Åre") > names.index("Ystad")
    assert names.index("Älmhult") > names.index("Årjäng")


def test_a_page_shows_where_its_recipient_lies(output: Path) -> None:
    own = {
        "kommun/2380-ostersund": "Karta: Östersund, i mörkare färg, i sitt län",
        "region/23-region-jamtland-harjedalen": "Karta: Region Jämtland Härjedalen",
        # The only municipality of its county is shown as the county.
        "kommun/0980-gotland": "Karta: Gotland, i mörkare färg, i Sverige",
    }
    for page, title in own.items():
        html = (output / f"mottagare/{page}.html").read_text("utf-8")
        assert title in html
        assert "Gränser: SCB." in html
    assert "Karta:" not in (output / "mottagare/skr.html").read_text("utf-8")


def test_the_years_are_a_chart_with_its_table(output: Path) -> None:
    html = (output / "mottagare/kommun/2380-ostersund.html").read_text("utf-8")
    [chart] = re.findall(r'<svg[^>]*class="drawing bars".*?</svg>', html, re.S)
    assert chart.count('class="bar-now"') == 2
    assert "2024: 614\u00a0046\u00a0kr\u00a0*" in chart
    assert "Tabell 1. Statsbidrag till Östersund per år, kronor" in html


def test_the_index_names_everybody_once(output: Path) -> None:
    text = (output / "sokregister.js").read_text("utf-8")
    assert '["Östersund","2380","kommun i Jämtlands län","kommun/2380-ostersund"]' in text
    assert text.count("\n[") == 333


def test_sources_have_producer_licence_and_hash(output: Path) -> None:
    text = text_of((output / "kallor.html").read_text("utf-8"))
    for words in ("S2025/00159", "CC0", "Source Sans 3", "SIL Open Font License", "SCB"):
        assert words in text
    for path in [*RAW.glob("population/*.json"), *RAW.glob("published/*.csv")]:
        assert hashlib.sha256(path.read_bytes()).hexdigest() in text, path


def test_the_same_state_is_the_same_site_and_nothing_is_written_again(
    raw: Raw, output: Path, project: Path
) -> None:
    before = stamps(output)
    assert write_site(raw, output, project) == []
    assert stamps(output) == before


def read(output: Path, page: str) -> str:
    return text_of((output / f"mottagare/{page}.html").read_text("utf-8"))


# --- States, of a small country ---------------------------------------------------------------


def test_a_recipient_that_is_no_more_loses_its_page(
    country: SmallCountry, project: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "output"
    with_documents(country.raw, folder, AGREEMENT)
    write_site(country.raw, folder, project)
    page, gone = folder / "mottagare/kommun/0114-alby.html", folder / "mottagare/kommun/0116-x.html"
    gone.write_bytes(page.read_bytes())
    (folder / "mottagare/x").mkdir()
    assert write_site(country.raw, folder, project) == []
    assert page.is_file()
    assert not gone.exists()
    assert not (folder / "mottagare/x").exists()


def test_what_is_withheld_is_said(country: SmallCountry, project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "output"
    with_documents(country.raw, folder, AGREEMENT)
    country.published("lan,01,lan/e,1")
    with_documents(country.raw, folder, AGREEMENT)
    write_site(country.raw, folder, project)
    words = "En nyare revidering hålls inne: dokumenten till mottagarna"
    assert words in text_of((folder / "index.html").read_text("utf-8"))
    assert words in read(folder, "lan/01-norra-lan")
    (folder / AGREEMENT / "current").unlink()
    write_site(country.raw, folder, project)
    assert "Hålls inne: dokumenten till mottagarna" in read(folder, "lan/01-norra-lan")
    assert "det stämmer inte med vår beräkning" in read(folder, "lan/01-norra-lan")


def test_a_draft_is_said_to_be_one(country: SmallCountry, project: Path, tmp_path: Path) -> None:
    country.change(country.agreement, "status: signed", "status: draft")
    folder = tmp_path / "output"
    with_documents(country.raw, folder, AGREEMENT)
    write_site(country.raw, folder, project)
    text = read(folder, "lan/01-norra-lan")
    assert "Enligt utkastet till överenskommelse får Norra län" in text
    assert "UTKAST" in text


@pytest.mark.parametrize(
    ("name", "said"),
    [(RECORD, "No such file"), ("audit/harledning.csv", "its tables cannot be read")],
)
def test_a_revision_that_cannot_be_read_is_told_and_the_rest_goes_on(
    name: str, said: str, country: SmallCountry, project: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "output"
    revision = with_documents(country.raw, folder, AGREEMENT)
    if name != RECORD:
        without(revision, RECORD)
    (revision / name).unlink()
    [error] = write_site(country.raw, folder, project)
    assert said in str(error)
    assert name in str(error)
    assert AGREEMENT in (folder / "index.html").read_text("utf-8")
    assert not list(folder.glob("mottagare/**/*.html"))
