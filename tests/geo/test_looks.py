"""Marks and labels stand out from the ground, also for those who see colours otherwise."""

import re
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.looks import DAY, GROUND_COLOURS, LOOKS, MARK_COLOURS, contrast, look_css
from story.telling import ROOT

MARK, LABEL = 3, 4.5
"""Least contrast of a mark that carries a meaning and of words, by WCAG 2.2 (1.4.11 and 1.4.3)."""
TOLD_APART = 12
"""Least distance of two colours in CIELAB that nobody takes for each other side by side."""

colours = st.tuples(*[st.integers(0, 255)] * 3).map(lambda rgb: f"#{bytes(rgb).hex()}")
STYLES = [ROOT / "story/story_map.css", ROOT / "geo/ground.css"]
SCRIPTS = [ROOT / "story/story_map.js", ROOT / "geo/ground.js"]

EYES = {
    "any": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "red-blind": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "green-blind": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}
"""What of linear red, green and blue is seen: Machado, Oliveira, Fernandes 2009, severity 1.0."""


def every(keys):
    """Each key of each look."""
    return [
        pytest.param(look, key, id=f"{name}-{key}") for name, look in LOOKS.items() for key in keys
    ]


def looks():
    return pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS.keys())


def as_seen(colour, eyes):
    """A colour in CIELAB (D65), as these eyes see it."""
    rgb = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    r, g, b = (
        min(1, max(0, sum(part * c for part, c in zip(row, linear, strict=True))))
        for row in EYES[eyes]
    )
    x, y, z = (
        t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116
        for t in (
            (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
            0.2126 * r + 0.7152 * g + 0.0722 * b,
            (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
        )
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def apart(a, b, eyes):
    """How far two colours are from each other in CIELAB."""
    pairs = zip(as_seen(a, eyes), as_seen(b, eyes), strict=True)
    return sum((p - q) ** 2 for p, q in pairs) ** 0.5


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("#000000", "#ffffff", 21),
        ("#777777", "#777777", 1),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
        ("#0000ff", "#ffffff", 8.59),
    ],
)
def test_contrast_agrees_with_published_examples(a, b, expected):
    """WebAIM's contrast checker gives these; the greys are the two sides of 4.5:1."""
    assert contrast(a, b) == pytest.approx(expected, abs=0.005)


@given(colours, colours)
def test_contrast_has_no_order_and_lies_between_1_and_21(a, b):
    assert contrast(a, b) == contrast(b, a)
    assert 1 <= contrast(a, b) <= 21


@looks()
def test_every_look_says_the_same_things_in_whole_colours(look):
    assert look.keys() == DAY.keys()
    for key, colour in look.items():
        assert re.fullmatch(r"#[0-9a-f]{6}", colour), key
    assert {*GROUND_COLOURS, *MARK_COLOURS} <= look.keys()


@pytest.mark.parametrize(("look", "ground"), every(GROUND_COLOURS))
def test_every_mark_stands_out_from_the_ground(look, ground):
    for mark in (*MARK_COLOURS, "event"):
        assert contrast(look[mark], look[ground]) >= MARK, mark


@looks()
def test_every_mark_stands_out_from_its_edge_and_from_the_panels(look):
    """The legend shows them on a panel; within a mark, lines of its edge tell the shapes."""
    for mark in MARK_COLOURS:
        assert contrast(look[mark], look["mark_edge"]) >= MARK, mark
        assert contrast(look[mark], look["panel"]) >= MARK, mark


@pytest.mark.parametrize("eyes", EYES)
@looks()
def test_no_holder_has_the_colour_of_another_whatever_the_eyes(look, eyes):
    holders = [mark for mark in MARK_COLOURS if mark != "unknown"]  # a dot, and nobody's colour
    for a, b in combinations(holders, 2):
        assert apart(look[a], look[b], eyes) >= TOLD_APART, (a, b)


def test_red_and_green_alike_are_found_alike_by_the_eyes_above():
    """The measure can fail: a red and a green that red-blind readers confuse."""
    assert apart("#bf3a2b", "#6b5a10", "any") > 40
    assert apart("#a83c32", "#5d5a30", "red-blind") < TOLD_APART


@pytest.mark.parametrize(("look", "label"), every(["water_label", "land_label"]))
def test_names_on_the_ground_can_be_read(look, label):
    """A name may run over any of the ground's colours: its own, a street's, a park's."""
    for ground in GROUND_COLOURS:
        assert contrast(look[label], look[ground]) >= LABEL, ground
    assert contrast(look[label], look["label_halo"]) >= LABEL


@pytest.mark.parametrize(("look", "ground"), every(GROUND_COLOURS))
def test_names_of_places_can_be_read_on_the_ground(look, ground):
    style = STYLES[0].read_text("utf-8")
    (colour,) = re.findall(r"\.place-label \{[^}]*? color: var\(--map-(\w+)\)", style)

    assert contrast(look[colour], look[ground]) >= LABEL


@pytest.mark.parametrize(("look", "words"), every(["ink", "quiet"]))
def test_words_on_panels_can_be_read(look, words):
    assert contrast(look[words], look["panel"]) >= LABEL


@looks()
def test_the_ground_stays_behind(look):
    """No two of its fills differ as much as a mark from any of them: the eye goes to the marks."""
    for a, b in combinations(GROUND_COLOURS, 2):
        assert contrast(look[a], look[b]) < 2, (a, b)


@looks()
def test_the_bank_can_be_told_from_land_and_water(look):
    """Their fills are near: the line between them is what shows the river."""
    for side in ("land", "quarter", "water"):
        assert contrast(look["bank"], look[side]) > 1.5


def test_by_night_the_map_is_dark_and_by_day_it_is_light():
    for ground in GROUND_COLOURS:
        assert contrast(LOOKS["night"][ground], "#000000") < 3, ground
        assert contrast(LOOKS["day"][ground], "#000000") > 10, ground


def test_a_look_cannot_be_changed_by_whoever_draws_it():
    with pytest.raises(TypeError):
        DAY["land"] = "#000000"


# -- what draws has no colours of its own


def test_a_look_reaches_the_style_sheets_as_properties():
    assert look_css({"land": "#010203", "label_halo": "#040506"}) == (
        ":root{--map-land:#010203;--map-label-halo:#040506;}"
    )


@pytest.mark.parametrize("path", [*STYLES, *SCRIPTS], ids=lambda path: path.name)
def test_every_property_that_is_asked_for_is_in_the_looks(path):
    asked = set(re.findall(r"var\(--map-([a-z-]+)\)", path.read_text("utf-8")))

    assert {key.replace("-", "_") for key in asked} <= DAY.keys()
    if path.name == "ground.js":  # it draws on a canvas, which knows no properties
        asked = set(re.findall(r"\blook\.(\w+)", path.read_text("utf-8")))
        assert {"water", "land", "street"} <= asked <= DAY.keys()
    else:
        assert asked


@pytest.mark.parametrize("path", [*STYLES, *SCRIPTS], ids=lambda path: path.name)
def test_no_colour_is_written_anywhere_else(path):
    """Black cuts the water out of the land and is never seen; shadows are black in any look."""
    text = path.read_text("utf-8").replace('"#000"', "").replace("rgba(0, 0, 0,", "")

    assert re.findall(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(", text) == []
