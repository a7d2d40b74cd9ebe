"""The outlines of counties and municipalities, and the points that they are drawn through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from schemas.common import Level
from schemas.geography import Geography
from statsbidrag.files.project import PROJECT
from statsbidrag.files.raw_folder import Raw
from statsbidrag.register.outlines import read_geography


@cache
def outlines(level: Level) -> Geography:
    file = Raw(PROJECT / "raw").geography(level)
    assert file is not None
    return read_geography(file)


def rings(path: str) -> Iterator[list[tuple[int, int]]]:
    """The rings of a path, each with its first point at the end too."""
    for start, steps in re.findall(r"M([0-9 ]+)l([^z]+)z", path):
        numbers = [int(each) for each in re.findall(r"-?[0-9]+", f"{start} {steps}")]
        points = [(numbers[0], numbers[1])]
        for dx, dy in zip(numbers[2::2], numbers[3::2], strict=True):
            points.append((points[-1][0] + dx, points[-1][1] + dy))
        yield [*points, points[0]]
