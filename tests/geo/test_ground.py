"""The ground as data for its script: shapes, names and where they lie."""

import json
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Template
from shapely import get_coordinates
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Point, Polygon

from geo.basemap import LAYERS
from geo.geojson import Feature
from geo.ground import CUT, ORDER, STEP, GroundLayer, ground_payload, js_string
from geo.looks import DAY, NIGHT
from geo.measure import distance_m
from geo.offline_map import OfflineMap

BOUNDS = (30.2, 59.9, 30.4, 60.0)
EASTWARD = LineString([(30.30, 59.93), (30.32, 59.93)])
SQUARE = Polygon([(30.30, 59.93), (30.32, 59.93), (30.32, 59.94), (30.30, 59.94)])
HOLE = [(30.306, 59.933), (30.314, 59.933), (30.314, 59.937), (30.306, 59.937)]
MOST_BYTES = 350_000


def payload_of(layer, geometry, language="en", **said):
    return ground_payload({layer: (Feature("one", geometry, said),)}, DAY, language)


def name_of(layer, geometry, language="en", **said):
    """The one name of a feature: text, kind, from zoom, below zoom, pixels, place, where."""
    (name,) = payload_of(layer, geometry, language, **{"name_1917": "Fontanka", **said})["names"]
    return name[:7]


def square_of(metres):
    """A square with sides of so many metres at 60 degrees north."""
    lat, lon = metres / 111_400, metres / 55_800
    return Polygon(
        [(30.3, 59.93), (30.3 + lon, 59.93), (30.3 + lon, 59.93 + lat), (30.3, 59.93 + lat)]
    )


def rounded(positions):
    return {(round(float(x), 5), round(float(y), 5)) for x, y in positions}


def unpacked(line):
    """The positions of a line, in degrees."""
    return list(
        zip(*([n / STEP for n in accumulate(line[start::2])] for start in (0, 1)), strict=True)
    )


# -- names


@pytest.mark.parametrize(
    ("layer", "said", "drawn"),
    [
        ("canals", {"width_m": 55}, "canals"),
        ("canals", {"width_m": 55, "in_water": True}, "streams"),
        ("streets", {"rank": 2}, "streets"),
        ("railways", {}, "railways"),
    ],
)
def test_a_line_is_named_along_its_way(layer, said, drawn):
    text, *_, where = name_of(layer, EASTWARD, **said)

    assert text == "Fontanka"
    assert where == [drawn, 0]


def test_an_area_is_named_where_it_has_most_room():
    horseshoe = Polygon(
        [
            (30.30, 59.93),
            (30.36, 59.93),
            (30.36, 59.942),
            (30.34, 59.942),
            (30.34, 59.932),
            (30.31, 59.932),
            (30.31, 59.942),
            (30.30, 59.942),
        ]
    )

    *_, (lon, lat, degrees) = name_of("islands", horseshoe)

    assert horseshoe.contains(Point(lon, lat))
    assert lon == pytest.approx(30.35, abs=0.001), "in the broad arm, not the narrow one"
    assert degrees == 0


def test_of_several_areas_the_largest_is_named():
    small = Polygon([(30.20, 59.90), (30.21, 59.90), (30.21, 59.905), (30.20, 59.905)])

    *_, (lon, lat, _) = name_of("parks", MultiPolygon([small, SQUARE]))

    assert SQUARE.contains(Point(lon, lat))


def test_a_name_stands_where_the_file_puts_it():
    for layer, shape in (("water", SQUARE), ("streets", EASTWARD)):
        assert name_of(layer, shape, label_at=[30.35, 59.95])[-1] == [30.35, 59.95, 0]
        assert name_of(layer, shape, label_at=[30.35, 59.95, -20])[-1] == [30.35, 59.95, -20]
    assert name_of("water", SQUARE, label_zoom=12.5)[2] == 12.5


@pytest.mark.parametrize(
    ("layer", "greater", "lesser"),
    [
        ("streets", {"rank": 1}, {"rank": 2}),
        ("streets", {"rank": 2}, {"rank": 3}),
        ("canals", {"width_m": 60}, {"width_m": 30}),
        ("canals", {"width_m": 400, "in_water": True}, {"width_m": 60, "in_water": True}),
        ("bridges", {"rank": 1}, {"rank": 3}),
    ],
)
def test_the_lesser_is_named_from_nearer_and_no_larger(layer, greater, lesser):
    great, small = (name_of(layer, EASTWARD, **said) for said in (greater, lesser))

    assert great[2] < small[2]
    assert great[4] >= small[4]


@pytest.mark.parametrize("layer", ["islands", "parks", "cemeteries", "squares", "buildings"])
def test_a_small_area_is_named_from_nearer_than_a_large_one(layer):
    large, small = (name_of(layer, square_of(metres)) for metres in (3000, 60))

    assert large[2] < small[2]
    assert large[4] >= small[4]


def test_a_sea_may_be_named_wherever_it_is_broad():
    """Not in the bay, and not on the island."""
    island = [(29.5, 60.0), (29.5, 60.05), (29.6, 60.05), (29.6, 60.0)]
    sea = Polygon([(29.2, 59.9), (29.9, 59.9), (29.9, 60.1), (29.2, 60.1)], [island])
    bay = Polygon([(29.9, 60.0), (30.1, 60.0), (30.1, 60.005), (29.9, 60.005)])

    *_, open_water = payload_of("water", sea.union(bay), name_1917="Gulf")["names"][0]

    assert len(open_water) > 20
    for lon, lat, away in open_water:
        assert sea.contains(Point(lon, lat))
        assert 1500 <= away < 11_200
        assert distance_m((lon, lat), (lon, 59.9)) > 1400
        assert distance_m((lon, lat), (29.55, 60.025)) > 1400
    assert max(lon for lon, *_ in open_water) < 29.9


def test_names_of_quarters_make_room_when_one_comes_near():
    _, _, start, end, *_ = name_of("quarters", SQUARE)

    assert start < end < 17


def test_names_come_by_weight():
    """Each gives way to those before it: the Gulf to none, a lane to all."""
    ground = {
        "streets": (
            Feature("a", EASTWARD, {"name_1917": "Lane", "rank": 3}),
            Feature("b", EASTWARD, {"name_1917": "Nevsky", "rank": 1}),
        ),
        "parks": (Feature("c", square_of(300), {"name_1917": "Garden"}),),
        "water": (Feature("d", Polygon(HOLE), {"name_1917": "Gulf"}),),
        "canals": (
            Feature("e", EASTWARD, {"name_1917": "Neva", "width_m": 400, "in_water": True}),
        ),
    }

    names = ground_payload(ground, DAY, "en")["names"]

    assert [name[0] for name in names] == ["Gulf", "Neva", "Nevsky", "Garden", "Lane"]


def test_a_name_knows_the_place_of_the_story_that_it_names():
    assert name_of("buildings", SQUARE, place="smolny")[5] == "smolny"
    assert name_of("buildings", SQUARE)[5] == ""


def test_names_are_in_the_language_asked_for_or_in_english():
    said = {"name_1917_ru": "Фонтанка"}

    assert name_of("canals", EASTWARD, "ru", **said)[0] == "Фонтанка"
    assert name_of("canals", EASTWARD, "en", **said)[0] == "Fontanka"
    assert name_of("canals", EASTWARD, "fr", **said)[0] == "Fontanka"


def test_what_has_no_name_is_not_named():
    assert payload_of("canals", EASTWARD)["names"] == []


# -- shapes


def test_every_layer_is_there_even_an_empty_one():
    payload = ground_payload({}, DAY, "en")

    assert set(payload["shapes"]) == {*LAYERS, "streams"} - {"islands"}
    assert not any(payload["shapes"].values())
    assert payload["names"] == []


@pytest.mark.parametrize(
    ("layer", "shape", "lines"),
    [
        ("streets", EASTWARD, [EASTWARD]),
        ("parks", SQUARE, [SQUARE.exterior]),
        ("buildings", Polygon(SQUARE.exterior, [HOLE]), [SQUARE.exterior, LineString([*HOLE, HOLE[0]])]),
    ],
    ids=["a line", "an area", "an area with a courtyard"],
)  # fmt: skip
def test_a_shape_crosses_as_it_is(layer, shape, lines):
    ((_, *crossed),) = payload_of(layer, shape)["shapes"][layer]

    for line, wanted in zip(crossed, lines, strict=True):
        assert all(type(n) is int for n in line)
        assert LineString(unpacked(line)).equals(LineString(wanted.coords))


def test_lines_that_touch_cross_as_one():
    """A name runs from one piece into the next."""
    pieces = MultiLineString(
        [
            [(30.20, 59.95), (30.21, 59.95)],
            [(30.30, 59.93), (30.31, 59.93)],
            [(30.31, 59.93), (30.32, 59.93)],
        ]
    )

    ((_, *lines),) = payload_of("canals", pieces)["shapes"]["canals"]

    assert sorted(len(unpacked(line)) for line in lines) == [2, 3]


@pytest.mark.parametrize(
    ("layer", "said", "number"),
    [
        ("streets", {"rank": 2, "note": "long", "name_1917": "Nevsky"}, 2),
        ("bridges", {"rank": 1}, 1),
        ("canals", {"width_m": 42}, 42),
        ("railways", {}, 0),
    ],
)
def test_of_what_a_file_says_only_what_the_script_draws_crosses(layer, said, number):
    ((first, line),) = payload_of(layer, EASTWARD, **said)["shapes"][layer]

    assert first == number
    assert len(unpacked(line)) == 2


def test_what_is_cut_into_the_water_is_not_drawn_again():
    shapes = payload_of("canals", EASTWARD, in_water=True)["shapes"]

    assert shapes["canals"] == []
    assert len(shapes["streams"]) == 1


@pytest.mark.parametrize("layer", ["quarters", "parks", "cemeteries"])
def test_what_lies_over_the_bank_is_cut_off_there(layer):
    over = Polygon([(30.29, 59.932), (30.31, 59.932), (30.31, 59.938), (30.29, 59.938)])
    ground = {
        "water": (Feature("water", SQUARE, {}),),
        layer: (
            Feature("over", over, {"name_1917": "Over"}),
            Feature("sunk", Polygon(HOLE), {"name_1917": "Sunk"}),
        ),
    }

    payload = ground_payload(ground, DAY, "en")

    ((_, line),) = payload["shapes"][layer]
    assert Polygon(unpacked(line)).equals(over.difference(SQUARE))
    assert [name[0] for name in payload["names"]] == ["Over"]


def test_a_canal_ends_at_the_bank():
    canal = LineString([(30.29, 59.935), (30.31, 59.935)])
    ground = {"water": (Feature("water", SQUARE, {}),), "canals": (Feature("canal", canal, {}),)}

    ((_, line),) = ground_payload(ground, DAY, "en")["shapes"]["canals"]

    assert unpacked(line) == [(30.29, 59.935), (30.30, 59.935)]


def test_bridges_that_are_places_are_left_to_whoever_tells_of_places():
    payload = payload_of(
        "bridges", EASTWARD, rank=1, place="palace-bridge", name_1917="Palace Bridge"
    )

    assert payload["shapes"]["bridges"] == []
    assert payload["names"] == []


def test_the_sheet_is_framed_round_all_that_is_drawn():
    west, south, east, north = payload_of("parks", SQUARE)["sheet"]

    assert (west, east) == (30.30, 30.32)
    assert south < 59.93 < 59.94 < north


def test_the_shipped_ground_loses_nothing_and_is_light(story):
    payload = ground_payload(story.ground, DAY, "en")

    for layer in {*story.ground} - {*CUT, "islands"}:
        features = [
            f for f in story.ground[layer] if layer != "bridges" or "place" not in f.properties
        ]
        for feature, (_, *lines) in zip(features, payload["shapes"][layer], strict=True):
            kept = {position for line in lines for position in unpacked(line)}
            assert rounded(kept) == rounded(get_coordinates(feature.geometry)), feature.id
    assert len(payload["names"]) > 20
    for text, kind, start, end, height, _, where, *_ in payload["names"]:
        assert kind in ORDER, text
        assert 8 <= start < end, text
        assert 10 <= height <= 20, text
        if isinstance(where[0], str):
            assert payload["shapes"][where[0]][where[1]], text
        else:
            assert distance_m(tuple(where[:2]), (30.315, 59.939)) < 80_000, text
    assert len(js_string(payload)) < MOST_BYTES


# -- the way into the page

texts = st.text() | st.sampled_from(["{{7*7}}", "{% raw %}", "</script>", "\u2028", "\\{", "{#"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def read_by_a_script(literal):
    """What `JSON.parse` of a JavaScript string literal gives: both speak JSON here."""
    return json.loads(json.loads(literal))


@given(values)
def test_whatever_crosses_arrives_as_it_was(value):
    assert read_by_a_script(js_string(value)) == value


@given(values)
def test_what_crosses_means_nothing_to_html_jinja_or_javascript_on_the_way(value):
    literal = js_string(value)

    assert literal.isascii()
    assert not set("{}<>&%#'\n\r") & set(literal)
    assert Template(literal).render() == literal
    assert literal.startswith('"')
    assert literal.endswith('"')


def test_halves_of_a_character_cross_too():
    assert read_by_a_script(js_string(["\ud800", "\udfff{"])) == ["\ud800", "\udfff{"]


def test_the_layer_brings_its_script_and_style_once_and_its_data():
    the_map = OfflineMap(BOUNDS, title="Ground")
    ground = {"canals": (Feature("one", EASTWARD, {"name_1917": "Moika {{7*7}}"}),)}
    GroundLayer(ground, words={"versts": "versts", "north": "{{7*7}}"}).put_on(the_map)

    html = the_map.get_root().render()

    assert html.count("globalThis.ground = globalThis.ground ||") == 1
    assert html.count("/* Names of the ground, scale and north.") == 1
    literal = html.split("JSON.parse(")[1].split("));")[0]
    payload = read_by_a_script(literal)
    assert payload == {
        **json.loads(json.dumps(ground_payload(ground, DAY, "en"))),
        "words": {"versts": "versts", "north": "{{7*7}}"},
        "bare": False,
    }
    assert payload["names"][0][0] == "Moika {{7*7}}"


@pytest.mark.parametrize("look", [DAY, NIGHT], ids=["day", "night"])
def test_the_layer_brings_its_look_to_the_canvas_and_to_the_styles(look):
    the_map = OfflineMap(BOUNDS, title="Ground")
    GroundLayer({}, look).put_on(the_map)

    html = the_map.get_root().render()

    assert f"--map-water:{look['water']};" in html
    assert read_by_a_script(html.split("JSON.parse(")[1].split("));")[0])["look"] == look


@given(
    st.lists(
        st.tuples(st.integers(2_800_000, 3_150_000), st.integers(5_920_000, 6_040_000)),
        min_size=2,
        max_size=9,
        unique=True,
    )
)
def test_positions_keep_their_five_decimals_however_long_the_line(steps):
    """Each is told from the one before; no error may add up."""
    line = LineString([(x / STEP, y / STEP) for x, y in steps])

    ((_, *flats),) = payload_of("railways", line)["shapes"]["railways"]

    crossed = [position for flat in flats for position in unpacked(flat)]
    for (lon, lat), (x, y) in zip(crossed, steps, strict=True):
        assert (round(lon * STEP), round(lat * STEP)) == (x, y)
    assert all(a != b for a, b in pairwise(crossed))
