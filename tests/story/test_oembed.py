"""`oembed.json` beside an exported folder, and the link by which a site finds it."""

import json
from html.parser import HTMLParser

import pytest

from story.export import OEMBED, Edition, beside, export
from tests.story.naughty import NAUGHTY

ADDRESS = "https://example.org/petrograd/"


class Tags(HTMLParser):
    """The tags of a page with what they say."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def folder_of(story, **said):
    return export(story, Edition(**said)).folder()


@pytest.fixture(scope="module")
def folder(story):
    """A folder that knows where it will lie."""
    return folder_of(story, address=ADDRESS)


def test_without_an_address_there_is_none(story):
    folder = folder_of(story)

    assert OEMBED not in folder
    assert "oembed" not in folder["index.html"]


def test_it_says_what_the_format_asks_of_a_rich_answer(folder):
    said = json.loads(folder[OEMBED])

    assert said["version"] == "1.0"
    assert said["type"] == "rich"
    assert said["title"] == "Petrograd, October 1917"
    assert said["provider_url"] == ADDRESS
    assert (type(said["width"]), type(said["height"])) == (int, int)
    ((tag, frame),) = Tags(said["html"]).found
    assert tag == "iframe"
    assert (frame["src"], frame["title"]) == (ADDRESS, said["title"])
    assert (int(frame["width"]), int(frame["height"])) == (said["width"], said["height"])


def test_the_page_has_one_link_to_it(folder):
    links = [said for tag, said in Tags(folder["index.html"]).found if said.get("type") == "application/json+oembed"]  # fmt: skip

    (link,) = links
    assert link["rel"] == "alternate"
    assert link["href"] == f"{ADDRESS}oembed.json"
    assert link["title"] == "Petrograd, October 1917"


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://example.org", "https://example.org/oembed.json"),
        ("https://example.org/", "https://example.org/oembed.json"),
        ("https://example.org/a/b/", "https://example.org/a/b/oembed.json"),
        ("https://example.org/a/b", "https://example.org/a/b/oembed.json"),
        ("https://example.org/a/b/index.html", "https://example.org/a/b/oembed.json"),
        ("http://127.0.0.1:8080/a/?course=7#t=1917-10-25", "http://127.0.0.1:8080/a/oembed.json"),
    ],
)
def test_it_lies_beside_the_page(address, found):
    assert beside(address, OEMBED) == found


@pytest.mark.parametrize("text", NAUGHTY.values(), ids=NAUGHTY)
def test_a_title_is_a_title_and_nothing_else(story, text):
    folder = folder_of(story, address=ADDRESS, title=text)

    said = json.loads(folder[OEMBED])
    assert said["title"] == text
    ((tag, frame),) = Tags(said["html"]).found
    assert (tag, frame["title"], len(frame)) == ("iframe", text, 5)


@pytest.mark.parametrize(
    "address", ['https://x/"><script>alert(1)</script>', "https://x/'{{7*7}}&amp;"]
)
def test_an_address_cannot_leave_its_quotes(story, address):
    folder = folder_of(story, address=address)

    ((tag, frame),) = Tags(json.loads(folder[OEMBED])["html"]).found
    assert (tag, frame["src"], len(frame)) == ("iframe", address, 5)
    assert "<script>alert" not in folder["index.html"]
