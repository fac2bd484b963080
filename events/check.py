"""What one record cannot know of itself: whether the records together make sense.

`contradictions` is asked once, when data is read; afterwards `events.state` may trust it.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from itertools import pairwise

from events.clock import STORY_END, STORY_START
from events.languages import mistranslations
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
from events.state import changes_in_order

WORDS_IN_TEXT = (30, 90)
"""Shortest and longest text of an event, in words."""


def contradictions(
    chronicle: Chronicle,
    *,
    places: Collection[str],
    bridges: Collection[str],
    routes: Mapping[str, tuple[str, str]],
    rings: Collection[str],
    known_routes: Collection[str] | None = None,
) -> Iterator[str]:
    """Yield one sentence for each fault: which file, which record, what was found, what would do.

    `routes` gives the ids of the places where each route starts and ends. Ids count as known
    that stand in their file though their record was refused, for routes those in `known_routes`.
    """
    everything = chronicle.prologue + chronicle.events
    # a record that was refused has had its sentence: what refers to it is not at fault
    named: Mapping[str, Collection[str]] = {
        "event": {event.id for event in everything},
        "actor": chronicle.actors,
        "source": chronicle.sources,
        "unit": (),
        **{f"text/{language}": texts for language, texts in chronicle.texts.items()},
        **chronicle.named,
    }
    yield from _ids(chronicle)
    for event in everything:
        where = _record(event, chronicle)
        yield from (f"{where}: {fault}" for fault in _references(event, named, places))
        yield from (f"{where}: {fault}" for fault in _words(event, chronicle, named))
        yield from (f"{where}: {fault}" for fault in _honesty(event))
    for event in chronicle.prologue:
        where = _record(event, chronicle)
        if event.shown >= STORY_START:
            yield f"{where}: shown {event.shown:%d %b %H:%M} is on the clock; move it to its day"
        if event.changes:
            yield f"{where}: has changes; write them in the opening of 1917-10-21.toml"
    ways = routes if known_routes is None else known_routes
    for event in chronicle.events:
        where = _record(event, chronicle)
        for change in event.changes:
            for fault in _change(change, named, places, bridges, ways, rings):
                yield f"{where}, change {change.verb}: {fault}"
        for t in _times(event):
            if not STORY_START <= t <= STORY_END:
                yield (
                    f"{where}: {t:%Y-%m-%d %H:%M} is outside the story, which runs from "
                    f"{STORY_START:%Y-%m-%d %H:%M} to {STORY_END:%Y-%m-%d %H:%M}"
                )
    yield from _rivals(chronicle)
    yield from _journeys(chronicle, routes, named["unit"])
    for language, texts in chronicle.texts.items():
        for event_id in texts:
            if event_id not in named["event"]:
                file = chronicle.text_files.get((language, event_id), f"text/{language}")
                near = suggestion(event_id, named["event"]) or "; add the event, or drop the text"
                yield f"{file}, {event_id}: no event has this id{near}"
    yield from mistranslations(chronicle)


def _record(event: Event, chronicle: Chronicle) -> str:
    by_date = f"{event.shown:%Y-%m-%d}.toml"
    file = chronicle.files.get((event.id, event.shown), by_date)
    return f"{file}, event {event.id}"


def _ids(chronicle: Chronicle) -> Iterator[str]:
    seen: dict[str, Event] = {}
    for event in chronicle.prologue + chronicle.events:
        if event.id in seen:
            yield (
                f"{_record(event, chronicle)}: this id stands twice, shown at "
                f"{seen[event.id].shown:%d %b %H:%M} and {event.shown:%d %b %H:%M}; rename one"
            )
        seen[event.id] = event


def _references(
    event: Event, named: Mapping[str, Collection[str]], places: Collection[str]
) -> Iterator[str]:
    for place in (*event.places, *(a.place for a in event.accounts if a.place is not None)):
        yield from _unknown("place", place, places, "places.geojson")
    for actor in event.actors:
        yield from _unknown("actor", actor, named["actor"], "actors.toml")
    for account in event.accounts:
        yield from _unknown("source", account.source, named["source"], "sources.json")


def _unknown(what: str, found: str, known: Collection[str], file: str) -> Iterator[str]:
    if found not in known:
        near = suggestion(found, known) or "; add it there, or name another"
        yield f"{what} '{found}' is not in {file}{near}"


def _words(
    event: Event, chronicle: Chronicle, named: Mapping[str, Collection[str]]
) -> Iterator[str]:
    if not event.accounts:
        yield "has no source; add an [[event.accounts]] that says who tells of it"
    text = chronicle.texts.get("en", {}).get(event.id)
    if text is None:
        if event.id not in named.get("text/en", ()):
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
    named: Mapping[str, Collection[str]],
    places: Collection[str],
    bridges: Collection[str],
    routes: Collection[str],
    rings: Collection[str],
) -> Iterator[str]:
    match change:
        case Hold():
            yield from _unknown("place", change.hold, places, "places.geojson")
            if change.claim == change.holder:
                yield f"'{change.claim}' claims what it holds; leave the claim out"
        case SpanChange():
            if change.span in places and change.span not in bridges:
                yield f"'{change.span}' is no bridge, so it has no span; leave the change out"
            else:
                yield from _unknown("bridge", change.span, bridges, "places.geojson")
        case Appear():
            yield from _unknown("unit", change.appear, named["actor"], "actors.toml")
            yield from _unknown("place", change.place, places, "places.geojson")
        case Move():
            yield from _unknown("unit", change.move, named["actor"], "actors.toml")
            yield from _unknown("route", change.route, routes, "routes.geojson")
        case Leave():
            yield from _unknown("unit", change.leave, named["actor"], "actors.toml")
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
    said: dict[tuple[str, str, datetime], tuple[str, Event]] = {}
    for event in chronicle.events:
        for change in event.changes:
            match change:
                case Hold():
                    thing, verb, value = change.hold, "is held by", f"'{change.holder}'"
                    value += f" with claim '{change.claim}'" if change.claim else ""
                case SpanChange():
                    thing, verb, value = change.span, "is", f"'{change.position}'"
                case Ring():
                    thing, verb, value = "the ring", "is", f"'{change.ring}'"
                case PowerChange():
                    thing, verb, value = "power", "is claimed by", f"'{change.power}'"
                    value += f" with rival '{change.rival}'" if change.rival else ""
                case _:
                    continue
            t = event.takes_effect(change)
            before = said.setdefault((change.verb, thing, t), (value, event))
            if before[0] != value:
                yield (
                    f"{_record(event, chronicle)}: at {t:%d %b %H:%M} {thing} {verb} "
                    f"{value}, but event {before[1].id} says {before[0]} at the same "
                    "minute; give one of them another minute (at)"
                )


def _journeys(
    chronicle: Chronicle, routes: Mapping[str, tuple[str, str]], doubtful: Collection[str]
) -> Iterator[str]:
    """Follow each unit from place to place; for `doubtful` ones a step may be missing."""
    steps: dict[str, list[tuple[datetime, Event, Appear | Move | Leave]]] = {}
    for t, event, change in changes_in_order(chronicle.events):
        if isinstance(change, Appear | Move | Leave):
            steps.setdefault(getattr(change, change.verb), []).append((t, event, change))
    for unit, journey in steps.items():
        for (_, _, before), (t, event, change) in pairwise(journey):
            if isinstance(before, Move) and t < before.end:
                yield (
                    f"{_record(event, chronicle)}: unit '{unit}' is still on route "
                    f"'{before.route}' at {t:%d %b %H:%M}, until {before.end:%d %b %H:%M}; "
                    f"let {change.verb} wait"
                )
        if unit in doubtful:
            continue
        at: str | None = None
        for t, event, change in journey:
            for fault in _step(change, unit, t, at, routes):
                yield f"{_record(event, chronicle)}, change {change.verb}: {fault}"
            match change:
                case Appear():
                    at = change.place
                case Leave():
                    at = None
                case Move():
                    at = _ends(change, routes)[1]


SOMEWHERE = ""
"""Where a unit is after a route that leads nobody knows where."""


def _ends(move: Move, routes: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    start, end = routes.get(move.route, (SOMEWHERE, SOMEWHERE))
    return (end, start) if move.reverse else (start, end)


def _step(
    change: Appear | Move | Leave,
    unit: str,
    t: datetime,
    at: str | None,
    routes: Mapping[str, tuple[str, str]],
) -> Iterator[str]:
    """What is wrong with a step of a unit that is at `at`, or off the map."""
    if isinstance(change, Appear):
        if at is not None:
            where = f", at '{at}'" if at else ""
            yield f"unit '{unit}' is on the map already{where}; let it leave first"
        return
    start = _ends(change, routes)[0] if isinstance(change, Move) else SOMEWHERE
    if at is None:
        where = f" at '{start}'" if start else ""
        yield f"unit '{unit}' is not on the map at {t:%d %b %H:%M}; let it appear{where} first"
    elif isinstance(change, Move) and start and at and start != at:
        yield (
            f"unit '{unit}' is at '{at}' at {t:%d %b %H:%M}, but route '{change.route}' starts "
            f"at '{start}'; take another route, or let it come there first"
        )
