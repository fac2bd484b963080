"""The ground as a folium element: `geo.basemap` drawn on the map, with its names."""

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from branca.element import MacroElement
from folium.template import Template
from shapely import get_coordinates, set_precision
from shapely.geometry import LineString, mapping
from shapely.ops import linemerge

from geo.basemap import LAYERS, Ground
from geo.geojson import Feature
from geo.looks import DAY
from geo.measure import along, length_m, shares
from geo.offline_map import OfflineMap

SCRIPT = Path(__file__).with_suffix(".js")

NAMED_FROM_ZOOM = {"water": 11, "islands": 13, "parks": 15.5, "canals": 14.5, "streets": 14.5}
"""The zoom from which the names of a layer are shown; main streets a little later."""


class GroundLayer(MacroElement):
    """Draws a ground below everything else on an `OfflineMap`.

    Knows nothing of events. The look is a table of `geo.looks`.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        ground.draw({{ this._parent.get_name() }}, JSON.parse({{ this.payload }}));
        {% endmacro %}
        """
    )

    def __init__(self, ground: Ground, look: Mapping[str, str] = DAY, language: str = "en") -> None:
        super().__init__()
        self._name = "ground"
        self._id = "layer"
        self.payload = js_string(ground_payload(ground, look, language))

    def put_on(self, parent: OfflineMap) -> None:
        """Add to a map, with the script that draws it."""
        parent.inline("script", SCRIPT.read_text("utf-8"), "ground_js")
        self.add_to(parent)


def ground_payload(ground: Ground, look: Mapping[str, str], language: str) -> dict[str, Any]:
    """What the script draws: look, layers as GeoJSON features, labels.

    A label is `[text, lat, lon, degrees clockwise, layer, from zoom]`.
    """
    return {
        "look": dict(look),
        "layers": {
            layer: [
                {
                    "type": "Feature",
                    "geometry": mapping(set_precision(feature.geometry, 1e-5)),
                    "properties": {
                        key: feature.properties[key]
                        for key in ("rank", "width_m")
                        if key in feature.properties
                    },
                }
                for feature in ground.get(layer, ())
            ]
            for layer in LAYERS
        },
        "labels": [
            label
            for layer in NAMED_FROM_ZOOM
            for feature in ground.get(layer, ())
            for label in _labels(feature, layer, language)
        ],
    }


def _labels(feature: Feature, layer: str, language: str) -> Iterator[list[Any]]:
    said = feature.properties
    name = said.get(f"name_{language}") or said.get("name_en")
    if not name:
        return
    zoom = NAMED_FROM_ZOOM[layer] + (1 if layer == "streets" and said.get("rank", 1) > 1 else 0)
    if "Line" in feature.geometry.geom_type:
        parts = feature.geometry
        if parts.geom_type == "MultiLineString":
            merged = linemerge(parts)
            parts = max(getattr(merged, "geoms", [merged]), key=lambda part: part.length)
        (lon, lat), angle = _middle(parts)
    elif "label_at" in said:
        lon, lat, *turn = said["label_at"]
        angle = turn[0] if turn else 0
    else:
        point = feature.geometry.representative_point()
        lon, lat, angle = point.x, point.y, 0
    yield [name, round(lat, 5), round(lon, 5), round(angle), layer, said.get("label_zoom", zoom)]


def _middle(line: LineString) -> tuple[tuple[float, float], float]:
    """The middle of a line and the way it runs there, degrees clockwise from east, upright."""
    line_lonlat = [(float(x), float(y)) for x, y in get_coordinates(line)]
    if len(shares(line_lonlat)) < 2 or length_m(line) == 0:
        raise ValueError("line has no length")
    (lon0, lat0), (lon1, lat1) = along(line_lonlat, 0.45), along(line_lonlat, 0.55)
    turn = math.degrees(math.atan2(lat0 - lat1, (lon1 - lon0) * math.cos(math.radians(lat0))))
    return along(line_lonlat, 0.5), (turn + 90) % 180 - 90


def js_string(value: Any) -> str:
    """Write `value` as JSON inside a JavaScript string that is safe in a rendered page.

    folium renders a macro's output through Jinja a second time, so a brace in a name would run
    as a template; `<` could close the script element.
    """
    quoted = json.dumps(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    for char in "{}<>&%#'":
        quoted = quoted.replace(char, f"\\u{ord(char):04x}")
    return quoted
