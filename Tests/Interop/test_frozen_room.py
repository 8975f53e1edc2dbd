"""What a freeze means to stock clients, in real y-websocket documents: what they do meanwhile is taken back
at once and everywhere, they go on without a reload, and what was written offline is not lost."""

import asyncio

import pytest
from rig.own import OwnClient, content, put, read_board
from rig.stock import until


async def shows(client, expected: dict, seconds=15):
    """The root map of a client's document, exactly."""

    async def check():
        return (await client.content()).get("m", {}) == expected

    await until(check, seconds, f"{client.name} shows {expected}")


class Jam:
    """A room with a facilitator who writes, and a stock client that has never done anything wrong."""

    def __init__(self, hub, stock, room: str):
        self.hub, self.stock, self.room, self.board = hub, stock, room, {"kept": 1}

    async def begin(self) -> "Jam":
        self.chair = await OwnClient(self.hub, self.room, "chair", "facilitator").connect()
        self.chair.edit("main", put("kept", 1))
        self.witness = await self.stock.open(self.room, "witness")
        await shows(self.witness, self.board)
        return self

    async def command(self, name: str):
        assert (await self.chair.command(name))["ok"]

    async def chair_writes(self, key: str):
        """What was taken before it has reached the witness when this has."""
        self.board[key] = 1
        self.chair.edit("main", put(key, 1))
        await shows(self.witness, self.board)

    async def writes(self, client, key: str):
        self.board[key] = 1
        await client.edit(["m", "set", key, 1])
        await shows(self.witness, self.board)

    async def restart(self, end):
        await asyncio.to_thread(end)
        await asyncio.to_thread(self.hub.start)
        await self.chair.connect()


@pytest.mark.seconds(120)
async def test_what_stock_clients_do_in_a_freeze_is_taken_back_and_they_go_on(hub, stock):
    jam = await Jam(hub, stock, "freeze").begin()
    await jam.chair_writes("deleted")
    setter, deleter, typist = [
        await stock.open(jam.room, name) for name in ("setter", "deleter", "typist")
    ]
    everybody = [setter, deleter, typist]
    for client in everybody:
        await shows(client, jam.board)
    await typist.edit(["t", "insert", 0, "before "])
    await jam.command("freeze")
    await setter.edit(["m", "set", "kept", 2])
    await setter.edit(["m", "set", "new", 1])
    await deleter.edit(["m", "delete", "deleted"])
    await typist.edit(["t", "delete", 0, 3])
    await typist.edit(["t", "insert", 0, "never "])
    for client in everybody:
        assert "frozen" in await client.denied()
    await jam.chair_writes("while frozen")
    for client in everybody:
        await shows(client, jam.board)
        assert (await client.content())["t"] == [{"insert": "before "}]
    await jam.command("unfreeze")
    for client in everybody:
        await jam.writes(client, f"{client.name}, after the thaw")
    for end in (hub.stop, hub.kill):
        await jam.restart(end)
        for client in everybody:
            await jam.writes(client, f"{client.name}, after {end.__name__}")
    board = content(await read_board(hub, jam.room))
    assert board == jam.board, board


@pytest.mark.seconds(120)
async def test_what_was_written_offline_comes_in_when_the_freeze_is_over(hub, stock):
    jam = await Jam(hub, stock, "offline").begin()
    cut = await stock.open(jam.room, "cut")
    await shows(cut, jam.board)
    await cut.cutSocket()
    new = await stock.open(jam.room, "new", connect=False)
    for client in (cut, new):
        await client.edit(["m", "set", f"offline work of {client.name}", 1])
    await jam.command("freeze")
    for client in (cut, new):
        await client.connect()
        assert "frozen" in await client.denied()
    await jam.chair_writes("while frozen")
    await jam.command("unfreeze")
    for client in (cut, new):
        jam.board[f"offline work of {client.name}"] = 1
    await shows(jam.witness, jam.board)
    for client in (cut, new):
        await jam.writes(client, f"{client.name}, later")
        await shows(client, jam.board)


@pytest.mark.seconds(90)
async def test_two_tabs_of_one_browser_go_on_after_a_freeze(hub, stock):
    """Each tab has what the other was refused before the hub has said a word."""
    jam = await Jam(hub, stock, "tabs").begin()
    first, second = [await stock.open(jam.room, "ann", tabs=True) for _ in range(2)]
    for tab in (first, second):
        await shows(tab, jam.board)
    await jam.command("freeze")
    await first.edit(["m", "set", "never", 1])
    assert "frozen" in await first.denied()
    await jam.chair_writes("while frozen")
    for tab in (first, second):
        await shows(tab, jam.board)
    await jam.command("unfreeze")
    for tab in (first, second):
        await jam.writes(tab, f"tab {tab.name}")


@pytest.mark.seconds(150)
async def test_who_goes_on_and_on_in_a_freeze_has_to_reload(hub, stock):
    """More than twenty times in a minute: what comes within a second counts once. Some more, and further
    apart, because a machine that stands still brings two together."""
    jam = await Jam(hub, stock, "stubborn").begin()
    stubborn = await stock.open(jam.room, "stubborn")
    await shows(stubborn, jam.board)
    await jam.command("freeze")
    for number in range(27):
        await stubborn.edit(["m", "set", f"never {number}", 1])
        await asyncio.sleep(1.2)
    assert "frozen" in await stubborn.denied()
    await jam.chair_writes("while frozen")
    told = len((await stubborn.state())["denied"])
    await jam.command("unfreeze")
    await stubborn.edit(["m", "set", "of the same document", 1])

    async def told_again():
        return len((await stubborn.state())["denied"]) > told

    await until(told_again, 15, "the stubborn one told to reload")
    await jam.chair_writes("after the thaw")
    for end in (hub.stop, hub.kill):
        await jam.restart(end)
        await jam.chair_writes(f"after {end.__name__}")
    reloaded = await stock.open(jam.room, "stubborn")
    await shows(reloaded, jam.board)
    await jam.writes(reloaded, "after a reload")
    assert (await reloaded.state())["denied"] == []
    assert (await jam.witness.state())["denied"] == []
