"""The ground: seven layers, each of its own shapes, none beyond the extent."""

import json

import pytest

from geo.basemap import EXTENT, LAYERS, read_ground

SQUARE = [[30.1, 59.9], [30.2, 59.9], [30.2, 59.95], [30.1, 59.95], [30.1, 59.9]]
SHAPES = {
    "Point": SQUARE[0],
    "LineString": SQUARE[:3],
    "MultiLineString": [SQUARE[:3]],
    "Polygon": [SQUARE],
    "MultiPolygon": [[SQUARE]],
}


@pytest.fixture
def read(tmp_path):
    """Reads a ground of which one layer is given: the layers and the faults."""

    def write(layer, kind, coordinates, **said):
        row = {
            "type": "Feature",
            "id": "one",
            "properties": said,
            "geometry": {"type": kind, "coordinates": coordinates},
        }
        table = {"type": "FeatureCollection", "features": [row]}
        (tmp_path / f"{layer}.geojson").write_text(json.dumps(table), "utf-8")

    def run(layer, kind=None, coordinates=None, **said):
        for each, (first, *_) in LAYERS.items():
            write(each, first, SHAPES[first])
        kind = kind or LAYERS[layer][0]
        write(layer, kind, coordinates or SHAPES[kind], **said)
        faults = []
        return read_ground(tmp_path, faults), faults

    return run


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("kind", SHAPES)
def test_a_layer_holds_areas_or_lines_and_nothing_else(read, layer, kind):
    lines = layer in ("canals", "streets", "railways")
    fits = kind in (("LineString", "MultiLineString") if lines else ("Polygon", "MultiPolygon"))

    ground, faults = read(layer, kind)

    if fits:
        assert faults == []
        assert ground[layer][0].geometry.geom_type == kind
    else:
        (fault,) = faults
        assert fault.startswith(f"basemap/{layer}.geojson, feature one: should be a ")
        assert fault.endswith(f"found a {kind}")


def test_a_layer_with_a_fault_is_left_out_and_the_others_are_not(read):
    ground, faults = read("islands", "Point")

    assert len(faults) == 1
    assert list(ground) == [layer for layer in LAYERS if layer != "islands"]


def test_a_missing_layer_is_a_fault(tmp_path):
    faults = []

    assert read_ground(tmp_path, faults) == {}
    assert faults == [f"basemap/{layer}.geojson: missing; restore it" for layer in LAYERS]


@pytest.mark.parametrize("side", range(4), ids=["west", "south", "east", "north"])
def test_the_extent_may_be_filled_and_not_left(read, side):
    def line(reach):
        edge = [*EXTENT]
        edge[side] += reach if side > 1 else -reach
        west, south, east, north = edge
        return [[west, south], [east, north]]

    assert read("railways", coordinates=line(0))[1] == []
    (fault,) = read("railways", coordinates=line(0.01))[1]
    edge = round(EXTENT[side] + (0.01 if side > 1 else -0.01), 2)
    assert f"reaches to {edge}" in fault
    assert fault.endswith("outside the extent 28.0-31.5 E, 59.2-60.4 N")


@pytest.mark.parametrize(
    "said",
    [
        {"rank": 1}, {"rank": 3}, {"width_m": 55}, {"width_m": 7.5}, {"label_zoom": 15.5},
        {"label_at": [30.3, 59.9]}, {"label_at": [30.3, 59.9, -20]}, {"name_en": "One"},
        {"in_water": True},
    ],
    ids=str,
)  # fmt: skip
def test_what_a_feature_may_say_is_accepted(read, said):
    ground, faults = read("canals", **said)

    assert faults == []
    assert ground["canals"][0].properties == said


@pytest.mark.parametrize(
    "said",
    [
        {"rank": 0}, {"rank": 4}, {"rank": "1"}, {"rank": True}, {"rank": None}, {"rank": [1]},
        {"width_m": 0}, {"width_m": 10**400}, {"width_m": "wide"}, {"label_zoom": -1},
        {"label_zoom": {}}, {"label_at": "here"}, {"label_at": []}, {"label_at": [30.3]},
        {"label_at": [59.9, 30.3]}, {"label_at": [30.3, 59.9, 200]}, {"label_at": {"lon": 30.3}},
        {"label_at": [30.3, 59.9, 0, 0]}, {"label_at": [30.3, "59.9"]}, {"name_en": 5},
        {"name_ru": None},
    ],
    ids=lambda said: str(said)[:40],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(read, said):
    ground, (fault,) = read("canals", **said)

    assert "canals" not in ground
    assert fault.startswith(f"basemap/canals.geojson, feature one: {next(iter(said))} should be ")
    assert ", found " in fault


def test_the_shipped_ground_has_every_layer(story):
    assert list(story.ground) == list(LAYERS)
    assert all(story.ground.values())
