"""Five hundred steps in the page: does it grow?

Before them come others, for at first the engine compiles, and keeps what it has compiled.
"""

from collections.abc import Sequence

from playwright.sync_api import Browser, CDPSession

from benchmarks.pages import StoryPage
from benchmarks.report import Figure
from benchmarks.serving import Server
from benchmarks.stepping import START
from story.telling import Story

STEPS, WARM_UP, LEG = 500, 200, 25
KINDS = {"JSHeapUsedSize": "heap", "Nodes": "nodes", "JSEventListeners": "listeners"}
"""Metrics of Chromium, by the words for them."""
FLAT = 0.05
"""Growth over all steps, as a share of what there was, that still counts as none."""


def staying(browser: Browser, ours: Server, story: Story) -> list[Figure]:
    """Go forth and back over the same events, and look each time at the same one."""
    page = StoryPage(browser, ours.address, story, START)
    session = page.page.context.new_cdp_session(page.page)
    session.send("Performance.enable")

    def legs() -> None:
        for forward in [True] * LEG + [False] * LEG:
            page.press(forward=forward)
        page.rest()

    for _ in range(WARM_UP // (2 * LEG)):
        legs()
    seen = [_look(session)]
    for _ in range(STEPS // (2 * LEG)):
        legs()
        seen.append(_look(session))
    page.page.close()
    figures = []
    for key, name in KINDS.items():
        values = [look[key] for look in seen]
        growth = _slope(values) * (len(values) - 1)
        share = growth / values[0]
        level = f"{values[0] / 1e6:.1f} MB" if name == "heap" else f"{values[0]:.0f}"
        figures.append(
            Figure(f"500 steps: {name}", f"{level} {100 * share:+.1f} %",
                   wanted="flat", met=share <= FLAT)
        )  # fmt: skip
    return figures


def _look(session: CDPSession) -> dict[str, float]:
    for _ in range(2):  # what the first frees may hold more
        session.send("HeapProfiler.collectGarbage")
    metrics = session.send("Performance.getMetrics")["metrics"]
    return {one["name"]: one["value"] for one in metrics}


def _slope(values: Sequence[float]) -> float:
    """What a straight line through the values gains from one to the next."""
    middle, mean = (len(values) - 1) / 2, sum(values) / len(values)
    steps = [n - middle for n in range(len(values))]
    return sum(s * (v - mean) for s, v in zip(steps, values, strict=True)) / sum(
        s * s for s in steps
    )
