"""Somebody who only wants to work: a client in another room that is served while the hub is under attack."""

import asyncio
import time

import pycrdt

from . import wire
from .socket import Socket


class Bystander:
    """Edits, and waits for the echo, all the time. `async with Bystander(hub):` fails at its end if
    the hub was ever slower than `limit` seconds, or the client was disconnected. Time in which this
    process did not get to run either says nothing about the hub, and is not counted."""

    BEAT = 0.02

    def __init__(self, hub, limit: float = 3.0, room: str = "bystander"):
        self.hub, self.limit, self.room = hub, limit, room
        self.times: list[float] = []
        self.lost, self.beaten = 0.0, time.monotonic()

    async def __aenter__(self) -> "Bystander":
        self.echo = asyncio.Event()
        path = self.hub.path(self.room, token=self.hub.token("bystander"))
        self.doc, self.wanted = pycrdt.Doc(), b""
        self.socket = await Socket.connect(self.hub.port, path, on_message=self._message)
        self.socket.send(wire.sync(wire.STEP1, self.doc.get_state()))
        self.beaten = time.monotonic()
        self.beating = asyncio.create_task(self._beat())
        self.working = asyncio.create_task(self._work())
        return self

    async def _beat(self):
        while True:
            await asyncio.sleep(self.BEAT)
            self.lost, self.beaten = self._lost(), time.monotonic()

    def _lost(self) -> float:
        """Seconds in which the loop should have run and did not."""
        return self.lost + max(0.0, time.monotonic() - self.beaten - 2 * self.BEAT)

    def _message(self, socket, _opcode, payload):
        if payload[0] != wire.SYNC:
            return
        reader = wire.Reader(payload[1:])
        if reader.uint() == wire.STEP1:
            socket.send(wire.sync(wire.STEP2, b"\0\0"))
        elif self.wanted and self.wanted in payload:
            self.echo.set()

    async def round_trip(self) -> float:
        """One edit until its echo; seconds."""
        word = f"edit-{len(self.times)}-of-the-bystander"
        state = self.doc.get_state()
        self.doc.get("m", type=pycrdt.Map)["last"] = word
        self.echo.clear()
        self.wanted = word.encode()
        started, lost = time.monotonic(), self._lost()
        self.socket.send(wire.sync(wire.UPDATE, self.doc.get_update(state)))
        await asyncio.wait_for(self.echo.wait(), 20)
        return time.monotonic() - started - (self._lost() - lost)

    async def _work(self):
        while True:
            self.times.append(await self.round_trip())
            await asyncio.sleep(0.03)

    async def __aexit__(self, error, *_):
        if self.working.done():
            await self.working
        self.working.cancel()
        try:
            if error is None:
                await self._judge()
        finally:
            self.beating.cancel()
            self.socket.abort()

    async def _judge(self):
        assert not self.socket.closed.done(), f"bystander closed: {self.socket.close_code}"
        if not self.times:
            self.times.append(await self.round_trip())
        worst = max(self.times)
        assert worst < self.limit, f"a healthy client in another room waited {worst:.2f} s"
