"""The hub over TLS, with clients of other makers: Python's ssl, `websockets` with pycrdt, Debian's
y-websocket on Node."""

import asyncio
import os
import random
import socket
import ssl
import subprocess

import pycrdt
import pytest
from rig import wire
from rig.hub import Hub
from rig.pycrdt_peer import PycrdtPeer
from rig.socket import Socket
from rig.stock import until


def fingerprints(hub) -> list[str]:
    """Every one that the log tells of."""
    return [part[7:] for part in hub.log().split() if part.startswith("sha256=")]


def handshake(hub, version: ssl.TLSVersion, ciphers: str | None = None) -> tuple[str, str]:
    """Protocol and suite that come about."""
    context = hub.trust()
    context.minimum_version = context.maximum_version = version
    context.set_alpn_protocols(["h2", "http/1.1"])
    if ciphers:
        context.set_ciphers(ciphers)
    with socket.create_connection(("127.0.0.1", hub.port), 10) as raw:
        with context.wrap_socket(raw, server_hostname="127.0.0.1") as secure:
            assert secure.selected_alpn_protocol() == "http/1.1"
            secure.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert secure.recv(12) == b"HTTP/1.1 200"
            return secure.version(), secure.cipher()[0]


def test_what_comes_about_is_modern(tls_hub):
    version, suite = handshake(tls_hub, ssl.TLSVersion.TLSv1_3)
    assert version == "TLSv1.3"
    version, suite = handshake(tls_hub, ssl.TLSVersion.TLSv1_2)
    assert version == "TLSv1.2" and suite.startswith("ECDHE-") and "CBC" not in suite
    for ciphers in ("AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES128-SHA"):
        with pytest.raises(ssl.SSLError):
            handshake(tls_hub, ssl.TLSVersion.TLSv1_2, ciphers)
    with pytest.raises((ssl.SSLError, ConnectionError)), pytest.warns(DeprecationWarning):
        handshake(tls_hub, ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0")


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_a_session_is_resumed(tls_hub, version):
    context = tls_hub.trust()
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    session = None
    for expected in (False, True):
        with socket.create_connection(("127.0.0.1", tls_hub.port), 10) as raw:
            with context.wrap_socket(
                raw, server_hostname="127.0.0.1", session=session
            ) as secure:
                secure.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                assert secure.recv(1 << 16).startswith(b"HTTP/1.1 200")
                assert secure.session_reused is expected
                session = secure.session


def test_plain_http_is_told_what_to_do(tls_hub):
    with socket.create_connection(("127.0.0.1", tls_hub.port), 10) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        answer = b""
        while part := raw.recv(1 << 16):
            answer += part
    assert answer.startswith(b"HTTP/1.1 400") and b"https://" in answer


async def edited_by_both(hub, stock, room):
    """pycrdt and y-websocket on one board see each other's edits."""
    peer = await PycrdtPeer(hub, room, "ana").connect()
    client = await stock.open(room, "ben")
    await client.synced()
    peer.doc.get("m", type=pycrdt.Map)["ana"] = "here"
    await client.edit(["m", "set", "ben", "here too"])
    await until(lambda: len(peer.content().get("m", {})) == 2, what="both edits at pycrdt")

    async def has_both():
        return len((await client.content()).get("m", {})) == 2

    await until(has_both, what="both edits at y-websocket")
    return peer, client


async def test_clients_of_other_makers_edit_together(tls_hub, stock):
    peer, _ = await edited_by_both(tls_hub, stock, "together")
    await peer.disconnect()


@pytest.mark.seconds(120)
async def test_a_board_of_4_mib_both_ways(tls_hub):
    author = await PycrdtPeer(tls_hub, "big", "ana").connect()
    words = random.Random(4).randbytes(2 << 20).hex()
    author.doc.get("t", type=pycrdt.Text).insert(0, words)
    readers = [PycrdtPeer(tls_hub, "big", f"reader-{number}") for number in range(4)]

    async def is_there():
        reader = PycrdtPeer(tls_hub, "big", "first")
        await reader.connect()
        length = len(str(reader.doc.get("t", type=pycrdt.Text)))
        await reader.disconnect()
        return length == len(words)

    await until(is_there, 30, "the board at the hub")
    for reader in await asyncio.gather(*(reader.connect() for reader in readers)):
        assert str(reader.doc.get("t", type=pycrdt.Text)) == words
        await reader.disconnect()
    await author.disconnect()


@pytest.mark.seconds(120)
async def test_a_slow_reader_catches_up(tls_hub):
    path = tls_hub.path("slow", token=tls_hub.token("stuck"))
    stuck = await Socket.connect(
        tls_hub.port, path, receive_buffer=4096, trust=tls_hub.trust()
    )
    doc = pycrdt.Doc()

    def message(_socket, _opcode, payload):
        if payload[0] == wire.SYNC and payload[1] in (wire.STEP2, wire.UPDATE):
            doc.apply_update(wire.Reader(payload[2:]).buf())

    stuck.on_message = message
    stuck.send(wire.sync(wire.STEP1, b"\0"))
    await stuck.ping()
    stuck.transport.pause_reading()
    author = await PycrdtPeer(tls_hub, "slow", "ana").connect()
    board = author.doc.get("m", type=pycrdt.Map)
    before = tls_hub.resident_kib()
    for number in range(400):
        board["big"] = f"{number}#" + os.urandom(16 << 10).hex()
        await asyncio.sleep(0)
    other = await PycrdtPeer(tls_hub, "slow", "bea").connect()
    values = other.doc.get("m", type=pycrdt.Map)
    await until(lambda: values.get("big") == board["big"], 30, "the last value at another")
    print(f"a reader that never reads: {(tls_hub.resident_kib() - before) >> 10} MiB")
    stuck.transport.resume_reading()
    seen = doc.get("m", type=pycrdt.Map)
    await until(lambda: seen.get("big") == board["big"], 30, "the last value at the slow one")
    assert not stuck.closed.done()
    await stuck.close()
    await author.disconnect()
    await other.disconnect()


async def test_after_a_kill_the_certificate_is_the_same(tls_hub, stock):
    peer, client = await edited_by_both(tls_hub, stock, "killed")
    await peer.disconnect()
    bytes_before = tls_hub.certificate.read_bytes()
    tls_hub.kill()
    tls_hub.start()
    assert tls_hub.certificate.read_bytes() == bytes_before
    authority, made, found = fingerprints(tls_hub)
    assert made == found != authority and len(made) == len(authority) == 95
    # The provider trusts what it trusted, so it comes back by itself.
    again = await PycrdtPeer(tls_hub, "killed", "ana").connect()
    again.doc.get("m", type=pycrdt.Map)["after"] = "the kill"

    async def has_it():
        return (await client.content()).get("m", {}).get("after") == "the kill"

    await until(has_it, 30, "the provider is back")
    await again.disconnect()


@pytest.mark.parametrize("damage", ["expires", "others", "damaged"])
def test_a_certificate_that_will_not_do_is_made_anew(tls_hub, damage, tmp_path):
    tls_hub.stop()
    names = "DNS:localhost" if damage == "others" else "IP:127.0.0.1"
    days = "3" if damage == "expires" else "100"
    if damage == "damaged":
        tls_hub.certificate.write_bytes(tls_hub.certificate.read_bytes()[:300])
    else:
        certificate = make(tmp_path, days, names)
        tls_hub.certificate.write_bytes(b"".join(file.read_bytes() for file in certificate))
    before = tls_hub.certificate.read_bytes()
    mark = tls_hub.log_mark()
    tls_hub.start()
    assert tls_hub.certificate.read_bytes() != before
    assert "made a certificate: the former one" in tls_hub.log(mark)
    assert "certificate authority" not in tls_hub.log(mark)
    assert tls_hub.certificate.stat().st_mode & 0o777 == 0o600
    assert tls_hub.health()[0] == 200
    assert tls_hub.run("verify", tls_hub.data).stdout.count("ok (") == 1


def make(folder, days="100", names="IP:127.0.0.1", name="own"):
    """A certificate and its key, by OpenSSL's own program."""
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    subprocess.run(
        [
            *"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes".split(),
            *["-days", days, "-subj", "/CN=test", "-addext", f"subjectAltName={names}"],
            *["-out", certificate, "-keyout", key],
        ],
        check=True,
        capture_output=True,
    )
    key.chmod(0o600)
    return certificate, key


def test_the_operators_files_are_used(folder, tmp_path):
    certificate, key = make(tmp_path)
    hub = Hub(folder, options=["--tls-cert", str(certificate), "--tls-key", str(key), "--links"])
    try:
        hub.start()
        context = ssl.create_default_context(cafile=certificate)
        with socket.create_connection(("127.0.0.1", hub.port), 10) as raw:
            context.wrap_socket(raw, server_hostname="127.0.0.1").close()
        assert f"wss://127.0.0.1:{hub.port}/yjs/" in hub.log()
        assert not hub.certificate.exists()
        assert hub.stop() == 0
    finally:
        hub.close()


def test_files_that_will_not_do_are_named(folder, tmp_path):
    certificate, key = make(tmp_path)
    other = make(tmp_path, name="other")[1]
    open_key = tmp_path / "open.key"
    open_key.write_bytes(key.read_bytes())
    open_key.chmod(0o644)
    junk = tmp_path / "junk.pem"
    junk.write_text("junk")
    junk.chmod(0o600)
    locked = tmp_path / "locked.key"
    subprocess.run(
        ["openssl", "pkey", "-in", key, "-aes128", "-passout", "pass:x", "-out", locked], check=True
    )
    locked.chmod(0o600)
    hub = Hub(folder)
    for first, second, words in [
        (tmp_path / "gone", key, ["gone", "No such file"]),
        (certificate, tmp_path / "gone", ["gone", "No such file"]),
        (junk, key, ["junk.pem", "no certificate"]),
        (certificate, junk, ["junk.pem", "no private key"]),
        (certificate, other, ["own.crt", "other.key", "does not belong"]),
        (certificate, open_key, ["open.key", "0644"]),
        (certificate, locked, ["locked.key", "password"]),
        (certificate, None, ["tls-key"]),
        (None, key, ["tls-cert"]),
    ]:
        settings = folder / "hub.toml"
        lines = [f'tls-cert = "{first}"'] if first else []
        lines += [f'tls-key = "{second}"'] if second else []
        settings.write_text("\n".join(lines))
        for command in (
            ["check-config", settings],
            ["serve", "--config", settings, "--data", folder / "data", "--port", "0"],
        ):
            done = hub.run(*command, check=False)
            assert done.returncode == 1 and all(word in done.stderr for word in words), done.stderr


@pytest.mark.seconds(120)
async def test_an_idle_connection_costs_little(tls_hub):
    """Figures: 400 sockets in one room, less the same in the clear is what TLS costs."""
    token = tls_hub.token("guest")
    trust = tls_hub.trust()

    async def opened(count):
        path = tls_hub.path("idle", token=token)
        return [await Socket.connect(tls_hub.port, path, trust=trust) for _ in range(count)]

    first = await opened(50)
    before = tls_hub.resident_kib()
    more = await opened(400)
    each = (tls_hub.resident_kib() - before) / len(more)
    print(f"an idle connection over TLS: {each:.1f} KiB")
    assert each < 20
    for client in first + more:
        client.abort()


def replay(hub, *options, port=None) -> str:
    """What a replay into a room of the hub says."""
    into = f"wss://127.0.0.1:{port or hub.port}/yjs/demo/review-1"
    done = hub.run(
        *("replay", "--from", hub.data, "--room", "demo/radio", "--into", into, "--speed", "100"),
        *options,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.seconds(90)
async def test_a_replay_trusts_the_hubs_own_certificate_or_a_named_one(tls_hub, folder, tmp_path):
    author = await PycrdtPeer(tls_hub, "radio", "ana").connect()
    for number in range(20):
        author.doc.get("m", type=pycrdt.Map)[f"key {number}"] = "x" * 50_000

    async def recorded():
        options = ("replay", "--from", tls_hub.data, "--room", "demo/radio", "--print")
        done = await asyncio.to_thread(tls_hub.run, *options, check=False)
        return done.stdout.count("\n") >= 20

    await until(recorded, 20, "20 updates in the recording")
    await author.disconnect()
    assert (await asyncio.to_thread(replay, tls_hub)).endswith("equal\n")
    fitting, key = make(tmp_path)
    elsewhere, other_key = make(tmp_path, names="DNS:other.example", name="other")
    for ca, says in [
        (tls_hub.authority, "equal\n"),
        (fitting, "the hub's certificate is not trusted: "),
        (key, "has no certificate in it"),
    ]:
        said = await asyncio.to_thread(replay, tls_hub, "--ca", ca)
        assert says in said, (ca, said)
    # Trusted, but another machine's.
    options = ["--tls-cert", str(elsewhere), "--tls-key", str(other_key)]
    (folder / "other").mkdir()
    other = Hub(folder / "other", options=options)
    try:
        await asyncio.to_thread(other.start)
        said = await asyncio.to_thread(replay, tls_hub, "--ca", elsewhere, port=other.port)
        assert "is not trusted: " in said and "mismatch" in said, said
    finally:
        await asyncio.to_thread(other.close)
