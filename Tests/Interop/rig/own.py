"""A jamboree.v1 client (Protocol/wire.md): several boards on one socket, `saved`, `reject`, commands.
It keeps pycrdt documents over reconnects and knows for each of its edits whether it is saved."""

import asyncio
import itertools
import json

import pycrdt

from . import wire
from .socket import Socket

PROTOCOL = "jamboree.v1"


class Board:
    """One board as this client sees it: its document, and which edits are durable.

    `unsaved` are the edits (any hashable note) not yet covered by a `saved`. On a connection, every
    SyncStep2 and Update sent is counted, and remembered with the notes that it makes durable.
    """

    def __init__(self, name: str):
        self.name, self.doc, self.epoch = name, pycrdt.Doc(), 0
        self.unsaved: set = set()
        self.saved: set = set()
        self.incoming: list[bytes] = []
        self.pending_update: list[bytes] = []
        self._local = False
        self.doc.observe(self._changed)
        self.reset()

    def reset(self):
        """A new connection: nothing is counted, everything unsaved waits for the next SyncStep2."""
        self.sent: list[frozenset] = []
        self.saved_count = 0
        self.synced = False
        self.answered = False
        self.rejects: list[tuple[int, str, str]] = []
        self.denied: list[str] = []

    def summary(self) -> str:
        """Where this board stands, for the message of a failed test."""
        return (
            f"{self.name}: epoch {self.epoch}, synced {self.synced}, answered {self.answered}, "
            f"saved {self.saved_count} of {len(self.sent)}, rejects {self.rejects[:2]}"
        )

    def _changed(self, event):
        if self._local:
            self.pending_update.append(event.update)

    def apply_incoming(self):
        """Applies what has arrived; kept apart so that a busy client can do it in batches."""
        if self.incoming:
            update = (
                pycrdt.merge_updates(*self.incoming) if len(self.incoming) > 1 else self.incoming[0]
            )
            self.incoming.clear()
            self.doc.apply_update(update)

    def edit(self, change, note=None) -> bytes:
        """One local transaction; the update. `change` gets the document."""
        self.apply_incoming()
        self._local = True
        try:
            with self.doc.transaction():
                change(self.doc)
        finally:
            self._local = False
        if note is not None:
            self.unsaved.add(note)
        updates, self.pending_update = self.pending_update, []
        return (
            pycrdt.merge_updates(*updates) if len(updates) > 1 else updates[0] if updates else b""
        )

    def covered(self, count: int):
        """The hub says that the first `count` messages are durable."""
        assert self.saved_count <= count <= len(self.sent), (
            f"saved {count} after {self.saved_count}, of {len(self.sent)} sent"
        )
        for notes in self.sent[self.saved_count : count]:
            self.saved |= notes
            self.unsaved -= notes
        self.saved_count = count


class OwnClient:
    """One person's socket and boards. Not started until `connect`."""

    def __init__(self, hub, room: str, sub: str, role: str = "participant", boards=("main",)):
        self.hub, self.room, self.token = hub, room, hub.token(sub, role)
        self.boards = {name: Board(name) for name in boards}
        self.socket: Socket | None = None
        self.hello: dict | None = None
        self.replies, self.numbers = {}, itertools.count(1)
        self.control: list[dict] = []
        self.awareness: list[tuple[str, bytes]] = []
        self.unknown: list[bytes] = []
        self.receive_buffer = 0

    @property
    def connected(self) -> bool:
        return self.socket is not None and not self.socket.closed.done()

    async def connect(self, wait: bool = True) -> "OwnClient":
        self.hello = None
        for board in self.boards.values():
            board.reset()
        path = self.hub.path(self.room, token=self.token)
        self.socket = await Socket.connect(
            self.hub.port, path, PROTOCOL, self._message, receive_buffer=self.receive_buffer
        )
        assert self.socket.headers.get("sec-websocket-protocol") == PROTOCOL, self.socket.headers
        for board in self.boards.values():
            self._send(board, wire.uint(wire.OPEN) + wire.uint(board.epoch))
        if wait:
            await self.wait_synced()
        return self

    async def wait_synced(self, seconds: float = 10):
        await self.until(
            lambda: (
                self.hello
                and all(board.synced and board.answered for board in self.boards.values())
            ),
            seconds,
            "synced",
        )

    async def wait_saved(self, seconds: float = 10):
        """Every message sent is durable."""
        await self.until(
            lambda: all(board.saved_count == len(board.sent) for board in self.boards.values()),
            seconds,
            "saved",
        )

    async def until(self, check, seconds: float, what: str):
        deadline = asyncio.get_running_loop().time() + seconds
        while not (value := check()):
            if not self.connected:
                raise ConnectionError(f"closed with {self.socket.close_code} before: {what}")
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(
                    f"{what}: not within {seconds} s; told {self.control[-3:]}; "
                    + "; ".join(board.summary() for board in self.boards.values())
                )
            await asyncio.sleep(0.005)
        return value

    @property
    def saving_news(self) -> list[dict]:
        """What the hub said about saving, in order."""
        return [message for message in self.control if message.get("type") == "saving"]

    @property
    def saving(self) -> list[bool]:
        """The same in short: whether it saves."""
        return [news["ok"] for news in self.saving_news]

    def content(self, board: str = "main") -> dict:
        """The root map m of a board, with all that has arrived."""
        self.boards[board].apply_incoming()
        return content(self.boards[board].doc)

    def abort(self):
        if self.socket:
            self.socket.abort()

    async def close(self):
        if self.socket:
            await self.socket.close()

    # Sending

    def _send(self, board: Board, message: bytes):
        self.socket.send(wire.text(board.name) + message)

    def send_update(self, board: Board, update: bytes, notes=frozenset()):
        board.sent.append(frozenset(notes))
        self._send(board, wire.sync(wire.UPDATE, update))

    def edit(self, name: str, change, note=None):
        """Edits a board and sends the update if connected; offline it waits for the SyncStep2."""
        board = self.boards[name]
        update = board.edit(change, note)
        if update and self.connected and board.answered:
            self.send_update(board, update, [note] if note is not None else [])

    async def command(self, command: str, seconds: float = 10, **given) -> dict:
        number = next(self.numbers)
        self.socket.send_text(json.dumps({"id": number, "command": command, **given}))
        return await self.until(lambda: self.replies.get(number), seconds, f"a reply to {command}")

    # Receiving

    def _message(self, _socket, opcode: int, payload: bytes):
        if opcode == 1:
            message = json.loads(payload)
            self.control.append(message)
            if message.get("type") == "hello":
                self.hello = message
            elif message.get("type") == "reply":
                self.replies[message["id"]] = message
            return
        reader = wire.Reader(payload)
        board = self.boards.get(reader.text())
        if board is None:
            self.unknown.append(payload)
        else:
            self._board_message(board, reader)

    def _board_message(self, board: Board, reader: wire.Reader):
        kind = reader.uint()
        if kind == wire.SYNC:
            step, payload = reader.uint(), reader.buf()
            if step == wire.STEP1:
                board.apply_incoming()
                board.sent.append(frozenset(board.unsaved))
                self._send(board, wire.sync(wire.STEP2, board.doc.get_update(payload)))
                board.answered = True
            else:
                board.incoming.append(payload)
                board.synced |= step == wire.STEP2
        elif kind == wire.SAVED:
            board.epoch = reader.uint()
            board.covered(reader.uint())
        elif kind == wire.REJECT:
            board.rejects.append((reader.uint(), reader.text(), reader.text()))
        elif kind == wire.OPENED:
            board.epoch = reader.uint()
            self._send(board, wire.sync(wire.STEP1, board.doc.get_state()))
        elif kind == wire.AUTH:
            reader.uint()
            board.denied.append(reader.text())
        elif kind == wire.AWARENESS:
            self.awareness.append((board.name, reader.buf()))


class DeafWriter(OwnClient):
    """Reads what is said to it, not what is written on its boards: that would only measure Python."""

    def _board_message(self, board: Board, reader: wire.Reader):
        if reader.data[reader.at :][:2] != bytes([wire.SYNC, wire.UPDATE]):
            super()._board_message(board, reader)


def put(key: str, value):
    """A change for `edit`: one entry of the root map m."""
    return lambda doc: doc.get("m", type=pycrdt.Map).update({key: value})


def content(doc: pycrdt.Doc) -> dict:
    """The root map m."""
    return doc.get("m", type=pycrdt.Map).to_py()


async def flushed(hub, room: str):
    """What the hub has taken in this room until now is on disk: the log keeps the order, so an edit
    that comes later (on a board of its own) is not durable before it."""
    client = await OwnClient(hub, room, "flusher", boards=["flushed"]).connect()
    client.edit("flushed", put("last", 1))
    await client.wait_saved()
    await client.close()


async def read_board(hub, room: str, board: str = "main", sub: str = "observer") -> pycrdt.Doc:
    """What a newcomer who knows nothing is given, with the document filled."""
    client = await OwnClient(hub, room, sub, "bot", [board]).connect()
    client.boards[board].apply_incoming()
    client.abort()
    return client.boards[board].doc
