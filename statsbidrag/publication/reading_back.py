"""A published revision read back from its own folder, never from the raw files.

Belongs here: that its files are what the manifest says, and from `audit/revision.json` to typed
objects. Does not: those objects (`statsbidrag.publication.revision`), which revision is meant
(`statsbidrag.publication.revision_names`), the file itself (`statsbidrag.publication.record_json`),
or revisions that have none (`statsbidrag.publication.revision_before_json`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from schemas.common import NATION, TOTAL
from schemas.decisions import Issued
from schemas.manifest import Manifest
from schemas.reconciliation import Kind, Verdict
from schemas.register import TypesInWords
from schemas.revision_record import (
    RecordedAmount,
    RecordedBasis,
    RecordedPost,
    RecordedStep,
    RevisionRecord,
)
from statsbidrag.errors import ProgramError
from statsbidrag.plans.issued import AUDIT as DECISIONS
from statsbidrag.publication.folder import NAME_LENGTH, UnreadableManifestError, read_manifest
from statsbidrag.publication.record_json import RECORD, read_record
from statsbidrag.publication.revision import (
    ALL_AGES,
    Amount,
    Key,
    PublishedBasis,
    PublishedPost,
    PublishedRevision,
    Step,
    basis_name,
)
from statsbidrag.publication.revision_before_json import read_before_json
from statsbidrag.register.recipients import usual_words


def read_revision(output: Path, agreement_id: str, name: str) -> PublishedRevision:
    """A revision whose files are what its manifest says.

    Raises ProgramError where it was altered, UsageError where it was made before revisions carried
    their population.
    """
    folder = output / agreement_id / name
    return read_back(folder, _unaltered(agreement_id, folder))


def read_back(folder: Path, manifest: Manifest) -> PublishedRevision:
    """The revision in this folder, wherever it lies, as its files are now.

    Raises ProgramError where they cannot be read, UsageError where it was made before revisions
    carried their population.
    """
    there = {file.path for file in manifest.outputs}
    issued = _issued(folder / DECISIONS) if DECISIONS in there else ()
    if RECORD not in there:
        return read_before_json(folder, manifest, issued)
    record = read_record(folder)
    if (record.agreement, record.fingerprint) != (manifest.agreement, manifest.fingerprint):
        raise ProgramError(
            f"{folder / RECORD} is of {record.agreement} {record.fingerprint}, which the manifest "
            f"is not. See what else is another's: statsbidrag verify {folder}"
        )
    return _revision(record, manifest, issued)


def _unaltered(agreement_id: str, folder: Path) -> Manifest:
    try:
        manifest = read_manifest(folder)
    except UnreadableManifestError as error:
        raise _altered(agreement_id, folder, error.found) from None
    named = manifest.fingerprint[:NAME_LENGTH] == folder.name
    if not named or manifest.agreement != agreement_id:
        found = f"{folder}: its manifest is of {manifest.agreement} {manifest.fingerprint}"
        raise _altered(agreement_id, folder, found)
    for file in manifest.outputs:
        path = folder / file.path
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != file.sha256:
            raise _altered(agreement_id, folder, f"{path} is not what the manifest says")
    return manifest


def _altered(agreement_id: str, folder: Path, found: str) -> ProgramError:
    """Running again makes an old revision anew only where nothing that it was made from changed."""
    return ProgramError(
        f"{found}: somebody has changed the published revision.\n"
        f"  Put the folder {folder} back from a copy of it. Without one, remove it and run: "
        f"statsbidrag run {agreement_id}\n"
        "  That makes the same revision only if raw files, program and libraries are still those "
        "that it was made from, and otherwise another one."
    )


def _issued(path: Path) -> tuple[Issued, ...]:
    try:
        return TypeAdapter(tuple[Issued, ...]).validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ProgramError(f"{path} cannot be read ({type(error).__name__}).") from None


# --- From the record -------------------------------------------------------------------------


def _revision(
    record: RevisionRecord, manifest: Manifest, issued: tuple[Issued, ...]
) -> PublishedRevision:
    names = {(each.type, each.code): each.name for each in record.recipients}
    bases = [_basis_name(each) for each in record.bases]

    def amounts(recorded: Iterable[RecordedAmount]) -> dict[Key, Amount]:
        return {
            (each.post, each.type, each.code): Amount(
                name=names.get((each.type, each.code), each.code),
                computed_sek=each.amount_sek,
                published_sek=each.published_sek,
                maturity=each.maturity,
                steps=tuple(_step(step, bases) for step in each.steps),
            )
            for each in recorded
        }

    return PublishedRevision(
        name=manifest.fingerprint[:NAME_LENGTH],
        manifest=manifest,
        posts={each.id: _post(each, record) for each in record.posts},
        amounts=amounts(record.amounts),
        totals=amounts(e for e in record.totals if e.post == TOTAL and e.code != NATION),
        bases=_bases(record.bases, bases),
        verdicts=_verdicts(record),
        documents=record.documents,
        issued=issued,
        words=TypesInWords(record.types) if record.types else usual_words(),
    )


def _post(post: RecordedPost, record: RevisionRecord) -> PublishedPost:
    rounding = post.rounding or record.rounding
    return PublishedPost(
        id=post.id,
        recipients=post.recipients,
        label=post.words.label or post.title,
        amount_sek=post.amount_sek,
        rule=post.words.rule,
        method=rounding.method,
        unit=rounding.unit,
        clause=post.words.clause,
        part_of=post.words.group,
        key=post.key,
        met_by=post.met_by,
    )


def _step(step: RecordedStep, bases: list[str]) -> Step:
    """A step without bases asks no population: its weight is then that of one among equals."""
    return Step(
        value=Fraction(step.exact),
        own=step.values.weight if step.bases else None,
        everyone=step.values.total if step.bases else None,
        basis=bases[step.bases[0]] if step.bases else "",
        words=step.words.step,
        formula=step.words.formula,
    )


def _basis_name(basis: RecordedBasis) -> str:
    weights = basis.table if basis.kind == "weights" else ""
    return basis_name(str(basis.day), basis.level, basis.ages, weights)


def _bases(recorded: Iterable[RecordedBasis], names: list[str]) -> dict[str, PublishedBasis]:
    every = [*zip(names, recorded, strict=True)]
    first: dict[str, RecordedBasis] = {}
    persons: dict[str, dict[str, int]] = {}
    for name, each in every:
        first.setdefault(name, each)
        persons.setdefault(name, {})[each.code] = each.value
    return {
        name: PublishedBasis(
            name=name,
            extract=each.file,
            sha256=each.sha256,
            maturity=each.maturity,
            persons=persons[name],
            reference_date=str(each.day),
            ages=each.unit or each.ages or ALL_AGES,
        )
        for name, each in first.items()
    }


def _verdicts(record: RevisionRecord) -> dict[Key, Verdict]:
    """What each comparison with a published amount came to, by the amount."""
    judged = {
        each.subject: each.verdict for each in record.verdicts if each.kind == Kind.PUBLISHED_AMOUNT
    }
    found: dict[Key, Verdict] = {}
    for each in (*record.amounts, *record.totals):
        verdict = judged.get(f"{each.post} {each.type}:{each.code}")
        if verdict is not None:
            found[each.post, each.type, each.code] = verdict
    return found
