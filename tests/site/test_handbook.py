"""The handbook: its commands are the program's own, its links lead somewhere, its pages hold."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from pipelines.cli import app
from statsbidrag.errors import ProgramError
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_reading import read_yaml
from statsbidrag.rendering.templates import static_files
from statsbidrag.site.front_page import INDEX, index_page
from statsbidrag.site.handbook import handbook_files, handbook_pages
from statsbidrag.site.sources_page import SOURCES
from statsbidrag.site.update import STATEMENT, statement_page, write_site

PAGES = handbook_pages(PROJECT)
ROLES = {"skr.html", "lanet.html", "ekonomi.html", "revisor.html", "aret.html"}
PROGRAM = ".venv/bin/statsbidrag"
PARSER = get_command(app)
assert isinstance(PARSER, TyperGroup)
COMMANDS = PARSER.commands


def blocks() -> Iterator[tuple[str, str]]:
    """The lines that a reader is to type, with the page they stand on."""
    for page in PAGES.values():
        for token in page.tokens:
            if token.type == "fence" and not token.info:
                yield from ((page.source, line) for line in token.content.splitlines())


LINES = sorted(set(blocks()))


class _Html(HTMLParser):
    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all_of(self, name: str) -> list[str]:
        return [str(attrs[name]) for _, attrs in self.tags if name in attrs]


@pytest.fixture(scope="module")
def made() -> dict[str, _Html]:
    return {name: _Html(content) for name, content in handbook_files(PROJECT).items()}


# The commands ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("page", "line"), LINES)
def test_every_line_to_type_is_one_that_the_program_takes(page: str, line: str) -> None:
    """Parsed by the command line's own parser, without running anything."""
    words = shlex.split(line.partition(" 2>&1 | ")[0])
    if words[0] == "make":
        assert re.search(f"^{words[1]}:", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE)
        return
    if words[0] == "cp":
        return
    assert words[0] == PROGRAM
    at = next(n for n, word in enumerate(words) if word in COMMANDS)
    outer = PARSER.make_context("statsbidrag", words[1 : at + 1])
    COMMANDS[words[at]].make_context(words[at], words[at + 1 :], parent=outer)


def test_every_command_of_the_program_is_somewhere() -> None:
    typed = " ".join(line for _, line in LINES)
    assert [name for name in COMMANDS if f" {name} " not in f"{typed} "] == []


def test_every_option_and_command_that_is_named_is_there() -> None:
    options = {"--help"} | {
        option
        for command in [PARSER, *COMMANDS.values()]
        for each in command.params
        for option in each.opts
    }
    wrong = []
    for page in PAGES.values():
        for token in page.tokens:
            for code in (c.content for c in token.children or () if c.type == "code_inline"):
                wrong += [o for o in re.findall(r"(?:^| )(--[a-z]+)", code) if o not in options]
                found = re.match(r"statsbidrag ([a-z-]+)", code)
                wrong += [c for c in found.groups() if c not in COMMANDS] if found else []
    assert wrong == []


def test_the_folders_and_files_in_raw_that_are_named_can_be_there() -> None:
    known = {path.name for path in (PROJECT / "raw").iterdir()}
    known |= {"corrections", "decisions", "outcomes", "plans", "weights"}
    for page in PAGES.values():
        text = (PROJECT / page.source).read_text("utf-8")
        assert set(re.findall(r"\braw/([a-z]+)", text)) <= known


# The pages ---------------------------------------------------------------------------------------


def test_every_page_is_reached_from_the_first_one() -> None:
    docs = {
        path.relative_to(PROJECT).as_posix()
        for folder in ("docs", "docs/handbok")
        for path in (PROJECT / folder).glob("*.md")
    }
    # For whoever builds on: README leads there, and the site has no such page.
    assert {*PAGES, "docs/utveckling.md"} == docs
    assert {page.name for page in PAGES.values()} >= ROLES


def test_every_link_in_the_files_leads_to_a_file() -> None:
    for page in PAGES.values():
        for address in re.findall(r"\]\(([^)#]+)", (PROJECT / page.source).read_text("utf-8")):
            assert (PROJECT / normpath(join(dirname(page.source), address))).exists(), page.source


def test_every_link_on_the_site_leads_to_a_page_and_a_place(made: dict[str, _Html]) -> None:
    own = {INDEX, STATEMENT, SOURCES}
    beside = {*own, *made, *(f"static/{name}" for name in static_files())}
    places = {name: set(page.all_of("id")) for name, page in made.items()}
    for name, page in made.items():
        assert len(places[name]) == len(page.all_of("id"))
        for address in page.all_of("href"):
            path, _, place = address.partition("#")
            target = normpath(join(dirname(name), path)) if path else name
            assert target in beside, (name, address)
            assert not place or place in places[target], (name, address)


def test_each_role_is_one_step_from_the_first_page_and_that_from_the_front_page(
    made: dict[str, _Html],
) -> None:
    assert set(made["handbok/index.html"].all_of("href")) >= ROLES
    for content in (index_page([]), statement_page()):
        assert "handbok/index.html" in _Html(content).all_of("href")


def test_pages_keep_to_the_sites_own_policy(made: dict[str, _Html]) -> None:
    for name, page in made.items():
        tags = [tag for tag, _ in page.tags]
        assert any("default-src 'none'" in content for content in page.all_of("content")), name
        assert not {"script", "style", "img", "iframe", "svg"} & set(tags), name
        assert not page.all_of("style"), name
        assert ("html", {"lang": "sv"}) in page.tags
        assert [tags.count(tag) for tag in ("h1", "main", "header", "footer")] == [1] * 4, name
        assert len(set(page.all_of("aria-label"))) == len(page.all_of("aria-label")), name
        # Cells that are headings say of what.
        assert all("scope" in attrs for tag, attrs in page.tags if tag == "th"), name


def test_headings_are_in_swedish() -> None:
    english = {"the", "of", "and", "how", "to", "a", "with", "your", "file", "files", "year"}
    for page in PAGES.values():
        for title in (page.title, *(section.title for section in page.sections)):
            assert not english & set(title.lower().split()), title


def test_the_days_in_the_year_are_the_agreements_own(raw: Raw) -> None:
    text = (PROJECT / "docs/handbok/aret.md").read_text("utf-8")
    rows = re.findall(r"^\| `(psykisk-halsa-\d+)` \|(.*)\|$", text, re.MULTILINE)
    assert rows
    for agreement_id, cells in rows:
        data = read_yaml(raw.agreement_path(agreement_id)).data
        days = [data["population"]["reference_date"]]
        for name in ("requisition", "repayment"):
            day = data["dates"][name]
            days += [day["date"], *(each["date"] for each in day.get("changed", []))]
        assert re.findall(r"\d{4}-\d\d-\d\d", cells) == [str(day) for day in days]


# From Markdown to HTML ---------------------------------------------------------------------------


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    return tmp_path


def page_of(project: Path, text: str) -> str:
    (project / "docs" / "handbok.md").write_text(text, "utf-8")
    return handbook_files(project)["handbok/index.html"].decode()


def test_nothing_of_a_page_is_html_of_its_own(docs: Path) -> None:
    text = '# A\n\n<script>x</script> <b style="a">\n\n![bild](x.png) [ut](javascript:x)\n'
    html = page_of(docs, f"{text}\n| a |\n|--:|\n| <i> |\n")
    page = _Html(html.encode())
    assert "&lt;script&gt;" in html
    assert not {"script", "b", "i", "img"} & {tag for tag, _ in page.tags}
    assert not page.all_of("style")
    assert not [address for address in page.all_of("href") if ":" in address]


def test_what_is_not_on_the_site_is_named_and_not_led_to(docs: Path) -> None:
    html = page_of(docs, "# A\n\n[prov](../tests/a.yaml), [webb](https://x.se) och [här](#a)\n")
    assert "<p>prov, webb och " in html
    assert '<a href="#a">här</a>' in html


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# A\n\n[b](b.md)\n", "docs/b.md: the handbook leads to this page"),
        ("# A\n\n[b](#b)\n", "docs/handbok.md has no heading b"),
        ("## A\n", "has one main heading (#), this one has 0"),
    ],
)
def test_a_page_that_is_not_whole_is_named(docs: Path, text: str, said: str) -> None:
    with pytest.raises(ProgramError, match=re.escape(said)):
        page_of(docs, text)


def test_a_site_without_its_handbook_is_written_and_says_so(raw: Raw, tmp_path: Path) -> None:
    said = write_site(raw, tmp_path / "output", tmp_path)
    assert (tmp_path / "output" / "index.html").is_file()
    assert ["handbook leads to this page" in str(error) for error in said] == [True]
