"""`make soak`: thousands of visitors one after another, and does the kiosk grow?

Each visitor wakes the kiosk, does seeded random acts and walks away; every tenth also by real
fingers, which take their way through the browser and so take longer. Then the page's clock is put
forward past the idle time and the warning, and the page resets itself as it does on the wall.
After the reset it must be as it was at the start, field by field. Heap, nodes and listeners are
read after the garbage was collected.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Error, Page

from benchmarks.serving import chromium
from benchmarks.storm import Storm
from story.export import Edition, export
from story.kiosk import Kiosk
from story.telling import read_story

SCRIPT = Path(__file__).with_suffix(".js").read_text("utf-8")
RESETS, ACTS = 5000, 40
LOOKS = 10
"""How often the figures are read on the way; once more before the first visitor that counts."""
WARM_UP = 100
"""Visitors before the first that counts: the engine compiles, and keeps what it has compiled."""
REAL, EVERY = 4, 10
"""So many acts of every tenth visitor come from real fingers, by way of the browser."""
HEAP_MB_PER_1000 = 1.0
"""What the heap may grow by, in MB per 1,000 resets."""
NOISE_MB = 0.4
"""What it may differ by however short the run."""
FLAT = 0.01
"""Growth of nodes and listeners over the run that still counts as none, as a share."""
SIZE = {"width": 1920, "height": 1080}


@dataclass(frozen=True, slots=True)
class Look:
    """The page after so many resets, garbage collected."""

    resets: int
    heap_mb: float
    nodes: int
    listeners: int
    errors: int


@dataclass(slots=True)
class Soak:
    """What a run has shown."""

    looks: list[Look] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    """What the page reported, and the fields that a reset left changed; a sentence each."""

    def growth(self, of: Callable[[Look], float]) -> float:
        """What a straight line through the looks gains over the run."""
        resets = [look.resets for look in self.looks]
        slope, _ = statistics.linear_regression(resets, [of(look) for look in self.looks])
        return slope * (resets[-1] - resets[0])

    def heap_mb_per_1000(self) -> float:
        """The slope of the heap, in MB per 1,000 resets."""
        run = self.looks[-1].resets - self.looks[0].resets
        return 1000 * self.growth(lambda look: look.heap_mb) / run

    def faults(self) -> list[str]:
        """A sentence for each goal that was missed."""
        found = list(self.errors)
        if len(self.looks) < 2:
            return found
        run = self.looks[-1].resets - self.looks[0].resets
        heap = self.growth(lambda look: look.heap_mb)
        if heap > max(HEAP_MB_PER_1000 * run / 1000, NOISE_MB):
            found.append(f"the heap grew by {heap:.2f} MB in {run} resets")
        for name in ("nodes", "listeners"):
            grown = self.growth(lambda look, name=name: getattr(look, name))  # type: ignore[misc]
            if grown > FLAT * getattr(self.looks[0], name):
                found.append(f"{name} grew by {grown:.0f} in {run} resets")
        return found


@contextmanager
def kiosk(browser: Browser, path: Path) -> Iterator[Page]:
    """A kiosk file on a touch screen of its own; `soak.js` in it."""
    context = browser.new_context(
        viewport=SIZE, screen=SIZE, has_touch=True, bypass_csp=True,  # type: ignore[arg-type]
        device_scale_factor=0.25,  # laid out as on the wall, and painted with a sixteenth of the work
    )  # fmt: skip
    page = context.new_page()
    page.add_init_script(SCRIPT)
    page.goto(path.as_uri())
    page.wait_for_function("globalThis.petrograd?.kiosk?.mode === 'attract'")
    yield page
    context.close()


def soak(
    page: Page,
    resets: int,
    acts: int,
    seed: int = 1917,
    warm_up: int = WARM_UP,
    say: Callable[[Look, list[str]], None] = lambda look, errors: None,
) -> Soak:
    """Send visitors to an open kiosk; `say` hears of every look on the way, and of errors since."""
    done = Soak()
    page.on("pageerror", lambda error: done.errors.append(f"error: {error}"))
    page.on("crash", lambda: done.errors.append("the page crashed"))
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    storm = Storm(page, seed)

    def look(number: int) -> None:
        page.evaluate("soak.settle()")
        for _ in range(3):  # what the first frees may hold more
            session.send("HeapProfiler.collectGarbage")
        metrics = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
        done.looks.append(
            Look(
                number, metrics["JSHeapUsedSize"] / 1e6, int(metrics["Nodes"]),
                int(metrics["JSEventListeners"]), len(done.errors),
            )
        )  # fmt: skip
        before = done.looks[-2].errors if len(done.looks) > 1 else 0
        say(done.looks[-1], done.errors[before:])

    def visit(number: int) -> None:
        real = min(REAL, acts) if number % EVERY == 0 else 0
        page.evaluate("([seed, acts]) => soak.visit(seed, acts)", [seed + number, acts - real])
        for _ in range(real):
            storm.random.choice([storm.tap, storm.swipe, storm.pinch, storm.ten_fingers])()
        now = page.evaluate("start => soak.leave(start)", start)
        if now != start:
            changed = [
                f"{key} is {json.dumps(now.get(key))[:80]}, not {json.dumps(start.get(key))[:80]}"
                for key in {**start, **now}
                if now.get(key) != start.get(key)
            ]
            done.errors.append(f"after reset {number}: {'; '.join(changed)}")

    every = max(1, resets // LOOKS)
    try:
        start = page.evaluate("soak.settle()")
        for number in range(-warm_up, resets):
            if number >= 0 and number % every == 0:
                look(number)
            visit(number)
        look(resets)
    except Error as error:  # it has ended or loaded itself anew, as it does after many errors
        done.errors.append(f"the run ended: {error.message.splitlines()[0]}")
    with suppress(Error):
        page.wait_for_function("globalThis.petrograd?.kiosk")
        counted = page.evaluate("petrograd.kiosk.log.errors")
        done.errors.extend(f"noted by the page: {each}" for each in counted)
    return done


def write_kiosk(folder: Path) -> Path:
    """The shipped story as a kiosk file in one language: where another is chosen the page loads anew,
    and a page that has just been loaded shows no growth.
    """
    path = folder / "kiosk.html"
    path.write_text(
        export(read_story(), Edition(kiosk=Kiosk(languages=("en",)))).single_file(), "utf-8"
    )
    return path


def main() -> None:
    """`python -m benchmarks.soak [RESETS] [ACTS] [--seed SEED]`; exit code 1 where it grows."""
    parser = argparse.ArgumentParser(description="visitor after visitor: does the kiosk grow?")
    parser.add_argument("resets", type=int, nargs="?", default=RESETS)
    parser.add_argument("acts", type=int, nargs="?", default=ACTS)
    parser.add_argument("--seed", type=int, default=1917)
    said = parser.parse_args()
    if said.resets < 1 or said.acts < 0:
        parser.error("at least one reset, and no fewer than no acts")
    began = time.monotonic()
    print(f"{said.resets} resets of {said.acts} acts, seed {said.seed}")
    print(f"{'resets':>7} {'heap MB':>8} {'nodes':>7} {'listeners':>9} {'errors':>6} {'s':>6}")

    def say(look: Look, told: list[str]) -> None:
        for error in told:
            print(f"        {error[:400]}")
        print(
            f"{look.resets:7} {look.heap_mb:8.2f} {look.nodes:7} {look.listeners:9} "
            f"{look.errors:6} {time.monotonic() - began:6.0f}",
            flush=True,
        )

    with (
        tempfile.TemporaryDirectory() as folder,
        chromium() as browser,
        kiosk(browser, write_kiosk(Path(folder))) as page,
    ):
        done = soak(page, said.resets, said.acts, said.seed, say=say)
    faults = done.faults()
    if len(done.looks) > 1:
        print(f"heap: {done.heap_mb_per_1000():+.3f} MB per 1,000 resets")
    for fault in faults[:20]:
        print(f"  {fault}")
    print("flat, no error" if not faults else f"{len(faults)} faults")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
