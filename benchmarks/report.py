"""The table of figures, and what it was measured on."""

import math
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

import psutil

PACKAGES = ("streamlit", "folium", "streamlit-folium", "websockets")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    name: str
    ours: float | str
    unit: str = ""
    plain: float | None = None
    wanted: str = ""
    met: bool | None = None
    """`None` where nothing was promised."""

    @property
    def ratio(self) -> float | None:
        """How many times less than the plain way."""
        if self.plain is None or isinstance(self.ours, str) or not self.ours:
            return None
        return self.plain / self.ours

    def cells(self) -> tuple[str, ...]:
        """The line in words."""
        ratio = self.ratio
        return (
            self.name,
            _number(self.ours, self.unit),
            "–" if self.plain is None else _number(self.plain, self.unit),
            "–" if ratio is None else f"{ratio:.1f}",
            self.wanted or "–",
            {True: "yes", False: "NO", None: "–"}[self.met],
        )


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def median(values: Sequence[float]) -> float:
    """The value in the middle."""
    return statistics.median(values)


def table(figures: Sequence[Figure]) -> str:
    """The figures as a table in Markdown that also reads as it stands."""
    rows = [("figure", "ours", "plain way", "ratio", "wanted", "met")]
    rows += [figure.cells() for figure in figures]
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "| " + " | ".join("-" * w for w in widths) + " |")
    return "\n".join(lines)


def machine(browser: str) -> str:
    """What it ran on, without the name of any host."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GB, "
        f"{platform.system()} {platform.machine()}; Python {platform.python_version()}, "
        f"{versions}, Chromium {browser}"
    )


def _number(value: float | str, unit: str) -> str:
    if isinstance(value, str):
        return value
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f} {unit}".strip()
