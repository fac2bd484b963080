"""The pure functions of the map's script, in the browser that will run them."""

import bisect
import json
import math
import random
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.clock import LAST_MINUTE, at_minute, minute_of
from events.state import city_at, in_order
from events.steps import compile_steps
from geo import ground
from geo.measure import along, distance_m, shares
from geo.offline_map import LEAFLET
from story import story_map as beside
from story.payload import map_payload
from story.words import words_of
from tests.events.test_state import CASES as SHARED
from tests.events.test_state import EVERY_MINUTE, answer, stories, story_of

FOLDER = Path(__file__).parent.parent / "cases"
CASES = json.loads((FOLDER / "script.json").read_text("utf-8"))
GROUND = Path(ground.__file__).with_suffix(".js")
STORY_MAP = Path(beside.__file__).with_suffix(".js")
WORDS = words_of("en")
ZONES = ("Asia/Tokyo", "America/New_York", "Europe/London")
SPEEDS = (1, 2, 4)


def load(page):
    """Load Leaflet and our scripts, and nothing else, into a page."""
    page.goto("about:blank")
    for path in (LEAFLET / "leaflet.js", GROUND, STORY_MAP):
        page.add_script_tag(content=path.read_text("utf-8").partition("//# ")[0])


@pytest.fixture(scope="module")
def script(chromium):
    """`script(name, *arguments)`: what a function of the script answers."""
    page = chromium.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    load(page)

    def ask(name, *arguments, of="storyMap"):
        return page.evaluate(
            "([of, name, given]) => globalThis[of][name](...given)", [of, name, arguments]
        )

    ask.page = page
    yield ask
    page.close()
    assert not errors


def cases(name):
    return pytest.mark.parametrize("case", CASES[name], ids=lambda case: case["why"])


def fast(**said):
    """Laws are asked of a browser: fewer examples than usual, and no clock on each."""
    return settings(max_examples=40, deadline=None, **said)


# -- tables


@cases("indexAt")
def test_the_step_that_holds(script, case):
    assert script("indexAt", case["steps"], case["minute"]) == case["index"]


@cases("valueAt")
def test_the_value_that_holds(script, case):
    assert script("valueAt", case["steps"], case["minute"]) == case["value"]


@cases("unitAt")
def test_where_a_unit_is(script, case):
    assert script("unitAt", case["steps"], case["minute"]) == case["unit"]


@cases("along")
def test_a_share_of_a_route_in_the_script_and_in_python(script, case):
    line = [tuple(position) for position in case["line"]]

    theirs = script("along", {"line": line, "shares": shares(line)}, case["fraction"])
    ours = along(line, case["fraction"])

    assert theirs == pytest.approx(case["position"], abs=1e-6)
    assert ours == pytest.approx(case["position"], abs=1e-6)


@cases("clockOf")
def test_the_clock_in_the_script_and_in_python(script, case):
    clock = script("clockOf", case["minute"], dict(WORDS.section("calendar")))
    t = at_minute(case["minute"])

    assert clock == {key: case[key] for key in ("hour", "weekday", "oldStyle", "newStyle")}
    assert WORDS.clock(t) == f"{case['weekday']} {case['oldStyle']}, {case['hour']} (Old Style)"
    assert (
        WORDS.clock(t, "ns") == f"{case['weekday']} {case['newStyle']}, {case['hour']} (New Style)"
    )


@cases("clockOfASecond")
def test_the_clock_between_two_minutes(script, case):
    clock = script("clockOf", case["minute"], dict(WORDS.section("calendar")))

    assert clock["hour"] == case["hour"]


@cases("tempoAt")
def test_the_minute_at_a_second_of_playing(script, case):
    assert script("tempoAt", CASES["tempoAtKnots"], case["second"]) == pytest.approx(case["minute"])


@cases("bridgePieces")
def test_the_pieces_of_a_bridge(script, case):
    pieces = script("bridgePieces", case["line"], case["raised"])

    assert len(pieces) == len(case["pieces"])
    for found, wanted in zip(pieces, case["pieces"], strict=True):
        assert [x for position in found for x in position] == pytest.approx(
            [x for position in wanted for x in position], abs=1e-6
        )


# -- laws


step_lists = st.lists(st.integers(0, LAST_MINUTE), max_size=30).map(
    lambda minutes: [[minute, number] for number, minute in enumerate(sorted(minutes))]
)


@fast()
@given(step_lists, st.integers(-5, LAST_MINUTE + 5))
def test_the_step_that_holds_is_the_last_not_after_the_minute(script, steps, minute):
    wanted = bisect.bisect_right([step[0] for step in steps], minute) - 1

    assert script("indexAt", steps, minute) == wanted
    assert script("valueAt", steps, minute) == (steps[wanted][1] if wanted >= 0 else None)


positions = st.tuples(st.integers(18_00000, 33_00000), st.integers(53_00000, 61_00000)).map(
    lambda lonlat: (lonlat[0] / 1e5, lonlat[1] / 1e5)
)


@fast()
@given(
    st.lists(positions, min_size=2, max_size=8).filter(lambda line: len(set(line)) > 1),
    st.lists(st.floats(-0.2, 1.2), min_size=1, max_size=10),
)
def test_python_and_the_script_put_a_unit_on_the_same_spot_of_any_route(script, line, fractions):
    route = {"line": line, "shares": shares(line)}

    theirs = script.page.evaluate(
        "([route, fractions]) => fractions.map(fraction => storyMap.along(route, fraction))",
        [route, fractions],
    )

    for fraction, position in zip(fractions, theirs, strict=True):
        assert position == pytest.approx(along(line, fraction), abs=1e-9)


@st.composite
def made_up_stories(draw):
    """Minutes and weights of events, a minute to begin with, and the last minute."""
    last = draw(st.integers(60, LAST_MINUTE))
    events = draw(
        st.lists(st.tuples(st.integers(0, last), st.sampled_from((1, 2, 3))), max_size=25)
    )
    begin = draw(st.integers(0, last))
    return [{"minute": m, "importance": w} for m, w in sorted(events)], begin, last


def least(speed):
    """The least weight at which playing stops."""
    return {1: 1, 2: 2, 4: 3}[speed]


def seconds_at(knots, minute):
    """How long playing shows exactly this minute."""
    held = [second for second, at in knots if at == minute]
    return max(held) - min(held) if held else 0


@fast()
@given(made_up_stories(), st.sampled_from(SPEEDS))
def test_playing_starts_where_asked_ends_at_the_last_minute_and_never_goes_back(
    script, made_up, speed
):
    events, begin, last = made_up

    knots = script("tempo", events, begin, last, speed)

    assert knots[0] == [0, begin]
    assert knots[-1][1] == last
    for (second, minute), (next_second, next_minute) in pairwise(knots):
        assert next_second > second
        assert next_minute >= minute


@fast()
@given(made_up_stories())
def test_playing_lingers_at_every_event_that_it_does_not_skip(script, made_up):
    events, begin, last = made_up

    for speed in SPEEDS:
        knots = script("tempo", events, begin, last, speed)
        heavy = {e["minute"] for e in events if e["importance"] >= least(speed)}
        for minute in {e["minute"] for e in events if e["minute"] > begin}:
            assert (seconds_at(knots, minute) > 0) == (minute in heavy)


@fast()
@given(made_up_stories())
def test_played_faster_it_is_over_sooner(script, made_up):
    events, begin, last = made_up

    lengths = [script("tempo", events, begin, last, speed)[-1][0] for speed in SPEEDS]

    if begin == last:
        assert lengths == [0, 0, 0]
    else:
        assert lengths == sorted(lengths, reverse=True)
        assert len(set(lengths)) == 3


def test_playing_lingers_longer_the_weightier_the_event(script):
    events = [{"minute": 100 * weight, "importance": weight} for weight in (1, 2, 3)]

    knots = script("tempo", events, 0, 400, 1)

    detail, middling, turning_point = (seconds_at(knots, 100 * weight) for weight in (1, 2, 3))
    assert 1 <= detail < middling < turning_point


def test_at_speed_4_only_a_turning_point_is_lingered_at(script):
    events = [{"minute": 100 * weight, "importance": weight} for weight in (1, 2, 3)]

    knots = script("tempo", events, 0, 400, 4)

    assert [seconds_at(knots, minute) > 0 for minute in (100, 200, 300)] == [False, False, True]


def test_quiet_hours_are_hurried_through(script):
    """An hour without events takes seconds, and a quiet day hardly longer than a quiet morning."""
    morning = script("tempo", [], 0, 360, 1)[-1][0]
    day = script("tempo", [], 0, 1440, 1)[-1][0]

    assert morning < 3
    assert day < 3


@fast()
@given(
    made_up_stories(),
    st.sampled_from(SPEEDS),
    st.lists(st.floats(-5, 400), min_size=2, max_size=40),
)
def test_the_minute_played_never_goes_back_and_never_leaves_the_story(
    script, made_up, speed, seconds
):
    events, begin, last = made_up

    knots = script("tempo", events, begin, last, speed)
    minutes = script.page.evaluate(
        "([knots, seconds]) => seconds.map(second => storyMap.tempoAt(knots, second))",
        [knots, [*sorted(seconds), knots[-1][0], 1e6]],
    )

    assert script("tempoAt", knots, -1) == begin
    assert all(begin <= minute <= last for minute in minutes)
    assert minutes[:-2] == sorted(minutes[:-2])
    assert minutes[-2:] == [last, last]


bridges = st.tuples(
    st.integers(30_20000, 30_45000),
    st.integers(59_90000, 59_98000),
    st.integers(-600, 600),
    st.integers(-300, 300),
).filter(lambda b: abs(b[2]) + abs(b[3]) > 60)


@fast()
@given(bridges)
def test_a_raised_bridge_stands_open_with_both_leaves_on_one_side(script, bridge):
    lon, lat, east, north = bridge
    line = [(lon / 1e5, lat / 1e5), ((lon + east) / 1e5, (lat + north) / 1e5)]

    near, leaf, other_leaf, far = script("bridgePieces", line, True)

    def off(position):
        """How far to the left of the bridge, as a share of its length; and how far along."""
        squeeze = math.cos(math.radians(line[0][1]))
        ax, ay = (line[1][0] - line[0][0]) * squeeze, line[1][1] - line[0][1]
        bx, by = (position[0] - line[0][0]) * squeeze, position[1] - line[0][1]
        length = math.hypot(ax, ay)
        return (ax * by - ay * bx) / length**2, (ax * bx + ay * by) / length**2

    assert near[0] == pytest.approx(line[0])
    assert far[1] == pytest.approx(line[1])
    assert leaf[0] == near[1]
    assert other_leaf[0] == far[0]
    assert off(far[0])[1] - off(near[1])[1] > 0.2
    assert off(leaf[1])[0] == pytest.approx(off(other_leaf[1])[0], rel=1e-3)
    assert off(leaf[1])[0] > 0.1
    assert off(leaf[1])[1] < off(other_leaf[1])[1]
    assert distance_m(*leaf) == pytest.approx(distance_m(*other_leaf), rel=0.02)


# -- Python and the script


def compiled(events):
    """A made-up story as far as the script's `cityAt` looks at it."""
    return asdict(compile_steps(events)) | {
        "events": [
            {
                "id": event.id,
                "minute": minute_of(event.shown),
                "until": None if event.when.until is None else minute_of(event.when.until),
            }
            for event in in_order(events)
        ]
    }


def in_the_form_of_the_cases(city):
    """What the script answers, as `city-at.json` writes it."""
    return {
        **{key: city[key] for key in ("holders", "spans", "ring", "power", "last", "next")},
        "under_way": city["underWay"],
        "units": {
            unit: where["place"]
            if "place" in where
            else {key: where[key] for key in ("route", "reverse", "fraction")}
            for unit, where in city["units"].items()
        },
    }


@pytest.mark.parametrize("case", SHARED["cases"], ids=lambda case: case["why"])
def test_the_script_agrees_with_the_cases_it_shares_with_python(script, case):
    made_up = compiled(story_of(SHARED["stories"][case["story"]]))

    told = in_the_form_of_the_cases(script("cityAt", made_up, case["minute"]))

    assert {key: told[key] for key in case["answer"]} == case["answer"]


@fast(suppress_health_check=[HealthCheck.too_slow])
@given(stories())
def test_python_and_the_script_tell_the_same_of_any_story_at_every_minute(script, made_up):
    cities = script.page.evaluate(
        "([story, minutes]) => minutes.map(minute => storyMap.cityAt(story, minute))",
        [compiled(made_up), list(EVERY_MINUTE)],
    )

    for minute, theirs in zip(EVERY_MINUTE, cities, strict=True):
        ours = answer(city_at(made_up, at_minute(minute)))
        told = in_the_form_of_the_cases(theirs)
        for where in ours["units"].values():
            if isinstance(where, dict):
                where["fraction"] = pytest.approx(where["fraction"])
        assert told == ours, minute


ASK = """([story, minutes]) => minutes.map(minute => {
    const city = storyMap.cityAt(story, minute);
    const units = Object.fromEntries(Object.entries(city.units).map(([id, unit]) => [id, {
        at: storyMap.positionOf(story, unit),
        moving: unit.place === undefined && unit.fraction < 1,
    }]));
    return {...city, units};
})"""


def every_minute_of_note(payload):
    """Each minute at which something changes, those beside it, and some at random."""
    noted = {0, LAST_MINUTE}
    for table in (payload["holders"], payload["spans"], payload["units"]):
        for steps in table.values():
            for minute, value in steps:
                noted.add(minute)
                if isinstance(value, list) and isinstance(value[0], int):
                    noted.add(value[0])
    noted |= {minute for minute, _ in payload["ring"] + payload["power"]}
    for event in payload["events"]:
        noted |= {event["minute"]} | ({event["until"]} if event["until"] is not None else set())
    beside = {minute + n for minute in noted for n in (-1, 0, 1)}
    some = random.Random(1917).sample(range(LAST_MINUTE + 1), 300)
    return sorted(minute for minute in beside | set(some) if 0 <= minute <= LAST_MINUTE)


def told_by_python(story, minute):
    city = story.at(at_minute(minute))
    return {
        "holders": {
            place: [holding.holder, holding.claim, holding.event]
            for place, holding in city.holdings.items()
        },
        "spans": dict(city.spans),
        "ring": city.ring,
        "power": [city.power, city.rival],
        "underWay": [event.id for event in city.under_way],
        "last": city.last and city.last.id,
        "next": city.next and city.next.id,
    }


def test_python_and_the_script_tell_the_same_city_at_every_minute_of_note(script, story):
    payload = map_payload(story, WORDS)
    minutes = every_minute_of_note(payload)
    assert len(minutes) > 500

    cities = script.page.evaluate(ASK, [payload, minutes])

    for minute, theirs in zip(minutes, cities, strict=True):
        units = theirs.pop("units")
        assert theirs == told_by_python(story, minute), at_minute(minute)
        ours = story.at(at_minute(minute)).units
        assert units.keys() == ours.keys(), at_minute(minute)
        for unit, standing in ours.items():
            place = (at_minute(minute), unit)
            assert units[unit]["at"] == pytest.approx(story.position(standing), abs=1e-5), place
            assert units[unit]["moving"] == getattr(standing, "moving", False), place


def test_since_when_a_place_is_held_is_the_same_in_both(script, story):
    """The script dates a holding by the step that holds; a card shows it."""
    payload = map_payload(story, WORDS)
    for minute in (0, 5000, 7060, LAST_MINUTE):
        for place, holding in story.at(at_minute(minute)).holdings.items():
            steps = payload["holders"][place]
            step = steps[script("indexAt", steps, minute)]
            assert at_minute(step[0]) == holding.since


@pytest.mark.parametrize("zone", ZONES)
def test_the_clock_reads_the_same_wherever_the_reader_sits(open_page, zone):
    page = open_page("about:blank", timezone_id=zone)
    load(page)
    assert page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == zone
    minutes = list(range(-1440, LAST_MINUTE + 1440, 17))

    clocks = page.evaluate(
        "([minutes, words]) => minutes.map(minute => storyMap.clockOf(minute, words))",
        [minutes, dict(WORDS.section("calendar"))],
    )

    for minute, clock in zip(minutes, clocks, strict=True):
        t = at_minute(minute)
        for calendar, date, name in (("os", "oldStyle", "Old"), ("ns", "newStyle", "New")):
            said = f"{clock['weekday']} {clock[date]}, {clock['hour']} ({name} Style)"
            assert said == WORDS.clock(t, calendar)
