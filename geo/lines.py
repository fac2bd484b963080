"""Lines that the story draws: ways that units took, and the line round the Winter Palace."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from geo.geojson import read_features, shown
from geo.measure import Position, along, distance_m
from geo.places import Place


@dataclass(frozen=True, slots=True)
class Route:
    """A way from one place to another."""

    id: str
    start: str
    """Id of the place where it begins."""
    end: str
    """Id of the place where it ends."""
    line: tuple[Position, ...]
    """WGS 84 degrees, (longitude, latitude), from `start` to `end`."""
    basis: Literal["given", "inferred"]
    """Whether a source gives the way, or only its ends."""
    note: str
    """What the sources say of the way."""

    def at(self, fraction: float, *, reverse: bool = False) -> Position:
        """The position (longitude, latitude) at a share of its metres, 0 to 1, as travelled."""
        return along(self.line, 1 - fraction if reverse else fraction)


@dataclass(frozen=True, slots=True)
class RingLine:
    """One stage of the line round the Winter Palace."""

    id: str
    lines: tuple[tuple[Position, ...], ...]
    """WGS 84 degrees, (longitude, latitude)."""
    closed: bool
    """Whether nobody was meant to pass."""
    names: dict[str, str]
    """What the stage is called, by language."""


SLACK_M = 150
"""How far the ends of a route may lie from its places beyond their own error, metres."""


def read_routes(
    path: Path, places: Mapping[str, Place], faults: list[str], refused: Collection[str] = ()
) -> dict[str, Route]:
    """Read the routes by id; faults are added to `faults`.

    A route to a place in `refused` is left out without a fault of its own.
    """
    routes = {}
    for feature in read_features(path, faults):
        said = feature.properties
        label = f"{path.name}, route {feature.id}"
        wrong = []
        doubtful = False
        for key in ("from", "to"):
            end = said.get(key)
            if not isinstance(end, str):
                wrong.append(f"{label}: {key} should be the id of a place, found {shown(end)}")
            elif end not in places and end in refused:
                doubtful = True
            elif end not in places:
                near = get_close_matches(end, places, n=1)
                meant = f"; did you mean '{near[0]}'?" if near else ""
                wrong.append(f"{label}: {key} {shown(end)} is not in places.geojson{meant}")
        if said.get("basis") not in ("given", "inferred"):
            wrong.append(
                f"{label}: basis should be given or inferred, found {shown(said.get('basis'))}"
            )
        if not isinstance(said.get("note", ""), str):
            wrong.append(f"{label}: note should be some words, found {shown(said['note'])}")
        if feature.geometry.geom_type != "LineString":
            wrong.append(f"{label}: should be a LineString, found a {feature.geometry.geom_type}")
        elif feature.geometry.length == 0:
            wrong.append(f"{label}: has no length")
        if not wrong and not doubtful:
            line = tuple((x, y) for x, y, *_ in feature.geometry.coords)
            for end, at in (("from", line[0]), ("to", line[-1])):
                place = places[said[end]]
                off = distance_m(at, place.lon_lat)
                reach = SLACK_M + place.error_m + (300 if place.is_bridge else 0)
                if off > reach:
                    wrong.append(
                        f"{label}: its end at {at} lies {off:.0f} m from '{place.id}'; "
                        f"up to {reach} m would do"
                    )
        faults += wrong
        if not wrong and not doubtful:
            routes[feature.id] = Route(
                id=feature.id,
                start=said["from"],
                end=said["to"],
                line=line,
                basis=said["basis"],
                note=said.get("note", ""),
            )
    return routes


def read_rings(path: Path, faults: list[str]) -> dict[str, RingLine]:
    """Read the stages of the ring by id; faults are added to `faults`."""
    rings = {}
    for feature in read_features(path, faults):
        label = f"{path.name}, ring {feature.id}"
        closed = feature.properties.get("closed", False)
        wrong = []
        if feature.geometry.geom_type not in ("LineString", "MultiLineString"):
            wrong.append(f"{label}: should be a line, found a {feature.geometry.geom_type}")
        if not isinstance(closed, bool):
            wrong.append(f"{label}: closed should be true or false, found {shown(closed)}")
        if wrong:
            faults += wrong
            continue
        parts = getattr(feature.geometry, "geoms", [feature.geometry])
        rings[feature.id] = RingLine(
            id=feature.id,
            lines=tuple(tuple((x, y) for x, y, *_ in part.coords) for part in parts),
            closed=closed,
            names={
                key.removeprefix("name_"): str(value)
                for key, value in feature.properties.items()
                if key.startswith("name_")
            },
        )
    return rings
