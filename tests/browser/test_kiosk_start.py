"""deploy/kiosk/start.html: a quiet picture until the page's server answers and the kiosk in it lives."""

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from story.telling import ROOT
from tests.browser.conftest import OWN, take

START = (ROOT / "deploy" / "kiosk" / "start.html").as_uri()
KIOSK = """<script>
let said = 0;
setInterval(() => top.postMessage({petrograd: {beat: `ok ${++said} 7 0`}}, "*"), 1000);
</script>"""
PAGE = f"""<!doctype html><title>page</title>
<iframe sandbox="allow-scripts allow-same-origin" srcdoc='{KIOSK}'></iframe>"""


class Answers(BaseHTTPRequestHandler):
    """What the page's server answers; the kiosk lies in a frame of the page, as Streamlit has it."""

    beats = True

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        whole = PAGE if self.server.beats else "<!doctype html><title>dead</title>"
        self.wfile.write(b"ok" if "health" in self.path else whole.encode())

    def log_message(self, *said):
        pass


@pytest.fixture
def serve():
    """`serve()` a page with a kiosk that lives; `serve(port, beats=False)` one that does not."""
    servers = []

    def start(port=0, *, beats=True):
        server = ThreadingHTTPServer(("127.0.0.1", port), Answers)
        server.beats = beats
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def open_start(chromium):
    """`open_start(port)`: the picture, its time in our hands; the refused connection is no error."""
    contexts, trouble = [], []

    def open_one(port, *, timed=True):
        context = chromium.new_context(viewport={"width": 1920, "height": 1080})
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda r: None if r.url.startswith(OWN) else trouble.append(r.url))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        if timed:
            page.clock.install()
        page.goto(f"{START}#{port}")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not trouble


def free_port(serve):
    server = serve()
    server.shutdown()
    server.server_close()
    return server.server_address[1]


def test_a_late_server_is_waited_for_and_shown_when_it_lives(open_start, serve):
    port = free_port(serve)
    page = open_start(port)
    picture = page.locator("svg")
    for _ in range(4):
        page.clock.run_for(5000)
    expect(page).to_have_title(re.compile(r"ok (15|20) 0 0$"))  # the watchdog sees it wait
    expect(picture).to_be_visible()
    expect(page.locator("iframe")).to_be_hidden()
    take(page, "kiosk/start-waiting")

    serve(port)
    page.clock.resume()

    expect(page.locator("iframe")).to_be_visible(timeout=15000)
    expect(picture).to_be_hidden()
    expect(page).to_have_title(re.compile(r"ok \d+ 7 0$"))


def test_a_kiosk_that_falls_silent_is_hidden_by_the_picture_and_loaded_anew(open_start, serve):
    server = serve()
    page = open_start(server.server_address[1])
    expect(page.locator("iframe")).to_be_visible(timeout=15000)

    server.beats = False
    frame = next(frame for frame in page.frames if frame.url.endswith("mode=kiosk"))
    frame.evaluate("location.reload()")
    page.clock.fast_forward(16000)

    expect(page.locator("svg")).to_be_visible()
    server.beats = True
    for _ in range(3):
        page.clock.fast_forward(31000)
    expect(page.locator("iframe")).to_be_visible(timeout=15000)


@pytest.mark.parametrize("said", ["{petrograd: {beat: 'ok 1 2 3 <b>'}}", "{petrograd: {beat: 5}}", "{petrograd: null}", "null", "'ok 1 2 3'"])  # fmt: skip
def test_only_a_heartbeat_is_believed(open_start, serve, said):
    page = open_start(serve(beats=False).server_address[1])
    expect(page.locator("iframe")).to_have_attribute("src", re.compile("mode=kiosk"))

    page.evaluate(f"postMessage({said}, '*')")
    page.clock.run_for(6000)

    expect(page.locator("svg")).to_be_visible()
    expect(page).to_have_title(re.compile(r"ok 5 0 0$"))


def test_nothing_is_believed_before_the_server_answers(open_start, serve):
    page = open_start(free_port(serve))

    page.evaluate("postMessage({petrograd: {beat: 'ok 1 2 3'}}, '*')")
    page.clock.run_for(6000)

    expect(page).to_have_title(re.compile(r"ok 5 0 0$"))


def test_the_streamlit_page_lives_in_it(open_start, server):
    page = open_start(server.rsplit(":", 1)[1], timed=False)

    expect(page.locator("iframe")).to_be_visible(timeout=60000)
    expect(page).to_have_title(re.compile(r"^Petrograd – ok \d+ \d+ 0$"))
    take(page, "kiosk/start-streamlit")
