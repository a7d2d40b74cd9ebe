"""A published revision read back from its own folder, never from the raw files.

Belongs here: from the files of a revision to typed objects. Does not: those objects
(`statsbidrag.publication.revision`), which revision is meant
(`statsbidrag.publication.revision_names`), or how the files are written
(`statsbidrag.publication.amounts_csv`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from schemas.agreement import RoundingMethod
from schemas.common import NATION, TOTAL
from schemas.decisions import Issued
from schemas.manifest import Manifest
from statsbidrag.allocation.figures import MATURITIES
from statsbidrag.errors import ProgramError, UsageError
from statsbidrag.files.csv_files import csv_rows
from statsbidrag.plans.issued import AUDIT as DECISIONS
from statsbidrag.publication.contents import ALLOCATION, DERIVATIONS, POPULATION, POSTS, TOTALS
from statsbidrag.publication.folder import NAME_LENGTH, UnreadableManifestError, read_manifest
from statsbidrag.publication.revision import (
    Amount,
    Key,
    PublishedBasis,
    PublishedPost,
    PublishedRevision,
    Step,
)
from statsbidrag.swedish.recipient_types import TYPES

_MATURITY: Final = {word: maturity for maturity, word in MATURITIES.items()}
_TYPE: Final = {word: recipients for recipients, word in TYPES.items()}


def read_revision(output: Path, agreement_id: str, name: str) -> PublishedRevision:
    """A revision whose files are what its manifest says.

    Raises ProgramError where it was altered, UsageError where it was made before revisions carried
    their population.
    """
    folder = output / agreement_id / name
    return read_tables(folder, _unaltered(agreement_id, folder))


def read_tables(folder: Path, manifest: Manifest) -> PublishedRevision:
    """The revision in this folder, wherever it lies, as its files are now.

    Raises ProgramError where they cannot be read, UsageError where it was made before revisions
    carried their population.
    """
    agreement_id = manifest.agreement
    there = {file.path for file in manifest.outputs}
    missing = [path for path in (POPULATION, POSTS, DERIVATIONS) if path not in there]
    if missing:
        raise UsageError(
            f"{folder}: it has no {' and no '.join(missing)}: it was made before revisions carried "
            f"the population that they rest on, and cannot be compared.\n  {_anew(agreement_id)}"
        )
    try:
        return PublishedRevision(
            name=manifest.fingerprint[:NAME_LENGTH],
            manifest=manifest,
            posts=_posts(_rows(folder / POSTS)),
            amounts=_amounts(_rows(folder / ALLOCATION), _steps(_rows(folder / DERIVATIONS))),
            totals=_totals(_rows(folder / TOTALS)),
            bases=_bases(_rows(folder / POPULATION)),
            issued=_issued(folder / DECISIONS) if DECISIONS in there else (),
        )
    except (KeyError, ValueError, ValidationError) as error:
        raise ProgramError(
            f"{folder}: its tables are not of the form that this program reads "
            f"({type(error).__name__}: {error}).\n  {_anew(agreement_id)}"
        ) from error


def _anew(agreement_id: str) -> str:
    """How to have the amounts of an old revision in one that can be compared."""
    return (
        "Lay the raw files as they were then in a folder and make a new revision of them: "
        f"statsbidrag --raw DIR run {agreement_id}"
    )


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


def _rows(path: Path) -> list[dict[str, str]]:
    return csv_rows(path.read_bytes())


def _posts(rows: Sequence[Mapping[str, str]]) -> dict[str, PublishedPost]:
    return {
        row["post"]: PublishedPost(
            id=row["post"],
            recipients=_TYPE[row["mottagartyp"]],
            label=row["rubrik"],
            amount_sek=int(row["belopp, kr"]),
            rule=row["regel"],
            method=RoundingMethod(row["avrundning"]),
            unit=int(row["enhet, kr"]),
            clause=row.get("bestämmelse", ""),
            part_of=row.get("del av", ""),
        )
        for row in rows
    }


def _steps(rows: Sequence[Mapping[str, str]]) -> dict[Key, tuple[Step, ...]]:
    found: dict[Key, tuple[Step, ...]] = {}
    for row in rows:
        step = Step(
            value=Fraction(row["exakt, kr"]),
            own=_whole(row["eget underlag"]),
            everyone=_whole(row["allas underlag"]),
            basis=row["underlag"],
            words=row["i ord"],
            formula=row["formel"],
        )
        found[_key(row)] = (*found.get(_key(row), ()), step)
    return found


def _amounts(
    rows: Sequence[Mapping[str, str]], steps: Mapping[Key, tuple[Step, ...]]
) -> dict[Key, Amount]:
    return {_key(row): _amount(row, steps.get(_key(row), ())) for row in rows}


def _totals(rows: Sequence[Mapping[str, str]]) -> dict[Key, Amount]:
    return {
        _key(row): _amount(row, ()) for row in rows if row["post"] == TOTAL and row["kod"] != NATION
    }


def _amount(row: Mapping[str, str], steps: tuple[Step, ...]) -> Amount:
    return Amount(
        name=row["mottagare"],
        computed_sek=_whole(row["belopp, kr"]),
        published_sek=_whole(row["publicerat, kr"]),
        maturity=_MATURITY[row["mognad"]],
        steps=steps,
    )


def _bases(rows: Sequence[Mapping[str, str]]) -> dict[str, PublishedBasis]:
    persons: dict[str, dict[str, int]] = {}
    first: dict[str, Mapping[str, str]] = {}
    for row in rows:
        first.setdefault(row["underlag"], row)
        persons.setdefault(row["underlag"], {})[row["kod"]] = int(row["antal"])
    return {
        name: PublishedBasis(
            name,
            row["fil"],
            row["sha256"],
            _MATURITY[row["mognad"]],
            persons[name],
            row["dag"],
            row["åldrar"],
        )
        for name, row in first.items()
    }


def _issued(path: Path) -> tuple[Issued, ...]:
    return TypeAdapter(tuple[Issued, ...]).validate_json(path.read_bytes())


def _key(row: Mapping[str, str]) -> Key:
    return row["post"], _TYPE[row["mottagartyp"]], row["kod"]


def _whole(text: str) -> int | None:
    return int(text) if text else None
