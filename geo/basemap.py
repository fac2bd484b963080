"""The ground: water, islands, streets and the rest of the city as it was, drawn by ourselves."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path

from shapely import node
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from geo.geojson import Feature, read_features, shown

AREA = ("Polygon", "MultiPolygon")
LINE = ("LineString", "MultiLineString")
LAYERS: Mapping[str, tuple[str, ...]] = {
    "quarters": AREA,
    "parks": AREA,
    "cemeteries": AREA,
    "squares": AREA,
    "water": AREA,
    "islands": AREA,
    "canals": LINE,
    "streets": LINE,
    "bridges": LINE[:1],
    "railways": LINE,
    "buildings": AREA,
}
"""Every layer in the order it is drawn, with the shapes it may hold."""

EXTENT = (28.0, 59.2, 31.5, 60.4)
"""What the ground may cover, (min_lon, min_lat, max_lon, max_lat) in degrees."""
EXTENT_IN_WORDS = f"{EXTENT[0]}-{EXTENT[2]} E, {EXTENT[1]}-{EXTENT[3]} N"

Ground = Mapping[str, tuple[Feature, ...]]
"""The features of each layer, by the names of `LAYERS`."""


def read_ground(folder: Path, faults: list[str], places: Collection[str] | None = None) -> Ground:
    """Read every layer of `folder`; whatever cannot be drawn is added to `faults`.

    A layer with a fault is left out: with half of its islands, the river would seem wider.
    `places` are the ids that a feature may give as its `place`, `None` where nobody can tell.
    """
    ground = {}
    for layer, shapes in LAYERS.items():
        label = f"basemap/{layer}.geojson"
        before = len(faults)
        features = read_features(folder / f"{layer}.geojson", faults, label)
        for feature in features:
            wrong = [
                *_wrong_shape(feature.geometry, shapes),
                *_wrong_words(feature),
                *_unknown_place(feature, places),
            ]
            faults += [f"{label}, feature {feature.id}: {sentence}" for sentence in wrong]
        if len(faults) == before:
            ground[layer] = tuple(features)
    return ground


NUMBERS = {
    "width_m": (1, 1000),
    "rank": (1, 3),
    "label_zoom": (0, 24),
    "error_m": (1, 5000),
}
"""What a feature may say in numbers, with the least and the largest."""
WORDS = ("note", "kind", "over", "place")
"""What a feature may say in words, besides its names."""
YES_OR_NO = ("opens", "in_water")


def _wrong_shape(geometry: BaseGeometry, shapes: tuple[str, ...]) -> Iterator[str]:
    if geometry.geom_type not in shapes:
        yield f"should be a {' or '.join(shapes)}, found a {geometry.geom_type}"
        return
    low, high = EXTENT[:2], EXTENT[2:]
    for edge, least, most in zip(geometry.bounds, low + low, high + high, strict=True):
        if not least <= edge <= most:
            yield f"reaches to {edge}, outside the extent {EXTENT_IN_WORDS}"
            break
    for line in _lines(geometry):
        for a, b in pairwise(line.coords):
            if a == b:
                yield f"the position {list(a)} stands twice in a row; leave one"
        if not line.is_simple:
            yield f"its line crosses itself{_where(line)}; draw it so that it does not"


def _lines(geometry: BaseGeometry) -> Iterator[LineString]:
    """The parts of a line, the rings of an area."""
    for part in getattr(geometry, "geoms", [geometry]):
        if part.geom_type == "Polygon":
            yield part.exterior
            yield from part.interiors
        else:
            yield part


def _where(line: LineString) -> str:
    """Where a line crosses itself: the first place at which its pieces meet between its ends."""
    ends = {line.coords[0], line.coords[-1]}
    met = [piece.coords[-1] for piece in node(line).geoms if piece.coords[-1] not in ends]
    return f" at [{met[0][0]:.5f}, {met[0][1]:.5f}]" if met else ""


def _wrong_words(feature: Feature) -> Iterator[str]:
    for key, value in feature.properties.items():
        if key.startswith("name_") or key in WORDS:
            if not isinstance(value, str) or not value.strip():
                yield f"{key} should be some words, found {shown(value)}"
        elif key in NUMBERS and not _is_number(value, *NUMBERS[key]):
            yield f"{key} should be {NUMBERS[key][0]} to {NUMBERS[key][1]}, found {shown(value)}"
        elif key in YES_OR_NO and not isinstance(value, bool):
            yield f"{key} should be true or false, found {shown(value)}"
        elif key == "label_at" and not _is_label(value):
            yield (
                f"label_at should be [longitude, latitude] within {EXTENT_IN_WORDS}, or those and "
                f"degrees clockwise, found {shown(value)}"
            )


def _unknown_place(feature: Feature, places: Collection[str] | None) -> Iterator[str]:
    place = feature.properties.get("place")
    if places is None or not isinstance(place, str) or not place.strip() or place in places:
        return
    near = get_close_matches(place, places, n=1)
    meant = f"did you mean '{near[0]}'?" if near else "name one that is, or leave it out"
    yield f"place {shown(place)} is not in places.geojson; {meant}"


def _is_number(value: object, least: float, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most


def _is_label(value: object) -> bool:
    limits = zip((*EXTENT[:2], -180), (*EXTENT[2:], 180), strict=True)
    return (
        isinstance(value, list)
        and len(value) in (2, 3)
        and all(_is_number(n, *limit) for n, limit in zip(value, limits, strict=False))
    )
