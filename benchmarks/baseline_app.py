"""The way not taken, kept to be measured against: a new folium map at every move of the slider.

This is what one writes first, and it is written with care: the data is read once, the ground is
the same, nothing is asked of another host, and the map reports nothing back (`returned_objects`),
which would cost it a second run a step. It has no card, no search, no downloads, no address.

Run it with `python -m streamlit run benchmarks/baseline_app.py`. `LEAFLET_AT` names a folder of the
web that has Leaflet's files, where the hosts that folium names are out of reach.
"""

import os
from datetime import timedelta

import folium
import streamlit as st
from shapely.geometry import mapping
from streamlit_folium import st_folium

from events.clock import STORY_END, STORY_START, minute_of
from events.state import City
from geo.looks import DAY
from story.story_map import VIEW
from story.telling import Story, read_story

HOLDER = {
    "government": "#17406d",
    "mrc": "#b0261d",
    "neutral": "#5a554c",
    "contested": "#5b2a63",
    "opposition": "#7a5200",
    "unknown": "#5a554c",
}
GROUND = {
    "water": {"fillColor": DAY["water"], "color": DAY["bank"], "weight": 1, "fillOpacity": 1},
    "islands": {"fillColor": DAY["land"], "color": DAY["bank"], "weight": 1, "fillOpacity": 1},
    "quarters": {"fillColor": DAY["quarter"], "stroke": False, "fillOpacity": 1},
    "parks": {"fillColor": DAY["park"], "stroke": False, "fillOpacity": 1},
    "canals": {"color": DAY["water"], "weight": 2},
    "streets": {"color": DAY["street"], "weight": 2},
    "railways": {"color": DAY["railway"], "weight": 1.5, "dashArray": "7 3"},
}


@st.cache_resource(show_spinner=False)
def load() -> tuple[Story, dict[str, dict]]:
    """The story and its ground as GeoJSON, read once a process."""
    story = read_story()
    ground = {
        layer: {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": {}, "geometry": mapping(feature.geometry)}
                for feature in features
            ],
        }
        for layer, features in story.ground.items()
    }
    return story, ground


def plain_map(story: Story, ground: dict[str, dict], city: City) -> folium.Map:
    """A map of one minute."""
    drawn = folium.Map(
        location=((VIEW[1] + VIEW[3]) / 2, (VIEW[0] + VIEW[2]) / 2),
        zoom_start=13,
        tiles=None,
        attribution_control=False,
    )
    if leaflet := os.environ.get("LEAFLET_AT"):
        drawn.default_js = [("leaflet", f"{leaflet}/leaflet.js")]
        drawn.default_css = [("leaflet_css", f"{leaflet}/leaflet.css")]
    for layer, look in GROUND.items():
        folium.GeoJson(ground[layer], style_function=lambda _, look=look: look).add_to(drawn)
    for place in story.places.values():
        holding = city.holdings.get(place.id)
        colour = HOLDER[holding.holder if holding else "unknown"]
        lon, lat = place.lon_lat
        if place.is_bridge:
            raised = city.spans.get(place.id) == "raised"
            folium.PolyLine(
                [(y, x) for x, y in place.geometry.coords],
                color=colour,
                weight=5,
                dash_array="6 8" if raised else None,
            ).add_to(drawn)
        folium.CircleMarker(
            (lat, lon),
            radius=8 if holding else 4,
            color="#fff",
            weight=2,
            fill_color=colour,
            fill_opacity=1,
            tooltip=place.name("en"),
        ).add_to(drawn)
    for unit, where in city.units.items():
        lon, lat = story.position(where)
        actor = story.actors[unit]
        folium.Marker(
            (lat, lon),
            icon=folium.DivIcon(
                html=f'<div style="background: {HOLDER[actor.side]}; width: 12px; height: 12px"></div>'
            ),
            tooltip=actor.name,
        ).add_to(drawn)
    clock = f'<b data-minute="{minute_of(city.t)}">{city.t:%H:%M}</b>'
    folium.Marker((VIEW[3], VIEW[0]), icon=folium.DivIcon(html=clock)).add_to(drawn)
    return drawn


st.set_page_config(page_title="The plain way", layout="wide")
story, ground = load()
t = st.slider("Minute", STORY_START, STORY_END, step=timedelta(minutes=5), format="D MMM HH:mm")
city = story.at(t)
st.write(story.text(city.last).title if city.last else "")
st_folium(
    plain_map(story, ground, city),
    key="map",
    height=620,
    use_container_width=True,
    returned_objects=[],
)
