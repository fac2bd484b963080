"""`make storm`: hands, elbows and keyboards on the kiosk, all at once, and no way out.

Touches by one to ten fingers, long presses, pinches, swipes, mouse and key chords, seeded. Afterwards
the page must be at the same address, the only one, unzoomed, without an error, and have counted every
touch: where another language is chosen it loads itself anew and counts on, and nothing else loads it.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, CDPSession, Error, Frame, Page

from benchmarks.serving import chromium
from story.export import Edition, export
from story.kiosk import Kiosk
from story.telling import read_story

CHORDS = (
    "Control+p", "Control+s", "Control+o", "Control+f", "Control+g", "Control+u", "Control+h",
    "Control+j", "Control+d", "Control+a", "Control+c", "Control+x", "Control+l", "Control+Equal",
    "Control+Minus", "Control+0", "Control+Shift+I", "Control+Shift+Delete", "Control+Enter",
    "Shift+Enter", "Alt+ArrowLeft", "Alt+ArrowRight", "Alt+Home", "Alt+d", "F1", "F3", "F5", "F6",
    "F7", "F10", "F11", "F12", "Backspace",
    "ContextMenu", "Escape", "Tab", "Shift+Tab", "Enter", "Space", "ArrowRight", "PageDown", "Home",
    "End", "a", "/", "'",
)  # fmt: skip
"""What a keyboard that somebody plugs in can ask of a page. What only the browser or the machine
hears (Alt+F4, Ctrl+Alt+Delete) is for the recipe in deploy/kiosk."""


ANSWERED = 0.5
"""How often the question for the language is answered; else there is a touch anywhere."""


class Storm:
    """Random acts on a page; the same seed gives the same acts."""

    def __init__(self, page: Page, seed: int) -> None:
        self.page = page
        self.cdp: CDPSession = page.context.new_cdp_session(page)
        self.random = random.Random(seed)
        size = page.viewport_size or {"width": 1920, "height": 1080}
        self.width, self.height = size["width"], size["height"]

    def act(self) -> str:
        """Do one thing and return its name."""
        acts: list[tuple[int, Callable[[], None]]] = [
            (10, self.tap), (2, self.double_tap), (3, self.swipe), (2, self.pinch),
            (2, self.ten_fingers), (1, self.long_press), (1, self.lost_finger), (3, self.chord),
            (2, self.mouse), (1, self.wheel), (1, self.back),
        ]  # fmt: skip
        chosen = self.random.choices(
            [act for _, act in acts], weights=[weight for weight, _ in acts]
        )[0]
        chosen()
        return chosen.__name__

    def point(self) -> tuple[float, float]:
        """A place on the screen."""
        return self.random.uniform(0, self.width - 1), self.random.uniform(0, self.height - 1)

    def touch(self, kind: str, *points: tuple[float, float]) -> None:
        """One event of fingers: `touchStart`, `touchMove`, `touchEnd`, `touchCancel`."""
        fingers = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points)]
        self.cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    def strokes(self, fingers: int, steps: int) -> Iterator[list[tuple[float, float]]]:
        """Points of fingers that wander."""
        points = [self.point() for _ in range(fingers)]
        for _ in range(steps):
            points = [
                (
                    min(max(x + self.random.uniform(-120, 120), 0), self.width - 1),
                    min(max(y + self.random.uniform(-120, 120), 0), self.height - 1),
                )
                for x, y in points
            ]
            yield points

    def tap(self) -> None:
        """A short touch."""
        self.touch("touchStart", self.point())
        self.touch("touchEnd")

    def double_tap(self) -> None:
        """Two at one place: some browsers zoom."""
        at = self.point()
        for _ in range(2):
            self.touch("touchStart", at)
            self.touch("touchEnd")

    def long_press(self) -> None:
        """Long enough for a context menu."""
        self.touch("touchStart", self.point())
        self.page.wait_for_timeout(700)
        self.touch("touchEnd")

    def lost_finger(self) -> None:
        """A touch that the screen loses."""
        self.touch("touchStart", self.point())
        self.touch("touchCancel")

    def swipe(self) -> None:
        """One finger that wanders; from the edge it would go back in some browsers."""
        self._wander(1, 6)

    def pinch(self) -> None:
        """Two fingers."""
        self._wander(2, 6)

    def ten_fingers(self) -> None:
        """Both hands flat on the screen."""
        self._wander(10, 5)

    def _wander(self, fingers: int, steps: int) -> None:
        kind = "touchStart"
        for points in self.strokes(fingers, steps):
            self.touch(kind, *points)
            kind = "touchMove"
        self.touch("touchEnd")

    def chord(self) -> None:
        """Keys."""
        self.page.keyboard.press(self.random.choice(CHORDS))

    def mouse(self) -> None:
        """A click with any of three buttons, with any key held."""
        held = self.random.choice([None, "Control", "Shift", "Alt", "Meta"])
        if held:
            self.page.keyboard.down(held)
        button = self.random.choice(["left", "middle", "right"])
        self.page.mouse.click(*self.point(), button=button)
        if held:
            self.page.keyboard.up(held)

    def wheel(self) -> None:
        """The wheel, half of the time with Ctrl."""
        held = self.random.random() < 0.5
        if held:
            self.page.keyboard.down("Control")
        self.page.mouse.move(*self.point())
        self.page.mouse.wheel(0, self.random.choice([-400, 400]))
        if held:
            self.page.keyboard.up("Control")

    def back(self) -> None:
        """Back or forward, as a mouse or a gesture of the browser would."""
        self.page.evaluate(self.random.choice(["history.back()", "history.forward()"]))


class Watch:
    """What has happened to a page since it was watched; `faults` is empty if all is well."""

    def __init__(self, page: Page) -> None:
        self.page, self.context = page, page.context
        self.address = page.url
        self.seen: list[str] = []
        self.touches = 0
        page.evaluate("globalThis.theVeryPage = true")
        page.on("framenavigated", self._went)
        page.on("pageerror", lambda error: self.seen.append(f"error: {error}"))
        page.on("download", lambda download: self.seen.append(f"download: {download.url}"))
        page.on("dialog", lambda dialog: self.seen.append(f"dialog: {dialog.message}"))
        page.on("filechooser", lambda chooser: self.seen.append("file chooser"))
        page.on("crash", lambda: self.seen.append("crash"))
        self.context.on("page", lambda other: self.seen.append(f"new page: {other.url}"))

    def _went(self, frame: Frame) -> None:
        if frame == self.page.main_frame and frame.url != self.address:
            self.seen.append(f"went to {frame.url}")

    def faults(self) -> list[str]:
        """A sentence for each way out that was found."""
        ready(self.page)
        found = list(self.seen)
        touches = self.page.evaluate("petrograd.kiosk.log.touches")
        if touches < self.touches:
            found.append(f"loaded anew by something else: {touches} touches after {self.touches}")
        self.touches = touches
        if self.page.url != self.address:
            found.append(f"address: {self.page.url}")
        if len(self.context.pages) != 1:
            found.append(f"{len(self.context.pages)} pages")
        for question, wanted in (
            # the very page, or one that was left and begun anew by the page itself
            ("Boolean(globalThis.theVeryPage || petrogradKiosk.kept.log)", True),
            ("visualViewport.scale", 1),
            ("[scrollX, scrollY]", [0, 0]),
            ("String(getSelection())", ""),
            ("petrograd.kiosk.log.errors.length", 0),
            ("document.querySelectorAll('a[href], area[href], [target], [download]').length", 0),
        ):
            answer = self.page.evaluate(question)
            if answer != wanted:
                found.append(f"{question}: {answer}")
        return found


def ready(page: Page) -> str:
    """Wait for a kiosk that may just be loading itself anew; return what it shows."""
    for _ in range(1200):
        with suppress(Error):  # between two documents
            mode = page.evaluate("globalThis.petrograd && petrograd.kiosk && petrograd.kiosk.mode")
            if mode:
                return str(mode)
        time.sleep(0.05)
    raise TimeoutError("the kiosk does not come back")


def choose_language(page: Page, language: str) -> None:
    """Answer the kiosk's first question, and wait for the page that tells the story in it.

    A touch that is sent while one document gives way to the next would never be answered.
    """
    button = page.locator(f"button[data-language={language}]")
    if page.evaluate("document.documentElement.lang") == language:
        button.tap()
    else:
        with page.expect_navigation():
            button.tap()
    ready(page)


def storm(page: Page, acts: int, seed: int = 1917) -> list[str]:
    """Do so many acts on an open kiosk and return what is wrong afterwards."""
    watch = Watch(page)
    weather = Storm(page, seed)
    for number in range(acts):
        if ready(page) != "languages":
            try:
                weather.act()
            except Error as error:  # it was about to load itself anew, and is waited for
                if "context was destroyed" not in error.message:
                    raise
        elif weather.random.random() < ANSWERED:
            offered = page.evaluate("petrograd.kiosk.settings.languages")
            choose_language(page, weather.random.choice(offered))
        else:
            weather.tap()
        if number % 500 == 499:
            faults = watch.faults()
            print(f"{number + 1} acts", file=sys.stderr, flush=True)
            if faults:
                return [f"after {number + 1} acts: {fault}" for fault in faults]
    return watch.faults()


def open_kiosk(
    browser: Browser, path: Path, width: int, height: int
) -> tuple[BrowserContext, Page]:
    """A kiosk file in a window of its own, with a screen that is touched."""
    size = {"width": width, "height": height}
    context = browser.new_context(viewport=size, screen=size, has_touch=True)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(path.as_uri())
    page.locator("html[data-kiosk=attract]").wait_for()
    return context, page


def main() -> None:
    """Storm both shapes of screen; `python -m benchmarks.storm [ACTS] [SEED]`."""
    acts = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1917
    wrong = 0
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        path = Path(folder) / "kiosk.html"
        page_text = export(read_story(), Edition(kiosk=Kiosk())).single_file()
        path.write_text(page_text, "utf-8")
        for width, height in ((1920, 1080), (1080, 1920)):
            context, page = open_kiosk(browser, path, width, height)
            faults = storm(page, acts, seed)
            touches = page.evaluate("petrograd.kiosk.log.touches")
            context.close()
            print(f"{width} x {height}: {acts} acts, {touches} touches, {len(faults)} faults")
            for fault in faults:
                print(f"  {fault}")
            wrong += len(faults)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
