"""The door to GeoJSON: what is accepted, and what is refused; `tests/story/test_check.py` has
the sentences, file by file."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import mapping, shape

from geo.geojson import BOUNDS, ids_in, read_features, shown

HERE = [30.3, 59.93]
LINE = [HERE, [30.31, 59.94]]
RING = [HERE, [30.31, 59.93], [30.31, 59.94], HERE]
HOLE = [[30.304, 59.931], [30.308, 59.931], [30.308, 59.934], [30.304, 59.931]]
SHAPES = {
    "Point": HERE,
    "MultiPoint": LINE,
    "LineString": LINE,
    "MultiLineString": [LINE, [[30.4, 59.9], [30.5, 59.9]]],
    "Polygon": [RING, HOLE],
    "MultiPolygon": [[RING, HOLE], [[[x + 1, y] for x, y in RING]]],
}


def feature(kind="Point", coordinates=HERE, feature_id="one", **properties):
    return {
        "type": "Feature",
        "id": feature_id,
        "properties": properties,
        "geometry": {"type": kind, "coordinates": coordinates},
    }


@pytest.fixture
def read(tmp_path):
    """Reads features from a file that holds them: what was accepted and the faults."""

    def run(*features, text=None):
        path = tmp_path / "some.geojson"
        table = {"type": "FeatureCollection", "features": list(features)}
        path.write_text(json.dumps(table) if text is None else text, "utf-8")
        faults = []
        return read_features(path, faults), faults

    return run


@pytest.mark.parametrize("kind", SHAPES)
def test_every_shape_comes_back_as_it_was_written(read, kind):
    (found,), faults = read(feature(kind, SHAPES[kind], name_en="One"))

    assert faults == []
    assert found.id == "one"
    assert found.properties == {"name_en": "One"}
    assert json.loads(json.dumps(mapping(found.geometry))) == {
        "type": kind,
        "coordinates": SHAPES[kind],
    }
    assert found.geometry.equals(shape({"type": kind, "coordinates": SHAPES[kind]}))


def test_longitude_comes_first(read):
    (found,), _ = read(feature())

    assert (found.geometry.x, found.geometry.y) == (30.3, 59.93)


@pytest.mark.parametrize(
    "line", [[[*HERE, 3.5], [30.31, 59.94, 4]], [[*HERE, 3.5], [30.31, 59.94]]], ids=["all", "some"]
)
def test_altitudes_are_dropped_whichever_positions_have_one(read, line):
    """RFC 7946 lets a position have one; programs that draw write them."""
    (found,), faults = read(feature("LineString", line))

    assert faults == []
    assert list(found.geometry.coords) == [tuple(position) for position in LINE]


def test_features_keep_the_order_of_the_file(read):
    found, faults = read(*(feature(feature_id=name) for name in ("b", "c", "a")))

    assert faults == []
    assert [f.id for f in found] == ["b", "c", "a"]


def test_a_refused_feature_does_not_take_the_others_along(read):
    found, faults = read(
        feature(feature_id="first"), feature(coordinates=[1, 1]), feature(feature_id="last")
    )

    assert [f.id for f in found] == ["first", "last"]
    assert len(faults) == 1
    assert faults[0].startswith("some.geojson, feature one: ")


def test_each_fault_of_a_feature_is_told(read):
    broken = feature("LineString", [[1, 1], ["a", "b"]], feature_id="One!") | {"properties": []}

    found, faults = read(broken)

    assert found == []
    assert [line.partition(": ")[2][:22] for line in faults] == [
        "has no id of its own, ",
        "'properties' should be",
        "position [1, 1] lies o",
        "position ['a', 'b'] sh",
    ]
    assert {line.partition(": ")[0] for line in faults} == {"some.geojson, feature no. 1"}


@pytest.mark.parametrize("position", [BOUNDS[:2], BOUNDS[2:]], ids=["south-west", "north-east"])
def test_the_edge_of_the_world_is_in_it_and_a_little_further_is_not(read, position):
    out = -0.001 if position == BOUNDS[:2] else 0.001

    assert read(feature(coordinates=list(position)))[1] == []
    assert "outside the story's world" in read(feature(coordinates=[position[0] + out, 59]))[1][0]
    assert "outside the story's world" in read(feature(coordinates=[30, position[1] + out]))[1][0]


@pytest.mark.parametrize(
    ("position", "swapped"), [([59.9, 30.3], True), ([2.35, 48.85], False), ([70, 70], False)]
)
def test_exchanged_axes_are_suspected_only_where_exchanging_them_back_helps(
    read, position, swapped
):
    (fault,) = read(feature(coordinates=position))[1]

    assert ("are the two exchanged?" in fault) is swapped


@pytest.mark.parametrize(
    "position",
    [
        [], [30.3], [30.3, 59.9, 1, 1], "30.3, 59.9", None, {}, [None, 59.9], ["30.3", "59.9"],
        [True, 59.9], [[30.3, 59.9]],
    ],
    ids=str,
)  # fmt: skip
def test_a_position_is_two_or_three_numbers(read, position):
    found, (fault,) = read(feature(coordinates=position))

    assert found == []
    assert "[longitude, latitude]" in fault


ALIKE = {
    *((kind, kind) for kind in SHAPES),
    ("MultiPoint", "LineString"),
    ("LineString", "MultiPoint"),
    ("MultiLineString", "Polygon"),  # not the other way: lines need not be closed
}
"""Types that may have the coordinates of another."""


@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("other", SHAPES)
def test_coordinates_of_another_depth_are_no_shape(read, kind, other):
    found, faults = read(feature(kind, SHAPES[other]))

    accepted = (kind, other) in ALIKE
    assert [f.geometry.geom_type for f in found] == [kind] * accepted
    assert bool(faults) is not accepted


@pytest.mark.parametrize("hole", [False, True], ids=["outer", "hole"])
def test_every_ring_of_a_polygon_is_closed(read, hole):
    rings = [RING, HOLE[:-1]] if hole else [RING[:-1], HOLE]

    found, (fault, *_) = read(feature("Polygon", rings))

    assert found == []
    assert "a ring is open" in fault
    assert "repeat the first position at the end" in fault


def test_a_hole_outside_its_polygon_is_no_hole(read):
    found, (fault,) = read(feature("Polygon", [RING, [[x + 1, y] for x, y in HOLE]]))

    assert found == []
    assert "Hole lies outside shell" in fault


def test_a_line_that_crosses_itself_is_a_way_like_any_other(read):
    loop = [[30.3, 59.9], [30.4, 59.95], [30.4, 59.9], [30.3, 59.95]]

    (found,), faults = read(feature("LineString", loop))

    assert faults == []
    assert not found.geometry.is_simple


def test_a_line_that_stays_where_it_is_is_refused(read):
    found, (fault,) = read(feature("LineString", [HERE, HERE]))

    assert found == []
    assert "its shape is not valid" in fault


def test_a_key_twice_is_told_with_both_values_wherever_it_stands(read):
    text = json.dumps({"type": "FeatureCollection", "features": [feature(rank=1)]})

    _, faults = read(text=text.replace('"rank": 1', '"rank": 1, "rank": 2'))

    assert faults == [
        "some.geojson: key 'rank' stands twice in one object (found 1 and 2); leave one"
    ]


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_json_has_no_word_for_is_told_even_where_nobody_reads_it(read, word):
    text = json.dumps({"type": "FeatureCollection", "features": [feature(rank=1)]})

    _, faults = read(text=text.replace('"rank": 1', f'"rank": {word}'))

    assert faults == [f"some.geojson: {word} is not JSON; write a number or leave the feature out"]


def test_half_a_character_is_told_and_a_whole_one_is_not(read):
    whole = json.dumps({"type": "FeatureCollection", "features": [feature(name="\U0001f6a2")]})
    assert "\\ud83d\\udea2" in whole

    assert read(text=whole)[1] == []
    assert read(text=whole.replace("\\udea2", ""))[1] == [
        "some.geojson: name holds half a character, '\\ud83d'; write it anew"
    ]


def test_faults_are_added_to_those_there_are_under_the_label_given(tmp_path):
    faults = ["an earlier one"]

    assert read_features(tmp_path / "none.geojson", faults, "basemap/none.geojson") == []

    assert faults == ["an earlier one", "basemap/none.geojson: missing; restore it"]


# ids_in: which ids a reference may name


def test_ids_of_refused_features_stand_in_the_file_all_the_same(tmp_path):
    path = tmp_path / "some.geojson"
    rows = [feature(feature_id="good"), feature(feature_id="bad", coordinates=[1, 1])]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}))

    assert ids_in(path) == {"good", "bad"}


@pytest.mark.parametrize(
    "content",
    [
        None, "", "{", "[]", "{}", '{"features": 5}', '{"features": [5]}',
        json.dumps({"features": [feature(), feature(feature_id=None)]}),
    ],
    ids=str,
)  # fmt: skip
def test_nobody_can_tell_the_ids_of_a_file_that_cannot_be_read_or_has_a_feature_without(
    tmp_path, content
):
    path = tmp_path / "some.geojson"
    if content is not None:
        path.write_text(content)

    assert ids_in(path) is None


# shown: what was found, in a message


@given(st.recursive(st.none() | st.text() | st.floats(), st.lists, max_leaves=30))
def test_what_was_found_is_shown_on_one_short_line(value):
    text = shown(value)

    assert len(text) <= 60
    assert text.isprintable()


def test_a_nest_too_deep_to_show_is_shown_as_one():
    nest = []
    for _ in range(100_000):
        nest = [nest]

    assert shown(nest) == "a deep nest of lists"
