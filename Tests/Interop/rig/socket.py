"""A WebSocket client by hand on asyncio: cheap enough for hundreds of clients, and free to break rules.
Frames are built here, so a test can send what no library would."""

import asyncio
import base64
import json
import os
import socket as sockets
import struct


def frame(
    opcode: int,
    payload: bytes = b"",
    fin: bool = True,
    rsv: int = 0,
    masked: bool = True,
    length_form: int | None = None,
    claim: int | None = None,
) -> bytes:
    """One frame. `length_form` 7, 16 or 64 forces the form of the length; `claim` lies about it."""
    size = len(payload) if claim is None else claim
    form = length_form or (7 if size < 126 else 16 if size < 65536 else 64)
    mask_bit = 0x80 if masked else 0
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    if form == 7:
        head += bytes([mask_bit | size])
    else:
        head += bytes([mask_bit | (126 if form == 16 else 127)])
        head += struct.pack(">H" if form == 16 else ">Q", size)
    if not masked:
        return head + payload
    key = os.urandom(4)
    repeated = int.from_bytes((key * (len(payload) // 4 + 1))[: len(payload)], "little")
    mixed = int.from_bytes(payload, "little") ^ repeated
    return head + key + mixed.to_bytes(len(payload), "little")


class Refused(Exception):
    """The upgrade was answered with something else than 101."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes):
        super().__init__(f"HTTP {status}: {body[:300]!r}")
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self) -> dict:
        return json.loads(self.body)


def upgrade_request(path: str | bytes, protocol: str | None = None) -> bytes:
    path = path.encode() if isinstance(path, str) else path
    extra = f"Sec-WebSocket-Protocol: {protocol}\r\n".encode() if protocol else b""
    return (
        b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
        + base64.b64encode(os.urandom(16))
        + b"\r\n"
        + extra
        + b"\r\n"
    )


class Socket(asyncio.Protocol):
    """One connection. Messages go to `on_message(socket, opcode, payload)`, or into `inbox`
    when it is None."""

    def __init__(self, on_message=None):
        loop = asyncio.get_running_loop()
        self.on_message, self.inbox = on_message, asyncio.Queue()
        self.buffer = bytearray()
        self.upgraded, self.closed = loop.create_future(), loop.create_future()
        self.headers: dict[str, str] = {}
        self.close_code: int | None = None
        self.pongs, self.pong_waiters = 0, []
        self.bytes_in = self.status = 0

    @classmethod
    async def connect(
        cls,
        port: int,
        path: str | bytes,
        protocol: str | None = None,
        on_message=None,
        behind: bytes = b"",
        receive_buffer: int = 0,
        trust=None,
    ) -> "Socket":
        """Opens and upgrades. `behind`: bytes in the same segment as the request; `trust`: an
        SSLContext, for TLS. Raises Refused."""
        raw = sockets.socket()
        if receive_buffer:
            raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, receive_buffer)
        raw.setblocking(False)
        await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", port))
        raw.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1)
        _, self = await asyncio.get_running_loop().create_connection(
            lambda: cls(on_message),
            sock=raw,
            ssl=trust,
            server_hostname="127.0.0.1" if trust else None,
        )
        self.transport.write(upgrade_request(path, protocol) + behind)
        try:
            await asyncio.wait_for(self.upgraded, 10)
        except BaseException:
            self.transport.abort()
            raise
        return self

    # Sending

    def send(self, payload: bytes):
        self.transport.write(frame(2, payload))

    def send_text(self, text: str):
        self.transport.write(frame(1, text.encode()))

    def raw(self, data: bytes):
        self.transport.write(data)

    async def ping(self, seconds: float = 10):
        """Everything sent so far has been read by the hub when this returns. ConnectionError if closed."""
        waiter = asyncio.get_running_loop().create_future()
        self.pong_waiters.append(waiter)
        self.transport.write(frame(9, b"?"))
        await asyncio.wait_for(waiter, seconds)

    async def close(self):
        if not self.closed.done():
            self.transport.write(frame(8, struct.pack(">H", 1000)))
            try:
                await asyncio.wait_for(asyncio.shield(self.closed), 2)
            except TimeoutError:
                pass
        self.abort()

    def abort(self):
        if not self.closed.done():
            self.transport.abort()

    # Receiving

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data: bytes):
        self.bytes_in += len(data)
        self.buffer += data
        if not self.upgraded.done():
            self._read_head()
        if self.status == 101:
            self._read_frames()

    def _read_head(self):
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        lines = self.buffer[:end].decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines[1:])
        }
        if self.status == 101:
            del self.buffer[: end + 4]
            self.upgraded.set_result(True)
            return
        length = int(self.headers.get("content-length", 0))
        if len(self.buffer) >= end + 4 + length:
            body = bytes(self.buffer[end + 4 :][:length])
            self.upgraded.set_exception(Refused(self.status, self.headers, body))

    def _read_frames(self):
        buffer, at = self.buffer, 0
        while len(buffer) - at >= 2:
            size, start = buffer[at + 1] & 127, at + 2
            if size == 126:
                if len(buffer) - at < 4:
                    break
                size, start = int.from_bytes(buffer[at + 2 : at + 4], "big"), at + 4
            elif size == 127:
                if len(buffer) - at < 10:
                    break
                size, start = int.from_bytes(buffer[at + 2 : at + 10], "big"), at + 10
            if len(buffer) - start < size:
                break
            self._frame(buffer[at] & 15, bytes(buffer[start : start + size]))
            at = start + size
        del buffer[:at]

    def _frame(self, opcode: int, payload: bytes):
        if opcode == 8:
            self.close_code = int.from_bytes(payload[:2], "big") if len(payload) >= 2 else 1005
            if not self.transport.is_closing():
                self.transport.write(frame(8, payload[:2]))
        elif opcode == 9:
            self.transport.write(frame(10, payload))
        elif opcode == 10:
            self.pongs += 1
            if self.pong_waiters and not (waiter := self.pong_waiters.pop(0)).done():
                waiter.set_result(True)
        elif self.on_message:
            self.on_message(self, opcode, payload)
        else:
            self.inbox.put_nowait((opcode, payload))

    def connection_lost(self, error):
        # Without a close frame this is what a browser calls 1006.
        self.close_code = self.close_code or 1006
        gone = ConnectionError(f"closed by the hub with {self.close_code}")
        if not self.upgraded.done():
            self.upgraded.set_exception(gone)
        for waiter in self.pong_waiters:
            if not waiter.done():
                waiter.set_exception(gone)
        if not self.closed.done():
            self.closed.set_result(self.close_code)
        self.inbox.put_nowait(None)


async def refusal(port: int, path: str | bytes, protocol: str | None = None) -> Refused:
    """The answer to an upgrade that must be refused; AssertionError when it is accepted."""
    try:
        accepted = await Socket.connect(port, path, protocol)
    except Refused as refused:
        return refused
    accepted.abort()
    raise AssertionError(f"accepted: {path!r}")
