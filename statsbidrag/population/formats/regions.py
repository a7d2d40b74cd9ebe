"""Whether a file has the regions of the register, all of them and no other.

Belongs here: which are missing or foreign, and which division that makes the file one of. Does not:
reading a label (`labels`), nor comparing sums (`sums_in_file`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final

from schemas.common import Level
from schemas.register import RegionChange
from schemas.sidecar import PopulationSidecar
from statsbidrag.errors import InputError, Problem
from statsbidrag.files.raw_folder import Sealed
from statsbidrag.register import recipients as reg

_SHOWN: Final = 5
_NOUNS: Final = {Level.KOMMUN: "municipalities", Level.LAN: "counties"}


def require_regions(
    file: Sealed[PopulationSidecar],
    level: Level,
    wanted: Mapping[str, str],
    found: Collection[str],
    changes: Sequence[RegionChange] = (),
    moved: Sequence[str] = (),
) -> None:
    """Raises InputError where codes are missing or foreign, with the reason where `changes` tell.

    `wanted` are names by code. `moved` says why regions of these codes are others than today's:
    then the file is refused though every code is there.
    """
    missing, foreign = sorted(set(wanted) - set(found)), sorted(set(found) - set(wanted))
    path, day = str(file.path), file.sidecar.reference_dates[0]
    problems = _problems(path, _NOUNS[level], wanted, missing, foreign)
    if problems or moved:
        reasons = [*reg.other_division(changes, foreign, missing, day), *moved]
        raise InputError([*problems, *(_division(path, day, reason) for reason in reasons)])


def _problems(
    path: str,
    noun: str,
    wanted: Mapping[str, str],
    missing: Sequence[str],
    foreign: Sequence[str],
) -> list[Problem]:
    problems = []
    if missing:
        problems.append(
            Problem(
                path,
                f"{len(wanted) - len(missing)} of {len(wanted)} {noun}",
                f"all {len(wanted)} of the register",
                f"{_named(missing, wanted)} missing",
                "fetch the table again, with every region",
            )
        )
    if foreign:
        problems.append(
            Problem(
                path,
                "regions",
                f"codes of {noun} in the register, as text with their zeros",
                f"`{'`, `'.join(foreign[:_SHOWN])}`",
                "fetch the table with today's division",
            )
        )
    return problems


def _division(path: str, day: date, reason: str) -> Problem:
    return Problem(
        path,
        "division",
        "the division of the register",
        f"another one: {reason}",
        f"figures of {day} are not carried over to another division: "
        "fetch the table for a later day",
    )


def _named(codes: Sequence[str], names: Mapping[str, str]) -> str:
    shown = ", ".join(f"{code} {names[code]}" for code in codes[:_SHOWN])
    return f"{shown} and {len(codes) - _SHOWN} more" if len(codes) > _SHOWN else shown
