"""What was written without the hub, in a room that was left since, and other things pages remember."""

import asyncio

from company import two
from person import AWAY, until

WAITING = r"\d+ changes? not sent yet"
PARTS = """() => performance.getEntriesByType("resource").map(({ name }) => name).join()"""


async def test_what_was_left_in_a_room_is_sent_when_the_hub_is_back(hub, people):
    ann, ben = await two(hub, people, AWAY)
    await ann.note(250, 300, "before")
    await ann.until_status("saved")
    await ben.until_text("before")

    hub.kill()
    await ann.until_status("offline")
    await ann.note(600, 300, "left")
    await ann.until_status(r"offline, 5 changes waiting")
    await ann.page.get_by_role("link", name="Back to the rooms").click()
    entry = ann.page.locator("a.room", has_text="radio")
    await entry.wait_for()
    await ann.until_words("5 changes not sent yet")

    hub.start()
    await ben.until_text("left")
    badge = ann.page.get_by_text("not sent yet")
    await badge.wait_for(state="detached")
    assert "radio" in await entry.inner_text()
    await ann.until_stored(0, with_page=False)


async def test_what_was_left_is_sent_from_another_room_too(hub, people):
    ann, ben = await two(hub, people, AWAY)
    hub.kill()
    await ann.until_status("offline")
    await ann.note(600, 300, "left")
    await ann.until_status(r"offline, 5 changes waiting")
    await ann.page.get_by_role("link", name="Back to the rooms").click()
    await ann.until_words("5 changes not sent yet")
    await ann.page.evaluate(
        """() => { history.pushState(null, "", "/j/demo/garden");
                   window.dispatchEvent(new Event("jamboree-moved")); }"""
    )
    await ann.until_status("offline|connecting.*")
    hub.start()
    await ann.until_status("saved")
    await ben.until_text("left")


async def test_nobody_has_written_here_is_not_said_again(hub, people):
    ann = await people("Ann")
    await ann.enter(await asyncio.to_thread(hub.link), "mistyped")
    words = ann.page.get_by_text("Nobody has written in this room yet.")
    await words.wait_for()
    await ann.note(400, 300, "written")
    await ann.until_text("written")
    assert not await words.count()
    await ann.keyboard.press("Delete")
    await ann.until_no_text("written")
    await ann.page.get_by_text("Nothing here yet").wait_for()
    assert not await words.count()


async def test_a_new_room_is_called_by_its_title_without_the_hub(hub, people):
    ann = await people("Ann")
    ann.expected = [AWAY]
    await ann.open(await asyncio.to_thread(hub.link))
    await ann.introduce()
    await ann.page.locator("#title").fill("Радыё для ўсіх")
    await ann.page.locator("form.new button").click()
    await ann.until_status("saved")
    await ann.note(400, 300, "x")
    await ann.until_status("saved")
    hub.kill()
    await ann.until_status("offline")
    await ann.page.get_by_role("link", name="Back to the rooms").click()
    await ann.page.locator("a.room", has_text="Радыё для ўсіх").wait_for()


async def test_a_busy_hub_takes_nothing_from_the_list_of_rooms(hub, people):
    ann = await people("Ann")
    ann.expected = ["status of 429"]
    await asyncio.to_thread(hub.ask, "rooms", "POST", {"title": "Garden"})
    await ann.open(await asyncio.to_thread(hub.link))
    await ann.introduce()
    await ann.page.locator("a.room", has_text="Garden").wait_for()
    asked = []

    async def busy(route):
        asked.append(route.request.url)
        await route.fulfill(
            status=429,
            headers={"Retry-After": "12", "Content-Type": "application/json"},
            body='{"error": "too-many-requests", "reason": "too often"}',
        )

    await ann.page.route("**/rooms", busy)

    async def was_asked():
        return asked

    await until(was_asked, "the list is asked for again")
    await asyncio.sleep(6)
    assert len(asked) == 1
    assert await ann.page.locator("a.room", has_text="Garden").count() == 1
    assert not await ann.page.get_by_role("alert").filter(has_text="too much").count()


async def test_parts_come_when_the_page_is_quiet_and_open_without_the_hub(hub, people):
    ann = await people("Ann")
    ann.expected = [AWAY]
    await ann.enter(await asyncio.to_thread(hub.link), "radio")
    assert "/Share-" not in await ann.page.evaluate(PARTS)

    async def fetched():
        names = await ann.page.evaluate(PARTS)
        return all(f"/{part}-" in names for part in ("Share", "Keys", "Lead"))

    await until(fetched, "the parts are fetched")
    await asyncio.sleep(0.5)
    hub.kill()
    await ann.until_status("offline")
    await ann.button("Share").click()
    await ann.page.get_by_label("Link to this room", exact=True).wait_for()


async def test_a_text_that_is_too_long_is_cut_and_that_is_said(hub, people):
    ann = await people("Ann")
    await ann.enter(await asyncio.to_thread(hub.link), "radio")
    await ann.note(400, 300, "x")
    await ann.keyboard.press("Enter")
    await ann.field().wait_for()
    await ann.field().fill("y" * 10_005)
    told = ann.page.locator(".told", has_text="at most 10,000 letters")
    await told.wait_for()
    assert await ann.page.locator("[aria-live=polite]", has_text="at most 10,000 letters").count()
    assert len(await ann.field().input_value()) == 10_000
