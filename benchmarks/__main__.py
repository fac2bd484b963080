"""Measure everything, print one table, keep it in build/bench.md."""

import os
import sys
import time
from collections.abc import Callable

from benchmarks.asking import asking
from benchmarks.dragging import dragging
from benchmarks.in_the_map import in_the_map
from benchmarks.painting import painting
from benchmarks.report import Figure, machine, table
from benchmarks.serving import OURS, PLAIN, chromium, leaflet_files, serving
from benchmarks.starting import starting
from benchmarks.staying import staying
from benchmarks.stepping import bytes_a_step, stepping
from benchmarks.viewers import viewers
from story.telling import ROOT, read_story

OUT = ROOT / "build" / "bench.md"


def main() -> None:
    """Take four minutes or so; the machine should have nothing else to do."""
    began = time.perf_counter()
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    story = read_story()
    figures: list[Figure] = []

    def part(name: str, measure: Callable[[], list[Figure]]) -> None:
        print(f"{time.perf_counter() - began:4.0f} s  {name}", file=sys.stderr)
        figures.extend(measure())

    with leaflet_files() as leaflet, chromium() as browser:
        with serving(OURS) as ours, serving(PLAIN, leaflet) as plain:
            part("steps", lambda: stepping(browser, ours, plain, story))
            part("bytes", lambda: bytes_a_step(browser, ours, plain, story))
            part("the slider dragged", lambda: dragging(browser, ours, story))
            part("500 steps", lambda: staying(browser, ours, story))
            part("viewers", lambda: viewers(ours, plain))
            memory = Figure(
                "memory of the server after all that", ours.rss_mb(), "MB", plain.rss_mb()
            )
        part("in the map", lambda: in_the_map(browser, story))
        part("painting", lambda: painting(browser, story))
        part("city_at", lambda: asking(story))
        part("starts", lambda: starting(browser, leaflet))
        version = browser.version
    figures.append(memory)

    load = "" if busy is None else f" Load average when it began: {busy:.1f}."
    text = (
        f"{table(figures)}\n\n"
        "Ratio: how many times less than the plain way, benchmarks/baseline_app.py, in this same "
        "run; absolute figures are this machine's.\n"
        f"{machine(version)}.{load}\n"
    )
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(f"# The page against the plain way\n\n{text}", encoding="utf-8")
    print(text)
    missed = sum(figure.met is False for figure in figures)
    print(
        f"{missed or 'no'} figure{'' if missed == 1 else 's'} missed; {time.perf_counter() - began:.0f} s"
    )


if __name__ == "__main__":
    main()
