"""Who is in a room when a test begins: by the participants' link, in the room "radio"."""

import asyncio

from person import Person

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


async def alone(hub, people, **options) -> Person:
    """Ann; `options` are those of her browser's context."""
    ann = await people("Ann", **options)
    return await ann.enter(await asyncio.to_thread(hub.link), "radio")


async def two(hub, people, *expected: str, **options) -> tuple[Person, Person]:
    """Ann and Ben; `expected` are messages that the test provokes in both, `options` are Ann's."""
    ann, ben = await people("Ann", **options), await people("Ben")
    ann.expected, ben.expected = list(expected), list(expected)
    link = await asyncio.to_thread(hub.link)
    await asyncio.gather(ann.enter(link, "radio"), ben.enter(link, "radio"))
    return ann, ben
