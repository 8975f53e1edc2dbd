"""fdatasync fails: nothing that it was to sync is ever called saved on the strength of that file. Edits are
refused until every board has gone from memory into new files, and the log goes on in a new segment."""

import asyncio

import pytest
from rig.own import OwnClient, content, put, read_board
from rig.stock import until

ROOM = "syncs"


async def writer_with_something_saved(hub, sub: str = "writer", boards=("main",)) -> OwnClient:
    client = await OwnClient(hub, ROOM, sub, boards=boards).connect()
    for name in boards:
        client.edit(name, put("before", 1), "before")
    await client.wait_saved()
    return client


def assert_no_failed_file_was_synced_again(disk) -> None:
    gone = set()
    for ok, _, path in disk.syncs():
        if path in gone:
            raise AssertionError(f"synced again after a failure: {path} (ok: {ok})")
        if not ok and path.endswith(".log"):
            gone.add(path)
    assert gone, "no sync of a log segment failed: the test proves nothing"


async def test_one_failed_sync_is_never_called_saved_and_saving_goes_on_in_new_files(faulty_hub):
    """As the kernel reports it: once. The next fdatasync of the same file would succeed, without the data."""
    hub, disk = faulty_hub, faulty_hub.disk
    writer = await writer_with_something_saved(hub)
    board = writer.boards["main"]
    disk.fail_one_sync(of="/wal/")
    writer.edit("main", put("doomed", 1), "doomed")
    await until(lambda: disk.failed("/wal/"), 10, "a failed sync")
    (segment,) = set(disk.failed("/wal/"))
    await writer.until(lambda: writer.saving[-1:] == [True], 20, "saving again")
    assert writer.saving[0] is False
    await writer.wait_saved()
    assert {"before", "doomed"} <= board.saved and not board.rejects
    writer.edit("main", put("after", 1), "after")
    await writer.wait_saved()
    assert_no_failed_file_was_synced_again(disk)
    named = [path.name for path in (hub.data / "wal").glob("*.log")]
    assert segment.split("/")[-1] not in named, "the segment whose sync failed is still needed"
    hub.kill()
    disk.lose_what_was_never_synced(hub.data)
    await asyncio.to_thread(hub.run, "verify", hub.data)
    await asyncio.to_thread(hub.start)
    assert set(content(await read_board(hub, ROOM))) == {"before", "doomed", "after"}
    writer.abort()


async def test_while_every_sync_fails_edits_are_refused_and_nothing_is_called_saved(
    faulty_hub, stock
):
    hub, disk = faulty_hub, faulty_hub.disk
    writer = await writer_with_something_saved(hub, boards=("main", "second"))
    other = await OwnClient(hub, ROOM, "other").connect()
    await other.wait_saved()
    editor = await stock.open(ROOM, "editor")
    await editor.synced()
    fresh = await OwnClient(hub, "never-on-disk", "writer").connect()
    board, second = writer.boards["main"], writer.boards["second"]
    disk.fail_syncs()
    counts = board.saved_count, second.saved_count
    writer.edit("main", put("doomed", 1), "doomed")
    writer.edit("second", put("doomed", 1), "doomed")
    fresh.edit("main", put("doomed", 1), "doomed")
    await writer.until(lambda: writer.saving == [False], 10, "the news that saving failed")
    await other.until(lambda: other.saving == [False], 10, "the same for everybody")
    # What came before the failure is with everybody; what comes now is refused, and that is told.
    other.edit("main", put("refused", 1), "refused")
    rejects = await other.until(lambda: other.boards["main"].rejects, 10, "a refusal")
    assert rejects[0][1] == "not-saving" and rejects[0][2], rejects
    await editor.edit(["m", "set", "stock refused", 1])
    assert await editor.denied()
    await asyncio.sleep(1.5)
    assert (board.saved_count, second.saved_count) == counts, "called saved while syncs fail"
    assert await hub.statuses() == {503}
    assert "sync" in (await asyncio.to_thread(hub.health))[1]["reason"]
    newcomer = await OwnClient(hub, ROOM, "newcomer", "viewer").connect()
    await newcomer.until(lambda: newcomer.hello, 10, "hello")
    assert newcomer.hello["saving"] is False
    assert set(newcomer.content()) == {"before", "doomed"}

    disk.heal_syncs()
    await hub.until_well()
    for client in (writer, fresh):
        await client.wait_saved()
    assert "doomed" in board.saved and "doomed" in second.saved
    # A stock client's next edit builds on the refused one: it is asked for, and comes along.
    await editor.edit(["m", "set", "stock later", 1])
    from_stock = {"stock refused", "stock later"}
    await writer.until(
        lambda: from_stock <= set(writer.content()), 10, "both edits of the stock client"
    )
    # A new document: the refused edit is made again, under a new client id.
    again = await OwnClient(hub, ROOM, "other").connect()
    again.edit("main", put("again", 1), "again")
    await again.wait_saved()
    assert not again.boards["main"].rejects
    assert_no_failed_file_was_synced_again(disk)
    folders = {path for path in disk.failed("/rooms") if not path.endswith((".gz", ".tmp"))}
    synced = {path for ok, _, path in disk.syncs() if ok}
    assert folders <= synced, f"folders that were never synced: {sorted(folders - synced)}"
    await editor.disconnect()  # it would give back what the hub lost
    hub.kill()
    disk.lose_what_was_never_synced(hub.data)
    await asyncio.to_thread(hub.run, "verify", hub.data)
    await asyncio.to_thread(hub.start)
    kept = set(content(await read_board(hub, ROOM)))
    assert kept == {"before", "doomed", "again", *from_stock}
    assert set(content(await read_board(hub, ROOM, "second"))) == {"before", "doomed"}
    assert set(content(await read_board(hub, "never-on-disk"))) == {"doomed"}
    # The client whose edit was refused still has it; nothing is held against the document.
    await other.connect()
    await other.wait_saved()
    assert not other.boards["main"].rejects
    assert "refused" in content(await read_board(hub, ROOM))
    for client in (writer, other, fresh, newcomer, again):
        client.abort()


async def test_killed_while_syncs_fail_the_hub_has_all_that_was_saved(faulty_hub):
    hub, disk = faulty_hub, faulty_hub.disk
    writer = await writer_with_something_saved(hub)
    disk.fail_syncs()
    writer.edit("main", put("doomed", 1), "doomed")
    await writer.until(lambda: writer.saving == [False], 10, "the news that saving failed")
    hub.kill()
    writer.abort()
    assert "doomed" not in writer.boards["main"].saved
    assert disk.lose_what_was_never_synced(hub.data) > 0
    # A start syncs what it finds before it calls it saved: it must not begin without.
    mark = hub.log_mark()
    with pytest.raises(AssertionError):
        await asyncio.to_thread(hub.start)
    assert hub.process.wait() == 1
    hub.process = None
    assert "sync" in hub.log(mark)
    disk.heal_syncs()
    await asyncio.to_thread(hub.run, "verify", hub.data)
    await asyncio.to_thread(hub.start)
    assert set(content(await read_board(hub, ROOM))) == {"before"}
    await writer.connect()
    await writer.wait_saved()
    assert set(content(await read_board(hub, ROOM))) == {"before", "doomed"}
    writer.abort()


async def test_the_other_shard_goes_on_saving_when_one_log_fails(faulty_hub):
    """Each shard has its own log; health says what the worst of them says."""
    hub, disk = faulty_hub, faulty_hub.disk
    writer = await writer_with_something_saved(hub)
    clients = [await OwnClient(hub, f"spread-{n}", "writer").connect() for n in range(6)]
    disk.fail_syncs(of="/wal/000-")
    for client in clients:
        client.edit("main", put("edit", 1), "edit")
    await until(lambda: disk.failed("/wal/000-"), 10, "a failed sync")
    await until(lambda: any(client.saving for client in clients), 10, "the news of it")
    for client in clients:
        await client.socket.ping()  # all rooms of a shard are told at once: before this pong, or not
    assert await hub.statuses() == {503}
    good = [client for client in clients if not client.saving]
    assert 0 < len(good) < len(clients), "all rooms on one shard: the test proves nothing"
    for client in good:
        client.edit("main", put("more", 1), "more")
        await client.wait_saved()
    disk.heal_syncs()
    await hub.until_well()
    for client in [writer, *clients]:
        await client.wait_saved()
        client.abort()


async def test_a_room_that_cannot_be_opened_does_not_keep_the_log_from_going_on(narrow_faulty_hub):
    """Its records are in an older segment, which was synced; they stay there."""
    hub, disk = narrow_faulty_hub, narrow_faulty_hub.disk
    stranger = await OwnClient(hub, "in-the-way", "writer").connect()
    stranger.edit("main", put("kept", 1), "kept")
    await stranger.wait_saved()
    hub.kill()
    stranger.abort()
    folder = hub.data / "rooms" / "demo" / "in-the-way"
    folder.mkdir(parents=True)
    (folder / "boards").write_text("no folder\n")
    await asyncio.to_thread(hub.start)
    writer = await writer_with_something_saved(hub)
    disk.fail_one_sync(of="/wal/")
    writer.edit("main", put("doomed", 1), "doomed")
    await until(lambda: disk.failed("/wal/"), 10, "a failed sync")
    await writer.until(lambda: writer.saving[-1:] == [True], 20, "saving again")
    await writer.wait_saved()
    assert "cannot open a room" in hub.log()
    hub.kill()
    writer.abort()
    (folder / "boards").unlink()
    await asyncio.to_thread(hub.start)
    assert set(content(await read_board(hub, "in-the-way"))) == {"kept"}
    assert set(content(await read_board(hub, ROOM))) == {"before", "doomed"}
