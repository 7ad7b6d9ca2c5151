"""Makes src/fairport/metros/data/us-outline.json from states-10m.json of us-atlas.

    npm pack us-atlas@3.0.1 && tar xzf us-atlas-3.0.1.tgz
    .venv/bin/python tools/make_us_outline.py package/states-10m.json

The shared borders are simplified once, so that neighbouring states still touch; islands too small to be seen are left
out. The result is GeoJSON in degrees; the map projects it.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[1] / "src" / "fairport" / "metros" / "data" / "us-outline.json"
TOLERANCE = 0.11  # degrees a line may move
SMALLEST = 0.12  # square degrees of a ring that is kept, unless it is its state's largest
# American Samoa, Guam, Northern Marianas, Puerto Rico, Virgin Islands: the projection has no room for them.
NOT_ON_THE_MAP = {"60", "66", "69", "72", "78"}
Point = tuple[float, float]


def main(source: str) -> None:
    """Writes the outline."""
    topology = json.loads(Path(source).read_text(encoding="utf-8"))
    arcs = [simplified(arc) for arc in degrees(topology)]
    features = []
    for state in sorted(topology["objects"]["states"]["geometries"], key=lambda item: item["id"]):
        if state["id"] in NOT_ON_THE_MAP:
            continue
        polygons = state["arcs"] if state["type"] == "MultiPolygon" else [state["arcs"]]
        rings = [ring_of(arcs, polygon[0]) for polygon in polygons]
        largest = max(rings, key=area)
        kept = [ring for ring in rings if len(ring) > 3 and (ring is largest or area(ring) >= SMALLEST)]
        geometry = {"type": "MultiPolygon", "coordinates": [[[list(point) for point in ring]] for ring in kept]}
        features.append({"type": "Feature", "properties": {}, "geometry": geometry})
    text = json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"))
    TARGET.write_text(f"{text}\n", encoding="utf-8")
    print(f"{len(features)} states, {len(text)} bytes")


def degrees(topology: dict[str, Any]) -> list[list[Point]]:
    """The arcs of a quantised topology as longitudes and latitudes."""
    (scale_x, scale_y), (move_x, move_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    found = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * scale_x + move_x, y * scale_y + move_y))
        found.append(line)
    return found


def simplified(line: list[Point]) -> list[Point]:
    """Douglas and Peucker's method; a closed line is cut at its farthest point first."""
    if line[0] == line[-1] and len(line) > 3:
        far = max(range(len(line)), key=lambda place: math.dist(line[0], line[place]))
        kept = [*simplified(line[: far + 1])[:-1], *simplified(line[far:])]
    else:
        kept = _between(line)
    return [(round(x, 2), round(y, 2)) for x, y in kept]


def _between(line: list[Point]) -> list[Point]:
    if len(line) < 3:
        return line
    far = max(range(1, len(line) - 1), key=lambda place: _off(line[place], line[0], line[-1]))
    if _off(line[far], line[0], line[-1]) <= TOLERANCE:
        return [line[0], line[-1]]
    return [*_between(line[: far + 1])[:-1], *_between(line[far:])]


def _off(point: Point, start: Point, end: Point) -> float:
    """The distance of a point from the line between two others, in degrees."""
    length = math.dist(start, end)
    if not length:
        return math.dist(point, start)
    across = (end[0] - start[0]) * (start[1] - point[1]) - (start[0] - point[0]) * (end[1] - start[1])
    return abs(across) / length


def ring_of(arcs: list[list[Point]], places: list[int]) -> list[Point]:
    """The arcs of a ring joined; a negative place means that arc backwards."""
    ring: list[Point] = []
    for place in places:
        arc = arcs[place] if place >= 0 else arcs[~place][::-1]
        ring.extend(arc if not ring else arc[1:])
    return ring


def area(ring: list[Point]) -> float:
    """Square degrees inside a ring."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))) / 2


if __name__ == "__main__":
    main(sys.argv[1])
