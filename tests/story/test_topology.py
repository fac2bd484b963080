"""Places lie where the ground has land, moorings and bridges where it has water."""

import re
from dataclasses import replace

import pytest
from shapely.geometry import LineString, Point, box

from geo.geojson import Feature
from geo.places import Place
from story.telling import NOTHING
from story.topology import TOLERANCE_M, misplaced

RIVER = box(30.30, 59.92, 30.40, 59.94)
"""About 5.6 km by 2.2."""
ISLAND = box(30.34, 59.925, 30.36, 59.935)
BANK_LAT = 59.94
METRE = 1 / 111_400
"""Degrees of latitude."""


def city(*places, water=RIVER, islands=(ISLAND,), **layers):
    """A story that is only ground and places."""
    ground = {
        **layers,
        "water": () if water is None else (Feature("river", water, {}),),
        "islands": tuple(Feature(f"island-{n}", island, {}) for n, island in enumerate(islands)),
    }
    return replace(NOTHING, places={place.id: place for place in places}, ground=ground)


def place(lon, lat, kind="palace", error_m=10, geometry=None):
    return Place(
        id="here",
        kind=kind,
        geometry=geometry or Point(lon, lat),
        names={"en": "Here"},
        today={"en": "Here"},
        located_by="",
        error_m=error_m,
        rank=1,
    )


def bridge(*line):
    return place(0, 0, "bridge", geometry=LineString(line))


@pytest.mark.parametrize(
    "right",
    [
        place(30.35, 59.95),
        place(30.35, 59.93),
        place(30.32, 59.93, "mooring"),
        bridge((30.31, 59.939), (30.31, 59.941)),
        bridge((30.33, 59.93), (30.35, 59.93)),
    ],
    ids=["on the bank", "on an island", "a mooring", "a bridge", "a bridge to an island"],
)
def test_what_lies_where_it_should_is_not_mentioned(right):
    assert misplaced(city(right)) == []


def test_a_place_in_the_river_is_told_with_how_far_from_the_bank():
    (fault,) = misplaced(city(place(30.32, BANK_LAT - 300 * METRE)))

    said = re.fullmatch(
        r"places.geojson, place here: lies in water, (\d+) m from the bank, and may be off by 10 m "
        r"only; put it ashore, or widen error_m",
        fault,
    )
    assert int(said[1]) == pytest.approx(300, abs=2)


def test_without_its_island_a_place_lies_in_the_river():
    assert misplaced(city(place(30.35, 59.93))) == []
    assert len(misplaced(city(place(30.35, 59.93), islands=()))) == 1


def test_a_mooring_on_land_is_told_with_how_far_from_water():
    (fault,) = misplaced(city(place(30.35, BANK_LAT + 400 * METRE, "mooring")))

    said = re.fullmatch(r"places.geojson, place here: lies (\d+) m from water; put it in it", fault)
    assert int(said[1]) == pytest.approx(400, abs=2)


def test_a_mooring_on_an_island_is_on_land():
    assert "m from water" in misplaced(city(place(30.35, 59.93, "mooring")))[0]


def test_a_bridge_over_no_water_is_told_with_its_length():
    (fault,) = misplaced(city(bridge((30.35, 59.95), (30.35, 59.951))))

    assert fault == (
        "places.geojson, place here: a bridge of 111 m over no water; draw it from bank to bank"
    )


@pytest.mark.parametrize("kind", ["palace", "mooring"])
@pytest.mark.parametrize("error_m", [10, 200])
def test_a_place_is_believed_within_its_own_error_and_the_grounds(kind, error_m):
    """A palace so far into the water, a mooring so far inland."""
    reach = TOLERANCE_M + error_m
    way = METRE if kind == "mooring" else -METRE

    def faults(metres):
        return misplaced(city(place(30.32, BANK_LAT + metres * way, kind, error_m)))

    assert faults(reach - 3) == []
    assert len(faults(reach + 3)) == 1


@pytest.mark.parametrize("missing", ["water", "islands"])
def test_without_ground_nobody_can_tell(missing):
    """`check` has said by then what is wrong with the layer."""
    story = city(place(30.32, 59.93))
    ground = {layer: rows for layer, rows in story.ground.items() if layer != missing}

    assert misplaced(replace(story, ground=ground)) == []


def test_no_water_and_no_places_are_no_fault():
    assert misplaced(city(place(30.32, 59.93), water=None)) == []
    assert misplaced(city()) == []


# -- the ground by the gazetteer


def drawn(geometry, place="here"):
    """One feature of the ground that stands for a place."""
    return (Feature("drawn", geometry, {"place": place} if place else {}),)


SPAN = [(30.31, 59.939), (30.31, 59.941)]


@pytest.mark.parametrize(
    "line", [SPAN, SPAN[::-1]], ids=["the same way round", "the other way round"]
)
def test_a_bridge_of_the_ground_has_the_line_of_its_place(line):
    assert misplaced(city(bridge(*SPAN), bridges=drawn(LineString(line)))) == []


def test_a_bridge_with_another_line_than_its_place_is_told_with_how_far_apart():
    other = LineString([SPAN[0], (30.31, 59.941 + 40 * METRE)])

    (fault,) = misplaced(city(bridge(*SPAN), bridges=drawn(other)))

    said = re.fullmatch(
        r"basemap/bridges.geojson, feature drawn: its line is not that of place 'here', "
        r"up to ([\d.]+) m apart; copy it from places.geojson",
        fault,
    )
    assert float(said[1]) == pytest.approx(40, abs=0.5)


def test_a_bridge_of_the_ground_is_no_palace():
    (fault,) = misplaced(city(place(30.35, 59.95), bridges=drawn(LineString(SPAN))))

    assert fault == (
        "basemap/bridges.geojson, feature drawn: place 'here' is a palace and no bridge; "
        "name another, or leave it out"
    )


def house(metres):
    """A building so far north of the point 30.35, 59.95."""
    south = 59.95 + metres * METRE
    return box(30.349, south, 30.351, south + 0.001)


@pytest.mark.parametrize("metres", [-50, 0, 59], ids=["in it", "at its wall", "just before it"])
def test_a_building_stands_by_its_place(metres):
    assert misplaced(city(place(30.35, 59.95), buildings=drawn(house(metres)))) == []


def test_a_building_far_from_its_place_is_told_with_how_far():
    (fault,) = misplaced(city(place(30.35, 59.95), buildings=drawn(house(100))))

    said = re.fullmatch(
        r"basemap/buildings.geojson, feature drawn: lies (\d+) m from place 'here'; "
        r"up to 60 m would do: move one of them, or name another place",
        fault,
    )
    assert int(said[1]) == pytest.approx(100, abs=1)


@pytest.mark.parametrize("layer", ["bridges", "buildings"])
@pytest.mark.parametrize("named", [None, "refused"], ids=["no place", "a refused place"])
def test_what_stands_for_no_known_place_is_left_alone(layer, named):
    layers = {layer: drawn(house(500), place=named)}

    assert misplaced(city(place(30.35, 59.95), **layers)) == []


def test_the_ground_is_held_against_places_even_without_water():
    story = city(bridge(*SPAN), bridges=drawn(LineString([(30.3, 59.9), (30.3, 59.91)])))
    ground = {layer: rows for layer, rows in story.ground.items() if layer != "water"}

    assert len(misplaced(replace(story, ground=ground))) == 1


def test_every_shipped_place_lies_where_it_should(story):
    assert misplaced(story) == []
    assert sum(place.kind == "mooring" for place in story.places.values()) > 1
