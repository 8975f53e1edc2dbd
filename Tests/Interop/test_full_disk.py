"""The disk is full: editing goes on in memory, nobody is told that it is saved, and saving resumes by itself
once there is space. What was called saved before is there, whenever the hub is killed."""

import asyncio
import signal

import pytest
from rig.bystander import Bystander
from rig.own import Board, DeafWriter, OwnClient, content, put, read_board

ROOM = "full"
REASON = "No space left on device"  # the system's words


async def people(hub, count: int = 3) -> list[OwnClient]:
    """Some people in one room, who have saved something while there was space."""
    clients = [await OwnClient(hub, ROOM, f"person-{i}").connect() for i in range(count)]
    for i, client in enumerate(clients):
        client.edit("main", put(f"before-{i}", "x" * 100), f"before-{i}")
    for client in clients:
        await client.wait_saved()
    return clients


async def filled(hub, clients: list[OwnClient]) -> None:
    """Fills the disk, and lets everybody write until the hub has noticed."""
    hub.disk.fill()
    for i, client in enumerate(clients):
        client.edit("main", put(f"during-{i}", "x" * 5000), f"during-{i}")
        await asyncio.sleep(0.05)
    for client in clients:
        await client.until(lambda: client.saving_news, 10, "the news that the disk is full")
        news = client.saving_news[-1]
        assert news["ok"] is False and REASON in news["reason"], news


async def everybody_has(clients: list[OwnClient], keys: set[str]) -> None:
    for client in clients:
        await client.until(lambda: keys <= set(client.content()), 10, f"all of {sorted(keys)}")
    assert all(client.content() == clients[0].content() for client in clients)


def saved(clients: list[OwnClient], *boards: str) -> set[str]:
    names = boards or ("main",)
    return set().union(*(client.boards[name].saved for client in clients for name in names))


async def test_editing_goes_on_while_the_disk_is_full_and_saving_resumes_by_itself(small_hub):
    hub = small_hub
    clients = await people(hub)
    assert await hub.statuses() == {200}
    async with Bystander(hub, room="elsewhere"):
        await filled(hub, clients)
        counts = [client.boards["main"].saved_count for client in clients]
        for i, client in enumerate(clients):
            client.edit("main", put(f"later-{i}", "x" * 5000), f"later-{i}")
        newcomer = await OwnClient(hub, ROOM, "newcomer").connect()
        assert newcomer.hello["saving"] is False
        everything = {f"{when}-{i}" for when in ("before", "during", "later") for i in range(3)}
        await everybody_has([*clients, newcomer], everything)
        await asyncio.sleep(1.3)  # the hub tries again each second
        for status, body in await hub.health_of_all():
            assert status == 503 and body["status"] == "not saving", (status, body)
            assert REASON in body["reason"], body
        now = [client.boards["main"].saved_count for client in clients]
        assert now == counts, f"called saved on a full disk: {counts}, then {now}"
        assert not any(client.boards["main"].rejects for client in clients)

        hub.disk.free()
        await hub.until_well()
        for client in [*clients, newcomer]:
            await client.wait_saved()
            assert client.saving[-1:] == [True] or client is newcomer and not client.saving
    assert saved(clients) == everything
    hub.kill()
    await asyncio.to_thread(hub.run, "verify", hub.data)
    await asyncio.to_thread(hub.start)
    kept = content(await read_board(hub, ROOM))
    assert set(kept) == everything
    for client in [*clients, newcomer]:
        client.abort()


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "stopped"])
async def test_what_was_saved_survives_an_end_of_the_hub_while_the_disk_is_full(small_hub, end):
    hub = small_hub
    clients = await people(hub)
    await filled(hub, clients)
    promised = saved(clients)
    if end == signal.SIGKILL:
        hub.kill()
    else:
        assert await asyncio.to_thread(hub.stop, end) != 0, "not all was saved, and it said it was"
    for client in clients:
        client.abort()
    assert promised >= {f"before-{i}" for i in range(3)}
    assert not promised >= {f"during-{i}" for i in range(3)}
    await asyncio.to_thread(hub.run, "verify", hub.data)
    hub.disk.free()
    await asyncio.to_thread(hub.start)
    kept = set(content(await read_board(hub, ROOM)))
    assert promised <= kept, f"called saved, and lost: {sorted(promised - kept)}"
    for client in clients:
        await client.connect()
        await client.wait_saved()
    await everybody_has(clients, {f"{when}-{i}" for when in ("before", "during") for i in range(3)})
    for client in clients:
        client.abort()


async def test_a_start_on_a_full_disk_says_why_it_cannot_and_harms_nothing(small_hub):
    hub = small_hub
    clients = await people(hub, 1)
    hub.kill()
    hub.disk.fill()
    mark = hub.log_mark()
    with pytest.raises(AssertionError):
        await asyncio.to_thread(hub.start)
    assert hub.process.wait() == 1
    hub.process = None
    reason = hub.log(mark)
    assert REASON in reason, reason
    hub.disk.free()
    await asyncio.to_thread(hub.start)
    kept = set(content(await read_board(hub, ROOM)))
    assert kept >= saved(clients) == {"before-0"}
    clients[0].abort()


async def test_more_than_memory_may_hold_for_a_full_disk_is_refused_with_the_reason(faulty_hub):
    """64 MiB may wait for the disk. What was taken until then is saved later; the rest is refused."""
    hub, names = faulty_hub, [f"board-{i}" for i in range(7)]
    # Tabs of one person: each writes the same on a board of its own.
    update = Board("any").edit(put("big", "x" * (12 << 20)))
    writers = {name: await DeafWriter(hub, "heap", "writer", boards=[name]).connect() for name in names}
    for writer in writers.values():
        await writer.wait_saved()
    before = hub.resident_kib()
    hub.disk.fill()
    for name, writer in writers.items():
        writer.send_update(writer.boards[name], update, [name])
        await writer.socket.ping(20)
    rejects = {name: writers[name].boards[name].rejects for name in names}
    refused = {name for name in names if rejects[name]}
    assert 1 <= len(refused) <= 2, f"{len(refused)} of {len(names)} refused"
    assert {code for rows in rejects.values() for _, code, _ in rows} == {"not-saving"}
    assert not any(writers[name].boards[name].saved for name in names)
    grown = (hub.resident_kib() - before) >> 10
    print(f"{len(names) * 12} MiB on a full disk: {len(refused)} refused, the hub grew by {grown} MiB")
    assert grown < 640, f"{grown} MiB"
    hub.disk.free()
    for writer in writers.values():
        await writer.wait_saved(20)
    hub.kill()
    await asyncio.to_thread(hub.run, "verify", hub.data)
    await asyncio.to_thread(hub.start)
    for name, writer in writers.items():
        kept = content(await read_board(hub, "heap", name))
        assert ("big" in kept) == (name not in refused), name
        writer.abort()
