"""Places: what a gazetteer must say of each, and what is made of it."""

import json

import pytest
from shapely.geometry import Point

from geo.places import KINDS, read_places
from story.telling import ROOT

SAID = {
    "kind": "palace",
    "name_en": "Winter Palace",
    "name_ru": "Зимний дворец",
    "name_fr": "Palais d’Hiver",
    "today_en": "State Hermitage",
    "today_ru": "Эрмитаж",
    "located_by": "middle of the building",
    "error_m": 10,
    "rank": 1,
    "address": "Dvortsovaya naberezhnaya",
    "wikidata": "Q182147",
}
POINT = {"type": "Point", "coordinates": [30.3139, 59.9404]}
SPAN = {"type": "LineString", "coordinates": [[30.28, 59.93], [30.28, 59.94], [30.30, 59.94]]}


@pytest.fixture
def read(tmp_path):
    """Reads one place of which only what is given differs from `SAID`: it (or none), the faults."""

    def run(geometry=POINT, **said):
        said = {key: value for key, value in (SAID | said).items() if value is not ...}
        row = {"type": "Feature", "id": "somewhere", "properties": said, "geometry": geometry}
        path = tmp_path / "places.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [row]}), "utf-8")
        faults = []
        return read_places(path, faults).get("somewhere"), faults

    return run


def test_a_place_is_what_its_record_says(read):
    place, faults = read()

    assert faults == []
    assert (place.id, place.kind, place.error_m, place.rank) == ("somewhere", "palace", 10, 1)
    assert place.names == {"en": "Winter Palace", "ru": "Зимний дворец", "fr": "Palais d’Hiver"}
    assert place.today == {"en": "State Hermitage", "ru": "Эрмитаж"}
    assert place.located_by == "middle of the building"
    assert (place.address, place.wikidata) == ("Dvortsovaya naberezhnaya", "Q182147")
    assert not place.opens
    assert not place.is_bridge
    assert place.geometry.equals(Point(30.3139, 59.9404))
    assert place.lon_lat == (30.3139, 59.9404)


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "Winter Palace"),
        ("ru", "Зимний дворец"),
        ("fr", "Palais d’Hiver"),
        ("de", "Winter Palace"),
    ],
)
def test_a_name_is_in_english_where_the_language_has_none(read, language, name):
    assert read()[0].name(language) == name


def test_a_bridge_is_marked_in_its_middle_on_the_line(read):
    """Halfway along in degrees: the longer leg, not the middle vertex, has it."""
    place, faults = read(SPAN, kind="bridge", opens=True)

    assert faults == []
    assert place.is_bridge
    assert place.opens
    assert place.lon_lat == pytest.approx((30.285, 59.94))


@pytest.mark.parametrize("key", ["address", "wikidata", "name_fr", "today_fr", "opens"])
def test_what_is_not_known_may_be_left_out(read, key):
    place, faults = read(**{key: ...})

    assert faults == []
    assert place is not None


@pytest.mark.parametrize("key", ["name_en", "name_ru", "today_en", "today_ru", "located_by"])
@pytest.mark.parametrize("value", [..., "", " \t", 5, None, ["x"]], ids=str)
def test_names_of_then_and_now_and_how_it_was_found_are_needed(read, key, value):
    place, faults = read(**{key: value})

    assert place is None
    (fault,) = faults
    assert fault.startswith(f"places.geojson, place somewhere: {key} should be some words, found ")


@pytest.mark.parametrize("value", [..., 0, -5, 10.5, "10", True, None, []], ids=str)
def test_the_error_is_whole_metres(read, value):
    place, (fault,) = read(error_m=value)

    assert place is None
    assert "error_m should be whole metres above 0, found " in fault


@pytest.mark.parametrize("value", [..., 0, 4, 1.0, "1", True, None, [1]], ids=str)
def test_the_rank_is_1_2_or_3(read, value):
    place, (fault,) = read(rank=value)

    assert place is None
    assert "rank should be 1, 2 or 3, found " in fault


@pytest.mark.parametrize("value", [..., "Palace", "", None, 3, ["palace"], {}], ids=str)
def test_the_kind_is_one_of_those_there_are(read, value):
    place, (fault,) = read(kind=value)

    assert place is None
    assert fault.endswith(" is none of " + ", ".join(KINDS))


@pytest.mark.parametrize("kind", KINDS)
def test_a_bridge_is_a_line_and_every_other_place_a_point(read, kind):
    right, wrong = (SPAN, POINT) if kind == "bridge" else (POINT, SPAN)

    assert read(right, kind=kind)[1] == []
    place, (fault,) = read(wrong, kind=kind)
    assert place is None
    assert f"a {kind} should be a {right['type']}, found a {wrong['type']}" in fault


@pytest.mark.parametrize("value", ["yes", 1, None])
def test_a_bridge_opens_or_it_does_not(read, value):
    place, (fault,) = read(SPAN, kind="bridge", opens=value)

    assert place is None
    assert "opens should be true or false" in fault


@pytest.mark.parametrize("key", ["address", "wikidata", "name_fr", "today_fr"])
def test_words_that_may_be_left_out_are_words(read, key):
    place, (fault,) = read(**{key: 7})

    assert place is None
    assert f"{key} should be some words, found 7; leave it out if unknown" in fault


def test_every_fault_of_a_place_is_told(read):
    place, faults = read(rank=9, error_m=0, name_en="", opens=3, kind="x")

    assert place is None
    assert len(faults) == 5


def test_places_keep_the_order_of_the_file(story):
    text = (ROOT / "geo/data/places.geojson").read_text("utf-8")

    assert list(story.places) == [row["id"] for row in json.loads(text)["features"]]
