"""The exported file in the frame of another page, framed in every way that hosts do it."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from events.clock import minute_of, write_t
from story.export import Edition, export
from tests.browser.conftest import how_to_launch, take, watch
from tests.conftest import at

HOST = """<!DOCTYPE html><html lang="en"><title>A course page</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<body style="margin: 0"><p style="height: 160px; margin: 0">Above the frame.</p>
{frame}
<p style="height: 2000px; margin: 0">Below the frame.</p>
<script>
globalThis.heard = [];
const guest = document.querySelector("iframe");
addEventListener("message", message => {{
    if (!message.data.petrograd) return;
    heard.push({{...message.data.petrograd, from: message.source === guest.contentWindow}});
    if (globalThis.follow && message.data.petrograd.height) guest.style.height = `${{message.data.petrograd.height}}px`;
}});
const tell = said => guest.contentWindow.postMessage(said, "*");
</script>"""
POLICY = "default-src 'self'; report-uri /report"
STORAGE_THROWS = """
for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches", "cookieStore"]) {
    Object.defineProperty(globalThis, name, {get() { throw new DOMException("denied", "SecurityError"); }});
}
Object.defineProperty(Document.prototype, "cookie", {get() { throw new DOMException("denied", "SecurityError"); }});
"""


class Site:
    """A web server for hosts and guests: `pages[path] = (text, headers)`."""

    def __init__(self):
        self.pages = {}
        self.reports = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                text, headers = site.pages.get(urlsplit(self.path).path, (None, {}))
                body = (text or "").encode("utf-8")
                self.send_response(404 if text is None and self.path != "/favicon.ico" else 200)
                kinds = {"css": "text/css", "js": "text/javascript", "json": "application/json"}
                kind = kinds.get(self.path.rsplit(".", 1)[-1], "text/html")
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/report":
                    site.reports.append(body)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *said):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        port = self.server.server_address[1]
        self.host = f"http://localhost:{port}"
        self.guest = f"http://127.0.0.1:{port}"  # another site than the host's

    def put(self, path, text, **headers):
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (text, said)
        return path


@pytest.fixture(scope="module")
def site(story):
    site = Site()
    threading.Thread(target=site.server.serve_forever, daemon=True).start()
    exported = export(story, Edition())
    page = exported.single_file()
    site.page = page
    site.put("/file.html", page)
    site.put("/sandboxed.html", page, Content_Security_Policy="sandbox allow-scripts")
    site.put(
        "/guarded.html",
        page,
        X_Frame_Options="SAMEORIGIN",
        X_Content_Type_Options="nosniff",
        Permissions_Policy="unload=(), clipboard-write=()",
        Referrer_Policy="no-referrer",
        Cross_Origin_Opener_Policy="same-origin",
        Cross_Origin_Resource_Policy="cross-origin",
    )
    for name, text in exported.folder().items():
        site.put(f"/folder/{name}", text, Content_Security_Policy=POLICY)
    yield site
    site.server.shutdown()
    site.server.server_close()


def frame_tag(src, said="", width="100%", height=700):
    return f'<iframe src="{src}" title="Petrograd" width="{width}" height="{height}" style="border: 0; display: block" {said}></iframe>'


WAYS = {
    "plain": lambda site: frame_tag(f"{site.guest}/file.html"),
    "allow-scripts": lambda site: frame_tag(f"{site.guest}/file.html", 'sandbox="allow-scripts"'),
    "allow-scripts allow-same-origin": lambda site: frame_tag(
        f"{site.guest}/file.html", 'sandbox="allow-scripts allow-same-origin"'
    ),
    "srcdoc": lambda site: frame_tag("about:blank", 'class="srcdoc"'),
    "srcdoc, sandboxed": lambda site: frame_tag("about:blank", 'class="srcdoc" sandbox="allow-scripts"'),
    "storage throws": lambda site: frame_tag(f"{site.guest}/file.html"),
    "third-party storage blocked": lambda site: frame_tag(f"{site.guest}/file.html"),
    "policy sandbox": lambda site: frame_tag(f"{site.guest}/sandboxed.html"),
    "folder, policy self": lambda site: frame_tag(f"{site.guest}/folder/index.html"),
    "same origin, guarded": lambda site: frame_tag(f"{site.host}/guarded.html"),
    "credentialless": lambda site: frame_tag(f"{site.guest}/file.html", "credentialless"),
}  # fmt: skip


@pytest.fixture
def framed(site, chromium, playwright, tmp_path):
    """`framed(way)`: the host's page and the frame in it; fails on page and console errors."""
    contexts, trouble = [], []

    def open_in(way="plain", size=(1000, 800), tag=None, follow=False, **said):
        width, height = size
        viewport = {"width": width, "height": height}
        if way == "third-party storage blocked":
            profile = tmp_path / "profile" / "Default"
            profile.mkdir(parents=True)
            prefer = {"profile": {"block_third_party_cookies": True, "cookie_controls_mode": 1}}
            (profile / "Preferences").write_text(json.dumps(prefer))
            context = playwright.chromium.launch_persistent_context(
                tmp_path / "profile", viewport=viewport, **how_to_launch(), **said
            )
        else:
            context = chromium.new_context(viewport=viewport, **said)
        contexts.append(context)
        if way == "storage throws":
            context.add_init_script(STORAGE_THROWS)
        page = context.new_page()
        watch(page, trouble)
        text = HOST.format(frame=(tag or WAYS[way])(site))
        if follow:
            text = text.replace(
                "globalThis.heard = [];", "globalThis.heard = []; globalThis.follow = true;"
            )
        site.put("/host.html", text)
        page.goto(f"{site.host}/host.html")
        if "srcdoc" in way:
            page.evaluate("text => { document.querySelector('iframe').srcdoc = text; }", site.page)
        page.wait_for_function("heard.length > 0")
        frame = page.query_selector("iframe").content_frame()
        return page, frame

    yield open_in
    for context in contexts:
        context.close()
    assert not trouble


def wait(frame, condition):
    frame.evaluate(
        """async () => {
            const until = performance.now() + 30000;
            while (!(CONDITION)) {
                if (performance.now() > until) throw new Error("waited in vain");
                await new Promise(done => setTimeout(done, 20));
            }
        }""".replace("CONDITION", condition)
    )


def hears(page, **said):
    """Wait until the newest word of the frame says this."""
    page.wait_for_function(
        "said => { const last = heard[heard.length - 1]; return last.from && Object.keys(said).every(key => last[key] === said[key]); }",
        arg=said,
    )


@pytest.mark.parametrize("way", WAYS)
def test_the_story_is_walked_in_every_kind_of_frame(framed, site, story, way):
    site.reports.clear()
    page, frame = framed(way)
    first = story.events.index(story.by_id["aurora-blank-shot"])
    if way == "third-party storage blocked":
        assert (
            frame.evaluate(
                "(() => { try { localStorage; return 'open'; } catch { return 'blocked'; } })()"
            )
            == "blocked"
        )

    page.evaluate("tell({petrograd: {t: '1917-10-25T21:40'}})")
    hears(page, t="1917-10-25T21:40", event="aurora-blank-shot")
    for event in story.events[first + 1 : first + 4]:
        frame.get_by_role("button", name="Next").click()
        assert frame.locator("article.now h2").inner_text() == story.text(event).title
        hears(page, t=write_t(event.shown), event=event.id)
    frame.get_by_role("button", name="Previous").click()
    hears(page, event=story.events[first + 2].id)
    frame.get_by_role("button", name="Who holds what").click()
    assert frame.locator(".city li").count() > 40
    frame.locator(".city a[data-place=smolny]").click()
    assert frame.locator("[data-shown-place]:visible h2").inner_text() == "Smolny Institute"
    frame.get_by_role("button", name="Play").click()
    here = frame.evaluate("petrograd.host.minute")
    wait(frame, f"petrograd.host.minute > {here}")
    frame.get_by_role("button", name="Pause").click()
    frame.get_by_role("slider").press("Home")
    hears(page, t="1917-10-21T00:00")
    assert all(said["height"] > 400 for said in page.evaluate("heard"))
    assert site.reports == []
    take(page, f"frame-{way.replace(' ', '-').replace(',', '')}")


def test_the_frame_obeys_its_parent_alone(framed, site):
    def both(site):
        passes_on = "onmessage = said => parent.frames[0].postMessage(said.data, '*');"
        return (
            WAYS["plain"](site)
            + f'<iframe id="other" srcdoc="<script>{passes_on}</script>"></iframe>'
        )

    page, frame = framed(tag=both)
    page.evaluate("tell({petrograd: {t: '1917-10-25T21:40'}})")
    hears(page, t="1917-10-25T21:40")

    page.evaluate(
        "document.querySelector('#other').contentWindow.postMessage({petrograd: {t: '1917-10-22T12:00'}}, '*')"
    )
    frame.evaluate("postMessage({petrograd: {t: '1917-10-22T13:00'}}, '*')")
    page.evaluate("tell({petrograd: {t: '1917-10-25T21:45'}})")  # comes after both

    hears(page, t="1917-10-25T21:45")
    said = {each["t"] for each in page.evaluate("heard")}
    assert "1917-10-22T12:00" not in said
    assert "1917-10-22T13:00" not in said


def test_event_and_place_are_taken_from_the_parent_too(framed):
    page, frame = framed()

    page.evaluate("tell({petrograd: {event: 'ministers-arrested', place: 'winter-palace'}})")

    hears(page, event="ministers-arrested", t="1917-10-26T02:10")
    assert frame.locator("[data-shown-place]:visible h2").inner_text() == "Winter Palace"


@pytest.mark.parametrize(
    "said",
    [
        "null", "0", "''", "[]", "{}", "{petrograd: null}", "{petrograd: []}", "{petrograd: 'x'}",
        "{petrograd: {}}", "{petrograd: {t: 5}}", "{petrograd: {t: {}}}", "{petrograd: {t: null, event: [], place: 0}}",
        "{petrograd: {kiosk: true, lang: 'tlh', view: 'x', __proto__: {t: 'x'}}}",
        "{petrograd: new Map([['t', '1917-10-22']])}", "new ArrayBuffer(8)",
    ],
)  # fmt: skip
def test_what_is_no_message_changes_nothing(framed, said):
    page, frame = framed()
    before = frame.evaluate("petrograd.fingerprint()")

    page.evaluate(f"tell({said})")
    page.evaluate("tell({petrograd: {t: 'x'}})")  # comes after it, and says one sentence
    frame.locator(".notice").wait_for()

    after = frame.evaluate("petrograd.fingerprint()")
    assert {**after, "notice": True} == before


@pytest.mark.parametrize(
    "text", ["<img src=x onerror=ran=1>", "</script><script>ran=1</script>", "{{7*7}}", "\u2028\u202e", "x" * 100_000]
)  # fmt: skip
def test_a_naughty_message_is_answered_with_one_sentence(framed, text):
    page, frame = framed()

    page.evaluate("text => tell({petrograd: {t: text, event: text, place: text}})", text)

    frame.locator(".notice").wait_for()
    assert frame.evaluate("typeof globalThis.ran") == "undefined"
    assert frame.locator(".notice img, .notice script").count() == 0
    assert page.evaluate("heard[heard.length - 1].t") == frame.evaluate(
        "petrograd.write(petrograd.host.minute)"
    )


# scrolling


@contextmanager
def held(page, key):
    page.keyboard.down(key)
    yield
    page.keyboard.up(key)


def middle_of_map(page, frame):
    wait(frame, "document.documentElement.scrollHeight === innerHeight")  # the host has followed
    page.evaluate("scrollTo(0, 160)")
    page.wait_for_function("scrollY === 160")
    box = frame.locator(".map").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def where(frame):
    return frame.evaluate(
        "(() => { const {lng, lat} = petrograd.host.map.getCenter(); return [lng, lat, petrograd.host.map.getZoom()]; })()"
    )


def test_the_wheel_over_the_map_scrolls_the_host_and_a_hint_says_how_to_zoom(framed):
    page, frame = framed(follow=True)
    page.mouse.move(*middle_of_map(page, frame))
    before = where(frame)

    page.mouse.wheel(0, 240)

    page.wait_for_function("scrollY > 300")
    assert where(frame) == before
    frame.locator(".hint").wait_for()
    assert frame.locator(".hint").inner_text() == "Hold Ctrl and turn the wheel to zoom the map"
    frame.locator(".hint").wait_for(state="hidden")


def test_ctrl_and_the_wheel_zoom_the_map_and_nothing_else(framed):
    page, frame = framed(follow=True)
    page.mouse.move(*middle_of_map(page, frame))
    zoom = where(frame)[2]

    with held(page, "Control"):
        page.mouse.wheel(0, -200)
        wait(frame, f"petrograd.host.map.getZoom() > {zoom}")
        page.mouse.wheel(0, 100)
        page.mouse.wheel(0, 100)
        page.mouse.wheel(0, 100)
        wait(frame, f"petrograd.host.map.getZoom() < {zoom}")

    assert page.evaluate("[scrollY, visualViewport.scale]") == [160, 1]
    assert frame.locator(".hint").is_hidden()


def test_a_mouse_drags_the_map_in_a_frame(framed):
    page, frame = framed(follow=True)
    x, y = middle_of_map(page, frame)
    before = where(frame)

    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 120, y - 40, steps=6)
    page.mouse.up()

    wait(frame, f"Math.abs(petrograd.host.map.getCenter().lng - {before[0]}) > 0.001")
    assert page.evaluate("scrollY") == 160


class Fingers:
    """One or two fingers on a touch screen."""

    def __init__(self, page):
        self.page = page
        self.session = page.context.new_cdp_session(page)

    def touch(self, kind, *points):
        said = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": said})

    def drag(self, *ways, steps=10):
        """Each way is `(from, to)`; all fingers move at once."""
        self.touch("touchStart", *(start for start, _ in ways))
        for n in range(1, steps + 1):
            self.touch("touchMove", *(
                (a[0] + (b[0] - a[0]) * n / steps, a[1] + (b[1] - a[1]) * n / steps) for a, b in ways
            ))  # fmt: skip
            self.page.evaluate("new Promise(done => requestAnimationFrame(done))")
        self.touch("touchEnd")


@pytest.mark.parametrize("size", [(390, 844), (1000, 800)])
def test_one_finger_over_the_map_scrolls_the_host_and_a_hint_says_how_to_move_it(framed, size):
    page, frame = framed(follow=True, size=size, has_touch=True)
    x, y = middle_of_map(page, frame)
    before = where(frame)

    Fingers(page).drag(((x, y), (x + 4, y - 110)))

    page.wait_for_function("scrollY > 220")
    assert where(frame) == before
    frame.locator(".hint").wait_for()
    assert frame.locator(".hint").inner_text() == "Use two fingers to move the map"


def test_one_finger_aslant_does_not_move_the_map_either(framed):
    page, frame = framed(follow=True, size=(390, 844), has_touch=True)
    x, y = middle_of_map(page, frame)
    before = where(frame)

    Fingers(page).drag(((x, y), (x - 110, y)))

    frame.locator(".hint").wait_for()
    assert where(frame) == before


@pytest.mark.parametrize("size", [(390, 844), (1000, 800)])
def test_two_fingers_move_and_zoom_the_map_and_leave_the_host_alone(framed, size):
    page, frame = framed(follow=True, size=size, has_touch=True)
    x, y = middle_of_map(page, frame)
    lng, lat, zoom = where(frame)
    fingers = Fingers(page)

    fingers.drag(((x - 40, y), (x - 90, y - 60)), ((x + 40, y), (x - 10, y - 60)))
    wait(frame, f"Math.abs(petrograd.host.map.getCenter().lat - {lat}) > 0.001")
    assert abs(where(frame)[0] - lng) > 0.001
    wait(frame, "!petrograd.host.map._animatingZoom")
    zoom = where(frame)[2]
    fingers.drag(((x - 20, y), (x - 90, y)), ((x + 20, y), (x + 90, y)))
    wait(frame, f"petrograd.host.map.getZoom() > {zoom}")

    assert page.evaluate("[scrollY, visualViewport.scale]") == [160, 1]


def test_one_finger_works_again_after_two(framed):
    page, frame = framed(follow=True, size=(390, 844), has_touch=True)
    x, y = middle_of_map(page, frame)
    fingers = Fingers(page)
    fingers.drag(((x - 40, y), (x - 90, y - 60)), ((x + 40, y), (x - 10, y - 60)))
    wait(frame, "!petrograd.host.map._animatingZoom")
    before = where(frame)

    fingers.drag(((x, y), (x + 4, y - 110)))

    page.wait_for_function("scrollY > 220")
    assert where(frame) == before


def test_full_size_one_finger_moves_the_map(chromium, site):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(f"{site.guest}/file.html")
    before = where(page)
    box = page.locator(".map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    Fingers(page).drag(((x, y), (x - 100, y - 60)))

    wait(page, f"Math.abs(petrograd.host.map.getCenter().lng - {before[0]}) > 0.001")
    assert page.evaluate("scrollY") == 0
    assert page.locator(".hint").is_hidden()
    context.close()


# height


@pytest.mark.parametrize("height", [150, 2000])
@pytest.mark.parametrize("width", [320, 390, 700, 720, 1000, 1900])
def test_a_frame_that_follows_its_height_settles_and_has_no_scroll_bar(framed, width, height):
    tag = lambda site: frame_tag(f"{site.guest}/file.html#t=1917-10-25T21:40", "", width, height)  # noqa: E731
    page, frame = framed(tag=tag, size=(1920, 900), follow=True)

    page.evaluate(
        """async () => {
            const settled = () => new Promise(done => setTimeout(done, 250));
            let count = -1;
            for (let n = 0; n < 40 && count !== heard.length; n++) {
                count = heard.length;
                await settled();
            }
        }"""
    )

    heights = [said["height"] for said in page.evaluate("heard")]
    assert len(heights) < 12, heights
    inside = frame.evaluate(
        "[document.documentElement.scrollHeight, innerHeight, document.documentElement.scrollWidth, innerWidth]"
    )
    assert inside[0] <= inside[1] == heights[-1]
    assert inside[2] <= inside[3] == width
    assert 400 < heights[-1] < 4000
    if height == 150:
        take(page, f"frame-follows-{width}")


def test_a_frame_grows_and_shrinks_with_what_it_shows(framed):
    tag = lambda site: frame_tag(f"{site.guest}/file.html#t=1917-10-25T21:40", "", 390, 700)  # noqa: E731
    page, frame = framed(tag=tag, follow=True)
    last = "heard[heard.length - 1].height"
    before = page.evaluate(last)

    frame.get_by_role("button", name="All events").click()
    page.wait_for_function(f"{last} > {before + 1000}")
    frame.get_by_role("button", name="What happened").click()

    page.wait_for_function(f"{last} < {before + 100}")


def test_the_minute_of_playing_is_told_as_it_goes(framed):
    page, frame = framed()
    page.evaluate("tell({petrograd: {t: '1917-10-25T21:00'}})")
    hears(page, t="1917-10-25T21:00")

    frame.get_by_role("button", name="Play").click()
    page.wait_for_function("new Set(heard.map(said => said.event)).size >= 4")
    frame.get_by_role("button", name="Pause").click()

    assert frame.evaluate("petrograd.host.minute") >= minute_of(at("25 21:00"))


def test_a_frame_without_an_address_of_its_own_offers_no_link(framed):
    _, frame = framed("srcdoc")

    assert frame.get_by_role("button", name="Share").is_hidden()
