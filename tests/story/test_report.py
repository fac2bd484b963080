"""The state as plain data says what the city says."""

import json

import pytest

from events.clock import LAST_MINUTE, at_minute, read_t
from events.state import OnRoute, Standing
from story.report import state_report
from tests.conftest import at

HOURS = [at_minute(minute) for minute in range(0, LAST_MINUTE + 1, 360)]


@pytest.fixture(params=HOURS, ids=lambda t: f"{t:%d %H:%M}")
def both(request, story):
    """The city at some hour and its report as a reader of the JSON has it."""
    city = story.at(request.param)
    return city, json.loads(json.dumps(state_report(story, city), allow_nan=False))


def test_every_place_and_every_bridge_is_in_it_once(story, both):
    _, report = both
    bridges = {place.id for place in story.places.values() if place.is_bridge}

    assert report["bridges"].keys() == bridges
    assert report["places"].keys() == story.places.keys() - bridges


def test_holders_claims_and_spans_are_those_of_the_city(both):
    city, report = both
    for place, said in {**report["places"], **report["bridges"]}.items():
        held = city.holdings.get(place)
        assert said["holder"] == (held.holder if held else "neutral"), place
        if "claim" in said:
            assert said["claim"] == (held.claim if held else None), place
        else:
            assert said["span"] == city.spans.get(place, "lowered"), place


def test_units_are_where_the_city_has_them(story, both):
    city, report = both

    assert report["units"].keys() == city.units.keys()
    for unit, said in report["units"].items():
        is_at = city.units[unit]
        lon, lat = story.position(is_at)
        assert (said["lon"], said["lat"]) == pytest.approx((lon, lat), abs=1e-5)
        assert said["moving"] == (isinstance(is_at, OnRoute) and is_at.fraction < 1)
        assert isinstance(is_at, OnRoute | Standing)


def test_the_rest_is_plain_too(both):
    city, report = both

    assert read_t(report["t"]) == city.t
    assert report["ring"] == (None if city.ring == "none" else city.ring)
    assert report["power"] == city.power
    assert report["last"] == city.last.id
    assert report["next"] == (city.next.id if city.next else None)


def test_a_unit_on_its_way_moves_and_one_that_has_arrived_does_not(story):
    move = next(
        change
        for event in story.events
        for change in event.changes
        if change.verb == "move" and change.move == "aurora"
    )

    assert state_report(story, story.at(move.start))["units"]["aurora"]["moving"] is True
    assert state_report(story, story.at(move.end))["units"]["aurora"]["moving"] is False


def test_the_palace_is_contested_before_it_is_taken(story):
    holder = {
        t: state_report(story, story.at(at(t)))["places"]["winter-palace"]["holder"]
        for t in ("25 21:40", "26 01:00", "26 02:10")
    }

    assert list(holder.values()) == ["government", "contested", "mrc"]
