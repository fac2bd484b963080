"""The exported file for everybody: axe-core, narrow screens, the keyboard alone."""

import json
from pathlib import Path

import axe_core_python
import pytest

from story.export import Edition, export
from tests.browser.conftest import take
from tests.conftest import at

AXE = Path(axe_core_python.__file__).with_name("axe.min.js")
SHORT = {"first": at("25 21:00"), "last": at("25 22:00")}
"""A clock short enough to be looked at in every state."""
STATES = {
    "start": "() => 0",
    "an event": "() => petrograd.read('event=aurora-blank-shot')",
    "who holds what": "() => petrograd.open('city')",
    "places": "() => petrograd.open('place')",
    "a place": "() => petrograd.read('t=1917-10-25T21:40&place=winter-palace')",
    "list": "() => petrograd.open('list')",
    "sources": "() => petrograd.open('sources')",
    "share": "() => document.querySelector('[data-do=share]').click()",
    "a broken link": "() => petrograd.read('t=never')",
    "a card on the map": "() => petrograd.host.choose('smolny')",
    "legend": "() => { document.querySelector('.legend').open = true; }",
    "the end": "() => petrograd.goTo(petrograd.host.story.lastMinute)",
}


@pytest.fixture(scope="module")
def files(story, tmp_path_factory):
    folder = tmp_path_factory.mktemp("access")
    for look in ("day", "night"):
        page = export(
            story, Edition(look=look, address="https://example.org/", **SHORT)
        ).single_file()
        (folder / f"{look}.html").write_text(page, "utf-8")
    return folder


def violations(page):
    page.evaluate(
        "Promise.allSettled(document.getAnimations().filter(each => each.effect.getTiming().iterations === 1).map(each => each.finished)).then(() => 0)"
    )
    found = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then(said => said.violations)"
    )
    return [
        (each["id"], [(node["target"], node["failureSummary"]) for node in each["nodes"][:4]])
        for each in found
    ]


@pytest.mark.parametrize("size", ["kiosk", "phone"])
@pytest.mark.parametrize("look", ["day", "night"])
def test_axe_finds_nothing_in_any_state(open_page, files, look, size):
    page = open_page((files / f"{look}.html").as_uri(), size)
    page.evaluate(AXE.read_text("utf-8"))
    trouble = {}
    for state, act in STATES.items():
        page.evaluate(act)
        if found := violations(page):
            trouble[state] = found
        page.evaluate("petrograd.begin()")

    assert trouble == {}, json.dumps(trouble, indent=1)


def test_axe_finds_nothing_with_scripts_off(open_page, files, chromium):
    page = open_page((files / "day.html").as_uri(), "course")
    page.evaluate(
        "() => { document.documentElement.className = ''; for (const pane of document.querySelectorAll('.pane')) pane.classList.remove('open'); }"
    )

    page.evaluate(AXE.read_text("utf-8"))
    assert violations(page) == []


@pytest.mark.parametrize("size", [(320, 640), (320, 256), (640, 360)])
def test_the_page_reflows_at_320_pixels_in_every_state(open_page, files, size):
    """WCAG 1.4.10: 320 by 256 is 1280 by 1024 at 400 %."""
    page = open_page((files / "day.html").as_uri(), "phone")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for state, act in STATES.items():
        page.evaluate(act)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size[0], state
        page.evaluate("petrograd.begin()")
    if size == (320, 640):
        take(page, "export-320")


def test_wider_spacing_of_text_cuts_nothing_off(open_page, files):
    """WCAG 1.4.12; the spacing is set on the elements, for the page allows no foreign style."""
    page = open_page((files / "day.html").as_uri(), "phone")
    page.evaluate(
        """() => {
            for (const node of document.querySelectorAll(".head *, .controls *, .panel *, footer *")) {
                for (const [key, value] of [["line-height", "1.5"], ["letter-spacing", ".12em"], ["word-spacing", ".16em"]]) node.style.setProperty(key, value, "important");
            }
        }"""
    )

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cut = page.evaluate(
        "[...document.querySelectorAll('button')].filter(b => b.offsetParent && (b.scrollWidth > b.clientWidth + 1 || b.scrollHeight > b.clientHeight + 1)).map(b => b.textContent)"
    )
    assert cut == []


FOCUS = """() => {
    const now = document.activeElement;
    return [now.localName, now.dataset.do || now.dataset.pane || now.dataset.day || now.dataset.speed || now.dataset.calendar || now.id || now.className.split(" ")[0], now.getAttribute("aria-label") || now.textContent.trim()];
}"""


def test_the_skip_link_comes_first_and_leads_past_map_and_clock(open_page, files):
    page = open_page((files / "day.html").as_uri(), "course")

    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)[1] == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    inside = page.evaluate("document.querySelector('.panes').contains(document.activeElement)")
    assert inside, page.evaluate(FOCUS)


@pytest.mark.parametrize("size", ["course", "phone"])
def test_the_story_is_walked_by_keyboard_alone(open_page, files, size):
    page = open_page((files / "day.html").as_uri() + "#t=1917-10-25T21:40", size)
    seen = []
    for _ in range(200):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUS)
        if here[1] == "next":
            break
        seen.append(here)
    told = page.evaluate("petrograd.host.told")
    page.keyboard.press("Enter")
    assert page.evaluate("petrograd.host.told") != told
    assert page.evaluate(FOCUS)[1] == "next"  # the focus stays for the next step
    page.keyboard.press("Space")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("petrograd.host.playing")
    page.keyboard.press("Enter")
    assert not page.evaluate("petrograd.host.playing")

    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUS)[1] == "list":
            break
    page.keyboard.press("Enter")
    assert page.locator(".pane[data-name=list]").is_visible()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.pane[data-name=list] a')"):
            break
    page.keyboard.press("Enter")
    assert page.locator(".pane[data-name=event]").is_visible()
    assert page.evaluate("document.activeElement !== document.body")  # not lost with the list


def test_the_dialog_takes_the_focus_and_gives_it_back(open_page, files):
    page = open_page((files / "day.html").as_uri(), "course")
    page.locator("[data-do=share]").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('dialog').contains(document.activeElement)")

    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.querySelector('dialog').contains(document.activeElement) || document.activeElement === document.body"
        )
    page.keyboard.press("Escape")

    assert page.evaluate(FOCUS)[1] == "share"


def test_a_mark_on_the_map_is_opened_by_keyboard_and_closed_by_escape(open_page, files):
    page = open_page((files / "day.html").as_uri(), "kiosk")
    page.evaluate("document.querySelector('.place[data-place=smolny]').parentElement.focus()")

    page.keyboard.press("Enter")
    assert page.locator(".leaflet-popup .place-card strong").inner_text() == "Smolny Institute"
    page.keyboard.press("Escape")

    page.locator(".leaflet-popup").wait_for(state="detached")


def test_every_control_has_a_name_and_is_large_enough(open_page, files):
    """WCAG 2.5.8: 24 pixels; the buttons of the page are larger."""
    page = open_page((files / "day.html").as_uri(), "phone", has_touch=True)

    small = page.evaluate(
        """() => [...document.querySelectorAll("button, input, summary, .leaflet-control a")].filter(node => {
            const box = node.getBoundingClientRect();
            return box.width && (box.width < 24 || box.height < 24);
        }).map(node => node.outerHTML)"""
    )
    assert small == []


def test_language_title_and_landmarks_are_told(open_page, files):
    page = open_page((files / "day.html").as_uri(), "course")

    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.locator("h1").count() == 1
    assert page.locator("main").count() == 1
    for name in ("Map", "Clock"):
        assert page.get_by_role("region", name=name).count() >= 1
    assert page.get_by_role("slider").get_attribute("aria-label")
    spoken = page.locator("[role=status]").all_inner_texts()
    assert all(len(text) <= 160 for text in spoken)
