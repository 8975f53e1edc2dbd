"""Many clients send their largest updates at the same moment: more than a board may hold. The hub takes them
or says why not, its memory stays bounded, and a room beside it, on the same shard, goes on."""

import asyncio

import pytest
from rig.bystander import Bystander
from rig.hub import Hub
from rig.own import DeafWriter, content, put, read_board

CLIENTS, SIZE = 10, 8 << 20


@pytest.mark.seconds(90)
async def test_64_mib_in_one_turn_are_saved_or_refused_in_bounded_memory(narrow_hub: Hub):
    hub = narrow_hub
    writers = [await DeafWriter(hub, "big", f"writer-{i}").connect() for i in range(CLIENTS)]
    for i, writer in enumerate(writers):
        writer.boards["main"].edit(put(f"{i}", chr(97 + i) * SIZE), f"{i}")
    updates = [writer.boards["main"].doc.get_update() for writer in writers]
    async with hub.peak_memory() as memory, Bystander(hub):
        for i, (writer, update) in enumerate(zip(writers, updates, strict=True)):
            writer.send_update(writer.boards["main"], update, [f"{i}"])
        for writer in writers:
            await writer.wait_saved(30)
    refused = set()
    for i, writer in enumerate(writers):
        for number, code, reason in writer.boards["main"].rejects:
            assert code == "document-limit" and reason, (number, code, reason)
            refused.add(f"{i}")
    grown = memory.grown_mib
    print(f"{CLIENTS * SIZE >> 20} MiB at once: {len(refused)} refused, the hub grew by {grown} MiB")
    assert 1 <= len(refused) <= CLIENTS // 2, refused
    # Whole messages, decoded, applied, recorded, merged, sent: a dozen copies for a moment.
    assert grown < 700, f"{grown} MiB"
    saved = {f"{i}" for i in range(CLIENTS)} - refused
    hub.kill()
    await asyncio.to_thread(hub.run, "verify", hub.data)
    await asyncio.to_thread(hub.start)
    kept = content(await read_board(hub, "big"))
    assert set(kept) == saved
    assert all(len(kept[key]) == SIZE for key in saved)
    for writer in writers:
        writer.abort()
