"""The online map under the ground: found by name, told apart from a slip, and never there unasked."""

import json

import pytest

from geo.offline_map import OfflineMap
from geo.online_base import OnlineBase, Provider, provider_of
from story.story_map import story_map

BOUNDS = (30.2, 59.9, 30.4, 60.0)


def test_a_provider_is_found_by_its_name():
    found = provider_of("OpenStreetMap.Mapnik")

    assert found.name == "OpenStreetMap.Mapnik"
    assert found.url == "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
    assert found.max_zoom == 19
    assert "OpenStreetMap" in found.attribution
    assert "<" not in found.attribution


@pytest.mark.parametrize("name", ["openstreetmap mapnik", "OPENSTREETMAP_MAPNIK"])
def test_case_and_signs_do_not_matter(name):
    assert provider_of(name).name == "OpenStreetMap.Mapnik"


def test_carto_works_without_a_key_and_keeps_its_places_for_leaflet():
    found = provider_of("CartoDB.Positron")

    assert found.url == "https://{s}.basemaps.cartocdn.com/light_all/{z}/{x}/{y}.png"
    assert found.subdomains == "abcd"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("OpenStreetMap.Mapnick", "OpenStreetMap.Mapnik"),
        ("CartoDB.Positrom", "CartoDB.Positron"),
        ("", "OpenStreetMap.Mapnik"),
        ("{{7*7}}", "OpenStreetMap.Mapnik"),
        ("MapBox", "wants a key"),
        ("Thunderforest.Transport", "wants a key"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_sentence_that_names_another(name, said):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # what it says is looked at below
        provider_of(name)

    message = str(caught.value)
    assert repr(name) in message
    assert said in message
    assert "\n" not in message


def test_it_reaches_the_page_as_data():
    the_map = OfflineMap(BOUNDS, title="Base")
    provider = Provider(
        "x", "https://tiles.example/{z}/{x}/{y}.png", "abc", 19, "{{7*7}} </script>"
    )
    OnlineBase(provider).put_on(the_map)

    html = the_map.get_root().render()

    assert html.count("globalThis.onlineBase = globalThis.onlineBase ||") == 1
    literal = html.split("onlineBase.add(map_petrograd, JSON.parse(")[1].split("));")[0]
    assert json.loads(json.loads(literal))["attribution"] == "{{7*7}} </script>"


def test_a_map_carries_no_online_base_unless_it_is_asked_for(story, monkeypatch):
    """Not even where the setting of the page is on: saved files are made without it."""
    monkeypatch.setenv("PETROGRAD_ONLINE_BASE", "OpenStreetMap.Mapnik")

    html = story_map(story).get_root().render()

    assert "onlineBase" not in html
    assert "openstreetmap.org" not in html
    assert (
        "tile.openstreetmap.org"
        in story_map(story, online_base="OpenStreetMap.Mapnik").get_root().render()
    )


def test_a_map_with_a_base_that_nobody_knows_is_refused(story):
    with pytest.raises(ValueError, match=r"try OpenStreetMap\.Mapnik"):
        story_map(story, online_base="OpenStreetMap.Mapnick")
