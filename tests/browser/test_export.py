"""The exported file and folder in a browser: walked, linked to, read without scripts."""

import json
import re
from urllib.parse import quote

import pytest

from events.clock import at_minute, minute_of, write_t
from story import card
from story.export import Edition, export, write_folder
from story.words import words_of
from tests.browser.conftest import SIZES, take
from tests.conftest import at

ADDRESS = "https://example.org/petrograd/"
PANES = ("event", "city", "place", "list", "sources")
SENTENCES = words_of("en").section("address")


@pytest.fixture(scope="session")
def built(story, tmp_path_factory):
    """A folder with `day.html`, `night.html`, `told.html` (with an address) and `folder/`."""
    out = tmp_path_factory.mktemp("exported")
    for name, edition in {
        "day": Edition(),
        "night": Edition(look="night"),
        "told": Edition(address=ADDRESS),
    }.items():
        (out / f"{name}.html").write_text(export(story, edition).single_file(), "utf-8")
    write_folder(out / "folder", export(story, Edition()).folder())
    return out


@pytest.fixture
def opened(open_page, built):
    """`opened("t=...", size="course", name="day")`: the file, open at that fragment."""

    def open_file(fragment="", size="kiosk", name="day", **said):
        return open_page(f"{(built / f'{name}.html').as_uri()}#{fragment}", size, **said)

    return open_file


def wait(page, condition):
    """Wait until a condition holds; Playwright's own way needs `eval`, which the file forbids."""
    page.evaluate(
        """async () => {
            const until = performance.now() + 30000;
            while (!(await (CONDITION))) {
                if (performance.now() > until) throw new Error("waited in vain");
                await new Promise(done => setTimeout(done, 20));
            }
        }""".replace("CONDITION", condition)
    )


def minute(page):
    return page.evaluate("petrograd.host.minute")


def told(page):
    """Id of the one article that is shown."""
    shown = page.locator(".pane[data-name=event] article:visible")
    assert shown.count() == 1
    return shown.get_attribute("data-told")


def clock(page):
    return page.locator(".clock").inner_text().split("\n")[0]


def shown_pane(page):
    return page.locator(".pane:visible").get_attribute("data-name")


# walking the story


@pytest.mark.parametrize("size", SIZES)
def test_the_story_is_walked_from_event_to_event_and_back(opened, story, size):
    page = opened("t=1917-10-25T21:40", size)
    first = story.events.index(story.by_id["aurora-blank-shot"])

    for event in story.events[first + 1 : first + 6]:
        page.get_by_role("button", name="Next").click()
        assert told(page) == event.id
        assert minute(page) == minute_of(event.shown)
        assert page.locator("article.now h2").inner_text() == story.text(event).title
    for event in story.events[first : first + 5][::-1]:
        page.get_by_role("button", name="Previous").click()
        assert told(page) == event.id
    take(page, f"export-{size}")


def test_next_and_previous_pass_every_event_once(opened, story):
    page = opened()
    walk = """forward => {
        const told = [petrograd.host.told];
        for (let n = 0; n < 400; n++) {
            petrograd.step(forward);
            if (petrograd.host.told === told[told.length - 1]) break;
            told.push(petrograd.host.told);
        }
        return told;
    }"""
    ids = [event.id for event in story.events]

    assert page.evaluate(walk, True) == ids
    assert page.evaluate(walk, False) == ids[::-1]


def test_playing_goes_on_by_itself_at_the_speed_chosen_and_stops_when_told(opened):
    page = opened("t=1917-10-25T20:00", "course")
    page.get_by_role("button", name="4×").click()
    assert page.get_by_role("button", name="4×").get_attribute("aria-pressed") == "true"
    assert page.get_by_role("button", name="1×").get_attribute("aria-pressed") == "false"

    page.get_by_role("button", name="Play").click()
    wait(page, f"petrograd.host.minute >= {minute_of(at('25 21:40'))}")
    page.get_by_role("button", name="Pause").click()

    here = minute(page)
    assert here == int(here)
    assert not page.evaluate("petrograd.host.playing")
    assert page.get_by_role("button", name="Play").is_visible()
    assert write_t(at_minute(here)) in page.url


def test_playing_ends_at_the_last_minute(opened):
    page = opened("t=1917-10-27T05:59", "course")

    page.get_by_role("button", name="Play").click()

    wait(
        page, "!petrograd.host.playing && petrograd.host.minute === petrograd.host.story.lastMinute"
    )
    assert page.get_by_role("button", name="Play").is_visible()


def test_the_days_go_to_their_midnight(opened):
    page = opened(size="course")

    for day in range(21, 27):
        page.locator(".days button", has_text=str(day)).click()
        assert minute(page) == minute_of(at(f"{day} 00:00"))
        assert clock(page).split(",")[0].endswith(f"{day} October 1917")


@pytest.mark.parametrize(
    ("key", "before", "after"),
    [
        ("ArrowRight", "25 21:40", "25 21:45"),
        ("ArrowRight", "25 21:42", "25 21:45"),
        ("ArrowLeft", "25 21:42", "25 21:40"),
        ("ArrowUp", "25 21:40", "25 21:45"),
        ("ArrowDown", "25 21:40", "25 21:35"),
        ("PageUp", "24 21:40", "25 21:40"),
        ("PageDown", "25 21:40", "24 21:40"),
        ("Home", "25 21:40", "21 00:00"),
        ("End", "25 21:40", "27 06:00"),
        ("PageUp", "26 21:40", "27 06:00"),
    ],
)
def test_the_slider_moves_by_keys(opened, key, before, after):
    page = opened(f"t={write_t(at(before))}", "course")

    page.get_by_role("slider").press(key)

    assert minute(page) == minute_of(at(after))
    assert f"t={write_t(at(after))}" in page.url
    spoken = page.get_by_role("slider").get_attribute("aria-valuetext")
    assert spoken == f"{at(after).day} October 1917, {at(after):%H:%M}"


def test_a_click_on_the_ticks_goes_there(opened):
    page = opened(size="course")
    box = page.locator(".ticks").bounding_box()

    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 5)

    assert abs(minute(page) - page.evaluate("petrograd.host.story.lastMinute / 2")) < 15


def test_there_is_a_tick_for_every_event_and_a_name_for_every_day(opened, story):
    page = opened()

    assert page.locator(".ticks b").count() == len(story.events)
    days = page.locator(".ticks span").all_inner_texts()
    assert days == [*(f"{day} October" for day in range(21, 27)), "27"]


def test_either_calendar_comes_first(opened):
    page = opened("t=1917-10-25T21:40", "course")
    assert clock(page).startswith("Wednesday 25 October 1917, 21:40 (Old Style)")

    page.get_by_role("button", name="New Style first").click()

    assert clock(page).startswith("Wednesday 7 November 1917, 21:40 (New Style)")
    assert "calendar=ns" in page.url


def test_who_holds_what_is_what_python_says_at_many_minutes(opened, story):
    page = opened(size="course")
    page.locator("[data-pane=city]").click()
    words = words_of("en")
    claimed = [
        event.shown
        for event in story.events
        if any(holding.claim for holding in story.at(event.shown).holdings.values())
    ]
    asked = [at("21 00:00"), at("27 06:00"), at("25 02:00"), at("24 16:00"), at("25 21:40")]
    asked += claimed[:: max(1, len(claimed) // 8)][:8]
    asked += [event.shown for event in story.events[:: len(story.events) // 9]]
    assert len(claimed) > 2
    assert len(set(asked)) >= 20

    for t in asked:
        wanted = str(card.city_card(story, story.at(t), words)).replace('href="?', 'href="#')
        same = page.evaluate(
            """([minute, wanted]) => {
                petrograd.goTo(minute);
                const box = document.createElement("template");
                box.innerHTML = wanted;
                const [made, asked] = [document.querySelector(".city"), box.content.firstElementChild];
                return made.isEqualNode(asked) || `${made.innerHTML}\\n${asked.innerHTML}`;
            }""",
            [minute_of(t), wanted],
        )
        assert same is True, t


def test_the_line_on_power_is_what_python_says_at_every_event(opened, story):
    from story.words import power_line

    page = opened()
    minutes = [minute_of(event.shown) for event in story.events]

    lines = page.evaluate(
        "minutes => minutes.map(m => { petrograd.goTo(m); return document.querySelector('.power').textContent; })",
        minutes,
    )

    assert lines == [power_line(story.at(event.shown), words_of("en")) for event in story.events]


@pytest.mark.parametrize("size", ["course", "phone"])
def test_a_place_is_opened_from_the_map_the_card_and_the_list(opened, size):
    page = opened("t=1917-10-25T21:40", size)

    page.locator("article.now a[data-place=palace-square]").click()
    assert shown_pane(page) == "place"
    assert (
        page.locator("[data-shown-place]:visible").get_attribute("data-shown-place")
        == "palace-square"
    )
    assert "place=palace-square" in page.url
    page.locator("[data-pane=place]").click()
    page.locator(".place-list a[data-place=smolny]").click()
    assert page.locator("[data-shown-place]:visible h2").inner_text() == "Smolny Institute"
    page.locator("[data-pane=event]").click()
    page.evaluate("petrograd.host.lookAt([30.3139, 59.9404, 16])")  # where marks stand apart
    page.locator(".place[data-place=winter-palace] .place-mark").click()
    assert page.locator("[data-shown-place]:visible h2").inner_text() == "Winter Palace"
    page.locator("[data-shown-place]:visible .steps a").first.click()
    assert shown_pane(page) == "event"


def test_an_event_is_opened_from_the_list(opened, story):
    page = opened(size="course")
    page.locator("[data-pane=list]").click()
    assert page.locator(".pane[data-name=list] li").count() == len(story.events)

    page.locator(".pane[data-name=list] a[data-event=aurora-blank-shot]").click()

    assert told(page) == "aurora-blank-shot"
    assert minute(page) == minute_of(at("25 21:40"))


def test_the_sources_are_all_there(opened, story):
    page = opened(size="course")

    page.locator("[data-pane=sources]").click()

    assert page.locator(".sources li").count() == len(story.chronicle.sources)
    assert page.locator(".sources a").count() == 0  # nothing leads out


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("look", ["day", "night"])
def test_no_pane_is_wider_than_the_screen(opened, size, look):
    page = opened("t=1917-10-25T21:40", size, look)

    for pane in PANES:
        page.locator(f"[data-pane={pane}]").click()
        wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, pane
    take(page, f"export-{look}-{size}")


# without scripts


@pytest.mark.parametrize("size", ["course", "phone"])
def test_with_scripts_off_everything_is_there_to_be_read(opened, story, size):
    page = opened("", size, java_script_enabled=False)

    articles = page.locator("article.event")
    assert articles.count() == len(story.events)
    text = page.locator("body").inner_text()  # of what is shown
    for event in story.events:
        assert story.text(event).title in text
        assert story.text(event).text in text
    for source in story.chronicle.sources.values():
        assert source.cite() in text
    assert page.get_by_role("button").count() == 0
    assert page.get_by_role("slider").count() == 0
    take(page, f"export-without-scripts-{size}")


# links


def test_the_link_of_every_event_shows_it(opened, story):
    page = opened("", "course")
    asked = [
        [event.id, f"t={write_t(event.shown)}&lang=en&event={event.id}"] for event in story.events
    ]

    shown = page.evaluate(
        """asked => asked.map(([, query]) => {
            petrograd.read(query);
            return [petrograd.host.told, document.querySelector("article.now").dataset.told, petrograd.host.minute];
        })""",
        asked,
    )

    assert shown == [[event.id, event.id, minute_of(event.shown)] for event in story.events]
    assert page.locator(".notice").is_hidden()


def test_links_opened_cold_show_their_event(opened, story):
    shared = {
        event.id
        for one, event in zip(story.events, story.events[1:], strict=False)
        if one.shown == event.shown
    }
    asked = [event for n, event in enumerate(story.events) if n % 16 == 3 or event.id in shared]
    page = opened("", "course")
    address = page.url.split("#")[0]

    for event in asked:
        page.goto("about:blank")
        page.goto(f"{address}#event={event.id}")
        assert told(page) == event.id
        assert minute(page) == minute_of(event.shown)
    assert len(shared) >= 5


def test_the_address_that_is_written_is_read_back(opened, story):
    page = opened("t=1917-10-25T21:40", "course")
    ids = [event.id for event in story.events]

    lost = page.evaluate(
        """ids => ids.filter(id => {
            petrograd.read(`event=${id}`);
            const query = petrograd.address();
            petrograd.read("t=1917-10-21");
            petrograd.read(query);
            return petrograd.host.told !== id;
        })""",
        ids,
    )

    assert lost == []


def test_a_link_names_place_calendar_and_view(opened):
    page = opened(
        "t=1917-10-25T21:40&lang=en&event=aurora-blank-shot&place=winter-palace&calendar=ns&view=30.3,59.94,14.5",
        "course",
    )

    assert minute(page) == minute_of(at("25 21:40"))
    assert page.locator("[data-shown-place]:visible h2").inner_text() == "Winter Palace"
    assert clock(page).startswith("Wednesday 7 November")
    lon, lat, zoom = page.evaluate("petrograd.host.view")
    assert (round(lon, 2), round(lat, 2)) == (30.3, 59.94)
    assert zoom == pytest.approx(14.5, abs=0.26)
    assert page.locator(".notice").is_hidden()


def test_moving_the_map_goes_into_the_address_and_the_whole_view_leaves_it(opened):
    page = opened("t=1917-10-25T21:40", "course")
    assert "view=" not in page.url

    page.get_by_role("button", name="Zoom in").click()
    wait(page, "location.hash.includes('view=')")
    page.locator(".whole-view").click()

    wait(page, "!location.hash.includes('view=')")


@pytest.mark.parametrize(
    ("fragment", "shown", "sentence"),
    [
        ("t=1917-10-20T12:00", "21 00:00", "outside"),
        ("t=1917-10-31", "27 06:00", "outside"),
        ("t=1905-01-09", "21 00:00", "outside"),
        ("t=2017-10-25T21:40", "27 06:00", "outside"),
        ("t=yesterday", None, "time"),
        ("t=1917-10-25T25:00", None, "time"),
        ("t=1917-02-30", None, "time"),
        ("t=0000-01-01", None, "time"),
        ("t=1917-10-25T21:40%2B03:00", None, "time"),
        ("t=%00%FF%zz", None, "time"),
        ("event=never-was", None, "event"),
        ("event=__proto__", None, "event"),
        ("t=1917-10-25T21:40&event=never-was", "25 21:40", "event"),
        ("t=1917-10-25T21:40&place=atlantis", "25 21:40", "place"),
        ("t=1917-10-25T21:40&place=constructor", "25 21:40", "place"),
        ("t=1917-10-25T21:40&calendar=mayan", "25 21:40", "calendar"),
        ("t=1917-10-25T21:40&lang=tlh", "25 21:40", "lang"),
        ("t=1917-10-25T21:40&view=a,b,c", "25 21:40", "view"),
        ("t=1917-10-25T21:40&view=2.3,48.8,12", "25 21:40", "view"),
        ("t=1917-10-25T21:40&view=30.3,59.9", "25 21:40", "view"),
        ("t=1917-10-25T21:40&view=30.3,59.9,1e99", "25 21:40", "view"),
        ("t=1917-10-25T21:40&view=,,", "25 21:40", "view"),
    ],
)
def test_a_broken_link_falls_to_the_nearest_minute_with_one_quiet_sentence(
    opened, story, fragment, shown, sentence
):
    page = opened(fragment, "course")

    opening = Edition().opens(story)
    assert minute(page) == minute_of(at(shown) if shown else opening)
    assert page.locator(".notice").inner_text() == SENTENCES[sentence]
    assert page.locator(".notice").get_attribute("role") == "status"
    page.locator("[data-day]").nth(2).click()
    assert page.locator(".notice").is_hidden()


def test_a_fragment_that_asks_for_nothing_shows_the_opening_and_says_nothing(opened, story):
    for fragment in ("", "told", "x=1", "t=", "t=&event=&place=&calendar=&view="):
        page = opened(fragment, "course")
        assert minute(page) == minute_of(Edition().opens(story))
        assert page.locator(".notice").is_hidden()


def test_back_and_forward_go_through_what_was_typed_and_not_through_every_step(opened):
    page = opened("t=1917-10-25T21:40", "course")
    length = page.evaluate("history.length")
    for _ in range(3):
        page.get_by_role("button", name="Next").click()
    assert page.evaluate("history.length") == length
    left = minute(page)

    page.evaluate("location.hash = 't=1917-10-22T12:00'")
    wait(page, f"petrograd.host.minute === {minute_of(at('22 12:00'))}")
    page.go_back()
    wait(page, f"petrograd.host.minute === {left}")
    page.go_forward()
    wait(page, f"petrograd.host.minute === {minute_of(at('22 12:00'))}")


# share


def test_the_link_and_the_embed_code_are_copied(opened):
    page = opened(
        "t=1917-10-25T21:40&calendar=ns",
        "course",
        "told",
        permissions=["clipboard-read", "clipboard-write"],
    )
    page.get_by_role("button", name="Share").click()

    page.get_by_role("button", name="Copy link to this minute").click()
    wait(page, "document.querySelector('dialog [role=status]').textContent === 'Copied.'")
    link = page.evaluate("navigator.clipboard.readText()")
    page.get_by_role("button", name="Copy embed code").click()
    wait(page, "navigator.clipboard.readText().then(text => text.startsWith('<iframe'))")
    code = page.evaluate("navigator.clipboard.readText()")

    assert link == f"{ADDRESS}#t=1917-10-25T21:40&calendar=ns"
    page.get_by_role("button", name="Close").click()
    assert page.locator("dialog").is_hidden()
    page.goto("about:blank")  # where no policy judges the style of the frame
    said = page.evaluate(
        """code => {
            const box = document.createElement("template");
            box.innerHTML = code;
            const frame = box.content.firstElementChild;
            return {count: box.content.childNodes.length, src: frame.src, title: frame.title, width: frame.width, style: frame.getAttribute("style")};
        }""",
        code,
    )
    assert said["count"] == 1
    assert said["src"] == link
    assert said["title"] == words_of("en")("page", "title")
    assert said["width"] == "100%"
    assert re.search(r"aspect-ratio: \d+ ?/ ?\d+", said["style"])


DENIED = "Object.defineProperty(navigator, 'clipboard', {value: {writeText: () => Promise.reject(new Error('denied'))}});"
ABSENT = "Object.defineProperty(navigator, 'clipboard', {value: undefined});"


@pytest.mark.parametrize("clipboard", [DENIED, ABSENT], ids=["denied", "absent"])
def test_where_copying_is_denied_the_text_is_marked_and_a_sentence_says_so(opened, clipboard):
    page = opened("t=1917-10-25T21:40", "course", "told")
    page.evaluate(clipboard)
    page.evaluate("document.execCommand = () => false")
    page.get_by_role("button", name="Share").click()

    page.get_by_role("button", name="Copy link to this minute").click()

    status = page.locator("dialog [role=status]")
    status.wait_for()
    assert status.inner_text() == words_of("en")("file", "copy_by_hand")
    marked = page.evaluate(
        "(() => { const f = document.activeElement; return f.value.slice(f.selectionStart, f.selectionEnd); })()"
    )
    assert marked == f"{ADDRESS}#t=1917-10-25T21:40"


def test_a_copied_link_opened_cold_shows_the_same(opened):
    page = opened("t=1917-10-24T16:17&place=smolny", "course")
    page.get_by_role("button", name="Zoom in").click()
    wait(page, "location.hash.includes('view=')")
    page.get_by_role("button", name="Share").click()
    link = page.locator("#share-link").input_value()
    before = page.evaluate("petrograd.fingerprint()")

    page.goto("about:blank")
    page.goto(link)
    page.get_by_role("button", name="Share").click()

    after = page.evaluate("petrograd.fingerprint()")
    for key in ("minute", "told", "place", "pane", "calendar", "notice"):
        assert after[key] == before[key]
    assert after["view"] == pytest.approx(before["view"], abs=0.01)


def test_a_folder_is_walked_as_the_file_is(open_page, built, story):
    page = open_page((built / "folder" / "index.html").as_uri() + "#t=1917-10-25T21:40", "course")

    assert told(page) == "aurora-blank-shot"
    page.get_by_role("button", name="Next").click()
    assert told(page) == story.events[story.events.index(story.by_id["aurora-blank-shot"]) + 1].id


def test_nothing_is_kept_in_the_browser(opened):
    page = opened("t=1917-10-25T21:40", "course")
    page.get_by_role("button", name="Next").click()

    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [
        0,
        0,
        "",
    ]


def test_an_address_with_everything_odd_in_it_still_opens(opened):
    odd = "&".join(
        f"{key}={quote(text)}"
        for key, text in [
            ("t", "<img src=x onerror=ran=1>"),
            ("place", "'\"><script>ran=1</script>"),
            ("view", "NaN,Infinity,-0"),
            ("x", "{{7*7}}"),
        ]
    )
    page = opened(odd, "course")

    assert page.evaluate("typeof globalThis.ran") == "undefined"
    assert page.locator(".notice").inner_text() in SENTENCES.values()
    assert json.loads(page.evaluate("JSON.stringify(petrograd.state)"))["place"] is None
