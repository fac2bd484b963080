"""Journeys through the page in a real browser."""

from tests.browser.conftest import map_frame, wait_minute


def test_the_next_event_moves_map_card_clock_and_address(server, open_page):
    page = open_page(f"{server}/?t=1917-10-25T21:40")
    frame = map_frame(page)
    wait_minute(frame, "25 21:40")

    page.get_by_role("button", name="Next").click()

    wait_minute(frame, "25 21:45")
    page.wait_for_url("**/?t=1917-10-25T21%3A45*")
    assert "21:45" in page.locator(".clock strong").inner_text()
