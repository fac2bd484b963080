"""What the map is given: all that it draws, and nothing that its script does not know."""

import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest

from events.clock import LAST_MINUTE, minute_of
from events.model import Holder, Side
from geo.looks import LOOKS
from story import story_map
from story.payload import map_payload
from story.words import LANGUAGES, words_of

SCRIPT = Path(story_map.__file__).with_suffix(".js").read_text("utf-8")


@pytest.fixture(scope="module")
def payload(story):
    return map_payload(story, words_of("en"))


def test_it_is_plain_json(payload):
    assert json.loads(json.dumps(payload, allow_nan=False)) == payload


def test_it_has_every_event_in_the_order_in_which_they_are_told(payload, story):
    assert [event["id"] for event in payload["events"]] == [event.id for event in story.events]
    for said, event in zip(payload["events"], story.events, strict=True):
        assert said["minute"] == minute_of(event.shown)
        assert said["until"] == (event.when.until and minute_of(event.when.until))
        assert said["title"] == story.text(event).title
        assert said["places"] == list(event.places)
        assert said["importance"] == event.importance
    minutes = [event["minute"] for event in payload["events"]]
    assert minutes == sorted(minutes)
    assert minutes[0] >= 0
    assert minutes[-1] <= LAST_MINUTE == payload["lastMinute"]


def test_everything_it_names_is_in_it(payload):
    """The script looks ids up without asking twice."""
    places = payload["places"].keys()
    for event in payload["events"]:
        assert set(event["places"]) <= places
    assert payload["holders"].keys() | payload["spans"].keys() <= places
    assert payload["units"].keys() == payload["actors"].keys()
    ways = set()
    for steps in payload["units"].values():
        for _, value in steps:
            if isinstance(value, str):
                assert value in places
            elif value is not None:
                ways.add(value[1])
    assert ways == payload["routes"].keys()
    assert {stage for _, stage in payload["ring"]} <= payload["rings"].keys() | {"none"}


def test_only_bridges_have_a_line_and_only_what_has_a_line_is_raised(payload, story):
    for place, said in payload["places"].items():
        assert ("line" in said) == story.places[place].is_bridge
    for bridge in payload["spans"]:
        assert "line" in payload["places"][bridge]


def test_positions_are_longitude_and_latitude_to_a_metre(payload, story):
    for place, said in payload["places"].items():
        assert said["at"] == pytest.approx(story.places[place].lon_lat, abs=6e-6)
        assert said["at"] == [round(x, 5) for x in said["at"]]
        lon, lat = said["at"]
        assert lon < 40 < lat


def test_a_route_runs_as_on_file_and_its_shares_from_nothing_to_all(payload, story):
    for name, said in payload["routes"].items():
        route = story.routes[name]
        assert len(said["line"]) == len(said["shares"]) == len(route.line)
        assert said["line"][0] == pytest.approx(route.line[0], abs=6e-6)
        assert said["line"][-1] == pytest.approx(route.line[-1], abs=6e-6)
        assert said["shares"][0] == 0
        assert said["shares"][-1] == 1
        assert all(a <= b for a, b in pairwise(said["shares"]))
        assert (said["basis"], said["start"], said["end"]) == (route.basis, route.start, route.end)


def test_the_rings_are_as_on_file(payload, story):
    assert payload["rings"].keys() == story.rings.keys()
    for name, said in payload["rings"].items():
        assert said["closed"] is story.rings[name].closed
        assert [len(line) for line in said["lines"]] == [
            len(line) for line in story.rings[name].lines
        ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_that_the_script_speaks_is_in_it(story, language):
    words = map_payload(story, words_of(language))["words"]

    spoken = set(re.findall(r"\bW\.(\w+)\.(\w+)", SCRIPT))
    assert len(spoken) > 15
    for section, key in spoken:
        if section != "calendar" or key in words[section]:
            assert words[section][key], (section, key)
    for holder in (*get_args(Holder), "unknown"):
        assert words["holder_short"][holder]
    assert [len(words["calendar"][key]) for key in ("months", "weekdays")] == [12, 7]
    for key in ("raised", "lowered", "within"):
        assert words["map"][key]
    assert "{metres}" in words["map"]["within"]


@pytest.mark.parametrize("name", [*get_args(Holder), *get_args(Side), "unknown"])
def test_the_script_has_a_colour_for_every_holder_and_side_and_so_has_every_look(name):
    table = re.search(r"const COLOUR = Object.fromEntries\(\[(.*?)\]", SCRIPT, re.DOTALL)[1]

    assert f'"{name}"' in table
    for look in LOOKS.values():
        assert name in look


def test_names_are_in_the_language_asked_for_or_in_english(story):
    place = replace(
        story.places["winter-palace"],
        names={"en": "Winter Palace", "ru": "Зимний дворец"},
        today={"en": "Hermitage"},
    )
    told = replace(story, places={**story.places, "winter-palace": place})
    said = map_payload(told.said_in("ru"), words_of("ru"))["places"]["winter-palace"]

    assert said["name"] == "Зимний дворец"
    assert said["today"] == "Hermitage"
    assert map_payload(told, words_of("en"))["places"]["winter-palace"]["name"] == "Winter Palace"


def test_texts_and_sources_stay_out_of_it(payload, story):
    """The page tells them; the map needs titles only."""
    everything = json.dumps(payload, ensure_ascii=False)

    for event in story.events[:20]:
        assert story.text(event).text not in everything
