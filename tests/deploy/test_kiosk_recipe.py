"""The recipe in deploy/kiosk: its units, policies and scripts; and, where cage is, the screen itself."""

import configparser
import contextlib
import importlib.util
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import psutil
import pytest
from PIL import Image

from story.export import Edition, export
from story.kiosk import Kiosk
from story.telling import ROOT

KIOSK = ROOT / "deploy" / "kiosk"
OPT = "/opt/petrograd"
UNITS = ("kiosk.service", "petrograd-page.service")
SCREENS = ROOT / "build" / "screenshots" / "kiosk"
NOBODY = 65534
"""Chromium refuses root."""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the recipe is for Debian")


def load(name):
    spec = importlib.util.spec_from_file_location(name, KIOSK / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


keep = load("keep")


def unit(name):
    """A unit's settings; of one that is given several times, all values."""

    class Values(dict):
        def __setitem__(self, key, value):
            if isinstance(value, list) and key in self:
                self[key].extend(value)
            else:
                super().__setitem__(key, value)

    parser = configparser.RawConfigParser(strict=False, dict_type=Values, delimiters="=", comment_prefixes="#")  # fmt: skip
    parser.optionxform = str
    parser.read_string((KIOSK / name).read_text("utf-8"))
    return {
        section: {
            key: value.split("\n") if "\n" in value else value
            for key, value in parser[section].items()
        }
        for section in parser.sections()
    }


@pytest.fixture(scope="module")
def kiosk_file(story, tmp_path_factory):
    path = tmp_path_factory.mktemp("kiosk") / "kiosk.html"
    path.write_text(export(story, Edition(kiosk=Kiosk())).single_file(), "utf-8")
    return path


def install(*said, **env):
    return subprocess.run(
        ["sh", str(KIOSK / "install.sh"), *map(str, said)],
        capture_output=True, text=True, env={**os.environ, **env},
    )  # fmt: skip


# ---- what is always tested: units, policies, scripts


@pytest.mark.parametrize("name", UNITS)
def test_systemd_finds_nothing_wrong_with_a_unit(name, tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not here")
    text = (KIOSK / name).read_text("utf-8")
    for command in (f"{OPT}/keep.py", f"{OPT}/source/.venv/bin/python", "/usr/bin/cage"):
        text = text.replace(command, "/bin/true")
    (tmp_path / name).write_text(text.replace("seatd.service", ""), "utf-8")

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)],
        capture_output=True,
        text=True,
    )

    assert [line for line in done.stderr.splitlines() if name in line] == []


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_starts_again_for_ever(name):
    said = unit(name)

    assert said["Service"]["Restart"] == "always"
    assert int(said["Service"]["RestartSec"]) <= 5
    assert said["Unit"]["StartLimitIntervalSec"] == "0"


def test_systemd_waits_longer_than_the_script_before_it_ends_both():
    service = unit("kiosk.service")["Service"]

    assert (service["Type"], service["NotifyAccess"]) == ("notify", "all")
    assert "PAMName" not in service, "a session of its own would take the heartbeats away"
    assert int(service["WatchdogSec"]) > 2 * keep.SILENCE


def test_nothing_of_the_recipe_opens_a_port_to_others():
    page = unit("petrograd-page.service")["Service"]

    assert "--remote-debugging-pipe" in keep.FLAGS
    assert not any("remote-debugging-port" in path.read_text("utf-8") for path in KIOSK.iterdir())
    assert "--server.address=127.0.0.1" in page["ExecStart"]
    for name in UNITS:
        service = unit(name)["Service"]
        assert (service["IPAddressDeny"], service["IPAddressAllow"]) == ("any", "localhost")


def test_profile_and_cache_lie_in_memory_and_go_with_the_service():
    service = unit("kiosk.service")["Service"]

    assert service["TemporaryFileSystem"].startswith("/tmp:")
    assert service["ProtectSystem"] == "strict"
    assert service["RuntimeDirectory"] == "petrograd"
    assert "--incognito" in keep.FLAGS


def test_the_policies_let_only_the_story_through():
    said = json.loads((KIOSK / "policies.json").read_text("utf-8"))

    assert "*" in said["URLBlocklist"]
    assert {"chrome://*", "devtools://*", "data:*"} <= set(said["URLBlocklist"])
    assert said["URLAllowlist"][:2] == [f"file://{OPT}/", "127.0.0.1:8501"]
    assert said["DownloadRestrictions"] == 3
    assert said["DeveloperToolsAvailability"] == 2
    assert said["RemoteDebuggingAllowed"], "keep.py hears of the title that way"
    for off in ("PrintingEnabled", "TranslateEnabled", "PasswordManagerEnabled", "AllowFileSelectionDialogs"):  # fmt: skip
        assert said[off] is False, off
    assert said["SyncDisabled"]


def test_installing_lays_every_file_down_and_a_second_time_changes_nothing(kiosk_file, tmp_path):
    first = install(kiosk_file, DESTDIR=str(tmp_path))
    again = install(kiosk_file, DESTDIR=str(tmp_path))

    assert first.returncode == 0, first.stderr
    assert again.stdout == "everything is as it should be\n"
    assert (tmp_path / "opt/petrograd/kiosk.html").read_bytes() == kiosk_file.read_bytes()
    assert os.access(tmp_path / "opt/petrograd/keep.py", os.X_OK)
    for path in ("etc/chromium/policies/managed/petrograd.json", "etc/systemd/system/kiosk.service", "etc/default/petrograd-kiosk", "opt/petrograd/start.html", "opt/petrograd/kiosk.md"):  # fmt: skip
        assert (tmp_path / path).is_file(), path


def test_installing_again_keeps_the_settings_of_the_machine(kiosk_file, tmp_path):
    install(kiosk_file, DESTDIR=str(tmp_path))
    settings = tmp_path / "etc/default/petrograd-kiosk"
    settings.write_text("PETROGRAD_CAGE=-r\n", "utf-8")

    install(kiosk_file, DESTDIR=str(tmp_path))

    assert settings.read_text("utf-8") == "PETROGRAD_CAGE=-r\n"


def test_a_dry_run_says_what_it_would_do_and_does_nothing(kiosk_file, tmp_path):
    done = install("--dry-run", kiosk_file, DESTDIR=str(tmp_path))

    assert done.returncode == 0, done.stderr
    assert f"would write: {tmp_path}/opt/petrograd/kiosk.html" in done.stdout
    assert done.stdout.endswith("nothing was done\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ([], "which file?"),
        (["nowhere.html"], "nowhere.html is not there"),
        (["--fast", "kiosk.html"], "--fast is no option"),
        (["--page", "kiosk.html"], "leave out kiosk.html"),
        ([str(ROOT / "README.md")], "was not exported with --kiosk"),
    ],
    ids=["none", "missing", "option", "both", "another file"],
)
def test_what_cannot_be_installed_is_one_sentence(said, sentence, tmp_path):
    done = install(*said, DESTDIR=str(tmp_path))

    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


# ---- the script that keeps the browser, with a browser made up

HERE = "file:///opt/petrograd/kiosk.html"


class MadeUp:
    """A browser that says what the test wants, one message for each two seconds."""

    def __init__(self, *messages):
        self.messages = list(messages)
        self.asked = []
        self.clock = 0.0

    def monotonic(self):
        return self.clock

    def message(self, until):
        if not self.messages:
            self.clock = max(self.clock, until)
            return None
        self.clock += 2
        said = self.messages.pop(0)
        if said is EOFError:
            raise EOFError
        return said

    def ask(self, method, **params):
        self.asked.append((method, params))


def pages(*pages):
    return {"result": {"targetInfos": [
        {"targetId": id_, "type": "page", "url": url, "title": title} for id_, url, title in pages
    ]}}  # fmt: skip


def watched(monkeypatch, *messages):
    browser, beats = MadeUp(*messages), []
    monkeypatch.setattr(keep.time, "monotonic", browser.monotonic)
    return keep.watch(browser, HERE, beats.append), beats, browser


def test_each_new_heartbeat_is_told_once(monkeypatch):
    _, beats, _ = watched(
        monkeypatch,
        pages(("1", HERE, "")),
        pages(("1", HERE, "Petrograd – ok 0 0 0")),
        pages(("1", HERE, "Petrograd – ok 0 0 0")),
        pages(("1", HERE, "Petrograd – ok 5 0 0")),
        EOFError,
    )

    assert beats == ["ok 0 0 0", "ok 5 0 0"]


def test_a_title_that_stands_still_ends_the_browser_after_thirty_seconds(monkeypatch):
    still = pages(("1", HERE, "Petrograd – ok 5 0 0"))

    why, beats, browser = watched(monkeypatch, *[still] * 100)

    assert why == "no heartbeat for 30 seconds"
    assert beats == ["ok 5 0 0"]
    assert 30 <= browser.clock <= 36


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (EOFError, "the browser ended"),
        ({"method": "Target.targetCrashed", "params": {"targetId": "1"}}, "a page crashed"),
        (pages(("1", "https://example.org/", "")), "the page became 'https://example.org/'"),
    ],
    ids=["ended", "crashed", "another address"],
)
def test_what_is_wrong_ends_the_browser(monkeypatch, message, why):
    assert watched(monkeypatch, pages(("1", HERE, "ok 0 0 0")), message)[0] == why


def test_a_second_page_is_closed_and_parts_of_the_window_are_left_alone(monkeypatch):
    _, _, browser = watched(
        monkeypatch,
        pages(
            ("0", "chrome://omnibox-popup.top-chrome/", ""),
            ("1", f"{HERE}#idle=90", "ok 0 0 0"),
            ("2", "about:blank", ""),
        ),
        EOFError,
    )

    assert browser.asked == [("Target.closeTarget", {"targetId": "2"})]


# ---- the screen

LIVE = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not all(map(shutil.which, ("cage", "grim", keep.CHROMIUM))),
        reason="the screen is looked at only where cage, grim and Debian's chromium are installed",
    ),
]
COLOURS = ((200, 40, 40), (40, 160, 60), (60, 70, 200), (210, 170, 40))
FOUR = f"""<!doctype html><meta charset="utf-8"><title>four</title><style>
* {{ margin: 0; cursor: none }}
body {{ display: grid; grid: 50vh 50vh / 50vw 50vw; height: 100vh; overflow: hidden }}
</style>{"".join(f'<div style="background: rgb{colour}"></div>' for colour in COLOURS)}
<script>
const beat = () => {{ document.title = `four – ok ${{Math.floor(performance.now() / 1000)}} 0 0`; }};
setInterval(beat, 1000);
beat();
// the whole window is drawn anew at every frame: see `Screen.picture`
let n = 0;
const paint = () => {{ document.body.style.opacity = 1 - n++ % 2 / 255; requestAnimationFrame(paint); }};
paint();
</script>"""


class Screen:
    """A screen of 1280 x 720 pixels on which the unit's own command runs, kept as systemd keeps it.

    It follows what the unit says: Restart=, RestartSec=, and READY by NOTIFY_SOCKET.
    """

    def __init__(self, folder, page, **env):
        self.service = unit("kiosk.service")["Service"]
        self.folder = folder
        install_root = folder / "root"
        done = install(page, DESTDIR=str(install_root))
        assert done.returncode == 0, done.stderr
        run = folder / "run"
        run.mkdir()
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else path.stat().st_mode | 0o044)
        for parent in folder.parents:
            if parent.stat().st_mode & 0o777 == 0o700:
                parent.chmod(0o711)  # pytest's own folders
        run.chmod(0o700)
        self.user = {}
        if os.geteuid() == 0:
            os.chown(run, NOBODY, NOBODY)
            x11 = Path("/tmp/.X11-unix")  # as systemd-tmpfiles makes it
            if not x11.exists():
                x11.mkdir()
                x11.chmod(0o1777)
            self.user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        environment = dict(word.split("=", 1) for line in self.service["Environment"] for word in line.split(" "))  # fmt: skip
        environment |= env
        here = f"{install_root}{OPT}"
        words = []
        for word in shlex.split(self.service["ExecStart"]):
            if word.startswith("${"):
                words.append(environment[word[2:-1]])
            elif word.startswith("$"):
                words.extend(environment[word[1:]].split())
            else:
                words.append(word)
        self.command = [word.replace(OPT, here) for word in words]
        self.listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.listening.bind(str(run / "notify"))
        (run / "notify").chmod(0o777)
        self.environment = {
            "PATH": os.environ["PATH"], "LANG": "C.UTF-8",
            "XDG_RUNTIME_DIR": str(run), "HOME": str(run), "TMPDIR": str(run),
            "NOTIFY_SOCKET": str(run / "notify"),
            "WLR_BACKENDS": "headless", "WLR_RENDERER": "pixman", "WLR_LIBINPUT_NO_DEVICES": "1",
        }  # fmt: skip
        self.log = (folder / "log").open("ab")
        self.ready = threading.Event()
        self.starts = 0
        self.over = False
        self.process = None
        self.threads = [threading.Thread(target=each, daemon=True) for each in (self.keep, self.hear)]  # fmt: skip
        for thread in self.threads:
            thread.start()

    def keep(self):
        while not self.over:
            self.starts += 1
            for left in Path(self.environment["XDG_RUNTIME_DIR"]).glob("wayland-*"):
                left.unlink()
            self.process = subprocess.Popen(
                self.command, env=self.environment, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
                cwd=self.environment["HOME"], **self.user,
            )  # fmt: skip
            self.process.wait()
            self.clear()
            assert self.service["Restart"] == "always"
            time.sleep(float(self.service["RestartSec"]))

    def hear(self):
        self.listening.settimeout(0.5)
        while not self.over:
            try:
                if b"READY=1" in self.listening.recv(4096).split(b"\n"):
                    self.ready.set()
            except TimeoutError:
                continue

    def parts(self):
        """The processes of the unit, by name: cage, keep.py, browser, page and the rest of Chromium."""
        home = self.environment["HOME"]
        for process in psutil.process_iter(["name", "environ", "cmdline"]):
            environ, words = process.info["environ"] or {}, " ".join(process.info["cmdline"] or ())
            if environ.get("HOME") != home and f"--user-data-dir={home}/" not in words:
                continue
            name = process.info["name"]
            if name == "chromium" and "--type=" not in words:
                name = "browser"
            elif "--type=renderer" in words and "--top-chrome" not in words:
                name = "page"
            yield name, process

    def signal(self, name, number):
        """Send a signal to a part; the next `ready` is that of the page after it."""
        self.ready.clear()
        found = [process for part, process in self.parts() if part == name]
        assert found, f"no {name} runs"
        for process in found:
            process.send_signal(number)
        self.ready.clear()

    def clear(self):
        """Kill whatever is left, as systemd empties the unit's group of processes."""
        for _, process in self.parts():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

    def picture(self, name):
        """What is on the screen.

        cage hands a window that covers the screen to it as it is. While grim looks cage draws
        by itself, and wlroots 0.15 then draws only what has changed since: hence the page that
        changes everywhere, and the screen that is turned, at which a window is always drawn.
        """
        run = self.environment["XDG_RUNTIME_DIR"]
        display = next(p.name for p in Path(run).glob("wayland-*") if p.suffix != ".lock")
        path = Path(run) / f"{name}.png"
        subprocess.run(
            ["grim", str(path)], check=True, timeout=20,
            env={**self.environment, "WAYLAND_DISPLAY": display}, **self.user,
        )  # fmt: skip
        SCREENS.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, SCREENS / f"{name}.png")
        return Image.open(SCREENS / f"{name}.png").convert("RGB")

    def end(self):
        self.over = True
        self.clear()
        for thread in self.threads:
            thread.join(20)
        self.listening.close()
        self.log.close()
        print((self.folder / "log").read_text("utf-8", "replace"))  # pytest shows it with a failure


@pytest.fixture
def screen(tmp_path_factory):
    screens = []

    def start(page, **env):
        screens.append(Screen(tmp_path_factory.mktemp("screen"), page, **env))
        return screens[-1]

    yield start
    for each in screens:
        each.end()


@pytest.fixture
def four(tmp_path):
    path = tmp_path / "four.html"
    path.write_text(f"{FOUR}<!-- petrogradKiosk -->", "utf-8")
    return path


def wait_for(what, seconds=30.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found = what()
        except (OSError, StopIteration, subprocess.SubprocessError):
            found = None
        if found:
            return found
        time.sleep(0.2)
    return None


def near(one, other):
    return all(abs(a - b) < 12 for a, b in zip(one, other, strict=True))


def shows_four(screen, name):
    """Whether all four corners and all four middles have the page's colours."""
    image = screen.picture(name)
    width, height = image.size
    return image.size == (1280, 720) and all(
        near(image.getpixel((x + column * width // 2, y + row * height // 2)), COLOURS[2 * row + column])
        for row in (0, 1) for column in (0, 1)
        for x in (1, width // 4, width // 2 - 2) for y in (1, height // 4, height // 2 - 2)
    )  # fmt: skip


def live(test):
    for mark in LIVE:
        test = mark(test)
    return test


@live
def test_the_window_fills_the_screen_and_comes_back_whatever_is_killed(screen, four):
    shown = screen(four)
    assert shown.ready.wait(60), "the page did not come to life"
    assert wait_for(lambda: shows_four(shown, "recipe-started"))

    for name, starts in (("page", 1), ("browser", 1), ("keep.py", 2), ("cage", 3)):
        shown.signal(name, signal.SIGKILL)
        assert shown.ready.wait(30), f"{name} was killed, and the page did not come back"
        assert shown.starts == starts, f"{name} was killed"
        assert wait_for(lambda: shows_four(shown, "recipe-back")), f"{name} was killed"


@live
def test_a_page_that_hangs_is_shown_anew_within_forty_seconds(screen, four):
    shown = screen(four)
    assert shown.ready.wait(60), "the page did not come to life"
    shown.signal("page", signal.SIGSTOP)
    while shown.ready.wait(6):
        shown.ready.clear()  # a beat that was on its way

    assert shown.ready.wait(40), "the page did not come back"
    assert shown.starts == 1


@live
def test_the_story_fills_a_screen_that_hangs_upright(screen, kiosk_file):
    shown = screen(kiosk_file, PETROGRAD_CAGE="-r")
    assert shown.ready.wait(60), "the page did not come to life"

    def filled():
        image = shown.picture("recipe-upright")
        black = sum(1 for pixel in image.resize((72, 128)).get_flattened_data() if max(pixel) < 8)
        return image.size == (720, 1280) and black < 20

    assert wait_for(filled)
    assert not any(
        connection.status == psutil.CONN_LISTEN
        for _, process in shown.parts()
        for connection in process.net_connections()
    ), "a port is open"
