"""The clock of the story: naive Petrograd time, Old Style, to the minute.

A `datetime` here is naive and its fields are the Julian date and the civil clock of Petrograd.
Python believes such a date to be Gregorian, so its own weekday is wrong: ask `weekday`.
"""

import re
from datetime import datetime, timedelta

STORY_START = datetime(1917, 10, 21)
"""First minute of the slider, 21 October 1917 00:00 Old Style."""
STORY_END = datetime(1917, 10, 27, 6)
"""Last minute of the slider, the end of the night of the 26th."""
LAST_MINUTE = (STORY_END - STORY_START) // timedelta(minutes=1)
"""Minutes between the two: the slider runs from 0 to this."""

CALENDARS_APART = timedelta(days=13)
"""New Style less Old Style, in the twentieth century."""

DAYS = tuple(STORY_START + timedelta(days=n) for n in range(6))
"""Midnights of 21 to 26 October: the day buttons."""


def minute_of(t: datetime) -> int:
    """Whole minutes from the start of the story to `t`; negative before it."""
    return (t - STORY_START) // timedelta(minutes=1)


def at_minute(minute: int) -> datetime:
    """The inverse of `minute_of`."""
    return STORY_START + timedelta(minutes=minute)


def new_style(t: datetime) -> datetime:
    """The same minute by the Gregorian calendar: 13 days later, the clock unchanged."""
    return t + CALENDARS_APART


def weekday(t: datetime) -> int:
    """Day of the week, Monday = 0. 25 October 1917 Old Style was a Wednesday."""
    return new_style(t).weekday()


def nearest_in_story(t: datetime) -> datetime:
    """`t` to the minute, moved to the nearer end of the clock if it lies outside."""
    return min(max(t.replace(second=0, microsecond=0), STORY_START), STORY_END)


FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:00)?)?")
"""Of what `fromisoformat` accepts, what is meant: it also knows weeks, offsets and fractions."""


def read_t(text: str) -> datetime:
    """Read "1917-10-25T21:40", as addresses and the command line write it; a date is its midnight.

    Raises `ValueError` for anything else: an offset, seconds, another form, an impossible date.
    The time may lie outside the story.
    """
    try:
        t = datetime.fromisoformat(text) if FORM.fullmatch(text) else None
    except ValueError:
        t = None
    if t is None:
        raise ValueError(f"time {text!r} cannot be read; write it like 1917-10-25T21:40")
    return t


def write_t(t: datetime) -> str:
    """The form that `read_t` reads, to the minute."""
    return t.isoformat(timespec="minutes")
