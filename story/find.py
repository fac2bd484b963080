"""Finding events by words, side, kind and place."""

import unicodedata
from collections.abc import Collection

from events.model import Event
from story.telling import Story


def find_events(
    story: Story,
    asked: str = "",
    *,
    sides: Collection[str] = (),
    kinds: Collection[str] = (),
    places: Collection[str] = (),
) -> tuple[Event, ...]:
    """The events that have every word asked for and pass every filter, in order.

    Case and accents do not matter. An empty filter lets everything pass; within one filter any
    of its values will do.
    """
    wanted = plain(asked).split()
    return tuple(
        event
        for event in story.events
        if (not kinds or event.kind in kinds)
        and (not places or set(event.places) & set(places))
        and (not sides or {story.actors[actor].side for actor in event.actors} & set(sides))
        and _has(story, event, wanted)
    )


def plain(text: str) -> str:
    """`text` without case and accents."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(char for char in apart if not unicodedata.combining(char))


def _has(story: Story, event: Event, wanted: list[str]) -> bool:
    if not wanted:
        return True
    text = story.text(event)
    places = (
        name
        for place in event.places
        for name in (*story.places[place].names.values(), *story.places[place].today.values())
    )
    said = (account.says for account in event.accounts)
    sources = (story.chronicle.sources[account.source].cite() for account in event.accounts)
    actors = (story.actors[actor].name for actor in event.actors)
    heap = plain(" ".join((text.title, text.text, *places, *actors, *said, *sources, event.id)))
    return all(word in heap for word in wanted)
