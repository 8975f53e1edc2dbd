"""Somebody who has the key of a hub's certificate authority."""

import subprocess
from pathlib import Path


def forged(hub, folder: Path, names: str, usage: str = "serverAuth") -> Path:
    """A key and a certificate, a server's if you say nothing, for these names by the hub's authority, made by OpenSSL's own
    program. `names` as it takes them: "DNS:a.example,IP:127.0.0.1"."""
    request, certificate, key = (folder / f"forged.{end}" for end in ("csr", "crt", "key"))
    more = folder / "forged.ext"
    more.write_text(f"subjectAltName={names}\nextendedKeyUsage={usage}\n")
    secret = hub.data / "keys" / "ca.pem"
    own = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=thief".split()
    by = ["-CA", secret, "-CAkey", secret, "-CAcreateserial", "-CAserial", folder / "serial"]
    for arguments in (
        ["req", *own, "-keyout", key, "-out", request],
        ["x509", "-req", "-in", request, *by, "-days", "9", "-extfile", more, "-out", certificate],
    ):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)
    both = folder / "forged.pem"
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    return both
