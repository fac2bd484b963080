"""`make map-report` measures a small made-up ground against a made-up reference."""

import csv
import json

import pytest
from click.testing import CliRunner
from shapely.geometry import LineString, Point, Polygon, box, mapping

from benchmarks import fit
from geo.basemap import LAYERS, read_ground
from geo.survey import Survey
from tests.geo.test_survey import on_the_map

RIVER = box(0, 0, 3000, 400)
ISLAND = box(1000, 100, 2000, 300)
"""Metres, as in the survey's small city: a river 400 m wide with Vasilievsky Island in it."""
CANAL = LineString([(500, 390), (500, 1500)])
BRIDGES = {
    name: LineString([(600 + 40 * n, -20), (600 + 40 * n, 420)])
    for n, name in enumerate(fit.BRIDGES.values())
}
"""All 400 m from bank to bank."""


def write(path, features):
    rows = [
        {
            "type": "Feature",
            "id": name,
            "properties": said,
            "geometry": mapping(on_the_map(shape)),
        }
        for name, (shape, said) in features.items()
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}), "utf-8")


def district(edge):
    """A district with that edge and a corner so far off that its other edges follow nothing."""
    (x0, y0), (x1, y1) = edge[0], edge[-1]
    long = Point(x0, y0).distance(Point(x1, y1)) / 9000
    return Polygon([*edge, ((x0 + x1) / 2 + (y1 - y0) / long, (y0 + y1) / 2 - (x1 - x0) / long)])


@pytest.fixture
def ground(tmp_path):
    """A folder of layers and a function that draws one of them anew."""
    folder = tmp_path / "ground"
    folder.mkdir()
    lie = box(100, 2000, 200, 2100)

    def draw(layer, **features):
        write(folder / f"{layer}.geojson", features)

    for layer in LAYERS:
        draw(layer, one=(LineString(lie.exterior) if layer in ("railways", "streets") else lie, {}))
    draw("water", river=(RIVER.difference(ISLAND), {}))
    draw("islands", **{"vasilyevsky-island": (ISLAND, {})})
    draw(
        "canals",
        canal=(CANAL, {"name_1917": "Canal", "width_m": 20}),
        neva=(
            LineString([(10, 240), (960, 240)]),
            {"name_1917": "Neva", "width_m": 400, "in_water": True},
        ),
    )
    draw("bridges", **{name: (line, {"name_1917": name}) for name, line in BRIDGES.items()})
    return draw


@pytest.fixture
def folder(ground, tmp_path):
    (tmp_path / "ground" / "README.md").write_text(
        "# Ground\n\n<!-- map-report -->\nold\n<!-- /map-report -->\n\nThe end.\n", "utf-8"
    )
    return tmp_path / "ground"


@pytest.fixture
def reference(tmp_path):
    """A reference that the ground agrees with, and a function that changes it."""
    path = tmp_path / "reference"
    path.mkdir()

    def refer(edges=None, water=None, lengths=400, points=(), piers=()):
        if edges is None:
            edges = [[(500, 410), (500, 1490)], [(20, 200), (950, 200)]]
        districts = {f"d{n}": (district(edge), {}) for n, edge in enumerate(edges)}
        write(path / "municipal-districts.geojson", districts)
        write(path / "water-vasilyevsky.geojson", {"w": (water or RIVER.difference(ISLAND), {})})
        names = ", ".join(f"{name} {lengths}" for name in fit.BRIDGES)
        (path / "README.md").write_text(
            f"Lengths between abutments, in\nmetres: {names}; Moika about 30-40.\n", "utf-8"
        )
        with (path / "named-points.csv").open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["kind", "name_1917_ru", "lon", "lat", "osm"])
            for kind, places in (
                ("museum", points or [(2500, 900)]),
                ("pier", piers or [(2500, 400)]),
            ):
                for x, y in places:
                    place = on_the_map(Point(x, y))
                    rows.writerow([kind, "", place.x, place.y, ""])

    refer()
    refer.path = path
    return refer


@pytest.fixture
def off(folder, reference):
    """Metres off the middle by water, for some edges of districts."""

    def ask(*edges):
        reference(edges=[list(edge) for edge in edges])
        survey = Survey(read_ground(folder, []))
        found = fit.middle_lines(survey, reference.path)
        return {water: sorted(m for m, _ in rows) for water, rows in found.items()}

    return ask


@pytest.fixture
def rows(folder, reference):
    """Rows of the table by what they measure, for some reference."""

    def ask(**said):
        reference(**said)
        return {row.what: row for row in fit.report(folder, reference.path)}

    return ask


# -- middle lines


@pytest.mark.parametrize("metres", [0, 20, 70, 115])
def test_an_edge_beside_a_canal_is_measured_from_its_line(off, metres):
    (found,) = off([(500 + metres, 500), (500 + metres, 1400)]).values()

    assert found == pytest.approx([metres] * len(found), abs=0.5)
    assert len(found) == pytest.approx(900 / fit.STEP_M, abs=1)


def test_an_edge_out_of_the_corridor_follows_nothing(off):
    assert off([(640, 500), (640, 1400)]) == {}


@pytest.mark.parametrize(("aside", "follows"), [(100, True), (240, False)])
def test_an_edge_follows_a_canal_only_if_it_runs_the_same_way(off, aside, follows):
    """Aside by 100 m in 300 it turns by 18 degrees, by 240 m by 39."""
    assert bool(off([(500 - aside / 2, 700), (500 + aside / 2, 1000)])) is follows


def test_an_edge_that_follows_for_a_few_metres_follows_by_chance(off):
    assert off([(520, 700), (520, 840)]) == {}


def test_of_two_edges_beside_one_water_the_nearer_counts(off):
    (found,) = off([(520, 500), (520, 1400)], [(580, 500), (580, 1400)]).values()

    assert max(found) == pytest.approx(20, abs=0.5)


@pytest.mark.parametrize(("street", "follows"), [("sadovaya", False), ("canal-embankment", True)])
def test_an_edge_along_a_street_follows_no_water_unless_it_is_its_embankment(
    off, ground, street, follows
):
    ground("streets", **{street: (LineString([(540, 400), (540, 1500)]), {})})

    assert bool(off([(550, 500), (550, 1400)])) is follows


def test_an_edge_nearer_to_the_water_than_to_a_street_follows_the_water(off, ground):
    ground("streets", street=(LineString([(520, 400), (520, 1500)]), {}))

    (found,) = off([(509, 500), (509, 1400)]).values()

    assert max(found) == pytest.approx(9, abs=0.5)


def test_beyond_the_end_of_a_canal_nothing_is_measured(off):
    (found,) = off([(510, 1200), (510, 1900)]).values()

    assert max(found) == pytest.approx(10, abs=0.5)


def test_an_arm_of_the_river_is_measured_between_its_banks_wherever_its_line_is_drawn(off):
    """The line is drawn 40 m north of the middle; the edge runs 15 m south of it."""
    found = off([(50, 185), (940, 185)])

    assert found.keys() == {"neva"}
    assert found["neva"] == pytest.approx([15] * len(found["neva"]), abs=0.5)


def test_where_an_arm_opens_wide_it_has_no_middle(off, ground):
    ground("water", river=(box(0, -1000, 3000, 400), {}))

    assert off([(50, 185), (940, 185)]) == {}


def test_a_middle_line_within_the_bounds_is_held_and_one_beyond_is_missed(rows):
    near, far = (
        rows(edges=[[(500 + metres, 500), (500 + metres, 1400)]])["middle of Canal"]
        for metres in (24, 27)
    )

    assert (near.held, far.held) == (True, False)
    assert near.found == ("24 m", "24 m", "24 m")
    assert near.bound == "25 m, 95 % 60 m"


def test_reaches_of_one_name_share_a_row(rows, ground):
    said = {"name_1917": "Canal", "width_m": 20}
    lower, upper = LineString([(500, 390), (500, 900)]), LineString([(500, 900), (500, 1500)])
    ground("canals", lower=(lower, said), upper=(upper, said))

    found = rows(edges=[[(510, 500), (510, 1400)]])

    assert found["middle of Canal"].measured == "36 points"


def test_a_middle_line_that_strays_for_a_tenth_of_its_way_is_missed(rows):
    row = rows(edges=[[(510, 450), (510, 1200)], [(580, 1205), (580, 1480)]])["middle of Canal"]

    assert row.found == ("10 m", "80 m", "80 m")
    assert row.held is False


# -- the rest


@pytest.mark.parametrize(("metres", "held"), [(0, True), (12, True), (18, False)])
def test_the_bank_of_vasilievsky_island_is_held_against_the_water_round_it(rows, metres, held):
    row = rows(water=RIVER.difference(ISLAND.buffer(metres, join_style="mitre")))[
        "bank of Vasilievsky Island, east of Galernaya gavan"
    ]

    assert row.found[0] == f"{metres} m"
    assert row.held is held


@pytest.mark.parametrize(
    ("true", "off", "held"),
    [
        (400, "+0.0 %", True),
        (360, "+11.1 %", False),
        (440, "-9.1 %", True),
        (460, "-13.0 %", False),
    ],
)
def test_bridges_are_as_long_as_the_readme_of_the_reference_says(rows, true, off, held):
    found = rows(lengths=true)

    for bridge in BRIDGES:
        row = found[f"length of {bridge}"]
        assert row.found == (f"400 m of {true} m", "–", off)
        assert row.held is held


def test_a_bridge_that_is_not_drawn_is_missed(rows, ground):
    ground("bridges", **{"palace-bridge": (BRIDGES["palace-bridge"], {})})

    found = rows()

    assert found["length of tuchkov-bridge"].held is False
    assert found["length of palace-bridge"].held is True


def test_named_points_stand_on_land_or_on_a_bridge(rows):
    """Ten metres are what such a point is good for."""
    on_land = [(2500, 900), (1500, 200), (600, 200), (2500, 392)]

    assert rows(points=on_land)["named points on land or a bridge"].found[0] == "100.0 %"
    row = rows(points=[*on_land, (2500, 200)])["named points on land or a bridge"]
    assert row.found == ("80.0 %", "–", "200 m")
    assert row.held is False


def test_piers_stand_at_a_bank(rows):
    at_a_bank = [(2500, 365), (2500, 435), (525, 1000)]

    row = rows(piers=at_a_bank)["piers within 40 m of a bank"]
    assert (row.measured, row.found[0], row.held) == ("3 points", "100.0 %", True)
    row = rows(piers=[*at_a_bank, (2500, 500)])["piers within 40 m of a bank"]
    assert (row.found, row.held) == (("75.0 %", "–", "100 m"), False)


def test_what_does_not_fit_together_is_counted(rows, ground):
    assert all(row.held for row in rows().values())

    ground("streets", drowned=(LineString([(100, 100), (300, 100)]), {}))
    ground("buildings", a=(box(700, 700, 800, 800), {}), b=(box(790, 700, 900, 800), {}))
    found = rows()

    assert found["street in water, off the bridges"].found == ("1", "–", "200 m")
    assert found["buildings on one another"].found == ("1", "–", "1000 m²")
    assert [row.what for row in found.values() if row.held is False] == [
        "street in water, off the bridges",
        "buildings on one another",
    ]


# -- the command


def run(folder, reference, *options):
    return CliRunner().invoke(
        fit.main, ["--ground", str(folder), "--reference", str(reference), *options]
    )


def test_all_held_is_exit_code_0_and_one_missed_is_1(folder, reference):
    good = run(folder, reference.path)
    reference(lengths=300)
    bad = run(folder, reference.path)

    assert (good.exit_code, bad.exit_code) == (0, 1)
    assert "no bounds missed" in good.output
    assert "MISSED" not in good.output
    assert f"{len(BRIDGES)} bounds missed" in bad.output
    assert bad.output.count("MISSED") == len(BRIDGES)


def test_the_table_is_one_of_markdown_with_units(folder, reference):
    table = run(folder, reference.path).output.split("\n\n")[0].splitlines()

    assert len({line.count("|") for line in table}) == 1
    assert set(table[1]) <= set("|- ")
    assert all(" m" in line or " %" in line or "none" in line for line in table[2:])


@pytest.mark.parametrize("missing", fit.FILES)
def test_without_a_reference_there_is_one_sentence_and_exit_code_2(folder, reference, missing):
    (reference.path / missing).unlink()

    done = run(folder, reference.path)

    assert done.exit_code == 2
    assert f"has no {missing}; name its folder with REFERENCE=..." in done.output
    assert "Traceback" not in done.output


def test_a_faulty_ground_is_not_measured(folder, reference):
    (folder / "canals.geojson").unlink()

    done = run(folder, reference.path)

    assert done.exit_code == 2
    assert "basemap/canals.geojson: missing; restore it" in done.output


def test_the_readme_quotes_the_table_when_asked_to(folder, reference):
    before = (folder / "README.md").read_text("utf-8")
    run(folder, reference.path)
    assert (folder / "README.md").read_text("utf-8") == before

    table = run(folder, reference.path, "--write").output.split("\n\n")[0]
    again = run(folder, reference.path, "--write")

    assert again.exit_code == 0
    assert (folder / "README.md").read_text("utf-8") == before.replace("old", table)


def test_a_readme_without_a_place_for_it_is_left_as_it_is(folder, reference):
    (folder / "README.md").write_text("# Ground\n", "utf-8")

    done = run(folder, reference.path, "--write")

    assert done.exit_code == 2
    assert (folder / "README.md").read_text("utf-8") == "# Ground\n"


# -- the shipped ground


@pytest.mark.skipif(
    not fit.REFERENCE.is_dir(), reason="the reference does not lie beside the project"
)
def test_the_shipped_ground_holds_every_bound_and_its_readme_says_so():
    rows = fit.report()
    readme = (fit.GROUND / fit.README).read_text("utf-8")

    assert [row.what for row in rows if row.held is False] == []
    assert fit.table(rows) in readme, "make map-report WRITE=1 quotes it anew"
