"""The ground: eleven layers, each of its own shapes, none beyond the extent."""

import json

import pytest

from geo.basemap import EXTENT, LAYERS, read_ground

LINES = {"canals", "streets", "bridges", "railways"}

SHAPES_OF_AREAS = ("Polygon", "MultiPolygon")
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

    def write(layer, form, coordinates, **said):
        row = {
            "type": "Feature",
            "id": "one",
            "properties": said,
            "geometry": {"type": form, "coordinates": coordinates},
        }
        table = {"type": "FeatureCollection", "features": [row]}
        (tmp_path / f"{layer}.geojson").write_text(json.dumps(table), "utf-8")

    def run(layer, form=None, coordinates=None, places=(), **said):
        for each, (first, *_) in LAYERS.items():
            write(each, first, SHAPES[first])
        form = form or LAYERS[layer][0]
        write(layer, form, coordinates or SHAPES[form], **said)
        faults = []
        return read_ground(tmp_path, faults, places), faults

    return run


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("kind", SHAPES)
def test_a_layer_holds_areas_or_lines_and_nothing_else(read, layer, kind):
    fits = kind in (("LineString", "MultiLineString") if layer in LINES else SHAPES_OF_AREAS)
    fits = fits and (layer, kind) != ("bridges", "MultiLineString")  # a bridge is of one piece

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
        {"label_at": [30.3, 59.9]}, {"label_at": [30.3, 59.9, -20]}, {"name_1917": "One"},
        {"in_water": True}, {"opens": False}, {"note": "line of 1917 inferred"}, {"error_m": 15},
        {"error_m": 2000}, {"kind": "church"}, {"over": "moika"}, {"place": "smolny"},
    ],
    ids=str,
)  # fmt: skip
def test_what_a_feature_may_say_is_accepted(read, said):
    ground, faults = read("canals", places={"smolny"}, **said)

    assert faults == []
    assert ground["canals"][0].properties == said


@pytest.mark.parametrize(
    "said",
    [
        {"rank": 0}, {"rank": 4}, {"rank": "1"}, {"rank": True}, {"rank": None}, {"rank": [1]},
        {"width_m": 0}, {"width_m": 10**400}, {"width_m": "wide"}, {"label_zoom": -1},
        {"label_zoom": {}}, {"label_at": "here"}, {"label_at": []}, {"label_at": [30.3]},
        {"label_at": [59.9, 30.3]}, {"label_at": [30.3, 59.9, 200]}, {"label_at": {"lon": 30.3}},
        {"label_at": [30.3, 59.9, 0, 0]}, {"label_at": [30.3, "59.9"]}, {"name_1917": 5},
        {"name_1917_ru": None}, {"name_1917": " "}, {"error_m": "15"}, {"error_m": 0}, {"error_m": -5},
        {"error_m": None}, {"error_m": True}, {"note": 5}, {"note": ""}, {"opens": "yes"},
        {"opens": 1}, {"in_water": None}, {"kind": []}, {"over": 7}, {"place": ["smolny"]},
        {"place": ""}, {"place": None},
    ],
    ids=lambda said: str(said)[:40],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(read, said):
    ground, (fault,) = read("canals", **said)

    assert "canals" not in ground
    assert fault.startswith(f"basemap/canals.geojson, feature one: {next(iter(said))} should be ")
    assert ", found " in fault


def test_a_place_that_the_gazetteer_does_not_have_is_refused_with_one_that_it_has(read):
    ground, (fault,) = read("bridges", places=["palace-bridge", "smolny"], place="palace-brigde")

    assert "bridges" not in ground
    assert fault == (
        "basemap/bridges.geojson, feature one: place 'palace-brigde' is not in places.geojson; "
        "did you mean 'palace-bridge'?"
    )


def test_a_place_unlike_any_is_refused_too(read):
    _, (fault,) = read("buildings", places=["smolny"], place="atlantis")

    assert fault.endswith(
        "place 'atlantis' is not in places.geojson; name one that is, or leave it out"
    )


def test_without_a_gazetteer_any_place_is_believed(read):
    assert read("buildings", places=None, place="atlantis")[1] == []


# -- shapes that cannot be drawn

BOW = [[30.10, 59.90], [30.20, 59.95], [30.20, 59.90], [30.10, 59.95]]
"""Crosses itself in the middle."""


@pytest.mark.parametrize("layer", ["streets", "canals", "railways", "bridges"])
def test_a_line_that_crosses_itself_is_refused_with_where(read, layer):
    _, (fault,) = read(layer, coordinates=BOW)

    assert fault == (
        f"basemap/{layer}.geojson, feature one: its line crosses itself at [30.15000, 59.92500]; "
        "draw it so that it does not"
    )


def test_a_line_that_goes_back_over_itself_is_refused(read):
    _, (fault,) = read("streets", coordinates=[[30.1, 59.9], [30.2, 59.9], [30.15, 59.9]])

    assert "its line crosses itself" in fault


@pytest.mark.parametrize(
    ("kind", "coordinates"),
    [
        ("LineString", SQUARE),
        ("MultiLineString", [BOW[:2], BOW[2:]]),
        ("MultiLineString", [SQUARE[:3], SQUARE[2:]]),
    ],
    ids=["a ring", "two pieces that cross", "two pieces that meet"],
)
def test_a_ring_and_pieces_that_meet_are_lines_like_others(read, kind, coordinates):
    assert read("streets", kind, coordinates)[1] == []


@pytest.mark.parametrize(
    ("layer", "kind", "coordinates"),
    [
        ("streets", "LineString", [*SQUARE[:2], *SQUARE[1:3]]),
        ("canals", "MultiLineString", [SQUARE[:3], [*SQUARE[:2], *SQUARE[1:3]]]),
        ("water", "Polygon", [[*SQUARE[:2], *SQUARE[1:]]]),
        ("islands", "MultiPolygon", [[[*SQUARE[:2], *SQUARE[1:]]]]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_position_twice_in_a_row_is_refused(read, layer, kind, coordinates):
    ground, (fault,) = read(layer, kind, coordinates)

    assert layer not in ground
    assert fault == (
        f"basemap/{layer}.geojson, feature one: the position [30.2, 59.9] stands twice in a row; "
        "leave one"
    )


def test_a_doubled_position_in_a_courtyard_is_found(read):
    yard = [[30.14, 59.91], [30.14, 59.92], [30.14, 59.92], [30.16, 59.92], [30.14, 59.91]]

    _, (fault,) = read("buildings", "Polygon", [SQUARE, yard])

    assert "the position [30.14, 59.92] stands twice in a row" in fault


def test_an_area_that_crosses_itself_is_refused(read):
    _, (fault,) = read("squares", coordinates=[[*BOW, BOW[0]]])

    assert fault.startswith(
        "basemap/squares.geojson, feature one: its shape is not valid: Self-intersection[30.15 "
    )


def test_the_shipped_ground_has_every_layer(story):
    assert list(story.ground) == list(LAYERS)
    assert all(story.ground.values())
