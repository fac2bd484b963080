"""The story as a folium map: the ground, the marks, and the script that moves them.

`story_map(...)` is what the page shows and what `save` writes: one file, no outside request.
In the browser `storyMap.setTime(minute)` moves it.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from branca.element import MacroElement
from folium.template import Template

from events.clock import LAST_MINUTE
from events.model import Event
from geo.ground import GroundLayer, js_string
from geo.looks import LOOKS
from geo.offline_map import OfflineMap
from geo.online_base import OnlineBase, provider_of
from story.payload import map_payload
from story.telling import Story
from story.words import Words, words_of

HERE = Path(__file__).parent
VIEW = (30.243, 59.911, 30.412, 59.968)
"""The first view, (min_lon, min_lat, max_lon, max_lat): from the Aurora's berth to Smolny."""
NARROW_VIEW = (30.268, 59.919, 30.404, 59.962)
"""The same for a phone held upright."""
SHORT_VIEW = (30.272, 59.9245, 30.402, 59.9575)
"""The same for a map wider than high, as in a course page."""


class StoryLayer(MacroElement):
    """Draws a story on an `OfflineMap`; `minute` counts from the start of the story."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        storyMap.begin({{ this._parent.get_name() }}, JSON.parse({{ this.payload }}), {{ this.minute }});
        {% endmacro %}
        """
    )

    def __init__(self, payload: dict[str, Any], minute: int) -> None:
        super().__init__()
        self._name = "story"
        self._id = "layer"
        self.payload = js_string(
            {**payload, "view": VIEW, "narrowView": NARROW_VIEW, "shortView": SHORT_VIEW}
        )
        self.minute = int(minute)

    def put_on(self, parent: OfflineMap) -> None:
        """Add to a map, with the script and style that draw it."""
        parent.inline("style", (HERE / "story_map.css").read_text("utf-8"), "story_map_css")
        parent.inline("script", (HERE / "story_map.js").read_text("utf-8"), "story_map_js")
        self.add_to(parent)


def scale_words(words: Words) -> dict[str, str]:
    """The words of the scale bar."""
    return {
        "versts": words("map", "versts"),
        "kilometres": words("map", "kilometres"),
        "north": words("map", "north"),
    }


def story_map(
    story: Story,
    minute: int = 0,
    *,
    told: Iterable[Event] | None = None,
    clock: tuple[int, int] = (0, LAST_MINUTE),
    alone: bool = False,
    look: str = "day",
    online_base: str | None = None,
) -> OfflineMap:
    """Return the map of a story in its language, showing `minute` at first.

    `told` are the events that are told, all if `None`; `clock` the first and the last minute.
    A map that is `alone` shares its page with its clock and has no parent window to answer to.
    `look` is one of `geo.looks.LOOKS`: "day", or "night" for a dim room. `online_base` names an
    online map to compare with, see `geo.online_base`: with it, and only then, the map asks a host.
    """
    if look not in LOOKS:
        raise ValueError(f"look {look!r} is none of {', '.join(LOOKS)}")
    words = words_of(story.language)
    the_map = OfflineMap(VIEW, title=words("page", "title"), lang=story.language)
    if online_base is not None:
        OnlineBase(provider_of(online_base)).put_on(the_map)
    bare = online_base is not None
    GroundLayer(story.ground, LOOKS[look], story.language, scale_words(words), bare=bare).put_on(
        the_map
    )
    payload = map_payload(story, words, told, clock)
    StoryLayer({**payload, "alone": True} if alone else payload, minute).put_on(the_map)
    return the_map
