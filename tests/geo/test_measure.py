"""Metres on the ground and shares of a line, against known distances and laws."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString

from geo.measure import along, distance_m, length_m, shares

positions = st.tuples(st.floats(28, 31.5), st.floats(59.2, 60.4))
lines = st.lists(positions, min_size=2, max_size=6).filter(
    lambda line: length_m(LineString(line)) > 1
)
BEND = ((30.30, 59.93), (30.30, 59.94), (30.36, 59.94))
"""A kilometre north, then three and a half east."""


def test_a_degree_of_longitude_is_half_one_of_latitude_at_this_latitude():
    """Whoever exchanges the axes gets both wrong."""
    assert distance_m((30, 59.5), (30, 60.5)) == pytest.approx(111_410, abs=20)
    assert distance_m((29.5, 60), (30.5, 60)) == pytest.approx(55_800, abs=20)


def test_the_distance_between_two_known_points_of_the_city():
    """Alexander Column to the spire of the fortress: 1.2 km on any map."""
    assert distance_m((30.31583, 59.93903), (30.31667, 59.95)) == pytest.approx(1222, abs=5)


@given(positions, positions)
def test_it_is_as_far_there_as_back(a, b):
    assert distance_m(a, b) == pytest.approx(distance_m(b, a), abs=1e-6)
    assert distance_m(a, a) == 0


@given(lines)
def test_a_line_is_as_long_as_its_legs(line):
    legs = sum(distance_m(a, b) for a, b in pairwise(line))

    assert length_m(LineString(line)) == pytest.approx(legs)


def test_shares_count_metres_and_not_degrees():
    """In degrees the second leg of the bend would be six times the first."""
    start, corner, end = shares(BEND)

    assert (start, end) == (0, 1)
    assert corner == pytest.approx(distance_m(*BEND[:2]) / length_m(LineString(BEND)))
    assert corner == pytest.approx(0.249, abs=0.001)


@given(lines)
def test_shares_grow_from_0_to_1(line):
    marks = shares(line)

    assert len(marks) == len(line)
    assert (marks[0], marks[-1]) == (0, 1)
    assert marks == sorted(marks)


def test_a_line_without_length_has_no_shares():
    with pytest.raises(ValueError, match="line has no length"):
        shares([(30.3, 59.9), (30.3, 59.9)])


@pytest.mark.parametrize(
    ("fraction", "expected"),
    [(0, BEND[0]), (1, BEND[2]), (-0.5, BEND[0]), (1.5, BEND[2])],
)
def test_ends_are_met_and_nothing_lies_beyond_them(fraction, expected):
    assert along(BEND, fraction) == pytest.approx(expected)


def test_a_corner_is_not_cut():
    assert along(BEND, shares(BEND)[1]) == pytest.approx(BEND[1])
    assert along(BEND, shares(BEND)[1] / 2) == pytest.approx((30.30, 59.935))


def test_a_position_that_stands_twice_takes_no_time():
    doubled = (BEND[0], BEND[1], BEND[1], BEND[2])

    for fraction in (0, 0.1, 0.249, 0.5, 1):
        assert along(doubled, fraction) == pytest.approx(along(BEND, fraction))


@given(lines, st.floats(0, 1), st.floats(0, 1))
def test_whoever_goes_on_has_gone_as_many_metres_as_the_share_says(line, one, other):
    """Straight between two shares is never longer than the way between them."""
    low, high = sorted((one, other))
    whole = length_m(LineString(line))

    gone = distance_m(along(line, low), along(line, high))

    assert gone <= (high - low) * whole * 1.01 + 1


@given(lines, st.floats(0, 1))
def test_a_line_gone_backwards_is_met_from_the_other_end(line, fraction):
    there, back = along(line, fraction), along(line[::-1], 1 - fraction)

    assert distance_m(there, back) < 1
