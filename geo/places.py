"""The gazetteer: every place that the story names."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from geo.geojson import Feature, read_features, shown
from geo.measure import Position

KINDS = (
    "bridge", "palace", "headquarters", "public-office", "communications", "bank", "station",
    "fortress", "arsenal", "barracks", "cadet-school", "press", "prison", "works", "hall",
    "theatre", "hotel", "flat", "church", "square", "street", "quarter", "mooring", "town",
    "city",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A place of 1917, with what is known of where it stood."""

    id: str
    """Kebab-case, unique: `winter-palace`."""
    kind: str
    """One of `KINDS`."""
    geometry: BaseGeometry
    """WGS 84 degrees, (longitude, latitude): a line from abutment to abutment for a bridge,
    a point for the rest."""
    names: Mapping[str, str]
    """Name of 1917 by language."""
    today: Mapping[str, str]
    """Name of today by language."""
    located_by: str
    """How the point was found."""
    error_m: int
    """How far off it may be, metres."""
    rank: int
    """1: labelled from afar; 3: only from near."""
    opens: bool = False
    """Whether a bridge has a span that opens."""
    address: str = ""
    wikidata: str = ""
    located_in_words: Mapping[str, str] = field(default_factory=dict)
    """How the point was found, by language other than English."""

    @property
    def is_bridge(self) -> bool:
        """Bridges are held and also raised or lowered."""
        return self.kind == "bridge"

    @property
    def lon_lat(self) -> Position:
        """A point on the place, (longitude, latitude) in degrees; the middle of a bridge."""
        point = (
            self.geometry.interpolate(0.5, normalized=True)
            if isinstance(self.geometry, LineString)
            else self.geometry.representative_point()
        )
        return point.x, point.y

    def name(self, language: str) -> str:
        """The name of 1917, in English where the language has none."""
        return self.names.get(language, self.names["en"])

    def name_today(self, language: str) -> str:
        """The name of today, in English where the language has none."""
        return self.today.get(language, self.today["en"])

    def how_located(self, language: str) -> str:
        """How the point was found, in English where the language has no words for it."""
        return self.located_in_words.get(language, self.located_by)


def read_places(path: Path, faults: list[str]) -> dict[str, Place]:
    """Read the gazetteer, by id in the file's order; faults are added to `faults`."""
    places = {}
    for feature in read_features(path, faults):
        wrong = list(_wrong(feature))
        faults += [f"{path.name}, place {feature.id}: {sentence}" for sentence in wrong]
        if not wrong:
            places[feature.id] = _place(feature)
    return places


def _place(feature: Feature) -> Place:
    said = feature.properties
    return Place(
        id=feature.id,
        kind=said["kind"],
        geometry=feature.geometry,
        names=_by_language(said, "name_"),
        today=_by_language(said, "today_"),
        located_by=said["located_by"],
        located_in_words=_by_language(said, "located_by_"),
        error_m=said["error_m"],
        rank=said["rank"],
        opens=said.get("opens", False),
        address=said.get("address", ""),
        wikidata=said.get("wikidata", ""),
    )


def _by_language(said: Mapping[str, str], key: str) -> dict[str, str]:
    form = re.compile(f"{key}([a-z]{{2}})")
    found = {name: form.fullmatch(name) for name in said}
    return {language[1]: said[name] for name, language in found.items() if language}


NEEDED = ("name_en", "name_ru", "today_en", "today_ru", "located_by")
"""What every place says in words."""
LEFT_OPEN = re.compile("(name|today|located_by)_[a-z]{2}|address|wikidata")
"""What a place may say in words."""


def _wrong(feature: Feature) -> Iterator[str]:
    said: dict[str, Any] = feature.properties
    for key in NEEDED:
        if not isinstance(said.get(key), str) or not said[key].strip():
            yield f"{key} should be some words, found {shown(said.get(key))}"
    for key in filter(LEFT_OPEN.fullmatch, said):
        if key not in NEEDED and not isinstance(said[key], str):
            yield f"{key} should be some words, found {shown(said[key])}; leave it out if unknown"
    error_m, rank, kind = said.get("error_m"), said.get("rank"), said.get("kind")
    if type(error_m) is not int or error_m <= 0:
        yield f"error_m should be whole metres above 0, found {shown(error_m)}"
    if type(rank) is not int or rank not in (1, 2, 3):
        yield f"rank should be 1, 2 or 3, found {shown(rank)}"
    if not isinstance(said.get("opens", False), bool):
        yield f"opens should be true or false, found {shown(said['opens'])}"
    if kind not in KINDS:
        yield f"kind {shown(kind)} is none of {', '.join(KINDS)}"
        return
    wanted = "LineString" if kind == "bridge" else "Point"
    if feature.geometry.geom_type != wanted:
        yield f"a {kind} should be a {wanted}, found a {feature.geometry.geom_type}"
