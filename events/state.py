"""The state of the city at a minute: a fold over events, worked out and never kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from events.model import (
    Appear,
    Change,
    Claimant,
    Event,
    Hold,
    Holder,
    Leave,
    Move,
    PowerChange,
    Ring,
    RingStage,
    SpanChange,
)


@dataclass(frozen=True, slots=True)
class Holding:
    """Who holds a place or bridge, since when, and which event made it so."""

    holder: Holder
    claim: str | None
    """Who says that it is his without holding it."""
    since: datetime
    event: str
    """Id of the event: its accounts say who says so."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit at a place."""

    place: str


@dataclass(frozen=True, slots=True)
class OnRoute:
    """A unit on a route, or at the end of it."""

    route: str
    reverse: bool
    fraction: float
    """Share of the route's metres behind it, in the direction of travel: 0 to 1."""

    @property
    def moving(self) -> bool:
        """False once it has arrived."""
        return self.fraction < 1


@dataclass(frozen=True, slots=True)
class City:
    """Everything that is so at `t`. Derived, never stored."""

    t: datetime
    holdings: Mapping[str, Holding] = field(default_factory=dict)
    """By place or bridge id; a place of which no event has spoken yet is not in it."""
    spans: Mapping[str, str] = field(default_factory=dict)
    """By bridge id, "raised" or "lowered"; absent until an event speaks of it."""
    units: Mapping[str, Standing | OnRoute] = field(default_factory=dict)
    ring: RingStage = "none"
    power: Claimant = "government"
    rival: Claimant | None = None
    """Who still disputes the power."""
    under_way: tuple[Event, ...] = ()
    """Events that lasted and are not over, earliest first."""
    last: Event | None = None
    """The one shown most recently at or before `t`."""
    next: Event | None = None
    """The first shown after `t`; `None` after the last one."""


def in_order(events: Iterable[Event]) -> list[Event]:
    """Earliest shown first; at the same minute the weightier last, so that it is the one told."""
    return sorted(events, key=lambda event: (event.shown, event.importance, event.id))


def changes_in_order(events: Iterable[Event]) -> list[tuple[datetime, Event, Change]]:
    """Every change with the minute it takes effect and its event, earliest first."""
    ordered = [
        (event.takes_effect(change), event, change)
        for event in in_order(events)
        for change in event.changes
    ]
    ordered.sort(key=lambda step: step[0])
    return ordered


def city_at(events: Iterable[Event], t: datetime) -> City:
    """Return the state of the city at `t`.

    The order of `events` does not matter. A change takes effect at its minute, not after it:
    what is taken at 01:25 is held at 01:25. An event with an end is under way while
    start <= t < end.
    """
    ordered = in_order(events)
    holdings: dict[str, Holding] = {}
    spans: dict[str, str] = {}
    units: dict[str, Standing | OnRoute] = {}
    ring: RingStage = "none"
    power: Claimant = "government"
    rival: Claimant | None = None
    for at, event, change in changes_in_order(ordered):
        if at > t:
            break
        match change:
            case Hold():
                holdings[change.hold] = Holding(change.holder, change.claim, at, event.id)
            case SpanChange():
                spans[change.span] = change.position
            case Appear():
                units[change.appear] = Standing(change.place)
            case Move():
                done = min(1.0, (t - change.start) / (change.end - change.start))
                units[change.move] = OnRoute(change.route, change.reverse, done)
            case Leave():
                units.pop(change.leave, None)
            case Ring():
                ring = change.ring
            case PowerChange():
                power, rival = change.power, change.rival
    over = [event for event in ordered if event.shown <= t]
    return City(
        t=t,
        holdings=holdings,
        spans=spans,
        units=units,
        ring=ring,
        power=power,
        rival=rival,
        under_way=tuple(
            event for event in over if event.when.until is not None and t < event.when.until
        ),
        last=over[-1] if over else None,
        next=next((event for event in ordered if event.shown > t), None),
    )
