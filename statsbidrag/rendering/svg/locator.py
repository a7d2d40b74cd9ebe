"""Where a recipient lies: a small map with its own outline dark, among its neighbours.

Belongs here: cutting the map to the county, drawing it. Does not: maps that show figures
(`statsbidrag.rendering.svg.maps`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import accumulate
from typing import Final

from markupsafe import Markup

from schemas.common import Level, RecipientType
from schemas.geography import Geography
from statsbidrag.rendering.svg.frame import ACCENT, RULE, drawing
from statsbidrag.rendering.svg.maps import SHADES

_LEVELS: Final = {
    RecipientType.KOMMUN: Level.KOMMUN,
    RecipientType.LAN: Level.LAN,
    RecipientType.REGION: Level.LAN,
}


def locator(
    outlines: Mapping[Level, Geography], recipients: RecipientType, code: str, name: str
) -> Markup | None:
    """A municipality in its county, or a county (or region) in the country.

    None for a recipient that has no place on a map, and where there are no outlines of it. The
    only municipality of a county is shown as the county.
    """
    level = _LEVELS.get(recipients)
    geography = outlines.get(level) if level else None
    if geography is None or code not in geography.paths:
        return None
    near = [each for each in geography.paths if level == Level.LAN or each[:2] == code[:2]]
    if len(near) == 1:
        return locator(outlines, RecipientType.LAN, code[:2], name)
    left, top, right, bottom = _around(geography.paths[each] for each in near)
    others = "".join(geography.paths[each] for each in near if each != code)
    thin = max(right - left, bottom - top) // 300 + 1
    # Outlines are numbers and the letters M, l and z (`schemas.geography.Outline`).
    group = Markup(
        f'<g fill-rule="evenodd" stroke-width="{thin}" stroke-linejoin="round"'
        f' transform="translate({thin - left} {thin - top})">\n'
        f'<path class="elsewhere" fill="{SHADES[0]}" stroke="{RULE}" d="{others}"/>\n'
        f'<path class="here" fill="{ACCENT}" stroke="{ACCENT}" d="{geography.paths[code]}"/>\n'
        "</g>\n"
    )
    return drawing(
        [group],
        prefix="lage",
        kind="locator",
        size=(right - left + 2 * thin, bottom - top + 2 * thin),
        title=f"Karta: {name}, i mörkare färg, "
        + ("i sitt län" if level == Level.KOMMUN else "i Sverige"),
    )


def _around(paths: Iterable[str]) -> tuple[int, int, int, int]:
    """The least rectangle around outlines: left, top, right, bottom."""
    sides = [_extent(path) for path in paths]
    return (
        min(side[0] for side in sides),
        min(side[1] for side in sides),
        max(side[2] for side in sides),
        max(side[3] for side in sides),
    )


@lru_cache(maxsize=1024)
def _extent(path: str) -> tuple[int, int, int, int]:
    """The rectangle around one outline, whose rings are an absolute point and steps from it."""
    xs: list[int] = []
    ys: list[int] = []
    for ring in path.split("z")[:-1]:
        numbers = [int(each) for each in re.findall("-?[0-9]+", ring)]
        xs.extend(accumulate(numbers[::2]))
        ys.extend(accumulate(numbers[1::2]))
    return min(xs), min(ys), max(xs), max(ys)
