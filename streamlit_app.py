"""The page: widgets and layout. Nothing imports it.

Map and clock are joined as `story/link.js` and `story/reconcile.py` describe: the map is sent
once and never rebuilt; each step sends a minute to it and a card to the page.
"""

import gc
import os
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import streamlit as st

from events.clock import (
    DAYS,
    LAST_MINUTE,
    STORY_END,
    STORY_START,
    at_minute,
    minute_of,
    nearest_in_story,
)
from geo.online_base import provider_of
from story import card, downloads
from story.address import CALENDARS, KIOSK, View, read_address, write_address
from story.export import Edition, export
from story.find import find_events
from story.kiosk import find_settings
from story.reconcile import Clock, Jump, Report, reconcile
from story.story_map import story_map
from story.telling import Story, read_story
from story.words import LANGUAGES, Words, words_of

HERE = Path(__file__).parent
SPEEDS = {0.5: "½×", 1.0: "1×", 2.0: "2×", 4.0: "4×"}
PANELS = ("event", "city", "place")

link = st.components.v2.component(
    "petrograd_link",
    js=(HERE / "story" / "link.js").read_text("utf-8"),
    css=(HERE / "story" / "link.css").read_text("utf-8"),
    isolate_styles=False,
)
courier = st.components.v2.component(  # a component's script goes with its every message
    "petrograd_courier",
    js=(HERE / "story" / "courier.js").read_text("utf-8"),
    isolate_styles=False,
)


@st.cache_resource(show_spinner=False)
def load(language: str = "en") -> Story:
    """The story in the words of a language, read once a process."""
    return read_story() if language == "en" else load().said_in(language)


def language() -> str:
    """The language of the address, or the one this reader had last."""
    asked = st.query_params.get("lang")
    if asked in LANGUAGES:
        return asked
    return "en" if st.query_params else st.session_state.get("lang", "en")


def online_base() -> tuple[str | None, str | None]:
    """The online map to compare the ground with, if one is asked for, and what is wrong with it."""
    asked = os.environ.get("PETROGRAD_ONLINE_BASE")
    if not asked:
        return None, None
    try:
        return provider_of(asked).name, None
    except ValueError as error:
        return None, f"PETROGRAD_ONLINE_BASE: {error}."


@st.cache_resource(show_spinner=False)
def map_page(lang: str, base: str | None = None) -> str:
    """The map as the very text that `save` writes: sent once, moved by its script.

    With it everything is loaded that stays, and is taken out of the garbage collector's way:
    Streamlit collects after every rerun, and walking what never changes is most of a step.
    """
    page = str(story_map(load(lang), online_base=base).get_root().render())
    gc.collect()
    gc.freeze()
    return page


def frame() -> dict[str, str]:
    """What a link adds that stays in the frame of another page."""
    return {"embed": "true"} if st.context.is_embedded else {}


def begin(story: Story, words: Words) -> None:
    """Take the view from the address, at the start and when the reader goes back in history.

    A view that the address already says is not written again: that would add the page to the
    browser's history, and going back would lead nowhere.
    """
    state = st.session_state
    asked = st.query_params.to_dict()
    away = "clock" in state and "minute" not in state  # widgets of a page left are forgotten
    if "clock" in state and not away and state.written == asked:
        return
    view, trouble, told = replace(state.get("told") or View(), lang=language()), None, None
    if asked or not away:  # the link back from another page names no minute: the last one stands
        view, trouble = read_address(asked, story, words)
        told = view
        view = replace(view, lang=language())
    minute = minute_of(view.t)
    if "clock" in state:
        slider = state.clock.minute if away else slider_minute()
        state.clock = reconcile(state.clock, slider, jump=Jump(minute))
    else:
        state.clock = Clock(minute)
    state.opened = True
    state.minute = view.t
    state.chosen = view.event
    state.place = view.place
    state.calendar = view.calendar
    state.lang = view.lang
    state.seen = view.seen
    state.trouble = trouble
    state.panel = "place" if view.place else "event"
    state.setdefault("speed", 1.0)
    state.setdefault("acknowledged", 0)
    state.written, state.told = asked, told


def slider_minute() -> int:
    """What the browser's slider says, which may be older than the clock."""
    return minute_of(nearest_in_story(st.session_state.minute))


def touch(what: str = "other") -> None:
    """Remember that something else than the slider sent this message."""
    st.session_state[what] = True


def jump_to(minute: int, event: str | None = None) -> None:
    """Remember where the reader wants to go; the next run goes there."""
    st.session_state.jump = Jump(minute)
    st.session_state.chosen = event
    if event is not None or st.session_state.panel == "place":
        st.session_state.panel = "event"


def step(story: Story, forward: bool) -> None:
    """Go to the next or the previous event."""
    touch()
    here = reconcile(st.session_state.clock, slider_minute(), other=True).minute
    minutes = [minute_of(event.shown) for event in story.events]
    told = [number for number, minute in enumerate(minutes) if minute <= here]
    at = told[-1]  # the opening is at the first minute
    if st.session_state.chosen and minute_of(story.by_id[st.session_state.chosen].shown) == here:
        at = story.events.index(story.by_id[st.session_state.chosen])
    goal = at + 1 if forward else at - (minutes[at] == here)
    if 0 <= goal < len(minutes):
        shared = goal + 1 < len(minutes) and minutes[goal + 1] == minutes[goal]
        jump_to(minutes[goal], story.events[goal].id if shared else None)


def hear(story: Story) -> None:
    """Take in what the link reports: the map's minute, a place or event that was chosen."""
    touch()
    said = dict(st.session_state.link.report or {})
    st.session_state.acknowledged = said.get("number", 0)
    event = next((event for event in story.events if event.id == said.get("event")), None)
    if event is not None:
        jump_to(minute_of(event.shown), event.id)
    if isinstance(said.get("jump"), int):
        jump_to(min(max(said["jump"], 0), LAST_MINUTE))
    for key in ("choose", "place"):
        if said.get(key) in list(story.places):
            st.session_state.place = said[key]
            st.session_state.panel = "place"
    if isinstance(said.get("minute"), int | float) and isinstance(said.get("seq"), int):
        minute = min(max(int(said["minute"]), 0), LAST_MINUTE)
        st.session_state.report = Report(minute, said["seq"], bool(said.get("playing")))


def settle(story: Story) -> Clock:
    """Bring slider, map and buttons to one minute."""
    state = st.session_state
    if state.pop("opened", False):
        return state.clock
    before: Clock = state.clock
    jump = state.pop("jump", None)
    clock = reconcile(
        before,
        slider_minute(),
        state.pop("report", None),
        jump,
        toggled=state.pop("toggled", False),
        hurried=state.pop("hurried", False),
        other=state.pop("other", False),
    )
    if jump is not None or clock.minute != before.minute:
        state.trouble = None
        if state.chosen and minute_of(story.by_id[state.chosen].shown) != clock.minute:
            state.chosen = None
    if clock.minute != before.minute:
        state.seen = None
    state.clock = clock
    if clock.sets:
        state.minute = at_minute(clock.minute)
    return clock


@st.fragment
def clock_and_card(story: Story, words: Words) -> None:
    """Everything that changes with the minute: one small message a step."""
    state = st.session_state
    clock = settle(story)
    t = at_minute(clock.minute)
    city = story.at(t)
    place = state.place if state.panel == "place" else None
    view = View(t, state.chosen, place, state.calendar, state.lang, state.seen)
    with st.container(key="head", gap=None):
        st.html(card.head(story, city, words, state.calendar))
        st.html(card.languages(words, {**write_address(view), **frame()}))
    with st.container(key="controls", gap=None):
        st.slider(
            words("page", "minute"),
            STORY_START,
            STORY_END,
            key="minute",
            step=timedelta(minutes=5),
            format=words("page", "slider_format"),
            label_visibility="collapsed",
        )
        courier(
            key="link",
            data={
                "seq": clock.seq,
                "minute": None if clock.stays else clock.minute,
                "playing": clock.playing,
                "speed": state.speed,
                "place": state.place,
                "event": state.chosen,
                "view": state.seen,
                "acknowledged": state.acknowledged,
                "title": words("page", "map"),
                "language": words.language,
            },
            on_report_change=lambda: hear(story),
        )
        with st.container(key="buttons", horizontal=True, gap="small"):
            st.button(
                words("page", "previous"), key="previous", icon=":material/skip_previous:",
                on_click=step, args=(story, False),
            )  # fmt: skip
            st.button(
                words("page", "pause" if clock.playing else "play"), key="play", type="primary",
                icon=":material/pause:" if clock.playing else ":material/play_arrow:",
                on_click=touch, args=("toggled",),
            )  # fmt: skip
            st.button(
                words("page", "next"), key="next", icon=":material/skip_next:",
                on_click=step, args=(story, True),
            )  # fmt: skip
            for day in DAYS:
                st.button(
                    f"{day.day}",
                    key=f"day-{day.day}",
                    on_click=jump_to,
                    args=(minute_of(day),),
                    type="primary" if day.date() == t.date() else "secondary",
                )
            st.segmented_control(
                words("page", "speed"), list(SPEEDS), key="speed", format_func=SPEEDS.get,
                label_visibility="collapsed", required=True, on_change=touch, args=("hurried",),
            )  # fmt: skip
            st.segmented_control(
                words("page", "calendar"), CALENDARS, key="calendar", label_visibility="collapsed",
                format_func=lambda name: words("page", f"calendar_{name}"), required=True,
                on_change=touch,
            )  # fmt: skip
    with st.container(key="card", gap="small"):
        st.segmented_control(
            words("page", "panel"),
            PANELS,
            key="panel",
            format_func=lambda panel: words("page", panel),
            label_visibility="collapsed",
            required=True,
            on_change=touch,
        )
        if state.trouble:
            st.html(card.quiet(state.trouble))
        if state.panel == "city":
            st.html(card.city_card(story, city, words))
        elif state.panel == "place":
            st.html(card.place_card(story, state.place, t, words))
        else:
            chosen = story.by_id.get(state.chosen or "")
            st.html(card.event_card(story, city, words, chosen))
    if view != state.told and not clock.playing:  # each address is a page in the browser's history
        state.told = view
        state.written = write_address(view)
        st.query_params.from_dict(state.written)


@st.fragment
def all_events(story: Story, words: Words) -> None:
    """The list of all events, with search and filters; its links go to their minute."""
    st.subheader(words("page", "all_events"), anchor=False)
    search, side, kind, place = st.columns([3, 2, 2, 2])
    asked = search.text_input(
        words("page", "search"), key="search", placeholder=words("page", "search_hint")
    )
    sides = side.multiselect(
        words("page", "filter_side"), list(words.section("side")), key="sides",
        format_func=lambda side: words("side", side), placeholder=words("page", "filter_any"),
    )  # fmt: skip
    kinds = kind.multiselect(
        words("page", "filter_kind"), list(words.section("kind")), key="kinds",
        format_func=lambda kind: words("kind", kind), placeholder=words("page", "filter_any"),
    )  # fmt: skip
    named = {place for event in story.events for place in event.places}
    places = place.multiselect(
        words("page", "filter_place"),
        sorted(named, key=story.name),
        key="places",
        format_func=story.name,
        placeholder=words("page", "filter_any"),
    )
    found = find_events(story, asked, sides=sides, kinds=kinds, places=places)
    st.caption(words("page", "found", n=str(len(found)), all=str(len(story.events))))
    if found:
        st.html(card.event_list(story, found, words))
    else:
        st.html(card.quiet(words("page", "none_found")))


def take_with_you(story: Story, words: Words) -> None:
    """Downloads; each file is made only when it is asked for."""
    st.subheader(words("page", "downloads"), anchor=False)
    with st.container(horizontal=True):
        for key, name, mime, make in (
            ("events_geojson", "petrograd-1917-events.geojson", "application/geo+json", downloads.events_geojson),
            ("events_csv", "petrograd-1917-events.csv", "text/csv", downloads.events_csv),
            ("places", "petrograd-1917-places.geojson", "application/geo+json", downloads.places_geojson),
        ):  # fmt: skip
            st.download_button(
                words("page", f"download_{key}"), data=partial(make, story), file_name=name,
                mime=mime, key=f"download-{key}", on_click="ignore",
            )  # fmt: skip


def rising() -> None:
    """The story on its clock."""
    begin(load(), words_of(language()))
    words = words_of(st.session_state.lang)
    story = load(words.language)
    base, wrong = online_base()
    with st.container(key="stage", gap="small"):
        clock_and_card(story, words)
        with st.container(key="map"):
            st.iframe(map_page(st.session_state.lang, base), height=620)
    if wrong:
        st.html(card.quiet(wrong))
    st.html(card.share(words))
    all_events(story, words)
    take_with_you(story, words)
    link(key="link-script")


def kept_words() -> Words:
    """The words of a page beside the clock, and the links to it in other languages."""
    st.session_state.lang = language()
    words = words_of(st.session_state.lang)
    st.html(card.languages(words, frame()))
    return words


def prologue() -> None:
    """What came before the clock."""
    words = kept_words()
    st.title(words("page", "prologue_tab"), anchor=False)
    st.write(words("page", "prologue_intro"))
    st.html(card.in_language(card.prologue_articles(load(words.language), words), words))


def about() -> None:
    """What this is, how it knows, what it owes to whom."""
    words = kept_words()
    story = load(words.language)
    st.title(words("page", "about_tab"), anchor=False)
    st.html(card.in_language(card.about(story, words), words))
    st.header(words("page", "sources_all"), anchor=False)
    st.html(card.in_language(card.source_list(story), words))
    take_with_you(story, words)


@st.cache_resource(show_spinner=False)
def kiosk_page() -> tuple[str, str]:
    """The very file that `export --kiosk` writes, with the settings of `kiosk.toml`, and its language."""
    settings = find_settings(os.environ.get("PETROGRAD_KIOSK"), HERE)
    return export(load(), Edition(kiosk=settings)).single_file(), settings.language


def kiosk() -> None:
    """The story on a museum's screen: it lives in its frame, whatever becomes of the server."""
    st.html(HERE / "story" / "page_kiosk.css")
    page, told_in = kiosk_page()
    st.iframe(page, height=600, alt=words_of(told_in)("page", "title"))


words = words_of(language())
st.set_page_config(page_title=words("page", "title"), layout="wide")
if st.query_params.get("mode") == KIOSK["mode"]:
    kiosk()
    st.stop()
st.html(HERE / "story" / "card.css")
st.html(HERE / "story" / "page.css")
st.navigation(
    [
        st.Page(rising, title=words("page", "story_tab"), default=True),
        st.Page(prologue, title=words("page", "prologue_tab"), url_path="prologue"),
        st.Page(about, title=words("page", "about_tab"), url_path="about"),
    ],
    position="top",
).run()
