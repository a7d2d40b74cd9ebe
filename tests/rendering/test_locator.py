"""Where a recipient lies: its outline dark among its neighbours, and the words for it."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from schemas.common import Level, RecipientType
from schemas.geography import Geography
from statsbidrag.rendering.svg.locator import locator
from tests.helpers.outlines import outlines

SVG = "{http://www.w3.org/2000/svg}"


def every() -> dict[Level, Geography]:
    return {level: outlines(level) for level in Level}


def drawn(recipients: RecipientType, code: str) -> ElementTree.Element:
    image = locator(every(), recipients, code, "Där")
    assert image is not None
    return ElementTree.fromstring(str(image))


def paths(image: ElementTree.Element) -> dict[str, str]:
    return {path.get("class", ""): path.get("d", "") for path in image.iter(f"{SVG}path")}


@pytest.mark.parametrize(
    ("recipients", "code", "level", "near", "title"),
    [
        (RecipientType.KOMMUN, "2361", Level.KOMMUN, 8, "i sitt län"),
        (RecipientType.LAN, "23", Level.LAN, 21, "i Sverige"),
        (RecipientType.REGION, "23", Level.LAN, 21, "i Sverige"),
        # The only municipality of its county: nothing to be told from.
        (RecipientType.KOMMUN, "0980", Level.LAN, 21, "i Sverige"),
    ],
)
def test_one_is_dark_among_its_neighbours(
    recipients: RecipientType, code: str, level: Level, near: int, title: str
) -> None:
    image = drawn(recipients, code)
    own = outlines(level).paths[code if level == Level.KOMMUN else code[:2]]
    assert paths(image)["here"] == own
    rings = paths(image)["elsewhere"]
    others = [path for path in outlines(level).paths.values() if path != own and path in rings]
    assert len(others) == near - 1
    assert image.findtext(f"{SVG}title") == f"Karta: Där, i mörkare färg, {title}"


def test_the_map_is_cut_to_what_it_shows() -> None:
    whole, part = drawn(RecipientType.LAN, "12"), drawn(RecipientType.KOMMUN, "1280")
    size = [[int(n) for n in (each.get("viewBox") or "").split()[2:]] for each in (whole, part)]
    assert size[1][0] < size[0][0] / 2
    assert size[1][1] < size[0][1] / 5


def test_who_lies_nowhere_has_no_map() -> None:
    assert locator(every(), RecipientType.SKR, "SKR", "SKR") is None
    assert locator(every(), RecipientType.KOMMUN, "9999", "Ingen") is None
    assert locator({}, RecipientType.LAN, "23", "Jämtland") is None
