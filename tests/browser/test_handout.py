"""The story on paper: what the PDF says, and that every way to print gives the same."""

import io
import re
import shutil
import subprocess
import sys
import unicodedata

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from story import cli, handout
from story.export import Edition, export
from story.handout import NoBrowserError, find_browser, print_pdf
from story.picture import moments
from story.words import time_line, words_of
from tests.browser.conftest import BUILD, how_to_launch
from tests.conftest import at

ADDRESS = "https://example.org/petrograd/"
PAGES = 50
"""More than a teacher would copy."""
SIZES = {"a4": (595, 842), "letter": (612, 792)}
"""Points."""


@pytest.fixture(scope="module")
def browser():
    """The browser of the tests prints too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHROMIUM", how_to_launch()["executable_path"])
        yield


@pytest.fixture(scope="module", params=SIZES)
def printed(request, story, browser):
    """The handout as the command makes it: paper, PDF."""
    pdf = print_pdf(export(story, Edition(address=ADDRESS)), request.param)
    BUILD.mkdir(parents=True, exist_ok=True)
    (BUILD / f"handout-{request.param}.pdf").write_bytes(pdf)
    return request.param, PdfReader(io.BytesIO(pdf)), pdf


def plain(text):
    """Text as a printed page gives it back: no blanks, whatever the letters were joined to."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def text_of(reader):
    """The text of the pages in order, without their numbers and without blanks."""
    pages = []
    for page in reader.pages:
        pages.append(re.sub(r"\A\s*\d+ / \d+\n|\n\d+ / \d+\s*\Z", "", page.extract_text()))
    return plain("".join(pages))


def test_every_event_is_on_paper_with_title_text_time_place_and_sources_as_cited(printed, story):
    _, reader, _ = printed
    text = text_of(reader)
    words = words_of("en")
    here = 0

    for event in story.events:
        said = story.text(event)
        begins = f"{event.shown.day} October, {event.shown:%H:%M} · {words('kind', event.kind)}"
        here = text.find(plain(begins), here)  # in their order
        assert here >= 0, event.id
        assert plain(said.title) in text, event.id
        assert plain(said.text) in text, event.id
        assert plain(time_line(event, words)) in text, event.id
        assert plain(", ".join(story.places[place].name("en") for place in event.places)) in text
        for account in event.accounts:
            source = story.chronicle.sources[account.source].cite()
            assert plain(f"{account.says} {source}, {account.locator}") in text, event.id
    for source in story.chronicle.sources.values():
        assert plain(source.cite()) in text


def test_paper_has_its_size_and_its_pages_their_numbers(printed):
    paper, reader, _ = printed

    assert len(reader.pages) < PAGES
    for number, page in enumerate(reader.pages, 1):
        assert tuple(map(round, page.mediabox[2:])) == SIZES[paper]
        assert f"{number} / {len(reader.pages)}" in page.extract_text()


def test_no_page_is_all_but_empty(printed):
    _, reader, _ = printed

    assert all(len(page.extract_text()) > 600 for page in reader.pages[:-1])
    assert len(reader.pages[-1].extract_text()) > 100


def test_ten_pictures_are_drawn_as_vectors(printed, story):
    _, reader, _ = printed
    words = words_of("en")
    edition = Edition()
    shown = moments(edition.first, edition.last)
    text = text_of(reader)

    assert len(shown) == 10
    for t in shown:
        assert plain(f"{words.clock(t)} {words.clock(t, 'ns')}") in text
    assert not [image for page in reader.pages for image in page.images]
    strokes = sum(page.get_contents().get_data().count(b"\nf") for page in reader.pages[:6])
    assert strokes > 1000


def test_the_pdf_names_its_title_and_language_and_is_tagged(printed):
    _, reader, _ = printed
    root = reader.trailer["/Root"]

    assert reader.metadata.title == "Petrograd, October 1917"
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]


def test_the_code_leads_back_to_the_address(printed, tmp_path, story, chromium):
    _, _, pdf = printed
    picture = tmp_path / "cover.png"
    if shutil.which("pdftoppm"):
        (tmp_path / "handout.pdf").write_bytes(pdf)
        subprocess.run(
            ["pdftoppm", "-r", "150", "-l", "1", "-singlefile", "-png", "handout.pdf", "cover"],
            cwd=tmp_path, check=True,
        )  # fmt: skip
    else:
        page = chromium.new_page()
        page.emulate_media(media="print")
        page.set_content(export(story, Edition(address=ADDRESS)).single_file())
        page.locator(".cover").screenshot(path=str(picture))
        page.close()

    codes = zxingcpp.read_barcodes(Image.open(picture))

    assert [code.text for code in codes] == [ADDRESS]


def test_without_an_address_there_is_no_code(story):
    page = export(story, Edition()).single_file()

    assert 'class="code"' not in page
    assert "Read on at" not in page.split("<main")[0]


# printing from the open file


STATES = {
    "as it opens": "() => 0",
    "at an event": "() => petrograd.read('event=aurora-blank-shot')",
    "a place": "() => petrograd.read('place=winter-palace')",
    "who holds what": "() => petrograd.open('city')",
    "the list": "() => petrograd.open('list')",
    "the sources": "() => petrograd.open('sources')",
    "the share dialog": "() => document.querySelector('[data-do=share]').click()",
    "a sentence about the address": "() => petrograd.read('t=never')",
    "playing": "() => document.querySelector('[data-do=play]').click()",
}


SHORT = {"first": at("25 20:00"), "last": at("25 22:00")}
"""A clock short enough to be printed many times."""


@pytest.fixture(scope="module")
def files(story, tmp_path_factory):
    folder = tmp_path_factory.mktemp("print")
    for look in ("day", "night"):
        (folder / f"{look}.html").write_text(
            export(story, Edition(look=look, **SHORT)).single_file(), "utf-8"
        )
    return folder


@pytest.fixture(scope="module")
def expected(story, browser):
    return text_of(PdfReader(io.BytesIO(print_pdf(export(story, Edition(**SHORT)), "a4"))))


def printed_open(page):
    """What the browser's own Print gives, as text."""
    return text_of(PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True))))


@pytest.mark.parametrize("state", STATES)
def test_whatever_is_open_prints_the_same_handout(open_page, files, expected, state):
    page = open_page((files / "day.html").as_uri(), "course")
    page.evaluate(STATES[state])

    assert printed_open(page) == expected


def test_night_prints_as_day_does_black_on_white(open_page, files, expected):
    page = open_page((files / "night.html").as_uri(), "phone")

    assert printed_open(page) == expected
    page.emulate_media(media="print")
    colours = page.evaluate(
        "[getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(document.querySelector('.event p')).color]"
    )
    assert colours == ["rgb(255, 255, 255)", "rgb(68, 68, 68)"]


def test_with_scripts_off_the_same_handout_is_printed(open_page, files, expected):
    page = open_page((files / "day.html").as_uri(), "kiosk", java_script_enabled=False)

    assert printed_open(page) == expected


# the command


def run(monkeypatch, capsys, *words):
    monkeypatch.setattr(sys, "argv", ["story", "handout", *map(str, words)])
    code = 0
    try:
        cli.main()
    except SystemExit as stop:
        code = stop.code or 0
    return code, *capsys.readouterr()


def test_the_command_writes_the_pdf_it_was_asked_for(monkeypatch, capsys, tmp_path, browser):
    out = tmp_path / "one day.pdf"

    code, said, _ = run(
        monkeypatch,
        capsys,
        out,
        "--from",
        "1917-10-25",
        "--to",
        "1917-10-25T12:00",
        "--title",
        "One morning",
        "--paper",
        "letter",
    )

    reader = PdfReader(out)
    assert (code, said) == (0, f"{out}: {out.stat().st_size / 1000:.0f} kB\n")
    assert reader.metadata.title == "One morning"
    assert tuple(map(round, reader.pages[0].mediabox[2:])) == SIZES["letter"]
    assert "The Aurora fires one blank" not in "".join(page.extract_text() for page in reader.pages)


def test_without_a_browser_one_sentence_says_what_to_install(monkeypatch, capsys, tmp_path):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(handout.shutil, "which", lambda name: None)

    code, said, error = run(monkeypatch, capsys, tmp_path / "x.pdf")

    assert (code, said) == (2, "")
    assert error.splitlines()[-1].startswith("error: no browser to print with")
    assert "apt install chromium" in error
    assert list(tmp_path.iterdir()) == []


def test_a_browser_that_is_named_but_not_there_is_said(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/no/such/browser")

    with pytest.raises(
        NoBrowserError, match="CHROMIUM names '/no/such/browser', which is not there"
    ):
        find_browser()


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("#!/bin/sh\necho sandbox trouble >&2\nexit 3\n", r"wrote no PDF \(exit code 3\): sandbox trouble"),
        ("#!/bin/sh\nexit 0\n", "wrote no PDF"),
        ("no program", "could not print"),
    ],
)  # fmt: skip
def test_a_browser_that_does_not_print_is_said_and_keeps_the_old_pdf(
    monkeypatch, capsys, tmp_path, program, says
):
    fake = tmp_path / "browser"
    fake.write_text(program)
    fake.chmod(0o755)
    out = tmp_path / "x.pdf"
    out.write_text("the old one")
    monkeypatch.setenv("CHROMIUM", str(fake))

    code, _, error = run(monkeypatch, capsys, out)

    assert code == 2
    assert re.search(says, error.splitlines()[-1])
    assert out.read_text() == "the old one"
