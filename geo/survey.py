"""How the ground fits together, in metres: what touches, what overlaps, what stands in water.

Asked by the tests of the shipped ground and by `make map-report`. The page never asks.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from pyproj import Transformer
from shapely import STRtree, prepare, transform, union_all
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from geo.basemap import Ground
from geo.measure import Position
from geo.places import Place

METRES = 32636
"""EPSG code of the projection distances are measured in: UTM zone 36 north, true to 1 in 2000."""
TO_METRES = Transformer.from_crs(4326, METRES, always_xy=True)

AFLOAT = ("mooring",)
"""Kinds of places that belong in the water."""
DECK_M = 15
"""A street within so many metres of the line of a bridge is on that bridge."""
JOINED_M = 1
"""Lines that come so near to one another meet: five decimals of a degree are about a metre."""


def in_metres(geometry: BaseGeometry) -> BaseGeometry:
    """The same shape, from degrees of WGS 84 (longitude, latitude) to metres east and north."""
    return transform(geometry, TO_METRES.transform, interleaved=False)


def in_degrees(geometry: BaseGeometry) -> Position:
    """A position on a shape given in metres, (longitude, latitude) with five decimals."""
    point = geometry.representative_point()
    lon, lat = TO_METRES.transform(point.x, point.y, direction="INVERSE")
    return round(lon, 5), round(lat, 5)


@dataclass(frozen=True, slots=True)
class Misfit:
    """One thing that does not fit."""

    what: str
    """Id of the feature or place, or of two of them: `moika + kryukov-canal`."""
    size: float
    """How much: metres of length or distance, square metres of overlap."""
    at: Position
    """Where, (longitude, latitude) in degrees."""

    def __str__(self) -> str:
        return f"{self.what}: {self.size:.1f} at {self.at[0]:.5f}, {self.at[1]:.5f}"


class Survey:
    """A ground in metres. Every question gives its misfits, the largest first."""

    def __init__(self, ground: Ground) -> None:
        self.shapes: Mapping[str, Mapping[str, BaseGeometry]] = {
            layer: {feature.id: in_metres(feature.geometry) for feature in features}
            for layer, features in ground.items()
        }
        """The shapes by layer and id, metres."""
        self.said = {
            layer: {feature.id: feature.properties for feature in features}
            for layer, features in ground.items()
        }
        """What the file says of each."""
        self.river = union_all([*self.layer("water").values()]).difference(
            union_all([*self.layer("islands").values()])
        )
        """The water as an area, without the islands and without canals that are only lines."""
        self.bands = {
            canal: line.buffer(self.said["canals"][canal].get("width_m", 0) / 2, cap_style="flat")
            for canal, line in self.layer("canals").items()
            if not self.said["canals"][canal].get("in_water")
        }
        """The water of each canal that is drawn as a line, by its width."""
        self.wet = union_all([self.river, *self.bands.values()])
        """All water."""
        self.decks = union_all([line.buffer(DECK_M) for line in self.layer("bridges").values()])
        """What lies on a bridge."""
        for shape in (self.river, self.wet):
            prepare(shape)

    def layer(self, name: str) -> Mapping[str, BaseGeometry]:
        """The shapes of a layer by id; none where the ground has no such layer."""
        return self.shapes.get(name, {})

    def islands_ashore(self) -> list[Misfit]:
        """Islands with land beyond their bank: metres of outline that no water touches."""
        reach = self.wet.buffer(JOINED_M)
        return _sorted(
            Misfit(island, dry.length, in_degrees(dry))
            for island, shape in self.layer("islands").items()
            if (dry := shape.exterior.difference(reach)).length > 0
        )

    def islands_touching(self) -> list[Misfit]:
        """Pairs of islands with no water between them, by the metres between them."""
        return _sorted(
            Misfit(f"{a} + {b}", first.distance(second), in_degrees(first))
            for (a, first), (b, second) in combinations(self.layer("islands").items(), 2)
            if first.distance(second) < JOINED_M
        )

    def bridges_over_land(self) -> list[Misfit]:
        """Bridges that cross no water, by their length."""
        return _sorted(
            Misfit(bridge, line.length, in_degrees(line))
            for bridge, line in self.layer("bridges").items()
            if not line.intersects(self.wet)
        )

    def bridges_that_end_in_water(self) -> list[Misfit]:
        """Ends of bridges in the water, by the metres to the bank."""
        return _sorted(
            Misfit(bridge, end.distance(self.wet.boundary), in_degrees(end))
            for bridge, line in self.layer("bridges").items()
            for end in (Point(line.coords[0]), Point(line.coords[-1]))
            if end.within(self.wet)
        )

    def bridge_lengths(self) -> dict[str, float]:
        """Metres from bank to bank of each bridge: of its line, what lies over water."""
        return {
            bridge: line.intersection(self.wet).length
            for bridge, line in self.layer("bridges").items()
        }

    def streets_in_water(self) -> list[Misfit]:
        """Metres of each street that lie in water and on no bridge."""
        return _sorted(
            Misfit(street, drowned.length, in_degrees(drowned))
            for street, line in self.layer("streets").items()
            if line.intersects(self.wet)
            and (drowned := line.intersection(self.wet).difference(self.decks)).length > 0
        )

    def places_in_water(self, places: Iterable[Place]) -> list[Misfit]:
        """Places neither on land nor on a bridge, by the metres to the bank; moorings may be."""
        found = ((place, in_metres(place.geometry)) for place in places)
        return _sorted(
            Misfit(place.id, point.distance(self.wet.boundary), in_degrees(point))
            for place, point in found
            if place.kind not in AFLOAT
            and not place.is_bridge
            and point.within(self.wet)
            and not point.within(self.decks)
        )

    def canal_ends(self) -> dict[str, int]:
        """How many ends of each canal lie in the river or on another canal."""
        return {
            canal: sum(self._joins(canal, end) for end in _ends(line))
            for canal, line in self.layer("canals").items()
            if canal in self.bands
        }

    def _joins(self, canal: str, end: Point) -> bool:
        return end.distance(self.river) <= JOINED_M or any(
            end.distance(band) <= JOINED_M for other, band in self.bands.items() if other != canal
        )

    def streams_ashore(self) -> list[Misfit]:
        """Middle lines of rivers that leave the water: metres of them on land."""
        return _sorted(
            Misfit(stream, dry.length, in_degrees(dry))
            for stream, line in self.layer("canals").items()
            if stream not in self.bands and (dry := line.difference(self.river)).length > JOINED_M
        )

    def in_water(self, layer: str) -> list[Misfit]:
        """Shapes of a layer that lie in water, by square metres."""
        return _sorted(
            Misfit(name, drowned.area, in_degrees(drowned))
            for name, shape in self.layer(layer).items()
            if shape.intersects(self.wet) and (drowned := shape.intersection(self.wet)).area > 0
        )

    def overlaps(self, layer: str) -> list[Misfit]:
        """Pairs of areas of a layer that lie on one another, by square metres."""
        names, shapes = [*self.layer(layer)], [*self.layer(layer).values()]
        tree = STRtree(shapes)
        return _sorted(
            Misfit(f"{names[i]} + {names[j]}", common.area, in_degrees(common))
            for i, shape in enumerate(shapes)
            for j in tree.query(shape, predicate="intersects")
            if i < j and (common := shape.intersection(shapes[j])).area > 0
        )


def _ends(line: BaseGeometry) -> Iterator[Point]:
    """The loose ends of a line: those of its parts that no other part continues."""
    yield from getattr(line.boundary, "geoms", [line.boundary])


def _sorted(misfits: Iterable[Misfit]) -> list[Misfit]:
    return sorted(misfits, key=lambda misfit: -misfit.size)
