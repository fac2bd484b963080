"""The one door from the files of `events` to records.

Nothing is dropped quietly: whatever is not accepted becomes a sentence in `faults` that names
the file, the record, what was found and what would do. Whoever reads decides what to do then;
`story.telling` refuses to go on.
"""

import json
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

from events.model import (
    KEBAB,
    VERBS,
    Actor,
    ActorWords,
    Event,
    Id,
    Record,
    SourceWords,
    Text,
    Words,
)

HERE = Path(__file__).parent
DAY_FILES = tuple(f"1917-10-{day}.toml" for day in range(21, 28))
PROLOGUE_FILE = "prologue.toml"
NOT_AN_ID = "should be an id in kebab-case, like 'winter-palace'"
NOT_AN_ADDRESS = "should be an address on the web that begins with https://"
IN_PLAIN_WORDS = {
    "missing": "is missing; add it",
    "extra_forbidden": "is no field of this record; correct its name or leave it out",
    "datetime_type": "should be a time like 1917-10-25T21:40:00, without quotes",
    "timezone_naive": "should be the clock of Petrograd, without an offset",
    "too_short": "should not be empty",
    "tuple_type": "should be a list, in [brackets]",
    "model_type": "should be a table with fields of its own",
    "model_attributes_type": "should be a table with fields of its own",
}
"""What to say instead of Pydantic's words where those speak of Python, by its type of fault."""
DateParts = Annotated[
    tuple[Annotated[tuple[int, ...], Field(min_length=1, max_length=3)], ...],
    Field(max_length=2),
]
"""Year, month, day as far as known; a second one ends a range."""


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
    issued: Mapping[Literal["date-parts"], DateParts] = Field(default_factory=dict)
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
    _line: str = PrivateAttr("")
    """The line of another language, in place of the one that is made of the fields."""

    @property
    def year(self) -> str:
        """Year of issue, or nothing."""
        parts = self.issued.get("date-parts")
        return str(parts[0][0]) if parts else ""

    def cite(self) -> str:
        """As a reader would cite it, in one line of plain text."""
        if self._line:
            return self._line
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

    def said_as(self, words: SourceWords) -> "Source":
        """The same work in the words of another language."""
        said = self.model_copy(update={"note": words.note or self.note})
        said._line = words.cite
        return said


@dataclass
class Named(Collection[str]):
    """Ids that a file speaks of, whether or not their records were accepted.

    A fault is told once, where it is: a reference to a refused record is not another one.
    """

    ids: set[str] = field(default_factory=set)
    whole: bool = True
    """False where part of the file could not be read: any id may have stood there."""

    def __contains__(self, found: object) -> bool:
        return not self.whole or found in self.ids

    def __iter__(self) -> Iterator[str]:
        return iter(self.ids)

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, found: object) -> None:
        """Note the id of a record as it stands in the file; `None` where it has none."""
        if isinstance(found, str):
            self.ids.add(found)
        else:
            self.whole = False


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
    actor_words: Mapping[str, Mapping[str, ActorWords]] = field(default_factory=dict)
    """By language other than English, then by actor id."""
    source_words: Mapping[str, Mapping[str, SourceWords]] = field(default_factory=dict)
    """By language other than English, then by source id."""
    files: Mapping[tuple[str, datetime], str] = field(default_factory=dict)
    """The file that an event stands in, by its id and the minute it is shown."""
    text_files: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """The file that a text stands in, by language and event id."""
    named: Mapping[str, Named] = field(default_factory=dict)
    """What the files name, accepted or not: "event", "actor", "source", "text/en" and other
    languages; "unit" for units whose journey lost a step with a refused event."""


def read_chronicle(folder: Path, faults: list[str]) -> Chronicle:
    """Read `data/` and `text/<lang>/` below `folder` (`events` of a checkout).

    Adds a sentence to `faults` for each thing that cannot be accepted and leaves it out.
    """
    data = folder / "data"
    events: list[Event] = []
    files: dict[tuple[str, datetime], str] = {}
    text_files: dict[tuple[str, str], str] = {}
    named: defaultdict[str, Named] = defaultdict(Named)
    for name in DAY_FILES:
        for event in _events(data / name, faults, named):
            files.setdefault((event.id, event.shown), name)
            day = f"{event.shown:%Y-%m-%d}.toml"
            if day != name and day in DAY_FILES:  # of times outside the story `events.check` tells
                faults.append(
                    f"{name}, event {event.id}: shown {event.shown:%Y-%m-%d %H:%M} belongs in {day}"
                )
            events.append(event)
    prologue = _events(data / PROLOGUE_FILE, faults, named)
    files |= {(event.id, event.shown): PROLOGUE_FILE for event in prologue}
    texts = {}
    for language in sorted(p for p in _subfolders(folder / "text")):
        texts[language] = _texts(
            folder / "text" / language, language, faults, named[f"text/{language}"], text_files
        )
        faults += _unread(folder / "text" / language, language)
    others = [language for language in texts if language != "en"]
    if "en" not in texts:
        faults.append("text/en: missing; every event needs a title and a text in English")
        named["text/en"].whole = False
    return Chronicle(
        events=tuple(sorted(events, key=lambda e: (e.shown, e.id))),
        prologue=tuple(sorted(prologue, key=lambda e: (e.shown, e.id))),
        actors=_actors(data / "actors.toml", faults, named["actor"]),
        sources=_sources(data / "sources.json", faults, named["source"]),
        texts=texts,
        actor_words={
            each: _words_of(folder, each, "actors", ActorWords, faults) for each in others
        },
        source_words={
            each: _words_of(folder, each, "sources", SourceWords, faults) for each in others
        },
        files=files,
        text_files=text_files,
        named=named,
    )


def suggestion(wrong: str, known: Iterable[str]) -> str:
    """The question whether the nearest known id was meant; nothing where none is near."""
    near = get_close_matches(wrong, list(known), n=1)
    return f"; did you mean '{near[0]}'?" if near else ""


def read_toml(path: Path, label: str, faults: list[str]) -> dict[str, Any] | None:
    """The table of a TOML file; `None`, with a fault, where there is none to be had."""
    text = read_text(path, label, faults)
    if text is None:
        return None
    try:
        return tomllib.loads(text)
    except ValueError as error:  # not only TOMLDecodeError: too long a number has its own
        faults.append(f"{label}: is not TOML: {error}")
    except RecursionError:
        faults.append(f"{label}: is nested too deep")
    return None


def read_text(path: Path, label: str, faults: list[str]) -> str | None:
    """The words of a file; `None`, with a fault, where it is missing, empty or not UTF-8."""
    try:
        # editors on Windows may put a byte order mark first
        text = path.read_text(encoding="utf-8-sig")
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
        faults.append(f"{label}: is empty; restore it")
    return None


def _subfolders(folder: Path) -> list[str]:
    return [p.name for p in folder.iterdir() if p.is_dir()] if folder.is_dir() else []


def _events(path: Path, faults: list[str], named: Mapping[str, Named]) -> list[Event]:
    table = read_toml(path, path.name, faults)
    rows = None if table is None else _only(table, "event", "[[event]]", path.name, faults)
    if table == {}:
        return []
    if rows is not None and not isinstance(rows, list):
        faults.append(f"{path.name}: event is one table; write [[event]] with two brackets")
    if not isinstance(rows, list):
        named["event"].whole = named["unit"].whole = False
        return []
    found = []
    for number, row in enumerate(rows, start=1):
        name = _id(row)
        named["event"].add(name)
        try:
            found.append(Event.model_validate(row))
        except ValidationError as error:
            faults += sentences(error, f"{path.name}, event {name or f'no. {number}'}")
            changes = row.get("changes", []) if isinstance(row, dict) else None
            for change in changes if isinstance(changes, list) else [None]:
                for unit in _units(change):
                    named["unit"].add(unit)
    return found


def _units(change: object) -> list[str | None]:
    """The units that a change of a refused event may have moved; `None` where nobody can tell."""
    if not isinstance(change, dict) or not change.keys() & VERBS.keys():
        return [None]
    return [_word(change[verb]) for verb in ("appear", "move", "leave") if verb in change]


def _texts(
    folder: Path,
    language: str,
    faults: list[str],
    named: Named,
    files: dict[tuple[str, str], str],
) -> dict[str, Text]:
    texts: dict[str, Text] = {}
    for name in (PROLOGUE_FILE, *DAY_FILES):
        label = f"text/{language}/{name}"
        table = read_toml(folder / name, label, faults)
        if table is None:
            named.whole = False
            continue
        for event_id, row in table.items():
            if event_id in named.ids:
                faults.append(f"{label}, {event_id}: has a text in another file already; leave one")
            named.add(event_id)
            try:
                texts[event_id] = Text.model_validate(row)
            except ValidationError as error:
                faults += sentences(error, f"{label}, {event_id}")
            else:
                files[language, event_id] = label
    return texts


def _unread(folder: Path, language: str) -> Iterator[str]:
    """A sentence for each file of words that has a name nobody reads."""
    known = [*DAY_FILES, PROLOGUE_FILE]
    if language != "en":
        known += ["actors.toml", "sources.toml"]
    for path in sorted(folder.glob("*.toml")):
        if path.name not in known:
            near = suggestion(path.name, known) or f"; its files are {', '.join(known)}"
            yield f"text/{language}/{path.name}: nobody reads a file of this name{near}"


RecordT = TypeVar("RecordT", bound=Record)


def _words_of(
    folder: Path, language: str, name: str, kind: type[RecordT], faults: list[str]
) -> dict[str, RecordT]:
    """The words that a language has for actors or sources, by id; it may have none."""
    path, label = folder / "text" / language / f"{name}.toml", f"text/{language}/{name}.toml"
    table = (read_toml(path, label, faults) if path.exists() else None) or {}
    said = {}
    for id_, row in table.items():
        try:
            said[id_] = kind.model_validate(row)
        except ValidationError as error:
            faults += sentences(error, f"{label}, {id_}")
    return said


def _actors(path: Path, faults: list[str], named: Named) -> dict[str, Actor]:
    table = read_toml(path, path.name, faults)
    rows = None if table is None else _only(table, "actor", "[actor.its-id]", path.name, faults)
    if table == {}:
        return {}
    if rows is not None and not isinstance(rows, dict):
        faults.append(f"{path.name}: actor should be tables; write [actor.its-id]")
    if not isinstance(rows, dict):
        named.whole = False
        return {}
    actors = {}
    for actor_id, row in rows.items():
        named.add(actor_id)
        if _word(actor_id) is None:
            faults.append(f"{path.name}, actor {actor_id!r}: {NOT_AN_ID}")
            continue
        try:
            actors[actor_id] = Actor.model_validate(row)
        except ValidationError as error:
            faults += sentences(error, f"{path.name}, actor {actor_id}")
    for actor_id, actor in actors.items():
        if actor.of is not None and actor.of not in named:
            faults.append(
                f"{path.name}, actor {actor_id}: belongs to '{actor.of}', which is not in "
                f"{path.name}{suggestion(actor.of, actors)}"
            )
    return actors


def _sources(path: Path, faults: list[str], named: Named) -> dict[str, Source]:
    rows = _json(path, faults)
    if rows is not None and not isinstance(rows, list):
        faults.append(f"{path.name}: should be a list of CSL-JSON items, found {_short(rows)}")
    if not isinstance(rows, list):
        named.whole = False
        return {}
    sources: dict[str, Source] = {}
    for number, row in enumerate(rows, start=1):
        name = _id(row)
        if name is not None and name in named.ids:
            faults.append(f"{path.name}, source {name}: stands twice; ids are unique, rename one")
        named.add(name)
        try:
            source = Source.model_validate(row)
        except ValidationError as error:
            faults += sentences(error, f"{path.name}, source {name or f'no. {number}'}")
            continue
        sources[source.id] = source
    return sources


def _json(path: Path, faults: list[str]) -> Any:
    """What a JSON file holds; `None`, with a fault, where there is nothing to be had."""

    def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        for key, count in Counter(key for key, _ in pairs).items():
            if count > 1:
                values = " and ".join(_short(value) for k, value in pairs if k == key)
                faults.append(
                    f"{path.name}: key {key!r} stands twice in one object (found {values}); "
                    "leave one"
                )
        return dict(pairs)

    text = read_text(path, path.name, faults)
    if text is None:
        return None
    try:
        return json.loads(text, object_pairs_hook=no_duplicates)
    except ValueError as error:  # not only JSONDecodeError: too long a number has its own
        faults.append(f"{path.name}: is not JSON: {error}")
    except RecursionError:
        faults.append(f"{path.name}: is nested too deep")
    return None


def _only(table: dict[str, Any], key: str, form: str, label: str, faults: list[str]) -> Any:
    """What stands under the one key that a file may have; `None` where another stands instead."""
    for other in table.keys() - {key}:
        faults.append(f"{label}: unknown table [{other}]; each is written {form}")
    return table.get(key)


def _id(row: object) -> str | None:
    """The id of a record as it stands in the file, accepted or not."""
    return _word(row.get("id")) if isinstance(row, dict) else None


def _word(found: object) -> str | None:
    return found if isinstance(found, str) and re.fullmatch(KEBAB, found) else None


def sentences(error: ValidationError, record: str) -> list[str]:
    """One line for each thing wrong with a record: where in it, what is wrong, what was found."""
    lines = []
    for fault in error.errors(include_url=False):
        where = ".".join(str(step) for step in fault["loc"] if step not in ("before", "after"))
        wrong = IN_PLAIN_WORDS.get(fault["type"], fault["msg"].removeprefix("Value error, "))
        if fault["type"] == "string_pattern_mismatch":
            wrong = NOT_AN_ID if fault["ctx"]["pattern"] == KEBAB else NOT_AN_ADDRESS
        wrong = wrong[:1].lower() + wrong[1:]
        found = fault["input"]
        shown = "" if isinstance(found, dict) else f", found {_short(found)}"
        if fault["type"] == "no_verb" and isinstance(found, dict):
            shown = f", found {_short(', '.join(found))}"
        lines.append(f"{record}: {where + ': ' if where else ''}{wrong}{shown}")
    return lines


def _short(value: object) -> str:
    try:
        text = repr(value) if isinstance(value, str) else str(value)
    except RecursionError:
        text = "a deep nest"
    return text if len(text) <= 60 else text[:57] + "..."
