"""A real Chromium, a running page, a saved map. No request may leave 127.0.0.1."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Error, sync_playwright

from events.clock import minute_of
from story.story_map import story_map
from story.telling import ROOT
from tests.conftest import at

BUILD = ROOT / "build" / "screenshots"
SIZES = {
    "kiosk": (1920, 1080),
    "kiosk-upright": (1080, 1920),
    "course": (800, 600),
    "phone": (390, 844),
}
SCREENS = {"landscape": (1920, 1080), "upright": (1080, 1920), "large": (3840, 2160)}
"""The kiosk's."""
OWN = (
    "http://127.0.0.1:",
    "http://localhost:",
    "ws://127.0.0.1:",
    "data:",
    "blob:",
    "about:",
    "file:",
)
QUIET = ("Unrecognized feature", "can escape its sandboxing")
"""Warnings of Chromium about the frame that Streamlit makes; nothing of ours."""


QUICK = {
    "test_embedding": (
        "every_snippet_of_the_document_is_tried", "every_command_and_link_of_the_document",
        "a_text_steers_the_frame", "a_file_in_moodle", "minutes_of_the_document",
    ),
    "test_export": (
        "next_and_previous_pass_every_event", "who_holds_what_is_what_python_says",
        "the_link_of_every_event_shows_it", "a_folder_is_walked", "the_slider_moves_by_keys",
    ),
    "test_export_access": ("language_title_and_landmarks", "the_dialog_takes_the_focus"),
    "test_frames": (
        "in_every_kind_of_frame", "the_frame_obeys_its_parent_alone", "the_wheel_over_the_map",
    ),
    "test_handout": ("sources_as_cited[a4]", "the_code_leads", "without_a_browser"),
    "test_inert_files": ("every_field_is_shown", "nothing_is_worked_out", "the_manifest"),
    "test_kiosk": (
        "any_touch_or_key_ends_the_loop", "the_warning_comes_after", "without_an_answer",
        "nothing_in_the_page_is_a_link", "an_error_leads_back", "five_seconds_in_the_corner",
        "the_screens_of_the_tests",
    ),
    "test_kiosk_languages": (
        "the_first_choice_is_the_language", "after_a_reset_every_field[landscape]",
        "what_is_counted_outlives", "a_failure_is_told_in_every_language",
    ),
    "test_kiosk_start": ("a_late_server_is_waited_for",),
    "test_languages": ("nothing_is_cut_off[course", "a_link_of_the_file"),
    "test_scorm": (
        "opened_again_it_goes_on", "it_is_done_when_the_last_event", "it_never_listens_for_unload",
    ),
    "test_soak": ("growth_is_a_fault", "the_slope_is_told"),
}  # fmt: skip
"""Of the files that take minutes, what every run does: words of the tests' names. The rest is
marked slow and belongs to `make test-all`."""


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent not in Path(item.fspath).parents:
            continue
        item.add_marker(pytest.mark.browser)
        quick = QUICK.get(Path(item.fspath).stem)
        if quick is not None and not any(words in item.name for words in quick):
            item.add_marker(pytest.mark.slow)


def how_to_launch():
    """Path and options of a Chromium that cannot reach anything but this machine."""
    path = subprocess.run(
        ["sh", str(Path(__file__).parent / "find_browser.sh")],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    args = [
        "--disable-gpu", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    ]  # fmt: skip
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        args.append("--no-sandbox")  # Chromium refuses root otherwise
    return {"executable_path": path, "args": args}


@pytest.fixture(scope="session")
def playwright():
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(playwright):
    """A Chromium that looks up no name and cannot reach anything but this machine."""
    browser = playwright.chromium.launch(**how_to_launch())
    yield browser
    browser.close()


def watch(page, trouble, kinds=("error",)):
    """Note every request to another machine, page error and console message of these kinds."""
    page.on(
        "request",
        lambda request: None if request.url.startswith(OWN) else trouble.append(request.url),
    )
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on(
        "console",
        lambda message: (
            trouble.append(message.text)
            if message.type in kinds and not any(text in message.text for text in QUIET)
            else None
        ),
    )


@pytest.fixture
def open_page(chromium):
    """`open_page(url, size="kiosk", **context)`: a page that fails the test on any outside
    request, page error or console error."""
    contexts = []
    trouble = []

    def open_one(url, size="kiosk", **said):
        width, height = SIZES[size]
        context = chromium.new_context(viewport={"width": width, "height": height}, **said)
        contexts.append(context)
        page = context.new_page()
        watch(page, trouble)
        page.goto(url)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not trouble


@pytest.fixture(scope="session")
def saved_map(story, tmp_path_factory):
    """The address of the map as `save` writes it, at 25 October, 21:40."""
    path = tmp_path_factory.mktemp("saved") / "map.html"
    story_map(story, minute=minute_of(at("25 21:40"))).save(str(path))
    return path.as_uri()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The address of the page, running as `make run` runs it but on a free port.

    Fails at the end if the server ever tried to reach another machine.
    """
    log = tmp_path_factory.mktemp("server") / "outside.log"
    log.touch()
    guard = Path(__file__).parent / "no_network"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", f"--server.port={port}"],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(guard), "NO_NETWORK_LOG": str(log)},
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        else:
            pytest.fail("the page did not start within 30 seconds")
        yield address
    finally:
        process.terminate()
        process.wait(10)
    assert log.read_text("utf-8") == "", "the server reached out"


def map_frame(page):
    """The map's frame in the page, once its script answers."""
    page.wait_for_selector(".st-key-card article")
    page.wait_for_function("document.querySelectorAll('.ticks b').length > 100")
    frame = next(frame for frame in page.frames if frame != page.main_frame)
    frame.wait_for_function("globalThis.storyMap && storyMap.current")
    return frame


def wait_minute(frame, text):
    """Wait until the map shows `text`, as in "25 21:40"."""
    frame.wait_for_function(f"storyMap.current.minute === {minute_of(at(text))}")


def take(page, name):
    """Keep a screenshot under build/screenshots."""
    BUILD.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(BUILD / f"{name}.png"))


# ---- the kiosk


@pytest.fixture
def open_kiosk(chromium, kiosk_file):
    """`open_kiosk("upright", "idle=30")`: the attract loop, its time in our hands.

    An error on the page fails the test unless it is `troubled`; a request to any host always does.
    """
    contexts, trouble = [], []

    def open_one(
        screen="landscape", asked="", *, timed=True, troubled=False, awaited=True, init=None, **said
    ):
        width, height = SCREENS[screen]
        size = {"width": width, "height": height}
        context = chromium.new_context(viewport=size, screen=size, has_touch=True, **said)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda r: None if r.url.startswith(OWN) else trouble.append(r.url))
        if not troubled:
            page.on("pageerror", lambda error: trouble.append(str(error)))
            page.on("console", lambda m: trouble.append(m.text) if m.type == "error" else None)
        if timed:
            page.clock.install()
        if init:
            page.add_init_script(init)
        page.goto(kiosk_file + (f"#{asked}" if asked else ""))
        if awaited:
            page.locator("html[data-kiosk=attract]").wait_for()
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not trouble


def until(page, expression, seconds=30):
    """Wait for a condition; the page's policy allows no `eval`, which Playwright's own wait needs."""
    for _ in range(seconds * 20):
        try:
            if page.evaluate(f"Boolean({expression})"):
                return
        except Error as error:  # between two documents
            if "context was destroyed" not in str(error):
                raise
        time.sleep(0.05)
    pytest.fail(f"still not so: {expression}")
