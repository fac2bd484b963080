"""The command line: `python -m story check | state | events | export | handout | scorm`.

Exit code 0, or 2 with what is wrong on stderr.
"""

import difflib
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import wraps
from pathlib import Path
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

import click

from events.clock import STORY_END, STORY_START, read_t, write_t
from events.model import Event
from geo.looks import LOOKS
from story.export import Edition, export, write_folder, write_whole
from story.handout import PAPERS, NoBrowserError, print_pdf
from story.kiosk import Kiosk, read_settings
from story.precompressed import remove_stale, with_gzip
from story.report import state_report
from story.scorm import course_files, course_zip
from story.telling import ROOT, DataError, Story, examine, read_story
from story.topology import misplaced
from story.words import LANGUAGES, Words, power_line, words_of

WRONG = 2
"""Exit code for bad data and bad questions alike."""


def main() -> None:
    """Run the command line; a fault is one line on stderr, never a traceback."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # a pipe may be narrower than the names it is handed, on Windows by default
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        cli.main(prog_name="python -m story", standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.Abort:
        sys.exit(WRONG)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(WRONG)
    except click.ClickException as error:
        click.echo(f"error: {error.format_message()}", err=True)
        sys.exit(WRONG)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Petrograd, October 1917: the story on the command line."""


def _with_story(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the shipped story, or stop with its faults."""

    @wraps(command)
    def run(**options: Any) -> None:
        try:
            story = read_story()
        except DataError as error:
            _fail(error.faults, ROOT)
        command(story=story, **options)

    return run


def _fail(faults: list[str], root: Path) -> None:
    for fault in faults:
        click.echo(fault, err=True)
    faulty = f"{len(faults)} fault{'s' if len(faults) > 1 else ''}"
    click.echo(f"error: {faulty} in {root.name or root}", err=True)
    sys.exit(WRONG)


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path), default=ROOT)
def check(folder: Path) -> None:
    """Check the data in FOLDER, which holds events/ and geo/ (default: the shipped data)."""
    try:
        story, faults = examine(folder)
        faults += misplaced(story)
    except OSError as error:
        raise click.ClickException(f"{folder}: {error.strerror}") from error
    if faults:
        _fail(faults, folder)
    click.echo(
        f"{len(story.events)} events and {len(story.chronicle.prologue)} of the prologue, "
        f"{len(story.places)} places, {len(story.routes)} routes, "
        f"{len(story.chronicle.sources)} sources, {len(story.actors)} actors: no fault found"
    )


class Minute(click.ParamType[datetime]):
    """A minute of the story on the command line."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read "1917-10-25T03:00"; fail with one sentence where it is none."""
        try:
            t = read_t(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if not STORY_START <= t <= STORY_END:
            self.fail(
                f"{write_t(t)} is outside the story, which runs from {write_t(STORY_START)} "
                f"to {write_t(STORY_END)}",
                param,
                ctx,
            )
        return t


@cli.command()
@click.option("--at", "t", type=Minute(), required=True, help="Old Style: 1917-10-25T03:00")
@click.option("--json", "as_json", is_flag=True, help="as JSON")
@_with_story
def state(story: Story, t: datetime, as_json: bool) -> None:
    """Print who holds what at a minute."""
    city = story.at(t)
    if as_json:
        click.echo(json.dumps(state_report(story, city), ensure_ascii=False, indent=2))
        return
    words = words_of("en")
    click.echo(words.clock(t))
    click.echo(words.clock(t, "ns"))
    click.echo(power_line(city, words))
    for holder in ("government", "mrc", "contested", "neutral"):
        held = [
            place.name("en") + (" (raised)" if city.spans.get(place.id) == "raised" else "")
            for place in story.places.values()
            if place.id in city.holdings and city.holdings[place.id].holder == holder
        ]
        if held:
            click.echo(f"{words('holder', holder)} ({len(held)}): {', '.join(held)}")
    if city.ring != "none":
        click.echo(words("change", "ring", stage=words("ring", city.ring)))
    for label, event in (("last", city.last), ("next", city.next)):
        if event:
            click.echo(f"{label}: {_line(story, event, words)}")


@cli.command()
@click.option("--day", type=click.IntRange(21, 27), help="only this day of October")
@click.option("--json", "as_json", is_flag=True, help="as JSON")
@_with_story
def events(story: Story, day: int | None, as_json: bool) -> None:
    """List the events in order."""
    words = words_of("en")
    chosen = [event for event in story.events if day in (None, event.shown.day)]
    if as_json:
        rows = [
            {
                "id": event.id,
                "t": write_t(event.shown),
                "earliest": write_t(event.when.earliest),
                "latest": write_t(event.when.latest),
                "precision": event.when.precision,
                "as_written": event.when.as_written,
                "title": story.text(event).title,
                "kind": event.kind,
                "places": list(event.places),
                "certainty": event.certainty,
                "importance": event.importance,
                "sources": list(dict.fromkeys(a.source for a in event.accounts)),
            }
            for event in chosen
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for event in chosen:
        click.echo(_line(story, event, words))


class Language(click.ParamType[str]):
    """A language that the story is told in."""

    name = "language"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take "en"; fail with one sentence for a language without words."""
        if value not in LANGUAGES:
            self.fail(
                f"{value!r} is no language of the story, which has {', '.join(LANGUAGES)}",
                param,
                ctx,
            )
        return str(value)


def _is_address(text: str) -> bool:
    """Whether a text could be the address of a page."""
    try:
        return bool(re.fullmatch(r'https?://[!"$-~]+', text) and urlsplit(text).hostname)
    except ValueError:
        return False


def edition(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say what an exported file tells; the command gets an `Edition`."""

    @click.option(
        "--lang",
        "language",
        type=Language(),
        default="en",
        help="language (default: en, or the kiosk's)",
    )
    @click.option(
        "--from", "first", type=Minute(), default=STORY_START, help="first minute of the clock"
    )
    @click.option("--to", "last", type=Minute(), default=STORY_END, help="last minute of the clock")
    @click.option("--events", "ids", help="only these events: ids with commas between")
    @click.option("--start", type=Minute(), help="the minute at which it opens")
    @click.option("--title", help="in place of the story's own")
    @click.option(
        "--look", type=click.Choice(list(LOOKS)), default="day", help="of the map and the page"
    )
    @click.option("--address", help="where the page can be found, for links and for paper")
    @_with_story
    @wraps(command)
    def run(
        story: Story,
        first: datetime,
        last: datetime,
        ids: str | None,
        start: datetime | None,
        **options: Any,
    ) -> None:
        address = options["address"]
        if address is not None and not _is_address(address):
            raise click.ClickException(
                f"--address: {address!r} is no address; it should begin with https:// or http:// "
                "and hold no space and no #"
            )
        title = options["title"]
        if title is not None and not re.fullmatch(r"(?=.*\S)[^\x00-\x1f\x7f\ud800-\udfff]+", title):
            raise click.ClickException(
                f"--title: {title!r} is no title; it should be a line of text"
            )
        chosen = tuple(part.strip() for part in (ids or "").split(",") if part.strip())
        known = {event.id for event in story.events}
        for wrong in (part for part in chosen if part not in known):
            near = difflib.get_close_matches(wrong, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise click.ClickException(f"--events: {wrong!r} is no event on the clock{hint}")
        if last <= first:
            raise click.ClickException(f"--to {write_t(last)} is not after --from {write_t(first)}")
        if start is not None and not first <= start <= last:
            raise click.ClickException(
                f"--start {write_t(start)} is outside the clock, {write_t(first)} to {write_t(last)}"
            )
        fields = {name: options.pop(name) for name in ("language", "title", "look", "address")}
        asked = Edition(first=first, last=last, start=start, events=chosen, **fields)
        if not asked.told(story):
            raise click.ClickException(
                f"no event is told between {write_t(first)} and {write_t(last)}"
            )
        command(story=story, edition=asked, **options)

    return run


def _writing(out: Path, write: Callable[[], None]) -> None:
    """Write a file or a folder; what cannot be written is one sentence."""
    try:
        write()
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from error


@cli.command("export")
@click.argument("out")
@click.option("--kiosk", "as_kiosk", is_flag=True, help="for a museum's screen")
@click.option("--settings", type=click.Path(path_type=Path), help="of the kiosk: a kiosk.toml")
@click.option("--gzip", "zipped", is_flag=True, help="a folder's files compressed as well: name.gz beside each")  # fmt: skip
@edition
def export_page(
    story: Story, edition: Edition, out: str, as_kiosk: bool, settings: Path | None, zipped: bool
) -> None:
    """Write the story to OUT: one file "petrograd.html", or a folder "petrograd/"."""
    path = Path(out)
    if not out:
        raise click.ClickException("OUT is empty; name a file or a folder")
    if settings is not None and not as_kiosk:
        raise click.ClickException("--settings are those of a kiosk; add --kiosk")
    if as_kiosk:
        kiosk = Kiosk() if settings is None else read_settings(settings)
        source = click.get_current_context().get_parameter_source
        default = click.core.ParameterSource.DEFAULT
        if source("language") is not default:  # what is said here has the last word
            offered = dict.fromkeys((*kiosk.languages, edition.language))
            kiosk = replace(kiosk, language=edition.language, languages=tuple(offered))
        if source("look") is not default:
            kiosk = replace(kiosk, look=edition.look)
        faults = misplaced(story)
        kiosk = replace(kiosk, faults=len(faults))
        for remark in (*kiosk.remarks, *faults):
            click.echo(remark, err=True)
        edition = replace(edition, kiosk=kiosk)
    is_folder = out.endswith(("/", os.sep)) or os.path.isdir(path)
    if zipped and not is_folder:
        raise click.ClickException(f"--gzip is for a folder; {out}/ would name one")
    with _progress("making the page"):
        exported = export(story, edition)
    if is_folder:
        files = exported.folder()
        size = sum(len(text.encode("utf-8")) for text in files.values())
        if not zipped:
            _writing(path, lambda: remove_stale(path, files))
        _writing(path, lambda: write_folder(path, with_gzip(files) if zipped else files))
        click.echo(
            f"{path}: {len(files)} files{', each compressed too' if zipped else ''}, {size / 1000:.0f} kB"
        )
    else:
        page = exported.single_file()
        _writing(path, lambda: write_whole(path, page))
        click.echo(f"{path}: {len(page.encode('utf-8')) / 1000:.0f} kB")


@cli.command()
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--paper", type=click.Choice(list(PAPERS)), default="a4", help="a4 (default) or letter"
)
@edition
def handout(story: Story, edition: Edition, out: Path, paper: str) -> None:
    """Print the story to OUT, a PDF, with the Chromium or Chrome that is there."""
    try:
        with _progress("printing"):
            pdf = print_pdf(export(story, edition), paper)
    except NoBrowserError as error:
        raise click.ClickException(str(error)) from error
    _writing(out, lambda: write_whole(out, pdf))
    click.echo(f"{out}: {len(pdf) / 1000:.0f} kB")


class Completion(click.ParamType[str | float]):
    """When a course package is done: "last", or the share of events seen, "60%"."""

    name = "share"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str | float:
        """Take "last" or "1%" to "100%"; fail with one sentence for anything else."""
        if value == "last":
            return "last"
        found = re.fullmatch(r"([1-9][0-9]?|100)%", str(value))
        if not found:
            self.fail(
                f"{value!r} is neither 'last' nor a share of the events, '1%' to '100%'", param, ctx
            )
        return int(found[1]) / 100


@cli.command()
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--complete", type=Completion(), default="last", help='done when the last event was seen (default), or a share of all: "60%"')  # fmt: skip
@edition
def scorm(story: Story, edition: Edition, out: Path, complete: str | float) -> None:
    """Write the story to OUT, a SCORM 1.2 package for a learning system."""
    with _progress("packing the course"):
        package = course_zip(course_files(export(story, edition), complete))
    _writing(out, lambda: write_whole(out, package))
    click.echo(f"{out}: {len(package) / 1000:.0f} kB")


SLOW_S = 1.0


@contextmanager
def _progress(doing: str) -> Iterator[None]:
    """Say on stderr what is being done once it takes longer than a second."""
    said = Timer(SLOW_S, click.echo, (f"{doing} ...",), {"err": True})
    said.daemon = True
    said.start()
    try:
        yield
    finally:
        said.cancel()


def _line(story: Story, event: Event, words: Words) -> str:
    place = story.name(event.places[0])
    return f"{write_t(event.shown)}  {story.text(event).title} ({place})  [{event.id}]"
