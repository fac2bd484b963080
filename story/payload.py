"""What the map in the browser is given: the whole story, once, as plain data."""

from collections.abc import Iterable
from typing import Any

from events.clock import LAST_MINUTE, minute_of
from events.model import Event
from events.steps import compile_steps
from geo.lines import RingLine, Route
from geo.measure import shares
from geo.places import Place
from story.telling import Story
from story.words import Words


def map_payload(
    story: Story,
    words: Words,
    told: Iterable[Event] | None = None,
    clock: tuple[int, int] = (0, LAST_MINUTE),
) -> dict[str, Any]:
    """Return the story for `story_map.js`, which documents no field of its own: these are they.

    Minutes count from the start of the story, positions are [longitude, latitude] in degrees,
    `shares` the part of a route's metres behind each of its positions. `told` are the events that
    are told, all if `None`, in order; `clock` the first and the last minute. What is so at a
    minute follows from every event all the same.
    """
    steps = compile_steps(story.events)
    language = story.language
    actors = story.actors
    return {
        "firstMinute": clock[0],
        "lastMinute": clock[1],
        "places": {place.id: _place(place, language) for place in story.places.values()},
        "actors": {
            unit: {"name": actors[unit].name, "kind": actors[unit].kind, "side": actors[unit].side}
            for unit in steps.units
        },
        "routes": {
            route: _route(story.routes[route]) for route in sorted(_routes_used(steps.units))
        },
        "rings": {ring.id: _ring(ring) for ring in story.rings.values()},
        "holders": steps.holders,
        "spans": steps.spans,
        "units": steps.units,
        "ring": steps.ring,
        "power": steps.power,
        "events": [
            {
                "id": event.id,
                "minute": minute_of(event.shown),
                "until": None if event.when.until is None else minute_of(event.when.until),
                "title": story.text(event).title,
                "places": list(event.places),
                "importance": event.importance,
            }
            for event in (story.events if told is None else told)
        ],
        "words": {
            **{name: dict(words.section(name)) for name in ("map", "calendar")},
            "holder_short": {
                **words.section("holder_short"),
                "unknown": words("holder", "unknown"),
            },
        },
    }


def _place(place: Place, language: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": place.name(language),
        "today": place.name_today(language),
        "kind": place.kind,
        "at": _rounded(place.lon_lat),
        "error": place.error_m,
        "rank": place.rank,
    }
    if place.is_bridge:
        said["line"] = [_rounded(position) for position in place.geometry.coords]
    return said


def _route(route: Route) -> dict[str, Any]:
    return {
        "line": [_rounded(position) for position in route.line],
        "shares": [round(share, 6) for share in shares(route.line)],
        "basis": route.basis,
        "start": route.start,
        "end": route.end,
    }


def _ring(ring: RingLine) -> dict[str, Any]:
    return {
        "lines": [[_rounded(position) for position in line] for line in ring.lines],
        "closed": ring.closed,
    }


def _routes_used(units: dict[str, list[list[Any]]]) -> set[str]:
    return {step[1] for steps in units.values() for _, step in steps if isinstance(step, list)}


def _rounded(position: tuple[float, ...]) -> list[float]:
    return [round(position[0], 5), round(position[1], 5)]
