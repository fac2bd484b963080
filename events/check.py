"""What one record cannot know of itself: whether the records together make sense.

`contradictions` is asked once, when data is read; afterwards `events.state` may trust it.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from itertools import pairwise

from events.clock import STORY_END, STORY_START
from events.load import Chronicle, suggestion
from events.model import (
    Appear,
    Change,
    Event,
    Hold,
    Leave,
    Move,
    PowerChange,
    Ring,
    SpanChange,
)

WORDS_IN_TEXT = (30, 90)
"""Shortest and longest text of an event, in words."""


def contradictions(
    chronicle: Chronicle,
    *,
    places: Collection[str],
    bridges: Collection[str],
    routes: Mapping[str, tuple[str, str]],
    rings: Collection[str],
) -> Iterator[str]:
    """Yield one sentence for each fault: which file, which record, what was found, what would do.

    `routes` gives the ids of the places where each route starts and ends.
    """
    everything = chronicle.prologue + chronicle.events
    yield from _ids(everything)
    for event in everything:
        where = _record(event, chronicle)
        yield from (f"{where}: {fault}" for fault in _references(event, chronicle, places))
        yield from (f"{where}: {fault}" for fault in _words(event, chronicle))
        yield from (f"{where}: {fault}" for fault in _honesty(event))
    for event in chronicle.prologue:
        where = _record(event, chronicle)
        if event.shown >= STORY_START:
            yield f"{where}: shown {event.shown:%d %b %H:%M} is on the clock; move it to its day"
        if event.changes:
            yield f"{where}: has changes; write them in the opening of 1917-10-21.toml"
    for event in chronicle.events:
        where = _record(event, chronicle)
        for change in event.changes:
            for fault in _change(change, chronicle, places, bridges, routes, rings):
                yield f"{where}, change {change.verb}: {fault}"
        for t in _times(event):
            if not STORY_START <= t <= STORY_END:
                yield (
                    f"{where}: {t:%Y-%m-%d %H:%M} is outside the story, which runs from "
                    f"{STORY_START:%Y-%m-%d %H:%M} to {STORY_END:%Y-%m-%d %H:%M}"
                )
    yield from _rivals(chronicle)
    yield from _journeys(chronicle, routes)
    known = {event.id for event in everything}
    for language, texts in chronicle.texts.items():
        for event_id in texts.keys() - known:
            yield (
                f"text/{language}, {event_id}: no event has this id{suggestion(event_id, known)}"
            )


def _record(event: Event, chronicle: Chronicle) -> str:
    early = any(event is other for other in chronicle.prologue)
    file = "prologue.toml" if early else f"{event.shown:%Y-%m-%d}.toml"
    return f"{file}, event {event.id}"


def _ids(events: tuple[Event, ...]) -> Iterator[str]:
    seen: dict[str, Event] = {}
    for event in events:
        if event.id in seen:
            yield (
                f"{event.shown:%Y-%m-%d}.toml, event {event.id}: this id stands twice, shown at "
                f"{seen[event.id].shown:%d %b %H:%M} and {event.shown:%d %b %H:%M}; rename one"
            )
        seen[event.id] = event


def _references(event: Event, chronicle: Chronicle, places: Collection[str]) -> Iterator[str]:
    named = [*event.places, *(a.place for a in event.accounts if a.place is not None)]
    for place in named:
        yield from _unknown("place", place, places, "places.geojson")
    for actor in event.actors:
        yield from _unknown("actor", actor, chronicle.actors, "actors.toml")
    for account in event.accounts:
        yield from _unknown("source", account.source, chronicle.sources, "sources.json")


def _unknown(what: str, found: str, known: Collection[str], file: str) -> Iterator[str]:
    if found not in known:
        yield f"{what} '{found}' is not in {file}{suggestion(found, known)}"


def _words(event: Event, chronicle: Chronicle) -> Iterator[str]:
    if not event.accounts:
        yield "has no source; add an [[event.accounts]] that says who tells of it"
    text = chronicle.texts.get("en", {}).get(event.id)
    if text is None:
        yield "has no text; add its title and text to text/en"
        return
    shortest, longest = WORDS_IN_TEXT
    count = len(text.text.split())
    if not shortest <= count <= longest:
        yield f"its English text has {count} words; {shortest} to {longest} would do"


def _honesty(event: Event) -> Iterator[str]:
    when = event.when
    soft = when.precision in ("day", "part-of-day") or event.certainty in (
        "disputed",
        "unverified",
    )
    rival = any(a.time not in (None, when.shown) or a.place for a in event.accounts)
    if (soft or rival) and not when.reason:
        yield (
            f"shown {when.shown:%d %b %H:%M} has no reason, though the sources leave it open; "
            "say in when.reason why this minute is drawn"
        )


def _change(
    change: Change,
    chronicle: Chronicle,
    places: Collection[str],
    bridges: Collection[str],
    routes: Mapping[str, tuple[str, str]],
    rings: Collection[str],
) -> Iterator[str]:
    match change:
        case Hold():
            yield from _unknown("place", change.hold, places, "places.geojson")
            if change.claim == change.holder:
                yield f"'{change.claim}' claims what it holds; leave the claim out"
        case SpanChange():
            if change.span in places and change.span not in bridges:
                yield f"'{change.span}' is no bridge, so it has no span"
            else:
                yield from _unknown("bridge", change.span, bridges, "places.geojson")
        case Appear():
            yield from _unknown("unit", change.appear, chronicle.actors, "actors.toml")
            yield from _unknown("place", change.place, places, "places.geojson")
        case Move():
            yield from _unknown("unit", change.move, chronicle.actors, "actors.toml")
            yield from _unknown("route", change.route, routes, "routes.geojson")
        case Leave():
            yield from _unknown("unit", change.leave, chronicle.actors, "actors.toml")
        case Ring():
            if change.ring != "none":
                yield from _unknown("ring", change.ring, rings, "rings.geojson")
        case PowerChange():
            if change.rival == change.power:
                yield f"'{change.rival}' is its own rival; leave the rival out"


def _times(event: Event) -> Iterator[datetime]:
    yield event.shown
    if event.when.until is not None:
        yield event.when.until
    for change in event.changes:
        yield event.takes_effect(change)
        if isinstance(change, Move):
            yield change.end


def _rivals(chronicle: Chronicle) -> Iterator[str]:
    """Two states of one thing at one minute: the map could not choose."""
    said: dict[tuple[str, str, datetime], tuple[tuple[str, str | None], Event]] = {}
    for event in chronicle.events:
        for change in event.changes:
            value: tuple[str, str | None]
            match change:
                case Hold():
                    thing, value = change.hold, (change.holder, change.claim)
                    verb = "is held by"
                case SpanChange():
                    thing, value, verb = change.span, (change.position, None), "is"
                case Ring():
                    thing, value, verb = "the ring", (change.ring, None), "is"
                case PowerChange():
                    thing, value = "power", (change.power, change.rival)
                    verb = "is claimed by"
                case _:
                    continue
            t = event.takes_effect(change)
            before = said.setdefault((change.verb, thing, t), (value, event))
            if before[0] != value:
                yield (
                    f"{_record(event, chronicle)}: at {t:%d %b %H:%M} {thing} {verb} "
                    f"'{value[0]}', but event {before[1].id} says '{before[0][0]}' at the same "
                    "minute; give one of them another minute (at)"
                )


def _journeys(chronicle: Chronicle, routes: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    """Follow each unit from place to place."""
    steps: dict[str, list[tuple[datetime, int, Event, Appear | Move | Leave]]] = {}
    for number, event in enumerate(chronicle.events):
        for change in event.changes:
            if isinstance(change, Appear | Move | Leave):
                unit = getattr(change, change.verb)
                steps.setdefault(unit, []).append(
                    (event.takes_effect(change), number, event, change)
                )
    for unit, unsorted in steps.items():
        journey = sorted(unsorted, key=lambda step: step[:2])
        for (_, _, _, before), (t, _, event, change) in pairwise(journey):
            if isinstance(before, Move) and t < before.end:
                yield (
                    f"{_record(event, chronicle)}: unit '{unit}' is still on route "
                    f"'{before.route}' at {t:%d %b %H:%M}, until {before.end:%d %b %H:%M}; "
                    f"let {change.verb} wait"
                )
        at: str | None = None
        for t, _, event, change in journey:
            where = f"{_record(event, chronicle)}, change {change.verb}"
            match change:
                case Appear():
                    if at is not None:
                        yield f"{where}: unit '{unit}' is on the map already, at '{at}'"
                    at = change.place
                case Leave():
                    if at is None:
                        yield f"{where}: unit '{unit}' is not on the map at {t:%d %b %H:%M}"
                    at = None
                case Move():
                    start, end = routes.get(change.route, (at, at))
                    if change.reverse:
                        start, end = end, start
                    if at is None:
                        yield (
                            f"{where}: unit '{unit}' is not on the map at {t:%d %b %H:%M}; "
                            f"let it appear at '{start}' first"
                        )
                    elif start != at:
                        yield (
                            f"{where}: unit '{unit}' is at '{at}' at {t:%d %b %H:%M}, but route "
                            f"'{change.route}' starts at '{start}'"
                        )
                    at = end
