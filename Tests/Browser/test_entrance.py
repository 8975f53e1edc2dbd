"""Coming in: a name, the list of rooms, a new one; and what a viewer's link does not allow."""

import asyncio
import re

from company import two
from person import AWAY, until

TITLE = "Радио для подъезда — Хүүрнэл"


async def test_name_rooms_and_a_new_room(hub, people):
    ann, ben = await people("Аня"), await people("Ben")
    link = await asyncio.to_thread(hub.link)
    await ann.open(link)
    await ann.page.locator("#name").wait_for()
    assert "#" not in ann.page.url, "the secret stays in the address bar"
    await ann.button("Come in").click()
    await ann.until_words("A name has 1 to 64 characters.")
    await ann.introduce()
    await ann.until_words("Hello Аня. Pick a room, or start one.")
    await ann.until_words("No rooms yet.")
    await ann.page.get_by_label("What is it about?").fill(TITLE)
    await ann.button("Start a room").click()
    await ann.page.get_by_role("heading", name=TITLE).wait_for()
    await ann.until_status("saved")
    assert re.search(r"/j/demo/[a-z0-9_-]+$", ann.page.url), ann.page.url
    await ann.note(300, 300, "Прием")
    await ann.until_status("saved")

    await ben.open(link)
    await ben.introduce()
    room = ben.page.get_by_role("link", name=TITLE)
    await room.wait_for()
    assert "1 person here" in await room.inner_text()
    await room.click()
    await ben.until_text("Прием")
    await ann.button("Who is here: 2 people").wait_for()
    await ben.page.reload()  # a browser that was let in needs no link any more
    await ben.until_text("Прием")


async def test_names_and_titles_are_tidied_and_what_is_wrong_is_said_in_the_pages_language(hub, people):
    ann = await people(" \u202eAnn \u200b  B.\u2066 ", locale="de-DE")
    ann.expected = ["status of 400"]
    await ann.open(await asyncio.to_thread(hub.link))
    await ann.page.locator("#name").fill("😀" * 65)
    await ann.keyboard.press("Enter")
    await ann.until_words("Ein Name hat 1 bis 64 Zeichen.")
    await ann.introduce()
    await ann.until_words("Hallo Ann B.")

    title, start = ann.page.locator("#title"), ann.page.locator("form.new button")
    await title.fill("x" * 121)
    await start.click()
    await ann.until_words("Ein Titel hat 1 bis 120 Zeichen.")

    async def refuse(route):
        await route.fulfill(
            status=400,
            headers={"Content-Type": "application/json"},
            body='{"error": "bad-request", "reason": "the body is not as above"}',
        )

    await ann.page.route("**/rooms", refuse)
    await title.fill("Radio")
    await start.click()
    await ann.until_words("Das hat nicht geklappt (bad-request).")
    assert "as above" not in await ann.page.locator("body").inner_text()
    await ann.page.unroute("**/rooms")
    await title.fill("\tRadio\u200b  für \u202eAlle ")
    await start.click()
    await ann.page.get_by_role("heading", name="Radio für Alle", exact=True).wait_for()


async def test_the_focus_goes_along_from_screen_to_screen(hub, people):
    ann = await people("Ann")
    await asyncio.to_thread(hub.ask, "rooms", "POST", {"title": "Radio"})
    await ann.open(await asyncio.to_thread(hub.link))

    async def until_focused(tag: str, name: str):
        async def look():
            return [tag, name] == await ann.page.evaluate(
                """() => { const one = document.activeElement;
                           return [one.tagName, one.ariaLabel ?? one.textContent]; }"""
            )

        await until(look, f"the focus is on {tag} {name}")

    await until_focused("INPUT", "")
    await ann.introduce()
    await until_focused("H1", "demo")
    await ann.keyboard.press("Tab")
    await until_focused("BUTTON", "Change name")
    await ann.keyboard.press("Enter")
    await until_focused("INPUT", "")
    await ann.keyboard.press("Enter")
    await until_focused("H1", "demo")
    await ann.page.locator("a.room", has_text="Radio").click()
    await until_focused("CANVAS", "Board Radio")
    await ann.page.go_back()
    await until_focused("H1", "demo")
    title = ann.page.locator("#title")
    await title.click()
    async with ann.page.expect_response("**/rooms"):
        await ann.keyboard.type("Gar")
    await ann.keyboard.type("den")
    assert await title.input_value() == "Garden"


async def test_rooms_of_one_title_are_told_apart(hub, people):
    ann = await people("Ann")
    made = [await asyncio.to_thread(hub.ask, "rooms", "POST", {"title": t}) for t in ("Bau", "Radio", "Radio")]
    await ann.open(await asyncio.to_thread(hub.link))
    await ann.introduce()
    rooms = ann.page.locator("a.room")
    await rooms.nth(2).wait_for()
    shown = {await room.get_attribute("href"): await room.inner_text() for room in await rooms.all()}
    bau, *radios = ((room["id"], shown[f"/j/demo/{room['id']}"]) for room in made)
    assert all(id in words.split("\n") for id, words in radios), shown
    assert bau[0] not in bau[1].split("\n"), shown


async def test_without_a_link_nobody_comes_in(hub, people):
    eve = await people("Eve")
    await eve.open("/j/demo/radio")
    await eve.until_words("An invitation is needed")


async def test_a_viewer_waits_in_a_new_room_for_the_first_shape(hub, people):
    ann, eve = await people("Ann"), await people("Eve")
    participant, viewer = await asyncio.gather(
        asyncio.to_thread(hub.link), asyncio.to_thread(hub.link, "viewer")
    )
    await ann.open(participant)
    await ann.introduce()
    await ann.page.get_by_label("What is it about?").fill(TITLE)
    await ann.button("Start a room").click()
    await ann.until_status("saved")
    room = ann.page.url
    await ann.page.go_back()
    await ann.until_words("Hello Ann.")

    await eve.open(viewer)
    await eve.introduce()
    await eve.page.get_by_role("link", name=TITLE).click()
    await eve.until_status("saved")
    await eve.until_words("You are watching.")
    await ann.page.goto(room)
    await ann.until_status("saved")
    await ann.note(300, 300, "first")
    await eve.until_text("first")


async def test_a_viewer_is_told_that_there_is_no_such_room(hub, people):
    eve = await people("Eve")
    eve.expected = [AWAY]
    await eve.open((await asyncio.to_thread(hub.link, "viewer")).replace("#", "/nowhere#"))
    await eve.introduce()
    await eve.until_words("There is no such room")
    await eve.until_words("Nobody has started it yet, or its address is not right.")
    await eve.page.get_by_role("link", name="Back to the rooms").click()
    await eve.until_words("Hello Eve. Pick a room to watch.")


async def test_a_viewer_comes_in_by_waiting_once_there_is_the_room(hub, people):
    ann, eve = await people("Ann"), await people("Eve")
    eve.expected = [AWAY]
    participant, viewer = await asyncio.gather(
        asyncio.to_thread(hub.link), asyncio.to_thread(hub.link, "viewer")
    )
    await eve.open(viewer.replace("#", "/later#"))
    await eve.introduce()
    await eve.until_words("this page looks again every few seconds")
    await eve.button("Try again").click()
    await eve.until_words("There is no such room")
    await ann.enter(participant, "later")
    await ann.note(300, 300, "begun")
    await eve.until_text("begun")
    how = eve.page.locator("#board-how")
    assert "Delete deletes" not in await how.text_content()
    assert "the arrow keys move the view" in await how.text_content()
    assert "Delete deletes" in await ann.page.locator("#board-how").text_content()


async def test_viewers_see_and_change_nothing(hub, people):
    ann, eve = await people("Ann"), await people("Eve")
    participant, viewer = await asyncio.gather(
        asyncio.to_thread(hub.link), asyncio.to_thread(hub.link, "viewer")
    )
    await ann.enter(participant, "radio")
    await ann.note(300, 300, "look")
    await ann.until_status("saved")
    await eve.enter(viewer, "radio")
    await eve.until_text("look")
    await eve.until_words("You are watching.")
    assert not await eve.button("Sticky note").count()

    # The page shows what is there in its middle: the note is at (550, 380) for Eve.
    await eve.mouse.click(550, 380)
    await eve.keyboard.press("Delete")
    await eve.keyboard.press("n")
    await eve.mouse.click(800, 300)
    await eve.mouse.dblclick(550, 380)
    assert await eve.field().is_hidden()
    before = await ann.pixel(215, 250)
    await eve.drag((550, 380), (700, 380))
    # What Eve did would have come before this.
    await ann.note(600, 550, "more")
    await eve.until_text("more")
    await ann.until_status("saved")
    await eve.until_status("saved")
    assert await ann.pixel(215, 250) == before
    assert await ann.sees("look")


async def test_in_a_review_room_everybody_only_watches(hub, people):
    ann = await people("Ann")
    link = await asyncio.to_thread(hub.link, "facilitator")
    made = {"title": "Rückschau", "review": True}
    room = await asyncio.to_thread(hub.ask, "rooms", "POST", made)
    await ann.enter(link, room["id"])
    await ann.until_words("A recorded session is shown here.")
    assert not await ann.button("Sticky note").count()
    await ann.mouse.dblclick(500, 400)
    assert await ann.field().is_hidden()
    await ann.page.locator(".topbar a").click()
    await ann.until_words("Review")
    # read aloud as words of their own
    await ann.page.get_by_role("link", name=re.compile(r"^Rückschau Review\b")).wait_for()


async def test_a_note_by_keys_alone(hub, people):
    ann, ben = await two(hub, people)
    said = ann.page.locator(".board > p.hidden[aria-live=polite]")
    middle = {"x": 550, "y": 380}

    async def until_said(words: str):
        async def look():
            return words in await said.inner_text()

        await until(look, f"it is said: {words}")

    async def is_focused():
        return await ann.page.evaluate("() => document.activeElement?.tagName") == "CANVAS"

    await until(is_focused, "the board has the focus")
    await ann.keyboard.press("n")
    await ann.keyboard.press("Enter")
    await ann.field().wait_for()
    await until_said("Editing text. Escape ends it.")
    await ann.keyboard.type("Mast")
    await ann.keyboard.press("Escape")
    await ben.until_text("Mast")

    def is_board(color):
        return min(color) >= 0xD8

    edge = (middle["x"] - 92, middle["y"])
    assert not is_board(await ben.pixel(*edge))
    for _ in range(4):
        await ann.keyboard.press("Shift+ArrowRight")
    await ben.until_pixel(*edge, is_board, "nothing where the note was before")

    await ann.keyboard.press("Escape")
    await ann.keyboard.press("Tab")
    await until_said("Sticky note, Yellow, 1 of 1: Mast")
    await ann.keyboard.press("Enter")
    await ann.field().wait_for()
    await ann.keyboard.type("er")
    await ann.keyboard.press("Escape")
    await ben.until_text("Master")
    await ann.keyboard.press("Delete")
    await until_said("1 shape deleted")
    await ben.until_no_text("Master")
    await ann.keyboard.press("Control+z")
    await ben.until_text("Master")
