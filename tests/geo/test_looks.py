"""Marks and labels stand out from the ground, also for those who see colours otherwise."""

import re
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.looks import DAY, GROUND_COLOURS, contrast
from story.telling import ROOT

LOOKS = {"day": DAY}
MARK, LABEL = 3, 4.5
"""Least contrast of a mark that carries a meaning and of words, by WCAG 2.2 (1.4.11 and 1.4.3)."""

colours = st.tuples(*[st.integers(0, 255)] * 3).map(lambda rgb: f"#{bytes(rgb).hex()}")


def mark_colours():
    """The colours of the marks by holder, as the map's script has them."""
    script = (ROOT / "story/story_map.js").read_text("utf-8")
    table = re.search(r"const COLOUR = \{([^}]+)\}", script)[1]
    return dict(re.findall(r'(\w+): "(#[0-9a-f]{6})"', table))


def every(keys):
    """Each key of each look."""
    return [
        pytest.param(look, key, id=f"{name}-{key}") for name, look in LOOKS.items() for key in keys
    ]


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


def test_the_script_has_a_colour_for_every_holder():
    assert {"government", "mrc", "neutral", "contested", "opposition"} <= mark_colours().keys()


@pytest.mark.parametrize(("look", "ground"), every(GROUND_COLOURS))
def test_every_mark_stands_out_from_the_ground(look, ground):
    for holder, colour in mark_colours().items():
        assert contrast(colour, look[ground]) >= MARK, holder


@pytest.mark.parametrize(("look", "label"), every(["water_label", "land_label"]))
def test_names_on_the_ground_can_be_read(look, label):
    """A name may run over any of the ground's colours: its own, a street's, a park's."""
    for ground in GROUND_COLOURS:
        assert contrast(look[label], look[ground]) >= LABEL, ground
    assert contrast(look[label], look["halo"]) >= LABEL


@pytest.mark.parametrize(("look", "ground"), every(GROUND_COLOURS))
def test_names_of_places_can_be_read_on_the_ground(look, ground):
    style = (ROOT / "story/story_map.css").read_text("utf-8")
    colour = re.search(r"\.place-label \{[^}]*? color: (#[0-9a-f]{6})", style)[1]

    assert contrast(colour, look[ground]) >= LABEL


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS.keys())
def test_the_ground_stays_behind(look):
    """No two of its fills differ as much as a mark from any of them: the eye goes to the marks."""
    for a, b in combinations(GROUND_COLOURS, 2):
        assert contrast(look[a], look[b]) < 2, (a, b)


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS.keys())
def test_the_bank_can_be_told_from_land_and_water(look):
    """Their fills are near: the line between them is what shows the river."""
    for side in ("land", "water"):
        assert contrast(look["bank"], look[side]) > 1.5


def test_a_look_cannot_be_changed_by_whoever_draws_it():
    with pytest.raises(TypeError):
        DAY["land"] = "#000000"
