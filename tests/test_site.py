"""The front page and the accessibility statement: links that lead somewhere, states in words."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from schemas.agreement import Status
from schemas.manifest import HashedFile, Manifest
from statsbidrag.contents import about
from statsbidrag.material import Material
from statsbidrag.raw import Raw
from statsbidrag.rendering import static_files
from statsbidrag.site import AgreementEntry, agreement_entry, index_page, site_files
from statsbidrag.stages import material

RAW = Path(__file__).resolve().parents[1] / "raw"
FILES = (
    "allocation.csv",
    "totals.csv",
    "reconciliation.csv",
    "audit/avstamning.html",
    "nation/fordelning.html",
    "nation/fordelning.pdf",
)
DECISION = ("lan/23-jamtlands-lan/beslutsunderlag.html", "lan/23-jamtlands-lan/beslutsunderlag.pdf")


def manifest(own: Material, *files: str, withheld: tuple[str, ...] = ()) -> Manifest:
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
def materials() -> dict[int, Material]:
    return {year: material(Raw(RAW), f"psykisk-halsa-{year}") for year in (2024, 2025)}


def entry(own: Material, files: tuple[str, ...], withheld: tuple[str, ...] = ()) -> AgreementEntry:
    return agreement_entry(manifest(own, *files, withheld=withheld), f"{own.agreement.id}/current")


@pytest.fixture(scope="module")
def entries(materials: dict[int, Material]) -> list[AgreementEntry]:
    return [entry(materials[2024], FILES + DECISION), entry(materials[2025], FILES)]


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


def test_states_in_words(entries: list[AgreementEntry], materials: dict[int, Material]) -> None:
    text = _Page(index_page(entries)).text
    for words in (
        "Undertecknad",
        "1\u00a0560\u00a0000\u00a0000\u00a0kr",
        "Komplett",
        "SCB:s slutliga tal och vår skattning",
        "Återräknad ur publicerade tabeller och vår skattning",
    ):
        assert words in text
    held = entry(materials[2024], FILES, ("documents", "plan:23"))
    text = _Page(index_page([held])).text
    assert "Hålls inne:" in text
    assert "dokumenten till mottagarna och beslutsunderlaget för Jämtlands län" in text
    draft = replace(held, status=Status.DRAFT, partial=True)
    assert "Utkast, inte undertecknad. Alla poster är inte kända" in _Page(index_page([draft])).text


def test_an_empty_site_says_so() -> None:
    assert "Ingen överenskommelse är publicerad ännu." in _Page(index_page([])).text


def test_pages_have_landmarks_one_heading_and_a_way_past(entries: list[AgreementEntry]) -> None:
    for content in site_files(entries).values():
        page = _Page(content)
        for tag in ("header", "main", "footer", "h1"):
            assert page.tags.count(tag) == 1
        assert ("html", {"lang": "sv"}) in page.attributes
        assert next(iter(page.links)) == "#innehall"
        assert ("main", {"id": "innehall", "tabindex": "-1"}) in page.attributes
        levels = [int(tag[1]) for tag in page.tags if tag in {"h1", "h2", "h3", "h4"}]
        assert all(after - before <= 1 for before, after in pairwise(levels))


def test_style_sheets_are_among_the_static_files(entries: list[AgreementEntry]) -> None:
    static = {f"static/{name}" for name in static_files()}
    for content in site_files(entries).values():
        sheets = {a["href"] for tag, a in _Page(content).attributes if tag == "link"}
        assert sheets
        assert sheets <= static


def test_the_statement_leaves_the_contact_blank(entries: list[AgreementEntry]) -> None:
    files = site_files(entries)
    assert set(files) == {"index.html", "tillganglighet.html"}
    assert "tillganglighet.html" in _Page(files["index.html"]).links
    statement = files["tillganglighet.html"].decode()
    assert statement.count('<dd class="blank"></dd>') == 2
    assert "WCAG 2.2" in statement
