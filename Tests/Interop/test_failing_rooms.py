"""Rooms whose files cannot be written: what they keep in memory is bounded altogether, and /healthz says so from
the first failure on."""

import asyncio
import shutil

import pytest
from rig.bystander import Bystander
from rig.own import DeafWriter, OwnClient, put
from rig.stock import until
from test_backlog import flood

TOTAL = 256 << 20  # bytes that all rooms together may keep
ONE = 128 << 20  # and each of them


def block(hub, room: str):
    """A file where the folder of the recording has to be: no checkpoint of the room can succeed."""
    history = hub.data / "rooms" / "demo" / room / "history"
    shutil.rmtree(history, ignore_errors=True)
    history.parent.mkdir(parents=True, exist_ok=True)
    history.write_text("in the way")
    return history


@pytest.mark.seconds(180)
async def test_rooms_whose_files_cannot_be_written_share_one_limit(narrow_hub):
    hub = narrow_hub
    rooms = [f"stuck-{number}" for number in range(3)]
    writers = []
    for room in rooms:
        writer = await DeafWriter(hub, room, "writer").connect()
        writer.edit("main", put("first", "x"), "first")
        await writer.wait_saved()
        block(hub, room)
        writers.append(writer)
    async with Bystander(hub):
        # Each goes on until it is refused, however fast the others are.
        sent = await asyncio.gather(
            *[flood(writer, 400_000_000, until_refused=True) for writer in writers]
        )
        for writer in writers:
            board = writer.boards["main"]
            await writer.until(lambda board=board: board.rejects, 20, "a refusal")
            assert board.rejects[0][1] == "not-saving"
    print(f"{[part >> 20 for part in sent]} MiB sent")
    # Had each its own limit only, all three would have come to that.
    assert TOTAL * 0.9 < sum(sent) < 3 * ONE * 0.9
    for writer in writers:
        writer.abort()
    hub.kill()


@pytest.mark.seconds(90)
async def test_health_tells_of_a_room_whose_files_cannot_be_written(hub):
    client = await OwnClient(hub, "ill", "author").connect()
    client.edit("main", put("first", "x"), "first")
    await client.wait_saved()
    assert await hub.statuses() == {200}
    history = block(hub, "ill")
    await client.close()
    # Ten seconds later the empty room is to be saved and let go.

    async def is_told():
        return await hub.statuses() == {503}

    await until(is_told, 30, "health 503 from every shard")
    reason = (await asyncio.to_thread(hub.health))[1]["reason"]
    assert "demo/ill" in reason and "history" in reason, reason
    history.unlink()
    await hub.until_well()
