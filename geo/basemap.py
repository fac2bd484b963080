"""The ground: water, islands, streets and the rest of the city as it was, drawn by ourselves."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from geo.geojson import Feature, read_features, shown

LAYERS: Mapping[str, tuple[str, ...]] = {
    "water": ("Polygon", "MultiPolygon"),
    "islands": ("Polygon", "MultiPolygon"),
    "quarters": ("Polygon", "MultiPolygon"),
    "parks": ("Polygon", "MultiPolygon"),
    "canals": ("LineString", "MultiLineString"),
    "streets": ("LineString", "MultiLineString"),
    "railways": ("LineString", "MultiLineString"),
}
"""Every layer in the order it is drawn, with the shapes it may hold."""

EXTENT = (28.0, 59.2, 31.5, 60.4)
"""What the ground may cover, (min_lon, min_lat, max_lon, max_lat) in degrees."""
EXTENT_IN_WORDS = f"{EXTENT[0]}-{EXTENT[2]} E, {EXTENT[1]}-{EXTENT[3]} N"

Ground = Mapping[str, tuple[Feature, ...]]
"""The features of each layer, by the names of `LAYERS`."""


def read_ground(folder: Path, faults: list[str]) -> Ground:
    """Read every layer of `folder`; whatever cannot be drawn is added to `faults`.

    A layer with a fault is left out: with half of its islands, the river would seem wider.
    """
    ground = {}
    for layer, shapes in LAYERS.items():
        label = f"basemap/{layer}.geojson"
        before = len(faults)
        features = read_features(folder / f"{layer}.geojson", faults, label)
        for feature in features:
            faults += [
                f"{label}, feature {feature.id}: {sentence}" for sentence in _wrong(feature, shapes)
            ]
        if len(faults) == before:
            ground[layer] = tuple(features)
    return ground


NUMBERS = {"width_m": (1, 1000), "rank": (1, 3), "label_zoom": (0, 24)}
"""What a feature may say in numbers, with the least and the largest."""


def _wrong(feature: Feature, shapes: tuple[str, ...]) -> Iterator[str]:
    if feature.geometry.geom_type not in shapes:
        yield f"should be a {' or '.join(shapes)}, found a {feature.geometry.geom_type}"
    low, high = EXTENT[:2], EXTENT[2:]
    for edge, least, most in zip(feature.geometry.bounds, low + low, high + high, strict=True):
        if not least <= edge <= most:
            yield f"reaches to {edge}, outside the extent {EXTENT_IN_WORDS}"
            break
    for key, value in feature.properties.items():
        if key.startswith("name_") and not isinstance(value, str):
            yield f"{key} should be some words, found {shown(value)}"
        elif key in NUMBERS and not _is_number(value, *NUMBERS[key]):
            yield f"{key} should be {NUMBERS[key][0]} to {NUMBERS[key][1]}, found {shown(value)}"
        elif key == "label_at" and not _is_label(value):
            yield (
                f"label_at should be [longitude, latitude] within {EXTENT_IN_WORDS}, or those and "
                f"degrees clockwise, found {shown(value)}"
            )


def _is_number(value: object, least: float, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most


def _is_label(value: object) -> bool:
    limits = zip((*EXTENT[:2], -180), (*EXTENT[2:], 180), strict=True)
    return (
        isinstance(value, list)
        and len(value) in (2, 3)
        and all(_is_number(n, *limit) for n, limit in zip(value, limits, strict=False))
    )
