"""The story as a whole: events joined to places, read once, checked, and never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from events.check import contradictions
from events.load import Chronicle, read_chronicle
from events.model import Actor, Event, Text
from events.state import City, OnRoute, Standing, city_at, in_order
from geo.basemap import Ground, read_ground
from geo.lines import RingLine, Route, read_rings, read_routes
from geo.measure import Position
from geo.places import Place, read_places

ROOT = Path(__file__).parent.parent
"""The checkout: the folder that holds `events` and `geo`."""
OPENING = "opening-state"
"""The event whose changes are the state of the city at the first minute."""


class DataError(ValueError):
    """Data that contradicts itself or cannot be read."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Story:
    """Events and the places they happened at."""

    chronicle: Chronicle
    places: Mapping[str, Place]
    routes: Mapping[str, Route]
    rings: Mapping[str, RingLine]
    ground: Ground

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """The events on the clock, in the order in which they are told."""
        return tuple(in_order(self.chronicle.events))

    @cached_property
    def by_id(self) -> Mapping[str, Event]:
        """Every event, those of the prologue too."""
        return {event.id: event for event in self.chronicle.prologue + self.events}

    @property
    def actors(self) -> Mapping[str, Actor]:
        """By id."""
        return self.chronicle.actors

    def at(self, t: datetime) -> City:
        """The state of the city at `t`."""
        return city_at(self.chronicle.events, t)

    def text(self, event: Event, language: str = "en") -> Text:
        """Title and text, in English where the language has none."""
        texts = self.chronicle.texts
        return texts.get(language, {}).get(event.id) or texts["en"][event.id]

    def position(self, unit: Standing | OnRoute) -> Position:
        """Where a unit is, (longitude, latitude) in degrees."""
        if isinstance(unit, Standing):
            return self.places[unit.place].lon_lat
        return self.routes[unit.route].at(unit.fraction, reverse=unit.reverse)

    def place_of(self, unit: Standing | OnRoute) -> str:
        """The place where a unit stands, or where its way leads."""
        if isinstance(unit, Standing):
            return unit.place
        route = self.routes[unit.route]
        return route.start if unit.reverse else route.end

    def events_at(self, place: str) -> tuple[Event, ...]:
        """What happened at a place, in order."""
        return tuple(event for event in self.events if place in event.places)


def examine(root: Path = ROOT) -> tuple[Story, list[str]]:
    """Read everything below `root`, with one sentence for each fault found."""
    faults: list[str] = []
    if not root.is_dir():
        faults.append(f"{root}: is no folder; name one that holds events/ and geo/")
    data = root / "geo" / "data"
    places = read_places(data / "places.geojson", faults)
    routes = read_routes(data / "routes.geojson", places, faults)
    rings = read_rings(data / "rings.geojson", faults)
    ground = read_ground(data / "basemap", faults)
    chronicle = read_chronicle(root / "events", faults)
    faults += contradictions(
        chronicle,
        places=places,
        bridges={place.id for place in places.values() if place.is_bridge},
        routes={route.id: (route.start, route.end) for route in routes.values()},
        rings=rings,
    )
    return Story(chronicle, places, routes, rings, ground), list(dict.fromkeys(faults))


def read_story(root: Path = ROOT) -> Story:
    """Read the story below `root`; raise `DataError` with every fault if there is one."""
    story, faults = examine(root)
    if faults:
        raise DataError(faults)
    return story
