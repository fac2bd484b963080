"""From the command to the first slider."""

import time

from playwright.sync_api import Browser, expect

from benchmarks.report import Figure, median
from benchmarks.serving import OURS, PLAIN, SIZE, serving

TIMES = 3


def starting(browser: Browser, leaflet: str) -> list[Figure]:
    """Start each server three times, and open its page as the first reader."""
    health_s: dict[str, list[float]] = {OURS: [], PLAIN: []}
    slider_s: dict[str, list[float]] = {OURS: [], PLAIN: []}
    for _ in range(TIMES):
        for script in (OURS, PLAIN):
            with serving(script, leaflet) as server:
                health_s[script].append(server.health_s)
                page = browser.new_page(viewport=SIZE)
                began = time.perf_counter()
                page.goto(server.address)
                expect(page.get_by_role("slider")).to_be_visible(timeout=60_000)
                slider_s[script].append(time.perf_counter() - began)
                page.close()
    ours = median(slider_s[OURS])
    return [
        Figure("server ready to first slider", ours, "s", median(slider_s[PLAIN]),
               "within 3 s", ours <= 3),
        Figure("– command to server ready", median(health_s[OURS]), "s", median(health_s[PLAIN])),
    ]  # fmt: skip
