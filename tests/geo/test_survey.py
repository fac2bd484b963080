"""The survey of a small made-up city finds each thing that does not fit, and where."""

import pytest
from pyproj import Transformer
from shapely import transform
from shapely.geometry import LineString, MultiLineString, Point, box

from geo.geojson import Feature
from geo.measure import WGS84, length_m
from geo.places import Place
from geo.survey import METRES, Survey, in_degrees, in_metres

EAST, NORTH = 350_000, 6_645_000
"""Where the city lies, metres of the projection: the middle of Petrograd."""
TO_DEGREES = Transformer.from_crs(METRES, 4326, always_xy=True)


def on_the_map(shape):
    """A shape in metres from a corner of the city, as degrees."""
    return transform(
        shape, lambda x, y: TO_DEGREES.transform(x + EAST, y + NORTH), interleaved=False
    )


def layer(shapes, **said):
    return tuple(Feature(name, on_the_map(shape), dict(said)) for name, shape in shapes.items())


WATER = box(0, 0, 3000, 400)
ISLAND = box(1000, 100, 2000, 300)
"""A river 400 m wide, with an island in it."""
CANAL = LineString([(500, 390), (500, 1500)])
BRIDGE = LineString([(1500, -10), (1500, 110)])


def city(water=None, islands=None, canals=None, width_m=20, **layers):
    """A city without a fault, but for what is said."""
    return Survey(
        {
            "water": layer(water or {"river": WATER.difference(ISLAND)}),
            "islands": layer(islands or {"island": ISLAND}),
            "canals": layer(canals or {"canal": CANAL}, width_m=width_m),
            "bridges": layer(layers.pop("bridges", {"bridge": BRIDGE})),
            **{name: layer(shapes) for name, shapes in layers.items()},
        }
    )


def names(misfits):
    return [misfit.what for misfit in misfits]


def test_metres_are_metres():
    line = LineString([(30.19, 59.88), (30.45, 60.0)])

    assert in_metres(line).length == pytest.approx(length_m(line), rel=1 / 2000)


def test_a_shape_is_told_where_it_is():
    lon, lat = in_degrees(in_metres(Point(30.3141, 59.9398)))

    assert (lon, lat) == (30.3141, 59.9398)


def test_a_misfit_says_what_how_much_and_where():
    line = LineString([(100, 100), (150, 100)])

    (misfit,) = city(streets={"street": line}).streets_in_water()

    assert str(misfit).startswith("street: 50.0 at 30.3")
    x, y = in_metres(Point(misfit.at)).coords[0]
    assert line.distance(Point(x - EAST, y - NORTH)) < 2


def test_the_largest_misfit_comes_first():
    streets = {
        "short": LineString([(100, 100), (150, 100)]),
        "long": LineString([(100, 200), (900, 200)]),
    }

    assert names(city(streets=streets).streets_in_water()) == ["long", "short"]


# -- islands


def test_an_island_lies_in_the_water():
    assert city().islands_ashore() == []


def test_an_island_with_a_bank_on_land_is_found_with_the_metres_of_it():
    grown = box(1000, 100, 2000, 500)

    (misfit,) = city(
        water={"river": WATER.difference(grown)}, islands={"island": grown}
    ).islands_ashore()

    assert misfit.what == "island"
    assert misfit.size == pytest.approx(1000 + 2 * 100, abs=5)


def test_an_island_may_be_ringed_by_canals():
    block = box(600, 600, 800, 800)
    ring = {"canal": LineString(block.exterior.coords).buffer(0.1).exterior}

    survey = city(islands={"island": ISLAND, "block": block}, canals=ring)

    assert survey.islands_ashore() == []


def test_islands_that_touch_are_found():
    other = box(2000, 100, 2200, 300)

    survey = city(islands={"island": ISLAND, "other": other})

    assert names(survey.islands_touching()) == ["island + other"]
    assert (
        city(islands={"island": ISLAND, "other": box(2020, 100, 2200, 300)}).islands_touching()
        == []
    )


def test_an_island_is_land_even_where_the_water_has_no_hole_for_it():
    survey = city(
        water={"river": WATER}, streets={"street": LineString([(1100, 200), (1900, 200)])}
    )

    assert survey.streets_in_water() == []


# -- bridges and streets


def test_a_bridge_reaches_from_land_to_land():
    survey = city()

    assert survey.bridges_over_land() == []
    assert survey.bridges_that_end_in_water() == []
    assert survey.bridge_lengths()["bridge"] == pytest.approx(100, abs=0.5)


def test_a_bridge_over_no_water_is_found():
    bridges = {"dry": LineString([(1500, 900), (1500, 950)])}

    assert names(city(bridges=bridges).bridges_over_land()) == ["dry"]


def test_an_end_in_the_water_is_found_with_how_far_from_the_bank():
    short = {"short": LineString([(1500, -10), (1500, 88)])}

    (misfit,) = city(bridges=short).bridges_that_end_in_water()

    assert misfit.what == "short"
    assert misfit.size == pytest.approx(12, abs=0.1)


def test_a_street_may_cross_water_on_a_bridge_and_nowhere_else():
    across = LineString([(1500, -200), (1500, 200)])
    beside = LineString([(1540, -200), (1540, 200)])

    assert city(streets={"street": across}).streets_in_water() == []
    (misfit,) = city(streets={"street": beside}).streets_in_water()
    assert misfit.size == pytest.approx(100, abs=0.5)


@pytest.mark.parametrize(("width_m", "wet"), [(20, 20), (60, 60)])
def test_a_canal_is_as_wide_as_it_says(width_m, wet):
    streets = {"street": LineString([(400, 800), (600, 800)])}

    (misfit,) = city(streets=streets, width_m=width_m).streets_in_water()

    assert misfit.size == pytest.approx(wet, abs=0.1)


def test_a_canal_ends_where_its_line_ends():
    beyond = {"street": LineString([(400, 1503), (600, 1503)])}

    assert city(streets=beyond, width_m=60).streets_in_water() == []


# -- places


def place(x, y, kind="palace"):
    return Place(
        id="here", kind=kind, geometry=on_the_map(Point(x, y)), names={}, today={}, located_by="",
        error_m=10, rank=1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("x", "y", "kind", "size"),
    [
        (100, 600, "palace", None), (1500, 200, "palace", None), (200, 200, "mooring", None),
        (1500, 50, "street", None), (200, 50, "palace", 50), (504, 800, "street", 6),
    ],
    ids=["on land", "on an island", "a mooring", "on a bridge", "in the river", "in a canal"],
)  # fmt: skip
def test_places_that_should_be_on_land_are(x, y, kind, size):
    found = city().places_in_water([place(x, y, kind)])

    assert [misfit.size for misfit in found] == (
        [] if size is None else [pytest.approx(size, abs=0.1)]
    )


# -- canals


def test_the_ends_of_a_canal_that_join_water_are_counted():
    canals = {
        "joined": LineString([(300, 400), (300, 700), (500, 700)]),
        "canal": CANAL,
        "alone": LineString([(700, 600), (800, 700)]),
        "short": LineString([(900, 405), (900, 900)]),
    }

    assert city(canals=canals).canal_ends() == {"joined": 2, "canal": 1, "alone": 0, "short": 0}


def test_a_canal_in_pieces_has_the_ends_that_no_piece_continues():
    line = MultiLineString([[(300, 400), (300, 600)], [(300, 600), (300, 900)]])

    assert city(canals={"canal": line}).canal_ends() == {"canal": 1}


def test_the_middle_line_of_a_river_stays_in_it():
    ground = {
        "water": layer({"river": WATER}),
        "islands": (),
        "canals": layer(
            {
                "middle": LineString([(10, 200), (2900, 200)]),
                "astray": LineString([(10, 200), (10, 500)]),
            },
            in_water=True,
            width_m=400,
        ),
    }
    survey = Survey(ground)

    (misfit,) = survey.streams_ashore()

    assert misfit.what == "astray"
    assert misfit.size == pytest.approx(100, abs=0.5)
    assert survey.bands == {}


# -- areas


def test_a_building_in_the_water_is_found_with_its_square_metres():
    (misfit,) = city(buildings={"wet": box(100, 380, 120, 420)}).in_water("buildings")

    assert misfit.size == pytest.approx(20 * 20, rel=0.01)


def test_areas_on_one_another_are_found_once_and_neighbours_are_not():
    buildings = {
        "a": box(100, 600, 200, 700),
        "b": box(190, 600, 300, 700),
        "c": box(300, 600, 400, 700),
    }

    (misfit,) = city(buildings=buildings).overlaps("buildings")

    assert misfit.what == "a + b"
    assert misfit.size == pytest.approx(10 * 100, rel=0.01)


def test_a_house_in_a_courtyard_is_on_no_other():
    block = box(100, 600, 300, 800)
    ring = block.difference(box(120, 620, 280, 780))

    survey = city(buildings={"ring": ring, "house": box(150, 650, 200, 700)})

    assert survey.overlaps("buildings") == []


def test_a_city_without_a_layer_has_no_misfit_in_it():
    survey = Survey({})

    assert survey.islands_touching() == survey.bridges_over_land() == []
    assert survey.in_water("buildings") == survey.overlaps("buildings") == []
    assert survey.canal_ends() == {}


def test_the_length_of_the_projection_is_that_of_the_ground():
    """Or every figure would be off by as much: the geodesic has the last word."""
    a, b = on_the_map(Point(0, 0)), on_the_map(Point(1000, 0))

    assert WGS84.inv(a.x, a.y, b.x, b.y)[2] == pytest.approx(1000, rel=1 / 2000)
