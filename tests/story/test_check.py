"""`python -m story check`: a broken folder per fault, and what is said of each."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.clock import LAST_MINUTE, at_minute
from geo import looks
from geo.ground import ground_payload
from story import cli
from story.payload import map_payload
from story.report import state_report
from story.telling import ROOT, examine
from story.topology import misplaced
from story.words import LANGUAGES, time_line, what_changed, words_of

DAY = "events/data/1917-10-22.toml"
"""A quiet day, to add made-up events to."""
WORDS = "events/text/en/1917-10-22.toml"
ACTORS = "events/data/actors.toml"
SOURCES = "events/data/sources.json"
PLACES = "geo/data/places.geojson"
ROUTES = "geo/data/routes.geojson"
RINGS = "geo/data/rings.geojson"
WATER = "geo/data/basemap/water.geojson"
STREETS = "geo/data/basemap/streets.geojson"
BRIDGES = "geo/data/basemap/bridges.geojson"
BUILDINGS = "geo/data/basemap/buildings.geojson"

FACTS = {
    "id": '"made-up"',
    "places": '["smolny"]',
    "kind": '"order"',
    "actors": '["mrc"]',
    "certainty": '"likely"',
    "importance": "1",
}
WHEN = {
    "earliest": "1917-10-22T13:07:00",
    "latest": "1917-10-22T13:37:00",
    "shown": "1917-10-22T13:17:00",
    "precision": '"hour"',
    "as_written": '"some time after one"',
}
ACCOUNT = '[[event.accounts]]\nsource = "reed"\nlocator = "ch. I"\nsays = "It was so."\n'
UNIT = '\n[actor.made-up-guard]\nname = "Guard"\nkind = "unit"\nside = "mrc"\n'


@pytest.fixture
def check(capsys, monkeypatch):
    """Runs `python -m story check FOLDER`: its exit code, lines on stdout, lines on stderr."""

    def run(*arguments: object) -> tuple[int, list[str], list[str]]:
        monkeypatch.setattr(sys, "argv", ["story", "check", *map(str, arguments)])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code or 0
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out.splitlines(), err.splitlines()

    return run


# How a folder is broken: each helper gives a function that breaks the folder it is handed.

Break = Callable[[Path], None]


def add(file: str, text: str) -> Break:
    """Write `text` at the end of a file."""

    def run(folder: Path) -> None:
        path = folder / file
        path.write_text(path.read_text("utf-8") + text, "utf-8")

    return run


def event(
    *changes: str, words: str | None = "word " * 40, account=ACCOUNT, file=DAY, **said: str | None
) -> Break:
    """Add an event in which only what is said differs from a faultless one; `None` leaves out."""
    facts = {key: said.pop(key, value) for key, value in FACTS.items()}
    when = {key: said.pop(key, value) for key, value in WHEN.items()} | {
        key: said.pop(key) for key in ("until", "reason") if key in said
    }
    title = said.pop("title", '"Made up"')
    rows = ["", "[[event]]", *_fields(facts | said), "[event.when]", *_fields(when)]
    rows += [f"[[event.changes]]\n{change}" for change in changes]
    text = f'\n[{facts["id"]}]\ntitle = {title}\ntext = "{words}"\n'

    def run(folder: Path) -> None:
        add(file, "\n".join(rows) + "\n" + account)(folder)
        if words is not None:
            add(file.replace("data", "text/en"), text)(folder)

    return run


def _fields(table: dict[str, str | None]) -> list[str]:
    return [f"{key} = {value}" for key, value in table.items() if value is not None]


def both(*breaks: Break) -> Break:
    """One after the other."""

    def run(folder: Path) -> None:
        for each in breaks:
            each(folder)

    return run


def edit_json(file: str, edit: Callable[[Any], Any]) -> Break:
    """Hand what a JSON file holds to `edit`, which changes it or returns another."""

    def run(folder: Path) -> None:
        path = folder / file
        table = json.loads(path.read_text("utf-8"))
        changed = edit(table)
        path.write_text(json.dumps(table if changed is None else changed), "utf-8")

    return run


def feature(file: str, feature_id: str | None, **changed: Any) -> Break:
    """Change fields of a feature, or of its properties (the first one for `None`)."""

    def edit(table: Any) -> None:
        row = next(f for f in table["features"] if feature_id in (None, f["id"]))
        for key, value in changed.items():
            place = row if key in ("id", "type", "geometry", "properties") else row["properties"]
            place[key] = value

    return edit_json(file, edit)


def shape(file: str, feature_id: str | None, kind: str, coordinates: Any) -> Break:
    """Give a feature another shape."""
    return feature(file, feature_id, geometry={"type": kind, "coordinates": coordinates})


def new_feature(file: str, form: str, coordinates: Any, /, **properties: Any) -> Break:
    """Add a feature of its own."""
    row = {
        "type": "Feature",
        "id": "made-up",
        "properties": properties,
        "geometry": {"type": form, "coordinates": coordinates},
    }
    return edit_json(file, lambda table: table["features"].append(row))


def new_place(lon: float, lat: float, kind: str = "barracks", **said: Any) -> Break:
    """Add a place at which nothing happens."""
    names = dict.fromkeys(("name_en", "name_ru", "today_en", "today_ru", "located_by"), "Made up")
    return new_feature(
        PLACES, "Point", [lon, lat], **{"kind": kind, **names, "error_m": 5, "rank": 3, **said}
    )


def new_route(**said: Any) -> Break:
    """Add a route from Smolny to the Tauride Palace, near enough."""
    ends = [[30.39632, 59.94643], [30.37552, 59.9476]]
    said = {"from": "smolny", "to": "tauride-palace", "basis": "inferred", **said}
    return new_feature(ROUTES, "LineString", said.pop("line", ends), **said)


def in_text(file: str, old: str, new: str) -> Break:
    """Replace the first `old`; it must be there."""

    def run(folder: Path) -> None:
        text = (folder / file).read_text("utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), "utf-8")

    return run


def everywhere(file: str, old: str, new: str) -> Break:
    """Replace every `old`."""

    def run(folder: Path) -> None:
        path = folder / file
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")

    return run


def journey(*changes: str) -> Break:
    """Have a unit of its own take these steps."""
    return both(add(ACTORS, UNIT), new_route(), event(*changes))


def step(start: str, end: str, **said: str) -> str:
    """A move of that unit, from hour to hour."""
    said = {"route": "made-up", "reverse": "false", **said}
    return (
        f'move = "made-up-guard"\nroute = "{said["route"]}"\ntiming = "inferred"\n'
        f"from = 1917-10-22T{start}:00\nto = 1917-10-22T{end}:00\nreverse = {said['reverse']}\n"
    )


APPEAR = 'appear = "made-up-guard"\nplace = "smolny"\nat = 1917-10-22T14:00:00'
LEAVE = 'leave = "made-up-guard"\nat = 1917-10-22T20:00:00'

SQUARE = [[30.1, 59.9], [30.2, 59.9], [30.2, 59.95], [30.1, 59.95], [30.1, 59.9]]
BOW_TIE = [[30.1, 59.9], [30.2, 59.95], [30.2, 59.9], [30.1, 59.95], [30.1, 59.9]]
MADE_UP = "1917-10-22.toml, event made-up"


def fault(name: str, broken: Break, *says: str) -> Any:
    """A broken folder and what its one line must hold: where, what was found, what would do."""
    return pytest.param(broken, says, id=name)


REFERENCES = [
    fault(
        "unknown place",
        event(places='["smolni"]'),
        f"{MADE_UP}: place 'smolni' is not in places.geojson; did you mean 'smolny'?",
    ),
    fault(
        "unknown place in an account",
        event(account=ACCOUNT + 'place = "smolni"\n', reason='"Why."'),
        f"{MADE_UP}: place 'smolni' is not in places.geojson; did you mean 'smolny'?",
    ),
    fault(
        "unknown actor",
        event(actors='["mrcc"]'),
        f"{MADE_UP}: actor 'mrcc' is not in actors.toml; did you mean 'mrc'?",
    ),
    fault(
        "unknown source",
        event(account=ACCOUNT.replace('"reed"', '"reeds"')),
        f"{MADE_UP}: source 'reeds' is not in sources.json; did you mean 'reed'?",
    ),
    fault(
        "nothing is near what was written",
        event(actors='["qqqqqqqq"]'),
        f"{MADE_UP}: actor 'qqqqqqqq' is not in actors.toml; add it there, or name another",
    ),
    fault(
        "an actor that belongs to an unknown actor",
        add(ACTORS, UNIT + 'of = "mrcc"\n'),
        "actors.toml, actor made-up-guard: belongs to 'mrcc', which is not in actors.toml; "
        "did you mean 'mrc'?",
    ),
    fault(
        "an unknown place is held",
        event('hold = "smolni"\nholder = "mrc"'),
        f"{MADE_UP}, change hold: place 'smolni' is not in places.geojson; did you mean 'smolny'?",
    ),
    fault(
        "the span of what is no bridge",
        event('span = "smolny"\nis = "raised"'),
        f"{MADE_UP}, change span: 'smolny' is no bridge, so it has no span; leave the change out",
    ),
    fault(
        "the span of an unknown bridge",
        event('span = "nikolaevski-bridge"\nis = "raised"'),
        f"{MADE_UP}, change span: bridge 'nikolaevski-bridge' is not in places.geojson; "
        "did you mean 'nikolaevsky-bridge'?",
    ),
    fault(
        "an unknown unit appears",
        event('appear = "red-gards"\nplace = "smolny"'),
        f"{MADE_UP}, change appear: unit 'red-gards' is not in actors.toml; "
        "did you mean 'red-guards'?",
    ),
    fault(
        "an unknown route",
        both(add(ACTORS, UNIT), event(APPEAR, step("15:00", "15:30", route="smolni-to-qq"), LEAVE)),
        f"{MADE_UP}, change move: route 'smolni-to-qq' is not in routes.geojson; ",
    ),
    fault(
        "an unknown stage of the ring",
        event('ring = "outerline"'),
        f"{MADE_UP}: changes.0.ring.ring: input should be 'outer-line', 'nevsky-cut'",
        "found 'outerline'",
    ),
    fault(
        "a stage of the ring that is not drawn",
        edit_json(
            RINGS,
            lambda t: {**t, "features": [f for f in t["features"] if f["id"] != "nevsky-cut"]},
        ),
        "change ring: ring 'nevsky-cut' is not in rings.geojson",
    ),
    fault(
        "a route from an unknown place",
        new_route(**{"from": "smolni"}),
        "routes.geojson, route made-up: from 'smolni' is not in places.geojson; "
        "did you mean 'smolny'?",
    ),
    fault(
        "a route to something that is no id",
        new_route(to=["smolny"]),
        "routes.geojson, route made-up: to should be the id of a place, found ['smolny']",
    ),
    fault(
        "an event id that stands twice",
        both(event(), event(words=None, earliest="1917-10-22T13:00:00", shown=WHEN["earliest"])),
        f"{MADE_UP}: this id stands twice, shown at 22 Oct 13:07 and 22 Oct 13:17; rename one",
    ),
    fault(
        "an event id that stands twice in the prologue",
        both(
            *(
                event(
                    file="events/data/prologue.toml",
                    words=words,
                    earliest="1917-10-10T10:00:00",
                    shown=shown,
                    latest="1917-10-10T12:00:00",
                )
                for words, shown in (
                    ("word " * 40, "1917-10-10T10:00:00"),
                    (None, "1917-10-10T11:00:00"),
                )
            )
        ),
        "prologue.toml, event made-up: this id stands twice, shown at 10 Oct 10:00 and "
        "10 Oct 11:00; rename one",
    ),
    fault(
        "a source id that stands twice",
        edit_json(SOURCES, lambda rows: rows.append(rows[0] | {"title": "Another"})),
        "sources.json, source ",
        ": stands twice; ids are unique, rename one",
    ),
    fault(
        "an actor id that stands twice",
        add(ACTORS, UNIT + UNIT),
        "actors.toml: is not TOML: ",
        "'made-up-guard'",
    ),
]

TIMES = [
    fault(
        "a time before the story",
        event(earliest="1917-10-20T10:00:00", shown="1917-10-20T11:00:00"),
        f"{MADE_UP}: ",
        "1917-10-20 11:00 is outside the story, which runs from 1917-10-21 00:00 to "
        "1917-10-27 06:00",
    ),
    fault(
        "an end after the story",
        event(until="1917-10-27T06:01:00"),
        f"{MADE_UP}: 1917-10-27 06:01 is outside the story, which runs from 1917-10-21 00:00 to "
        "1917-10-27 06:00",
    ),
    fault(
        "a change after the story",
        event('hold = "smolny"\nholder = "mrc"\nat = 1917-11-07T10:00:00'),
        f"{MADE_UP}: 1917-11-07 10:00 is outside the story",
    ),
    fault(
        "an event in the file of another day",
        event(file="events/data/1917-10-23.toml"),
        "1917-10-23.toml, event made-up: shown 1917-10-22 13:17 belongs in 1917-10-22.toml",
    ),
    fault(
        "an event of the clock in the prologue",
        event(file="events/data/prologue.toml"),
        "prologue.toml, event made-up: shown 22 Oct 13:17 is on the clock; move it to its day",
    ),
    fault(
        "a change in the prologue",
        event(
            'hold = "smolny"\nholder = "mrc"',
            file="events/data/prologue.toml",
            earliest="1917-10-10T10:00:00",
            shown="1917-10-10T10:00:00",
        ),
        "prologue.toml, event made-up: has changes; write them in the opening of 1917-10-21.toml",
    ),
    fault(
        "earliest after latest",
        event(earliest="1917-10-22T13:50:00"),
        f"{MADE_UP}: when: earliest 22 13:50 is after latest 22 13:37; exchange them, or widen",
    ),
    fault(
        "shown after latest",
        event(shown="1917-10-22T13:38:00"),
        f"{MADE_UP}: when: shown 22 13:38 lies outside earliest 22 13:07 to latest 22 13:37; "
        "choose a minute between them",
    ),
    fault(
        "shown before earliest",
        event(shown="1917-10-22T13:06:00"),
        f"{MADE_UP}: when: shown 22 13:06 lies outside earliest 22 13:07 to latest 22 13:37",
    ),
    fault(
        "over before it began",
        event(until="1917-10-22T13:17:00"),
        f"{MADE_UP}: when: until 22 13:17 is not after shown 22 13:17; choose a later minute",
    ),
    fault(
        "seconds",
        event(shown="1917-10-22T13:17:30"),
        f"{MADE_UP}: when.shown: should be a whole minute, found 1917-10-22 13:17:30",
    ),
    fault(
        "an offset",
        event(shown="1917-10-22T13:17:00+02:00"),
        f"{MADE_UP}: when.shown: should be the clock of Petrograd, without an offset, "
        "found 1917-10-22 13:17:00+02:00",
    ),
    fault(
        "a time in quotes",
        event(shown='"1917-10-22T13:17:00"'),
        f"{MADE_UP}: when.shown: should be a time like 1917-10-25T21:40:00, without quotes, "
        "found '1917-10-22T13:17:00'",
    ),
    fault(
        "a date without an hour",
        event(shown="1917-10-22"),
        f"{MADE_UP}: when.shown: should be a time like 1917-10-25T21:40:00, without quotes, "
        "found 1917-10-22",
    ),
    fault(
        "a day that the calendar has not",
        event(latest="1917-10-32T13:17:00"),
        "1917-10-22.toml: is not TOML: ",
        "line",
    ),
    fault(
        "an open time without a reason",
        event(precision='"day"'),
        f"{MADE_UP}: shown 22 Oct 13:17 has no reason, though the sources leave it open; "
        "say in when.reason why this minute is drawn",
    ),
]

WORDING = [
    fault(
        "no source",
        event(account=""),
        f"{MADE_UP}: has no source; add an [[event.accounts]] that says who tells of it",
    ),
    fault(
        "no text",
        event(words=None),
        f"{MADE_UP}: has no text; add its title and text to text/en",
    ),
    fault(
        "too long a text",
        event(words="word " * 91),
        f"{MADE_UP}: its English text has 91 words; 30 to 90 would do",
    ),
    fault(
        "too short a text",
        event(words="word " * 29),
        f"{MADE_UP}: its English text has 29 words; 30 to 90 would do",
    ),
    fault(
        "an empty text",
        event(words=" "),
        "text/en/1917-10-22.toml, made-up: text: string should have at least 1 character",
    ),
    fault(
        "a title over 60 characters",
        event(title=f'"{"x" * 61}"'),
        "text/en/1917-10-22.toml, made-up: title: string should have at most 60 characters, "
        "found 'xxx",
    ),
    fault(
        "a title of blanks",
        event(title='"   "'),
        "text/en/1917-10-22.toml, made-up: title: string should have at least 1 character",
    ),
    fault(
        "a text without an event",
        add(WORDS, '\n[made-up]\ntitle = "Made up"\ntext = "There was no such thing."\n'),
        "text/en/1917-10-22.toml, made-up: no event has this id; add the event, or drop the text",
    ),
    fault(
        "two texts for one event",
        both(
            event(),
            add(
                WORDS.replace("22", "23"),
                f'\n[made-up]\ntitle = "Made up"\ntext = "{"word " * 40}"\n',
            ),
        ),
        "text/en/1917-10-23.toml, made-up: has a text in another file already; leave one",
    ),
    fault(
        "a text that is no table",
        lambda folder: (folder / WORDS).write_text(
            "made-up = 5\n" + (folder / WORDS).read_text("utf-8"), "utf-8"
        ),
        "text/en/1917-10-22.toml, made-up: should be a table with fields of its own, found 5",
    ),
    fault(
        "no English at all",
        lambda folder: shutil.rmtree(folder / "events/text/en"),
        "text/en: missing; every event needs a title and a text in English",
    ),
]

FIELDS = [
    fault(
        "no kind of event that there is",
        event(kind='"party"'),
        f"{MADE_UP}: kind: input should be 'assembly', 'order'",
        ", found 'party'",
    ),
    fault(
        "a certainty that is none",
        event(certainty='"perhaps"'),
        f"{MADE_UP}: certainty: input should be 'certain', 'likely', 'disputed' or 'unverified', "
        "found 'perhaps'",
    ),
    fault(
        "an importance that is none",
        event(importance="4"),
        f"{MADE_UP}: importance: input should be 1, 2 or 3, found 4",
    ),
    fault(
        "a holder that is none",
        event('hold = "smolny"\nholder = "reds"'),
        f"{MADE_UP}: changes.0.hold.holder: input should be 'government', 'mrc', 'neutral' or "
        "'contested', found 'reds'",
    ),
    fault(
        "a span that is neither raised nor lowered",
        event('span = "nikolaevsky-bridge"\nis = "open"'),
        f"{MADE_UP}: changes.0.span.is: input should be 'raised' or 'lowered', found 'open'",
    ),
    fault(
        "a field that is missing",
        event(certainty=None),
        f"{MADE_UP}: certainty: is missing; add it",
    ),
    fault(
        "a field that no event has",
        event(mood='"grim"'),
        f"{MADE_UP}: mood: is no field of this record; correct its name or leave it out, "
        "found 'grim'",
    ),
    fault(
        "a change without a verb",
        event('holder = "mrc"'),
        f"{MADE_UP}: changes.0: a change needs one of hold, span, appear, move, leave, ring, power, "
        "found 'holder'",
    ),
    fault(
        "a change that is no table",
        event(changes="[5]"),
        f"{MADE_UP}: changes.0: a change needs one of hold, span",
        "found 5",
    ),
    fault(
        "an actor where a list should be",
        event(actors='"mrc"'),
        f"{MADE_UP}: actors: should be a list, in [brackets], found 'mrc'",
    ),
    fault(
        "an event at no place",
        event(places="[]"),
        f"{MADE_UP}: places: should not be empty, found ()",
    ),
    fault(
        "an id that is not kebab-case",
        event(id='"Made up"', words=None),
        "1917-10-22.toml, event no. ",
        ": id: should be an id in kebab-case, like 'winter-palace', found 'Made up'",
    ),
    fault(
        "a table that is no event",
        add(DAY, "\n[[events]]\nid = 5\n"),
        "1917-10-22.toml: unknown table [events]; each is written [[event]]",
    ),
    fault(
        "an event in one pair of brackets",
        lambda folder: (folder / "events/data/1917-10-27.toml").write_text("[event]\nid = 'a'\n"),
        "1917-10-27.toml: event is one table; write [[event]] with two brackets",
    ),
    fault(
        "actors as a list",
        lambda folder: (folder / ACTORS).write_text('[[actor]]\nname = "MRC"\n', "utf-8"),
        "actors.toml: actor should be tables; write [actor.its-id]",
    ),
    fault(
        "a table beside the actors",
        add(ACTORS, UNIT.replace("[actor.", "[actors.")),
        "actors.toml: unknown table [actors]; each is written [actor.its-id]",
    ),
    fault(
        "an actor whose id is not kebab-case",
        add(ACTORS, UNIT.replace("made-up-guard", '"The Guard"')),
        "actors.toml, actor 'The Guard': should be an id in kebab-case, like 'winter-palace'",
    ),
    fault(
        "an actor on no side",
        add(ACTORS, UNIT.replace('"mrc"', '"reds"')),
        "actors.toml, actor made-up-guard: side: input should be 'government', 'mrc', "
        "'opposition' or 'neutral', found 'reds'",
    ),
    fault(
        "sources in an object",
        edit_json(SOURCES, lambda rows: {"items": []}),
        "sources.json: should be a list of CSL-JSON items, found {'items': []}",
    ),
    fault(
        "a source without a title",
        edit_json(SOURCES, lambda rows: rows.append({"id": "made-up", "type": "book"})),
        "sources.json, source made-up: title: is missing; add it",
    ),
    fault(
        "a source without an id",
        edit_json(SOURCES, lambda rows: rows.append({"type": "book", "title": "Made up"})),
        "sources.json, source no. ",
        ": id: is missing; add it",
    ),
    fault(
        "a source that is no object",
        edit_json(SOURCES, lambda rows: rows.append(7)),
        "sources.json, source no. ",
        ": should be a table with fields of its own, found 7",
    ),
    fault(
        "a year that is none",
        edit_json(SOURCES, lambda rows: rows[0].update(issued={"date-parts": [[]]})),
        "sources.json, source ",
        ": issued.date-parts.0: should not be empty, found []",
    ),
    fault(
        "an address that leads nowhere",
        edit_json(SOURCES, lambda rows: rows[0].update(URL="javascript:alert(1)")),
        "sources.json, source ",
        ": URL: should be an address on the web that begins with https://, "
        "found 'javascript:alert(1)'",
    ),
    fault(
        "a key twice in a source",
        in_text(SOURCES, '"title":', '"title": "One title",\n"title":'),
        "sources.json: key 'title' stands twice in one object (found 'One title' and ",
        "; leave one",
    ),
]

STATES = [
    fault(
        "two holders of one place at one minute",
        event('hold = "smolny"\nholder = "mrc"', 'hold = "smolny"\nholder = "government"'),
        f"{MADE_UP}: at 22 Oct 13:17 smolny is held by 'government', but event made-up says 'mrc' "
        "at the same minute; give one of them another minute (at)",
    ),
    fault(
        "two holders by two events",
        both(
            event('hold = "smolny"\nholder = "mrc"'),
            event('hold = "smolny"\nholder = "contested"', id='"made-up-too"'),
        ),
        "1917-10-22.toml, event made-up-too: at 22 Oct 13:17 smolny is held by 'contested', but "
        "event made-up says 'mrc'",
    ),
    fault(
        "held twice, once with a claim",
        event(
            'hold = "smolny"\nholder = "mrc"', 'hold = "smolny"\nholder = "mrc"\nclaim="government"'
        ),
        f"{MADE_UP}: at 22 Oct 13:17 smolny is held by 'mrc' with claim 'government', but event "
        "made-up says 'mrc' at the same minute",
    ),
    fault(
        "raised and lowered at one minute",
        event(
            'span = "nikolaevsky-bridge"\nis = "raised"',
            'span = "nikolaevsky-bridge"\nis = "lowered"',
        ),
        f"{MADE_UP}: at 22 Oct 13:17 nikolaevsky-bridge is 'lowered', but event made-up says "
        "'raised' at the same minute",
    ),
    fault(
        "two stages of the ring at one minute",
        event('ring = "closed"', 'ring = "none"'),
        f"{MADE_UP}: at 22 Oct 13:17 the ring is 'none', but event made-up says 'closed'",
    ),
    fault(
        "two in power at one minute",
        event('power = "mrc"', 'power = "government"'),
        f"{MADE_UP}: at 22 Oct 13:17 power is claimed by 'government', but event made-up says",
    ),
    fault(
        "no opening",
        both(
            in_text("events/data/1917-10-21.toml", '"opening-state"', '"opening"'),
            *(
                everywhere(f"events/text/{language}/1917-10-21.toml", "[opening-state", "[opening")
                for language in LANGUAGES
            ),
        ),
        "1917-10-21.toml: has no event opening-state; its changes say who holds what at the first "
        "minute",
    ),
    fault(
        "a holder that claims what it holds",
        event('hold = "smolny"\nholder = "mrc"\nclaim = "mrc"'),
        f"{MADE_UP}, change hold: 'mrc' claims what it holds; leave the claim out",
    ),
    fault(
        "its own rival",
        event('power = "mrc"\nrival = "mrc"'),
        f"{MADE_UP}, change power: 'mrc' is its own rival; leave the rival out",
    ),
    fault(
        "a move that starts where the unit is not",
        journey(APPEAR, step("15:00", "15:30", reverse="true"), LEAVE),
        f"{MADE_UP}, change move: unit 'made-up-guard' is at 'smolny' at 22 Oct 15:00, but route "
        "'made-up' starts at 'tauride-palace'; take another route, or let it come there first",
    ),
    fault(
        "a move of a unit that is not there",
        journey(step("15:00", "15:30")),
        f"{MADE_UP}, change move: unit 'made-up-guard' is not on the map at 22 Oct 15:00; "
        "let it appear at 'smolny' first",
    ),
    fault(
        "two moves at once",
        journey(APPEAR, step("15:00", "15:30"), step("15:29", "16:00", reverse="true"), LEAVE),
        f"{MADE_UP}: unit 'made-up-guard' is still on route 'made-up' at 22 Oct 15:29, until "
        "22 Oct 15:30; let move wait",
    ),
    fault(
        "a unit that leaves while it moves",
        journey(APPEAR, step("15:00", "20:01"), LEAVE),
        f"{MADE_UP}: unit 'made-up-guard' is still on route 'made-up' at 22 Oct 20:00, until "
        "22 Oct 20:01; let leave wait",
    ),
    fault(
        "a move that ends before it starts",
        journey(APPEAR, step("15:30", "15:00"), LEAVE),
        f"{MADE_UP}: changes.1.move: move from 22 15:30 to 22 15:00 does not end after it starts; "
        "let it end later",
    ),
    fault(
        "a unit that appears twice",
        journey(APPEAR, APPEAR.replace("14:00", "14:30"), LEAVE),
        f"{MADE_UP}, change appear: unit 'made-up-guard' is on the map already, at 'smolny'; "
        "let it leave first",
    ),
    fault(
        "a unit that leaves and was not there",
        journey(LEAVE),
        f"{MADE_UP}, change leave: unit 'made-up-guard' is not on the map at 22 Oct 20:00; "
        "let it appear first",
    ),
]

GEOJSON = [
    fault(
        "too large to be a number",
        both(new_place(12345, 59.9), in_text(PLACES, "12345", "1e999")),
        "places.geojson, feature made-up: position [inf, 59.9] is not finite; write degrees",
    ),
    fault(
        "a whole number without end",
        both(new_place(12345, 59.9), in_text(PLACES, "12345", "1" * 400)),
        "places.geojson, feature made-up: position [1111",
        "lies outside the story's world",
    ),
    fault(
        "axes exchanged",
        new_place(59.9, 30.3),
        "places.geojson, feature made-up: position [59.9, 30.3] lies outside the story's world "
        "(18.0-33.0 E, 53.0-61.0 N); longitude comes first: are the two exchanged?",
    ),
    fault(
        "another town",
        new_place(2.35, 48.85),
        "places.geojson, feature made-up: position [2.35, 48.85] lies outside the story's world",
    ),
    fault(
        "a position in words",
        new_place("30.3", "59.9"),
        "places.geojson, feature made-up: position ['30.3', '59.9'] should be "
        "[longitude, latitude]",
    ),
    fault(
        "a position of one number",
        shape(WATER, None, "Polygon", [[*SQUARE[:2], [30.2], *SQUARE[2:]]]),
        "basemap/water.geojson, feature neva-delta-and-gulf: position [30.2] should be "
        "[longitude, latitude]",
    ),
    fault(
        "an open ring",
        shape(WATER, None, "Polygon", [SQUARE[:-1]]),
        "basemap/water.geojson, feature neva-delta-and-gulf: a ring is open: it starts at "
        "[30.1, 59.9] and ends at [30.1, 59.95]; repeat the first position at the end",
    ),
    fault(
        "a ring of two positions there and back",
        shape(WATER, None, "Polygon", [[SQUARE[0], SQUARE[1], SQUARE[0]]]),
        "basemap/water.geojson, feature neva-delta-and-gulf: a ring has 3 positions; it needs 4",
    ),
    fault(
        "a polygon that crosses itself",
        shape(WATER, None, "Polygon", [BOW_TIE]),
        "basemap/water.geojson, feature neva-delta-and-gulf: its shape is not valid: "
        "Self-intersection[30.15 59.925]; draw it so that it neither crosses nor doubles itself",
    ),
    fault(
        "a line of one position",
        shape(RINGS, "nevsky-cut", "LineString", [SQUARE[0]]),
        "rings.geojson, feature nevsky-cut: a line has one position; it needs 2",
    ),
    fault(
        "a shape without a position",
        shape(RINGS, "nevsky-cut", "LineString", []),
        "rings.geojson, feature nevsky-cut: in the coordinates of a LineString, [] should be a "
        "list that is not empty",
    ),
    fault(
        "a shape that is none",
        shape(RINGS, "nevsky-cut", "Circle", SQUARE[0]),
        "rings.geojson, feature nevsky-cut: geometry type 'Circle' is none of Point, MultiPoint",
    ),
    fault(
        "a shape whose type is a list",
        shape(RINGS, "nevsky-cut", ["LineString"], SQUARE[0]),  # type: ignore[arg-type]
        "rings.geojson, feature nevsky-cut: geometry type ['LineString'] is none of Point",
    ),
    fault(
        "no geometry",
        feature(RINGS, "nevsky-cut", geometry=None),
        "rings.geojson, feature nevsky-cut: has no geometry, found None; draw it or leave the "
        "feature out",
    ),
    fault(
        "no properties",
        feature(RINGS, "nevsky-cut", properties=None),
        "rings.geojson, feature nevsky-cut: 'properties' should be an object, found None",
    ),
    fault(
        "a feature that is none",
        feature(RINGS, "nevsky-cut", type="Thing"),
        "rings.geojson, feature nevsky-cut: is no Feature, found 'Thing'; its 'type' should say",
    ),
    fault(
        "an id that stands twice",
        edit_json(PLACES, lambda t: t["features"].append(t["features"][0])),
        "places.geojson, feature ",
        ": this id stands twice; ids are unique, rename or leave out one",
    ),
    fault(
        "a feature without an id",
        feature(PLACES, None, id=None),
        "places.geojson, feature no. 1: has no id of its own, found None; give it a word in "
        "kebab-case",
    ),
    fault(
        "an id that is a number",
        feature(ROUTES, None, id=7),
        "routes.geojson, feature no. 1: has no id of its own, found 7; give it a word in",
    ),
    fault(
        "an id that is not kebab-case",
        feature(RINGS, None, id="Outer line"),
        "rings.geojson, feature no. 1: has no id of its own, found 'Outer line'; give it a word",
    ),
    fault(
        "a key that stands twice",
        in_text(PLACES, '"properties":', '"properties": {}, "properties":'),
        "places.geojson: key 'properties' stands twice in one object (found {} and {",
        "leave one",
    ),
    fault(
        "half a character",
        new_place(30.3, 59.93, name_fr="\ud83d"),
        "places.geojson: name_fr holds half a character, '\\ud83d'; write it anew",
    ),
    fault(
        "one feature instead of a collection",
        edit_json(RINGS, lambda table: table["features"][0]),
        "rings.geojson: is no FeatureCollection, found 'Feature'; its 'type' should say "
        '"FeatureCollection"',
    ),
    fault(
        "features that are no list",
        edit_json(RINGS, lambda table: table.update(features={"a": 1})),
        "rings.geojson: 'features' should be a list, found {'a': 1}",
    ),
]

GROUND = [
    fault(
        "a place of no kind",
        new_place(30.3, 59.93, kind="palast"),
        "places.geojson, place made-up: kind 'palast' is none of bridge, palace",
    ),
    fault(
        "a place without a name",
        new_place(30.3, 59.93, name_ru=" "),
        "places.geojson, place made-up: name_ru should be some words, found ' '",
    ),
    fault(
        "a name that is a number",
        new_place(30.3, 59.93, name_fr=5),
        "places.geojson, place made-up: name_fr should be some words, found 5; leave it out",
    ),
    fault(
        "a rank that is none",
        new_place(30.3, 59.93, rank=4),
        "places.geojson, place made-up: rank should be 1, 2 or 3, found 4",
    ),
    fault(
        "an error of no metres",
        new_place(30.3, 59.93, error_m=0),
        "places.geojson, place made-up: error_m should be whole metres above 0, found 0",
    ),
    fault(
        "a bridge that is a point",
        new_place(30.3, 59.93, kind="bridge"),
        "places.geojson, place made-up: a bridge should be a LineString, found a Point",
    ),
    fault(
        "a span that may open or not",
        feature(PLACES, "nikolaevsky-bridge", opens="yes"),
        "places.geojson, place nikolaevsky-bridge: opens should be true or false, found 'yes'",
    ),
    fault(
        "a route that ends elsewhere",
        new_route(line=[[30.39632, 59.94643], [30.3, 59.95]]),
        "routes.geojson, route made-up: its end at (30.3, 59.95) lies ",
        " m from 'tauride-palace'; up to ",
        " m would do",
    ),
    fault(
        "a route of which nobody says whether it is known",
        new_route(basis="guess"),
        "routes.geojson, route made-up: basis should be given or inferred, found 'guess'",
    ),
    fault(
        "a route that is a point",
        edit_json(
            ROUTES,
            lambda t: t["features"][0].update(
                geometry={"type": "Point", "coordinates": [30.3, 59.9]}
            ),
        ),
        "routes.geojson, route ",
        ": should be a LineString, found a Point",
    ),
    fault(
        "a stage of the ring that is a point",
        shape(RINGS, "nevsky-cut", "Point", [30.3, 59.9]),
        "rings.geojson, ring nevsky-cut: should be a line, found a Point",
    ),
    fault(
        "a stage of the ring that is closed in words",
        feature(RINGS, "nevsky-cut", closed="no"),
        "rings.geojson, ring nevsky-cut: closed should be true or false, found 'no'",
    ),
    fault(
        "ground of the wrong shape",
        shape("geo/data/basemap/parks.geojson", "summer-garden", "Point", [30.33, 59.94]),
        "basemap/parks.geojson, feature summer-garden: should be a Polygon or MultiPolygon, "
        "found a Point",
    ),
    fault(
        "ground beyond the extent",
        shape(
            "geo/data/basemap/parks.geojson",
            "summer-garden",
            "Polygon",
            [[[27.9, 59.9], [28.2, 59.9], [28.2, 59.95], [27.9, 59.9]]],
        ),
        "basemap/parks.geojson, feature summer-garden: reaches to 27.9, outside the extent "
        "28.0-31.5 E, 59.2-60.4 N",
    ),
    fault(
        "a street of no rank",
        feature(STREETS, "nevsky-prospekt", rank="first"),
        "basemap/streets.geojson, feature nevsky-prospekt: rank should be 1 to 3, found 'first'",
    ),
    fault(
        "a street with a number for a name",
        feature(STREETS, "nevsky-prospekt", name_1917=25),
        "basemap/streets.geojson, feature nevsky-prospekt: name_1917 should be some words, found 25",
    ),
    fault(
        "a label that stands nowhere",
        feature(WATER, None, label_at=[59.94, 30.3]),
        "basemap/water.geojson, feature neva-delta-and-gulf: label_at should be [longitude, "
        "latitude] within 28.0-31.5 E, 59.2-60.4 N, or those and degrees clockwise, "
        "found [59.94, 30.3]",
    ),
    fault(
        "a street with a position twice in a row",
        shape(STREETS, "nevsky-prospekt", "LineString", [SQUARE[0], SQUARE[1], SQUARE[1]]),
        "basemap/streets.geojson, feature nevsky-prospekt: the position [30.2, 59.9] stands twice "
        "in a row; leave one",
    ),
    fault(
        "a street that crosses itself",
        shape(STREETS, "nevsky-prospekt", "LineString", BOW_TIE[:4]),
        "basemap/streets.geojson, feature nevsky-prospekt: its line crosses itself at "
        "[30.15000, 59.92500]; draw it so that it does not",
    ),
    fault(
        "a building that crosses itself",
        shape(BUILDINGS, "admiralty", "Polygon", [BOW_TIE]),
        "basemap/buildings.geojson, feature admiralty: its shape is not valid: Self-intersection"
        "[30.15 59.925]; draw it so that it neither crosses nor doubles itself",
    ),
    fault(
        "a layer that is missing",
        lambda folder: (folder / "geo/data/basemap/squares.geojson").unlink(),
        "basemap/squares.geojson: missing; restore it",
    ),
    fault(
        "a bridge that opens in words",
        feature(BRIDGES, "palace-bridge", opens="yes"),
        "basemap/bridges.geojson, feature palace-bridge: opens should be true or false, found 'yes'",
    ),
    fault(
        "a building off by nobody knows how much",
        feature(BUILDINGS, "admiralty", error_m="some"),
        "basemap/buildings.geojson, feature admiralty: error_m should be 1 to 5000, found 'some'",
    ),
    fault(
        "a building that is no place of the story",
        feature(BUILDINGS, "admiralty", place="admirality"),
        "basemap/buildings.geojson, feature admiralty: place 'admirality' is not in "
        "places.geojson; did you mean 'admiralty'?",
    ),
    fault(
        "a building far from its place",
        feature(BUILDINGS, "admiralty", place="kresty"),
        "basemap/buildings.geojson, feature admiralty: lies ",
        " m from place 'kresty'; up to 60 m would do: move one of them, or name another place",
    ),
    fault(
        "a bridge with another line than its place",
        shape(BRIDGES, "palace-bridge", "LineString", [[30.30956, 59.94017], [30.307, 59.942]]),
        "basemap/bridges.geojson, feature palace-bridge: its line is not that of place "
        "'palace-bridge', up to ",
        " m apart; copy it from places.geojson",
    ),
    fault(
        "a barracks in the river",
        new_place(30.3095, 59.9448),
        "places.geojson, place made-up: lies in water, ",
        " m from the bank, and may be off by 5 m only; put it ashore, or widen error_m",
    ),
    fault(
        "a mooring on land",
        new_place(30.36, 59.93, kind="mooring"),
        "places.geojson, place made-up: lies ",
        " m from water; put it in it",
    ),
    fault(
        "a bridge over no water",
        new_feature(
            PLACES,
            "LineString",
            [[30.36, 59.93], [30.362, 59.931]],
            **dict.fromkeys(("name_en", "name_ru", "today_en", "today_ru", "located_by"), "x"),
            kind="bridge",
            error_m=5,
            rank=3,
        ),
        "places.geojson, place made-up: a bridge of 158 m over no water; draw it from bank to bank",
    ),
]


@pytest.mark.parametrize(
    ("broken", "says"),
    [*REFERENCES, *TIMES, *WORDING, *FIELDS, *STATES, *GEOJSON, *GROUND],
)
def test_a_fault_is_told_once_with_where_what_and_what_would_do(check, data_copy, broken, says):
    broken(data_copy)

    code, out, err = check(data_copy)

    print("\n".join(err))
    assert code == 2
    assert out == []
    assert [part for part in says if part not in err[0]] == []
    assert err[1:] == ["error: 1 fault in copy"]


# What is wrong with a whole file, and what is not


def replace_by(content: bytes | str) -> Callable[[Path], None]:
    """Write something else into a file."""
    return lambda path: path.write_bytes(
        content if isinstance(content, bytes) else content.encode("utf-8")
    )


def in_utf_16(path: Path) -> None:
    path.write_bytes(path.read_text("utf-8").encode("utf-16"))


def in_latin_1(path: Path) -> None:
    path.write_bytes("é".encode("latin-1") + path.read_bytes())


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def too_deep(path: Path) -> None:
    start = "x = " if path.suffix == ".toml" else ""
    path.write_text(start + "[" * 100_000, "utf-8")


def too_long_a_number(path: Path) -> None:
    start = "x = " if path.suffix == ".toml" else ""
    path.write_text(start + "1" * 5_000, "utf-8")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (Path.unlink, "missing; restore it"),
        (replace_by(""), "is empty; restore it"),
        (replace_by(" \n\n"), "is empty; restore it"),
        (in_latin_1, "is not UTF-8: byte 0xe9 at 0; save it as UTF-8"),
        (in_utf_16, "is not UTF-8: byte 0xff at 0; save it as UTF-8"),
        (replace_by("[[event\n{"), "is not "),
        (a_folder, "cannot be read: "),
        (too_deep, ""),
        (too_long_a_number, ""),
    ],
    ids=[
        "missing", "empty", "blank", "Latin-1", "UTF-16", "neither TOML nor JSON", "a folder",
        "nested too deep", "a number too long to read",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "file", [DAY, WORDS, ACTORS, SOURCES, PLACES, ROUTES, RINGS, WATER], ids=lambda f: Path(f).name
)
def test_a_file_that_cannot_be_read_is_one_fault_and_its_records_are_none(
    check, data_copy, file, spoil, says
):
    spoil(data_copy / file)

    code, out, err = check(data_copy)

    label = Path(file).name
    for part, named in (("text/en/", f"text/en/{label}"), ("basemap/", f"basemap/{label}")):
        label = named if part in file else label
    assert code == 2
    assert out == []
    assert err[0].startswith(f"{label}: {says}")
    assert err[1:] == ["error: 1 fault in copy"]


@pytest.mark.parametrize(
    "change",
    [
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: content.replace(b"\n", b"\r\n"),
    ],
    ids=["a byte order mark", "CRLF"],
)
def test_what_windows_editors_write_is_accepted(check, data_copy, change):
    for path in data_copy.rglob("*.*"):
        if path.suffix in (".toml", ".json", ".geojson"):
            path.write_bytes(change(path.read_bytes()))

    code, out, err = check(data_copy)

    assert err == []
    assert code == 0
    assert out[0].endswith("no fault found")


# A fault is told where it is, and not again by everything that refers to the refused record


def spoil_event(folder: Path, change: str) -> str:
    """Spoil the first event on the clock that has such a change; return its id."""
    for path in sorted((folder / "events/data").glob("1917-*.toml")):
        for row in tomllib.loads(path.read_text("utf-8"))["event"]:
            if any(change in said for said in row.get("changes", [])):
                in_text(
                    str(path.relative_to(folder)), f'id = "{row["id"]}"',
                    f'id = "{row["id"]}"\nmood = "grim"',
                )(folder)  # fmt: skip
                return str(row["id"])
    raise AssertionError(f"no event has a change {change}")


REFUSED = {
    "a place": feature(PLACES, "smolny", rank=4),
    "a place that cannot be drawn": shape(PLACES, "smolny", "Point", [1, 2]),
    "a place without an id": feature(PLACES, "smolny", id=None),
    "a bridge": feature(PLACES, "nikolaevsky-bridge", rank=4),
    "a route": feature(ROUTES, None, basis="guess"),
    "a route without an id": feature(ROUTES, None, id=None),
    "a stage of the ring": feature(RINGS, "nevsky-cut", closed="no"),
    "an actor": in_text(ACTORS, "[actor.mrc]", '[actor.mrc]\nmood = "grim"'),
    "a source": edit_json(
        SOURCES, lambda rows: next(r for r in rows if r["id"] == "reed").update(mood="grim")
    ),
    "a source without an id": edit_json(
        SOURCES, lambda rows: next(r for r in rows if r["id"] == "reed").update(id=None)
    ),
    "an event in which a unit appears": lambda folder: spoil_event(folder, "appear"),
    "an event in which a unit moves": lambda folder: spoil_event(folder, "move"),
    "an event in which a unit leaves": lambda folder: spoil_event(folder, "leave"),
    "an event without an id": event(id=None, words=None),
    "an island": feature("geo/data/basemap/islands.geojson", "vasilyevsky-island", geometry=None),
    "the water": feature(WATER, None, geometry=None),
    "a text": lambda folder: in_text(WORDS, 'text = "', 'mood = "grim"\ntext = "')(folder),
}


@pytest.mark.parametrize("broken", REFUSED.values(), ids=REFUSED.keys())
def test_what_refers_to_a_refused_record_is_not_called_wrong(check, data_copy, broken):
    broken(data_copy)

    code, _, err = check(data_copy)

    assert code == 2
    assert err[1:] == ["error: 1 fault in copy"], err


def test_a_faultless_step_of_a_unit_is_not_judged_by_a_faulty_one_but_the_rest_is(check, data_copy):
    """A refused event may hold the missing step of its own units; others are still followed."""
    both(
        journey(step("15:00", "15:30")),
        add(ACTORS, UNIT.replace("made-up-guard", "another-guard")),
        event(LEAVE.replace("made-up", "another"), id='"another"', mood='"grim"'),
        event(LEAVE.replace("made-up", "another"), id='"third"'),
    )(data_copy)

    _, _, err = check(data_copy)

    assert [line.split(":")[0] for line in err] == [
        "1917-10-22.toml, event another",
        f"{MADE_UP}, change move",
        "error",
    ]


def test_an_unknown_route_does_not_make_the_way_on_wrong(check, data_copy):
    journey(
        APPEAR,
        step("15:00", "15:30", route="qqqqqqqq"),
        step("16:00", "16:30", reverse="true"),
        LEAVE,
    )(data_copy)

    _, _, err = check(data_copy)

    assert err == [
        f"{MADE_UP}, change move: route 'qqqqqqqq' is not in routes.geojson; add it there, or "
        "name another",
        "error: 1 fault in copy",
    ]


def test_every_fault_of_a_folder_is_listed_in_one_run(check, data_copy):
    named = {param.id: param.values for param in (*REFERENCES, *TIMES, *FIELDS, *STATES, *GEOJSON)}
    broken = [
        named[name]
        for name in (
            "unknown place",
            "earliest after latest",
            "no kind of event that there is",
            "two holders of one place at one minute",
            "a unit that leaves and was not there",
            "a source without a title",
            "axes exchanged",
            "a route from an unknown place",
        )
    ]
    for number, (break_, _) in enumerate(broken):
        break_(data_copy)
        for file in (DAY, WORDS, ACTORS, SOURCES, PLACES, ROUTES):
            path = data_copy / file
            text = path.read_text("utf-8")
            path.write_text(re.sub(r"made-up\b(?!-\d)", f"made-up-{number}", text), "utf-8")
    (data_copy / RINGS).unlink()

    code, _, err = check(data_copy)

    print("\n".join(err))
    assert code == 2
    for number, (_, says) in enumerate(broken):
        said = re.sub(r"made-up\b", f"made-up-{number}", says[0])
        assert any(said in line for line in err), said
    assert "rings.geojson: missing; restore it" in err
    assert err[-1] == f"error: {len(broken) + 1} faults in copy"
    assert len(err) == len(broken) + 2


# The command itself


def test_the_shipped_data_has_no_fault(check):
    code, out, err = check()

    assert code == 0
    assert err == []
    assert re.fullmatch(
        r"\d+ events and \d+ of the prologue, \d+ places, \d+ routes, \d+ sources, \d+ actors: "
        r"no fault found",
        out[0],
    )


def test_a_faultless_copy_is_faultless(check, data_copy):
    """What the other tests break was whole before."""
    both(
        journey(APPEAR, step("15:00", "15:30"), step("15:30", "16:00", reverse="true"), LEAVE),
        new_place(30.36, 59.93),
        event('hold = "smolny"\nholder = "mrc"', id='"made-up-too"', until="1917-10-22T14:00:00"),
    )(data_copy)

    code, _, err = check(data_copy)

    assert err == []
    assert code == 0


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "is no folder; name one that holds events/ and geo/"),
        (lambda path: path.write_text("x"), "is no folder; name one that holds events/ and geo/"),
        (Path.mkdir, "holds neither events/ nor geo/; name a folder that holds both"),
    ],
    ids=["missing", "a file", "empty"],
)
def test_a_folder_that_holds_no_story_is_one_line(check, tmp_path, make, says):
    folder = tmp_path / "elsewhere"
    make(folder)

    code, out, err = check(folder)

    assert code == 2
    assert out == []
    assert err == [f"{folder}: {says}", "error: 1 fault in elsewhere"]


def test_a_folder_with_half_a_story_lists_every_file_of_the_other_half(check, data_copy):
    shutil.rmtree(data_copy / "geo")

    code, _, err = check(data_copy)

    assert code == 2
    assert "places.geojson: missing; restore it" in err
    assert "basemap/water.geojson: missing; restore it" in err
    assert all(line.endswith(": missing; restore it") for line in err[:-1])


def test_check_runs_from_another_folder_on_the_shipped_data_and_on_a_relative_one(
    data_copy, tmp_path
):
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "story", "check", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            encoding="utf-8",
        )

    shipped = run()
    assert (shipped.returncode, shipped.stderr) == (0, "")

    add(DAY, "[[event]]\n")(data_copy)
    broken = run("copy")
    assert broken.returncode == 2
    assert broken.stdout == ""
    assert broken.stderr.splitlines()[-1].startswith("error: ")
    assert "Traceback" not in broken.stderr


# Whatever a file holds: faults or a story that can be told, never an exception

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(-1e3, 1e3)
    | st.sampled_from(
        [float("nan"), float("inf"), 10**400, "", "smolny", "a\nb", "\ud83d", "{{7}}"]
    )
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
TOML = st.sampled_from(
    [
        "5",
        "-1",
        "1.5",
        "nan",
        "true",
        '""',
        '"x"',
        '"smolny"',
        '"\\n"',
        "[]",
        "[[]]",
        "[5]",
        '["x"]',
        "{}",
        "{x=1}",
        "1917-10-25",
        "07:32:00",
        "1917-10-25T12:00:00",
        "1917-10-22T13:17:00",
        "1917-10-26T05:59:00Z",
        "0001-01-01T00:00:00",
        "[{}]",
        "9999-12-31T23:59:00",
        '{hold="smolny",holder="mrc"}',
        '[{leave="red-guards"}]',
        '[{ring="none"}]',
    ]
)


@pytest.fixture(scope="module")
def spare_copy(tmp_path_factory):
    """One more copy of the data, mended after each example."""
    folder = tmp_path_factory.mktemp("spare")
    for part in ("events/data", "events/text", "geo/data"):
        shutil.copytree(ROOT / part, folder / part)
    return folder


def examined(folder: Path, file: str, content: bytes) -> None:
    """Ask for faults with `content` in a file; tell the story if there are none."""
    path = folder / file
    whole = path.read_bytes()
    path.write_bytes(content)
    try:
        story, faults = examine(folder)
        faults += misplaced(story)
    finally:
        path.write_bytes(whole)
    for fault in faults:
        assert "\n" not in fault
        assert re.match(r"[\w/.-]+: |[\w/.-]+, ", fault), fault
    if not faults:
        words = words_of("en")
        told = [
            map_payload(story, words),
            ground_payload(story.ground, looks.DAY, "en"),
            *(state_report(story, story.at(at_minute(m))) for m in range(0, LAST_MINUTE, 1000)),
            [source.cite() for source in story.chronicle.sources.values()],
            [what_changed(story, event, words) for event in story.events],
            [time_line(event, words) for event in story.events],
        ]
        json.dumps(told, ensure_ascii=False, allow_nan=False).encode("utf-8")


SPOILT = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@SPOILT
@given(st.sampled_from([DAY, WORDS, ACTORS, SOURCES, PLACES, WATER]), st.binary(max_size=40))
def test_no_bytes_in_a_file_end_in_an_exception(spare_copy, file, content):
    examined(spare_copy, file, content)


@SPOILT
@given(st.sampled_from([SOURCES, PLACES, ROUTES, RINGS, STREETS]), JSON, st.data())
def test_no_value_anywhere_in_a_json_file_ends_in_an_exception(spare_copy, file, value, data):
    table = json.loads((spare_copy / file).read_text("utf-8"))
    at = [table]
    while isinstance(at[-1], list | dict) and at[-1] and (len(at) < 3 or data.draw(st.booleans())):
        node = at[-1]
        key = data.draw(st.sampled_from(list(node) if isinstance(node, dict) else range(len(node))))
        at += [key, node[key]]
    if len(at) > 1:
        at[-3][at[-2]] = value
    else:
        table = value

    examined(spare_copy, file, json.dumps(table).encode("utf-8"))


@SPOILT
@given(st.sampled_from([DAY, WORDS, ACTORS]), TOML, st.data())
def test_no_value_anywhere_in_a_toml_file_ends_in_an_exception(spare_copy, file, value, data):
    lines = (spare_copy / file).read_text("utf-8").splitlines()
    said = [number for number, line in enumerate(lines) if " = " in line]
    for number in data.draw(st.lists(st.sampled_from(said), min_size=1, max_size=3)):
        lines[number] = f"{lines[number].partition(' = ')[0]} = {value}"

    examined(spare_copy, file, "\n".join(lines).encode("utf-8"))
