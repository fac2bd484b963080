"""The state of the city: shared cases, and laws over made-up stories."""

import json
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.clock import at_minute
from events.model import Hold, Move
from events.state import OnRoute, Standing, city_at, in_order
from tests.conftest import at, make_event

CASES = json.loads((Path(__file__).parent.parent / "cases" / "city-at.json").read_text("utf-8"))


def story_of(told):
    """The events of a story of `city-at.json`."""
    return [
        make_event(
            event["id"],
            at_minute(event["shown"]),
            when={"until": at_minute(event["until"])} if "until" in event else {},
            importance=event.get("importance", 2),
            changes=[
                {
                    key: at_minute(value) if key in ("at", "from", "to") else value
                    for key, value in change.items()
                }
                for change in event.get("changes", ())
            ],
        )
        for event in told
    ]


def answer(city):
    """A city in the form of `city-at.json`."""
    return {
        "holders": {
            place: [holding.holder, holding.claim, holding.event]
            for place, holding in city.holdings.items()
        },
        "spans": dict(city.spans),
        "units": {
            unit: where.place
            if isinstance(where, Standing)
            else {"route": where.route, "reverse": where.reverse, "fraction": where.fraction}
            for unit, where in city.units.items()
        },
        "ring": city.ring,
        "power": [city.power, city.rival],
        "under_way": [event.id for event in city.under_way],
        "last": city.last and city.last.id,
        "next": city.next and city.next.id,
    }


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["why"])
def test_agrees_with_the_shared_cases(case):
    """Python, its step lists and the map's script answer the same question alike."""
    city = city_at(story_of(CASES["stories"][case["story"]]), at_minute(case["minute"]))

    assert {key: answer(city)[key] for key in case["answer"]} == case["answer"]


def test_every_small_story_is_asked_about():
    assert {case["story"] for case in CASES["cases"]} == CASES["stories"].keys()


def test_a_holding_says_since_when_and_by_which_event():
    story = [
        make_event("first", "25 10:00", [{"hold": "bank", "holder": "mrc"}]),
        make_event("again", "25 11:00", [{"hold": "bank", "holder": "mrc", "at": at("25 11:30")}]),
    ]

    holding = city_at(story, at("25 12:00")).holdings["bank"]

    assert (holding.since, holding.event) == (at("25 11:30"), "again")


def test_between_two_minutes_a_unit_is_between_two_places():
    """The slider knows minutes; playing knows the seconds between."""
    move = {"move": "a", "route": "r", "from": at("25 10:00"), "to": at("25 10:01")}
    story = [make_event(changes=[move | {"timing": "given"}])]

    unit = city_at(story, at("25 10:00") + timedelta(seconds=30)).units["a"]

    assert unit == OnRoute("r", False, 0.5)
    assert unit.moving


# -- laws

LENGTH = 60
"""Made-up stories happen in the first hour of the clock: few minutes, many coincidences."""

minutes = st.integers(0, LENGTH)
PLACES = ("bank", "gate", "market")
UNITS = ("ferry", "column")
HOLDERS = ("government", "mrc", "neutral", "contested")


@st.composite
def changes(draw):
    verb = draw(
        st.sampled_from(("hold", "hold", "span", "appear", "move", "leave", "ring", "power"))
    )
    unit = draw(st.sampled_from(UNITS))
    if verb == "move":
        start = draw(st.integers(0, LENGTH - 1))
        return {
            "move": unit,
            "route": draw(st.sampled_from(("north", "south"))),
            "from": at_minute(start),
            "to": at_minute(start + draw(st.integers(1, 20))),
            "timing": "given",
            "reverse": draw(st.booleans()),
        }
    said = {
        "hold": {
            "hold": draw(st.sampled_from(PLACES)),
            "holder": draw(st.sampled_from(HOLDERS)),
            "claim": draw(st.sampled_from((None, "government", "mrc"))),
        },
        "span": {"span": "bridge", "is": draw(st.sampled_from(("raised", "lowered")))},
        "appear": {"appear": unit, "place": draw(st.sampled_from(PLACES))},
        "leave": {"leave": unit},
        "ring": {"ring": draw(st.sampled_from(("none", "outer-line", "closed")))},
        "power": {
            "power": draw(st.sampled_from(("government", "mrc", "congress"))),
            "rival": draw(st.sampled_from((None, "government"))),
        },
    }[verb]
    when = draw(st.none() | minutes)
    return said if when is None else said | {"at": at_minute(when)}


@st.composite
def stories(draw):
    """Up to six events, often at one minute, with anything in them; their ids are shuffled."""
    names = draw(st.permutations(("a", "b", "c", "d", "e", "f")))
    story = []
    for name in names[: draw(st.integers(0, 6))]:
        shown = draw(minutes)
        lasts = draw(st.none() | st.integers(1, 30))
        story.append(
            make_event(
                name,
                at_minute(shown),
                draw(st.lists(changes(), max_size=4)),
                when={} if lasts is None else {"until": at_minute(shown + lasts)},
                importance=draw(st.sampled_from((1, 2, 3))),
            )
        )
    return story


law = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""No law looks at the time it takes: the machine may be busy."""
law_at_every_minute = settings(law, max_examples=60)

EVERY_MINUTE = range(-2, LENGTH + 32)


@law
@given(stories(), st.integers(-2, LENGTH + 30), st.randoms(use_true_random=False))
def test_the_order_of_the_events_does_not_matter(story, minute, random):
    shuffled = random.sample(story, len(story))

    assert city_at(shuffled, at_minute(minute)) == city_at(story, at_minute(minute))


@law_at_every_minute
@given(stories())
def test_nothing_changes_but_at_a_minute_where_a_change_takes_effect(story):
    """The bodies of things change with changes alone; what is told changes with the events."""
    effects = {event.takes_effect(change) for event in story for change in event.changes}
    told = {event.shown for event in story} | {event.when.until for event in story}
    before = city_at(story, at_minute(EVERY_MINUTE[0] - 1))
    for minute in EVERY_MINUTE:
        city = city_at(story, at_minute(minute))
        if city.t not in effects:
            assert city.holdings == before.holdings
            assert city.spans == before.spans
            assert (city.ring, city.power, city.rival) == (before.ring, before.power, before.rival)
            assert city.units.keys() == before.units.keys()
            for unit, where in city.units.items():
                was = before.units[unit]
                if isinstance(where, OnRoute):
                    assert (where.route, where.reverse) == (was.route, was.reverse)
                else:
                    assert where == was
        if city.t not in told:
            assert (city.under_way, city.last, city.next) == (
                before.under_way, before.last, before.next,
            )  # fmt: skip
        before = city


@law
@given(stories(), st.integers(-2, LENGTH + 30))
def test_a_place_has_one_holder_that_of_the_latest_word_on_it(story, minute):
    """Told another way: of all that was said of a place, sort and take the last."""
    t = at_minute(minute)
    words = {}
    for event in story:
        for number, change in enumerate(event.changes):
            if isinstance(change, Hold) and event.takes_effect(change) <= t:
                order = (
                    event.takes_effect(change), event.shown, event.importance, event.id, number,
                )  # fmt: skip
                words.setdefault(change.hold, []).append((order, change, event))

    holdings = city_at(story, t).holdings

    assert holdings.keys() == words.keys()
    for place, said in words.items():
        (since, *_), change, event = max(said, key=lambda word: word[0])
        held = holdings[place]
        assert (held.holder, held.claim) == (change.holder, change.claim)
        assert (held.since, held.event) == (since, event.id)


@law_at_every_minute
@given(stories())
def test_a_unit_on_its_way_never_goes_back(story):
    """From one minute to the next the fraction grows, unless another change came between."""
    effects = {event.takes_effect(change) for event in story for change in event.changes}
    before = {}
    for minute in EVERY_MINUTE:
        city = city_at(story, at_minute(minute))
        for unit, where in city.units.items():
            if isinstance(where, OnRoute):
                assert 0 <= where.fraction <= 1
                assert where.moving == (where.fraction < 1)
                was = before.get(unit)
                if isinstance(was, OnRoute) and city.t not in effects:
                    assert where.fraction > was.fraction or where.fraction == was.fraction == 1
        before = city.units


@law
@given(st.integers(0, 50), st.integers(1, 50), st.integers(0, 120), st.booleans())
def test_the_share_of_the_way_is_the_share_of_the_time(start, length, minute, reverse):
    move = {
        "move": "ferry",
        "route": "north",
        "from": at_minute(start),
        "to": at_minute(start + length),
        "timing": "given",
        "reverse": reverse,
    }

    where = city_at([make_event(changes=[move])], at_minute(minute)).units.get("ferry")

    if minute < start:
        assert where is None
    else:
        done = pytest.approx(min(1, (minute - start) / length))
        assert (where.route, where.reverse, where.fraction) == ("north", reverse, done)
        assert where.moving == (minute < start + length)


@law
@given(stories(), st.integers(-2, LENGTH + 30))
def test_the_last_event_is_not_after_now_and_the_next_is(story, minute):
    city = city_at(story, at_minute(minute))
    ordered = in_order(story)
    told = [event for event in ordered if event.shown <= city.t]

    assert [event for event in (city.last,) if event] == told[-1:]
    assert [event for event in (city.next,) if event] == ordered[len(told) :][:1]
    if city.last:
        assert city.last.shown <= city.t
    if city.next:
        assert city.next.shown > city.t


@law
@given(stories(), st.integers(-2, LENGTH + 30))
def test_an_event_is_under_way_from_its_minute_until_its_end_which_does_not_belong_to_it(
    story, minute
):
    t = at_minute(minute)

    under_way = city_at(story, t).under_way

    expected = [e for e in story if e.when.until is not None and e.shown <= t < e.when.until]
    assert sorted(event.id for event in under_way) == sorted(event.id for event in expected)
    assert [event.shown for event in under_way] == sorted(event.shown for event in under_way)


@law
@given(stories(), st.lists(st.integers(-2, LENGTH + 30), min_size=1, max_size=5))
def test_asking_changes_nothing(story, asked):
    """No answer depends on what was asked before, and what is done to one reaches no other."""
    copies = list(story)
    first = [city_at(story, at_minute(minute)) for minute in asked]
    for city in first:
        city.holdings["spoilt"] = "by a test"
        city.units.clear()

    again = [city_at(iter(story), at_minute(minute)) for minute in reversed(asked)][::-1]

    assert story == copies
    fresh = [city_at(copies, at_minute(minute)) for minute in asked]
    assert again == fresh
    assert not any("spoilt" in city.holdings for city in again)


@law
@given(stories())
def test_events_are_told_in_their_order_the_weightiest_of_a_minute_last(story):
    ordered = in_order(story)

    assert sorted(event.id for event in ordered) == sorted(event.id for event in story)
    for earlier, later in pairwise(ordered):
        assert (earlier.shown, earlier.importance, earlier.id) < (
            later.shown, later.importance, later.id,
        )  # fmt: skip


def test_made_up_stories_hold_what_the_laws_are_about():
    """A law over stories in which nothing happens would hold of anything."""
    seen = set()

    @settings(law, max_examples=200, derandomize=True, database=None)
    @given(stories(), minutes)
    def look(story, minute):
        city = city_at(story, at_minute(minute))
        times = [event.takes_effect(change) for event in story for change in event.changes]
        moves = [c for event in story for c in event.changes if isinstance(c, Move)]
        seen.update(
            name
            for name, found in {
                "two changes at one minute": len(set(times)) < len(times),
                "two events at one minute": len({e.shown for e in story}) < len(story),
                "a unit on its way": any(
                    isinstance(u, OnRoute) and u.moving for u in city.units.values()
                ),
                "a way back": any(move.reverse for move in moves),
                "a claim": any(held.claim for held in city.holdings.values()),
                "something under way": bool(city.under_way),
                "no event at all": not story,
            }.items()
            if found
        )

    look()

    assert len(seen) == 7, seen
