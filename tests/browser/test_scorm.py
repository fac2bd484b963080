"""The course package, opened and closed at any point in a learning system: scorm-again."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect

from events.clock import minute_of, write_t
from story.export import Edition, export
from story.scorm import course_files, course_zip
from tests.browser.hosts import hosting
from tests.conftest import at

SYSTEM = Path(__file__).parents[1] / "scorm/node_modules/scorm-again/dist/scorm12.min.js"
COURSE = """<!DOCTYPE html><html lang="en"><title>A course</title>
<style>html, body, iframe {{ margin: 0; width: 100%; height: 97vh; border: 0 }}</style>
<script src="/scorm12.js"></script><script>
const kept = {kept};
globalThis.said = [];
const api = new Scorm12API({{lmsCommitUrl: "/commit", logLevel: 4}});
if (kept) api.loadFromJSON(kept);
if ({mode} !== "normal") api.cmi.core.lesson_mode = {mode};
globalThis.API = new Proxy(api, {{get: (api, name) => typeof api[name] !== "function" ? api[name] : (...words) => {{
    said.push([name, ...words]);
    return api[name](...words);
}}}});
</script>
{frame}"""
FRAME = '<iframe title="The item" src="/item/index.html"></iframe>'
LIMITS = {"cmi.core.lesson_location": 255, "cmi.suspend_data": 4096}


def package(story, complete, **said):
    """A package that tells the system of each event at once, not every ten seconds."""
    files = course_files(export(story, Edition(**said)), complete)
    assert "COMMIT_MS = 10000;" in files["scorm.js"]
    files["scorm.js"] = files["scorm.js"].replace("COMMIT_MS = 10000;", "COMMIT_MS = 0;")
    return course_zip(files)


@pytest.fixture(scope="module")
def whole(story):
    """The package of the whole story, done at the last event."""
    return package(story, "last")


@pytest.fixture(scope="module")
def few(story):
    """Three events, and their package, done when two of them were seen."""
    events = story.events[60:63]
    return events, package(story, 0.6, events=tuple(event.id for event in events))


@pytest.fixture
def system(whole):
    """A learning system with the package in it."""
    if not SYSTEM.is_file():
        pytest.fail("scorm-again is not there; 'make course' fetches it from npm")
    with hosting() as host:
        host.put("/scorm12.js", SYSTEM.read_bytes())
        host.put(
            "/elsewhere.html", "<!DOCTYPE html><html lang=en><title>Elsewhere</title><p>Elsewhere"
        )
        host.put_zip("/item/", whole)
        yield host


def open_course(system, open_page, kept=None, mode="normal", frame=FRAME, headers=(), begin=None):
    """Open the item as the system does, with what it kept; return page and the item's frame."""
    text = COURSE.format(kept=json.dumps(kept), mode=json.dumps(mode), frame=frame)
    address = system.put("/course.html", text, headers)
    page = open_page("about:blank", "course")
    if begin:
        page.add_init_script(begin)
    page.goto(address)
    return page, item_of(page)


IS_THERE = """() => {
    const there = within => [...within.document.querySelectorAll("iframe")].some(
        frame => frame.contentWindow.petrograd || there(frame.contentWindow));
    return there(globalThis);
}"""
"""Asked of the system's page: the item's own policy forbids what a wait would have to evaluate."""


def item_of(page):
    page.wait_for_function(IS_THERE)
    return next(frame for frame in page.frames if "/item/index.html" in frame.url)


def state_of(sent):
    """What the system keeps of an item: status, place, suspend data."""
    core = sent["cmi"]["core"]
    return core["lesson_status"], core["lesson_location"], sent["cmi"]["suspend_data"]


def go(item, text, event=None):
    item.evaluate(
        "([minute, event]) => petrograd.goTo(minute, event)", [minute_of(at(text)), event]
    )
    item.evaluate("petrograd.settle()")


def step(item, event):
    """Go to an event."""
    item.evaluate(
        "([minute, id]) => petrograd.goTo(minute, id)", [minute_of(event.shown), event.id]
    )


def seen(system, count):
    """Wait until the item has told the system of `count` events seen."""
    return system.posted(lambda sent: bits(sent["cmi"]["suspend_data"]) >= count)


def bits(packed):
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return sum(bin(letters.index(c)).count("1") for c in packed.rpartition(".")[2])


HIDE = """() => {
    for (const frame of document.querySelectorAll("iframe")) {
        const inside = frame.contentDocument;
        Object.defineProperty(inside, "visibilityState", {value: "hidden", configurable: true});
        inside.dispatchEvent(new Event("visibilitychange"));
        delete inside.visibilityState;
    }
}"""
"""What the browser does when another tab comes to the front."""
ENDS = {
    "the tab is closed": lambda page, system: page.close(run_before_unload=True),
    "another page is opened": lambda page, system: page.goto(f"{system.address}/elsewhere.html"),
    "the item is left": lambda page, system: page.evaluate(
        "document.querySelector('iframe').src = '/elsewhere.html'"
    ),
    "the frame is taken out": lambda page, system: page.evaluate(
        "document.querySelector('iframe').remove()"
    ),
    "the tab goes to the back": lambda page, system: page.evaluate(HIDE),
}


@pytest.mark.parametrize("end", ENDS)
def test_opened_and_closed_it_is_incomplete_and_keeps_its_place(system, open_page, end):
    page, item = open_course(system, open_page)
    go(item, "25 10:00")

    ENDS[end](page, system)

    sent = system.posted(lambda sent: "T10:00" in sent["cmi"]["core"]["lesson_location"])
    assert state_of(sent)[0] == "incomplete"
    assert not any(sent["cmi"]["core"]["lesson_status"] == "completed" for sent in system.posts)


def test_closed_it_says_how_long_it_was_open_and_that_it_will_go_on(system, open_page):
    page, _item = open_course(system, open_page)

    ENDS["the frame is taken out"](page, system)

    said = page.evaluate("said")
    (time,) = [words[2] for words in said if words[1] == "cmi.core.session_time"]
    assert re.fullmatch(r"0000:00:[0-9]{2}\.00", time)
    assert ["LMSSetValue", "cmi.core.exit", "suspend"] in said
    assert said[-1] == ["LMSFinish", ""]


def test_opened_again_it_goes_on_where_it_was_with_what_was_seen(system, open_page):
    page, item = open_course(system, open_page)
    item.get_by_role("button", name="Next").click()
    told = item.evaluate("petrograd.host.told")
    first = seen(system, 1)
    go(item, "25 21:40", "aurora-blank-shot")
    item.get_by_role("button", name="New Style").click()
    item.evaluate("petrograd.host.lookAt([30.3, 59.94, 14.5]); petrograd.settle()")
    seen(system, bits(first["cmi"]["suspend_data"]) + 1)
    page.close(run_before_unload=True)
    kept = system.posted(lambda sent: sent["cmi"]["core"]["exit"] == "suspend")

    page, item = open_course(system, open_page, kept["cmi"])

    assert item.evaluate("petrograd.host.minute") == minute_of(at("25 21:40"))
    assert item.evaluate("petrograd.host.view") == pytest.approx([30.3, 59.94, 14.5], abs=1e-4)
    expect(item.locator(".clock .first")).to_contain_text("7 November 1917")
    page.evaluate(HIDE)
    again = system.posted(lambda sent: sent["cmi"]["core"]["exit"] in ("", "suspend"))
    assert bits(again["cmi"]["suspend_data"]) >= bits(kept["cmi"]["suspend_data"]) >= 2
    assert told


def test_two_events_of_one_minute_are_both_seen_when_stepped_through(system, open_page, story):
    shared = two_of_one_minute(story)
    _page, item = open_course(system, open_page)
    step(item, shared[0])
    before = bits(seen(system, 1)["cmi"]["suspend_data"])

    item.get_by_role("button", name="Next").click()

    assert item.evaluate("petrograd.host.told") == shared[1].id
    seen(system, before + 1)


def test_it_is_done_when_the_last_event_was_seen_and_not_before(system, open_page, story):
    page, item = open_course(system, open_page)
    last = story.events[-1]
    until = story.events[-2]
    step(item, until)
    assert state_of(seen(system, 1))[0] == "incomplete"

    item.get_by_role("button", name="Next").click()
    assert item.evaluate("petrograd.host.told") == last.id

    sent = system.posted(lambda sent: sent["cmi"]["core"]["lesson_status"] == "completed")
    ENDS["the item is left"](page, system)
    sent = system.posted(lambda sent: sent["cmi"]["core"]["exit"] == "suspend")
    assert state_of(sent)[0] == "completed"


def test_an_event_passed_by_in_a_drag_was_not_seen(system, open_page, story):
    _, item = open_course(system, open_page)
    first, last = minute_of(story.events[0].shown), minute_of(story.events[-1].shown)

    passed = item.evaluate(
        """async ([first, last]) => {
            const passed = new Set();
            for (let minute = first; minute <= last; minute += 40) {
                petrograd.goTo(minute);
                passed.add(petrograd.host.told);
                await new Promise(requestAnimationFrame);
            }
            petrograd.goTo(last);
            await new Promise(requestAnimationFrame);
            petrograd.goTo(first);
            return passed.size;
        }""",
        [first, last],
    )

    assert passed > 60
    sent = seen(system, 1)
    assert bits(sent["cmi"]["suspend_data"]) < 10, "but for a stutter of the machine"
    assert state_of(sent)[0] == "incomplete"


def test_it_is_done_when_the_share_of_events_was_seen(system, few, open_page):
    events, small = few
    system.put_zip("/item/", small)
    _, item = open_course(system, open_page)
    step(item, events[0])
    assert state_of(seen(system, 1))[0] == "incomplete"

    step(item, events[2])

    assert state_of(seen(system, 2))[0] == "completed"


def test_what_was_seen_while_it_plays_counts(system, few, open_page):
    events, small = few
    system.put_zip("/item/", small)
    _page, item = open_course(system, open_page)
    item.evaluate("minute => petrograd.goTo(minute)", minute_of(events[0].shown) - 5)

    item.get_by_role("button", name="Play").click()

    system.posted(lambda sent: sent["cmi"]["core"]["lesson_status"] == "completed", 60)


@pytest.mark.parametrize("status", ["completed", "passed"])
def test_what_is_done_stays_done(system, open_page, status):
    kept = {"core": {"lesson_status": status, "lesson_location": "t=1917-10-24T12:00"}}
    page, item = open_course(system, open_page, kept)
    assert item.evaluate("petrograd.host.minute") == minute_of(at("24 12:00"))

    ENDS["the item is left"](page, system)

    sent = system.posted(lambda sent: sent["cmi"]["core"]["exit"] == "suspend")
    assert state_of(sent)[0] == status


@pytest.mark.parametrize("mode", ["browse", "review"])
def test_who_only_looks_through_it_changes_nothing(system, open_page, mode):
    page, item = open_course(system, open_page, mode=mode)
    item.get_by_role("button", name="Next").click()

    ENDS["the frame is taken out"](page, system)

    said = page.evaluate("said")
    assert {words[0] for words in said} == {"LMSInitialize", "LMSGetValue", "LMSFinish"}


@pytest.mark.parametrize(
    "kept",
    [
        {"suspend_data": "1.3.abc.____", "core": {"lesson_location": "t=1999-01-01T00:00"}},
        {"suspend_data": "7*7={{7*7}}", "core": {"lesson_location": "<img src=x onerror=alert(1)>=1"}},
        {"suspend_data": "1.%d.0000000." + "_" * 99, "core": {"lesson_location": "t="}},
        {"suspend_data": "." * 4096, "core": {"lesson_location": "=" * 255}},
        {"suspend_data": "", "core": {"lesson_location": "slide 7", "lesson_status": "failed"}},
    ],
    ids=["another package's", "hostile", "as many other events", "as long as may be", "another tool's"],
)  # fmt: skip
def test_what_it_cannot_read_it_begins_anew(system, open_page, story, kept):
    kept = {**kept, "suspend_data": kept["suspend_data"].replace("%d", str(len(story.events)))}
    _page, item = open_course(system, open_page, kept)

    step(item, story.events[3])
    own = re.compile(rf"1\.{len(story.events)}\.(?!0000000)\w+\.")
    sent = system.posted(lambda sent: own.match(state_of(sent)[2]) and bits(state_of(sent)[2]))

    assert 1 <= bits(sent["cmi"]["suspend_data"]) <= 2
    assert state_of(sent)[0] == "incomplete"
    assert item.locator("img[src=x]").count() == 0


def two_of_one_minute(story):
    return next(
        (a, b) for a, b in zip(story.events, story.events[1:], strict=False) if a.shown == b.shown
    )


def test_what_it_keeps_is_never_longer_than_the_standard_grants(system, open_page, story):
    _, event = two_of_one_minute(story)  # whose id the place needs, to tell it from the other
    long = event.id + "-and-so-on" * 30
    for name in ("index.html", "map.js"):
        text = system.files[f"/item/{name}"][0]
        assert event.id.encode() in text
        system.put(f"/item/{name}", text.replace(event.id.encode(), long.encode()))
    page, item = open_course(system, open_page)
    item.evaluate("petrograd.host.lookAt([30.31234567, 59.93456789, 15.123456])")
    item.evaluate("([minute, id]) => petrograd.goTo(minute, id)", [minute_of(event.shown), long])
    assert len(item.evaluate("petrograd.address()")) > 255
    seen(system, 1)

    said = page.evaluate("said")
    kept = {
        name: [words[2] for words in said if words[:2] == ["LMSSetValue", name]] for name in LIMITS
    }
    assert all(kept.values())
    assert [name for name, most in LIMITS.items() if max(map(len, kept[name])) > most] == []
    assert kept["cmi.core.lesson_location"][-1] == f"t={write_t(event.shown)}"


BROKEN = {
    "throws": "new Proxy({}, {get: () => () => { throw new Error('down'); }})",
    "says no": "new Proxy({}, {get: () => () => 'false'})",
    "has no functions": "{}",
    "says nothing": "new Proxy({}, {get: () => () => undefined})",
    "breaks later": "new Proxy({}, {get: (_, name) => () => { if (name === 'LMSInitialize') return 'true'; throw new Error('down'); }})",
    "is not there": "undefined",
}


@pytest.mark.parametrize("api", BROKEN)
def test_a_system_that_fails_does_not_take_the_story_down(system, open_page, api):
    page, item = open_course(system, open_page, begin=f"Object.defineProperty(globalThis, 'API', {{get: () => ({BROKEN[api]}), set: () => 0}})")  # fmt: skip
    notice = item.locator(".notice")
    if api in ("is not there", "breaks later"):
        expect(notice).to_be_hidden()
    else:
        expect(notice).to_contain_text("does not keep your place")

    before = item.evaluate("petrograd.host.told")
    item.get_by_role("button", name="Next").click()
    page.evaluate(HIDE)

    assert item.evaluate("petrograd.host.told") != before
    page.goto(
        f"{system.address}/elsewhere.html"
    )  # leaves without an error, or the page's guard tells


def test_a_commit_that_failed_is_made_again(system, open_page):
    page, item = open_course(system, open_page)
    seen(system, 1)
    page.evaluate(
        "api.working = false; api.tried = 0; api.LMSCommit = () => { api.tried++; return String(api.working); }"
    )
    go(item, "25 02:00")
    page.wait_for_function("api.tried === 1")  # when the event there was seen

    page.evaluate(HIDE)
    assert page.evaluate("api.tried") == 2
    page.evaluate("api.working = true")
    page.evaluate(HIDE)
    assert page.evaluate("api.tried") == 3

    page.evaluate(HIDE)
    assert page.evaluate("api.tried") == 3, "nothing is new"


def test_it_finds_a_system_two_frames_up(system, open_page):
    system.put("/between.html", f"<!DOCTYPE html><html lang=en><title>Between</title>{FRAME}")
    _, item = open_course(system, open_page, frame=FRAME.replace("/item/index", "/between"))
    item.get_by_role("button", name="Next").click()

    seen(system, 1)


def test_it_finds_a_system_in_the_window_that_opened_it(system, open_page):
    text = COURSE.format(kept="null", mode='"normal"', frame="")
    page = open_page(system.put("/course.html", text), "course")
    with page.expect_popup() as opened:
        page.evaluate("globalThis.item = open('/item/index.html')")
    page.wait_for_function("item.petrograd")
    opened.value.get_by_role("button", name="Next").click()

    seen(system, 1)


WATCH = """
    globalThis.heard = [];
    for (const target of [EventTarget.prototype]) {
        const add = target.addEventListener;
        target.addEventListener = function (name, ...rest) { heard.push(name); return add.call(this, name, ...rest); };
    }
"""


def test_it_never_listens_for_unload(system, open_page):
    _page, item = open_course(
        system, open_page, headers={"Permissions-Policy": "unload=()"}, begin=WATCH
    )

    heard = item.evaluate("heard")
    assert {"pagehide", "visibilitychange", "pageshow"} <= set(heard)
    assert not {"unload", "beforeunload"} & set(heard)
    assert item.evaluate("[onunload, onbeforeunload]") == [None, None]


PAGE_SHOWN_AGAIN = """() => {
    dispatchEvent(new PageTransitionEvent("pagehide", {persisted: true}));
    dispatchEvent(new PageTransitionEvent("pageshow", {persisted: true}));
}"""


def test_taken_out_of_the_browsers_cache_it_goes_on_saving(system, open_page):
    again = """<script>
        const finish = api.LMSFinish.bind(api);  // as systems do that let an item begin anew
        api.LMSFinish = () => { const said = finish(""); api.reset(); api.loadFromJSON({core: {}}); return said; };
    </script>"""
    page, item = open_course(system, open_page, frame=again + FRAME)

    item.evaluate(PAGE_SHOWN_AGAIN)
    go(item, "25 04:00")
    page.evaluate(HIDE)

    system.posted(lambda sent: "T04:00" in sent["cmi"]["core"]["lesson_location"])


def test_a_system_that_takes_nothing_more_is_told_of(system, open_page):
    page, item = open_course(system, open_page)
    page.evaluate("api.settings = {logLevel: 5}")  # it will say that the item has ended

    item.evaluate(PAGE_SHOWN_AGAIN)

    expect(item.locator(".notice")).to_contain_text("does not keep your place")


def test_left_and_come_back_to_it_lies_whole_in_the_browsers_cache(system, chromium):
    path = subprocess.run(
        ["sh", str(Path(__file__).parent / "find_browser.sh")],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    with_cache = chromium.browser_type.launch(
        executable_path=path,
        args=["--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])],
        ignore_default_args=["--disable-back-forward-cache"],  # the driver turns it off
    )
    try:
        text = COURSE.format(kept="null", mode='"normal"', frame=FRAME)
        page = with_cache.new_page()
        page.goto(system.put("/course.html", text))
        item_of(page)
        page.evaluate(
            "globalThis.same = true; api.settings = {logLevel: 5}; frames[0].petrograd.goTo(4000)"
        )
        page.goto(f"{system.address}/elsewhere.html")

        page.evaluate("history.back()")

        page.wait_for_function("globalThis.same")
        page.wait_for_function("!frames[0].document.querySelector('.notice').hidden")
        assert page.evaluate("frames[0].petrograd.host.minute") == 4000
    finally:
        with_cache.close()
