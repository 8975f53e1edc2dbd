"""Links that are handed on: into this room, with the rights of who hands them on."""

import asyncio

from person import FORMER_LINK


async def shared(person, label: str) -> str:
    """The path of a link in the sheet."""
    field = person.page.get_by_label(label, exact=True)
    await field.wait_for()
    return (await field.input_value()).removeprefix(f"http://127.0.0.1:{person.hub.port}")


async def test_a_facilitator_hands_newcomers_a_link_into_this_room(hub, people):
    lea, new, eve = await people("Lea"), await people("New"), await people("Eve")
    await lea.enter(await asyncio.to_thread(hub.link, "facilitator"), "radio")
    await lea.note(300, 300, "come in")
    await lea.button("Share").click()
    link = await shared(lea, "Link for participants")
    assert link.startswith("/j/demo/radio#i="), link
    await new.open(link)
    await new.introduce()
    await new.until_text("come in")
    await new.button("Sticky note").wait_for()
    assert new.page.url.endswith("/j/demo/radio"), "the secret stays in the address bar"

    # Into the jam, if that is wanted.
    await lea.page.get_by_label("Lead newcomers right into this room").uncheck()
    assert await shared(lea, "Link for participants") == await asyncio.to_thread(hub.link)
    await lea.page.get_by_label("Lead newcomers right into this room").check()
    await eve.open(await shared(lea, "Link for reviewers (they only watch)"))
    await eve.introduce()
    await eve.until_words("You are watching.")


async def test_others_hand_on_the_link_that_they_came_by(hub, people):
    ann, eve, new = await people("Ann"), await people("Eve"), await people("New")
    participant, viewer = await asyncio.gather(
        asyncio.to_thread(hub.link), asyncio.to_thread(hub.link, "viewer")
    )
    await ann.enter(participant, "radio")
    await ann.note(300, 300, "here")
    await eve.enter(viewer, "radio")
    await ann.button("Share").click()
    link = await shared(ann, "Link for participants")
    assert link == participant.replace("#", "/radio#")
    assert not await ann.page.get_by_label("Link for facilitators").count()
    await eve.button("Share").click()
    assert await shared(eve, "Link for reviewers (they only watch)") == viewer.replace("#", "/radio#")
    assert not await eve.page.get_by_label("Link for participants").count()
    await new.open(link)
    await new.introduce()
    await new.until_text("here")

    await asyncio.to_thread(hub.ask, "invitations/participant/renew", "POST")
    ann.expected = [FORMER_LINK]
    await ann.keyboard.press("Escape")
    await ann.button("Share").click()
    await ann.until_words("The link that you came by was renewed. A facilitator has the new one.")
    assert not await ann.page.get_by_label("Link for participants").count()


async def test_on_a_phone_one_sheet_is_open_at_a_time(hub, people):
    lea = await people("Lea", viewport={"width": 360, "height": 740})
    await lea.enter(await asyncio.to_thread(hub.link, "facilitator"), "radio")
    facilitate = lea.page.locator(".topbar").get_by_role("button", name="Facilitate")
    await facilitate.click()
    await lea.button("Freeze").wait_for()
    await lea.button("Share").click()
    await lea.page.locator(".sheet .invitation").nth(2).wait_for()
    assert not await lea.page.locator("aside").count()
    await facilitate.click()
    await lea.button("Freeze").wait_for()
    assert not await lea.page.locator(".sheet").count()
    await lea.button("Freeze").press("Escape")
    await lea.page.locator("aside").wait_for(state="detached")

    # By keys alone: who goes on to the next button leaves the sheet.
    await lea.button("Share").press("Enter")
    await lea.page.locator(".sheet .invitation").nth(2).wait_for()
    await facilitate.focus()
    await lea.page.locator(".sheet").wait_for(state="detached")


async def test_a_room_that_nobody_has_begun_says_so(hub, people):
    ann = await people("Ann")
    await ann.enter(await asyncio.to_thread(hub.link), "mistyped")
    await ann.until_words("Nobody has written in this room yet.")
    await ann.page.locator(".banner").get_by_role("link", name="Back to the rooms").click()
    await ann.until_words("Hello Ann.")
    await ann.page.get_by_label("What is it about?").fill("Radio")
    await ann.button("Start a room").click()
    await ann.until_status("saved")
    await ann.until_words("Nothing here yet")
    assert not await ann.page.get_by_text("Nobody has written in this room yet.").count()


async def test_banners_lie_in_the_top_bar_where_it_has_room(hub, people):
    made = {"title": "Rückschau auf das Radio im Treppenhaus", "review": True}
    room = await asyncio.to_thread(hub.ask, "rooms", "POST", made)
    eve = await people("Eve")
    await eve.enter(await asyncio.to_thread(hub.link, "viewer"), room["id"])
    await eve.until_words("A recorded session is shown here.")
    boxes = [
        await eve.page.locator(name).bounding_box() for name in (".where", ".banner", ".who-and-what")
    ]
    for left, right in zip(boxes, boxes[1:]):
        assert left["x"] + left["width"] <= right["x"], boxes
    assert boxes[1]["y"] + boxes[1]["height"] <= 74, boxes


async def test_two_links_that_are_renewed_at_once_are_both_new(hub, people):
    lea = await people("Lea")
    await lea.enter(await asyncio.to_thread(hub.link, "facilitator"), "radio")
    asked, go = [], asyncio.Event()

    async def later(route):
        asked.append(route.request.url)
        await go.wait()
        await route.continue_()

    await lea.page.route("**/invitations/*/renew", later)
    await lea.button("Share").click()
    await lea.page.get_by_label("Lead newcomers right into this room").uncheck()
    labels = {"participant": "Link for participants", "viewer": "Link for reviewers (they only watch)"}
    before = await asyncio.to_thread(hub.ask, "invitations")
    for label in labels.values():
        await lea.button(f"Renew: {label}").click()
    assert await lea.button("Renew: Link for participants").get_attribute("aria-disabled") == "true"
    await lea.button("Renew: Link for participants").press("Enter")  # once is enough
    go.set()
    said = lea.page.get_by_text("This is the new link.")
    await said.nth(1).wait_for()
    after = await asyncio.to_thread(hub.ask, "invitations")
    for role, label in labels.items():
        assert after[role] != before[role]
        assert await shared(lea, label) == after[role], role
    assert len(asked) == 2

    # Each button says which link it copies.
    for label in ("Link to this room", "Link for facilitators", *labels.values()):
        await lea.button(f"Copy: {label}").wait_for()
