"""The ground as data for its script: shapes, names and where they lie."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Template
from shapely.geometry import LineString, MultiLineString, Point, Polygon, shape

from geo.basemap import LAYERS
from geo.geojson import Feature
from geo.ground import NAMED_FROM_ZOOM, GroundLayer, ground_payload, js_string
from geo.looks import DAY
from geo.measure import distance_m
from geo.offline_map import OfflineMap

BOUNDS = (30.2, 59.9, 30.4, 60.0)
EASTWARD = LineString([(30.30, 59.93), (30.32, 59.93)])
SQUARE = Polygon([(30.30, 59.93), (30.32, 59.93), (30.32, 59.94), (30.30, 59.94)])


def payload_of(layer, geometry, language="en", **said):
    return ground_payload({layer: (Feature("one", geometry, said),)}, DAY, language)


def label_of(layer, geometry, language="en", **said):
    """The one label of a feature: text, lat, lon, degrees, layer, from which zoom."""
    (label,) = payload_of(layer, geometry, language, name_en="Fontanka", **said)["labels"]
    return label


# -- names


def test_a_canal_is_named_in_its_middle_along_its_way():
    text, lat, lon, degrees, layer, zoom = label_of("canals", EASTWARD)

    assert (text, layer) == ("Fontanka", "canals")
    assert (lon, lat) == pytest.approx((30.31, 59.93))
    assert degrees == 0
    assert zoom == NAMED_FROM_ZOOM["canals"]


@pytest.mark.parametrize(
    ("end", "degrees"),
    [
        ((30.32, 59.93), 0),
        ((30.28, 59.93), 0),
        ((30.32, 59.92), 45),
        ((30.28, 59.94), 45),
        ((30.32, 59.94), -45),
        ((30.28, 59.92), -45),
        ((30.30, 59.94), -90),
        ((30.30, 59.92), -90),
    ],
    ids=["east", "west", "south-east", "north-west", "north-east", "south-west", "north", "south"],
)
def test_a_name_follows_its_line_and_never_stands_on_its_head(end, degrees):
    assert label_of("streets", LineString([(30.30, 59.93), end]))[3] == pytest.approx(
        degrees, abs=1
    )


def test_of_several_pieces_the_longest_is_named_once_touching_ones_are_joined():
    pieces = MultiLineString(
        [
            [(30.20, 59.95), (30.21, 59.95)],
            [(30.30, 59.93), (30.31, 59.93)],
            [(30.31, 59.93), (30.32, 59.93)],
        ]
    )

    _, lat, lon, *_ = label_of("canals", pieces)

    assert (lon, lat) == pytest.approx((30.31, 59.93))


def test_an_island_is_named_on_its_land():
    horseshoe = Polygon(
        [
            (30.30, 59.93),
            (30.34, 59.93),
            (30.34, 59.94),
            (30.33, 59.94),
            (30.33, 59.932),
            (30.31, 59.932),
            (30.31, 59.94),
            (30.30, 59.94),
        ]
    )

    _, lat, lon, degrees, *_ = label_of("islands", horseshoe)

    assert horseshoe.contains(Point(lon, lat))
    assert degrees == 0


def test_a_name_stands_where_the_file_puts_it():
    assert label_of("water", SQUARE, label_at=[30.35, 59.95])[1:4] == [59.95, 30.35, 0]
    assert label_of("water", SQUARE, label_at=[30.35, 59.95, -20])[1:4] == [59.95, 30.35, -20]
    assert label_of("water", SQUARE, label_zoom=12.5)[5] == 12.5


def test_a_lesser_street_is_named_from_nearer():
    far, near = (label_of("streets", EASTWARD, rank=rank)[5] for rank in (1, 2))

    assert far < near


def test_names_are_in_the_language_asked_for_or_in_english():
    said = {"name_ru": "Фонтанка"}

    assert label_of("canals", EASTWARD, "ru", **said)[0] == "Фонтанка"
    assert label_of("canals", EASTWARD, "en", **said)[0] == "Fontanka"
    assert label_of("canals", EASTWARD, "fr", **said)[0] == "Fontanka"


def test_what_has_no_name_and_what_is_never_named_has_no_label():
    assert payload_of("canals", EASTWARD)["labels"] == []
    assert payload_of("railways", EASTWARD, name_en="Baltic Railway")["labels"] == []


# -- shapes


def test_layers_come_in_the_order_in_which_they_are_drawn_even_empty_ones():
    layers = ground_payload({}, DAY, "en")["layers"]

    assert list(layers) == list(LAYERS)
    assert not any(layers.values())


def test_of_what_a_file_says_only_what_the_script_draws_crosses():
    (feature,) = payload_of("streets", EASTWARD, rank=2, note="long", name_en="Nevsky")["layers"][
        "streets"
    ]

    assert feature["properties"] == {"rank": 2}
    assert shape(feature["geometry"]).equals(EASTWARD)


def test_positions_cross_to_a_metre():
    """Five decimals of a degree; more would only make the file larger."""
    fine = LineString([(30.300001234, 59.930004321), (30.32, 59.93)])

    (feature,) = payload_of("streets", fine)["layers"]["streets"]

    assert feature["geometry"]["coordinates"][0] == pytest.approx((30.3, 59.93), abs=1e-9)


def test_the_shipped_ground_loses_nothing_to_rounding_and_names_lie_in_the_city(story):
    payload = ground_payload(story.ground, DAY, "en")

    for layer, features in story.ground.items():
        assert features, layer
        for feature, drawn in zip(features, payload["layers"][layer], strict=True):
            kept = shape(drawn["geometry"])
            assert not kept.is_empty, feature.id
            assert kept.hausdorff_distance(feature.geometry) < 3e-5, feature.id
    assert len(payload["labels"]) > 20
    for text, lat, lon, degrees, layer, zoom in payload["labels"]:
        assert distance_m((lon, lat), (30.315, 59.939)) < 60_000, text
        assert -90 <= degrees <= 90, text
        assert layer in NAMED_FROM_ZOOM
        assert 9 <= zoom <= 17, text
    json.dumps(payload, allow_nan=False)


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


def test_the_layer_brings_its_script_once_and_its_data():
    the_map = OfflineMap(BOUNDS, title="Ground")
    ground = {"canals": (Feature("one", EASTWARD, {"name_en": "Moika {{7*7}}"}),)}
    GroundLayer(ground).put_on(the_map)

    html = the_map.get_root().render()

    assert html.count("globalThis.ground = globalThis.ground ||") == 1
    literal = html.split("JSON.parse(")[1].split("));")[0]
    payload = read_by_a_script(literal)
    assert payload == json.loads(json.dumps(ground_payload(ground, DAY, "en")))
    assert payload["labels"][0][0] == "Moika {{7*7}}"


def test_every_mark_of_the_ground_has_a_look():
    for look in (DAY,):
        for colour in look.values():
            assert len(colour) == 7
            assert colour.startswith("#")
            int(colour[1:], 16)


def test_a_street_climbs_no_further_than_its_middle():
    """The name of a bent street lies on it."""
    bent = LineString([(30.30, 59.93), (30.31, 59.935), (30.33, 59.93)])

    _, lat, lon, *_ = label_of("streets", bent)

    assert min(
        LineString(pair).distance(Point(lon, lat)) for pair in pairwise(bent.coords)
    ) == pytest.approx(0, abs=1e-5)
