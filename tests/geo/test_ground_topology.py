"""The shipped ground fits together, is light, and holds what the story needs.

`GROUND=folder` tests the layers of another folder, before they are shipped.
"""

import gzip
import json
import os
import re
from collections import Counter
from pathlib import Path

import pytest

from geo.basemap import LAYERS, read_ground
from geo.places import read_places
from geo.survey import JOINED_M, Survey, in_metres
from story.telling import ROOT

FOLDER = Path(os.environ.get("GROUND", ROOT / "geo/data/basemap"))

MOST_KB, MOST_KB_GZIPPED = 350, 120
STREET_M = 5
"""How much of a street may touch water beside a bridge, metres: corners at a bank."""
STREET_ENDS_M = 15
"""How far the end of a bridge may lie from its street: half the width of a great one."""
SLIVER_M2 = 1
"""What areas may lie on one another: five decimals of a degree are about a metre."""
RISE_ON_LAND = {
    "okhta", "chernaya-rechka", "volkovka", "tarakanovka", "monastyrka", "tentelevka", "krasnenkaya",
}  # fmt: skip
"""Streams that come from the land: one end of theirs joins a river."""


def ids(words):
    """The ids in some lines of them."""
    return words.split()


@pytest.fixture(scope="module")
def ground():
    faults = []
    found = read_ground(FOLDER, faults)
    assert faults == []
    return found


@pytest.fixture(scope="module")
def survey(ground):
    return Survey(ground)


@pytest.fixture(scope="module")
def places():
    faults = []
    found = read_places(ROOT / "geo/data/places.geojson", faults)
    assert faults == []
    return found


def lines_of(layer):
    return (FOLDER / f"{layer}.geojson").read_text("utf-8").splitlines()


# -- the files


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_is_written_one_feature_a_line_with_five_decimals(layer):
    first, *rows, last = lines_of(layer)

    assert (first, last) == ('{"type":"FeatureCollection","features":[', "]}")
    assert rows
    for row in rows:
        assert json.loads(row.removesuffix(","))["type"] == "Feature"
        assert re.search(r"\d\.\d{6}", row.split('"geometry"')[1]) is None, row[:80]


def test_the_ground_is_light():
    texts = [(FOLDER / f"{layer}.geojson").read_bytes() for layer in LAYERS]

    assert sum(map(len, texts)) < MOST_KB * 1000
    assert sum(len(gzip.compress(text)) for text in texts) < MOST_KB_GZIPPED * 1000


@pytest.mark.parametrize("layer", LAYERS)
def test_a_name_is_given_in_latin_and_in_russian_or_not_at_all(ground, layer):
    for feature in ground[layer]:
        latin, russian = (feature.properties.get(f"name_1917{lang}") for lang in ("", "_ru"))
        assert (latin is None) == (russian is None), feature.id
        if latin:
            assert re.search("[A-Za-z]", latin), feature.id
            assert not re.search("[А-Яа-я]", latin), feature.id
            assert re.search("[А-Яа-я]", russian), feature.id
            assert not re.search("[A-Za-z]", re.sub(r"\b[IVX]+\b", "", russian)), feature.id


@pytest.mark.parametrize("layer", LAYERS)
def test_every_feature_says_how_far_off_it_may_be(ground, layer):
    assert [feature.id for feature in ground[layer] if "error_m" not in feature.properties] == []


# -- how it fits together


def test_islands_are_in_the_water(survey):
    assert [str(misfit) for misfit in survey.islands_ashore()] == []


def test_no_island_touches_another(survey):
    assert [str(misfit) for misfit in survey.islands_touching()] == []


def test_every_bridge_crosses_water(survey):
    assert [str(misfit) for misfit in survey.bridges_over_land()] == []


def test_every_bridge_ends_on_land_at_both_ends(survey):
    short = [str(m) for m in survey.bridges_that_end_in_water() if m.size > JOINED_M]

    assert short == []


def test_every_bridge_is_one_of_a_street_or_a_railway(survey):
    ways = [*survey.layer("streets").values(), *survey.layer("railways").values()]

    assert [
        bridge
        for bridge, line in survey.layer("bridges").items()
        if min(line.distance(way) for way in ways) > STREET_ENDS_M
    ] == []


def test_a_bridge_is_over_the_water_it_names(survey):
    """The name is an id of `canals`, where every arm of the river has its middle line."""
    waters = survey.layer("canals")
    wrong = {}
    for bridge, line in survey.layer("bridges").items():
        over = survey.said["bridges"][bridge].get("over")
        if over not in waters:
            wrong[bridge] = over
        elif over in survey.bands and line.distance(survey.bands[over]) > JOINED_M:
            wrong[bridge] = f"{over}, {line.distance(survey.bands[over]):.0f} m away"

    assert wrong == {}


def test_no_street_runs_through_water_but_by_a_bridge(survey):
    drowned = [str(m) for m in survey.streets_in_water() if m.size > STREET_M]

    assert drowned == []


def test_every_place_on_land_is_on_land(survey, places):
    assert [str(misfit) for misfit in survey.places_in_water(places.values())] == []


def test_canals_join_the_rivers_they_flow_into(survey):
    ends = survey.canal_ends()

    assert [c for c, joined in ends.items() if joined < (1 if c in RISE_ON_LAND else 2)] == []


def test_the_middle_line_of_an_arm_lies_in_the_water(survey):
    assert [str(misfit) for misfit in survey.streams_ashore() if misfit.size > 20] == []


@pytest.mark.parametrize("layer", ["buildings", "squares"])
def test_what_is_built_stands_in_no_water(survey, layer):
    assert [str(m) for m in survey.in_water(layer) if m.size > SLIVER_M2] == []


@pytest.mark.parametrize("layer", ["buildings", "squares", "cemeteries"])
def test_no_two_of_a_kind_lie_on_one_another(survey, layer):
    assert [str(m) for m in survey.overlaps(layer) if m.size > SLIVER_M2] == []


def test_islands_are_the_holes_of_the_water_vertex_for_vertex(ground):
    """Those in the river; an island may also be ringed by canals, which are lines."""
    holes = {
        tuple(sorted(set(ring.coords)))
        for feature in ground["water"]
        for part in getattr(feature.geometry, "geoms", [feature.geometry])
        for ring in part.interiors
    }
    banks = {tuple(sorted(set(f.geometry.exterior.coords))) for f in ground["islands"]}

    assert holes <= banks


# -- what it holds


def test_there_are_about_120_streets_in_three_ranks(ground):
    ranks = Counter(feature.properties["rank"] for feature in ground["streets"])

    assert 110 <= sum(ranks.values()) <= 200
    assert set(ranks) == {1, 2, 3}
    assert ranks[1] < ranks[2] + ranks[3]


def test_bridges_have_ranks_and_say_whether_they_open(ground):
    ranks = Counter(feature.properties["rank"] for feature in ground["bridges"])

    assert set(ranks) == {1, 2, 3}
    assert all(isinstance(f.properties["opens"], bool) for f in ground["bridges"])


def test_the_bridges_of_the_gazetteer_are_drawn_and_open_as_it_says(ground, places):
    drawn = {f.properties["place"]: f for f in ground["bridges"] if "place" in f.properties}

    assert drawn.keys() == {place.id for place in places.values() if place.is_bridge}
    for place, feature in drawn.items():
        assert feature.geometry.equals(places[place].geometry), place
        assert feature.properties["opens"] is places[place].opens, place


NEEDED = {
    "canals": ids(
        """
        neva bolshaya-neva malaya-neva bolshaya-nevka srednyaya-nevka malaya-nevka ekateringofka
        fontanka moika ekaterininsky-canal kryukov-canal obvodny-canal vvedensky-canal winter-canal
        swan-canal karpovka zhdanovka smolenka okhta kronverk-strait krestovka pryazhka
        admiralty-canal
        """
    ),
    "islands": ids(
        """
        vasilyevsky-island petrogradsky-island aptekarsky-island petrovsky-island hare-island
        kamenny-island krestovsky-island yelagin-island gutuevsky-island kanonersky-island
        dekabristov-island kotlin-island
        """
    ),
    "streets": ids(
        """
        nevsky-prospekt bolshaya-morskaya millionnaya shpalernaya kavalergardskaya sadovaya
        voznesensky-prospekt pochtamtskaya kamennoostrovsky-prospekt suvorovsky-prospekt
        konnogvardeisky-boulevard admiralteisky-prospekt serdobolskaya finlyandsky-prospekt
        botkinskaya ligovskaya izmailovsky-prospekt arsenalnaya-embankment english-embankment
        admiralty-embankment palace-embankment university-embankment karpovka-embankment
        moika-embankment liteiny-prospekt bolshoi-sampsonievsky-prospekt
        """
    ),
    "squares": ids(
        """
        palace-square st-isaacs-square mariinskaya-square senate-square znamenskaya-square
        sennaya-square trinity-square
        """
    ),
    "parks": ids("field-of-mars alexander-garden summer-garden tauride-garden alexandrovsky-park"),
    "cemeteries": ids("smolensk-cemetery volkovo-cemetery"),
    "buildings": ids(
        """
        winter-palace general-staff district-headquarters admiralty st-isaacs mariinsky-palace
        tauride-palace smolny smolny-convent peter-and-paul-fortress trubetskoy-bastion
        kronverk-arsenal engineers-castle mikhailovsky-manege kazan-cathedral state-bank
        telephone-exchange central-telegraph post-office city-duma kresty exchange war-ministry
        nikolaevsky-station tsarskoselsky-station warsaw-station baltic-station finland-station
        pavlovsky-barracks preobrazhensky-barracks keksholm-barracks izmailovsky-barracks
        semenovsky-barracks egersky-barracks grenadier-barracks moscow-barracks
        finland-regiment-barracks litovsky-barracks volynsky-barracks sapper-barracks
        baltic-fleet-crew-barracks guards-fleet-crew-barracks don-cossack-barracks
        """
    ),
}
"""By layer, what the story turns on, by its id or the place it stands for: rivers and canals,
streets and squares of the chronicle, landmarks."""


@pytest.mark.parametrize(
    ("layer", "needed"), [(layer, needed) for layer in NEEDED for needed in NEEDED[layer]]
)
def test_what_the_story_needs_is_drawn_and_named(ground, layer, needed):
    (feature,) = (f for f in ground[layer] if needed in (f.id, f.properties.get("place")))

    assert feature.properties["name_1917"]
    assert feature.properties["name_1917_ru"]


@pytest.mark.parametrize(
    "name", ["Gulf of Finland", "Neva"], ids=["the Gulf of Finland", "the Neva"]
)
def test_the_water_is_named(ground, name):
    names = {f.properties.get("name_1917") for layer in ("water", "canals") for f in ground[layer]}

    assert name in names


def test_there_are_about_forty_landmark_buildings(ground):
    assert 40 <= len(ground["buildings"]) <= 90
    assert all(feature.properties["kind"] for feature in ground["buildings"])


def test_trains_reach_their_termini(survey, places):
    rails = [*survey.layer("railways").values()]
    far = {
        place.id: round(distance)
        for place in places.values()
        if place.kind == "station"
        and place.id.endswith("-station")
        and place.id != "electric-station"
        if (distance := min(in_metres(place.geometry).distance(rail) for rail in rails)) > 250
    }

    assert far == {}
