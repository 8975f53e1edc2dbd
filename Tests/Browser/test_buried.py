"""What was written where somebody else has deleted the note meanwhile."""

from company import two
from person import AWAY

WORDS = "Somebody deleted what you were writing in."


async def write_into(person, x: int, y: int, text: str):
    await person.mouse.dblclick(x, y)
    await person.field().wait_for()
    await person.keyboard.press("Control+End")
    await person.keyboard.type(text)
    await person.keyboard.press("Escape")
    await person.field().wait_for(state="hidden")


async def test_what_was_written_without_the_hub_in_a_note_that_was_deleted_is_told(hub, people):
    ann, ben = await two(hub, people, AWAY, service_workers="allow")
    await ann.note(250, 300, "Party")
    await ben.until_text("Party")
    await ann.until_status("saved")
    hub.kill()
    for person in (ann, ben):
        await person.until_status("offline.*")
    await write_into(ann, 250, 300, " on Friday")
    await ann.until_stored(len(" on Friday"))
    await ben.mouse.click(250, 230)
    await ben.keyboard.press("Delete")
    await ben.until_no_text("Party")
    await ann.page.reload()
    await ann.until_text("Party on Friday")

    hub.start()
    notice = ann.page.locator(".notice", has_text=WORDS)
    await notice.wait_for()
    assert await notice.locator("li").all_inner_texts() == ["Party on Friday"]
    assert await notice.count() == 1
    await ann.until_status("saved")
    await ben.until_status("saved")
    assert not await ben.page.locator(".notice").count()
    await notice.get_by_role("button", name="Close").click()
    await ann.page.reload()
    await ann.until_status("saved")
    assert not await ann.page.locator(".notice").count()


async def test_in_a_room_that_was_left_it_is_told_when_that_is_opened_again(hub, people):
    ann, ben = await two(hub, people, AWAY)
    await ann.note(250, 300, "Party")
    await ben.until_text("Party")
    await ann.until_status("saved")
    hub.kill()
    await ann.until_status("offline.*")
    await ben.until_status("offline.*")
    await write_into(ann, 250, 300, " on Friday")
    await ann.page.get_by_role("link", name="Back to the rooms").click()
    await ann.until_words("changes not sent yet")
    # Ben's comes first: his page waits less than Ann's, which does not even look at the room
    await ben.mouse.click(250, 230)
    await ben.keyboard.press("Delete")
    await ann.context.set_offline(True)
    hub.start()
    await ben.until_status("saved")
    await ann.context.set_offline(False)
    await ann.page.get_by_text("not sent yet").wait_for(state="detached")
    room = ann.page.locator("a.room", has_text="radio")
    await room.wait_for()
    url = ann.page.url
    await ann.page.close()  # nor does it end with the tab
    ann.page = await ann.context.new_page()
    await ann.page.goto(f"{url}/radio")
    notice = ann.page.locator(".notice", has_text=WORDS)
    await notice.wait_for()
    assert await notice.locator("li").all_inner_texts() == ["Party on Friday"]


async def test_who_is_still_writing_in_it_is_told_once(hub, people):
    ann, ben = await two(hub, people, AWAY)
    await ann.note(250, 300, "Party")
    await ben.until_text("Party")
    hub.kill()
    for person in (ann, ben):
        await person.until_status("offline.*")
    await ann.mouse.dblclick(250, 300)
    await ann.field().wait_for()
    await ann.keyboard.press("Control+End")
    await ann.keyboard.type(" on Friday")
    await ben.mouse.click(250, 230)
    await ben.keyboard.press("Delete")
    hub.start()
    await ann.field().wait_for(state="hidden")
    notice = ann.page.locator(".notice", has_text=WORDS)
    await notice.first.wait_for()
    await ann.until_status("saved")
    assert await notice.locator("li").all_inner_texts() == ["Party on Friday"]
