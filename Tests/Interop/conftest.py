"""Fixtures: a hub per test, checked at its end, and coroutines as tests, each with a time limit.

RIG_SERVER=y-websocket puts Debian's y-websocket server in the hub's place: what a stock server can do
must pass there too, which proves the clients and the checks. Tests that need the hub are then skipped.
"""

import asyncio
import inspect
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from rig.disk import FaultyDisk, small_disk  # noqa: E402
from rig.hub import Hub, StockServer  # noqa: E402
from rig.stock import StockClients  # noqa: E402

STOCK = os.environ.get("RIG_SERVER") == "y-websocket"
SECONDS = 60


def pytest_configure(config):
    config.addinivalue_line("markers", "seconds(n): another time limit than 60 s")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Runs coroutine tests in a loop of their own, with the Node driver where they ask for `stock`."""
    function = pyfuncitem.obj
    if not inspect.iscoroutinefunction(function):
        return None
    names = list(inspect.signature(function).parameters)
    given = {name: pyfuncitem.funcargs[name] for name in names}
    marker = pyfuncitem.get_closest_marker("seconds")
    seconds = marker.args[0] if marker else SECONDS

    async def run():
        async with asyncio.timeout(seconds):
            if "stock" not in given:
                await function(**given)
                return
            async with StockClients(given["stock"]) as clients:
                await function(**{**given, "stock": clients})

    asyncio.run(run())
    return True


@pytest.fixture
def folder():
    """A short-lived folder of the test's own; kept in nobody's way in the temporary folder."""
    path = Path(tempfile.mkdtemp(prefix="jamboree-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def server(folder):
    """A running hub, or the stock server: for tests of what both must do."""
    running = (StockServer if STOCK else Hub)(folder)
    yield from _watched(running)


@pytest.fixture
def hub(folder):
    """A running hub: for tests of what only ours can do."""
    if STOCK:
        pytest.skip("needs the hub")
    yield from _watched(Hub(folder))


@pytest.fixture
def small_hub(folder):
    """A running hub on a small disk (`hub.disk`) that the test can fill. Two shards, so two logs."""
    yield from _on_disk(folder, small_disk)


@pytest.fixture
def faulty_hub(folder):
    """A running hub whose disk (`hub.disk`) fails as the test says. Two shards, so two logs."""
    yield from _on_disk(folder, FaultyDisk)


def _on_disk(folder, make_disk):
    if STOCK:
        pytest.skip("needs the hub")
    disk = make_disk(folder)
    try:
        hub = Hub(folder, ["--shards", "2"], disk.environment)
        hub.disk = disk
        yield from _watched(hub)
    finally:
        disk.close()


@pytest.fixture
def narrow_hub(hub):
    """A running hub with one shard: everything meets on one queue and in one log."""
    return _narrowed(hub)


@pytest.fixture
def narrow_faulty_hub(faulty_hub):
    """The same on a disk that fails as the test says."""
    return _narrowed(faulty_hub)


def _narrowed(hub: Hub) -> Hub:
    assert hub.stop() == 0
    hub.options += ["--shards", "1"]
    return hub.start()


def _watched(running: Hub):
    try:
        running.start()
        yield running
        running.assert_sound()
        if running.is_jamboree and running.alive:
            assert running.stop() == 0, "the hub did not end cleanly"
            running.assert_sound()
    finally:
        running.close()


@pytest.fixture
def stock(request):
    """The Node driver for this test's server (started inside the test's loop)."""
    wanted = ("faulty_hub", "small_hub", "hub", "server")
    return request.getfixturevalue(next(n for n in wanted if n in (*request.fixturenames, "server")))
