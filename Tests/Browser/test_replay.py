"""A recorded session, performed again before somebody who watches it in a page."""

import asyncio

from person import AWAY


async def replay(hub, room: str, *options: str):
    """Performs `radio` in another room of the same hub; both boards must be equal at the end."""
    into = ("--into", f"http://127.0.0.1:{hub.port}/j/demo/{room}", "--key-from", hub.data)
    done = await asyncio.to_thread(
        hub.run, "replay", "--from", hub.data, "--room", "demo/radio", *into, *options
    )
    assert done.stdout.splitlines()[-1] == "equal", done.stdout


async def started_for_review(hub, fay, title: str) -> str:
    """A facilitator starts a room in which people can gather before; its id."""
    await fay.open(await asyncio.to_thread(hub.link, "facilitator"))
    await fay.introduce()
    await fay.page.locator("#title").fill(title)
    await fay.page.get_by_label("Only for watching recordings").check()
    await fay.button("Start a room").click()
    await fay.until_words("A recorded session is shown here.")
    fay.expected = [AWAY]
    return fay.page.url.rsplit("/", 1)[1]


async def test_a_viewer_watches_a_session_as_it_was(hub, people):
    ann, eve = await people("Ann"), await people("Eve")
    ann.expected = eve.expected = [AWAY]
    participant, viewer = await asyncio.gather(
        asyncio.to_thread(hub.link), asyncio.to_thread(hub.link, "viewer")
    )
    await ann.enter(participant, "radio")
    await ann.note(250, 300, "first")
    await ann.button("Pen").click()
    await ann.drag((500, 200), (600, 260), (640, 420))
    await ann.note(850, 300, "second")
    await asyncio.sleep(3)  # so long whoever watches has to see it, too
    await ann.keyboard.press("Delete")
    await ann.until_no_text("second")
    await ann.note(850, 550, "last")
    await ann.until_status("saved")

    made = await started_for_review(hub, await people("Fay"), "Again")
    await eve.open(viewer)
    await eve.introduce()
    link = eve.page.get_by_role("link", name="Again")
    await link.wait_for()
    assert "Review" in await link.inner_text()
    await link.click()
    await eve.until_status("saved")
    await eve.until_words("A recorded session is shown here.")

    performing = asyncio.create_task(replay(hub, made))
    for text in ("first", "second"):
        await eve.until_text(text)
    assert not await eve.sees("last"), "all of it came at once"
    await eve.until_no_text("second")
    await eve.until_text("last")
    await performing
    assert await eve.sees("first") and await eve.sees("last")

    # Whoever comes later, and after a crash, sees the end of it; and it can be performed elsewhere.
    await replay(hub, "elsewhere", "--speed", "1000")
    hub.kill()
    hub.start()
    cid = await people("Cid")
    await cid.open(participant)
    await cid.introduce()
    link = cid.page.get_by_role("link", name="elsewhere")
    await link.wait_for()
    assert "Review" in await link.inner_text()
    await link.click()
    await cid.until_text("last")
