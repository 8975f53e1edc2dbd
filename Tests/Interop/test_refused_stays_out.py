"""A freeze refuses edits, it does not delay them: what stock clients wrote meanwhile stays out of the board,
whatever they try with the document that holds it. Whoever reloads the page works on like everybody else."""

import asyncio

import pytest
from rig.own import OwnClient, content, put, read_board
from rig.stock import until


async def shows(client, expected: dict, seconds=10):
    """The root map of a client's document, exactly."""

    async def check():
        return (await client.content()).get("m", {}) == expected

    await until(check, seconds, f"{client.name} shows {expected}")


async def reconnect(client):
    await client.cutSocket()

    async def gone():
        return not (await client.state())["connected"]

    await until(gone, 10, f"{client.name} without its socket")
    await client.connect()


async def times_told(client) -> int:
    return len((await client.state())["denied"])


async def told_again(clients, before: dict, seconds=15):
    """Every one of them has offered its document, and heard that it holds something refused."""
    for client in clients:

        async def check():
            return await times_told(client) > before[client]

        await until(check, seconds, f"{client.name} told again that it may not")


class Offenders:
    """Stock clients, each with a document whose edit reaches the hub while the room is frozen."""

    def __init__(self, stock, room: str):
        self.stock, self.room = stock, room

    async def prepare(self) -> "Offenders":
        """Before the freeze: two are here, one lost its network and writes, one never was here."""
        self.live = await self.stock.open(self.room, "live")
        self.deleter = await self.stock.open(self.room, "deleter")
        self.cut = await self.stock.open(self.room, "cut")
        for client in (self.live, self.deleter, self.cut):
            await client.synced()
        await self.cut.cutSocket()
        self.new = await self.stock.open(self.room, "new", connect=False)
        for client, name in ((self.cut, "cut"), (self.new, "new")):
            await client.edit(["m", "set", f"refused of {name}", 1])
        self.all = [self.live, self.deleter, self.cut, self.new]
        return self

    async def offend(self):
        await self.live.edit(["m", "set", "refused of live", 1])
        await self.deleter.edit(["m", "delete", "kept"])
        await self.cut.connect()
        await self.new.connect()
        for client in self.all:
            assert "frozen" in await client.denied()

    async def told(self) -> dict:
        return {client: await times_told(client) for client in self.all}

    async def close(self):
        for client in self.all:
            await client.close()


@pytest.mark.seconds(120)
async def test_what_a_freeze_refused_never_comes_in_and_a_reload_locks_nobody_out(hub, stock):
    room = "refused"
    chair = await OwnClient(hub, room, "chair", "facilitator").connect()
    board = {"kept": 1}
    chair.edit("main", put("kept", 1))
    witness = await stock.open(room, "witness")
    await shows(witness, board)

    async def chair_writes(key: str):
        """What was taken before it has reached the witness when this has."""
        board[key] = 1
        chair.edit("main", put(key, 1))
        await shows(witness, board)

    offenders = await Offenders(stock, room).prepare()
    assert (await chair.command("freeze"))["ok"]
    await offenders.offend()
    await chair_writes("while frozen")
    assert (await chair.command("unfreeze"))["ok"]
    before = await offenders.told()
    await offenders.live.edit(["m", "set", "more of the same document", 1])
    await told_again([offenders.live], before)
    before = await offenders.told()
    for client in offenders.all:
        await reconnect(client)
    await told_again(offenders.all, before)
    await chair_writes("after the thaw")
    # Somebody else's document takes it over and sends it as its own edit.
    friend = await stock.open(room, "friend")
    await friend.synced()
    await friend.apply(update=await offenders.cut.update())
    assert await friend.denied()
    await friend.close()
    for end in (hub.stop, hub.kill):
        before = await offenders.told()
        await asyncio.to_thread(end)
        await asyncio.to_thread(hub.start)
        await chair.connect()
        await told_again(offenders.all, before)
        await chair_writes(f"after {end.__name__}")
    await offenders.close()
    for sub in ("live", "deleter", "cut", "new", "friend"):
        await honest_after_a_reload(stock, room, sub, board)
    await shows(witness, board)
    assert (await witness.state())["denied"] == []
    assert content(await read_board(hub, room)) == board
    await chair.close()


async def honest_after_a_reload(stock, room: str, sub: str, board: dict):
    """A new document: live edits, then some of a moment without network; `board` is what comes of it."""
    tab = await stock.open(room, sub)
    await tab.synced()
    await shows(tab, board)
    board[f"{sub}, live"] = 1
    await tab.edit(["m", "set", f"{sub}, live", 1])
    await tab.cutSocket()
    board[f"{sub}, offline"] = 1
    await tab.edit(["m", "set", f"{sub}, offline", 1])
    if sub == "deleter":  # what was refused to the old document is this one's to do
        del board["kept"]
        await tab.edit(["m", "delete", "kept"])
    await tab.connect()
    reader = await stock.open(room, f"reader of {sub}")
    await shows(reader, board)
    assert (await tab.state())["denied"] == [], sub
    for client in (tab, reader):
        await client.close()
