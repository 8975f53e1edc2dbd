"""The hub as a process: started on a free port with its own data folder, watched, stopped, killed."""

import asyncio
import base64
import contextlib
import json
import os
import re
import signal
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

from .stock import until

ROOT = Path(__file__).resolve().parents[3]
BINARY = Path(os.environ.get("JAMBOREE", ROOT / ".build" / "release" / "jamboree"))
TRAPS = re.compile(r"Fatal error|Illegal instruction|Thread \d+ .*crashed|\*\*\* Signal|Trace/BPT")
JAM = "demo"


class PeakMemory:
    """The highest resident memory seen since `first`, KiB."""

    def __init__(self, first: int):
        self.first = self.highest = first

    @property
    def grown_mib(self) -> int:
        return (self.highest - self.first) >> 10


class Hub:
    """One data folder, and the hub process that serves it now, if any."""

    is_jamboree = True
    prefix = f"yjs/{JAM}/"

    def __init__(
        self,
        folder: Path,
        options: list[str] | None = None,
        environment: dict[str, str] | None = None,
        shards: int | None = None,
    ):
        self.folder, self.data = Path(folder), Path(folder) / "data"
        self.options, self.environment = options or [], environment or {}
        self.shards = shards
        self.process: subprocess.Popen | None = None
        self.port = 0
        self.log_path = self.folder / "hub.log"
        self.log_path.touch()
        self.tokens: dict[tuple, str] = {}
        self.expect_death = False

    # Life

    def start(self, timeout: float = 15) -> "Hub":
        """Starts on a free port the first time, on the same port again later, so clients find it."""
        assert BINARY.exists(), f"no hub at {BINARY}: run `make build`, or set JAMBOREE"
        port_file = self.folder / "port"
        port_file.unlink(missing_ok=True)
        command = [BINARY, "serve", "--data", self.data, "--jam", JAM, "--bind", "127.0.0.1"]
        command += ["--port", str(self.port), "--port-file", port_file, *self.options]
        if self.shards:
            command += ["--shards", str(self.shards)]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env={**os.environ, "SWIFT_BACKTRACE": "enable=no", **self.environment},
            )
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if port_file.exists() and (number := port_file.read_text().strip()):
                self.port = int(number)
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.005)
        raise AssertionError(f"the hub did not start:\n{self.log()[-3000:]}")

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self, sig: int = signal.SIGINT, timeout: float = 15) -> int:
        """Asks for a clean end and returns the exit code."""
        self.process.send_signal(sig)
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(
                f"the hub did not end within {timeout} s of signal {sig}"
            ) from None
        self.process = None
        return code

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process = None

    # Addresses and tokens

    @property
    def is_secure(self) -> bool:
        return any(option.startswith("--tls") for option in self.options)

    @property
    def certificate(self) -> Path:
        """The hub's own, with its key, where the hub made it itself."""
        return self.data / "keys" / "tls.pem"

    @property
    def authority(self) -> Path:
        """What clients are to trust then."""
        return self.data / "keys" / "ca.crt"

    def url(self, scheme: str) -> str:
        """`scheme` http or ws; with an s where the hub speaks TLS."""
        return f"{scheme}{'s' if self.is_secure else ''}://127.0.0.1:{self.port}"

    def trust(self) -> ssl.SSLContext | None:
        """For a client that believes this hub and nobody else."""
        return ssl.create_default_context(cafile=self.authority) if self.is_secure else None

    def token(self, sub: str, role: str = "participant", jam: str = JAM, **more: str) -> str:
        """A token as the command line prints it; `more`: room, expires."""
        key = (sub, role, jam, *sorted(more.items()))
        if key not in self.tokens:
            options = [part for name, value in more.items() for part in (f"--{name}", value)]
            self.tokens[key] = self.run(
                "token", "--data", self.data, "--sub", sub, "--role", role, "--jam", jam, *options
            ).stdout.strip()
        return self.tokens[key]

    def path(self, room: str, board: str | None = None, token: str | None = None) -> str:
        path = f"/{self.prefix}{room}" + (f"/{board}" if board else "")
        return path + (f"?token={token}" if token else "")

    def params(self, sub: str, role: str = "participant", **more: str) -> dict[str, str]:
        """The query that the stock provider is given."""
        return {"token": self.token(sub, role, **more)}

    # The rest of the command line

    def run(self, *arguments, check: bool = True) -> subprocess.CompletedProcess:
        done = subprocess.run(
            [BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=60
        )
        if check and done.returncode:
            raise AssertionError(
                f"jamboree {arguments[0]} ended with {done.returncode}: "
                f"{done.stdout[-2000:]}{done.stderr[-2000:]}"
            )
        return done

    def board_file(self, room: str, board: str = "main") -> Path:
        return self.data / "rooms" / JAM / room / "boards" / f"{board}.yjs.gz"

    # What it says and what it takes

    def log(self, since: int = 0) -> str:
        return self.log_path.read_bytes()[since:].decode(errors="replace")

    def log_mark(self) -> int:
        return self.log_path.stat().st_size

    def health(self) -> tuple[int, dict]:
        """What /healthz answers: the status, and its JSON."""
        request = urllib.request.Request(f"{self.url('http')}/healthz")
        try:
            with urllib.request.urlopen(request, timeout=10, context=self.trust()) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    async def health_of_all(self) -> list[tuple[int, dict]]:
        """Eight answers in turn: new connections are spread over the shards, and any of them may answer."""
        return [await asyncio.to_thread(self.health) for _ in range(8)]

    async def statuses(self) -> set[int]:
        return {status for status, _ in await self.health_of_all()}

    async def until_well(self, seconds: float = 30):
        """Waits until every shard says that all is well."""

        async def is_well():
            return await self.statuses() == {200}

        await until(is_well, seconds, "health 200 from every shard")

    def resident_kib(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    @contextlib.asynccontextmanager
    async def peak_memory(self) -> AsyncIterator[PeakMemory]:
        """Looks at the resident memory every 10 ms, and once more at the end."""
        peak = PeakMemory(self.resident_kib())

        def look():
            peak.highest = max(peak.highest, self.resident_kib())

        async def watch():
            while True:
                await asyncio.sleep(0.01)
                look()

        watching = asyncio.create_task(watch())
        try:
            yield peak
            look()
        finally:
            watching.cancel()

    def processor_seconds(self) -> float:
        """What the process has cost so far. Unlike a clock it does not run while others do."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def secrets(self) -> set[str]:
        """Every token handed out, and the signing keys in the forms in which they could leak."""
        found = {token for token in self.tokens.values() if token}
        found |= {token.split(".")[-1] for token in found}
        for file in (self.data / "keys").rglob("*") if (self.data / "keys").is_dir() else []:
            if file.is_file() and (raw := file.read_bytes().strip()):
                found |= {
                    raw.hex(),
                    base64.b64encode(raw).decode().rstrip("="),
                    base64.urlsafe_b64encode(raw).decode().rstrip("="),
                    raw.decode(errors="replace"),
                }
        return {secret for secret in found if len(secret) >= 16}

    def assert_sound(self) -> None:
        """The process lives (unless the test ended it), never trapped, and wrote no secret."""
        log = self.log()
        if self.process is not None:
            assert self.alive, f"the hub died with {self.process.returncode}:\n{log[-3000:]}"
        assert not (trap := TRAPS.search(log)), (
            f"the log tells of a trap: {log[trap.start() :][:600]}"
        )
        leaked = [secret[:6] + "…" for secret in self.secrets() if secret in log]
        assert not leaked, f"the log contains secrets: {leaked}"

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


class StockServer(Hub):
    """Debian's y-websocket server in the hub's place: proves that the clients and checks are right."""

    is_jamboree = False
    prefix = ""

    def start(self, timeout: float = 15) -> "StockServer":
        import socket

        if not self.port:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
        script = ROOT / "Tests" / "Bench" / "servers" / "yws-debian.js"
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                ["node", script],
                stdout=log,
                stderr=log,
                env={**os.environ, "NODE_PATH": "/usr/share/nodejs", "PORT": str(self.port)},
            )
        deadline = time.monotonic() + timeout
        while "listening" not in self.log():
            assert self.alive and time.monotonic() < deadline, self.log()
            time.sleep(0.01)
        return self

    def token(self, *_args, **_more) -> str:
        return ""

    def params(self, *_args, **_more) -> dict[str, str]:
        return {}
