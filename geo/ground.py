"""The ground as a folium element: `geo.basemap` drawn on the map, with its names."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

from branca.element import MacroElement
from folium.template import Template
from shapely import get_coordinates, prepare, total_bounds
from shapely.affinity import scale
from shapely.geometry import MultiLineString, MultiPolygon, Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge, polylabel, unary_union

from geo.basemap import LAYERS, Ground
from geo.geojson import Feature
from geo.looks import DAY, Look, look_css
from geo.measure import WGS84, Position
from geo.offline_map import OfflineMap

HERE = Path(__file__)

STEP = 100_000
"""Shapes cross as whole numbers of this part of a degree: about a metre."""

SHEET_MARGIN = 0.02
"""Degrees between the outermost shape and the frame of the sheet."""

ORDER = (
    "seas", "streams", "islands", "quarters", "avenues", "railways", "canals", "parks",
    "cemeteries", "squares", "buildings", "streets", "bridges",
)  # fmt: skip
"""Kinds of names, the one that gives way to no other first."""


class GroundLayer(MacroElement):
    """Draws a ground below everything else on an `OfflineMap`.

    Knows nothing of events. `words` are those of the scale bar, "versts", "kilometres" and
    "north": without them there is none. A `bare` ground is lines alone, over whatever lies below.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        ground.draw({{ this._parent.get_name() }}, JSON.parse({{ this.payload }}));
        {% endmacro %}
        """
    )

    def __init__(
        self,
        ground: Ground,
        look: Look = DAY,
        language: str = "en",
        words: Mapping[str, str] | None = None,
        *,
        bare: bool = False,
    ) -> None:
        super().__init__()
        self._name = "ground"
        self._id = "layer"
        self.look = look
        self.payload = js_string(
            {**ground_payload(ground, look, language), "words": words, "bare": bare}
        )

    def put_on(self, parent: OfflineMap) -> None:
        """Add to a map, with the script and style that draw it."""
        parent.inline("style", look_css(self.look), "look_css")
        parent.inline("style", HERE.with_suffix(".css").read_text("utf-8"), "ground_css")
        parent.inline("script", HERE.with_suffix(".js").read_text("utf-8"), "ground_js")
        self.add_to(parent)


def ground_payload(ground: Ground, look: Look, language: str) -> dict[str, Any]:
    """What the script draws: look, the frame of the sheet, shapes by layer, names.

    A shape is `[number, line, line, ...]`: the rank of a street or bridge, the metres of a canal's
    width, 0 for the rest; the lines are its lines or rings, each
    `[lon, lat, further east, further north, ...]` in steps of 1 / `STEP` of a degree.
    `streams` are the middle lines of what is cut into the water: only their names are drawn.

    A name is `[text, kind, from zoom, below zoom, pixels high, place, where]`, `place` the id of
    what it names in the gazetteer or "", `where` either `[lon, lat, degrees clockwise]` or the
    layer and the number of the shape along which it runs. Names come by weight: each gives way to
    those before it. The name of a sea has, as one more, points far from any shore, each
    `[lon, lat, metres to the shore]`: it stands at whichever suits the view.
    """
    drawn = _drawn(ground)
    names = [
        name
        for layer, features in drawn.items()
        for number, feature in enumerate(features)
        for name in _names(feature, layer, number, language)
    ]
    names.sort(key=lambda name: (ORDER.index(name[1]), -name[4], name[2], name[0]))
    return {
        "look": dict(look),
        "sheet": _sheet(ground),
        "shapes": {
            layer: [_shape(layer, feature) for feature in features]
            for layer, features in drawn.items()
            if layer != "islands"  # they are the holes of the water
        },
        "names": names,
    }


def _drawn(ground: Ground) -> dict[str, list[Feature]]:
    """What is drawn and named, by layer; what lies over the bank is cut off there.

    Bridges that are places are left to whoever tells of places.
    """
    water = unary_union([feature.geometry for feature in ground.get("water", ())])
    drawn: dict[str, list[Feature]] = {layer: [] for layer in (*LAYERS, "streams")}
    for layer, features in ground.items():
        for feature in features:
            said = feature.properties
            if layer == "bridges" and "place" in said:
                continue
            if layer == "canals" and said.get("in_water"):
                drawn["streams"].append(feature)
            elif layer in CUT and water.intersects(feature.geometry):
                drawn[layer] += _cut(feature, water)
            else:
                drawn[layer].append(feature)
    return drawn


CUT = ("quarters", "parks", "cemeteries", "canals")
"""Layers that may lie a little over the bank, and are drawn after the water."""


def _cut(feature: Feature, water: BaseGeometry) -> Iterator[Feature]:
    """What of a feature lies on land, if anything does."""
    left = feature.geometry.difference(water)
    kind = "LineString" if "Line" in feature.geometry.geom_type else "Polygon"
    parts = [part for part in getattr(left, "geoms", [left]) if part.geom_type == kind]
    if parts and not left.is_empty:
        many = MultiLineString if kind == "LineString" else MultiPolygon
        yield replace(feature, geometry=many(parts))


def _sheet(ground: Ground) -> list[float]:
    """(min_lon, min_lat, max_lon, max_lat) of the frame round all that is drawn."""
    shapes = [feature.geometry for features in ground.values() for feature in features]
    if not shapes:
        return [-180, -80, 180, 80]
    west, south, east, north = (float(edge) for edge in total_bounds(shapes))
    return [
        round(edge, 5) for edge in (west, south - SHEET_MARGIN / 2, east, north + SHEET_MARGIN / 2)
    ]


def _shape(layer: str, feature: Feature) -> list[Any]:
    said = feature.properties
    key = "width_m" if layer == "canals" else "rank"
    number = said.get(key, {"canals": 30, "streets": 3, "bridges": 3}.get(layer, 0))
    return [number, *(_flat(line) for line in _lines(feature.geometry))]


def _lines(geometry: BaseGeometry) -> Iterator[list[Position]]:
    if "Line" in geometry.geom_type:
        geometry = linemerge(geometry) if geometry.geom_type.startswith("Multi") else geometry
    for part in getattr(geometry, "geoms", [geometry]):
        rings = [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
        for ring in rings:
            yield [(float(x), float(y)) for x, y in get_coordinates(ring)]


def _flat(line: Iterable[Position]) -> list[int]:
    flat: list[int] = []
    x0 = y0 = 0
    for lon, lat in line:
        x, y = round(lon * STEP), round(lat * STEP)
        flat += [x - x0, y - y0]
        x0, y0 = x, y
    return flat


# -- names: of what kind, from which zoom, how high


def _names(feature: Feature, layer: str, number: int, language: str) -> Iterator[list[Any]]:
    said = feature.properties
    text = said.get(f"name_1917_{language}") or said.get("name_1917")
    if not text:
        return
    kind, start, end, height = _manner(feature, layer)
    where: list[Any]
    if "label_at" in said:
        lon, lat, *turn = said["label_at"]
        where = [lon, lat, turn[0] if turn else 0]
    elif "Line" in feature.geometry.geom_type:
        where = [layer, number]
    else:
        lon, lat = _inside(feature.geometry)
        where = [round(lon, 5), round(lat, 5), 0]
    name = [text, kind, said.get("label_zoom", start), end, height, said.get("place", ""), where]
    if kind == "seas":
        name.append(list(_open_water(feature.geometry)))
    yield name


OFF_SHORE_M = 1500
"""How far from any shore a sea has room for its name."""


def _open_water(water: BaseGeometry) -> Iterator[list[float]]:
    """Points of a coarse grid in open water, with their metres to the nearest shore."""
    metre = 1 / 111_400  # degrees of latitude
    narrow = scale(water, xfact=0.5, origin=(0, 0))  # degrees alike both ways, at 60 degrees north
    prepare(narrow)
    shores = narrow.boundary
    west, south, east, north = narrow.bounds
    across, up = (round((high - low) / 0.02) for low, high in ((west, east), (south, north)))
    for row, column in product(range(1, up), range(1, across)):
        point = Point(west + (east - west) * column / across, south + (north - south) * row / up)
        if not narrow.contains(point):
            continue
        away_m = shores.distance(point) / metre
        if away_m >= OFF_SHORE_M:
            yield [round(2 * point.x, 4), round(point.y, 4), round(away_m)]


Manner = tuple[str, float, float, float]
"""Kind of a name, from which zoom it is shown, below which, pixels high."""


def _manner(feature: Feature, layer: str) -> Manner:
    said = feature.properties
    match layer:
        case "water":
            return "seas", 8, 13.5, 19
        case "streams" | "canals":
            return _by(
                said.get("width_m", 30),
                (150, ("streams", 11.5, 25, 18)),
                (90, ("streams", 12.5, 25, 15)),
                (45, ("canals", 13, 25, 13)),
                (25, ("canals", 14, 25, 12)),
                (0, ("canals", 15, 25, 11)),
            )
        case "streets":
            return {
                1: ("avenues", 13.25, 25.0, 12.5),
                2: ("streets", 14.5, 25.0, 11.5),
            }.get(said.get("rank", 3), ("streets", 15.25, 25.0, 10.5))
        case "bridges":
            return "bridges", 15 if said.get("rank") == 1 else 15.75, 25, 10.5
        case "railways":
            return "railways", 9.5, 16, 11.5
    hectares = abs(WGS84.geometry_area_perimeter(feature.geometry)[0]) / 10_000
    match layer:
        case "islands":
            return _by(
                hectares,
                (400, ("islands", 12, 15.5, 14)),
                (100, ("islands", 13, 16.5, 12.5)),
                (20, ("islands", 14, 25, 11.5)),
                (0, ("islands", 15, 25, 10.5)),
            )
        case "quarters":
            return "quarters", 12.5, 15, 12.5
        case "parks" | "cemeteries":
            return _by(
                hectares,
                (60, (layer, 13, 25, 12)),
                (10, (layer, 14, 25, 11.5)),
                (2, (layer, 15, 25, 11)),
                (0, (layer, 16, 25, 10.5)),
            )
        case "squares":
            return ("squares", 14.5, 25, 11.5) if hectares > 2 else ("squares", 15.5, 25, 10.5)
        case _:
            return ("buildings", 15, 25, 11) if hectares > 2.5 else ("buildings", 15.75, 25, 10.5)


def _by(size: float, *steps: tuple[float, Manner]) -> Manner:
    """What belongs to the first of the sizes that `size` reaches."""
    return next(manner for least, manner in steps if size >= least)


def _inside(geometry: BaseGeometry) -> Position:
    """The point of an area that lies farthest from its edges: where its name has most room."""
    part = max(getattr(geometry, "geoms", [geometry]), key=lambda part: part.area)
    point = polylabel(scale(part, xfact=0.5, origin=(0, 0)), 1e-5)  # at 60 degrees north
    return 2 * point.x, point.y


def js_string(value: Any) -> str:
    """Write `value` as JSON inside a JavaScript string that is safe in a rendered page.

    folium renders a macro's output through Jinja a second time, so a brace in a name would run
    as a template; `<` could close the script element.
    """
    quoted = json.dumps(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    for char in "{}<>&%#'":
        quoted = quoted.replace(char, f"\\u{ord(char):04x}")
    return quoted
