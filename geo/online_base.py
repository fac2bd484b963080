"""An online map under the ground, for comparison only: nothing is asked of any host without it.

A name is one of xyzservices, as in "OpenStreetMap.Mapnik". What `OfflineMap` promises does not hold
for a map with such a base, so nothing puts one there unless it is asked for by name.
"""

import warnings
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from pathlib import Path

import xyzservices.providers
from branca.element import MacroElement
from folium.template import Template

from geo.ground import js_string
from geo.offline_map import OfflineMap

SCRIPT = Path(__file__).with_suffix(".js")


@dataclass(frozen=True, slots=True)
class Provider:
    """Where the tiles of an online map come from."""

    name: str
    url: str
    """With {s}, {z}, {x} and {y}, as Leaflet fills them."""
    subdomains: str
    """A letter each."""
    max_zoom: int
    attribution: str
    """Plain text, as the provider wants it shown."""


def provider_of(name: str) -> Provider:
    """Return the provider of that name; case, spaces and dots do not matter.

    Raises `ValueError`, naming what is near, if there is none or if it wants a key.
    """
    try:
        found = xyzservices.providers.query_name(name)
    except ValueError as error:
        every = {known.lower(): known for known in xyzservices.providers.flatten()}
        near = get_close_matches(name.lower(), every, n=3, cutoff=0.5)
        meant = ", ".join(every[known] for known in near) or "OpenStreetMap.Mapnik, for example"
        raise ValueError(f"{name!r} is no online map that is known here; try {meant}") from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # CARTO's advice to bring a key; it works without
        try:
            url = found.build_url(fill_subdomain=False)
        except ValueError as error:
            raise ValueError(
                f"{name!r} wants a key of its own; try OpenStreetMap.Mapnik, which wants none"
            ) from error
    return Provider(
        name=found.name,
        url=url,
        subdomains=str(found.get("subdomains", "abc")),
        max_zoom=int(found.get("max_zoom", 18)),
        attribution=found.attribution,
    )


class OnlineBase(MacroElement):
    """The tiles of a provider below everything else, and what it wants to be said of them."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        onlineBase.add({{ this._parent.get_name() }}, JSON.parse({{ this.payload }}));
        {% endmacro %}
        """
    )

    def __init__(self, provider: Provider) -> None:
        super().__init__()
        self._name = "online_base"
        self._id = "layer"
        self.payload = js_string(asdict(provider))

    def put_on(self, parent: OfflineMap) -> None:
        """Add to a map, with its script."""
        parent.inline("script", SCRIPT.read_text("utf-8"), "online_base_js")
        self.add_to(parent)
