"""The slider dragged: how many frames the map in the page is behind the pointer."""

from playwright.sync_api import Browser

from benchmarks.pages import OUR_MAP, WATCH, StoryPage
from benchmarks.report import Figure, median, percentile
from benchmarks.serving import Server
from benchmarks.stepping import START
from story.telling import Story

MOVES, MOVE_PX = 40, 12


def dragging(browser: Browser, ours: Server, story: Story) -> list[Figure]:
    """Drag the thumb to and fro; the plain way's map moves only when it is let go."""
    page = StoryPage(browser, ours.address, story, START)
    thumb = page.page.locator(".st-key-minute [data-testid=stSliderThumbValue]").locator("..")
    box = thumb.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    seen = []
    for n in range(MOVES + 2):
        x += MOVE_PX if n // 10 % 2 == 0 else -MOVE_PX
        before = page.page.evaluate(f"{OUR_MAP}.minute")
        page.page.evaluate(WATCH, [[f"{OUR_MAP}.minute !== {before}"], "pointermove"])
        page.page.mouse.move(x, y)
        seen.append(page.page.evaluate("painted")[0])
    page.page.mouse.up()
    page.page.close()
    seen = seen[2:]  # the first of them compile
    frames = [float(one["frames"]) for one in seen]
    behind = percentile(frames, 0.95)
    return [
        Figure("slider dragged: pointer to painted map, median", median([s["ms"] for s in seen]), "ms"),
        Figure("– p95", behind, "frames", wanted="2 frames", met=behind <= 2),
    ]  # fmt: skip
