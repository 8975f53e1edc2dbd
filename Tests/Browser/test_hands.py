"""What hands do: the keyboard alone, the clipboard, and fingers on a phone."""

import asyncio

from company import PHONE, alone, two
from person import until

FOCUSED = "() => document.activeElement.getAttribute('aria-label')"


async def test_the_keyboard_alone_makes_finds_and_leaves_shapes(hub, people):
    ann = await alone(hub, people)
    await ann.page.locator("canvas").focus()
    for words in ("One", "Two"):
        await ann.keyboard.press("n")
        await ann.keyboard.press("Enter")
        await ann.field().wait_for()
        await ann.keyboard.type(words)
        await ann.keyboard.press("Escape")
        await ann.field().wait_for(state="hidden")
    said = ann.page.locator("p[aria-live=polite]").last
    await ann.keyboard.press("Escape")
    await ann.keyboard.press("Tab")
    assert "1 of 2: One" in await said.inner_text()
    await ann.keyboard.press("Tab")
    assert "2 of 2: Two" in await said.inner_text()
    await ann.keyboard.press("Shift+Tab")
    assert "1 of 2: One" in await said.inner_text()

    await ann.keyboard.press("Enter")
    await ann.field().wait_for()
    await ann.keyboard.type("!")
    await ann.keyboard.press("Escape")
    await ann.until_text("One!")

    await ann.keyboard.press("Escape")
    await ann.keyboard.press("Escape")
    await ann.keyboard.press("Tab")
    assert await ann.page.evaluate(FOCUSED) == "Select", "Escape and Tab leave the board"
    await ann.keyboard.press("Shift+Tab")
    assert await ann.page.evaluate(FOCUSED) == "Board radio"
    await ann.keyboard.press("Tab")
    assert await ann.page.evaluate(FOCUSED) == "Board radio", "who comes back goes on with shapes"


async def test_shapes_and_texts_go_through_the_clipboard(hub, people):
    ann = await alone(hub, people)
    await ann.note(300, 300, "Antenna")
    await ann.mouse.move(700, 300)
    await ann.keyboard.press("Control+c")
    await ann.keyboard.press("Control+v")
    count = "() => window.seen.texts.filter((text) => text === 'Antenna').length"

    async def notes(number):
        async def look():
            return await ann.page.evaluate(count) == number

        await until(look, f"{number} notes")

    await notes(2)
    await ann.keyboard.press("Control+x")
    await notes(1)
    await ann.keyboard.press("Control+v")
    await notes(2)
    await ann.keyboard.press("Control+z")
    await notes(1)

    await ann.button("Share").click()
    link = ann.page.get_by_label("Link to this room", exact=True)
    await link.wait_for()
    await link.focus()
    await ann.keyboard.press("Control+c")
    await ann.keyboard.press("Escape")
    await ann.page.locator("canvas").focus()
    await ann.keyboard.press("Control+v")
    await ann.until_text("/j/demo/radio")


async def test_on_a_phone_what_is_written_stays_above_the_keyboard(hub, people):
    ann = await alone(hub, people, **PHONE)
    await ann.page.get_by_role("button", name="Sticky note").tap()
    await ann.page.touchscreen.tap(300, 540)
    await ann.field().wait_for()
    # what a keyboard leaves, as browsers that make the page smaller do it
    await ann.page.set_viewport_size({"width": 360, "height": 400})

    async def whole():
        box = await ann.field().bounding_box()
        return (
            box["x"] >= 0
            and box["y"] >= 60
            and box["x"] + box["width"] <= 360
            and box["y"] + box["height"] <= 400
        )

    await until(whole, "all of the text in what is left of the window")
    assert not await ann.page.locator(".toolbar").is_visible()
    await ann.keyboard.type("Dach")
    await ann.page.set_viewport_size(PHONE["viewport"])
    await ann.page.touchscreen.tap(40, 600)
    await ann.page.locator(".toolbar").wait_for()
    await ann.until_text("Dach")


async def test_two_fingers_zoom_and_one_pans(hub, people):
    ann = await alone(hub, people, **PHONE)
    devices = await ann.context.new_cdp_session(ann.page)
    figure = ann.page.locator(".zoombar .figure")

    async def fingers(kind, *places):
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        await devices.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    await fingers("touchStart", (130, 400))
    await fingers("touchStart", (130, 400), (230, 400))
    for step in range(1, 6):
        await fingers("touchMove", (130 - 10 * step, 400), (230 + 10 * step, 400))
    await fingers("touchEnd")

    async def doubled():
        return await figure.text_content() == "200%"

    await until(doubled, "the distance of the fingers is the zoom")
    await fingers("touchStart", (60, 600))
    await fingers("touchMove", (160, 500))
    await fingers("touchEnd")
    assert await figure.text_content() == "200%"
    assert await ann.button("Undo").is_disabled(), "fingers that look around draw nothing"


async def test_who_writes_in_a_note_that_another_deletes_is_told_and_writes_no_commands(hub, people):
    ann, ben = await two(hub, people)
    await ann.note(400, 300, "a draft")
    await ben.until_text("a draft")
    await ann.mouse.dblclick(400, 300)
    await ann.field().wait_for()
    await ann.keyboard.type(" and")
    await ben.until_text("a draft and")
    await ben.mouse.click(400, 300)
    await ben.keyboard.press("Delete")
    await ann.field().wait_for(state="hidden")
    await ann.keyboard.type("now the radios", delay=20)
    notice = ann.page.locator(".notice")
    await notice.wait_for()
    assert "a draft and" in await notice.inner_text()
    assert await ann.button("Select").get_attribute("aria-pressed") == "true"
    await ann.keyboard.press("Escape")
    await ann.keyboard.press("n")
    assert await ann.button("Sticky note").get_attribute("aria-pressed") == "true"

    # A second loss leaves the first to be read; what is on the board again is lost no more.
    await ann.keyboard.press("Escape")
    await ann.keyboard.press("v")
    await ann.note(800, 300, "another")
    await ann.mouse.dblclick(800, 300)
    await ann.field().wait_for()
    await ben.until_text("another")
    await ben.mouse.click(800, 300)
    await ben.keyboard.press("Delete")
    await notice.nth(1).wait_for()
    assert "another" in await notice.nth(0).inner_text()
    assert "a draft and" in await notice.nth(1).inner_text()
    await ben.keyboard.press("Control+z")
    await ann.until_text("another")
    await notice.nth(1).wait_for(state="detached")
    assert "a draft and" in await notice.inner_text()
    await notice.get_by_role("button", name="Close").click()
    await notice.wait_for(state="detached")


async def test_a_triple_click_marks_one_line_of_a_text(hub, people):
    ann = await alone(hub, people)
    await ann.note(300, 300, "above")
    await ann.keyboard.press("Enter")
    await ann.field().wait_for()
    await ann.keyboard.press("Enter")
    await ann.keyboard.type("below")
    await asyncio.sleep(0.7)  # what comes sooner belongs to the clicks that open a text
    await ann.mouse.click(300, 280, click_count=3)
    await ann.keyboard.type("Dach\n")
    await ann.keyboard.press("Escape")
    await ann.until_text("Dachbelow")
    await ann.until_no_text("above")
