"""A board with so many client ids that its state vector alone is long, and clients that read slowly or not at
all: the first go on, the others are given up, and the log says so."""

import asyncio
import json
import os

import pycrdt
import pytest
from rig import wire
from rig.own import OwnClient
from rig.socket import Socket, frame
from rig.stock import until

IDS = 60_000
LIMIT = 256 << 10  # bytes of answers that may wait for a client that does not read


def struct(client: int, clock: int) -> bytes:
    """One struct of one client: an undefined value in the root array q."""
    item = bytes([8]) + wire.uint(1) + wire.text("q") + wire.uint(1) + bytes([126])
    return wire.uint(1) + wire.uint(client) + wire.uint(clock) + item


def update(*structs: bytes) -> bytes:
    return wire.uint(len(structs)) + b"".join(structs) + wire.uint(0)


@pytest.mark.seconds(120)
async def test_a_slow_reader_of_a_board_with_many_ids_is_asked_and_not_cut_off(hub):
    importer = await Socket.connect(
        hub.port, hub.path("crowded", token=hub.token("fac", "facilitator"))
    )
    crowd = [struct(2_000_000_000 - number, 0) for number in range(IDS)]
    importer.send(wire.sync(wire.STEP2, update(*crowd)))
    await importer.ping(60)
    importer.abort()
    path = hub.path("crowded", token=hub.token("ann"))
    reader = await Socket.connect(hub.port, path, receive_buffer=4096)
    reader.transport.pause_reading()
    await asyncio.sleep(0.5)
    for number in range(5):
        # Something is missing below it, so the hub asks: at most once a second.
        reader.send(wire.sync(wire.UPDATE, update(struct(77, 5 + number))))
        await asyncio.sleep(1.2)
    reader.transport.resume_reading()
    await reader.ping(20)
    asked = [
        len(message) for opcode, message in reader.inbox._queue if message[:2] == b"\0\0"
    ]
    assert len(asked) >= 2 and max(asked) > LIMIT, asked
    await reader.close()


async def test_who_asks_and_never_reads_is_cut_off_and_the_log_says_who(hub):
    author = await OwnClient(hub, "deaf", "author").connect()
    big = os.urandom(250_000).hex()
    author.edit("main", lambda doc: doc.get("t", type=pycrdt.Text).insert(0, big))
    await author.wait_saved()
    await author.close()
    path = hub.path("deaf", token=hub.token("dora"))
    deaf = await Socket.connect(hub.port, path, "jamboree.v1", receive_buffer=4096)
    deaf.transport.pause_reading()
    deaf.send(wire.text("main") + bytes([wire.OPEN]) + wire.uint(0))
    deaf.send(wire.text("main") + wire.sync(wire.STEP1, b"\0"))
    await asyncio.sleep(0.5)
    question = frame(1, json.dumps({"id": 1, "command": "who"}).encode())
    for _ in range(200):
        deaf.raw(question * 50)
        await asyncio.sleep(0.01)

    def lines() -> list[str]:
        return [line for line in hub.log().splitlines() if "gave up a client" in line]

    await until(lines, 20, "a line in the log")
    await asyncio.sleep(0.5)
    assert len(lines()) == 1 and "sub=dora" in lines()[0] and "room=demo/deaf" in lines()[0]
    deaf.abort()
