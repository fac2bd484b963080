"""A class opens it at once: the exported folder behind nginx, and the live page behind the same.

The server runs `deploy/nginx.conf` itself, with ports and paths of its own, on 127.0.0.1; wrk asks
for the files, and viewers as in `benchmarks.viewers` move the slider of the live page. All of them
share this machine's cores, so the figures are for comparing with each other.
"""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from benchmarks.report import percentile
from benchmarks.serving import OURS, free_port, serving
from benchmarks.viewers import Viewer, watch
from story.export import Edition, export, write_folder
from story.precompressed import with_gzip
from story.telling import ROOT, read_story

CONF = ROOT / "deploy" / "nginx.conf"
LIVE = "/live/"
CONNECTIONS, SECONDS = 200, 10
PROCESSES = (2, 4)
FIRST, FACTOR, MOST = 20, 1.25, 1000
"""Viewers to begin with; by how much they grow; where to stop all the same."""
LIMIT_MS = 1000
MARKS = "<!-- load -->", "<!-- /load -->"
SAY = """
local paths = { %s }
local n = 0
wrk.headers["Accept-Encoding"] = "gzip"
request = function()
    n = n %% #paths + 1
    return wrk.format("GET", paths[n])
end
done = function(all, latency)
    local errors = all.errors
    io.write(string.format('{"a_second": %%f, "p99_ms": %%f, "bytes": %%f, "errors": %%d}\\n',
        all.requests / all.duration * 1e6, latency:percentile(99) / 1000, all.bytes / all.requests,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""
"""A script for wrk: it asks for one path after the other, and ends with its figures as JSON."""


def main() -> None:
    """Take five minutes or so; the machine should have nothing else to do."""
    began = time.perf_counter()
    nginx, wrk = programs()

    def part(name: str) -> None:
        print(f"{time.perf_counter() - began:4.0f} s  {name}", file=sys.stderr)

    busy = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        site = Path(folder, "site")
        files = export(read_story(), Edition()).folder()
        write_folder(site, with_gzip(files))
        with behind(nginx, site) as (address, _):
            part(f"files, {CONNECTIONS} connections")
            alone = asked(wrk, address, ["/"])
            opening = asked(wrk, address, ["/", *(f"/{n}" for n in files if n != "index.html")])
        live: list[tuple[float, int, float]] = []
        for count in PROCESSES:
            with ExitStack() as stack:
                servers = [
                    stack.enter_context(
                        serving(OURS, path="/live", options=["--server.baseUrlPath=live"])
                    )
                    for _ in range(count)
                ]
                ports = [int(server.address.split(":")[2].split("/")[0]) for server in servers]
                address, _ = stack.enter_context(behind(nginx, site, ports))
                part(f"live, {count} processes")
                live.append(asyncio.run(held(address, part)))
    text = report(len(files), alone, opening, live, busy)
    print(text)
    keep(ROOT / "README.md", text)


def programs() -> tuple[str, str]:
    """The paths of nginx and wrk; Debian's are installed where that is allowed."""
    wanted = {"nginx": "nginx-light", "wrk": "wrk"}
    missing = [package for name, package in wanted.items() if not find(name)]
    if missing and os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"installing {' and '.join(missing)}", file=sys.stderr)
        for command in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
            subprocess.run(["apt-get", "-qq", *command], env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)  # fmt: skip
    found = [find(name) for name in wanted]
    if not all(found):
        sys.exit(
            f"bench-load needs nginx and wrk: install {' and '.join(missing)} (Debian's names)"
        )
    return str(found[0]), str(found[1])


def find(name: str) -> str | None:
    """A program's path; servers are often where only root looks."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


def filled(conf: str, folder: Path, site: Path, port: int, live: Sequence[int]) -> str:
    """The configuration with ports and paths of this machine; nothing else in it changes.

    `folder` takes what nginx writes; `site` has the files; `live` are the ports of the live page.
    """
    upstream = "".join(f"        server 127.0.0.1:{n};\n" for n in live)
    for shipped, here in {
        r"^pid [^;]+;": f"pid {folder}/nginx.pid;",
        r"^error_log [^;]+;": f"error_log {folder}/error.log warn;",
        r"^http \{": f"http {{\n    client_body_temp_path {folder}/body;\n    proxy_temp_path {folder}/proxy;",
        r"^        listen 80 ": f"        listen 127.0.0.1:{port} ",
        r"^        root [^;]+;": f"        root {site};",
        r"(^        server 127\.0\.0\.1:\d+;\n)+": upstream,
    }.items():
        conf, changed = re.subn(shipped, lambda _, here=here: here, conf, flags=re.MULTILINE)
        if changed != 1:
            raise ValueError(f"{CONF.name}: {shipped} is there {changed} times, not once")
    return conf


@contextmanager
def behind(nginx: str, site: Path, live: Sequence[int] = (9,)) -> Iterator[tuple[str, Path]]:
    """Run the shipped configuration; the address, and the folder with its error log.

    Port 9 stands for a live page that is not there.
    """
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="nginx-") as name:
        folder = Path(name)
        conf = folder / "nginx.conf"
        conf.write_text(filled(CONF.read_text("utf-8"), folder, site, port, live), "utf-8")
        # as root it would serve as somebody who may not look into a temporary folder
        more = "daemon off; user root;" if os.geteuid() == 0 else "daemon off;"
        process = subprocess.Popen(
            [nginx, "-c", str(conf), "-e", f"{folder}/error.log", "-g", more]
        )
        try:
            while not (folder / "nginx.pid").exists():
                if process.poll() is not None:
                    sys.exit(f"nginx did not start: {(folder / 'error.log').read_text('utf-8')}")
                time.sleep(0.02)
            yield f"http://127.0.0.1:{port}", folder
        finally:
            process.terminate()
            process.wait(10)


def asked(wrk: str, address: str, paths: Sequence[str]) -> dict[str, float]:
    """What wrk found: requests a second, p99 in ms, mean bytes of an answer, errors."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua", encoding="utf-8") as script:
        script.write(SAY % ", ".join(json.dumps(path) for path in paths))
        script.flush()
        done = subprocess.run(
            [wrk, "-t2", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", script.name, address],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


async def held(address: str, part: Callable[[str], None]) -> tuple[float, int, float]:
    """Openings a second; the most viewers whose steps took less than `LIMIT_MS` (p95); that p95."""
    crowd: list[Viewer] = []
    openings = 0.0
    most, its_p95 = 0, 0.0
    wanted = float(FIRST)
    for early in [await seated(address, -n) for n in range(1, FIRST + 1)]:
        await early.arrive()  # the first at each process waits until it has read the story
        await early.socket.close()
    try:
        while wanted <= MOST:
            began = time.perf_counter()
            new = [await seated(address, n) for n in range(len(crowd), int(wanted))]
            await asyncio.gather(*(viewer.arrive() for viewer in new))
            openings = openings or len(new) / (time.perf_counter() - began)
            crowd += new
            p95 = await moved(crowd)
            part(f"  {len(crowd)} viewers: p95 {p95:.0f} ms")
            if p95 > LIMIT_MS:  # once more: something else may have wanted the machine
                p95 = await moved(crowd)
                part(f"  {len(crowd)} viewers: p95 {p95:.0f} ms")
            if p95 > LIMIT_MS:
                break
            most, its_p95 = len(crowd), p95
            wanted = max(wanted * FACTOR, wanted + 1)
    finally:
        for viewer in crowd:
            await viewer.socket.close()
    return openings, most, its_p95


async def moved(crowd: Sequence[Viewer]) -> float:
    """Let each move the slider once a second for a while; the p95 of the answers, in ms."""
    for viewer in crowd:
        viewer.waits_ms.clear()
    until = time.perf_counter() + SECONDS
    await asyncio.gather(*(watch(v, n / len(crowd), until) for n, v in enumerate(crowd)))
    return percentile([ms for viewer in crowd for ms in viewer.waits_ms], 0.95)


async def seated(address: str, seat: int) -> Viewer:
    """A viewer with the cookie that a browser would have got."""
    return Viewer(
        await connect(
            f"{address.replace('http', 'ws', 1)}{LIVE}_stcore/stream",
            subprotocols=[Subprotocol("streamlit")],
            additional_headers={"Cookie": f"seat=seat-{seat}"},
            max_size=None,
            open_timeout=60,
        )
    )


def report(
    files: int,
    alone: dict[str, float],
    opening: dict[str, float],
    live: Sequence[tuple[float, int, float]],
    busy: float,
) -> str:
    """The table, with the ratio of files to the live page, and what was done."""
    openings = opening["a_second"] / files
    best = max(one[0] for one in live), max(one[1] for one in live)
    rows = [
        ("figure", "files", *(f"live, {n} processes" for n in PROCESSES), "files : live"),
        (f"the page alone, {CONNECTIONS} connections: answers a second", f"{alone['a_second']:,.0f}", *["–"] * len(live), "–"),
        ("– p99", f"{alone['p99_ms']:.0f} ms", *["–"] * len(live), "–"),
        (f"opened whole ({files} files), a second", f"{openings:,.0f}", *(f"{one[0]:.1f}" for one in live), f"{openings / best[0]:,.0f} : 1"),
        ("– p99 of an answer", f"{opening['p99_ms']:.0f} ms", *["–"] * len(live), "–"),
        ("viewers, each acting once a second, p95 under 1 s", f"{openings:,.0f}", *(str(one[1]) for one in live), f"{openings / best[1]:,.0f} : 1"),
        ("– p95 of a step", "on their own machine", *(f"{one[2]:.0f} ms" for one in live), "–"),
    ]  # fmt: skip
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = ["| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |" for row in rows]  # fmt: skip
    lines.insert(1, "| " + " | ".join("-" * w for w in widths) + " |")
    errors = int(alone["errors"] + opening["errors"])
    return (
        "\n".join(lines)
        + "\n\nA viewer of the files acts in the browser alone and asks nothing more; counted is the dearest "
        "thing they can do, opening everything anew each second. A viewer of the live page moves the slider.\n"
        f"`make bench-load`: `deploy/nginx.conf` on 127.0.0.1, wrk for {SECONDS} seconds ({errors} errors; "
        f"{opening['bytes'] * files / 1000:.0f} kB an opening), and viewers on websockets, all on the same "
        f"{os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GB. Load average when it began: {busy:.1f}.\n"
    )


def keep(path: Path, text: str) -> None:
    """Put the text between its marks in a page of Markdown."""
    page = path.read_text("utf-8")
    first, last = MARKS
    if page.count(first) != 1 or page.count(last) != 1 or page.index(first) > page.index(last):
        raise ValueError(
            f"{path.name}: {first} and {last} should be there once each, in this order"
        )
    head, rest = page.split(first)
    path.write_text(f"{head}{first}\n{text}{last}{rest.split(last)[1]}", "utf-8")


if __name__ == "__main__":
    main()
