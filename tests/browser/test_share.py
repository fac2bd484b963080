"""The running page: a link to this minute and the code that frames it, and what the map looks at."""

from urllib.parse import parse_qs, urlsplit

import pytest

from story.words import words_of
from tests.browser.conftest import map_frame, wait_minute

WORDS = words_of("en")
AT = "t=1917-10-25T21:40"


def test_the_link_that_is_copied_leads_back_here(open_page, server):
    page = open_page(
        f"{server}/?{AT}&place=smolny", permissions=["clipboard-read", "clipboard-write"]
    )
    frame = map_frame(page)
    wait_minute(frame, "25 21:40")
    frame.get_by_role("button", name="Zoom in").click()
    frame.wait_for_function(
        "storyMap.current.view !== null && !storyMap.current.map._animatingZoom"
    )
    seen = frame.evaluate("storyMap.current.view")

    page.get_by_role("button", name="Copy link to this minute").click()
    page.locator(".share [role=status]", has_text="Copied.").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")

    query = parse_qs(urlsplit(link).query)
    assert link.startswith(f"{server}/?")
    assert query["t"] == ["1917-10-25T21:40"]
    assert query["place"] == ["smolny"]
    assert list(map(float, query["view"][0].split(","))) == pytest.approx(seen, abs=0.01)
    page.goto(link)
    frame = map_frame(page)
    wait_minute(frame, "25 21:40")
    frame.wait_for_function(f"Math.abs(storyMap.current.map.getZoom() - {seen[2]}) < 0.01")
    assert frame.evaluate("storyMap.current.view")[:2] == pytest.approx(seen[:2], abs=0.001)


def test_the_code_that_is_copied_is_one_frame_with_width_ratio_and_title(open_page, server):
    page = open_page(f"{server}/?{AT}", permissions=["clipboard-read", "clipboard-write"])
    wait_minute(map_frame(page), "25 21:40")

    page.get_by_role("button", name="Copy embed code").click()
    page.locator(".share [role=status]", has_text="Copied.").wait_for()
    code = page.evaluate("navigator.clipboard.readText()")

    said = page.evaluate(
        """code => {
            const box = document.createElement("template");
            box.innerHTML = code;
            const frame = box.content.firstElementChild;
            return [box.content.childNodes.length, frame.localName, frame.getAttribute("src"), frame.title, frame.width, frame.style.aspectRatio];
        }""",
        code,
    )
    assert said == [
        1,
        "iframe",
        f"{server}/?{AT}&embed=true",
        WORDS("page", "title"),
        "100%",
        "4 / 3",
    ]


def test_where_copying_is_denied_the_link_is_shown_and_marked(open_page, server):
    page = open_page(f"{server}/?{AT}")
    wait_minute(map_frame(page), "25 21:40")
    page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', {value: undefined}); document.execCommand = () => false;"
    )

    page.get_by_role("button", name="Copy link to this minute").click()

    page.locator(".share [role=status]", has_text=WORDS("file", "copy_by_hand")).wait_for()
    assert page.locator(".share textarea").input_value() == f"{server}/?{AT}"


def test_a_view_in_the_address_is_looked_at_and_one_that_is_none_is_said(open_page, server):
    page = open_page(f"{server}/?{AT}&view=30.31400,59.94000,15.00")
    frame = map_frame(page)
    frame.wait_for_function("storyMap.current.map.getZoom() === 15")
    lng, lat, _ = frame.evaluate("storyMap.current.view")
    assert (lng, lat) == (pytest.approx(30.314, abs=0.001), pytest.approx(59.94, abs=0.001))
    assert "view=30.31400" in page.url

    page = open_page(f"{server}/?{AT}&view=2.3,48.8,12")
    page.locator(".notice", has_text=WORDS("address", "view")).wait_for()
