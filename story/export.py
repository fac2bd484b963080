"""The story as files that leave: one self-contained page, or a folder of the same parts.

Everything a reader is told is in the page as plain articles, rendered here; `export.js` only
steps through them. The map is the very map of the Streamlit page.
"""

import base64
import hashlib
import json
import os
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from errno import EINVAL, EISDIR, ENOTDIR
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from segno import make

from events.clock import DAYS, STORY_END, STORY_START, minute_of
from events.model import Event
from geo.ground import ground_payload, js_string
from geo.looks import LOOKS
from story import card
from story.address import CALENDARS
from story.kiosk import Kiosk, kiosk_data, looks_css, overlay, pad, tools
from story.payload import map_payload
from story.picture import pictures
from story.story_map import scale_words, story_map
from story.telling import OPENING, ROOT, Story
from story.words import Words, power_line, words_of

HERE = Path(__file__).parent
BEGIN = """\
document.documentElement.classList.add("scripted");
if (globalThis.parent !== globalThis) document.documentElement.classList.add("framed");
"""
"""Before the map is drawn: it measures the room that these leave it."""
SPEEDS = {0.5: "½×", 1: "1×", 2: "2×", 4: "4×"}
PANES = {"event": "event", "city": "city", "place": "place", "list": "all_events", "sources": "sources_all"}  # fmt: skip
"""The panes beside the map, and the word of each in the section `page`."""
OEMBED = "oembed.json"
GENERATOR = "python -m story export"
"""By which a page says what made it."""
ICONS = {
    "previous": "M6 5h2.5v14H6zM19 5v14L9 12z",
    "play": "M7 4.5v15L20 12z",
    "pause": "M6 5h4.5v14H6zM13.5 5H18v14h-4.5z",
    "next": "M15.5 5H18v14h-2.5zM5 5v14l10-7z",
}
"""Shapes of the buttons, in a box of 24 by 24."""


@dataclass(frozen=True, slots=True)
class Edition:
    """What an exported page tells, and how."""

    language: str = "en"
    title: str | None = None
    """In place of the story's own title."""
    first: datetime = STORY_START
    last: datetime = STORY_END
    """The ends of its clock; both minutes belong to it."""
    start: datetime | None = None
    """The minute at which it opens; the opening of the story, or the first minute, if `None`."""
    events: tuple[str, ...] = ()
    """Ids of the events that are told; all within the clock if empty. The state of the city
    follows from every event all the same."""
    look: str = "day"
    address: str | None = None
    """Where the page can be found; written in links, in the embed code and on paper."""
    kiosk: Kiosk | None = None
    """The settings of a kiosk, whose languages and look hold; `None` for a page that is read at
    one's own desk."""

    def told(self, story: Story) -> tuple[Event, ...]:
        """The events of this edition, in the order in which they are told."""
        chosen = set(self.events)
        return tuple(
            event
            for event in story.events
            if self.first <= event.shown <= self.last and (not chosen or event.id in chosen)
        )

    def opens(self, story: Story) -> datetime:
        """The minute at which the page opens."""
        start = story.by_id[OPENING].shown if self.start is None else self.start
        return min(max(start, self.first), self.last)


@dataclass(frozen=True)
class Part:
    """One style or script: in the one file it stands inline, in the folder in a file."""

    name: str
    """Name in the folder: `export.css`."""
    text: str

    @property
    def tag(self) -> str:
        """The element that carries it."""
        return "style" if self.name.endswith(".css") else "script"

    @property
    def inline(self) -> Markup:
        """The element with the text in it."""
        if f"</{self.tag}" in self.text.lower():
            raise ValueError(f"{self.name} would close its <{self.tag}> early")
        return Markup(f"<{self.tag}>{self.text}</{self.tag}>\n")

    @property
    def outside(self) -> Markup:
        """The element that names the file."""
        if self.tag == "style":
            return Markup('<link rel="stylesheet" href="{}">\n').format(self.name)
        return Markup('<script src="{}"></script>\n').format(self.name)

    @property
    def hash(self) -> str:
        """Of the text, as a policy names it."""
        digest = hashlib.sha256(self.text.encode("utf-8")).digest()
        return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


@dataclass(frozen=True)
class Exported:
    """A page in parts."""

    styles: tuple[Part, ...]
    scripts: tuple[Part, ...]
    fields: Mapping[str, Any]
    """What the frame of the page, `export.html`, is filled with."""

    def single_file(self) -> str:
        """One HTML page that needs nothing else, under a strict policy of its own."""
        policy = "; ".join(
            [
                "default-src 'none'",
                f"script-src {' '.join(part.hash for part in self.scripts)}",
                f"style-src {' '.join(part.hash for part in self.styles)}",
                "img-src data:",
                "base-uri 'none'",
                "form-action 'none'",
            ]
        )
        return self._page(
            policy=Markup('<meta http-equiv="Content-Security-Policy" content="{}">\n').format(
                policy
            ),
            head=Markup("").join(part.inline for part in self.styles),
            foot=Markup("").join(part.inline for part in self.scripts),
        )

    def folder(self) -> dict[str, str]:
        """The files of a folder, by name; `index.html` runs under `default-src 'self'`."""
        page = self._page(
            policy=Markup(
                '<meta http-equiv="Content-Security-Policy" content="default-src \'self\'">\n'
            ),
            head=self._discovery() + Markup("").join(part.outside for part in self.styles),
            foot=Markup("").join(part.outside for part in self.scripts),
        )
        files = {
            "index.html": page,
            **{part.name: part.text for part in self.styles + self.scripts},
        }
        if self.fields["address"]:
            files[OEMBED] = self._oembed()
        return files

    def _discovery(self) -> Markup:
        """The link by which a site finds `oembed.json`, which lies beside the page."""
        address = self.fields["address"]
        if not address:
            return Markup("")
        return Markup(
            '<link rel="alternate" type="application/json+oembed" href="{}" title="{}">\n'
        ).format(beside(address, OEMBED), self.fields["title"])

    def _oembed(self) -> str:
        """What a site that is given the address asks for, to frame the page by itself."""
        title, address = str(self.fields["title"]), str(self.fields["address"])
        said = {
            "version": "1.0",
            "type": "rich",
            "title": title,
            "provider_name": title,
            "provider_url": address,
            "width": 960,
            "height": 720,
            "html": str(
                Markup(
                    '<iframe src="{}" title="{}" width="960" height="720" loading="lazy"></iframe>'
                ).format(address, title)
            ),
        }
        return json.dumps(said, ensure_ascii=False, indent=2) + "\n"

    def _page(self, **parts: Markup) -> str:
        return _frame().get_template("export.html").render(**self.fields, **parts)


@cache
def _frame() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )


def export(story: Story, edition: Edition) -> Exported:
    """Make the page of an edition; the same story and edition give the same bytes.

    Raises `ValueError` for a language that the story is not told in.
    """
    kiosk = edition.kiosk
    language = kiosk.language if kiosk else edition.language
    look = kiosk.look if kiosk else edition.look
    clock = (minute_of(edition.first), minute_of(edition.last))
    first = _Telling(story.said_in(language), edition)
    others = [
        _Telling(story.said_in(each), edition)
        for each in (kiosk.languages if kiosk else ())
        if each != language
    ]
    the_map = story_map(
        first.story,
        minute_of(edition.opens(story)),
        told=edition.told(first.story),
        clock=clock,
        alone=True,
        look=look,
    )
    root: Any = the_map.get_root()
    root.render()
    data = Part("data.js", f"{BEGIN}globalThis.petrogradStory = JSON.parse({js_string(first.page())});\n")  # fmt: skip
    styles = [Part(f"{name.removesuffix('_css')}.css", text) for name, text in the_map.inlined("style").items()]  # fmt: skip
    scripts = [Part(f"{name.removesuffix('_js')}.js", text) for name, text in the_map.inlined("script").items()]  # fmt: skip
    styles += [_own("card.css"), _own("export.css")]
    scripts.append(data)
    if kiosk is not None:
        said = first.said()
        tellings = {each.story.language: differing(said, each.said()) for each in others}
        known = js_string({**said["kiosk"], "tellings": tellings})
        settings = Part("settings.js", f"globalThis.petrogradKiosk = JSON.parse({known});\n")
        scripts += [settings, _own("kiosk_start.js")]
        styles += [Part("looks.css", looks_css()), _own("kiosk.css")]
    scripts += [Part("map.js", _folded(root.script.render())), _own("export.js")]
    if kiosk is not None:
        scripts.append(_own("kiosk.js"))
    box = Markup(root.html.render().strip())
    return Exported(
        styles=tuple(styles),
        scripts=tuple(scripts),
        fields={
            "lang": language,
            "look": look,
            "generator": f"{GENERATOR} {version()}",
            "title": first.title,
            "address": edition.address,
            "kiosk": kiosk is not None,
            "body": first.body(box),
            "others": {each.story.language: each.body(box) for each in others},
        },
    )


def differing(first: Any, other: Any) -> Any:
    """What of `other` is not so in `first`: tables and lists by key or index, the rest whole.

    `kiosk_start.js` lays it over `first`.
    """
    if isinstance(first, dict) and isinstance(other, dict):
        return {key: differing(first.get(key), said) for key, said in other.items() if said != first.get(key)}  # fmt: skip
    if isinstance(first, list | tuple) and isinstance(other, list | tuple) and len(first) == len(other):  # fmt: skip
        return {
            str(index): differing(was, said)
            for index, (was, said) in enumerate(zip(first, other, strict=True))
            if was != said
        }
    return other


@dataclass(frozen=True)
class _Telling:
    """An edition in the words of one language."""

    story: Story
    edition: Edition

    @property
    def words(self) -> Words:
        return words_of(self.story.language)

    @property
    def title(self) -> str:
        return self.edition.title or self.words("page", "title")

    def page(self) -> dict[str, Any]:
        """What `export.js` is given beside the map's own payload."""
        return _data(self.edition, self.words, self.title)

    def said(self) -> dict[str, Any]:
        """What the scripts are given, by whose script: words and what hangs on them."""
        edition, kiosk = self.edition, self.edition.kiosk
        told = edition.told(self.story)
        clock = (minute_of(edition.first), minute_of(edition.last))
        drawn = ground_payload(self.story.ground, LOOKS[edition.look], self.story.language)
        return {
            "page": self.page(),
            "map": map_payload(self.story, self.words, told, clock),
            "ground": {"names": drawn["names"], "words": scale_words(self.words)},
            "kiosk": kiosk_data(self.story, kiosk, self.words, version()) if kiosk else {},
        }

    def body(self, box: Markup) -> Markup:
        """The elements of the page, round the `box` that the map is drawn in."""
        story, edition, words, kiosk = self.story, self.edition, self.words, self.edition.kiosk
        told, start = edition.told(story), edition.opens(story)
        city = story.at(start)
        fields = {
            "title": self.title,
            "words": words,
            "start": start,
            "power": power_line(city, words),
            "map": box,
            "first": minute_of(edition.first),
            "last": minute_of(edition.last),
            "minute": minute_of(start),
            "days": [
                {"minute": max(minute_of(day), minute_of(edition.first)), "day": day.day, "date": words.day(day)}
                for day in DAYS
                if edition.first.date() <= day.date() and day <= edition.last
            ],
            "speeds": SPEEDS,
            "calendars": CALENDARS,
            "panes": PANES,
            "pane_words": PANES,
            "icon": _icon,
            "address": edition.address,
            "span": f"{words.clock(edition.first)} – {words.clock(edition.last)}",
            "code": code(edition.address) if edition.address else "",
            "articles": _articles(story, told, words),
            "city": _at_home(card.city_card(story, city, words)),
            "places": _places(story, {event.id for event in told}, words),
            "list": _at_home(card.event_list(story, told, words)),
            "sources": card.source_list(story),
            "place_list": _at_home(card.place_list(story, words)),
            "kiosk": overlay(story, kiosk, words) if kiosk else "",
            "pad": pad(words) if kiosk else "",
            "tools": tools(kiosk, words) if kiosk else "",
            "read_on": code(kiosk.address) if kiosk and kiosk.address else "",
            "pictures": "" if kiosk else pictures(story, edition.first, edition.last, words),
        }  # fmt: skip
        return Markup(_frame().get_template("export_body.html").render(**fields))


def beside(address: str, name: str) -> str:
    """The address of a file beside the page at `address`, which may name the page's folder."""
    parts = urlsplit(address)
    last = parts.path.rpartition("/")[2]
    folder = parts.path if not last or "." in last else f"{parts.path}/"
    return urljoin(urlunsplit((parts.scheme, parts.netloc, folder, "", "")), name)


def code(address: str) -> Markup:
    """A QR code of an address, as a picture; made here, it asks nobody."""
    drawn = make(address, micro=False, error="m")
    return Markup(drawn.svg_inline(omitsize=True, border=2, svgclass="code", lineclass=None))


def _own(name: str) -> Part:
    return Part(name, (HERE / name).read_text("utf-8"))


def _folded(script: str) -> str:
    """A script without the blank lines that folium's templates leave."""
    return "\n".join(line.strip() for line in script.splitlines() if line.strip()) + "\n"


@cache
def version() -> str:
    """The version of the program, as `pyproject.toml` has it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return str(project["project"]["version"])


def _icon(name: str) -> Markup:
    return Markup(
        '<svg class="icon icon-{0}" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">'
        '<path d="{1}"/></svg>'
    ).format(name, ICONS[name])


def _at_home(markup: Markup) -> Markup:
    """Links of `story.card` lead to an address of the page; here that is its fragment.

    A quote in a word of the data is escaped, so nothing but our own links can look like this.
    """
    return Markup(str(markup).replace('<a href="?', '<a href="#'))


def _articles(story: Story, told: tuple[Event, ...], words: Words) -> Markup:
    ids = {event.id for event in told}
    articles = []
    for event, following in zip(told, [*told[1:], None], strict=True):
        city = story.at(event.shown)
        here = replace(
            city,
            next=following,
            under_way=tuple(going for going in city.under_way if going.id in ids),
        )
        articles.append(_at_home(card.event_card(story, here, words, event)))
    return Markup("\n").join(articles)


def _places(story: Story, told: Collection[str], words: Words) -> Markup:
    return Markup("\n").join(
        _at_home(card.place_card(story, place, STORY_END, words, told)) for place in story.places
    )


def _data(edition: Edition, words: Words, title: str) -> dict[str, Any]:
    """What `export.js` is given beside the map's own payload."""
    return {
        "title": title,
        "first": minute_of(edition.first),
        "last": minute_of(edition.last),
        "language": words.language,
        "address": edition.address,
        "words": {
            name: dict(words.section(name))
            for name in ("page", "file", "power", "ring", "holder", "change", "address")
        },
    }


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file; one that is there already is replaced only when the new one is complete."""
    with _complete(path, content) as part:
        part.replace(path.resolve())


def write_folder(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write the files of a folder; what is there is replaced only when all of them are complete.

    The page comes last, so that it never names what is not there. Parts of an earlier build that
    this one does not have are removed; whatever else lies in the folder stays.
    """
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR))
    stale = _parts_of(folder / "index.html") - set(files)
    folder.mkdir(parents=True, exist_ok=True)
    names = sorted(files, key=lambda name: (name == "index.html", name))
    with ExitStack() as parts:
        written = {
            name: parts.enter_context(_complete(folder / name, files[name])) for name in names
        }
        for name, part in written.items():
            part.replace((folder / name).resolve())
    for name in stale:
        (folder / name).unlink(missing_ok=True)


@contextmanager
def _complete(path: Path, content: str | bytes) -> Iterator[Path]:
    """A complete new file beside `path`, to take its place; gone afterwards if it did not."""
    path = path.resolve()  # a link stays, and what it leads to is replaced
    if path.exists() and not path.is_file():
        wrong = EISDIR if path.is_dir() else EINVAL
        raise OSError(wrong, os.strerror(wrong))
    data = content.encode("utf-8") if isinstance(content, str) else content
    digest = hashlib.sha256(os.fsencode(path.name)).hexdigest()
    part = path.with_name(f".{digest[:16]}-{os.getpid()}.part")  # the name itself may be too long
    try:
        with part.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        yield part
    finally:
        part.unlink(missing_ok=True)


def _parts_of(page: Path) -> set[str]:
    """Names of what an earlier build wrote for a page, `oembed.json` and packed copies included."""
    try:
        text = page.read_text("utf-8")
    except (OSError, ValueError):
        return set()
    if f'name="generator" content="{GENERATOR}' not in text:
        return set()
    named = {
        *re.findall(r'<(?:script src|link rel="stylesheet" href)="([\w-]+\.(?:js|css))"', text)
    }
    named |= {OEMBED, page.name}
    return named | {f"{name}.gz" for name in named}
