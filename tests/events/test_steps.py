"""The step lists that the browser looks up say what `city_at` says."""

import json
from dataclasses import asdict

import pytest
from hypothesis import given

from events.clock import LAST_MINUTE, at_minute
from events.state import city_at
from events.steps import compile_steps
from tests.conftest import at, make_event
from tests.events.test_state import (
    CASES,
    EVERY_MINUTE,
    answer,
    law,
    law_at_every_minute,
    stories,
    story_of,
)


def step_at(steps, minute):
    """The last step not after `minute`, or none: all that the script does with a list."""
    return next((step for step in reversed(steps) if step[0] <= minute), None)


def value_at(steps, minute):
    step = step_at(steps, minute)
    return None if step is None else step[1]


def unit_at(steps, minute):
    step = step_at(steps, minute)
    if step is None or not isinstance(step[1], list):
        return None if step is None else step[1]
    start, (until, route, reverse) = step
    done = min(1.0, (minute - start) / (until - start))
    return {"route": route, "reverse": reverse, "fraction": done}


def read(compiled, minute):
    """What the lists say of a minute, in the form of `city-at.json`."""

    def known(table, ask):
        found = {name: ask(steps, minute) for name, steps in table.items()}
        return {name: value for name, value in found.items() if value is not None}

    return {
        "holders": known(compiled.holders, value_at),
        "spans": known(compiled.spans, value_at),
        "units": known(compiled.units, unit_at),
        "ring": value_at(compiled.ring, minute) or "none",
        "power": value_at(compiled.power, minute) or ["government", None],
    }


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["why"])
def test_the_step_lists_agree_with_the_shared_cases(case):
    compiled = compile_steps(story_of(CASES["stories"][case["story"]]))

    told = read(compiled, case["minute"])

    asked = case["answer"].keys() & told.keys()
    assert {key: told[key] for key in asked} == {key: case["answer"][key] for key in asked}


@law_at_every_minute
@given(stories())
def test_the_step_lists_say_of_every_minute_what_python_says(story):
    compiled = compile_steps(story)

    for minute in EVERY_MINUTE:
        city = answer(city_at(story, at_minute(minute)))
        told = read(compiled, minute)
        units = {
            unit: where if isinstance(where, str) else where | {"fraction": pytest.approx(where["fraction"])}
            for unit, where in told.pop("units").items()
        }  # fmt: skip
        assert city["units"] == units
        assert told == {key: city[key] for key in told}


def every_list(compiled):
    yield from compiled.holders.values()
    yield from compiled.spans.values()
    yield from compiled.units.values()
    yield compiled.ring
    yield compiled.power


@law
@given(stories())
def test_no_list_has_two_steps_at_one_minute_and_none_goes_back(story):
    for steps in every_list(compile_steps(story)):
        minutes = [minute for minute, _ in steps]
        assert minutes == sorted(set(minutes))


@law
@given(stories())
def test_the_step_lists_do_not_depend_on_the_order_of_the_events(story):
    assert compile_steps(reversed(story)) == compile_steps(story)


@law
@given(stories())
def test_the_step_lists_cross_to_the_browser_unchanged(story):
    plain = asdict(compile_steps(story))

    assert json.loads(json.dumps(plain)) == plain


def test_a_step_list_counts_minutes_from_the_start_of_the_story():
    story = [make_event("last-word", "27 06:00", [{"hold": "smolny", "holder": "mrc"}])]

    assert compile_steps(story).holders == {
        "smolny": [[LAST_MINUTE, ["mrc", None, "last-word"]]],
    }


def test_a_leg_says_until_when_by_which_route_and_which_way():
    move = {"move": "a", "route": "r", "from": at("21 01:00"), "to": at("21 02:30")}
    story = [make_event(changes=[move | {"timing": "given", "reverse": True}])]

    assert compile_steps(story).units == {"a": [[60, [150, "r", True]]]}


def test_no_story_no_steps():
    assert not any(every_list(compile_steps([])))


def test_the_shipped_step_lists_say_what_python_says_at_every_hour(story):
    compiled = compile_steps(story.events)

    for minute in range(0, LAST_MINUTE + 1, 60):
        city = answer(story.at(at_minute(minute)))
        told = read(compiled, minute)
        for unit, where in told.pop("units").items():
            expected = city["units"].pop(unit)
            if isinstance(expected, dict):
                assert where["fraction"] == pytest.approx(expected.pop("fraction"))
                where.pop("fraction")
            assert where == expected
        assert not city["units"]
        assert told == {key: city[key] for key in told}
