"""Long texts: from afar nobody takes them for empty, and close up everybody can read all of them."""

import asyncio

from company import PHONE, alone
from person import until

# Of the pixels of the canvas between two corners: the rows that have anything darker than a note.
ROWS = """([left, top, right, bottom]) => {
  const canvas = document.querySelector("canvas");
  const ratio = canvas.width / canvas.getBoundingClientRect().width;
  const [x, y, w, h] = [left, top, right - left, bottom - top].map((side) => Math.round(side * ratio));
  const { data } = canvas.getContext("2d").getImageData(x, y, w, h);
  const rows = [];
  for (let row = 0; row < h; row++) {
    let darker = 0;
    for (let at = 4 * row * w; at < 4 * (row + 1) * w; at += 4) if (data[at] < 235) darker++;
    rows.push(darker / w);
  }
  return rows;
}"""
# The box of all that is yellow: left, top, right, bottom; null where nothing is.
YELLOW_BOX = """() => {
  const canvas = document.querySelector("canvas");
  const ratio = canvas.width / canvas.getBoundingClientRect().width;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  for (let at = 0; at < data.length; at += 4) {
    if (data[at] !== 255 || data[at + 1] !== 230 || data[at + 2] !== 138) continue;
    const [x, y] = [(at / 4) % canvas.width, Math.floor(at / 4 / canvas.width)];
    [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
  }
  return right < 0 ? null : [left, top, right, bottom].map((side) => side / ratio);
}"""


async def long_note(person, x: int, y: int, text: str):
    """A note with its middle at (x, y), its text typed at once."""
    await person.button("Sticky note").click()
    await person.mouse.click(x, y)
    await person.field().wait_for()
    await person.keyboard.insert_text(text)
    await person.keyboard.press("Escape")
    await person.field().wait_for(state="hidden")
    await person.until_status("saved")


async def test_on_a_phone_a_note_with_a_long_text_does_not_look_empty(hub, people):
    ann = await alone(hub, people)
    await long_note(ann, 200, 250, "Was wir beim naechsten Mal anders machen. " * 12)
    await ann.note(900, 500, "")
    eve = await people("Eve", **PHONE)
    await eve.enter(await asyncio.to_thread(hub.link, "viewer"), "radio")

    async def box():
        return await eve.page.evaluate(YELLOW_BOX)

    left, top, right, bottom = await until(box, "the notes")
    side = (right - left) * 200 / 900
    assert 30 < side < 90, "all of the board is in view, so the notes are small"
    inner = [left + 8, top + 8, left + side - 8, top + side - 12]
    rows = await eve.page.evaluate(ROWS, inner)
    assert not await eve.sees("anders"), "no letters that nobody can read"
    assert sum(row > 0.5 for row in rows) >= 5, f"lines of text: {rows}"
    assert sum(row == 0 for row in rows) >= 5, f"and something between them: {rows}"
    empty = [right - side + 8, bottom - side + 8, right - 8, bottom - 12]
    assert not any(await eve.page.evaluate(ROWS, empty)), "a note without text has no lines"


async def test_a_reviewer_reads_the_end_of_a_very_long_text(hub, people):
    ann = await alone(hub, people)
    await long_note(ann, 300, 300, "wort " * 597 + "Schlusswort.")
    eve = await people("Eve")
    await eve.enter(await asyncio.to_thread(hub.link, "viewer"), "radio")

    async def box():
        return await eve.page.evaluate(YELLOW_BOX)

    left, top, right, bottom = await until(box, "the note")
    side = right - left
    # beside the name of the author, down to the edge
    foot = [left + side / 2, bottom - side * 0.12, right - 3, bottom - 3]
    assert not any(await eve.page.evaluate(ROWS, foot)), "the text runs over the line of the author"

    await eve.mouse.move(left + side / 2, bottom - side * 0.15)
    await eve.keyboard.down("Control")
    for _ in range(12):
        await eve.mouse.wheel(0, -100)
    await eve.keyboard.up("Control")
    await eve.until_text("Schlusswort.")
    assert "…" not in await eve.page.evaluate("() => window.seen.texts.join('')")

    def lines(rows):
        """How many rows of pixels each line has."""
        return [len(line) for line in "".join("x" if row else " " for row in rows).split()]

    async def read():
        above = [int(left), 140, int(right), int(bottom - side * 0.14)]
        found = lines(await eve.page.evaluate(ROWS, above))
        return len(found) >= 2 and max(found) >= 6

    await until(read, "lines of letters that can be read")


async def test_who_writes_on_in_a_very_long_text_sees_what_they_write(hub, people):
    ann = await alone(hub, people)
    await long_note(ann, 300, 300, "wort " * 600)
    await ann.keyboard.press("Enter")
    await ann.field().wait_for()
    look = """(area) => ({
      size: parseFloat(getComputedStyle(area).fontSize),
      below: area.scrollHeight - area.clientHeight - area.scrollTop,
    })"""
    opened = await ann.field().evaluate(look)
    assert opened["size"] >= 10, "letters that one can write in"
    assert opened["below"] < 2, "where the caret is"
    await ann.mouse.move(300, 300)
    await ann.mouse.wheel(0, -600)

    async def scrolled():
        return (await ann.field().evaluate(look))["below"] > 300

    await until(scrolled, "the beginning of the text")
    await ann.keyboard.type("Ende")
    assert (await ann.field().evaluate(look))["below"] < 2
    await ann.keyboard.press("Escape")
    await ann.field().wait_for(state="hidden")
    await ann.until_status("saved")
