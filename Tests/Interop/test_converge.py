"""Programs that nobody here wrote work together: stock y-websocket on Node, pycrdt on Python."""

import asyncio

import pycrdt
from rig.pycrdt_peer import PycrdtPeer
from rig.stock import until


async def all_equal(stocks, peers, seconds=10):
    """Waits until every client shows the same; what it is."""

    async def check():
        contents = [await client.content() for client in stocks]
        contents += [peer.content() for peer in peers]
        return contents[0] if all(other == contents[0] for other in contents) else None

    return await until(check, seconds, "all clients equal")


async def test_stock_and_pycrdt_clients_converge_online(server, stock):
    stocks = [await stock.open("online", f"node-{i}") for i in range(4)]
    for client in stocks:
        await client.synced()
    peers = [await PycrdtPeer(server, "online", f"python-{i}").connect() for i in range(4)]
    for step in range(10):
        for i, client in enumerate(stocks):
            await client.edit(
                ["m", "set", f"node {i}", step],
                ["t", "insert", 0, f"{i}🙂"],
                ["a", "push", f"{i}.{step}"],
            )
        for i, peer in enumerate(peers):
            with peer.doc.transaction():
                peer.doc.get("m", type=pycrdt.Map)[f"python {i}"] = step
                peer.doc.get("t", type=pycrdt.Text).insert(0, f"ї{i}")
                peer.doc.get("a", type=pycrdt.Array).append(f"p{i}.{step}")
        await asyncio.sleep(0.01)
    await stocks[0].edit(["t", "format", 0, 3, {"bold": True}], ["a", "delete", 0, 3])

    async def complete():
        content = await all_equal(stocks, peers)
        return content if len(content["m"]) == 8 and len(content["a"]) == 77 else None

    content = await until(complete, 10, "every edit everywhere")
    assert set(content["m"].values()) == {9}
    for peer in peers:
        await peer.disconnect()


async def test_offline_edits_of_both_kinds_merge_when_they_come_back(server, stock):
    stocks = [await stock.open("offline", f"node-{i}") for i in range(2)]
    for client in stocks:
        await client.synced()
    peers = [await PycrdtPeer(server, "offline", f"python-{i}").connect() for i in range(2)]
    await stocks[0].edit(["t", "insert", 0, "together"], ["a", "push", 1, 2, 3])
    await all_equal(stocks, peers)
    await until(lambda: peers[1].content().get("a"), 10, "the common start")
    await stocks[0].disconnect()
    await peers[0].disconnect()
    await stocks[0].edit(["t", "insert", 8, " (node, away)"], ["m", "set", "away", "node"])
    with peers[0].doc.transaction():
        peers[0].doc.get("t", type=pycrdt.Text).insert(0, "(python, away) ")
        peers[0].doc.get("a", type=pycrdt.Array).pop(1)
    await stocks[1].edit(["t", "insert", 4, "·"], ["m", "set", "there", 1])
    await stocks[0].connect()
    await peers[0].connect()

    async def complete():
        content = await all_equal(stocks, peers)
        words = "".join(part["insert"] for part in content["t"])
        return "away)" in words and "·" in words and "python" in words and content

    content = await until(complete, 10, "every offline edit everywhere")
    assert content["a"] == [1, 3] and content["m"] == {"away": "node", "there": 1}
    for peer in peers:
        await peer.disconnect()


async def test_presence_reaches_everybody_and_goes_with_its_client(server, stock):
    watcher = await stock.open("presence", "watcher")
    leaver = await stock.open("presence", "leaver")
    await watcher.synced()
    await leaver.synced()
    peer = await PycrdtPeer(server, "presence", "python").connect()
    await leaver.awareness(state={"cursor": {"index": 3}})
    await peer.say({"cursor": {"index": 5}})

    def indexes(states):
        return sorted(state["cursor"]["index"] for state in states if state and "cursor" in state)

    async def everybody_sees(expected):
        async def check():
            seen = (await watcher.state())["awareness"]
            return (
                indexes(seen.values()) == expected
                and indexes(peer.awareness.states.values()) == expected
            )

        await until(check, 10, f"cursors {expected}")

    await everybody_sees([3, 5])
    late = await stock.open("presence", "late")

    async def newcomer_sees():
        return indexes((await late.state())["awareness"].values()) == [3, 5]

    await until(newcomer_sees, 10, "a newcomer is told who is there")
    await leaver.close()
    await everybody_sees([5])
    await peer.disconnect()


async def test_a_newcomer_gets_a_large_board_whole(server, stock):
    author = await stock.open("large", "author")
    await author.synced()
    text = "Текст із 🥟 " * 2000
    for part in range(10):
        await author.edit(
            ["t", "insert", 0, text],
            ["a", "push", *range(500)],
            ["m", "set", f"part {part}", "x" * 5000],
        )
    newcomer = await stock.open("large", "newcomer")
    peer = await PycrdtPeer(server, "large", "python").connect()
    content = await all_equal([author, newcomer], [peer], 20)
    assert len(content["a"]) == 5000 and len(content["m"]) == 10
    await peer.disconnect()
