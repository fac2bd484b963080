"""Servers and a browser to measure: both pages run alike, on free ports of this machine."""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psutil
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from geo.offline_map import LEAFLET
from story.telling import ROOT

OURS = "streamlit_app.py"
PLAIN = "benchmarks/baseline_app.py"
SIZE: ViewportSize = {"width": 1600, "height": 1000}


class Server:
    """A page being served: its address, and the work of its processes."""

    def __init__(self, address: str, process: psutil.Process, health_s: float) -> None:
        self.address = address
        self.process = process
        self.health_s = health_s
        """Seconds from the command to the first good answer of `/_stcore/health`."""

    def cpu_s(self) -> float:
        """Seconds of CPU used so far by the server and all its children."""
        times = [p.cpu_times() for p in (self.process, *self.process.children(recursive=True))]
        return float(sum(t.user + t.system for t in times))

    def rss_mb(self) -> float:
        """Memory the server holds, in MB."""
        return self.process.memory_info().rss / 1e6

    def rest(self) -> float:
        """Wait until the server does nothing more; return `cpu_s`."""
        before = self.cpu_s()
        still = 0
        while still < 4:
            time.sleep(0.1)
            now = self.cpu_s()
            still = still + 1 if now == before else 0
            before = now
        return before


def free_port() -> int:
    """A port of this machine that nobody listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    script: str, leaflet: str = "", path: str = "", options: Sequence[str] = ()
) -> Iterator[Server]:
    """Serve a page as `make run` does, but on a free port, below `path`, with more `options`."""
    port = free_port()
    address = f"http://127.0.0.1:{port}{path}"
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", script, f"--server.port={port}", *options],
            cwd=ROOT, stdout=said, stderr=subprocess.STDOUT,
            env={**os.environ, "LEAFLET_AT": leaflet},
        )  # fmt: skip
        try:
            while not _answers(f"{address}/_stcore/health"):
                if process.poll() is not None or time.perf_counter() - started > 60:
                    said.seek(0)
                    sys.exit(f"{script} did not start:\n{said.read().decode()}")
                time.sleep(0.01)
            health_s = time.perf_counter() - started
            yield Server(address, psutil.Process(process.pid), health_s)
        finally:
            process.terminate()
            process.wait(10)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


class _Files(SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Cache-Control", "public, max-age=86400")
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def leaflet_files() -> Iterator[str]:
    """Stand in for the host that folium would ask for Leaflet: nothing leaves this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(LEAFLET)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium that looks up no name and cannot reach anything but this machine."""
    path = subprocess.run(
        ["sh", str(ROOT / "tests" / "browser" / "find_browser.sh")],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    args = [
        "--disable-gpu", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ]  # fmt: skip
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        args.append("--no-sandbox")  # Chromium refuses root otherwise
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=args)
        yield browser
        browser.close()
