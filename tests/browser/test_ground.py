"""The ground in the saved map: its names, its scale, and how it keeps out of the story's way."""

import itertools
import math
import re

import pytest
from playwright.sync_api import expect
from shapely import STRtree
from shapely.geometry import Polygon

from events.clock import minute_of
from geo.looks import LOOKS
from story.story_map import story_map
from tests.browser.conftest import SIZES
from tests.conftest import at

MINUTES = tuple(minute_of(at(text)) for text in ("25 10:00", "25 21:40", "26 02:30"))
CENTRES = {
    "palace": (59.939, 30.315),
    "vasilievsky": (59.943, 30.255),
    "petrograd-side": (59.962, 30.305),
    "vyborg": (59.965, 30.36),
    "smolny": (59.945, 30.39),
    "narva": (59.912, 30.285),
}
ZOOMS = (12, 13, 14, 15, 16)
TOUCH_PX2 = 1.0
"""Square pixels that two names may share: rounding, not ink."""

READ = """() => {
    // the cell of each letter as the browser has set it, corners in pixels of the window
    const cells = text => {
        const matrix = text.getScreenCTM();
        const high = parseFloat(getComputedStyle(text).fontSize);
        const found = [];
        for (let n = 0; n < text.getNumberOfChars(); n++) {
            const a = text.getStartPositionOfChar(n), b = text.getEndPositionOfChar(n);
            const turn = text.getRotationOfChar(n) * Math.PI / 180;
            const [x, y] = [Math.sin(turn), -Math.cos(turn)];
            const corners = [[a, 0.72], [b, 0.72], [b, -0.22], [a, -0.22]].map(([p, up]) =>
                new DOMPoint(p.x + x * up * high, p.y + y * up * high).matrixTransform(matrix));
            found.push(corners.map(p => [p.x, p.y]));
        }
        return found;
    };
    const cornersOf = node => {
        const b = node.getBoundingClientRect();
        return b.width * b.height ? [[[b.left, b.top], [b.right, b.top], [b.right, b.bottom], [b.left, b.bottom]]] : [];
    };
    // lines of the story, each step as wide as it is drawn at least
    const lines = [];
    const {map} = storyMap.current;
    map.eachLayer(layer => {
        if (!(layer instanceof L.Polyline) || layer.options.opacity < 0.5) return;
        const parts = layer.getLatLngs();
        for (const part of Array.isArray(parts[0]) ? parts : [parts]) {
            const at = part.map(point => map.latLngToContainerPoint(point));
            for (let n = 1; n < at.length; n++) {
                const [a, b] = [at[n - 1], at[n]], long = Math.hypot(b.x - a.x, b.y - a.y) || 1;
                const [x, y] = [(b.y - a.y) / long * 1.5, (a.x - b.x) / long * 1.5];
                lines.push([[a.x + x, a.y + y], [b.x + x, b.y + y], [b.x - x, b.y - y], [a.x - x, a.y - y]]);
            }
        }
    });
    const all = (selector, what, read) => [...document.querySelectorAll(selector)].map(node => [what, node.textContent, read(node)]);
    return [
        ...all(".ground-names text", "ground", cells),
        ...all(".place-label:not([data-spot=none])", "place", cornersOf),
        ...all(".unit-moving .unit-label:not([data-spot=none])", "unit", cornersOf),
        ...all(".place-mark > svg:first-child", "mark", cornersOf),
        ...all(".unit:not([hidden]) > svg", "mark", cornersOf),
        ...all(".leaflet-control", "control", cornersOf),
        ["line", "", lines],
    ].filter(([, , cells]) => cells.length);
}"""


@pytest.fixture(scope="module")
def night_map(story, tmp_path_factory):
    """The address of the map by night, at 25 October, 21:40."""
    path = tmp_path_factory.mktemp("night") / "map.html"
    story_map(story, minute=MINUTES[1], look="night").save(str(path))
    return path.as_uri()


@pytest.fixture
def page(open_page, saved_map):
    page = open_page(saved_map)
    page.wait_for_function("globalThis.storyMap && storyMap.current")
    return page


def look(page, zoom, at, minute=None):
    page.evaluate(
        """([at, zoom, minute]) => {
            storyMap.current.map.setView(at, zoom, {animate: false});
            if (minute !== null) storyMap.setTime(minute);
        }""",
        [at, zoom, minute],
    )
    # the browser tells what the controls cover when it has laid out a frame
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def covered(read):
    """Pairs that lie over each other, where one of them is a name of the ground.

    Names of places among themselves: `test_map.py`.
    """
    cells = [
        (what, text, number, Polygon(corners))
        for number, (what, text, found) in enumerate(read)
        for corners in found
        if Polygon(corners).area
    ]
    tree = STRtree([cell[3] for cell in cells])
    pairs = {}
    for a, b in zip(*tree.query([c[3] for c in cells], predicate="intersects"), strict=True):
        one, other = cells[a], cells[b]
        if one[2] < other[2] and "ground" in (one[0], other[0]):
            key = (one[1], other[1] or other[0])
            pairs[key] = pairs.get(key, 0) + one[3].intersection(other[3]).area
    return sorted(pair for pair, area in pairs.items() if area > TOUCH_PX2)


def ground_names(read):
    return [text for what, text, _ in read if what == "ground"]


@pytest.mark.parametrize("size", ["kiosk", "phone"])
@pytest.mark.parametrize("centre", CENTRES)
def test_no_name_lies_over_another_nor_over_a_mark(open_page, saved_map, size, centre):
    page = open_page(saved_map, size)
    page.wait_for_function("globalThis.storyMap && storyMap.current")
    counts = []
    minutes = itertools.cycle(MINUTES)
    for zoom in ZOOMS:
        look(page, zoom, CENTRES[centre], next(minutes))

        read = page.evaluate(READ)

        assert covered(read) == [], zoom
        counts.append(len(ground_names(read)))
    assert sum(counts) > (30 if size == "kiosk" else 6), counts


def test_a_name_put_over_another_would_be_found(page):
    """The measure above can fail, also where the boxes round two slanted names only touch."""
    look(page, 15, CENTRES["palace"])
    assert covered(page.evaluate(READ)) == []

    page.evaluate(
        """() => {
            const [one, other] = [...document.querySelectorAll(".ground-streets, .ground-avenues")].filter(text => !text.querySelector("textPath"));
            other.setAttribute("transform", one.getAttribute("transform"));
        }"""
    )
    assert len(covered(page.evaluate(READ))) >= 1

    page.reload()
    page.wait_for_function("globalThis.storyMap && storyMap.current")
    look(page, 15, CENTRES["palace"])
    page.evaluate(
        """() => {
            const label = document.querySelector(".place-label:not([data-spot=none])").getBoundingClientRect();
            document.querySelector(".ground-streets").setAttribute("transform", `translate(${label.left + 20} ${label.top + 8})`);
        }"""
    )
    assert len(covered(page.evaluate(READ))) >= 1


def test_names_stand_upright_and_whole_in_the_view(page):
    width, height = SIZES["kiosk"]
    for zoom, centre in itertools.product((13, 14.5, 16), CENTRES.values()):
        look(page, zoom, centre)
        for what, text, cells in page.evaluate(READ):
            if what != "ground":
                continue
            first, last = cells[0], cells[-1]
            turn = math.degrees(math.atan2(last[1][1] - first[0][1], last[1][0] - first[0][0]))
            assert -91 <= turn <= 91, text
            for x, y in itertools.chain(*cells):
                assert 0 <= x <= width, text
                assert 0 <= y <= height, text


def test_what_the_story_names_the_ground_does_not_name_again(page, story):
    said_by_both = 0
    named = {
        feature.properties.get("name_1917") for layer in story.ground.values() for feature in layer
    }
    for zoom, centre in itertools.product((14, 15, 16), CENTRES.values()):
        look(page, zoom, centre)
        read = page.evaluate(READ)
        places = {text for what, text, _ in read if what == "place"}
        assert not places & set(ground_names(read))
        said_by_both += len(places & named)
    assert said_by_both > 5, "some names are in both"


def test_nearer_more_is_named_and_not_all_at_once(page):
    kinds = {}
    for zoom in (12, 13.5, 14.5, 16):
        look(page, zoom, CENTRES["palace"])
        kinds[zoom] = set(
            page.evaluate(
                "[...document.querySelectorAll('.ground-names text')].map(text => text.getAttribute('class'))"
            )
        )
    assert "ground-name ground-streets" not in kinds[12]
    assert "ground-name ground-streets" in kinds[16]
    assert "ground-name ground-quarters" not in kinds[16]


def test_a_name_keeps_its_place_while_the_clock_goes_on_elsewhere(page):
    """Units that move far away move no name."""
    look(page, 15, CENTRES["vasilievsky"], minute_of(at("21 12:00")))
    before = page.evaluate("document.querySelector('.ground-names').outerHTML")

    page.evaluate("m => storyMap.setTime(m)", minute_of(at("21 12:03")))

    assert page.evaluate("document.querySelector('.ground-names').outerHTML") == before


def test_laying_the_names_out_takes_less_than_five_milliseconds(page):
    for zoom in ZOOMS:
        look(page, zoom, CENTRES["palace"])
        times = page.evaluate(
            """() => Array.from({length: 15}, () => {
                const began = performance.now();
                ground.current.forget();
                ground.current.layOut();
                return performance.now() - began;
            }).sort((a, b) => a - b)"""
        )
        assert times[2] < 5, zoom  # of fifteen: the machine may have more to do than this


# -- two boxes

BOXES = """([a, b]) => ground.collide(ground.box(...a), ground.box(...b))"""


@pytest.mark.parametrize(
    ("a", "b", "collide"),
    [
        ((0, 0, 10, 5, 0), (15, 0, 4.9, 5, 0), False),
        ((0, 0, 10, 5, 0), (15, 0, 5.1, 5, 0), True),
        ((0, 0, 40, 4, 0.785), (30, 0, 40, 4, 0.785), False),
        ((0, 0, 40, 4, 0.785), (10, 0, 40, 4, 0.785), True),
        ((0, 0, 40, 4, 0.785), (0, 0, 40, 4, -0.785), True),
        ((0, 0, 40, 4, 0.785), (22, -22, 12, 12, 0), False),
        ((0, 0, 40, 4, 0.785), (22, 22, 12, 12, 0), True),
    ],
    ids=[
        "side by side", "over by a hair", "aslant, side by side", "aslant, over each other",
        "crosswise", "in the empty corner of its round box", "in the full corner",
    ],
)  # fmt: skip
def test_boxes_that_stand_aslant_are_told_apart_along_their_own_sides(page, a, b, collide):
    assert page.evaluate(BOXES, [a, b]) is collide
    assert page.evaluate(BOXES, [b, a]) is collide


# -- scale and north


@pytest.mark.parametrize("size", SIZES)
def test_the_scale_is_true_and_round_at_every_zoom(open_page, saved_map, size):
    """Its bars are as long on the map as the ground they stand for."""
    page = open_page(saved_map, size)
    page.wait_for_function("globalThis.storyMap && storyMap.current")
    for zoom in (5, 8.25, 11, 12.75, 14, 15.5, 17):
        look(page, zoom, CENTRES["palace"])
        bars = page.evaluate(
            """() => [...document.querySelectorAll(".ground-bars path")].map(bar => {
                const {map} = storyMap.current, wide = bar.getBBox().width, y = map.getSize().y / 2;
                const metres = map.distance(map.containerPointToLatLng([50, y]), map.containerPointToLatLng([50 + wide, y]));
                return [bar.dataset.unit, Number(bar.dataset.length), metres, wide];
            })"""
        )
        assert [unit for unit, *_ in bars] == ["versts", "kilometres"]
        for (unit, length, metres, wide), one in zip(bars, (1066.8, 1000), strict=True):
            assert metres == pytest.approx(length * one, rel=0.02), (unit, zoom)
            assert f"{length:.0e}"[0] in "125", length
            assert 20 < wide < 130
        expect(page.locator(".ground-scale")).to_contain_text("versts")
        expect(page.locator(".ground-scale")).to_contain_text("kilometres")
    assert page.get_by_role("img", name="North").count() == 1


@pytest.mark.parametrize("size", SIZES)
def test_scale_and_north_are_in_view_and_touch_no_control(open_page, saved_map, size):
    page = open_page(saved_map, size)
    page.wait_for_function("globalThis.storyMap && storyMap.current")
    width, height = SIZES[size]
    for zoom in (9, 12, 13.5, 16):
        look(page, zoom, CENTRES["palace"])
        boxes = page.evaluate(
            """() => [".ground-scale", ".caption", ".legend", ".leaflet-control-zoom", ".whole-view", ".credit"].map(name => {
                const box = document.querySelector(name).getBoundingClientRect();
                return [box.left, box.top, box.right, box.bottom];
            })"""
        )
        scale, *others = boxes
        assert 0 <= scale[0] < scale[2] <= width
        assert 0 <= scale[1] < scale[3] <= height
        for other in others:
            apart = (
                scale[2] <= other[0] + 0.5 or other[2] <= scale[0] + 0.5
                or scale[3] <= other[1] + 0.5 or other[3] <= scale[1] + 0.5
            )  # fmt: skip
            assert apart, (scale, other)


# -- looks


@pytest.mark.parametrize("name", LOOKS)
def test_the_look_reaches_canvas_marks_and_panels(open_page, saved_map, night_map, name):
    page = open_page({"day": saved_map, "night": night_map}[name])
    page.wait_for_function("globalThis.storyMap && storyMap.current")
    look(page, 14, (59.9375, 30.2))  # the Gulf in the middle, an island to the right
    want = LOOKS[name]

    def rgb(colour):
        return tuple(int(colour[n : n + 2], 16) for n in (1, 3, 5))

    pixel = page.evaluate(
        """() => {
            const canvas = document.querySelector(".leaflet-ground-pane canvas"), box = canvas.getBoundingClientRect();
            const at = canvas.width / box.width;
            return [...canvas.getContext("2d").getImageData((960 - box.left) * at, (540 - box.top) * at, 1, 1).data].slice(0, 3);
        }"""
    )
    assert tuple(pixel) == rgb(want["water"])
    styles = page.evaluate(
        """() => ({
            panel: getComputedStyle(document.querySelector(".caption")).backgroundColor,
            ink: getComputedStyle(document.querySelector(".place-label")).color,
            mrc: getComputedStyle(document.querySelector('[data-holder=mrc] .place-mark circle')).fill,
            government: getComputedStyle(document.querySelector('[data-holder=government] .place-mark rect')).fill,
            land_label: getComputedStyle(document.querySelector(".ground-names text:not(.ground-seas, .ground-streams, .ground-canals)")).fill,
        })"""
    )
    for key, said in styles.items():
        assert said == f"rgb{rgb(want[key])}", key


# -- moving about

COVERS = """() => {
    const canvas = document.querySelector(".leaflet-ground-pane canvas").getBoundingClientRect();
    return canvas.left <= 0 && canvas.top <= 0 && canvas.right >= innerWidth && canvas.bottom >= innerHeight;
}"""


def test_the_city_goes_on_while_the_map_is_dragged(page):
    """However far: what comes into view is drawn before the hand lets go."""
    look(page, 14, CENTRES["palace"])
    page.mouse.move(1500, 900)
    page.mouse.down()
    for step in range(1, 11):
        page.mouse.move(1500 - 90 * step, 900 - 60 * step)
        page.wait_for_function(COVERS)
    page.mouse.up()
    page.wait_for_function(COVERS)


@pytest.mark.parametrize("zoom", [8, 11, 14, 17])
def test_every_pixel_of_the_view_is_drawn(page, zoom):
    look(page, zoom, CENTRES["palace"])
    clear = page.evaluate(
        """() => {
            const canvas = document.querySelector(".leaflet-ground-pane canvas");
            const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            let clear = 0;
            for (let n = 3; n < data.length; n += 4) if (data[n] < 255) clear++;
            return clear;
        }"""
    )
    assert clear == 0
    assert page.evaluate(COVERS)


# -- an online map to compare with


def test_only_where_it_is_asked_for_are_tiles_fetched_and_only_those(
    chromium, story, tmp_path_factory
):
    path = tmp_path_factory.mktemp("base") / "map.html"
    story_map(story, minute=MINUTES[1], online_base="OpenStreetMap.Mapnik").save(str(path))
    context = chromium.new_context(viewport={"width": 800, "height": 600})
    asked = []

    def answer(route):
        asked.append(route.request.url)
        route.abort()

    context.route(lambda url: not url.startswith("file:"), answer)
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_function("globalThis.storyMap && storyMap.current")
    page.wait_for_function("document.querySelectorAll('.leaflet-base-pane img').length > 4")
    expect(page.locator(".ground-base")).to_have_text("(C) OpenStreetMap contributors")
    assert page.locator("a[href^=http]").count() == 0
    corner = page.evaluate(
        "[...ground.current.context().getImageData(300, 300, 200, 200).data].filter((_, n) => n % 4 === 3)"
    )
    context.close()

    assert len(asked) > 4
    for url in asked:
        assert re.fullmatch(r"https://tile\.openstreetmap\.org/\d+/\d+/\d+\.png", url), url
    assert corner.count(0) > len(corner) / 2, "the areas of the ground let the tiles through"
    assert any(corner), "its lines are drawn over them"
