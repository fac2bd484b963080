"""A step in the page: input to painted map, the server's work, bytes over the websocket."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from playwright.sync_api import Browser

from benchmarks.pages import PlainPage, StoryPage
from benchmarks.report import Figure, median, percentile
from benchmarks.serving import Server
from events.clock import minute_of, read_t
from story.telling import Story

START = minute_of(read_t("1917-10-24T12:00"))
ROUNDS, BLOCK = 6, 6


def stepping(browser: Browser, ours: Server, plain: Server, story: Story) -> list[Figure]:
    """Move both pages in turn, in blocks of six steps, as often the one as the other."""
    our_page = StoryPage(browser, ours.address, story, START)
    plain_page = PlainPage(browser, plain.address)
    ms: dict[str, list[float]] = {"plain": [], "key": [], "next": [], "card": []}
    cpu_s = dict.fromkeys(("plain", "key", "next"), 0.0)

    def plain_key() -> None:
        ms["plain"].append(plain_page.key())

    def key() -> None:
        ms["key"].append(our_page.key())

    def press_next() -> None:
        on_map_ms, in_card_ms = our_page.step()
        ms["next"].append(on_map_ms)
        ms["card"].append(in_card_ms)

    ways = (
        ("plain", plain, plain_page, plain_key),
        ("key", ours, our_page, key),
        ("next", ours, our_page, press_next),
    )
    for _, _, page, move in ways:  # the first step of each kind compiles and caches
        move()
        page.rest()
    for times in ms.values():
        times.clear()
    for _ in range(ROUNDS):
        for name, server, page, move in ways:
            page.page.bring_to_front()
            before = server.rest()
            for _ in range(BLOCK):
                move()
                page.rest()
            cpu_s[name] += server.rest() - before
    our_page.page.close()
    plain_page.page.close()

    work = {name: 1000 * used / (ROUNDS * BLOCK) for name, used in cpu_s.items()}
    plain_ms, plain_p95 = median(ms["plain"]), percentile(ms["plain"], 0.95)

    def line(words: str, times: list[float], *, times_less: int | None = None) -> list[Figure]:
        ours_ms = median(times)
        return [
            Figure(f"{words}, median", ours_ms, "ms", plain_ms,
                   f"{times_less} times less" if times_less else "",
                   plain_ms / ours_ms >= times_less if times_less else None),
            Figure("– p95", percentile(times, 0.95), "ms", plain_p95),
        ]  # fmt: skip

    def cpu(name: str) -> Figure:
        met = work["plain"] / work[name] >= 20
        return Figure("– server CPU", work[name], "ms", work["plain"], "20 times less", met)

    return [
        *line("step by key: input to painted map", ms["key"], times_less=6),
        cpu("key"),
        *line("step by Next: input to painted map", ms["next"], times_less=6),
        cpu("next"),
        *line("step by Next: input to painted card", ms["card"]),
    ]


def bytes_a_step(browser: Browser, ours: Server, plain: Server, story: Story) -> list[Figure]:
    """Count what a step sends both ways, as it travels, frame headers and all."""
    steps = 12
    used: dict[str, float] = {}

    def count(
        name: str, relay: "Relay", move: Callable[[], object], rest: Callable[[], None]
    ) -> None:
        move()
        rest()
        before = relay.count
        for _ in range(steps):
            move()
            rest()
        used[name] = (relay.count - before) / steps / 1000

    with relaying(ours.address) as relay:
        page = StoryPage(browser, relay.address, story, START)
        count("key", relay, page.key, page.rest)
        count("next", relay, page.step, page.rest)
        page.page.close()
    with relaying(plain.address) as relay:
        old = PlainPage(browser, relay.address)
        count("plain", relay, old.key, old.rest)
        old.page.close()
    return [
        Figure(f"step by {words}: bytes over the websocket", used[name], "kB", used["plain"],
               "under 5 kB", used[name] < 5)
        for name, words in (("key", "key"), ("next", "Next"))
    ]  # fmt: skip


class Relay:
    """Stands between a browser and a server and counts what their websocket carries."""

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.address = ""
        self.count = 0
        """Bytes on websockets so far, both ways, after the greeting."""
        self.tasks: set[asyncio.Task[None] | None] = set()
        self.writers: set[asyncio.StreamWriter] = set()

    async def join(self, up: asyncio.StreamReader, down: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        there, back = await asyncio.open_connection(*self.target)
        self.tasks.add(asyncio.current_task())
        self.writers |= {back, down}
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await up.readuntil(b"\r\n\r\n")
            back.write(head)
            counted = b"upgrade: websocket" in head.lower()
            if counted:
                down.write(await there.readuntil(b"\r\n\r\n"))
            await asyncio.gather(self._carry(up, back, counted), self._carry(there, down, counted))

    async def _carry(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, counted: bool
    ) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65536):
                self.count += len(data) * counted
                target.write(data)
                await target.drain()
        target.close()

    async def end(self) -> None:
        """Let go of every connection."""
        for writer in self.writers:
            writer.close()
        await asyncio.gather(*(task for task in self.tasks if task), return_exceptions=True)


@contextmanager
def relaying(address: str) -> Iterator[Relay]:
    """Relay to `address` from a thread of its own."""
    parts = urlsplit(address)
    relay = Relay(parts.hostname or "", parts.port or 0)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen() -> asyncio.Server:
        return await asyncio.start_server(relay.join, "127.0.0.1", 0)

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    relay.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield relay
    finally:
        loop.call_soon_threadsafe(server.close)
        asyncio.run_coroutine_threadsafe(relay.end(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
