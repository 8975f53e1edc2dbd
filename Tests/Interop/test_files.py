"""What the hub leaves on disk: any Yjs tool reads a board file, a clean end loses nothing, and the
command line tells the same story."""

import asyncio
import gzip
import json
import re
import shutil
import signal

import pycrdt
import pytest
from rig.own import OwnClient, content, put, read_board
from rig.socket import Refused
from rig.stock import until


async def filled(stock, room, sub="author"):
    """A board with text, list and map, known to the hub; its client."""
    author = await stock.open(room, sub)
    await author.synced()
    await author.edit(
        ["t", "insert", 0, "Вареники 🥟"],
        ["t", "format", 0, 8, {"bold": True}],
        ["a", "push", 1, "two", None],
        ["m", "set", "shape", {"x": 1.5}],
    )
    await author.edit(["a", "delete", 0, 1], ["m", "set", "gone", 1])
    await author.edit(["m", "delete", "gone"])
    other = await stock.open(room, "other")

    async def arrived():
        return await other.content() == await author.content()

    await until(arrived, 10, "the edits at another client")
    return author


async def test_gunzip_of_a_board_file_loads_in_real_yjs_with_equal_content(hub, stock):
    author = await filled(stock, "files")
    content = await author.content()
    await asyncio.to_thread(hub.stop)
    update = gzip.decompress(hub.board_file("files").read_bytes())
    loaded = await stock.ask("load", update=update.hex())
    assert loaded == {"content": content, "pending": False}
    doc = pycrdt.Doc()
    doc.apply_update(update)
    assert doc.get("m", type=pycrdt.Map).to_py() == content["m"]


async def test_ctrl_c_under_load_loses_nothing_that_anybody_has_seen(hub, stock):
    for sig in (signal.SIGINT, signal.SIGTERM):
        writers = [await stock.open("ctrl-c", f"writer-{i}") for i in range(4)]
        for writer in writers:
            await writer.synced()
        witness = await OwnClient(hub, "ctrl-c", "witness", "bot").connect()
        for step in range(30):
            for i, writer in enumerate(writers):
                await writer.edit(["a", "push", f"{sig}.{i}.{step}"])
        board = witness.boards["main"]
        await until(
            lambda: board.apply_incoming() or len(board.doc.get("a", type=pycrdt.Array)) >= 60,
            10,
            "half of the edits at the witness",
        )
        for writer in writers:
            await writer.disconnect()
        board.apply_incoming()
        seen = set(board.doc.get("a", type=pycrdt.Array).to_py())
        witness.abort()
        assert await asyncio.to_thread(hub.stop, sig) == 0
        assert hub.run("verify", hub.data).returncode == 0
        await asyncio.to_thread(hub.start)
        kept = set((await read_board(hub, "ctrl-c")).get("a", type=pycrdt.Array).to_py())
        assert seen <= kept, f"lost after signal {sig}: {sorted(seen - kept)[:5]}"


async def test_the_command_line_lists_shows_and_verifies_what_is_there(hub, stock):
    author = await filled(stock, "tools")
    content = await author.content()
    # Beside the running hub, before there is a file.
    listing = hub.run("inspect", hub.data).stdout.splitlines()
    [board] = [line.split() for line in listing if " main " in line]
    assert board[:4] == ["demo", "tools", "main", "(log)"] and "?" not in board
    assert re.search(r"\d+ records? in the log$", listing[-1])
    await asyncio.to_thread(hub.stop)
    listing = hub.run("inspect", hub.data).stdout
    assert "tools" in listing and "main" in listing and "(log)" not in listing
    shown = json.loads(hub.run("doc", "show", hub.board_file("tools")).stdout)
    assert shown["m"] == content["m"]
    assert hub.run("verify", hub.data).returncode == 0


async def test_verify_names_a_damaged_board_file_and_ends_with_1(hub, stock):
    await filled(stock, "damaged")
    await asyncio.to_thread(hub.stop)
    file = hub.board_file("damaged")
    whole = file.read_bytes()
    for at in (len(whole) // 2, len(whole) - 6):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        done = hub.run("verify", hub.data, check=False)
        assert done.returncode == 1, f"a flipped bit at {at} of {len(whole)} was not found"
        assert file.name in done.stdout + done.stderr
    file.write_bytes(whole)
    assert hub.run("verify", hub.data).returncode == 0


async def test_a_missing_file_is_reported_and_made_anew_from_the_recording(hub, stock):
    author = await filled(stock, "missing")
    content = await author.content()
    owner = await OwnClient(hub, "missing", "fay", "facilitator").connect()
    await owner.command("freeze")
    await owner.close()
    await author.disconnect()
    await asyncio.to_thread(hub.stop)
    board = hub.board_file("missing")
    for file in (board, board.parents[1] / "room.gz", board.parents[1] / "stage.yjs.gz"):
        file.unlink()
        done = hub.run("verify", hub.data, check=False)
        assert done.returncode == 1 and "is missing; nothing is lost" in done.stderr, done.stderr
        assert done.stderr.count(file.name) == 1
        await asyncio.to_thread(hub.start)
        found = await read_board(hub, "missing")
        assert found.get("m", type=pycrdt.Map).to_py() == content["m"]
        witness = await OwnClient(hub, "missing", "eve", "viewer").connect()
        assert witness.hello["room"]["frozen"] is True, f"thawed without {file.name}"
        await witness.close()
        # The next checkpoint brings the file back.
        owner = await OwnClient(hub, "missing", "fay", "facilitator").connect()
        owner.edit("main", put("without", file.name))
        await owner.wait_saved()
        await owner.close()
        content["m"]["without"] = file.name
        await asyncio.to_thread(hub.stop)
        assert hub.run("verify", hub.data).returncode == 0
        assert file.exists()


async def test_the_hubs_log_names_a_missing_key_history_and_room_file(hub, stock):
    await filled(stock, "gone")
    await asyncio.to_thread(hub.stop)
    assert "signing key was missing" not in hub.log(), "a new hub has made its first key"
    room = hub.board_file("gone").parents[1]
    for file, said in (
        (hub.data / "keys" / "signing.key", ["warning", "tokens made so far open nothing"]),
        (room / "history" / "000001.gz", ["is missing", "recording of sequences 1 to", "room=demo/gone"]),
        (room / "room.gz", ["is missing", "lost=nothing", "room=demo/gone"]),
    ):
        whole = file.read_bytes()
        file.unlink()
        mark = hub.log_mark()
        await asyncio.to_thread(hub.start)
        hub.tokens.clear()
        await read_board(hub, "gone")
        await asyncio.to_thread(hub.stop)
        lines = [line for line in hub.log(mark).splitlines() if file.name in line]
        assert len(lines) == 1, f"{file.name}:\n{hub.log(mark)}"
        assert all(part in lines[0] for part in said), lines[0]
        file.write_bytes(whole)
        file.chmod(0o600)
        mark = hub.log_mark()
        await asyncio.to_thread(hub.start)
        hub.tokens.clear()
        await read_board(hub, "gone")
        await asyncio.to_thread(hub.stop)
        assert "missing" not in hub.log(mark), hub.log(mark)


async def test_a_room_that_lost_a_board_for_good_stays_closed_until_one_of_the_ways_out(hub):
    client = await OwnClient(hub, "closed", "ann", boards=["main", "side"]).connect()
    for board in ("main", "side"):
        client.edit(board, put("of", board))
    await client.wait_saved()
    await client.close()
    await asyncio.to_thread(hub.stop)
    room = hub.board_file("closed").parents[1]
    backup, lost = hub.folder / "backup", hub.folder / "lost"
    shutil.copytree(room, backup)
    hub.board_file("closed").unlink()
    shutil.rmtree(room / "history")
    room.rename(lost)

    async def closed():
        """The room as it was lost: verify names the board, the door and the log say why."""
        shutil.rmtree(room, ignore_errors=True)
        shutil.copytree(lost, room)
        done = hub.run("verify", hub.data, check=False)
        named = [line for line in done.stderr.splitlines() if "boards/main.yjs.gz: is miss" in line]
        assert done.returncode == 1 and len(named) == 1, done.stderr
        assert "lost: the board, and the room, which stays closed until a copy" in named[0], named
        mark = hub.log_mark()
        await asyncio.to_thread(hub.start)
        with pytest.raises(Refused) as refused:
            await read_board(hub, "closed")
        assert refused.value.status == 503 and refused.value.json["error"] == "room-damaged"
        line = next(line for line in hub.log(mark).splitlines() if "cannot open a room" in line)
        for part in ("room=demo/closed", "board 'main'", "put a copy of boards/main.yjs.gz back"):
            assert part in line, line

    async def boards():
        return [content(await read_board(hub, "closed", board, "fay")) for board in ("main", "side")]

    whole = [{"of": "main"}, {"of": "side"}]
    await closed()
    shutil.copy(backup / "boards" / "main.yjs.gz", room / "boards")
    assert await boards() == whole, "with a copy of the board, the hub running"
    await asyncio.to_thread(hub.stop)

    await closed()
    shutil.copytree(backup / "history", room / "history")
    assert await boards() == whole, "with the history, the hub running"
    await asyncio.to_thread(hub.stop)

    await closed()
    await asyncio.to_thread(hub.stop)
    for file in room.glob("room*.gz"):
        file.unlink()
    await asyncio.to_thread(hub.start)
    client = await OwnClient(hub, "closed", "bob", boards=["main", "side"]).connect()
    assert [client.content(board) for board in ("main", "side")] == [{}, {"of": "side"}]
    client.edit("main", put("of", "bob"))
    await client.wait_saved()
    await client.close()
    await asyncio.to_thread(hub.stop)
    await asyncio.to_thread(hub.start)
    assert await boards() == [{"of": "bob"}, {"of": "side"}], "without the room's own file"
    await asyncio.to_thread(hub.stop)

    await closed()
    await asyncio.to_thread(hub.stop)
    shutil.rmtree(room)
    await asyncio.to_thread(hub.start)
    client = await OwnClient(hub, "closed", "eve").connect()
    client.edit("main", put("of", "eve"))
    await client.wait_saved()
    await client.close()
    await asyncio.to_thread(hub.stop)
    assert hub.run("verify", hub.data).returncode == 0, "the folder put away: a new room"
    await asyncio.to_thread(hub.start)
    assert content(await read_board(hub, "closed")) == {"of": "eve"}


async def test_what_builds_on_a_damaged_record_is_named_until_its_author_brings_it(narrow_hub):
    hub = narrow_hub
    client = await OwnClient(hub, "waits", "ann").connect()
    for key in ("first", "second", "third"):
        client.edit("main", put(key, f"the value of {key}"))
        await client.wait_saved()
    client.abort()
    hub.kill()
    (log,) = [file for file in (hub.data / "wal").glob("*.log") if b"value of second" in file.read_bytes()]
    log.write_bytes(log.read_bytes().replace(b"value of second", b"VALUE of second"))
    said = "part of a board does not show"
    for run in ("the log's tail", "the snapshot made of it"):
        mark = hub.log_mark()
        await asyncio.to_thread(hub.start)
        assert content(await read_board(hub, "waits")) == {"first": "the value of first"}
        lines = [line for line in hub.log(mark).splitlines() if said in line]
        assert len(lines) == 1, f"after {run}: {hub.log(mark)}"
        for part in ("room=demo/waits", "board=main", "structs=1", "clients=1", "since="):
            assert part in lines[0], lines[0]
        await asyncio.to_thread(hub.stop)
        verified = hub.run("verify", hub.data, check=False)
        waits = "main.yjs.gz: 1 struct of 1 client waits for content that is not in it"
        assert verified.returncode == 1 and waits in verified.stderr, verified.stderr
    await asyncio.to_thread(hub.start)
    await client.connect()
    await client.wait_saved()
    expected = {key: f"the value of {key}" for key in ("first", "second", "third")}
    assert content(await read_board(hub, "waits")) == expected
    await client.close()
    await asyncio.to_thread(hub.stop)
    mark = hub.log_mark()
    await asyncio.to_thread(hub.start)
    assert content(await read_board(hub, "waits")) == expected
    assert said not in hub.log(mark)
    assert "waits for" not in hub.run("verify", hub.data, check=False).stderr
