"""The story as a file and as a folder: what is in them, and that nothing half-made is left."""

import base64
import hashlib
import os
import re
import subprocess
import sys
import time
from html.parser import HTMLParser

import pytest

from events.clock import minute_of
from story import cli, export
from story.export import Edition, write_folder, write_whole
from story.telling import ROOT, read_story
from tests.conftest import at, rewrite

LIMIT = 1_500_000
"""Bytes that the single file may have."""


class Page(HTMLParser):
    """The elements of a page: `(tag, attributes)`, the texts by tag, articles with their text."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.texts, self.articles, self.open = [], [], [], None
        self.within = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        self.elements.append((tag, said))
        self.within.append(tag)
        if tag == "article" and "data-told" in said:
            self.open = [said["data-told"], ""]
            self.articles.append(self.open)

    def handle_endtag(self, tag):
        if tag in self.within:
            while self.within.pop() != tag:
                pass
        if tag == "article":
            self.open = None

    def handle_data(self, data):
        self.texts.append((self.within[-1] if self.within else "", data))
        if self.open:
            self.open[1] += data

    def all(self, tag):
        return [said for name, said in self.elements if name == tag]

    def text(self, tag):
        return "".join(text for within, text in self.texts if within == tag)


def made(story, **said):
    return export.export(story, Edition(**said)).single_file()


@pytest.fixture(scope="module")
def shipped(story):
    """The single file as it is shipped."""
    return made(story)


@pytest.fixture(scope="module")
def page(shipped):
    return Page(shipped)


@pytest.fixture
def run(capsys, monkeypatch, story):
    """Runs `python -m story` with these words in this process: exit code, stdout, stderr."""
    monkeypatch.setattr(cli, "read_story", lambda: story)
    monkeypatch.setattr(cli, "SLOW_S", 100)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["story", *map(str, words)])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code or 0
        return code, *capsys.readouterr()

    return run


def refused(answer):
    """The one sentence with which a command was refused."""
    code, out, err = answer
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    return err.removeprefix("error: ").strip()


# what is in it


def test_the_single_file_is_small(shipped):
    assert len(shipped.encode("utf-8")) <= LIMIT


def test_two_runs_give_the_same_bytes_whatever_the_hash_seed(tmp_path):
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "story", "export", f"{tmp_path}/{seed}{end}"],
            cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": str(seed)}, stdout=subprocess.DEVNULL,
        )
        for end in (".html", "/")
        for seed in (1, 2)
    ]  # fmt: skip
    assert [process.wait(100) for process in running] == [0] * 4

    assert (tmp_path / "1.html").read_bytes() == (tmp_path / "2.html").read_bytes()
    first, second = (
        {path.name: path.read_bytes() for path in (tmp_path / seed).iterdir()} for seed in "12"
    )
    assert first == second


def test_the_policy_of_the_file_names_each_of_its_scripts_and_styles_and_nothing_else(page):
    metas = [said for said in page.all("meta") if "http-equiv" in said]
    assert [said["http-equiv"] for said in metas] == ["Content-Security-Policy"]
    policy = dict(part.strip().split(" ", 1) for part in metas[0]["content"].split(";"))

    inline = {"script": [], "style": []}
    for tag, text in page.texts:
        if tag in inline:
            inline[tag].append(text)
    for tag, texts in inline.items():
        hashes = {
            f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
            for text in texts
        }
        assert set(policy.pop(f"{tag}-src").split()) == hashes
        assert len(texts) == len(page.all(tag)) >= 6
    assert policy == {
        "default-src": "'none'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_the_policy_comes_before_everything_it_judges(page):
    tags = [tag for tag, _ in page.elements]
    policy = next(n for n, (_, said) in enumerate(page.elements) if "http-equiv" in said)

    assert policy < min(tags.index("script"), tags.index("style"), tags.index("title"))


def test_nothing_in_the_file_comes_from_outside(page):
    for tag, said in page.elements:
        for name, value in said.items():
            if name in ("src", "href", "xlink:href", "action", "poster", "data", "srcset"):
                assert value.startswith("#"), (tag, name, value)
            assert not name.startswith("on"), (tag, name)
            assert name != "style", (tag, value)
    for style in (text for tag, text in page.texts if tag == "style"):
        assert not re.search(r"@import|url\((?!['\"]?(data:|#))", style)


def test_every_file_of_a_folder_is_its_own_and_has_no_inline_script_or_style(story):
    files = export.export(story, Edition()).folder()
    page = Page(files["index.html"])

    named = [said["src"] for said in page.all("script")]
    named += [said["href"] for said in page.all("link")]
    assert sorted(["index.html", *named]) == sorted(files)
    assert not page.all("style")
    assert page.text("script").strip() == ""
    assert not [said for _, said in page.elements if "style" in said]


def test_every_event_is_an_article_in_time_order_with_its_title_text_and_sources(story, page):
    assert [told for told, _ in page.articles] == [event.id for event in story.events]
    for (_, text), event in zip(page.articles, story.events, strict=True):
        said = story.text(event)
        assert said.title in text
        assert said.text in text
        for account in event.accounts:
            assert account.says in text
            assert story.chronicle.sources[account.source].cite() in text
    minutes = [event.shown for event in story.events]
    assert minutes == sorted(minutes)


def test_there_is_one_heading_of_the_first_rank_and_no_id_twice(page):
    ids = [said["id"] for _, said in page.elements if "id" in said]

    assert len(page.all("h1")) == 1
    assert len(ids) == len(set(ids))


# what the options do


def opened(run, tmp_path, *options):
    path = tmp_path / "x.html"
    code, out, _ = run("export", path, *options)
    text = path.read_text("utf-8")
    assert code == 0
    assert out == f"{path}: {len(text.encode()) / 1000:.0f} kB\n"
    return Page(text)


def test_from_and_to_are_the_ends_of_the_clock_and_of_what_is_told(run, tmp_path, story):
    page = opened(
        run, tmp_path, "--from", "1917-10-25T02:00", "--to", "1917-10-25T21:40"
    )  # both belong to it

    first, last = at("25 02:00"), at("25 21:40")
    told = [event.id for event in story.events if first <= event.shown <= last]
    assert [told for told, _ in page.articles] == told
    dial = next(said for said in page.all("input") if said["id"] == "minute")
    assert (dial["min"], dial["max"]) == (str(minute_of(first)), str(minute_of(last)))
    assert not [
        said for said in page.all("button") if "data-day" in said
    ]  # one day needs no choice


def test_events_tells_only_those_in_their_order(run, tmp_path, story):
    page = opened(run, tmp_path, "--events", " ministers-arrested,aurora-blank-shot ,")

    assert [told for told, _ in page.articles] == ["aurora-blank-shot", "ministers-arrested"]
    links = {said["data-event"] for said in page.all("a") if "data-event" in said}
    held = {event.id for steps in story.holds.values() for _, event, _ in steps}
    assert links <= held | {"aurora-blank-shot", "ministers-arrested"}


def test_start_is_the_minute_at_which_it_opens(run, tmp_path):
    page = opened(run, tmp_path, "--start", "1917-10-25T21:40")

    dial = next(said for said in page.all("input") if said["id"] == "minute")
    assert dial["value"] == str(minute_of(at("25 21:40")))
    assert "21:40" in page.text("strong")


def test_a_clock_without_the_opening_opens_at_its_first_minute(story):
    page = Page(made(story, first=at("25 02:00")))

    dial = next(said for said in page.all("input") if said["id"] == "minute")
    assert dial["value"] == dial["min"] == str(minute_of(at("25 02:00")))


def test_title_stands_in_place_of_the_story_s_own(run, tmp_path):
    page = opened(run, tmp_path, "--title", "Ten days & <b>nights</b>")

    assert page.text("title") == page.text("h1") == "Ten days & <b>nights</b>"


def test_look_is_that_of_page_and_map(run, tmp_path):
    page = opened(run, tmp_path, "--look", "night")

    assert page.all("html")[0]["data-look"] == "night"


def test_the_two_looks_draw_the_map_in_other_colours(story):
    day, night = (Page(made(story, look=look)) for look in ("day", "night"))

    assert day.text("style") != night.text("style") or day.text("script") != night.text("script")


def test_address_is_in_links_and_on_paper(run, tmp_path, shipped):
    page = opened(run, tmp_path, "--address", "https://example.org/petrograd/")

    assert page.text("span").count("https://example.org/petrograd/") >= 1
    assert '"https://example.org/petrograd/"' in page.text("script").replace("\\", "")
    assert "example.org" not in shipped


def test_lang_is_that_of_the_page(run, tmp_path):
    page = opened(run, tmp_path, "--lang", "en")

    assert page.all("html")[0]["lang"] == "en"


# what is refused


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--events", "aurora-blank-shoot"), "--events: 'aurora-blank-shoot' is no event on the clock; did you mean 'aurora-blank-shot'?"),
        (("--events", "xyzzy"), "--events: 'xyzzy' is no event on the clock"),
        (("--lang", "tlh"), "'tlh' is no language of the story, which has en"),
        (("--from", "1917-10-25", "--to", "1917-10-25"), "--to 1917-10-25T00:00 is not after --from 1917-10-25T00:00"),
        (("--from", "1917-10-21T00:01", "--to", "1917-10-21T00:02"), "no event is told between 1917-10-21T00:01 and 1917-10-21T00:02"),
        (("--events", "aurora-blank-shot", "--to", "1917-10-22"), "no event is told between 1917-10-21T00:00 and 1917-10-22T00:00"),
        (("--start", "1917-10-21", "--from", "1917-10-25"), "--start 1917-10-21T00:00 is outside the clock, 1917-10-25T00:00 to 1917-10-27T06:00"),
        (("--start", "1917-11-07"), "1917-11-07T00:00 is outside the story"),
        (("--from", "yesterday"), "'yesterday' cannot be read"),
        (("--look", "dusk"), "'dusk' is not one of"),
        (("--address", "petrograd.example"), "--address: 'petrograd.example' is no address"),
        (("--address", "javascript:alert(1)"), "is no address"),
        (("--address", "https://x/ y"), "is no address"),
        (("--address", "https://x/#t=1"), "and no #"),
        (("--title", " "), "--title: ' ' is no title"),
        (("--title", "a\nb"), "is no title"),
        (("--title", "\udcff"), "is no title"),
        (("--settings", "kiosk.toml"), "--settings are those of a kiosk; add --kiosk"),
    ],
    ids=lambda said: " ".join(said) if isinstance(said, tuple) else "",
)  # fmt: skip
def test_what_cannot_be_told_is_refused_in_one_sentence(run, tmp_path, options, says):
    out = tmp_path / "x.html"

    assert says in refused(run("export", out, *options))
    assert not out.exists()


def test_a_folder_that_is_missing_is_said(run, tmp_path):
    said = refused(run("export", tmp_path / "none" / "x.html"))

    assert said == f"{tmp_path / 'none' / 'x.html'} cannot be written: No such file or directory"


def test_a_folder_that_is_a_file_is_said_and_left_alone(run, tmp_path):
    (tmp_path / "file").write_text("mine")

    said = refused(run("export", f"{tmp_path / 'file'}/"))

    assert said.endswith("cannot be written: Not a directory")
    assert (tmp_path / "file").read_text() == "mine"


def test_no_name_at_all_is_refused(run):
    assert refused(run("export", "")) == "OUT is empty; name a file or a folder"


@pytest.mark.parametrize("command", ["handout", "scorm"])
def test_a_pdf_or_a_package_cannot_be_a_folder(run, tmp_path, command):
    assert "is a directory" in refused(run(command, tmp_path))


def test_what_is_no_file_is_never_replaced(run, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    assert refused(run("export", pipe)).endswith("cannot be written: Invalid argument")
    assert pipe.is_fifo()


@pytest.mark.skipif(not os.access("/dev/full", os.W_OK), reason="no /dev/full here")
def test_a_device_is_never_replaced(run):
    assert "cannot be written" in refused(run("export", "/dev/full"))


def test_a_name_that_only_just_fits_is_written(run, tmp_path):
    path = tmp_path / ("x" * 250 + ".html")

    assert run("export", path)[0] == 0
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_name_that_does_not_fit_is_said(run, tmp_path):
    assert refused(run("export", tmp_path / ("x" * 300))).endswith("File name too long")


@pytest.mark.parametrize(
    "name", ["{{7*7}}.html", "%s $(id) `x` 'y'.html", "\u202etxt.html", "\udcff.html"]
)
def test_a_file_may_be_called_anything(run, tmp_path, name):
    assert run("export", tmp_path / name)[0] == 0
    assert (tmp_path / name).stat().st_size > 500_000


def test_bad_data_are_told_fault_by_fault_and_write_nothing(
    data_copy, tmp_path, capsys, monkeypatch
):
    rewrite(data_copy / "events/data/1917-10-25.toml", "certainty = ", "certainly = ")
    monkeypatch.setattr(cli, "read_story", lambda: read_story(data_copy))
    monkeypatch.setattr(sys, "argv", ["story", "export", str(tmp_path / "x.html")])

    with pytest.raises(SystemExit) as stop:
        cli.main()

    out, err = capsys.readouterr()
    assert stop.value.code == 2
    assert out == ""
    assert "1917-10-25.toml" in err
    assert "Traceback" not in err
    assert not (tmp_path / "x.html").exists()


# nothing half-made


def failing_after(monkeypatch, writes):
    """Let the disk be full after so many files."""
    whole = os.fsync
    left = iter(range(writes))

    def sync(number):
        if next(left, None) is None:
            raise OSError(28, "No space left on device")
        whole(number)

    monkeypatch.setattr(export.os, "fsync", sync)


def test_a_file_there_already_stays_when_the_new_one_cannot_be_finished(run, tmp_path, monkeypatch):
    path = tmp_path / "x.html"
    path.write_text("the old one")
    failing_after(monkeypatch, 0)

    assert refused(run("export", path)).endswith("cannot be written: No space left on device")
    assert path.read_text() == "the old one"
    assert [each.name for each in tmp_path.iterdir()] == ["x.html"]


@pytest.mark.parametrize("writes", [0, 1, 7, 12])
def test_a_folder_there_already_stays_when_the_new_one_cannot_be_finished(
    run, tmp_path, monkeypatch, writes
):
    files = {"index.html": "the old page", "data.js": "the old data", "mine.txt": "mine"}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    failing_after(monkeypatch, writes)

    assert refused(run("export", f"{tmp_path}/")).endswith("No space left on device")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == files


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")

    write_whole(tmp_path / "link", "new")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_what_an_earlier_build_left_is_removed_and_nothing_else(story, tmp_path):
    earlier = export.export(story, Edition(address="https://example.org/")).folder()
    earlier["kiosk.js"] = "an earlier part"
    earlier["index.html"] = earlier["index.html"].replace(
        '<script src="export.js"></script>', '<script src="export.js"></script><script src="kiosk.js"></script>'
    )  # fmt: skip
    write_folder(tmp_path, {**earlier, "export.js.gz": b"packed"})
    (tmp_path / "mine.js").write_text("mine")
    now = export.export(story, Edition()).folder()

    write_folder(tmp_path, now)

    assert "oembed.json" in earlier
    assert {path.name for path in tmp_path.iterdir()} == {*now, "mine.js"}


def test_a_page_of_somebody_else_loses_nothing_but_its_name(tmp_path):
    (tmp_path / "index.html").write_text('<script src="app.js"></script>')
    (tmp_path / "app.js").write_text("mine")

    write_folder(tmp_path, {"index.html": "new"})

    assert (tmp_path / "app.js").read_text() == "mine"


# a line on what takes long


def test_work_over_a_second_says_what_it_does(run, tmp_path, monkeypatch):
    monkeypatch.setattr(cli, "SLOW_S", 0.01)
    slow = cli.export
    monkeypatch.setattr(cli, "export", lambda *asked: (time.sleep(0.3), slow(*asked))[1])

    assert run("export", tmp_path / "x.html")[2] == "making the page ...\n"


def test_work_that_is_not_slow_says_nothing(run, tmp_path):
    assert run("export", tmp_path / "x.html")[2] == ""


# an edition


def test_an_edition_opens_within_its_clock_whatever_is_asked(story):
    for start in (None, at("21 00:00"), at("25 10:00"), at("26 20:00")):
        edition = Edition(first=at("25 02:00"), last=at("26 03:00"), start=start)
        assert edition.first <= edition.opens(story) <= edition.last
