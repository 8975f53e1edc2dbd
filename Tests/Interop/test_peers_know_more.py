"""Hostile but honest clients: they send in an order, or know things, that a naive hub stumbles over.
None of them may be refused, and nothing they know may be lost."""

import asyncio
import shutil

from rig.own import OwnClient, content, flushed, put, read_board
from rig.stock import until


async def same_everywhere(clients, expected=None, seconds=10):
    async def check():
        contents = [await client.content() for client in clients]
        same = all(content == contents[0] for content in contents)
        return contents[0] if same and (expected is None or expected(contents[0])) else None

    return await until(check, seconds, "all clients equal")


async def nobody_denied(clients):
    for client in clients:
        assert (await client.state())["denied"] == [], client.name


async def test_an_update_before_step_2_is_taken_when_the_rest_arrives(server, stock):
    """Stock y-websocket sends an edit made in the turn of its connect before its own SyncStep1. It
    builds on offline edits that the hub lacks, so it would pend there."""
    witness = await stock.open("early", "witness")
    early = await stock.open("early", "early")
    await early.synced()
    await early.edit(["t", "insert", 0, "start"])
    await early.disconnect()
    await early.edit(["t", "insert", 5, " offline"], ["m", "set", "offline", True])
    await early.editOnConnect(steps=[["t", "insert", 13, " at once"], ["m", "delete", "offline"]])
    await early.connect()
    content = await same_everywhere(
        [witness, early], lambda it: it.get("t") == [{"insert": "start offline at once"}]
    )
    assert "m" not in content
    await nobody_denied([witness, early])


async def test_two_tabs_of_one_person_with_one_socket_down_both_reach_the_hub(hub, stock):
    """Tabs share edits over BroadcastChannel; what tab B hears there it does not send to the hub. So
    B's next edit builds on what the hub has never seen, and the hub must ask for it."""
    witness = await stock.open("tabs", "witness")
    a = await stock.open("tabs", "person", tabs=True)
    b = await stock.open("tabs", "person", tabs=True)
    for client in (witness, a, b):
        await client.synced()
    await a.edit(["t", "insert", 0, "one"])
    await same_everywhere([witness, a, b], lambda it: "t" in it)
    await a.cutSocket()
    await a.edit(["t", "insert", 3, " two"])

    async def handed_over():
        return await b.content() == await a.content()

    await until(handed_over, 10, "the edit in the other tab")
    await b.edit(["t", "insert", 7, " three"])
    await same_everywhere([witness, b], lambda it: it.get("t") == [{"insert": "one two three"}])
    await a.edit(["t", "insert", 13, " four"])
    await a.connect()
    await same_everywhere([witness, a, b], lambda it: it["t"][0]["insert"] == "one two three four")
    await nobody_denied([witness, a, b])


async def test_a_tab_may_send_what_another_tab_of_the_same_person_wrote(server, stock):
    """A page that hands updates over itself (no BroadcastChannel): the second tab sends them on under
    the first tab's client id."""
    witness = await stock.open("handed", "witness")
    a = await stock.open("handed", "person")
    b = await stock.open("handed", "person")
    for client in (witness, a, b):
        await client.synced()
    await a.edit(["t", "insert", 0, "bound"])
    await same_everywhere([witness, a, b], lambda it: "t" in it)
    await a.disconnect()
    await a.edit(["t", "insert", 5, " and handed over"])
    await b.apply(update=await a.update())
    await same_everywhere([witness, b], lambda it: it["t"][0]["insert"] == "bound and handed over")
    await nobody_denied([witness, b])


async def test_the_same_update_twice_before_it_is_synced_is_saved_only_when_it_is_on_disk(hub):
    """The moment the second copy counts as saved, the hub is killed: the content must be there."""
    for attempt in range(8):
        first = await OwnClient(hub, "twice", "first").connect()
        second = await OwnClient(hub, "twice", "second").connect()
        await first.wait_saved()
        note = f"attempt {attempt}"
        board = first.boards["main"]
        update = board.edit(put(note, "x"), note)
        first.send_update(board, update, [note])
        first.send_update(board, update, [note])
        # Another connection passes the same update on, as a tab would, while it is not yet synced.
        if attempt % 2:
            second.send_update(second.boards["main"], update, [note])
            await second.wait_saved()
            assert second.boards["main"].saved >= {note} or second.boards["main"].rejects
        else:
            await first.wait_saved()
            assert board.saved_count == 3 and note in board.saved and not board.rejects
        await asyncio.to_thread(hub.kill)
        await asyncio.to_thread(hub.start)
        kept = content(await read_board(hub, "twice"))
        if note in board.saved | second.boards["main"].saved:
            assert note in kept, f"{note} was called saved before it was on disk"
        first.abort()
        second.abort()


async def test_peers_give_back_what_a_hub_restored_from_an_older_copy_lacks(hub, stock):
    """A crash, and a data folder from a backup. A's author is away; B only holds A's edits. B is
    neither refused nor blamed, and A goes on writing under the same client id."""
    a = await stock.open("older", "anna")
    b = await stock.open("older", "bohdan")
    for client in (a, b):
        await client.synced()
    await a.edit(["t", "insert", 0, "in the copy"])
    await same_everywhere([a, b], lambda it: "t" in it)
    await flushed(hub, "older")
    await asyncio.to_thread(hub.kill)
    copy = hub.folder / "copy"
    shutil.copytree(hub.data, copy)
    await asyncio.to_thread(hub.start)
    await a.edit(["t", "insert", 0, "later "], ["m", "set", "later", 1])
    await b.edit(["a", "push", "b's"])
    await same_everywhere([a, b], lambda it: "m" in it and "a" in it, 15)
    await a.disconnect()
    await asyncio.to_thread(hub.kill)
    shutil.rmtree(hub.data)
    shutil.copytree(copy, hub.data)
    await asyncio.to_thread(hub.start)
    witness = await stock.open("older", "witness")
    await same_everywhere([b, witness], lambda it: "m" in it and "a" in it, 15)
    await a.edit(["t", "insert", 0, "even "])
    await a.connect()
    await same_everywhere(
        [a, b, witness], lambda it: it["t"][0]["insert"] == "even later in the copy", 15
    )
    await a.edit(["m", "set", "again", 2])
    await same_everywhere([a, b, witness], lambda it: it["m"].get("again") == 2)
    await nobody_denied([a, b, witness])
