"""Finding events by words and filters."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from story.find import find_events, plain


def ids(events):
    return {event.id for event in events}


def test_nothing_asked_finds_everything_in_order(story):
    assert find_events(story) == story.events
    assert find_events(story, "  \n ") == story.events


FOUND = {
    "a word of the title": ("blank", "aurora-blank-shot"),
    "a part of a word": ("telegr", "1024-telegraph"),
    "any case": ("AURORA Blank", "aurora-blank-shot"),
    "the id itself": ("post-office-taken", "post-office-taken"),
    "a place": ("Smolny", "1024-midnight-tsik"),
    "a place by its Russian name": ("Смольный", "1024-midnight-tsik"),
    "a place by its name of today": ("Hermitage", "ministers-arrested"),
    "a person": ("fofanova", "1024-lenin-letter"),
    "an author of an account": ("sukhanov", "1022-peoples-house"),
    "a work": ("Ten Days That Shook", "1021-garrison-conference"),
}


@pytest.mark.parametrize("case", FOUND, ids=str)
def test_finds_an_event_by(story, case):
    asked, wanted = FOUND[case]

    found = find_events(story, asked)

    assert wanted in ids(found)
    assert len(found) < len(story.events)


def test_every_event_is_found_by_its_own_title_in_capitals(story):
    for event in story.events:
        assert event in find_events(story, story.text(event).title.upper()), event.id


def test_every_event_is_found_by_the_russian_name_of_each_of_its_places(story):
    for place in {place for event in story.events for place in event.places}:
        found = find_events(story, story.places[place].name("ru").lower())
        assert ids(found) >= ids(story.events_at(place)), place


@pytest.mark.parametrize(
    ("asked", "said"),
    [("Miéville", "mieville"), ("ЁЛКА", "елка"), ("Музей", "музеи"), ("ﬁre", "fire"), ("İ", "i")],
)
def test_case_accents_and_ligatures_do_not_matter(asked, said):
    assert plain(asked) == plain(said)


@given(st.text())
def test_plain_text_is_plain_already(text):
    assert plain(plain(text)) == plain(text)


def test_an_accent_may_be_left_out_of_the_search(story):
    assert ids(find_events(story, "mieville")) == ids(find_events(story, "Miéville")) != set()


def test_every_word_must_be_there_in_any_order(story):
    both = ids(find_events(story, "lenin smolny"))

    assert both == ids(find_events(story, "SMOLNY   lenin"))
    assert both == ids(find_events(story, "lenin")) & ids(find_events(story, "smolny"))
    assert both


def test_words_that_no_event_has_find_nothing(story):
    assert find_events(story, "xyzzy") == ()
    assert find_events(story, "aurora xyzzy") == ()


@pytest.mark.parametrize("asked", ["(", "[a-", "\\", "*", "%", "{{7*7}}", "\x00", "a" * 10_000])
def test_signs_are_searched_for_as_they_are(story, asked):
    for event in find_events(story, asked):
        said = [story.text(event).title, story.text(event).text]
        said += [account.says for account in event.accounts]
        said += [story.chronicle.sources[a.source].cite() for a in event.accounts]
        said += [name for p in event.places for name in story.places[p].today.values()]
        said += [name for p in event.places for name in story.places[p].names.values()]
        said += [story.actors[actor].name for actor in event.actors]
        assert any(plain(asked) in plain(text) for text in said), event.id


def test_each_filter_gives_what_a_direct_look_gives(story):
    for kind in {event.kind for event in story.events}:
        assert find_events(story, kinds=[kind]) == tuple(
            event for event in story.events if event.kind == kind
        )
    for place in {place for event in story.events for place in event.places}:
        assert find_events(story, places=[place]) == story.events_at(place)
    for side in ("government", "mrc", "opposition", "neutral"):
        found = find_events(story, sides=[side])
        assert found
        for event in story.events:
            acts = any(story.actors[actor].side == side for actor in event.actors)
            assert (event in found) == acts, event.id


def test_within_a_filter_any_value_will_do_and_across_filters_all_must(story):
    """The law of all filters together, over every choice of them."""
    kinds = st.sets(st.sampled_from(sorted({event.kind for event in story.events})), max_size=3)
    places = st.sets(st.sampled_from(sorted(story.places)), max_size=4)
    sides = st.sets(st.sampled_from(["government", "mrc", "opposition", "neutral"]), max_size=3)

    @settings(max_examples=25, deadline=None)
    @given(st.sampled_from(["", "palace", "lenin", "bridge"]), sides, kinds, places)
    def holds(asked, sides, kinds, places):
        together = ids(find_events(story, asked, sides=sides, kinds=kinds, places=places))

        apart = ids(find_events(story, asked))
        for name, values in (("sides", sides), ("kinds", kinds), ("places", places)):
            if values:
                apart &= set().union(*(ids(find_events(story, **{name: [v]})) for v in values))
        assert together == apart

    holds()


def test_what_is_found_stays_in_the_order_of_the_story(story):
    found = find_events(story, "palace", sides=["mrc", "government"])

    assert list(found) == sorted(found, key=story.events.index)
    assert len(found) > 1
