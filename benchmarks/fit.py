"""Measure the drawn ground against the reference it was drawn from: `make map-report`.

Prints one table in Markdown; `--write` also puts it into the README of the ground. Exit code 0 when
every bound is held, 1 when one is missed, 2 when there is no reference to measure against.

How things are measured, so that nobody mistakes the ruler for the thing:

- *Middle lines.* The edges of municipal districts run along the middle of most waters, and along
  other things too. A sample point is set on them every 25 m. It counts for the water whose drawn
  middle line is nearest, if that lies within 120 m (in an arm of the river within half its width,
  if that is more) and the two run within 30 degrees of each other, and if at least 150 m of edge do
  so in a row. The corridor is wide on purpose: one that only took near edges would hide the misfits.
  It therefore also catches edges along parallel streets, which count against us, except where a
  nearer edge runs beside the same 25 m of the water, or where a street or a bridge (no embankment)
  is drawn within 20 m of the edge and nearer to it than the water: that edge follows the street.
  Beyond the ends of a line, where an edge goes on into the next water, nothing is measured.
- A canal is measured from its line. An arm of the river is measured from its water polygon: the
  middle between the banks, straight across the stream at the sample point. Where an arm opens into
  another, more than twice its own width, it has no middle.
- *Bank of Vasilievsky Island*: every 10 m of the drawn bank against the nearest water's edge; one
  way only, so that an inlet that is not drawn does not show.
- *Bridges*: metres of the drawn line over water against the lengths in the reference README.
- *Named points and piers*: those east of 30.25 E; west of it is land that was sea in 1917. A point is
  in water if it is so by more than 10 m, which is what the points themselves are good for. Piers on ponds
  (`PONDS`, each with its pond) are left out.
"""

import csv
import json
import math
import re
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import click
from shapely import line_merge, union_all
from shapely.geometry import LineString, Point, box, shape
from shapely.geometry.base import BaseGeometry

from benchmarks.report import percentile
from geo.basemap import read_ground
from geo.measure import Position
from geo.survey import Misfit, Survey, in_degrees, in_metres
from story.telling import ROOT

GROUND = ROOT / "geo" / "data" / "basemap"
README = "README.md"
"""Quotes the table, beside the layers."""
REFERENCE = ROOT.parent / "shared" / "geo" / "reference"
MARKS = "<!-- map-report -->", "<!-- /map-report -->"
FILES = (
    "municipal-districts.geojson", "water-vasilyevsky.geojson", "named-points.csv", "README.md",
)  # fmt: skip
"""What is measured against, in the folder of the reference."""

EXTENT = (30.19, 59.88, 30.45, 60.00)
"""What is drawn in full, (min_lon, min_lat, max_lon, max_lat) in degrees."""
FILL = 30.25
"""West of it there is land that was sea in 1917, degrees."""
STEP_M = 25
"""Between two sample points of an edge."""
CORRIDOR_M = 120
PARALLEL = 30
"""Degrees that an edge may turn from the water it follows."""
STREET_EDGE_M = 20
"""An edge so near a street follows it, unless water is nearer."""
RUN = 7
"""Sample points in a row that an edge follows a water, at least: 150 m."""
LONGEST_SECTION_M = 1500
"""How far to look for the banks, either way."""
MIDDLE_M = (25, 60)
"""Bound of a middle line: median and 95 %."""
BANK_M = (15, 40)
GALERNAYA_GAVAN = 30.236
"""East of it the bank of Vasilievsky Island is where it was, degrees."""
BRIDGE_PERCENT = 10
SHARE_PERCENT = 98
PIER_M = 40
POINT_M = 10
"""What a named point is good for, at the best."""
STREET_M = 5
"""How much of a street may touch water beside a bridge, metres."""
PONDS = {
    (30.252047, 59.980904): "boats for hire on Yelagin",
    (30.264158, 59.977006): "boats for hire on Yelagin",
    (30.305052, 59.976555): "a pond on Kamenny Island",
    (30.273597, 59.956345): "the north pond of Petrovsky Island",
    (30.278547, 59.954524): "the south pond of Petrovsky Island",
    (30.31514, 59.955508): "a pond in the Alexandrovsky Park",
    (30.317081, 59.955216): "a pond in the Alexandrovsky Park",
    (30.290498, 59.929224): "the basin inside New Holland",
    (30.438805, 59.882187): "a pond in a park by the Shlisselburg road",
}
"""Piers that mark no bank of a river and are left out, (longitude, latitude), with where they are."""
BRIDGES = {
    "Nikolaevsky": "nikolaevsky-bridge",
    "Palace": "palace-bridge",
    "Exchange": "exchange-bridge",
    "Tuchkov": "tuchkov-bridge",
    "Trinity": "trinity-bridge",
    "Liteiny": "liteiny-bridge",
    "Peter the Great (Okhta)": "okhtinsky-bridge",
    "Sampsonievsky": "sampsonievsky-bridge",
    "Grenadersky": "grenadersky-bridge",
}
"""Ids by the names in the reference README."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    measured: str
    """How many of what."""
    found: tuple[str, str, str]
    """Median, or share, or number; 95 %; worst: with units, a dash for none."""
    bound: str = "–"
    held: bool | None = None
    """`None` where nothing was promised."""

    def cells(self) -> tuple[str, ...]:
        """The line in words."""
        verdict = {True: "held", False: "MISSED", None: "–"}[self.held]
        return (self.what, self.measured, *self.found, self.bound, verdict)


HEAD = ("what", "measured at", "median, or found", "95 %", "worst", "bound", "held or missed")


def table(rows: Sequence[Row]) -> str:
    """The rows as a table in Markdown that also reads as it stands."""
    cells = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(row[n]) for row in cells) for n in range(len(HEAD))]
    lines = [
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |"
        for row in cells
    ]
    lines.insert(1, "| " + " | ".join("-" * w for w in widths) + " |")
    return "\n".join(lines)


# -- middle lines


@dataclass(frozen=True, slots=True)
class Sample:
    """A point on the edge of a district."""

    point: Point
    bearing: float
    """The way the edge runs there, radians from east."""


def edges(reference: Path) -> list[BaseGeometry]:
    """The edges of the districts in metres, each once, within the extent."""
    rows = json.loads((reference / "municipal-districts.geojson").read_text("utf-8"))["features"]
    drawn = union_all([shape(row["geometry"]).boundary for row in rows])
    merged = line_merge(in_metres(drawn.intersection(box(*EXTENT))))
    return list(getattr(merged, "geoms", [merged]))


def samples(edge: BaseGeometry) -> list[Sample]:
    """Points every `STEP_M` along an edge."""
    count = int(edge.length // STEP_M)
    places = [STEP_M / 2 + STEP_M * n for n in range(count)]
    return [Sample(edge.interpolate(s), _bearing(edge, s)) for s in places]


def _bearing(line: BaseGeometry, at: float) -> float:
    """The way a line runs within 10 m of a distance along it, radians from east."""
    a, b = line.interpolate(max(0.0, at - 10)), line.interpolate(min(line.length, at + 10))
    return math.atan2(b.y - a.y, b.x - a.x)


def _turn(a: float, b: float) -> float:
    """Degrees between two ways, either sense: 0 to 90."""
    return math.degrees(abs((a - b + math.pi / 2) % math.pi - math.pi / 2))


def _parts(line: BaseGeometry) -> Sequence[BaseGeometry]:
    return list(getattr(line, "geoms", [line]))


def followed(
    survey: Survey, streets: BaseGeometry, sample: Sample
) -> tuple[str, BaseGeometry] | None:
    """The water that an edge follows at a sample point, and the part of its line there."""
    found = []
    for canal, line in survey.layer("canals").items():
        reach = float(CORRIDOR_M)
        if canal not in survey.bands:
            reach = max(reach, survey.said["canals"][canal].get("width_m", 0) / 2)
        if (near := sample.point.distance(line)) <= reach:
            part = min(_parts(line), key=sample.point.distance)
            at = part.project(sample.point)
            turn = _turn(sample.bearing, _bearing(part, at))
            if 0 < at < part.length and turn <= PARALLEL:
                found.append((near, canal, part))
    if not found:
        return None
    near, water, part = min(found, key=lambda row: row[0])
    by_a_street = sample.point.distance(streets) < min(near, STREET_EDGE_M)
    return None if by_a_street else (water, part)


def streets_of(survey: Survey) -> BaseGeometry:
    """The streets and bridges that an edge may follow instead of a water; not the embankments."""
    return union_all(
        [
            line
            for layer in ("streets", "bridges")
            for way, line in survey.layer(layer).items()
            if "embankment" not in way
        ]
    )


def off_the_middle(survey: Survey, canal: str, line: BaseGeometry, sample: Sample) -> float | None:
    """Metres from a sample point to the middle of a water; `None` where it has none."""
    point = sample.point
    if canal in survey.bands:
        return float(point.distance(survey.layer("canals")[canal]))
    across = _bearing(line, line.project(point)) + math.pi / 2
    x, y = math.cos(across) * LONGEST_SECTION_M, math.sin(across) * LONGEST_SECTION_M
    section = LineString([(point.x - x, point.y - y), (point.x + x, point.y + y)])
    banks = _parts(section.intersection(survey.river))
    if not any(piece.length for piece in banks):
        return None
    from_bank_to_bank = min(banks, key=point.distance)
    if from_bank_to_bank.length > 2 * survey.said["canals"][canal]["width_m"]:
        return None
    return float(point.distance(from_bank_to_bank.interpolate(0.5, normalized=True)))


def middle_lines(survey: Survey, reference: Path) -> dict[str, list[tuple[float, Position]]]:
    """By water, how far the edges that follow it are from its middle, metres, and where."""
    nearest: dict[tuple[str, int], tuple[float, Position]] = {}
    streets = streets_of(survey)
    for edge in edges(reference):
        along = [(followed(survey, streets, sample), sample) for sample in samples(edge)]
        for _, run in groupby(along, key=lambda pair: pair[0] and pair[0][0]):
            stretch = [(*found, sample) for found, sample in run if found]
            if len(stretch) < RUN:
                continue
            for water, line, sample in stretch:
                metres = off_the_middle(survey, water, line, sample)
                if metres is not None:
                    mark = water, int(survey.layer("canals")[water].project(sample.point) // STEP_M)
                    place = metres, in_degrees(sample.point)
                    nearest[mark] = min(nearest.get(mark, place), place)
    off: dict[str, list[tuple[float, Position]]] = defaultdict(list)
    for (water, _), place in nearest.items():
        off[water].append(place)
    return off


def _in_metres_row(what: str, off: Sequence[float], bounds: tuple[int, int], unit: str) -> Row:
    middle, most = statistics.median(off), percentile(off, 0.95)
    return Row(
        what,
        f"{len(off)} {unit}",
        (f"{middle:.0f} m", f"{most:.0f} m", f"{max(off):.0f} m"),
        f"{bounds[0]} m, 95 % {bounds[1]} m",
        middle <= bounds[0] and most <= bounds[1],
    )


def middle_rows(survey: Survey, names: Mapping[str, str], reference: Path) -> Iterator[Row]:
    """A row for each water that edges follow, in the order of the file, and one for all.

    The reaches of a river that share a name share a row.
    """
    found = middle_lines(survey, reference)
    off: dict[str, list[float]] = defaultdict(list)
    for water in survey.layer("canals"):
        if water in found:
            off[names[water]] += [metres for metres, _ in found[water]]
    for name, metres in off.items():
        yield _in_metres_row(f"middle of {name}", metres, MIDDLE_M, "points")
    everywhere = [metre for metres in off.values() for metre in metres]
    if everywhere:
        yield _in_metres_row("middle of all waters", everywhere, MIDDLE_M, "points")


# -- the bank of Vasilievsky Island


def bank_row(survey: Survey, reference: Path) -> Row:
    """The drawn bank of Vasilievsky Island against the water round it in the reference."""
    rows = json.loads((reference / "water-vasilyevsky.geojson").read_text("utf-8"))["features"]
    water = union_all([in_metres(shape(row["geometry"])) for row in rows]).boundary
    island = survey.layer("islands")["vasilyevsky-island"].exterior
    places = (island.interpolate(10 * n) for n in range(int(island.length // 10)))
    off = [p.distance(water) for p in places if in_degrees(p)[0] > GALERNAYA_GAVAN]
    return _in_metres_row(
        "bank of Vasilievsky Island, east of Galernaya gavan", off, BANK_M, "points"
    )


# -- bridges


def true_lengths(reference: Path) -> dict[str, int]:
    """Metres between the abutments by id, as the README of the reference has them."""
    text = " ".join((reference / "README.md").read_text("utf-8").split())
    said = re.search(r"Lengths between abutments, in metres: ([^;]+);", text)
    rows = re.findall(r"([A-Z][A-Za-z() ]+?) (\d+)(?:, |$)", said[1]) if said else []
    return {BRIDGES[name]: int(metres) for name, metres in rows if name in BRIDGES}


def bridge_rows(survey: Survey, names: Mapping[str, str], reference: Path) -> Iterator[Row]:
    """A row for each bridge whose length is known."""
    drawn = survey.bridge_lengths()
    for bridge, metres in true_lengths(reference).items():
        if bridge not in drawn:
            yield Row(f"length of {bridge}", "not drawn", ("–", "–", "–"), "drawn", False)
            continue
        off = 100 * (drawn[bridge] - metres) / metres
        yield Row(
            f"length of {names[bridge]}",
            "bank to bank",
            (f"{drawn[bridge]:.0f} m of {metres} m", "–", f"{off:+.1f} %"),
            f"{BRIDGE_PERCENT} %",
            abs(off) <= BRIDGE_PERCENT,
        )


# -- named points


def points(reference: Path) -> Iterator[tuple[str, Position, Point]]:
    """The named points that can be judged: their kind, where they are, and that in metres."""
    _, south, east, north = EXTENT
    with (reference / "named-points.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            lon, lat = float(row["lon"]), float(row["lat"])
            if FILL < lon < east and south < lat < north and (lon, lat) not in PONDS:
                yield row["kind"], (lon, lat), in_metres(Point(lon, lat))


def point_rows(survey: Survey, reference: Path) -> Iterator[Row]:
    """How many named points lie on land, how many piers at a bank."""
    bank, dry = survey.wet.boundary, survey.wet.difference(survey.decks)
    on_land: list[float] = []
    at_a_bank: list[float] = []
    for kind, _, point in points(reference):
        if kind == "pier":
            at_a_bank.append(point.distance(bank))
        else:
            on_land.append(point.distance(bank) if point.within(dry) else 0)
    yield _share_row("named points on land or a bridge", on_land, POINT_M)
    yield _share_row(f"piers within {PIER_M} m of a bank", at_a_bank, PIER_M)


def _share_row(what: str, off: Sequence[float], reach: float) -> Row:
    share = 100 * sum(metres <= reach for metres in off) / len(off)
    return Row(
        what,
        f"{len(off)} points",
        (f"{share:.1f} %", "–", f"{max(off):.0f} m"),
        f"{SHARE_PERCENT} %",
        share >= SHARE_PERCENT,
    )


# -- what fits together


def fitting_rows(survey: Survey) -> Iterator[Row]:
    """What the ground may not do: a row for each way of doing it."""
    joined = survey.canal_ends()
    loose = [canal for canal, ends in joined.items() if not ends]
    islands, bridges = len(survey.layer("islands")), len(survey.layer("bridges"))
    streets, buildings = len(survey.layer("streets")), len(survey.layer("buildings"))
    for what, measured, misfits, unit, bound in (
        ("islands that touch", f"{islands} islands", survey.islands_touching(), "", 0),
        ("islands with a bank that no water touches", f"{islands} islands",
         survey.islands_ashore(), "m", 0),
        ("canals that join no water", f"{len(joined)} canals", loose, "", 0),
        ("bridges over no water", f"{bridges} bridges", survey.bridges_over_land(), "", 0),
        ("bridges with an end in the water", f"{bridges} bridges",
         survey.bridges_that_end_in_water(), "m", 1),
        ("street in water, off the bridges", f"{streets} streets",
         survey.streets_in_water(), "m", STREET_M),
        ("building in water", f"{buildings} buildings", survey.in_water("buildings"), "m²", 1),
        ("buildings on one another", f"{buildings} buildings", survey.overlaps("buildings"),
         "m²", 1),
    ):  # fmt: skip
        worst = max((m.size for m in misfits if isinstance(m, Misfit)), default=0)
        over = [m for m in misfits if not isinstance(m, Misfit) or not unit or m.size > bound]
        yield Row(
            what,
            measured,
            (f"{len(over)}", "–", f"{worst:.0f} {unit}" if unit else "–"),
            f"none over {bound} {unit}" if unit and bound else "none",
            not over,
        )


# -- the whole


class CannotTell(click.ClickException):
    """Something is not there that is needed to measure or to write."""

    exit_code = 2


def report(ground_folder: Path = GROUND, reference: Path = REFERENCE) -> list[Row]:
    """Every row of the table; raises `CannotTell` where the ground cannot be read."""
    faults: list[str] = []
    ground = read_ground(ground_folder, faults)
    if faults:
        raise CannotTell(
            f"the ground has {len(faults)} faults, the first: {faults[0]}; "
            "`python -m story check` names them all"
        )
    survey = Survey(ground)
    names = {
        feature.id: feature.properties.get("name_1917", feature.id)
        for layer in ("canals", "bridges")
        for feature in ground[layer]
    }
    return [
        *middle_rows(survey, names, reference),
        bank_row(survey, reference),
        *bridge_rows(survey, names, reference),
        *point_rows(survey, reference),
        *fitting_rows(survey),
    ]


def quote(text: str, readme: Path) -> None:
    """Put `text` between the marks of a README; raises `CannotTell` where there are none."""
    before, after = MARKS
    whole = readme.read_text("utf-8")
    if not whole.count(before) == whole.count(after) == 1:
        raise CannotTell(f"{readme.name} has no place for it: {before} ... {after}")
    head, rest = whole.split(before)
    tail = rest.split(after)[1]
    readme.write_text(f"{head}{before}\n{text}\n{after}{tail}", "utf-8")


@click.command(help=(__doc__ or "").split("\n\n")[0])
@click.option(
    "--reference",
    type=click.Path(path_type=Path),
    default=REFERENCE,
    help="folder of the reference; default: ../shared/geo/reference beside the project",
)
@click.option("--ground", type=click.Path(path_type=Path), default=GROUND, help="folder of layers")
@click.option("--write", is_flag=True, help="put the table into README.md beside the layers")
@click.pass_context
def main(ctx: click.Context, reference: Path, ground: Path, write: bool) -> None:
    """Print the table."""
    if missing := [name for name in FILES if not (reference / name).is_file()]:
        raise CannotTell(
            f"there is no reference to measure against: {reference} has no {missing[0]}; "
            "name its folder with REFERENCE=..."
        )
    rows = report(ground, reference)
    click.echo(table(rows))
    if write:
        quote(table(rows), ground / README)
    missed = sum(row.held is False for row in rows)
    click.echo(f"\n{missed or 'no'} bound{'' if missed == 1 else 's'} missed")
    ctx.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
