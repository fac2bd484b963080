"""The one door to the GeoJSON files of `geo/data`: RFC 7946, and nothing that is not.

What is not accepted becomes a sentence in `faults`: file, feature, what was found, what would do.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

BOUNDS = (18.0, 53.0, 33.0, 61.0)
"""Where the story can be, (min_lon, min_lat, max_lon, max_lat) in degrees: Mogilev to Helsingfors."""
DEPTH = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
"""How many lists lie round a position, by geometry type."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One accepted feature."""

    id: str
    geometry: BaseGeometry
    """WGS 84 degrees, (longitude, latitude)."""
    properties: dict[str, Any]


def read_features(path: Path, faults: list[str], label: str = "") -> list[Feature]:
    """Read a FeatureCollection whose features each have an id of their own.

    Adds a sentence to `faults` for each feature that cannot be accepted and leaves it out.
    """
    label = label or path.name
    table = _json(path, label, faults)
    if table is None:
        return []
    if not isinstance(table, dict) or table.get("type") != "FeatureCollection":
        faults.append(f"{label}: is no FeatureCollection")
        return []
    rows = table.get("features")
    if not isinstance(rows, list):
        faults.append(f"{label}: 'features' should be a list")
        return []
    found: list[Feature] = []
    ids: set[str] = set()
    for number, row in enumerate(rows, start=1):
        feature_id = row.get("id") if isinstance(row, dict) else None
        name = f"{label}, feature {feature_id or f'no. {number}'}"
        wrong = list(_wrong(row))
        if not wrong and feature_id in ids:
            wrong = ["this id stands twice; ids are unique"]
        if wrong:
            faults += [f"{name}: {sentence}" for sentence in wrong]
            continue
        ids.add(str(feature_id))
        geometry = shape(row["geometry"])
        if not geometry.is_valid:
            faults.append(f"{name}: its shape is not valid: {explain_validity(geometry)}")
            continue
        found.append(Feature(str(feature_id), geometry, row["properties"]))
    return found


def _json(path: Path, label: str, faults: list[str]) -> Any:
    def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table: dict[str, Any] = {}
        for key, value in pairs:
            if key in table:
                faults.append(
                    f"{label}: key '{key}' stands twice in one object "
                    f"(found {_short(table[key])} and {_short(value)}); leave one"
                )
            table[key] = value
        return table

    def not_a_number(text: str) -> float:
        faults.append(f"{label}: {text} is not JSON; write a number or leave the feature out")
        return math.nan

    try:
        text = path.read_text(encoding="utf-8")
        if not text.strip():
            faults.append(f"{label}: is empty")
            return None
        return json.loads(text, object_pairs_hook=no_duplicates, parse_constant=not_a_number)
    except FileNotFoundError:
        faults.append(f"{label}: missing; restore it")
    except OSError as error:
        faults.append(f"{label}: cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        faults.append(
            f"{label}: is not UTF-8: byte 0x{error.object[error.start]:02x} at {error.start}; "
            "save it as UTF-8"
        )
    except json.JSONDecodeError as error:
        faults.append(f"{label}: is not JSON: {error}")
    except RecursionError:
        faults.append(f"{label}: is nested too deep to be GeoJSON")
    return None


def _wrong(row: Any) -> Iterator[str]:
    if not isinstance(row, dict) or row.get("type") != "Feature":
        yield "is no Feature"
        return
    if not isinstance(row.get("id"), str) or not row["id"]:
        yield f"has no id of its own, found {row.get('id')!r}; give it a word in kebab-case"
    if not isinstance(row.get("properties"), dict):
        yield "'properties' should be an object"
    geometry = row.get("geometry")
    if not isinstance(geometry, dict):
        yield "has no geometry"
        return
    kind = geometry.get("type")
    if kind not in DEPTH:
        yield f"geometry type {kind!r} is none of {', '.join(DEPTH)}"
        return
    yield from _wrong_positions(geometry.get("coordinates"), DEPTH[kind], kind)


def _wrong_positions(coordinates: Any, depth: int, kind: str) -> Iterator[str]:
    if not isinstance(coordinates, list) or not coordinates:
        yield f"coordinates of a {kind} should be lists {depth} deep round [lon, lat]"
        return
    if depth:
        for part in coordinates:
            yield from _wrong_positions(part, depth - 1, kind)
        if kind.endswith("Polygon") and depth == 1:
            if coordinates[0] != coordinates[-1]:
                yield (
                    f"a ring is open: it starts at {coordinates[0]} and ends at "
                    f"{coordinates[-1]}; repeat the first position at the end"
                )
            if len(coordinates) < 4:
                yield f"a ring has {len(coordinates)} positions; it needs 4"
        if kind.endswith("LineString") and depth == 1 and len(coordinates) < 2:
            yield "a line has one position; it needs 2"
        return
    numbers = [isinstance(c, int | float) and not isinstance(c, bool) for c in coordinates]
    if len(coordinates) not in (2, 3) or not all(numbers):
        yield f"position {_short(coordinates)} should be [longitude, latitude]"
        return
    lon, lat = coordinates[:2]
    if not (math.isfinite(lon) and math.isfinite(lat)):
        yield f"position {_short(coordinates)} is not finite"
    elif not _within(lon, lat):
        swapped = "; longitude comes first: are the two exchanged?" if _within(lat, lon) else ""
        yield (
            f"position [{lon}, {lat}] lies outside the story's world "
            f"({BOUNDS[0]}-{BOUNDS[2]} E, {BOUNDS[1]}-{BOUNDS[3]} N){swapped}"
        )


def _within(lon: float, lat: float) -> bool:
    return BOUNDS[0] <= lon <= BOUNDS[2] and BOUNDS[1] <= lat <= BOUNDS[3]


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."
