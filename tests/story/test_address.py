"""Every view has an address, and every address a view."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.clock import LAST_MINUTE, STORY_END, STORY_START, at_minute
from story.address import CALENDARS, View, read_address, write_address
from story.telling import OPENING
from story.words import LANGUAGES, words_of
from tests.conftest import at

WORDS = words_of("en")


def read(story, **query):
    return read_address(query, story, WORDS)


def sentence(key):
    return WORDS("address", key)


def test_every_view_comes_back_from_its_address(story):
    @settings(max_examples=300, deadline=None)
    @given(
        st.builds(
            View,
            t=st.integers(0, LAST_MINUTE).map(at_minute),
            event=st.none() | st.sampled_from([event.id for event in story.events]),
            place=st.none() | st.sampled_from(list(story.places)),
            calendar=st.sampled_from(CALENDARS),
            lang=st.sampled_from(LANGUAGES),
        )
    )
    def comes_back(view):
        assert read_address(write_address(view), story, WORDS) == (view, None)

    comes_back()


def test_every_event_has_an_address_that_shows_it_at_its_minute(story):
    for event in story.events:
        view = View(event.shown, event.id)

        assert read_address(write_address(view), story, WORDS) == (view, None)
        assert read(story, event=event.id) == (view, None)


def test_an_address_that_asks_for_nothing_shows_the_opening(story):
    view, trouble = read(story)

    assert view == View(story.by_id[OPENING].shown)
    assert trouble is None


def test_an_address_says_only_what_is_not_as_usual():
    assert write_address(View(at("25 21:40"))) == {"t": "1917-10-25T21:40"}
    assert write_address(View(at("25 21:40"), "a", "b", "ns", "fr")) == {
        "t": "1917-10-25T21:40", "event": "a", "place": "b", "calendar": "ns", "lang": "fr",
    }  # fmt: skip


def test_the_minute_of_an_address_beats_that_of_its_event(story):
    view, trouble = read(story, t="1917-10-25T09:00", event="post-office-taken")

    assert (view.t, view.event, trouble) == (at("25 09:00"), "post-office-taken", None)


OUTSIDE = {
    "before the story": ("1917-10-20T23:59", STORY_START),
    "after the story": ("1917-10-27T06:01", STORY_END),
    "the first year of all": ("0001-01-01T00:00", STORY_START),
    "the last year of all": ("9999-12-31T23:59", STORY_END),
    "a day without an hour": ("1917-11-07", STORY_END),
}


@pytest.mark.parametrize(("asked", "shown"), OUTSIDE.values(), ids=OUTSIDE)
def test_a_time_outside_the_story_shows_its_nearer_end_and_says_so(story, asked, shown):
    assert read(story, t=asked) == (View(shown), sentence("outside"))


@pytest.mark.parametrize(
    "asked",
    [
        "soon", "25", "21:40", "1917-10-32T00:00", "1917-10-25T21:40Z", "1917-10-25T21:40+03:00",
        "1917-10-25T25:40", "1917-10-25T21:40:59", "1917-W43-4", "२५", "\x00", "nan", "-1", "<script>alert(1)</script>", "{{ 7*7 }}",
        "1917-10-25T21:40" * 1000,
    ],
)  # fmt: skip
def test_a_time_that_cannot_be_read_shows_the_opening_and_says_so(story, asked):
    assert read(story, t=asked) == (View(story.by_id[OPENING].shown), sentence("time"))


def test_a_broken_time_beside_an_event_shows_the_event(story):
    event = story.by_id["post-office-taken"]

    assert read(story, t="soon", event=event.id) == (View(event.shown, event.id), sentence("time"))


@pytest.mark.parametrize("asked", ["1917-10-25", "1917-10-25T00:00:00", "1917-10-25 00:00"])
def test_a_time_may_be_written_in_a_few_near_forms(story, asked):
    assert read(story, t=asked) == (View(at("25 00:00")), None)


UNKNOWN = {
    "event": {"event": "aurora-fires-live-shells"},
    "place": {"place": "atlantis"},
    "calendar": {"calendar": "republican"},
    "lang": {"lang": "tlh"},
}


@pytest.mark.parametrize(("key", "query"), UNKNOWN.items(), ids=UNKNOWN)
def test_what_the_story_does_not_have_is_left_out_and_said(story, key, query):
    view, trouble = read(story, t="1917-10-25T21:40", **query)

    assert view == View(at("25 21:40"))
    assert trouble == sentence(key)


def test_an_event_of_the_prologue_is_not_on_the_clock_and_the_prologue_is_named(story):
    for event in story.chronicle.prologue:
        view, trouble = read(story, event=event.id)

        assert view == View(story.by_id[OPENING].shown)
        assert trouble == sentence("prologue")


def test_an_address_with_many_faults_says_one_sentence(story):
    _, trouble = read(story, t="soon", event="no", place="no", calendar="no", lang="no")

    assert trouble in WORDS.section("address").values()


def test_empty_values_are_as_if_they_were_not_there(story):
    assert read(story, t="", event="", place="") == read(story)


NAUGHTY = (
    "", " ", "\x00", "\ud800", "%00", "..", "../../etc/passwd", "<img src=x onerror=alert(1)>",
    "'; DROP TABLE events; --", "{{ 7*7 }}", "{t}", "__class__", "\u202e", "Ω≈ç√", "🕐", "None",
    "0", "1e999", "a" * 10_000,
)  # fmt: skip
KEYS = ("t", "event", "place", "calendar", "lang", "unknown", "embed", "")


def test_no_address_whatever_stops_the_page(story):
    """The nearest sensible view, at most one sentence, never an exception; and it has an address."""

    @settings(max_examples=500, deadline=None)
    @given(
        st.dictionaries(
            st.sampled_from(KEYS),
            st.sampled_from(NAUGHTY)
            | st.text()
            | st.datetimes().map(str)
            | st.sampled_from(["1917-10-25T21:40", "aurora-blank-shot", "winter-palace", "ns"]),
        )
    )
    def gives_a_view(query):
        view, trouble = read_address(query, story, WORDS)

        assert STORY_START <= view.t <= STORY_END
        assert view.event is None or story.by_id[view.event] in story.events
        assert view.place is None or view.place in story.places
        assert trouble is None or trouble in WORDS.section("address").values()
        assert read_address(write_address(view), story, WORDS) == (view, None)

    gives_a_view()


def test_the_time_of_an_address_is_naive_whatever_the_machine_thinks(story, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")

    view, _ = read(story, t="1917-10-25T21:40")

    assert view.t == datetime(1917, 10, 25, 21, 40)
    assert view.t.tzinfo is None


@pytest.mark.parametrize("seen", [(30.314, 59.94, 14.5), (26.0, 57.9, 5.0), (34.0, 61.9, 17.0)])
def test_a_view_of_the_map_comes_back_from_its_address(story, seen):
    view = View(at("25 21:40"), seen=seen)

    assert read_address(write_address(view), story, WORDS) == (view, None)


@pytest.mark.parametrize(
    "asked",
    ["a,b,c", "30.3,59.9", "30.3,59.9,14,1", "2.3,48.8,12", "30.3,59.9,99", "30,60,1e1", "nan,nan,nan",
     "30.3, 59.9,14", ",,", "30.3,59.9,-5", "<img>", "9" * 5000],
)  # fmt: skip
def test_a_view_that_cannot_be_read_shows_the_whole_city_and_says_so(story, asked):
    assert read(story, t="1917-10-25T21:40", view=asked) == (View(at("25 21:40")), sentence("view"))
