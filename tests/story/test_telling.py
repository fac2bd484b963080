"""The story as a whole: events joined to places."""

from dataclasses import replace

import pytest

from events.state import OnRoute, Standing
from story.telling import OPENING, ROOT, DataError, read_story
from tests.conftest import at, rewrite


def test_events_are_told_in_order_and_the_opening_comes_first(story):
    shown = [event.shown for event in story.events]

    assert shown == sorted(shown)
    assert story.events[0].id == OPENING


def test_every_event_is_known_by_its_id_those_of_the_prologue_too(story):
    everything = story.chronicle.prologue + story.events

    assert len(story.by_id) == len(everything)
    for event in everything:
        assert story.by_id[event.id] is event


def test_the_last_event_told_at_a_minute_is_the_one_that_the_story_tells_last(story):
    """Where two are shown at one minute, the weightier is told."""
    for event in story.events:
        same = [other for other in story.events if other.shown == event.shown]
        told = story.at(event.shown).last
        assert told is same[-1]
        assert told.importance == max(other.importance for other in same)


def test_a_text_that_a_language_lacks_is_told_in_english(story):
    event, other = story.events[:2]
    chronicle = story.chronicle
    french = story.text(event).model_copy(update={"title": "Le début"})
    story = replace(
        story, chronicle=replace(chronicle, texts={**chronicle.texts, "fr": {event.id: french}})
    )
    told = story.said_in("fr")

    assert told.text(event).title == "Le début"
    assert told.text(other) == story.text(other)
    assert told.by_id[other.id].accounts == other.accounts
    assert story.text(event).title == chronicle.texts["en"][event.id].title


def test_a_unit_stands_where_its_place_is(story):
    assert story.position(Standing("smolny")) == story.places["smolny"].lon_lat
    assert story.place_of(Standing("smolny")) == "smolny"


def test_a_unit_goes_from_one_end_of_its_route_to_the_other_and_back(story):
    for route in story.routes.values():
        there = [story.position(OnRoute(route.id, False, share)) for share in (0, 1)]
        back = [story.position(OnRoute(route.id, True, share)) for share in (0, 1)]

        assert there[0] == pytest.approx(route.line[0])
        assert there[1] == pytest.approx(route.line[-1])
        assert back == [pytest.approx(position) for position in there[::-1]]
        assert story.place_of(OnRoute(route.id, False, 0.5)) == route.end
        assert story.place_of(OnRoute(route.id, True, 0.5)) == route.start


def test_what_happened_at_a_place_is_every_event_that_names_it(story):
    for place in story.places:
        here = story.events_at(place)
        assert all(place in event.places for event in here)
        assert len(here) == sum(place in event.places for event in story.events)


def test_the_history_of_a_place_is_what_the_city_says_of_it(story):
    for place, history in story.holds.items():
        for t, event, change in history:
            if (t, change.holder) != (history[-1][0], history[-1][2].holder):
                continue
            held = story.at(t).holdings[place]
            assert (held.holder, held.claim) == (change.holder, change.claim)
            assert change in event.changes


def test_the_state_of_the_city_at_known_moments(story):
    """What every book has: the rest is held by the tests of the records."""
    holders = {
        t: story.at(at(t)).holdings["winter-palace"].holder for t in ("25 12:00", "26 02:10")
    }

    assert holders == {"25 12:00": "government", "26 02:10": "mrc"}
    assert story.at(at("25 01:25")).holdings["post-office"].holder == "mrc"
    assert story.at(at("25 01:24")).holdings["post-office"].holder != "mrc"


def test_the_shipped_story_has_no_fault(story):
    assert read_story(ROOT).events == story.events


def test_data_with_faults_is_no_story_and_every_fault_is_told(data_copy):
    rewrite(data_copy / "events/data/1917-10-25.toml", 'places = ["petrograd"]', 'places = ["x"]')
    rewrite(data_copy / "events/data/1917-10-26.toml", 'source = "', 'source = "no-')

    with pytest.raises(DataError) as error:
        read_story(data_copy)

    assert len(error.value.faults) >= 2
    assert "place 'x' is not in places.geojson" in str(error.value)
    assert "1917-10-26.toml" in str(error.value)


def test_a_folder_that_is_none_is_told(tmp_path):
    with pytest.raises(DataError, match="is no folder"):
        read_story(tmp_path / "nowhere")
