"""The story in words: clock, power, changes. One table of words a language, in `story/text`."""

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from events.clock import new_style, weekday
from events.model import Appear, Change, Event, Hold, Leave, Move, PowerChange, Ring, SpanChange
from events.state import City
from story.telling import Story

TEXT = Path(__file__).parent / "text"
GAP = re.compile(r"\{(\w+)\}")
LANGUAGES = tuple(sorted(path.stem for path in TEXT.glob("*.toml")))


class Words:
    """The words of one language, by section and key."""

    def __init__(self, language: str, table: Mapping[str, Mapping[str, Any]]) -> None:
        self.language = language
        self.table = table

    def __call__(self, section: str, key: str, **filled: str) -> str:
        """The words for a key, with each {name} replaced by plain text.

        Raises `KeyError` if the language has no such words.
        """
        words = str(self.table[section][key])
        return GAP.sub(lambda gap: filled.get(gap[1], gap[0]), words) if filled else words

    def section(self, name: str) -> Mapping[str, str]:
        """All words of a section."""
        return self.table[name]

    def day(self, t: datetime) -> str:
        """The date as its fields say: "25 October 1917"."""
        return f"{t.day} {self.table['calendar']['months'][t.month - 1]} {t.year}"

    def moment(self, t: datetime) -> str:
        """Day and hour, short: "25 Oct 21:40"."""
        return f"{t.day} {self.table['calendar']['months_short'][t.month - 1]} {t:%H:%M}"

    def weekday(self, t: datetime) -> str:
        """Day of the week of an Old Style date: "Wednesday"."""
        return str(self.table["calendar"]["weekdays"][weekday(t)])

    def clock(self, t: datetime, calendar: str = "os") -> str:
        """Weekday, date and hour with the name of the calendar, Old Style ("os") or New ("ns")."""
        style = self("calendar", "new_style" if calendar == "ns" else "old_style")
        fields = new_style(t) if calendar == "ns" else t
        return f"{self.weekday(t)} {self.day(fields)}, {t:%H:%M} ({style})"


@cache
def words_of(language: str) -> Words:
    """Read the words of a language; raise `ValueError` if there is none of that name."""
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is none of {', '.join(LANGUAGES)}")
    path = TEXT / f"{language}.toml"
    return Words(language, tomllib.loads(path.read_text(encoding="utf-8")))


def power_line(city: City, words: Words) -> str:
    """Who claims the government of the country, in one sentence."""
    key = f"{city.power}-{city.rival}" if city.rival else city.power
    return words("power", key)


def time_line(event: Event, words: Words) -> str:
    """The time of an event as its sources leave it: words used, span, precision."""
    when = event.when
    line = f"{when.as_written} · {words('precision', when.precision)}"
    if when.earliest != when.latest:
        same_day = when.earliest.date() == when.latest.date() == when.shown.date()
        ends = [f"{t:%H:%M}" if same_day else words.moment(t) for t in (when.earliest, when.latest)]
        line += f" · {'–'.join(ends)}"
    return line


def what_changed(story: Story, event: Event, words: Words) -> list[str]:
    """One line for each change of an event: places first, then those who move.

    A change at another minute than the event's says at which.
    """
    moving = {change.move for change in event.changes if isinstance(change, Move)}
    told = [
        change
        for change in event.changes
        if not (isinstance(change, Appear) and change.appear in moving)
        and not (isinstance(change, Leave) and change.leave in moving)
    ]
    told.sort(key=lambda change: isinstance(change, Appear | Move | Leave))
    return [
        _timed(line, event, change, words)
        for change in told
        for line in _changed(story, event, change, words)
    ]


def _timed(line: str, event: Event, change: Change, words: Words) -> str:
    t = event.takes_effect(change)
    if t == event.shown or isinstance(change, Move):  # a move says its hours itself
        return line
    same_day = t.date() == event.shown.date()
    return words("change", "at", line=line, t=f"{t:%H:%M}" if same_day else words.moment(t))


def _changed(story: Story, event: Event, change: Change, words: Words) -> list[str]:
    t = event.takes_effect(change)
    match change:
        case Hold():
            past = [hold for at, _, hold in story.holds[change.hold] if at < t]
            before = past[-1] if past else None
            after = words("holder", change.holder)
            if change.claim:
                after += f" ({words('change', 'claim', claim=words('holder', change.claim))})"
            place = story.name(change.hold)
            if before is None:
                return [words("change", "hold_first", place=place, after=after)]
            if (before.holder, before.claim) == (change.holder, change.claim):
                return []
            held = words("holder", before.holder)
            return [words("change", "hold", place=place, before=held, after=after)]
        case SpanChange():
            place = story.name(change.span)
            return [words("change", "span", place=place, position=words("span", change.position))]
        case Move():
            route = story.routes[change.route]
            start, end = (route.end, route.start) if change.reverse else (route.start, route.end)
            line = words(
                "change",
                "move",
                **{"from": f"{change.start:%H:%M}", "to": f"{change.end:%H:%M}"},
                start=story.name(start),
                end=story.name(end),
                unit=story.actors[change.move].name,
            )
            open_points = []
            if change.timing == "inferred":
                open_points.append(words("change", "move_inferred"))
            if route.basis == "inferred":
                open_points.append(words("change", "way_inferred"))
            return [f"{line} ({', '.join(open_points)})" if open_points else line]
        case Appear():
            unit, place = story.actors[change.appear].name, story.name(change.place)
            return [words("change", "appear", unit=unit, place=place)]
        case Leave():
            return [words("change", "leave", unit=story.actors[change.leave].name)]
        case Ring():
            return [words("change", "ring", stage=words("ring", change.ring))]
        case PowerChange():
            key = f"{change.power}-{change.rival}" if change.rival else change.power
            return [words("change", "power", words=words("power", key))]
