"""Another link of a jam, opened by who is in already; and a language that cannot be loaded."""

import asyncio

from company import two
from person import AWAY, FORMER_LINK


async def test_an_outdated_link_takes_nothing_from_who_is_in(hub, people):
    ann = await people("Ann")
    ann.expected = [FORMER_LINK]
    former, link = await asyncio.gather(
        asyncio.to_thread(hub.link, "viewer"), asyncio.to_thread(hub.link)
    )
    await ann.enter(link, "radio")
    await asyncio.to_thread(hub.ask, "invitations/viewer/renew", "POST")
    await ann.open(former.replace("#", "/radio#"))
    await ann.until_words("This link is no longer valid")
    await ann.until_words("You stay in with the link that you came by before.")
    await ann.keyboard.press("Enter")
    await ann.until_status("saved")
    await ann.note(300, 300, "still here")
    await ann.until_status("saved")
    await ann.page.reload()
    await ann.until_text("still here")


async def test_a_facilitator_is_asked_before_another_role_takes_the_place(hub, people):
    fay = await people("Fay")
    facilitator, viewer = await asyncio.gather(
        asyncio.to_thread(hub.link, "facilitator"), asyncio.to_thread(hub.link, "viewer")
    )
    await fay.enter(facilitator, "radio")
    await fay.note(300, 300, "begun")
    await fay.until_status("saved")
    await fay.open(viewer.replace("#", "/radio#"))
    await fay.until_words("Stop facilitating?")
    await fay.until_words("you come in as: Reviewer.")
    await fay.keyboard.press("Enter")  # the focus is on what changes nothing
    await fay.until_status("saved")
    await fay.button("Facilitate").wait_for()

    await fay.open(viewer.replace("#", "/radio#"))
    await fay.until_words("Stop facilitating?")
    await fay.keyboard.press("Tab")
    await fay.keyboard.press("Enter")
    assert await fay.page.locator("#name").input_value() == "Fay"
    await fay.introduce()
    await fay.until_words("You are watching.")
    assert await fay.button("Facilitate").count() == 0


async def test_more_rights_are_taken_at_once(hub, people):
    eve = await people("Eve")
    viewer, link = await asyncio.gather(
        asyncio.to_thread(hub.link, "viewer"), asyncio.to_thread(hub.link)
    )
    await eve.open(viewer)
    await eve.introduce()
    await eve.until_words("Hello Eve. Pick a room to watch.")
    await eve.open(link)
    await eve.introduce()
    await eve.until_words("Hello Eve. Pick a room, or start one.")


async def test_who_may_write_is_asked_before_they_only_watch(hub, people):
    ann = await people("Ann")
    link, viewer = await asyncio.gather(
        asyncio.to_thread(hub.link), asyncio.to_thread(hub.link, "viewer")
    )
    await ann.enter(link, "radio")
    await ann.note(300, 300, "begun")
    await ann.until_status("saved")
    await ann.open(viewer.replace("#", "/radio#"))
    await ann.until_words("Come in with the other link?")
    await ann.until_words("you come in as: Reviewer.")
    assert await ann.page.get_by_text("not sent yet").count() == 0
    await ann.button("Go on as before").click()
    await ann.until_status("saved")
    await ann.button("Sticky note").wait_for()
    await ann.page.reload()
    await ann.until_text("begun")
    await ann.button("Sticky note").wait_for()


async def test_another_link_waits_for_what_the_former_has_to_send(hub, people):
    ann, ben = await two(hub, people, AWAY)
    facilitator = await asyncio.to_thread(hub.link, "facilitator")
    hub.kill()
    await ann.until_status("offline")
    await ann.note(600, 300, "left")
    await ann.until_status("offline, 5 changes waiting")
    await ann.until_stored(5, with_page=False)
    await ann.page.goto("about:blank")
    hub.start()
    is_blocked = True

    def connect(socket):
        return socket.close() if is_blocked else socket.connect_to_server()

    await ann.context.route_web_socket("**/*", connect)
    await ann.open(facilitator.replace("#", "/radio#"))
    await ann.until_words("5 changes not sent yet.")
    await ann.until_words("they stay on this device until you come back by a link like the one")
    await ann.until_words("Come in with the other link?")
    await ann.until_words("you come in as: Facilitator.")
    is_blocked = False
    await ben.until_text("left")
    # and then the page goes on by itself
    await ann.introduce()
    await ann.button("Facilitate").wait_for()
    await ann.until_text("left")


async def test_another_link_is_not_taken_while_nobody_knows_what_waits(hub, people):
    ann = await people("Ann")
    link, facilitator = await asyncio.gather(
        asyncio.to_thread(hub.link), asyncio.to_thread(hub.link, "facilitator")
    )
    await ann.enter(link, "radio")
    await ann.note(300, 300, "begun")
    await ann.until_status("saved")
    # as of a disk that is slow to wake
    await ann.page.add_init_script(
        "IDBFactory.prototype.now = IDBFactory.prototype.open;"
        "IDBFactory.prototype.open = () => ({})"
    )
    await ann.open(facilitator.replace("#", "/radio#"))
    await ann.until_words("This browser does not say now whether changes of yours still wait")
    await ann.until_words("Come in with the other link?")
    await ann.page.evaluate("() => void (IDBFactory.prototype.open = IDBFactory.prototype.now)")
    await ann.introduce()
    await ann.button("Facilitate").wait_for()


async def test_a_link_that_could_not_be_checked_is_checked_again(hub, people):
    ann = await people("Ann")
    ann.expected = ["ERR_FAILED"]
    link, facilitator = await asyncio.gather(
        asyncio.to_thread(hub.link), asyncio.to_thread(hub.link, "facilitator")
    )
    await ann.enter(link, "radio")
    await ann.until_status("saved")
    await ann.context.route("**/join", lambda route: route.abort())
    await ann.open(facilitator.replace("#", "/radio#"))
    await ann.until_words("The hub does not answer.")
    await ann.until_words("This page keeps asking.")
    await ann.button("Go on as before").wait_for()
    await ann.context.unroute("**/join")
    await ann.introduce()
    await ann.button("Facilitate").wait_for()


async def test_a_language_that_cannot_be_loaded_says_so(hub, people):
    ann = await people("Ann")
    ann.expected = ["ERR_FAILED"]
    await ann.open(await asyncio.to_thread(hub.link))
    field = ann.page.get_by_label("Language")
    await field.wait_for()
    await ann.context.route("**/*.js", lambda route: route.abort())
    await field.select_option("be")
    await ann.until_words("This language is not on this device yet, and the hub does not answer.")
    assert await field.input_value() == "en"


async def test_without_a_good_link_the_name_stays_and_so_does_who_has_it(hub, people):
    ann = await people("Ann")
    ann.expected = [FORMER_LINK]
    await ann.open(await asyncio.to_thread(hub.link))
    await ann.introduce()
    await asyncio.to_thread(hub.ask, "invitations/participant/renew", "POST")
    await ann.button("Change name").click()
    await ann.page.locator("#name").fill("Anna")
    await ann.keyboard.press("Enter")
    await ann.until_words("so the hub takes no other name from you.")
    assert await ann.page.locator("#name").input_value() == "Ann"
    await ann.button("Go on as before").click()
    await ann.until_words("Hello Ann.")
    await ann.open("/j/demo/radio")
    await ann.until_status("saved")
