"""Outlines that are Sweden's: every county and municipality, neighbours that share their border."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from schemas.common import Level
from statsbidrag.errors import InputError
from statsbidrag.files.raw_folder import Raw
from statsbidrag.register import recipients as registers
from statsbidrag.register.outlines import read_geography, read_outlines
from statsbidrag.register.recipients import Register, usual_words
from tests.helpers.outlines import outlines, rings

Edge = frozenset[tuple[int, int]]


def edges(path: str) -> Counter[Edge]:
    return Counter(frozenset(pair) for ring in rings(path) for pair in pairwise(ring))


def area(path: str) -> Fraction:
    """The area inside the outermost rings less that of their holes, by the direction of rings."""
    doubled = sum(a[0] * b[1] - b[0] * a[1] for ring in rings(path) for a, b in pairwise(ring))
    return abs(Fraction(doubled, 2))


def inside(path: str, x: int, y: int) -> bool:
    """Whether a point lies in a path filled by the rule evenodd."""
    crossings = 0
    for ring in rings(path):
        for (ax, ay), (bx, by) in pairwise(ring):
            if (ay > y) != (by > y):
                crossings += x < ax + Fraction((y - ay) * (bx - ax), by - ay)
    return crossings % 2 == 1


@pytest.mark.parametrize("level", Level)
def test_every_county_and_municipality_has_one_outline(level: Level, register: Register) -> None:
    assert sorted(outlines(level).paths) == registers.codes(register, level)


@pytest.mark.parametrize(("level", "most"), [(Level.KOMMUN, 90_000), (Level.LAN, 25_000)])
def test_outlines_are_small_files(raw: Raw, level: Level, most: int) -> None:
    file = raw.geography(level)
    assert file is not None
    assert len(file.content) <= most


@pytest.mark.parametrize("level", Level)
def test_neighbours_share_their_border(level: Level) -> None:
    # A gap or a sliver would show as edges that belong to one outline and have a twin beside them;
    # what no neighbour shares is coast, lake or the border of the country.
    shared = Counter[Edge]()
    for path in outlines(level).paths.values():
        own = edges(path)
        assert set(own.values()) == {1}
        shared.update(own)
    assert set(shared.values()) == {1, 2}


def test_a_county_is_its_municipalities() -> None:
    of_counties = {code: edges(path) for code, path in outlines(Level.LAN).paths.items()}
    parts: dict[str, Counter[Edge]] = {code: Counter() for code in of_counties}
    for code, path in outlines(Level.KOMMUN).paths.items():
        parts[code[:2]].update(edges(path))
    for code, whole in of_counties.items():
        border = {edge for edge, times in parts[code].items() if times == 1}
        assert border == set(whole)


def test_areas_are_swedens() -> None:
    # Land and most lakes, in squares of 500 metres; SCB, Land- och vattenarealer.
    square_km = {code: area(path) / 4 for code, path in outlines(Level.KOMMUN).paths.items()}
    assert 420_000 < sum(square_km.values()) < 460_000
    assert max(square_km, key=square_km.__getitem__) == "2584"
    assert 18_000 < square_km["2584"] < 22_000
    assert min(square_km, key=square_km.__getitem__) == "0183"
    assert 6 < square_km["0183"] < 11
    assert 2_700 < square_km["0980"] < 3_300


@pytest.mark.parametrize("level", Level)
def test_labels_stand_in_their_outline(level: Level) -> None:
    geography = outlines(level)
    for code, (x, y, _) in geography.places.items():
        assert inside(geography.paths[code], x, y), code


def test_lakes_are_holes() -> None:
    # Vänern lies between its counties, Storsjön inside Jämtlands: nobody's shade covers either.
    at = {"Storsjön": (387, 1347), "Vänern": (257, 2285), "Vättern": (399, 2418)}
    for x, y in at.values():
        assert not any(inside(path, x, y) for path in outlines(Level.LAN).paths.values())


def test_no_outlines_are_no_error(tmp_path: Path) -> None:
    assert Raw(tmp_path).geography(Level.LAN) is None


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"level": "kommun"}, ""),
        ({"level": "socken"}, "level"),
        ({"format": 2}, "format"),
        ({"viewBox": [0, 0, 0, 10]}, ""),
        ({"viewBox": [0, 0, 5, 5]}, ""),
        ({"viewBox": [0, 0, 10.5, 10]}, "viewBox.2"),
        ({"paths": {}}, "paths"),
        ({"paths": {"01": "M0 0l5 0 0 5"}}, "paths.01"),
        ({"paths": {"01": "M0 0l5 0 5z"}}, "paths.01"),
        ({"paths": {"01": "M0 0C1 1 2 2 3 3z"}}, "paths.01"),
        ({"paths": {"01": 'M0 0l5 0 0 5z"/><script>'}}, "paths.01"),
        ({"paths": {"1": "M0 0l5 0 0 5z"}}, "paths.1.[key]"),
        ({"paths": {"0114": "M0 0l5 0 0 5z"}}, ""),
        ({"places": {}}, ""),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_no_outline_is_refused(
    raw: Raw, refused: Callable[..., list[object]], changed: dict[str, object], place: str
) -> None:
    file = raw.geography(Level.LAN)
    assert file is not None
    content = {
        "format": 1,
        "level": "lan",
        "viewBox": [0, 0, 10, 10],
        "paths": {"01": "M0 0l5 0 0 5z"},
        "places": {"01": [3, 7, 2]},
    }
    bad = replace(file, content=json.dumps(content | changed).encode())
    [problem] = refused(lambda: read_geography(bad))
    assert problem.place == place  # type: ignore[attr-defined]
    good = replace(file, content=json.dumps(content).encode())
    assert read_geography(good).paths == content["paths"]


@pytest.mark.parametrize("content", [b"", b"\xff", b"{", b"[1]", b"null", b"[" * 100_000])
def test_what_is_no_json_is_refused(
    raw: Raw, refused: Callable[..., list[object]], content: bytes
) -> None:
    file = raw.geography(Level.LAN)
    assert file is not None
    [problem] = refused(lambda: read_geography(replace(file, content=content)))
    assert problem.file == str(file.path)  # type: ignore[attr-defined]


def test_another_level_than_the_sidecars_is_refused(
    raw: Raw, refused: Callable[..., list[object]]
) -> None:
    counties, municipalities = raw.geography(Level.LAN), raw.geography(Level.KOMMUN)
    assert counties is not None
    assert municipalities is not None
    [problem] = refused(lambda: read_geography(replace(counties, content=municipalities.content)))
    assert problem.place == "level"  # type: ignore[attr-defined]


def one_outline(folder: Path, level: str, code: str, width: int = 400) -> None:
    """A square country of one region, with its sidecar."""
    outlines = {
        "format": 1,
        "level": level,
        "viewBox": [0, 0, width, 900],
        "paths": {code: "M0 0l9 0 0 9z"},
        "places": {code: [3, 3, 5]},
    }
    content = json.dumps(outlines).encode()
    sidecar = {
        "format": 1,
        "file": f"{level}.json",
        "retrieved": "2026-11-23",
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "level": level,
        "producer": "Prov",
        "source": "Prov",
        "licence": "Prov",
        "method": "Prov",
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{level}.json").write_bytes(content)
    (folder / f"{level}.yaml").write_text(json.dumps(sidecar), "utf-8")


def register_of(**codes: str) -> Register:
    rows = [[kind, code, code, code, code[:2]] for kind, code in codes.items()]
    columns = ["type", "code", "name", "slug", "lan_code"]
    return Register(pd.DataFrame(rows, columns=columns), usual_words())


def test_outlines_are_of_the_registers_division(tmp_path: Path) -> None:
    assert read_outlines(Raw(tmp_path), register_of(lan="01")) == {}
    one_outline(tmp_path / "geography", "lan", "01")
    found = read_outlines(Raw(tmp_path), register_of(lan="01"))
    assert {level: each.producer for level, each in found.items()} == {Level.LAN: "Prov"}
    with pytest.raises(InputError) as refusal:
        read_outlines(Raw(tmp_path), register_of(lan="02"))
    [problem] = refusal.value.problems
    assert problem.found == "1 missing, 1 others: 02"


def test_levels_of_two_scales_do_not_stand_on_each_other(tmp_path: Path) -> None:
    one_outline(tmp_path / "geography", "lan", "01")
    one_outline(tmp_path / "geography", "kommun", "0114", width=500)
    codes = register_of(lan="01", kommun="0114")
    with pytest.raises(InputError) as refusal:
        read_outlines(Raw(tmp_path), codes)
    [problem] = refusal.value.problems
    assert problem.place == "viewBox"
