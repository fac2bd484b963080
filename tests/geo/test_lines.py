"""Routes and the ring: lines that lie where they say, and positions along them."""

import json

import pytest
from shapely.geometry import Point

from geo.lines import SLACK_M, Route, read_rings, read_routes
from geo.measure import distance_m
from geo.places import Place

START, END = (30.30, 59.93), (30.34, 59.93)


def place(place_id, position, kind="palace", error_m=10):
    return Place(
        id=place_id,
        kind=kind,
        geometry=Point(position),
        names={"en": place_id},
        today={"en": place_id},
        located_by="",
        error_m=error_m,
        rank=1,
    )


PLACES = {"smolny": place("smolny", START), "palace": place("palace", END)}
SAID = {"from": "smolny", "to": "palace", "basis": "inferred", "note": "the shortest way"}


@pytest.fixture
def write(tmp_path):
    """Writes one feature to a file."""

    def run(kind, coordinates, said):
        row = {
            "type": "Feature",
            "id": "one",
            "properties": {key: value for key, value in said.items() if value is not ...},
            "geometry": {"type": kind, "coordinates": coordinates},
        }
        path = tmp_path / "lines.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [row]}), "utf-8")
        return path

    return run


@pytest.fixture
def route(write):
    """Reads one route: it (or none), the faults."""

    def run(line=(START, END), kind="LineString", places=PLACES, refused=(), **said):
        path = write(kind, line, SAID | said)
        faults = []
        return read_routes(path, places, faults, refused).get("one"), faults

    return run


@pytest.fixture
def ring(write):
    """Reads one stage of the ring: it (or none), the faults."""

    def run(kind, coordinates, **said):
        faults = []
        return read_rings(write(kind, coordinates, said), faults).get("one"), faults

    return run


def test_a_route_is_what_its_record_says(route):
    found, faults = route((START, (30.32, 59.935), END))

    assert faults == []
    assert found == Route(
        id="one",
        start="smolny",
        end="palace",
        line=(START, (30.32, 59.935), END),
        basis="inferred",
        note="the shortest way",
    )


def test_a_position_is_by_metres_from_the_end_where_the_unit_set_out(route):
    found, _ = route()

    assert found.at(0) == pytest.approx(START)
    assert found.at(0.25) == pytest.approx((30.31, 59.93))
    assert found.at(1) == pytest.approx(END)
    assert found.at(0, reverse=True) == pytest.approx(END)
    assert found.at(0.25, reverse=True) == pytest.approx((30.33, 59.93))


def north(position, metres):
    """A position so many metres further north."""
    return position[0], position[1] + metres / 111_400


@pytest.mark.parametrize("end", ["from", "to"])
def test_ends_may_miss_their_places_by_the_slack_and_the_places_own_error(route, end):
    reach = SLACK_M + 10

    def line(metres):
        missed = north(START if end == "from" else END, metres)
        return (missed, END) if end == "from" else (START, missed)

    assert route(line(reach - 2))[1] == []
    found, (fault,) = route(line(reach + 2))
    assert found is None
    name = "smolny" if end == "from" else "palace"
    assert f" lies 162 m from '{name}'; up to 160 m would do" in fault


def test_a_place_known_less_well_may_be_missed_by_more(route):
    places = PLACES | {"palace": place("palace", END, error_m=500)}

    assert route((START, north(END, 600)), places=places)[1] == []


def test_a_bridge_may_be_reached_at_either_head(route):
    places = PLACES | {"palace": place("palace", END, kind="bridge")}

    assert route((START, north(END, 400)), places=places)[1] == []
    assert len(route((START, north(END, 500)), places=places)[1]) == 1


def test_both_ends_are_looked_at(route):
    found, faults = route((END, START))

    assert found is None
    assert len(faults) == 2
    metres = round(distance_m(START, END))
    assert f"its end at {END} lies {metres} m from 'smolny'" in faults[0]
    assert f"its end at {START} lies {metres} m from 'palace'" in faults[1]


@pytest.mark.parametrize("end", ["from", "to"])
def test_the_places_it_joins_are_known_and_a_near_one_is_suggested(route, end):
    found, (fault,) = route(**{end: "smolni"})

    assert found is None
    assert fault == (
        f"lines.geojson, route one: {end} 'smolni' is not in places.geojson; did you mean 'smolny'?"
    )


@pytest.mark.parametrize("value", [..., None, 5, ["smolny"], {}], ids=str)
@pytest.mark.parametrize("end", ["from", "to"])
def test_the_places_it_joins_are_ids(route, end, value):
    found, (fault,) = route(**{end: value})

    assert found is None
    assert f"{end} should be the id of a place, found " in fault


def test_a_route_to_a_refused_place_is_left_out_without_a_fault_of_its_own(route):
    assert route(to="harbour", refused={"harbour"}) == (None, [])


@pytest.mark.parametrize("value", [..., "guess", None, ["given"]], ids=str)
def test_a_route_is_given_or_inferred(route, value):
    found, (fault,) = route(basis=value)

    assert found is None
    assert "basis should be given or inferred, found " in fault


def test_a_note_may_be_left_out_and_is_in_words(route):
    assert route(note=...)[0].note == ""
    found, (fault,) = route(note=5)
    assert found is None
    assert "note should be some words, found 5" in fault


@pytest.mark.parametrize(
    ("kind", "coordinates"), [("Point", START), ("MultiLineString", [[START, END]])]
)
def test_a_route_is_one_line(route, kind, coordinates):
    found, (fault,) = route(coordinates, kind)

    assert found is None
    assert f"should be a LineString, found a {kind}" in fault


def test_a_stage_of_the_ring_may_have_gaps(ring):
    found, faults = ring("MultiLineString", [[START, END], [north(START, 50), north(END, 50)]])

    assert faults == []
    assert [len(line) for line in found.lines] == [2, 2]
    assert found.lines[0] == (START, END)
    assert not found.closed


def test_a_stage_of_the_ring_is_one_line_where_it_has_no_gap(ring):
    found, faults = ring("LineString", [START, END], closed=True, name_en="The line", note="x")

    assert faults == []
    assert found.lines == ((START, END),)
    assert found.closed
    assert found.names == {"en": "The line"}


@pytest.mark.parametrize("value", ["no", 0, None])
def test_a_stage_of_the_ring_is_closed_or_not(ring, value):
    found, (fault,) = ring("LineString", [START, END], closed=value)

    assert found is None
    assert "closed should be true or false, found " in fault


def test_the_ring_is_drawn_in_lines(ring):
    found, (fault,) = ring("Point", START)

    assert found is None
    assert fault == "lines.geojson, ring one: should be a line, found a Point"
