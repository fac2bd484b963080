"""Colours of the map: one small table a look, for the ground and for the marks that stand on it.

Land, water and streets recede so that the marks of the story stand out: every mark colour has at
least 3:1 against every ground colour, every label 4.5:1, and no two marks look alike to readers
who see red and green otherwise (`tests/geo/test_looks.py`).
"""

from collections.abc import Mapping
from types import MappingProxyType

Look = Mapping[str, str]
"""A colour "#rrggbb" for each of the keys that `DAY` has."""

DAY: Look = MappingProxyType(
    {
        # the ground
        "land": "#f4efe3",
        "margin": "#f8f5ee",
        "quarter": "#e9e1d0",
        "park": "#dae2c6",
        "park_mark": "#b3c29a",
        "cemetery": "#e0e2d3",
        "cemetery_mark": "#9aa48c",
        "water": "#c6d6dc",
        "lining": "#9db6c1",
        "bank": "#6f8d9a",
        "street": "#fdfbf5",
        "street_edge": "#c3b69d",
        "bridge_edge": "#847862",
        "railway": "#5e564a",
        "railway_gap": "#f8f4ea",
        "building": "#cbbda3",
        "building_edge": "#8f8169",
        "frame": "#8a7f6b",
        "land_label": "#4c4436",
        "water_label": "#2c4c59",
        "label_halo": "#f6f2e8",
        # the marks of the story, by who holds
        "government": "#17406d",
        "mrc": "#ba2a1c",
        "neutral": "#57524a",
        "contested": "#7d1fa8",
        "opposition": "#3e3716",
        "unknown": "#57524a",
        "mark_edge": "#ffffff",
        "event": "#905500",
        "glow": "#f0b23c",
        # words, and what they stand on
        "ink": "#2a261f",
        "quiet": "#5a554c",
        "panel": "#fffdf7",
        "focus": "#0b57d0",
    }
)
NIGHT: Look = MappingProxyType(
    {
        "land": "#2b2823",
        "margin": "#23211d",
        "quarter": "#332f28",
        "park": "#2c3327",
        "park_mark": "#46513c",
        "cemetery": "#30332c",
        "cemetery_mark": "#59604f",
        "water": "#16242d",
        "lining": "#2c4350",
        "bank": "#52707f",
        "street": "#433d34",
        "street_edge": "#1f1c18",
        "bridge_edge": "#a0937c",
        "railway": "#94897a",
        "railway_gap": "#201d19",
        "building": "#5a4e3c",
        "building_edge": "#8c7c61",
        "frame": "#6f6656",
        "land_label": "#d9cfbb",
        "water_label": "#b0cddb",
        "label_halo": "#1d1b18",
        "government": "#8fbef2",
        "mrc": "#ff8a70",
        "neutral": "#d8d1c2",
        "contested": "#dd8cc0",
        "opposition": "#f3dc84",
        "unknown": "#d8d1c2",
        "mark_edge": "#12161a",
        "event": "#ffc24d",
        "glow": "#ffc24d",
        "ink": "#f0e9da",
        "quiet": "#bdb4a2",
        "panel": "#211f1b",
        "focus": "#8ab8ff",
    }
)
LOOKS: Mapping[str, Look] = MappingProxyType({"day": DAY, "night": NIGHT})

GROUND_COLOURS = (
    "land", "margin", "quarter", "park", "cemetery", "water", "street", "building",
)  # fmt: skip
"""The keys of a look that marks and labels may lie on."""
MARK_COLOURS = ("government", "mrc", "neutral", "contested", "opposition", "unknown")
"""The keys of a look that tell who holds what."""


def look_css(look: Look) -> str:
    """The look for style sheets and pictures: `label_halo` is `var(--map-label-halo)`."""
    said = "".join(f"--map-{key.replace('_', '-')}:{colour};" for key, colour in look.items())
    return f":root{{{said}}}"


def contrast(a: str, b: str) -> float:
    """Contrast of two colours "#rrggbb" by WCAG 2.2: from 1 (none) to 21 (black on white)."""
    low, high = sorted((_luminance(a), _luminance(b)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
