"""What the facilitator's panel does to others: freezing, removing, renewing the link."""

import asyncio

from person import AWAY, FORMER_LINK

HONEST = "But every browser that joined by it before stays in the whole jam, in all rooms, for up to 12 hours."


class Valve:
    """Keeps back what the hub sends to one page, for as long as `shut`."""

    def __init__(self):
        self.is_shut, self.kept = False, []

    async def install(self, person) -> "Valve":
        await person.page.route_web_socket("**/yjs/**", self._connect)
        return self

    def _connect(self, page):
        server = page.connect_to_server()

        def from_hub(message):
            if self.is_shut:
                self.kept.append((page, message))
            else:
                page.send(message)

        server.on_message(from_hub)

    def shut(self):
        self.is_shut = True

    def open(self):
        self.is_shut = False
        for page, message in self.kept:
            page.send(message)
        self.kept.clear()


async def test_a_freeze_is_told_and_so_is_what_it_took(hub, people):
    lea, ann, ben = await people("Lea"), await people("Ann"), await people("Ben")
    valve = await Valve().install(ann)
    facilitator, participant = await asyncio.gather(
        asyncio.to_thread(hub.link, "facilitator"), asyncio.to_thread(hub.link)
    )
    await asyncio.gather(
        lea.enter(facilitator, "radio"), ann.enter(participant, "radio"), ben.enter(participant, "radio")
    )
    await ann.note(250, 300, "first")
    await lea.until_text("first")
    await ann.until_status("saved")

    valve.shut()  # the news of the freeze are on their way to Ann while she writes
    await lea.button("Freeze").click()
    await ben.until_words("Frozen by Lea.")
    await ben.button("Sticky note").wait_for(state="detached")
    await ann.note(600, 300, "too late")
    valve.open()
    await ann.until_words("Not everything went through")
    await ann.until_words("The room was frozen before your last changes arrived.")
    await ann.page.locator(".texts li", has_text="too late").wait_for()
    await ann.page.reload()  # perhaps before it was read
    await ann.page.locator(".texts li", has_text="too late").wait_for()
    await ann.until_words("Frozen by Lea.")
    await ann.until_no_text("too late")
    await ann.until_text("first")

    await lea.note(600, 550, "they may")
    await ben.until_text("they may")
    assert not await ben.sees("too late") and not await lea.sees("too late")

    await lea.button("Unfreeze").click()
    await ann.page.get_by_text("Frozen by Lea.").wait_for(state="detached")
    await ann.page.locator(".notice").get_by_role("button", name="Close").click()
    await ann.page.reload()
    await ann.until_status("saved")
    assert await ann.page.locator(".notice").count() == 0
    await ann.note(900, 300, "again")
    await ben.until_text("again")
    await ann.until_status("saved")


async def test_removing_and_renewing_the_link(hub, people):
    lea, ann, ben = await people("Lea"), await people("Ann"), await people("Ben")
    facilitator, former = await asyncio.gather(
        asyncio.to_thread(hub.link, "facilitator"), asyncio.to_thread(hub.link)
    )
    await asyncio.gather(
        lea.enter(facilitator, "radio"), ann.enter(former, "radio"), ben.enter(former, "radio")
    )

    await lea.button("Remove Ann").click()
    await lea.until_words("Remove Ann from this room?")
    await lea.until_words(HONEST)
    await lea.button("Remove and renew the link").click()
    await ann.until_words("You were removed from this room")
    # Seen and said: who leads has done something that shows nowhere else.
    await lea.page.locator(".lead .done", has_text="Ann was removed.").wait_for()
    await lea.page.locator("[aria-live=polite]", has_text="Ann was removed.").first.wait_for()
    field = lea.page.get_by_label("Link for participants", exact=True)
    await field.wait_for()
    link = (await field.input_value()).removeprefix(f"http://127.0.0.1:{hub.port}")
    assert link != former and link.startswith("/j/demo#i=")
    await lea.button("Let Ann back in").wait_for()
    # Not "offline": who loads the page again is told as well.
    await ann.page.reload()
    await ann.until_words("You were removed from this room")

    old, new = await people("Old"), await people("New")
    old.expected = [FORMER_LINK]
    await old.open(former)  # refused before anybody is asked for a name
    await old.until_words("This link is no longer valid")
    assert not await old.page.locator("#name").count()
    await new.enter(link, "radio")
    await new.note(250, 300, "by the new link")
    await ben.until_text("by the new link")
    await ben.note(600, 300, "still inside")
    await new.until_text("still inside")

    await lea.page.locator("aside").get_by_role("button", name="Close").click()
    await lea.page.locator(".topbar").get_by_role("button", name="Facilitate").click()
    await lea.button("Let Ann back in").click()
    await lea.page.locator(".lead .done", has_text="Ann may come back.").wait_for()
    # No click: the page looks by itself, and its button goes when it is let in.
    await ann.until_status("saved")
    await ann.until_text("still inside")


async def test_people_with_one_name_are_told_apart(hub, people):
    lea, one, other = await people("Lea"), await people("Ann"), await people("Ann")
    facilitator, link = await asyncio.gather(
        asyncio.to_thread(hub.link, "facilitator"), asyncio.to_thread(hub.link)
    )
    await asyncio.gather(
        lea.enter(facilitator, "radio"), one.enter(link, "radio"), other.enter(link, "radio")
    )
    await lea.button("Remove Ann (1)").wait_for()
    rows = lea.page.locator(".lead .people li", has_text="Ann")
    assert [" ".join(row.split()) for row in await rows.locator(".name").all_inner_texts()] == [
        "Ann (1)",
        "Ann (2)",
    ]
    await lea.button("Remove Ann (2)").click()
    await lea.until_words("Remove Ann (2) from this room?")
    await lea.page.locator("dialog").get_by_role("button", name="Remove", exact=True).click()
    await lea.page.locator(".lead .done", has_text="Ann (2) was removed.").wait_for()
    await lea.button("Remove Ann").wait_for()


async def test_who_is_let_back_in_comes_back_without_doing_anything(hub, people):
    lea, ann = await people("Lea"), await people("Ann")
    facilitator, link = await asyncio.gather(
        asyncio.to_thread(hub.link, "facilitator"), asyncio.to_thread(hub.link)
    )
    await asyncio.gather(lea.enter(facilitator, "radio"), ann.enter(link, "radio"))
    await lea.note(300, 300, "still inside")
    await lea.button("Remove Ann").click()
    await lea.page.locator("dialog").get_by_role("button", name="Remove", exact=True).click()
    await ann.until_words("If you are let back in, this page returns by itself.")
    await lea.button("Let Ann back in").click()
    await ann.until_status("saved")
    await ann.until_text("still inside")
    await lea.page.locator(".lead .done").wait_for(state="detached")  # "Ann may come back."


async def test_without_a_hub_the_panel_says_why_nothing_can_be_done(hub, people):
    lea, ann = await people("Lea"), await people("Ann")
    lea.expected = ann.expected = [AWAY]
    facilitator, link = await asyncio.gather(
        asyncio.to_thread(hub.link, "facilitator"), asyncio.to_thread(hub.link)
    )
    await asyncio.gather(lea.enter(facilitator, "radio"), ann.enter(link, "radio"))
    await lea.button("Remove Ann").click()
    removing = lea.page.locator("dialog").get_by_role("button", name="Remove", exact=True)
    await removing.wait_for()
    hub.kill()
    why = lea.page.get_by_text("There is no connection to the hub. This works again")
    await why.first.wait_for()
    assert await removing.get_attribute("aria-disabled") == "true"
    await removing.press("Enter")
    await lea.button("Cancel").click()
    assert await lea.button("Freeze").get_attribute("aria-disabled") == "true"
    await lea.button("Freeze").press("Enter")
    assert not await lea.page.locator(".side").get_by_role("alert").count()
    hub.start()
    await lea.until_status("saved")
    await why.first.wait_for(state="detached")
    await lea.button("Freeze").click()
    await ann.until_words("Frozen by Lea.")


async def test_a_long_name_leaves_room_for_whose_it_is(hub, people):
    lea = await people("Leanda " * 9)
    await lea.enter(await asyncio.to_thread(hub.link, "facilitator"), "radio")
    you = lea.page.locator("aside").get_by_text("(you)")
    aside, mark = await lea.page.locator("aside").bounding_box(), await you.bounding_box()
    assert mark["width"] > 20 and mark["x"] + mark["width"] < aside["x"] + aside["width"]
    at_the_mark = "(mark) => {const b = mark.getBoundingClientRect();" \
        " return document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2) === mark}"
    assert await you.evaluate(at_the_mark), "it is not to be seen"
