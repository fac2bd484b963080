"""The one door to the GeoJSON files of `geo/data`: RFC 7946, and nothing that is not.

What is not accepted becomes a sentence in `faults`: file, feature, what was found, what would do.
"""

import json
import math
import re
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
KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""The form of an id: `winter-palace`."""
HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")
"""A surrogate without its other half: JSON can write it, UTF-8 and so the page cannot."""


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
        kind = table.get("type") if isinstance(table, dict) else table
        faults.append(
            f"{label}: is no FeatureCollection, found {shown(kind)}; "
            "its 'type' should say \"FeatureCollection\""
        )
        return []
    rows = table.get("features")
    if not isinstance(rows, list):
        faults.append(f"{label}: 'features' should be a list, found {shown(rows)}")
        return []
    found: list[Feature] = []
    ids: set[str] = set()
    for number, row in enumerate(rows, start=1):
        feature_id = _id(row)
        name = f"{label}, feature {feature_id or f'no. {number}'}"
        wrong = list(_wrong(row))
        if feature_id in ids:
            wrong.append("this id stands twice; ids are unique, rename or leave out one")
        if feature_id is not None:
            ids.add(feature_id)
        if wrong or feature_id is None:
            faults += [f"{name}: {sentence}" for sentence in wrong]
            continue
        geometry = shape(_flat(row["geometry"]))
        if not geometry.is_valid:
            faults.append(
                f"{name}: its shape is not valid: {explain_validity(geometry)}; "
                "draw it so that it neither crosses nor doubles itself"
            )
            continue
        found.append(Feature(feature_id, geometry, row["properties"]))
    return found


def ids_in(path: Path) -> set[str] | None:
    """The ids that stand in a file, whether or not their features can be accepted.

    `None` where nobody can tell, since the file cannot be read or a feature has no id. A reference
    to a refused feature is no fault of its own.
    """
    table = _json(path, path.name, [])
    rows = table.get("features") if isinstance(table, dict) else None
    if not isinstance(rows, list):
        return None
    ids = {_id(row) for row in rows}
    return None if None in ids else {feature_id for feature_id in ids if feature_id is not None}


def _id(row: Any) -> str | None:
    feature_id = row.get("id") if isinstance(row, dict) else None
    return feature_id if isinstance(feature_id, str) and KEBAB.fullmatch(feature_id) else None


def _json(path: Path, label: str, faults: list[str]) -> Any:
    def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table: dict[str, Any] = {}
        for key, value in pairs:
            if key in table:
                faults.append(
                    f"{label}: key '{key}' stands twice in one object "
                    f"(found {shown(table[key])} and {shown(value)}); leave one"
                )
            if isinstance(value, str) and HALF_A_CHARACTER.search(value):
                faults.append(
                    f"{label}: {key} holds half a character, {shown(value)}; write it anew"
                )
            table[key] = value
        return table

    def not_a_number(text: str) -> float:
        faults.append(f"{label}: {text} is not JSON; write a number or leave the feature out")
        return math.nan

    try:
        # editors on Windows may put a byte order mark first; a reader may pass over it (RFC 8259, 8.1)
        text = path.read_text(encoding="utf-8-sig")
        if not text.strip():
            faults.append(f"{label}: is empty; restore it")
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
    except ValueError as error:  # a whole number of more digits than Python reads
        faults.append(f"{label}: cannot be read: {error}")
    except RecursionError:
        faults.append(f"{label}: is nested too deep to be GeoJSON")
    return None


def _wrong(row: Any) -> Iterator[str]:
    if not isinstance(row, dict) or row.get("type") != "Feature":
        found = row.get("type") if isinstance(row, dict) else row
        yield f"is no Feature, found {shown(found)}; its 'type' should say \"Feature\""
        return
    if _id(row) is None:
        yield f"has no id of its own, found {shown(row.get('id'))}; give it a word in kebab-case"
    if not isinstance(row.get("properties"), dict):
        yield f"'properties' should be an object, found {shown(row.get('properties'))}"
    geometry = row.get("geometry")
    if not isinstance(geometry, dict):
        yield f"has no geometry, found {shown(geometry)}; draw it or leave the feature out"
        return
    kind = geometry.get("type")
    if not isinstance(kind, str) or kind not in DEPTH:
        yield f"geometry type {shown(kind)} is none of {', '.join(DEPTH)}"
        return
    yield from _wrong_positions(geometry.get("coordinates"), DEPTH[kind], kind)


def _wrong_positions(coordinates: Any, depth: int, kind: str) -> Iterator[str]:
    if not isinstance(coordinates, list) or not coordinates:
        form = "a list that is not empty" if depth else "[longitude, latitude]"
        yield f"in the coordinates of a {kind}, {shown(coordinates)} should be {form}"
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
        yield f"position {shown(coordinates)} should be [longitude, latitude]"
        return
    lon, lat = coordinates[:2]
    if any(isinstance(c, float) and not math.isfinite(c) for c in coordinates):
        yield f"position {shown(coordinates)} is not finite; write degrees"
    elif not _within(lon, lat):
        swapped = "; longitude comes first: are the two exchanged?" if _within(lat, lon) else ""
        yield (
            f"position {shown(coordinates)} lies outside the story's world "
            f"({BOUNDS[0]}-{BOUNDS[2]} E, {BOUNDS[1]}-{BOUNDS[3]} N){swapped}"
        )


def _flat(geometry: dict[str, Any]) -> dict[str, Any]:
    """The same without altitudes: the map has no use for them, Shapely none for some of them."""

    def flat(part: list[Any]) -> list[Any]:
        return [flat(p) for p in part] if isinstance(part[0], list) else part[:2]

    return {**geometry, "coordinates": flat(geometry["coordinates"])}


def _within(lon: float, lat: float) -> bool:
    return BOUNDS[0] <= lon <= BOUNDS[2] and BOUNDS[1] <= lat <= BOUNDS[3]


def shown(value: object) -> str:
    """What was found, on one line of at most 60 characters."""
    try:
        text = repr(value)
    except RecursionError:
        text = "a deep nest of lists"
    return text if len(text) <= 60 else text[:57] + "..."
