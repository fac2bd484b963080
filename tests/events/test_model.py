"""Records refuse to be born wrong."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from events.model import VERBS, Actor, Event, Hold, Move, Text
from tests.conftest import at, make_event

NOON = at("25 12:00")
MOVE = {
    "move": "aurora",
    "route": "up-the-neva",
    "from": at("25 02:50"),
    "to": at("25 03:30"),
    "timing": "given",
}


def refused(**said):
    """The places in the record, joined by dots, at which `make_event(**said)` is refused."""
    with pytest.raises(ValidationError) as caught:
        make_event(**said)
    return {".".join(str(step) for step in fault["loc"]) for fault in caught.value.errors()}


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("id", {"event_id": "Aurora"}),
        ("id", {"event_id": "aurora_shot"}),
        ("id", {"event_id": "aurora--shot"}),
        ("id", {"event_id": "-aurora"}),
        ("id", {"event_id": "aurora\n"}),
        ("id", {"event_id": "крейсер"}),
        ("id", {"event_id": ""}),
        ("id", {"event_id": 7}),
        ("places", {"places": []}),
        ("places.0", {"places": ["Winter Palace"]}),
        ("places", {"places": "smolny"}),
        ("place", {"place": "smolny", "places": ["smolny"]}),
        ("actors", {"actors": []}),
        ("kind", {"kind": "battle"}),
        ("certainty", {"certainty": "sure"}),
        ("importance", {"importance": 4}),
        ("importance", {"importance": 0}),
        ("importance", {"importance": "2"}),
        ("titel", {"titel": "a slip"}),
        ("when.precision", {"when": {"precision": "second"}}),
        ("when.as_written", {"when": {"as_written": "  "}}),
        ("when.about", {"when": {"about": True}}),
        ("when.until", {"when": {"until": "noon"}}),
        ("when.earliest", {"when": {"earliest": "1917-10-25T12:00:00"}}),
        ("when.earliest", {"when": {"earliest": NOON.date()}}),
        ("when.earliest", {"when": {"earliest": NOON.replace(tzinfo=UTC)}}),
        ("when.earliest", {"when": {"earliest": NOON.replace(second=30)}}),
        ("when.earliest", {"when": {"earliest": NOON.replace(microsecond=1)}}),
        ("when", {"when": {"earliest": at("25 12:01")}}),
        ("when", {"when": {"latest": at("25 11:59")}}),
        ("when", {"when": {"earliest": at("25 13:00"), "latest": at("25 11:00")}}),
        ("when", {"when": {"until": NOON}}),
        ("when", {"when": {"until": at("25 11:00")}}),
        ("accounts.0.locator", {"accounts": [{"source": "reed", "locator": "", "says": "So."}]}),
        ("accounts.0.says", {"accounts": [{"source": "reed", "locator": "ch. I"}]}),
        ("accounts.0.source", {"accounts": [{"source": "Reed", "locator": "I", "says": "So."}]}),
        ("changes.0", {"changes": [{"at": NOON}]}),
        ("changes.0", {"changes": [{"take": "smolny"}]}),
        ("changes.0", {"changes": ["hold"]}),
        ("changes.0.hold.holder", {"changes": [{"hold": "smolny", "holder": "bolsheviks"}]}),
        ("changes.0.hold.holder", {"changes": [{"hold": "smolny"}]}),
        (
            "changes.0.hold.claim",
            {"changes": [{"hold": "smolny", "holder": "mrc", "claim": "neutral"}]},
        ),
        ("changes.0.hold.span", {"changes": [{"hold": "a", "holder": "mrc", "span": "a"}]}),
        ("changes.0.hold.at", {"changes": [{"hold": "a", "holder": "mrc", "at": "12:00"}]}),
        ("changes.0.span.is", {"changes": [{"span": "palace-bridge", "is": "open"}]}),
        ("changes.0.span.is", {"changes": [{"span": "palace-bridge"}]}),
        ("changes.0.appear.place", {"changes": [{"appear": "aurora"}]}),
        ("changes.0.ring", {"changes": [{"ring": "half"}]}),
        ("changes.0.power.power", {"changes": [{"power": "kerensky"}]}),
        ("changes.0.move", {"changes": [MOVE | {"to": at("25 02:50")}]}),
        ("changes.0.move", {"changes": [MOVE | {"to": at("25 02:00")}]}),
        ("changes.0.move.at", {"changes": [MOVE | {"at": at("25 02:55")}]}),
        ("changes.0.move.timing", {"changes": [MOVE | {"timing": "guessed"}]}),
        ("changes.0.move.reverse", {"changes": [MOVE | {"reverse": "yes"}]}),
    ],
)
def test_what_is_wrong_is_refused_where_it_is_wrong(field, said):
    found = refused(**said)

    assert any(where == field or where.startswith(f"{field}.") for where in found), found


def test_a_change_that_says_nothing_names_what_it_could_say():
    with pytest.raises(ValidationError) as caught:
        make_event(changes=[{"at": NOON}])

    assert all(verb in str(caught.value) for verb in VERBS)


@pytest.mark.parametrize("said", [MOVE, MOVE | {"reverse": True}])
def test_a_move_takes_effect_when_it_starts(said):
    event = make_event(shown="25 03:30", changes=[said])

    assert event.takes_effect(event.changes[0]) == at("25 02:50")


def test_a_change_takes_effect_when_its_event_is_shown_unless_it_says_otherwise():
    event = make_event(
        shown="25 12:00",
        changes=[
            {"hold": "smolny", "holder": "mrc"},
            {"hold": "smolny", "holder": "mrc", "at": at("25 12:30")},
        ],
    )

    assert [event.takes_effect(change) for change in event.changes] == [NOON, at("25 12:30")]


def test_every_verb_is_read_as_its_own_change():
    event = make_event(
        changes=[
            {"hold": "smolny", "holder": "mrc", "claim": "government"},
            {"span": "palace-bridge", "is": "raised"},
            {"appear": "aurora", "place": "franco-russian-works"},
            MOVE,
            {"leave": "aurora"},
            {"ring": "closed"},
            {"power": "mrc", "rival": "government"},
        ]
    )

    assert {type(change) for change in event.changes} == set(VERBS.values())
    assert [change.verb for change in event.changes] == [
        "hold", "span", "appear", "move", "leave", "ring", "power",
    ]  # fmt: skip


def test_one_place_may_be_written_without_a_list():
    said = make_event().model_dump(by_alias=True)
    del said["places"]

    assert Event.model_validate(said | {"place": "smolny"}).places == ("smolny",)


def test_reading_a_table_leaves_the_table_as_it_was():
    said = make_event().model_dump(by_alias=True)
    del said["places"]
    said["place"] = "smolny"
    before = dict(said)

    Event.model_validate(said)

    assert said == before


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (make_event(), "id"),
        (make_event().when, "shown"),
        (make_event().accounts[0], "says"),
        (Hold(hold="smolny", holder="mrc"), "holder"),
        (Move.model_validate(MOVE), "start"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_a_record_once_read_does_not_change(record, field):
    with pytest.raises(ValidationError):
        setattr(record, field, "something else")


def test_equal_records_are_equal_and_may_be_kept_in_sets():
    assert make_event() == make_event()
    assert len({make_event(), make_event(), make_event("other")}) == 2


@pytest.mark.parametrize(
    "said",
    [
        {"title": "", "text": "Something happened."},
        {"title": " ", "text": "Something happened."},
        {"title": "x" * 61, "text": "Something happened."},
        {"title": "A title", "text": "  "},
        {"title": "A title"},
        {"title": "A title", "text": "Something.", "note": "a slip"},
    ],
)
def test_a_text_has_a_title_of_sixty_letters_at_most_and_some_words(said):
    with pytest.raises(ValidationError):
        Text.model_validate(said)

    assert len(Text(title="x" * 60, text="Something.").title) == 60


@pytest.mark.parametrize(
    "said",
    [
        {"name": "Aurora", "kind": "cruiser", "side": "mrc"},
        {"name": "Aurora", "kind": "ship", "side": "contested"},
        {"name": "", "kind": "ship", "side": "mrc"},
        {"name": "Aurora", "kind": "ship"},
        {"name": "Aurora", "kind": "ship", "side": "mrc", "of": "Baltic Fleet"},
    ],
)
def test_an_actor_has_a_name_a_known_kind_and_a_side(said):
    with pytest.raises(ValidationError):
        Actor.model_validate(said)


def test_a_time_with_an_offset_is_refused_wherever_a_time_stands():
    """Petrograd's clock has no zone in the story: the same minute in Tokyo and New York."""
    aware = datetime(1917, 10, 25, 12, 0, tzinfo=UTC)

    assert refused(when={"until": aware}) == {"when.until"}
    assert refused(changes=[{"ring": "closed", "at": aware}]) == {"changes.0.ring.at"}
    assert refused(changes=[MOVE | {"from": aware}]) == {"changes.0.move.from"}
    assert refused(accounts=[{"source": "reed", "locator": "I", "says": "So.", "time": aware}]) == {
        "accounts.0.time"
    }
