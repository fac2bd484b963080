"""The map goes ahead of the server, and the server's older answers do not throw it back."""

import re

import pytest
from playwright.sync_api import expect

from events.clock import minute_of
from tests.browser.conftest import map_frame, wait_minute
from tests.conftest import at


@pytest.fixture
def page(server, open_page):
    page = open_page(f"{server}/?t=1917-10-25T02:00")
    frame = map_frame(page)
    wait_minute(frame, "25 02:00")
    frame.evaluate(
        """() => {
            globalThis.went = [];
            storyMap.current.listen(said => { if (said.tick !== undefined) went.push(said.tick); });
        }"""
    )
    return page


def frame_of(page):
    return next(frame for frame in page.frames if frame != page.main_frame)


def test_next_pressed_quickly_steps_through_every_event_and_never_back(page, story):
    events = [e for e in story.events if e.shown > at("25 02:00")][:6]
    ahead = list(dict.fromkeys(minute_of(e.shown) for e in events))
    assert len(ahead) < len(events), "two of them share a minute"
    button = page.get_by_role("button", name="Next")
    for _ in events:
        button.click()

    expect(page.get_by_role("slider")).to_have_attribute(
        "aria-valuetext", f"25 Oct {ahead[-1] % 1440 // 60:02}:{ahead[-1] % 60:02}"
    )

    assert frame_of(page).evaluate("went") == ahead
    assert frame_of(page).evaluate("storyMap.current.minute") == ahead[-1]


def test_keys_pressed_quickly_move_the_map_forward_and_never_back(page):
    page.get_by_role("slider").focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")

    expect(page).to_have_url(re.compile("25T02%3A40"))

    assert frame_of(page).evaluate("went") == [
        minute_of(at("25 02:00")) + 5 * n for n in range(1, 9)
    ]


def test_the_map_steps_though_the_server_does_not_answer(page):
    page.evaluate("void (WebSocket.prototype.send = () => {})")

    page.get_by_role("button", name="Next").click()

    wait_minute(frame_of(page), "25 02:05")
    expect(page.locator(".clock strong")).to_contain_text("02:05")


def test_what_the_server_insists_on_is_obeyed(page):
    page.get_by_role("button", name="Next").click()
    expect(page).to_have_url(re.compile("25T02%3A05"))
    page.evaluate(
        """() => {
            globalThis.send = WebSocket.prototype.send;
            globalThis.lost = 0;
            WebSocket.prototype.send = () => { lost += 1; };
        }"""
    )
    page.get_by_role("slider").press("ArrowRight")
    wait_minute(frame_of(page), "25 02:10")
    page.wait_for_function("lost > 0")  # the slider sends only when the keys have rested
    page.evaluate("void (WebSocket.prototype.send = globalThis.send)")

    page.go_back()

    wait_minute(frame_of(page), "25 02:00")
