"""A division into counties or municipalities as outlines: what a map is drawn from.

Belongs here: the form of `raw/geography/*.json` and of its sidecars. Does not: drawing
(`statsbidrag.rendering.svg.maps`), or making the outlines from a producer's file
(`bin/make_geography.py`).
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, StringConstraints, model_validator

from schemas.common import FormatOne, Level, RecipientCode, Strict, Text
from schemas.sidecar import Sidecar

_N: Final = "[0-9]{1,5}"
_STEP: Final = f"[ -]{_N}[ -]{_N}"

Outline = Annotated[
    str,
    # Steps between whole numbers and nothing else: what stands here is put into pages as it is.
    StringConstraints(
        strict=True,
        pattern=f"^(M{_N} {_N}l-?{_N}[ -]{_N}({_STEP})*z)+$",
    ),
]
"""An SVG path: rings of whole numbers, each from an absolute point by steps. Holes by evenodd."""

Whole = Annotated[int, Field(strict=True, ge=0, le=99_999)]


class GeographySidecar(Sidecar):
    """Whose boundaries they are, of which level, and how they became outlines."""

    level: Level
    producer: Text
    source: Text
    licence: Text
    method: Text


class Geography(Strict):
    """The outlines of one level, by code, in a plane where `view_box` holds all of them.

    `places` is where a label has most room inside each outline: x, y, and how wide it may be there.
    """

    format: FormatOne
    level: Level
    view_box: tuple[Whole, Whole, Whole, Whole] = Field(alias="viewBox")
    paths: dict[RecipientCode, Outline] = Field(min_length=1)
    places: dict[RecipientCode, tuple[Whole, Whole, Whole]]

    @model_validator(mode="after")
    def _one_country(self) -> Geography:
        left, top, width, height = self.view_box
        if left or top or not width or not height:
            raise ValueError("`viewBox` is [0, 0, width, height], neither of them 0")
        if self.paths.keys() != self.places.keys():
            raise ValueError("`paths` and `places` have the same codes")
        long = {Level.LAN: 2, Level.KOMMUN: 4}[self.level]
        foreign = sorted(code for code in self.paths if len(code) != long or not code.isdigit())
        if foreign:
            raise ValueError(f"codes of the level {self.level}, not `{foreign[0]}`")
        if any(x > width or y > height for x, y, _ in self.places.values()):
            raise ValueError("every place lies inside `viewBox`")
        return self
