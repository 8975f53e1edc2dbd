"""What joining costs is given back although nobody does anything any more."""

import asyncio
import os

import pycrdt
import pytest
from rig import wire
from rig.own import OwnClient, read_board
from rig.socket import Socket
from rig.stock import until


@pytest.mark.seconds(120)
async def test_an_idle_room_does_not_hold_what_it_sent_to_those_who_joined(hub):
    for part in range(3):
        author = await OwnClient(hub, "calm", f"author-{part}").connect()
        big = os.urandom(2_000_000).hex()
        author.edit("main", lambda doc, big=big: doc.get("t", type=pycrdt.Text).insert(0, big))
        await author.wait_saved(30)
        await author.close()
    # The room keeps one encoding of a board for newcomers; that is there before we look.
    await read_board(hub, "calm")
    await asyncio.sleep(3)
    before = hub.resident_kib()
    path = hub.path("calm", token=hub.token("guest"))
    idle, *readers = [await Socket.connect(hub.port, path) for _ in range(7)]
    for number, reader in enumerate(readers):
        # Each knows something of its own, so each gets an answer of its own.
        reader.send(wire.sync(wire.STEP1, wire.uint(1) + wire.uint(1000 + number) + b"\1"))
    await asyncio.sleep(0.4)
    for reader in readers:
        reader.abort()
    # From now on nobody does anything, but one is still there: the room stays open.

    def grown() -> int:
        return (hub.resident_kib() - before) >> 10

    await asyncio.sleep(0.2)
    print(f"six joins of 12 MiB: {grown()} MiB")
    await until(lambda: grown() < 24, 12, "the memory is given back")
    assert not idle.closed.done()
    await idle.close()
