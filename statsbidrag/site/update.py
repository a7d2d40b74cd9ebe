"""The site: bringing its own pages up to date with what is published.

Belongs here: which revisions are shown, and all the site's files. Does not: what a page shows
(`statsbidrag.site.front_page`, `statsbidrag.site.recipient_pages`,
`statsbidrag.site.sources_page`), or the pages of a revision (`statsbidrag.documents.audit`,
`statsbidrag.documents.catalogue`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from schemas.common import Level
from schemas.documents import AUDIT
from schemas.manifest import Manifest
from statsbidrag.diff.writing import revision_documents
from statsbidrag.errors import InputError, ProgramError
from statsbidrag.files.raw_folder import Raw
from statsbidrag.publication.fingerprint import inputs_of
from statsbidrag.publication.folder import (
    CURRENT,
    NAME_LENGTH,
    current_manifests,
    read_manifest,
    remove_others,
    write_files,
)
from statsbidrag.publication.revision_names import revision_names
from statsbidrag.register.outlines import Outlines, read_geography
from statsbidrag.rendering.templates import STATIC, html_page, static_files
from statsbidrag.site.front_page import (
    INDEX,
    AgreementEntry,
    agreement_entry,
    index_page,
    newest_first,
)
from statsbidrag.site.handbook import handbook_files
from statsbidrag.site.recipient_pages import recipient_files
from statsbidrag.site.recipients_across_years import FOLDER, Shown, recipients
from statsbidrag.site.search_index import INDEX as SEARCH_INDEX
from statsbidrag.site.search_index import search_index
from statsbidrag.site.sources_page import SOURCES, sources_page
from statsbidrag.swedish.verdicts import withheld_in_words

STATEMENT: Final = "tillganglighet.html"


def statement_page() -> bytes:
    """`output/tillganglighet.html`: what the site conforms to. The contact is left blank."""
    return html_page("site/tillganglighet.html.jinja", root="")


def site_files(
    entries: Sequence[AgreementEntry], shown: Sequence[Shown], raw: Raw
) -> tuple[dict[str, bytes], list[ProgramError]]:
    """The site's own pages by path below `output/`; style sheets and fonts go beside them.

    Both come the newest first. Gives back the errors of revisions whose tables cannot be read:
    their agreements are on the front page only.
    """
    everyone, failed = recipients(shown)
    return {
        INDEX: index_page(entries, recipients=len(everyone)),
        STATEMENT: statement_page(),
        SOURCES: sources_page(shown, entries, raw),
        SEARCH_INDEX: search_index(everyone),
        **recipient_files(everyone, entries, _outlines(raw)),
    }, failed


def _outlines(raw: Raw) -> dict[Level, Outlines]:
    """What maps are drawn from; none of a level whose file is not there, or cannot be used."""
    found: dict[Level, Outlines] = {}
    for level in Level:
        with contextlib.suppress(InputError):
            file = raw.geography(level)
            if file is not None:
                found[level] = Outlines(read_geography(file), file.sidecar.producer)
    return found


def write_site(raw: Raw, output: Path, project: Path) -> list[ProgramError]:
    """The site's own pages, as what is published now asks for; the same state, the same bytes.

    Every current revision is shown. An agreement without one is shown with the revision of its
    inputs as they are, if there is such a one: something of it is withheld. Gives back the errors
    of revisions, and of a handbook, that cannot be read: the site goes without them. Raises
    ProgramError where nothing can be written.
    """
    current, failed = current_manifests(output)
    shown = [
        Shown(each, output / name / CURRENT, f"{name}/{CURRENT}") for name, each in current.items()
    ]
    held: dict[str, Manifest] = {}
    for name in raw.agreement_ids():
        try:
            newer = _withheld(raw, output, project, name)
        except ProgramError as error:
            failed.append(error)
            continue
        if newer is None:
            continue
        if name in current:
            held[name] = newer
        else:
            way = f"{name}/{newer.fingerprint[:NAME_LENGTH]}"
            shown.append(Shown(newer, output / way, way))
    entries = newest_first(_entry(each, output, held) for each in shown)
    order = [entry.id for entry in entries]
    shown.sort(key=lambda each: order.index(each.manifest.agreement))
    files, unread = site_files(entries, shown, raw)
    try:
        files |= handbook_files(project)
    except ProgramError as error:
        failed.append(error)
    write_files(output, {**files, **{f"{STATIC}/{n}": c for n, c in static_files().items()}})
    remove_others(output, FOLDER, files.keys())
    return [*failed, *unread]


def _withheld(raw: Raw, output: Path, project: Path, agreement_id: str) -> Manifest | None:
    """The manifest of the revision of an agreement's inputs as they are, unless it is the current.

    Such a one withholds something. Raises ProgramError where it cannot be read.
    """
    current = output / agreement_id / CURRENT
    there = revision_names(output, agreement_id)
    # None, or all that there is is current: no need to hash what it would be made from.
    if not there or there == [current.resolve().name]:
        return None
    try:
        revision = inputs_of(raw, agreement_id, project).fingerprint[:NAME_LENGTH]
    except InputError:
        # That its files cannot be read is told by whatever runs it.
        return None
    if revision not in there or current.resolve().name == revision:
        return None
    manifest = read_manifest(output / agreement_id / revision)
    return manifest if manifest.withheld or not current.is_dir() else None


def _entry(shown: Shown, output: Path, held: dict[str, Manifest]) -> AgreementEntry:
    name = shown.manifest.agreement
    entry = agreement_entry(shown.manifest, shown.way, revision_documents(output, name))
    newer = held.get(name)
    if newer is None:
        return entry
    return replace(
        entry,
        held=tuple(withheld_in_words(each, newer.about.counties) for each in newer.withheld),
        held_report=f"{name}/{newer.fingerprint[:NAME_LENGTH]}/{AUDIT.path()}.html",
    )
