"""Inside the map alone: the script's own work at `setTime`, and how soon it is painted."""

import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from benchmarks.report import Figure, median, percentile
from benchmarks.serving import SIZE
from events.clock import LAST_MINUTE, minute_of
from story.story_map import story_map
from story.telling import Story

FRAME_MS = 1000 / 60
WALK = """
async minutes => {
    const found = [];
    const frame = () => new Promise(requestAnimationFrame);
    for (const minute of minutes) {
        await frame();
        await frame();
        await new Promise(resolve => setTimeout(resolve, 3 * Math.random() * 5));  // anywhere in a frame
        const began = performance.now();
        storyMap.setTime(minute);
        const worked = performance.now() - began;
        await frame();  // the frame that draws it
        await frame();  // begins when that one has been painted
        found.push([worked, performance.now() - began]);
    }
    return found;
}
"""


def in_the_map(browser: Browser, story: Story) -> list[Figure]:
    """Go from event to event, then jump about between far minutes, in a saved map."""
    minutes = sorted({minute_of(event.shown) for event in story.events})
    far = [minute * 1237 % LAST_MINUTE for minute in range(60)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "map.html"
        story_map(story).save(str(path))
        page = browser.new_page(viewport=SIZE)
        page.goto(path.as_uri())
        page.wait_for_function("globalThis.storyMap && storyMap.current")
        page.evaluate(WALK, far)  # once, so that the engine has compiled it
        found: dict[str, Any] = {
            "from event to event": page.evaluate(WALK, minutes),
            "to far minutes": page.evaluate(WALK, far),
        }
        page.close()
    figures = []
    for words, steps in found.items():
        worked, painted = zip(*steps, strict=True)
        own, frames = percentile(worked, 0.95), median(painted) / FRAME_MS
        figures += [
            Figure(f"setTime {words}: script, median", median(worked), "ms"),
            Figure("– p95", own, "ms", wanted="under 4 ms", met=own < 4),
            Figure("– painted, median", frames, "frames", wanted="2 frames", met=frames <= 2),
            Figure("– painted, p95", percentile(painted, 0.95) / FRAME_MS, "frames"),
        ]
    return figures
