"""Moving about in both pages as a reader does, and telling when the map has been painted."""

import json

from playwright.sync_api import Browser, Frame, Page

from benchmarks.serving import SIZE
from events.clock import at_minute, minute_of, write_t
from events.model import Event
from story.telling import Story

WATCH = """
([shown, name]) => {
    let began = null;
    const begin = event => { began = event.timeStamp; };
    addEventListener(name, begin, {capture: true, once: true});
    globalThis.painted = Promise.all(shown.map(is => new Promise((resolve, reject) => {
        const never = setTimeout(() => reject(new Error(`never so: ${is}`)), 30000);
        const end = () => {
            clearTimeout(never);
            resolve({ms: performance.now() - began, frames});
        };
        let frames = 0;
        const look = () => {
            if (began !== null) frames++;
            if (began !== null && eval(is))  // what is so now is painted at the end of this frame
                requestAnimationFrame(end);
            else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
    })));
}
"""
"""Waits for an input, then for the frame in which each of `shown` is true to have been painted,
which is so when the next one starts. `frames` counts those since the input, that one included."""

OUR_MAP = """(() => {
    const frame = document.querySelector(".st-key-map iframe");
    return frame && frame.contentWindow.storyMap && frame.contentWindow.storyMap.current;
})()"""
CAPTION = f"{OUR_MAP}.map.getContainer().querySelector('.caption-event').textContent"
PLAIN_CLOCK = """[...document.querySelectorAll("iframe")].some(frame =>
    frame.contentDocument && frame.contentDocument.querySelector('[data-minute="{minute}"]'))"""
AT_REST = (
    """document.querySelector("[data-testid=stApp]").dataset.testScriptState === "notRunning" """
)


class StoryPage:
    """The project's own page."""

    def __init__(self, browser: Browser, address: str, story: Story, minute: int) -> None:
        self.story = story
        self.minute = minute
        self.chosen: int | None = None
        """The event that Next or Previous led to, if the slider has not been moved since."""
        self.page: Page = browser.new_page(viewport=SIZE)
        self.page.goto(f"{address}/?t={write_t(at_minute(minute))}")
        self.page.wait_for_selector(".st-key-card article")
        self.page.wait_for_function(f"{OUR_MAP}?.minute === {minute}")
        self.rest()

    @property
    def frame(self) -> Frame:
        """The map's frame."""
        return next(frame for frame in self.page.frames if frame != self.page.main_frame)

    def rest(self) -> None:
        """Wait until the server has answered the last move."""
        stands = json.dumps(write_t(at_minute(self.minute)))
        self.page.wait_for_function(f"new URLSearchParams(location.search).get('t') === {stands}")
        if self.chosen is not None:
            self.page.wait_for_function(self._in_card(self.story.events[self.chosen]))
        self.page.wait_for_function(AT_REST)

    def key(self) -> float:
        """Move the slider by one of its steps with a key; milliseconds to the painted map."""
        self.minute += 5
        self.chosen = None
        self.page.get_by_role("slider").focus()
        self.page.evaluate(WATCH, [[f"{OUR_MAP}.minute === {self.minute}"], "keydown"])
        self.page.keyboard.press("ArrowRight")
        return float(self.page.evaluate("painted")[0]["ms"])

    def step(self) -> tuple[float, float]:
        """Press Next; milliseconds to the painted map and to the painted card."""
        event = self._goes_to(forward=True)
        on_map = f"{OUR_MAP}.minute === {self.minute} && {CAPTION} === {self._title(event)}"
        self.page.evaluate(WATCH, [[on_map, self._in_card(event)], "pointerdown"])
        self.page.get_by_role("button", name="Next").click()
        on_map_ms, in_card_ms = (seen["ms"] for seen in self.page.evaluate("painted"))
        return on_map_ms, in_card_ms

    def press(self, *, forward: bool) -> None:
        """Press Next or Previous and wait for the map, untimed."""
        event = self._goes_to(forward=forward)
        self.page.get_by_role("button", name="Next" if forward else "Previous").click()
        self.page.wait_for_function(f"told => {CAPTION} === told", arg=self.story.text(event).title)

    def _goes_to(self, *, forward: bool) -> Event:
        events = self.story.events
        here = self.chosen
        if here is None:
            here = max(n for n, event in enumerate(events) if minute_of(event.shown) <= self.minute)
        self.chosen = here + (1 if forward else -1)
        self.minute = minute_of(events[self.chosen].shown)
        return events[self.chosen]

    def _title(self, event: Event) -> str:
        return json.dumps(self.story.text(event).title)

    def _in_card(self, event: Event) -> str:
        return f"document.querySelector('.st-key-card [data-told={json.dumps(event.id)}]') !== null"


class PlainPage:
    """The way not taken."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.minute = 0
        self.page: Page = browser.new_page(viewport=SIZE)
        self.page.goto(address)
        self.page.wait_for_function(PLAIN_CLOCK.format(minute=0))
        self.rest()

    def rest(self) -> None:
        """Wait until the server has answered the last move."""
        self.page.wait_for_function(AT_REST)

    def key(self) -> float:
        """Move the slider by one of its steps with a key; milliseconds to the painted map."""
        self.minute += 5
        self.page.get_by_role("slider").focus()
        self.page.evaluate(WATCH, [[PLAIN_CLOCK.format(minute=self.minute)], "keydown"])
        self.page.keyboard.press("ArrowRight")
        return float(self.page.evaluate("painted")[0]["ms"])
