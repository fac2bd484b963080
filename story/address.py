"""The address of a view: what a link to one minute says, and what is made of it.

    ?t=1917-10-25T21:40&event=aurora-blank-shot&place=winter-palace&calendar=ns&lang=en
        &view=30.31400,59.94000,14.50

An old or broken address falls to the nearest sensible view, with one quiet sentence.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from events.clock import STORY_END, STORY_START, nearest_in_story, read_t, write_t
from story.telling import OPENING, Story
from story.words import LANGUAGES, Words

CALENDARS = ("os", "ns")
KIOSK = {"mode": "kiosk"}
"""The query of a museum's screen; what else it says are settings of `story.kiosk`."""
ABOUT = ((26, 34), (57.9, 61.9), (5, 17))
"""What a view of the map may lie between: longitudes, latitudes, zooms; as in export.js."""


@dataclass(frozen=True, slots=True)
class View:
    """What is shown: a minute, and perhaps an event or a place that was chosen."""

    t: datetime = STORY_START
    event: str | None = None
    place: str | None = None
    calendar: str = "os"
    """Which calendar the clock shows first: Old Style ("os") or New ("ns")."""
    lang: str = "en"
    seen: tuple[float, float, float] | None = None
    """What the map looks at, (longitude, latitude, zoom); the whole city if `None`."""


def read_address(query: Mapping[str, str], story: Story, words: Words) -> tuple[View, str | None]:
    """Return the view an address asks for, and a sentence if it could not be had as asked."""
    trouble: list[str] = []
    event = story.by_id.get(query.get("event", ""))
    if event is None and query.get("event"):
        trouble.append(words("address", "event"))
    if event is not None and event not in story.events:
        event = None
        trouble.append(words("address", "prologue"))
    t = story.by_id[OPENING].shown if event is None else event.shown
    if query.get("t"):
        try:
            asked = read_t(query["t"])
        except ValueError:
            trouble.append(words("address", "time"))
        else:
            t = nearest_in_story(asked)
            if not STORY_START <= asked <= STORY_END:
                trouble.append(words("address", "outside"))
    place = query.get("place") or None
    if place is not None and place not in story.places:
        place = None
        trouble.append(words("address", "place"))
    calendar = query.get("calendar", "os")
    if calendar not in CALENDARS:
        calendar = "os"
        trouble.append(words("address", "calendar"))
    lang = query.get("lang", "en")
    if lang not in LANGUAGES:
        lang = "en"
        trouble.append(words("address", "lang"))
    seen = _seen(query["view"]) if query.get("view") else None
    if seen is None and query.get("view"):
        trouble.append(words("address", "view"))
    view = View(t, None if event is None else event.id, place, calendar, lang, seen)
    return view, trouble[0] if trouble else None


def write_address(view: View) -> dict[str, str]:
    """The query of a view: what differs from the default, and always the time."""
    query = {"t": write_t(view.t)}
    if view.event is not None:
        query["event"] = view.event
    if view.place is not None:
        query["place"] = view.place
    if view.calendar != "os":
        query["calendar"] = view.calendar
    if view.lang != "en":
        query["lang"] = view.lang
    if view.seen is not None:
        lon, lat, zoom = view.seen
        query["view"] = f"{lon:.5f},{lat:.5f},{zoom:.2f}"
    return query


def _seen(text: str) -> tuple[float, float, float] | None:
    """Read "30.314,59.94,14.5"; `None` for what is no view of the city and its surroundings."""
    if not re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]+)?(,-?[0-9]{1,3}(\.[0-9]+)?){2}", text):
        return None
    lon, lat, zoom = map(float, text.split(","))
    if not all(
        low <= part <= high for part, (low, high) in zip((lon, lat, zoom), ABOUT, strict=True)
    ):
        return None
    return lon, lat, zoom
