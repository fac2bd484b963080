"""The exported file in every language: whole, in its own words, and laid out for them."""

import io

import pytest
from pypdf import PdfReader

from events.clock import minute_of
from story.export import Edition, export
from story.handout import print_pdf
from story.words import time_line, words_of
from tests.browser.conftest import SIZES, how_to_launch, take
from tests.browser.test_handout import plain, text_of
from tests.conftest import at

OTHERS = ("fr", "ru")


@pytest.fixture(scope="module")
def files(story, tmp_path_factory):
    out = tmp_path_factory.mktemp("languages")
    for language in OTHERS:
        page = export(story, Edition(language=language)).single_file()
        (out / f"{language}.html").write_text(page, "utf-8")
    return out


SHOWN = """[...document.querySelectorAll('body *')].filter(node => node.checkVisibility())
    .flatMap(node => [node.getAttribute('aria-label'), node.title, node.placeholder,
        ...[...node.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim())]).filter(Boolean)"""
CUT = """[...document.querySelectorAll('button, .power, .clock, .caption, .legend-row')]
    .filter(node => node.checkVisibility() && node.scrollWidth > node.clientWidth + 1).map(node => node.textContent)"""


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("size", SIZES)
def test_the_file_is_walked_in_its_language_and_nothing_is_cut_off(
    open_page, files, story, language, size
):
    page = open_page(f"{(files / f'{language}.html').as_uri()}#t=1917-10-25T21:40", size)
    told, words = story.said_in(language), words_of(language)
    english = {
        said
        for section in ("holder", "kind", "certainty", "page", "map", "file")
        for key, said in words_of("en").section(section).items()
        if words.section(section)[key] != said and "{" not in said and len(said) > 3
    } - {said for table in words.table.values() for said in table.values() if isinstance(said, str)}

    assert page.evaluate("document.documentElement.lang") == language
    assert page.title() == words("page", "title")
    for minute in ("24 17:00", "25 10:30", "25 21:40", "26 02:10"):
        page.evaluate("minute => petrograd.goTo(minute)", minute_of(at(minute)))
        event = told.at(at(minute)).last
        assert page.locator("article.now h2").inner_text() == told.text(event).title
        assert page.locator(".caption-event").inner_text() == told.text(event).title
        for pane in ("event", "city", "place", "list", "sources"):
            page.evaluate("pane => petrograd.open(pane)", pane)
            assert page.evaluate(CUT) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert not english & set(page.evaluate(SHOWN))
    page.evaluate("petrograd.open('event')")
    take(page, f"export-{language}-{size}")


@pytest.mark.parametrize("language", OTHERS)
def test_every_event_is_on_paper_in_its_language(story, language, monkeypatch):
    monkeypatch.setenv("CHROMIUM", how_to_launch()["executable_path"])
    reader = PdfReader(io.BytesIO(print_pdf(export(story, Edition(language=language)), "a4")))
    text, told, words = text_of(reader), story.said_in(language), words_of(language)

    assert reader.trailer["/Root"]["/Lang"] == language
    assert len(reader.pages) < 65
    for event in told.events:
        assert plain(told.text(event).title) in text, event.id
        assert plain(told.text(event).text) in text, event.id
        assert plain(time_line(event, words)) in text, event.id
        for account in event.accounts:
            assert plain(account.says) in text, event.id


@pytest.mark.parametrize("language", OTHERS)
def test_a_link_of_the_file_says_its_language_and_is_taken_back(open_page, files, language):
    page = open_page(f"{(files / f'{language}.html').as_uri()}#t=1917-10-25T10:00", "course")
    link = page.evaluate("petrograd.address()")
    assert f"lang={language}" in link

    again = open_page(f"{(files / f'{language}.html').as_uri()}#{link}", "course")
    assert not again.locator(".notice").is_visible()
