"""Two clocks, one minute: the slider's in the page and the map's in its frame.

The browser sends every widget's value with every message, so a message may carry a slider value
older than the one the server has just set. Taken at its word, that would throw the reader back.
`reconcile` tells such an echo from a reader's move.
"""

from dataclasses import dataclass

ON_THE_WAY = 8
"""How many values set by the server are remembered; the browser is never further behind."""


@dataclass(frozen=True, slots=True)
class Clock:
    """What the server believes; all times are minutes since the start of the story."""

    minute: int
    seq: int = 0
    """How often the map was told to move; it obeys each number once."""
    playing: bool = False
    stays: bool = False
    """The map, which plays ahead of the server, is to stay where it is and say where that is."""
    said: int | None = None
    """What the browser's slider said last."""
    sent: tuple[int, ...] = ()
    """What the slider was set to since, oldest first: it may say so yet, whatever came after."""
    sets: bool = False
    """The slider is to be set to the minute."""


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
    clock: Clock,
    slider: int,
    report: Report | None = None,
    jump: Jump | None = None,
    *,
    toggled: bool = False,
    hurried: bool = False,
    other: bool = False,
) -> Clock:
    """Return the clock after one message from the browser.

    `slider` is the value that came with the message. A jump beats the slider, the slider beats
    the map; a report made under an older order is dropped. `toggled`: play or pause was pressed;
    `hurried`: the speed was changed; `other`: anything else but the slider sent the message. A
    message that nothing else sent is the reader's move of the slider, whatever it says, and it
    stops a map that plays.

    The slider is set only where it says another minute or is yet to say one: setting it under
    the reader's hand would swallow every key pressed meanwhile.
    """
    caused = toggled or hurried or other or report is not None or jump is not None
    echo = caused and (slider == clock.said or slider in clock.sent)
    by_reader = not echo and (slider != clock.minute or (clock.playing and not caused))
    sent = clock.sent
    if caused and slider in sent and slider != clock.said:  # what was set before it has been shown
        sent = sent[sent.index(slider) + 1 :]

    minute, seq, playing, stays = clock.minute, clock.seq, clock.playing, clock.stays
    chosen = jump.minute if jump is not None else slider if by_reader else None
    if chosen is not None:
        minute, seq, playing, stays = chosen, seq + 1, False, False
    elif report is not None and report.seq == seq:
        minute, playing, stays = report.minute, report.playing, False
    if toggled:
        stays = (clock.playing or stays) and chosen is None
        seq, playing = seq + 1, not clock.playing
    elif hurried and playing:
        seq, stays = seq + 1, True
    sets = minute != slider or (caused and bool(sent) and sent[-1] != minute)
    if sets:
        sent = (*sent, minute)[-ON_THE_WAY:]
    return Clock(minute, seq, playing, stays, said=slider, sent=sent, sets=sets)
