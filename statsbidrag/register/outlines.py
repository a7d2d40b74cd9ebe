"""Where everyone lies: the outlines of counties and municipalities that maps are drawn from.

Belongs here: reading them, and whether they are of the register's division. Does not: drawing a map
(`statsbidrag.rendering.svg`), or making outlines from a producer's file (`bin/make_geography.py`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from pydantic import ValidationError

from schemas.common import Level
from schemas.geography import Geography, GeographySidecar
from statsbidrag.errors import input_error
from statsbidrag.files.raw_folder import Raw, Sealed
from statsbidrag.register import recipients as reg
from statsbidrag.register.recipients import Register


def read_geography(file: Sealed[GeographySidecar]) -> Geography:
    """The outlines of a sealed file. Raises InputError where they are not of its form and level."""
    action = "make the file again (bin/make_geography.py), or take it and its sidecar away"
    try:
        found = Geography.model_validate(json.loads(file.content))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise input_error(
            file.path, place, expected="outlines", found=first["msg"], action=action
        ) from None
    except (ValueError, RecursionError):
        raise input_error(
            file.path, expected="outlines as JSON in UTF-8", found="something else", action=action
        ) from None
    if found.level != file.sidecar.level:
        raise input_error(
            file.path,
            "level",
            expected=f"`{file.sidecar.level}`, as the sidecar says",
            found=f"`{found.level}`",
            action=action,
        )
    return found


@dataclass(frozen=True)
class Outlines:
    """What a map of one level is drawn from, and whose boundaries it shows."""

    geography: Geography
    producer: str


def read_outlines(raw: Raw, register: Register) -> dict[Level, Outlines]:
    """The outlines of each level that has a file, of exactly the register's regions.

    Raises InputError for those of another division, and where two levels have different scales.
    """
    found: dict[Level, Outlines] = {}
    for level in Level:
        file = raw.geography(level)
        if file is None:
            continue
        geography = read_geography(file)
        _require_division(file, geography, set(reg.names(register, level)))
        for other in found.values():
            if other.geography.view_box != geography.view_box:
                raise input_error(
                    file.path,
                    "viewBox",
                    expected=f"{list(other.geography.view_box)}, as the other level has",
                    found=f"{list(geography.view_box)}",
                    action="make both files at once (bin/make_geography.py)",
                )
        found[level] = Outlines(geography, file.sidecar.producer)
    return found


def _require_division(
    file: Sealed[GeographySidecar], geography: Geography, wanted: set[str]
) -> None:
    missing, foreign = sorted(wanted - set(geography.paths)), sorted(set(geography.paths) - wanted)
    if missing or foreign:
        raise input_error(
            file.path,
            "paths",
            expected=f"the {len(wanted)} codes of the register",
            found=f"{len(missing)} missing, {len(foreign)} others: {(missing + foreign)[0]}",
            action="make the file again from today's division, or take it and its sidecar away",
        )
