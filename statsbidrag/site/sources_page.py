"""The page of sources and licences: every file from outside that a published figure rests on.

Belongs here: which files, what their sidecars say of them, and who uses them. Does not: reading
what the files hold.

That a file was used, with which hash, is what the published revisions say. What it is and under
which licence is what its sidecar says, as long as it still speaks of the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from schemas.agreement import Agreement, Source
from schemas.geography import GeographySidecar
from schemas.manifest import HashedFile
from schemas.sidecar import (
    PopulationSidecar,
    PublishedSidecar,
    RegisterSidecar,
    Sidecar,
    WeightsSidecar,
)
from statsbidrag.errors import InputError
from statsbidrag.files.raw_folder import Raw
from statsbidrag.rendering.templates import html_page
from statsbidrag.site.front_page import AgreementEntry
from statsbidrag.site.recipients_across_years import Shown

SOURCES: Final = "kallor.html"

_SIDECARS: Final[dict[str, type[Sidecar]]] = {
    "population": PopulationSidecar,
    "published": PublishedSidecar,
    "weights": WeightsSidecar,
    "register": RegisterSidecar,
    "geography": GeographySidecar,
}


@dataclass(frozen=True)
class SourceFile:
    """A file that figures rest on: what is known of it (None: nothing any more), and for whom."""

    name: str
    sha256: str
    sidecar: Sidecar | None
    used_by: tuple[str, ...]


@dataclass(frozen=True)
class RuleFile:
    """An agreement's own file: the papers that its rules are from."""

    entry: AgreementEntry
    sha256: str
    papers: tuple[Source, ...]


def sources_page(shown: Sequence[Shown], entries: Sequence[AgreementEntry], raw: Raw) -> bytes:
    """`output/kallor.html`: agreements, population, published tables, boundaries, fonts."""
    files = {kind: tuple(_files(kind, shown, raw)) for kind in _SIDECARS}
    return html_page(
        "site/kallor.html.jinja", root="", rules=tuple(_rules(shown, entries, raw)), files=files
    )


def _files(kind: str, shown: Sequence[Shown], raw: Raw) -> Iterator[SourceFile]:
    used: dict[tuple[str, str], list[str]] = {}
    for each in shown:
        for name, file in _raw_inputs(each.manifest.inputs):
            if name.startswith(f"{kind}/") and not name.endswith(".yaml"):
                used.setdefault((name, file.sha256), []).append(str(each.manifest.about.year))
    for (name, sha256), years in sorted(used.items()):
        sidecar = _sidecar(raw, kind, name, sha256)
        yield SourceFile(name, sha256, sidecar, tuple(dict.fromkeys(sorted(years))))


def _raw_inputs(inputs: Iterable[HashedFile]) -> Iterator[tuple[str, HashedFile]]:
    for file in inputs:
        if file.path.startswith("raw/"):
            yield file.path.removeprefix("raw/"), file


def _sidecar(raw: Raw, kind: str, name: str, sha256: str) -> Sidecar | None:
    """What a file's sidecar says, if it still speaks of the same bytes."""
    path = raw.root / PurePosixPath(name).with_suffix(".yaml")
    try:
        found = raw.model(path, _SIDECARS[kind]) if path.is_file() else None
    except InputError:
        return None
    return found if found is not None and found.sha256 == sha256 else None


def _rules(
    shown: Sequence[Shown], entries: Sequence[AgreementEntry], raw: Raw
) -> Iterator[RuleFile]:
    by_id = {entry.id: entry for entry in entries}
    for each in shown:
        own = each.manifest.agreement
        wanted = f"agreements/{own}.yaml"
        for name, file in _raw_inputs(each.manifest.inputs):
            if name == wanted:
                yield RuleFile(by_id[own], file.sha256, _papers(raw, own))


def _papers(raw: Raw, agreement_id: str) -> tuple[Source, ...]:
    path = raw.agreement_path(agreement_id)
    try:
        return tuple(raw.model(path, Agreement).sources.values()) if path.is_file() else ()
    except InputError:
        return ()
