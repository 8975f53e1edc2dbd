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

from rig.disk import FaultyDisk, is_mounted, small_disk  # noqa: E402
from rig.fuzz import FRESH_SESSIONS  # noqa: E402
from rig.hub import Hub, StockServer  # noqa: E402
from rig.share import pytest_addoption, pytest_collection_modifyitems  # noqa: E402, F401
from rig.stock import StockClients  # noqa: E402

STOCK = os.environ.get("RIG_SERVER") == "y-websocket"
SECONDS = 60
HUBS = ("hub", "tls_hub", "narrow_hub", "small_hub", "faulty_hub", "narrow_faulty_hub")
FULL_DISK = pytest.StashKey[str]()


def pytest_configure(config):
    config.addinivalue_line("markers", "seconds(n): another time limit than 60 s")


def pytest_terminal_summary(terminalreporter, config):
    if FRESH_SESSIONS in config.stash:
        terminalreporter.write_line(config.stash[FRESH_SESSIONS])
    if FULL_DISK in config.stash:
        terminalreporter.write_line(f"full disk: {config.stash[FULL_DISK]} (RIG_DISK=library|mount)")


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
    yield from _running(folder)


@pytest.fixture
def narrow_hub(folder):
    """A running hub with one shard: everything meets on one queue and in one log."""
    yield from _running(folder, shards=1)


@pytest.fixture
def small_hub(folder, pytestconfig):
    """A running hub on a disk (`hub.disk`) that the test can fill. Two shards, so two logs."""
    pytestconfig.stash[FULL_DISK] = "a real one" if is_mounted() else "the preloaded library"
    yield from _running(folder, shards=2, make_disk=small_disk)


@pytest.fixture
def faulty_hub(folder):
    """A running hub whose disk (`hub.disk`) fails as the test says. Two shards, so two logs."""
    yield from _running(folder, shards=2, make_disk=FaultyDisk)


@pytest.fixture
def narrow_faulty_hub(folder):
    """The same with one shard."""
    yield from _running(folder, shards=1, make_disk=FaultyDisk)


@pytest.fixture
def tls_hub(folder):
    """A running hub that speaks TLS with a certificate of its own. Two shards: sockets move."""
    yield from _running(folder, shards=2, options=["--tls-self-signed"])


def _running(folder, shards=None, make_disk=None, options=None):
    if STOCK:
        pytest.skip("needs the hub")
    if make_disk is None:
        yield from _watched(Hub(folder, options=options, shards=shards))
        return
    disk = make_disk(folder)
    try:
        hub = Hub(folder, environment=disk.environment, shards=shards)
        hub.disk = disk
        yield from _watched(hub)
    finally:
        disk.close()


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
    for name in HUBS:
        if name in request.fixturenames:
            return request.getfixturevalue(name)
    return request.getfixturevalue("server")
