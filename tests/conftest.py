"""What the tests share: the shipped story, small made-up stories, a copy of the data to break."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from events.model import Event
from story.telling import ROOT, read_story


@pytest.fixture(scope="session")
def story():
    """The shipped story."""
    return read_story()


def at(text):
    """`at("25 21:40")`: that minute of October 1917, Old Style."""
    day, clock = text.split()
    hour, minute = clock.split(":")
    return datetime(1917, 10, int(day), int(hour), int(minute))


def make_event(event_id="something", shown="25 12:00", changes=(), **said):
    """An event of which only what matters is said; `changes` are tables as in a data file."""
    shown = at(shown) if isinstance(shown, str) else shown
    when = {
        "earliest": shown,
        "latest": shown,
        "shown": shown,
        "precision": "hour",
        "as_written": "some time",
        **said.pop("when", {}),
    }
    return Event.model_validate(
        {
            "id": event_id,
            "places": ["smolny"],
            "kind": "seizure",
            "actors": ["mrc"],
            "certainty": "likely",
            "importance": 2,
            "accounts": [{"source": "reed", "locator": "ch. I", "says": "It happened."}],
            **said,
            "when": when,
            "changes": list(changes),
        }
    )


def minutes(n):
    """`n` minutes."""
    return timedelta(minutes=n)


@pytest.fixture
def data_copy(tmp_path):
    """A folder with a copy of the shipped data, to break: `events/` and `geo/` as in a checkout."""
    folder = tmp_path / "copy"
    for part in ("events/data", "events/text", "geo/data"):
        shutil.copytree(ROOT / part, folder / part)
    return folder


def rewrite(path: Path, old: str, new: str) -> None:
    """Replace the first `old` in a file; fail if it is not there."""
    text = path.read_text("utf-8")
    assert old in text, f"{path.name} no longer has {old!r}"
    path.write_text(text.replace(old, new, 1), "utf-8")
