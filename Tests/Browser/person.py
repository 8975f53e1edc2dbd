"""Somebody with a browser of their own: what they do, and what they can see."""

import asyncio
import re
import time
from pathlib import Path

from playwright.async_api import Browser, ConsoleMessage, Locator, Request

EYES = (Path(__file__).parent / "eyes.js").read_text()
DEADLINE = 30
WINDOW = {"width": 1100, "height": 760}

# What a browser writes when a hub that was killed does not answer.
AWAY = (
    r"ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|WebSocket connection to|ERR_EMPTY_RESPONSE"
    r"|ERR_TOO_MANY_RETRIES"
)
# A former link is refused by the API with this status, and the browser writes it down.
FORMER_LINK = r"status of 401"

PIXEL = """([x, y]) => {
  const canvas = document.querySelector("canvas");
  const ratio = canvas.width / canvas.getBoundingClientRect().width;
  return [...canvas.getContext("2d").getImageData(x * ratio, y * ratio, 1, 1).data.slice(0, 3)];
}"""
# Whether the page itself is kept.
KEPT = """async () => {
  await navigator.serviceWorker.ready;
  return Boolean(await caches.match("/"));
}"""
# How many changes the browser's store says are not saved yet.
UNSAVED = """async () => {
  const ended = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const database = await ended(indexedDB.open("jamboree"));
  const boards = await ended(database.transaction("boards").objectStore("boards").getAll());
  database.close();
  return boards.reduce((sum, { unsaved }) => sum + unsaved, 0);
}"""


async def until(look, what: str, seconds: float = DEADLINE):
    """Waits until the coroutine function `look` gives something true; its value. AssertionError after."""
    deadline = time.monotonic() + seconds
    value = await look()
    while not value:
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        await asyncio.sleep(0.02)
        value = await look()
    return value


class Person:
    """One browser context with one page. `expected`: messages that the test itself provokes."""

    def __init__(self, hub, name: str):
        self.hub, self.name = hub, name
        self.expected: list[str] = []
        self.troubles: list[str] = []

    @classmethod
    async def create(cls, browser: Browser, hub, name: str, **options) -> "Person":
        self = cls(hub, name)
        # The service worker costs a second on a busy machine: only for tests of what it does.
        usual = {"locale": "en-GB", "viewport": WINDOW, "service_workers": "block"}
        options = {**usual, **options}
        self.context = await browser.new_context(**options)
        self.context.set_default_timeout(DEADLINE * 1000)
        await self.context.add_init_script(EYES)
        self.context.on("request", self._asked)
        self.page = await self.context.new_page()
        self.page.on("console", self._wrote)
        self.page.on("pageerror", lambda error: self.troubles.append(f"thrown: {error}"))
        self.mouse, self.keyboard = self.page.mouse, self.page.keyboard
        return self

    def _asked(self, request: Request):
        own = f"{self.hub.url('http')}/"
        if not request.url.startswith((own, "data:", "blob:")):
            self.troubles.append(f"a request to another origin: {request.url}")

    def _wrote(self, message: ConsoleMessage):
        if message.type == "error":
            self.troubles.append(f"console: {message.text}")

    async def close(self) -> list[str]:
        """What went wrong in the page and was not expected."""
        self.troubles += await self.page.evaluate("() => window.seen?.violations ?? []")
        await self.context.close()
        expected = re.compile("|".join(self.expected) or r"(?!)")
        return [f"{self.name}: {one}" for one in self.troubles if not expected.search(one)]

    # Coming in

    async def open(self, path: str):
        await self.page.goto(f"{self.hub.url('http')}{path}")

    async def introduce(self):
        """Says the name at the entrance, with the keyboard alone."""
        field = self.page.locator("#name")
        await field.wait_for()
        await field.fill(self.name)
        await self.keyboard.press("Enter")

    async def enter(self, link: str, room: str) -> "Person":
        """Follows an invitation right into a room; there when the board is all here."""
        await self.open(link.replace("#", f"/{room}#"))
        await self.introduce()
        await self.until_status("saved")
        return self

    # Seeing

    async def sees(self, text: str) -> bool:
        """Whether the text is drawn on a shape now; where its lines break does not matter."""
        drawn = await self.page.evaluate("() => window.seen.texts.join('')")
        return "".join(text.split()) in "".join(drawn.split())

    async def until_text(self, text: str):
        await until(lambda: self.sees(text), f"{self.name} sees “{text}”")

    async def until_no_text(self, text: str):
        async def look():
            return not await self.sees(text)

        await until(look, f"{self.name} sees “{text}” no more")

    async def until_cursor(self, name: str):
        async def look():
            return name in await self.page.evaluate("() => window.seen.names")

        await until(look, f"{self.name} sees the cursor of {name}")

    async def pixel(self, x: int, y: int) -> list[int]:
        return await self.page.evaluate(PIXEL, [x, y])

    async def until_pixel(self, x: int, y: int, check, what: str) -> list[int]:
        async def look():
            color = await self.pixel(x, y)
            return color if check(color) else None

        return await until(look, f"{self.name} sees {what} at ({x}, {y})")

    async def until_status(self, pattern: str) -> str:
        """Waits for the words of the status in the top bar, and until they stay: what was just written
        shows there a moment later, and a "saved" from before is none."""
        chip = self.page.locator(".status .words")

        async def words():
            said = await chip.inner_text() if await chip.count() else ""
            return said if re.fullmatch(pattern, said) else None

        async def look():
            if not await words():
                return None
            await asyncio.sleep(0.2)
            return await words()

        return await until(look, f"{self.name} sees the status {pattern}")

    async def until_stored(self, changes: int, with_page: bool = True):
        """The browser's own store has so many changes that the hub does not have, and the page."""

        async def look():
            has_page = not with_page or await self.page.evaluate(KEPT)
            return has_page and await self.page.evaluate(UNSAVED) == changes

        await until(look, f"the browser of {self.name} has stored {changes} changes")

    async def until_words(self, words: str) -> Locator:
        found = self.page.get_by_text(words).first
        await found.wait_for()
        return found

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    # Doing

    async def note(self, x: int, y: int, text: str):
        """A sticky note by mouse, its text letter by letter; its middle at (x, y)."""
        await self.button("Sticky note").click()
        await self.mouse.click(x, y)
        await self.field().wait_for()
        await self.keyboard.type(text)
        await self.keyboard.press("Escape")
        await self.field().wait_for(state="hidden")

    def field(self) -> Locator:
        return self.page.locator("textarea")

    async def drag(self, *points: tuple[int, int], release: bool = True):
        await self.mouse.move(*points[0])
        await self.mouse.down()
        for point in points[1:]:
            await self.mouse.move(*point, steps=5)
        if release:
            await self.mouse.up()
