"""A published revision put to the test: its files against its manifest, its amounts anew.

Belongs here: re-hashing, and recomputing from the raw files while they are those that the manifest
lists, else from what the revision itself recorded. Does not: comparing two revisions
(`statsbidrag.diff.comparing`), or printing what was found (`pipelines.commands.verify`).

The folder may be a copy, anywhere; nothing is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from schemas.agreement import Rounding, RoundingMethod, TotalsFrom
from schemas.manifest import HashedFile, Manifest
from statsbidrag.allocation.rounding import half_up, round_column
from statsbidrag.dossier.gathering import compute
from statsbidrag.errors import InputError, StatsbidragError, input_error
from statsbidrag.files.csv_files import csv_rows
from statsbidrag.files.raw_folder import Raw
from statsbidrag.publication.amounts_csv import allocation_csv, totals_csv
from statsbidrag.publication.contents import ALLOCATION, TOTALS
from statsbidrag.publication.fingerprint import Inputs, inputs_of
from statsbidrag.publication.folder import MANIFEST, UnreadableManifestError, read_manifest
from statsbidrag.publication.reading_back import read_tables
from statsbidrag.publication.revision import Key, PublishedRevision
from statsbidrag.swedish.recipient_types import TYPES

_RAW: Final = "raw/"
_CHUNK: Final = 2**20
AMOUNT: Final = "belopp, kr"
"""The column of amounts that were computed."""
_SUMS: Final = (AMOUNT, "publicerat, kr")


@dataclass(frozen=True)
class Disagreement:
    """One thing that is not as it should be: where, what is there, what should be."""

    place: str
    stands: str
    should: str


@dataclass(frozen=True)
class VerifiedRevision:
    """What a folder came to. `changed` are the raw files that are no longer what was used.

    `amounts` counts those that were recomputed: from the raw files where nothing in them has
    changed (`from_raw`), else from the shares that the revision recorded. `why_not` says what
    hindered either. `program_changed`: what computes is not what computed then.
    """

    folder: Path
    manifest: Manifest
    files: tuple[Disagreement, ...]
    changed: tuple[Disagreement, ...]
    program_changed: bool
    from_raw: bool
    amounts: int
    wrong: tuple[Disagreement, ...]
    why_not: str

    @property
    def agrees(self) -> bool:
        """Whether every file is what the manifest says, and every amount comes out again."""
        return not (self.files or self.wrong or self.why_not)


def verify_revision(folder: Path, raw: Raw, project: Path) -> VerifiedRevision:
    """The revision in this folder, re-hashed, and its amounts recomputed.

    Raises InputError where the folder has no manifest of a revision.
    """
    manifest = _manifest(folder)
    changed, program_changed = _changed(manifest, raw, project)
    amounts, wrong, why_not = 0, list[Disagreement](), ""
    try:
        recomputed = _recorded(folder, manifest) if changed else _from_raw(manifest, raw)
        amounts, wrong = _compared(folder, recomputed)
    except (StatsbidragError, OSError, KeyError, ValueError) as error:
        why_not = str(error) if isinstance(error, StatsbidragError) else repr(error)
    return VerifiedRevision(
        folder=folder,
        manifest=manifest,
        files=tuple(_files(folder, manifest)),
        changed=changed,
        program_changed=program_changed,
        from_raw=not changed,
        amounts=amounts,
        wrong=tuple(wrong),
        why_not=why_not,
    )


# --- The files -------------------------------------------------------------------------------


def _manifest(folder: Path) -> Manifest:
    try:
        return read_manifest(folder)
    except UnreadableManifestError as error:
        raise input_error(
            error.path,
            expected="the manifest of a published revision",
            found=error.reason,
            action="name the folder of a revision, such as output/ID/current, or a copy of one",
        ) from None


def _files(folder: Path, manifest: Manifest) -> Iterator[Disagreement]:
    """What is altered, missing or added, and a manifest that contradicts itself."""
    computed = Inputs(manifest.inputs, manifest.versions).fingerprint
    if computed != manifest.fingerprint:
        yield Disagreement(f"{MANIFEST}, fingerprint", manifest.fingerprint, computed)
    listed = {file.path for file in manifest.outputs}
    for file in manifest.outputs:
        found = _digest(folder / file.path)
        if found != file.sha256:
            yield Disagreement(file.path, found or "no file", file.sha256)
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if (path.is_symlink() or not path.is_dir()) and name not in {MANIFEST, *listed}:
            yield Disagreement(name, "a file that the manifest does not list", "none")


def _digest(path: Path) -> str:
    """The sha256 of an ordinary file, empty where there is none."""
    if path.is_symlink() or not path.is_file():
        return ""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()


# --- What it was made from -------------------------------------------------------------------


def _changed(manifest: Manifest, raw: Raw, project: Path) -> tuple[tuple[Disagreement, ...], bool]:
    """The raw files that differ from those that were used, and whether the program does."""
    try:
        now: Sequence[HashedFile] = inputs_of(raw, manifest.agreement, project).files
    except InputError as error:
        missing = Disagreement(error.problems[0].file, error.problems[0].found, "as it was")
        return (missing,), True
    used, there = ({file.path: file.sha256 for file in files} for files in (manifest.inputs, now))
    paths = [path for path in dict.fromkeys([*used, *there]) if used.get(path) != there.get(path)]
    found = tuple(
        Disagreement(path, there.get(path, "no file"), used.get(path, "not used then"))
        for path in paths
        if path.startswith(_RAW)
    )
    return found, len(found) < len(paths)


# --- The amounts -----------------------------------------------------------------------------

_Cells = dict[tuple[str, ...], str]
"""What a table says of each sum: by file, kind of sum, post, recipient type, code, column."""


def _from_raw(manifest: Manifest, raw: Raw) -> _Cells:
    """The amounts as the raw files give them now."""
    allocation = compute(raw, manifest.agreement).allocation
    return _cells(ALLOCATION, allocation_csv(allocation)) | _cells(TOTALS, totals_csv(allocation))


def _recorded(folder: Path, manifest: Manifest) -> _Cells:
    """The amounts as the revision's own exact shares give them, rounded by its own rules."""
    revision = read_tables(folder, manifest)
    return {
        (ALLOCATION, "", post, TYPES[recipients], code, AMOUNT): str(sek)
        for post in revision.posts
        for (_, recipients, code), sek in _rounded(revision, post).items()
    }


def _rounded(revision: PublishedRevision, post: str) -> dict[Key, int]:
    """A post's amounts from its exact shares.

    Where a condition keeps something back, a rounding that looks at the whole column cannot be done
    again from what is left: then an amount less than one unit from its share stands as it is.
    """
    rule = revision.posts[post]
    own = {key: amount for key, amount in revision.amounts.items() if key[0] == post}
    exact = {key: amount.exact for key, amount in own.items()}
    shares = {key: share for key, share in exact.items() if share is not None}
    rounding = Rounding(method=rule.method, unit=rule.unit, totals=TotalsFrom.UNROUNDED)
    if rule.method == RoundingMethod.HALF_UP or sum(shares.values()) == rule.amount_sek:
        return dict(zip(shares, round_column([*shares.values()], rounding), strict=True))
    stand = {key: own[key].computed_sek or 0 for key in shares}
    return {
        key: stand[key] if abs(stand[key] - share) < rule.unit else half_up(share, rule.unit)
        for key, share in shares.items()
    }


def _compared(folder: Path, recomputed: _Cells) -> tuple[int, list[Disagreement]]:
    """How many sums were recomputed, and those that stand otherwise in the revision's tables."""
    stand: _Cells = {}
    for name in dict.fromkeys(cell[0] for cell in recomputed):
        stand |= _cells(name, (folder / name).read_bytes())
    amounts = sum(cell[-1] == AMOUNT and text != "" for cell, text in recomputed.items())
    places = dict.fromkeys([*recomputed, *(stand if _whole(recomputed) else ())])
    wrong = [
        Disagreement(" ".join(filter(None, place)), stand.get(place, "none"), expected)
        for place in places
        if stand.get(place) != (expected := recomputed.get(place, "none"))
    ]
    return amounts, wrong


def _whole(recomputed: _Cells) -> bool:
    """Whether every sum was recomputed, so that any other one is one too many."""
    return any(cell[0] == TOTALS for cell in recomputed)


def _cells(name: str, content: bytes) -> _Cells:
    return {
        (name, row.get("slag", ""), row["post"], row["mottagartyp"], row["kod"], column): row[
            column
        ]
        for row in csv_rows(content, ("post", "mottagartyp", "kod", *_SUMS))
        for column in _SUMS
    }
