"""The hub is killed after the link was renewed that people came by: they stay, with what they wrote."""

import asyncio

from person import AWAY, FORMER_LINK, until

OUTAGES = (15, 2)


async def come_in(hub, people):
    """Lea, who facilitates, Ann and Ben; then the links that they came by are renewed."""
    everybody = lea, ann, ben = await people("Lea"), await people("Ann"), await people("Ben")
    for person in everybody:
        person.expected = [AWAY, FORMER_LINK]
    facilitator, participant = await asyncio.gather(
        asyncio.to_thread(hub.link, "facilitator"), asyncio.to_thread(hub.link)
    )
    await asyncio.gather(
        lea.enter(facilitator, "radio"), ann.enter(participant, "radio"), ben.enter(participant, "radio")
    )
    for role in ("participant", "facilitator"):
        await asyncio.to_thread(hub.ask, f"invitations/{role}/renew", "POST")
    return everybody


async def test_who_is_inside_comes_back_after_the_link_was_renewed(hub, people):
    everybody = await come_in(hub, people)
    notes = []
    for outage, seconds in enumerate(OUTAGES):
        hub.kill()
        await asyncio.gather(*(person.until_status("offline.*") for person in everybody))
        for index, person in enumerate(everybody):
            notes.append(f"{person.name} {outage}")
            await person.note(200 + 220 * index, 300 + 200 * outage, notes[-1])
        await asyncio.sleep(seconds)
        hub.start()
        await asyncio.gather(*(person.until_status("saved") for person in everybody))
        for person in everybody:
            for words in notes:
                await person.until_text(words)


async def test_a_token_that_is_doubted_is_used_on(hub, people):
    """What is in between lets no socket through for a while, but does so for everything else."""
    _, ann, ben = await come_in(hub, people)
    doubts, is_blocked = [], True

    def answered(response):
        if response.url.endswith("/join") and response.status == 401:
            doubts.append(response)

    def connect(socket):
        return socket.close() if is_blocked else socket.connect_to_server()

    ann.page.on("response", answered)
    await ann.context.route_web_socket("**/yjs/**", connect)
    hub.kill()
    await ann.until_status("offline.*")
    hub.start()
    await ann.note(300, 300, "begun before")

    async def has_doubted():
        return len(doubts) > 1

    await until(has_doubted, "Ann's page asks for a token twice")
    is_blocked = False
    await ann.until_status("saved")
    await ben.until_text("begun before")
