"""The ground: water, islands, streets and the rest of the city as it was, drawn by ourselves."""

from collections.abc import Mapping
from pathlib import Path

from geo.geojson import Feature, read_features

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
            if feature.geometry.geom_type not in shapes:
                faults.append(
                    f"{label}, feature {feature.id}: should be a {' or '.join(shapes)}, "
                    f"found a {feature.geometry.geom_type}"
                )
            outside = [
                edge
                for edge, low, limit in zip(
                    feature.geometry.bounds, (1, 1, -1, -1), EXTENT, strict=True
                )
                if low * edge < low * limit
            ]
            if outside:
                faults.append(
                    f"{label}, feature {feature.id}: reaches to {outside[0]}, outside the extent "
                    f"{EXTENT[0]}-{EXTENT[2]} E, {EXTENT[1]}-{EXTENT[3]} N"
                )
        if len(faults) == before:
            ground[layer] = tuple(features)
    return ground
