"""Step 1s that cannot be answered yet because their client does not read: they wait in bounded memory, none is
forgotten, and one that no board can have ends the session."""

import asyncio
import os

import pycrdt
import pytest
from rig import wire
from rig.own import OwnClient
from rig.socket import Socket

BOARDS = [f"b{number}" for number in range(30)]
BOUND = 16 * 65_536 + 8  # bytes of a state vector


def addressed(board: str, message: bytes) -> bytes:
    return wire.text(board) + message


def step1(size: int = 1) -> bytes:
    """A state vector of so many bytes that says nothing: no client, and zeros behind that."""
    return wire.sync(wire.STEP1, bytes(size))


async def stuck_reader(hub, room: str) -> Socket:
    """Follows all boards, has asked for each once, and reads nothing of the answers: nearly as much as a
    reader may have waiting."""
    author = await OwnClient(hub, room, "author").connect()
    big = os.urandom(480_000).hex()
    author.edit("main", lambda doc: doc.get("t", type=pycrdt.Text).insert(0, big))
    await author.wait_saved()
    await author.close()
    path = hub.path(room, token=hub.token("reader"))
    reader = await Socket.connect(hub.port, path, "jamboree.v1", receive_buffer=4096)
    reader.transport.pause_reading()
    for board in ["main", *BOARDS]:
        reader.send(addressed(board, bytes([wire.OPEN]) + wire.uint(0)))
    for board in ["main", *BOARDS]:
        reader.send(addressed(board, step1()))
    await asyncio.sleep(0.5)
    return reader


@pytest.mark.seconds(60)
async def test_step_1s_that_wait_take_bounded_memory_and_all_are_answered(hub):
    reader = await stuck_reader(hub, "waiting")
    async with hub.peak_memory() as memory:
        for board in BOARDS:
            reader.send(addressed(board, step1(1 << 20)))
            await asyncio.sleep(0.02)
        await asyncio.sleep(1)
    print(f"{len(BOARDS)} step 1s of 1 MiB to a peer that does not read: {memory.grown_mib} MiB")
    assert memory.grown_mib < 16
    answered = dict.fromkeys(BOARDS, 0)
    reader.transport.resume_reading()
    async with asyncio.timeout(20):
        while min(answered.values()) < 2:
            item = await reader.inbox.get()
            assert item is not None, f"closed with {reader.close_code}"
            if item[0] == 2:
                message = wire.Reader(item[1])
                board = message.text()
                if message.rest()[:2] == b"\0\1" and board in answered:
                    answered[board] += 1
    assert set(answered.values()) == {2}
    await reader.ping()
    await reader.close()


@pytest.mark.parametrize("is_stuck", [False, True])
async def test_a_state_vector_that_no_board_can_have_ends_the_session(hub, is_stuck):
    path = hub.path("vast", token=hub.token("eve"))
    if is_stuck:
        eve = await stuck_reader(hub, "vast")
        eve.send(addressed("b0", step1(BOUND + 1)))
        await asyncio.sleep(0.5)
        eve.transport.resume_reading()
    else:
        eve = await Socket.connect(hub.port, path)
        eve.send(step1(BOUND))
        await eve.ping()
        eve.send(step1(BOUND + 1))
    assert await asyncio.wait_for(eve.closed, 10) == 4400
    assert f"{BOUND + 1} bytes" in hub.log()
