"""A published revision read back from its own folder, never from the raw files.

Belongs here: which revision is meant, and its amounts, posts, population and derivations as typed
objects. Does not: what differs between two of them (`statsbidrag.diff.comparing`), or how the files
are written (`statsbidrag.publication.amounts_csv`).
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from schemas.agreement import RoundingMethod
from schemas.common import NATION, TOTAL, Maturity, RecipientType
from schemas.decisions import Issued
from schemas.manifest import Manifest
from statsbidrag.allocation.figures import MATURITIES, Figure
from statsbidrag.errors import ProgramError, UsageError
from statsbidrag.files.csv_files import csv_rows
from statsbidrag.plans.issued import AUDIT as DECISIONS
from statsbidrag.publication.contents import ALLOCATION, DERIVATIONS, POPULATION, POSTS, TOTALS
from statsbidrag.publication.folder import CURRENT, MANIFEST, NAME_LENGTH
from statsbidrag.swedish.recipient_types import TYPES

Key = tuple[str, RecipientType, str]
"""Post (or `total`), recipient type and code: what an amount is found by."""

_NAME: Final = re.compile(rf"[0-9a-f]{{{NAME_LENGTH}}}")
_MATURITY: Final = {word: maturity for maturity, word in MATURITIES.items()}
_TYPE: Final = {word: recipients for recipients, word in TYPES.items()}


@dataclass(frozen=True)
class Step:
    """One step of a key for one recipient: its exact value, and the population that it used.

    `own` is the recipient's and `everyone` that of all who share; both None where none is used.
    `words` and `formula` are as the revision says them (Swedish).
    """

    value: Fraction
    own: int | None
    everyone: int | None
    basis: str
    words: str = ""
    formula: str = ""

    @property
    def others(self) -> int | None:
        """The population of all who share but the recipient; None where none is used."""
        if self.own is None or self.everyone is None:
            return None
        return self.everyone - self.own


@dataclass(frozen=True)
class Amount:
    """One amount as a revision published it; a recipient's total has no steps of its own."""

    name: str
    computed_sek: int | None
    published_sek: int | None
    maturity: Maturity
    steps: tuple[Step, ...]

    @property
    def figure(self) -> Figure | None:
        """The figure that the revision's documents show; None where nothing is known."""
        sek = self.computed_sek if self.published_sek is None else self.published_sek
        return None if sek is None else Figure(sek, self.published_sek is not None, self.maturity)

    @property
    def sek(self) -> int | None:
        """That figure in whole kronor."""
        return None if self.figure is None else self.figure.sek

    @property
    def exact(self) -> Fraction | None:
        """The unrounded amount; None for a total, and where nothing was computed."""
        return sum((step.value for step in self.steps), Fraction(0)) if self.steps else None

    @property
    def shares(self) -> tuple[Step, ...]:
        """The steps that use a population."""
        return tuple(step for step in self.steps if step.own is not None)

    @property
    def own(self) -> int | None:
        """The recipient's population, of the first step that uses one."""
        return self.shares[0].own if self.shares else None


@dataclass(frozen=True)
class PublishedPost:
    """A post as a revision had it: its money, its rule in words, and how it rounds.

    `clause` says where the rule stands and `part_of` what the post is a part of; both are empty in
    revisions of before they carried it.
    """

    id: str
    recipients: RecipientType
    label: str
    amount_sek: int
    rule: str
    method: RoundingMethod
    unit: int
    clause: str = ""
    part_of: str = ""


@dataclass(frozen=True)
class PublishedBasis:
    """A population (or table of weights) that a revision's keys used, by region code."""

    name: str
    extract: str
    sha256: str
    maturity: Maturity
    persons: Mapping[str, int]
    reference_date: str
    ages: str


@dataclass(frozen=True)
class PublishedRevision:
    """A revision with all that a comparison needs.

    `issued` is what was issued of the agreement's documents before the revision was made.
    """

    name: str
    manifest: Manifest
    posts: Mapping[str, PublishedPost]
    amounts: Mapping[Key, Amount]
    totals: Mapping[Key, Amount]
    bases: Mapping[str, PublishedBasis]
    issued: tuple[Issued, ...]


# --- Which one is meant ----------------------------------------------------------------------


def revision_names(output: Path, agreement_id: str) -> list[str]:
    """The revisions that an agreement has, by name."""
    home = output / agreement_id
    if Path(agreement_id).name != agreement_id or not home.is_dir():
        return []
    return sorted(path.name for path in home.iterdir() if _is_revision(path))


def named_revision(output: Path, agreement_id: str, text: str) -> str:
    """The name of the revision meant by a name, a unique beginning of it, or `current`.

    Raises UsageError, which lists the revisions there are, for none or several.
    """
    names = revision_names(output, agreement_id)
    if not names:
        raise UsageError(_no_agreement(output, agreement_id))
    current = current_name(output, agreement_id)
    found = [current] if text == CURRENT else [n for n in names if text and n.startswith(text)]
    if len(found) == 1 and found[0] is not None:
        return found[0]
    there = ", ".join(f"{name} (current)" if name == current else name for name in names)
    if len(found) > 1:
        problem = f"`{text}` is the beginning of {len(found)} revisions: write more of the name."
    elif text == CURRENT:
        problem = "no revision is current: each of them withholds something."
    else:
        problem = f"there is no revision `{text}`."
    raise UsageError(
        f"{agreement_id}: {problem} There are: {there}\n"
        "  Write a name, any unique beginning of it, or `current`."
    )


def current_name(output: Path, agreement_id: str) -> str | None:
    """The name of the current revision, None where there is none."""
    link = output / agreement_id / CURRENT
    return Path(os.readlink(link)).name if link.is_symlink() and link.is_dir() else None


def _no_agreement(output: Path, agreement_id: str) -> str:
    folders = sorted(path.name for path in output.iterdir()) if output.is_dir() else []
    known = [name for name in folders if revision_names(output, name)]
    return (
        f"{output}: no revision of `{agreement_id}` is published there. "
        f"Published: {', '.join(known) or 'nothing'}.\n"
        f"  Make one: statsbidrag run {agreement_id}"
    )


def _is_revision(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and _NAME.fullmatch(path.name) is not None


# --- Reading it back -------------------------------------------------------------------------


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
    manifest = _manifest(agreement_id, folder)
    named = manifest.fingerprint[:NAME_LENGTH] == folder.name
    if not named or manifest.agreement != agreement_id:
        found = f"{folder}: its manifest is of {manifest.agreement} {manifest.fingerprint}"
        raise _altered(agreement_id, folder, found)
    for file in manifest.outputs:
        path = folder / file.path
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != file.sha256:
            raise _altered(agreement_id, folder, f"{path} is not what the manifest says")
    return manifest


def _manifest(agreement_id: str, folder: Path) -> Manifest:
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError) as error:
        found = f"{folder / MANIFEST} cannot be read ({type(error).__name__})"
        raise _altered(agreement_id, folder, found) from None


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
