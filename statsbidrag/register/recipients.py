"""The register of recipients: who can receive, by type and code.

Belongs here: reading the register and looking recipients up. Does not: what they receive.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from schemas import tables
from schemas.common import NATION, Level, Recipient, RecipientType
from schemas.documents import folder_of
from schemas.register import RegionChange, RegionChanges
from schemas.sidecar import RegisterSidecar
from schemas.tables import RegisterTable
from statsbidrag.errors import input_error
from statsbidrag.files.checked_tables import checked_input, read_csv
from statsbidrag.files.raw_folder import Raw, Sealed
from statsbidrag.swedish.alphabet import folded

_MEANT: Final = 4
"""As many recipients are named to someone who wrote the beginning of a word of their names."""


def read_register(file: Sealed[RegisterSidecar]) -> RegisterTable:
    """The register, whole. Raises InputError."""
    frame = checked_input(tables.Register, read_csv(file.content, file.path), file.path)
    if len(frame) != file.sidecar.rows:
        raise input_error(
            file.path,
            "rows",
            expected=f"{file.sidecar.rows} rows, as the sidecar says",
            found=f"{len(frame)}",
            action="correct the register, or seal its sidecar anew",
        )
    return RegisterTable(frame)


def codes(register: RegisterTable, recipients: RecipientType | Level) -> list[str]:
    """The codes of one recipient type, or of one level of the population, in order."""
    return sorted(names(register, recipients))


def names(register: RegisterTable, recipients: RecipientType | Level) -> dict[str, str]:
    """The name of each recipient of one type, by code."""
    # Lists, for documents ask this thousands of times, and choosing rows of a frame takes long.
    columns = (register[column].tolist() for column in ("type", "code", "name"))
    wanted = str(recipients)
    return {code: name for kind, code, name in zip(*columns, strict=True) if kind == wanted}


def folders(register: RegisterTable) -> dict[Recipient, str]:
    """The folder of each recipient in a revision: `kommun/2380-ostersund`."""
    everybody = map(Recipient, map(RecipientType, register["type"]), register["code"])
    return {
        recipient: folder_of(recipient, slug)
        for recipient, slug in zip(everybody, register["slug"], strict=True)
    }


def how_to_write(text: str, recipients: Iterable[tuple[str, str, str]]) -> str:
    """What to write instead of a recipient that is not there: whom the text seems to name.

    `recipients` are types, codes and names.
    """
    wanted = folded(text.rpartition(":")[2])
    meant = [
        f"{kind}:{code} ({name})"
        for kind, code, name in sorted(set(recipients))
        if wanted and code != NATION and f" {wanted}" in f" {folded(name)}"
    ]
    if not meant:
        return "Write lan:23, region:23, kommun:2380 or skr:SKR"
    return f"Did you mean {', '.join(meant[:_MEANT])}{' …' if len(meant) > _MEANT else '?'}"


def read_changes(raw: Raw) -> tuple[RegionChange, ...]:
    """When codes came and went, the oldest first; none where nobody has written them down."""
    path = raw.region_changes()
    return raw.model(path, RegionChanges).changes if path.exists() else ()


def other_counties(changes: Sequence[RegionChange], day: date) -> list[str]:
    """Why a county of this day is not the county of today, though its code is: what moved since."""
    return [
        f"since {change.day} `{'`, `'.join(change.before)}` is `{'`, `'.join(change.after)}` "
        f"({change.what})"
        for change in changes
        if change.day > day
        and {code[:2] for code in change.before} != {code[:2] for code in change.after}
    ]


def other_division(
    changes: Sequence[RegionChange], foreign: Iterable[str], missing: Iterable[str], day: date
) -> list[str]:
    """Why a table of this day has codes that the register lacks, or lacks some that it has."""
    strange, lacking = set(foreign), set(missing)
    return [
        f"since {change.day} `{'`, `'.join(change.before)}` is `{'`, `'.join(change.after)}` "
        f"({change.what})"
        for change in changes
        if strange & set(change.ended)
        or (change.begun and change.day > day and lacking >= set(change.begun))
    ]
