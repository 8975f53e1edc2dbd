"""Cheap requests with dear answers: one client asks for the whole board, or for everybody's presence, by the
thousand in one write. The hub answers at the client's pace, in bounded memory, and serves others meanwhile."""

import asyncio
import time

import pycrdt
import pytest
from rig import wire
from rig.own import OwnClient, flushed, put, read_board
from rig.socket import Socket, frame
from rig.stock import until

BOARD = 1 << 20
LINK = 80_000  # bytes a second
FLOOD = 300 << 10  # more than the hub keeps of what somebody sends whom it does not read from


async def write_big_board(hub, room: str, board: str = "main") -> None:
    author = await OwnClient(hub, room, "author", boards=(board,)).connect()
    for part in range(4):
        author.edit(board, put(f"big{part}", "x" * (BOARD // 4)))
    await author.wait_saved()
    await author.close()


async def answers_within(hub, room: str, seconds: float) -> None:
    """In so much time of the hub's, whatever it does besides: a busy machine breaks nothing."""
    started = hub.processor_seconds()
    await read_board(hub, room, sub="bystander")
    spent = hub.processor_seconds() - started
    assert spent < seconds, f"{spent:.2f} s of the hub's time"


async def announce(hub, room: str) -> Socket:
    """Somebody whose presence is long. They have to stay."""
    socket = await Socket.connect(hub.port, hub.path(room, token=hub.token("announcer")))
    state = '{"x":"' + "a" * 10_000 + '"}'
    socket.send(bytes([wire.AWARENESS]) + wire.buf(b"\1\1\1" + wire.text(state)))
    await socket.ping()
    return socket


@pytest.mark.seconds(90)
@pytest.mark.parametrize("request_bytes", [b"\0\0\1\0", b"\3"], ids=["step 1", "query awareness"])
async def test_a_flood_of_requests_costs_bounded_memory(hub, request_bytes):
    await write_big_board(hub, "flooded")
    announcer = await announce(hub, "flooded")
    path = hub.path("flooded", token=hub.token("eve", role="viewer"))
    request = frame(2, request_bytes)
    count = FLOOD // len(request) + 1
    async with hub.peak_memory() as memory:
        flooder = await Socket.connect(hub.port, path, None)
        flooder.transport.write(request * count)
        flooder.transport.pause_reading()
        await asyncio.sleep(1)
        await answers_within(hub, "elsewhere", 3)
    print(f"{count:,} requests in one write: {memory.grown_mib} MiB")
    assert memory.grown_mib < 64
    # Nobody was cut off for that: what was asked is answered once it is read.
    received = flooder.bytes_in
    flooder.transport.resume_reading()
    enough = received + 8 * BOARD
    await until(lambda: flooder.closed.done() or flooder.bytes_in > enough, 40, "more answers")
    assert not flooder.closed.done(), flooder.close_code
    for socket in (flooder, announcer):
        socket.abort()


@pytest.mark.seconds(60)
async def test_a_slow_link_gets_every_board_it_opens(hub):
    names = ("a", "b", "c", "d")
    for name in names:
        await write_big_board(hub, "slow", name)
    reader = OwnClient(hub, "slow", "reader", boards=names)
    reader.receive_buffer = 4096
    await reader.connect()
    for name in names:
        board = reader.boards[name]
        board.apply_incoming()
        assert len(board.doc.get("m", type=pycrdt.Map).to_py()) == 4, name
    await reader.close()


@pytest.mark.seconds(90)
async def test_a_slow_link_that_takes_longer_than_the_pings_is_not_cut(hub):
    """A pong can only come when the ping has, behind everything that was queued before it."""
    await write_big_board(hub, "far", "main")
    hub.stop()
    hub.options = ["--ping-seconds", "3"]
    hub.start()
    path = hub.path("far", token=hub.token("far-away"))
    reader = await Socket.connect(hub.port, path, None, receive_buffer=4096)
    reader.transport.pause_reading()
    # Step 1, then step 2: the hub reads no further while so much waits for this reader.
    reader.send(wire.sync(wire.STEP1, b"\0"))
    reader.send(wire.sync(wire.STEP2, b"\0\0"))
    started = time.monotonic()
    while reader.bytes_in < BOARD:
        assert not reader.closed.done(), f"cut off after {time.monotonic() - started:.1f} s"
        assert time.monotonic() - started < 60
        before = reader.bytes_in
        reader.transport.resume_reading()
        while reader.bytes_in == before and not reader.closed.done():
            await asyncio.sleep(0.001)
        reader.transport.pause_reading()
        await asyncio.sleep((reader.bytes_in - before) / LINK)
    assert time.monotonic() - started > 10, "this link was not slow"
    reader.transport.resume_reading()
    await reader.ping()
    await reader.close()


@pytest.mark.seconds(90)
async def test_a_peer_that_answers_no_ping_is_cut(hub):
    hub.stop()
    hub.options = ["--ping-seconds", "3"]
    hub.start()
    path = hub.path("gone", token=hub.token("gone"))
    lively = await Socket.connect(hub.port, path, None)
    silent = await Socket.connect(hub.port, path, None)
    silent.transport.pause_reading()
    counts = []

    async def is_cut():
        counts.append((await asyncio.to_thread(hub.health))[1]["connections"])
        return counts[-1] == 2  # the lively one and the question

    await until(is_cut, 40, "the silent one is cut")
    assert 3 in counts, f"it was cut before anybody could miss its pong: {counts}"
    await lively.ping()
    silent.abort()
    await lively.close()


async def write_many_structs(hub, room: str, count: int) -> None:
    """A list of which every second element is deleted, so that nothing merges."""
    values = wire.uint(1) + wire.uint(1) + wire.uint(5) + wire.uint(0)
    values += bytes([8]) + wire.uint(1) + wire.text("list") + wire.uint(count) + bytes([126]) * count
    deleted = wire.uint(0) + wire.uint(1) + wire.uint(5) + wire.uint(count // 2)
    deleted += b"".join(wire.uint(at) + wire.uint(1) for at in range(0, count, 2))
    socket = await Socket.connect(hub.port, hub.path(room, token=hub.token("writer")))
    for update in (values + b"\0", deleted):
        socket.send(wire.sync(wire.STEP2, update))
        await socket.ping(30)
    await socket.close()


@pytest.mark.seconds(120)
async def test_more_sockets_of_one_person_bring_no_more_of_the_shards_time(narrow_hub):
    """Messages of 14 bytes that each look at 200,000 structs, from twenty sockets at once. What somebody
    else waits for is counted in processor time of the hub, so that a busy machine breaks nothing."""
    hub = narrow_hub
    await write_many_structs(hub, "dear", 200_000)
    bystander = await Socket.connect(hub.port, hub.path("elsewhere", token=hub.token("ann")))
    path = hub.path("dear", token=hub.token("eve", role="viewer"))
    sockets = [await Socket.connect(hub.port, path) for _ in range(20)]
    await bystander.ping()
    everything = wire.uint(0) + wire.uint(1) + wire.uint(5) + wire.uint(1) + wire.uint(0) + wire.uint(1 << 50)
    message = frame(2, wire.sync(wire.STEP2, everything))
    flood = message * (FLOOD // len(message) + 1)
    started = hub.processor_seconds()
    for socket in sockets:
        socket.raw(flood)
    worst = 0.0
    for _ in range(5):
        before = hub.processor_seconds()
        await bystander.ping(60)
        worst = max(worst, hub.processor_seconds() - before)
    spent = hub.processor_seconds() - started
    print(f"a ping among 20 dear sessions of one person: {worst:.2f} s of the hub's time")
    assert spent > 0.5, "these messages were not dear"
    assert worst < 2.5
    assert not any(socket.closed.done() for socket in [*sockets, bystander])
    for socket in [*sockets, bystander]:
        socket.abort()


@pytest.mark.seconds(90)
@pytest.mark.parametrize("opcode", [9, 10], ids=["pings", "pongs"])
async def test_control_frames_cost_their_sender_too(hub, opcode):
    socket = await Socket.connect(hub.port, hub.path("controls", token=hub.token("eve")))
    mark, flood = hub.log_mark(), frame(opcode, b"") * 20_000
    deadline = time.monotonic() + 75
    while "a session takes more than its share" not in hub.log(mark):
        assert time.monotonic() < deadline, "nothing but control frames, and never held back"
        if socket.transport.get_write_buffer_size() < len(flood):
            socket.raw(flood)
        await asyncio.sleep(0.001)
    assert not socket.closed.done(), socket.close_code
    socket.abort()


@pytest.mark.seconds(60)
async def test_all_who_join_at_once_wait_for_the_same_bytes(hub):
    """Sixty people open a board of 4 MiB and none has read yet."""
    for part in range(4):
        author = await OwnClient(hub, "opening", "author").connect()
        author.edit("main", put(f"part{part}", "x" * BOARD))
        await author.wait_saved()
        await author.close()
    path = hub.path("opening", token=hub.token("guest"))
    async with hub.peak_memory() as memory:
        guests = [await Socket.connect(hub.port, path, None, receive_buffer=4096) for _ in range(60)]
        for guest in guests:
            guest.transport.pause_reading()
            guest.send(wire.sync(wire.STEP1, b"\0"))
        await asyncio.sleep(1)
    print(f"60 joiners of a 4 MiB board: {memory.grown_mib} MiB")
    assert memory.grown_mib < 64
    for guest in guests:
        guest.abort()


async def test_a_document_that_two_wrote_in_turn_survives_a_step_2(hub):
    """Its structs alternate between the two: all of them must reach an empty hub."""
    docs = [pycrdt.Doc(), pycrdt.Doc()]
    for number in range(40):
        writer, other = docs[number % 2], docs[1 - number % 2]
        text = writer.get("t", type=pycrdt.Text)
        text += f"{number} "
        other.apply_update(writer.get_update(other.get_state()))
    expected = str(docs[0].get("t", type=pycrdt.Text))
    path = hub.path("turns", token=hub.token("ann"))
    socket = await Socket.connect(hub.port, path, None)
    socket.send(wire.sync(wire.STEP2, docs[0].get_update()))
    await socket.ping()
    await flushed(hub, "turns")
    socket.abort()
    doc = await read_board(hub, "turns")
    assert str(doc.get("t", type=pycrdt.Text)) == expected
    hub.kill()
    hub.start()
    doc = await read_board(hub, "turns")
    assert str(doc.get("t", type=pycrdt.Text)) == expected
