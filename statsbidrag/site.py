"""The site's own pages: the list of agreements, and the accessibility statement.

Belongs here: which agreements, states and files the front page shows and links to, and bringing it
up to date with what is published. Does not: the pages of a revision (`statsbidrag.audit`,
`statsbidrag.documents`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from schemas.agreement import Coverage, Status
from schemas.common import Maturity
from schemas.manifest import Manifest
from statsbidrag.audit import PATH as AUDIT
from statsbidrag.audit import withheld_in_words
from statsbidrag.errors import InputError, ProgramError
from statsbidrag.fingerprint import inputs_of
from statsbidrag.handbook import handbook_files
from statsbidrag.national_tables import PATH as NATION
from statsbidrag.pages import html_page
from statsbidrag.publication import (
    CURRENT,
    NAME_LENGTH,
    current_manifests,
    read_manifest,
    write_files,
)
from statsbidrag.raw import Raw
from statsbidrag.rendering import STATIC, static_files
from statsbidrag.revision_files import DIFF, PAGE, revision_documents

TITLE: Final = "Statsbidrag enligt överenskommelse"
INDEX: Final = "index.html"
STATEMENT: Final = "tillganglighet.html"

_NATION: Final = "Fördelning per region, län och kommun"
_DECISION: Final = "beslutsunderlag.html"
_TABLES: Final = {
    "allocation.xlsx": "Så räknas beloppen fram (XLSX)",
    "allocation.csv": "Belopp per mottagare och post (CSV)",
    "totals.csv": "Summor per mottagare och post (CSV)",
    "reconciliation.csv": "Avstämning (CSV)",
}
_CHECKS: Final = {
    f"{AUDIT}.html": "Avstämning",
    f"{AUDIT}.pdf": "Avstämning (PDF)",
    "manifest.json": "Manifest med indata och kontrollsummor (JSON)",
}


@dataclass(frozen=True)
class Link:
    """A relative address and what it says."""

    href: str
    text: str


@dataclass(frozen=True)
class CountyLinks:
    """One county's decision document, as a page and, where there is one, as PDF."""

    name: str
    page: str
    pdf: str


@dataclass(frozen=True)
class AgreementEntry:
    """One agreement on the front page. `folder` is the way to its revision, empty if none is shown.

    `maturities` are those of the populations that its amounts rest on, `marked` those that a reader
    is told of; `withheld` is in words.
    """

    id: str
    title: str
    year: int
    status: Status
    partial: bool
    total_sek: int
    maturities: tuple[Maturity, ...]
    marked: tuple[Maturity, ...]
    folder: str
    revision: str
    withheld: tuple[str, ...]
    files: frozenset[str]
    counties: tuple[CountyLinks, ...]
    revisions: tuple[Link, ...] = ()

    @property
    def draft(self) -> bool:
        """Whether the agreement is not yet decided, which the entry says before all else."""
        return self.status == Status.DRAFT

    @property
    def nation(self) -> tuple[Link, ...]:
        """The national tables, as a page and as PDF."""
        text = "Det som är känt av fördelningen" if self.partial else _NATION
        return self._links({f"{NATION}.html": text, f"{NATION}.pdf": f"{text} (PDF)"})

    @property
    def tables(self) -> tuple[Link, ...]:
        """The files for a spreadsheet."""
        return self._links(_TABLES)

    @property
    def checks(self) -> tuple[Link, ...]:
        """The audit page and the manifest."""
        return self._links(_CHECKS)

    def _links(self, texts: Mapping[str, str]) -> tuple[Link, ...]:
        return tuple(
            Link(f"{self.folder}/{path}", text)
            for path, text in texts.items()
            if path in self.files
        )


def agreement_entry(
    manifest: Manifest, folder: str, revisions: Sequence[str] = ()
) -> AgreementEntry:
    """What the front page shows of one agreement and its revision.

    `folder` is the way to the revision, `<agreement>/current` for a complete one; `revisions` are
    the names of its revision documents, `<before>..<after>`.
    """
    about = manifest.about
    outputs = frozenset(file.path for file in manifest.outputs)
    return AgreementEntry(
        id=manifest.agreement,
        title=about.title,
        year=about.year,
        status=about.status,
        partial=about.coverage == Coverage.PARTIAL,
        total_sek=about.total_sek,
        maturities=about.maturities,
        marked=about.marked,
        folder=folder,
        revision=manifest.fingerprint,
        withheld=tuple(withheld_in_words(name, about.counties) for name in manifest.withheld),
        # A manifest does not list itself, and is always there.
        files=outputs | {"manifest.json"},
        counties=tuple(_counties(outputs, about.counties, folder)),
        revisions=tuple(_revision(manifest.agreement, name) for name in revisions),
    )


def _revision(agreement_id: str, name: str) -> Link:
    before, _, after = name.partition("..")
    return Link(f"{agreement_id}/{DIFF}/{name}/{PAGE}", f"Från {before} till {after}")


def _counties(
    outputs: frozenset[str], names: Mapping[str, str], home: str
) -> Iterable[CountyLinks]:
    for path in sorted(outputs):
        parts = path.split("/")
        if len(parts) == 3 and parts[0] == "lan" and parts[2] == _DECISION:
            pdf = f"{path.removesuffix('.html')}.pdf"
            yield CountyLinks(
                names.get(parts[1][:2], parts[1]),
                f"{home}/{path}",
                f"{home}/{pdf}" if pdf in outputs else "",
            )


def index_page(entries: Sequence[AgreementEntry]) -> bytes:
    """`output/index.html`: every agreement, the newest first, and the way to all its files."""
    newest_first = sorted(entries, key=lambda entry: (-entry.year, entry.id))
    return html_page("index.html.jinja", static=f"{STATIC}/", title=TITLE, entries=newest_first)


def statement_page() -> bytes:
    """`output/tillganglighet.html`: what the site conforms to. The contact is left blank."""
    return html_page("tillganglighet.html.jinja", static=f"{STATIC}/", title=TITLE)


def site_files(entries: Sequence[AgreementEntry]) -> dict[str, bytes]:
    """The site's own pages by path below `output/`; style sheets and fonts go beside them."""
    return {INDEX: index_page(entries), STATEMENT: statement_page()}


def write_site(raw: Raw, output: Path, project: Path) -> list[ProgramError]:
    """The site's own pages, as what is published now asks for; the same state, the same bytes.

    Every current revision is shown. An agreement without one is shown with the revision of its
    inputs as they are, if there is such a one: something of it is withheld. Gives back the errors
    of revisions, and of a handbook, that cannot be read: the site goes without them. Raises
    ProgramError where nothing can be written.
    """
    current, failed = current_manifests(output)
    entries = [
        agreement_entry(each, f"{name}/{CURRENT}", revision_documents(output, name))
        for name, each in current.items()
    ]
    for name in raw.agreement_ids():
        if name in current:
            continue
        try:
            revision = inputs_of(raw, name, project).fingerprint[:NAME_LENGTH]
            if (output / name / revision).is_dir():
                manifest = read_manifest(output / name / revision)
                made = revision_documents(output, name)
                entries.append(agreement_entry(manifest, f"{name}/{revision}", made))
        except InputError:
            # That its files cannot be read is told by whatever runs it.
            continue
        except ProgramError as error:
            failed.append(error)
    files = site_files(entries)
    try:
        files |= handbook_files(project, TITLE)
    except ProgramError as error:
        failed.append(error)
    write_files(output, {**files, **{f"{STATIC}/{n}": c for n, c in static_files().items()}})
    return failed
