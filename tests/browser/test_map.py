"""The saved map: one file in a browser, the network off."""

import re
from itertools import combinations, pairwise

import pytest
from playwright.sync_api import expect

from events.clock import LAST_MINUTE, at_minute, minute_of
from story.payload import map_payload
from story.words import words_of
from tests.browser.conftest import SIZES, watch
from tests.conftest import at

WORDS = words_of("en")
AURORA = minute_of(at("25 21:40"))
RAISED = minute_of(at("24 17:00"))
"""A minute at which bridges stand open."""
MOMENTS = tuple(
    minute_of(at(text)) for text in ("21 12:00", "24 17:00", "25 02:00", "25 21:40", "26 02:10")
)
CITY = "[59.939, 30.315]"
ZONES = ("Asia/Tokyo", "America/New_York", "Europe/London")


@pytest.fixture(scope="module")
def opened(chromium, saved_map):
    """One page with the map, for all tests that leave it as they found it; and its troubles."""
    context = chromium.new_context(
        viewport=dict(zip(("width", "height"), SIZES["kiosk"], strict=True)), offline=True
    )
    page = context.new_page()
    trouble = []
    watch(page, trouble, kinds=("error", "warning"))
    page.goto(saved_map)
    page.evaluate(HELPERS)
    yield page, trouble
    context.close()


@pytest.fixture
def page(opened):
    """The map at 25 October 21:40, the whole city in view, no card open; no trouble may follow."""
    page, trouble = opened
    width, height = SIZES["kiosk"]
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function("([w, h]) => innerWidth === w && innerHeight === h", arg=[width, height])
    page.evaluate(
        """minute => {
            storyMap.current.pause();
            storyMap.current.choose(null, true);
            storyMap.current.tell(null);
            storyMap.current.map.invalidateSize({animate: false});
            storyMap.current.showAll();
            storyMap.setTime(minute);
            document.activeElement.blur();
        }""",
        AURORA,
    )
    page.wait_for_function("!document.querySelector('.leaflet-popup')")  # it fades
    yield page
    assert not trouble


HELPERS = """() => {
    globalThis.look = (zoom, at) => void storyMap.current.map.setView(at || [59.939, 30.315], zoom, {animate: false});
    globalThis.linesIn = pane => {
        const found = [];
        storyMap.current.map.eachLayer(layer => {
            if (layer instanceof L.Polyline && layer.options.pane === pane) found.push(layer);
        });
        return found;
    };
    // every change of the page while `act` runs
    globalThis.stirred = act => {
        const watch = new MutationObserver(() => {});
        watch.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
        act();
        const records = watch.takeRecords();
        watch.disconnect();
        return records;
    };
    // a mark without its colours
    globalThis.shapeOf = mark => [...mark.querySelectorAll("svg *")].map(node => node.tagName
        + [...node.attributes].filter(a => !["fill", "stroke"].includes(a.name)).map(a => ` ${a.name}=${a.value}`).join("")
        + (node.getAttribute("fill") === "none" ? " open" : "")).join("; ");
    globalThis.boxOf = node => { const b = node.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; };
}"""


def look(page, zoom, at=CITY):
    page.evaluate(f"look({zoom}, {at})")


def set_time(page, minute):
    page.evaluate("minute => storyMap.setTime(minute)", minute)


def place_of(page, place):
    return page.locator(f"[data-place='{place}']")


@pytest.fixture(scope="module")
def payload(story):
    return map_payload(story, WORDS)


def quiet_minutes(payload, length, just_after=None):
    """The first of `length` minutes in which nothing but the clock goes on.

    With `just_after`, the first in which units have arrived so recently that their trails show.
    """
    busy = set()
    trails = set()
    for table in (payload["holders"], payload["spans"]):
        busy |= {minute for steps in table.values() for minute, _ in steps}
    for steps in payload["units"].values():
        for minute, value in steps:
            until = value[0] if isinstance(value, list) else minute
            # people who have stood for an hour are hidden when seen from afar
            busy |= set(range(minute, until + 1)) | {until + 20, until + 60, minute + 60}
            trails |= set(range(until, until + 20)) if isinstance(value, list) else set()
    busy |= {minute for minute, _ in payload["ring"] + payload["power"]}
    busy |= {event["minute"] for event in payload["events"]}
    for first in range(LAST_MINUTE):
        minutes = set(range(first, first + length + 1))
        if not minutes & busy and (minutes <= trails if just_after else not minutes & trails):
            return first
    raise AssertionError("the story has no quiet minutes")


# -- opening


def test_it_opens_from_a_file_and_fetches_nothing(page):
    assert page.url.startswith("file:")
    assert page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)") == []
    expect(page).to_have_title("Petrograd, October 1917")
    assert page.evaluate("document.documentElement.lang") == "en"
    expect(page.locator(".caption")).to_contain_text("Wednesday 25 October 1917, 21:40")
    expect(page.locator(".caption")).to_contain_text("The Aurora fires")


def test_it_has_a_scale_of_its_own_and_no_link_out(page):
    assert page.locator("a[href^=http], link, script[src], img[src^=http]").count() == 0


@pytest.mark.parametrize("zone", ZONES)
def test_its_caption_reads_the_same_in_every_time_zone(open_page, saved_map, zone):
    page = open_page(saved_map, timezone_id=zone)
    assert page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == zone
    minutes = list(range(0, LAST_MINUTE, 171))

    captions = page.evaluate(
        """minutes => minutes.map(minute => {
            storyMap.setTime(minute);
            return document.querySelector(".caption-clock").textContent;
        })""",
        minutes,
    )

    assert captions == [
        WORDS.clock(at_minute(minute)).removesuffix(" (Old Style)") for minute in minutes
    ]


def test_asked_for_a_minute_it_tells_what_python_tells(page, story):
    for minute in MOMENTS:
        city = page.evaluate("minute => storyMap.current.cityAt(minute)", minute)
        ours = story.at(at_minute(minute))

        assert {place: held[:2] for place, held in city["holders"].items()} == {
            place: [holding.holder, holding.claim] for place, holding in ours.holdings.items()
        }
        assert city["last"] == ours.last.id
        assert city["units"].keys() == ours.units.keys()


# -- redrawing


def test_the_same_minute_again_changes_nothing(page):
    assert page.evaluate("stirred(() => storyMap.setTime(storyMap.current.minute)).length") == 0


def test_in_a_quiet_minute_only_the_clock_changes(page, payload):
    calm, fresh = quiet_minutes(payload, 4), quiet_minutes(payload, 4, just_after="an arrival")
    for zoom, quiet in ((12, calm), (16, calm), (12, fresh), (16, fresh)):
        look(page, zoom)
        set_time(page, quiet)

        seconds = page.evaluate("m => stirred(() => storyMap.setTime(m)).length", quiet + 0.5)
        strayed = page.evaluate(
            """minute => stirred(() => [1, 2, 2.7, 3].forEach(n => storyMap.setTime(minute + n)))
                .map(record => record.target)
                .filter(node => !(node.parentElement.closest(".caption-clock") || node.closest(".caption-clock")))
                .map(node => node.outerHTML || node.textContent)""",
            quiet,
        )

        assert seconds == 0
        assert strayed == []
        assert WORDS.clock(at_minute(quiet + 3)).startswith(
            page.locator(".caption-clock").inner_text()
        )


def test_what_changes_hands_is_redrawn_and_no_other_mark_is(page, payload):
    """From one change to the next: the marks that were touched are those whose state changed."""
    look(page, 16)  # so near, every place is shown
    minutes = sorted(
        {minute for steps in payload["holders"].values() for minute, _ in steps}
        | {minute for steps in payload["spans"].values() for minute, _ in steps}
        | {event["minute"] for event in payload["events"]}
    )[1:]
    set_time(page, minutes[0] - 1)

    redrawn = page.evaluate(
        """minutes => minutes.map(minute => {
            const records = stirred(() => storyMap.setTime(minute));
            return [...new Set(records
                .filter(record => record.target.closest && (record.target.closest(".place-mark")
                    || ["data-holder", "data-claim", "data-span"].includes(record.attributeName)))
                .map(record => record.target.closest(".place").dataset.place))].sort();
        })""",
        minutes,
    )
    states = page.evaluate(
        """minutes => minutes.map(minute => {
            const {holders, spans} = storyMap.current.cityAt(minute);
            return Object.fromEntries([...Object.keys(holders), ...Object.keys(spans)]
                .map(id => [id, [...(holders[id] || []).slice(0, 2), spans[id] === "raised"]]));
        })""",
        [minutes[0] - 1, *minutes],
    )

    for minute, marks, before, after in zip(minutes, redrawn, states[:-1], states[1:], strict=True):
        changed = {
            place
            for place, state in after.items()
            if before.get(place, [False]) != state and place != "petrograd"
        }
        assert set(marks) == changed, at_minute(minute)
    assert sum(map(len, redrawn)) > 50


def test_zoom_and_pan_stay_when_the_time_moves(page):
    look(page, 15.25, "[59.95, 30.34]")
    before = page.evaluate("[storyMap.current.map.getZoom(), storyMap.current.map.getCenter()]")

    for minute in (0, RAISED, AURORA, LAST_MINUTE):
        set_time(page, minute)

    after = page.evaluate("[storyMap.current.map.getZoom(), storyMap.current.map.getCenter()]")
    assert after == before
    assert after[0] == 15.25


def test_after_five_hundred_steps_there_are_no_more_nodes_and_listeners(page, chromium):
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")

    def counted():
        devtools.send("HeapProfiler.collectGarbage")
        metrics = devtools.send("Performance.getMetrics")["metrics"]
        return {
            m["name"]: m["value"] for m in metrics if m["name"] in ("Nodes", "JSEventListeners")
        }

    def wander():
        page.evaluate(
            """last => {
                for (let n = 0; n < 500; n++) storyMap.setTime((n * 1237) % last);
                storyMap.current.choose("winter-palace", true);
                storyMap.current.choose("smolny", true);
                storyMap.current.choose(null, true);
                storyMap.setTime(0);
            }""",
            LAST_MINUTE,
        )
        page.wait_for_function("!document.querySelector('.leaflet-popup')")

    wander()
    before = counted()
    wander()
    after = counted()

    devtools.detach()
    assert before["Nodes"] > 500
    assert after["JSEventListeners"] <= before["JSEventListeners"]
    assert after["Nodes"] <= before["Nodes"] + 20


def test_a_minute_outside_the_story_is_moved_to_its_nearer_end(page):
    set_time(page, -50)
    assert page.evaluate("storyMap.current.minute") == 0
    set_time(page, LAST_MINUTE + 50)
    assert page.evaluate("storyMap.current.minute") == LAST_MINUTE


# -- marks


def test_a_raised_bridge_looks_raised_and_says_so(page, story):
    for minute in (RAISED, AURORA, LAST_MINUTE):
        set_time(page, minute)
        look(page, 16)  # every mark is there
        spans = story.at(at_minute(minute)).spans
        for place in story.places.values():
            if not place.is_bridge:
                continue
            raised = spans.get(place.id) == "raised"
            mark = place_of(page, place.id)
            expect(mark).to_have_attribute("data-span", "raised" if raised else "lowered")
            expect(mark.locator(".raised-mark")).to_have_count(int(raised))
            name = mark.locator("..").get_attribute("aria-label")
            assert name.endswith(", raised") == raised, name
            lat, lon = place.geometry.coords[0][1], place.geometry.coords[0][0]
            look(page, 15, [lat, lon])
            pieces = page.evaluate(
                """([lat, lon]) => {
                    const near = line => { const [a] = line.getLatLngs()[0]; return Math.abs(a.lat - lat) + Math.abs(a.lng - lon) < 3e-5; };
                    return linesIn("bridges").filter(near).map(line => (line.getElement().getAttribute("d").match(/M/g) || []).length);
                }""",
                [lat, lon],
            )
            assert pieces == ([4, 4] if raised else [1, 1]), place.id
            look(page, 16)
    assert "raised" in story.at(at_minute(RAISED)).spans.values()
    assert "raised" not in story.at(at_minute(LAST_MINUTE)).spans.values()


def test_held_claimed_and_contested_have_marks_of_their_own(page, story):
    look(page, 16)
    shapes = {}
    for minute in MOMENTS:
        set_time(page, minute)
        held = story.at(at_minute(minute)).holdings
        drawn = page.evaluate(
            """() => [...document.querySelectorAll(".place")].map(box => [box.dataset.place, box.dataset.holder,
                box.dataset.claim || null, box.dataset.span === "raised", shapeOf(box.querySelector(".place-mark"))])"""
        )
        for place, holder, claim, raised, shape in drawn:
            told = held.get(place)
            assert [holder, claim] == ([told.holder, told.claim] if told else ["unknown", None])
            shapes.setdefault((holder, claim, raised), set()).add(
                re.sub(r" (width|height)=\S+", "", shape)
            )

    assert {"government", "mrc", "neutral", "contested", "unknown"} <= {key[0] for key in shapes}
    assert any(claim for _, claim, _ in shapes)
    flat = [shape for found in shapes.values() for shape in found]
    told_apart = {(*key[:2], key[2]) for key in shapes}
    assert len(flat) == len(set(flat)) == len(told_apart), "one state, one shape, colours aside"


def test_the_holders_differ_in_shape_in_the_legend_too(page):
    rows = page.evaluate(
        """() => [...document.querySelectorAll(".legend-row")].map(row => [row.textContent, shapeOf(row)])"""
    )

    texts, shapes = zip(*rows, strict=True)
    for words in (
        "Government", "MRC side", "Neither", "Contested", "no source says", "claimed, not held",
        "Bridges: raised", "Bridges: lowered", "what has just happened",
    ):  # fmt: skip
        assert words in texts
    assert len(set(shapes)) == len(shapes)


def test_each_stage_of_the_ring_is_drawn_as_it_is_on_file(page, story, payload):
    assert len(payload["ring"]) > 4
    for minute, stage in payload["ring"]:
        set_time(page, minute)
        ring = story.rings.get(stage)
        drawn = page.evaluate(
            """() => linesIn("ring").map(line => ({
                line: line.getLatLngs().map(part => part.map(({lat, lng}) => [lng, lat])), dashed: Boolean(line.options.dashArray),
            }))"""
        )
        if ring is None:
            assert drawn == []
            continue
        casing, line = drawn
        assert line["dashed"] == (not ring.closed)
        assert not casing["dashed"]
        for part, wanted in zip(line["line"], ring.lines, strict=True):
            assert [x for position in part for x in position] == pytest.approx(
                [x for position in wanted for x in position], abs=1e-5
            )


LEGS = """legs => {
    const map = storyMap.current.map;
    look(15);
    const frame = map.getContainer().getBoundingClientRect();
    return legs.map(([unit, minute, position, from]) => {
        storyMap.setTime(minute);
        const at = map.latLngToContainerPoint([position[1], position[0]]);
        const mark = document.querySelector(`[data-unit="${unit}"] svg`).getBoundingClientRect();
        const x = mark.left + mark.width / 2 - frame.left, y = mark.top + mark.height / 2 - frame.top;
        const trails = linesIn("routes").filter(line => line.options.weight === 4).map(line => line.getLatLngs());
        const ends = trails.flatMap(line => [line[0], line[line.length - 1]]);
        const meets = ([lon, lat]) => ends.some(end => Math.abs(end.lng - lon) < 2e-5 && Math.abs(end.lat - lat) < 2e-5);
        return {off: Math.hypot(x - at.x, y - at.y), trail: meets(position) && meets(from),
            moving: mark.width > 0 && document.querySelector(`[data-unit="${unit}"]`).classList.contains("unit-moving")};
    });
}"""


def test_units_go_along_their_routes_and_leave_a_trail(page, story, payload):
    """Each leg of each unit, a quarter, half and three quarters of the way."""
    asked = []
    for unit, steps in payload["units"].items():
        for start, value in steps:
            if isinstance(value, list):
                for share in (0.25, 0.5, 0.75):
                    minute = round(start + (value[0] - start) * share)
                    is_at = story.at(at_minute(minute)).units[unit]
                    if is_at.moving:
                        route = story.routes[is_at.route]
                        begun = route.at(0, reverse=is_at.reverse)
                        asked.append([unit, minute, story.position(is_at), begun])
    assert len(asked) > 100

    for (unit, minute, *_), drawn in zip(asked, page.evaluate(LEGS, asked), strict=True):
        assert drawn["off"] < 2, (unit, at_minute(minute))
        assert drawn["moving"], (unit, at_minute(minute))
        assert drawn["trail"], (unit, at_minute(minute))


def test_a_unit_that_leaves_is_gone_and_so_is_its_trail(page, payload):
    leaving = [
        (unit, minute)
        for unit, steps in payload["units"].items()
        for minute, value in steps
        if value is None
    ]
    assert leaving
    there = page.evaluate(
        """leaving => leaving.map(([unit, minute]) => [minute - 1, minute].map(m => {
            storyMap.setTime(m);
            return document.querySelectorAll(`[data-unit="${unit}"]`).length;
        }))""",
        leaving,
    )
    for one, counts in zip(leaving, there, strict=True):
        assert counts == [1, 0], one


def test_a_trail_shows_on_the_way_and_for_twenty_minutes_after(page, payload):
    minutes = list(range(0, LAST_MINUTE, 7))
    legs = [
        # a leg ends early where the unit's next step begins
        (start, min([value[0] + 20, *(minute for minute, _ in steps if minute > start)]))
        for steps in payload["units"].values()
        for start, value in steps
        if isinstance(value, list)
    ]

    trails = page.evaluate(
        """minutes => minutes.map(minute => {
            storyMap.setTime(minute);
            return linesIn("routes").filter(line => line.options.weight === 4).length;
        })""",
        minutes,
    )

    assert trails == [sum(start <= minute < end for start, end in legs) for minute in minutes]
    assert 0 in trails
    assert max(trails) > 2


def test_a_halo_marks_the_place_of_the_event_told(page, story):
    asked = sorted({minute_of(event.shown) for event in story.events})
    wanted = []
    for minute in asked:
        place = story.places[story.at(at_minute(minute)).last.places[0]]
        lon, lat = place.lon_lat
        wanted.append(None if place.id == "petrograd" else [lat, lon])

    off = page.evaluate(
        """([minutes, wanted]) => minutes.map((minute, n) => {
            storyMap.setTime(minute);
            const halos = [...document.querySelectorAll(".halo")];
            if (wanted[n] === null || halos.length !== 1) return halos.length;
            const at = storyMap.current.map.latLngToContainerPoint(wanted[n]);
            const box = halos[0].parentElement.getBoundingClientRect();
            return Math.hypot(box.left - at.x, box.top - at.y) < 2;
        })""",
        [asked, wanted],
    )

    for minute, position, found in zip(asked, wanted, off, strict=True):
        assert found == (0 if position is None else True), at_minute(minute)
    assert off.count(True) > 80


def test_of_events_at_one_minute_the_one_asked_for_is_told(page, story):
    light, weighty = next(
        (one, other) for one, other in pairwise(story.events)
        if one.shown == other.shown and one.places[0] != other.places[0]
        and "petrograd" not in (one.places[0], other.places[0]) and story.at(one.shown).last == other
    )  # fmt: skip
    set_time(page, minute_of(light.shown))
    title = page.locator(".caption-event")
    told_at = page.locator(".place-now")
    expect(title).to_have_text(story.text(weighty).title)

    page.evaluate("id => storyMap.current.tell(id)", light.id)

    expect(title).to_have_text(story.text(light).title)
    names = [story.places[place].name("en") for place in light.places]
    assert sorted(told_at.all_text_contents()) == sorted(names)
    expect(page.locator(".halo")).to_have_count(1)
    (places, units) = page.evaluate(LABELS, [minute_of(light.shown)])[0]
    assert overlapping(places + units) == []

    page.evaluate("storyMap.current.tell(null)")

    expect(title).to_have_text(story.text(weighty).title)


def test_an_event_beyond_the_view_is_pointed_at(page):
    pointer = page.locator(".pointer")
    expect(pointer).to_be_hidden()

    look(page, 16, "[59.93, 30.40]")  # the Aurora lies to the west

    expect(pointer).to_be_visible()
    box = pointer.bounding_box()
    assert 0 <= box["x"] < 60
    page.evaluate("storyMap.current.showAll()")
    expect(pointer).to_be_hidden()


# -- names


def test_every_mark_can_be_reached_by_keyboard_and_says_who_holds_it(page, story):
    for zoom, minute in ((12, 0), (13.5, RAISED), (16, AURORA), (16, LAST_MINUTE)):
        look(page, zoom)
        set_time(page, minute)
        held = story.at(at_minute(minute)).holdings
        spans = story.at(at_minute(minute)).spans
        ever = {change.hold for e in story.events for change in e.changes if change.verb == "hold"}
        marks = page.evaluate(
            """() => [...document.querySelectorAll(".place")].map(box => [box.dataset.place,
                box.parentElement.getAttribute("role"), box.parentElement.tabIndex, box.parentElement.getAttribute("aria-label")])"""
        )
        assert marks
        for place_id, role, tab, said in marks:
            wanted = [story.places[place_id].name("en")]
            if place_id in held:
                wanted.append(WORDS("holder_short", held[place_id].holder))
                if held[place_id].claim:
                    claimed_by = WORDS("holder_short", held[place_id].claim)
                    wanted.append(f"{WORDS('map', 'claimed')}: {claimed_by}")
            elif place_id in ever:
                wanted.append("no source says")
            if spans.get(place_id) == "raised":
                wanted.append("raised")
            assert (role, tab, said) == ("button", 0, ", ".join(wanted))


def test_the_mark_with_the_focus_is_outlined(page):
    palace = place_of(page, "winter-palace").locator("..")
    palace.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(palace).to_be_focused()

    style, width, drawn = palace.locator(".place-mark").evaluate(
        """mark => {
            const style = getComputedStyle(mark);
            return [style.outlineStyle, parseFloat(style.outlineWidth), mark.getBoundingClientRect().width];
        }"""
    )

    assert style == "solid"
    assert width >= 2
    assert drawn > 10


LABELS = """minutes => minutes.map(minute => {
    storyMap.setTime(minute);
    const places = storyMap.current.labels().map(label => [label.textContent, ...boxOf(label)]);
    const units = [...document.querySelectorAll(".unit-moving .unit-label:not([data-spot=none])")]
        .map(label => [label.textContent, ...boxOf(label)]);
    return [places, units];
})"""


def overlapping(boxes):
    return [
        (a[0], b[0])
        for a, b in combinations(boxes, 2)
        if a[1] < b[3] - 0.5 and b[1] < a[3] - 0.5 and a[2] < b[4] - 0.5 and b[2] < a[4] - 0.5
    ]


@pytest.mark.parametrize("size", SIZES)
def test_no_name_covers_another(page, size):
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function("w => storyMap.current.map.getSize().x === w", arg=width)
    counts = []
    for zoom in (12, 13, 14, 15, 16):
        look(page, zoom)
        for minute, (places, units) in zip(MOMENTS, page.evaluate(LABELS, MOMENTS), strict=True):
            assert overlapping(places + units) == [], (zoom, at_minute(minute))
            for text, left, top, right, bottom in places + units:
                inside = left >= 0 and right <= width and top >= 0 and bottom <= height
                assert inside, (text, zoom)
            counts.append(len(places))
    assert min(counts) >= 2
    assert max(counts) >= (8 if size == "phone" else 15)


def test_names_of_units_on_the_way_cover_no_name_either(page):
    """Every fifth minute of the busiest night, in the whole view and from near."""
    minutes = list(range(minute_of(at("24 22:00")), minute_of(at("26 03:00")), 5))
    named = 0
    for zoom in (None, 14.5):
        if zoom:
            look(page, zoom)
        for minute, (places, units) in zip(minutes, page.evaluate(LABELS, minutes), strict=True):
            assert overlapping(places + units) == [], at_minute(minute)
            named += len(units)
    assert named > 100


def test_names_stay_in_the_view_and_apart_while_it_is_moved(page):
    """Without a step of the clock: one who walks near the edge has his name on the other side."""
    look(page, 14.5)
    shown = page.evaluate(
        """() => {
            const map = storyMap.current.map;
            const unit = document.querySelector(".unit-moving");
            const {width, height} = map.getContainer().getBoundingClientRect();
            return [[30, 400], [width - 30, 400], [700, 30], [700, height - 30]].map(([x, y]) => {
                const box = unit.getBoundingClientRect();
                map.panBy([box.left - x, box.top - y], {animate: false});
                const said = label => [label.textContent, ...boxOf(label)];
                return [said(unit.querySelector(".unit-label:not([data-spot=none])")), storyMap.current.labels().map(said)];
            });
        }"""
    )

    width, height = SIZES["kiosk"]
    for (text, left, top, right, bottom), others in shown:
        assert 0 <= left < right <= width, text
        assert 0 <= top < bottom <= height, text
        assert overlapping([(text, left, top, right, bottom), *others]) == []


def test_labels_are_told_by_the_names_of_1917(page, story):
    look(page, 15)

    shown = page.evaluate("storyMap.current.labels().map(label => label.textContent)")

    assert set(shown) <= {place.name("en") for place in story.places.values()}
    assert "Palace Bridge" in shown
    assert "Nikolaevsky Bridge" in shown  # Blagoveshchensky today


# -- the card of a place


def test_a_card_says_who_holds_a_place_since_when_and_follows_the_clock(page, story, payload):
    """At a place that was claimed before it was held."""
    look(page, 16)
    place, claimed, held = next(
        (place, before, after)
        for place, steps in payload["holders"].items()
        for (before, (_, claim, _)), (after, (holder, _, _)) in pairwise(steps)
        if claim and claim == holder
    )
    set_time(page, claimed)
    place_of(page, place).locator("..").press("Enter")
    card = page.locator(".place-card")

    for minute in (claimed, held, claimed):
        set_time(page, minute)
        holding = story.at(at_minute(minute)).holdings[place]
        expect(card.locator("strong")).to_have_text(story.places[place].name("en"))
        expect(card).to_contain_text(
            f"{WORDS('holder_short', holding.holder)} · since "
            f"{holding.since.day} October, {holding.since:%H:%M}"
        )
        if holding.claim:
            claimed_by = WORDS("holder_short", holding.claim)
            expect(card).to_contain_text(f"claimed, not held: {claimed_by}")
        else:
            expect(card).not_to_contain_text("claimed")


def test_a_card_of_a_bridge_says_whether_it_is_raised(page):
    set_time(page, RAISED)
    page.get_by_role("button", name=re.compile("^Nikolaevsky Bridge")).press("Enter")
    expect(page.locator(".place-card")).to_contain_text("raised")

    set_time(page, AURORA)

    expect(page.locator(".place-card")).to_contain_text("lowered")
    expect(page.locator(".place-card")).to_contain_text("today: Blagoveshchensky Bridge")


def test_one_place_at_a_time_is_chosen_and_escape_lets_go(page):
    page.get_by_role("button", name=re.compile("^Winter Palace")).press("Enter")
    page.get_by_role("button", name=re.compile("^Smolny")).press("Enter")
    chosen = page.locator(".place-chosen")
    expect(chosen).to_have_count(1)
    expect(chosen).to_have_attribute("data-place", "smolny")

    page.keyboard.press("Escape")

    expect(chosen).to_have_count(0)
    expect(page.locator(".leaflet-popup")).to_have_count(0)


def test_a_click_on_a_mark_opens_its_card(page):
    place_of(page, "smolny").locator(".place-mark").click()

    expect(page.locator(".place-card strong")).to_have_text("Smolny Institute")


def test_a_place_that_nobody_knows_is_chosen_by_nobody(page):
    for word in ("nowhere", "constructor", "__proto__", "toString"):
        page.evaluate("id => storyMap.current.choose(id, true)", word)
        expect(page.locator(".place-card")).to_have_count(0)


# -- controls


def test_the_legend_opens_and_closes_by_keyboard(page):
    legend = page.locator("details.legend")
    summary = page.locator("details.legend summary")
    expect(summary).to_have_text("Legend")
    was_open = legend.evaluate("box => box.open")
    summary.focus()

    page.keyboard.press("Enter")
    assert legend.evaluate("box => box.open") != was_open
    page.keyboard.press("Space")
    assert legend.evaluate("box => box.open") == was_open


@pytest.mark.parametrize("size", SIZES)
def test_caption_legend_and_zoom_are_in_view_and_clear_of_each_other(
    open_page, saved_map, story, size
):
    """At the minutes with the longest titles: on a phone these take several lines."""
    page = open_page(saved_map, size)
    width, height = SIZES[size]
    told = {story.at(event.shown).last for event in story.events}
    longest = sorted(told, key=lambda event: -len(story.text(event).title))[:5]
    for event in longest:
        set_time(page, minute_of(event.shown))
        boxes = page.evaluate(
            """() => [".caption", ".legend", ".leaflet-control-zoom-in", ".leaflet-control-zoom-out", ".whole-view", ".credit"]
                .map(name => {
                    const box = document.querySelector(name).getBoundingClientRect();
                    return [name, box.left, box.top, box.right, box.bottom];
                })"""
        )

        for name, left, top, right, bottom in boxes:
            assert right - left > 20, name
            assert bottom - top > 10, name
            assert 0 <= left < right <= width, name
            assert 0 <= top < bottom <= height, name
        assert overlapping(boxes) == []
        expect(page.locator(".caption-event")).to_have_text(story.text(event).title)


def test_whole_view_brings_the_whole_city_back(page):
    first = page.evaluate("storyMap.current.map.getBounds().toBBoxString()")
    look(page, 16)

    page.get_by_role("button", name="Whole city").click()

    assert page.evaluate("storyMap.current.map.getBounds().toBBoxString()") == first


def test_nobody_gets_lost_by_zooming(page):
    """Past the last level there is no ground to see."""
    for button, deepest in (("Zoom in", 17), ("Zoom out", 5)):
        page.evaluate(f"look({deepest - 0.25 if deepest > 9 else deepest + 0.25})")
        page.get_by_role("button", name=button).click()
        page.wait_for_function(f"storyMap.current.map.getZoom() === {deepest}")
        expect(page.get_by_role("button", name=button)).to_have_attribute("aria-disabled", "true")


def test_until_it_is_touched_the_map_fits_the_room_it_has(page):
    page.set_viewport_size({"width": 800, "height": 600})
    page.wait_for_function("storyMap.current.map.getSize().x === 800")

    assert page.evaluate(
        "storyMap.current.map.getBounds().contains([[59.926, 30.285], [59.955, 30.39]])"
    )

    look(page, 15)
    page.set_viewport_size({"width": 900, "height": 600})
    page.wait_for_function("storyMap.current.map.getSize().x === 900")

    assert page.evaluate("storyMap.current.map.getZoom()") == 15


# -- motion


@pytest.mark.parametrize(
    ("wish", "moves"), [("no-preference", ["halo"]), ("reduce", [])], ids=["as it is", "reduced"]
)
def test_the_halo_is_all_that_moves_by_itself_and_stands_still_if_asked(
    open_page, saved_map, wish, moves
):
    """Thirty frames without play."""
    page = open_page(saved_map, reduced_motion=wish)
    assert page.locator(".halo").count() == 1

    moving = page.evaluate("document.getAnimations().map(animation => animation.animationName)")
    stirs = page.evaluate(
        """() => new Promise(done => {
            let left = 30;
            const stirs = [];
            const watch = new MutationObserver(records => stirs.push(...records.map(r => `${r.type} ${r.target.className}`)));
            watch.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
            const frame = () => left-- ? requestAnimationFrame(frame) : done(stirs);
            frame();
        })"""
    )

    assert moving == moves
    assert stirs == []


# -- playing


@pytest.fixture
def played(open_page, saved_map):
    """`played(minute)`: a map whose clock only moves when the test says so."""
    page = open_page("about:blank")
    page.clock.install(time=0)
    page.goto(saved_map)
    page.clock.pause_at(60_000)
    page.evaluate(
        """() => {
            globalThis.said = [];
            globalThis.ticks = [];
            globalThis.titles = [];
            storyMap.current.listen(report => {
                if (report.tick === undefined) said.push(report); else ticks.push(report.tick);
                const title = document.querySelector(".caption-event").textContent;
                if (title !== titles[titles.length - 1]) titles.push(title);
            });
        }"""
    )
    return page


def test_playing_passes_at_every_event_to_the_end_and_stops_there(played, story):
    start = minute_of(at("25 20:00"))
    told = []  # of several events at one minute the weightiest is told
    for event in story.events:
        last = story.at(event.shown).last
        if minute_of(event.shown) >= start and last not in told:
            told.append(last)
    assert len(told) > 20

    played.evaluate(
        "m => { storyMap.setTime(m - 1); titles.length = 0; storyMap.current.play(1); }", start
    )
    assert played.evaluate("storyMap.current.playing") is True
    played.clock.run_for(240_000)

    assert played.evaluate("[storyMap.current.minute, storyMap.current.playing]") == [
        LAST_MINUTE,
        False,
    ]
    assert [t for t in played.evaluate("titles") if t != before_the(story, start)] == [
        story.text(event).title for event in told
    ]
    reports = played.evaluate("said")
    assert reports[-1] == {"minute": LAST_MINUTE, "playing": False}
    assert [(report["minute"], report["playing"]) for report in reports[:-1]] == [
        (minute_of(event.shown), True) for event in told
    ]


def before_the(story, minute):
    """The title of the event told just before a minute."""
    return story.text(story.at(at_minute(minute - 1)).last).title


def test_faster_it_comes_further(played):
    reached = []
    for speed in (1, 2, 4):
        played.evaluate(
            "([m, speed]) => { storyMap.current.pause(); storyMap.setTime(m); storyMap.current.play(speed); }",
            [RAISED, speed],
        )
        played.clock.run_for(12_000)
        reached.append(played.evaluate("storyMap.current.minute"))

    assert RAISED < reached[0] < reached[1] < reached[2] < LAST_MINUTE


def test_pausing_keeps_a_whole_minute_and_nothing_runs_on(played):
    between = 0
    for milliseconds in (150, 430, 700, 2_300):
        played.evaluate("m => { storyMap.setTime(m); storyMap.current.play(1); }", RAISED)
        played.clock.run_for(milliseconds)
        before, paused = played.evaluate(
            "[storyMap.current.minute, (storyMap.current.pause(), storyMap.current.minute)]"
        )
        between += before != int(before)
        assert paused == int(before)

        played.clock.run_for(3_000)

        assert played.evaluate("storyMap.current.minute") == paused
        assert played.evaluate("storyMap.current.playing") is False
    assert between


def test_pressing_play_again_plays_at_the_new_speed_alone(played):
    played.evaluate("m => { storyMap.setTime(m); storyMap.current.play(1); }", RAISED)
    played.clock.run_for(4_000)
    once = played.evaluate("storyMap.current.minute")
    played.evaluate("m => { storyMap.current.pause(); storyMap.setTime(m); }", RAISED)

    played.evaluate("ticks.length = 0; storyMap.current.play(4); storyMap.current.play(1)")
    played.clock.run_for(4_000)

    ticks = played.evaluate("ticks")
    assert ticks == sorted(ticks)
    assert once > RAISED
    assert played.evaluate("storyMap.current.minute") == pytest.approx(once, abs=2)


def test_played_from_the_end_it_begins_again(played):
    played.evaluate("m => { storyMap.setTime(m); storyMap.current.play(1); }", LAST_MINUTE)
    played.clock.run_for(2_000)

    assert 0 < played.evaluate("storyMap.current.minute") < 2000


def test_a_tab_that_slept_leaps_over_no_event(played):
    """While a tab sleeps no frame is drawn; the clock of the machine goes on."""
    played.evaluate("m => { storyMap.setTime(m); storyMap.current.play(1); }", RAISED)
    played.clock.run_for(1_000)
    before = played.evaluate("storyMap.current.minute")

    played.clock.fast_forward(3_600_000)

    played.clock.run_for(100)
    assert before <= played.evaluate("storyMap.current.minute") < before + 240
    assert played.evaluate("storyMap.current.playing") is True


def test_no_name_hides_under_caption_legend_or_buttons(open_page, saved_map):
    page = open_page(saved_map, "course")
    page.wait_for_function("globalThis.storyMap && storyMap.current")
    page.set_viewport_size({"width": 780, "height": 280})
    page.wait_for_function("storyMap.current.map.getSize().y === 280")
    page.evaluate("storyMap.current.showAll()")

    hidden = page.evaluate("""() => {
        const box = node => node.getBoundingClientRect();
        const meet = (a, b) => a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
        const controls = [...document.querySelectorAll(".leaflet-control")].map(box);
        return storyMap.current.labels().filter(label => controls.some(c => meet(box(label), c))).map(l => l.textContent);
    }""")

    assert hidden == []
