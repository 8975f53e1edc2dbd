"""Edits faster than the hub can put them into its files: memory stays bounded, nobody else waits for it, and
where the files cannot be written at all the room says so before memory is full."""

import asyncio
import os
import shutil

import pycrdt
import pytest
from rig.bystander import Bystander
from rig.own import DeafWriter, content, put, read_board
from rig.stock import until

SIZE = 60_000  # below that memory comes from the allocator's heaps


async def flood(writer: DeafWriter, total: int, until_refused: bool = False) -> int:
    """Overwrites one entry of the map with what cannot be compressed; bytes sent."""
    board, sent = writer.boards["main"], 0
    doc = pycrdt.Doc()
    entries = doc.get("m", type=pycrdt.Map)
    while sent < total and not (until_refused and board.rejects):
        state = doc.get_state()
        entries[f"of-{writer.token[-8:]}"] = os.urandom(SIZE)
        writer.send_update(board, doc.get_update(state))
        sent += SIZE
        while writer.socket.transport.get_write_buffer_size() > 1 << 20 and writer.connected:
            await asyncio.sleep(0.002)
        await asyncio.sleep(0)
    return sent


@pytest.mark.seconds(180)
async def test_a_flood_that_the_disk_cannot_follow_is_slowed_down_and_memory_given_back(narrow_hub):
    hub = narrow_hub
    writers = [await DeafWriter(hub, f"room-{i % 2}", f"writer-{i}").connect() for i in range(4)]
    before = hub.resident_kib()
    async with hub.peak_memory() as memory, Bystander(hub):
        sent = sum(await asyncio.gather(*[flood(writer, 60_000_000) for writer in writers]))
        for writer in writers:
            await writer.wait_saved(60)
    assert not any(writer.boards["main"].rejects for writer in writers)

    async def is_small():
        return hub.resident_kib() - before < 64 << 10

    await until(is_small, 45, "the hub gives memory back")
    print(
        f"{sent >> 20} MiB: the hub grew by {memory.grown_mib} MiB, then was "
        f"{(hub.resident_kib() - before) >> 10} MiB bigger than before"
    )
    assert memory.grown_mib < 160, f"{memory.grown_mib} MiB"
    for writer in writers:
        writer.abort()


@pytest.mark.seconds(180)
async def test_a_room_whose_files_cannot_be_written_refuses_before_memory_is_full(narrow_hub):
    hub = narrow_hub
    writer = await DeafWriter(hub, "stuck", "writer").connect()
    writer.edit("main", put("first", "x"), "first")
    await writer.wait_saved()
    # The log works, but nothing can become of a checkpoint.
    history = hub.data / "rooms" / "demo" / "stuck" / "history"
    shutil.rmtree(history, ignore_errors=True)
    history.parent.mkdir(parents=True, exist_ok=True)
    history.write_text("in the way")
    before = hub.resident_kib()
    async with Bystander(hub):
        sent = await flood(writer, 400_000_000, until_refused=True)
        await writer.until(lambda: writer.boards["main"].rejects, 20, "a refusal")
        assert writer.boards["main"].rejects[0][1] == "not-saving"
        assert 120 << 20 < sent < 300 << 20, f"{sent >> 20} MiB"
        status, body = await asyncio.to_thread(hub.health)
        assert status == 503 and "demo/stuck" in body["reason"], body
        assert "edits of a room are refused" in hub.log()
        assert writer.saving and writer.saving[-1] is False
        print(f"{sent >> 20} MiB sent, the hub grew by {(hub.resident_kib() - before) >> 10} MiB")
    # Whoever is in charge puts it right: saving resumes by itself.
    history.unlink()
    await writer.wait_saved(30)
    # A try may be under way, the next comes 5 s later, and each has to pack 128 MiB.
    await hub.until_well(100)
    count = len(writer.boards["main"].rejects)
    writer.edit("main", put("last", "y"), "last")
    await writer.wait_saved()
    assert len(writer.boards["main"].rejects) == count
    writer.abort()
    hub.stop()
    await asyncio.to_thread(hub.run, "verify", hub.data)
    await asyncio.to_thread(hub.start)
    kept = content(await read_board(hub, "stuck"))
    assert "first" in kept and "last" in kept
