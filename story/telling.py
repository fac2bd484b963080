"""The story as a whole: events joined to places, read once, checked, and never changed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from events.check import contradictions
from events.languages import said_in
from events.load import Chronicle, Named, read_chronicle
from events.model import Actor, Event, Hold, Text
from events.state import City, OnRoute, Standing, changes_in_order, city_at, in_order
from geo.basemap import Ground, read_ground
from geo.geojson import ids_in
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
    language: str = "en"
    """The language of its words."""

    def said_in(self, language: str) -> "Story":
        """The same story in the words of another language, English where it has none.

        Raises `ValueError` if it is no longer in English itself.
        """
        if language == self.language:
            return self
        if self.language != "en":
            raise ValueError(f"the story is told in {self.language} already; ask the English one")
        return replace(self, chronicle=said_in(self.chronicle, language), language=language)

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """The events on the clock, in the order in which they are told."""
        return tuple(in_order(self.chronicle.events))

    @cached_property
    def by_id(self) -> Mapping[str, Event]:
        """Every event, those of the prologue too."""
        return {event.id: event for event in self.chronicle.prologue + self.events}

    @cached_property
    def holds(self) -> Mapping[str, list[tuple[datetime, Event, Hold]]]:
        """The history of each place and bridge: every hold with its minute, earliest first."""
        history: dict[str, list[tuple[datetime, Event, Hold]]] = {}
        for t, event, change in changes_in_order(self.events):
            if isinstance(change, Hold):
                history.setdefault(change.hold, []).append((t, event, change))
        return history

    @property
    def actors(self) -> Mapping[str, Actor]:
        """By id."""
        return self.chronicle.actors

    def at(self, t: datetime) -> City:
        """The state of the city at `t`."""
        return city_at(self.chronicle.events, t)

    def text(self, event: Event) -> Text:
        """Title and text, in English where the language has none."""
        texts = self.chronicle.texts
        return texts.get(self.language, {}).get(event.id) or texts["en"][event.id]

    def name(self, place: str) -> str:
        """The name of a place in 1917, in English where the language has none."""
        return self.places[place].name(self.language)

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


NOTHING = Story(Chronicle(), {}, {}, {}, {})
"""A story without a record."""


def examine(root: Path = ROOT) -> tuple[Story, list[str]]:
    """Read everything below `root`, with one sentence for each fault found."""
    if not root.is_dir():
        return NOTHING, [f"{root}: is no folder; name one that holds events/ and geo/"]
    if not any((root / part).is_dir() for part in ("events", "geo")):
        return NOTHING, [f"{root}: holds neither events/ nor geo/; name a folder that holds both"]
    faults: list[str] = []
    data = root / "geo" / "data"
    places = read_places(data / "places.geojson", faults)
    known_places = _named(data / "places.geojson", places, faults)
    routes = read_routes(data / "routes.geojson", places, faults, known_places)
    known_routes = _named(data / "routes.geojson", routes, faults)
    rings = read_rings(data / "rings.geojson", faults)
    known_rings = _named(data / "rings.geojson", rings, faults)
    ground = read_ground(data / "basemap", faults, known_places)
    chronicle = read_chronicle(root / "events", faults)
    faults += contradictions(
        chronicle,
        places=known_places,
        bridges=Named(
            {i for i in known_places if i not in places or places[i].is_bridge}, known_places.whole
        ),
        routes={route.id: (route.start, route.end) for route in routes.values()},
        rings=known_rings,
        known_routes=known_routes,
    )
    if OPENING not in chronicle.named["event"]:
        faults.append(
            f"1917-10-21.toml: has no event {OPENING}; its changes say who holds what at the "
            "first minute"
        )
    return Story(chronicle, places, routes, rings, ground), list(dict.fromkeys(faults))


def _named(path: Path, accepted: Collection[str], faults: list[str]) -> Named:
    """The ids that a reference may name; a file in which nothing was refused is not read again."""
    ids = ids_in(path) if faults else set(accepted)
    return Named(ids or set(), whole=ids is not None)


def read_story(root: Path = ROOT) -> Story:
    """Read the story below `root`; raise `DataError` with every fault if there is one."""
    story, faults = examine(root)
    if faults:
        raise DataError(faults)
    return story
