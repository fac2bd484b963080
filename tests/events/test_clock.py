"""The clock: Old Style to the minute, New Style beside it."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.clock import (
    DAYS,
    LAST_MINUTE,
    STORY_END,
    STORY_START,
    at_minute,
    minute_of,
    nearest_in_story,
    new_style,
    read_t,
    weekday,
    write_t,
)
from tests.conftest import at

MONDAY, WEDNESDAY, SATURDAY = 0, 2, 5

times = st.datetimes(datetime(1917, 9, 1), datetime(1917, 12, 1)).map(
    lambda t: t.replace(second=0, microsecond=0)
)


@given(times)
def test_new_style_is_thirteen_days_later_by_the_same_clock(t):
    assert new_style(t) - t == timedelta(days=13)
    assert new_style(t).time() == t.time()


def test_the_rising_is_of_october_and_of_november():
    assert new_style(at("25 21:40")) == datetime(1917, 11, 7, 21, 40)


@pytest.mark.parametrize(
    ("day", "expected"),
    [(21, SATURDAY), (22, 6), (23, MONDAY), (24, 1), (25, WEDNESDAY), (26, 3), (27, 4)],
)
def test_the_weekday_is_that_of_the_new_style_date(day, expected):
    """25 October 1917 Old Style was a Wednesday; Python's own weekday of that date is not."""
    assert weekday(at(f"{day} 12:00")) == expected
    assert weekday(at(f"{day} 00:00")) == weekday(at(f"{day} 23:59"))
    assert at(f"{day} 12:00").weekday() != expected


def test_the_clock_runs_from_the_21st_to_the_end_of_the_night_of_the_26th():
    assert at("21 00:00") == STORY_START
    assert at("27 06:00") == STORY_END
    assert minute_of(STORY_START) == 0
    assert minute_of(STORY_END) == LAST_MINUTE == 9000


def test_the_day_buttons_are_the_midnights_of_21_to_26_october():
    assert [day.day for day in DAYS] == [21, 22, 23, 24, 25, 26]
    assert {day.hour * 60 + day.minute for day in DAYS} == {0}


@given(st.integers(-20_000, 20_000))
def test_a_minute_and_its_time_are_each_others_inverse(minute):
    assert minute_of(at_minute(minute)) == minute
    assert minute_of(at_minute(minute) + timedelta(seconds=59)) == minute


@pytest.mark.parametrize(
    ("t", "nearest"),
    [
        (datetime(1917, 10, 20, 23, 59), STORY_START),
        (datetime(1, 1, 1), STORY_START),
        (datetime(9999, 12, 31), STORY_END),
        (datetime(1917, 10, 27, 6, 1), STORY_END),
        (datetime(1917, 10, 25, 21, 40, 59, 5), datetime(1917, 10, 25, 21, 40)),
        (STORY_START, STORY_START),
        (STORY_END, STORY_END),
    ],
)
def test_a_time_outside_is_moved_to_the_nearer_end_and_seconds_are_dropped(t, nearest):
    assert nearest_in_story(t) == nearest


@given(times)
def test_what_is_written_is_read_again(t):
    assert read_t(write_t(t)) == t


def test_a_date_alone_is_its_midnight():
    assert read_t("1917-10-25") == at("25 00:00")


def test_a_time_is_written_to_the_minute():
    assert write_t(at("25 03:00")) == "1917-10-25T03:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "noon",
        "25 October",
        "1917",
        "1917-10",
        "1917-10-32",
        "1917-02-29",
        "1917-10-25T24:30",
        "1917-10-25T21",
        "1917-10-25T21:40Z",
        "1917-10-25T21:40+03:00",
        "1917-10-25T21:40:30",
        "1917-10-25T21:40:00.5",
        "1917-10-25T21:40 ",
        "1917-W43-4",
        "19171025T2140",
        "1917-10-25T21.40",
        "٢١-10-25T21:40",
    ],
)
def test_a_time_in_any_other_form_is_refused_with_the_form_that_would_do(text):
    with pytest.raises(ValueError, match="write it like 1917-10-25T21:40"):
        read_t(text)
