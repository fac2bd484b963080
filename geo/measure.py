"""Metres on the ground, from degrees: geodesics of WGS 84."""

from collections.abc import Sequence
from itertools import accumulate

from pyproj import Geod
from shapely.geometry import LineString

WGS84 = Geod(ellps="WGS84")

Position = tuple[float, float]
"""(longitude, latitude), degrees."""


def length_m(line: LineString) -> float:
    """Metres along a line."""
    return float(WGS84.geometry_length(line))


def distance_m(a: Position, b: Position) -> float:
    """Metres between two positions."""
    return float(WGS84.inv(*a, *b)[2])


def shares(line: Sequence[Position]) -> list[float]:
    """For each position of a line, the share of its metres that lies behind it: 0 to 1.

    Raises `ValueError` if the line has no length.
    """
    lons, lats = zip(*line, strict=True)
    behind = [0.0, *accumulate(WGS84.line_lengths(lons, lats))]
    if not behind[-1]:
        raise ValueError("line has no length")
    return [metres / behind[-1] for metres in behind]


def along(line: Sequence[Position], fraction: float) -> Position:
    """The position at a share of a line's metres, straight between its vertices in degrees.

    `fraction` is 0 at the first position and 1 at the last; beyond them it is held there.
    The script of the map interpolates in the same way from the same `shares`.
    """
    marks = shares(line)
    for (lon0, lat0), (lon1, lat1), low, high in zip(
        line, line[1:], marks, marks[1:], strict=False
    ):
        if fraction <= high:
            part = 0.0 if high == low else max(0.0, (fraction - low) / (high - low))
            return lon0 + (lon1 - lon0) * part, lat0 + (lat1 - lat0) * part
    return line[-1]
