"""A folium map that needs nobody: one page, everything in it."""

import re

import pytest
from folium import Marker

from geo.offline_map import Inline, OfflineMap

BOUNDS = (30.2, 59.9, 30.4, 60.0)


def rendered(**said):
    return OfflineMap(BOUNDS, **{"title": "Petrograd", **said}).get_root().render()


def test_nothing_is_fetched_from_anywhere():
    """Addresses in Leaflet's own words (its home page, the name of SVG) are never asked."""
    html = rendered()

    assert not re.findall(r"<(?:link|img|iframe)\b", html)
    assert not re.findall(r"<script[^>]*\ssrc", html)
    assert "@import" not in html
    assert "sourceMappingURL" not in html
    assert set(re.findall(r"url\(([^)]*)\)", html)) <= {"#default#VML"}


def test_leaflet_is_in_the_page_once_with_its_style():
    html = rendered()

    assert html.count("Leaflet 1.9.3") == 1
    assert ".leaflet-pane" in html
    assert html.index(".leaflet-pane") < html.index("L.map(")


def test_the_page_has_its_title_and_language():
    html = rendered(title="Peter & Paul", lang="fr")

    assert html.startswith('<!DOCTYPE html>\n<html lang="fr">')
    assert "<title>Peter &amp; Paul</title>" in html


@pytest.mark.parametrize(
    "text", ["{{191*193}}", "{% raw %}", "</title><script>ran=1</script>", '" onload="ran=1']
)
def test_title_and_language_are_text_and_nothing_else(text):
    html = rendered(title=text, lang=text)

    assert "36863" not in html
    assert "<script>ran" not in html
    assert 'onload="ran' not in html


def test_the_same_map_is_the_same_bytes():
    """folium numbers its elements at random; ours has a name."""
    assert rendered() == rendered()
    assert "map_petrograd" in rendered()


def test_it_opens_on_the_middle_of_its_bounds_without_tiles():
    html = rendered()

    lat, lon = re.search(r"center: \[([\d.]+), ([\d.]+)\]", html).groups()
    assert (float(lat), float(lon)) == pytest.approx((59.95, 30.3))
    assert "tileLayer(" not in html.split("L.map(")[1]


def test_a_style_or_script_of_one_name_is_put_in_once():
    the_map = OfflineMap(BOUNDS, title="Petrograd")
    for text in ("var first = 1;", "var second = 2;"):
        the_map.inline("script", text, "ours")
    the_map.inline("style", ".ours { color: red; }", "ours_css")

    html = the_map.get_root().render()

    assert "var first = 1;" in html
    assert "var second" not in html
    assert "<style>.ours { color: red; }</style>" in html


def test_what_is_put_in_stands_as_it_is():
    """Leaflet's own code is full of braces."""
    the_map = OfflineMap(BOUNDS, title="Petrograd")
    the_map.inline("script", "var a = '{{191*193}} {# x #} {% y %}';", "ours")

    assert "var a = '{{191*193}} {# x #} {% y %}';" in the_map.get_root().render()


@pytest.mark.parametrize("text", ["a = '</script>'", "a = '</SCRIPT >'"])
def test_a_script_that_would_end_itself_is_refused(text):
    with pytest.raises(ValueError, match="close its <script> early"):
        Inline("script", text)


def test_folium_can_still_add_to_it():
    the_map = OfflineMap(BOUNDS, title="Petrograd")
    Marker((59.95, 30.3)).add_to(the_map)

    assert "L.marker(" in the_map.get_root().render().split("L.map(")[1]
