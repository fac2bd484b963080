"""The command line: answers on stdout, one line on stderr where there is none."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from events.clock import read_t
from geo.basemap import LAYERS
from story import cli
from story.telling import ROOT, read_story
from tests.conftest import at


@pytest.fixture
def run(capsys, monkeypatch, story):
    """Runs `python -m story` in this process, the data read once: exit code, stdout, stderr."""
    monkeypatch.setattr(cli, "read_story", lambda: story)

    def run(line: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["story", *line.split()])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code or 0
        return code, *capsys.readouterr()

    return run


@pytest.fixture(scope="module")
def process(tmp_path_factory):
    """Runs `python -m story` as a reader does, in another folder."""
    folder = tmp_path_factory.mktemp("elsewhere")

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "story", *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            capture_output=True,
            encoding="utf-8",
        )

    return run


def state_at(run, time: str) -> dict:
    code, out, err = run(f"state --at {time} --json")
    assert (code, err) == (0, "")
    return json.loads(out)


# state


HOLDERS = {"government", "mrc", "neutral", "contested"}


@pytest.mark.parametrize("time", ["1917-10-21T00:00", "1917-10-25T03:00", "1917-10-27T06:00"])
def test_state_as_json_has_the_keys_and_shapes_of_the_design_and_no_others(run, story, time):
    said = state_at(run, time)

    assert list(said) == ["t", "places", "bridges", "units", "ring", "power", "last", "next"]
    assert said["t"] == time
    bridges = {place.id for place in story.places.values() if place.is_bridge}
    assert said["bridges"].keys() == bridges
    assert said["places"].keys() == story.places.keys() - bridges
    for place in said["places"].values():
        assert list(place) == ["holder", "claim"]
        assert place["holder"] in HOLDERS
        assert place["claim"] in {"government", "mrc", None}
    for bridge in said["bridges"].values():
        assert list(bridge) == ["span", "holder"]
        assert bridge["span"] in {"raised", "lowered"}
        assert bridge["holder"] in HOLDERS
    for unit_id, unit in said["units"].items():
        assert unit_id in story.actors
        assert list(unit) == ["lon", "lat", "moving"]
        assert 18 < unit["lon"] < 33
        assert 53 < unit["lat"] < 61
        assert isinstance(unit["moving"], bool)
    stages = {"outer-line", "nevsky-cut", "closed", "headquarters-taken", "inside-contested"}
    assert said["ring"] in stages | {None}
    assert said["power"] in {"government", "mrc", "congress", "sovnarkom"}


def test_state_tells_who_holds_the_winter_palace_before_and_after_it_is_taken(run):
    before, after = state_at(run, "1917-10-25T18:00"), state_at(run, "1917-10-26T03:00")

    assert before["places"]["winter-palace"]["holder"] == "government"
    assert after["places"]["winter-palace"]["holder"] == "mrc"
    assert before["ring"] is not None
    assert after["ring"] is None


def test_state_tells_the_same_as_the_story_does_at_that_minute(run, story):
    city = story.at(at("25 21:40"))

    said = state_at(run, "1917-10-25T21:40")

    for place, holding in city.holdings.items():
        found = said["bridges"].get(place) or said["places"][place]
        assert found["holder"] == holding.holder
        assert found.get("claim", holding.claim) == holding.claim
    assert {i for i, bridge in said["bridges"].items() if bridge["span"] == "raised"} == {
        i for i, span in city.spans.items() if span == "raised"
    }
    assert said["units"].keys() == city.units.keys()
    assert (said["power"], said["ring"]) == (city.power, city.ring)
    assert (said["last"], said["next"]) == (city.last.id, city.next.id)


def test_a_unit_on_its_way_moves_and_one_that_has_arrived_does_not(run, story):
    move = next(
        change for event in story.events for change in event.changes if change.verb == "move"
    )
    before, after = (
        state_at(run, f"{t:%Y-%m-%dT%H:%M}")["units"][move.move] for t in (move.start, move.end)
    )

    assert before["moving"] is True
    assert after["moving"] is False
    assert (before["lon"], before["lat"]) != (after["lon"], after["lat"])


def test_nothing_comes_after_the_last_minute(run, story):
    said = state_at(run, "1917-10-27T06:00")

    assert said["last"] == story.events[-1].id
    assert said["next"] is None


def test_state_in_words_gives_both_calendars_power_and_the_events_about(run, story):
    code, out, err = run("state --at 1917-10-25T03:00")

    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[0] == "Wednesday 25 October 1917, 03:00 (Old Style)"
    assert lines[1] == "Wednesday 7 November 1917, 03:00 (New Style)"
    assert "Provisional Government" in lines[2]
    assert any(line.startswith("Military Revolutionary Committee") for line in lines)
    assert any("Nikolaevsky Bridge (raised)" in line for line in lines)
    city = story.at(at("25 03:00"))
    assert lines[-2].startswith("last: 1917-10-25T0")
    assert lines[-2].endswith(f"[{city.last.id}]")
    assert lines[-1].endswith(f"[{city.next.id}]")


def test_state_in_words_names_the_ring_while_it_stands(run):
    assert "Winter Palace" in run("state --at 1917-10-25T18:00")[1].splitlines()[-3]
    assert "last: " in run("state --at 1917-10-25T18:00")[1].splitlines()[-2]


@pytest.mark.parametrize(
    ("time", "says"),
    [
        ("yesterday", "time 'yesterday' cannot be read; write it like 1917-10-25T21:40"),
        ("1917-10-32", "time '1917-10-32' cannot be read; write it like 1917-10-25T21:40"),
        ("21:40", "time '21:40' cannot be read; write it like 1917-10-25T21:40"),
        ("1917-10-25T03:00+02:00", "cannot be read; write it like 1917-10-25T21:40"),
        ("1917-10-25T03:00Z", "cannot be read; write it like 1917-10-25T21:40"),
        ("1917-10-25T03:00:30", "cannot be read; write it like 1917-10-25T21:40"),
        (
            "1917-10-20T23:59",
            "1917-10-20T23:59 is outside the story, which runs from 1917-10-21T00:00 to "
            "1917-10-27T06:00",
        ),
        ("1917-10-27T06:01", "1917-10-27T06:01 is outside the story, which runs from"),
        ("1917-11-07T21:40", "1917-11-07T21:40 is outside the story, which runs from"),
    ],
)
def test_a_time_that_is_none_of_the_story_is_one_clear_line(run, time, says):
    code, out, err = run(f"state --at {time} --json")

    assert code == 2
    assert out == ""
    assert err.startswith("error: ")
    assert "--at" in err
    assert says in err
    assert err.count("\n") == 1


# events


def test_events_as_json_are_those_of_the_day_in_the_order_they_are_told(run, story):
    code, out, err = run("events --day 25 --json")

    assert (code, err) == (0, "")
    rows = json.loads(out)
    assert [row["id"] for row in rows] == [e.id for e in story.events if e.shown.day == 25]
    assert len(rows) > 20
    for row in rows:
        event = story.by_id[row["id"]]
        assert list(row) == [
            "id", "t", "earliest", "latest", "precision", "as_written", "title", "kind", "places",
            "certainty", "importance", "sources",
        ]  # fmt: skip
        assert read_t(row["t"]) == event.shown
        assert row["earliest"] <= row["t"] <= row["latest"]
        assert row["title"] == story.text(event).title
        assert row["places"][0] in story.places
        assert row["sources"]
        assert set(row["sources"]) <= story.chronicle.sources.keys()
        assert len(set(row["sources"])) == len(row["sources"])


def test_events_of_every_day_are_all_events(run, story):
    by_day = [
        row["id"]
        for day in range(21, 28)
        for row in json.loads(run(f"events --day {day} --json")[1])
    ]

    assert by_day == [row["id"] for row in json.loads(run("events --json")[1])]
    assert by_day == [event.id for event in story.events]


def test_events_in_words_are_a_line_each_with_time_title_place_and_id(run, story):
    code, out, err = run("events --day 26")

    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert len(lines) == sum(event.shown.day == 26 for event in story.events)
    assert all(re.fullmatch(r"1917-10-26T\d\d:\d\d  .+ \(.+\)  \[[a-z0-9-]+\]", x) for x in lines)


@pytest.mark.parametrize("day", ["20", "28", "Wednesday"])
def test_a_day_outside_the_story_is_one_clear_line(run, day):
    code, out, err = run(f"events --day {day}")

    assert (code, out) == (2, "")
    assert re.fullmatch(r"error: Invalid value for '--day': .+\n", err)


# every command


@pytest.mark.parametrize("line", ["--help", "-h", "check --help", "state --help", "events -h"])
def test_help_is_given_on_stdout(run, line):
    code, out, err = run(line)

    assert (code, err) == (0, "")
    assert out.startswith(f"Usage: python -m story {line.split()[0] if ' ' in line else ''}")
    assert "--help" in out


def test_help_names_every_command_and_option(run):
    assert set(re.findall(r"^  ([a-z]+) ", run("--help")[1], re.M)) >= {"check", "state", "events"}
    assert "--at" in run("state --help")[1]
    assert "--json" in run("state --help")[1]
    assert "--day" in run("events --help")[1]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("--wrong", "No such option '--wrong'"),
        ("state --wrong", "No such option '--wrong'"),
        ("check --wrong", "No such option '--wrong'"),
        ("state", "Missing option '--at'"),
        ("state --at", "requires an argument"),
        ("wrong", "No such command 'wrong'"),
        ("check one two", "unexpected extra argument (two)"),
    ],
)
def test_what_the_command_line_does_not_know_is_one_clear_line(run, line, says):
    code, out, err = run(line)

    assert (code, out) == (2, "")
    assert re.fullmatch(r"error: .+\n", err)
    assert says in err


def test_no_command_at_all_is_answered_with_the_help(run):
    code, out, err = run("")

    assert (code, out) == (2, "")
    assert err.startswith("Usage: python -m story ")


@pytest.mark.parametrize("line", ["state --at 1917-10-25T03:00", "events"])
def test_broken_data_stop_every_command_with_all_faults(run, data_copy, monkeypatch, line):
    (data_copy / "geo/data/rings.geojson").write_text("{}")
    shutil.rmtree(data_copy / "geo/data/basemap")
    monkeypatch.setattr(cli, "read_story", lambda: read_story(data_copy))

    code, out, err = run(line)

    assert (code, out) == (2, "")
    assert "rings.geojson: is no FeatureCollection" in err
    assert "basemap/water.geojson: missing; restore it\n" in err
    assert err.splitlines()[-1].startswith(f"error: {1 + len(LAYERS)} faults in ")


# as a process of its own


def test_the_command_runs_from_any_folder(process):
    done = process("state", "--at", "1917-10-25T03:00", "--json")

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["t"] == "1917-10-25T03:00"


def test_a_wrong_question_is_one_line_and_no_traceback(process):
    done = process("state", "--at", "yesterday")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_names_are_printed_in_utf_8_whatever_the_terminal(process, encoding):
    """A pipe on Windows has cp1252, which lacks half of Europe's letters."""
    done = process("events", PYTHONIOENCODING=encoding)

    assert (done.returncode, done.stderr) == (0, "")
    assert "Aurora’s Anchorage" in done.stdout
