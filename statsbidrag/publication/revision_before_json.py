"""Revisions made before they carried `audit/revision.json`, read back through their tables.

Belongs here: the Swedish words of those tables, as they were when the last of them was made, and
what they mean. They stay as they are: the living ones (`statsbidrag.swedish`,
`statsbidrag.publication.amounts_csv`) may say it better any day. Does not: revisions that carry the
file (`statsbidrag.publication.reading_back`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

from schemas.agreement import RoundingMethod
from schemas.common import NATION, TOTAL, Maturity, RecipientType
from schemas.decisions import Issued
from schemas.manifest import Manifest
from schemas.reconciliation import Verdict
from schemas.revision_record import RecordedDocument
from statsbidrag.errors import ProgramError, UsageError
from statsbidrag.files.csv_files import csv_rows
from statsbidrag.publication.folder import NAME_LENGTH
from statsbidrag.publication.revision import (
    Amount,
    Key,
    PublishedBasis,
    PublishedPost,
    PublishedRevision,
    Step,
)
from statsbidrag.register.recipients import usual_words

_ALLOCATION: Final = "allocation.csv"
_TOTALS: Final = "totals.csv"
_RECONCILIATION: Final = "reconciliation.csv"
_POPULATION: Final = "audit/folkmangd.csv"
_POSTS: Final = "audit/poster.csv"
_DERIVATIONS: Final = "audit/harledning.csv"

_MATURITIES: Final = {
    "slutlig": Maturity.DEFINITIVE,
    "preliminär": Maturity.PRELIMINARY,
    "återräknad": Maturity.RECONSTRUCTED,
    "skattad": Maturity.ESTIMATE,
    "publicerad, inte omräknad": Maturity.UNRESOLVED,
}
_TYPES: Final = {
    "region": RecipientType.REGION,
    "kommun": RecipientType.KOMMUN,
    "län": RecipientType.LAN,
    "SKR": RecipientType.SKR,
}
_VERDICTS: Final = {
    "Stämmer inte": Verdict.DIFFERENT,
    "Kan inte prövas": Verdict.UNTESTABLE,
    "Känd skillnad": Verdict.KNOWN_DIFFERENCE,
    "Kalibrerad, ingen bekräftelse": Verdict.CALIBRATED,
    "Avrundning": Verdict.ROUNDING,
    "Inom SCB:s slumptal": Verdict.PERTURBED,
    "Stämmer": Verdict.EQUAL,
}
_PUBLISHED_AMOUNT: Final = "Beräknade belopp mot publicerade"
"""The comparisons of amounts with published ones."""


def read_before_json(
    folder: Path, manifest: Manifest, issued: tuple[Issued, ...]
) -> PublishedRevision:
    """The revision in this folder, as its tables are now.

    Raises ProgramError where they cannot be read, UsageError where it was made before revisions
    carried their population.
    """
    there = {file.path for file in manifest.outputs}
    missing = [path for path in (_POPULATION, _POSTS, _DERIVATIONS) if path not in there]
    if missing:
        raise UsageError(
            f"{folder}: it has no {' and no '.join(missing)}: it was made before revisions carried "
            f"the population that they rest on, and cannot be compared. {_anew(manifest)}"
        )
    try:
        return PublishedRevision(
            name=manifest.fingerprint[:NAME_LENGTH],
            manifest=manifest,
            posts=_posts(_rows(folder / _POSTS)),
            amounts=_amounts(_rows(folder / _ALLOCATION), _steps(_rows(folder / _DERIVATIONS))),
            totals=_totals(_rows(folder / _TOTALS)),
            bases=_bases(_rows(folder / _POPULATION)),
            verdicts=dict(_verdicts(_rows(folder / _RECONCILIATION))),
            documents=tuple(_documents(manifest)),
            issued=issued,
            words=usual_words(),
        )
    except OSError as error:
        raise ProgramError(f"{folder}: its tables cannot be read: {error}") from None
    except (KeyError, ValueError) as error:
        raise ProgramError(
            f"{folder}: its tables are not of the form that this program reads "
            f"({type(error).__name__}: {error}). {_anew(manifest)}"
        ) from error


def _anew(manifest: Manifest) -> str:
    """How to have the amounts of an old revision in one that can be compared."""
    return (
        "Lay the raw files as they were then in a folder and make a new revision of them: "
        f"statsbidrag --raw DIR run {manifest.agreement}"
    )


def _rows(path: Path) -> list[dict[str, str]]:
    return csv_rows(path.read_bytes())


def _posts(rows: Sequence[Mapping[str, str]]) -> dict[str, PublishedPost]:
    return {
        row["post"]: PublishedPost(
            id=row["post"],
            recipients=_TYPES[row["mottagartyp"]],
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
        maturity=_MATURITIES[row["mognad"]],
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
            name=name,
            extract=row["fil"],
            sha256=row["sha256"],
            maturity=_MATURITIES[row["mognad"]],
            persons=persons[name],
            reference_date=row["dag"],
            ages=row["åldrar"],
        )
        for name, row in first.items()
    }


def _verdicts(rows: Sequence[Mapping[str, str]]) -> Iterator[tuple[Key, Verdict]]:
    """What each comparison with a published amount came to, by the amounts that it names."""
    for row in rows:
        if row["slag"] == _PUBLISHED_AMOUNT:
            for cell in row["celler"].split(", "):
                post, _, who = cell.partition(" ")
                recipients, _, code = who.partition(":")
                yield (post, RecipientType(recipients), code), _VERDICTS[row["utslag"]]


def _documents(manifest: Manifest) -> Iterator[RecordedDocument]:
    """The recipients' documents, by the folders that their files lie in."""
    stems = dict.fromkeys(file.path.rpartition(".")[0] for file in manifest.outputs)
    for stem in stems:
        folder, _, family = stem.rpartition("/")
        kind, _, own = folder.partition("/")
        if kind == RecipientType.SKR and not own:
            yield RecordedDocument(family=family, type=RecipientType.SKR, code="SKR", path=stem)
        elif kind in list(RecipientType) and own and "/" not in own:
            code = own.partition("-")[0]
            yield RecordedDocument(family=family, type=RecipientType(kind), code=code, path=stem)


def _key(row: Mapping[str, str]) -> Key:
    return row["post"], _TYPES[row["mottagartyp"]], row["kod"]


def _whole(text: str) -> int | None:
    return int(text) if text else None
