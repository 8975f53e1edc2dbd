"""Browsers that keep no page for reloads: they are told, and led to the hub's certificate."""

import asyncio

import pytest
from person import AWAY
from test_pages import LANGUAGES, PHONE, WIDE, look_over

# As Chromium behaves behind a certificate warning that was passed.
UNTRUSTED = """Object.defineProperty(navigator, "serviceWorker", { value: {
  controller: null,
  register: () => Promise.reject(new TypeError("An SSL certificate error occurred")),
} });"""
WARNING = "On this device the page does not come back on a reload without the hub."
# The page's own way to go somewhere without loading anything.
GO = """(path) => {
  history.pushState(null, "", path);
  window.dispatchEvent(new Event("jamboree-moved"));
}"""


async def go_to_trust(person):
    await person.open("/")
    await person.page.locator("h1").wait_for()
    await person.page.evaluate(GO, "/trust")


async def untrusting(people, name: str, **options):
    person = await people(name, **options)
    await person.context.add_init_script(UNTRUSTED)
    return person


async def certificate(person, status: int):
    kind = "application/x-x509-ca-cert"
    await person.page.route(
        "**/ca.crt", lambda route: route.fulfill(status=status, content_type=kind, body="certificate")
    )


async def test_where_the_page_is_not_kept_it_says_so(hub, people):
    ann, ben = await untrusting(people, "Ann"), await people("Ben")
    ann.expected = ben.expected = [AWAY, r"status of 404"]
    await certificate(ann, 404)
    link = await asyncio.to_thread(hub.link)
    await asyncio.gather(ann.enter(link, "radio"), ben.enter(link, "radio"))
    await ben.button("Menu").click()
    await ben.button("Keyboard help").wait_for()
    assert not await ben.page.get_by_text(WARNING).count()
    await ann.button("Menu").click()
    await ann.until_words(WARNING)
    await ann.page.get_by_role("link", name="What helps").click()
    await ann.until_words("This hub uses no certificate of its own")
    assert ann.page.url.endswith("/trust")
    await ann.page.go_back()
    await ann.until_status("saved")

    hub.kill()
    await ann.until_status("offline")
    await ann.until_words("Do not reload this page meanwhile")
    await ben.until_status("offline")
    assert not await ben.page.get_by_text("Do not reload this page meanwhile").count()


async def test_a_hub_that_does_not_answer_is_asked_again_for_its_certificate(hub, people):
    ann = await untrusting(people, "Ann")
    ann.expected = [AWAY, r"status of 50\d|ERR_FAILED"]
    await certificate(ann, 503)
    await go_to_trust(ann)
    await ann.until_words("The hub does not answer.")
    await certificate(ann, 200)
    await ann.button("Try again").click()
    await ann.page.get_by_role("link", name="Get the certificate").wait_for()


async def test_who_trusts_the_hub_is_told_that_nothing_is_left_to_do(hub, people):
    ann = await people("Ann", service_workers="allow")
    await certificate(ann, 200)
    await go_to_trust(ann)
    await ann.until_words("This device keeps the page already")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_how_to_trust_fits_in_every_language(hub, people, language, size):
    ann = await untrusting(people, "Ann", locale=language, viewport=size)
    await certificate(ann, 200)
    await go_to_trust(ann)
    link = ann.page.locator("main a.button.main")
    await link.wait_for()
    assert await link.get_attribute("href") == "/ca.crt"
    systems = ann.page.locator("details.system")
    assert await systems.count() == 6
    assert await ann.page.locator("details.system[open]").count() == 1
    for index in range(6):
        await systems.nth(index).evaluate("(element) => (element.open = true)")
    await look_over(ann, "trust")
