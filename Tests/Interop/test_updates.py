"""Updates that are none: every prefix and thousands of bit flips of real ones. Each is refused with a
reason, or it is a valid update and taken; the hub never traps, and the room can be loaded afterwards.
JAMBOREE_FLIPS and JAMBOREE_SEED change how many flips are sent and which."""

import asyncio
import collections
import gzip
import os
import random

import pytest
from rig import wire
from rig.bystander import Bystander
from rig.own import PROTOCOL, flushed, read_board
from rig.socket import Socket

FLIPS = int(os.environ.get("JAMBOREE_FLIPS", 10_000))
SEED = int(os.environ.get("JAMBOREE_SEED", random.SystemRandom().randrange(1 << 32)))
CONNECTIONS = 16
# What a close may say about a malformed message; 1006 (cut) and 1011 (our fault) are never right.
CLEAR = {1002, 1003, 1007, 1008, 1009, *range(4400, 4500)}


class Sender:
    """One connection that sends updates one at a time and says what became of each. A connection that
    was closed or made read-only is replaced, so that every update really reaches the engine."""

    def __init__(self, hub, room: str, sub: str, own: bool):
        self.hub, self.own, self.socket = hub, own, None
        self.path = hub.path(room, token=hub.token(sub))
        self.outcome = None

    def message(self, _socket, _opcode, payload: bytes):
        kind = payload[5:6] if self.own else payload[:1]  # after the board's name, "main"
        if kind in (bytes([wire.AUTH]), bytes([wire.REJECT])):
            self.outcome = "refused"

    async def offer(self, update: bytes) -> str:
        if self.socket is None:
            self.socket = await Socket.connect(
                self.hub.port, self.path, PROTOCOL if self.own else None, self.message
            )
            if self.own:
                self.socket.send(wire.text("main") + wire.uint(wire.OPEN) + wire.uint(0))
        self.outcome = "taken or left"
        board = wire.text("main") if self.own else b""
        self.socket.send(board + wire.sync(wire.UPDATE, update))
        try:
            await self.socket.ping()
        except ConnectionError:
            self.outcome = f"closed {self.socket.close_code}"
        if self.outcome != "taken or left":
            self.socket.abort()
            self.socket = None
        return self.outcome


def make_tokens(hub):
    """Each comes from a process of its own, for which everything here waits, a bystander too."""
    for number in range(CONNECTIONS):
        hub.token(f"fuzzer-{number}")


async def offer_all(hub, room: str, updates: list[bytes], own: bool) -> collections.Counter:
    outcomes, queue = collections.Counter(), iter(updates)

    async def work(number: int):
        sender = Sender(hub, room, f"fuzzer-{number}", own)
        for update in queue:
            try:
                outcomes[await sender.offer(update)] += 1
            except Exception as error:
                raise AssertionError(f"after the update {update.hex()}") from error
        if sender.socket:
            sender.socket.abort()

    await asyncio.gather(*(work(number) for number in range(CONNECTIONS)))
    return outcomes


def assert_clear(outcomes: collections.Counter):
    for outcome in outcomes:
        assert not outcome.startswith("closed") or int(outcome.split()[1]) in CLEAR, outcomes


async def corpus(stock, hub) -> list[bytes]:
    return [bytes.fromhex(update) for update in await stock.ask("corpus", clientID=1_234_567_890)]


@pytest.mark.seconds(180)
@pytest.mark.parametrize("own", [True, False], ids=["jamboree.v1", "stock"])
async def test_random_bit_flips_of_real_updates_never_hurt_the_hub(hub, stock, own):
    print(f"seed {SEED}")
    source = random.Random(f"{SEED} {own}")
    real = await corpus(stock, hub)
    flipped = []
    for _ in range(FLIPS // 2):
        update = bytearray(source.choice(real))
        for _ in range(source.choice((1, 1, 1, 2, 5))):
            update[source.randrange(len(update))] ^= 1 << source.randrange(8)
        flipped.append(bytes(update))
    room = f"flips-{'own' if own else 'stock'}"
    make_tokens(hub)
    async with Bystander(hub):
        outcomes = await offer_all(hub, room, flipped, own)
    print(f"{sum(outcomes.values())} flips: {dict(outcomes)}")
    assert sum(outcomes.values()) == len(flipped)
    assert_clear(outcomes)
    await the_room_is_still_good(hub, stock, room)


@pytest.mark.seconds(120)
async def test_every_prefix_of_a_real_update_is_refused_or_harmless(hub, stock):
    prefixes = [
        update[:length] for update in await corpus(stock, hub) for length in range(len(update))
    ]
    make_tokens(hub)
    async with Bystander(hub):
        outcomes = await offer_all(hub, "prefixes", prefixes, own=True)
    print(f"{len(prefixes)} prefixes: {dict(outcomes)}")
    assert_clear(outcomes)
    assert outcomes["taken or left"] < len(prefixes) // 4, "a cut update was not refused"
    await the_room_is_still_good(hub, stock, "prefixes")


async def the_room_is_still_good(hub, stock, room):
    """A newcomer edits it, the hub restarts after a kill, and real Yjs loads the file that it writes."""
    await read_board(hub, room)
    author = await stock.open(room, "newcomer")
    await author.synced()
    await author.edit(["m", "set", "still", "here"])

    async def arrived():
        other = await stock.open(room, "reader")
        return (await other.synced())["content"].get("m", {}).get("still") == "here"

    assert await arrived() or await arrived()
    await author.close()
    await flushed(hub, room)
    await asyncio.to_thread(hub.kill)
    await asyncio.to_thread(hub.start)
    await read_board(hub, room)
    assert await asyncio.to_thread(hub.stop) == 0
    assert hub.run("verify", hub.data).returncode == 0
    loaded = await stock.ask(
        "load", update=gzip.decompress(hub.board_file(room).read_bytes()).hex()
    )
    assert loaded["content"]["m"]["still"] == "here"
    assert not loaded["pending"], "the hub kept something that pends"
    await asyncio.to_thread(hub.start)


BOMBS = [
    ("2^31 clients", wire.uint(1 << 31)),
    ("2^53 clients", wire.uint(1 << 53)),
    ("2^53 structs", b"\1" + wire.uint(1 << 53) + b"\1\0"),
    ("2^31 structs of no length", b"\1" + wire.uint(1 << 31) + b"\1\0" + b"\0\0" * 8),
    (
        "clock and length overflow",
        b"\1\1\1" + wire.uint((1 << 53) - 1) + b"\0" + wire.uint(1 << 62) + b"\0",
    ),
    ("clock 2^63", b"\1\1\1" + wire.uint(1 << 63) + b"\4\1\1m\1x\0"),
    ("a number of twenty bytes", b"\xff" * 20),
    ("2^53 deletions", b"\0\1\1" + wire.uint(1 << 53)),
    ("deletion of 2^63", b"\0\1\1\1\0" + wire.uint((1 << 63) - 1)),
    ("string of 2^40", b"\1\1\1\0\4\1\1m" + wire.uint(1 << 40) + b"x\0"),
    ("any nested 100,000 deep", b"\1\1\1\0\x28\1\1m\1k\1" + b"\x75\1" * 100_000 + b"\x7e\0"),
    ("objects nested 50,000 deep", b"\1\1\1\0\x28\1\1m\1k\1" + b"\x76\1\1k" * 50_000 + b"\x7e\0"),
    ("unknown content 29", b"\1\1\1\0\x1d\1\1m\1x\0"),
    ("parent is itself", b"\1\1\1\0\4\0\1\0\1x\0"),
    ("origin is itself", b"\1\1\1\0\x84\1\0\1x\0"),
    ("origin in the future", b"\1\1\1\0\x84\1" + wire.uint(1 << 50) + b"\1x\0"),
    ("length 0 skip", b"\1\1\1\0\x0a\0\0"),
    ("length 2^62 garbage", b"\1\1\1\0\0" + wire.uint(1 << 62) + b"\0"),
]


@pytest.mark.parametrize("update", [row[1] for row in BOMBS], ids=[row[0] for row in BOMBS])
async def test_a_small_update_that_claims_much_costs_neither_time_nor_memory(hub, update):
    make_tokens(hub)
    async with Bystander(hub):
        await asyncio.sleep(0.1)
        before, cost = hub.resident_kib(), hub.processor_seconds()
        for own in (True, False):
            outcomes = await offer_all(hub, "bombs", [update] * 20, own)
            assert_clear(outcomes)
        assert hub.resident_kib() - before < 24 << 10
        cost = hub.processor_seconds() - cost
        assert cost < 1, f"{cost} s of the processor for 40 updates"
    await read_board(hub, "bombs")
