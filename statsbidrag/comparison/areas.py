"""Which areas of two agreements correspond.

Belongs here: areas that another succeeds, as the agreements' data say (`succeeds`). Does not: the
sums of areas (`statsbidrag.comparison.agreements`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.agreement import Agreement, Area
from statsbidrag.comparison.sides import supplemented
from statsbidrag.errors import InputError, Problem


@dataclass(frozen=True)
class Areas:
    """Areas that correspond: usually one and the one that it succeeds.

    `before` is empty for an area that began, `after` for one that ended. Areas that were merged or
    split stand together, so that no amount is counted twice.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]


def require_known_areas(before: Agreement, after: Agreement) -> None:
    """Raises InputError for each `succeeds` that names an area that `before` does not have.

    A successor of nothing would look like an area that began, and hide the one that ended.
    """
    known = [area.id for area in before.areas]
    problems = [
        Problem(
            f"agreements/{after.id}.yaml",
            f"areas, {area.id}, succeeds",
            f"an area of {before.id}: {', '.join(known)}",
            f"`{name}`",
            "correct it, or take it away",
        )
        for area in after.areas
        for name in area.succeeds
        if _of(name, before) and name.split("/", 1)[1] not in known
    ]
    if problems:
        raise InputError(problems)


def _of(name: str, agreement: Agreement) -> bool:
    """Whether a qualified area is one of this agreement, or of what it supplements."""
    return name.partition("/")[0] in (agreement.id, agreement.supplements)


def _predecessors(
    before: Agreement, after: Agreement, area: Area, between: Sequence[Agreement]
) -> list[str]:
    """The areas that an area succeeds; a supplement's areas are those of its base."""
    if supplemented(before, after) and any(old.id == area.id for old in before.areas):
        return [area.id]
    found: list[str] = []
    waiting, seen = list(area.succeeds), set[str]()
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        if _of(name, before):
            found.append(name.split("/", 1)[1])
        for other in between:
            for own in other.areas:
                if name == f"{other.id}/{own.id}":
                    waiting.extend(own.succeeds)
    return list(dict.fromkeys(found))


def corresponding(
    before: Agreement, after: Agreement, between: Sequence[Agreement] = ()
) -> tuple[Areas, ...]:
    """The areas of the later agreement in its order, then those that ended."""
    joined: list[tuple[list[str], list[str]]] = []
    for area in after.areas:
        old = _predecessors(before, after, area, between)
        shared = [pair for pair in joined if set(pair[0]) & set(old)]
        first = shared[0] if shared else ([], [])
        if not shared:
            joined.append(first)
        for other in shared[1:]:
            first[0].extend(other[0])
            first[1].extend(other[1])
            joined.remove(other)
        first[0].extend(name for name in old if name not in first[0])
        first[1].append(area.id)
    taken = {name for old, _ in joined for name in old}
    ended = [Areas((area.id,), ()) for area in before.areas if area.id not in taken]
    return (*(Areas(tuple(old), tuple(new)) for old, new in joined), *ended)
