"""What the upgrade lets in: room names and tokens. A refusal is an HTTP 4xx with a JSON error."""

import asyncio
import http.client
import json
import socket

import pytest
from rig import tokens
from rig.bystander import Bystander
from rig.hub import JAM
from rig.own import PROTOCOL, OwnClient
from rig.socket import Refused, Socket, refusal
from rig.stock import until

LONG = "a" * 300
# Each stands in turn for the jam, the prototype and the board; raw bytes as they cross the wire.
BAD_NAMES = [
    b"..",
    b".",
    b"...",
    b"%2e%2e",
    b"%2E%2E",
    b".%2e",
    b"%252e%252e",
    b"..%2f..%2f..%2fetc%2fpasswd",
    b"a%2Fb",
    b"a%2fb",
    b"a%252Fb",
    b"%5c..%5c",
    b"a\\b",
    b"a%00",
    b"%00",
    b"a\0b",
    b"%",
    b"%2",
    b"%zz",
    b"%u002e",
    b"a%0d%0aX-Evil:%20yes",
    b"a%20b",
    b"a b",
    b"a+b",
    LONG.encode(),
    b"%61" * 300,
    "вареники".encode(),
    b"%D0%B2%D0%B0%D1%80",
    b"%c0%ae%c0%ae",
    b"%ff%fe",
    b"Upper",
    b"a~b",
    b"a:b",
    b"a;b",
    b"a*",
    b"caf%C3%A9",
    b"-" * 65,
    b"a.b",
    b".hidden",
    b"%2e%2e%2f%2e%2e%2fkeys",
    b"a'b",
    b'a"b',
]


def tree(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


async def refused_or_closed(port, path, protocol=None):
    """The refusal; None where the hub could not even read the request and closed (never accepted)."""
    try:
        return await refusal(port, path, protocol)
    except ConnectionError:
        return None


def assert_clear(refused: Refused, what):
    assert 400 <= refused.status < 500, (what, refused)
    assert "json" in refused.headers.get("content-type", ""), (what, refused.headers)
    answer = refused.json
    assert answer["error"] and answer["reason"], (what, answer)


@pytest.mark.parametrize("place", ["jam", "prototype", "board"])
async def test_a_bad_name_is_refused_with_a_reason_and_nothing_is_written(hub, place):
    token = hub.token("guest").encode()
    good = await OwnClient(hub, "good", "guest").connect()
    await good.wait_saved()
    await good.close()
    before = tree(hub.folder)
    async with Bystander(hub):
        before_rooms = tree(hub.data / "rooms") if (hub.data / "rooms").exists() else []
        for name in BAD_NAMES:
            parts = {
                "jam": [name, b"good"],
                "prototype": [JAM.encode(), name],
                "board": [JAM.encode(), b"good", name],
            }[place]
            path = b"/yjs/" + b"/".join(parts) + b"?token=" + token
            for protocol in ("", PROTOCOL) if place != "board" else ("",):
                refused = await refused_or_closed(hub.port, path, protocol)
                # A raw NUL or space ends the request line before there is a path to judge.
                if refused is None:
                    assert b"\0" in name or b" " in name, name
                else:
                    assert_clear(refused, name)
        after_rooms = tree(hub.data / "rooms") if (hub.data / "rooms").exists() else []
        assert set(after_rooms) - set(before_rooms) <= {p for p in after_rooms if "bystander" in p}
    new = [path for path in tree(hub.folder) if path not in before and "bystander" not in path]
    assert all(path.startswith("data/wal") for path in new), f"written: {new}"
    assert not list(hub.folder.rglob("*evil*")) and not (hub.folder.parent / "etc").exists()


async def test_a_path_with_too_few_or_too_many_parts_is_refused(hub):
    token = hub.token("guest")
    for path in (
        "/yjs",
        "/yjs/",
        f"/yjs/{JAM}",
        f"/yjs/{JAM}/",
        f"/yjs/{JAM}//main",
        "//yjs/a/b",
        f"/yjs/{JAM}/room/main/more",
        "/yjs//room",
        "/other/demo/room",
        f"/yjs/{JAM}/room//",
        "/" + "x/" * 3000,
        "*",
        "yjs/demo/room",
        "http://127.0.0.1/yjs",
    ):
        refused = await refused_or_closed(hub.port, f"{path}?token={token}")
        if refused is not None:
            assert 400 <= refused.status < 500, (path, refused)


async def test_plain_requests_are_answered_by_the_book(hub):
    """RFC 9110: HEAD has the head of GET and no body, 405 says what is allowed."""
    ask = http.client.HTTPConnection("127.0.0.1", hub.port, timeout=10)

    def answer(method, path):
        ask.request(method, path)
        response = ask.getresponse()
        return response, response.read()

    for path in ("/", "/healthz"):
        got, body = await asyncio.to_thread(answer, "GET", path)
        assert got.status == 200 and len(body) == int(got.headers["content-length"]) > 0
        raw = await asyncio.to_thread(raw_answer, hub.port, f"HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n")
        assert raw.startswith(b"HTTP/1.1 200 ") and raw.endswith(b"\r\n\r\n"), raw
    got, body = await asyncio.to_thread(answer, "POST", "/healthz")
    assert got.status == 405 and got.headers["allow"] == "GET, HEAD", got.headers
    got, body = await asyncio.to_thread(answer, "GET", "/nothing")
    assert got.status == 404 and json.loads(body)["reason"]


def raw_answer(port, request):
    """Everything that comes until the hub closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(request.encode())
        got = b""
        while more := client.recv(65536):
            got += more
        return got


async def test_every_forged_token_is_refused_without_a_trace_of_it_in_the_log(hub):
    good = hub.token("guest")
    forgeries = tokens.forged(good)
    mark = hub.log_mark()
    async with Bystander(hub):
        for what, token in forgeries:
            for protocol in ("", PROTOCOL):
                path = hub.path("tokens") + f"?token={token}"
                refused = await refused_or_closed(hub.port, path, protocol)
                if refused is None:
                    assert len(token) > 8000, f"no answer: {what}"
                    continue
                assert refused.status in (401, 403, 414, 431), (what, refused)
                assert_clear(refused, what)
                assert token not in refused.body.decode() or len(token) < 8, what
        for query in ("", "?", "?token", "?Token=" + good, "?token=x&token=" + good):
            refused = await refusal(hub.port, hub.path("tokens") + query)
            assert refused.status in (400, 401), (query, refused)
    log = hub.log(mark)
    for what, token in forgeries:
        assert len(token) < 16 or token[:2000] not in log, f"logged: {what}"
    lines = log.count("\n")
    assert 1 <= lines <= 4 * (2 * len(forgeries) + 8), (
        f"{lines} lines of log for {len(forgeries)} tokens"
    )


async def test_a_token_for_another_room_or_jam_or_time_is_refused(hub):
    elsewhere = hub.token("guest", room="elsewhere")
    other_jam = hub.token("guest", jam="other")
    short = hub.token("guest", expires="1s")
    async with Bystander(hub):
        accepted = await Socket.connect(hub.port, hub.path("elsewhere", token=elsewhere))
        accepted.abort()
        await asyncio.sleep(2.2)
        for what, token, statuses in (
            ("another room", elsewhere, {403}),
            ("another jam", other_jam, {401, 403}),
            ("expired", short, {401}),
        ):
            for protocol in ("", PROTOCOL):
                refused = await refusal(hub.port, hub.path("here", token=token), protocol)
                assert refused.status in statuses, (what, refused)
                assert_clear(refused, what)


async def test_a_plain_request_that_is_no_upgrade_gets_an_http_error(hub):
    for request in (
        b"GET /yjs/demo/room HTTP/1.1\r\nHost: h\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : h\r\n\r\n",
        b"GET / HTTP/1.1\nHost: h\n\n",
        b"POST /yjs/demo/room HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\n" + b"X-A: b\r\n" * 2000 + b"\r\n",
        b"\r\n" * 100,
        b"G" * 70000,
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", hub.port)
        try:
            writer.write(request)
            answer = await asyncio.wait_for(reader.read(4096), 15)
            assert answer == b"" or answer[9:12] in (
                b"400",
                b"401",
                b"404",
                b"405",
                b"408",
                b"411",
                b"413",
                b"414",
                b"426",
                b"431",
                b"505",
            ), (request[:40], answer[:100])
        except ConnectionError:
            pass
        writer.close()
    async with Bystander(hub):
        await asyncio.sleep(0.2)


def limit_rooms(hub, rooms: int, shards: int) -> None:
    hub.stop()
    hub.options, hub.shards = ["--rooms", str(rooms)], shards
    hub.start()


def rooms_at_home_on(shard: int, shards: int):
    """Names of rooms that live on one shard (FNV-1a of their path)."""
    for number in range(10_000):
        value = 0xCBF29CE484222325
        for byte in f"{JAM}/room-{number}".encode():
            value = ((value ^ byte) * 0x100000001B3) % (1 << 64)
        if value % shards == shard:
            yield f"room-{number}"


async def test_asking_for_rooms_that_do_not_exist_takes_nobodys_place(hub):
    limit_rooms(hub, 4, shards=2)
    token = hub.token("eve", role="viewer")
    for number in range(30):
        refused = await refusal(hub.port, hub.path(f"none-{number}", token=token))
        assert refused.status == 404, (number, refused)
    _, health = await asyncio.to_thread(hub.health)
    assert health["rooms"] == 0, health


@pytest.mark.parametrize("home", [0, 1])
async def test_rooms_that_nobody_is_in_make_place_for_one_that_somebody_enters(hub, home):
    """Whichever shard they live on. Those with somebody in them stay, and then the hub is full."""
    limit_rooms(hub, 4, shards=2)
    token = hub.token("ann")
    left = rooms_at_home_on(0, 2)
    for _ in range(4):
        (await Socket.connect(hub.port, hub.path(next(left), token=token))).abort()

    async def enter(room):
        try:
            return await Socket.connect(hub.port, hub.path(room, token=token))
        except Refused as refused:
            assert refused.status == 503, refused

    # The hub may need a moment to see that somebody has gone, but not the 10 s that an empty room stays.
    entered = rooms_at_home_on(home, 2)
    sockets = []
    for room in [next(entered) for _ in range(8)][4:]:
        sockets.append(await until(lambda room=room: enter(room), 8, f"a place for {room}"))
    assert await enter("one-too-many") is None
    for socket_ in sockets:
        await socket_.ping()
        socket_.abort()
