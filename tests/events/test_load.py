"""The door to the files of `events`: what is read, what is noted of what is refused.

`tests/story/test_check.py` breaks every file in turn and has the sentences.
"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from events.load import (
    DAY_FILES,
    PROLOGUE_FILE,
    Named,
    Source,
    read_chronicle,
    read_text,
    read_toml,
    sentences,
    suggestion,
)
from events.model import Event
from story.telling import ROOT
from tests.conftest import at

EVENT = """
[[event]]
id = "{id}"
place = "smolny"
kind = "order"
actors = ["mrc"]
certainty = "likely"
importance = 1
[event.when]
earliest = 1917-10-22T12:00:00
latest = 1917-10-22T12:00:00
shown = 1917-10-22T12:00:00
precision = "hour"
as_written = "at noon"
{more}
[[event.accounts]]
source = "reed"
locator = "ch. I"
says = "It was so."
"""


@pytest.fixture
def chronicle(tmp_path):
    """Reads a folder in which every file is there and only what is given is in it."""

    def run(files=None):
        contents = {
            **{f"data/{name}": "# nothing yet\n" for name in (*DAY_FILES, PROLOGUE_FILE)},
            **{f"text/en/{name}": "# nothing yet\n" for name in (*DAY_FILES, PROLOGUE_FILE)},
            "data/actors.toml": "# nobody yet\n",
            "data/sources.json": "[]",
            **(files or {}),
        }
        for name, text in contents.items():
            path = tmp_path / "events" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        faults = []
        return read_chronicle(tmp_path / "events", faults), faults

    return run


def day(*rows):
    """The file of a day with some events."""
    return {"data/1917-10-22.toml": "\n".join(rows)}


def event(event_id="made-up", more=""):
    return EVENT.format(id=event_id, more=more)


def test_files_of_comments_are_a_story_without_events(chronicle):
    read, faults = chronicle()

    assert faults == []
    assert (read.events, read.prologue, read.actors, read.sources) == ((), (), {}, {})
    assert read.texts == {"en": {}}


def test_an_event_is_read_with_the_file_it_stands_in(chronicle):
    read, faults = chronicle(day(event()))

    (found,) = read.events
    assert faults == []
    assert found.id == "made-up"
    assert found.places == ("smolny",)
    assert found.shown == at("22 12:00")
    assert found.shown.tzinfo is None
    assert found.accounts[0].source == "reed"
    assert read.files == {("made-up", at("22 12:00")): "1917-10-22.toml"}
    assert "made-up" in read.named["event"]


def test_events_come_earliest_shown_first_whatever_their_order_in_the_files(story):
    shown = [(event.shown, event.id) for event in story.chronicle.events]
    early = [(event.shown, event.id) for event in story.chronicle.prologue]

    assert shown == sorted(shown)
    assert early == sorted(early)
    assert early[-1] < shown[0]


def test_a_refused_event_is_left_out_and_its_id_and_units_are_noted(chronicle):
    moves = "\n".join(
        (
            '[[event.changes]]\nleave = "aurora"',
            '[[event.changes]]\nappear = "red-guards"\nplace = "smolny"',
            '[[event.changes]]\nhold = "smolny"\nholder = "mrc"',
        )
    )
    read, faults = chronicle(day(event("bad", f"mood = 1\n{moves}"), event("good")))

    assert [found.id for found in read.events] == ["good"]
    assert faults == [
        "1917-10-22.toml, event bad: when.mood: is no field of this record; correct its name or "
        "leave it out, found 1"
    ]
    assert read.named["event"] == Named({"bad", "good"})
    assert read.named["unit"] == Named({"aurora", "red-guards"})


def test_of_a_refused_event_whose_change_nobody_understands_any_unit_may_have_moved(chronicle):
    read, faults = chronicle(day(event(more='[[event.changes]]\nmoves = "aurora"')))

    assert len(faults) == 1
    assert not read.named["unit"].whole
    assert "potemkin" in read.named["unit"]


def test_an_event_without_an_id_may_have_had_any(chronicle):
    read, _ = chronicle(day(event().replace('id = "made-up"\n', "")))

    assert "whatever" in read.named["event"]


def test_two_faults_of_one_event_are_two_lines(chronicle):
    broken = event().replace('"order"', '"party"').replace("importance = 1", "importance = 7")

    _, faults = chronicle(day(broken))

    assert [line.split(": ")[:2] for line in faults] == [
        ["1917-10-22.toml, event made-up", "kind"],
        ["1917-10-22.toml, event made-up", "importance"],
    ]


def test_texts_are_read_by_language_and_event_with_their_file(chronicle):
    words = '[made-up]\ntitle = " Made up "\ntext = "Words."\n'
    files = {
        **day(event()),
        "text/en/1917-10-22.toml": words,
        **{f"text/fr/{name}": "#\n" for name in (*DAY_FILES, PROLOGUE_FILE)},
        "text/fr/1917-10-23.toml": words.replace("Made up", "Inventé"),
    }

    read, faults = chronicle(files)

    assert faults == []
    assert list(read.texts) == ["en", "fr"]
    assert read.texts["en"]["made-up"].title == "Made up"
    assert read.texts["fr"]["made-up"].title == "Inventé"
    assert read.text_files == {
        ("en", "made-up"): "text/en/1917-10-22.toml",
        ("fr", "made-up"): "text/fr/1917-10-23.toml",
    }


def test_a_language_has_every_file(chronicle):
    _, faults = chronicle({"text/fr/1917-10-22.toml": "#\n"})

    assert faults == [
        f"text/fr/{name}: missing; restore it"
        for name in (PROLOGUE_FILE, *DAY_FILES)
        if name != "1917-10-22.toml"
    ]


def test_a_refused_source_is_left_out_and_its_id_noted(chronicle):
    good = {"id": "good", "type": "book", "title": "A good one"}
    rows = [good, {"id": "bad", "type": "book"}, good | {"title": "The same again"}]

    read, faults = chronicle({"data/sources.json": json.dumps(rows)})

    assert list(read.sources) == ["good"]
    assert faults == [
        "sources.json, source bad: title: is missing; add it",
        "sources.json, source good: stands twice; ids are unique, rename one",
    ]
    assert read.named["source"] == Named({"good", "bad"})


def test_the_shipped_files_are_read_without_a_fault():
    faults = []

    read = read_chronicle(ROOT / "events", faults)

    assert faults == []
    assert all(named.whole for named in read.named.values())
    assert len(read.events) > 100
    assert read.texts["en"].keys() == {event.id for event in read.events + read.prologue}


def test_a_lost_day_leaves_the_other_days(data_copy):
    (data_copy / "events/data/1917-10-25.toml").unlink()
    faults = []

    read = read_chronicle(data_copy / "events", faults)

    assert faults == ["1917-10-25.toml: missing; restore it"]
    assert {event.shown.day for event in read.events} == {21, 22, 23, 24, 26, 27}
    assert not read.named["event"].whole
    assert not read.named["unit"].whole
    assert read.named["actor"].whole


def test_an_event_is_told_by_the_file_it_stands_in_even_if_that_is_the_wrong_one(data_copy):
    path = data_copy / "events/data/1917-10-27.toml"
    path.write_text(path.read_text("utf-8") + event(), "utf-8")
    faults = []

    read = read_chronicle(data_copy / "events", faults)

    assert faults == [
        "1917-10-27.toml, event made-up: shown 1917-10-22 12:00 belongs in 1917-10-22.toml"
    ]
    assert read.files["made-up", at("22 12:00")] == "1917-10-27.toml"


# single files


@pytest.mark.parametrize("text", ["a = 1\n", "\ufeffa = 1\n", "a = 1\r\n", "\ufeff\r\na = 1\r\n"])
def test_byte_order_marks_and_line_ends_of_windows_are_read(tmp_path, text):
    path = tmp_path / "a.toml"
    path.write_bytes(text.encode("utf-8"))
    faults = []

    assert read_toml(path, "a.toml", faults) == {"a": 1}
    assert faults == []


@given(st.binary(max_size=60))
def test_any_bytes_are_words_or_one_fault(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(content)
    faults = []

    text = read_text(path, "any.toml", faults)

    assert (text is None) == (len(faults) == 1)
    assert all(fault.startswith("any.toml: is ") for fault in faults)


# sources as they are cited


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, "Ten Days"),
        ({"author": [{"family": "Reed", "given": "John"}]}, "John Reed, Ten Days"),
        (
            {"author": [{"family": "Reed"}, {"literal": "The Times"}], "publisher": "Boni"},
            "Reed; The Times, Ten Days (Boni)",
        ),
        ({"issued": {"date-parts": [[1919, 3]]}}, "Ten Days (1919)"),
        ({"issued": {"date-parts": []}}, "Ten Days"),
        ({"issued": {}}, "Ten Days"),
        ({"container-title": "Pravda", "issued": {"date-parts": [[1917]]}}, "Ten Days (Pravda, 1917)"),
        ({"title": "Ten Days, 1919", "issued": {"date-parts": [["1919"]]}}, "Ten Days, 1919"),
    ],
)  # fmt: skip
def test_a_source_is_cited_in_one_line_that_says_nothing_twice(said, expected):
    source = Source.model_validate({"id": "reed", "type": "book", "title": "Ten Days"} | said)

    assert source.cite() == expected


@pytest.mark.parametrize(
    "issued",
    [
        {"date-parts": [[]]}, {"date-parts": [["long ago"]]}, {"date-parts": 1919},
        {"date-parts": [1919]}, {"date-parts": None}, {"raw": "1919"}, 1919, [],
        {"date-parts": [[1919, 1, 2, 3]]}, {"date-parts": [[1], [2], [3]]},
    ],
    ids=str,
)  # fmt: skip
def test_a_date_that_nobody_could_cite_is_refused(issued):
    with pytest.raises(ValidationError):
        Source.model_validate({"id": "a", "type": "book", "title": "A", "issued": issued})


@pytest.mark.parametrize("url", ["javascript:alert(1)", "www.example.org", "https://", "ftp://a"])
def test_a_source_leads_to_the_web_or_nowhere(url):
    with pytest.raises(ValidationError):
        Source.model_validate({"id": "a", "type": "book", "title": "A", "URL": url})


# messages


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ("nikolaevski-bridge", "; did you mean 'nikolaevsky-bridge'?"),
        ("nikolaevsky-bridg", "; did you mean 'nikolaevsky-bridge'?"),
        ("zzz", ""),
        ("", ""),
    ],
)
def test_the_nearest_id_is_suggested_where_one_is_near(wrong, expected):
    known = ["winter-palace", "nikolaevsky-bridge", "palace-bridge"]

    assert suggestion(wrong, known) == expected


def test_a_long_value_is_cut_in_a_message():
    with pytest.raises(ValidationError) as caught:
        Event.model_validate({"id": "x " * 500})

    lines = sentences(caught.value, "some.toml, event x")

    assert all(line.startswith("some.toml, event x: ") for line in lines)
    assert max(map(len, lines)) < 200
    assert any(line.endswith("...") for line in lines)


@pytest.mark.parametrize("whole", [True, False])
def test_any_id_counts_as_named_where_a_file_was_not_read_whole(whole):
    named = Named({"a"}, whole=whole)

    assert "a" in named
    assert ("b" in named) is not whole
    assert list(named) == ["a"]
    assert len(named) == 1
