"""Who leaves a room in the middle of a gesture takes nothing of it away."""

from company import two

# The pointer moves on, and the page is left before the next frame is drawn.
MOVE_AND_LEAVE = """([x, y]) => {
  const place = { clientX: x, clientY: y, pointerId: 1, buttons: 1, pointerType: "mouse" };
  document.querySelector("canvas").dispatchEvent(new PointerEvent("pointermove", place));
  document.querySelector(".where a").click();
}"""


def yellow(color) -> bool:
    return color[0] > 200 and color[2] < color[0] - 40


async def test_a_note_lies_where_it_was_dragged_to_when_its_room_was_left(hub, people):
    ann, ben = await two(hub, people)
    await ann.note(300, 250, "")
    await ben.until_pixel(300, 250, yellow, "the note")
    await ann.drag((300, 250), (400, 350), release=False)
    await ben.until_pixel(430, 400, yellow, "the note on its way")
    await ann.page.evaluate(MOVE_AND_LEAVE, [800, 500])
    await ann.until_words("Hello Ann.")
    await ben.until_pixel(800, 500, yellow, "the note at its end")
