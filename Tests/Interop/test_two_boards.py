"""One slow jamboree.v1 reader with two boards on its socket. Both fall behind together, again before it has
caught up, and both are brought to the same state as everybody else's."""

import asyncio

import pytest
from rig import wire
from rig.own import OwnClient, put

BOARDS = ("left", "right")
SIZE = 64 << 10


class Pair:
    """Somebody who overwrites one entry on each board in turn, at the pace of the hub."""

    def __init__(self, client: OwnClient):
        self.client, self.number, self.written = client, 0, 0

    async def write(self, count: int) -> None:
        for _ in range(count):
            self.number += 1
            name = BOARDS[self.number % 2]
            self.client.edit(name, put("big", f"#{self.number}#" + "x" * SIZE))
            self.client.edit(name, put(f"small {self.number % 50}", self.number))
            self.written += SIZE
            await self.client.socket.ping(20)
        await self.client.wait_saved(20)


def state(client: OwnClient, name: str) -> tuple[dict, dict]:
    content = client.content(name)
    return wire.state_vector(client.boards[name].doc.get_state()), content


def equal(a: OwnClient, b: OwnClient) -> bool:
    return all(state(a, name) == state(b, name) for name in BOARDS)


@pytest.mark.seconds(90)
async def test_a_slow_reader_of_two_boards_that_falls_behind_twice_has_both_at_the_end(hub):
    writer = Pair(await OwnClient(hub, "pair", "writer", boards=BOARDS).connect())
    healthy = await OwnClient(hub, "pair", "healthy", boards=BOARDS).connect()
    slow = OwnClient(hub, "pair", "slow", boards=BOARDS)
    slow.receive_buffer = 4096
    await slow.connect()
    await writer.write(20)
    await slow.until(lambda: equal(slow, writer.client), 10, "both boards before anything else")

    before, read, written = hub.resident_kib(), slow.socket.bytes_in, writer.written
    slow.socket.transport.pause_reading()
    await writer.write(100)
    grown = hub.resident_kib() - before
    # It begins to catch up, and falls behind once more in the middle of that.
    slow.socket.transport.resume_reading()
    received = slow.socket.bytes_in
    while slow.socket.bytes_in == received:
        await asyncio.sleep(0)
    slow.socket.transport.pause_reading()
    assert not equal(slow, writer.client)
    await writer.write(100)
    grown = max(grown, hub.resident_kib() - before)
    slow.socket.transport.resume_reading()
    await slow.until(lambda: equal(slow, writer.client), 20, "both boards, caught up")
    missed = (writer.written - written) - (slow.socket.bytes_in - read)
    print(
        f"{(writer.written - written) >> 20} MiB written, {missed >> 20} MiB of it never sent to the "
        f"slow reader; the hub grew by {grown / 1024:.1f} MiB"
    )
    assert missed > 6 << 20, "the reader did not fall behind: the test proves nothing"
    assert grown < 40 << 10, f"{grown} KiB for one slow reader"

    # From here on it follows as everybody does, and what it writes arrives.
    received = slow.socket.bytes_in
    await writer.write(4)
    for name in BOARDS:
        slow.edit(name, put("from the slow one", name))
    everybody = [writer.client, healthy, slow]
    await slow.until(lambda: equal(slow, writer.client) and equal(slow, healthy), 10, "all equal")
    await slow.wait_saved()
    assert slow.socket.bytes_in - received < 8 * SIZE, "it is sent whole boards although it keeps up"
    assert not any(client.boards[name].rejects for client in everybody for name in BOARDS)
    for client in everybody:
        client.abort()
