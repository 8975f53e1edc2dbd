"""A pycrdt document joined over the `websockets` library: another maker's client end to end.
Sync and awareness go through pycrdt's own functions, so nothing of the protocol is ours."""

import asyncio

import pycrdt
import websockets
from pycrdt import YMessageType


class PycrdtPeer:
    """One document. `connect` and `disconnect` may follow each other; edits meanwhile are kept."""

    def __init__(
        self, hub, room: str, sub: str, role: str = "participant", board: str | None = None
    ):
        token = hub.token(sub, role)
        self.url = f"{hub.url('ws')}{hub.path(room, board, token)}"
        self.trust = hub.trust()
        self.doc = pycrdt.Doc()
        self.awareness = pycrdt.Awareness(self.doc)
        self.awareness.set_local_state({"name": sub})
        self.socket, self.reading, self.denied = None, None, []
        self.synced = asyncio.Event()
        self.doc.observe(self._changed)

    async def connect(self) -> "PycrdtPeer":
        self.synced.clear()
        self.socket = await websockets.connect(
            self.url, max_size=None, compression=None, ssl=self.trust
        )
        self.reading = asyncio.create_task(self._read(self.socket))
        await self.socket.send(pycrdt.create_sync_message(self.doc))
        await self.say(self.awareness.get_local_state())
        await asyncio.wait_for(self.synced.wait(), 10)
        return self

    async def disconnect(self):
        socket, self.socket = self.socket, None
        if socket:
            await socket.close()
            await self.reading

    async def say(self, state):
        """Sets this peer's presence and sends it."""
        self.awareness.set_local_state(state)
        if self.socket:
            message = self.awareness.encode_awareness_update([self.awareness.client_id])
            await self.socket.send(pycrdt.create_awareness_message(message))

    def _changed(self, event):
        # What came from the hub is known there; everything else goes out at once.
        if self.socket and not getattr(self, "_applying", False):
            message = pycrdt.create_update_message(event.update)
            asyncio.get_running_loop().create_task(self.socket.send(message))

    async def _read(self, socket):
        try:
            async for message in socket:
                await self._handle(socket, message)
        except websockets.ConnectionClosed:
            pass

    async def _handle(self, socket, message: bytes):
        if message[0] == YMessageType.SYNC:
            self._applying = True
            try:
                reply = pycrdt.handle_sync_message(message[1:], self.doc)
            finally:
                self._applying = False
            if reply is not None:
                await socket.send(reply)
            if message[1] == pycrdt.YSyncMessageType.SYNC_STEP2:
                self.synced.set()
        elif message[0] == YMessageType.AWARENESS:
            self.awareness.apply_awareness_update(pycrdt.read_message(message[1:]), origin="hub")
        elif message[0] == 2:
            self.denied.append(message[1:])

    def content(self) -> dict:
        """The roots m and a as values and t as its delta, as the Node driver shows them."""
        found = {
            "a": self.doc.get("a", type=pycrdt.Array).to_py(),
            "m": self.doc.get("m", type=pycrdt.Map).to_py(),
            "t": [
                {"insert": part, **({"attributes": attributes} if attributes else {})}
                for part, attributes in self.doc.get("t", type=pycrdt.Text).diff()
            ],
        }
        return {name: value for name, value in found.items() if value}
