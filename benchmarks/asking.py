"""The question everything rests on: `city_at`, over all events."""

import time

from benchmarks.report import Figure, median, percentile
from story.telling import Story


def asking(story: Story) -> list[Figure]:
    """Ask for the city at the minute of every event, five times."""
    times = []
    for _ in range(5):
        for event in story.events:
            began = time.perf_counter()
            story.at(event.shown)
            times.append(1000 * (time.perf_counter() - began))
    middle = median(times)
    return [
        Figure("city_at over all events, median", middle, "ms", wanted="under 1 ms", met=middle < 1),
        Figure("– p95", percentile(times, 0.95), "ms"),
    ]  # fmt: skip
