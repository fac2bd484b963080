"""Two clocks, one minute: the slider's in the page and the map's in its frame.

The browser sends every widget's value with every message, so a report from the map may carry a
slider value older than the one the server has just set. Taken at its word, that would throw the
reader back. `reconcile` tells such an echo from a reader's move.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Clock:
    """What the server believes; all times are minutes since the start of the story."""

    minute: int
    seq: int = 0
    """How often the map was told to move; it obeys each number once."""
    stale: int | None = None
    """What the browser's slider said when the server last moved the clock by itself."""
    playing: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What the map says: where it is, and which order it knew when it said so."""

    minute: int
    seq: int
    playing: bool = False


@dataclass(frozen=True, slots=True)
class Jump:
    """A minute that the reader chose by anything but the slider."""

    minute: int


def reconcile(
    clock: Clock, slider: int, report: Report | None = None, jump: Jump | None = None
) -> Clock:
    """Return the clock after one message from the browser.

    `slider` is the value that came with the message. A jump beats the slider, the slider beats
    the map; a report made under an older order is dropped.
    """
    caused = report is not None or jump is not None
    echo = caused and slider == clock.stale
    if jump is not None:
        return moved(clock, jump.minute, slider)
    if slider != clock.minute and not echo:
        return Clock(minute=slider, seq=clock.seq + 1)
    if report is not None and report.seq == clock.seq:
        return replace(
            clock,
            minute=report.minute,
            stale=slider if slider != report.minute else None,
            playing=report.playing,
        )
    if slider == clock.minute:
        return replace(clock, stale=None)
    return clock


def moved(clock: Clock, minute: int, slider: int | None = None) -> Clock:
    """The clock after the server moved it: the map gets a new order and stops playing."""
    before = clock.minute if slider is None else slider
    return Clock(
        minute=minute,
        seq=clock.seq + 1,
        stale=before if before != minute else None,
    )
