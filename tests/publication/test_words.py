"""A better word in a table makes no revision unreadable that was published with the old one.

`tests/cases/before_json` is a revision of the small country as it was published before revisions
said anything to machines: its tables, and a manifest of raw files alone.
"""

from __future__ import annotations

import ast
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from schemas.common import Maturity, RecipientType
from schemas.reconciliation import Kind, Verdict
from schemas.register import TypesInWords
from statsbidrag.allocation.figures import MATURITIES
from statsbidrag.diff.comparing import compare_revisions
from statsbidrag.files.csv_files import csv_rows
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.publication import amounts_csv, reading_back, revision_before_json
from statsbidrag.publication.reading_back import read_revision
from statsbidrag.publication.record_json import RECORD
from statsbidrag.publication.revision import Key, PublishedRevision
from statsbidrag.register import recipients
from statsbidrag.register.recipients import usual_words
from statsbidrag.site.update import write_site
from statsbidrag.swedish.verdicts import KINDS, VERDICTS
from statsbidrag.verification.revision import verify_revision
from tests.cases.small_country import AGES, AGREEMENT, BY_AGE, SmallCountry, jsonstat
from tests.helpers.pages import text_of
from tests.helpers.program import in_process
from tests.helpers.published_documents import with_documents
from tests.helpers.revisions import without

OLD: Final = PROJECT / "tests" / "cases" / "before_json"
LAN, KOMMUN = RecipientType.LAN, RecipientType.KOMMUN

BETTER: Final[dict[str, tuple[dict[Any, Any], object, object]]] = {
    "återräknad": (MATURITIES, Maturity.RECONSTRUCTED, "rekonstruerad"),
    "Beräknade belopp mot publicerade": (KINDS, Kind.PUBLISHED_AMOUNT, ("Räknat mot tryckt", "")),
    "Stämmer": (VERDICTS, Verdict.EQUAL, "Lika"),
    "riket": (amounts_csv.SUMS, "nation", "hela landet"),
}
"""A word that stands in some table of a revision, where it lives, and a better one."""

HEADS: Final = ("AMOUNT_HEAD", "POPULATION_HEAD", "POST_HEAD", "DERIVATION_HEAD")


@dataclass(frozen=True)
class Published:
    """One revision with the words of today, and one from before, of the same raw files."""

    country: SmallCountry
    output: Path
    new: str
    old: str

    def folder(self, name: str) -> Path:
        return self.output / AGREEMENT / name


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    base = tmp_path_factory.mktemp("words")
    country = SmallCountry(base / "raw").write()
    country.extract("aldrar", jsonstat(BY_AGE, AGES), maturity="reconstructed")
    country.published("lan,01,lan/e,86", "kommun,0114,kommun/c,100")
    new = with_documents(country.raw, base / "output", AGREEMENT)
    fingerprint = json.loads((OLD / "manifest.json").read_bytes())["fingerprint"]
    old = shutil.copytree(OLD, new.with_name(fingerprint[:12]))
    return Published(country, base / "output", new.name, old.name)


def in_other_words() -> TypesInWords:
    """The types as they would be called by somebody else."""
    return TypesInWords(
        tuple(
            words.model_copy(update={"singular": f"{words.singular}, bättre sagt"})
            for words in usual_words().types
        )
    )


@pytest.fixture(params=["återräknad", "Beräknade belopp mot publicerade", "every word"])
def better(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Better words in the living tables: one of them, or all, with the headings of columns."""
    for name, (table, key, word) in BETTER.items():
        if request.param in (name, "every word"):
            assert word != table[key]
            monkeypatch.setitem(table, key, word)
    if request.param == "every word":
        for module in (recipients, reading_back, revision_before_json):
            monkeypatch.setattr(module, "usual_words", in_other_words)
    for name in HEADS if request.param == "every word" else ():
        head = [f"{word}, bättre sagt" for word in getattr(amounts_csv, name)]
        monkeypatch.setattr(amounts_csv, name, head)


def test_the_words_are_those_of_the_revision_from_before() -> None:
    text = "".join(path.read_text("utf-8-sig") for path in sorted(OLD.rglob("*.csv")))
    assert [word for word in BETTER if word not in text] == []


def figures(revision: PublishedRevision) -> dict[Key, object]:
    return {
        key: (each.exact, each.own, each.computed_sek, each.published_sek, each.maturity)
        for key, each in {**revision.amounts, **revision.totals}.items()
    }


@pytest.mark.usefixtures("better")
def test_diff_reads_both(published: Published) -> None:
    names = (published.old, published.new)
    old, new = (read_revision(published.output, AGREEMENT, name) for name in names)
    assert old.amounts["kommun/c", KOMMUN, "0114"].maturity == Maturity.RECONSTRUCTED
    assert old.verdicts == {
        ("lan/e", LAN, "01"): Verdict.EQUAL,
        ("kommun/c", KOMMUN, "0114"): Verdict.EQUAL,
    }
    assert (figures(old), old.bases) == (figures(new), new.bases)
    assert old.verdicts == new.verdicts
    changes = compare_revisions(old, new)
    assert not changes.anything
    assert (changes.posts, [each.reasons for each in changes.lines if each.reasons]) == ((), [])
    in_process("--output", published.output, "diff", AGREEMENT, *names).require(0)


@pytest.mark.usefixtures("better")
@pytest.mark.parametrize("form", ["new", "old"])
def test_the_site_shows_the_verdicts_of_both(
    form: str, published: Published, tmp_path: Path
) -> None:
    name = getattr(published, form)
    home = tmp_path / AGREEMENT
    shutil.copytree(published.folder(name), home / name)
    (home / "current").symlink_to(name)
    assert write_site(published.country.raw, tmp_path, PROJECT) == []
    county = text_of((tmp_path / "mottagare/lan/01-norra-lan.html").read_text("utf-8"))
    said = "det är samma belopp som vi räknar fram"
    assert f"86 kr: {said}" in county
    assert "Beslutsunderlag" in county
    town = text_of((tmp_path / "mottagare/kommun/0114-alby.html").read_text("utf-8"))
    assert f"100 kr: {said}" in town


@pytest.mark.usefixtures("better")
@pytest.mark.parametrize("form", ["new", "old", "new, without what it says to machines"])
@pytest.mark.parametrize("raw", ["there", "gone"])
def test_verify_recomputes_both(form: str, raw: str, published: Published, tmp_path: Path) -> None:
    folder = published.folder(getattr(published, form[:3]))
    if form not in ("new", "old"):
        folder = without(Path(shutil.copytree(folder, tmp_path / "copy")), RECORD)
    root = published.country.root if raw == "there" else tmp_path / "none"
    found = verify_revision(folder, Raw(root), PROJECT)
    assert (found.files, found.wrong, found.why_not) == ((), (), "")
    assert found.from_raw == (raw == "there")
    assert found.amounts > 10


def test_the_better_word_is_what_a_new_revision_says(country: SmallCountry, tmp_path: Path) -> None:
    country.types("singular: län", "singular: landskap")
    folder = with_documents(country.raw, tmp_path, AGREEMENT)
    rows = csv_rows((folder / "allocation.csv").read_bytes())
    assert {row["mottagartyp"] for row in rows} == {"region", "landskap", "kommun", "SKR"}
    record = json.loads((folder / RECORD).read_bytes())
    assert {each["type"] for each in record["amounts"]} == {"region", "lan", "kommun", "skr"}


def test_the_frozen_words_are_nobody_elses() -> None:
    tree = ast.parse(Path(revision_before_json.__file__).read_text("utf-8"))
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert "schemas.common" in imported
    living = ("statsbidrag.swedish", "statsbidrag.allocation", "statsbidrag.documents")
    assert not [name for name in imported if name.startswith((*living, amounts_csv.__name__))]
