"""The register of recipients: who can receive, by type and code, and what the types are called.

Belongs here: reading the register and looking recipients up. Does not: what they receive.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Final

import pandas as pd

from schemas import tables
from schemas.common import NATION, Level, Recipient, RecipientType
from schemas.documents import folder_of
from schemas.register import (
    RecipientTypes,
    RegionChange,
    RegionChanges,
    TypesInWords,
)
from schemas.sidecar import RegisterSidecar
from statsbidrag.errors import InputError, Problem, input_error
from statsbidrag.files.checked_tables import checked_input
from statsbidrag.files.csv_tables import read_csv
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw, Sealed
from statsbidrag.swedish.alphabet import folded

_SHOWN: Final = 5
_MEANT: Final = 4
"""As many recipients are named to someone who wrote the beginning of a word of their names."""


@dataclass(frozen=True, eq=False)
class Register:
    """Everyone who can receive, and the types of recipients in words, in their order.

    `frame` is a `schemas.tables.Register`; `words` are those of its own file.
    """

    frame: pd.DataFrame
    words: TypesInWords

    @cached_property
    def by_county(self) -> dict[str, dict[str, list[str]]]:
        """The codes of each type in each county, by the county's code."""
        found: dict[str, dict[str, list[str]]] = {}
        columns = (self.frame[column].tolist() for column in ("lan_code", "type", "code"))
        for county, kind, code in zip(*columns, strict=True):
            found.setdefault(county, {}).setdefault(kind, []).append(code)
        return found

    @cached_property
    def by_type(self) -> dict[str, dict[str, str]]:
        """The name of each recipient by code, by type; documents ask for it thousands of times."""
        found: dict[str, dict[str, str]] = {}
        columns = (self.frame[column].tolist() for column in ("type", "code", "name"))
        for kind, code, name in zip(*columns, strict=True):
            found.setdefault(kind, {})[code] = name
        return found


def read_register(raw: Raw) -> Register:
    """The register, whole, with the types in words.

    A folder without words of its own is shown in the project's, and may have any number of
    recipients. Raises InputError for a row that is wrong, and where a type's recipients are not as
    many, or have not the codes, that the file of types says.
    """
    register = register_of(raw.register(), _words(raw))
    if (path := raw.recipient_types()).exists():
        _require_counts(path, register)
    return register


def register_of(file: Sealed[RegisterSidecar], words: TypesInWords) -> Register:
    """The register of a file, each row proven. Raises InputError."""
    frame = checked_input(tables.Register, read_csv(file.content, file.path), file.path)
    if len(frame) != file.sidecar.rows:
        raise input_error(
            file.path,
            "rows",
            expected=f"{file.sidecar.rows} rows, as the sidecar says",
            found=f"{len(frame)}",
            action="correct the register, or seal its sidecar anew",
        )
    register = Register(frame, words)
    _require_codes(file, register)
    return register


def refuse_lost_zeros(codes: pd.Series, names: Mapping[str, str], path: Path) -> None:
    """Raises InputError naming codes of a table that a spreadsheet program took a zero from.

    `names` are those of the recipients that there may be, by code; the index of a row is its line
    in the file, less two.
    """
    lost = {code: f"0{code}" for code in codes.unique() if code not in names}
    lost = {code: whole for code, whole in lost.items() if whole in names}
    rows = codes[codes.isin(list(lost))].head(_SHOWN)
    if len(rows):
        raise InputError(
            Problem(
                str(path),
                f"row {int(str(index)) + 2}, column {codes.name}",
                "codes as text with their zeros",
                f"`{code}`: was it {lost[code]} {names[lost[code]]}?",
                "a spreadsheet program has taken the zero away: make the column text, and write "
                "the codes anew",
                int(str(index)) + 2,
            )
            for index, code in rows.items()
        )


def _words(raw: Raw) -> TypesInWords:
    path = raw.recipient_types()
    if path.exists():
        return TypesInWords(raw.model(path, RecipientTypes).types)
    return usual_words()


@cache
def usual_words() -> TypesInWords:
    """The words of the project's own folder, for whatever has none."""
    usual = Raw(PROJECT / "raw")
    return TypesInWords(usual.model(usual.recipient_types(), RecipientTypes).types)


def _require_codes(file: Sealed[RegisterSidecar], register: Register) -> None:
    for words in register.words.types:
        for code in register.by_type.get(words.id, {}):
            if not re.fullmatch(words.code, code):
                raise input_error(
                    file.path,
                    f"{words.id} {code}",
                    expected=f"a code of a {words.id} ({words.code})",
                    found=f"`{code}`",
                    action="correct the type or the code, or the pattern in types.yaml",
                )


def _require_counts(path: Path, register: Register) -> None:
    for words in register.words.types:
        found = len(register.by_type.get(words.id, {}))
        if found != words.count:
            raise input_error(
                path,
                f"types.{words.id}.count",
                expected=f"{found}, the rows of that type in recipients.csv",
                found=f"{words.count}",
                action="correct the count; or mend the register, where a recipient is missing",
            )


def codes(register: Register, recipients: RecipientType | Level) -> list[str]:
    """The codes of one recipient type, or of one level of the population, in order."""
    return sorted(names(register, recipients))


def names(register: Register, recipients: RecipientType | Level) -> dict[str, str]:
    """The name of each recipient of one type, by code."""
    return dict(register.by_type.get(str(recipients), {}))


def folders(register: Register) -> dict[Recipient, str]:
    """The folder of each recipient in a revision: `kommun/2380-ostersund`."""
    frame = register.frame
    everybody = map(Recipient, map(RecipientType, frame["type"]), frame["code"])
    return {
        recipient: folder_of(recipient, slug)
        for recipient, slug in zip(everybody, frame["slug"], strict=True)
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
