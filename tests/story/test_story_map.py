"""The story's map as a file: whole, self-contained, and the same each time."""

import hashlib
import json
import os
import subprocess
import sys

import pytest

from geo.looks import LOOKS, look_css
from story.payload import map_payload
from story.story_map import NARROW_VIEW, SHORT_VIEW, VIEW, story_map
from story.telling import ROOT
from story.words import words_of


@pytest.fixture(scope="module")
def html(story):
    return story_map(story, minute=7060).get_root().render()


def begun_with(html):
    """The two arguments after the map in the call that begins the story."""
    _, call = html.split("storyMap.begin(map_petrograd, JSON.parse(")
    literal, minute = call.split(");")[0].rsplit("), ", 1)
    return json.loads(json.loads(literal)), int(minute)


def test_it_carries_the_whole_story_and_the_minute_it_begins_with(html, story):
    payload, minute = begun_with(html)

    assert minute == 7060
    assert payload == {
        **json.loads(json.dumps(map_payload(story, words_of("en")))),
        "view": list(VIEW),
        "narrowView": list(NARROW_VIEW),
        "shortView": list(SHORT_VIEW),
    }


def test_unless_told_otherwise_it_begins_at_the_beginning(story):
    assert begun_with(story_map(story).get_root().render())[1] == 0


def test_the_palace_smolny_and_the_aurora_are_in_its_first_view(story):
    for west, south, east, north in (VIEW, NARROW_VIEW):
        for place in ("winter-palace", "smolny", "aurora-anchorage"):
            lon, lat = story.places[place].lon_lat
            assert west < lon < east, place
            assert south < lat < north, place


def test_script_and_style_are_in_it_once(html):
    assert html.count("globalThis.storyMap = globalThis.storyMap ||") == 1
    assert html.count("/* The story's marks on the map.") == 1
    assert html.index("globalThis.storyMap =") < html.index("storyMap.begin(")
    assert html.index("ground.draw(map_petrograd") < html.index("storyMap.begin(")


def test_it_says_its_language_and_title(html):
    assert '<html lang="en">' in html
    assert "<title>Petrograd, October 1917</title>" in html


def test_a_language_without_words_is_refused(story):
    with pytest.raises(ValueError, match="'xx' is none of"):
        story_map(story.said_in("xx"))


@pytest.mark.parametrize("look", LOOKS)
def test_it_is_drawn_in_the_look_asked_for(story, look):
    html = story_map(story, look=look).get_root().render()

    assert look_css(LOOKS[look]) in html
    assert html.count("--map-mrc:") == 1


def test_a_look_that_nobody_knows_is_refused(story):
    with pytest.raises(ValueError, match="'dusk' is none of day, night"):
        story_map(story, look="dusk")


def test_saving_writes_what_rendering_says(html, story, tmp_path):
    path = tmp_path / "map.html"
    story_map(story, minute=7060).save(str(path))

    assert path.read_text("utf-8") == html


RENDER = """
import hashlib
from story.story_map import story_map
from story.telling import read_story
print(hashlib.sha256(story_map(read_story(), minute=7060).get_root().render().encode()).hexdigest())
"""


def test_the_same_story_gives_the_same_bytes_in_another_process(html):
    """Sets and dictionaries are ordered by another seed there."""
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", RENDER],
            cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.strip() == hashlib.sha256(html.encode()).hexdigest()
