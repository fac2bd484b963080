"""Colours and strokes of the ground: one small table a look.

Land, water and streets recede so that the marks of the story stand out: every mark colour has at
least 3:1 against every ground colour, every label 4.5:1 (`tests/geo/test_looks.py`).
"""

from collections.abc import Mapping
from types import MappingProxyType

DAY: Mapping[str, str] = MappingProxyType(
    {
        "land": "#f3eee2",
        "quarter": "#eae3d3",
        "water": "#c8d8dd",
        "bank": "#8fa9b3",
        "park": "#dfe4cc",
        "street": "#ffffff",
        "street_edge": "#d5cbb6",
        "railway": "#a89c88",
        "water_label": "#33535f",
        "land_label": "#5c5343",
        "halo": "#f8f5ec",
    }
)
GROUND_COLOURS = ("land", "quarter", "water", "park", "street")
"""The keys of a look that marks and labels may lie on."""


def contrast(a: str, b: str) -> float:
    """Contrast of two colours "#rrggbb" by WCAG 2.2: from 1 (none) to 21 (black on white)."""
    low, high = sorted((_luminance(a), _luminance(b)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
