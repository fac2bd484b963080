"""Journeys through the page in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from events.clock import minute_of
from tests.browser.conftest import SIZES, map_frame, take, wait_minute
from tests.conftest import at

ON_THE_WAY = (
    "1024-trud-raid", "1024-preparliament-opens", "1024-bridge-nikolaevsky", "1024-telegraph",
    "1024-pta", "nikolaevsky-station-taken", "aurora-to-nikolaevsky-bridge",
    "telephone-exchange-taken", "proclamation-citizens-of-russia", "mariinsky-palace-cleared",
    "ring-closed", "district-headquarters-taken", "aurora-blank-shot", "fortress-live-fire",
    "ministers-to-fortress",
)  # fmt: skip
"""Events of the 24th and 25th that are kept as pictures."""


@pytest.fixture
def page(server, open_page):
    page = open_page(f"{server}/?t=1917-10-25T21:40")
    wait_minute(map_frame(page), "25 21:40")
    return page


def frame_of(page):
    return next(frame for frame in page.frames if frame != page.main_frame)


def clock(page):
    return page.locator(".clock strong")


def test_next_and_previous_move_map_card_clock_slider_and_address(page):
    page.get_by_role("button", name="Next").click()
    wait_minute(frame_of(page), "25 21:45")
    expect(clock(page)).to_contain_text("Wednesday 25 October 1917, 21:45")
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", "25 Oct 21:45")
    expect(page).to_have_url(re.compile(r"t=1917-10-25T21%3A45"))

    page.get_by_role("button", name="Previous").click()

    wait_minute(frame_of(page), "25 21:40")
    expect(page.locator(".st-key-card h2").first).to_contain_text("Aurora")


def test_a_day_button_goes_to_the_first_minute_of_the_day(page):
    page.get_by_role("button", name="22", exact=True).click()

    wait_minute(frame_of(page), "22 00:00")
    expect(clock(page)).to_contain_text("Sunday 22 October 1917, 00:00")


def test_the_map_follows_the_slider_while_it_is_dragged_and_the_server_hears_once(page):
    thumb = page.locator(".st-key-minute [data-rac] [data-testid=stSliderThumbValue]")
    box = thumb.locator("..").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    address = page.url
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y)
    page.mouse.move(x - 200, y, steps=4)
    frame_of(page).wait_for_function("storyMap.current.minute < 6900")
    expect(clock(page)).not_to_contain_text("21:40")
    assert page.url == address

    page.mouse.up()

    expect(page).not_to_have_url(address)
    shown = frame_of(page).evaluate("storyMap.current.minute")
    expect(clock(page)).to_contain_text(f"{shown % 1440 // 60:02}:{shown % 60:02}")


def test_keys_move_the_slider_and_the_map(page):
    page.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")

    wait_minute(frame_of(page), "25 21:45")


def test_playing_runs_in_the_browser_the_card_follows_and_pausing_keeps_the_minute(page):
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.locator(".st-key-card h2").first).to_contain_text("grenade", timeout=15000)
    frame_of(page).wait_for_function("storyMap.current.minute > 7065")

    page.get_by_role("button", name="Pause").click()

    expect(page.get_by_role("button", name="Play")).to_be_visible()
    frame_of(page).wait_for_function("!storyMap.current.playing")
    shown = frame_of(page).evaluate("storyMap.current.minute")
    assert shown > 7065
    assert shown == int(shown)
    expect(clock(page)).to_contain_text(f"{shown % 1440 // 60:02}:{shown % 60:02}")


def test_dragging_while_it_plays_stops_it_where_the_reader_lets_go(page):
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()

    page.get_by_role("button", name="24", exact=True).click()

    expect(page.get_by_role("button", name="Play")).to_be_visible()
    wait_minute(frame_of(page), "24 00:00")
    expect(clock(page)).to_contain_text("24 October 1917, 00:00")


def test_taking_the_slider_in_hand_stops_playing_though_it_is_put_back(page):
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    thumb = page.locator(".st-key-minute [data-testid=stSliderThumbValue]").locator("..")
    box = thumb.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 80, y, steps=3)
    page.mouse.move(x, y, steps=3)
    page.mouse.up()

    expect(page.get_by_role("button", name="Play")).to_be_visible()
    frame_of(page).wait_for_function("!storyMap.current.playing")


def test_zoom_pan_and_the_frame_itself_survive_a_step(page):
    frame = frame_of(page)
    frame.evaluate("void storyMap.current.map.setView([59.94, 30.30], 15, {animate: false})")
    frame.evaluate("globalThis.sameFrame = true")

    page.get_by_role("button", name="Next").click()
    wait_minute(frame, "25 21:45")

    assert frame.evaluate("globalThis.sameFrame") is True
    assert frame.evaluate("storyMap.current.map.getZoom()") == 15


def test_a_place_clicked_on_the_map_is_told_beside_it(page):
    frame = frame_of(page)
    frame.get_by_role("button", name=re.compile("^Winter Palace")).press("Enter")

    card = page.locator(".place-history")
    expect(card.locator("h2")).to_have_text("Winter Palace")
    expect(card).to_contain_text("Who held it")
    expect(page).to_have_url(re.compile("place=winter-palace"))


def test_an_event_in_the_list_goes_to_its_minute_and_shows_it(page):
    page.get_by_label("Search").fill("Post Office taken")
    page.get_by_label("Search").press("Enter")
    row = page.locator(".events a[data-event='post-office-taken']")
    expect(row).to_be_visible()

    row.click()

    wait_minute(frame_of(page), "25 01:25")
    expect(page.locator(".st-key-card h2").first).to_contain_text("Post Office")
    expect(page).to_have_url(re.compile("event=post-office-taken"))


def test_an_address_opened_cold_shows_the_same_view(server, open_page):
    page = open_page(f"{server}/?t=1917-10-25T02:00&event=electric-station-taken&calendar=ns")
    wait_minute(map_frame(page), "25 02:00")

    expect(page.locator("[data-told='electric-station-taken']")).to_be_visible()
    expect(clock(page)).to_contain_text("7 November 1917, 02:00 (New Style)")


def test_going_back_shows_the_minute_before(page):
    page.get_by_role("button", name="Next").click()
    wait_minute(frame_of(page), "25 21:45")
    expect(page).to_have_url(re.compile(r"T21%3A45"))

    page.go_back()

    wait_minute(frame_of(page), "25 21:40")
    expect(clock(page)).to_contain_text("21:40")


def test_prologue_and_about_are_pages_of_their_own(page):
    page.get_by_role("link", name="Prologue").click()
    expect(page.get_by_role("heading", name="Prologue")).to_be_visible()
    expect(page.locator(".prologue article")).to_have_count(13)

    page.get_by_role("link", name="About and sources").click()
    expect(page.locator(".sources li").first).to_be_visible()
    expect(page.locator(".about")).to_contain_text("OpenStreetMap contributors")


def test_the_frame_has_a_title_and_the_page_one(page):
    expect(page).to_have_title("Petrograd, October 1917")
    expect(page.locator(".st-key-map iframe")).to_have_attribute(
        "title", "Map of Petrograd in October 1917"
    )


@pytest.mark.parametrize("size", SIZES)
def test_every_size_shows_map_clock_and_controls_and_nothing_sticks_out(server, open_page, size):
    page = open_page(f"{server}/?t=1917-10-25T21:40", size)
    wait_minute(map_frame(page), "25 21:40")
    width, height = SIZES[size]

    boxes = {
        name: page.locator(selector).first.bounding_box()
        for name, selector in {
            "clock": ".clock", "slider": ".ticks", "map": ".st-key-map iframe",
            "card": ".st-key-card",
        }.items()
    }  # fmt: skip

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for name, box in boxes.items():
        assert box["x"] >= 0, name
        assert box["x"] + box["width"] <= width + 1, name
    for name in ("clock", "slider", "map"):
        assert boxes[name]["y"] + boxes[name]["height"] <= height, name
    assert boxes["map"]["height"] >= 250
    if size == "kiosk":
        assert boxes["card"]["y"] < height / 3
    take(page, f"page-{size}")


@pytest.mark.parametrize("size", SIZES)
def test_the_24th_and_25th_in_pictures(server, open_page, story, size):
    page = open_page(f"{server}/?t=1917-10-24T05:00", size)
    frame = map_frame(page)
    for event_id in ON_THE_WAY:
        event = story.by_id[event_id]
        page.locator(f".events a[data-event='{event_id}']").last.click()
        expect(page.locator(f"[data-told='{event_id}']")).to_be_visible()
        frame.wait_for_function(f"storyMap.current.minute === {minute_of(event.shown)}")
        expect(clock(page)).to_contain_text(f"{event.shown:%H:%M}")
        page.evaluate("document.querySelector('.stMain').scrollTo(0, 0)")
        take(page, f"{size}-{event.shown:%d-%H%M}-{event_id}")


def test_next_tells_every_event_also_those_that_share_a_minute(server, open_page, story):
    page = open_page(f"{server}/?t=1917-10-25T05:59")
    frame = map_frame(page)
    wait_minute(frame, "25 05:59")
    six = [event for event in story.events if event.shown == at("25 06:00")]
    assert len(six) > 1

    for event in six:
        page.get_by_role("button", name="Next").click()
        expect(page.locator(f"[data-told='{event.id}']")).to_be_visible()
        expect(frame.locator(".caption-event")).to_have_text(story.text(event).title)
    for event in reversed(six[:-1]):
        page.get_by_role("button", name="Previous").click()
        expect(page.locator(f"[data-told='{event.id}']")).to_be_visible()
