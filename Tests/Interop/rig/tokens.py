"""Tokens that must not open a door, made from a good one."""

import base64
import hashlib
import hmac
import json
import time


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def claims(token: str) -> dict:
    return json.loads(_decode(token.split(".")[1]))


def signed(payload: dict, key: bytes, header: dict | None = None) -> str:
    """A token of ours: HMAC-SHA-256 under `key`, whatever the header says."""
    head = _encode(json.dumps(header or {"alg": "HS256", "typ": "JWT"}).encode())
    signing = f"{head}.{_encode(json.dumps(payload).encode())}"
    return signing + "." + _encode(hmac.new(key, signing.encode(), hashlib.sha256).digest())


def forged(good: str) -> list[tuple[str, str]]:
    """(what is wrong, token) for every forgery that needs no server's help."""
    head, body, signature = good.split(".")
    payload = claims(good)
    facilitator = _encode(json.dumps({**payload, "role": "facilitator"}).encode())
    bare = _encode(json.dumps(payload).encode())

    def unsigned(algorithm):
        return _encode(json.dumps({"alg": algorithm, "typ": "JWT"}).encode())

    flipped = bytearray(_decode(signature))
    flipped[0] ^= 1
    return [
        ("empty", ""),
        ("garbage", "garbage"),
        ("three dots", "..."),
        ("not base64", "!!!.???.§§§".encode().hex()),
        ("alg none, no signature", f"{unsigned('none')}.{bare}."),
        ("alg None", f"{unsigned('None')}.{bare}."),
        ("alg NONE with the old signature", f"{unsigned('NONE')}.{bare}.{signature}"),
        ("no signature part", f"{head}.{body}"),
        ("empty signature", f"{head}.{body}."),
        ("one bit of the signature", f"{head}.{body}.{_encode(bytes(flipped))}"),
        ("half a signature", f"{head}.{body}.{signature[: len(signature) // 2]}"),
        ("another role under the old signature", f"{head}.{facilitator}.{signature}"),
        ("wrong key", signed(payload, b"not the key of this hub, though long")),
        ("empty key", signed(payload, b"")),
        ("alg RS256 with an HMAC", signed(payload, b"k", {"alg": "RS256", "typ": "JWT"})),
        ("never expires, wrong key", signed({**payload, "exp": 2**62}, b"another key")),
        ("an extra part", good + ".more"),
        ("claims are a list", f"{head}.{_encode(b'[]')}.{signature}"),
        ("claims are deep", f"{head}.{_encode(b'[' * 20000)}.{signature}"),
        ("8 KiB", "a" * 8192),
        ("1 MiB", "a" * (1 << 20)),
        ("1 MiB of dots", "." * (1 << 20)),
        ("old expiry, wrong key", signed({**payload, "exp": int(time.time()) - 10}, b"x")),
    ]
