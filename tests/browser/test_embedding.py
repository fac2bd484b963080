"""The recipes of docs/embedding.md: each snippet, in a page that does what its system does to it.

Story and course come from two servers, so that they are strangers to each other.
"""

import base64
import html
import json
import re
import sys
import types

import pytest
from playwright.sync_api import expect

from events.clock import minute_of
from story.export import Edition, export
from story.telling import ROOT
from tests.browser.conftest import take
from tests.browser.hosts import hosting
from tests.conftest import at

ADDRESS = "https://example.org/petrograd/"
LIVE = "https://example.org/live/"
DOCUMENT = (ROOT / "docs" / "embedding.md").read_text("utf-8")
SNIPPETS = {
    name: (kind, text)
    for name, _, kind, text in re.findall(
        r"^<!-- snippet: ([\w-]+) -->\n(`{3,})(\w+)\n(.*?)^\2$", DOCUMENT, re.MULTILINE | re.DOTALL
    )
}
TRIED = {
    "frame", "link", "height", "steer", "moodle-file", "canvas", "wordpress", "wordpress-oembed",
    "jupyter-book", "notebook", "quarto", "streamlit",
}  # fmt: skip
PAGE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>A course</title><style>body {{ margin: 0 auto; max-width: 1000px; font: 16px/1.5 sans-serif }}</style>
<h1>A course</h1>{}<p style="height: 900px">The course goes on.</p>"""
AT_2140 = "25 October 1917, 21:40"


@pytest.fixture(scope="module")
def story_host(story):
    """The folder on a strict web server, as deploy/nginx.conf serves it; and the one file."""
    with hosting() as host:
        exported = export(story, Edition(address=f"{host.address}/petrograd/"))
        headers = {"Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'", "X-Content-Type-Options": "nosniff"}  # fmt: skip
        host.put_folder("/petrograd/", exported.folder(), headers)
        host.files["/petrograd/"] = host.files["/petrograd/index.html"]
        host.single = export(story, Edition()).single_file()
        yield host


@pytest.fixture
def course():
    """The host of the course."""
    with hosting() as host:
        yield host


def snippet(name, story_host=None):
    """The text of a snippet; its address made that of the story on this machine."""
    text = SNIPPETS[name][1]
    return text.replace(ADDRESS, f"{story_host.address}/petrograd/") if story_host else text


def attributes(tag, text):
    """What the one such tag in a text says."""
    (found,) = re.findall(rf"<{tag}\b([^>]*)>", text)
    return {name: html.unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', found)}


def walks(page, opens=AT_2140, within="iframe"):
    """The story stands there at its minute, and goes on when asked to."""
    inside = page.frame_locator(within)
    clock = inside.locator(".clock .first")
    expect(clock).to_contain_text(opens)
    article = inside.locator("#told article.now h2")
    before = article.text_content() if opens != "21 October" else ""
    inside.get_by_role("button", name="Next").click()
    expect(article).not_to_have_text(before)
    expect(article).to_be_visible()
    return inside


def no_bars(frame):
    """A frame that is high enough has nothing to scroll."""
    return frame.evaluate("document.documentElement.scrollHeight - document.documentElement.clientHeight")  # fmt: skip


def the_frame(page):
    return next(frame for frame in page.frames if frame != page.main_frame)


def test_every_snippet_of_the_document_is_tried():
    assert set(SNIPPETS) == TRIED
    assert DOCUMENT.count("<!-- snippet:") == len(SNIPPETS)
    frames = re.findall(r"<iframe\b[^>]*>", DOCUMENT)
    assert len(frames) > 8
    named = [frame for frame in frames if "resourceobject" not in frame]  # that one Moodle writes
    assert all('title="Petrograd, October 1917"' in frame for frame in named)


def test_every_command_and_link_of_the_document_is_there():
    headings = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", DOCUMENT, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", DOCUMENT)) <= headings
    for path in ("tests/browser/test_embedding.py", "deploy/nginx.conf"):
        assert path in DOCUMENT
        assert (ROOT / path).is_file()
    known = (ROOT / "story" / "cli.py").read_text("utf-8")
    for option in re.findall(r"`(--[a-z]+)", DOCUMENT):
        assert f'"{option}"' in known, option


@pytest.mark.parametrize("size", ["course", "phone", "kiosk"])
def test_a_frame_in_any_page(story_host, course, open_page, size):
    address = course.put("/course.html", PAGE.format(snippet("frame", story_host)))

    page = open_page(address, size)

    walks(page)
    take(page, f"embedding-frame-{size}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_link_moves_the_frame_without_loading_it_anew(story_host, course, open_page):
    page = open_page(course.put("/course.html", PAGE.format(snippet("link", story_host))), "kiosk")
    inside = page.frame_locator("iframe")
    expect(inside.locator(".clock .first")).to_contain_text("October 1917")
    the_frame(page).evaluate("globalThis.same = true")

    page.get_by_role("link", name="ten in the morning").click()

    expect(inside.locator(".clock .first")).to_contain_text("25 October 1917, 10:00")
    page.get_by_role("link", name="sixteen hours more").click()
    expect(inside.locator(".clock .first")).to_contain_text("8 November 1917, 02:10")
    assert the_frame(page).evaluate("globalThis.same") is True
    expect(inside.locator(".notice")).to_be_hidden()


FRAGMENTS = re.findall(r"^\| `(\w+)` \|.*\| `(\w+=[^`]+)` \|$", DOCUMENT, re.MULTILINE)


def test_what_may_stand_behind_the_hash_is_all_understood(story_host, open_page):
    assert [name for name, _ in FRAGMENTS] == ["t", "event", "place", "calendar", "view", "lang"]
    fragment = "&".join(example for name, example in FRAGMENTS if name != "t")

    page = open_page(f"{story_host.address}/petrograd/#{fragment}", "kiosk")

    expect(page.locator(".notice")).to_be_hidden()
    expect(page.locator(".clock .first")).to_contain_text("7 November 1917")
    expect(page.get_by_role("heading", name="Winter Palace", level=2)).to_be_visible()
    said = page.evaluate("petrograd.address()")
    assert "place=winter-palace" in said
    assert "calendar=ns" in said
    assert "view=30.31460,59.93980,15.00" in said


@pytest.mark.parametrize("width", [320, 700, 1200])
def test_a_frame_as_high_as_its_content(story_host, course, open_page, width):
    address = course.put("/course.html", PAGE.format(snippet("height", story_host)))
    page = open_page(address, "kiosk")
    page.set_viewport_size({"width": width, "height": 900})
    inside = page.frame_locator("iframe")

    walks(page, "October")

    fits = "([frame, wanted]) => frame.getBoundingClientRect().height === wanted"
    frame = page.locator("iframe").element_handle()
    for pane in ("Who holds what", "Sources", "What happened"):
        inside.get_by_role("button", name=pane).first.click()
        wanted = the_frame(page).evaluate("Math.ceil(document.body.getBoundingClientRect().height)")
        page.wait_for_function(fits, arg=[frame, min(wanted, 4000)])
        if wanted <= 4000:
            assert no_bars(the_frame(page)) <= 1
    take(page, f"embedding-height-{width}")


def test_a_text_steers_the_frame_and_follows_it(story_host, course, open_page):
    page = open_page(course.put("/course.html", PAGE.format(snippet("steer", story_host))), "kiosk")
    inside = page.frame_locator("iframe")
    expect(page.locator("#shown")).to_contain_text("1917-10-2")

    page.get_by_role("button", name="Tuesday, five o'clock").click()
    expect(inside.locator(".clock .first")).to_contain_text("24 October 1917, 17:00")
    expect(page.locator("#shown")).to_have_text("1917-10-24, 17:00")

    page.get_by_role("button", name="The blank shot").click()
    expect(inside.locator(".clock .first")).to_contain_text(AT_2140)
    expect(inside.locator("#told article.now")).to_have_attribute("data-told", "aurora-blank-shot")

    inside.get_by_role("button", name="Next").click()
    expect(page.locator("#shown")).not_to_have_text("1917-10-25, 21:40")


def test_the_messages_are_those_of_the_table(story_host, course, open_page):
    out = re.findall(r"^\| out \| `(\w+)`", DOCUMENT, re.MULTILINE)
    into = re.findall(r"^\| in \| `(\w+)`", DOCUMENT, re.MULTILINE)
    keep = "<script>globalThis.came = []; addEventListener('message', ({data}) => came.push(data))</script>"
    page = open_page(course.put("/course.html", PAGE.format(keep + snippet("frame", story_host))), "kiosk")  # fmt: skip
    page.wait_for_function("came.length > 0")

    post = "said => document.querySelector('iframe').contentWindow.postMessage(said, '*')"
    for key, value in {"t": "1917-10-24T09:00", "event": "aurora-blank-shot", "place": "smolny"}.items():  # fmt: skip
        assert key in into
        page.evaluate("came.length = 0")
        page.evaluate(post, {"petrograd": {key: value}})
        page.wait_for_function("came.length > 0")
    for wrong in (None, 7, "t", {"petrograd": 7}, {"petrograd": {"t": 7}}, {"petrograd": {"t": {}}}):  # fmt: skip
        page.evaluate(post, wrong)
    page.evaluate(post, {"petrograd": {"t": "1917-10-25T03:00"}})
    page.wait_for_function("came.some(said => said.petrograd.t === '1917-10-25T03:00')")

    assert len(into) == 3
    for said in page.evaluate("came"):
        assert list(said) == ["petrograd"]
        assert sorted(said["petrograd"]) == sorted(out)
        assert isinstance(said["petrograd"]["height"], int)
        assert re.fullmatch(r"1917-10-2\dT\d\d:\d\d", said["petrograd"]["t"])


def test_a_file_in_moodle(story_host, course, open_page):
    course.put("/petrograd.html", story_host.single)
    address = course.put(
        "/course.html", PAGE.format(snippet("moodle-file") + "<style>iframe { width: 100%; height: 800px }</style>"),
        {"X-Frame-Options": "sameorigin", "Content-Security-Policy": "frame-ancestors 'self'"},
    )  # fmt: skip

    page = open_page(address, "kiosk")

    walks(page, "October")


CANVAS_KEEPS = {"src", "width", "height", "name", "align", "frameborder", "scrolling", "sandbox", "allowfullscreen", "title", "style", "class", "id"}  # fmt: skip
CANVAS_STYLES = {"border", "height", "width", "max-height", "max-width", "min-height", "min-width", "margin", "padding", "display"}  # fmt: skip


def test_a_page_in_canvas_keeps_all_of_the_snippet(story_host, course, open_page):
    text = snippet("canvas", story_host)
    said = attributes("iframe", text)
    styles = dict(part.split(": ") for part in said["style"].rstrip(";").split("; "))

    assert set(said) <= CANVAS_KEEPS
    assert set(styles) <= CANVAS_STYLES
    assert "<script" not in text
    page = open_page(course.put("/page.html", PAGE.format(text)), "course")
    walks(page)
    take(page, "embedding-canvas")


@pytest.mark.parametrize("preview", ["the blog", "the editor's preview"])
def test_a_block_in_wordpress(story_host, course, open_page, preview):
    text = snippet("wordpress", story_host)
    if preview == "the editor's preview":  # which is a sandbox without the blog's own rights
        text = f'<iframe title="Preview" width="100%" height="800" sandbox="allow-scripts" srcdoc="{html.escape(text)}"></iframe>'
    page = open_page(course.put("/post.html", PAGE.format(text)), "kiosk")

    if preview == "the blog":
        walks(page)
    else:
        inner = page.frame_locator("iframe").frame_locator("iframe")
        expect(inner.locator(".clock .first")).to_contain_text(AT_2140)


def test_an_address_in_wordpress_becomes_a_sandboxed_frame(story_host, course, open_page):
    """As `wp_filter_oembed_result` does it for a host that WordPress does not know."""
    (address,) = snippet("wordpress-oembed", story_host).split()
    discovered = re.search(
        r'type="application/json\+oembed" href="([^"]+)"',
        story_host.files["/petrograd/"][0].decode(),
    )[1]
    assert discovered == f"{address}oembed.json"
    said = json.loads(story_host.files["/petrograd/oembed.json"][0])
    frame = attributes("iframe", said["html"])
    kept = {name: frame[name] for name in ("src", "width", "height", "title")}
    kept["src"] += "#?secret=aB3dE5fG7h"
    words = " ".join(f'{name}="{html.escape(value)}"' for name, value in kept.items())

    page = open_page(course.put("/post.html", PAGE.format(
        f'<iframe class="wp-embedded-content" sandbox="allow-scripts" security="restricted" {words}></iframe>'
    )), "kiosk")  # fmt: skip

    inside = walks(page, "October")
    expect(inside.locator(".notice")).to_be_hidden()


def in_fences(text, kind):
    (inner,) = re.findall(rf"^```\{{{re.escape(kind)}\}}[^\n]*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)  # fmt: skip
    return inner


def test_a_chapter_of_a_jupyter_book(story_host, course, open_page):
    text = snippet("jupyter-book")
    assert text.startswith("```{raw} html\n")
    course.put("/book/_static/petrograd.html", story_host.single)

    page = open_page(course.put("/book/chapter.html", PAGE.format(in_fences(text, "raw"))), "kiosk")

    walks(page)


def test_a_notebook(story_host, course, open_page, monkeypatch):
    """As IPython writes an IFrame, and Jupyter serves a file."""
    display = types.ModuleType("IPython.display")
    shown = []
    display.IFrame = lambda src, width, height: shown.append((src, width, height))
    monkeypatch.setitem(sys.modules, "IPython", types.ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    exec(snippet("notebook"), {})
    ((src, width, height),) = shown
    course.put("/files/petrograd.html", story_host.single, {"Content-Security-Policy": "frame-ancestors 'self'; report-uri /api/security/csp-report; sandbox allow-scripts"})  # fmt: skip
    text = f'<iframe width="{width}" height="{height}" src="{src}" frameborder="0" allowfullscreen title="Output"></iframe>'  # fmt: skip

    page = open_page(course.put("/files/notebook.html", PAGE.format(text)), "kiosk")

    walks(page)


@pytest.mark.parametrize("way", ["beside the page", "as srcdoc", "as data"])
def test_a_page_of_quarto(story_host, course, open_page, way):
    text = snippet("quarto")
    assert re.search(r"^resources:\n  - petrograd\.html$", text, re.MULTILINE)
    frame = in_fences(text, "=html")
    src = attributes("iframe", frame)["src"]
    if way == "as srcdoc":
        frame = frame.replace(f'src="{src}"', f'srcdoc="{html.escape(story_host.single)}"')
    elif way == "as data":
        data = base64.b64encode(story_host.single.encode()).decode()
        frame = frame.replace(f'src="{src}"', f'src="data:text/html;base64,{data}"')
    else:
        course.put("/petrograd.html", story_host.single)

    page = open_page(course.put("/page.html", PAGE.replace("{}", "$").replace("{{", "{").replace("}}", "}").replace("$", frame)), "kiosk")  # fmt: skip

    walks(page, AT_2140 if way == "beside the page" else "October")


@pytest.mark.parametrize("sandbox", ["", 'sandbox="allow-scripts allow-same-origin"'])
def test_the_live_page_in_a_frame(server, course, open_page, sandbox):
    text = snippet("streamlit").replace(LIVE, f"{server}/").replace("<iframe", f"<iframe {sandbox}")

    page = open_page(course.put("/course.html", PAGE.format(text)), "kiosk")

    inside = page.frame_locator("iframe")
    expect(inside.locator("[data-told=aurora-blank-shot]").first).to_be_visible(timeout=30_000)
    expect(inside.get_by_role("slider")).to_be_visible()
    the_map = inside.frame_locator("iframe")
    expect(the_map.locator(".caption-event")).to_have_text(
        "The Aurora fires one blank", timeout=30_000
    )
    take(page, f"embedding-streamlit{'-sandbox' if sandbox else ''}")


def test_the_live_page_stays_blank_in_a_sandbox(server, course, chromium):
    """What the document says it cannot do; should it ever learn to, say so there."""
    text = snippet("streamlit").replace(LIVE, f"{server}/").replace("<iframe", '<iframe sandbox="allow-scripts"')  # fmt: skip
    address = course.put("/course.html", PAGE.format(text))
    context = chromium.new_context(viewport={"width": 1200, "height": 900})
    try:
        page = context.new_page()
        with page.expect_console_message(lambda message: message.type == "error" and "origin 'null'" in message.text):  # fmt: skip
            page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.frame_locator("iframe").locator("#root").inner_text().strip() == ""
        assert page.frame_locator("iframe").get_by_role("slider").count() == 0
    finally:
        context.close()


def test_minutes_of_the_document_lie_in_the_story_and_its_ids_are_known(story):
    for t in re.findall(r"1917-10-(\d\dT\d\d:\d\d)", DOCUMENT):
        assert 0 <= minute_of(at(t.replace("T", " "))) <= 9000
    for event in re.findall(r"event=([a-z-]+)", DOCUMENT):
        assert event in story.by_id
    for place in re.findall(r"place=([a-z-]+)", DOCUMENT):
        assert place in story.places
