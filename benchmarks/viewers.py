"""Twenty viewers who each move the slider once a second, spoken for without browsers.

A viewer here says on the websocket what a page says, and takes an answer for complete when the
run of the script is over. Who has not been answered yet does not move: so the plain way, which
cannot keep up, is asked less often than the other.
"""

import asyncio
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.report import Figure, median, percentile
from benchmarks.serving import Server

VIEWERS, SECONDS = 20, 20
SLIDER_STEP = 300_000_000
"""Five minutes in the slider's own unit, microseconds."""


def viewers(ours: Server, plain: Server) -> list[Figure]:
    """One server after the other."""
    with ThreadPoolExecutor(1) as thread:  # the browser's driver has a loop in this one
        ours_ms = thread.submit(asyncio.run, _all(ours.address)).result()
        plain_ms = thread.submit(asyncio.run, _all(plain.address)).result()
    p95 = percentile(ours_ms, 0.95)
    return [
        Figure(f"{VIEWERS} viewers, each once a second: answer, p95", p95, "ms",
               percentile(plain_ms, 0.95), "under 60 ms", p95 < 60),
        Figure("– median", median(ours_ms), "ms", median(plain_ms)),
    ]  # fmt: skip


@dataclass
class Viewer:
    """One who looks at the live page and moves its slider."""

    socket: ClientConnection
    slider_id: str = ""
    fragment_id: str = ""
    ends: tuple[float, float] = (0, 0)
    waits_ms: list[float] = field(default_factory=list)

    async def arrive(self) -> None:
        """Open the page; return when all of it is there."""
        message = BackMsg()
        message.rerun_script.query_string = ""
        await self.socket.send(message.SerializeToString())
        await self._answer()

    async def move(self, value: float) -> None:
        """Move the slider; return when the page has answered."""
        message = BackMsg()
        message.rerun_script.fragment_id = self.fragment_id
        widget = message.rerun_script.widget_states.widgets.add()
        widget.id = self.slider_id
        widget.double_array_value.data.append(value)
        began = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        await self._answer()
        self.waits_ms.append(1000 * (time.perf_counter() - began))

    async def _answer(self) -> None:
        async with asyncio.timeout(60):
            while True:
                message = ForwardMsg()
                message.ParseFromString(await self.socket.recv(decode=False))
                element = message.delta.new_element
                if element.WhichOneof("type") == "slider":
                    self.slider_id = element.slider.id
                    self.fragment_id = message.delta.fragment_id
                    self.ends = element.slider.min, element.slider.max
                if message.WhichOneof("type") == "script_finished":
                    early = ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN
                    if message.script_finished != early:
                        return


async def _all(address: str) -> list[float]:
    sockets = [
        await connect(
            f"{address.replace('http', 'ws', 1)}/_stcore/stream",
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
        )
        for _ in range(VIEWERS)
    ]
    crowd = [Viewer(socket) for socket in sockets]
    for viewer in crowd:
        await viewer.arrive()
    chance = random.Random(1917)
    until = time.perf_counter() + SECONDS
    await asyncio.gather(*(watch(viewer, chance.random(), until) for viewer in crowd))
    for socket in sockets:
        await socket.close()
    return [ms for viewer in crowd for ms in viewer.waits_ms]


async def watch(viewer: Viewer, first: float, until: float) -> None:
    """Move the slider once a second, at the earliest in `first` seconds, `until` that second."""
    chance = random.Random(first)
    low, high = viewer.ends
    steps = int((high - low) // SLIDER_STEP)
    due = time.perf_counter() + first
    while due < until:
        await asyncio.sleep(due - time.perf_counter())
        await viewer.move(low + SLIDER_STEP * chance.randrange(steps))
        due = max(due + 1, time.perf_counter())
