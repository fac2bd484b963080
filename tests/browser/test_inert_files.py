"""Text stays text in the files that leave: file, folder, PDF, course package, oEmbed."""

import io
import json
import re
import zipfile
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from story import export as making
from story import story_map as beside
from story.export import Edition, export, write_folder
from story.handout import print_pdf
from story.kiosk import Kiosk
from story.scorm import course_files, course_zip
from story.words import Words, words_of
from tests.browser.conftest import how_to_launch
from tests.browser.test_handout import plain
from tests.browser.test_inert import IDS, NAUGHTY
from tests.conftest import at
from tests.story.naughty import everything_says

ALL = " | ".join(NAUGHTY) + " " + "long" * 100
"""Every naughty string at once, and a word without end."""
ADDRESS = "https://example.org/\"'><script>ran=1</script>{{191*193}}${ran=1}"
SHORT = {"first": at("25 20:30"), "last": at("25 21:45")}


@pytest.fixture(scope="module")
def spoilt(story):
    """The story in which every record says everything naughty; some places have naughty ids."""
    spoilt = everything_says(story, ALL)
    pattern = spoilt.places["palace-square"]
    added = {name: replace(pattern, id=name) for name in (*IDS[:-1], "constructor")}
    return replace(spoilt, places={**spoilt.places, **added})


@pytest.fixture(scope="module")
def words():
    """English in which every word is naughty too, its gaps left in."""

    number = iter(range(10_000))

    def spoil(value):
        if isinstance(value, str):
            return f"{value} {NAUGHTY[next(number) % len(NAUGHTY)]}"
        return [spoil(one) for one in value]

    table = {
        section: {key: spoil(value) for key, value in rows.items()}
        for section, rows in words_of("en").table.items()
    }
    spoilt = Words("en", table)
    with pytest.MonkeyPatch.context() as patch:
        for module in (making, beside):
            patch.setattr(module, "words_of", lambda language: spoilt)
        yield spoilt


@pytest.fixture(scope="module")
def exported(spoilt, words):
    return export(spoilt, Edition(title=ALL, address=ADDRESS, **SHORT))


@pytest.fixture(params=["file", "folder"])
def page(request, exported, open_page, tmp_path):
    if request.param == "file":
        path = tmp_path / "{{191*193}} <b>.html"
        path.write_text(exported.single_file(), "utf-8")
    else:
        write_folder(tmp_path / "'$(ran=1)'", exported.folder())
        path = tmp_path / "'$(ran=1)'" / "index.html"
    page = open_page(path.as_uri(), "course")
    yield page
    assert page.evaluate("typeof globalThis.ran") == "undefined"
    assert page.locator("img, iframe, object, embed, base, form").count() == 0
    assert (
        page.locator(
            "[onerror], [onfocus], [onload], [onclick], [onmouseover], [autofocus]"
        ).count()
        == 0
    )
    assert page.evaluate("document.scripts.length") == len(exported.scripts)
    assert page.evaluate(
        "[...document.querySelectorAll('a')].every(a => a.getAttribute('href').startsWith('#'))"
    )


def as_html(text):
    return text.replace("\r\n", "\n").replace("\r", "\n")


def test_every_field_is_shown_as_written(page, spoilt):
    edition = Edition(**SHORT)
    told = edition.told(spoilt)
    for query in ("h2", "h2 + p"):
        shown = page.locator(f".pane[data-name=event] article {query}").all_text_contents()
        assert shown == [as_html(ALL)] * len(told)
    for text in page.locator(".accounts li").all_text_contents():
        assert text.startswith(as_html(ALL))
        assert text.count(as_html(ALL)) >= 3  # says, title of the source, locator
    names = page.locator("[data-shown-place] h2").all_text_contents()
    assert names == [as_html(ALL)] * len(spoilt.places)
    assert page.title() == re.sub(r"[ \t\n\f\r]+", " ", ALL).strip()
    assert page.locator("h1").text_content() == as_html(ALL)


def test_the_story_is_walked_all_the_same(page):
    before = page.evaluate("petrograd.host.told")
    for act in ("next", "next", "previous", "play", "play"):
        page.locator(f"[data-do={act}]").click()
    for pane in ("city", "place", "list", "sources", "event"):
        page.locator(f"button[data-pane={pane}]").click()
        assert page.locator(f".pane[data-name={pane}]").is_visible()
    assert page.evaluate("petrograd.host.told") != before or before is not None
    page.locator("[data-do=share]").click()
    code = page.locator("#share-embed").input_value()
    page.locator("[data-do=close]").click()
    page.goto("about:blank")
    made = page.evaluate(
        """code => {
            const box = document.createElement("template");
            box.innerHTML = code;
            const all = [...box.content.querySelectorAll("*")];
            return [all.map(node => node.localName), all[0].title, all[0].getAttribute("src")];
        }""",
        code,
    )
    assert made[0] == ["iframe"]
    assert made[1] == ALL
    assert made[2].startswith(f"{ADDRESS}#t=")
    page.go_back()


@pytest.mark.parametrize("place", IDS[:-1])
def test_a_place_with_a_naughty_id_is_opened(page, place):
    page.evaluate("id => petrograd.read(new URLSearchParams({place: id}).toString())", place)

    assert page.locator("[data-shown-place]:visible").get_attribute("data-shown-place") == place
    assert page.locator(".notice").is_hidden()


def test_nothing_is_worked_out_as_a_template(exported):
    for name, text in {"file.html": exported.single_file(), **exported.folder()}.items():
        assert "36863" not in text  # 191 * 193
        if name.endswith(".js"):
            assert "\u2028" not in text
        text.encode("utf-8")


def test_the_page_is_no_wider_for_a_word_without_end(page):
    for pane in ("event", "city", "place", "list", "sources"):
        page.locator(f"button[data-pane={pane}]").click()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), pane


def test_the_manifest_of_a_course_says_the_title_as_written(exported):
    files = course_files(exported, "last")
    package = zipfile.ZipFile(io.BytesIO(course_zip(files)))
    root = ElementTree.fromstring(package.read("imsmanifest.xml"))

    titles = [node.text for node in root.iter() if node.tag.endswith("}title")]
    whole = as_html(ALL)
    assert len(whole) > 200  # what a learning system may refuse is cut
    assert titles == [whole[:199] + "…"] * 2
    assert sorted(package.namelist()) == sorted(files)
    for name in package.namelist():
        assert name == name.strip("/")
        assert not {"..", "\\"} & {name, *name.split("/"), *name}


def test_oembed_says_title_and_address_as_written(exported, chromium):
    said = json.loads(exported.folder()["oembed.json"])
    page = chromium.new_page()

    shown = page.evaluate(
        """html => {
            const box = document.createElement("template");
            box.innerHTML = html;
            const all = [...box.content.querySelectorAll("*")];
            return [all.map(node => node.localName), all[0].title, all[0].getAttribute("src")];
        }""",
        said["html"],
    )
    page.close()

    assert said["title"] == ALL
    assert shown == [["iframe"], ALL, ADDRESS]


def test_the_pdf_says_it_and_runs_nothing(story, monkeypatch):
    monkeypatch.setenv("CHROMIUM", how_to_launch()["executable_path"])
    spoilt = everything_says(story, " | ".join(NAUGHTY))
    title = "{{7*7}} <script>ran=1</script> `${ran=1}`"

    pdf = print_pdf(export(spoilt, Edition(title=title, **SHORT)), "a4")

    reader = PdfReader(io.BytesIO(pdf))
    text = plain("".join(page.extract_text() for page in reader.pages))
    assert reader.metadata.title == title
    for said in (*NAUGHTY[:12], title):
        assert plain(said) in text
    for action in (b"/JavaScript", b"/JS ", b"/Launch", b"/OpenAction", b"/URI"):
        assert action not in pdf


def test_a_character_that_a_page_cannot_hold_breaks_nothing(story, open_page, tmp_path):
    """HTML drops NUL and turns a lone return into a new line; everything round them stays."""
    text = "before\x00between\x01\x0b\x7f\r\x80\ufffe\uffffafter"
    path = tmp_path / "x.html"
    path.write_bytes(export(everything_says(story, text), Edition(**SHORT)).single_file().encode())

    page = open_page(path.as_uri(), "course")

    shown = page.locator("article.now h2").text_content()
    assert shown.startswith("before")
    assert shown.endswith("after")
    page.locator("[data-do=next]").click()


@pytest.mark.parametrize("language", ["fr", "ru"])
def test_a_kiosk_in_several_languages_stays_text(open_page, spoilt, words, tmp_path, language):
    path = tmp_path / "kiosk.html"
    path.write_text(export(spoilt, Edition(kiosk=Kiosk(), **SHORT)).single_file(), "utf-8")
    page = open_page(path.as_uri(), "kiosk")
    page.locator("html[data-kiosk=attract]").wait_for()
    page.mouse.click(900, 300)
    page.locator(f"[data-kiosk=language][data-language={language}]").click()
    page.locator(f"html[lang={language}][data-kiosk=story]").wait_for()

    event = page.locator("article.now")
    expect(event.locator("h2")).to_have_text(ALL)
    expect(event.locator("li").last).to_contain_text(ALL)
    assert page.evaluate("Object.keys(petrograd.host.story.places).length") == len(spoilt.places)
    assert page.evaluate("petrograd.host.story.places['winter-palace'].name") == ALL
    assert page.evaluate("typeof globalThis.ran") == "undefined"
    assert page.evaluate("Object.keys(Object.prototype).length") == 0
    assert page.locator("img, iframe, object, embed, base, form").count() == 0
