"""Text stays text: whatever the data says is shown as written, and nothing of it runs."""

import json
import re
from dataclasses import replace

import pytest

from events.clock import at_minute, minute_of
from geo.offline_map import OfflineMap
from story import story_map as beside
from story.payload import map_payload
from story.story_map import VIEW, story_map
from story.telling import read_story
from story.words import Words, words_of

NAUGHTY = (
    "{{191*193}}",
    "{{7*7}}{% raw %}{{ this.payload }}",
    "{% for x in range(9) %}{{x}}{% endfor %}",
    "{# gone #}{#",
    "{{ ''.__class__.__mro__ }}",
    "`${ran=1}` ${globalThis.ran=1}",
    "</script><script>ran=1</script>",
    "<img src=x onerror=ran=1>",
    "<svg/onload=ran=1></title></style>",
    "\" onfocus=\"ran=1\" autofocus=\"",
    "' onclick='ran=1' '",
    "\\' \\\" \\\\ \\u0041 \\n \\",
    "');ran=1;('",
    "a\u2028b\u2029c\u0085d",
    "\u202ethgir ot tfel\u202c \u200fx\u200e",
    "Donaudampfschifffahrtsgesellschaftskapitaenswitwen",
    "🚢 👩🏽‍🚒 🏴\U000e0067\U000e0062 e\u0301",
    "<!-- --> ]]> <![CDATA[ &lt;b&gt; &amp; &#39; &",
    "%s %(x)d {0} #{x} $1 {metres}",
    "javascript:ran=1",
    "\ufeff\u00adzero\u200bwidth",
)  # fmt: skip
UNPAIRED = ("\ud800 alone", "alone \udfff", "\udc00\ud800 {{191*193}}")
"""Halves of a character, which UTF-8 cannot carry: the files refuse them, the map would bear them."""
IDS = (
    "__proto__",
    "toString",
    "{{191*193}}",
    "</script><script>ran=1</script>",
    "\"'\\`",
    "\ud800",
)
"""Ids that the files may refuse; the map bears them all the same."""


def naughty(number):
    """A text that is told apart from the others by its number."""
    return f"{number} {NAUGHTY[number % len(NAUGHTY)]}"


def in_toml(text):
    """A TOML string that says `text`."""
    escaped = re.sub(r'[\\"\x00-\x1f\x7f]', lambda found: f"\\u{ord(found[0]):04x}", text)
    return f'"{escaped}"'


def spoil_toml(folder, key):
    """Put a naughty text after every `key =` in the TOML files of a folder."""
    number = 0
    for path in sorted(folder.glob("*.toml")):
        lines = path.read_text("utf-8").split("\n")
        for n, line in enumerate(lines):
            if line.startswith(f"{key} = "):
                lines[n] = f"{key} = {in_toml(naughty(number))}"
                number += 1
        path.write_text("\n".join(lines), "utf-8")
    assert number > 50


def spoil_geojson(path, keys):
    table = json.loads(path.read_text("utf-8"))
    for number, feature in enumerate(table["features"]):
        for key in keys:
            if key in feature["properties"]:
                feature["properties"][key] = naughty(number)
    path.write_text(json.dumps(table), "utf-8")


def rename_a_unit(folder, units):
    """Call one unit "constructor", a word that every JavaScript object knows."""
    files = sorted(folder.glob("*.toml"))
    actors = (folder / "actors.toml").read_text("utf-8")
    everything = "".join(path.read_text("utf-8") for path in files)
    unit = next(
        unit
        for unit in units
        if f"[actor.{unit}]" in actors
        and not re.search(f'(place|source|id) = "{unit}"', everything)
    )
    for path in files:
        text = path.read_text("utf-8").replace(f'"{unit}"', '"constructor"')
        path.write_text(text.replace(f"[actor.{unit}]", "[actor.constructor]"), "utf-8")
    for path in (folder.parent / "text").glob("*/actors.toml"):
        text = path.read_text("utf-8")
        path.write_text(text.replace(f"[{unit}]", "[constructor]"), "utf-8")


@pytest.fixture
def spoilt(data_copy, story):
    """The shipped story with naughty words in every text of its files that the map shows."""
    spoil_toml(data_copy / "events" / "text" / "en", "title")
    spoil_toml(data_copy / "events" / "data", "name")
    rename_a_unit(data_copy / "events" / "data", map_payload(story, words_of("en"))["units"])
    spoil_geojson(data_copy / "geo" / "data" / "places.geojson", ("name_en", "today_en"))
    for path in (data_copy / "geo" / "data" / "basemap").glob("*.geojson"):
        spoil_geojson(path, ("name_1917",))
    read = read_story(data_copy)
    pattern = read.places["palace-square"]
    added = {
        name: replace(pattern, id=name, names={"en": text}, today={"en": f"today {text}"})
        for name, text in zip((*IDS, "constructor"), UNPAIRED * 3, strict=False)
    }
    return replace(read, places={**read.places, **added})


@pytest.fixture
def words(monkeypatch):
    """English with naughty words throughout."""
    number = iter(range(10_000))

    def spoil(value):
        if isinstance(value, str):
            return naughty(next(number))
        return [spoil(one) for one in value]

    table = {
        section: {key: spoil(value) for key, value in rows.items()}
        for section, rows in words_of("en").table.items()
    }
    table["map"]["named"] = words_of("en")("map", "named")  # without its gaps it would name nothing
    spoilt = Words("en", table)
    monkeypatch.setattr(beside, "words_of", lambda language: spoilt)
    return spoilt


def units_of(text):
    """The UTF-16 units of a text: halves of characters do not survive the way to the browser."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    return [encoded[n] + 256 * encoded[n + 1] for n in range(0, len(encoded), 2)]


@pytest.fixture
def page(story, spoilt, words, open_page, tmp_path):
    path = tmp_path / "spoilt.html"
    scripts = story_map(story).get_root().render().count("<script>")
    story_map(spoilt).save(str(path))
    page = open_page(path.as_uri())
    page.evaluate(
        """() => {
            storyMap.current.map.setView([59.939, 30.315], 16, {animate: false});
            globalThis.units = text => [...Array(text.length).keys()].map(n => text.charCodeAt(n));
        }"""
    )
    yield page
    assert page.evaluate("typeof globalThis.ran") == "undefined"
    assert page.locator("img, iframe, object, embed, base, form").count() == 0
    assert page.locator("[onerror], [onfocus], [onload], [onclick], [autofocus]").count() == 0
    assert page.evaluate("document.scripts.length") == scripts


def test_names_of_places_are_shown_as_written(page, spoilt):
    shown = page.evaluate(
        """() => [...document.querySelectorAll(".place")].map(box => [units(box.dataset.place),
            units(box.querySelector(".place-label").textContent), units(box.parentElement.getAttribute("aria-label"))])"""
    )

    names = {place.id: place.name("en") for place in spoilt.places.values()}
    assert sorted(place for place, _, _ in shown) == sorted(units_of(place) for place in names)
    by_id = {tuple(place): (label, said) for place, label, said in shown}
    for place, name in names.items():
        label, said = by_id[tuple(units_of(place))]
        assert label == units_of(name)
        assert said[: len(label)] == label
    assert len(shown) > 100


def test_titles_and_places_of_events_are_shown_as_written(page, spoilt):
    minutes = sorted({minute_of(event.shown) for event in spoilt.events})

    captions = page.evaluate(
        """minutes => minutes.map(minute => {
            storyMap.setTime(minute);
            return [".caption-event", ".caption-where"].map(name => units(document.querySelector(name).textContent));
        })""",
        minutes,
    )

    for minute, (title, where) in zip(minutes, captions, strict=True):
        last = spoilt.at(at_minute(minute)).last
        assert title == units_of(spoilt.text(last).title)
        assert where == units_of(spoilt.places[last.places[0]].name("en"))


def test_names_of_units_are_shown_as_written(page, spoilt):
    steps = map_payload(spoilt, words_of("en"))["units"]
    assert "constructor" in steps
    asked = [[unit, rows[0][0]] for unit, rows in steps.items()]

    shown = page.evaluate(
        """asked => asked.map(([unit, minute]) => {
            storyMap.setTime(minute);
            const box = document.querySelector(`[data-unit="${unit}"]`);
            return [units(box.querySelector(".unit-label").textContent), units(box.title)];
        })""",
        asked,
    )

    for (unit, _), (label, title) in zip(asked, shown, strict=True):
        assert label == title == units_of(spoilt.actors[unit].name)


def test_cards_are_shown_as_written(page, spoilt, words):
    cards = page.evaluate(
        """ids => ids.map(codes => {
            const id = String.fromCharCode(...codes);
            storyMap.current.choose(id, true);
            const card = [...document.querySelectorAll(".place-card")].pop();
            return [units(card.querySelector("strong").textContent), units(card.textContent)];
        })""",
        [units_of(place) for place in spoilt.places],
    )

    for place, (name, text) in zip(spoilt.places.values(), cards, strict=True):
        today = place.today["en"]
        assert name == units_of(place.name("en"))
        if today != place.name("en"):
            wanted = f"{words('map', 'today')}: {today}"
            assert str(units_of(wanted))[1:-1] in str(text)[1:-1]


def test_names_on_the_ground_are_shown_as_written(page, spoilt):
    """As many as there is room for, in many views."""
    named = {
        tuple(units_of(feature.properties["name_1917"]))
        for layer in spoilt.ground.values()
        for feature in layer
        if "name_1917" in feature.properties
    }

    shown = page.evaluate(
        """() => [11, 12, 13, 14, 15, 16, 17].flatMap(zoom => [30.25, 30.29, 30.33, 30.37].flatMap(lon => {
            storyMap.current.map.setView([59.939, lon], zoom, {animate: false});
            ground.current.layOut();
            return [...document.querySelectorAll(".ground-name")].map(text => units(text.textContent));
        }))"""
    )

    assert {tuple(one) for one in shown} <= named
    assert len({tuple(one) for one in shown}) > 30


def test_the_words_of_the_scale_are_shown_as_written(page, words):
    assert page.locator(".ground-scale text").all_text_contents()[1:3] == [
        words("map", "versts"),
        words("map", "kilometres"),
    ]
    north = page.locator(".ground-scale svg").first.get_attribute("aria-label")
    assert north == words("map", "north")


def test_words_of_the_interface_are_shown_as_written(page, words):
    assert page.title() == re.sub(r"[ \t\n\f\r]+", " ", words("page", "title")).strip()
    rows = page.locator(".legend-row span").all_text_contents()
    assert words("holder_short", "mrc") in rows
    assert words("map", "ring_closed") in rows
    assert page.locator("summary").text_content() == words("map", "legend")
    assert page.locator(".credit").text_content() == words("map", "credit")
    assert page.locator(".whole-view").get_attribute("aria-label") == words("map", "whole_view")
    weekday, month = (
        words.section("calendar")["weekdays"][5],
        words.section("calendar")["months"][9],
    )
    clock = page.locator(".caption-clock").text_content()
    assert clock == f"{weekday} 21 {month} 1917, 00:00"


def test_no_template_is_worked_out_anywhere_in_the_file(spoilt, words):
    html = story_map(spoilt).get_root().render()

    assert "36863" not in html  # 191 * 193
    assert "012345678" not in html.replace("0123456789", "")  # the loop
    assert "<class" not in html
    assert "ran=1</script>" not in html
    assert "\u2028" not in "".join(re.findall(r"<script>.*?</script>", html, re.DOTALL))
    html.encode("utf-8")


def test_title_and_language_of_a_map_stay_in_their_place(open_page, tmp_path):
    page = open_page("about:blank")
    path = tmp_path / "map.html"
    for text in ("Petrograd", *NAUGHTY):
        OfflineMap(VIEW, title=text, lang=text).save(str(path))
        page.goto(path.as_uri())

        shown = page.evaluate(
            """() => [document.documentElement.lang, document.querySelector("title").textContent, typeof globalThis.ran,
                document.querySelectorAll("img, [onfocus], body svg").length]"""
        )

        assert shown == [text, text, "undefined", 0]
