"""Fixtures: one browser for all tests, a hub per test, and people who each have a context of their own.

At the end of a test nobody's page may have written an error, asked another host, or broken the content
security policy. Coroutines are tests, each with a time limit; all run in the loop that the browser is in.
"""

import asyncio
import functools
import inspect
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(ROOT / "Tests" / "Interop"))

from person import Person  # noqa: E402
from rig.hub import JAM, Hub  # noqa: E402
from rig.share import pytest_addoption, pytest_collection_modifyitems  # noqa: E402, F401

WEB = Path(os.environ.get("JAMBOREE_WEB", ROOT / ".build" / "web"))
SECONDS = 120
FIGURES = pytest.StashKey[list[str]]()


def pytest_configure(config):
    config.stash[FIGURES] = []


def pytest_terminal_summary(terminalreporter, config):
    for line in config.stash[FIGURES]:
        terminalreporter.write_line(line)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    function = pyfuncitem.obj
    if not inspect.iscoroutinefunction(function):
        return None
    given = {name: pyfuncitem.funcargs[name] for name in inspect.signature(function).parameters}
    pyfuncitem.funcargs["loop"].run(asyncio.wait_for(function(**given), SECONDS))
    return True


@pytest.fixture
def figure(pytestconfig):
    """Writes a line at the end of the run."""
    return pytestconfig.stash[FIGURES].append


@pytest.fixture(scope="session", autouse=True)
def loop():
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="session")
def chromium(loop):
    """`await chromium(home)`: the system's Chromium, without its sandbox: root has none, containers neither,
    and it sees nothing but our own pages. In a home of its own it has the certificates that are there."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    assert program, "the browser tests need chromium: run `make test`, or install it"
    playwright = loop.run(async_playwright().start())

    async def launch(home: Path | None = None):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("XDG_")}
        return await playwright.chromium.launch(
            executable_path=program,
            args=["--disable-gpu"],
            env={**environment, "HOME": str(home)} if home else None,
        )

    yield launch
    loop.run(playwright.stop())


@pytest.fixture(scope="session")
def browser(loop, chromium):
    started = loop.run(chromium())
    yield started
    loop.run(started.close())


class WebHub(Hub):
    """A hub with the web client, and its links."""

    def __init__(self, folder: Path, *options: str):
        super().__init__(folder, options=["--web", str(WEB), *options])

    def ask(self, path: str, method: str = "GET", body: dict | None = None) -> dict:
        """The HTTP API as a facilitator."""
        request = urllib.request.Request(
            f"{self.url('http')}/api/jams/{JAM}/{path}",
            method=method,
            data=json.dumps(body or {}).encode() if method == "POST" else None,
            headers={"Authorization": f"Bearer {self.token('rig', 'facilitator')}"},
        )
        with urllib.request.urlopen(request, timeout=30, context=self.trust()) as answer:
            return json.load(answer)

    def link(self, role: str = "participant") -> str:
        return self.ask("invitations")[role]


def _running(*options: str):
    assert (WEB / "index.html").exists(), f"no web client in {WEB}: run `make web`"
    folder = Path(tempfile.mkdtemp(prefix="jamboree-"))
    running = WebHub(folder, *options)
    try:
        running.start()
        yield running
        running.assert_sound()
        if running.alive:
            assert running.stop() == 0, "the hub did not end cleanly"
    finally:
        running.close()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def hub():
    yield from _running()


@pytest.fixture
def tls_hub():
    """With a certificate by an authority of its own."""
    yield from _running("--tls-self-signed")


@pytest.fixture
def people(loop, browser, hub):
    """`await people("Ann")`: somebody with a browser; options are those of a browser context."""
    yield from _people(loop, browser, hub)


@pytest.fixture
def warned_people(loop, browser, tls_hub):
    """The same at `tls_hub`: whoever comes has gone past the browser's warning."""
    for come in _people(loop, browser, tls_hub):
        yield functools.partial(come, ignore_https_errors=True)


@pytest.fixture
def trusting_people(loop, chromium, tls_hub, tmp_path):
    """The same with a browser that trusts the authority of `tls_hub`. No error of a certificate is ignored."""
    database = tmp_path / ".pki" / "nssdb"
    database.mkdir(parents=True)
    certutil = ["certutil", "-d", f"sql:{database}"]
    subprocess.run([*certutil, "-N", "--empty-password"], check=True)
    subprocess.run(
        [*certutil, "-A", "-t", "C,,", "-n", "jamboree", "-i", tls_hub.authority], check=True
    )
    started = loop.run(chromium(tmp_path))
    try:
        yield from _people(loop, started, tls_hub)
    finally:
        loop.run(started.close())


def _people(loop, browser, hub):
    all_of_them: list[Person] = []

    async def come(name: str, **options) -> Person:
        person = await Person.create(browser, hub, name, **options)
        all_of_them.append(person)
        return person

    async def leave() -> list[str]:
        return [trouble for person in all_of_them for trouble in await person.close()]

    yield come
    troubles = loop.run(leave())
    assert not troubles, "\n".join(troubles)
