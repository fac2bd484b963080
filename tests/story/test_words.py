"""The story in words: every word is in the table, and each says what is so."""

import ast
import re
from datetime import datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events import model
from events.clock import LAST_MINUTE, at_minute, new_style
from events.state import City
from story.address import CALENDARS
from story.telling import ROOT
from story.words import LANGUAGES, Words, power_line, time_line, what_changed, words_of
from tests.conftest import at, make_event, minutes

EN = words_of("en")
PYTHON = [ROOT / "streamlit_app.py", *sorted((ROOT / "story").glob("*.py"))]
SCRIPTS = sorted((ROOT / "story").glob("*.js"))
POWERS = {"government", "mrc", "mrc-government", "congress", "sovnarkom"}
ASKED = {
    "holder": get_args(model.Holder),
    "holder_short": get_args(model.Holder),
    "side": get_args(model.Side),
    "kind": get_args(model.Kind),
    "certainty": get_args(model.Certainty),
    "certainty_note": get_args(model.Certainty),
    "precision": get_args(model.Precision),
    "span": ("raised", "lowered"),
    "ring": get_args(model.RingStage),
    "power": POWERS,
    "page": (
        "event", "city", "place", *(f"calendar_{name}" for name in CALENDARS),
        "download_events_geojson", "download_events_csv", "download_places",
    ),
    "about": tuple(EN.section("about")),
}  # fmt: skip
"""Sections asked with a key that is worked out, and all that may come of it."""


def gaps(text):
    return set(re.findall(r"\{(\w+)\}", text))


def calls():
    """(where, section, constant keys or None, filled names or None) of each `words(...)`."""
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "words"):
                continue
            section, key = node.args
            keys = [key.body, key.orelse] if isinstance(key, ast.IfExp) else [key]
            constant = all(isinstance(key, ast.Constant) for key in keys)
            filled = set()
            for keyword in node.keywords:
                if keyword.arg is not None:
                    filled.add(keyword.arg)
                elif isinstance(keyword.value, ast.Dict):
                    filled |= {key.value for key in keyword.value.keys}
                else:
                    filled = None
                    break
            yield (
                f"{path.name}:{node.lineno}",
                section.value,
                [key.value for key in keys] if constant else None,
                filled,
            )


def test_every_word_that_the_code_asks_for_is_in_the_table():
    asked = list(calls())

    assert len(asked) > 60  # the calls are found
    for where, section, keys, _ in asked:
        assert keys is not None or section in ASKED, f"{where}: list what it may ask of {section}"
        for key in keys or ASKED[section]:
            assert key in EN.section(section), f"{where}: {section}.{key}"


def test_every_gap_of_a_sentence_is_filled():
    for where, section, keys, filled in calls():
        if keys is not None and filled is not None:
            for key in keys:
                assert gaps(EN.section(section)[key]) == filled, f"{where}: {section}.{key}"


def test_every_word_that_the_map_asks_for_is_in_the_table():
    asked = {
        found
        for path in SCRIPTS
        for found in re.findall(r"\bW\.(map|calendar)\.(\w+)", path.read_text("utf-8"))
    }

    assert len(asked) > 15
    for section, key in asked:
        assert key in EN.section(section), f"{section}.{key}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_the_words_of_english_with_the_same_gaps(language):
    words = words_of(language)

    assert words.table.keys() == EN.table.keys()
    for section, english in EN.table.items():
        assert words.table[section].keys() == english.keys(), section
        for key, said in english.items():
            if isinstance(said, str):
                assert words.table[section][key].strip()
                assert gaps(words.table[section][key]) == gaps(said), f"{section}.{key}"
            else:
                assert len(words.table[section][key]) == len(said)


def test_a_year_has_twelve_months_and_a_week_seven_days():
    calendar = EN.table["calendar"]

    assert len(set(calendar["months"])) == len(set(calendar["months_short"])) == 12
    assert len(set(calendar["weekdays"])) == 7


def test_a_language_that_the_story_does_not_have_is_refused_with_those_it_has():
    with pytest.raises(ValueError, match="language 'tlh' is none of en"):
        words_of("tlh")


def test_a_word_that_is_not_in_the_table_is_an_error():
    with pytest.raises(KeyError):
        EN("page", "no-such-word")


@given(st.text(), st.text())
def test_what_fills_a_gap_stays_as_it_is(first, second):
    """Also where it looks like a gap itself."""
    words = Words("en", {"a": {"b": "{x}, then {y}, {z}"}})

    assert words("a", "b", x=first, y=second) == f"{first}, then {second}, {{z}}"


# ---- the clock


def test_the_clock_speaks_both_calendars():
    t = at("25 21:40")

    assert EN.clock(t) == "Wednesday 25 October 1917, 21:40 (Old Style)"
    assert EN.clock(t, "ns") == "Wednesday 7 November 1917, 21:40 (New Style)"


@given(st.integers(0, LAST_MINUTE).map(at_minute))
def test_both_calendars_agree_on_weekday_and_hour_and_lie_thirteen_days_apart(t):
    old, new = EN.clock(t), EN.clock(t, "ns")

    assert old.split()[0] == new.split()[0]
    assert old.split(", ")[1].split()[0] == new.split(", ")[1].split()[0] == f"{t:%H:%M}"
    read = [
        datetime.strptime(" ".join(text.split()[1:4]).rstrip(","), "%d %B %Y")
        for text in (old, new)
    ]
    assert read[1] - read[0] == timedelta(days=13)


def test_weekdays_are_those_of_1917_and_not_those_python_believes():
    names = ["Saturday", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
    for day, name in zip(range(21, 28), names, strict=True):
        t = at(f"{day} 12:00")
        assert EN.weekday(t) == name
        assert name != f"{t:%A}"
        assert name == f"{new_style(t):%A}"


def test_no_word_comes_from_pythons_own_calendar():
    """Weekday and month names, and forms that not every system knows, as `%-d`."""
    for path in PYTHON:
        text = path.read_text("utf-8")
        assert not re.findall(r"%[aAbBcxXpuw-]", text), path.name
        assert not re.findall(r"\.(?:iso)?weekday\(\)|\.ctime\(", text), path.name


def test_no_month_is_written_into_the_code():
    """It would stay English in every language."""
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                said = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
                assert not re.search(r"\b(Oct|Nov)", said), f"{path.name}:{node.lineno}"


def test_a_moment_is_short():
    assert EN.moment(at("5 09:05")) == "5 Oct 09:05"


# ---- power


def test_the_line_of_power_knows_every_pair_that_occurs(story):
    """The story's own pairs are a part of those the other tests count with."""
    seen = set()
    for t in [at("21 00:00"), *(e.takes_effect(c) for e in story.events for c in e.changes)]:
        city = story.at(t)
        line = power_line(city, EN)
        assert line.endswith(".")
        seen.add(f"{city.power}-{city.rival}" if city.rival else city.power)
    assert seen <= POWERS
    assert len(seen) >= 4


def test_while_the_ministers_sit_both_claims_are_told(story):
    before, during, after = (
        power_line(story.at(at(t)), EN) for t in ("25 09:59", "25 10:00", "26 02:10")
    )

    assert before == EN("power", "government")
    assert "Military Revolutionary Committee" in during
    assert "Winter Palace" in during
    assert "sits" not in after


def test_an_unknown_pair_is_an_error_and_not_a_wrong_line():
    with pytest.raises(KeyError):
        power_line(City(at("25 10:00"), power="sovnarkom", rival="government"), EN)


# ---- when


def test_a_minute_that_nobody_doubts_is_told_without_a_span():
    event = make_event(when={"as_written": "02:10", "precision": "minute"})

    assert time_line(event, EN) == "02:10 · to the minute"


def test_a_span_within_a_day_is_told_by_its_hours():
    event = make_event(
        shown="25 18:00",
        when={"earliest": at("25 17:30"), "latest": at("25 18:30"), "as_written": "about six"},
    )

    assert time_line(event, EN) == "about six · to the hour · 17:30–18:30"


def test_a_span_over_midnight_names_its_days():
    event = make_event(
        shown="24 23:30",
        when={"earliest": at("24 21:00"), "latest": at("25 05:30"), "as_written": "at night"},
    )

    assert time_line(event, EN) == "at night · to the hour · 24 Oct 21:00–25 Oct 05:30"


def test_every_event_tells_its_time_in_the_words_of_its_sources(story):
    for event in story.chronicle.prologue + story.events:
        line = time_line(event, EN)
        assert line.startswith(f"{event.when.as_written} · "), event.id
        assert ("–" in line.removeprefix(event.when.as_written)) == (
            event.when.earliest != event.when.latest
        ), event.id


# ---- what changed


def changed(story, *changes, shown="22 03:00", **said):
    """What an event at the quiet beginning of the story would change."""
    return what_changed(story, make_event(shown=shown, changes=changes, **said), EN)


def test_every_shipped_event_tells_what_it_changes(story):
    told = 0
    for event in story.events:
        lines = what_changed(story, event, EN)
        assert all(line.strip() and not gaps(line) for line in lines), event.id
        told += len(lines)
    assert told > 200


def test_a_bridge_is_told_as_raised_or_lowered(story):
    assert changed(story, {"span": "palace-bridge", "is": "raised"}) == [
        "Palace Bridge: raised, no way across"
    ]


def test_a_unit_on_its_way_is_told_with_its_hours_and_what_is_inferred(story):
    route = next(r for r in story.routes.values() if r.basis == "inferred")
    start, end = (story.places[p].name("en") for p in (route.start, route.end))
    move = {
        "move": "aurora", "route": route.id, "from": at("22 03:00"), "to": at("22 03:30"),
        "timing": "inferred",
    }  # fmt: skip
    unit = story.actors["aurora"].name

    there = changed(story, move)
    back = changed(story, {**move, "reverse": True, "timing": "given"})

    assert there == [f"{unit}: {start} → {end}, 03:00–03:30 (hours inferred, way inferred)"]
    assert back == [f"{unit}: {end} → {start}, 03:00–03:30 (way inferred)"]


def test_a_change_at_another_minute_says_at_which(story):
    raised = {"span": "palace-bridge", "is": "raised"}

    same, later, next_day = (
        changed(story, {**raised, "at": at("22 03:00") + minutes(n)})[0] for n in (0, 25, 1440)
    )

    assert same == "Palace Bridge: raised, no way across"
    assert later == f"{same} (at 03:25)"
    assert next_day == f"{same} (at 23 Oct 03:00)"


def test_ring_and_power_and_those_who_come_and_go_are_told(story):
    assert changed(story, {"ring": "closed"}) == ["Round the Winter Palace: the ring is closed"]
    assert changed(story, {"power": "mrc", "rival": "government"}) == [
        f"Power: {EN('power', 'mrc-government')}"
    ]
    assert changed(story, {"appear": "aurora", "place": "smolny"}) == [
        f"{story.actors['aurora'].name}: at {story.places['smolny'].name('en')}"
    ]
    assert changed(story, {"leave": "aurora"}) == [f"{story.actors['aurora'].name}: leaves the map"]


def test_a_place_that_changes_hands_is_told_with_who_held_it_before(story):
    lines = what_changed(story, story.by_id["ministers-arrested"], EN)

    assert "Winter Palace: contested → Military Revolutionary Committee and its followers" in lines


def test_a_claim_is_told_as_a_claim(story):
    """Claimed, held and contested are different things."""
    held = {"hold": "winter-palace", "holder": "government"}
    government, mrc = EN("holder", "government"), EN("holder", "mrc")

    assert changed(story, {**held, "claim": "mrc"}) == [
        f"Winter Palace: {government} → {government} (claimed by: {mrc})"
    ]
    assert changed(story, {**held, "holder": "contested"}) == [
        f"Winter Palace: {government} → contested"
    ]


def test_what_only_says_again_what_was_so_is_no_change(story):
    assert changed(story, {"hold": "winter-palace", "holder": "government"}) == []


def test_the_first_word_of_a_place_has_nothing_before_it(story):
    first = story.holds["winter-palace"][0]

    lines = what_changed(story, first[1], EN)

    assert f"Winter Palace: {EN('holder', first[2].holder)}" in lines
