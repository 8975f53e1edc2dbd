"""The hub goes away in the middle: pages say so, go on, and everything is there afterwards."""

import asyncio
import re

from company import two
from person import AWAY, until

# What a screen reader is given to say, from now on.
LISTEN = """() => {
  window.said = [];
  const places = [...document.querySelectorAll("p[aria-live=polite]")];
  const place = places[places.length - 1];
  new MutationObserver(() => window.said.push(place.textContent.trim()))
    .observe(place, { childList: true, characterData: true, subtree: true });
}"""


async def waiting_changes(person, at_least: int = 1) -> int:
    """The number of changes that the status says are waiting, once it has got so far: the words come a
    moment after the edits."""

    async def look():
        words = await person.until_status(r"offline, [1-9]\d* changes? waiting")
        number = int(re.search(r"\d+", words)[0])
        return number if number >= at_least else None

    return await until(look, f"{person.name} has {at_least} changes waiting")


async def test_kill_in_the_middle_of_editing(hub, people):
    ann, ben = await two(hub, people, AWAY)
    await ann.note(250, 300, "before")
    await ann.until_status("saved")
    await ben.until_text("before")

    await ann.button("Sticky note").click()
    await ann.mouse.click(600, 300)
    await ann.field().wait_for()
    await ann.keyboard.type("mid")
    await asyncio.sleep(2)  # so that Ben knows who was here
    await ben.page.evaluate(LISTEN)
    hub.kill()
    await ann.until_status("offline.*")
    await ann.keyboard.type("dle")
    await ann.keyboard.press("Escape")
    await waiting_changes(ann, 3)
    await ann.note(900, 300, "away-Ann")
    await ben.note(250, 550, "away-Ben")
    await ann.until_text("away-Ann")
    # A note is a change and each letter one; Ann has also what she typed into the note before.
    await waiting_changes(ben, 1 + len("away-Ben"))
    await waiting_changes(ann, 3 + 1 + len("away-Ann"))

    hub.start()
    for person in (ann, ben):
        for text in ("before", "middle", "away-Ann", "away-Ben"):
            await person.until_text(text)
        await person.until_status("saved")
    hub.kill()  # what was called saved is on the disk
    hub.start()
    cid = await people("Cid")
    await cid.enter(await asyncio.to_thread(hub.link), "radio")
    for text in ("before", "middle", "away-Ann", "away-Ben"):
        await cid.until_text(text)

    async def said():
        words = await ben.page.evaluate("() => window.said")
        return words if "Cid is here" in words else None

    words = await until(said, "Ben hears that Cid is here")
    assert any(one.startswith("offline") for one in words), words
    assert not any("Ann" in one for one in words), "for the hub nobody came or went"


async def test_reload_while_offline(hub, people):
    ann, ben = await two(hub, people, AWAY, service_workers="allow")
    await ann.note(250, 300, "before")
    await ann.until_status("saved")
    await ben.until_text("before")
    assert hub.stop() == 0

    await ann.until_status("offline")
    await ann.note(600, 300, "on a train")
    changes = await waiting_changes(ann, 1 + len("on a train"))
    await ann.until_stored(changes)
    await ann.page.reload()
    for text in ("before", "on a train"):
        await ann.until_text(text)
    assert await waiting_changes(ann) == changes
    await ann.note(900, 500, "in a tunnel")
    await waiting_changes(ann, changes + 1)

    hub.start()
    await ann.until_status("saved")
    for text in ("before", "on a train", "in a tunnel"):
        await ben.until_text(text)
    await ben.until_status("saved")
