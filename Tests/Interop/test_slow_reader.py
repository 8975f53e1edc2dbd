"""A client that never reads: the others do not notice, the hub's memory stays bounded, and when the client
reads at last it is brought to the same state."""

import asyncio
import time

import pycrdt
import pytest
from rig import wire
from rig.socket import Socket

HEALTHY = 200


async def joined(hub, room, sub, on_message=None, receive_buffer=0) -> Socket:
    path = hub.path(room, token=hub.token(sub))
    socket = await Socket.connect(hub.port, path, None, on_message, receive_buffer=receive_buffer)
    socket.send(wire.sync(wire.STEP1, b"\0"))
    return socket


class Author:
    """Overwrites one map entry with a large value, so that the board itself stays small."""

    def __init__(self, hub, room, size):
        self.doc, self.number, self.size = pycrdt.Doc(), 0, size
        self.hub, self.room, self.seen = hub, room, asyncio.Event()

    async def join(self) -> "Author":
        self.socket = await joined(self.hub, self.room, "author", self._message)
        return self

    def _message(self, socket, _opcode, payload):
        if payload[:2] == b"\0\0":
            socket.send(wire.sync(wire.STEP2, b"\0\0"))
        elif payload[:2] == b"\0\2" and self.mark in payload:
            self.seen.set()

    @property
    def mark(self) -> bytes:
        return f"#{self.number}#".encode()

    async def write(self) -> float:
        """One update, until its echo; seconds."""
        self.number += 1
        state = self.doc.get_state()
        self.doc.get("m", type=pycrdt.Map)["big"] = f"#{self.number}#" + "x" * self.size
        self.seen.clear()
        started = time.monotonic()
        self.socket.send(wire.sync(wire.UPDATE, self.doc.get_update(state)))
        await asyncio.wait_for(self.seen.wait(), 20)
        return time.monotonic() - started


@pytest.mark.seconds(120)
async def test_200_healthy_clients_do_not_notice_one_that_never_reads(server):
    counts = [0] * HEALTHY

    def counter(index):
        def message(_socket, _opcode, payload):
            counts[index] += payload[:2] == b"\0\2"

        return message

    healthy = [await joined(server, "crowd", f"guest-{i % 20}", counter(i)) for i in range(HEALTHY)]
    author = await Author(server, "crowd", 8 << 10).join()


    async def writes(count: int) -> tuple[list[float], float]:
        """How long each took, and what one cost the server: that does not depend on a busy machine."""
        before = server.processor_seconds()
        times = sorted([await author.write() for _ in range(count)])
        return times, (server.processor_seconds() - before) / count

    alone, cost_alone = await writes(100)
    stuck = await joined(server, "crowd", "stuck", receive_buffer=4096)
    stuck.transport.pause_reading()
    beside, cost_beside = await writes(300)
    middle = (alone[len(alone) // 2], beside[len(beside) // 2])
    print(
        f"echo among {HEALTHY}: median {middle[0] * 1e3:.1f} ms alone, {middle[1] * 1e3:.1f} ms beside "
        f"a stuck reader; worst {beside[-1] * 1e3:.0f} ms; {cost_alone * 1e3:.2f} and "
        f"{cost_beside * 1e3:.2f} ms of the server's time"
    )
    # Nobody waits for the one who is stuck, and all that it costs is little.
    assert beside[int(len(beside) * 0.95)] < 1
    assert cost_beside < 2 * cost_alone + 0.002
    last = time.monotonic()
    while min(counts) < 1 or time.monotonic() - last < 0.5:
        await asyncio.sleep(0.1)
    assert all(not socket.closed.done() for socket in healthy)
    for socket in [*healthy, stuck, author.socket]:
        socket.abort()


@pytest.mark.seconds(120)
async def test_what_one_stuck_reader_costs_is_bounded_and_it_catches_up(hub):
    author = await Author(hub, "stuck", 64 << 10).join()
    for _ in range(20):
        await author.write()
    stuck = await joined(hub, "stuck", "stuck", receive_buffer=4096)
    await asyncio.sleep(0.1)
    stuck.transport.pause_reading()
    before = hub.resident_kib()
    highest = 0
    for number in range(1500):
        await author.write()
        if number % 50 == 0:
            highest = max(highest, hub.resident_kib())
    grown = max(highest, hub.resident_kib()) - before
    print(f"95 MiB past a stuck reader: resident memory grew by {grown / 1024:.1f} MiB")
    assert grown < 40 << 10, f"{grown} KiB for one stuck reader"
    # It reads at last: after catching up it has the newest value.
    if not stuck.closed.done():
        stuck.transport.resume_reading()
        async with asyncio.timeout(20):
            while (item := await stuck.inbox.get()) is not None and author.mark not in item[1]:
                pass
        assert item is not None, f"closed with {stuck.close_code} while catching up"
    await author.write()
    assert not author.socket.closed.done()


async def test_a_ping_behind_a_big_answer_is_answered_when_that_has_been_read(hub):
    """Python's websockets and others end a connection whose ping nobody answers."""
    author = await Author(hub, "pings", 4 << 20).join()
    await author.write()
    reader = await joined(hub, "pings", "reader", receive_buffer=4096)
    reader.transport.pause_reading()
    await author.write()
    waiting = asyncio.create_task(reader.ping(30))
    await asyncio.sleep(0.2)
    assert reader.pongs == 0
    reader.transport.resume_reading()
    await waiting
    for socket in (reader, author.socket):
        socket.abort()
