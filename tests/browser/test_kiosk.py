"""The kiosk: attract loop, visitor's screen, idle and reset, no way out, healing, staff view."""

import io
import math
import random
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import axe_core_python
import pytest
import zxingcpp
from PIL import Image, ImageChops
from playwright.sync_api import expect

from benchmarks.storm import Storm, storm
from events.clock import minute_of
from story.export import Edition, export
from story.kiosk import TOUR, Kiosk
from story.telling import ROOT
from tests.browser.conftest import BUILD, SCREENS, SIZES, until

AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text("utf-8")
SHAPES = ("landscape", "upright")
KEPT = BUILD / "kiosk"
ADDRESS = "https://museum.example/petrograd"


@pytest.fixture(scope="module")
def kiosk_file(story, tmp_path_factory):
    path = tmp_path_factory.mktemp("kiosk") / "kiosk.html"
    page = export(story, Edition(kiosk=Kiosk(address=ADDRESS, languages=("en",)))).single_file()
    path.write_text(page, "utf-8")
    return path.as_uri()


def mode(page):
    return page.evaluate("document.documentElement.dataset.kiosk")


def begin(page):
    """A visitor touches the screen."""
    size = page.viewport_size
    page.touchscreen.tap(size["width"] / 2, size["height"] / 3)
    until(page, "petrograd.kiosk.mode === 'story'")


def tap(page, name):
    page.get_by_role("button", name=name, exact=True).first.tap()


def fingerprint(page):
    return page.evaluate("petrograd.kiosk.fingerprint()")


# ---- the attract loop


def test_the_tour_shows_a_dozen_moments_in_two_minutes_each_with_its_time_in_both_calendars(
    open_kiosk, story
):
    page = open_kiosk()
    told = []
    for event in TOUR:
        page.clock.run_for(5000)
        told.append(page.evaluate("petrograd.host.told"))
        assert page.evaluate("petrograd.host.minute") == minute_of(story.by_id[event].shown)
        expect(page.locator(".attract-line")).to_have_text(story.text(story.by_id[event]).title)
        expect(page.locator(".attract-when")).to_contain_text("(Old Style)")
        expect(page.locator(".attract-other")).to_contain_text("November 1917 (New Style)")
        expect(page.locator(".attract-touch")).to_have_text("Touch to begin")
        page.clock.run_for(120_000 / 12 - 5000 - 150)  # the whole in less than two minutes

    assert tuple(told) == TOUR
    page.clock.run_for(3000)
    assert page.evaluate("petrograd.host.told") == TOUR[0]


def test_the_clock_of_the_tour_runs_between_its_moments_and_the_view_goes_to_the_place(
    open_kiosk, story
):
    page = open_kiosk()
    page.clock.run_for(9900)
    first, second = (minute_of(story.by_id[event].shown) for event in TOUR[:2])
    page.clock.run_for(1000)

    assert first < page.evaluate("petrograd.host.minute") < second

    page.clock.run_for(4000)
    at = story.places[story.by_id[TOUR[1]].places[0]].lon_lat
    centre = page.evaluate("(c => [c.lng, c.lat])(petrograd.host.map.getCenter())")
    assert centre == pytest.approx(at, abs=1e-4)


@pytest.mark.parametrize("screen", SHAPES)
@pytest.mark.parametrize("look", ["day", "night"])
def test_no_point_of_the_screen_stays_bright_through_a_tour(open_kiosk, screen, look):
    page = open_kiosk(screen, f"look={look}", reduced_motion="reduce")
    darkest = None
    for _ in TOUR:
        page.clock.run_for(600)
        shot = Image.open(io.BytesIO(page.screenshot())).convert("L")
        darkest = shot if darkest is None else ImageChops.darker(darkest, shot)
        page.clock.run_for(9300)

    assert darkest.getextrema()[1] < 80  # of 255


def test_reduced_motion_cuts_from_moment_to_moment(open_kiosk, story):
    page = open_kiosk(reduced_motion="reduce")
    page.clock.run_for(10_000)
    event = story.by_id[TOUR[1]]

    assert page.evaluate("petrograd.host.minute") == minute_of(event.shown)
    centre = page.evaluate("(c => [c.lng, c.lat])(petrograd.host.map.getCenter())")
    assert centre == pytest.approx(story.places[event.places[0]].lon_lat, abs=1e-4)
    moving = page.evaluate("document.getAnimations().filter(a => a.playState === 'running').length")
    assert moving == 0


def test_any_touch_or_key_ends_the_loop_and_opens_the_story_at_its_beginning(open_kiosk):
    page = open_kiosk()
    start = page.evaluate("(petrograd.kiosk.begin(), petrograd.kiosk.fingerprint())")
    for wake in (
        lambda: page.touchscreen.tap(400, 1040),  # where "play" will be
        lambda: page.touchscreen.tap(1900, 10),
        lambda: page.mouse.click(700, 1040),
        lambda: page.keyboard.press("x"),
        lambda: page.keyboard.press("Enter"),
        lambda: page.keyboard.press("Escape"),
    ):
        page.evaluate("petrograd.kiosk.reset()")
        page.clock.run_for(17_000)
        assert mode(page) == "attract"
        wake()
        assert mode(page) == "story"
        assert fingerprint(page) == start


def test_no_warning_comes_while_the_loop_runs(open_kiosk):
    page = open_kiosk()
    for _ in range(40):
        page.clock.run_for(10_000)
        assert mode(page) == "attract"

    assert page.evaluate("petrograd.kiosk.log.resets") == 0


# ---- the visitor's screen

VISIBLE = """query => [...document.querySelectorAll(query)].filter(node => node.checkVisibility()
    && !node.closest('[inert]')).map(node => {
        const {left, top, width, height} = node.getBoundingClientRect();
        return [node.getAttribute('aria-label') || node.textContent.trim().slice(0, 30) || node.id, left, top, width, height];
    })"""
TARGETS = "button, input, summary, a[role=button], [tabindex='0']:not(.leaflet-marker-icon):not(.folium-map)"


@pytest.mark.parametrize("screen", SCREENS)
def test_every_target_has_64_pixels_and_stands_on_the_screen(open_kiosk, screen):
    page = open_kiosk(screen)
    begin(page)
    width, height = SCREENS[screen]
    for pane in ("event", "city", "place", "list", "sources"):
        page.evaluate("pane => petrograd.open(pane)", pane)
        if pane == "place":
            page.evaluate("petrograd.host.choose('winter-palace')")  # a card on the map, too
        found = page.evaluate(VISIBLE, TARGETS)
        assert len(found) > 25
        for name, left, _, wide, high in found:
            assert min(wide, high) >= 64 - 0.01, f"{pane}: {name} is {wide} x {high}"
            assert left >= 0, name
            assert left + wide <= width, name
        fixed = page.evaluate(VISIBLE, "button")
        assert all(top + high <= height for _, _, top, _, high in fixed)


@pytest.mark.parametrize("screen", SCREENS)
def test_every_control_is_in_the_lower_half(open_kiosk, screen):
    page = open_kiosk(screen)
    begin(page)

    controls = page.evaluate(VISIBLE, "button, input, summary")

    assert len(controls) >= 3 + 6 + 5 + 4 + 7 + 2
    for name, _, top, _, _ in controls:
        assert top >= SCREENS[screen][1] / 2, name


def lie_apart(boxes):
    """No box of (name, left, top, width, height) lies over another."""
    for n, (name, left, top, wide, high) in enumerate(boxes):
        for other, left2, top2, wide2, high2 in boxes[n + 1 :]:
            apart = (
                left + wide <= left2 + 1.5 or left2 + wide2 <= left + 1.5
                or top + high <= top2 + 0.5 or top2 + high2 <= top + 0.5
            )  # fmt: skip
            assert apart, f"{name} and {other}"


@pytest.mark.parametrize("screen", SCREENS)
def test_nothing_lies_over_anything_else_or_is_cut_off(open_kiosk, screen):
    page = open_kiosk(screen)
    begin(page)
    boxes = page.evaluate(VISIBLE, "button, summary, .panes, .head, .ticks, .caption, .credit")
    lie_apart(boxes)
    cut = page.evaluate("[...document.querySelectorAll('button')].filter(b => b.checkVisibility() && (b.scrollWidth > b.clientWidth + 1 || b.scrollHeight > b.clientHeight + 1)).map(b => b.textContent)")  # fmt: skip
    assert cut == []


@pytest.mark.parametrize(
    ("screen", "inches", "distance"),
    [("landscape", 27, 60), ("upright", 27, 60), ("large", 27, 60), ("landscape", 32, 60), ("landscape", 24, 60), ("large", 55, 120)],
)  # fmt: skip
def test_capitals_are_0_7_degrees_high_at_the_distance_that_is_set(
    open_kiosk, screen, inches, distance
):
    page = open_kiosk(screen, f"inches={inches}&distance={distance}")
    begin(page)

    capital_px, size_px = page.evaluate("""() => {
        const style = getComputedStyle(document.querySelector('article.now p:not(.kicker)'));
        const pen = document.createElement('canvas').getContext('2d');
        pen.font = `1000px ${style.fontFamily}`;  // small ones are rounded
        const px = parseFloat(style.fontSize);
        return [pen.measureText('H').actualBoundingBoxAscent * px / 1000, px];
    }""")

    mm = capital_px * inches * 25.4 / math.hypot(*SCREENS[screen])
    assert math.degrees(math.atan(mm / (distance * 10))) == pytest.approx(0.7, rel=0.02)
    if (screen, inches, distance) == ("landscape", 27, 60):
        assert size_px >= 34


def test_text_size_grows_in_steps_and_comes_back(open_kiosk):
    page = open_kiosk()
    begin(page)
    size = "parseFloat(getComputedStyle(document.querySelector('article.now p')).fontSize)"
    sizes = [page.evaluate(size)]
    for _ in range(3):
        tap(page, "Text size")
        sizes.append(page.evaluate(size))

    assert sizes[0] < sizes[1] < sizes[2]
    assert sizes[3] == sizes[0]


def test_every_event_of_the_story_is_reached_by_tapping_next(open_kiosk, story):
    page = open_kiosk()
    begin(page)
    told = [page.locator("article.event.now").get_attribute("data-told")]
    following = page.get_by_role("button", name="Next", exact=True)
    for _ in story.events[1:]:
        following.tap()
        told.append(page.evaluate("document.querySelector('article.event.now').dataset.told"))

    assert told == [event.id for event in story.events]


def test_everything_that_takes_a_drag_a_pinch_or_a_wheel_has_a_button(open_kiosk, story):
    page = open_kiosk(timed=False, reduced_motion="reduce")
    begin(page)
    view = "(c => [c.lng, c.lat, petrograd.host.map.getZoom()])(petrograd.host.map.getCenter())"
    for name, axis, sign in (("North", 1, 1), ("South", 1, -1), ("East", 0, 1), ("West", 0, -1), ("Closer", 2, 1), ("Farther", 2, -1)):  # fmt: skip
        before = page.evaluate(view)
        tap(page, name)
        after = page.evaluate(view)
        assert (after[axis] - before[axis]) * sign > 0, name
    tap(page, "Closer")
    tap(page, "Whole city")
    assert page.evaluate("petrograd.host.view") is None

    panes = page.locator(".panes")
    tap(page, "Sources")
    up, down = (page.get_by_role("button", name=f"Scroll {way}") for way in ("up", "down"))
    expect(up).to_have_attribute("aria-disabled", "true")
    down.tap()
    until(page, "document.querySelector('.panes').scrollTop > 200")
    expect(up).to_have_attribute("aria-disabled", "false")
    up.tap()
    until(page, "document.querySelector('.panes').scrollTop === 0")
    for _ in range(200):
        if down.get_attribute("aria-disabled") == "true":
            break
        before = panes.evaluate("node => node.scrollTop")
        down.tap(force=True)  # it may come to the end, and the button with it, while this waits
        until(page, f"document.querySelector('.panes').scrollTop > {before} || document.querySelector('[data-kiosk=down]').ariaDisabled === 'true'")  # fmt: skip
    else:
        pytest.fail("the end of the sources is not reached")
    last = page.locator(".pane[data-name=sources] > p").last
    expect(last).to_contain_text("OpenStreetMap contributors")
    expect(last).to_be_in_viewport()

    tap(page, "Places")
    named = page.locator(".place-list a")
    assert named.count() == len(story.places)
    tap(page, "Winter Palace")
    expect(page.locator("article.place-history.now h2")).to_have_text("Winter Palace")
    expect(page.locator(".leaflet-popup strong")).to_have_text("Winter Palace")
    tap(page, "Places")
    expect(named.first).to_be_visible()
    tap(page, "Who holds what")
    expect(page.locator(".city")).to_be_visible()
    tap(page, "25 October 1917")
    assert page.evaluate("petrograd.host.minute") == 4 * 1440


def test_playing_can_be_stopped_at_any_moment(open_kiosk):
    page = open_kiosk()
    begin(page)
    tap(page, "Play")
    page.clock.run_for(6000)
    assert page.evaluate("petrograd.host.playing")
    pause = page.get_by_role("button", name="Pause", exact=True)
    for name in ("Who holds what", "Places", "All events", "Sources"):
        tap(page, name)
        expect(pause).to_be_visible()

    pause.tap()

    stopped = page.evaluate("petrograd.host.minute")
    page.clock.run_for(5000)
    assert page.evaluate("petrograd.host.minute") == stopped > 0


def test_names_on_the_map_grow_with_the_text_and_keep_clear_of_the_controls(open_kiosk):
    page = open_kiosk("large")
    begin(page)
    height = page.evaluate("document.querySelector('.place-label:not([data-spot=none])').getBoundingClientRect().height")  # fmt: skip
    assert height > 40
    labels = page.evaluate(VISIBLE, ".place-label")
    covers = page.evaluate(VISIBLE, ".pad, .caption, .legend, .credit, .ground-scale")
    assert len(labels) > 10
    for name, left, top, wide, high in labels:
        for other, left2, top2, wide2, high2 in covers:
            assert (
                left + wide <= left2 or left2 + wide2 <= left
                or top + high <= top2 or top2 + high2 <= top
            ), f"{name} under {other}"  # fmt: skip


def test_a_mark_that_is_touched_is_the_one_that_opens(open_kiosk):
    """The map is drawn larger than it is laid out; touches must still meet what is seen."""
    page = open_kiosk(timed=False)
    begin(page)
    box = page.locator(".place[data-place='smolny'] .place-mark").bounding_box()

    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    expect(page.locator("article.place-history.now")).to_have_attribute("data-shown-place", "smolny")  # fmt: skip


def test_one_finger_moves_the_map_by_as_much_as_it_moves(open_kiosk):
    page = open_kiosk(timed=False)
    begin(page)
    mark = page.locator(".place[data-place='smolny'] .place-mark")
    before = mark.bounding_box()
    page.mouse.move(400, 600)
    page.mouse.down()
    page.mouse.move(300, 560, steps=5)
    page.wait_for_timeout(300)  # held still: no throw
    page.mouse.move(300, 561)
    page.mouse.up()

    after = mark.bounding_box()
    assert after["x"] - before["x"] == pytest.approx(-100, abs=6)
    assert after["y"] - before["y"] == pytest.approx(-39, abs=6)


# ---- idle and reset


def test_the_warning_comes_after_the_time_out_and_not_before(open_kiosk):
    page = open_kiosk()
    begin(page)
    page.clock.run_for(30_000)
    tap(page, "Next")
    page.clock.run_for(59_000)
    assert mode(page) == "story"

    page.clock.run_for(1200)

    assert mode(page) == "warning"
    warning = page.get_by_role("alertdialog", name="Are you still there?")
    expect(warning).to_be_visible()
    expect(warning.get_by_role("button", name="Keep going")).to_be_focused()
    expect(warning).to_contain_text("20 seconds")
    page.clock.run_for(7000)
    expect(warning).to_contain_text("13 seconds")


@pytest.mark.parametrize(
    "answer",
    [
        lambda page: page.keyboard.press("Escape"),
        lambda page: page.keyboard.press("Enter"),
        lambda page: page.get_by_role("button", name="Keep going").tap(),
        lambda page: page.touchscreen.tap(5, 5),
        lambda page: page.touchscreen.tap(400, 1040),
    ],
    ids=["escape", "enter", "the button", "a corner", "where play is"],
)
def test_any_touch_or_escape_keeps_everything_as_it_was(open_kiosk, answer):
    page = open_kiosk()
    begin(page)
    for _ in range(5):
        tap(page, "Next")
    before = fingerprint(page)
    page.clock.run_for(61_000)
    assert mode(page) == "warning"

    answer(page)

    assert fingerprint(page) == before
    page.clock.run_for(59_000)
    assert mode(page) == "story"
    page.clock.run_for(1300)
    assert mode(page) == "warning"


def test_without_an_answer_the_loop_comes_back(open_kiosk):
    page = open_kiosk(asked="idle=15&warning=25")
    begin(page)
    page.clock.run_for(15_300)
    assert mode(page) == "warning"
    page.clock.run_for(24_000)
    assert mode(page) == "warning"

    page.clock.run_for(1300)

    assert mode(page) == "attract"
    assert page.evaluate("petrograd.kiosk.log.resets") == 1


@pytest.mark.parametrize("seed", [1, 2])
def test_after_two_hundred_random_acts_and_a_reset_every_field_is_as_at_the_start(open_kiosk, seed):
    page = open_kiosk(timed=False)
    loop = fingerprint(page)
    begin(page)
    start = fingerprint(page)
    weather = Storm(page, seed)
    choose = random.Random(seed)
    for _ in range(100):
        weather.act()
        page.evaluate("""pick => {
            const all = [...document.querySelectorAll('button, a[role=button], summary')].filter(node => node.checkVisibility());
            if (all.length) all[Math.floor(pick * all.length)].click();
        }""", choose.random())  # fmt: skip
    page.evaluate("petrograd.host.map.setZoom(15.5); petrograd.open('city'); petrograd.calendarIs('ns')")  # fmt: skip
    if mode(page) == "attract":
        begin(page)
    assert any(fingerprint(page)[field] != start[field] for field in start)
    page.evaluate("petrograd.kiosk.settings.idle = 0; petrograd.kiosk.settings.warning = 0")

    until(page, "petrograd.kiosk.mode === 'attract'")

    page.evaluate("petrograd.kiosk.settings.idle = 60")
    assert fingerprint(page) == loop
    begin(page)
    assert fingerprint(page) == start
    page.wait_for_timeout(400)  # nothing begun before the reset ends after it
    assert fingerprint(page) == start


def test_a_reset_in_the_middle_of_a_zoom_leaves_the_whole_city(open_kiosk):
    page = open_kiosk(timed=False)
    begin(page)
    start = fingerprint(page)
    page.evaluate("petrograd.host.map.setZoom(16)")  # takes a quarter of a second

    page.evaluate("petrograd.kiosk.begin()")

    page.wait_for_timeout(600)
    assert fingerprint(page) == start


def test_start_again_is_a_reset_for_the_visitor_who_stays(open_kiosk):
    page = open_kiosk()
    begin(page)
    start = fingerprint(page)
    tap(page, "Text size")
    tap(page, "All events")
    tap(page, "24 October 1917")
    tap(page, "Closer")

    tap(page, "Start again")

    assert fingerprint(page) == start


# ---- no way out


def test_nothing_in_the_page_is_a_link(open_kiosk):
    page = open_kiosk(timed=False)
    begin(page)
    page.evaluate("petrograd.open('city'); petrograd.host.choose('winter-palace')")
    expect(page.locator(".leaflet-popup")).to_be_visible()

    assert page.evaluate("document.querySelectorAll('a[href], area[href], [target], [download], form, iframe').length") == 0  # fmt: skip
    cross = page.get_by_role("button", name="Close popup")
    cross.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup")).to_have_count(0)


def test_links_of_the_story_work_as_buttons_by_tap_and_by_key(open_kiosk):
    page = open_kiosk()
    begin(page)
    tap(page, "All events")
    entry = page.locator(".pane[data-name=list] a[data-event='aurora-blank-shot']")
    entry.focus()
    page.keyboard.press("Enter")

    expect(page.locator("article.event.now")).to_have_attribute("data-told", "aurora-blank-shot")
    assert page.url.endswith("kiosk.html")


@pytest.mark.parametrize("screen", SHAPES)
def test_a_storm_of_touches_and_chords_finds_no_way_out(open_kiosk, screen):
    assert storm(open_kiosk(screen, timed=False), 250, seed=7) == []


def test_two_fingers_do_not_zoom_the_page_and_ctrl_and_wheel_neither(open_kiosk):
    page = open_kiosk(timed=False)
    begin(page)
    fingers = Storm(page, 1)
    for x, y in ((1500, 400), (500, 400), (960, 40), (900, 1040)):
        fingers.touch("touchStart", (x - 50, y), (x + 50, y))
        for apart in range(60, 400, 20):
            fingers.touch("touchMove", (x - apart, y), (x + apart, y))
        fingers.touch("touchEnd")
        page.wait_for_timeout(300)  # a zoom would come after the touch
        assert page.evaluate("visualViewport.scale") == 1

    prevented = page.evaluate("""() => ['wheel', 'keydown', 'contextmenu', 'dragstart', 'dragover', 'drop', 'selectstart', 'auxclick'].map(name => {
        const said = {bubbles: true, cancelable: true, ctrlKey: true, key: '+', button: 1};
        const event = name === 'wheel' ? new WheelEvent(name, said) : name === 'keydown' ? new KeyboardEvent(name, said) : new MouseEvent(name, said);
        document.querySelector('.panes').dispatchEvent(event);
        return event.defaultPrevented;
    })""")
    assert all(prevented)


def test_going_back_leads_here_again(open_kiosk):
    page = open_kiosk(timed=False)
    begin(page)
    page.evaluate("globalThis.theVeryPage = true")
    before = fingerprint(page)
    for _ in range(3):
        page.evaluate("new Promise(done => { addEventListener('popstate', done, {once: true}); history.back(); })")  # fmt: skip
        until(page, "history.state.kiosk === 2")

    assert page.evaluate("globalThis.theVeryPage")
    assert fingerprint(page) == before


def test_the_address_stays_as_it_is_whatever_is_done(open_kiosk):
    page = open_kiosk(asked="idle=90")
    begin(page)
    address = page.url
    for name in ("Next", "Next", "Places", "Winter Palace", "26 October 1917", "Closer", "Start again"):  # fmt: skip
        tap(page, name)
        assert page.url == address


def test_visitors_can_take_the_address_with_them_as_a_picture(open_kiosk):
    page = open_kiosk()
    begin(page)
    tap(page, "Sources")
    code = page.locator(".read-on svg")
    expect(code).to_be_visible()

    read = zxingcpp.read_barcodes(Image.open(io.BytesIO(code.screenshot())))

    assert [each.text for each in read] == [ADDRESS]


# ---- healing


def test_an_error_leads_back_to_the_loop_within_five_seconds_and_is_noted(open_kiosk):
    page = open_kiosk(troubled=True, timed=False)
    for trouble in (
        "setTimeout(() => { throw new Error('out of order') }, 0)",
        "void Promise.reject(new Error('not kept'))",
    ):
        begin(page)
        page.get_by_role("button", name="Next", exact=True).tap()
        page.evaluate(trouble)
        until(page, "petrograd.kiosk.mode === 'attract'", seconds=5)

    errors = page.evaluate("petrograd.kiosk.log.errors.map(([, text]) => text)")
    assert "out of order" in errors[0]
    assert "not kept" in errors[1]


def test_an_error_that_repeats_shows_our_own_picture_and_the_page_begins_anew(open_kiosk):
    page = open_kiosk(troubled=True, timed=False)
    page.evaluate("globalThis.theVeryPage = true")
    page.evaluate("for (let n = 0; n < 4; n++) setTimeout(() => { throw new Error('again') }, 0)")

    failure = page.locator("html[data-kiosk=failure]")
    expect(failure.get_by_role("heading", name="One moment, please")).to_be_visible()

    until(page, "!globalThis.theVeryPage && globalThis.petrograd?.kiosk?.mode === 'attract'")  # fmt: skip
    expect(page.locator(".failure")).to_be_hidden()
    assert page.evaluate("petrograd.kiosk.log.errors.length") == 4  # kept over the new beginning


def test_a_page_that_cannot_even_begin_shows_our_own_picture_and_tries_again(open_kiosk):
    """Once the map does not come up; then it does."""
    broken = """
        if (!sessionStorage.getItem('tried')) {
            Object.defineProperty(globalThis, 'storyMap', {get() {}, set() { throw new Error('no map'); }});
        }
        sessionStorage.setItem('tried', 'once');
    """
    page = open_kiosk(troubled=True, timed=False, init=broken, awaited=False)
    assert mode(page) == "failure"
    expect(page.get_by_role("heading", name="One moment, please")).to_be_visible()

    until(page, "globalThis.petrograd?.kiosk?.mode === 'attract'")
    expect(page.get_by_role("heading", name="One moment, please")).to_be_hidden()


@pytest.mark.parametrize(
    "trouble",
    [
        "Object.defineProperty(globalThis, 'localStorage', {get() { throw new DOMException('blocked', 'SecurityError'); }})",
        "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }",
        "localStorage.setItem('petrograd-kiosk', '{not json')",
        "localStorage.setItem('petrograd-kiosk', JSON.stringify([null, 5, ['1', {}], [[]], Array(1e4).fill('x')]))",
    ],
    ids=["storage blocked", "storage full", "storage spoilt", "storage strange"],
)  # fmt: skip
def test_with_storage_in_trouble_the_story_goes_on_and_errors_are_counted(open_kiosk, trouble):
    page = open_kiosk(init=f"try {{ {trouble} }} catch {{}}")
    begin(page)
    page.evaluate("petrograd.kiosk.note('something')")
    page.clock.run_for(500)

    assert mode(page) == "attract"
    assert page.evaluate("petrograd.kiosk.log.errors.at(-1)[1]") == "something"


def test_with_the_clock_of_1970_everything_runs(open_kiosk):
    page = open_kiosk(timed=False, init="Date = class extends Date { constructor() { super(0); } static now() { return 0; } };")  # fmt: skip
    begin(page)
    page.evaluate("petrograd.kiosk.settings.idle = 0")
    until(page, "petrograd.kiosk.mode === 'warning'")
    page.evaluate("petrograd.kiosk.settings.warning = 0")
    until(page, "petrograd.kiosk.mode === 'attract'")


def test_the_errors_that_are_kept_never_grow(open_kiosk):
    page = open_kiosk(troubled=True)
    for _ in range(4):
        page.evaluate("for (let n = 0; n < 40; n++) { petrograd.kiosk.note('x'.repeat(5000)); }")

    assert page.evaluate("petrograd.kiosk.log.errors.length") == 50
    assert page.evaluate("JSON.stringify({...localStorage}).length") < 20_000


def run_server():
    """The page as `make run` starts it, and its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return port, start_server(port)


def start_server(port):
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", f"--server.port={port}"],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
            return process
        except OSError:
            time.sleep(0.1)
    process.kill()
    pytest.fail("the page did not start within a minute")


def test_in_the_streamlit_page_the_story_outlives_its_server(chromium):
    port, server = run_server()
    context = chromium.new_context(viewport={"width": 1920, "height": 1080}, has_touch=True)
    try:
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/?mode=kiosk&idle=300&languages=en,fr")
        page.wait_for_selector("iframe")
        frame = page.frames[1]
        until(frame, "globalThis.petrograd?.kiosk?.mode === 'attract'")
        page.touchscreen.tap(900, 400)
        frame.locator("[data-kiosk=language][data-language=fr]").tap()
        frame.locator("html[lang=fr][data-kiosk=story]").wait_for()
        until(frame, "globalThis.petrograd?.kiosk?.mode === 'story'")
        frame.evaluate("petrograd.kiosk.reset()")
        frame.locator("html[lang=en][data-kiosk=attract]").wait_for()
        until(frame, "globalThis.petrograd?.kiosk?.mode === 'attract'")
        assert frame.evaluate("petrograd.kiosk.settings.idle") == 300
        assert page.evaluate("(b => [b.left, b.top, b.width, b.height])(document.querySelector('iframe').getBoundingClientRect())") == [0, 0, 1920, 1080]  # fmt: skip
        until(page, "/ ok \\d+ 1 0$/.test(document.title)")  # the watchdog's heartbeat
        frame.evaluate("globalThis.theVeryPage = true")
        page.touchscreen.tap(900, 400)
        frame.locator("[data-kiosk=language][data-language=en]").tap()
        until(frame, "petrograd.kiosk.mode === 'story'")

        server.send_signal(signal.SIGKILL)
        server.wait()
        page.wait_for_selector(".stDialog", state="attached", timeout=60_000)  # it has noticed
        assert "onnection" not in page.inner_text("body")
        assert not page.locator(".stDialog").is_visible()
        minute = frame.evaluate("petrograd.host.minute")
        frame.get_by_role("button", name="Next", exact=True).tap()
        assert frame.evaluate("petrograd.host.minute") > minute
        KEPT.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=KEPT / "server-killed.png")

        server = start_server(port)
        page.wait_for_selector(".stDialog", state="detached", timeout=60_000)  # it is back
        page.wait_for_timeout(2000)  # a rerun would replace the frame now
        assert frame.evaluate("[globalThis.theVeryPage, petrograd.kiosk.mode]") == [True, "story"]
        assert "onnection" not in page.inner_text("body")
    finally:
        context.close()
        server.kill()
        server.wait()


# ---- the staff view


def press_corner(page, ms):
    page.mouse.move(20, 20)
    page.mouse.down()
    page.clock.run_for(ms)
    page.mouse.up()


def enter(page, code):
    for digit in code:
        page.locator(".keypad").get_by_role("button", name=digit, exact=True).tap()
    page.get_by_role("button", name="Enter", exact=True).tap()


def test_five_seconds_in_the_corner_and_the_code_open_the_staff_view(open_kiosk, story):
    page = open_kiosk(asked="idle=7&distance=75&look=dusk&code=4711")
    press_corner(page, 4000)
    assert mode(page) == "story"
    press_corner(page, 5100)
    assert mode(page) == "staff"
    enter(page, "1917")
    expect(page.locator(".staff")).to_contain_text("–")  # the wrong code
    expect(page.locator(".staff dl")).to_have_count(0)

    enter(page, "4711")

    said = page.locator(".staff dl")
    expect(said).to_contain_text("0.1.0")
    expect(said).to_contain_text(f"{len(story.events)} events")
    expect(said).to_contain_text("0 faults found")
    expect(said).not_to_contain_text("4711")
    rows = dict(zip(said.locator("dt").all_inner_texts(), said.locator("dd").all_inner_texts(), strict=True))  # fmt: skip
    assert rows["distance"] == "75"
    assert rows["idle"] == "60"
    remarks = page.locator(".staff ul").first
    expect(remarks).to_contain_text("idle: 7 will not do, 15–600 would")
    expect(remarks).to_contain_text("look: dusk will not do, day, night would")
    page.get_by_role("button", name="Close", exact=True).tap()
    assert mode(page) == "attract"


def test_the_staff_view_closes_by_itself_and_after_too_many_wrong_codes(open_kiosk):
    page = open_kiosk()
    press_corner(page, 5100)
    enter(page, "1917")
    page.clock.run_for(59_000)
    assert mode(page) == "staff"
    page.clock.run_for(1500)
    assert mode(page) == "attract"

    press_corner(page, 5100)
    for _ in range(5):
        enter(page, "0000")
    assert mode(page) == "attract"


def test_a_watchdog_reads_the_heartbeat_in_the_title(open_kiosk):
    page = open_kiosk(troubled=True)
    page.clock.run_for(21_000)
    assert re.search(r" ok 2[0-1] 0 0$", page.title())
    page.evaluate("petrograd.kiosk.note('x'); petrograd.kiosk.reset()")
    page.clock.run_for(5_000)
    assert re.search(r" ok 2[5-6] 2 1$", page.title())


# ---- settings in the address


@pytest.mark.parametrize("asked", ["idle=", "idle=NaN", "idle=1e9", "idle=-1", "inches=abc", "look=<b>", "code=12", "language=fr", "address=https://b.example", "warning=5", "sound=true", "pace=0"])  # fmt: skip
def test_a_bad_setting_in_the_address_is_told_and_stops_nothing(open_kiosk, asked):
    page = open_kiosk(asked=asked)

    assert len(page.evaluate("petrograd.kiosk.remarks")) == 1
    assert page.evaluate("petrograd.kiosk.settings") == page.evaluate("petrogradKiosk.given")
    begin(page)


@pytest.mark.parametrize("asked", ["%", "&&==&", "=", "constructor=1&__proto__=2&toString=3", "t=1917-10-25T10:00&event=nothing", "x" * 5000])  # fmt: skip
def test_an_address_that_says_nothing_we_know_changes_nothing(open_kiosk, asked):
    page = open_kiosk(asked=asked)

    assert page.evaluate("petrograd.kiosk.remarks") == []
    begin(page)
    assert page.evaluate("petrograd.host.minute") == 0


# ---- every state, looked at and sound


def leave_alone(page):
    """Until the warning comes; it stays for a minute."""
    begin(page)
    page.evaluate("petrograd.kiosk.settings.warning = 60; petrograd.kiosk.settings.idle = 0")
    page.locator("html[data-kiosk=warning]").wait_for()


def call_staff(page):
    page.mouse.move(20, 20)
    page.mouse.down()
    page.locator("html[data-kiosk=staff]").wait_for()
    page.mouse.up()


STATES = {
    "attract": lambda page: None,
    "story": begin,
    "later": lambda page: (begin(page), page.evaluate("petrograd.goTo(6820)")),
    "large-text": lambda page: (begin(page), tap(page, "Text size"), tap(page, "Text size")),
    "card": lambda page: (begin(page), page.evaluate("petrograd.host.choose('winter-palace')"), until(page, "getComputedStyle(document.querySelector('.leaflet-popup')).opacity === '1'")),
    "holders": lambda page: (begin(page), page.evaluate("petrograd.goTo(6820)"), tap(page, "Who holds what")),
    "places": lambda page: (begin(page), tap(page, "Places")),
    "events": lambda page: (begin(page), tap(page, "All events")),
    "sources": lambda page: (begin(page), tap(page, "Sources")),
    "legend": lambda page: (begin(page), page.locator("summary").tap()),
    "warning": leave_alone,
    "keypad": call_staff,
    "staff": lambda page: (call_staff(page), enter(page, "1917")),
    "failure": lambda page: page.evaluate("for (let n = 0; n < 4; n++) petrograd.kiosk.note('x')"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("screen", "look"), [("landscape", "day"), ("upright", "day"), ("landscape", "night")]
)
@pytest.mark.parametrize("state", STATES)
def test_every_state_passes_axe_and_is_kept_as_a_picture(open_kiosk, state, screen, look):
    page = open_kiosk(screen, f"look={look}", timed=False, reduced_motion="reduce")
    STATES[state](page)
    page.evaluate("for (let n = setTimeout(() => {}, 0); n > 0; n--) clearTimeout(n)")  # stay so
    KEPT.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=KEPT / f"{state}-{screen}{'' if look == 'day' else '-night'}.png")

    page.evaluate("""document.querySelectorAll('[hidden], .pane:not(.open), .pane article:not(.now)')
        .forEach(unseen => unseen.remove())""")  # axe would walk through every event
    page.evaluate(AXE)
    wrong = page.evaluate("""axe.run({resultTypes: ['violations']}).then(said =>
        said.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html.slice(0, 200))}`))""")

    assert wrong == []


def test_the_screens_of_the_tests_are_those_of_the_project():
    assert (SCREENS["landscape"], SCREENS["upright"]) == (SIZES["kiosk"], SIZES["kiosk-upright"])
