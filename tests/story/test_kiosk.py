"""The kiosk's settings, tour and file: a bad setting never stops the story and is always told."""

import base64
import hashlib
import json
import re
import tomllib

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from story import cli
from story.export import Edition, export
from story.kiosk import KEYS, LIMITS, TOUR, Kiosk, find_settings, read_settings, settings_of
from story.telling import ROOT
from story.words import LANGUAGES

EXAMPLE = ROOT / "deploy" / "kiosk" / "kiosk.toml"


@pytest.fixture(scope="module")
def kiosk_file(story):
    return export(story, Edition(kiosk=Kiosk())).single_file()


def kiosk_of(**said):
    return settings_of(said, "kiosk.toml")


def test_the_tour_is_a_dozen_events_of_the_greatest_weight_in_their_order(story):
    told = [story.by_id[event] for event in TOUR]

    assert len(set(TOUR)) == 12
    assert {event.importance for event in told} == {3}
    assert [event.shown for event in told] == sorted(event.shown for event in told)
    assert set(told) <= set(story.events)


GOOD = {
    "idle": 90, "warning": 30, "languages": ["en"], "language": "en", "pace": 1.5, "inches": 31.5,
    "distance": 80, "sound": False, "look": "night", "code": "00421", "address": "https://museum.example/1917",
}  # fmt: skip


def test_every_setting_is_taken_from_the_file(tmp_path):
    path = tmp_path / "kiosk.toml"
    path.write_text("\n".join(f"{key} = {str(value).lower() if isinstance(value, bool) else repr(value)}" for key, value in GOOD.items()), "utf-8")  # fmt: skip

    kiosk = read_settings(path)

    assert not kiosk.remarks
    assert set(GOOD) == set(KEYS)
    for key, value in GOOD.items():
        assert getattr(kiosk, key) == (tuple(value) if isinstance(value, list) else value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("idle", 14), ("idle", 601), ("idle", "60"), ("idle", True), ("idle", float("nan")), ("idle", float("inf")),
        ("warning", 19), ("warning", 61), ("pace", 0.5), ("pace", 0), ("inches", -27), ("inches", [27]),
        ("distance", 10), ("sound", True), ("sound", 0), ("look", "dusk"), ("look", 1), ("code", 1917),
        ("code", "19"), ("code", "123456789"), ("code", "19a7"), ("code", "१९१७"), ("languages", []),
        ("languages", "en"), ("languages", ["xx"]), ("languages", [["en"]]), ("language", "xx"), ("address", "museum.example"),
        ("address", "javascript:alert(1)"), ("address", "https://a.example/" + "x" * 300), ("address", "https://a\n.example"),
        ("address", 5),
    ],
)  # fmt: skip
def test_a_bad_value_falls_back_to_the_default_and_is_told(key, value):
    kiosk = kiosk_of(**{key: value})

    assert getattr(kiosk, key) == getattr(Kiosk(), key)
    assert len(kiosk.remarks) == 1
    assert kiosk.remarks[0].startswith(f"kiosk.toml, {key}: ")
    assert "\n" not in kiosk.remarks[0]


@pytest.mark.parametrize("key", list(LIMITS))
def test_the_ends_of_a_range_belong_to_it(key):
    for value in LIMITS[key]:
        assert getattr(kiosk_of(**{key: value}), key) == value


def test_a_bad_value_does_not_take_the_good_ones_with_it():
    kiosk = kiosk_of(idle="soon", distance=80, ideal=3)

    assert (kiosk.idle, kiosk.distance) == (60, 80)
    assert kiosk.remarks[1] == "kiosk.toml: no setting is called 'ideal'"


@pytest.mark.parametrize(
    "content", [b"idle = ", b"\xff\xfe\x00", b"[[idle]]\n", b"idle = 1\nidle = 2"]
)
def test_a_broken_file_is_one_remark_and_every_default_holds(tmp_path, content):
    path = tmp_path / "kiosk.toml"
    path.write_bytes(content)

    kiosk = read_settings(path)

    assert len(kiosk.remarks) == 1
    assert all(getattr(kiosk, key) == getattr(Kiosk(), key) for key in KEYS)


def test_a_missing_file_is_a_remark_if_it_was_asked_for_and_none_if_not(tmp_path):
    assert find_settings(None, tmp_path) == Kiosk()
    assert "is not there" in find_settings(str(tmp_path / "other.toml"), tmp_path).remarks[0]
    assert "cannot be read" in read_settings(tmp_path).remarks[0]

    (tmp_path / "kiosk.toml").write_text("idle = 33")

    assert find_settings(None, tmp_path).idle == 33


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=8), VALUES, max_size=6))
def test_whatever_a_table_says_the_settings_are_such_as_the_kiosk_can_use(table):
    kiosk = settings_of(table, "kiosk.toml")

    for key, (low, high) in LIMITS.items():
        assert low <= getattr(kiosk, key) <= high
    assert kiosk.languages
    assert set(kiosk.languages) <= set(LANGUAGES)
    assert kiosk.language in kiosk.languages
    assert kiosk.look in ("day", "night")
    assert re.fullmatch("[0-9]{4,8}", kiosk.code)
    assert kiosk.address == "" or kiosk.address.startswith("http")


def test_the_shipped_example_names_every_setting_and_is_the_default():
    assert list(tomllib.loads(EXAMPLE.read_text("utf-8"))) == list(KEYS)
    assert read_settings(EXAMPLE) == Kiosk()


def test_a_file_tells_the_story_in_every_language_offered_that_of_the_settings_first(story):
    page = export(story, Edition(kiosk=Kiosk(languages=("en", "fr"), language="fr"))).single_file()

    assert '<html lang="fr"' in page
    assert re.findall(r'<template data-language="(..)">', page) == ["en"]
    first, other = page.split('<template data-language="en">')
    for telling, said in ((first, story.said_in("fr")), (other, story)):
        for event in said.events:
            assert telling.count(str(escape(said.text(event).text))) == 1, event.id


def test_a_file_in_one_language_asks_nobody_for_it(story):
    page = export(story, Edition(kiosk=Kiosk(languages=("ru",), language="ru"))).single_file()

    assert '<html lang="ru"' in page
    assert "<template" not in page
    assert 'aria-label="Язык"' not in page


@pytest.fixture
def run(story, monkeypatch):
    monkeypatch.setattr(cli, "read_story", lambda: story)
    return lambda *said: CliRunner().invoke(cli.cli, ["export", *map(str, said)])


def test_the_command_line_tells_what_is_wrong_and_writes_the_file_all_the_same(run, tmp_path):
    settings, out = tmp_path / "kiosk.toml", tmp_path / "kiosk.html"
    settings.write_text('idle = 5\nlook = "night"\n')

    said = run(out, "--kiosk", "--settings", settings)

    assert said.exit_code == 0
    told = "kiosk.toml, idle: should be 15 to 600, found '5'; 60 holds"
    assert told in said.stderr.splitlines()  # beside a line of progress, on a slow machine
    assert 'data-look="night"' in out.read_text("utf-8")


def test_settings_without_a_kiosk_are_refused_in_one_sentence(run, tmp_path):
    said = run(tmp_path / "x.html", "--settings", EXAMPLE)

    assert said.exit_code == 1
    assert "add --kiosk" in said.stderr


def test_a_kiosk_has_no_share_no_print_no_pictures_for_paper_and_leads_to_no_host(kiosk_file):
    for absent in ('data-do="share"', 'data-do="print"', "<dialog", 'class="pictures"', 'class="skip"', "<form", "target="):  # fmt: skip
        assert absent not in kiosk_file
    words = re.sub(r"<(script|style)>.*?</\1>", "", kiosk_file, flags=re.DOTALL)
    assert set(re.findall(r' (?:href|src|action)="(.)', words)) == {"#"}


def test_fingers_cannot_zoom_the_page_before_its_scripts_run(kiosk_file):
    assert re.search(r'<html [^>]*data-kiosk="start"', kiosk_file)
    rule = re.search(r"^html\[data-kiosk\] \{[^}]*\}", kiosk_file, re.MULTILINE)[0]
    assert "touch-action: none" in rule


def test_an_ordinary_page_has_nothing_of_the_kiosk(story):
    page = export(story, Edition()).single_file()

    for absent in ("petrogradKiosk = ", "data-kiosk=", 'class="attract"', 'class="pad'):
        assert absent not in page


def test_the_same_settings_give_the_same_bytes(story, kiosk_file):
    assert export(story, Edition(kiosk=Kiosk())).single_file() == kiosk_file


def test_every_script_and_style_of_the_kiosk_is_named_by_its_policy(kiosk_file):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', kiosk_file)[1]
    for tag in ("script", "style"):
        for text in re.findall(rf"<{tag}>(.*?)</{tag}>", kiosk_file, re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert digest in policy.replace("&#39;", "'").replace("&#43;", "+")


def test_an_address_with_a_template_or_a_tag_in_it_stays_text(story):
    naughty = "https://a.example/{{7*191}}</script><b>`${1}"

    parts = {part.name: part.text for part in export(story, Edition(kiosk=Kiosk(address=naughty))).scripts}  # fmt: skip

    quoted = parts["settings.js"].split("JSON.parse(")[1].removesuffix(");\n")
    assert json.loads(json.loads(quoted))["settings"]["address"] == naughty
    assert not set("{}<>&") & set(quoted)
