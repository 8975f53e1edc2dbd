"""Frames against the rules (RFC 6455), messages against the protocol, and messages too large: a close code
that says what was wrong, one connection gone, everybody else served."""

import asyncio
import os
import struct
import time

import pytest
from rig import wire
from rig.bystander import Bystander
from rig.own import PROTOCOL, OwnClient, put
from rig.socket import Socket, frame
from rig.stock import until

EMPTY_STEP1 = wire.sync(wire.STEP1, b"\0")
# Ours for messages that are no protocol messages: 4400 and around, or the nearest of RFC 6455.
NO_MESSAGE = {1002, 1003, 1007, 1008, *range(4400, 4500)}


def close_frame(code: int, reason: bytes = b"") -> bytes:
    return frame(8, struct.pack(">H", code) + reason)


# What is sent, and the codes with which the hub may close.
BROKEN = [
    ("RSV1 without compression", frame(2, EMPTY_STEP1, rsv=4), {1002}),
    ("RSV2", frame(2, EMPTY_STEP1, rsv=2), {1002}),
    ("RSV3 on a ping", frame(9, b"", rsv=1), {1002}),
    ("unmasked", frame(2, EMPTY_STEP1, masked=False), {1002}),
    *[
        (f"reserved opcode {op}", frame(op, b""), {1002})
        for op in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)
    ],
    ("ping of 126 bytes", frame(9, b"p" * 126), {1002}),
    ("ping without FIN", frame(9, b"p", fin=False), {1002}),
    ("close without FIN", frame(8, b"\x03\xe8", fin=False), {1002}),
    ("continuation without a start", frame(0, b"more"), {1002}),
    (
        "a message inside a fragmented one",
        frame(2, b"\0", fin=False) + frame(2, EMPTY_STEP1),
        {1002},
    ),
    ("close with one byte", frame(8, b"\x03"), {1002}),
    *[
        (f"close code {code}", close_frame(code), {1002})
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65535)
    ],
    ("close reason that is no UTF-8", close_frame(1000, b"\xff"), {1002, 1007}),
    ("close reason of 124 bytes", close_frame(1000, b"r" * 124), {1002}),
    ("length 5 in 16 bits", frame(2, b"12345", length_form=16), {1002}),
    ("length 200 in 64 bits", frame(2, b"x" * 200, length_form=64), {1002}),
    ("length with the top bit", frame(2, b"", length_form=64, claim=1 << 63), {1002}),
    ("length 2^63-1", frame(2, b"", length_form=64, claim=(1 << 63) - 1), {1009}),
    ("length 2^32", frame(2, b"", length_form=64, claim=1 << 32), {1009}),
    ("length 1 GiB", frame(2, b"", length_form=64, claim=1 << 30), {1009}),
    (
        "fragments without end",
        frame(2, b"", fin=False) + frame(0, b"", fin=False) * 200_000,
        {1002, 1008, 1009},
    ),
    (
        "fragments beyond any limit",
        frame(2, b"x", fin=False) + frame(0, b"y" * (1 << 20), fin=False) * 80,
        {1008, 1009},
    ),
]
TEXTS = [
    ("lone surrogate", frame(1, b"\xed\xa0\x80"), {1003, 1007}),
    ("overlong NUL", frame(1, b"\xc0\x80"), {1003, 1007}),
    ("beyond Unicode", frame(1, b"\xf4\x90\x80\x80"), {1003, 1007}),
    ("a character that never ends", frame(1, b"\xe2\x82"), {1003, 1007}),
    ("bad byte in the first fragment", frame(1, b"{\xff", fin=False), {1003, 1007}),
]
MESSAGES = [
    ("empty message", b""),
    ("ten bytes of 255", b"\xff" * 10),
    ("a type beyond 2^53", wire.uint(1 << 60)),
    ("unknown type 200", wire.uint(200) + b"payload"),
    ("unknown sync type", b"\0\x09"),
    ("sync without a body", b"\0"),
    ("step 1 without a vector", b"\0\0"),
    ("step 1 with a length beyond the end", b"\0\0\x7f\0"),
    ("vector with 2^40 clients", wire.sync(0, wire.uint(1 << 40))),
    ("awareness cut short", b"\x01\x05\x01"),
    ("awareness with 2^40 clients", b"\x01" + wire.buf(wire.uint(1 << 40))),
    ("awareness that is no JSON", b"\x01" + wire.buf(b"\x01\x07\x01" + wire.text("{no"))),
    ("auth message from a client", b"\x02\0" + wire.text("please")),
]


async def connect(hub, protocol=None):
    path = hub.path("frames", token=hub.token("mallory"))
    return await Socket.connect(hub.port, path, protocol)


async def test_every_broken_frame_closes_its_connection_with_the_right_code(hub):
    failures = []
    async with Bystander(hub):
        for protocol in (None, PROTOCOL):
            for what, data, codes in BROKEN + TEXTS:
                mark = hub.log_mark()
                socket = await connect(hub, protocol)
                socket.raw(data)
                try:
                    code = await asyncio.wait_for(socket.closed, 8)
                except TimeoutError:
                    code = "still open"
                if code not in codes:
                    failures.append(f"{what} ({protocol}): {code} instead of {sorted(codes)}")
                lines = hub.log(mark).count("\n")
                if lines > 6:
                    failures.append(f"{what}: {lines} lines of log for one connection")
                socket.abort()
    assert not failures, "\n".join(failures)


async def test_a_message_that_is_none_of_the_protocol_is_refused_and_the_room_lives(hub):
    """Either a close code that says so, or (where stock clients send such things) nothing but silence;
    never 1006, never 1011, and the session beside it goes on."""
    failures = []
    async with Bystander(hub), Bystander(hub, room="frames"):
        for protocol in (None, PROTOCOL):
            for what, message in MESSAGES:
                socket = await connect(hub, protocol)
                if protocol:
                    socket.send(wire.text("main") + wire.uint(wire.OPEN) + wire.uint(0))
                    message = wire.text("main") + message
                socket.send(message)
                try:
                    await socket.ping()
                except ConnectionError:
                    if socket.close_code not in NO_MESSAGE:
                        failures.append(f"{what} ({protocol}): closed with {socket.close_code}")
                socket.abort()
        for message in (
            b"",
            b"\xff",
            wire.text("no-such/board") + b"\0\0\0",
            wire.text("a" * 300) + b"\x0c\0",
        ):
            socket = await connect(hub, PROTOCOL)
            socket.send(message)
            try:
                await socket.ping()
            except ConnectionError:
                if socket.close_code not in NO_MESSAGE:
                    failures.append(f"{message[:20]!r}: closed with {socket.close_code}")
            socket.abort()
    assert not failures, "\n".join(failures)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[]",
        "{}",
        "7",
        "null",
        '{"id":1}',
        '{"command":"who"}',
        '{"id":"x","command":7}',
        "[" * 100_000,
        '{"id":1,"command":"who"' + " " * 9,
        '{"id":1e999,"command":"who"}',
        '{"id":-1,"command":"\\ud800"}',
    ],
    ids=lambda text: text[:24] or "empty",
)
async def test_a_control_message_that_is_no_command_is_answered_or_closes_with_a_code(hub, text):
    async with Bystander(hub):
        socket = await connect(hub, PROTOCOL)
        socket.send_text(text)
        try:
            await socket.ping()
        except ConnectionError:
            assert socket.close_code in NO_MESSAGE | {1009}, socket.close_code
        socket.abort()


async def test_a_text_message_on_a_stock_session_closes_with_a_code(hub):
    socket = await connect(hub)
    socket.send_text("hello")
    assert await asyncio.wait_for(socket.closed, 10) in NO_MESSAGE


async def test_frames_that_are_unusual_but_right_work(hub):
    async def answered(data, behind=b""):
        path = hub.path("frames", token=hub.token("guest"))
        socket = await Socket.connect(hub.port, path, behind=behind)
        for part in data:
            socket.raw(part)
            await asyncio.sleep(0)
        async with asyncio.timeout(8):
            while (await socket.inbox.get())[1][:2] != b"\0\x01":
                pass
        socket.abort()

    whole = frame(2, EMPTY_STEP1)
    await answered([], behind=whole)
    await answered([whole[i : i + 1] for i in range(len(whole))])
    await answered(
        [
            frame(2, EMPTY_STEP1[:1], fin=False),
            frame(9, b"between"),
            frame(0, b"", fin=False),
            frame(0, EMPTY_STEP1[1:]),
        ]
    )
    await answered([frame(10, b"unsolicited pong"), whole])
    zero = bytes([0x82, 0x80 | len(EMPTY_STEP1), 0, 0, 0, 0]) + EMPTY_STEP1
    await answered([zero])


@pytest.mark.seconds(150)
async def test_a_message_that_does_not_get_on_is_ended_and_a_slow_one_is_not(hub):
    """However many pings are answered meanwhile. This takes the minute that a message is given."""
    hub.stop()
    hub.options = ["--ping-seconds", "5"]
    hub.start()
    part = b"\0" * 100_000
    in_a_frame, in_pieces, slow = [await connect(hub) for _ in range(3)]
    in_a_frame.raw(frame(2, part, claim=15 << 20))
    in_pieces.raw(frame(2, part, fin=False))
    slow.raw(frame(2, b"", claim=15 << 20))
    started = time.monotonic()
    while not (in_a_frame.closed.done() and in_pieces.closed.done()):
        assert time.monotonic() - started < 140, "still open"
        slow.raw(b"\0" * 2_000)
        await asyncio.sleep(0.1)
    assert time.monotonic() - started > 59, "honest links need more time"
    assert (in_a_frame.close_code, in_pieces.close_code) == (1008, 1008)
    assert "a message under way" in hub.log()
    assert not slow.closed.done(), slow.close_code
    slow.abort()


async def test_a_viewers_message_is_at_most_one_mebibyte(hub):
    author = await OwnClient(hub, "frames", "author").connect()
    author.edit("main", put("key", 1))
    await author.wait_saved()
    await author.close()
    for role, size, code in (
        ("viewer", 1 << 20, 4400),
        ("viewer", (1 << 20) + 1, 1009),
        ("participant", (1 << 20) + 1, 4400),
    ):
        path = hub.path("frames", token=hub.token("somebody", role=role))
        socket = await Socket.connect(hub.port, path)
        socket.send(b"\xff" * size)
        assert await asyncio.wait_for(socket.closed, 10) == code, (role, size)


async def test_a_proper_close_is_answered_and_the_connection_ends_within_5_seconds(hub):
    for code in (1000, 1001, 3000, 4999):
        socket = await connect(hub)
        socket.raw(close_frame(code, b"bye") + frame(2, EMPTY_STEP1))
        assert await asyncio.wait_for(socket.closed, 6) == code


async def test_a_ping_flood_and_cut_connections_leave_no_trace(hub):
    async with Bystander(hub):
        before = hub.resident_kib()
        socket = await connect(hub)
        for _ in range(20):
            socket.raw(frame(9, b"f" * 125) * 1000)
        try:
            await socket.ping()
        except ConnectionError:
            assert socket.close_code == 1008
        socket.abort()
        for _ in range(200):
            cut = await connect(hub)
            cut.raw(frame(2, os.urandom(500), claim=100_000)[:300])
            cut.abort()
        files = f"/proc/{hub.process.pid}/fd"
        await until(lambda: len(os.listdir(files)) < 60, 10, "the descriptors of who has gone")
        assert hub.resident_kib() - before < 32 << 10


async def test_an_oversized_message_is_refused_with_1009_before_it_is_stored(hub):
    """Declared too large, and sent too large; the hub takes neither into memory."""
    async with Bystander(hub):
        before = hub.resident_kib()
        for claim in (1 << 27, 1 << 31, 1 << 40):
            socket = await connect(hub)
            socket.raw(frame(2, b"x" * 1000, length_form=64, claim=claim))
            assert await asyncio.wait_for(socket.closed, 10) == 1009, claim
        socket = await connect(hub)
        chunk = frame(2, b"\0" * (64 << 20))
        socket.raw(chunk)
        assert await asyncio.wait_for(socket.closed, 15) in (1009, 1006)
        assert hub.resident_kib() - before < 48 << 10
