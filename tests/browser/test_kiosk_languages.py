"""The kiosk in several languages: the first choice, changing it, and the reset that takes it back."""

import json
import re

import pytest
from playwright.sync_api import expect

from benchmarks.storm import storm
from events.clock import minute_of
from story.export import Edition, export
from story.kiosk import Kiosk
from story.words import LANGUAGES, words_of
from tests.browser.conftest import until
from tests.browser.test_kiosk import (
    AXE,
    KEPT,
    SHAPES,
    TARGETS,
    VISIBLE,
    fingerprint,
    lie_apart,
    mode,
)
from tests.conftest import at


@pytest.fixture(scope="module")
def kiosk_file(story, tmp_path_factory):
    path = tmp_path_factory.mktemp("kiosk") / "kiosk.html"
    path.write_text(export(story, Edition(kiosk=Kiosk())).single_file(), "utf-8")
    return path.as_uri()


def touch(page):
    """A visitor touches the screen, and is asked for the language."""
    size = page.viewport_size
    page.touchscreen.tap(size["width"] / 2, size["height"] / 3)
    page.locator("html[data-kiosk=languages]").wait_for()


def choose(page, language):
    """The choice, and the story in that language, a new page where it is another."""
    page.locator(f"[data-kiosk=language][data-language={language}]").tap()
    page.locator(f"html[lang={language}][data-kiosk=story]").wait_for()
    until(page, "petrograd.kiosk.mode === 'story'")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_choice_is_the_language_and_the_story_begins_in_it(
    open_kiosk,
    story,
    language,
):
    page = open_kiosk()
    touch(page)
    names = page.locator(".languages button").all_inner_texts()
    choose(page, language)

    assert names == [words_of(each)("kiosk", "name") for each in LANGUAGES]
    told, words = story.said_in(language), words_of(language)
    first = told.by_id["opening-state"]
    assert page.evaluate("petrograd.host.minute") == minute_of(first.shown)
    expect(page.locator("article.now h2")).to_have_text(told.text(first).title)
    expect(page.locator("article.now > p").nth(1)).to_have_text(told.text(first).text)
    expect(page.locator(".caption-event")).to_have_text(told.text(first).title)
    expect(page.locator(".power")).to_have_text(words("power", "government"))
    expect(page.locator("[data-pane=city]")).to_have_text(words("page", "city"))
    expect(page.locator(".legend summary")).to_have_text(words("map", "legend"))
    expect(page.locator("[data-clock=os]").first).to_have_text(words.clock(first.shown))
    assert page.title().startswith(words("page", "title"))
    assert page.evaluate("document.documentElement.lang") == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_told_in_the_language_that_was_chosen(open_kiosk, story, language):
    page = open_kiosk()
    touch(page)
    choose(page, language)
    told = story.said_in(language)

    said = page.evaluate("""({
        titles: petrograd.host.story.events.map(event => event.title),
        places: Object.fromEntries(Object.entries(petrograd.host.story.places).map(([id, place]) => [id, place.name])),
        actors: Object.fromEntries(Object.entries(petrograd.host.story.actors).map(([id, actor]) => [id, actor.name])),
        articles: [...document.querySelectorAll('.pane article.event')].map(node => node.textContent),
        tour: petrogradKiosk.tour.map(stop => stop.title),
    })""")
    assert said["titles"] == [told.text(event).title for event in told.events]
    assert said["places"] == {place: told.name(place) for place in told.places}
    assert all(name == told.actors[unit].name for unit, name in said["actors"].items())
    for article, event in zip(said["articles"], told.events, strict=True):
        assert told.text(event).text in article
        assert event.when.reason in article
        for account in event.accounts:
            assert account.says in article
            assert told.chronicle.sources[account.source].cite() in article
    assert len(said["tour"]) == 12
    # who holds what is the same in every language
    page.evaluate("minute => petrograd.goTo(minute)", minute_of(at("25 21:40")))
    city = told.at(at("25 21:40"))
    held = page.evaluate("petrograd.host.cityAt(petrograd.host.minute).holders")
    assert {place: holder for place, (holder, *_) in held.items()} == {
        place: holding.holder for place, holding in city.holdings.items()
    }


@pytest.mark.parametrize("language", ["fr", "ru"])
def test_nothing_of_english_is_left_on_the_screen(open_kiosk, language):
    page = open_kiosk()
    touch(page)
    choose(page, language)
    own, english = words_of(language), words_of("en")
    left = {
        said
        for section in ("holder", "kind", "certainty", "page", "map", "kiosk", "file")
        for key, said in english.section(section).items()
        if own.section(section)[key] != said and "{" not in said and len(said) > 3
    }
    left -= {said for section in own.table.values() for said in section.values() if isinstance(said, str)}  # fmt: skip

    for pane in ("event", "city", "place", "list", "sources"):
        page.evaluate("pane => petrograd.open(pane)", pane)
        shown = page.evaluate("""[...document.querySelectorAll('*')].filter(node => node.checkVisibility())
            .flatMap(node => [node.getAttribute('aria-label'), node.title,
                ...[...node.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim())]).filter(Boolean)""")
        assert len(shown) > 60
        assert not left & set(shown)


def test_the_language_can_be_changed_at_any_time_and_all_else_stays(open_kiosk):
    page = open_kiosk()
    touch(page)
    choose(page, "en")
    page.evaluate("minute => petrograd.goTo(minute)", minute_of(at("25 21:40")))
    page.locator("[data-pane=city]").tap()
    page.locator("[data-kiosk=text]").tap()
    before = page.evaluate("[petrograd.host.minute, petrograd.state.pane, document.documentElement.style.fontSize]")  # fmt: skip

    page.locator("[data-kiosk=languages]").tap()
    choose(page, "ru")

    after = page.evaluate("[petrograd.host.minute, petrograd.state.pane, document.documentElement.style.fontSize]")  # fmt: skip
    assert after == before
    assert mode(page) == "story"

    page.locator("[data-kiosk=languages]").tap()
    page.locator("[data-kiosk=language][data-language=ru]").tap()  # the same: nothing happens
    assert page.evaluate("[petrograd.kiosk.mode, petrograd.host.minute]") == ["story", before[0]]


@pytest.mark.parametrize("screen", SHAPES)
def test_after_a_reset_every_field_is_as_at_the_start_the_language_too(open_kiosk, screen):
    page = open_kiosk(screen)
    start = fingerprint(page)
    for language in ("ru", "fr"):
        touch(page)
        choose(page, language)
        page.evaluate("petrograd.goTo(5000); petrograd.choose('smolny')")
        page.locator("[data-kiosk=text]").tap()
        page.clock.run_for(61_000)
        until(page, "petrograd.kiosk.mode === 'warning'")
        assert page.locator("#warning-title").inner_text() == words_of(language)("kiosk", "still")
        page.clock.run_for(21_000)
        page.locator("html[lang=en][data-kiosk=attract]").wait_for()
        until(page, "globalThis.petrograd && petrograd.kiosk.mode === 'attract'")

        assert fingerprint(page) == start
    assert page.evaluate("petrograd.kiosk.log.resets") == 2
    assert page.evaluate("globalThis.name") == ""


def test_what_is_counted_outlives_a_change_of_language_even_without_storage(open_kiosk):
    blocked = "Object.defineProperty(globalThis, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"
    page = open_kiosk(init=blocked)
    page.evaluate("petrograd.kiosk.note('something')")
    page.clock.run_for(500)
    page.evaluate("petrograd.kiosk.log.resets = 41")
    page.clock.run_for(30_000)
    touches = page.evaluate("petrograd.kiosk.log.touches")
    touch(page)
    choose(page, "ru")

    log = page.evaluate("petrograd.kiosk.log")
    assert (log["resets"], log["touches"]) == (41, touches + 2)
    assert [text for _, text in log["errors"]] == ["something"]
    up = int(re.search(r"ok (\d+) 41 1$", page.title())[1])
    assert up >= 30


def test_a_choice_that_nobody_makes_is_over_after_the_time_out(open_kiosk):
    page = open_kiosk()
    start = fingerprint(page)
    touch(page)
    page.clock.run_for(59_000)
    assert mode(page) == "languages"
    page.clock.run_for(2_000)

    assert mode(page) == "attract"
    assert fingerprint(page) == start


def test_the_address_may_offer_fewer_languages_and_begin_in_another(open_kiosk):
    page = open_kiosk(asked="languages=ru,fr&language=fr", awaited=False)
    page.locator("html[lang=fr][data-kiosk=attract]").wait_for()
    visible = [line for line in page.locator(".attract-touch span").all() if line.is_visible()]
    assert [line.inner_text() for line in visible] == [
        words_of(each)("kiosk", "begin") for each in ("fr", "ru")
    ]
    touch(page)
    buttons = [button for button in page.locator(".languages button").all() if button.is_visible()]
    assert [button.inner_text() for button in buttons] == [
        "Русский",
        "Français",
    ]  # in the order of the address


def test_a_language_that_is_not_offered_is_told(open_kiosk):
    page = open_kiosk(asked="languages=ru,fr", awaited=False)
    page.locator("html[lang=ru][data-kiosk=attract]").wait_for()

    said = words_of("en")("kiosk", "bad_address")
    for gap, filled in (("{key}", "language"), ("{value}", "en"), ("{should}", "ru, fr")):
        said = said.replace(gap, filled)
    assert page.evaluate("petrograd.kiosk.remarks") == [said]


def test_a_choice_over_the_story_is_warned_of_before_it_is_lost(open_kiosk):
    page = open_kiosk()
    touch(page)
    choose(page, "en")
    page.evaluate("petrograd.goTo(5000)")
    page.locator("[data-kiosk=languages]").tap()
    page.clock.run_for(61_000)
    assert mode(page) == "warning"
    page.locator("[data-kiosk=keep]").tap()

    assert page.evaluate("[petrograd.kiosk.mode, petrograd.host.minute]") == ["story", 5000]


def test_a_page_that_is_leaving_counts_one_reset(open_kiosk):
    page = open_kiosk()
    touch(page)
    choose(page, "fr")
    page.evaluate("for (let n = 0; n < 5; n++) petrograd.kiosk.reset()")
    page.locator("html[lang=en][data-kiosk=attract]").wait_for()

    assert page.evaluate("petrograd.kiosk.log.resets") == 1


def test_pictures_of_buttons_stay_as_they_are_while_the_language_is_chosen(open_kiosk):
    page = open_kiosk()
    touch(page)
    fills = (
        "[...document.querySelectorAll('.steps .icon')].map(node => getComputedStyle(node).fill)"
    )
    asked = page.evaluate(fills)
    choose(page, "en")

    assert asked == page.evaluate(fills)


def test_one_language_asks_nobody(open_kiosk):
    page = open_kiosk(asked="languages=ru", awaited=False)
    page.locator("html[lang=ru][data-kiosk=attract]").wait_for()
    page.touchscreen.tap(900, 300)

    until(page, "petrograd.kiosk.mode === 'story'")
    assert not page.locator("[data-kiosk=languages]").is_visible()


@pytest.mark.parametrize("asked", ["languages=tlh", "languages=", "languages=en,en", "language=tlh", "languages=<b>"])  # fmt: skip
def test_a_language_that_is_not_there_is_told_and_stops_nothing(open_kiosk, asked):
    page = open_kiosk(asked=asked)
    assert any("en, fr, ru" in remark or "en,fr,ru" in remark for remark in page.evaluate("petrograd.kiosk.remarks"))  # fmt: skip
    touch(page)
    choose(page, "fr")


NAMES = ["", "a frame", "{}", "null", '{"petrograd": 5}', '{"petrograd": {"language": "__proto__"}}',
    json.dumps({"petrograd": {"language": "tlh", "up": "x", "log": {"resets": "1", "touches": 1e99, "errors": [[1], "x", ["a", "<b>"]]}}}),
    json.dumps({"petrograd": {"at": {"query": 5, "pane": "<b>", "larger": "9"}, "log": None}})]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_what_a_frame_was_called_before_does_no_harm(open_kiosk, name):
    page = open_kiosk(awaited=False, init=f"globalThis.name ||= {json.dumps(name)}")
    until(page, "['attract', 'story'].includes(globalThis.petrograd?.kiosk?.mode)")

    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.evaluate("Number.isSafeInteger(petrograd.kiosk.log.resets)")
    assert re.search(r"ok \d+ \d+ \d+$", page.title())


def test_a_failure_is_told_in_every_language_and_leads_back_to_the_first(open_kiosk):
    page = open_kiosk(troubled=True)
    touch(page)
    choose(page, "ru")
    page.evaluate("for (let n = 0; n < 4; n++) petrograd.kiosk.note('x')")
    lines = page.locator(".failure span").all_inner_texts()
    assert lines == [words_of(each)("kiosk", "moment") for each in ("ru", "en", "fr")]

    page.clock.run_for(3500)
    page.locator("html[lang=en][data-kiosk=attract]").wait_for()


@pytest.mark.parametrize("screen", SHAPES)
def test_a_storm_over_every_language_finds_no_way_out(open_kiosk, screen):
    page = open_kiosk(screen, timed=False)
    loaded = []
    page.on("framenavigated", lambda frame: loaded.append(frame.url))

    assert storm(page, 250) == []
    assert loaded, "no other language was chosen"


CUT = """[...document.querySelectorAll('button, .power, .clock, .languages h2')].filter(b => b.checkVisibility()
    && (b.scrollWidth > b.clientWidth + 1 || b.scrollHeight > b.clientHeight + 1)).map(b => b.textContent)"""


@pytest.mark.parametrize("language", ["fr", "ru"])
@pytest.mark.parametrize("screen", SHAPES)
def test_longer_words_are_not_cut_off_and_lie_over_nothing(open_kiosk, screen, language):
    page = open_kiosk(screen)
    touch(page)
    choose(page, language)
    for minute in ("21 00:00", "24 17:00", "25 10:30", "25 21:40", "26 06:00"):
        page.evaluate("minute => petrograd.goTo(minute)", minute_of(at(minute)))
        assert page.evaluate(CUT) == []
    boxes = page.evaluate(VISIBLE, "button, summary, .panes, .head, .ticks, .caption, .credit")
    lie_apart(boxes)
    for name, _, _, wide, high in page.evaluate(VISIBLE, TARGETS):
        assert min(wide, high) >= 64 - 0.01, name


STATES = {
    "choice": lambda page: touch(page),
    "french": lambda page: (touch(page), choose(page, "fr"), page.evaluate("petrograd.goTo(6820)")),
    "russian": lambda page: (
        touch(page),
        choose(page, "ru"),
        page.evaluate("petrograd.goTo(6820)"),
    ),
    "attract-all": lambda page: page.wait_for_timeout(500),
}


@pytest.mark.parametrize("screen", SHAPES)
@pytest.mark.parametrize("state", STATES)
def test_every_language_passes_axe_and_is_kept_as_a_picture(open_kiosk, state, screen):
    page = open_kiosk(screen, timed=False, reduced_motion="reduce")
    STATES[state](page)
    page.evaluate("for (let n = setTimeout(() => {}, 0); n > 0; n--) clearTimeout(n)")  # stay so
    page.wait_for_timeout(300)
    KEPT.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=KEPT / f"{state}-{screen}.png")
    page.evaluate("""document.querySelectorAll('[hidden], .pane:not(.open), .pane article:not(.now)')
        .forEach(unseen => unseen.remove())""")
    page.evaluate(AXE)
    wrong = page.evaluate("""axe.run({resultTypes: ['violations']}).then(said =>
        said.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html.slice(0, 200))}`))""")

    assert wrong == []
