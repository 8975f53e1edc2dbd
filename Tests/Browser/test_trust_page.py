"""Browsers that keep no page for reloads: they are told, and led to the hub's certificate."""

import asyncio

import pytest
from person import AWAY
from test_pages import LANGUAGES, PHONE, WIDE, look_over

WARNING = "On this device the page does not come back on a reload without the hub."
DO_NOT_RELOAD = "Do not reload this page meanwhile"
# What Chromium says of a service worker behind a certificate warning that was passed.
NO_WORKER = "when fetching the script"


async def test_where_the_page_is_not_kept_it_says_so(tls_hub, warned_people, trusting_people):
    ann = await warned_people("Ann", service_workers="allow")
    ben = await trusting_people("Ben", service_workers="allow")
    ann.expected, ben.expected = [AWAY, NO_WORKER], [AWAY]
    link = await asyncio.to_thread(tls_hub.link)
    await asyncio.gather(ann.enter(link, "radio"), ben.enter(link, "radio"))
    await ben.button("Menu").click()
    await ben.button("Keyboard help").wait_for()
    assert not await ben.page.get_by_text(WARNING).count()
    await ann.button("Menu").click()
    await ann.until_words(WARNING)
    await ann.page.get_by_role("link", name="What helps").click()
    await ann.page.get_by_role("link", name="Get the certificate").wait_for()
    assert ann.page.url.endswith("/trust")
    await ann.page.go_back()
    await ann.until_status("saved")

    tls_hub.kill()
    await ann.until_status("offline")
    await ann.until_words(DO_NOT_RELOAD)
    await ben.until_status("offline")
    assert not await ben.page.get_by_text(DO_NOT_RELOAD).count()


async def test_a_hub_without_tls_has_no_certificate_to_trust(hub, people):
    ann = await people("Ann")
    ann.expected = [r"status of 404"]
    await ann.open("/trust")
    await ann.until_words("This hub uses no certificate of its own")


async def test_a_hub_that_does_not_answer_is_asked_again_for_its_certificate(tls_hub, warned_people):
    ann = await warned_people("Ann")
    ann.expected = [AWAY, r"status of 50\d|ERR_FAILED"]
    await ann.page.route("**/ca.crt", lambda route: route.fulfill(status=503))
    await ann.open("/trust")
    await ann.until_words("The hub does not answer.")
    await ann.page.unroute("**/ca.crt")
    await ann.button("Try again").click()
    await ann.page.get_by_role("link", name="Get the certificate").wait_for()


async def test_who_trusts_the_hub_is_told_that_nothing_is_left_to_do(tls_hub, trusting_people):
    ann = await trusting_people("Ann", service_workers="allow")
    await ann.open("/trust")
    await ann.until_words("This device keeps the page already")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_how_to_trust_fits_in_every_language(tls_hub, warned_people, language, size):
    ann = await warned_people("Ann", locale=language, viewport=size)
    await ann.open("/trust")
    link = ann.page.locator("main a.button.main")
    await link.wait_for()
    assert await link.get_attribute("href") == "/ca.crt"
    systems = ann.page.locator("details.system")
    assert await systems.count() == 6
    assert await ann.page.locator("details.system[open]").count() == 1
    for index in range(6):
        await systems.nth(index).evaluate("(element) => (element.open = true)")
    await look_over(ann, "trust")
