"""Structs that no editor writes, in an open room. What Yjs 13.5, Yjs 13.6 and yrs put in different lists or
cannot read is refused; what the hub has made GC of is GC for everybody."""

import asyncio

import pycrdt
import pytest
from rig import wire
from rig.own import OwnClient
from rig.pycrdt_peer import PycrdtPeer
from rig.socket import Socket
from rig.stock import until

HAS_LEFT, HAS_RIGHT, HAS_KEY, JSON_CONTENT, ANY_CONTENT = 0x80, 0x40, 0x20, 2, 8
NUMBER_5 = b"\x01\x7d\x05"


def update(client: int, info: int, place: bytes, content: bytes = NUMBER_5) -> bytes:
    """An update of one struct, without deletions."""
    start = b"".join(map(wire.uint, (1, 1, client, 0)))
    return start + bytes([info]) + place + content + wire.uint(0)


def between(client: int, left: tuple, right: tuple) -> bytes:
    """The number 5 between two neighbours."""
    place = b"".join(map(wire.uint, (*left, *right)))
    return update(client, HAS_LEFT | HAS_RIGHT | ANY_CONTENT, place)


def within(client: int, parent: tuple) -> bytes:
    """The number 5 as the value of a key of what has the id `parent`."""
    place = wire.uint(0) + b"".join(map(wire.uint, parent)) + wire.text("key")
    return update(client, HAS_KEY | ANY_CONTENT, place)


def json_value(client: int) -> bytes:
    """A value of a key as Yjs wrote it before 13."""
    place = wire.uint(1) + wire.text("m") + wire.text("old")
    return update(client, HAS_KEY | JSON_CONTENT, place, wire.uint(1) + wire.text("5"))


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
    # Inside a deleted map everything is garbage.
    ann.doc.get("m", type=pycrdt.Map)["gone"] = pycrdt.Map({"inner": 1})
    del ann.doc.get("m", type=pycrdt.Map)["gone"]
    # The key has two values, then come four letters, the map and what was in it.
    first, last, letter, garbage = [(ann.doc.client_id, clock) for clock in (0, 1, 5, 7)]
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
    await eve.send(wire.UPDATE, json_value(1003))
    assert b"kind JSON" in eve.told.pop(), eve.told
    # The highest ids, since what is integrated first stops the rest where it fails.
    beside = [(garbage, letter), (letter, garbage), (last, garbage)]
    for number, (left, right) in enumerate(beside):
        await eve.send(wire.UPDATE, between(4294967280 + number, left, right))
    await eve.send(wire.UPDATE, within(4294967290, last))
    await eve.send(wire.UPDATE, within(4294967291, garbage))
    assert len(eve.told) == 6, eve.told
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
