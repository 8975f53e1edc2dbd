"""What the hub leaves on disk: any Yjs tool reads a board file, a clean end loses nothing, and the
command line tells the same story."""

import asyncio
import gzip
import json
import signal

import pycrdt
from rig.own import OwnClient, put, read_board
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
    await asyncio.to_thread(hub.stop)
    listing = hub.run("inspect", hub.data).stdout
    assert "tools" in listing and "main" in listing
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
        mark = hub.log_mark()
        await asyncio.to_thread(hub.start)
        hub.tokens.clear()
        await read_board(hub, "gone")
        await asyncio.to_thread(hub.stop)
        assert "missing" not in hub.log(mark), hub.log(mark)
