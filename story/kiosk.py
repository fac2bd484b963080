"""The exported page as a museum's kiosk: settings, the tour of the attract loop, what lies over it.

`kiosk_start.js` takes the settings, heals and puts the chosen language in place, `kiosk.js` runs
it. A bad setting never stops the story: its default holds, and the staff view and the command line
say what was found.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from markupsafe import Markup

from events.clock import minute_of
from geo.looks import LOOKS, look_css
from story.picture import still_picture
from story.telling import Story
from story.words import LANGUAGES, Words, words_of

TOUR = (
    "1021-garrison-conference", "1023-cirque-vote", "1024-trud-raid", "1024-bridges-order",
    "1024-telegraph", "telephone-exchange-taken", "proclamation-citizens-of-russia",
    "kerensky-leaves", "ring-closed", "aurora-blank-shot", "palace-entry", "decree-on-peace",
)  # fmt: skip
"""The moments of the attract loop, in order."""

LIMITS: Mapping[str, tuple[float, float]] = {
    "idle": (15, 600),
    "warning": (20, 60),
    "pace": (1, 3),
    "inches": (10, 120),
    "distance": (30, 400),
}
"""The least and the largest of every number of the settings; WCAG 2.2 asks for 20 seconds in which
to answer a warning."""
CODE = ("0123456789", 4, 8)
"""Letters, least and largest length of the code of the staff view."""


@dataclass(frozen=True, slots=True)
class Kiosk:
    """The settings of a kiosk, as `kiosk.toml` and the address name them."""

    idle: float = 60
    """Seconds without a touch until the warning."""
    warning: float = 20
    """Seconds of the warning until everything starts again."""
    languages: tuple[str, ...] = LANGUAGES
    """Languages offered, in order: with more than one, visitors choose before anything else."""
    language: str = "en"
    """The language of the attract loop, and of the story where nobody chooses."""
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
    faults: int = 0
    """What a check of the data found when the file was made."""


KEYS = tuple(each.name for each in fields(Kiosk) if each.name not in ("remarks", "faults"))


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


def find_settings(asked: str | None, folder: Path) -> Kiosk:
    """The settings of the file that was asked for, or of the `kiosk.toml` of a folder, if any."""
    path = Path(asked) if asked else folder / "kiosk.toml"
    return read_settings(path) if asked or path.exists() else Kiosk()


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
        good = number and low <= value <= high  # type: ignore[operator]  # no number is not compared
        return None if good else f"should be {low} to {high}"
    if key == "languages":
        good = (
            isinstance(value, list)
            and bool(value)
            and all(each in LANGUAGES for each in value)
            and len(set(value)) == len(value)
        )
        return None if good else f"should be a list of {', '.join(LANGUAGES)}, each once"
    if key == "language":
        return None if value in LANGUAGES else f"should be one of {', '.join(LANGUAGES)}"
    if key == "look":
        return None if value in list(LOOKS) else f"should be one of {', '.join(LOOKS)}"
    if key == "sound":
        return None if value is False else "should be false: the story has no sound"
    if key == "code":
        letters, least, most = CODE
        good = isinstance(value, str) and least <= len(value) <= most and set(value) <= set(letters)
        return None if good else f"should be {least} to {most} digits in quotes"
    good = isinstance(value, str) and (not value or value.startswith(("http://", "https://")))
    return None if good and len(str(value)) <= 300 and str(value).isprintable() else "should be an address that begins with https:// or http://"  # fmt: skip


def kiosk_data(story: Story, kiosk: Kiosk, words: Words, version: str) -> dict[str, Any]:
    """What `kiosk_start.js` and `kiosk.js` are given."""
    return {
        "settings": {key: getattr(kiosk, key) for key in KEYS},
        "limits": LIMITS,
        "looks": {name: dict(look) for name, look in LOOKS.items()},
        "remarks": kiosk.remarks,
        "tour": [
            {
                "id": event.id,
                "minute": minute_of(event.shown),
                "title": story.text(event).title,
                "place": next((each for each in event.places if each != "petrograd"), None),
            }
            for event in (story.by_id[id_] for id_ in TOUR if id_ in story.by_id)
        ],
        "words": dict(words.section("kiosk")),
        "about": {
            "version": version,
            "events": str(len(story.events)),
            "places": str(len(story.places)),
            "sources": str(len(story.chronicle.sources)),
            "faults": str(kiosk.faults),
        },
    }


def looks_css() -> str:
    """The colours of the map in every look, for the page to choose from by `data-look`."""
    return "".join(
        look_css(look).replace(":root", f'html[data-look="{name}"]', 1)
        for name, look in LOOKS.items()
    )


_BUTTON = Markup('<button type="button" data-kiosk="{}" aria-label="{}">{}</button>').format
_SIGN = Markup(
    '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>'
).format
SIGNS = {
    "in": "M10.5 4h3v6.5H20v3h-6.5V20h-3v-6.5H4v-3h6.5z",
    "out": "M4 10.5h16v3H4z",
    "north": "M12 5 21 18H3z",
    "south": "M12 19 3 6h18z",
    "west": "M5 12 18 3v18z",
    "east": "M19 12 6 21V3z",
    "whole": "M4 4h6v3H9L12 10 15 7h-1V4h6v6h-3V9l-3 3 3 3v-1h3v6h-6v-3h1l-3-3-3 3h1v3H4v-6h3v1l3-3-3-3v1H4z",
    "languages": "M12 3a9 9 0 1 0 .01 0zM3.6 9h16.8M3.6 15h16.8M12 3c-5 5-5 13 0 18M12 3c5 5 5 13 0 18",
    "up": "M12 6 21 17H3z",
    "down": "M12 18 3 7h18z",
}  # fmt: skip
"""Shapes of the kiosk's buttons, in a box of 24 by 24."""


def pad(words: Words) -> Markup:
    """Buttons that move the map: what elsewhere takes a pinch or a drag."""
    said = words.section("kiosk")
    acts = ("in", "out", "whole", "north", "west", "east", "south")
    return Markup('<div class="pad over-map" role="group" aria-label="{}">{}</div>').format(
        said["map"], Markup("").join(_BUTTON(act, said[act], _SIGN(SIGNS[act])) for act in acts)
    )


def tools(kiosk: Kiosk, words: Words) -> Markup:
    """Buttons for reading: scrolling, the size of the text, the language, all from the start."""
    said = words.section("kiosk")
    size = Markup('<span aria-hidden="true">A<b>A</b></span>')
    language = _BUTTON("languages", said["language"], _SIGN(SIGNS["languages"]))
    return Markup(
        '<div class="tools" role="group" aria-label="{}">{}{}{}{}'
        '<button type="button" data-kiosk="again">{}</button></div>'
    ).format(
        said["tools"],
        _BUTTON("up", said["up"], _SIGN(SIGNS["up"])),
        _BUTTON("down", said["down"], _SIGN(SIGNS["down"])),
        _BUTTON("text", said["text"], size),
        language if len(kiosk.languages) > 1 else "",
        said["again"],
    )


def _in_each(kiosk: Kiosk, own: Words, key: str, element: str) -> Markup:
    """Words of the kiosk in each language offered, that of the page first; an element each."""
    line = Markup('<{0} data-says="{1}"{2}>{3}</{0}>')
    return Markup("").join(
        line.format(
            element,
            language,
            Markup("") if language == own.language else Markup(' lang="{}"').format(language),
            words_of(language)("kiosk", key),
        )
        for language in (own.language, *(each for each in kiosk.languages if each != own.language))
    )


def overlay(story: Story, kiosk: Kiosk, words: Words) -> Markup:
    """What lies over the page: attract loop, languages, warning, staff view, and our own picture of
    a failure.

    The picture shows until `kiosk.js` runs, and whenever it cannot.
    """
    said = words.section("kiosk")
    choice = Markup("").join(
        Markup(
            '<button type="button" class="main" data-kiosk="language" data-language="{0}" '
            'lang="{0}">{1}</button>'
        ).format(each, words_of(each)("kiosk", "name"))
        for each in kiosk.languages
    )
    return Markup(
        '<section class="attract" aria-label="{tour}" hidden><div class="attract-panel">'
        '<p class="attract-when"></p><p class="attract-other"></p><h1 class="attract-line"></h1>'
        '<p class="attract-touch">{begin}</p></div></section>'
        '<div class="languages veil" role="dialog" aria-modal="true" aria-labelledby="languages-title" '
        'hidden><div class="box"><h2 id="languages-title">{language}</h2>{choice}</div></div>'
        '<div class="warning veil" role="alertdialog" aria-modal="true" aria-labelledby="warning-title" '
        'aria-describedby="warning-text" hidden><div class="box"><h2 id="warning-title">{still}</h2>'
        '<p id="warning-text"></p><button type="button" data-kiosk="keep" class="main">{keep}</button></div></div>'
        '<div class="staff veil" role="dialog" aria-modal="true" aria-label="{staff}" hidden>'
        '<div class="box"></div></div>'
        '<main class="failure" aria-label="{title}">{picture}<h1>{moment}</h1></main>'
    ).format(
        tour=words("page", "title"), begin=_in_each(kiosk, words, "begin", "span"), still=said["still"], keep=said["keep"],
        staff=said["staff"], title=words("page", "title"), moment=_in_each(kiosk, words, "moment", "span"),
        language=_in_each(kiosk, words, "language", "span"), choice=choice,
        picture=still_picture(story.ground),
    )  # fmt: skip
