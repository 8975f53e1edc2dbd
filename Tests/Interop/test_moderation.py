"""Who may write: it is decided at the hub, holds against stock clients, and they are told why."""

import asyncio

from rig.own import PROTOCOL, OwnClient, put
from rig.socket import Socket, refusal
from rig.stock import until


async def settled(client, seconds=1.0):
    """The content after a while in which a forbidden edit would have arrived."""
    await asyncio.sleep(seconds)
    return await client.content()


async def shows(client, expected, seconds=10):
    async def check():
        return await client.content() == expected

    await until(check, seconds, f"{client.name} shows {expected}")


async def still_connected(client, attempts: int):
    state = await client.state()
    assert state["connected"] and state["attempts"] == attempts and state["closes"] == []


async def test_a_viewer_reads_along_but_cannot_write_and_is_told(hub, stock):
    author = await stock.open("viewers", "author")
    witness = await stock.open("viewers", "witness")
    for client in (author, witness):
        await client.synced()
    await author.edit(["m", "set", "a", 1])
    await shows(witness, {"m": {"a": 1}})
    viewer = await stock.open("viewers", "guest", "viewer")
    await shows(viewer, {"m": {"a": 1}})
    await viewer.edit(["m", "set", "forbidden", 1], ["m", "delete", "a"])
    assert await viewer.denied()
    await author.edit(["a", "push", "more"])
    assert await settled(witness) == {"m": {"a": 1}, "a": ["more"]}
    assert await author.content() == {"m": {"a": 1}, "a": ["more"]}

    async def reads_on():
        return "a" in await viewer.content()

    await until(reads_on, 10, "the viewer reads on")
    await still_connected(viewer, 1)


async def test_nobody_can_write_under_somebody_elses_client_id(hub, stock):
    anna = await stock.open("ids", "anna")
    await anna.synced()
    await anna.edit(["m", "set", "mine", "anna"])
    number = (await anna.state())["clientID"]
    witness = await stock.open("ids", "witness")
    await shows(witness, {"m": {"mine": "anna"}})
    mallory = await stock.open("ids", "mallory")
    await mallory.synced()
    # A document that has all of Anna's structs and continues under her number.
    forger = await stock.open("ids-forge", "mallory", connect=False)
    await forger.apply(update=await anna.update())
    await forger.rename(clientID=number)
    await forger.edit(["m", "set", "mine", "mallory"])
    await mallory.apply(update=await forger.update())
    assert await mallory.denied()
    assert await settled(witness) == {"m": {"mine": "anna"}}
    await anna.edit(["m", "set", "still", "anna"])
    await shows(witness, {"m": {"mine": "anna", "still": "anna"}})
    assert (await anna.state())["denied"] == []
    await still_connected(mallory, 1)


async def test_who_has_been_back_after_a_crash_owns_their_id_also_after_a_clean_restart(hub, stock):
    """After a crash anybody's document may bring back what the hub lost, until its author's has been here."""
    witness = await stock.open("back", "witness")
    anna = await stock.open("back", "anna")
    await anna.synced()
    await anna.edit(["m", "set", "mine", 1])
    await shows(witness, {"m": {"mine": 1}})
    number = (await anna.state())["clientID"]
    await asyncio.to_thread(hub.kill)
    await asyncio.to_thread(hub.start)
    await anna.edit(["m", "set", "back", 1])
    await shows(witness, {"m": {"mine": 1, "back": 1}})
    known = await anna.update()
    await anna.close()
    await asyncio.to_thread(hub.stop)
    await asyncio.to_thread(hub.start)
    forger = await stock.open("back-forge", "mallory", connect=False)
    await forger.apply(update=known)
    await forger.rename(clientID=number)
    await forger.edit(["m", "set", "forged", 1])
    mallory = await stock.open("back", "mallory", connect=False)
    await mallory.apply(update=await forger.update())
    await mallory.connect()
    assert "somebody else" in await mallory.denied()
    assert await settled(witness) == {"m": {"mine": 1, "back": 1}}


async def test_a_frozen_room_holds_against_stock_clients_and_tells_them_why(hub, stock):
    author = await stock.open("frozen", "author")
    witness = await stock.open("frozen", "witness")
    for client in (author, witness):
        await client.synced()
    await author.edit(["m", "set", "before", 1])
    await shows(witness, {"m": {"before": 1}})
    chair = await OwnClient(hub, "frozen", "chair", "facilitator").connect()
    assert chair.hello["room"]["frozen"] is False
    assert (await chair.command("freeze"))["ok"] is True
    await author.edit(["m", "set", "during", 1])
    assert "fr" in (await author.denied()).lower()
    assert await settled(witness) == {"m": {"before": 1}}
    late = await stock.open("frozen", "late")
    await shows(late, {"m": {"before": 1}})
    await late.edit(["m", "delete", "before"])
    assert await late.denied()
    assert await settled(witness) == {"m": {"before": 1}}
    await still_connected(author, 1)
    assert (await chair.command("unfreeze"))["ok"] is True
    fresh = await stock.open("frozen", "fresh")
    await fresh.synced()
    await fresh.edit(["m", "set", "after", 1])
    await shows(witness, {"m": {"before": 1, "after": 1}})
    await chair.close()


async def test_a_frozen_room_rejects_our_own_client_with_a_code_and_a_reason(hub):
    chair = await OwnClient(hub, "frozen-own", "chair", "facilitator").connect()
    writer = await OwnClient(hub, "frozen-own", "writer").connect()
    await chair.command("freeze")
    writer.edit("main", put("during", 1), "during")
    board = writer.boards["main"]
    await writer.until(lambda: board.rejects, 10, "the reject")
    number, code, reason = board.rejects[0]
    assert number == 2 and code and reason
    await writer.wait_saved()
    assert board.saved_count == 2
    await writer.close()
    await chair.close()


async def test_only_a_facilitator_may_command(hub):
    for role in ("participant", "viewer", "bot"):
        client = await OwnClient(hub, "commands", f"a-{role}", role).connect()
        if role == "participant":  # a viewer enters no room that nobody has written to
            client.edit("main", put("there", 1))
            await client.wait_saved()
        for command in ({"command": "freeze"}, {"command": "remove", "sub": "chair"}):
            reply = await client.command(**command)
            assert reply["ok"] is False and reply["error"] and reply["reason"], (role, reply)
        await client.close()


async def test_an_unknown_command_is_answered_with_an_error(hub):
    chair = await OwnClient(hub, "commands", "chair", "facilitator").connect()
    for given in (
        {"command": "make-coffee"},
        {"command": "remove"},
        {"command": "remove", "sub": 7},
    ):
        reply = await chair.command(**given)
        assert reply["ok"] is False and reply["error"] and reply["reason"], given
    assert (await chair.command("who"))["ok"] is True
    await chair.close()


async def test_somebody_removed_meets_403_with_a_reason_and_does_not_loop(hub, stock):
    """Measured with stock y-websocket: a close makes it come back about eight times a second (79 in
    10 s), an HTTP 403 at the upgrade slows it down to 7."""
    chair = await OwnClient(hub, "removed", "chair", "facilitator").connect()
    witness = await stock.open("removed", "witness")
    troll = await stock.open("removed", "troll")
    for client in (witness, troll):
        await client.synced()
    await troll.edit(["m", "set", "before", 1])
    await shows(witness, {"m": {"before": 1}})
    assert (await chair.command("remove", sub="troll"))["ok"] is True

    async def gone():
        return not (await troll.state())["connected"]

    await until(gone, 10, "the removed client is disconnected")
    before = (await troll.state())["attempts"]
    await asyncio.sleep(10)
    state = await troll.state()
    attempts = state["attempts"] - before
    print(f"stock y-websocket tried {attempts} times in 10 s after it was removed")
    assert not state["connected"] and 1 <= attempts <= 15
    assert all("403" in error for error in state["errors"]), state["errors"]
    refused = await refusal(hub.port, hub.path("removed", token=hub.token("troll")))
    assert refused.status == 403 and refused.json["error"] and refused.json["reason"]
    # A page cannot see the status of an upgrade, but it can see why its socket was closed.
    page = await Socket.connect(hub.port, hub.path("removed", token=hub.token("troll")), PROTOCOL)
    await asyncio.wait_for(asyncio.shield(page.closed), 5)
    assert page.close_code == 4403
    await troll.edit(["m", "set", "after", 1])
    assert await settled(witness, 0.3) == {"m": {"before": 1}}
    assert (await chair.command("readmit", sub="troll"))["ok"] is True
    await troll.synced(10)
    await chair.close()
