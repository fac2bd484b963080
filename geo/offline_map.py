"""A folium map that asks no other host for anything: Leaflet and all else is in the page."""

from pathlib import Path

from branca.element import Element, Figure
from folium import Map
from folium.template import Template
from xstatic.pkg import leaflet

LEAFLET = Path(leaflet.BASE_DIR)
MIN_ZOOM, MAX_ZOOM = 5, 17
"""From the Gulf of Finland to a single house, in Leaflet's zoom levels."""


class Inline(Element):
    """Text that goes into the page's head as it stands.

    folium parses what a macro returns as a template once more; this text is only ever a value.
    """

    _template = Template("<{{ this.tag }}>{{ this.text }}</{{ this.tag }}>")

    def __init__(self, tag: str, text: str) -> None:
        super().__init__()
        if f"</{tag}" in text.lower():
            raise ValueError(f"text would close its <{tag}> early")
        self.tag = tag
        self.text = text


class Page(Figure):
    """The page round a map, with a language and a title."""

    _template = Template(
        '<!DOCTYPE html>\n<html lang="{{ this.lang|e }}">\n<head>\n<title>{{ this.title|e }}</title>\n'
        "{{ this.header.render(**kwargs) }}\n</head>\n<body>\n{{ this.html.render(**kwargs) }}\n"
        "<script>\n{{ this.script.render(**kwargs) }}\n</script>\n</body>\n</html>\n"
    )

    def __init__(self, title: str, lang: str) -> None:
        super().__init__(title=title)
        self.lang = lang


class OfflineMap(Map):
    """`folium.Map` without tiles and without a link to any host.

    `bounds` is (min_lon, min_lat, max_lon, max_lat) in degrees: what the first view shows.
    """

    default_js: list[tuple[str, str]] = []  # noqa: RUF012  # folium reads them from the class
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    def __init__(
        self, bounds: tuple[float, float, float, float], *, title: str, lang: str = "en"
    ) -> None:
        min_lon, min_lat, max_lon, max_lat = bounds
        super().__init__(
            location=((min_lat + max_lat) / 2, (min_lon + max_lon) / 2),
            zoom_start=13,
            tiles=None,
            zoom_control="topright",
            zoom_snap=0.25,
            zoom_delta=0.5,
            wheel_px_per_zoom_level=120,
            font_size="13px",
            attribution_control=False,
        )
        # folium would give these to a tile layer only; without them one can zoom into nothing
        self.options.update({"minZoom": MIN_ZOOM, "maxZoom": MAX_ZOOM})
        self._id = "petrograd"  # not folium's random one: the same story gives the same bytes
        page = Page(title, lang)
        page._id = "page"
        page.add_child(self)
        page.header.add_child(Inline("style", _leaflet_css()), name="leaflet_css")
        page.header.add_child(
            Inline("script", (LEAFLET / "leaflet.js").read_text("utf-8").partition("//# ")[0]),
            name="leaflet_js",
        )

    def inlined(self, tag: str) -> dict[str, str]:
        """The styles or the scripts of the page's head, by name, in order."""
        header = self.get_root().header  # type: ignore[attr-defined]  # the root is our Page
        return {
            name: child.text
            for name, child in header._children.items()
            if isinstance(child, Inline) and child.tag == tag
        }

    def inline(self, tag: str, text: str, name: str) -> None:
        """Put a style or a script in the head, once for each `name`."""
        header = self.get_root().header  # type: ignore[attr-defined]  # the root is our Page
        if name not in header._children:
            header.add_child(Inline(tag, text), name=name)


def _leaflet_css() -> str:
    """Leaflet's style, without its pictures: no stock marker or layer switch is used."""
    style = (LEAFLET / "leaflet.css").read_text("utf-8")
    for picture in ("layers.png", "layers-2x.png", "marker-icon.png"):
        style = style.replace(f"url(images/{picture})", "none")
    return style
