"""People at work beside each other: whose is what, and what becomes of a step that others made void."""

import asyncio

from company import PHONE, alone, two
from person import until
from test_together import is_drawn, is_note

BLUE = [0xBC, 0xDC, 0xFF]
LEFT = "Left as it is: somebody else has changed it meanwhile."
COLOURS = "() => [...document.querySelectorAll('.faces .avatar')].map((one) => one.style.background)"


def said(person):
    return person.page.locator("p[aria-live=polite]").last


async def until_said(person, words: str):
    async def look():
        return (await said(person).inner_text()).strip() == words

    await until(look, f"{person.name} is told “{words}”")


async def test_one_press_takes_back_one_step_and_says_if_it_was_void(hub, people):
    ann, ben = await two(hub, people)
    await ann.note(300, 300, "Antenna")
    await ann.keyboard.press("Escape")
    await ann.mouse.click(300, 230)
    await ann.button("Red").click()
    await ben.until_text("Antenna")
    await ben.mouse.click(300, 230)
    await ben.button("Blue").click()
    await ann.until_pixel(230, 300, lambda color: color == BLUE, "the note in Ben's colour")

    await ann.button("Undo").click()
    await ann.page.locator(".told").wait_for()
    assert await ann.page.locator(".told").inner_text() == LEFT
    await until_said(ann, LEFT)
    assert await ann.pixel(230, 300) == BLUE, "it took back what Ben did"
    assert await ann.sees("Antenna"), "it took back something older"
    await ann.button("Undo").click()
    await ann.until_no_text("Antenna")
    await until_said(ann, "Undone")
    await ann.page.locator(".told").wait_for(state="detached")


async def test_typing_is_undone_after_somebody_deleted_and_restored_the_note(hub, people):
    ann, ben = await two(hub, people)
    await ann.note(300, 300, "mine")
    await ann.mouse.dblclick(300, 300)
    await ann.field().wait_for()
    await ann.keyboard.type(" and then")
    await ben.until_text("mine and then")
    await ben.mouse.click(300, 300)
    await ben.keyboard.press("Delete")
    await ann.field().wait_for(state="hidden")
    await ben.keyboard.press("Control+z")
    await ann.until_text("mine and then")
    await ann.keyboard.press("Control+z")
    await ben.until_no_text("and then")
    await ben.until_text("mine")


async def test_who_writes_on_in_a_text_that_is_gone_gives_no_commands_but_buttons_work(hub, people):
    ann, ben = await two(hub, people)
    await ann.note(300, 300, "mine")
    await ann.note(700, 300, "kept")
    await ben.until_text("kept")
    await ann.mouse.dblclick(300, 300)
    await ann.field().wait_for()
    await ben.mouse.click(300, 230)
    await ben.keyboard.press("Delete")
    await ann.field().wait_for(state="hidden")
    await ann.keyboard.type("r")
    tool = ann.button("Rectangle")
    assert await tool.get_attribute("aria-pressed") == "false", "it was meant for the text"
    await tool.click()
    assert await tool.get_attribute("aria-pressed") == "true", "the click was swallowed"
    await ann.keyboard.type("o")
    assert await ann.button("Ellipse").get_attribute("aria-pressed") == "true"


async def test_outlines_are_dragged_by_their_inside_and_notes_below_come_first(hub, people):
    ann = await alone(hub, people)
    for key, left in (("r", 200), ("o", 600)):
        await ann.keyboard.press(key)
        await ann.drag((left, 200), (left + 200, 400))
        await ann.keyboard.press("Escape")
        middle = left + 100
        await ann.drag((middle, 300), (middle, 350))
        await ann.until_pixel(middle, 450, is_drawn, "the lower edge where it was moved")
        await ann.keyboard.press("Escape")

    await ann.note(300, 600, "Dach")
    await ann.keyboard.press("r")
    await ann.drag((150, 480), (450, 720))
    await ann.keyboard.press("Escape")
    await ann.drag((300, 550), (700, 550))
    await ann.until_pixel(640, 600, is_note, "the note that lay below")
    assert is_drawn(await ann.pixel(150, 600)), "the rectangle came along"


async def test_who_types_or_touches_is_named(hub, people):
    ann, ben = await two(hub, people)
    await ann.note(300, 300, "Antenna")
    await ann.keyboard.press("Escape")
    await ann.mouse.move(900, 600)
    await ben.until_text("Antenna")
    await ben.mouse.dblclick(300, 300)
    await ben.field().wait_for()
    await ben.keyboard.type("!")
    await ben.mouse.move(310, 310)
    await ann.until_text("Antenna!")
    await asyncio.sleep(0.3)
    assert await ann.page.evaluate("() => window.seen.names") == ["Ben"]
    await ben.keyboard.press("Escape")
    await ben.keyboard.press("Escape")

    phi = await people("Phi", **PHONE)
    await phi.enter(await asyncio.to_thread(hub.link), "radio")
    place = await phi.page.locator("canvas").bounding_box()
    await phi.page.touchscreen.tap(place["width"] / 2, place["height"] / 2)
    await ann.until_cursor("Phi")
    await asyncio.sleep(0.5)
    assert "Phi" in await ann.page.evaluate("() => window.seen.names"), "the finger is gone long since"


async def test_people_of_one_name_have_different_colours(hub, people):
    link = await asyncio.to_thread(hub.link)
    both = [await people("Ann"), await people("Ann")]
    for one in both:
        await one.enter(link, "radio")

    async def colours(one):
        return await one.page.evaluate(COLOURS)

    async def agreed():
        mine, theirs = [await colours(one) for one in both]
        return len(set(mine)) == 2 and mine == theirs[::-1]

    await until(agreed, "two colours, the same in both pages")
    first = await colours(both[0])
    ben = await people("Ben")
    await ben.enter(link, "radio")

    async def three():
        return len(set(await colours(ben))) == 3 and len(await colours(both[0])) == 3

    await until(three, "three people, three colours")
    assert set(first) < set(await colours(both[0])), "who was here has another colour now"


async def test_what_keys_do_is_said(hub, people):
    ann = await alone(hub, people)
    await ann.page.locator("canvas").focus()
    await ann.keyboard.press("r")
    await until_said(ann, "Rectangle")
    await ann.keyboard.press("Enter")
    await until_said(ann, "New: Rectangle")
    for _ in range(3):
        await ann.keyboard.press("ArrowRight")
    before = await said(ann).inner_text()
    assert before.startswith("New:"), "each step is said"

    async def moved():
        words = await said(ann).inner_text()
        return words if words.startswith("Moved to ") else None

    words = await until(moved, "the place is said")
    await ann.keyboard.press("Shift+ArrowRight")

    async def again():
        return await said(ann).inner_text() != words

    await until(again, "the next place is said")
    x, y = words.removeprefix("Moved to ").split(", ")
    assert await said(ann).inner_text() == f"Moved to {int(x) + 10}, {y}"
    await ann.keyboard.press("n")
    await until_said(ann, "Sticky note")
    await ann.keyboard.press("Enter")
    await until_said(ann, "New: Sticky note. Editing text. Escape ends it.")
    await ann.keyboard.press("Escape")
