"""Two tabs of one browser. y-websocket joins them over a BroadcastChannel that knows nothing of tokens: edits
and presence of each reach the other without the hub, and either socket passes on what is the other's.
One person's two tabs and two people at one laptop must both be able to work."""

import pytest
from rig.stock import until


async def text_everywhere(clients, words: list[str], seconds=10):
    """Every client shows the same text, with all these words in it."""

    async def check():
        texts = [(await client.content()).get("t") for client in clients]
        whole = "".join(part["insert"] for part in texts[0] or [])
        return all(text == texts[0] for text in texts) and all(word in whole for word in words)

    await until(check, seconds, f"{words} at {[client.name for client in clients]}")


async def write(client, word: str):
    await client.edit(["t", "insert", 0, f"{word} "])


async def cursors(client) -> list:
    """(name, index) of everybody with a cursor, as this client sees them."""
    states = (await client.state())["awareness"].values()
    return sorted((state["user"]["name"], state["index"]) for state in states if "index" in state)


async def nobody_denied(clients):
    for client in clients:
        assert (await client.state())["denied"] == [], client.name


async def open_tabs(stock, room: str, people):
    """A witness elsewhere, a first tab, and a second that wrote before it had a socket of its own: the
    first tab's socket speaks of the second before the hub has met it."""
    witness = await stock.open(room, "witness")
    first = await stock.open(room, people[0], tabs=True)
    for client in (witness, first):
        await client.synced()
    await first.awareness(state={"index": 1})
    await write(first, "earlier")
    second = await stock.open(room, people[1], tabs=True, connect=False)
    await second.awareness(state={"index": 2})
    await write(second, "unconnected")
    await second.connect()
    await second.synced()
    return witness, first, second


@pytest.mark.parametrize(
    "people", [("ann", "ann"), ("ann", "ben")], ids=["one person", "two people"]
)
async def test_tabs_that_pass_on_each_others_presence_can_both_write(hub, stock, people):
    witness, first, second = await open_tabs(stock, "tabs", people)
    words = ["earlier", "unconnected"]
    await text_everywhere([witness, first, second], words)
    for turn in range(5):
        for tab, name in ((first, "first"), (second, "second")):
            await tab.awareness(state={"index": 10 * (turn + 1) + (tab is second)})
            await write(tab, f"{name}{turn}")
            words.append(f"{name}{turn}")
    await text_everywhere([witness, first, second], words)
    expected = sorted([(people[0], 50), (people[1], 51)])

    async def everybody_seen():
        return await cursors(witness) == expected

    await until(everybody_seen, 10, f"the witness sees {expected}")
    await nobody_denied([witness, first, second])
    # The tab that announced both goes, and what it announced of the other stays.
    await first.close()
    await write(second, "alone")

    async def only_the_second():
        return await cursors(witness) == [(people[1], 51)]

    await until(only_the_second, 10, "the witness sees the second tab alone")
    await text_everywhere([witness, second], [*words, "alone"])
    await nobody_denied([witness, second])


async def test_one_persons_first_socket_brings_what_both_tabs_wrote(hub, stock):
    """Both sockets are down, both tabs write and hear of each other; what the second wrote builds on the
    first and the other way round. The first socket that is back brings all of it in its SyncStep2."""
    witness, *tabs = await open_tabs(stock, "both", ("ann", "ann"))
    first, second = tabs
    for tab in tabs:
        await tab.cutSocket()
    words = ["earlier", "unconnected"]
    for turn in range(3):
        for tab, name in ((first, "first"), (second, "second")):
            await write(tab, f"{name}{turn}")
            words.append(f"{name}{turn}")
    await text_everywhere(tabs, words)
    await first.connect()
    await text_everywhere([witness, *tabs], words)
    await second.connect()
    await second.synced()
    await both_go_on(witness, tabs, words)


async def test_two_people_go_on_when_one_socket_was_down(hub, stock):
    """The other's document holds those edits too, and the hub hears of them from their author alone."""
    witness, *tabs = await open_tabs(stock, "one-down", ("ann", "ben"))
    first, second = tabs
    words = ["earlier", "unconnected"]
    await text_everywhere([witness, *tabs], words)
    await first.cutSocket()
    for turn in range(3):
        await write(first, f"away{turn}")
        words.append(f"away{turn}")
        await second.edit(["m", "set", f"there{turn}", 1])
    await text_everywhere(tabs, words)

    async def arrived():
        return len((await witness.content()).get("m", {})) == 3

    await until(arrived, 10, "the second tab's edits at the witness")
    assert "away0" not in str(await witness.content())
    await first.connect()
    await text_everywhere([witness, *tabs], words)
    await both_go_on(witness, tabs, words)


async def both_go_on(witness, tabs, words: list[str]):
    for number, tab in enumerate(tabs):
        await write(tab, f"last{number}")
    await text_everywhere([witness, *tabs], [*words, "last0", "last1"])
    await nobody_denied([witness, *tabs])
