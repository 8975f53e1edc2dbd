"""What pages ask the hub over plain HTTP (Protocol/http.md): files, coming in, rooms, links."""

import asyncio
import gzip
import http.client
import json
import os
import pty
import re
import socket
import time
import urllib.request
from subprocess import DEVNULL, Popen

import pycrdt
import pytest
from rig.hub import BINARY, JAM
from rig.own import OwnClient, put
from rig.pycrdt_peer import PycrdtPeer
from rig.socket import Refused, Socket, refusal
from rig.stock import until

PAGE = b"<!doctype html><title>Jam</title>" + b" " * 200
SCRIPT = b"export const answer = 42;\n" * 400


class Api:
    """Requests to one hub, each on a connection of its own. The answer: status, headers, body."""

    def __init__(self, hub):
        self.hub = hub

    def ask(self, method, path, body=None, token=None, **headers):
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            fields["Authorization"] = f"Bearer {token}"
        if isinstance(body, dict):
            body = json.dumps(body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.hub.port, timeout=10)
        try:
            connection.request(method, path, body, fields)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def json(self, method, path, body=None, token=None, status=200, **headers):
        """The answer's JSON; it must have this status."""
        got, _, answer = self.ask(method, f"/api/jams/{JAM}/{path}", body, token, **headers)
        assert got == status, (method, path, got, answer)
        return json.loads(answer)

    def links(self) -> dict[str, str]:
        """The secrets of all roles, as a facilitator from the command line gets them."""
        links = self.json("GET", "invitations", token=self.hub.token("boss", role="facilitator"))
        return {role: link.split("#i=")[1] for role, link in links.items()}

    def join(self, role="participant", name="Ann", status=200, secret=None, **more):
        secret = secret or self.links()[role]
        return self.json("POST", "join", {"invitation": secret, "name": name, **more}, status=status)

    def renew(self, role):
        boss = self.hub.token("boss", role="facilitator")
        return self.json("POST", f"invitations/{role}/renew", b"", boss)["link"].split("#i=")[1]

    def rooms(self, token):
        return self.json("GET", "rooms", token=token)["rooms"]


@pytest.fixture
def api(hub):
    return Api(hub)


@pytest.fixture
def web_hub(hub):
    """The hub with a web client of three files."""
    web = hub.folder / "web"
    (web / "assets").mkdir(parents=True)
    (web / "index.html").write_bytes(PAGE)
    (web / "assets" / "app-1f.js").write_bytes(SCRIPT)
    (web / "assets" / "app-1f.js.gz").write_bytes(gzip.compress(SCRIPT))
    (web / "secret.txt").write_bytes(b"not for you")
    hub.stop()
    hub.options = ["--web", str(web)]
    hub.start()
    return hub


def raw(port: int, request: bytes, *more: bytes) -> bytes:
    """Everything that comes until the hub closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        for part in (request, *more):
            client.sendall(part)
        got = b""
        while part := client.recv(65536):
            got += part
        return got


def own_client(hub, room, joined, **given) -> OwnClient:
    """A client with the token that `join` gave."""
    client = OwnClient(hub, room, "unused", **given)
    client.token = joined["token"]
    return client


# Files


def test_the_page_is_at_every_address_of_a_jam(web_hub):
    ask = Api(web_hub).ask
    for path in ("/", f"/j/{JAM}", f"/j/{JAM}/", f"/j/{JAM}/radio", "/j/other", f"/j/{JAM}?x=1"):
        status, headers, body = ask("GET", path)
        assert (status, body) == (200, PAGE), path
        assert headers["content-type"] == "text/html; charset=utf-8"
        assert headers["cache-control"] == "no-cache"
        assert "script-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    for path in ("/j", "/j/", "/j/Demo", "/j/../radio", "/j/demo/a/b", "/j/%2e%2e/x"):
        assert ask("GET", path)[0] == 400, path


def test_a_file_is_sent_once_and_then_known(web_hub):
    ask = Api(web_hub).ask
    path = "/assets/app-1f.js"
    status, plain, body = ask("GET", path)
    assert (status, body) == (200, SCRIPT) and "content-encoding" not in plain
    assert "immutable" in plain["cache-control"]
    status, packed, body = ask("GET", path, Accept_Encoding="br, gzip")
    assert status == 200 and gzip.decompress(body) == SCRIPT and len(body) < len(SCRIPT)
    assert packed["content-encoding"] == "gzip" and packed["vary"] == "Accept-Encoding"
    assert packed["etag"] != plain["etag"]
    for tag, encoding in ((plain["etag"], "identity"), (packed["etag"], "gzip")):
        for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
            answer = ask("GET", path, If_None_Match=known, Accept_Encoding=encoding)
            assert answer[0] == 304 and answer[2] == b"" and answer[1]["etag"] == tag
        assert ask("GET", path, If_None_Match='"other"', Accept_Encoding=encoding)[0] == 200
    head = raw(web_hub.port, f"HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert f"Content-Length: {len(SCRIPT)}\r\n".encode() in head and head.endswith(b"\r\n\r\n")


def test_no_path_leads_out_of_the_table_of_files(web_hub):
    for path in (
        b"/secret.txt",
        b"/index.html",
        b"/assets",
        b"/assets/",
        b"/assets/../secret.txt",
        b"/assets/..%2fsecret.txt",
        b"/assets/%2e%2e%2fsecret.txt",
        b"/assets/%252e%252e/secret.txt",
        b"/assets/..",
        b"/assets/app-1f.js/",
        b"/assets/app-1f.js%00",
        b"/assets/app-1f.js.gz",
        b"/assets//app-1f.js",
        b"/assets/./app-1f.js",
        b"/./assets/app-1f.js",
        b"/ASSETS/app-1f.js",
        b"/sw.js",
        b"/sw.js/",
        b"//etc/passwd",
        b"/%2e%2e/%2e%2e/etc/passwd",
        b"/assets\\app-1f.js",
    ):
        answer = raw(web_hub.port, b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        assert answer[9:12] == b"404", (path, answer[:60])
        assert b"not for you" not in answer and b"export" not in answer


def test_without_a_web_client_there_is_a_text(api):
    status, headers, body = api.ask("GET", "/")
    assert status == 200 and headers["content-type"].startswith("text/plain") and b"Yjs" in body
    for path in (f"/j/{JAM}", "/assets/a.js", "/sw.js"):
        status, _, body = api.ask("GET", path)
        assert status == 404 and "--web" in json.loads(body)["reason"], path


# Coming in


async def test_a_link_opens_the_jam_and_the_token_opens_the_room(hub, api):
    for role in ("participant", "facilitator"):
        joined = await asyncio.to_thread(api.join, role, "Аня Ö")
        assert joined["role"] == role and joined["name"] == "Аня Ö"
        assert joined["jam"] == {"id": JAM, "title": JAM}
        client = await own_client(hub, "radio", joined).connect()
        assert client.hello["you"] == {"sub": joined["sub"], "name": "Аня Ö", "role": role}
        client.edit(
            "main", lambda doc, role=role: doc.get("m", type=pycrdt.Map).update({role: 1})
        )
        await client.wait_saved()
        await client.close()
    viewer = await asyncio.to_thread(api.join, "viewer")
    looking = await own_client(hub, "radio", viewer).connect()
    assert looking.content() == {"participant": 1, "facilitator": 1}
    await looking.close()


def test_the_same_key_is_the_same_subject_in_the_same_role(api):
    first = api.join()
    again = api.join(name="Bob", key=first["key"])
    assert again["sub"] == first["sub"] and again["key"] == first["key"] and again["name"] == "Bob"
    assert api.join()["sub"] != first["sub"]
    assert api.join("facilitator", key=first["key"])["sub"] != first["sub"]


def test_a_key_means_the_same_after_a_restart(hub, api):
    first = api.join()
    secrets = api.links()
    hub.stop()
    hub.start()
    assert api.links() == secrets
    assert api.join(key=first["key"])["sub"] == first["sub"]


async def test_a_renewed_link_lets_nobody_in_and_throws_nobody_out(hub, api):
    secret = (await asyncio.to_thread(api.links))["participant"]
    joined = await asyncio.to_thread(api.join)
    inside = await own_client(hub, "radio", joined).connect()
    renewed = await asyncio.to_thread(api.renew, "participant")
    assert renewed != secret
    refused = await asyncio.to_thread(lambda: api.join(secret=secret, status=401))
    assert refused["error"] == "bad-invitation"
    # Who is inside stays, and comes back with the token that there is.
    await inside.wait_saved()
    await inside.close()
    await inside.connect()
    await inside.close()
    fresh = await asyncio.to_thread(lambda: api.join(secret=renewed, key=joined["key"]))
    assert fresh["sub"] == joined["sub"]
    assert (await asyncio.to_thread(api.links))["participant"] == renewed


def test_what_was_answered_survives_a_kill(hub, api):
    old = api.links()
    renewed = api.renew("facilitator")
    token = api.join()["token"]
    room = api.json("POST", "rooms", {"title": "Живые вещи"}, token, status=201)
    hub.kill()
    hub.start()
    assert api.links() == {**old, "facilitator": renewed}
    api.join(secret=old["facilitator"], status=401)
    api.join(secret=renewed)
    assert [(entry["id"], entry["title"]) for entry in api.rooms(token)] == [
        (room["id"], "Живые вещи")
    ]
    assert "ok (" in hub.run("verify", hub.data).stdout


def test_a_renewal_that_cannot_be_saved_changes_nothing(faulty_hub):
    api = Api(faulty_hub)
    before = api.links()
    faulty_hub.disk.fail_syncs("/jams")
    boss = faulty_hub.token("boss", role="facilitator")
    refused = api.json("POST", "invitations/viewer/renew", b"", boss, status=503)
    assert refused["error"] == "not-saving"
    assert api.links() == before
    api.join("viewer")
    faulty_hub.disk.heal_syncs()
    assert api.renew("viewer") != before["viewer"]


def test_who_guesses_is_told_to_wait_and_the_others_come_in(api):
    for _ in range(30):
        api.join(secret="a" * 26, status=401)
    status, headers, _ = api.ask(
        "POST", f"/api/jams/{JAM}/join", {"invitation": "b" * 26, "name": "a"}
    )
    assert status == 429 and 0 < int(headers["retry-after"]) <= 60
    api.join()


# Rooms


async def test_rooms_have_titles_people_and_times(hub, api):
    ann = await asyncio.to_thread(api.join)
    token = ann["token"]
    assert await asyncio.to_thread(api.rooms, token) == []
    titles = ["Большая ёлка", "Größe", "漢字"]
    made = [
        await asyncio.to_thread(api.json, "POST", "rooms", {"title": title}, token, 201)
        for title in titles
    ]
    assert [room["title"] for room in made] == titles
    stems = ["bolshaya-yolka", "groesse", "room"]
    for room, stem in zip(made, stems, strict=True):
        assert re.fullmatch(stem + "-[a-z2-7]{5}", room["id"]), room
    here = made[0]["id"]
    clients = [await own_client(hub, here, ann).connect() for _ in range(2)]
    clients.append(await OwnClient(hub, here, "bob").connect())
    untitled = await OwnClient(hub, "radio", "bob").connect()

    async def listed(check):
        """The list, once it is so: a turn of another shard may still be under way."""
        while not check(rooms := await asyncio.to_thread(api.rooms, token)):
            # A list may be half a second old, and who asks all the time is told to wait.
            await asyncio.sleep(0.3)
        return {room["id"]: room for room in rooms}

    rooms = await listed(lambda rooms: sum(room["people"] for room in rooms) == 3)
    assert rooms[here] == {
        "id": here,
        "title": "Большая ёлка",
        "people": 2,
        "changed": None,
        "review": False,
    }
    assert rooms["radio"]["people"] == 1 and rooms["radio"]["title"] == "radio"

    clients[0].edit("main", lambda doc: doc.get("m", type=pycrdt.Map).update({"a": 1}))
    await clients[0].wait_saved()
    for client in (*clients, untitled):
        await client.close()
    rooms = await listed(
        lambda rooms: not any(room["people"] for room in rooms) and rooms[0]["changed"]
    )
    # The one that was written to comes first, the one that nobody wrote to is gone.
    assert next(iter(rooms)) == here and set(rooms) == {room["id"] for room in made}
    changed = rooms[here]["changed"]
    hub.stop()
    hub.start()
    rooms = await listed(lambda rooms: rooms[0]["changed"])
    assert next(iter(rooms)) == here and rooms[here]["changed"] >= changed
    assert rooms[made[2]["id"]]["title"] == "漢字"


def test_viewers_make_no_rooms_and_see_no_links(api):
    viewer, participant = api.join("viewer")["token"], api.join()["token"]
    refused = api.json("POST", "rooms", {"title": "a"}, viewer, status=403)
    assert refused["error"] == "viewer" and api.rooms(viewer) == []
    for token in (viewer, participant):
        assert api.json("GET", "invitations", token=token, status=403)["error"] == "not-allowed"
        for role in ("participant", "facilitator", "viewer"):
            api.json("POST", f"invitations/{role}/renew", b"", token, status=403)


async def test_a_room_with_a_title_is_open_for_viewers_before_anybody_writes(hub, api):
    token = (await asyncio.to_thread(api.join))["token"]
    room = await asyncio.to_thread(api.json, "POST", "rooms", {"title": "Empty"}, token, 201)
    viewer = await asyncio.to_thread(api.join, "viewer")
    looking = await own_client(hub, room["id"], viewer).connect()
    assert looking.hello["you"]["role"] == "viewer"
    stock = await PycrdtPeer(hub, room["id"], "vic", "viewer").connect()
    writing = await own_client(hub, room["id"], {"token": token}).connect()
    writing.edit("main", put("first", 1))
    await looking.until(lambda: looking.content() == {"first": 1}, 10, "it shows")
    await until(lambda: stock.content().get("m") == {"first": 1}, 10, "it shows to a stock client")
    for client in (looking, writing):
        await client.close()
    await stock.disconnect()
    # Another board is there once somebody has begun it.
    told = await refusal(hub.port, hub.path(room["id"], "ideas", token=viewer["token"]))
    assert told.status == 404 and told.json["error"] == "not-here"


async def test_a_room_that_somebody_is_in_is_open_for_viewers_one_that_is_not_there_is_not(hub, api):
    viewer = await asyncio.to_thread(api.join, "viewer")
    address = hub.path("quiet", token=viewer["token"])
    for protocol in (None, "jamboree.v1"):
        assert (await refusal(hub.port, address, protocol)).status == 404
    ann = await OwnClient(hub, "quiet", "ann").connect()
    looking = await own_client(hub, "quiet", viewer).connect()
    assert [room["id"] for room in await asyncio.to_thread(api.rooms, viewer["token"])] == ["quiet"]
    for client in (looking, ann):
        await client.close()


def test_who_says_no_more_is_answered_all_the_same(hub, api):
    """A client may close its side once the request is out; also one whose answer waits for the disk."""
    boss = hub.token("boss", role="facilitator")
    for path in ("rooms", "invitations/viewer/renew"):
        method = "POST" if "/" in path else "GET"
        head = f"{method} /api/jams/{JAM}/{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {boss}\r\n"
        with socket.create_connection(("127.0.0.1", hub.port), timeout=10) as client:
            client.sendall(f"{head}\r\n".encode())
            client.shutdown(socket.SHUT_WR)
            got = b""
            while part := client.recv(65536):
                got += part
        assert got.startswith(b"HTTP/1.1 200 OK\r\n"), (path, got)


# Hostile requests


def test_what_is_no_request_of_the_api_is_refused(hub, api):
    base = f"/api/jams/{JAM}"
    token = api.join()["token"]
    for method, path, status in (
        ("GET", f"{base}/join", 405),
        ("OPTIONS", f"{base}/join", 405),
        ("DELETE", f"{base}/rooms", 405),
        ("PUT", f"{base}/rooms", 405),
        ("GET", f"{base}/invitations/viewer/renew", 405),
        ("POST", f"{base}/invitations", 405),
        ("GET", "/api", 404),
        ("GET", f"{base}", 404),
        ("GET", f"{base}/nothing", 404),
        ("GET", "/api/jams/other/rooms", 404),
        ("GET", "/api/jams/%2e%2e/rooms", 400),
        ("GET", "/api/jams/Demo/rooms", 400),
        ("GET", f"{base}/rooms", 401),
        ("GET", f"{base}/rooms?token={token}", 401),
    ):
        got, headers, body = api.ask(method, path)
        assert got == status, (method, path, got)
        assert json.loads(body)["error"] and headers["x-content-type-options"] == "nosniff"
        assert got != 405 or headers["allow"]
    for bad in (b"", b"{", b"[]", b"null", b"\xff\xfe", b"{}", b"[" * 9000, b"{" + b" " * 16000):
        got, _, body = api.ask("POST", f"{base}/join", bad)
        assert got == 400 and json.loads(body)["error"] == "bad-request", bad[:9]


def test_a_body_says_how_long_it_is_and_is_short(hub):
    head = f"POST /api/jams/{JAM}/join HTTP/1.1\r\nHost: x\r\n".encode()
    for lines, status in (
        (b"\r\n", b"411"),
        (b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"411"),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}", b"400"),
        (b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", b"400"),
        (b"Content-Length: -1\r\n\r\n", b"400"),
        (b"Content-Length: 16385\r\n\r\n", b"413"),
        (b"Content-Length: 99999999999999999999\r\n\r\n", b"400"),
        (b"Content-Length: 9223372036854775807\r\n\r\n", b"413"),
        (b"Content-Length: 0\r\n\r\n", b"400"),
        (b"Content-Length: 2\r\n\r\n{}GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
    ):
        answer = raw(hub.port, head + lines)
        assert answer[9:12] == status, (lines, answer[:80])
        assert answer.count(b"HTTP/1.1 ") == 1
    # Byte by byte, and with the question whether to send it at all.
    body = b'{"invitation":"x","name":"a"}'
    whole = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    assert raw(hub.port, *(whole[at : at + 1] for at in range(len(whole))))[9:12] == b"401"
    asking = head + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body)
    answer = raw(hub.port, asking, body)
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 ")


def test_pages_of_other_sites_may_not_ask(hub, api):
    path, body = f"/api/jams/{JAM}/join", {"invitation": api.links()["viewer"], "name": "a"}
    here = f"127.0.0.1:{hub.port}"
    for origin, status in (
        (f"http://{here}", 200),
        ("http://evil.example", 403),
        (f"http://{here}.evil.example", 403),
        ("http://127.0.0.1", 403),
        ("null", 403),
        ("", 403),
    ):
        assert api.ask("POST", path, body, Origin=origin)[0] == status, origin


def test_of_two_origins_none_counts(hub):
    here = f"127.0.0.1:{hub.port}"
    good = f"Origin: http://{here}\r\n"
    join = f"POST /api/jams/{JAM}/join HTTP/1.1\r\nContent-Length: 2\r\n"
    upgrade = (
        f"GET {hub.path('x', token=hub.token('ann'))} HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    )
    for second in (good, "Origin: http://evil.example\r\n", "Origin:\r\n"):
        for origins in (good + second, second + good):
            for head in (join, upgrade):
                answer = raw(hub.port, f"{head}Host: {here}\r\n{origins}\r\n{{}}".encode())
                assert answer[9:12] == b"403"


def test_a_list_that_is_known_is_not_sent_again(api):
    token = api.join()["token"]
    path = f"/api/jams/{JAM}/rooms"
    status, headers, body = api.ask("GET", path, token=token)
    assert status == 200 and json.loads(body)["rooms"] == []
    again = api.ask("GET", path, token=token, If_None_Match=headers["etag"])
    assert again[0] == 304 and again[2] == b"" and again[1]["etag"] == headers["etag"]
    room = api.json("POST", "rooms", {"title": "New"}, token, status=201)
    status, _, body = api.ask("GET", path, token=token, If_None_Match=headers["etag"])
    assert status == 200 and [entry["id"] for entry in json.loads(body)["rooms"]] == [room["id"]]


def test_who_reads_no_list_is_cut_off(hub, api):
    """And costs the hub no copy of it: they all wait for the same bytes."""
    for number in range(4):
        boss = hub.token(f"boss-{number}", role="facilitator")
        for _ in range(100):
            api.json("POST", "rooms", {"title": "\U0001f4a9" * 120}, boss, status=201)
    waiting = [socket.socket() for _ in range(100)]
    for number, client in enumerate(waiting):
        token = hub.token(f"slow-{number // 20}")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
        client.connect(("127.0.0.1", hub.port))
        head = f"GET /api/jams/{JAM}/rooms HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        client.sendall(f"{head}\r\n".encode())
    deadline = time.monotonic() + 20
    while json.loads(api.ask("GET", "/healthz")[2])["connections"] > 1:
        assert time.monotonic() < deadline, "they are still there"
        time.sleep(0.5)
    for client in waiting:
        client.close()


def test_a_former_link_shows_nobody_the_new_one(hub, api):
    eve, ann = api.join("facilitator", "Eve"), api.join("facilitator", "Ann")
    path = "invitations/facilitator/renew"
    renewed = api.json("POST", path, b"", ann["token"])
    hub.kill()
    hub.start()
    api.json("GET", "invitations", None, eve["token"], 401)
    api.json("POST", path, b"", eve["token"], 401)
    api.json("GET", "invitations", None, renewed["token"])


def test_head_has_the_head_of_get(hub, api):
    token = api.join()["token"]
    request = f"HEAD /api/jams/{JAM}/rooms HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
    answer = raw(hub.port, request.encode())
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n") and answer.endswith(b"\r\n\r\n")
    _, _, body = api.ask("GET", f"/api/jams/{JAM}/rooms", token=token)
    assert f"Content-Length: {len(body)}\r\n".encode() in answer


async def test_a_token_of_join_is_for_its_jam_and_role(hub, api):
    viewer = await asyncio.to_thread(api.join, "viewer")
    nowhere = await refusal(hub.port, f"/yjs/{JAM}/none?token={viewer['token']}")
    assert nowhere.status == 404
    other = await refusal(hub.port, f"/yjs/other/none?token={viewer['token']}")
    assert other.status == 403


async def test_no_secret_is_in_the_log(hub, api):
    secrets = await asyncio.to_thread(api.links)
    mark = hub.log_mark()
    joined = await asyncio.to_thread(api.join)
    wrong = secrets["viewer"][:-1] + ("a" if secrets["viewer"][-1] != "a" else "b")
    await asyncio.to_thread(lambda: api.join(secret=wrong, status=401))
    await asyncio.to_thread(api.ask, "GET", f"/api/jams/{JAM}/rooms", None, joined["token"] + "x")
    await asyncio.to_thread(api.renew, "participant")
    try:
        (await Socket.connect(hub.port, f"/yjs/{JAM}/x?token={joined['token']}x")).abort()
    except Refused:
        pass
    log = hub.log(mark)
    assert "status=401" in log
    for secret in (*secrets.values(), wrong, joined["token"], joined["key"]):
        assert secret not in log


# The terminal


def test_a_terminal_shows_the_links_and_a_code_to_photograph(web_hub):
    """The code is there where another machine could reach the hub, which takes a network."""
    web_hub.stop()
    addresses = os.popen("hostname -I").read().split()
    if not any(":" not in address for address in addresses):
        pytest.skip("this machine is in no network")
    leader, terminal = pty.openpty()
    command = [BINARY, "serve", "--data", web_hub.data, "--bind", "0.0.0.0", "--port", "0"]
    process = Popen(
        [*command, "--links", *web_hub.options], stdout=terminal, stderr=DEVNULL, stdin=DEVNULL
    )
    os.close(terminal)
    shown = b""
    try:
        while b"a phone's camera" not in shown:
            shown += os.read(leader, 65536)
    finally:
        process.terminate()
        assert process.wait(15) == 0
        os.close(leader)
    text = shown.decode()
    links = re.findall(r"(participant|facilitator|review): +(http://\S+)/j/demo#i=([a-z2-7]{26})", text)
    assert len(links) % 3 == 0 and len(links) >= 6 and len({secret for *_, secret in links}) == 3
    code = [line for line in text.splitlines() if "\x1b[97;40m" in line]
    widths = {len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in code}
    assert len(widths) == 1 and len(code) == (widths.pop() + 1) // 2
    web_hub.start()


def test_with_tls_every_link_is_secure_and_the_title_of_the_settings_is_shown(web_hub):
    web_hub.stop()
    settings = web_hub.folder / "hub.json"
    settings.write_text(json.dumps({"links": True, "titles": {JAM: "Радио для подъезда"}}))
    mark = web_hub.log_mark()
    web_hub.options += ["--config", str(settings), "--tls-self-signed"]
    web_hub.start()
    request = urllib.request.Request(
        f"{web_hub.url('http')}/api/jams/{JAM}/rooms",
        headers={"Authorization": f"Bearer {web_hub.token('ann')}"},
    )
    with urllib.request.urlopen(request, timeout=10, context=web_hub.trust()) as answer:
        assert json.load(answer)["jam"] == {"id": JAM, "title": "Радио для подъезда"}
    shown = web_hub.log(mark)
    assert f"Jam {JAM}: Радио для подъезда\n" in shown
    here = f"127.0.0.1:{web_hub.port}"
    assert shown.count(f"https://{here}/j/{JAM}#i=") == 3 and f" wss://{here}/yjs/{JAM}/" in shown
    assert "http://" not in shown and " ws://" not in shown
