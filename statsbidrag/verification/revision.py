"""A published revision put to the test: its files against its manifest, its amounts anew.

Belongs here: re-hashing, and recomputing from the raw files while they are those that the manifest
lists, else from what the revision itself recorded. Does not: comparing two revisions
(`statsbidrag.diff.comparing`), or printing what was found (`pipelines.commands.verify`).

The folder may be a copy, anywhere; nothing is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from schemas.agreement import Rounding, RoundingMethod, TotalsFrom
from schemas.manifest import HashedFile, Manifest
from schemas.revision_record import RevisionRecord
from statsbidrag.allocation.derivation import derive_all
from statsbidrag.allocation.rounding import half_up, round_column
from statsbidrag.dossier.gathering import computed
from statsbidrag.dossier.reading import read_inputs
from statsbidrag.errors import InputError, StatsbidragError, input_error
from statsbidrag.files.raw_folder import Raw
from statsbidrag.publication.amounts_csv import (
    AMOUNT_HEAD,
    allocation_csv,
    amount_lines,
    totals_csv,
)
from statsbidrag.publication.contents import ALLOCATION, TOTALS
from statsbidrag.publication.fingerprint import Inputs, inputs_of
from statsbidrag.publication.folder import MANIFEST, UnreadableManifestError, read_manifest
from statsbidrag.publication.reading_back import read_back
from statsbidrag.publication.record_json import RECORD, read_record
from statsbidrag.publication.recording import revision_record
from statsbidrag.publication.revision import Key, PublishedRevision
from statsbidrag.reconciliation.reconcile import reconcile
from statsbidrag.verification.disagreement import Disagreement
from statsbidrag.verification.record import against_anew, against_itself

_RAW: Final = "raw/"
_CHUNK: Final = 2**20
_AMOUNT, _PUBLISHED = AMOUNT_HEAD[5], AMOUNT_HEAD[7]
"""How a sum that was computed, and one that was published, is said to be which."""


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
        record = read_record(folder) if _has_record(manifest) else None
        anew = _recorded(folder, manifest, record) if changed else _from_raw(manifest, raw, record)
        amounts = sum(place.what == _AMOUNT and text != "" for place, text in anew.sums.items())
        wrong = [*_compared(folder, anew), *anew.wrong]
    except (StatsbidragError, OSError, KeyError, ValueError, ArithmeticError) as error:
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
    should = Inputs(manifest.inputs, manifest.versions).fingerprint
    if should != manifest.fingerprint:
        yield Disagreement(f"{MANIFEST}, fingerprint", manifest.fingerprint, should)
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


@dataclass(frozen=True)
class _Place:
    """A sum in a table: by file, post, code, the lines above with both, and which of its sums.

    `named` is how the table says whose it is, in the words of whoever wrote it.
    """

    file: str
    post: str
    code: str
    before: int
    what: str
    named: str = field(compare=False)

    def __str__(self) -> str:
        return f"{self.file} {self.named} {self.what}"


_Sums = dict[_Place, str]
"""What a table says of each sum."""


@dataclass(frozen=True)
class _Anew:
    """The sums computed again, and what of the record is not as it should be.

    `whole`: every sum there should be is among them, so that any other one is one too many.
    """

    sums: _Sums
    whole: bool
    wrong: tuple[Disagreement, ...]


def _has_record(manifest: Manifest) -> bool:
    return any(file.path == RECORD for file in manifest.outputs)


def _from_raw(manifest: Manifest, raw: Raw, record: RevisionRecord | None) -> _Anew:
    """The amounts as the raw files give them now, and the whole record with them."""
    inputs = read_inputs(raw, manifest.agreement)
    made = computed(inputs.amounts)
    words = made.register.words
    sums = _sums(ALLOCATION, allocation_csv(made.allocation, words))
    sums |= _sums(TOTALS, totals_csv(made.allocation, words))
    if record is None:
        return _Anew(sums, True, ())
    report = reconcile(
        made.agreement,
        made.register,
        made.extracts,
        made.allocation,
        inputs.plans,
        manifest.fingerprint,
    )
    derivations = derive_all(made.agreement, made.basis, made.allocation, made.register)
    stages = made.agreement, made.basis, made.allocation, report
    anew = revision_record(*stages, derivations, manifest.documents, words)
    return _Anew(sums, True, tuple(against_anew(record, anew)))


def _recorded(folder: Path, manifest: Manifest, record: RevisionRecord | None) -> _Anew:
    """The amounts as the revision's own exact shares give them, rounded by its own rules."""
    revision = read_back(folder, manifest)
    rounded = {key: sek for post in revision.posts for key, sek in _rounded(revision, post).items()}
    sums = {
        _Place(ALLOCATION, post, code, 0, _AMOUNT, f"{post} {recipients} {code}"): str(sek)
        for (post, recipients, code), sek in rounded.items()
    }
    wrong = [] if record is None else [*against_itself(record, manifest)]
    for each in record.amounts if record is not None else ():
        should = rounded.get((each.post, each.type, each.code))
        if should is not None and should != each.amount_sek:
            place = f"{RECORD} amounts {each.post} {each.type}:{each.code} amount_sek"
            wrong.append(Disagreement(place, str(each.amount_sek), str(should)))
    return _Anew(sums, False, tuple(wrong))


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


def _compared(folder: Path, anew: _Anew) -> Iterator[Disagreement]:
    """The sums that stand otherwise in the revision's tables."""
    stand: _Sums = {}
    for name in dict.fromkeys(place.file for place in anew.sums):
        stand |= _sums(name, (folder / name).read_bytes())
    for place in dict.fromkeys([*anew.sums, *(stand if anew.whole else ())]):
        should = anew.sums.get(place, "none")
        if stand.get(place) != should:
            yield Disagreement(str(place), stand.get(place, "none"), should)


def _sums(name: str, content: bytes) -> _Sums:
    return {
        _Place(name, line.post, line.code, line.before, what, line.named): text
        for line in amount_lines(content, sums=name == TOTALS)
        for what, text in ((_AMOUNT, line.amount), (_PUBLISHED, line.published))
    }
