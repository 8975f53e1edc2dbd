"""Rooms whose files cannot be written: what they keep in memory is bounded altogether."""

import asyncio
import shutil

import pytest
from rig.bystander import Bystander
from rig.own import DeafWriter, put
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
        sent = await asyncio.gather(
            *[flood(writer, 110_000_000, until_refused=True) for writer in writers]
        )
        for writer in writers:
            board = writer.boards["main"]
            await writer.until(lambda board=board: board.rejects, 20, "a refusal")
            assert board.rejects[0][1] == "not-saving"
    print(f"{[part >> 20 for part in sent]} MiB sent")
    assert max(sent) < ONE and sum(sent) > TOTAL * 0.9
    for writer in writers:
        writer.abort()
    hub.kill()
