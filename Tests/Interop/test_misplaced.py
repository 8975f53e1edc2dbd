"""Structs that no editor writes, in an open room: a value before a key's value, an element between two
lists. Yjs 13.5, Yjs 13.6 and yrs each put it elsewhere, so the hub lets none of them in."""

import asyncio

import pycrdt
import pytest
from rig import wire
from rig.own import OwnClient
from rig.pycrdt_peer import PycrdtPeer
from rig.socket import Socket
from rig.stock import until

BOTH_NEIGHBOURS, ANY_CONTENT, NUMBER_5 = 0xC0, 8, b"\x01\x7d\x05"


def between(client: int, left: tuple, right: tuple) -> bytes:
    """An update with the number 5 between two neighbours."""
    start, neighbours = [
        b"".join(map(wire.uint, numbers)) for numbers in ((1, 1, client, 0), (*left, *right))
    ]
    return start + bytes([BOTH_NEIGHBOURS | ANY_CONTENT]) + neighbours + NUMBER_5 + wire.uint(0)


class Eve:
    """Writes what she likes, each time by a new connection, and hears what she is told."""

    def __init__(self, hub, room: str):
        self.hub, self.path, self.told = hub, hub.path(room, token=hub.token("eve")), []

    async def send(self, kind: int, update: bytes):
        def message(_socket, _opcode, payload: bytes):
            if payload[0] == wire.AUTH:
                self.told.append(payload)

        socket = await Socket.connect(self.hub.port, self.path, None, message)
        socket.send(wire.sync(kind, update))
        await socket.ping()
        socket.abort()


@pytest.mark.seconds(90)
async def test_what_no_editor_writes_is_refused_and_everybody_sees_the_same(hub, stock):
    room = "odd"
    ann = await PycrdtPeer(hub, room, "ann").connect()
    ann.doc.get("m", type=pycrdt.Map)["k"] = "first"
    ann.doc.get("m", type=pycrdt.Map)["k"] = "last"
    ann.doc.get("t", type=pycrdt.Text).insert(0, "text")
    bob = await stock.open(room, "bob")
    # The key has two values, then come four letters.
    first, last, letter = [(ann.doc.client_id, clock) for clock in (0, 1, 5)]
    expected = {"m": {"k": "last"}, "t": ann.content()["t"]}

    async def everybody_sees(what: dict):
        async def check():
            newcomer = await stock.open(room, "newcomer")
            late = await PycrdtPeer(hub, room, "late").connect()
            await newcomer.synced()
            seen = [await bob.content(), await newcomer.content(), ann.content(), late.content()]
            await newcomer.close()
            await late.disconnect()
            return all({key: one.get(key) for key in what} == what for one in seen)

        await until(check, 20, f"everybody sees {what}")

    await everybody_sees(expected)
    eve = Eve(hub, room)
    for number, (left, right) in enumerate([(letter, first), (last, letter), (last, last)]):
        for kind in (wire.UPDATE, wire.STEP2):
            await eve.send(kind, between(1000 + number, left, right))
    assert len(eve.told) == 6, eve.told
    assert all(b"right neighbour" in one for one in eve.told), eve.told
    await everybody_sees(expected)
    await bob.edit(["m", "set", "k", "bob"])
    expected["m"]["k"] = "bob"
    await everybody_sees(expected)
    chair = await OwnClient(hub, room, "chair", "facilitator").connect()
    assert (await chair.command("freeze"))["ok"]
    await bob.edit(["m", "set", "k", "frozen"])
    await everybody_sees(expected)
    assert (await chair.command("unfreeze"))["ok"]
    await asyncio.to_thread(hub.kill)
    await asyncio.to_thread(hub.start)
    await bob.synced()
    ann = await PycrdtPeer(hub, room, "ann").connect()
    await everybody_sees(expected)
