"""The certificate authority that a hub makes for itself, as devices that trust it see it: Python's ssl and
OpenSSL's own program."""

import json
import re
import socket
import ssl
import subprocess
import urllib.error
import urllib.request

import pytest
from rig.thief import forged

STRICT = ssl.VERIFY_X509_STRICT


def get(hub, path, method="GET", **fields):
    """Status, headers and body. The hub's certificate is checked, with its name."""
    request = urllib.request.Request(f"{hub.url('http')}{path}", method=method, headers=fields)
    try:
        with urllib.request.urlopen(request, timeout=10, context=hub.trust()) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers, refused.read()


def openssl(*arguments) -> str:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True)
    return done.stdout + done.stderr


def chain(hub) -> list[str]:
    """The certificates that the hub sends, PEM."""
    shown = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{hub.port}", "-showcerts"],
        input="",
        capture_output=True,
        text=True,
        timeout=10,
    ).stdout
    return re.findall(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n", shown, re.S)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_who_trusts_the_authority_gets_in(tls_hub, name):
    context = ssl.create_default_context(cafile=tls_hub.authority)
    context.verify_flags |= STRICT
    assert context.check_hostname
    with socket.create_connection(("127.0.0.1", tls_hub.port), 10) as raw:
        with context.wrap_socket(raw, server_hostname=name) as secure:
            assert ("DNS", "localhost") in secure.getpeercert()["subjectAltName"]
    with socket.create_connection(("127.0.0.1", tls_hub.port), 10) as raw:
        with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
            context.wrap_socket(raw, server_hostname="jam.example")
    with socket.create_connection(("127.0.0.1", tls_hub.port), 10) as raw:
        with pytest.raises(ssl.SSLCertVerificationError):
            ssl.create_default_context().wrap_socket(raw, server_hostname=name)


def test_the_certificates_are_as_stores_want_them(tls_hub):
    text = openssl("x509", "-in", tls_hub.authority, "-noout", "-text")
    assert "CA:TRUE, pathlen:0" in text and text.count(": critical") == 3
    usage = re.search(r"X509v3 Key Usage: critical\s+(.+)", text)[1]
    assert usage.strip() == "Certificate Sign" and "prime256v1" in text
    for network in ("IP:10.0.0.0/255.0.0.0", "DNS:home.arpa", "FC00:0:0:0:0:0:0:0/FE00:0:"):
        assert network in text
    leaf, root = chain(tls_hub)
    assert root == tls_hub.authority.read_text()
    own = subprocess.run(
        ["openssl", "x509", "-noout", "-text"], input=leaf, capture_output=True, text=True
    ).stdout
    assert "CA:FALSE" in own and "TLS Web Server Authentication" in own
    for file in ("ca.pem", "ca.crt", "tls.pem"):
        assert (tls_hub.data / "keys" / file).stat().st_mode & 0o777 == 0o600
    assert "PRIVATE" not in tls_hub.authority.read_text()


def test_a_stolen_key_vouches_for_nobody_on_the_internet(tls_hub, tmp_path):
    def verdict(names, purpose="sslserver", **usage):
        file = forged(tls_hub, tmp_path, names, **usage)
        return openssl("verify", "-CAfile", tls_hub.authority, "-purpose", purpose, file)

    for names in ("DNS:printer.local", "IP:10.9.9.9,IP:fd00::7", "DNS:localhost"):
        assert verdict(names).endswith("forged.pem: OK\n")
    for names in ("DNS:jam.example", "IP:8.8.8.8", "DNS:localhost,DNS:jam.example", "IP:2001:db8::1"):
        assert "permitted subtree violation" in verdict(names)
    # Nor for mail or people, of which the constraints say nothing.
    for purpose, usage in (("smimesign", "emailProtection"), ("sslclient", "clientAuth")):
        words = verdict("email:boss@bank.example", purpose, usage=usage)
        assert "OK" not in words and re.search("unsuitable|invalid CA", words), words


def test_devices_get_the_certificate(tls_hub):
    status, fields, body = get(tls_hub, "/ca.crt")
    assert status == 200 and body == tls_hub.authority.read_bytes()
    assert fields["Content-Type"] == "application/x-x509-ca-cert"
    assert fields["Cache-Control"] == "no-cache"
    name = r'attachment; filename="jamboree-[a-z0-9-]+-local-ca-[0-9a-f]{8}\.crt"'
    assert re.fullmatch(name, fields["Content-Disposition"])
    head = get(tls_hub, "/ca.crt", "HEAD")
    assert head[0] == 200 and head[2] == b"" and head[1]["Content-Length"] == str(len(body))
    known = get(tls_hub, "/ca.crt", **{"If-None-Match": fields["ETag"]})
    assert known[0] == 304 and known[2] == b""
    refused = get(tls_hub, "/ca.crt", "POST")
    assert refused[0] == 405 and refused[1]["Allow"] == "GET, HEAD"
    # Without --links too it is said where, and which one it is.
    digits = openssl("x509", "-in", tls_hub.authority, "-noout", "-fingerprint", "-sha256")
    log = tls_hub.log()
    assert f"\n  https://127.0.0.1:{tls_hub.port}/ca.crt\n" in log
    assert f"\n  SHA-256 {digits.split('=')[1]}" in log and "  new: " not in log


def test_a_hub_without_an_authority_says_so(hub):
    status, fields, body = get(hub, "/ca.crt")
    assert status == 404 and fields["Content-Type"] == "application/json"
    refusal = json.loads(body)
    assert refusal["error"] == "not-found" and "--tls-self-signed" in refusal["reason"]
    assert not hub.authority.exists() and "ca.crt" not in hub.log()


def test_a_hub_that_had_a_certificate_of_its_own_makes_an_authority(tls_hub):
    tls_hub.stop()
    for file in ("ca.pem", "ca.crt"):
        (tls_hub.data / "keys" / file).unlink()
    mark = tls_hub.log_mark()
    tls_hub.start()
    log = tls_hub.log(mark)
    assert log.count("made a certificate authority") == 1
    assert log.count("made a certificate: the former one is not by the authority") == 1
    assert tls_hub.health()[0] == 200
    before = tls_hub.authority.read_bytes()
    tls_hub.stop()
    mark = tls_hub.log_mark()
    tls_hub.start()
    assert "made a" not in tls_hub.log(mark) and tls_hub.authority.read_bytes() == before


@pytest.mark.parametrize("damage", ["damaged", "no key", "open", "foreign"])
def test_an_authority_that_will_not_do_is_named_and_kept(tls_hub, damage, tmp_path):
    tls_hub.stop()
    file = tls_hub.data / "keys" / "ca.pem"
    if damage == "open":
        file.chmod(0o644)
    elif damage == "foreign":
        parts = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x"]
        openssl("req", "-x509", *parts, "-keyout", tmp_path / "k", "-out", tmp_path / "c")
        file.write_bytes((tmp_path / "k").read_bytes() + (tmp_path / "c").read_bytes())
    else:
        text = file.read_bytes()
        file.write_bytes(text[:300] if damage == "damaged" else tls_hub.authority.read_bytes())
    before = file.read_bytes()
    words = {
        "damaged": "has no certificate in it",
        "no key": "has no private key in it",
        "open": "others could read the key",
        "foreign": "would vouch for any name",
    }
    with pytest.raises(AssertionError, match=f"ca.pem: .*{words[damage]}"):
        tls_hub.start()
    tls_hub.process = None
    assert file.read_bytes() == before


def test_a_stranger_among_the_authoritys_files_is_left_alone(tls_hub, tmp_path):
    """A link in the place of a file is not followed, and nothing is written through it."""
    tls_hub.stop()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine")
    tls_hub.authority.unlink()
    tls_hub.authority.symlink_to(elsewhere)
    tls_hub.start()
    assert elsewhere.read_text() == "mine" and not tls_hub.authority.is_symlink()
    assert tls_hub.health()[0] == 200
