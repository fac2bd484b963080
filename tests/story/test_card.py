"""What is written beside the map."""

import re
from collections import Counter
from datetime import timedelta
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import parse_qsl

import pytest
from markupsafe import Markup

from events.clock import LAST_MINUTE, STORY_START, at_minute
from events.state import City
from story import card
from story.address import read_address
from story.words import what_changed, words_of
from tests.conftest import at, make_event
from tests.story.naughty import NAUGHTY, everything_says

EN = words_of("en")
HOURS = [at_minute(minute) for minute in range(0, LAST_MINUTE + 1, 180)]


class Read(HTMLParser):
    """HTML as a browser reads it: its tags, its text, its links, and the text of each tag."""

    EMPTY = ("br", "img", "input")

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.skeleton, self.links, self.open, self.boxes = [], [], [], []
        self.text = ""
        self.feed(str(html))
        self.close()
        assert not self.open, "a tag stays open"

    def handle_starttag(self, tag, attrs):
        self.skeleton.append((tag, tuple(sorted(name for name, _ in attrs))))
        said = dict(attrs)
        if tag == "a":
            self.links.append(said)
        if tag not in self.EMPTY:
            self.boxes.append([tag, said, ""])
            self.open.append(self.boxes[-1])

    def handle_endtag(self, tag):
        self.skeleton.append(f"/{tag}")
        assert self.open.pop()[0] == tag, "tags close in the wrong order"

    def handle_data(self, data):
        self.text += data
        for box in self.open:
            box[2] += data

    def handle_comment(self, data):
        self.skeleton.append("comment")

    handle_decl = unknown_decl = handle_pi = handle_comment

    def all(self, tag, css=""):
        """Text of each tag of this name and class, in order."""
        return [
            text
            for name, attrs, text in self.boxes
            if name == tag and css in ("", *attrs.get("class", "").split())
        ]


def everything(story, t):
    """Every piece of HTML that the page shows of a story at `t`."""
    city = story.at(t)
    yield card.head(story, city, EN)
    yield card.city_card(story, city, EN)
    for event in story.events[::5]:
        yield card.event_card(story, city, EN, event)
    for place in list(story.places)[::5]:
        yield card.place_card(story, place, t, EN)
    yield card.event_list(story, story.events, EN, t)
    yield card.prologue_articles(story, EN)
    yield card.source_list(story)
    yield card.about(story, EN)


# ---- text of the data is text


@pytest.mark.parametrize("text", NAUGHTY.values(), ids=NAUGHTY)
def test_whatever_a_record_says_comes_out_as_text(story, text):
    """The tags of a page are the same, whatever its records say; the words are all there."""
    t = at("25 21:45")
    harmless = [Read(html) for html in everything(everything_says(story, "x"), t)]

    naughty = [Read(html) for html in everything(everything_says(story, text), t)]

    assert len(naughty) == len(harmless)
    for said, plain in zip(naughty, harmless, strict=True):
        assert said.skeleton == plain.skeleton
    for said in naughty[1:-1]:  # the head and the last page have no words of the data
        assert text in said.text


@pytest.mark.parametrize("text", NAUGHTY.values(), ids=NAUGHTY)
def test_a_sentence_about_the_address_comes_out_as_text(text):
    said = Read(card.quiet(text))

    assert said.text == text
    assert said.skeleton == Read(card.quiet("x")).skeleton


def test_every_link_stays_on_the_page(story):
    links = [link for html in everything(story, at("25 21:45")) for link in Read(html).links]

    assert len(links) > 300
    for link in links:
        assert link["href"].startswith("?")
        assert "data-event" in link or "data-place" in link


def test_every_link_shows_what_it_names_also_when_opened_cold(story):
    links = [link for html in everything(story, at("25 21:45")) for link in Read(html).links]
    for link in links:
        view, trouble = read_address(dict(parse_qsl(link["href"][1:])), story, EN)
        assert trouble is None
        assert view.event == link.get("data-event")
        assert view.place == link.get("data-place")


# ---- the head


def test_the_head_has_both_calendars_and_the_one_chosen_first(story):
    city = story.at(at("25 21:40"))

    assert Read(card.head(story, city, EN)).all("strong") == [EN.clock(city.t)]
    assert Read(card.head(story, city, EN, "ns")).all("strong") == [EN.clock(city.t, "ns")]
    for calendar in ("os", "ns"):
        text = Read(card.head(story, city, EN, calendar)).text
        assert EN.clock(city.t) in text
        assert EN.clock(city.t, "ns") in text


# ---- an event


def event_text(story, event):
    return Read(card.event_card(story, story.at(event.shown), EN, event)).text


def test_every_event_is_told_with_all_its_places_actors_and_sources(story):
    for event in story.events:
        text = event_text(story, event)
        said = story.text(event)
        assert said.title in text
        assert said.text in text
        assert EN("kind", event.kind) in text
        assert event.when.as_written in text
        for place in event.places:
            assert story.places[place].name("en") in text, event.id
        for actor in event.actors:
            assert story.actors[actor].name in text, event.id
        for account in event.accounts:
            source = story.chronicle.sources[account.source].cite()
            assert f"{account.says} {source}, {account.locator}" in text, event.id


def test_every_event_says_in_words_how_sure_it_is(story):
    """No colour and no tooltip alone: what is disputed or unverified has a sentence."""
    told = Counter()
    for event in story.events:
        text = event_text(story, event)
        kicker = Read(card.event_card(story, story.at(event.shown), EN, event)).all("p", "kicker")
        assert EN("certainty", event.certainty) in kicker[0], event.id
        for certainty in ("disputed", "unverified"):
            sentence = EN("certainty_note", certainty)
            assert (sentence in text) == (event.certainty == certainty), event.id
        told[event.certainty] += 1
    assert set(told) == {"certain", "likely", "disputed", "unverified"}


def test_the_prologue_says_it_too(story):
    text = Read(card.prologue_articles(story, EN)).text
    for certainty in ("disputed", "unverified"):
        doubtful = [e for e in story.chronicle.prologue if e.certainty == certainty]
        assert text.count(EN("certainty_note", certainty)) == len(doubtful)


def test_why_this_minute_is_told_where_the_sources_leave_it_open(story):
    for event in story.events:
        text = event_text(story, event)
        assert (EN("page", "drawn_because") in text) == bool(event.when.reason), event.id
        assert event.when.reason in text


def rivals(story, **account):
    event = make_event(
        places=["smolny"],
        shown="25 02:00",
        accounts=[{"source": "reed", "locator": "ch. IV", "says": "So it was.", **account}],
    )
    said = Read(card.accounts(story, event, EN))
    return said.all("li", "rival"), said.all("em", "own")


def test_an_account_with_another_hour_or_place_is_marked_and_says_which(story):
    telegraph = story.places["central-telegraph"].name("en")

    assert rivals(story)[0] == []
    assert rivals(story, time=at("25 02:00"), place="smolny")[0] == []
    assert rivals(story, time=at("25 03:30"))[1] == ["puts it at 03:30"]
    assert rivals(story, time=at("24 23:30"))[1] == ["puts it at 24 Oct 23:30"]
    assert rivals(story, place="central-telegraph")[1] == [f"places it at {telegraph}"]
    assert len(rivals(story, time=at("25 03:30"))[0]) == 1


def test_every_rival_account_of_the_story_is_marked_and_no_other(story):
    told = 0
    for event in story.chronicle.prologue + story.events:
        rival = [
            account.says
            for account in event.accounts
            if account.time not in (None, event.shown) or account.place not in (None, *event.places)
        ]
        marked = Read(card.accounts(story, event, EN)).all("li", "rival")
        assert len(marked) == len(rival), event.id
        for says, item in zip(rival, marked, strict=True):
            assert item.startswith(says)
        told += len(rival)
    assert told > 20


def test_without_a_choice_the_event_just_past_is_told(story):
    city = story.at(at("25 21:42"))

    told = Read(card.event_card(story, city, EN))
    chosen = Read(card.event_card(story, city, EN, story.by_id["post-office-taken"]))

    assert told.all("h2") == [story.text(story.by_id["aurora-blank-shot"]).title]
    assert chosen.all("h2") == [story.text(story.by_id["post-office-taken"]).title]


def test_before_the_first_event_there_is_no_card(story):
    assert card.event_card(story, City(STORY_START), EN) == Markup("")


def test_the_next_event_is_a_link_and_the_last_one_has_none(story):
    first, last = story.events[0], story.events[-1]

    said = Read(card.event_card(story, story.at(first.shown), EN))
    assert said.links[-1]["data-event"] == story.at(first.shown).next.id
    assert EN("page", "next_event") in said.text
    assert EN("page", "next_event") not in event_text(story, last)


def test_what_is_under_way_leaves_out_the_event_that_is_told(story):
    for event in story.events:
        city = story.at(event.shown)
        going = {other.id for other in city.under_way}
        said = Read(card.event_card(story, city, EN))
        named = [link["data-event"] for link in said.links if "data-event" in link]
        named = named[:-1] if city.next else named
        assert set(named) <= going - {city.last.id}
        assert (EN("page", "under_way") in said.text) == bool(going - {city.last.id})


def test_a_long_list_of_changes_says_how_many_more_there_are(story):
    opening = story.events[0]

    rows = Read(card.event_card(story, story.at(opening.shown), EN, opening)).all("ul", "changed")

    told = len(what_changed(story, opening, EN))
    assert told > 8
    assert rows[0].endswith(f"… +{told - 8}")


# ---- who holds what


def sections(html):
    """(holder, number in its heading, names in its list) of each part of the city's card."""
    parts = str(html).split('<section class="held ')[1:]
    for part in parts:
        holder = part.split('"')[0]
        read = Read('<section class="' + part.rsplit("</div>", 1)[0])
        yield holder, int(read.all("b")[0]), [link["data-place"] for link in read.links]


@pytest.mark.parametrize("t", HOURS[::4], ids=lambda t: f"{t:%d %H:%M}")
def test_who_holds_what_counts_what_is_held(story, t):
    city = story.at(t)
    direct = Counter(holding.holder for holding in city.holdings.values())

    told = {holder: (n, places) for holder, n, places in sections(card.city_card(story, city, EN))}

    assert {holder: n for holder, (n, _) in told.items() if n} == dict(direct)
    for holder, (n, places) in told.items():
        assert len(places) == n
        assert all(city.holdings[place].holder == holder for place in places)
    assert sum(n for n, _ in told.values()) == len(city.holdings)


@pytest.mark.parametrize("t", HOURS[::8], ids=lambda t: f"{t:%d %H:%M}")
def test_the_line_of_counts_counts_what_is_held(story, t):
    city = story.at(t)
    direct = Counter(holding.holder for holding in city.holdings.values())

    line = card.counts_line(story, city, EN)

    assert line == EN("page", "counts", **{h: str(direct[h]) for h in card.HOLDERS})


def test_a_place_that_is_only_claimed_stands_with_its_holder_and_names_the_claim(story):
    city = story.at(at("25 12:00"))
    claimed = {place: held for place, held in city.holdings.items() if held.claim}

    items = Read(card.city_card(story, city, EN)).all("li")

    assert claimed
    for place, held in claimed.items():
        name = story.places[place].name("en")
        assert f"{name} – claimed by: {EN('holder', held.claim)}" in items


def test_raised_bridges_the_ring_and_those_on_the_move_are_told_in_words(story):
    quiet = Read(card.city_card(story, story.at(at("21 12:00")), EN)).text
    raised = Read(card.city_card(story, story.at(at("25 02:00")), EN)).text

    assert EN("page", "no_raised_bridges") in quiet
    assert "Bridges raised: " in raised
    assert story.places["nikolaevsky-bridge"].name("en") in raised.split("Round the palace")[0]
    assert EN("page", "ring_now", stage=EN("ring", "none")) in quiet
    assert EN("page", "ring_now", stage=EN("ring", "closed")) in (
        Read(card.city_card(story, story.at(at("25 18:30")), EN)).text
    )
    on_the_way = next(
        change
        for event in story.events
        for change in event.changes
        if change.verb == "move" and change.end - change.start > timedelta(minutes=10)
    )
    moving = story.at(on_the_way.start + timedelta(minutes=5))
    assert (
        story.actors[on_the_way.move].name
        in (Read(card.city_card(story, moving, EN)).text.split("On the move")[1])
    )


# ---- one place


def test_without_a_place_the_reader_is_told_to_choose_one(story):
    assert Read(card.place_card(story, None, at("25 12:00"), EN)).text == EN("page", "choose_place")


def test_the_history_of_every_place_ends_with_who_holds_it_now(story):
    for t in HOURS[::7]:
        city = story.at(t)
        for place in story.places:
            now = Read(card.place_card(story, place, t, EN)).all("li", "now")
            if place in city.holdings:
                held = city.holdings[place]
                assert EN("holder", held.holder) in now[-1], (place, t)
                assert ("claimed by" in now[-1]) == (held.claim is not None), (place, t)
            else:
                assert not now, (place, t)


def test_a_step_of_a_history_never_repeats_the_one_before(story):
    for place in story.places:
        said = Read(card.place_card(story, place, at("27 06:00"), EN))
        steps = [text.split(" ", 3)[3] for text in said.all("li", "now")]
        assert all(a != b for a, b in pairwise(steps)), place


def test_a_place_is_told_with_its_names_how_it_was_placed_and_what_happened(story):
    for place in story.places.values():
        said = Read(card.place_card(story, place.id, at("25 12:00"), EN))
        assert said.all("h2") == [place.name("en")]
        assert place.name("ru") in said.text
        assert place.located_by in said.text
        assert f"within {place.error_m} m" in said.text
        assert (f"Today: {place.today['en']}" in said.text) == (
            place.today["en"] != place.name("en")
        )
        happened = said.text.split(EN("page", "happened_here"))[1]
        here = story.events_at(place.id)
        assert all(story.text(event).title in happened for event in here)
        assert here or EN("page", "nothing_here") in happened


# ---- lists


def test_what_is_yet_to_come_is_paler_in_a_list(story):
    t = at("25 02:10")

    said = Read(card.event_list(story, story.events, EN, t))

    later = [event for event in story.events if event.shown > t]
    assert len(said.all("li", "later")) == len(later)
    assert len(said.all("li")) == len(story.events)
    assert not Read(card.event_list(story, story.events, EN)).all("li", "later")


def test_the_prologue_is_told_in_order_each_entry_with_its_sources(story):
    said = Read(card.prologue_articles(story, EN))

    assert said.all("h2") == [story.text(event).title for event in story.chronicle.prologue]
    assert len(said.all("article")) == len(story.chronicle.prologue) == 13
    for event in story.chronicle.prologue:
        for account in event.accounts:
            assert account.says in said.text


def test_every_source_is_listed_once_and_its_address_is_no_link(story):
    said = Read(card.source_list(story))

    sources = story.chronicle.sources.values()
    assert len(said.all("li")) == len(sources)
    assert sorted(said.all("code")) == sorted(source.URL for source in sources if source.URL)
    assert not said.links
    for source in sources:
        assert source.cite() in said.text


def test_the_page_about_counts_what_there_is(story):
    text = Read(card.about(story, EN)).text

    assert f"{len(story.events)} events at {len(story.places)} places" in text
    assert f"{len(story.chronicle.sources)} sources" in text
    assert "{" not in text


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_the_names_of_a_place_stand_apart_and_no_line_begins_with_what_parts_them(story, language):
    told = story.said_in(language)
    for place in told.places:
        said = str(card.place_card(told, place, at("26 05:00"), words_of(language)))
        lines = re.findall(r'<p class="quiet">(.*?)</p>', said)
        assert lines, place
        assert not [line for line in lines if not line.strip() or line.startswith(" ·")], place
