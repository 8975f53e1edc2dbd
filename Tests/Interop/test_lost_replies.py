"""Messages that never arrive, arrive twice or in another order: what builds on a missing one waits with its
author, is asked for, and is not called saved before it has come. At the end all are equal."""

import asyncio

import pycrdt
from rig import wire
from rig.own import OwnClient, content, put, read_board
from rig.socket import Socket
from rig.stock import until


class Forgetful(OwnClient):
    """Loses the hub's step 1s while `loses` is set, and with them its own SyncStep2."""

    loses, lost = True, 0

    def _board_message(self, board, reader: wire.Reader):
        if self.loses and reader.data[reader.at :][:2] == bytes([wire.SYNC, wire.STEP1]):
            self.lost += 1
            board.answered = True  # it goes on as if it had answered
            return
        super()._board_message(board, reader)


async def test_edits_on_top_of_a_lost_step_2_are_asked_for_until_it_comes(hub):
    witness = await OwnClient(hub, "lost", "witness").connect()
    client = Forgetful(hub, "lost", "author")
    board = client.boards["main"]
    board.edit(put("offline", 1), "offline")
    await client.connect()
    assert client.lost == 1
    client.edit("main", put("live", 1), "live")
    await client.until(lambda: client.lost >= 2, 10, "the hub's question for what is missing")
    client.edit("main", put("more", 1), "more")
    await client.until(lambda: client.lost >= 3, 10, "the question again, a second later")
    assert witness.content() == {} and board.saved_count == 0, "taken without what it builds on"
    client.loses = False
    client.edit("main", put("last", 1), "last")
    expected = {"offline", "live", "more", "last"}
    await witness.until(lambda: set(witness.content()) == expected, 10, "everything at the witness")
    await client.wait_saved()
    assert board.saved == expected and not board.rejects
    hub.kill()
    await asyncio.to_thread(hub.start)
    assert set(content(await read_board(hub, "lost"))) == expected
    for one in (client, witness):
        one.abort()


async def test_a_stock_client_whose_step_2_was_lost_is_asked_again(server):
    doc, asked = pycrdt.Doc(), []
    loses = True

    def message(socket, _opcode, payload):
        if payload[:2] != bytes([wire.SYNC, wire.STEP1]):
            return
        asked.append(payload)
        if not loses:
            vector = wire.Reader(payload[2:]).buf()
            socket.send(wire.sync(wire.STEP2, doc.get_update(vector)))

    def edit(key: str) -> bytes:
        before = doc.get_state()
        doc.get("m", type=pycrdt.Map)[key] = 1
        return wire.sync(wire.UPDATE, doc.get_update(before))

    edit("offline")
    path = server.path("lost", token=server.token("author"))
    socket = await Socket.connect(server.port, path, None, message)
    await until(lambda: asked, 10, "the first step 1")
    socket.send(edit("live"))
    if server.is_jamboree:
        await until(lambda: len(asked) >= 2, 10, "the question for what is missing")
    loses = False
    socket.send(edit("more"))
    if not server.is_jamboree:
        socket.send(wire.sync(wire.STEP2, doc.get_update()))
    reader = pycrdt.Doc()

    def received(_socket, _opcode, payload):
        if payload[0] == wire.SYNC and payload[1] != wire.STEP1:
            reader.apply_update(wire.Reader(payload[2:]).buf())

    path = server.path("lost", token=server.token("reader"))
    other = await Socket.connect(server.port, path, None, received)
    other.send(wire.sync(wire.STEP1, b"\0"))
    wanted = {"offline", "live", "more"}
    await until(lambda: set(reader.get("m", type=pycrdt.Map)) == wanted, 10, "all three edits")
    for one in (socket, other):
        one.abort()


async def test_duplicates_and_a_changed_order_end_in_one_document_that_is_saved(hub):
    witness = await OwnClient(hub, "twice", "witness").connect()
    client = Forgetful(hub, "twice", "author")
    client.loses = False
    await client.connect()
    await client.wait_saved()
    client.loses = True  # it must not answer before the order is as bad as it gets
    board = client.boards["main"]
    updates = [board.edit(put(f"{step}", step), f"{step}") for step in range(12)]
    # Backwards, everything three times, and what all the rest builds on at the end.
    for update in updates[:0:-1]:
        for _ in range(3):
            client.send_update(board, update)
    await client.socket.ping()
    assert client.lost and witness.content() == {} and board.saved_count == 1, "only the empty step 2 is saved"
    for _ in range(3):
        client.send_update(board, updates[0])
    whole = board.doc.get_update()
    for _ in range(3):
        board.sent.append(frozenset(board.unsaved))
        client._send(board, wire.sync(wire.STEP2, whole))
    expected = {f"{step}": step for step in range(12)}
    await witness.until(lambda: witness.content() == expected, 10, "all edits at the witness")
    await client.wait_saved()
    assert not board.rejects and not board.unsaved
    size = len(witness.boards["main"].doc.get_update())
    assert size == len(board.doc.get_update()), "duplicates made the document longer"
    hub.kill()
    await asyncio.to_thread(hub.start)
    kept = await read_board(hub, "twice")
    assert content(kept) == expected and len(kept.get_update()) == size
    for one in (client, witness):
        one.abort()
