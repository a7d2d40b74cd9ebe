"""What stands below a table: footnotes, and what PxWeb writes there about the table itself.

Belongs here: telling notes from what has a heading of its own (`Källa:`, `Senaste uppdatering:`).
Does not: judging any of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_HEADINGS: Final = {
    "updated": r"senaste uppdatering|latest update|last updated|uppdaterad",
    "days": r"referenstid|reference (?:time|period)",
    "units": r"måttenhet|enhet|units?(?: of measure(?:ment)?)?",
    "other": r"källa|source|kontaktperson|kontakt|contact(?: person)?"
    r"|datatyp|data type|officiell statistik|official statistics|databas|database|tabell(?:-?id)?"
    r"|table(?: id)?|intern referenskod|internal reference code|upphovsrätt|copyright|matris|matrix"
    r"|nästa uppdatering|next update|kalenderkorrigerad|säsongrensad",
}


@dataclass(frozen=True)
class Footnotes:
    """The notes below a table, its stamp, the texts that name the day it is of, and its units.

    A unit goes with the name of the contents that it is of, empty where it is of all.
    """

    notes: tuple[str, ...]
    updated: str
    days: tuple[str, ...]
    units: tuple[tuple[str, str], ...]


def footnotes(lines: Sequence[str]) -> Footnotes:
    """The lines below a table, by what they are.

    A heading ends with a colon and holds for the lines after it; one that is not known is a name
    of contents within the heading before.
    """
    found: dict[str, list[str]] = {kind: [] for kind in ("note", *_HEADINGS)}
    units: list[tuple[str, str]] = []
    kind, of = "note", ""
    for line in filter(None, (line.strip() for line in lines)):
        name, colon, rest = (part.strip() for part in line.partition(":"))
        known = next((k for k, words in _HEADINGS.items() if _is(words, name)), "")
        if colon and known and rest:
            found[known].append(rest)
            units += [("", rest)] if known == "units" else []
            kind = "note"
        elif colon and known:
            kind, of = known, ""
        elif colon and not rest and kind != "note":
            of = name
        else:
            found[kind].append(line)
            units += [(of, line)] if kind == "units" else []
    return Footnotes(
        notes=tuple(found["note"]),
        updated=next(iter(found["updated"]), ""),
        days=tuple(found["days"]),
        units=tuple(units),
    )


def _is(words: str, name: str) -> bool:
    return re.fullmatch(words, name, re.IGNORECASE) is not None
