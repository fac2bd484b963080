"""The page without a browser: what it shows for an address, a press, a report of the map."""

import json
import logging
import re

import pytest
from markupsafe import escape
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from events.clock import minute_of
from story.address import View, write_address
from story.telling import OPENING, ROOT
from story.words import LANGUAGES, words_of
from tests.conftest import at

EN = words_of("en")


@pytest.fixture(autouse=True, scope="module")
def quiet_streamlit():
    """Streamlit warns that it is not run by its own command; here that is meant."""
    logger = logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context")
    level, logger.level = logger.level, logging.ERROR
    yield
    logger.setLevel(level)


class Page:
    """The page as a reader has it; fails on any exception it shows."""

    def __init__(self, **query):
        self.app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
        self.app.query_params = dict(query)
        self.run()

    def run(self):
        self.app.run()
        assert not self.app.exception
        return self

    # -- what the reader does

    def press(self, key, slider=None):
        """Press a button; `slider` is what a browser that lags still says."""
        if slider is not None:
            self.app.slider(key="minute").set_value(at(slider))
        self.app.button(key=key).click()
        return self.run()

    def slide(self, t):
        self.app.slider(key="minute").set_value(at(t))
        return self.run()

    def switch(self, key, value):
        self.app.segmented_control(key=key).set_value(value)
        return self.run()

    def hear(self, slider=None, **said):
        """A report of the link, as `story/link.js` sends it; `slider` as in `press`."""
        if slider is not None:
            self.app.slider(key="minute").set_value(at(slider))
        states = self.app._tree.get_widget_states()
        report = [{"event": "report", "value": {"number": 1, **said}}]
        states.widgets.append(
            WidgetState(
                id=_make_trigger_id(self.courier.proto.id, "events"),
                json_trigger_value=json.dumps(report),
            )
        )
        self.app._run(states)
        assert not self.app.exception
        return self

    def open_page(self, path, **query):
        """Another page of the app by its link, or this one again; as a browser, with its query."""
        self.app._page_hash = calc_hash(path)
        self.app.query_params = dict(query)
        return self.run()

    def go_back_to(self, **query):
        """Back in the browser's history, to an earlier address of this page."""
        self.app.query_params = dict(query)
        return self.run()

    # -- what the page says

    @property
    def html(self):
        return [box.value for box in self.app.html if not box.value.startswith("<style>")]

    def find(self, pattern):
        found = [match for html in self.html for match in re.findall(pattern, html)]
        assert len(found) < 2, found
        return found[0] if found else None

    @property
    def clock(self):
        return self.find(r"<strong data-clock[^>]*>(.*?)</strong>")

    @property
    def told(self):
        return self.find(r'data-told="([^"]*)"')

    @property
    def shown_place(self):
        return self.find(r'data-shown-place="([^"]*)"')

    @property
    def notice(self):
        return self.find(r'<p class="quiet notice" role="status">(.*?)</p>')

    @property
    def listed(self):
        return re.findall(r'data-event="([^"]*)"', self.html[-1])

    @property
    def minute(self):
        return self.app.slider(key="minute").value

    @property
    def courier(self):
        return next(box for box in self.app.get("bidi_component") if box.key == "link")

    @property
    def order(self):
        """What the map is told."""
        return json.loads(self.courier.proto.json)

    @property
    def query(self):
        return dict(self.app.query_params)

    def shows(self, t):
        """Clock, slider, map and address all say `t`."""
        t = at(t)
        assert self.clock == EN.clock(t)
        assert self.minute == t
        assert self.order["minute"] == minute_of(t)
        assert self.query["t"] == f"{t:%Y-%m-%dT%H:%M}"
        return True


# ---- opened cold


def test_opened_without_an_address_the_story_begins(story):
    page = Page()

    assert page.clock == EN.clock(story.by_id[OPENING].shown)
    assert page.told == OPENING
    assert page.notice is None


COLD = {
    "a minute": ({"t": "1917-10-25T21:42"}, "25 21:42", "aurora-blank-shot", None),
    "an event": ({"event": "post-office-taken"}, "25 01:25", "post-office-taken", None),
    "an event at another minute": (
        {"t": "1917-10-25T02:00", "event": "electric-station-taken"},
        "25 02:00", "electric-station-taken", None,
    ),
    "a place": ({"t": "1917-10-25T12:00", "place": "smolny"}, "25 12:00", None, "smolny"),
    "an event and a place": (
        {"t": "1917-10-25T01:25", "event": "post-office-taken", "place": "smolny"},
        "25 01:25", None, "smolny",
    ),
    "the first minute": ({"t": "1917-10-21T00:00"}, "21 00:00", OPENING, None),
    "the last minute": ({"t": "1917-10-27T06:00"}, "27 06:00", "new-cec-elected", None),
}  # fmt: skip


@pytest.mark.parametrize("case", COLD.values(), ids=COLD)
def test_an_address_opened_cold_shows_its_view(case):
    query, t, told, place = case

    page = Page(**query)

    assert page.clock == EN.clock(at(t))
    assert page.minute == at(t)
    assert page.order["minute"] == minute_of(at(t))
    assert page.told == told
    assert page.shown_place == place
    assert page.notice is None


def test_an_address_that_says_what_is_shown_is_left_as_it_is():
    """Written again it would be one more page in the browser's history, and back a trap."""
    for query in (
        {},
        {"t": "1917-10-25T21:40", "utm": "x"},
        {"event": "post-office-taken"},
        {"t": "1917-10-25T01:25", "event": "post-office-taken", "place": "smolny"},
        {"t": "soon"},
    ):
        assert Page(**query).run().query == query


@pytest.mark.parametrize(
    "query",
    [
        {"t": "soon"}, {"t": "1916-10-25T12:00"}, {"t": "1917-11-07T21:40"}, {"event": "nothing"},
        {"event": "1010-decision"}, {"place": "atlantis"}, {"calendar": "x"}, {"lang": "tlh"},
        {"t": "<script>", "event": "{{7*7}}", "place": "../..", "lang": "\x00"},
        {"t": ["1917-10-25T21:40", "soon"]},
    ],
    ids=str,
)  # fmt: skip
def test_a_broken_address_says_one_quiet_sentence_that_is_gone_after_a_step(query):
    page = Page(**query)
    assert page.notice in EN.section("address").values()
    assert page.told is not None

    page.press("next" if page.minute < at("27 00:00") else "previous")

    assert page.notice is None


def test_an_address_with_an_event_of_the_prologue_points_to_the_prologue(story):
    page = Page(event=story.chronicle.prologue[0].id)

    assert page.notice == EN("address", "prologue")


# ---- steps


def test_next_and_previous_go_from_event_to_event():
    page = Page(t="1917-10-25T21:40")

    assert page.press("next").shows("25 21:45")
    assert page.told == "gallery-grenade"
    assert page.press("previous").shows("25 21:40")
    assert page.told == "aurora-blank-shot"


def test_next_tells_every_event_in_order_and_stays_at_the_last(story):
    """Those that share a minute too."""
    page = Page()

    for event in story.events[1:]:
        page.press("next")
        assert page.told == event.id
        assert page.clock == EN.clock(event.shown)

    assert page.press("next").told == story.events[-1].id


def test_previous_tells_the_same_events_backwards(story):
    page = Page(event=story.events[40].id)

    for event in story.events[39:20:-1]:
        assert page.press("previous").told == event.id


def test_at_the_first_event_previous_stays():
    page = Page(t="1917-10-21T00:00").press("previous")

    assert page.clock == EN.clock(at("21 00:00"))


@pytest.mark.parametrize("day", range(21, 27))
def test_a_day_button_goes_to_its_midnight(day):
    assert Page(t="1917-10-25T21:40").press(f"day-{day}").shows(f"{day} 00:00")


def test_the_slider_moves_clock_card_map_and_address():
    page = Page(t="1917-10-25T21:40")
    seq = page.order["seq"]

    assert page.slide("25 01:30").shows("25 01:30")
    assert page.told == "post-office-taken"
    assert page.order["seq"] == seq + 1


def test_a_minute_between_the_steps_of_the_slider_is_kept():
    page = Page(t="1917-10-25T21:42")

    page.switch("calendar", "ns")

    assert page.minute == at("25 21:42")


def test_two_quick_steps_are_two_steps_though_the_slider_lags():
    page = Page(t="1917-10-25T21:40").press("next")

    page.press("next", slider="25 21:40")

    assert page.shows("25 22:00")


@pytest.mark.parametrize(
    "act",
    [
        lambda page: page.app.segmented_control(key="calendar").set_value("ns"),
        lambda page: page.app.segmented_control(key="panel").set_value("city"),
        lambda page: page.app.segmented_control(key="speed").set_value(2.0),
        lambda page: page.app.button(key="play").click(),
    ],
    ids=["calendar", "panel", "speed", "play"],
)
def test_a_press_that_comes_with_an_old_slider_value_does_not_throw_the_reader_back(act):
    page = Page(t="1917-10-25T21:40").press("next")

    page.app.slider(key="minute").set_value(at("25 21:40"))
    act(page)
    page.run()

    assert page.minute == at("25 21:45")
    assert "21:45" in page.clock


# ---- the map


def test_the_map_is_sent_once_and_only_its_minute_after_that():
    page = Page(t="1917-10-25T21:40")
    frame = page.app.get("iframe")[0].proto

    page.press("next").switch("panel", "city").slide("24 12:00")

    assert page.app.get("iframe")[0].proto == frame
    assert len(page.courier.proto.json) < 500


def test_play_becomes_pause_and_back():
    page = Page(t="1917-10-25T21:40").press("play")
    assert page.app.button(key="play").label == "Pause"
    assert page.order["playing"] is True
    assert page.order["minute"] == minute_of(at("25 21:40"))
    seq = page.order["seq"]

    page.press("play")

    assert page.app.button(key="play").label == "Play"
    assert page.order["playing"] is False
    assert page.order["seq"] == seq + 1
    assert page.order["minute"] is None  # the map is ahead: it says where it stands
    page.hear(minute=minute_of(at("25 21:57")), seq=seq + 1, playing=False)
    assert page.shows("25 21:57")


def test_while_it_plays_the_card_follows_the_map_and_the_map_gets_no_order():
    page = Page(t="1917-10-25T21:40").press("play")
    seq = page.order["seq"]

    page.hear(minute=minute_of(at("25 22:00")), seq=seq, playing=True)

    assert page.clock == EN.clock(at("25 22:00"))
    assert page.minute == at("25 22:00")
    assert page.told == "womens-battalion-sortie"
    assert page.order["seq"] == seq
    assert page.order["playing"] is True


def test_the_address_waits_until_playing_stops_for_each_is_a_page_of_history():
    page = Page(t="1917-10-25T21:40").press("play")
    page.hear(minute=minute_of(at("25 22:00")), seq=page.order["seq"], playing=True)
    assert page.query["t"] == "1917-10-25T21:40"

    page.hear(minute=minute_of(at("25 22:05")), seq=page.order["seq"], playing=False)

    assert page.shows("25 22:05")


def test_a_report_that_comes_late_changes_nothing():
    page = Page(t="1917-10-25T21:40").press("play")
    late = page.order["seq"]
    page.press("day-24")

    page.hear(minute=minute_of(at("25 22:00")), seq=late, playing=True)

    assert page.shows("24 00:00")
    assert page.app.button(key="play").label == "Play"


def test_a_step_while_it_plays_stops_it_there():
    page = Page(t="1917-10-25T21:40").press("play").press("next")

    assert page.shows("25 21:45")
    assert page.order["playing"] is False


def test_another_speed_reaches_the_map_while_it_plays():
    page = Page(t="1917-10-25T21:40").press("play")
    seq = page.order["seq"]

    page.switch("speed", 4.0)

    assert page.order["speed"] == 4.0
    assert page.order["seq"] == seq + 1
    assert page.order["playing"] is True
    assert page.order["minute"] is None  # it plays on from where it is


def test_a_place_chosen_on_the_map_is_told_and_has_an_address():
    page = Page(t="1917-10-25T21:40")

    page.hear(place="smolny", minute=minute_of(at("25 21:40")), seq=0, playing=False)

    assert page.shown_place == "smolny"
    assert page.query == {"t": "1917-10-25T21:40", "place": "smolny"}
    assert page.order["place"] == "smolny"


def test_a_place_of_the_card_is_told_too():
    assert Page(t="1917-10-25T21:40").hear(choose="winter-palace").shown_place == "winter-palace"


def test_an_event_of_the_list_goes_to_its_minute_and_is_told():
    page = Page(t="1917-10-25T21:40").switch("panel", "city")

    page.hear(event="electric-station-taken")

    assert page.told == "electric-station-taken"
    assert page.query["event"] == "electric-station-taken"
    assert Page(**page.query).told == "electric-station-taken"
    page.press("next")
    assert page.query.get("event") != "electric-station-taken"


@pytest.mark.parametrize(
    "said",
    [
        {}, {"event": "nothing"}, {"event": ["x"]}, {"event": {}}, {"place": "atlantis"},
        {"place": [1]}, {"choose": None}, {"jump": "soon"}, {"jump": None},
        {"minute": None, "seq": 0}, {"minute": "x", "seq": 0}, {"minute": 5, "seq": "x"},
    ],
    ids=str,
)  # fmt: skip
def test_a_report_that_makes_no_sense_is_no_harm(said):
    assert Page(t="1917-10-25T21:40").hear(**said).clock == EN.clock(at("25 21:40"))


@pytest.mark.parametrize(
    ("said", "t"),
    [
        ({"jump": 10**12}, "27 06:00"),
        ({"jump": -(10**12)}, "21 00:00"),
        ({"minute": 1e300, "seq": 0}, "27 06:00"),
        ({"minute": -5, "seq": 0}, "21 00:00"),
    ],
    ids=str,
)
def test_a_report_from_beyond_the_clock_shows_its_end(said, t):
    assert Page(t="1917-10-25T21:40").hear(**said).shows(t)


# ---- panels and calendars


def test_the_panel_shows_the_event_the_city_or_the_place(story):
    page = Page(t="1917-10-25T21:40")

    page.switch("panel", "city")
    assert page.told is None
    assert any('class="city"' in html for html in page.html)

    page.switch("panel", "place")
    assert any(EN("page", "choose_place") in html for html in page.html)

    page.switch("panel", "event")
    assert page.told == "aurora-blank-shot"


def test_a_step_from_a_place_tells_the_event_and_from_the_city_stays_with_the_city():
    assert Page(t="1917-10-25T12:00", place="smolny").press("next").told is not None
    page = Page(t="1917-10-25T12:00").switch("panel", "city").press("next")
    assert any('class="city"' in html for html in page.html)


def test_the_calendar_that_is_chosen_comes_first_and_is_in_the_address():
    page = Page(t="1917-10-25T21:40")
    assert page.clock.endswith("25 October 1917, 21:40 (Old Style)")

    page.switch("calendar", "ns")

    assert page.clock.endswith("7 November 1917, 21:40 (New Style)")
    assert page.query == {"t": "1917-10-25T21:40", "calendar": "ns"}
    assert Page(**page.query).clock == page.clock
    assert page.switch("calendar", "os").query == {"t": "1917-10-25T21:40"}


# ---- the list of all events


def test_all_events_are_listed(story):
    page = Page()

    assert page.listed == [event.id for event in story.events]
    assert page.app.caption[0].value == EN(
        "page", "found", n=str(len(story.events)), all=str(len(story.events))
    )


def test_a_search_leaves_what_has_its_words_and_no_exception_where_nothing_has():
    page = Page()

    page.app.text_input(key="search").set_value("post office")
    page.run()
    assert "post-office-taken" in page.listed
    assert page.app.caption[0].value.startswith(f"{len(page.listed)} of ")

    page.app.text_input(key="search").set_value("<b>nothing</b>")
    page.run()
    assert EN("page", "none_found") in page.html[-1]


@pytest.mark.parametrize(
    ("key", "value", "passes"),
    [
        ("sides", "opposition", lambda story, event: "opposition" in {
            story.actors[actor].side for actor in event.actors}),
        ("kinds", "bridge", lambda story, event: event.kind == "bridge"),
        ("places", "winter-palace", lambda story, event: "winter-palace" in event.places),
    ],
    ids=["side", "kind", "place"],
)  # fmt: skip
def test_a_filter_leaves_what_passes_it(story, key, value, passes):
    page = Page()

    page.app.multiselect(key=key).set_value([value])
    page.run()

    wanted = [event.id for event in story.events if passes(story, event)]
    assert page.listed == wanted
    assert 0 < len(wanted) < len(story.events)


def test_searching_leaves_the_clock_where_it_is():
    page = Page(t="1917-10-25T21:40")

    page.app.text_input(key="search").set_value("bridge")
    page.run()

    assert page.clock == EN.clock(at("25 21:40"))


# ---- downloads and the other pages


def test_the_data_can_be_taken_away_here_and_on_the_page_about():
    labels = [EN("page", f"download_{key}") for key in ("events_geojson", "events_csv", "places")]

    assert [button.label for button in Page().app.download_button] == labels
    about = Page().open_page("about")
    assert [button.label for button in about.app.download_button] == labels


def test_the_prologue_is_a_page_of_its_own(story):
    page = Page().open_page("prologue")

    assert page.app.title[0].value == EN("page", "prologue_tab")
    assert page.html[1].count("<article") == len(story.chronicle.prologue)


def test_the_page_about_names_sources_and_licences(story):
    page = Page().open_page("about")

    assert "OpenStreetMap contributors" in page.html[1]
    assert page.html[2].count("<li>") == len(story.chronicle.sources)


def test_the_link_back_from_another_page_shows_the_minute_that_was_left():
    page = Page(t="1917-10-25T21:40").press("next").switch("calendar", "ns")

    page.open_page("prologue").open_page("")

    assert page.clock == EN.clock(at("25 21:45"), "ns")
    assert page.query == {"t": "1917-10-25T21:45", "calendar": "ns"}


def test_going_back_from_another_page_shows_the_address_it_leads_to():
    page = Page(t="1917-10-25T21:40").press("next")

    for query, t in (
        ({"t": "1917-10-25T21:45"}, "25 21:45"),  # the last one written
        ({"t": "1917-10-25T21:40"}, "25 21:40"),
    ):
        page.open_page("about").open_page("", **query)
        assert page.shows(t)


def test_going_back_in_history_shows_the_view_before():
    page = Page(t="1917-10-25T21:40").press("next").press("next")

    page.go_back_to(t="1917-10-25T21:45")

    assert page.shows("25 21:45")
    assert page.query == {"t": "1917-10-25T21:45"}


def test_after_going_back_an_old_slider_value_is_still_an_echo():
    page = Page(t="1917-10-25T21:40").press("next")
    page.go_back_to(t="1917-10-25T21:40")

    page.press("play", slider="25 21:45")

    assert page.clock == EN.clock(at("25 21:40"))


def test_going_back_to_the_very_beginning_leaves_its_address_alone():
    page = Page().press("next")

    page.go_back_to()

    assert page.clock == EN.clock(at("21 00:00"))
    assert page.query == {}


# ---- every event


def test_a_link_to_any_event_shows_it(story):
    """One session going from link to link: a sample over the whole story."""
    page = Page()
    for event in story.events[:: len(story.events) // 30]:
        page.go_back_to(**write_address(View(event.shown, event.id)))
        assert page.told == event.id
        assert page.clock == EN.clock(event.shown)
        assert page.notice is None


# ---- an online map to compare with


def test_no_online_map_is_asked_for_unless_the_environment_names_one(monkeypatch):
    monkeypatch.delenv("PETROGRAD_ONLINE_BASE", raising=False)
    ours = Page().app.get("iframe")[0].proto.srcdoc
    assert "onlineBase" not in ours

    monkeypatch.setenv("PETROGRAD_ONLINE_BASE", "openstreetmap mapnik")
    page = Page()

    assert "https://tile.openstreetmap.org/" in page.app.get("iframe")[0].proto.srcdoc
    assert page.notice is None


def test_an_online_map_that_nobody_knows_is_said_and_the_page_goes_on_without(monkeypatch):
    monkeypatch.setenv("PETROGRAD_ONLINE_BASE", "OpenStreetMap.Mapnick")

    page = Page()

    assert page.notice.startswith(
        "PETROGRAD_ONLINE_BASE: &#39;OpenStreetMap.Mapnick&#39; is no online map that is known "
        "here; try OpenStreetMap.Mapnik, "
    )
    assert "onlineBase" not in page.app.get("iframe")[0].proto.srcdoc


# ---- languages


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_tells_everything_in_the_language_of_the_address(story, language):
    told, words = story.said_in(language), words_of(language)
    page = Page(t="1917-10-25T21:40", lang=language)
    event = told.by_id["aurora-blank-shot"]

    assert page.clock == words.clock(at("25 21:40"))
    assert page.find(r"<article.*?<h2>(.*?)</h2>") == escape(told.text(event).title)
    assert any(escape(told.text(event).text) in html for html in page.html)
    for account in event.accounts:
        assert any(escape(account.says) in html for html in page.html)
    assert page.app.button(key="next").label == words("page", "next")
    assert page.order["language"] == language
    assert page.app.segmented_control(key="panel").options == [
        words("page", name) for name in ("event", "city", "place")
    ]
    page.switch("panel", "city")
    assert any(escape(words("holder", "contested")) in html for html in page.html)


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_lead_to_the_same_view_in_every_other_language(language):
    page = Page(t="1917-10-25T21:40", calendar="ns", lang=language)
    (links,) = (html for html in page.html if 'class="languages"' in html)

    for other in LANGUAGES:
        query = f"?t=1917-10-25T21:40&amp;calendar=ns&amp;lang={other}"
        assert (f'href="{query}" lang="{other}"' in links) == (other != language)
    assert ">Русский<" in links or language == "ru"


def test_links_to_other_languages_name_a_place_only_while_it_is_shown():
    page = Page(place="winter-palace")
    assert any("place=winter-palace&amp;lang=ru" in html for html in page.html)

    page.switch("panel", "event")

    (links,) = (html for html in page.html if 'class="languages"' in html)
    assert "place=" not in links


def test_a_link_of_a_card_opens_cold_in_the_language_it_stands_in():
    page = Page(t="1917-10-25T21:40", lang="fr")
    links = [link for html in page.html for link in re.findall(r'<a href="([^"]*)" data-', html)]
    assert len(links) > 100
    assert all(link.endswith("&amp;lang=fr") for link in links)

    english = [
        link for html in Page().html for link in re.findall(r'<a href="([^"]*)" data-', html)
    ]
    assert not [link for link in english if "lang=" in link]


def test_the_language_stays_from_step_to_step_and_from_page_to_page():
    page = Page(t="1917-10-25T21:40", lang="ru").press("next")
    russian = words_of("ru")
    assert page.query == {"t": "1917-10-25T21:45", "lang": "ru"}
    assert page.clock == russian.clock(at("25 21:45"))

    page.open_page("about")
    assert page.app.title[0].value == russian("page", "about_tab")
    page.open_page("prologue")
    assert page.app.title[0].value == russian("page", "prologue_tab")
    page.open_page("")
    assert page.clock == russian.clock(at("25 21:45"))
    assert page.query == {"t": "1917-10-25T21:45", "lang": "ru"}


def test_a_page_beside_the_clock_opened_in_a_language_leads_to_the_story_in_it():
    page = Page.__new__(Page)  # opened cold, the story not seen before
    page.app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    page.open_page("about", lang="fr")
    french = words_of("fr")

    assert page.app.title[0].value == french("page", "about_tab")
    assert all('<div lang="fr">' in html for html in page.html[1:3])
    page.open_page("")
    assert page.clock == french.clock(at("21 00:00"))
    assert page.app.button(key="next").label == french("page", "next")
    assert page.query == {"t": "1917-10-21T00:00", "lang": "fr"}


def test_an_address_without_a_language_is_english_whatever_was_read_before():
    page = Page(t="1917-10-25T21:40", lang="ru")

    page.go_back_to(t="1917-10-25T21:40")

    assert page.clock == EN.clock(at("25 21:40"))


def test_words_are_found_in_the_language_of_the_page(story):
    page = Page(lang="ru")
    page.app.text_input(key="search").set_value("Аврора")
    page.run()

    found = [
        event
        for event in story.said_in("ru").events
        if "Аврора" in story.said_in("ru").text(event).title
    ]
    assert len(found) >= 3
    listed = " ".join(page.html)
    for event in found:
        assert f'data-event="{event.id}"' in listed
