"""What an event is: the records of `events/data`, each of which refuses to be born wrong.

Times are naive datetimes, Old Style, to the minute (`events.clock`). Places, routes and ring
stages are known by id only; what they look like is the business of `geo`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    NaiveDatetime,
    StringConstraints,
    Tag,
    model_validator,
)

Holder = Literal["government", "mrc", "neutral", "contested"]
"""Who holds a place. `mrc` stands for the Military Revolutionary Committee and those who
followed it, `neutral` for a place in ordinary use that neither side held."""
Side = Literal["government", "mrc", "opposition", "neutral"]
"""Where an actor stood. `opposition`: against the rising without being the government."""
Kind = Literal[
    "assembly", "order", "appeal", "talks", "allegiance", "seizure", "bridge", "movement",
    "fighting", "arrest", "daily-life", "summary",
]  # fmt: skip
Certainty = Literal["certain", "likely", "disputed", "unverified"]
Precision = Literal["minute", "quarter", "hour", "part-of-day", "day"]
RingStage = Literal[
    "outer-line", "nevsky-cut", "closed", "headquarters-taken", "inside-contested", "none"
]
"""Stages of the line round the Winter Palace, outermost first; `none` lifts it."""
Claimant = Literal["government", "mrc", "congress", "sovnarkom"]
"""Who claims the government of the country."""


def _to_the_minute(t: datetime) -> datetime:
    if t.second or t.microsecond:
        raise ValueError("should be a whole minute")
    return t


Time = Annotated[NaiveDatetime, AfterValidator(_to_the_minute)]
KEBAB = r"^[a-z0-9]+(-[a-z0-9]+)*$"
"""The form of an id: `winter-palace`."""
Id = Annotated[str, StringConstraints(pattern=KEBAB)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Record(BaseModel):
    """A table of a data file: unknown fields and loose types are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class When(Record):
    """When an event happened, with what the sources leave open."""

    earliest: Time
    """No reading of the sources puts the beginning before this."""
    latest: Time
    """Nor after this."""
    shown: Time
    """The minute the map uses."""
    precision: Precision
    as_written: Words
    """The time in the words of the sources: "about six in the evening"."""
    reason: str = ""
    """Why `shown` is drawn and no other minute; empty where nobody would ask."""
    until: Time | None = None
    """When it was over, for what lasted: the event is under way while shown <= t < until."""

    @model_validator(mode="after")
    def _in_order(self) -> "When":
        if self.latest < self.earliest:
            raise ValueError(
                f"earliest {self.earliest:%d %H:%M} is after latest {self.latest:%d %H:%M}; "
                "exchange them, or widen the span"
            )
        if not self.earliest <= self.shown <= self.latest:
            raise ValueError(
                f"shown {self.shown:%d %H:%M} lies outside earliest {self.earliest:%d %H:%M} to "
                f"latest {self.latest:%d %H:%M}; choose a minute between them"
            )
        if self.until is not None and self.until <= self.shown:
            raise ValueError(
                f"until {self.until:%d %H:%M} is not after shown {self.shown:%d %H:%M}; "
                "choose a later minute or leave it out"
            )
        return self


class Account(Record):
    """What one source says of an event."""

    source: Id
    """Id in `sources.json`."""
    locator: Words
    """Where in the source: chapter, page, "excerpt"."""
    says: Words
    time: Time | None = None
    """The source's own minute, where it is not the one drawn."""
    place: Id | None = None
    """The source's own place, where it is not the one drawn."""


class _Change(Record):
    at: Time | None = None
    """When it takes effect; `None` means at the event's `shown`."""


class Hold(_Change):
    """A place or bridge has this holder from now; a claim that is not repeated is over."""

    verb: ClassVar[str] = "hold"
    hold: Id
    holder: Holder
    claim: Literal["government", "mrc"] | None = None
    """Who says that it is his without holding it."""


class SpanChange(_Change):
    """A bridge is raised (no street traffic) or lowered."""

    verb: ClassVar[str] = "span"
    span: Id
    position: Literal["raised", "lowered"] = Field(alias="is")


class Appear(_Change):
    """A unit is on the map from now, at a place."""

    verb: ClassVar[str] = "appear"
    appear: Id
    place: Id


class Move(Record):
    """A unit goes along a route, under way while start <= t < end."""

    verb: ClassVar[str] = "move"
    move: Id
    route: Id
    start: Time = Field(alias="from")
    end: Time = Field(alias="to")
    timing: Literal["given", "inferred"]
    """Whether a source gives both hours."""
    reverse: bool = False
    """Whether the route is travelled from its end to its beginning."""

    @model_validator(mode="after")
    def _in_order(self) -> "Move":
        if self.end <= self.start:
            raise ValueError(
                f"move from {self.start:%d %H:%M} to {self.end:%d %H:%M} does not end after it "
                "starts; let it end later"
            )
        return self


class Leave(_Change):
    """A unit is no longer on the map."""

    verb: ClassVar[str] = "leave"
    leave: Id


class Ring(_Change):
    """The line round the Winter Palace reaches a stage."""

    verb: ClassVar[str] = "ring"
    ring: RingStage


class PowerChange(_Change):
    """Somebody claims the government of the country; a rival may still be in office."""

    verb: ClassVar[str] = "power"
    power: Claimant
    rival: Claimant | None = None


VERBS = {
    change.verb: change for change in (Hold, SpanChange, Appear, Move, Leave, Ring, PowerChange)
}


def _verb(table: Any) -> str | None:
    if not isinstance(table, dict):
        return getattr(table, "verb", None)
    return next((verb for verb in VERBS if verb in table), None)


Change = Annotated[
    Annotated[Hold, Tag("hold")]
    | Annotated[SpanChange, Tag("span")]
    | Annotated[Appear, Tag("appear")]
    | Annotated[Move, Tag("move")]
    | Annotated[Leave, Tag("leave")]
    | Annotated[Ring, Tag("ring")]
    | Annotated[PowerChange, Tag("power")],
    Discriminator(
        _verb,
        custom_error_type="no_verb",
        custom_error_message="a change needs one of " + ", ".join(VERBS),
    ),
]


class Event(Record):
    """One thing that happened, who says so, and what it changed."""

    id: Id
    places: tuple[Id, ...] = Field(min_length=1)
    """Where; the first is the place the map marks."""
    kind: Kind
    actors: tuple[Id, ...] = Field(min_length=1)
    when: When
    certainty: Certainty
    importance: Literal[1, 2, 3]
    """3: a turning point; 1: a detail, first to go when zoomed out or played fast."""
    changes: tuple[Change, ...] = ()
    accounts: tuple[Account, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _one_place(cls, table: Any) -> Any:
        if isinstance(table, dict):
            table = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
            if "place" in table and "places" not in table:
                table["places"] = (table.pop("place"),)
        return table

    @property
    def shown(self) -> datetime:
        """The minute the map uses."""
        return self.when.shown

    @property
    def told_by(self) -> dict[str, Account]:
        """The accounts by source; a second one of the same source has "-2" behind it."""
        named: dict[str, Account] = {}
        for account in self.accounts:
            key, times = account.source, 1
            while key in named:
                times += 1
                key = f"{account.source}-{times}"
            named[key] = account
        return named

    def takes_effect(self, change: Change) -> datetime:
        """When a change of this event happens: the start, for a move."""
        if isinstance(change, Move):
            return change.start
        return self.shown if change.at is None else change.at


class Actor(Record):
    """A party, body, regiment, ship, person or detachment."""

    name: Words
    kind: Literal["party", "body", "regiment", "unit", "ship", "person", "crowd"]
    side: Side
    of: Id | None = None
    """The actor it belongs to."""
    note: str = ""


class AccountWords(Record):
    """An account in the words of another language."""

    locator: Words
    says: Words


class Text(Record):
    """An event in the words of one language; English has the rest in the event itself."""

    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    text: Words
    as_written: str = ""
    """In place of the event's own, as the rest is."""
    reason: str = ""
    accounts: Mapping[str, AccountWords] = Field(default_factory=dict)
    """By the id of the source; a second account of the same source has "-2" behind it."""


class ActorWords(Record):
    """An actor in the words of another language."""

    name: Words


class SourceWords(Record):
    """A work of the bibliography in the words of another language."""

    cite: Words
    """The line of the bibliography; titles of works stay as they are."""
    note: str = ""
