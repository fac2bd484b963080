#!/usr/bin/python3
"""Keep Chromium on one page: start it, listen to the page's heartbeat, start it again.

    keep.py file:///opt/petrograd/kiosk.html [more flags of Chromium]

Runs inside cage and needs Python's standard library alone. It talks with the browser over a pair of
pipes, so no port is open and no visitor can reach what a debugger could. The page's title ends in
"ok <seconds up> <resets> <errors>" and moves every five seconds. Where it stands still, where the
page has crashed or is another than `address`, the browser is killed and a fresh one with a fresh
profile shows the story. systemd is told of every beat (`sd_notify`): should this script or cage
hang, systemd starts both again.
"""

import contextlib
import fcntl
import json
import os
import re
import select
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

CHROMIUM = "/usr/bin/chromium"
SILENCE = 30.0
"""Seconds that the title may stand still."""
FRUITLESS = 3
"""Browsers in a row that ended before their first beat: then cage is to be started again too."""
LOOK = 2.0
"""Seconds between two looks at the title: the browser does not tell by itself that it moved."""
BEAT = re.compile(r"\bok \d+ \d+ \d+$")
"""Seconds up, resets, errors."""

FLAGS = (
    "--kiosk",                   # the whole screen: no tabs, no address, no menu
    "--incognito",               # nothing of one visitor is kept for the next
    "--ozone-platform=wayland",  # touches come straight from cage, with no X server between
    "--no-first-run",
    "--noerrdialogs",            # a dialog would lie over the story, and cage does not stretch it
    "--disable-session-crashed-bubble",
    "--hide-crash-restore-bubble",
    "--disable-hang-monitor",    # no "page unresponsive": this script sees to that
    "--disable-pinch",
    "--overscroll-history-navigation=0",
    "--disable-features=Translate,MediaRouter,GlobalMediaControls,HardwareMediaKeyHandling",
    "--password-store=basic",    # asks for no keyring
    "--disable-component-update",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-domain-reliability",
    "--disable-breakpad",
    "--no-pings",
    "--disk-cache-size=1048576",  # bytes; the profile lies in memory
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no name leads off the machine
    "--remote-debugging-pipe",   # the pipes below
)  # fmt: skip


def tell_systemd(*lines: str) -> None:
    """Send a state to systemd as sd_notify(3) does; without systemd do nothing."""
    path = os.environ.get("NOTIFY_SOCKET")
    if not path:
        return
    address = "\0" + path[1:] if path.startswith("@") else path
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
        to.sendto("\n".join(lines).encode(), address)


def say(text: str) -> None:
    """Write a line to the journal."""
    print(text, file=sys.stderr, flush=True)


class Browser:
    """A Chromium with a fresh profile, and the pipes over which it tells of its pages."""

    def __init__(self, address: str, flags: list[str]) -> None:
        self.profile = tempfile.TemporaryDirectory(prefix="profile-", ignore_cleanup_errors=True)
        reads, self.to = os.pipe()
        self.back, writes = os.pipe()
        # Chromium reads at 3 and writes at 4; from 10 on neither end stands in the other's way
        ends = [fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, 10) for each in (reads, writes)]
        self.pid = os.posix_spawn(
            CHROMIUM,
            [CHROMIUM, *FLAGS, f"--user-data-dir={self.profile.name}", *flags, address],
            os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, end, n) for n, end in enumerate(ends, 3)],
            setsid=True,
        )
        for end in (reads, writes, *ends):
            os.close(end)
        self.unread = b""
        self.asked = 0
        self.ask("Target.setDiscoverTargets", discover=True)

    def ask(self, method: str, **params: Any) -> None:
        """Send a command of the DevTools protocol; `message` gives the answer as it gives all."""
        self.asked += 1
        said = {"id": self.asked, "method": method, "params": params}
        with contextlib.suppress(BrokenPipeError):  # it has ended, as `message` will find out
            os.write(self.to, json.dumps(said).encode() + b"\0")

    def message(self, until: float) -> dict[str, Any] | None:
        """The next message; None if there is none by `until`, in monotonic seconds.

        EOFError when the browser has ended.
        """
        while b"\0" not in self.unread:
            if not select.select([self.back], [], [], max(0.0, until - time.monotonic()))[0]:
                return None
            more = os.read(self.back, 65536)
            if not more:
                raise EOFError
            self.unread += more
        one, self.unread = self.unread.split(b"\0", 1)
        message: dict[str, Any] = json.loads(one)
        return message

    def end(self) -> None:
        """Kill every process of the browser and leave nothing of it behind."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.to)
        os.close(self.back)
        self.profile.cleanup()


def watch(browser: Browser, address: str, beaten: Callable[[str], None]) -> str:
    """Call `beaten` with each heartbeat that is not the last; return why the browser must go."""
    ours = beat = None
    moved = looked = time.monotonic()
    while time.monotonic() < moved + SILENCE:
        try:
            message = browser.message(looked + LOOK)
        except EOFError:
            return "the browser ended"
        if message is None:
            looked = time.monotonic()
            browser.ask("Target.getTargets")
            continue
        if message.get("method") == "Target.targetCrashed":
            return "a page crashed"
        for page in message.get("result", {}).get("targetInfos", ()):
            url = page["url"].split("#")[0]
            if page["type"] != "page" or ".top-chrome/" in url:  # parts of the browser's own window
                continue
            if ours is None and url == address.split("#")[0]:
                ours = page["targetId"]
            if page["targetId"] != ours:
                if ours:
                    say(f"a second page is closed: {url[:200]!r}")
                    browser.ask("Target.closeTarget", targetId=page["targetId"])
                continue
            if url not in (address.split("#")[0], "", "about:blank"):
                return f"the page became {url[:200]!r}"
            found = BEAT.search(page["title"])
            if found and found[0] != beat:
                beat, moved = found[0], time.monotonic()
                beaten(beat)
    return f"no heartbeat for {SILENCE:.0f} seconds"


def keep(address: str, flags: list[str]) -> None:
    """Show `address`; return only when browser after browser ends before its page lives."""
    fruitless = 0

    def beaten(beat: str) -> None:
        nonlocal fruitless
        fruitless = 0
        tell_systemd("READY=1", "WATCHDOG=1", f"STATUS={beat}")

    while fruitless < FRUITLESS:
        fruitless += 1
        browser = Browser(address, flags)
        try:
            why = watch(browser, address, beaten)
        finally:
            browser.end()
        say(f"{why}; the browser starts again")


def main() -> None:
    """Run until systemd or cage ends it."""
    if len(sys.argv) < 2:
        sys.exit("usage: keep.py ADDRESS [FLAG ...]")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    keep(sys.argv[1], sys.argv[2:])
    sys.exit(f"{FRUITLESS} browsers in a row ended before the page lived")


if __name__ == "__main__":
    main()
