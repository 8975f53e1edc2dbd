"""The hub with TLS and an authority of its own, in a browser that trusts it and in one that does not."""

import asyncio
import ssl

import pytest
from company import two
from person import AWAY
from playwright.async_api import Error
from rig.thief import forged

HAS_WORKER = "async () => Boolean((await navigator.serviceWorker.ready).active)"


async def test_reload_after_a_kill_where_the_authority_is_trusted(tls_hub, trusting_people):
    ann, ben = await two(tls_hub, trusting_people, AWAY, service_workers="allow")
    assert ann.page.url.startswith("https://") and await ann.page.evaluate(HAS_WORKER)
    await ann.note(250, 300, "before")
    await ann.until_status("saved")
    await ben.until_text("before")
    tls_hub.kill()

    await ann.until_status("offline")
    await ann.note(600, 300, "on a train")
    # A note is a change, and so is each letter.
    waiting = f"offline, {1 + len('on a train')} changes waiting"
    await ann.until_status(waiting)
    await ann.until_stored(1 + len("on a train"))
    await ann.page.reload()
    for text in ("before", "on a train"):
        await ann.until_text(text)
    await ann.until_status(waiting)

    # Nobody has to trust anything anew: it is the same authority, and the same certificate.
    tls_hub.start()
    await ann.until_status("saved")
    await ben.until_text("on a train")
    await ben.until_status("saved")
    tls_hub.kill()
    tls_hub.start()
    cid = await trusting_people("Cid")
    await cid.enter(await asyncio.to_thread(tls_hub.link), "radio")
    for text in ("before", "on a train"):
        await cid.until_text(text)


async def test_who_does_not_trust_the_authority_is_warned(tls_hub, browser):
    page = await browser.new_page()
    try:
        with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
            await page.goto(tls_hub.url("http"))
    finally:
        await page.close()


async def test_who_goes_past_the_warning_keeps_edits_but_not_the_page(tls_hub, warned_people):
    ann, ben = await warned_people("Ann", service_workers="allow"), await warned_people("Ben")
    ann.expected = ben.expected = [AWAY, "when fetching the script"]
    link = await asyncio.to_thread(tls_hub.link)
    await asyncio.gather(ann.enter(link, "radio"), ben.enter(link, "radio"))
    refused = "() => navigator.serviceWorker.register('/sw.js').then(() => '', String)"
    assert "Failed to register a ServiceWorker" in await ann.page.evaluate(refused)
    tls_hub.kill()
    await ann.until_status("offline")
    await ann.note(600, 300, "kept")
    await ann.until_status("offline, 5 changes waiting")
    await ann.until_stored(5, with_page=False)
    # What a browser shows in its place takes its time, so nothing more happens on that page.
    other = await ann.context.new_page()
    with pytest.raises(Error, match="ERR_CONNECTION_REFUSED"):
        await other.goto(ann.page.url)
    await ann.page.goto("about:blank")

    tls_hub.start()
    await ann.open(link.replace("#", "/radio#"))
    await ann.until_text("kept")
    await ann.until_status("saved")
    await ben.until_text("kept")


async def test_a_stolen_key_deceives_nobody_on_the_internet(tls_hub, trusting_people, tmp_path):
    """The same name and address, once with and once without a name that the authority may not vouch for."""
    ann = await trusting_people("Ann")
    found = []
    for names in ("IP:127.0.0.1", "IP:127.0.0.1,DNS:jam.example"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(forged(tls_hub, tmp_path, names))

        def answer(_, writer):
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            writer.close()

        async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context) as server:
            port = server.sockets[0].getsockname()[1]
            page = await ann.context.new_page()
            with pytest.raises(Error) as refused:
                await page.goto(f"https://127.0.0.1:{port}")
            found.append(refused.value.message)
    assert "ERR_ABORTED" in found[0] and "ERR_CERT_INVALID" in found[1]
    ann.expected = ["a request to another origin: https://127.0.0.1"]


async def test_the_page_about_trust_and_the_certificate_come_from_the_hub(tls_hub, trusting_people):
    ann = await trusting_people("Ann")
    answer = await ann.page.goto(f"{tls_hub.url('http')}/trust")
    assert answer.status == 200 and answer.headers["content-type"].startswith("text/html")
    taken = await ann.page.evaluate("async () => (await fetch('/ca.crt')).text()")
    assert taken == tls_hub.authority.read_text()
