"""The front page: which agreements there are, their state in words, and the way to all their files.

Belongs here: what the front page shows of one agreement, read from the manifest of its revision.
Does not: bringing the site up to date (`statsbidrag.site.update`), or the recipients' pages
(`statsbidrag.site.recipient_pages`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.agreement import Coverage, Status
from schemas.common import Maturity
from schemas.documents import AUDIT, DECISION, NATIONAL, family_of, recipient_of
from schemas.manifest import Manifest
from statsbidrag.diff.writing import DIFF, PAGE
from statsbidrag.rendering.templates import html_page
from statsbidrag.swedish.verdicts import withheld_in_words

TITLE: Final = "Statsbidrag enligt överenskommelse"
INDEX: Final = "index.html"

_NATION: Final = "Fördelning per region, län och kommun"
_TABLES: Final = {
    "allocation.xlsx": "Så räknas beloppen fram (XLSX)",
    "allocation.csv": "Belopp per mottagare och post (CSV)",
    "totals.csv": "Summor per mottagare och post (CSV)",
    "reconciliation.csv": "Avstämning (CSV)",
}
_CHECKS: Final = {
    f"{AUDIT.path()}.html": AUDIT.name,
    f"{AUDIT.path()}.pdf": f"{AUDIT.name} (PDF)",
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
    held: tuple[str, ...] = ()
    held_report: str = ""

    @property
    def draft(self) -> bool:
        """Whether the agreement is not yet decided, which the entry says before all else."""
        return self.status == Status.DRAFT

    @property
    def nation(self) -> tuple[Link, ...]:
        """The national tables, as a page and as PDF."""
        text = "Det som är känt av fördelningen" if self.partial else _NATION
        return self._links(
            {f"{NATIONAL.path()}.html": text, f"{NATIONAL.path()}.pdf": f"{text} (PDF)"}
        )

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
        stem, _, suffix = path.rpartition(".")
        county = recipient_of(path)
        if county is not None and suffix == "html" and family_of(stem) is DECISION:
            pdf = f"{stem}.pdf"
            yield CountyLinks(
                names.get(county.code, county.code),
                f"{home}/{path}",
                f"{home}/{pdf}" if pdf in outputs else "",
            )


def index_page(entries: Sequence[AgreementEntry], *, recipients: int = 0) -> bytes:
    """`output/index.html`: every agreement, the newest first, and the way to all its files.

    `recipients` is how many have a page of their own; with none there is nobody to look for.
    """
    return html_page(
        "site/index.html.jinja",
        root="",
        title=TITLE,
        entries=newest_first(entries),
        recipients=recipients,
    )


def newest_first(entries: Iterable[AgreementEntry]) -> list[AgreementEntry]:
    """The order in which agreements are shown everywhere on the site."""
    return sorted(entries, key=lambda entry: (-entry.year, entry.id))
