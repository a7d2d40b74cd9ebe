"""Which intervals of ages make another one exactly, and with how few of them.

Belongs here: intervals alone, whoever has figures of them. Does not: the figures
(`statsbidrag.population.extract`), or asking for them (`statsbidrag.intake.cell_selection`).
"""

from __future__ import annotations

from collections.abc import Iterable

from schemas.tables import OPEN_AGE

Span = tuple[int, int]
"""The first and the last whole year of age, both included; OPEN_AGE: and older."""


def fewest(spans: Iterable[Span], first: int, last: int = OPEN_AGE) -> list[Span] | None:
    """The fewest of these intervals that follow upon each other from the first age to the last.

    Of several ways with as few, the one whose first interval is the longest, then its second, and
    so on. None where there is no way.
    """
    inside = sorted({span for span in spans if first <= span[0] <= span[1] <= last})
    ways: dict[int, list[Span]] = {last + 1: []}
    # From the oldest down, so that the way on from where an interval ends is known when it is met.
    # Of the same beginning the longest comes first, and stays where another one is no shorter.
    for span in sorted(inside, key=lambda span: (-span[0], -span[1])):
        rest = ways.get(span[1] + 1)
        if rest is None:
            continue
        known = ways.get(span[0])
        if known is None or len(rest) + 1 < len(known):
            ways[span[0]] = [span, *rest]
    return ways.get(first)
