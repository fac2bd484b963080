"""The same state for the browser: compiled once to step lists, so that a script only looks up.

A step list is `[[minute, value], ...]`, earliest first: its value at `m` is that of the last
entry whose minute is not after `m`, and there is none before the first. Minutes count from the
start of the story (`events.clock`). `tests/cases` holds this and `city_at` to the same answers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from events.clock import minute_of
from events.model import Appear, Event, Hold, Leave, Move, PowerChange, Ring, SpanChange
from events.state import changes_in_order

Steps = list[list[Any]]


@dataclass(frozen=True, slots=True)
class Compiled:
    """The whole story as step lists; the field names are those of the script."""

    holders: dict[str, Steps] = field(default_factory=dict)
    """By place or bridge id: `[minute, [holder, claim or null, event id]]`."""
    spans: dict[str, Steps] = field(default_factory=dict)
    """By bridge id: `[minute, "raised" or "lowered"]`."""
    units: dict[str, Steps] = field(default_factory=dict)
    """By unit id: `[minute, place id]`, `[minute, [until minute, route id, reverse]]` for a
    leg, or `[minute, null]` once it has left."""
    ring: Steps = field(default_factory=list)
    power: Steps = field(default_factory=list)
    """`[minute, [claimant, rival or null]]`."""


def compile_steps(events: Iterable[Event]) -> Compiled:
    """Return the step lists of `events`, in which later changes at one minute win."""
    story = Compiled()
    for at, event, change in changes_in_order(events):
        minute = minute_of(at)
        match change:
            case Hold():
                steps = story.holders.setdefault(change.hold, [])
                _set(steps, minute, [change.holder, change.claim, event.id])
            case SpanChange():
                _set(story.spans.setdefault(change.span, []), minute, change.position)
            case Appear():
                _set(story.units.setdefault(change.appear, []), minute, change.place)
            case Move():
                leg = [minute_of(change.end), change.route, change.reverse]
                _set(story.units.setdefault(change.move, []), minute, leg)
            case Leave():
                _set(story.units.setdefault(change.leave, []), minute, None)
            case Ring():
                _set(story.ring, minute, change.ring)
            case PowerChange():
                _set(story.power, minute, [change.power, change.rival])
    return story


def _set(steps: Steps, minute: int, value: Any) -> None:
    if steps and steps[-1][0] == minute:
        steps[-1][1] = value
    else:
        steps.append([minute, value])
