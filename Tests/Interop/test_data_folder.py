"""The data folder is taken away from under a running hub: what is written there afterwards is not saved,
however well the kernel syncs it."""

import asyncio
import shutil

from rig.own import OwnClient, content, put, read_board
from rig.stock import until

ROOM = "folder"


async def writer_with_something_saved(hub) -> OwnClient:
    writer = await OwnClient(hub, ROOM, "writer").connect()
    writer.edit("main", put("before", 1), "before")
    await writer.wait_saved()
    return writer


async def test_nothing_is_saved_in_a_folder_that_was_removed(narrow_hub):
    hub = narrow_hub
    writer = await writer_with_something_saved(hub)
    shutil.rmtree(hub.data)
    writer.edit("main", put("lost", 1), "lost")
    await writer.until(lambda: writer.saving, 20, "news about saving")
    assert True not in writer.saving, writer.saving_news
    assert "removed" in writer.saving_news[0]["reason"]
    status, health = await asyncio.to_thread(hub.health)
    assert status == 503 and "removed" in health["reason"], health
    board = writer.boards["main"]
    writer.edit("main", put("refused", 1), "refused")
    await writer.until(lambda: board.rejects, 10, "a refusal")
    assert [code for _, code, _ in board.rejects] == ["not-saving"]
    assert "lost" not in board.saved
    await until(lambda: "data folder was moved, replaced or removed" in hub.log(), 20, "a log line")
    writer.abort()
    hub.kill()  # it cannot end cleanly


async def test_only_the_log_was_removed_and_saving_goes_on_in_a_new_one(narrow_hub):
    hub = narrow_hub
    writer = await writer_with_something_saved(hub)
    for segment in (hub.data / "wal").glob("*.log"):
        segment.unlink()
    writer.edit("main", put("caught", 1), "caught")
    await writer.until(lambda: writer.saving[-1:] == [True], 30, "saving again")
    await writer.wait_saved()
    writer.edit("main", put("after", 1), "after")
    await writer.wait_saved()
    writer.abort()
    hub.kill()
    await asyncio.to_thread(hub.start)
    assert set(content(await read_board(hub, ROOM))) == {"before", "caught", "after"}


async def test_a_folder_that_was_moved_goes_on_to_be_written_and_the_log_says_so(narrow_hub):
    hub = narrow_hub
    writer = await writer_with_something_saved(hub)
    moved = hub.data.with_name("moved")
    hub.data.rename(moved)
    writer.edit("main", put("elsewhere", 1), "elsewhere")
    await writer.wait_saved()
    await writer.close()
    assert await asyncio.to_thread(hub.stop) == 0
    assert "data folder was moved, replaced or removed" in hub.log()
    moved.rename(hub.data)
    await asyncio.to_thread(hub.start)
    assert set(content(await read_board(hub, ROOM))) == {"before", "elsewhere"}
