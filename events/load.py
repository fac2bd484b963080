"""The one door from the files of `events` to records.

Nothing is dropped quietly: whatever is not accepted becomes a sentence in `faults` that names
the file, the record, what was found and what would do. Whoever reads decides what to do then;
`story.telling` refuses to go on.
"""

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from events.clock import STORY_END, STORY_START
from events.model import Actor, Event, Id, Text, Words

HERE = Path(__file__).parent
DAY_FILES = tuple(f"1917-10-{day}.toml" for day in range(21, 28))
PROLOGUE_FILE = "prologue.toml"


class Author(BaseModel):
    """A name as CSL-JSON has it; `literal` where it has no parts."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    family: str = ""
    given: str = ""
    literal: str = ""


class Source(BaseModel):
    """One work of the bibliography, an item of CSL-JSON (version 1.0.2)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: Id
    type: Words
    title: Words
    author: tuple[Author, ...] = ()
    editor: tuple[Author, ...] = ()
    issued: Mapping[str, Any] = Field(default_factory=dict)
    publisher: str = ""
    publisher_place: str = Field("", alias="publisher-place")
    container_title: str = Field("", alias="container-title")
    volume: str | int = ""
    issue: str | int = ""
    page: str = ""
    language: str = ""
    URL: str = Field("", pattern=r"^(https?://\S+)?$")
    note: str = ""
    """What it is good for, what to beware of."""

    @property
    def year(self) -> str:
        """Year of issue, or nothing."""
        parts = self.issued.get("date-parts") or [[""]]
        return str(parts[0][0])

    def cite(self) -> str:
        """As a reader would cite it, in one line of plain text."""
        names = "; ".join(
            a.literal or " ".join(part for part in (a.given, a.family) if part) for a in self.author
        )
        where = ", ".join(
            str(part)
            for part in (self.container_title, self.publisher, self.year)
            if part and str(part) not in self.title
        )
        line = f"{names}, {self.title}" if names else self.title
        return f"{line} ({where})" if where else line


@dataclass(frozen=True)
class Chronicle:
    """Everything that `events` keeps on file."""

    events: tuple[Event, ...] = ()
    """Those on the clock, earliest shown first."""
    prologue: tuple[Event, ...] = ()
    """What came before the clock starts."""
    actors: Mapping[str, Actor] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    texts: Mapping[str, Mapping[str, Text]] = field(default_factory=dict)
    """By language, then by event id."""


def read_chronicle(folder: Path, faults: list[str]) -> Chronicle:
    """Read `data/` and `text/<lang>/` below `folder` (`events` of a checkout).

    Adds a sentence to `faults` for each thing that cannot be accepted and leaves it out.
    """
    data = folder / "data"
    events: list[Event] = []
    for name in DAY_FILES:
        for event in _events(data / name, faults):
            if f"{event.shown:%Y-%m-%d}.toml" != name:
                faults.append(
                    f"{name}, event {event.id}: shown {event.shown:%Y-%m-%d %H:%M} belongs in "
                    f"{event.shown:%Y-%m-%d}.toml"
                    if STORY_START <= event.shown <= STORY_END
                    else f"{name}, event {event.id}: shown {event.shown:%Y-%m-%d %H:%M} is "
                    f"outside the story, which runs from {STORY_START:%Y-%m-%d %H:%M} to "
                    f"{STORY_END:%Y-%m-%d %H:%M}"
                )
            events.append(event)
    prologue = _events(data / PROLOGUE_FILE, faults)
    texts = {}
    for language in sorted(p for p in _subfolders(folder / "text")):
        texts[language] = _texts(folder / "text" / language, language, faults)
    if "en" not in texts:
        faults.append("text/en: missing; every event needs a title and a text in English")
    return Chronicle(
        events=tuple(sorted(events, key=lambda e: (e.shown, e.id))),
        prologue=tuple(sorted(prologue, key=lambda e: (e.shown, e.id))),
        actors=_actors(data / "actors.toml", faults),
        sources=_sources(data / "sources.json", faults),
        texts=texts,
    )


def suggestion(wrong: str, known: Iterable[str]) -> str:
    """The question whether the nearest known id was meant; nothing where none is near."""
    near = get_close_matches(wrong, list(known), n=1)
    return f"; did you mean '{near[0]}'?" if near else ""


def read_toml(path: Path, label: str, faults: list[str]) -> dict[str, Any]:
    """The table of a TOML file; empty, with a fault, where there is none to be had."""
    text = read_text(path, label, faults)
    if text is None:
        return {}
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        faults.append(f"{label}: is not TOML: {error}")
        return {}


def read_text(path: Path, label: str, faults: list[str]) -> str | None:
    """The words of a file; `None`, with a fault, where it is missing, empty or not UTF-8."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        faults.append(f"{label}: missing; restore it")
    except OSError as error:
        faults.append(f"{label}: cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        faults.append(
            f"{label}: is not UTF-8: byte 0x{error.object[error.start]:02x} at {error.start}; "
            "save it as UTF-8"
        )
    else:
        if text.strip():
            return text
        faults.append(f"{label}: is empty")
    return None


def _subfolders(folder: Path) -> list[str]:
    return [p.name for p in folder.iterdir() if p.is_dir()] if folder.is_dir() else []


def _events(path: Path, faults: list[str]) -> list[Event]:
    table = read_toml(path, path.name, faults)
    for key in table.keys() - {"event"}:
        faults.append(f"{path.name}: unknown table [{key}]; events are written [[event]]")
    rows = table.get("event", [])
    if not isinstance(rows, list):
        faults.append(f"{path.name}: event is one table; write [[event]] with two brackets")
        return []
    found = []
    for number, row in enumerate(rows, start=1):
        name = row.get("id", f"no. {number}") if isinstance(row, dict) else f"no. {number}"
        try:
            found.append(Event.model_validate(row))
        except ValidationError as error:
            faults += sentences(error, f"{path.name}, event {name}")
    return found


def _texts(folder: Path, language: str, faults: list[str]) -> dict[str, Text]:
    texts: dict[str, Text] = {}
    for name in (PROLOGUE_FILE, *DAY_FILES):
        label = f"text/{language}/{name}"
        for event_id, row in read_toml(folder / name, label, faults).items():
            if event_id in texts:
                faults.append(f"{label}, {event_id}: has a text in another file already")
            try:
                texts[event_id] = Text.model_validate(row)
            except ValidationError as error:
                faults += sentences(error, f"{label}, {event_id}")
    return texts


def _actors(path: Path, faults: list[str]) -> dict[str, Actor]:
    actors = {}
    for actor_id, row in read_toml(path, path.name, faults).get("actor", {}).items():
        try:
            actors[actor_id] = Actor.model_validate(row)
        except ValidationError as error:
            faults += sentences(error, f"{path.name}, actor {actor_id}")
    for actor_id, actor in actors.items():
        if actor.of is not None and actor.of not in actors:
            faults.append(
                f"{path.name}, actor {actor_id}: belongs to '{actor.of}', which is not in "
                f"{path.name}{suggestion(actor.of, actors)}"
            )
    return actors


def _sources(path: Path, faults: list[str]) -> dict[str, Source]:
    text = read_text(path, path.name, faults)
    if text is None:
        return {}
    try:
        rows = json.loads(text)
    except json.JSONDecodeError as error:
        faults.append(f"{path.name}: is not JSON: {error}")
        return {}
    if not isinstance(rows, list):
        faults.append(f"{path.name}: should be a list of CSL-JSON items")
        return {}
    sources: dict[str, Source] = {}
    for number, row in enumerate(rows, start=1):
        name = row.get("id", f"no. {number}") if isinstance(row, dict) else f"no. {number}"
        try:
            source = Source.model_validate(row)
        except ValidationError as error:
            faults += sentences(error, f"{path.name}, source {name}")
            continue
        if source.id in sources:
            faults.append(f"{path.name}, source {source.id}: stands twice; ids are unique")
        sources[source.id] = source
    return sources


def sentences(error: ValidationError, record: str) -> list[str]:
    """One line for each thing wrong with a record: where in it, what is wrong, what was found."""
    lines = []
    for fault in error.errors(include_url=False):
        where = ".".join(str(step) for step in fault["loc"] if step not in ("before", "after"))
        wrong = fault["msg"].removeprefix("Value error, ")
        wrong = wrong[:1].lower() + wrong[1:]
        found = fault["input"]
        shown = "" if isinstance(found, dict) else f", found {_short(found)}"
        lines.append(f"{record}: {where + ': ' if where else ''}{wrong}{shown}")
    return lines


def _short(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
