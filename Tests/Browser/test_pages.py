"""Every page in every language, wide and on a phone: nothing sticks out, everything has a name."""

import asyncio
import re

import pytest
from person import AWAY, until

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 740}
LANGUAGES = ["en", "de", "ru", "be"]
NAME = "Hedwig Müller-Ćwiąkalska"

# What sticks out of the window, or is cut off without saying so.
STICKS_OUT = """() => {
  const found = [];
  const width = document.documentElement.clientWidth, height = innerHeight;
  const scrolls = (element) => {
    for (let at = element.parentElement; at; at = at.parentElement) {
      if (/auto|scroll|hidden/.test(getComputedStyle(at).overflowX)) return true;
    }
    return false;
  };
  if (document.scrollingElement.scrollWidth > width) found.push("the page scrolls sideways");
  for (const element of document.querySelectorAll("body *")) {
    if (!element.checkVisibility() || element.closest(".hidden, svg, option")) continue;
    const box = element.getBoundingClientRect();
    if (box.width <= 1 || box.height <= 1) continue; // for screen readers alone
    const words = element.innerText?.slice(0, 40) ?? "";
    const what = `${element.tagName}.${element.className} “${words}”`;
    if ((box.left < -1 || box.right > width + 1) && !scrolls(element)) {
      found.push(`${what} from ${Math.round(box.left)} to ${Math.round(box.right)} of ${width}`);
    }
    const isFixed = element.closest(".board") && element.matches("button, a, input, select");
    const inSheet = element.closest(".sheet, .side, dialog, .properties");
    if (isFixed && !inSheet && (box.top < -1 || box.bottom > height + 1)) {
      found.push(`${what} from ${Math.round(box.top)} down to ${Math.round(box.bottom)} of ${height}`);
    }
    const { overflowX, textOverflow } = getComputedStyle(element);
    const isText = [...element.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
    const isCut = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0;
    if (isText && isCut && overflowX !== "visible" && textOverflow !== "ellipsis") {
      found.push(`${what} is cut off`);
    }
    if (element.matches("button, .button") && isCut && overflowX === "visible") {
      found.push(`${what} is wider inside than its box`);
    }
  }
  return [...new Set(found)];
}"""
NAMELESS = re.compile(r"^\s*- (button|link|textbox|searchbox|combobox|dialog|application|img)(?! \")", re.M)


async def look_over(person, where: str):
    """Waits for the layout to come to rest: what is wrong now must still be wrong."""
    found: list[str] = []

    async def is_well():
        found[:] = await person.page.evaluate(STICKS_OUT)
        return not found

    try:
        await until(is_well, where, seconds=10)
    except AssertionError:
        raise AssertionError(f"{where}: " + "; ".join(found)) from None
    tree = await person.page.locator("body").aria_snapshot()
    nameless = [line for line in tree.splitlines() if NAMELESS.match(line)]
    assert not nameless, f"{where}: controls without a name: {nameless}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_pages_fit_and_everything_has_a_name(hub, people, language, size):
    lea = await people(NAME, service_workers="allow", locale=language, viewport=size)
    link = await asyncio.to_thread(hub.link, "facilitator")
    await lea.open(link)
    await lea.page.locator("#name").wait_for()
    assert await lea.page.evaluate("() => document.documentElement.lang") == language
    await look_over(lea, "entrance")
    await lea.introduce()
    await lea.page.locator("#title").fill("Радиоприёмник для подъезда: " + "очень " * 10 + "длинно")
    await look_over(lea, "no rooms")
    await lea.page.locator("form.new button").click()
    await lea.page.locator(".status.saved").wait_for()
    await look_over(lea, "empty board")

    await lea.keyboard.press("n")
    await lea.page.locator(".properties").wait_for()
    await look_over(lea, "note tool")
    await lea.keyboard.press("p")
    await look_over(lea, "pen")
    await lea.keyboard.press("n")
    await lea.keyboard.press("Enter")
    await lea.field().wait_for()
    await lea.keyboard.insert_text("Note")
    await lea.keyboard.press("Escape")
    await lea.page.locator(".properties").wait_for()
    await look_over(lea, "selected note")

    if size == PHONE:
        await lea.page.locator(".topbar button[aria-pressed]").click()
    await lea.page.locator("aside .people li").first.wait_for()
    await look_over(lea, "facilitator's panel")
    await lea.page.locator("aside .freeze button").click()
    await lea.page.locator(".banner.cold").wait_for()
    await look_over(lea, "frozen")
    await lea.page.locator("aside .freeze button").click()
    await lea.page.locator(".banner.cold").wait_for(state="detached")
    await lea.page.locator(".topbar button[aria-pressed]").click()

    triggers = lea.page.locator(".topbar .popover > button")
    for index in range(await triggers.count()):
        await triggers.nth(index).click()
        await lea.page.locator(".sheet").wait_for()
        if index == 1:
            await lea.page.locator(".sheet .invitation").nth(2).wait_for()
        await look_over(lea, f"sheet {index}")
        await lea.keyboard.press("Escape")
        await lea.page.locator(".sheet").wait_for(state="detached")
    await lea.page.locator("canvas").press("?")
    await lea.page.locator("dialog.help[open]").wait_for()
    await look_over(lea, "help")
    await lea.keyboard.press("Escape")

    await lea.page.locator(".topbar a").click()
    await lea.page.locator("ul.rooms li").first.wait_for()
    await look_over(lea, "rooms")
    await lea.open("/")
    await lea.page.locator("ul.rooms li").first.wait_for()
    await look_over(lea, "jams")


async def test_the_language_is_chosen_and_kept(hub, people):
    ann = await people("Ann")
    await ann.enter(await asyncio.to_thread(hub.link), "radio")
    await ann.button("Menu").click()
    await ann.page.get_by_label("Language").select_option("ru")
    await ann.page.get_by_role("button", name="Меню").wait_for()
    await ann.page.reload()
    await ann.page.get_by_role("button", name="Меню").wait_for()


KEEP_NOTICE = """() => {
  const [, kept] = Object.entries(localStorage).find(([key]) => key.endsWith("demo"));
  const notice = { number: 1, code: "deleted", refused: 0, texts: ["x".repeat(3000)], more: false };
  const key = `jamboree-lost/${location.pathname}/${JSON.parse(kept).sub}`;
  sessionStorage.setItem(key, JSON.stringify([notice]));
}"""


async def test_on_a_phone_a_long_lost_text_and_what_is_wrong_with_a_language_can_be_read(hub, people):
    ann = await people("Ann", viewport=PHONE)
    ann.expected = [AWAY]
    await ann.enter(await asyncio.to_thread(hub.link), "radio")
    await ann.page.evaluate(KEEP_NOTICE)
    await ann.page.reload()
    lost = ann.page.locator(".texts li")
    await lost.wait_for()
    wide = await ann.page.locator(".texts").evaluate("one => one.scrollWidth - one.clientWidth")
    assert wide <= 1, "a word goes on beyond the notice"

    await ann.page.locator(".topbar .where a").click()
    await ann.until_words("No rooms yet.")
    await asyncio.to_thread(hub.kill)
    await ann.page.get_by_label("Language").select_option("be")
    hint = ann.page.get_by_text("This language is not on this device yet")
    await hint.wait_for()
    assert (await hint.bounding_box())["width"] > 250
    await look_over(ann, "no language")
