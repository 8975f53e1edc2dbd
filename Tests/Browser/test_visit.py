"""What a first visit loads, what comes later, and what happens when that cannot come."""

import asyncio

from conftest import WEB
from person import AWAY, until

MOST = 150_000
LATER = ("Keys-", "Share-", "Lead-", "Trust-")
LOADED = """() => performance.getEntries()
  .filter(({ entryType }) => entryType === "navigation" || entryType === "resource")
  .map(({ name, encodedBodySize }) => [new URL(name).pathname, encodedBodySize])"""


async def test_a_first_visit_of_a_participant_costs_at_most_150_KB(hub, people, figure):
    """All that comes over the wire until the board can be used, in the language with the longest texts."""
    ann = await people("Ann", locale="be")
    await ann.open(await asyncio.to_thread(hub.link))
    await ann.introduce()
    await ann.page.locator("#title").fill("Радыё")
    await ann.page.locator("form.new button").click()
    await ann.page.locator(".status.saved").wait_for()
    await ann.keyboard.press("n")
    await ann.keyboard.press("Enter")
    await ann.field().wait_for()
    loaded = await ann.page.evaluate(LOADED)
    names = [path.rsplit("/", 1)[-1] for path, _ in loaded]
    assert any(name.startswith("main-") for name in names), names
    assert not [name for name in names if name.startswith(LATER)], names
    # The tests have no service worker, a visit has: it loads the rest when the page is there.
    size = sum(size for _, size in loaded) + (WEB / "sw.js.gz").stat().st_size
    figure(f"first visit: {size / 1000:.1f} KB")
    assert size <= MOST, loaded


async def test_a_part_that_cannot_come_says_so_and_is_tried_again(hub, people):
    ann = await people("Ann")
    ann.expected = [AWAY]
    await ann.enter(await asyncio.to_thread(hub.link), "radio")
    hub.kill()
    await ann.until_status("offline")
    await ann.button("Share").click()
    await ann.until_words("This part is not on this device yet, and the hub does not answer.")
    await ann.button("Try again").click()
    await ann.until_words("This part is not on this device yet, and the hub does not answer.")
    hub.start()
    await ann.button("Try again").click()
    field = ann.page.get_by_label("Link to this room", exact=True)
    await field.wait_for()
    assert await field.input_value() == f"http://127.0.0.1:{hub.port}/j/demo/radio"


async def test_a_part_of_a_former_build_offers_to_reload(hub, people):
    ann = await people("Ann")
    ann.expected = [r"status of 404"]
    await ann.enter(await asyncio.to_thread(hub.link), "radio")
    await ann.page.route("**/assets/Keys-*", lambda route: route.fulfill(status=404, body=""))
    await ann.page.locator("canvas").press("?")
    await ann.until_words("The hub may have a newer page by now")
    await ann.page.unroute("**/assets/Keys-*")
    await ann.button("Reload").click()
    await ann.until_status("saved")
    await ann.page.locator("canvas").press("?")
    await ann.until_words("Select everything")


async def test_every_part_is_there_offline_once_it_is_kept(hub, people):
    ann = await people("Ann", service_workers="allow")
    ann.expected = [AWAY]
    await ann.enter(await asyncio.to_thread(hub.link, "facilitator"), "radio")
    await ann.until_stored(0)

    async def is_served():
        return await ann.page.evaluate("() => Boolean(navigator.serviceWorker.controller)")

    await until(is_served, "the service worker serves the page")
    assert hub.stop() == 0
    await ann.until_status("offline")
    await ann.page.reload()
    await ann.until_status("offline")
    await ann.page.locator("canvas").press("?")
    await ann.until_words("Select everything")
    await ann.keyboard.press("Escape")
    await ann.button("Share").click()
    await ann.page.get_by_label("Link to this room", exact=True).wait_for()
    hub.start()
    await ann.until_status("saved")


async def test_without_the_hub_the_rooms_kept_here_are_listed(hub, people):
    ann = await people("Ann")
    ann.expected = [AWAY]
    link = await asyncio.to_thread(hub.link)
    await ann.open(link)
    await ann.introduce()
    await ann.page.get_by_label("What is it about?").fill("Radio für alle")
    await ann.button("Start a room").click()
    await ann.until_status("saved")
    await ann.note(300, 300, "kept")
    await ann.until_status("saved")
    hub.kill()
    await ann.until_status("offline.*")
    await ann.page.locator(".topbar a").click()
    room = ann.page.get_by_role("link", name="Radio für alle")
    await room.wait_for()
    assert "kept on this device" in await room.inner_text()
    await room.click()
    await ann.until_text("kept")
    hub.start()
    await ann.until_status("saved")
    await ann.page.locator(".topbar a").click()
    await ann.page.get_by_text("1 person here").or_(ann.page.get_by_text("nobody here")).wait_for()
    assert not await ann.page.get_by_text("kept on this device").count()
