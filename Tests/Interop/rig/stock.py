"""Stock Yjs clients: Debian's y-websocket provider on Node, driven over standard input and output."""

import asyncio
import itertools
import json
import os
import time
from pathlib import Path

DRIVER = Path(__file__).resolve().parents[1] / "drivers" / "stock.js"


async def until(check, seconds: float = 10, what: str = "the condition"):
    """Waits until `check` (plain or async) gives something true; its value; AssertionError after."""
    deadline = time.monotonic() + seconds
    while True:
        value = check()
        if asyncio.iscoroutine(value):
            value = await value
        if value:
            return value
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        await asyncio.sleep(0.02)


class StockClients:
    """One Node process with any number of providers in it."""

    def __init__(self, hub):
        self.hub, self.numbers, self.waiting = hub, itertools.count(1), {}

    async def __aenter__(self) -> "StockClients":
        self.process = await asyncio.create_subprocess_exec(
            "node",
            str(DRIVER),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 28,
            env={
                **os.environ,
                "NODE_PATH": "/usr/share/nodejs",
                **({"NODE_EXTRA_CA_CERTS": self.hub.certificate} if self.hub.is_secure else {}),
            },
        )
        self.reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, error, *_):
        if error is None:
            foreign = await self.ask("foreign")
            assert not foreign, (
                f"stock clients were sent message types that they do not know: {foreign}"
            )
        self.process.stdin.close()
        try:
            await asyncio.wait_for(self.process.wait(), 5)
        except TimeoutError:
            self.process.kill()
        self.reading.cancel()

    async def _read(self):
        while line := await self.process.stdout.readline():
            try:
                reply = json.loads(line)
            except ValueError:
                break
            waiter = self.waiting.pop(reply["id"])
            if "error" in reply:
                waiter.set_exception(AssertionError(reply["error"]))
            else:
                waiter.set_result(reply["result"])
        for waiter in self.waiting.values():
            waiter.set_exception(AssertionError(f"the Node driver ended with {line[:200]!r}"))

    async def ask(self, op: str, **given):
        number = next(self.numbers)
        waiter = self.waiting[number] = asyncio.get_running_loop().create_future()
        self.process.stdin.write(json.dumps({"id": number, "op": op, **given}).encode() + b"\n")
        return await waiter

    async def open(
        self, room: str, sub: str, role: str = "participant", board: str | None = None, **options
    ) -> "StockClient":
        """A provider with its document. Options: tabs (tabs of one browser), connect."""
        client = StockClient(self, f"{sub}-{next(self.numbers)}")
        place = self.hub.prefix + room + (f"/{board}" if board and self.hub.is_jamboree else "")
        await self.ask(
            "open",
            client=client.name,
            url=self.hub.url("ws"),
            room=place,
            params=self.hub.params(sub, role),
            **options,
        )
        return client


class StockClient:
    """One provider. Operations of the driver are methods: edit, apply, connect, cutSocket, …"""

    def __init__(self, clients: StockClients, name: str):
        self.clients, self.name = clients, name

    def __getattr__(self, op: str):
        return lambda **given: self.clients.ask(op, client=self.name, **given)

    async def edit(self, *steps: list):
        await self.clients.ask("edit", client=self.name, steps=list(steps))

    async def content(self) -> dict:
        return (await self.state())["content"]

    async def synced(self, seconds: float = 10):
        async def check():
            state = await self.state()
            return state if state["synced"] else None

        return await until(check, seconds, f"{self.name} synced")

    async def denied(self, seconds: float = 10) -> str:
        """Waits for the auth message; its reason."""

        async def check():
            return (await self.state())["denied"]

        return (await until(check, seconds, f"{self.name} told that it may not"))[-1]
