"""The exported page as a museum's kiosk: settings, the tour of the attract loop, what lies over it.

`kiosk.js` runs it. A bad setting never stops the story: its default holds, and the staff view and
the command line say what was found.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from markupsafe import Markup

from events.clock import minute_of
from story.telling import Story
from story.words import LANGUAGES, Words

TOUR = (
    "1021-garrison-conference", "1023-cirque-vote", "1024-trud-raid", "1024-bridges-order",
    "1024-telegraph", "telephone-exchange-taken", "proclamation-citizens-of-russia",
    "kerensky-leaves", "ring-closed", "aurora-blank-shot", "palace-entry", "decree-on-peace",
)  # fmt: skip
"""The moments of the attract loop, in order."""

LIMITS: Mapping[str, tuple[float, float]] = {
    "idle": (15, 600),
    "warning": (20, 120),
    "pace": (1, 3),
    "inches": (10, 120),
    "distance": (30, 400),
}
"""The least and the largest of every number of the settings."""
CODE = ("0123456789", 4, 8)
"""Letters, least and largest length of the code of the staff view."""
LOOKS = ("day", "night")


@dataclass(frozen=True, slots=True)
class Kiosk:
    """The settings of a kiosk, as `kiosk.toml` and the address name them."""

    idle: float = 60
    """Seconds without a touch until the warning."""
    warning: float = 20
    """Seconds of the warning until everything starts again."""
    languages: tuple[str, ...] = ("en",)
    """Languages offered, in order."""
    language: str = "en"
    """The language of the attract loop."""
    pace: float = 1
    """How many times faster the tour goes; at 1 it takes two minutes."""
    inches: float = 27
    """Diagonal of the screen."""
    distance: float = 60
    """Centimetres from the eye to the screen."""
    sound: bool = False
    """There is no sound; the setting is there so that a file that asks for it is told so."""
    look: str = "day"
    code: str = "1917"
    """Digits that open the staff view."""
    address: str = ""
    """Where visitors can read on; shown as a QR code."""
    remarks: tuple[str, ...] = field(default=())
    """What was wrong with the settings, a sentence each."""


KEYS = tuple(each.name for each in fields(Kiosk) if each.name != "remarks")


def read_settings(path: Path) -> Kiosk:
    """Read a `kiosk.toml`; whatever is wrong with it becomes a remark, and the default holds."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return Kiosk(remarks=(f"{path.name}: is not there; every setting is the default",))
    except (OSError, UnicodeDecodeError) as error:
        return Kiosk(
            remarks=(f"{path.name}: cannot be read ({error}); every setting is the default",)
        )
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Kiosk(remarks=(f"{path.name}: {error}; every setting is the default",))
    return settings_of(table, path.name)


def settings_of(table: Mapping[str, Any], file: str) -> Kiosk:
    """Settings from a table; `file` is named in the remarks."""
    kiosk, remarks = Kiosk(), []
    for key, value in table.items():
        if key not in KEYS:
            remarks.append(f"{file}: no setting is called {key[:40]!r}")
            continue
        wrong = _wrong(key, value)
        if wrong:
            default = getattr(kiosk, key)
            remarks.append(f"{file}, {key}: {wrong}, found {str(value)[:60]!r}; {default!r} holds")
        elif key == "languages":
            kiosk = replace(kiosk, languages=tuple(value))
        else:
            kiosk = replace(kiosk, **{key: value})
    if kiosk.language not in kiosk.languages:
        remarks.append(f"{file}, language: {kiosk.language!r} is not offered; {kiosk.languages[0]!r} holds")  # fmt: skip
        kiosk = replace(kiosk, language=kiosk.languages[0])
    return replace(kiosk, remarks=tuple(remarks))


def _wrong(key: str, value: object) -> str | None:
    """What would do instead of a value that will not."""
    if key in LIMITS:
        low, high = LIMITS[key]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return None if number and math.isfinite(value) and low <= value <= high else f"should be {low} to {high}"  # type: ignore[arg-type, operator]  # fmt: skip
    if key == "languages":
        good = isinstance(value, list) and value and all(each in LANGUAGES for each in value)
        return None if good else f"should be a list of {', '.join(LANGUAGES)}"
    if key == "language":
        return None if value in LANGUAGES else f"should be one of {', '.join(LANGUAGES)}"
    if key == "look":
        return None if value in LOOKS else f"should be one of {', '.join(LOOKS)}"
    if key == "sound":
        return None if value is False else "should be false: the story has no sound"
    if key == "code":
        letters, least, most = CODE
        good = isinstance(value, str) and least <= len(value) <= most and set(value) <= set(letters)
        return None if good else f"should be {least} to {most} digits in quotes"
    good = isinstance(value, str) and (not value or value.startswith(("http://", "https://")))
    return None if good and len(str(value)) <= 300 and str(value).isprintable() else "should be an address that begins with https:// or http://"  # fmt: skip


def kiosk_data(story: Story, kiosk: Kiosk, words: Words, version: str) -> dict[str, Any]:
    """What `kiosk.js` is given."""
    shown = {key: getattr(kiosk, key) for key in KEYS}
    return {
        "settings": shown,
        "limits": LIMITS,
        "looks": LOOKS,
        "remarks": kiosk.remarks,
        "tour": [
            {
                "id": event.id,
                "minute": minute_of(event.shown),
                "title": story.text(event, words.language).title,
                "place": event.places[0],
            }
            for event in (story.by_id[id_] for id_ in TOUR if id_ in story.by_id)
        ],
        "words": dict(words.section("kiosk")),
        "about": {
            "version": version,
            "events": len(story.events),
            "places": len(story.places),
            "sources": len(story.chronicle.sources),
        },
    }


def overlay(words: Words, code: Markup) -> Markup:
    """What lies over the page: attract loop, languages, warning, staff view, failure, controls."""
    said = words.section("kiosk")
    button = Markup('<button type="button" data-kiosk="{}" aria-label="{}">{}</button>').format
    pad = Markup("").join(
        button(act, said[act], sign)
        for act, sign in (
            ("in", "+"), ("north", "▲"), ("out", "−"), ("west", "◀"), ("whole", "⤢"), ("east", "▶"), ("south", "▼"),
        )
    )  # fmt: skip
    return Markup(
        '<div class="pad" role="group" aria-label="{pad_name}">{pad}</div>'
        '<div class="tools" role="group" aria-label="{tools_name}">'
        '<button type="button" data-kiosk="up" aria-label="{up}">▲</button>'
        '<button type="button" data-kiosk="down" aria-label="{down}">▼</button>'
        '<button type="button" data-kiosk="text" aria-label="{text}"><span aria-hidden="true">A<b>A</b></span></button>'
        '<button type="button" data-kiosk="again">{again}</button></div>'
        '<div class="attract" hidden><div class="attract-panel"><p class="attract-when"></p>'
        '<p class="attract-other"></p><p class="attract-line"></p><p class="attract-touch">{begin}</p></div></div>'
        '<div class="languages veil" role="dialog" aria-modal="true" aria-label="{choose}" hidden></div>'
        '<div class="warning veil" role="alertdialog" aria-modal="true" aria-labelledby="warning-title" '
        'aria-describedby="warning-text" hidden><div class="box"><h2 id="warning-title">{still}</h2>'
        '<p id="warning-text"></p><button type="button" data-kiosk="keep" class="main">{keep}</button></div></div>'
        '<div class="staff veil" role="dialog" aria-modal="true" aria-label="{staff}" hidden><div class="box"></div></div>'
        '<div class="failure" role="status" hidden><p>{moment}</p></div>'
        '<div class="read-on" hidden>{code}</div>'
    ).format(
        pad=pad, code=code, pad_name=said["map"], tools_name=said["tools"], up=said["up"], down=said["down"],
        text=said["text"], again=said["again"], begin=said["begin"], choose=said["choose"], still=said["still"],
        keep=said["keep"], staff=said["staff"], moment=said["moment"],
    )  # fmt: skip
